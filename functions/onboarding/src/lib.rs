//! Onboarding: the catalogue of interests, joining, and profiles.

mod interests;
mod me;
mod suggested;
mod users;
mod wire;

use axum::Router;
use shared::{
    http::{Cursors, edge},
    runtime::Context,
    store::Store,
    views::Presenter,
};
use utoipa::openapi::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

/// What the handlers need.
#[derive(Debug, Clone)]
pub struct App {
    context: Context,
    store: Store,
    present: Presenter,
    cursors: Cursors,
}

impl App {
    /// An app on the context's clients.
    pub fn new(context: &Context) -> Self {
        Self {
            store: Store::new(context.dynamodb.clone(), &context.config.table),
            present: Presenter::new(&context.config.media_url),
            cursors: Cursors::new(context),
            context: context.clone(),
        }
    }
}

fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(interests::list_interests))
        .routes(routes!(me::join, me::read_me, me::change_me))
        .routes(routes!(users::read_user))
        .routes(routes!(suggested::list_suggested))
}

/// Every route of this function, within the edge.
pub fn router(app: App) -> Router {
    let context = app.context.clone();
    edge(routes().with_state(app), &context)
}

/// The description of this function's routes.
pub fn openapi() -> OpenApi {
    routes().into_openapi()
}
