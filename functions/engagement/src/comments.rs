//! Comments: read those of a post, take back one's own, smile at them.

use std::future::Future;

use axum::{Json, extract::State};
use domain::{
    engagement::{Comment, order::Place},
    ids::{CommentId, PostId, UserId},
    people::Rules,
    posts::{Post, PostStatus, poll::option_of},
    shown::{Onlooker, Shown},
};
use http::StatusCode;
use shared::{
    error::{Error, Invalid, Refusal},
    http::{MaybeViewer, Page, PageQuery, Params, Path, Prime, Viewer},
    read::Wanted,
    table::Anew,
    views::{CommentView, words},
};

use crate::App;

/// What is said of a post.
#[utoipa::path(
    get,
    path = "/v1/posts/{post_id}/comments",
    tag = "engagement",
    params(
        ("post_id" = String, Path),
        ("sort" = inline(Option<words::CommentSort>), Query, description = "In which order: `top` unless said otherwise. Replies are oldest first in any."),
        ("reply_to" = Option<String>, Query, description = "The replies to this comment; left out, the top level."),
        ("voted" = Option<String>, Query, description = "Of those alone who voted for this option of the poll; for whoever sees how it stands."),
        PageQuery
    ),
    security((), ("bearer" = [])),
    responses(
        (status = 200, description = "A page of comments.", body = Page<CommentView>),
        (status = 403, description = "How the poll stands is seen by who voted."))
)]
pub async fn list_comments(
    State(app): State<App>,
    MaybeViewer(viewer): MaybeViewer,
    Path(post): Path<String>,
    params: Params,
) -> Result<Json<Page<CommentView>>, Error> {
    let id: PostId = post.parse().map_err(|_not_one| Error::NotFound)?;
    let moderates = viewer.as_ref().is_some_and(Viewer::moderates);
    let viewer = viewer.map(|viewer| viewer.id);
    let mut invalid = Invalid::default();
    let sorts = [("top", true), ("new", false)];
    let best_first = params.one_of("sort", &sorts, &mut invalid).unwrap_or(true);
    let page = params.page_into(&mut invalid);
    let reply_to = params.get("reply_to", &mut invalid);
    let voted = params.get("voted", &mut invalid);
    let parent: Option<CommentId> = reply_to.and_then(|parent| parent.parse().ok());
    let parent = parent.filter(|parent| parent.post == id && parent.parent.is_none());
    let order = match (reply_to, best_first) {
        (Some(parent), _) => parent,
        (None, true) => "top",
        (None, false) => "new",
    };
    let name = format!("comments of {id} {order} {}", voted.unwrap_or_default());
    let list = app.cursors.list(&name, viewer.as_ref());
    let place = list.place::<Place>(&page);
    let mut wanted = Wanted {
        post: id,
        best_first,
        reply_to: parent,
        // Of how many options the post's poll has, four at most, is not known yet.
        voted: voted.and_then(|option| option_of(option, domain::posts::poll::MAX_OPTIONS)),
        place: place.as_ref().ok().cloned().flatten(),
        limit: page.limit,
    };
    let missing = reply_to.is_some() && parent.is_none();
    let lines = async {
        match missing || place.is_err() {
            true => Ok(None),
            false => app.reads.lines(&wanted).await.map(Some),
        }
    };
    let (of, lines) = futures::join!(app.reads.talked_of(viewer.as_ref(), id), lines);
    let (post, onlooker) = of?;
    let onlooker = onlooker.moderating(moderates);
    let post = post.and_then(|post| onlooker.opens(post));
    let post = post.ok_or(Error::NotFound)?;
    let now = app.clock.now();
    if let Some(voted) = voted {
        let options = post.poll.as_ref().map_or(0, |poll| poll.options.len());
        wanted.voted = option_of(voted, options);
        match wanted.voted {
            Some(_) if !onlooker.sees_results(&post, now) => {
                return Err(Error::Refused(Refusal::VoteFirst));
            }
            Some(_) => {}
            None => invalid.add("?voted", "is no option of a poll of this post"),
        }
    }
    if missing {
        return Err(Error::NotFound);
    }
    invalid.finish()?;
    place?;
    let lines = lines?.ok_or(Error::NotFound)?;
    let leaf = Box::pin(app.reads.leaf(&wanted, &post, onlooker, lines, now)).await?;
    let shown = leaf.comments.iter();
    let items = shown.map(|comment| app.present.comment(comment, &leaf.thread));
    list.page(items.collect(), |shown| leaf.after(shown))
        .map(Json)
}

/// Takes back what one said, whether or not one sees the post still. With replies to it, it stays without its text
/// until the last of them goes.
#[utoipa::path(
    delete,
    path = "/v1/comments/{comment_id}",
    tag = "engagement",
    params(("comment_id" = String, Path)),
    security(("bearer" = [])),
    responses((status = 204, description = "Deleted."))
)]
pub async fn delete_comment(
    State(app): State<App>,
    viewer: Viewer,
    Path(comment): Path<String>,
) -> Result<StatusCode, Error> {
    let (me, store) = (viewer.id, &app.store);
    let Ok(id) = comment.parse::<CommentId>() else {
        store.rules(&me).await?;
        return Err(Error::NotFound);
    };
    let parent = async {
        match id.answers() {
            Some(parent) => store.comment(parent).await,
            None => Ok(None),
        }
    };
    let (rules, comment, post, parent) = futures::join!(
        store.rules(&me),
        store.comment_now(id),
        store.post(id.post),
        parent
    );
    let onlooker = Onlooker::new(me.clone(), rules?);
    let (comment, mut post, mut parent) = (comment?, post?, parent?);
    let comment = comment.filter(|said| !said.deleted);
    let mut comment = comment.ok_or(Error::NotFound)?;
    if comment.author != me {
        heard(comment, post, &onlooker)?;
        return Err(Error::Refused(Refusal::NotOwner));
    }
    let mut anew = Anew::standing_on("the comment");
    loop {
        let deleted = store.delete_comment(&comment, post.as_ref(), parent.as_ref());
        if Box::pin(deleted).await? {
            return Ok(StatusCode::NO_CONTENT);
        }
        anew.begin().await?;
        let again = async {
            match id.answers() {
                Some(parent) => store.comment_now(parent).await,
                None => Ok(None),
            }
        };
        let (now, of, answers) =
            futures::try_join!(store.comment_now(id), store.post_now(id.post), again)?;
        (post, parent) = (of, answers);
        match now.filter(|said| !said.deleted) {
            Some(now) => comment = now,
            // A try whose answer was lost, or another request of theirs, took it back.
            None => return Ok(StatusCode::NO_CONTENT),
        }
    }
}

/// Smiles at a comment; one a person.
#[utoipa::path(
    put,
    path = "/v1/comments/{comment_id}/smile",
    tag = "engagement",
    params(("comment_id" = String, Path)),
    security(("bearer" = [])),
    responses((status = 204, description = "Smiled."))
)]
pub async fn smile_comment(
    State(app): State<App>,
    Prime(viewer): Prime,
    Path(comment): Path<String>,
) -> Result<StatusCode, Error> {
    let (me, actor) = (&viewer.id, app.actor(&viewer.id));
    let (comment, _, actor) = app.heard(me, &comment, false, actor).await?;
    let now = app.clock.now();
    let smile = app.store.smile_at_comment(&actor, &comment, now);
    smile.await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a smile at a comment back; without the Prime tier too.
#[utoipa::path(
    delete,
    path = "/v1/comments/{comment_id}/smile",
    tag = "engagement",
    params(("comment_id" = String, Path)),
    security(("bearer" = [])),
    responses((status = 204, description = "Taken back."))
)]
pub async fn take_back_comment_smile(
    State(app): State<App>,
    viewer: Viewer,
    Path(comment): Path<String>,
) -> Result<StatusCode, Error> {
    let (me, rules) = (&viewer.id, app.store.rules(&viewer.id));
    let (comment, ..) = app.heard(me, &comment, false, rules).await?;
    let back = app.store.take_back_smile_at_comment(&viewer.id, &comment);
    back.await?;
    Ok(StatusCode::NO_CONTENT)
}

impl App {
    /// A comment that the caller sees, its published post, and the caller as they were let in; the post as of every
    /// write acknowledged before where it is to be `exact`.
    ///
    /// # Errors
    /// Those of the caller; 404 any other comment.
    pub(crate) async fn heard<C: AsRef<Rules>>(
        &self,
        me: &UserId,
        comment: &str,
        exact: bool,
        caller: impl Future<Output = Result<C, Error>>,
    ) -> Result<(Shown<Comment>, Shown<Post>, C), Error> {
        let Ok(id) = comment.parse::<CommentId>() else {
            caller.await?;
            return Err(Error::NotFound);
        };
        let post = async {
            match exact {
                true => self.store.post_now(id.post).await,
                false => self.store.post(id.post).await,
            }
        };
        let (caller, comment, post) = futures::join!(caller, self.store.comment_now(id), post);
        let caller = caller?;
        let onlooker = Onlooker::new(me.clone(), caller.as_ref().clone());
        let comment = comment?.ok_or(Error::NotFound)?;
        let (comment, post) = heard(comment, post?, &onlooker)?;
        Ok((comment, post, caller))
    }
}

/// A comment that whoever looks sees, and its published post.
///
/// # Errors
/// 404 any other.
fn heard(
    comment: Comment,
    post: Option<Post>,
    onlooker: &Onlooker,
) -> Result<(Shown<Comment>, Shown<Post>), Error> {
    let post = post.filter(|post| post.status == PostStatus::Published);
    let post = post.and_then(|post| onlooker.opens(post));
    let comment = onlooker.hears(comment);
    comment.zip(post).ok_or(Error::NotFound)
}
