//! What is in one's lists: hearts, which go to a list of their own, and things that are put into any, moved, and taken
//! out.

use axum::extract::State;
use domain::{
    engagement::{Heat, Idea, IdeaList, note},
    ids::{ListId, PostId, ProductId, UserId},
    people::Rules,
    posts::PostStatus,
    shown::Onlooker,
};
use http::StatusCode;
use serde::Deserialize;
use shared::{
    error::{Error, Invalid},
    http::{JsonBody, Patch, Path, Prime, Viewer, Wire},
    store::{Ground, Putting, Spot},
};
use utoipa::ToSchema;

use crate::{App, lists::own_list};

/// How a thing is to be in a list.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct ChangeItem {
    /// What is said of it: up to 500 characters, null for nothing; left out, it stays.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 500)]
    note: Patch<String>,
    /// At so manieth place, from 0, of the list without it; beyond its end, last. Left out, a new one comes last, and
    /// one that is there stays.
    #[schema(minimum = 0)]
    position: Option<u64>,
}

/// The same, read.
#[derive(Debug, Default)]
pub struct Said {
    note: Option<Option<String>>,
    position: Option<usize>,
}

impl Wire for ChangeItem {
    type Parsed = Said;

    fn parse(self, invalid: &mut Invalid) -> Option<Said> {
        let note = match self.note {
            Patch::Keep => None,
            Patch::Clear => Some(None),
            Patch::Set(text) => Some(invalid.check("/note", note(&text))?),
        };
        let position = self.position;
        let position = position.map(|position| usize::try_from(position).unwrap_or(usize::MAX));
        Some(Said { note, position })
    }
}

/// Hearts a product: it comes first in one's list of hearts.
#[utoipa::path(
    put,
    path = "/v1/products/{product_id}/heart",
    tag = "engagement",
    params(("product_id" = String, Path)),
    security(("bearer" = [])),
    responses(
        (status = 204, description = "Hearted."),
        (status = 409, description = "The list of hearts is full, or there are too many lists."))
)]
pub async fn heart_product(
    State(app): State<App>,
    Prime(viewer): Prime,
    Path(product): Path<String>,
) -> Result<StatusCode, Error> {
    let product = ProductId::from_public(&product).map(Idea::Product);
    app.heart(&viewer.id, product).await
}

/// Hearts a product no longer: it leaves one's list of hearts alone.
#[utoipa::path(
    delete,
    path = "/v1/products/{product_id}/heart",
    tag = "engagement",
    params(("product_id" = String, Path)),
    security(("bearer" = [])),
    responses((status = 204, description = "Not hearted any more."))
)]
pub async fn unheart_product(
    State(app): State<App>,
    viewer: Viewer,
    Path(product): Path<String>,
) -> Result<StatusCode, Error> {
    let product = ProductId::from_public(&product).map(Idea::Product);
    app.unheart(&viewer.id, product).await
}

/// Hearts a post: it comes first in one's list of hearts.
#[utoipa::path(
    put,
    path = "/v1/posts/{post_id}/heart",
    tag = "engagement",
    params(("post_id" = String, Path)),
    security(("bearer" = [])),
    responses(
        (status = 204, description = "Hearted."),
        (status = 409, description = "The list of hearts is full, or there are too many lists."))
)]
pub async fn heart_post(
    State(app): State<App>,
    Prime(viewer): Prime,
    Path(post): Path<String>,
) -> Result<StatusCode, Error> {
    let post = post.parse::<PostId>().ok().map(Idea::Post);
    app.heart(&viewer.id, post).await
}

/// Hearts a post no longer: it leaves one's list of hearts alone.
#[utoipa::path(
    delete,
    path = "/v1/posts/{post_id}/heart",
    tag = "engagement",
    params(("post_id" = String, Path)),
    security(("bearer" = [])),
    responses((status = 204, description = "Not hearted any more."))
)]
pub async fn unheart_post(
    State(app): State<App>,
    viewer: Viewer,
    Path(post): Path<String>,
) -> Result<StatusCode, Error> {
    let post = post.parse::<PostId>().ok().map(Idea::Post);
    app.unheart(&viewer.id, post).await
}

/// Puts a product or a post into a list of one's own, or changes its note and its place there.
#[utoipa::path(
    put,
    path = "/v1/lists/{list_id}/items/{kind}/{item_id}",
    tag = "engagement",
    params(
        ("list_id" = String, Path),
        ("kind" = String, Path, description = "`product` or `post`."),
        ("item_id" = String, Path, description = "As a card says it.")
    ),
    request_body = ChangeItem,
    security(("bearer" = [])),
    responses(
        (status = 204, description = "It is there."),
        (status = 409, description = "The list is full."))
)]
pub async fn put_item(
    State(app): State<App>,
    viewer: Viewer,
    Path((list, kind, id)): Path<(String, String, String)>,
    body: JsonBody,
) -> Result<StatusCode, Error> {
    let (me, now) = (viewer.id, app.clock.now());
    let sent = match body.is_empty() {
        true => Ok(Said::default()),
        false => body.parse::<ChangeItem>(),
    };
    let said = sent.as_ref().ok();
    let wanted = Wanted {
        list: list.parse().ok(),
        idea: Idea::from_path(&kind, &id),
        note: said.and_then(|said| said.note.clone()),
        spot: match said.and_then(|said| said.position) {
            Some(position) => Spot::At(position),
            None => Spot::End,
        },
    };
    let (caller, filter) = (app.actor(&me), app.filter.now(now));
    let (found, filter) = futures::join!(app.found(&me, wanted, caller), filter);
    let (found, actor) = found?;
    own_list(found.list, &found.onlooker)?;
    let (put, ground) = found.seen.ok_or(Error::NotFound)?;
    sent?;
    let mut invalid = Invalid::default();
    let note = put.note.iter().flatten();
    let note = note.map(|note| ("/note", note.as_str()));
    invalid.unwanted(filter.screen(note).unheld());
    invalid.finish()?;
    Box::pin(app.store.put_into_list(&actor, &put, ground, now)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a product or a post out of a list of one's own.
#[utoipa::path(
    delete,
    path = "/v1/lists/{list_id}/items/{kind}/{item_id}",
    tag = "engagement",
    params(
        ("list_id" = String, Path),
        ("kind" = String, Path, description = "`product` or `post`."),
        ("item_id" = String, Path, description = "As a card says it.")
    ),
    security(("bearer" = [])),
    responses((status = 204, description = "It is not there any more."))
)]
pub async fn take_out_item(
    State(app): State<App>,
    viewer: Viewer,
    Path((list, kind, id)): Path<(String, String, String)>,
) -> Result<StatusCode, Error> {
    let me = viewer.id;
    let wanted = Wanted {
        list: list.parse().ok(),
        idea: Idea::from_path(&kind, &id),
        note: None,
        spot: Spot::Front,
    };
    let caller = app.store.rules(&me);
    let (found, _) = app.found(&me, wanted, caller).await?;
    let list = own_list(found.list, &found.onlooker)?;
    // What one does not see any more can be taken out still.
    let (put, ground) = found.there.or(found.seen).ok_or(Error::NotFound)?;
    let of = (&me, list.id);
    let out = app
        .store
        .take_out_of_list(of, &put.idea, Some(ground), false);
    Box::pin(out).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is asked for.
struct Wanted {
    /// `None` where that is no list's id.
    list: Option<ListId>,
    /// `None` where a list can hold nothing of that kind and id.
    idea: Option<Idea>,
    note: Option<Option<String>>,
    spot: Spot,
}

/// What was found of it.
struct Found {
    onlooker: Onlooker,
    list: Option<IdeaList>,
    /// What the caller sees.
    seen: Option<(Putting, Ground)>,
    /// What they do not see, and is in the list all the same.
    there: Option<(Putting, Ground)>,
}

impl App {
    async fn heart(&self, me: &UserId, idea: Option<Idea>) -> Result<StatusCode, Error> {
        let caller = self.actor(me);
        let (found, actor) = self.found(me, hearts(me, idea), caller).await?;
        let (put, ground) = found.seen.ok_or(Error::NotFound)?;
        let now = self.clock.now();
        Box::pin(self.store.put_into_list(&actor, &put, ground, now)).await?;
        Ok(StatusCode::NO_CONTENT)
    }

    async fn unheart(&self, me: &UserId, idea: Option<Idea>) -> Result<StatusCode, Error> {
        let caller = self.store.rules(me);
        let (found, _) = self.found(me, hearts(me, idea), caller).await?;
        let (put, ground) = found.seen.ok_or(Error::NotFound)?;
        let of = (me, put.list);
        let out = self
            .store
            .take_out_of_list(of, &put.idea, Some(ground), false);
        Box::pin(out).await?;
        Ok(StatusCode::NO_CONTENT)
    }

    /// What the caller asks for, with what it stands on, and the caller as they were let in: one round.
    ///
    /// # Errors
    /// Those of the caller.
    async fn found<C: AsRef<Rules>>(
        &self,
        me: &UserId,
        wanted: Wanted,
        caller: impl Future<Output = Result<C, Error>>,
    ) -> Result<(Found, C), Error> {
        let Wanted {
            list,
            idea,
            note,
            spot,
        } = wanted;
        let (Some(list), Some(idea)) = (list, idea.clone()) else {
            let list = async {
                match list {
                    Some(list) => self.store.list_now(list).await,
                    None => Ok(None),
                }
            };
            let (caller, list) = futures::join!(caller, list);
            let caller = caller?;
            let found = Found {
                onlooker: Onlooker::new(me.clone(), caller.as_ref().clone()),
                list: list?,
                seen: None,
                there: None,
            };
            return Ok((found, caller));
        };
        let put = Putting {
            owner: me.clone(),
            list,
            idea,
            note,
            spot,
        };
        let (caller, ground, found) =
            futures::join!(caller, self.store.ground(&put, false), self.kept(&put.idea));
        let caller = caller?;
        let onlooker = Onlooker::new(me.clone(), caller.as_ref().clone());
        let (mut ground, (heat, author)) = (ground?, found?);
        let list = ground.list.clone();
        ground.heat = heat;
        let is_seen = heat.is_some() && author.is_none_or(|author| onlooker.sees(&author));
        let is_there = ground.saves.contains_key(&put.list);
        let found = Some((put, ground));
        let (seen, there) = match (is_seen, is_there) {
            (true, _) => (found, None),
            (false, true) => (None, found),
            (false, false) => (None, None),
        };
        let found = Found {
            onlooker,
            list,
            seen,
            there,
        };
        Ok((found, caller))
    }

    /// How the counts of a thing are kept that may be put into a list, and of a post whose it is.
    async fn kept(&self, idea: &Idea) -> Result<(Option<Heat>, Option<UserId>), Error> {
        Ok(match idea {
            Idea::Product(product) => {
                let product = self.store.product_now(product).await?;
                (product.map(|product| product.heat()), None)
            }
            Idea::Post(post) => {
                let post = self.store.post_now(*post).await?;
                let post = post.filter(|post| post.status == PostStatus::Published);
                let heat = post.as_ref().map(|post| post.heat());
                (heat, post.map(|post| post.author))
            }
        })
    }
}

fn hearts(me: &UserId, idea: Option<Idea>) -> Wanted {
    Wanted {
        list: Some(ListId::of_hearts(me)),
        idea,
        note: None,
        spot: Spot::Front,
    }
}
