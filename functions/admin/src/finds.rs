//! Interesting Finds: the idea lists that editors feature.

use axum::{Json, extract::State};
use domain::{engagement::Visibility, feeds::FINDS, ids::ListId, shown::Onlooker};
use http::StatusCode;
use serde::Deserialize;
use shared::{
    error::{Conflict, Error, Invalid},
    http::{Admin, JsonBody, Page, PageQuery, Params, Path, Wire},
    table::Anew,
    views::ListCard,
};
use utoipa::ToSchema;

use crate::App;

/// Where a list is featured.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewFind {
    /// At so manieth place, from 0, among the others; beyond their end, last. Left out, a new one comes last, and one
    /// that is there stays.
    #[schema(minimum = 0)]
    position: Option<u64>,
}

impl Wire for NewFind {
    type Parsed = Option<usize>;

    fn parse(self, _invalid: &mut Invalid) -> Option<Option<usize>> {
        let position = self.position;
        Some(position.map(|position| usize::try_from(position).unwrap_or(usize::MAX)))
    }
}

/// The lists that are featured and that everybody sees, in their order.
#[utoipa::path(
    get,
    path = "/v1/admin/finds",
    tag = "admin",
    params(PageQuery),
    security(("bearer" = [])),
    responses((status = 200, description = "A page of lists.", body = Page<ListCard>))
)]
pub async fn list_finds(
    State(app): State<App>,
    _admin: Admin,
    params: Params,
) -> Result<Json<Page<ListCard>>, Error> {
    let page = params.page()?;
    let list = app.cursors.list("finds", None);
    let from: usize = list.place(&page)?.unwrap_or_default();
    let finds = app.store.finds_now().await?;
    let rest = finds.lists().get(from..).unwrap_or_default();
    let some = rest.get(..page.limit).unwrap_or(rest);
    let (nobody, now) = (Onlooker::nobody(), app.clock.now());
    let found = app.reads.featured(some, page.limit, &nobody, now);
    let (lists, shelf) = Box::pin(found).await?;
    let cards = lists.iter();
    let cards = cards.filter_map(|list| app.present.list_card(list, &shelf));
    let next = (some.len() < rest.len()).then_some(from + some.len());
    list.page(cards.collect(), |_all_fit| next).map(Json)
}

/// Features a public list, or moves one that is featured.
#[utoipa::path(
    put,
    path = "/v1/admin/finds/{list_id}",
    tag = "admin",
    params(("list_id" = String, Path)),
    request_body = NewFind,
    security(("bearer" = [])),
    responses(
        (status = 204, description = "It is featured."),
        (status = 409, description = "As many are featured as may be."))
)]
pub async fn feature_list(
    State(app): State<App>,
    _admin: Admin,
    Path(list): Path<String>,
    body: JsonBody,
) -> Result<StatusCode, Error> {
    let id: ListId = list.parse().map_err(|_no_id| Error::NotFound)?;
    let list = app.store.list_now(id).await?.ok_or(Error::NotFound)?;
    let position = match body.is_empty() {
        true => None,
        false => body.parse::<NewFind>()?,
    };
    if list.visibility != Visibility::Public {
        let mut invalid = Invalid::default();
        invalid.add("/list_id", "is a list that its owner alone sees");
        invalid.finish()?;
    }
    let mut anew = Anew::standing_on("what is featured");
    loop {
        let mut finds = app.store.finds_now().await?;
        if finds.lists().len() >= FINDS {
            // Those that nobody sees any more make room.
            let there = app.store.lists(finds.lists().iter().copied()).await?;
            let seen = |list: ListId| {
                let list = there.get(&list);
                list.is_some_and(|list| list.visibility == Visibility::Public)
            };
            finds.retain(seen);
        }
        if !finds.put(id, position) {
            return Err(Error::Conflict(Conflict::FindsLimit));
        }
        if app.store.put_finds(&finds).await? {
            return Ok(StatusCode::NO_CONTENT);
        }
        anew.begin().await?;
    }
}

/// Features a list no longer.
#[utoipa::path(
    delete,
    path = "/v1/admin/finds/{list_id}",
    tag = "admin",
    params(("list_id" = String, Path)),
    security(("bearer" = [])),
    responses((status = 204, description = "It is featured no more."))
)]
pub async fn feature_no_more(
    State(app): State<App>,
    _admin: Admin,
    Path(list): Path<String>,
) -> Result<StatusCode, Error> {
    let id: ListId = list.parse().map_err(|_no_id| Error::NotFound)?;
    let mut anew = Anew::standing_on("what is featured");
    loop {
        let mut finds = app.store.finds_now().await?;
        if !finds.lists().contains(&id) {
            return Ok(StatusCode::NO_CONTENT);
        }
        finds.retain(|other| other != id);
        if app.store.put_finds(&finds).await? {
            return Ok(StatusCode::NO_CONTENT);
        }
        anew.begin().await?;
    }
}
