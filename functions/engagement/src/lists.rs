//! Idea lists: one's own, made, changed and deleted; and one with what is in it.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use domain::{
    claim::Claim,
    engagement::{IdeaList, Place, Shelf},
    ids::{ListId, UserId},
    people::Rules,
    shown::Onlooker,
};
use http::StatusCode;
use shared::{
    error::{Conflict, Error, Refusal},
    http::{IfMatch, JsonBody, MaybeViewer, Page, PageQuery, Params, Path, Prime, Viewer, created},
    read::IdeaPage,
    store::{ListCreation, ListPlace},
    table::Anew,
    views::{IdeaListView, ListCard},
};

use crate::{
    App,
    naming::{ChangeList, NewList, named},
};

const ROUTE: &str = "POST /v1/lists";

/// My lists, newest first.
#[utoipa::path(
    get,
    path = "/v1/lists",
    tag = "engagement",
    params(PageQuery),
    security(("bearer" = [])),
    responses((status = 200, description = "A page of lists.", body = Page<ListCard>))
)]
pub async fn list_my_lists(
    State(app): State<App>,
    viewer: Viewer,
    params: Params,
) -> Result<Json<Page<ListCard>>, Error> {
    let (me, now) = (viewer.id, app.clock.now());
    let list = app.cursors.list("my lists", Some(&me));
    let page = params.page();
    let place = page.and_then(|page| Ok((list.place::<ListPlace>(&page)?, page.limit)));
    let (before, limit) = app.after_joining(&me, place).await?;
    let (rules, found) =
        futures::try_join!(app.store.rules(&me), app.store.lists_of(&me, before, limit))?;
    let onlooker = Onlooker::new(me.clone(), rules);
    let show = |list| onlooker.leafs(list);
    let cards = app.cards(&list, found, &onlooker, show, now);
    Box::pin(cards).await.map(Json)
}

/// Makes a list.
#[utoipa::path(
    post,
    path = "/v1/lists",
    tag = "engagement",
    request_body = NewList,
    security(("bearer" = [])),
    responses(
        (status = 201, description = "The list.", body = IdeaListView),
        (status = 409, description = "There are as many as there may be."))
)]
pub async fn create_list(
    State(app): State<App>,
    Prime(viewer): Prime,
    body: JsonBody,
) -> Result<Response, Error> {
    let read = body.parse::<NewList>();
    let read = read.and_then(|said| Ok((said, body.claim(&viewer, ROUTE)?)));
    let me = viewer.id;
    let (said, claim) = match read {
        Ok(read) => read,
        // Who may not act is told so first.
        Err(error) => {
            app.actor(&me).await?;
            return Err(error);
        }
    };
    let (claim, now) = (claim.as_ref(), app.clock.now());
    let (caller, filter, made) = futures::join!(
        app.store.acting_member(&app.gate, &me, now),
        app.filter.now(now),
        app.list_before(claim)
    );
    let ((profile, actor), mut made) = (caller?, made?);
    let (Some(name), Some(visibility)) = (said.name, said.visibility) else {
        return Err(Error::internal("a list was refused without a reason"));
    };
    let onlooker = Onlooker::from(&actor);
    let mut anew = Anew::standing_on("what the key was used for");
    let list = loop {
        if let Some(made) = made {
            let id = made.parse().map_err(Error::internal)?;
            let (_, view) = app.look(id, onlooker).await?.ok_or(Error::Gone)?;
            return created(&app.api_url, &format!("/v1/lists/{id}"), view);
        }
        named(&filter, Some(&name))?;
        let (id, now) = (ListId(app.ids.ulid()), app.clock.now());
        let list = IdeaList::new(id, me.clone(), name.clone(), visibility, now);
        match app.store.create_list(&actor, &list, claim, now).await? {
            ListCreation::Done => break list,
            ListCreation::KeyUsed => anew.begin().await?,
        }
        made = app.list_before(claim).await?;
    };
    let path = format!("/v1/lists/{}", list.id);
    let shelf = Shelf {
        people: [(me, profile)].into(),
        ..Shelf::default()
    };
    let list = onlooker.leafs(list).ok_or(Error::NotFound)?;
    let card = app.present.list_card(&list, &shelf);
    let view = IdeaListView {
        card: card.ok_or(Error::NotFound)?,
        items: Vec::new(),
        next_cursor: None,
    };
    created(&app.api_url, &path, view)
}

/// A list with what is in it: a public one, or one's own.
#[utoipa::path(
    get,
    path = "/v1/lists/{list_id}",
    tag = "engagement",
    params(("list_id" = String, Path), PageQuery),
    security((), ("bearer" = [])),
    responses((status = 200, description = "The list, with a page of what is in it.", body = IdeaListView))
)]
pub async fn read_list(
    State(app): State<App>,
    MaybeViewer(viewer): MaybeViewer,
    Path(list): Path<String>,
    params: Params,
) -> Result<Json<IdeaListView>, Error> {
    let id: ListId = list.parse().map_err(|_not_one| Error::NotFound)?;
    let viewer = viewer.map(|viewer| viewer.id);
    let page = params.page();
    let name = items_of(id);
    let place = page.and_then(|page| {
        let list = app.cursors.list(&name, viewer.as_ref());
        Ok((list.place::<Place>(&page)?, page.limit))
    });
    let (after, limit) = match &place {
        Ok((after, limit)) => (after.as_ref(), *limit),
        Err(_) => (None, 1),
    };
    let onlooker = app.reads.onlooker(viewer.as_ref());
    let found = app.reads.ideas(id, onlooker, after, limit, app.clock.now());
    let found = Box::pin(found).await?.ok_or(Error::NotFound)?;
    place?;
    app.list_view(&found, viewer.as_ref()).map(Json)
}

/// Renames a list of one's own, or says who sees it: an RFC 7396 merge patch.
#[utoipa::path(
    patch,
    path = "/v1/lists/{list_id}",
    tag = "engagement",
    params(("list_id" = String, Path)),
    request_body(content = ChangeList, content_type = "application/merge-patch+json"),
    security(("bearer" = [])),
    responses((status = 200, description = "The list, changed.", body = IdeaListView))
)]
pub async fn change_list(
    State(app): State<App>,
    viewer: Viewer,
    Path(list): Path<String>,
    if_match: IfMatch,
    body: JsonBody,
) -> Result<Response, Error> {
    let mut anew = Anew::standing_on("the list");
    loop {
        let caller = app.actor(&viewer.id);
        let (mut list, actor) = app.own_list(&viewer.id, &list, caller).await?;
        let onlooker = Onlooker::from(&actor);
        let said = body.parse::<ChangeList>()?;
        let filter = app.filter.now(app.clock.now()).await;
        named(&filter, said.name.as_deref())?;
        if app.list_as_seen(&if_match, &list, &onlooker).await? {
            let before = list.clone();
            list.name = said.name.unwrap_or(list.name);
            list.visibility = said.visibility.unwrap_or(list.visibility);
            let changed = async {
                match before == list {
                    true => Ok(Some(list.clone())),
                    false => app.store.change_list(&actor, &before, &list).await,
                }
            };
            // What is in it does not change with it, and is read meanwhile.
            let (changed, seen) =
                futures::try_join!(changed, Box::pin(app.look(list.id, onlooker)))?;
            if let Some(changed) = changed {
                let (_, mut view) = seen.ok_or(Error::NotFound)?;
                (view.card.name, view.card.visibility) = (changed.name, changed.visibility.name());
                return Ok(Json(view).into_response());
            }
        }
        anew.begin().await?;
    }
}

/// Deletes a list of one's own: it is gone at once. That of hearts stays.
#[utoipa::path(
    delete,
    path = "/v1/lists/{list_id}",
    tag = "engagement",
    params(("list_id" = String, Path)),
    security(("bearer" = [])),
    responses(
        (status = 204, description = "Deleted."),
        (status = 409, description = "It is the list to which hearts go."))
)]
pub async fn delete_list(
    State(app): State<App>,
    viewer: Viewer,
    Path(list): Path<String>,
    if_match: IfMatch,
) -> Result<StatusCode, Error> {
    let mut anew = Anew::standing_on("the list");
    loop {
        let caller = app.store.rules(&viewer.id);
        let (list, rules) = app.own_list(&viewer.id, &list, caller).await?;
        let onlooker = Onlooker::new(viewer.id.clone(), rules);
        if list.default {
            return Err(Error::Conflict(Conflict::DefaultList));
        }
        if app.list_as_seen(&if_match, &list, &onlooker).await?
            && app.store.delete_list(&list).await?
        {
            return Ok(StatusCode::NO_CONTENT);
        }
        anew.begin().await?;
    }
}

/// What the things of a list are called in cursors.
fn items_of(list: ListId) -> String {
    format!("ideas of {list}")
}

impl App {
    /// A list of the caller's own, as of every write acknowledged before, and the caller as they were let in.
    ///
    /// # Errors
    /// Those of the caller; 404 a list that they do not see; 403 another's.
    async fn own_list<C: AsRef<Rules>>(
        &self,
        me: &UserId,
        list: &str,
        caller: impl Future<Output = Result<C, Error>>,
    ) -> Result<(IdeaList, C), Error> {
        let id: Option<ListId> = list.parse().ok();
        let list = async {
            match id {
                Some(id) => self.store.list_now(id).await,
                None => Ok(None),
            }
        };
        let (caller, list) = futures::join!(caller, list);
        let caller = caller?;
        let onlooker = Onlooker::new(me.clone(), caller.as_ref().clone());
        own_list(list?, &onlooker).map(|list| (list, caller))
    }

    /// The first page of a list, as it is seen now.
    async fn look(
        &self,
        list: ListId,
        onlooker: Onlooker,
    ) -> Result<Option<(IdeaPage, IdeaListView)>, Error> {
        let viewer = onlooker.id().cloned();
        let limit = Params::default().page()?.limit;
        let onlooker = async { Ok(onlooker) };
        let found = self
            .reads
            .ideas(list, onlooker, None, limit, self.clock.now());
        let Some(found) = Box::pin(found).await? else {
            return Ok(None);
        };
        let view = self.list_view(&found, viewer.as_ref())?;
        Ok(Some((found, view)))
    }

    /// Whether a list as it was read is as it is now, where a change is bound to what it looks like.
    ///
    /// # Errors
    /// [`Error::PreconditionFailed`] when it looks otherwise than `if_match` says.
    async fn list_as_seen(
        &self,
        if_match: &IfMatch,
        read: &IdeaList,
        onlooker: &Onlooker,
    ) -> Result<bool, Error> {
        if !if_match.is_sent() {
            return Ok(true);
        }
        let seen = self.look(read.id, onlooker.clone()).await?;
        let (page, view) = seen.ok_or(Error::NotFound)?;
        if *page.list != *read {
            return Ok(false);
        }
        if_match.check(&view, &self.clock).map(|()| true)
    }

    fn list_view(&self, found: &IdeaPage, viewer: Option<&UserId>) -> Result<IdeaListView, Error> {
        let card = self.present.list_card(&found.list, &found.shelf);
        let card = card.ok_or(Error::NotFound)?;
        let now = self.clock.now();
        let items = found.items.iter().filter_map(|(_, listed)| {
            let post = found.post(listed);
            self.present
                .list_item(&found.list, listed, post, &found.read, now)
        });
        let name = items_of(found.list.id);
        let list = self.cursors.list(&name, viewer);
        let page = list.page(items.collect(), |shown| found.after(shown))?;
        let Page { items, next_cursor } = page;
        Ok(IdeaListView {
            card,
            items,
            next_cursor,
        })
    }

    async fn list_before(&self, claim: Option<&Claim>) -> Result<Option<String>, Error> {
        match claim {
            Some(claim) => self.store.made_before(claim, self.clock.now()).await,
            None => Ok(None),
        }
    }
}

/// A list that the one who looks may change: 404 where they do not see it, 403 where it is another's.
pub(crate) fn own_list(list: Option<IdeaList>, onlooker: &Onlooker) -> Result<IdeaList, Error> {
    let seen = list.filter(|list| onlooker.leafs(list.clone()).is_some());
    let list = seen.ok_or(Error::NotFound)?;
    if onlooker.id() == Some(&list.owner) {
        Ok(list)
    } else {
        Err(Error::Refused(Refusal::NotOwner))
    }
}
