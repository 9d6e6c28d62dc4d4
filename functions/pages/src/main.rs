//! The `pages` function: wires the gateway's requests to the router.

use pages::{App, router};
use shared::runtime::{Context, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init();
    lambda_http::run(router(App::new(&Context::from_env()?))).await
}
