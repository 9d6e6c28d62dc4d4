//! Posts that the store has shown for sponsors (FEEDS 3): beginning it, what there is, and ending it.

use std::collections::BTreeSet;

use axum::{Json, extract::State, response::Response};
use domain::{
    feeds::{MOST_PER_READER_DAY, PER_READER_DAY, Sponsorship, Surface},
    ids::{PostId, SponsorshipId, TopicId},
    posts::{Post, PostStatus},
    time::sent,
};
use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::{
    error::{Error, Invalid},
    http::{Admin, JsonBody, Page, PageQuery, Params, Path, Wire, created},
    table::Anew,
    views::{Time, words},
};
use utoipa::ToSchema;

use crate::App;

const ROUTE: &str = "POST /v1/admin/sponsored";

/// A post that is to be shown for a sponsor.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewSponsorship {
    /// Which: a published one.
    #[schema(required, nullable = false)]
    post_id: Option<String>,
    /// To the followers of these topics and on their walls alone; to all where it is left out.
    #[schema(max_items = 90)]
    topics: Option<Vec<String>>,
    /// Where.
    #[schema(required, nullable = false, min_items = 1, max_items = 2, value_type = Vec<words::SponsoredPlace>)]
    places: Option<Vec<String>>,
    /// From when on.
    #[schema(required, nullable = false, format = "date-time")]
    starts_at: Option<String>,
    /// Until when: later than it starts, and than now.
    #[schema(required, nullable = false, format = "date-time")]
    ends_at: Option<String>,
    /// How often a reader is shown it a day, by UTC, at most; twice unless said otherwise.
    #[schema(minimum = 1, maximum = 5)]
    per_reader_day: Option<u32>,
}

/// The same as far as it can be read without the table.
#[derive(Debug)]
pub struct Draft {
    post: Option<PostId>,
    topics: BTreeSet<TopicId>,
    places: BTreeSet<Surface>,
    starts_at: Option<Timestamp>,
    ends_at: Option<Timestamp>,
    per_reader_day: u8,
}

const NO_POST: &str = "is no published post";

impl Wire for NewSponsorship {
    type Parsed = Draft;

    /// Always what is good of it, so that the post is looked for even where the rest is bad.
    fn parse(self, invalid: &mut Invalid) -> Option<Draft> {
        let required = || "is required".to_owned();
        let post = self.post_id.ok_or_else(required);
        let post = post.and_then(|id| id.parse().map_err(|_none| NO_POST.to_owned()));
        let post = invalid.check("/post_id", post);
        let mut topics = BTreeSet::new();
        for (at, id) in self.topics.iter().flatten().enumerate() {
            let topic = TopicId::parse(id).ok_or_else(|| "is no topic".to_owned());
            topics.extend(invalid.check(&format!("/topics/{at}"), topic));
        }
        let mut places = BTreeSet::new();
        match self.places {
            None => invalid.add("/places", required()),
            Some(sent) if sent.is_empty() => invalid.add("/places", "needs one at least"),
            Some(sent) => {
                for (at, name) in sent.iter().enumerate() {
                    let place = Surface::ALL.into_iter().find(|place| place.name() == name);
                    let place = place.ok_or_else(|| "must be one of: home, wall".to_owned());
                    places.extend(invalid.check(&format!("/places/{at}"), place));
                }
            }
        }
        let time = |text: Option<String>| {
            let text = text.ok_or_else(required)?;
            sent(&text).ok_or_else(|| "is no time (RFC 3339)".to_owned())
        };
        let starts_at = invalid.check("/starts_at", time(self.starts_at));
        let ends_at = invalid.check("/ends_at", time(self.ends_at));
        if let (Some(start), Some(end)) = (starts_at, ends_at)
            && end <= start
        {
            invalid.add("/ends_at", "is not after its start");
        }
        let per_day = self.per_reader_day.map_or(Ok(PER_READER_DAY), |sent| {
            let fits = u8::try_from(sent).ok();
            let fits = fits.filter(|sent| (1..=MOST_PER_READER_DAY).contains(sent));
            fits.ok_or_else(|| format!("must be from 1 to {MOST_PER_READER_DAY}"))
        });
        let per_day = invalid.check("/per_reader_day", per_day);
        Some(Draft {
            post,
            topics,
            places,
            starts_at,
            ends_at,
            per_reader_day: per_day.unwrap_or(PER_READER_DAY),
        })
    }
}

impl Draft {
    /// What comes of it with the post, if that is one that can be shown.
    ///
    /// # Errors
    /// 422 all that is wrong.
    fn checked(
        &self,
        post: Option<Post>,
        mut invalid: Invalid,
        id: impl FnOnce(Timestamp) -> SponsorshipId,
        now: Timestamp,
    ) -> Result<(Sponsorship, Post), Error> {
        let post = post.filter(|post| post.status == PostStatus::Published);
        if post.is_none() && self.post.is_some() {
            invalid.add("/post_id", NO_POST);
        }
        if self.ends_at.is_some_and(|end| end <= now)
            && !invalid
                .fields()
                .iter()
                .any(|field| field.pointer == "/ends_at")
        {
            invalid.add("/ends_at", "is past");
        }
        let (Some(post), Some(starts_at), Some(ends_at), true) =
            (post, self.starts_at, self.ends_at, invalid.is_empty())
        else {
            return Err(Error::Invalid(invalid));
        };
        let sponsorship = Sponsorship {
            id: id(ends_at),
            post: post.id,
            topics: self.topics.clone(),
            places: self.places.clone(),
            starts_at,
            ends_at,
            per_reader_day: self.per_reader_day,
        };
        Ok((sponsorship, post))
    }
}

/// That a post is shown for a sponsor.
#[derive(Debug, Serialize, ToSchema)]
pub struct SponsorshipView {
    /// Which.
    pub id: String,
    /// What is shown.
    pub post_id: String,
    /// To the followers of these topics and on their walls alone; to all where there are none.
    #[schema(max_items = 90)]
    pub topics: Vec<String>,
    /// Where.
    #[schema(min_items = 1, max_items = 2, value_type = Vec<words::SponsoredPlace>)]
    pub places: Vec<&'static str>,
    /// From when on.
    pub starts_at: Time,
    /// Until when.
    pub ends_at: Time,
    /// How often a reader is shown it a day, by UTC, at most.
    #[schema(minimum = 1, maximum = 5)]
    pub per_reader_day: u32,
}

impl From<&Sponsorship> for SponsorshipView {
    fn from(sponsorship: &Sponsorship) -> Self {
        Self {
            id: sponsorship.id.to_string(),
            post_id: sponsorship.post.to_string(),
            topics: sponsorship.topics.iter().map(ToString::to_string).collect(),
            places: sponsorship
                .places
                .iter()
                .map(|place| place.name())
                .collect(),
            starts_at: sponsorship.starts_at.into(),
            ends_at: sponsorship.ends_at.into(),
            per_reader_day: u32::from(sponsorship.per_reader_day),
        }
    }
}

/// Has a published post shown for a sponsor; from then on it says so itself.
#[utoipa::path(
    post,
    path = "/v1/admin/sponsored",
    tag = "admin",
    request_body = NewSponsorship,
    security(("bearer" = [])),
    responses((status = 201, description = "It will be shown.", body = SponsorshipView))
)]
pub async fn sponsor(
    State(app): State<App>,
    Admin(viewer): Admin,
    body: JsonBody,
) -> Result<Response, Error> {
    let mut invalid = Invalid::default();
    let draft = body.parse_noting::<NewSponsorship>(&mut invalid)?;
    let claim = body.claim(&viewer, ROUTE)?;
    let Some(draft) = draft else {
        return Err(Error::Invalid(invalid));
    };
    let mut anew = Anew::standing_on("a post");
    let sponsorship = loop {
        let now = app.clock.now();
        if let Some(claim) = &claim
            && let Some(made) = app.store.made_before(claim, now).await?
        {
            let id = made.parse().map_err(Error::internal)?;
            let made = app.store.sponsorship(id).await?;
            break made.ok_or(Error::Gone)?;
        }
        let post = match draft.post {
            Some(post) => app.store.post_now(post).await?,
            None => None,
        };
        let id = |ends_at: Timestamp| SponsorshipId(app.ids.ulid_at(ends_at));
        let (sponsorship, post) = draft.checked(post, invalid.clone(), id, now)?;
        let begun = app.store.sponsor(&sponsorship, &post, claim.as_ref(), now);
        if Box::pin(begun).await? {
            break sponsorship;
        }
        anew.begin().await?;
    };
    let path = format!("/v1/admin/sponsored/{}", sponsorship.id);
    created(&app.api_url, &path, SponsorshipView::from(&sponsorship))
}

/// What is, was and will be shown for sponsors; what ends last comes first.
#[utoipa::path(
    get,
    path = "/v1/admin/sponsored",
    tag = "admin",
    params(PageQuery),
    security(("bearer" = [])),
    responses((status = 200, description = "A page, what ends last first.", body = Page<SponsorshipView>))
)]
pub async fn list_sponsored(
    State(app): State<App>,
    _admin: Admin,
    params: Params,
) -> Result<Json<Page<SponsorshipView>>, Error> {
    let page = params.page()?;
    let list = app.cursors.list("sponsored", None);
    let before: Option<SponsorshipId> = list.place(&page)?;
    let (found, more) = app.store.sponsorships(before, page.limit).await?;
    let items: Vec<_> = found.iter().map(SponsorshipView::from).collect();
    list.page(items, |shown| {
        let goes_on = more || shown < found.len();
        let last = shown.checked_sub(1).and_then(|last| found.get(last));
        last.filter(|_| goes_on).map(|last| last.id)
    })
    .map(Json)
}

/// Shows a post for a sponsor no longer. The post says still that it was.
#[utoipa::path(
    delete,
    path = "/v1/admin/sponsored/{id}",
    tag = "admin",
    params(("id" = String, Path, description = "Which.")),
    security(("bearer" = [])),
    responses((status = 204, description = "It has ended."))
)]
pub async fn end_sponsorship(
    State(app): State<App>,
    _admin: Admin,
    Path(id): Path<String>,
) -> Result<StatusCode, Error> {
    let id = id.parse().map_err(|_none| Error::NotFound)?;
    let ended = app.store.end_sponsorship(id).await?;
    ended
        .then_some(StatusCode::NO_CONTENT)
        .ok_or(Error::NotFound)
}
