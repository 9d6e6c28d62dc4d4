//! The store's own door: what it tells of its orders, and what it asks of people. It alone holds the store's keys.

mod badges;
mod events;

use axum::{Router, extract::FromRef};
use shared::{
    http::{StoreKeys, edge},
    queue::Queue,
    runtime::{Clock, Context, function::Http},
    seal::People,
    store::Store,
};

/// What the handlers need.
#[derive(Debug, Clone)]
pub struct App {
    store: Store,
    keys: StoreKeys,
    /// That of `attribution`.
    ledger: Queue,
    people: People,
    clock: Clock,
}

impl App {
    /// An app on the context's clients.
    pub fn new(context: &Context) -> Self {
        let config = &context.config;
        Self {
            store: Store::new(context.dynamodb.clone(), config.table()),
            keys: StoreKeys::new(context),
            ledger: Queue::new(context.sqs(), config.attribution_queue()),
            people: People::new(config.token_issuer(), config.people_key()),
            clock: context.clock.clone(),
        }
    }
}

impl FromRef<App> for StoreKeys {
    fn from_ref(app: &App) -> Self {
        app.keys.clone()
    }
}

shared::routes! {
    App:
    events::tell;
    badges::read_badges;
}

/// Every route of this function, within the edge.
pub fn router(context: &Context) -> Router {
    edge(routes().with_state(App::new(context)), context)
}

/// The function, as Lambda and the local cloud run it.
pub fn function(context: &Context) -> Http {
    Http::new(router(context)).warmed_by(context.warm_up())
}
