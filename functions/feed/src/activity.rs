//! What apps tell of what their people do (FEEDS 4): it is taken, shown to whose it is, and forgotten.

use std::collections::{BTreeSet, HashMap};

use axum::{Json, extract::State};
use domain::{
    feeds::{Act, Event, History, nudge::NudgeAfter},
    ids::{PostId, ProductId, UserId},
    posts::Hydrated,
    shown::Onlooker,
    text, time,
};
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use shared::{
    error::{Error, Invalid},
    http::{JsonBody, Viewer, Wire},
    runtime::Config,
    store::Shopper,
    table::Anew,
    views::{ProductCard, Time, words},
};
use utoipa::ToSchema;

use crate::App;

/// So many events are taken at once.
const EVENTS: usize = 100;
/// No event is older,
const OLDEST: SignedDuration = SignedDuration::from_hours(24);
/// and none further ahead: clocks differ.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);
/// The longest pause, in seconds.
const LONGEST_IDLE: u64 = 86_400;

const REQUIRED: &str = "is required";
const NO_PRODUCT: &str = "is no product of the catalogue";
const NO_POST: &str = "is no post that can be seen";

/// What somebody did.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewActivity {
    /// In any order.
    #[schema(required, nullable = false, min_items = 1, max_items = 100)]
    events: Option<Vec<NewEvent>>,
}

/// One thing that somebody did.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewEvent {
    /// What.
    #[serde(rename = "type")]
    #[schema(required, nullable = false, value_type = words::ActivityType)]
    kind: Option<String>,
    /// Which product was viewed or bought.
    product_id: Option<String>,
    /// Which post was viewed.
    #[schema(pattern = "^[0-7][0-9A-HJKMNP-TV-Z]{25}$")]
    post_id: Option<String>,
    /// What the feed gave out with the post; a bad one is no error.
    view_token: Option<String>,
    /// What was searched for.
    #[schema(min_length = 1, max_length = 200)]
    query: Option<String>,
    /// For how long nothing was done.
    #[schema(minimum = 0, maximum = 86400)]
    seconds: Option<u64>,
    /// When: within the last 24 hours, and at most 5 minutes ahead.
    #[schema(required, nullable = false, format = DateTime)]
    at: Option<String>,
}

/// An event as far as it can be read, with its place in the body.
#[derive(Debug)]
pub struct Draft {
    index: usize,
    what: Option<Act>,
    at: Option<Timestamp>,
    token: Option<String>,
}

impl Wire for NewActivity {
    type Parsed = Vec<Draft>;

    /// Always what is good of it, so that what it names is looked at even where the rest is bad.
    fn parse(self, invalid: &mut Invalid) -> Option<Vec<Draft>> {
        let sent = match self.events {
            None => {
                invalid.add("/events", REQUIRED);
                Vec::new()
            }
            Some(sent) => {
                if sent.is_empty() || sent.len() > EVENTS {
                    let count = format!("has {}; 1 to {EVENTS}", sent.len());
                    invalid.add("/events", count);
                }
                sent
            }
        };
        let drafts = sent.into_iter().take(EVENTS).enumerate();
        Some(
            drafts
                .map(|(index, event)| event.read(index, invalid))
                .collect(),
        )
    }
}

impl NewEvent {
    fn read(self, index: usize, invalid: &mut Invalid) -> Draft {
        let field = |name: &str| format!("/events/{index}/{name}");
        let sent = self.at.ok_or_else(|| REQUIRED.to_owned());
        let sent = sent.and_then(|at| {
            let none = || "must be a time such as 2026-11-21T18:00:00Z".to_owned();
            time::sent(&at).ok_or_else(none)
        });
        let at = invalid.check(&field("at"), sent);
        let product = || {
            let sent = self.product_id.as_deref().ok_or(REQUIRED)?;
            ProductId::from_public(sent).ok_or(NO_PRODUCT)
        };
        let product = || product().map_err(str::to_owned);
        let what = match self.kind.as_deref() {
            None => {
                invalid.add(field("type"), REQUIRED);
                None
            }
            Some("product_view") => {
                let viewed = invalid.check(&field("product_id"), product());
                viewed.map(Act::ViewProduct)
            }
            Some("purchase") => {
                let bought = invalid.check(&field("product_id"), product());
                bought.map(Act::Purchase)
            }
            Some("post_view") => {
                let sent = self.post_id.as_deref().ok_or(REQUIRED);
                let post = sent.and_then(|id| id.parse::<PostId>().map_err(|_odd| NO_POST));
                let post = post.map_err(str::to_owned);
                invalid.check(&field("post_id"), post).map(Act::ViewPost)
            }
            Some("search") => {
                let sent = self.query.ok_or_else(|| REQUIRED.to_owned());
                let query = sent.and_then(|query| text::line(&query, text::QUERY));
                invalid.check(&field("query"), query).map(Act::Search)
            }
            Some("idle") => {
                let sent = self.seconds.ok_or_else(|| REQUIRED.to_owned());
                let seconds = sent.and_then(|seconds| {
                    let fits = u32::try_from(seconds).ok();
                    let fits = fits.filter(|_| seconds <= LONGEST_IDLE);
                    fits.ok_or_else(|| format!("must be 0 to {LONGEST_IDLE}"))
                });
                invalid.check(&field("seconds"), seconds).map(Act::Idle)
            }
            Some(_) => {
                let known = "must be one of: product_view, post_view, search, purchase, idle";
                invalid.add(field("type"), known);
                None
            }
        };
        let token = self.view_token;
        Draft {
            index,
            what,
            at,
            token,
        }
    }
}

impl Draft {
    fn product(&self) -> Option<&ProductId> {
        match self.what.as_ref()? {
            Act::ViewProduct(product) | Act::Purchase(product) => Some(product),
            Act::ViewPost(_) | Act::Search(_) | Act::Idle(_) => None,
        }
    }

    fn post(&self) -> Option<PostId> {
        match self.what.as_ref()? {
            Act::ViewPost(post) => Some(*post),
            Act::ViewProduct(_) | Act::Purchase(_) | Act::Search(_) | Act::Idle(_) => None,
        }
    }

    /// The post that was viewed, and what the feed gave out with it.
    fn view(&self) -> Option<(PostId, &str)> {
        Some((self.post()?, self.token.as_deref()?))
    }

    fn event(self) -> Option<Event> {
        let (what, at) = (self.what?, self.at?);
        Some(Event { what, at })
    }
}

/// What the app may do now.
#[derive(Debug, Serialize, ToSchema)]
pub struct NudgeView {
    /// `stream`, after some product views and a pause: the app may open the stream by itself. Else `null`.
    #[schema(required)]
    pub nudge: Option<&'static str>,
}

/// What one's stream goes by.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActivityView {
    /// The products that one used, the last used first.
    #[schema(max_items = 60)]
    pub products: Vec<UsedView>,
    /// What one searched for, the latest first.
    #[schema(max_items = 10)]
    pub queries: Vec<QueryView>,
}

/// A product that one used.
#[derive(Debug, Serialize, ToSchema)]
pub struct UsedView {
    /// Which.
    pub product: ProductCard,
    /// How often one viewed it.
    pub views: u32,
    /// How often one bought it.
    pub purchases: u32,
    /// Whether it is among one's hearts.
    pub hearted: bool,
    /// When one used it last, to the second.
    pub last_at: Time,
}

/// Something that one searched for.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueryView {
    /// What, cut to 60 bytes.
    pub query: String,
    /// When, to the second.
    pub at: Time,
}

/// Takes what somebody did: their stream goes by it, and nothing else.
#[utoipa::path(
    post,
    path = "/v1/activity",
    tag = "feed",
    request_body = NewActivity,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "What the app may do now.", body = NudgeView))
)]
pub async fn note_activity(
    State(app): State<App>,
    viewer: Viewer,
    body: JsonBody,
) -> Result<Json<NudgeView>, Error> {
    let (me, mut invalid) = (&viewer.id, Invalid::default());
    let drafts = match body.parse_noting::<NewActivity>(&mut invalid) {
        Ok(drafts) => drafts.unwrap_or_default(),
        // Who has not joined is told so first.
        Err(error) => return Err(app.store.rules(me).await.err().unwrap_or(error)),
    };
    let now = app.clock.now();
    let products: BTreeSet<_> = drafts.iter().filter_map(Draft::product).collect();
    let posts: BTreeSet<_> = drafts.iter().filter_map(Draft::post).collect();
    let (shopper, products, posts) = futures::try_join!(
        app.store.shopper(me),
        app.store.products(products),
        app.store.posts(posts)
    )?;
    let onlooker = Onlooker::new(me.clone(), shopper.rules.clone());
    let (oldest, newest) = (
        now.saturating_sub(OLDEST).map_err(Error::internal)?,
        now.saturating_add(AHEAD).map_err(Error::internal)?,
    );
    let seen = posts.into_values().filter_map(|post| onlooker.opens(post));
    let seen: HashMap<_, _> = seen.map(|post| (post.id, post)).collect();
    for draft in &drafts {
        let field = |name: &str| format!("/events/{}/{name}", draft.index);
        if draft.at.is_some_and(|at| !(oldest..=newest).contains(&at)) {
            let range = "must be within the last 24 hours, and at most 5 minutes ahead";
            invalid.add(field("at"), range);
        }
        if draft.product().is_some_and(|id| !products.contains_key(id)) {
            invalid.add(field("product_id"), NO_PRODUCT);
        }
        if draft.post().is_some_and(|id| !seen.contains_key(&id)) {
            invalid.add(field("post_id"), NO_POST);
        }
    }
    invalid.finish()?;
    let views = drafts.iter().filter_map(Draft::view);
    let views = views.filter(|(post, token)| app.was_shown(me, *post, token, now));
    let views: HashMap<_, _> = views
        .filter_map(|(post, _)| Some((post, seen.get(&post)?)))
        .collect();
    let events: Vec<_> = drafts.into_iter().filter_map(Draft::event).collect();
    let nudged = app.keep(me, shopper, events, now).await?;
    app.note_views(me, &views, now).await?;
    Ok(Json(NudgeView {
        nudge: nudged.then_some("stream"),
    }))
}

/// What one's stream goes by, and nobody else is shown.
#[utoipa::path(
    get,
    path = "/v1/me/activity",
    tag = "feed",
    security(("bearer" = [])),
    responses((status = 200, description = "What one used.", body = ActivityView))
)]
pub async fn read_activity(
    State(app): State<App>,
    viewer: Viewer,
) -> Result<Json<ActivityView>, Error> {
    let Shopper { history, .. } = app.store.shopper(&viewer.id).await?;
    let ids = history.products().iter().map(|used| &used.product);
    let read = app.reads.products(ids, app.clock.now()).await?;
    Ok(Json(ActivityView::of(&history, &read)))
}

/// Forgets what one's stream goes by.
#[utoipa::path(
    delete,
    path = "/v1/me/activity",
    tag = "feed",
    security(("bearer" = [])),
    responses((status = 204, description = "Forgotten."))
)]
pub async fn forget_activity(State(app): State<App>, viewer: Viewer) -> Result<StatusCode, Error> {
    app.store
        .forget_history(&viewer.id, app.clock.now())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// After what an app is told to open the stream; never, where a setting is no number.
pub(crate) fn nudge_after(config: &Config) -> NudgeAfter {
    NudgeAfter {
        views: config.nudge_views().parse().unwrap_or(usize::MAX),
        pause: config.nudge_pause().parse().unwrap_or(u32::MAX),
    }
}

impl App {
    /// Takes events into somebody's history as it was read, or as it is now: whether they are nudged.
    async fn keep(
        &self,
        me: &UserId,
        mut shopper: Shopper,
        events: Vec<Event>,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let mut anew = Anew::standing_on("what was used");
        loop {
            let mut history = shopper.history;
            let nudged = history.take(events.clone(), now, self.nudge);
            let nudged = nudged.map_err(Error::TooMany)?;
            if self.store.keep_history(me, &history, now).await? {
                return Ok(nudged);
            }
            anew.begin().await?;
            shopper = self.store.shopper(me).await?;
        }
    }
}

impl ActivityView {
    fn of(history: &History, read: &Hydrated) -> Self {
        let products = history.products().iter().map(|used| UsedView {
            product: ProductCard::of(&used.product, read),
            views: used.views,
            purchases: used.purchases,
            hearted: used.hearted,
            last_at: used.last().into(),
        });
        let queries = history.queries().iter().map(|asked| QueryView {
            query: asked.query.clone(),
            at: asked.at().into(),
        });
        Self {
            products: products.collect(),
            queries: queries.collect(),
        }
    }
}
