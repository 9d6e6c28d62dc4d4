//! Posting: upload tickets, posts of every kind, and the products in them.

mod change;
mod named;
mod photos;
mod posts;
mod products;
mod publish;
mod reviews;
mod wire;

use axum::Router;
use domain::{
    ids::UserId,
    people::{Actor, Gate, Profile},
};
use shared::{
    bucket::{KeptFilter, MediaNames, Objects, Presigner},
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
    media: MediaNames,
    clock: Clock,
    ids: Ids,
    /// Where the API is, for `Location`.
    api_url: String,
    store: Store,
    objects: Objects,
    presigner: Presigner,
    reads: Reads,
    gate: Gate,
    filter: KeptFilter,
    cursors: Cursors,
    /// How many posts a person may make in an hour; none where the setting is no number.
    posts_an_hour: u32,
    /// How many upload tickets a person may have in an hour.
    tickets_an_hour: u32,
    present: Presenter,
}

impl App {
    /// An app on the context's clients.
    pub fn new(context: &Context) -> Self {
        let config = &context.config;
        let store = Store::new(context.dynamodb.clone(), config.table());
        let objects = Objects::new(&context.sdk, config.bucket(), Clock::real);
        Self {
            filter: KeptFilter::new(objects.clone()),
            objects,
            presigner: Presigner::new(&context.sdk, config.bucket()),
            reads: Reads::fresh(store.clone()),
            gate: Gate::new(config.terms_version()),
            cursors: Cursors::new(context),
            posts_an_hour: config.posts_an_hour().parse().unwrap_or_default(),
            tickets_an_hour: config.tickets_an_hour().parse().unwrap_or_default(),
            present: Presenter::new(config.media_url())
                .linking(config.link_key(), config.api_url()),
            store,
            media: MediaNames::new(config.media_key()),
            clock: context.clock.clone(),
            ids: context.ids.clone(),
            api_url: config.api_url().to_owned(),
        }
    }

    /// The caller of an act, let in by their rules, and their profile: one read.
    async fn acting(&self, me: &UserId) -> Result<(Profile, Actor), Error> {
        let now = self.clock.now();
        self.store.acting_member(&self.gate, me, now).await
    }
}

shared::routes! {
    App:
    photos::request_upload;
    photos::read_photo;
    publish::create_post;
    posts::read_post, change::change_post, posts::delete_post;
    posts::list_posts;
    products::find_products;
    products::read_product;
    reviews::list_reviews;
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
