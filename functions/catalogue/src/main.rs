//! The `catalogue` function: wires the queue's events to the library.

use std::convert::Infallible;

use aws_lambda_events::sqs::SqsEvent;
use catalogue::App;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use shared::runtime::{Context, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::init();
    let context = Context::from_env()?;
    context.warm_up().await;
    let app = &App::new(&context);
    lambda_runtime::run(service_fn(|event: LambdaEvent<SqsEvent>| async move {
        Ok::<_, Infallible>(catalogue::handle(app, event.payload).await)
    }))
    .await
}
