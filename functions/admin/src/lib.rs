//! Doors of the store's staff: what became of its files, the moderators' queue and their decisions, and the filter.

mod decisions;
mod filter;
mod imports;
mod queue;

use axum::Router;
use shared::{
    bucket::Bucket,
    http::{Cursors, edge},
    read::Reads,
    runtime::{Clock, Context, function::Http},
    store::Store,
    views::Presenter,
};

/// What the handlers need.
#[derive(Debug, Clone)]
pub struct App {
    clock: Clock,
    /// Where the API is, for `Location`.
    api_url: String,
    store: Store,
    bucket: Bucket,
    reads: Reads,
    cursors: Cursors,
    present: Presenter,
    /// How many strikes suspend; none do where the setting is no number.
    strikes: u64,
}

impl App {
    /// An app on the context's clients.
    pub fn new(context: &Context) -> Self {
        let config = &context.config;
        let store = Store::new(context.dynamodb.clone(), config.table());
        Self {
            reads: Reads::fresh(store.clone()),
            bucket: Bucket::new(context.s3(), config.bucket()),
            store,
            cursors: Cursors::new(context),
            present: Presenter::new(config.media_url()),
            strikes: config.strikes().parse().unwrap_or(u64::MAX),
            clock: context.clock.clone(),
            api_url: config.api_url().to_owned(),
        }
    }
}

shared::routes! {
    App:
    filter::set_filter;
    imports::list_imports;
    imports::read_import;
    queue::read_queue;
    decisions::decide;
}

/// Every route of this function, within the edge.
pub fn router(context: &Context) -> Router {
    edge(routes().with_state(App::new(context)), context)
}

/// The function, as Lambda and the local cloud run it.
pub fn function(context: &Context) -> Http {
    Http::new(router(context)).warmed_by(context.warm_up())
}
