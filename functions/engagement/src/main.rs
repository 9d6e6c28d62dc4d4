//! The Lambda `engagement`: wires the router to the runtime.

use shared::runtime::{Context, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init();
    let context = Context::from_env()?;
    context.warm_up().await;
    lambda_http::run(engagement::router(engagement::App::new(&context))).await
}
