//! Engagement: following people and topics, blocking and muting, what is done at posts and said of them, lists, and the inbox.

mod answers;
mod appeals;
mod blocks;
mod cards;
mod comments;
mod follows;
mod ideas;
mod lists;
mod named;
mod naming;
mod notices;
mod people;
mod posts;
mod reports;
mod say;
mod votes;

use axum::Router;
use domain::{engagement::Weight, ids::UserId, people::Gate};
use shared::{
    bucket::{KeptFilter, Objects},
    error::Error,
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
    /// How many comments a person may write in an hour; none where the setting is no number.
    comments_an_hour: u32,
    gate: Gate,
    filter: KeptFilter,
    /// How many reports a person may make in an hour.
    reports_an_hour: u32,
    /// How many appeals.
    appeals_an_hour: u32,
    /// From which weight on reports hide something.
    hide_weight: Weight,
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
        let config = &context.config;
        let store = Store::new(context.dynamodb.clone(), config.table());
        Self {
            reads: Reads::fresh(store.clone()),
            inboxes: Reads::caching(store.clone()),
            store,
            cursors: Cursors::new(context),
            present: Presenter::new(config.media_url())
                .linking(config.link_key(), config.api_url()),
            clock: context.clock.clone(),
            ids: context.ids.clone(),
            api_url: config.api_url().to_owned(),
            gate: Gate::new(config.terms_version()),
            filter: KeptFilter::new(Objects::new(&context.sdk, config.bucket(), Clock::real)),
            reports_an_hour: config.reports_an_hour().parse().unwrap_or_default(),
            appeals_an_hour: config.appeals_an_hour().parse().unwrap_or_default(),
            hide_weight: Weight::of_ones(config.hide_weight()),
            comments_an_hour: config.comments_an_hour().parse().unwrap_or_default(),
        }
    }

    /// What a request says; who has not joined is told so before what is wrong with it.
    pub(crate) async fn after_joining<T>(
        &self,
        me: &UserId,
        read: Result<T, Error>,
    ) -> Result<T, Error> {
        match read {
            Ok(read) => Ok(read),
            Err(wrong) => Err(self.store.rules(me).await.err().unwrap_or(wrong)),
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
    comments::list_comments, say::create_comment;
    comments::delete_comment;
    comments::smile_comment, comments::take_back_comment_smile;
    answers::accept_answer, answers::accept_no_more;
    ideas::heart_product, ideas::unheart_product;
    ideas::heart_post, ideas::unheart_post;
    lists::list_my_lists, lists::create_list;
    lists::read_list, lists::change_list, lists::delete_list;
    ideas::put_item, ideas::take_out_item;
    cards::list_lists_of;
    cards::list_lists_with;
    reports::report;
    appeals::appeal;
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
