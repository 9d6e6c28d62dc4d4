//! The description of the API, the page to read and try it, and 405 for its paths.

use std::collections::BTreeMap;

use axum::{Router, body::Bytes, extract::State, response::IntoResponse, routing::any};
use http::header;
use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Value, json};
use shared::http::method_not_allowed;
use utoipa::{ToSchema, openapi::OpenApi};
use utoipa_axum::{router::OpenApiRouter, routes};
use utoipa_swagger_ui::{Config, SwaggerUi};

/// The descriptions of all functions, merged; a test compares it with the code, and
/// `cargo run -p local -- --refresh` makes it anew.
const DESCRIPTION: &str = include_str!("../openapi.json");

/// A description of an API, OpenAPI 3.1.
#[derive(Clone, ToSchema)]
#[schema(value_type = Object)]
struct Description(Bytes);

/// The description of the whole API, OpenAPI 3.1.
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "pages",
    responses((status = 200, description = "OpenAPI 3.1.", body = Description))
)]
async fn read_description(
    State(Description(description)): State<Description>,
) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], description)
}

/// The description, which says that the API is at this address.
fn description(api_url: &str) -> Description {
    Description(match serde_json::from_str::<Value>(DESCRIPTION) {
        Ok(mut api) => {
            api["servers"] = json!([{"url": api_url}]);
            Bytes::from(api.to_string())
        }
        Err(_never_made_so) => Bytes::from_static(DESCRIPTION.as_bytes()),
    })
}

fn routes() -> OpenApiRouter<Description> {
    OpenApiRouter::new().routes(routes!(read_description))
}

/// The paths of the API with the methods that they take. What comes here for one of them came with another.
#[derive(Default, Deserialize)]
struct Paths {
    paths: BTreeMap<String, BTreeMap<String, IgnoredAny>>,
}

/// 405 for every path of the API.
fn other_methods() -> Router {
    // The description is made with this program, and a test reads it so.
    let Paths { paths } = serde_json::from_str(DESCRIPTION).unwrap_or_default();
    let of_the_api = paths
        .into_iter()
        .filter(|(path, _)| path.starts_with("/v1/"));
    of_the_api.fold(Router::new(), |router, (path, operations)| {
        let methods = operations.into_keys().map(|method| method.to_uppercase());
        let allow = methods.collect::<Vec<_>>().join(",");
        let refuse = || async { ([(header::ALLOW, allow)], method_not_allowed()) };
        router.route(&path, any(refuse))
    })
}

/// The routes of the API's description; it says that the API is at this address.
pub(crate) fn router(api_url: &str) -> Router {
    let docs = SwaggerUi::new("/docs").config(Config::new(["/openapi.json"]));
    let described = routes().with_state(description(api_url));
    Router::from(described).merge(docs).merge(other_methods())
}

/// The description of this function's routes.
pub(crate) fn openapi() -> OpenApi {
    routes().into_openapi()
}
