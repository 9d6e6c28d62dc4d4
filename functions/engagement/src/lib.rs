//! Engagement: following people and topics, blocking and muting, what is done at posts, and the inbox.

mod blocks;
mod follows;
mod named;
mod notices;
mod people;
mod posts;
mod votes;

use axum::Router;
use shared::{
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
    store: Store,
    reads: Reads,
    /// Those of inboxes: people's cards may be some seconds old there.
    inboxes: Reads,
    cursors: Cursors,
    present: Presenter,
}

impl App {
    /// An app on the context's clients.
    pub fn new(context: &Context) -> Self {
        let store = Store::new(context.dynamodb.clone(), context.config.table());
        Self {
            reads: Reads::fresh(store.clone()),
            inboxes: Reads::caching(store.clone()),
            store,
            cursors: Cursors::new(context),
            present: Presenter::new(context.config.media_url()),
            clock: context.clock.clone(),
        }
    }
}

shared::routes! {
    App:
    follows::follow_person, follows::unfollow_person;
    follows::follow_topic, follows::unfollow_topic;
    people::list_followers;
    people::list_following;
    blocks::block, blocks::unblock;
    blocks::mute, blocks::unmute;
    people::list_blocked;
    people::list_muted;
    posts::smile_post, posts::take_back_smile;
    posts::hide_post, posts::unhide_post;
    votes::vote;
    notices::list_notifications;
    notices::read_notifications;
}

/// Every route of this function, within the edge.
pub fn router(context: &Context) -> Router {
    edge(routes().with_state(App::new(context)), context)
}

/// The function, as Lambda and the local cloud run it.
pub fn function(context: &Context) -> Http {
    Http::new(router(context)).warmed_by(context.warm_up())
}
