//! Doors of the store's staff: what became of its files.

mod imports;

use axum::Router;
use shared::{
    http::{Cursors, edge},
    runtime::{Context, function::Http},
    store::Store,
};

/// What the handlers need.
#[derive(Debug, Clone)]
pub struct App {
    store: Store,
    cursors: Cursors,
}

impl App {
    /// An app on the context's clients.
    pub fn new(context: &Context) -> Self {
        Self {
            store: Store::new(context.dynamodb.clone(), context.config.table()),
            cursors: Cursors::new(context),
        }
    }
}

shared::routes! {
    App:
    imports::list_imports;
    imports::read_import;
}

/// Every route of this function, within the edge.
pub fn router(context: &Context) -> Router {
    edge(routes().with_state(App::new(context)), context)
}

/// The function, as Lambda and the local cloud run it.
pub fn function(context: &Context) -> Http {
    Http::new(router(context)).warmed_by(context.warm_up())
}
