//! Onboarding: the catalogue of interests, joining, profiles, exports, and leaving.

mod about;
mod exports;
mod interests;
mod me;
mod suggested;
mod users;
mod wire;

use axum::Router;
use domain::people::Gate;
use shared::{
    bucket::{KeptFilter, Objects, Presigner},
    http::{Cursors, edge},
    read::Reads,
    runtime::{Clock, Context, Ids, function::Http},
    store::Store,
    views::Presenter,
};

use crate::about::AboutView;

/// What the handlers need.
#[derive(Debug, Clone)]
pub struct App {
    clock: Clock,
    /// Where the API is, for `Location`.
    api_url: String,
    gate: Gate,
    filter: KeptFilter,
    about: AboutView,
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
        let config = &context.config;
        let store = Store::new(context.dynamodb.clone(), config.table());
        let gate = Gate::new(config.terms_version());
        Self {
            about: AboutView::new(&gate, config),
            gate,
            filter: KeptFilter::new(Objects::new(&context.sdk, config.bucket(), Clock::real)),
            reads: Reads::fresh(store.clone()),
            store,
            present: Presenter::new(config.media_url()),
            cursors: Cursors::new(context),
            clock: context.clock.clone(),
            ids: context.ids.clone(),
            exports_a_day: config.exports_a_day().parse().unwrap_or_default(),
            presigner: Presigner::new(&context.sdk, config.bucket()),
            api_url: config.api_url().to_owned(),
        }
    }
}

shared::routes! {
    App:
    about::read_about;
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

/// The function, as Lambda and the local cloud run it. Its filter is read before the first request.
pub fn function(context: &Context) -> Http {
    let app = App::new(context);
    let (filter, table) = (app.filter.clone(), context.warm_up());
    let now = context.clock.now();
    let router = edge(routes().with_state(app), context);
    Http::new(router).warmed_by(filter.warm_up(now, table))
}
