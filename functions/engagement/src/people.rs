//! Lists of people: who follows somebody, whom they follow, and whom one blocks or mutes oneself.

use axum::{Json, extract::State};
use domain::{
    ids::UserId,
    people::{Handle, Profile},
    shown::{Onlooker, Shown},
};
use shared::{
    error::Error,
    http::{List, MaybeViewer, Page, PageQuery, Params, Path, Viewer},
    views::UserCard,
};

use crate::App;

/// Who follows a person.
#[utoipa::path(
    get,
    path = "/v1/users/{handle}/followers",
    tag = "engagement",
    params(("handle" = String, Path), PageQuery),
    security((), ("bearer" = [])),
    responses((status = 200, description = "A page of people.", body = Page<UserCard>))
)]
pub async fn list_followers(
    State(app): State<App>,
    MaybeViewer(viewer): MaybeViewer,
    Path(handle): Path<String>,
    params: Params,
) -> Result<Json<Page<UserCard>>, Error> {
    let viewer = viewer.map(|viewer| viewer.id);
    let (person, onlooker) = app.met(viewer.as_ref(), &handle).await?;
    let name = format!("followers of {person}");
    let list = app.cursors.list(&name, None);
    let find = async |after: Option<&UserId>, limit| {
        app.store.followers_after(&person, after, limit).await
    };
    app.page(list, &params, find, |profile| onlooker.meets(profile))
        .await
}

/// Whom a person follows.
#[utoipa::path(
    get,
    path = "/v1/users/{handle}/following",
    tag = "engagement",
    params(("handle" = String, Path), PageQuery),
    security((), ("bearer" = [])),
    responses((status = 200, description = "A page of people.", body = Page<UserCard>))
)]
pub async fn list_following(
    State(app): State<App>,
    MaybeViewer(viewer): MaybeViewer,
    Path(handle): Path<String>,
    params: Params,
) -> Result<Json<Page<UserCard>>, Error> {
    let viewer = viewer.map(|viewer| viewer.id);
    let (person, onlooker) = app.met(viewer.as_ref(), &handle).await?;
    let name = format!("followed by {person}");
    let list = app.cursors.list(&name, None);
    let find = async |after: Option<&UserId>, limit| {
        app.store.followees_after(&person, after, limit).await
    };
    app.page(list, &params, find, |profile| onlooker.meets(profile))
        .await
}

/// Whom I block.
#[utoipa::path(
    get,
    path = "/v1/me/blocks",
    tag = "engagement",
    params(PageQuery),
    security(("bearer" = [])),
    responses((status = 200, description = "A page of people.", body = Page<UserCard>))
)]
pub async fn list_blocked(
    State(app): State<App>,
    viewer: Viewer,
    params: Params,
) -> Result<Json<Page<UserCard>>, Error> {
    let rules = app.store.rules(&viewer.id).await?;
    let list = app.cursors.list("people blocked", Some(&viewer.id));
    let find =
        async |after: Option<&UserId>, limit| app.store.blocked(&viewer.id, after, limit).await;
    let me = Onlooker::new(viewer.id.clone(), rules);
    app.page(list, &params, find, |profile| me.keeps_out(profile))
        .await
}

/// Whom I mute.
#[utoipa::path(
    get,
    path = "/v1/me/mutes",
    tag = "engagement",
    params(PageQuery),
    security(("bearer" = [])),
    responses((status = 200, description = "A page of people.", body = Page<UserCard>))
)]
pub async fn list_muted(
    State(app): State<App>,
    viewer: Viewer,
    params: Params,
) -> Result<Json<Page<UserCard>>, Error> {
    let rules = app.store.rules(&viewer.id).await?;
    let list = app.cursors.list("people muted", Some(&viewer.id));
    let find =
        async |after: Option<&UserId>, limit| app.store.muted(&viewer.id, after, limit).await;
    let me = Onlooker::new(viewer.id.clone(), rules);
    app.page(list, &params, find, |profile| me.meets(profile))
        .await
}

impl App {
    /// The person of a handle, whom the one who looks sees, and who looks.
    ///
    /// # Errors
    /// 404 for anybody else.
    pub(crate) async fn met(
        &self,
        viewer: Option<&UserId>,
        handle: &str,
    ) -> Result<(UserId, Onlooker), Error> {
        let handle = Handle::parse(handle).map_err(|_never_taken| Error::NotFound)?;
        let (person, onlooker) = futures::try_join!(
            self.store.user_by_handle(&handle),
            self.reads.onlooker(viewer)
        )?;
        let person = person.filter(|person| onlooker.sees(person));
        Ok((person.ok_or(Error::NotFound)?, onlooker))
    }

    /// A page of the cards of the people whom `find` tells after a place, and whether there are more of them; of those
    /// who are shown and still there.
    async fn page(
        &self,
        list: List<'_>,
        params: &Params,
        find: impl AsyncFnOnce(Option<&UserId>, usize) -> Result<(Vec<UserId>, bool), Error>,
        show: impl Fn(Profile) -> Option<Shown<Profile>>,
    ) -> Result<Json<Page<UserCard>>, Error> {
        let page = params.page()?;
        let place: Option<UserId> = list.place(&page)?;
        let (people, more) = find(place.as_ref(), page.limit).await?;
        let mut profiles = self.store.profiles(&people).await?;
        let found = people.iter().filter_map(|person| profiles.remove(person));
        let shown: Vec<_> = found.filter_map(show).collect();
        let cards = shown.iter().map(|person| self.present.user(person));
        let after = |fitting: usize| match fitting.checked_sub(1) {
            Some(last) if fitting < shown.len() => shown.get(last).map(|person| person.id.clone()),
            _ => people.last().filter(|_| more).cloned(),
        };
        list.page(cards.collect(), after).map(Json)
    }
}
