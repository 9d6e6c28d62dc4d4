//! What the store says of itself: its terms, and where to turn to.

use axum::{Json, extract::State, response::IntoResponse};
use domain::people::Gate;
use http::header;
use serde::Serialize;
use shared::runtime::Config;
use utoipa::ToSchema;

use crate::App;

/// It changes with a deployment only; new terms are asked for at once, so they are not cached for long.
const CACHE: &str = "public, max-age=60";

/// What the store says of itself.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct AboutView {
    /// Where it has any: whoever joins, or acts, has accepted them.
    #[serde(skip_serializing_if = "Option::is_none")]
    terms: Option<TermsView>,
    contact: ContactView,
}

/// The store's terms.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct TermsView {
    /// What to accept them by.
    version: String,
    /// Where they can be read.
    #[schema(format = "uri")]
    url: String,
}

/// Where to turn to about what one finds here.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ContactView {
    #[schema(format = "email")]
    email: String,
    #[schema(format = "uri")]
    url: String,
}

impl AboutView {
    /// As a function is configured.
    pub fn new(gate: &Gate, config: &Config) -> Self {
        let url = config.terms_url();
        Self {
            terms: gate.terms().map(|version| TermsView {
                version: version.to_owned(),
                url: url.to_owned(),
            }),
            contact: ContactView {
                email: config.contact_email().to_owned(),
                url: config.contact_url().to_owned(),
            },
        }
    }
}

/// The store's terms, if it has any, and whom to turn to.
#[utoipa::path(
    get,
    path = "/v1/about",
    tag = "onboarding",
    responses((status = 200, description = "What the store says of itself.", body = AboutView))
)]
pub(crate) async fn read_about(State(app): State<App>) -> impl IntoResponse {
    ([(header::CACHE_CONTROL, CACHE)], Json(app.about))
}
