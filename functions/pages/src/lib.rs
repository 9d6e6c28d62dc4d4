//! Pages: the description of the API, the page to read and try it, and what no route takes.

use axum::{Router, response::IntoResponse};
use http::header;
use shared::{
    http::{Refusals, edge},
    runtime::{Context, function::Http},
};
use utoipa::openapi::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};
use utoipa_swagger_ui::{Config, SwaggerUi};

/// The descriptions of all functions, merged; a test compares it with the code, and
/// `cargo run -p local -- --refresh` makes it anew.
const DESCRIPTION: &str = include_str!("../openapi.json");

/// The description of the whole API, OpenAPI 3.1.
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "pages",
    responses((status = 200, description = "OpenAPI 3.1.", body = serde_json::Value), Refusals)
)]
async fn read_description() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], DESCRIPTION)
}

fn routes<S: Clone + Send + Sync + 'static>() -> OpenApiRouter<S> {
    OpenApiRouter::new().routes(routes!(read_description))
}

/// Every route of this function, within the edge, which answers what no route takes.
pub fn router(context: &Context) -> Router {
    let docs = SwaggerUi::new("/docs").config(Config::new(["/openapi.json"]));
    edge(Router::from(routes()).merge(docs), context)
}

/// The function, as Lambda and the local cloud run it. It calls nobody, so there is nothing to warm up.
pub fn function(context: &Context) -> Http {
    Http::new(router(context))
}

/// The description of this function's routes.
pub fn openapi() -> OpenApi {
    routes::<()>().into_openapi()
}
