//! The `onboarding` function: wires the gateway's requests to the router.

use onboarding::{App, router};
use shared::runtime::{Context, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init();
    let context = Context::from_env()?;
    context.warm_up().await;
    lambda_http::run(router(App::new(&context))).await
}
