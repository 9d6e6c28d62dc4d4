//! Engagement: following people and topics, and smiling at posts.

mod follows;
mod smiles;

use axum::Router;
use shared::{
    http::edge,
    runtime::{Clock, Context, function::Http},
    store::Store,
};

/// What the handlers need.
#[derive(Debug, Clone)]
pub struct App {
    clock: Clock,
    store: Store,
}

impl App {
    /// An app on the context's clients.
    pub fn new(context: &Context) -> Self {
        Self {
            store: Store::new(context.dynamodb.clone(), context.config.table()),
            clock: context.clock.clone(),
        }
    }
}

shared::routes! {
    App:
    follows::follow_person, follows::unfollow_person;
    follows::follow_topic, follows::unfollow_topic;
    smiles::smile_post, smiles::take_back_smile;
}

/// Every route of this function, within the edge.
pub fn router(context: &Context) -> Router {
    edge(routes().with_state(App::new(context)), context)
}

/// The function, as Lambda and the local cloud run it.
pub fn function(context: &Context) -> Http {
    Http::new(router(context)).warmed_by(context.warm_up())
}
