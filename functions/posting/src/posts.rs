//! Posts: read one, read a person's, delete one's own.

use std::collections::{HashMap, HashSet};

use axum::{Json, extract::State};
use domain::{
    catalogue::product::Product,
    feeds::Position,
    ids::{PostId, ProductId, UserId},
    people::Handle,
    posts::Post,
};
use http::StatusCode;
use shared::{
    error::{Error, Refusal},
    http::{MaybeViewer, Page, PageQuery, Params, Path, Refusals, Viewer},
    table::{ATTEMPTS, pause},
    views::{Hydrated, PostView, needs},
};

use crate::App;

/// One post, to whoever may see it.
#[utoipa::path(
    get,
    path = "/v1/posts/{post_id}",
    tag = "Posting",
    params(("post_id" = String, Path)),
    security((), ("bearer" = [])),
    responses((status = 200, body = PostView), Refusals)
)]
pub async fn read_post(
    State(app): State<App>,
    MaybeViewer(viewer): MaybeViewer,
    Path(id): Path<String>,
) -> Result<Json<PostView>, Error> {
    let id = post_id(&id)?;
    let viewer = viewer.map(|viewer| viewer.id);
    let asked = [id];
    let smiled = app.smiled(viewer.as_ref(), &asked);
    let (post, smiled) = futures::try_join!(app.store.post_now(id), smiled)?;
    let post = post
        .filter(|post| post.visible_to(viewer.as_ref()))
        .ok_or(Error::NotFound)?;
    let read = app.hydrate(std::slice::from_ref(&post)).await?;
    let read = Hydrated {
        viewer,
        smiled,
        ..read
    };
    let now = app.context.clock.now();
    Ok(Json(app.present.post(&post, &read, now)))
}

/// Deletes an own post: gone for every read begun after the answer.
#[utoipa::path(
    delete,
    path = "/v1/posts/{post_id}",
    tag = "Posting",
    params(("post_id" = String, Path)),
    security(("bearer" = [])),
    responses((status = 204), Refusals)
)]
pub async fn delete_post(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Result<StatusCode, Error> {
    let me = viewer.id;
    let Ok(id) = post_id(&id) else {
        app.store.member(&me).await?;
        return Err(Error::NotFound);
    };
    let (member, post) = futures::join!(app.store.member(&me), app.store.post_now(id));
    member?;
    let mut post = post?;
    for attempt in 0..ATTEMPTS {
        let read = post.filter(|post| post.visible_to(Some(&me)));
        let read = read.ok_or(Error::NotFound)?;
        if read.author != me {
            return Err(Error::Refused(Refusal::NotOwner));
        }
        if app.store.delete_post(&me, &read).await? {
            return Ok(StatusCode::NO_CONTENT);
        }
        pause(attempt).await;
        post = app.store.post_now(id).await?;
    }
    Err(Error::unavailable("the post kept changing"))
}

/// A person's published posts, newest first.
#[utoipa::path(
    get,
    path = "/v1/users/{handle}/posts",
    tag = "Posting",
    params(("handle" = String, Path), PageQuery),
    security((), ("bearer" = [])),
    responses((status = 200, body = Page<PostView>), Refusals)
)]
pub async fn list_posts(
    State(app): State<App>,
    MaybeViewer(viewer): MaybeViewer,
    Path(handle): Path<String>,
    params: Params,
) -> Result<Json<Page<PostView>>, Error> {
    let handle = Handle::parse(&handle).map_err(|_not_one| Error::NotFound)?;
    let author = app.store.user_by_handle(&handle).await?;
    let author = author.ok_or(Error::NotFound)?;
    let page = params.page()?;
    let list = format!("posts of {author}");
    let before: Option<Position> = match &page.cursor {
        Some(cursor) => Some(app.cursors.decode(&list, None, cursor)?),
        None => None,
    };
    let (entries, more) = app.store.posts_by(&author, before, page.limit).await?;
    let ids: Vec<_> = entries.iter().map(|entry| entry.at.post).collect();
    let viewer = viewer.map(|viewer| viewer.id);
    let smiled = app.smiled(viewer.as_ref(), &ids);
    let (mut found, smiled) = futures::try_join!(app.store.posts(ids.iter().copied()), smiled)?;
    let posts: Vec<_> = ids
        .iter()
        .filter_map(|id| found.remove(id))
        .filter(|post| post.visible_to(None))
        .collect();
    let read = app.hydrate(&posts).await?;
    let read = Hydrated {
        viewer,
        smiled,
        ..read
    };
    let now = app.context.clock.now();
    let last = entries.last().filter(|_| more).map(|entry| entry.at);
    let next = last.map(|at| app.cursors.encode(&list, None, &at));
    Ok(Json(Page {
        items: posts
            .iter()
            .map(|post| app.present.post(post, &read, now))
            .collect(),
        next_cursor: next.transpose()?,
    }))
}

/// What cannot be a post's id names no post.
pub(crate) fn post_id(text: &str) -> Result<PostId, Error> {
    text.parse().map_err(|_not_one| Error::NotFound)
}

impl App {
    /// Reads the products and authors of posts.
    pub(crate) async fn hydrate(&self, posts: &[Post]) -> Result<Hydrated, Error> {
        let (products, people) = needs(posts);
        let (products, people) =
            futures::try_join!(self.store.products(products), self.store.profiles(people))?;
        Ok(Hydrated {
            people,
            ..self.priced(products).await?
        })
    }

    /// Products at the prices of now, with what can be bought in the stead of those that cannot.
    pub(crate) async fn priced(
        &self,
        products: HashMap<ProductId, Product>,
    ) -> Result<Hydrated, Error> {
        let now = self.context.clock.now();
        let missed = products.values().filter(|found| !found.can_be_bought());
        let substitutes = self.store.substitutes(missed, now).await?;
        let products = products.into_iter();
        Ok(Hydrated {
            products: products
                .map(|(id, found)| (id, found.priced_at(now)))
                .collect(),
            substitutes,
            ..Hydrated::default()
        })
    }

    /// Which of these posts the viewer smiled at; `None` when nobody is signed in.
    pub(crate) async fn smiled(
        &self,
        viewer: Option<&UserId>,
        posts: &[PostId],
    ) -> Result<Option<HashSet<PostId>>, Error> {
        match viewer {
            Some(viewer) => self.store.smiled(viewer, posts).await.map(Some),
            None => Ok(None),
        }
    }
}
