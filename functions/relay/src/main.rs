//! The `relay` function: wires the stream's events to the library.

use std::convert::Infallible;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use relay::App;
use serde_json::Value;
use shared::runtime::{Context, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::init();
    let context = Context::from_env()?;
    context.warm_up_queue(&context.config.fanout_queue).await;
    let app = &App::new(&context);
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| async move {
        Ok::<_, Infallible>(relay::handle(app, event.payload).await)
    }))
    .await
}
