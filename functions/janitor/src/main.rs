//! The `janitor` function: wires the schedule's events to the library.

use janitor::App;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;
use shared::runtime::{Context, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::init();
    let context = Context::from_env()?;
    context.warm_up_by_query().await;
    let app = &App::new(&context);
    lambda_runtime::run(service_fn(|_: LambdaEvent<Value>| async move {
        janitor::handle(app).await.map_err(Error::from)
    }))
    .await
}
