//! Feeds: the home feed, the walls of topics, where one looks around and what one looks for, assembled for each reader when
//! they ask; and what they tell of what they do, by which their stream goes.
//!
//! Four steps, each a room: `skeleton` gathers which posts may be shown, `hydrate` reads them,
//! the rules and the ranking are `domain::{feed, ranking}`, and `wire` is the answer.

mod activity;
mod explore;
mod feedback;
mod home;
mod noting;
mod reach;
mod receipts;
mod search;
mod skeleton;
mod stream;
mod views;
mod wall;
mod wire;

use axum::Router;
use domain::feeds::nudge::NudgeAfter;
use shared::{
    http::{Cursors, edge},
    read::Reads,
    runtime::{Clock, Context, Ids, function::Http},
    seal::Seal,
    store::Store,
    views::Presenter,
};

/// What the handlers need.
#[derive(Debug, Clone)]
pub struct App {
    clock: Clock,
    ids: Ids,
    nudge: NudgeAfter,
    store: Store,
    cursors: Cursors,
    /// Seals view tokens.
    views: Seal,
    presenter: Presenter,
    reads: Reads,
}

impl App {
    /// The function on these clients.
    pub fn new(context: &Context) -> Self {
        let store = Store::new(context.dynamodb.clone(), context.config.table());
        Self {
            cursors: Cursors::new(context),
            views: Seal::new(context.config.view_key()),
            presenter: Presenter::new(context.config.media_url())
                .linking(context.config.link_key(), context.config.api_url()),
            reads: Reads::caching(store.clone()),
            store,
            clock: context.clock.clone(),
            ids: context.ids.clone(),
            nudge: activity::nudge_after(&context.config),
        }
    }
}

shared::routes! {
    App:
    home::read_feed;
    feedback::give_feedback;
    receipts::read_receipt;
    wall::read_wall;
    reach::read_reach;
    explore::explore;
    stream::read_stream;
    activity::note_activity;
    activity::read_activity;
    activity::forget_activity;
    search::search;
}

/// Every route of this function, within the edge.
pub fn router(context: &Context) -> Router {
    edge(routes().with_state(App::new(context)), context)
}

/// The function, as Lambda and the local cloud run it.
pub fn function(context: &Context) -> Http {
    Http::new(router(context)).warmed_by(context.warm_up())
}
