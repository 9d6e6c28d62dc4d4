//! The `catalogue` function, as Lambda starts it.

use catalogue::App;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use shared::runtime::{Context, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::init();
    let app = App::new(&Context::from_env().await?);
    lambda_runtime::run(service_fn(async |event: LambdaEvent<_>| {
        Ok::<_, Error>(catalogue::handle(&app, event.payload).await)
    }))
    .await
}
