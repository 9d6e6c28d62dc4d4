//! Onboarding: the catalogue of interests, joining, profiles, exports, and leaving.

mod exports;
mod interests;
mod me;
mod suggested;
mod users;
mod wire;

use axum::Router;
use shared::{
    bucket::Presigner,
    http::{Cursors, edge},
    read::Reads,
    runtime::{Clock, Context, Ids, function::Http},
    store::Store,
    views::Presenter,
};

/// What the handlers need.
#[derive(Debug, Clone)]
pub struct App {
    clock: Clock,
    /// Where the API is, for `Location`.
    api_url: String,
    ids: Ids,
    exports_a_day: u32,
    presigner: Presigner,
    store: Store,
    reads: Reads,
    present: Presenter,
    cursors: Cursors,
}

impl App {
    /// An app on the context's clients.
    pub fn new(context: &Context) -> Self {
        let store = Store::new(context.dynamodb.clone(), context.config.table());
        Self {
            reads: Reads::fresh(store.clone()),
            store,
            present: Presenter::new(context.config.media_url()),
            cursors: Cursors::new(context),
            clock: context.clock.clone(),
            ids: context.ids.clone(),
            exports_a_day: context.config.exports_a_day().parse().unwrap_or_default(),
            presigner: Presigner::new(&context.sdk, context.config.bucket()),
            api_url: context.config.api_url().to_owned(),
        }
    }
}

shared::routes! {
    App:
    interests::list_interests;
    me::join, me::read_me, me::change_me, me::leave;
    exports::ask_for_export;
    exports::read_export;
    exports::read_exported_photo;
    users::read_user;
    suggested::list_suggested;
}

/// Every route of this function, within the edge.
pub fn router(context: &Context) -> Router {
    edge(routes().with_state(App::new(context)), context)
}

/// The function, as Lambda and the local cloud run it.
pub fn function(context: &Context) -> Http {
    Http::new(router(context)).warmed_by(context.warm_up())
}
