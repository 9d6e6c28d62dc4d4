//! Storefronts (MONEY 9): an influencer's page under their handle.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use domain::{
    engagement::Visibility,
    feeds::Position,
    ids::{ListId, UserId},
    money::storefront::{FEATURED, Storefront, header},
    people::Profile,
    shown::{Onlooker, Shown},
};
use serde::{Deserialize, Serialize};
use shared::{
    error::{Error, Invalid, Refusal},
    http::{
        IfMatch, JsonBody, MaybeViewer, Page, PageParams, PageQuery, Params, Patch, Path, Viewer,
        Wire,
    },
    table::Anew,
    views::{ListCard, PostView, UserCard},
};
use utoipa::ToSchema;

use crate::App;

/// An influencer's page.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Storefront)]
pub(crate) struct StorefrontView {
    /// Whose.
    user: UserCard,
    /// What they put at its head; may be empty.
    header: String,
    /// Public lists of theirs, in their order.
    #[schema(max_items = 10)]
    featured_lists: Vec<ListCard>,
    /// Their posts, newest first.
    posts: Page<PostView>,
    /// How many follow them.
    followers: u64,
}

/// What is to change; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(crate) struct ChangeStorefront {
    /// Up to 500 characters; `null` for none.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 500)]
    header: Patch<String>,
    /// Public lists of mine; `null` for none.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, max_items = 10)]
    featured_list_ids: Patch<Vec<String>>,
}

/// What a change says.
#[derive(Debug, Default)]
pub(crate) struct Change {
    header: Option<String>,
    featured: Option<Vec<ListId>>,
}

impl Wire for ChangeStorefront {
    type Parsed = Change;

    const FIXED: &'static [&'static str] = &["user", "featured_lists", "posts", "followers"];

    fn parse(self, invalid: &mut Invalid) -> Option<Change> {
        let header = match self.header {
            Patch::Keep => None,
            Patch::Clear => Some(String::new()),
            Patch::Set(text) => Some(invalid.check("/header", header(&text)).unwrap_or_default()),
        };
        let featured = match self.featured_list_ids {
            Patch::Keep => None,
            Patch::Clear => Some(Vec::new()),
            Patch::Set(ids) => Some(lists(&ids, invalid)),
        };
        Some(Change { header, featured })
    }
}

fn lists(ids: &[String], invalid: &mut Invalid) -> Vec<ListId> {
    if ids.len() > FEATURED {
        let most = format!("must name {FEATURED} lists at most");
        invalid.add("/featured_list_ids", most);
    }
    let mut lists = Vec::new();
    for (place, id) in ids.iter().enumerate().take(FEATURED) {
        let pointer = format!("/featured_list_ids/{place}");
        match id.parse::<ListId>() {
            Ok(list) if lists.contains(&list) => invalid.add(pointer, "is named twice"),
            Ok(list) => lists.push(list),
            Err(_no_id) => invalid.add(pointer, "is no public list of yours"),
        }
    }
    lists
}

/// An influencer's page, to whoever may see them; of everybody else there is none.
#[utoipa::path(
    get,
    path = "/v1/storefronts/{handle}",
    tag = "influencer",
    params(("handle" = String, Path), PageQuery),
    security((), ("bearer" = [])),
    responses((status = 200, description = "The page.", body = StorefrontView))
)]
pub(crate) async fn read_storefront(
    State(app): State<App>,
    MaybeViewer(viewer): MaybeViewer,
    Path(handle): Path<String>,
    params: Params,
) -> Result<Json<StorefrontView>, Error> {
    let viewer = viewer.map(|viewer| viewer.id);
    let (profile, onlooker) = app.keeper(viewer.as_ref(), &handle).await?;
    let page = params.page()?;
    let front = app.store.storefront(&profile.id).await?;
    let view = app.storefront_view(&profile, &front, onlooker, &page);
    Box::pin(view).await.map(Json)
}

/// Changes my page: an RFC 7396 merge patch.
#[utoipa::path(
    patch,
    path = "/v1/storefronts/{handle}",
    tag = "influencer",
    params(("handle" = String, Path)),
    request_body(content = ChangeStorefront, content_type = "application/merge-patch+json"),
    security(("bearer" = [])),
    responses((status = 200, description = "The page, changed.", body = StorefrontView))
)]
pub(crate) async fn change_storefront(
    State(app): State<App>,
    viewer: Viewer,
    if_match: IfMatch,
    Path(handle): Path<String>,
    body: JsonBody,
) -> Result<Response, Error> {
    let me = viewer.id;
    let actor = app.store.actor(&app.gate, &me, app.clock.now());
    Box::pin(actor).await?;
    let (profile, onlooker) = app.keeper(Some(&me), &handle).await?;
    if profile.id != me {
        return Err(Error::Refused(Refusal::NotOwner));
    }
    let mut invalid = Invalid::default();
    let change = body.parse_noting::<ChangeStorefront>(&mut invalid)?;
    let change = change.unwrap_or_default();
    let filter = app.filter.now(app.clock.now()).await;
    let said = change
        .header
        .iter()
        .map(|header| ("/header", header.as_str()));
    invalid.unwanted(filter.screen(said).unheld());
    if let Some(featured) = &change.featured {
        app.only_own(&me, featured, &mut invalid).await?;
    }
    invalid.finish()?;
    let first = PageParams {
        limit: 20,
        cursor: None,
    };
    let mut anew = Anew::standing_on("a storefront");
    loop {
        let before = app.store.storefront(&me).await?;
        if if_match.is_sent() {
            let seen = app.storefront_view(&profile, &before, onlooker.clone(), &first);
            if_match.check(&Box::pin(seen).await?, &app.clock)?;
        }
        let after = Storefront {
            header: change
                .header
                .clone()
                .unwrap_or_else(|| before.header.clone()),
            featured: change
                .featured
                .clone()
                .unwrap_or_else(|| before.featured.clone()),
            edition: before.edition + 1,
        };
        if app.store.put_storefront(&me, &before, &after).await? {
            let view = app.storefront_view(&profile, &after, onlooker, &first);
            return Ok(Json(Box::pin(view).await?).into_response());
        }
        anew.begin().await?;
    }
}

impl App {
    /// The influencer of this handle, as whoever looks sees them.
    async fn keeper(
        &self,
        viewer: Option<&UserId>,
        handle: &str,
    ) -> Result<(Shown<Profile>, Onlooker), Error> {
        let (profile, onlooker) = self.reads.met(viewer, handle).await?;
        if profile.influencer {
            Ok((profile, onlooker))
        } else {
            Err(Error::NotFound)
        }
    }

    /// Notes each of these lists that is no public one of theirs.
    async fn only_own(
        &self,
        me: &UserId,
        lists: &[ListId],
        invalid: &mut Invalid,
    ) -> Result<(), Error> {
        let found = self.store.lists(lists.iter().copied()).await?;
        for (place, id) in lists.iter().enumerate() {
            let list = found.get(id).filter(|list| list.owner == *me);
            if list.is_none_or(|list| list.visibility != Visibility::Public) {
                let pointer = format!("/featured_list_ids/{place}");
                invalid.add(pointer, "is no public list of yours");
            }
        }
        Ok(())
    }

    async fn storefront_view(
        &self,
        profile: &Shown<Profile>,
        front: &Storefront,
        onlooker: Onlooker,
        page: &PageParams,
    ) -> Result<StorefrontView, Error> {
        let (owner, now) = (&profile.id, self.clock.now());
        let name = format!("storefront of {owner}");
        let list = self.cursors.list(&name, None);
        let before: Option<Position> = list.place(page)?;
        let page = (before, page.limit);
        let found = self.reads.front(owner, front, onlooker, page, now).await?;
        let (posts, read) = (&found.posts, &found.posts.read);
        let shown = posts.posts.iter();
        let items = shown.map(|post| self.present.post(post, read, now));
        let cards = found.featured.iter();
        let cards = cards.filter_map(|list| self.present.list_card(list, &found.shelf));
        Ok(StorefrontView {
            user: self.present.user(profile),
            header: front.header.clone(),
            featured_lists: cards.collect(),
            posts: list.page(items.collect(), |shown| posts.after(shown))?,
            followers: profile.followers,
        })
    }
}
