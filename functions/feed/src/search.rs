//! `GET /v1/search`: products, people, topics and posts from one box.

use axum::{Json, extract::State};
use domain::{
    feeds::{search::Query, topics_named},
    ids::{TopicId, UserId},
};
use serde::Serialize;
use shared::{
    error::{Error, Invalid},
    http::{MaybeViewer, Page, PageParams, PageQuery, Params},
    read::GLANCE,
    store::SearchPlace,
    views::{PostView, ProductCard, UserCard, words},
};
use utoipa::ToSchema;

use crate::App;

/// What is found: some of each kind; or, of one kind, a page.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct SearchView {
    /// The first five products.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 5)]
    pub products: Option<Vec<ProductCard>>,
    /// The first five people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 5)]
    pub people: Option<Vec<UserCard>>,
    /// The first five topics.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 5)]
    pub topics: Option<Vec<FoundTopic>>,
    /// The first five posts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 5)]
    pub posts: Option<Vec<PostView>>,
    /// With `type` alone: a page of that kind, each as above.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<Object>, max_items = 100)]
    pub items: Option<Vec<Found>>,
    /// With `type` alone: what to ask on with; `null` at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<Option<String>>,
}

/// A topic that was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundTopic {
    /// What its wall is called by.
    pub id: String,
    /// For people to read.
    pub name: String,
}

/// Something that was found, of the kind that was looked for.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Found {
    /// A product.
    Product(Box<ProductCard>),
    /// A person.
    Person(Box<UserCard>),
    /// A topic.
    Topic(FoundTopic),
    /// A post.
    Post(Box<PostView>),
}

/// Of which kind something is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Products,
    People,
    Topics,
    Posts,
}

/// A word for each kind.
const KINDS: [(&str, Kind); 4] = [
    ("products", Kind::Products),
    ("people", Kind::People),
    ("topics", Kind::Topics),
    ("posts", Kind::Posts),
];

/// What has all the words of `q`, the last of which may be the beginning of one: five of each kind, or a page of one.
#[utoipa::path(
    get,
    path = "/v1/search",
    tag = "feed",
    params(
        ("q" = String, Query, min_length = 2, max_length = 100, description = "What is looked for."),
        ("type" = inline(Option<words::SearchKind>), Query, description = "One kind alone, by pages."),
        PageQuery
    ),
    security((), ("bearer" = [])),
    responses((status = 200, description = "What is found.", body = SearchView))
)]
pub async fn search(
    State(app): State<App>,
    MaybeViewer(viewer): MaybeViewer,
    params: Params,
) -> Result<Json<SearchView>, Error> {
    let mut invalid = Invalid::default();
    let query = params.looked_for(&mut invalid);
    let kind = params.one_of("type", &KINDS, &mut invalid);
    let page = params.page_into(&mut invalid);
    invalid.finish()?;
    let query = query.ok_or_else(|| Error::internal("a query that is none"))?;

    let viewer = viewer.map(|viewer| viewer.id);
    let Some(kind) = kind else {
        return Box::pin(app.glance(&query, viewer.as_ref()))
            .await
            .map(Json);
    };
    let page = app.found(kind, &query, viewer.as_ref(), &page);
    let Page { items, next_cursor } = Box::pin(page).await?;
    Ok(Json(SearchView {
        items: Some(items),
        next_cursor: Some(next_cursor),
        ..SearchView::default()
    }))
}

impl App {
    /// Some of each kind.
    async fn glance(&self, query: &Query, viewer: Option<&UserId>) -> Result<SearchView, Error> {
        let now = self.clock.now();
        let found = self.reads.glance(query, viewer, now).await?;
        let (products, posts) = (&found.products, &found.posts);
        let topics = topics_named(query);
        let topics = topics.iter().take(GLANCE).map(FoundTopic::of);
        let cards = products.found.items.iter();
        let cards = cards.map(|id| ProductCard::of(id, &products.read));
        let people = found.people.items.iter();
        let people = people.map(|profile| self.presenter.user(profile));
        let shown = posts.found.items.iter();
        let shown = shown.map(|post| self.presenter.post(post, &posts.read, now));
        Ok(SearchView {
            products: Some(cards.collect()),
            people: Some(people.collect()),
            topics: Some(topics.collect()),
            posts: Some(shown.collect()),
            ..SearchView::default()
        })
    }

    /// A page of one kind.
    async fn found(
        &self,
        kind: Kind,
        query: &Query,
        viewer: Option<&UserId>,
        page: &PageParams,
    ) -> Result<Page<Found>, Error> {
        let now = self.clock.now();
        let name = format!("search {kind:?} {}", query.text());
        let list = self.cursors.list(&name, viewer);
        if kind == Kind::Topics {
            let topics = topics_named(query);
            let first: usize = list.place(page)?.unwrap_or_default();
            let here = topics.iter().skip(first).take(page.limit);
            let items: Vec<_> = here
                .map(|topic| Found::Topic(FoundTopic::of(topic)))
                .collect();
            let after = |shown: usize| Some(first + shown).filter(|next| *next < topics.len());
            return list.page(items, after);
        }
        let place: Option<SearchPlace> = list.place(page)?;
        let (place, limit) = (place.as_ref(), page.limit);
        match kind {
            Kind::Products => {
                let page = self.reads.found_products(query, place, limit, now).await?;
                let cards = page.found.items.iter();
                let cards = cards.map(|id| ProductCard::of(id, &page.read));
                let items = cards.map(Box::new).map(Found::Product).collect();
                list.page(items, |shown| page.found.after(shown))
            }
            Kind::People => {
                let found = self.reads.found_people(query, viewer, place, limit, now);
                let found = found.await?;
                let cards = found.items.iter();
                let cards = cards.map(|profile| self.presenter.user(profile));
                let items = cards.map(Box::new).map(Found::Person).collect();
                list.page(items, |shown| found.after(shown))
            }
            Kind::Posts => {
                let page = self.reads.found_posts(query, viewer, place, limit, now);
                let page = page.await?;
                let posts = page.found.items.iter();
                let posts = posts.map(|post| self.presenter.post(post, &page.read, now));
                let items = posts.map(Box::new).map(Found::Post).collect();
                list.page(items, |shown| page.found.after(shown))
            }
            Kind::Topics => Err(Error::internal("topics are known")),
        }
    }
}

impl FoundTopic {
    fn of(topic: &TopicId) -> Self {
        Self {
            id: topic.to_string(),
            name: topic.name().to_owned(),
        }
    }
}
