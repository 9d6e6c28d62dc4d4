//! Posts: read one, read a person's, delete one's own.

use axum::{Json, extract::State};
use domain::{
    feeds::Position,
    ids::{PostId, UserId},
    people::Handle,
    posts::Post,
    shown::{Onlooker, Shown},
};
use http::StatusCode;
use shared::{
    error::{Error, Refusal},
    http::{IfMatch, MaybeViewer, Page, PageQuery, Params, Path, Viewer},
    table::Anew,
    views::PostView,
};

use crate::App;

/// One post, to whoever may see it.
#[utoipa::path(
    get,
    path = "/v1/posts/{post_id}",
    tag = "posting",
    params(("post_id" = String, Path)),
    security((), ("bearer" = [])),
    responses((status = 200, description = "The post.", body = PostView))
)]
pub async fn read_post(
    State(app): State<App>,
    MaybeViewer(viewer): MaybeViewer,
    Path(id): Path<String>,
) -> Result<Json<PostView>, Error> {
    let id = post_id(&id)?;
    let moderates = viewer.as_ref().is_some_and(Viewer::moderates);
    let viewer = viewer.map(|viewer| viewer.id);
    let (_, view) = app.look(viewer.as_ref(), moderates, id).await?;
    Ok(Json(view))
}

impl App {
    /// A post, and what it looks like to whoever looks, be it as a moderator.
    async fn look(
        &self,
        viewer: Option<&UserId>,
        moderates: bool,
        id: PostId,
    ) -> Result<(Shown<Post>, PostView), Error> {
        let now = self.clock.now();
        let opened = self.reads.opened(viewer, moderates, id, now);
        let (post, read) = opened.await?;
        let view = self.present.post(&post, &read, now);
        Ok((post, view))
    }

    /// Whether the post, as its author read it, is as it is now, where a change is bound to what it looks like.
    ///
    /// # Errors
    /// [`Error::PreconditionFailed`] when it looks otherwise than `if_match` says.
    pub(crate) async fn as_seen(&self, if_match: &IfMatch, read: &Post) -> Result<bool, Error> {
        if !if_match.is_sent() {
            return Ok(true);
        }
        let (post, view) = self.look(Some(&read.author), false, read.id).await?;
        if post.edition != read.edition || post.status != read.status {
            return Ok(false);
        }
        if_match.check(&view, &self.clock).map(|()| true)
    }
}

/// Deletes an own post: gone for every read begun after the answer.
#[utoipa::path(
    delete,
    path = "/v1/posts/{post_id}",
    tag = "posting",
    params(("post_id" = String, Path)),
    security(("bearer" = [])),
    responses((status = 204, description = "Deleted."))
)]
pub async fn delete_post(
    State(app): State<App>,
    viewer: Viewer,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<StatusCode, Error> {
    let me = viewer.id;
    let Ok(id) = post_id(&id) else {
        app.store.rules(&me).await?;
        return Err(Error::NotFound);
    };
    let (rules, post) = futures::join!(app.store.rules(&me), app.store.post_now(id));
    let onlooker = Onlooker::new(me.clone(), rules?);
    let mut post = post?;
    let mut anew = Anew::standing_on("the post");
    loop {
        let read = own(post, &onlooker)?;
        if app.as_seen(&if_match, &read).await? && app.store.delete_post(&me, &read).await? {
            return Ok(StatusCode::NO_CONTENT);
        }
        anew.begin().await?;
        post = app.store.post_now(id).await?;
    }
}

/// A post that the one who looks may change: 404 where they do not see it, 403 where it is another's.
pub(crate) fn own(post: Option<Post>, onlooker: &Onlooker) -> Result<Post, Error> {
    let seen = post.filter(|post| onlooker.opens(post.clone()).is_some());
    let post = seen.ok_or(Error::NotFound)?;
    if onlooker.id() == Some(&post.author) {
        Ok(post)
    } else {
        Err(Error::Refused(Refusal::NotOwner))
    }
}

/// A person's published posts, newest first.
#[utoipa::path(
    get,
    path = "/v1/users/{handle}/posts",
    tag = "posting",
    params(("handle" = String, Path), PageQuery),
    security((), ("bearer" = [])),
    responses((status = 200, description = "A page of posts, newest first.", body = Page<PostView>))
)]
pub async fn list_posts(
    State(app): State<App>,
    MaybeViewer(viewer): MaybeViewer,
    Path(handle): Path<String>,
    params: Params,
) -> Result<Json<Page<PostView>>, Error> {
    let handle = Handle::parse(&handle).map_err(|_not_one| Error::NotFound)?;
    let viewer = viewer.map(|viewer| viewer.id);
    let (author, onlooker) = futures::try_join!(
        app.store.user_by_handle(&handle),
        app.reads.onlooker(viewer.as_ref())
    )?;
    let author = author.filter(|author| onlooker.sees(author));
    let author = author.ok_or(Error::NotFound)?;
    let page = params.page()?;
    let name = format!("posts of {author}");
    let list = app.cursors.list(&name, None);
    let before: Option<Position> = list.place(&page)?;
    let now = app.clock.now();
    let found = app
        .reads
        .authored(&author, onlooker, before, page.limit, now);
    let found = found.await?;
    let shown = found.posts.iter();
    let items = shown.map(|post| app.present.post(post, &found.read, now));
    list.page(items.collect(), |shown| found.after(shown))
        .map(Json)
}

/// What cannot be a post's id names no post.
pub(crate) fn post_id(text: &str) -> Result<PostId, Error> {
    text.parse().map_err(|_not_one| Error::NotFound)
}
