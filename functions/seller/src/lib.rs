//! Sellers (MONEY 35): what they see of the brands that are theirs, and what they ask of influencers. Nothing here tells of
//! one shopper.

mod brands;
mod briefs;
mod influencers;
mod insights;
mod questions;

use axum::Router;
use shared::{
    bucket::{KeptFilter, Objects},
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
    ids: Ids,
    /// Where the API is, for `Location`.
    api_url: String,
    filter: KeptFilter,
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
        Self {
            filter: KeptFilter::new(Objects::new(&context.sdk, config.bucket(), Clock::real)),
            reads: Reads::fresh(store.clone()),
            store,
            present: Presenter::new(config.media_url())
                .linking(config.link_key(), config.api_url()),
            cursors: Cursors::new(context),
            clock: context.clock.clone(),
            ids: context.ids.clone(),
            api_url: config.api_url().to_owned(),
        }
    }
}

shared::routes! {
    App:
    insights::read_insights;
    questions::list_questions;
    influencers::list_fitting_influencers;
    briefs::list_sent_briefs, briefs::send_brief;
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
