//! Saying something of a post, or answering to what was said.

use std::collections::{BTreeMap, BTreeSet};

use axum::{extract::State, response::Response};
use domain::{
    claim::Claim,
    engagement::{Acts, Comment, Moderation, Thread, draft},
    ids::{CommentId, PostId, UserId},
    people::{Handle, Profile},
    posts::{Post, PostStatus},
    quota::Quota,
    shown::Onlooker,
};
use futures::future::try_join_all;
use serde::Deserialize;
use shared::{
    error::{Error, Invalid},
    http::{JsonBody, Path, Prime, Wire, created},
    store::{Said, Saying},
    table::Anew,
    views::CommentView,
};
use utoipa::ToSchema;

use crate::App;

const ROUTE: &str = "POST /v1/posts/{post_id}/comments";

/// A new comment.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewComment {
    /// 1 to 1,000 characters, with up to 10 mentions.
    #[schema(required, nullable = false, min_length = 1, max_length = 1000)]
    text: Option<String>,
    /// The comment that it answers: one of this post that is itself no reply.
    reply_to: Option<String>,
}

/// A comment as far as it can be read without the table.
#[derive(Debug, Default)]
pub struct Draft {
    text: String,
    mentioned: Vec<String>,
    /// What it is said to answer; `None` within where that is no comment's id.
    reply_to: Option<Option<CommentId>>,
}

impl Wire for NewComment {
    type Parsed = Draft;

    /// Always what is good of it, so that what it answers is looked at even where the text is bad.
    fn parse(self, invalid: &mut Invalid) -> Option<Draft> {
        let text = self.text.ok_or_else(|| "is required".to_owned());
        let text = invalid.check("/text", text.and_then(|text| draft(&text)));
        let (text, mentioned) = text.unwrap_or_default();
        Some(Draft {
            text,
            mentioned,
            reply_to: self.reply_to.map(|id| id.parse().ok()),
        })
    }
}

impl Draft {
    /// The id of what it answers, if that can be a comment at the top level of this post.
    fn parent(&self, post: PostId) -> Option<CommentId> {
        let parent = self.reply_to.flatten()?;
        (parent.post == post && parent.parent.is_none()).then_some(parent)
    }
}

/// Comments on a post, or answers a comment. On a poll it carries what its author voted for.
#[utoipa::path(
    post,
    path = "/v1/posts/{post_id}/comments",
    tag = "engagement",
    params(("post_id" = String, Path)),
    request_body = NewComment,
    security(("bearer" = [])),
    responses((status = 201, description = "The comment.", body = CommentView))
)]
pub async fn create_comment(
    State(app): State<App>,
    Prime(viewer): Prime,
    Path(post): Path<String>,
    body: JsonBody,
) -> Result<Response, Error> {
    let Ok(post) = post.parse::<PostId>() else {
        app.actor(&viewer.id).await?;
        return Err(Error::NotFound);
    };
    let mut invalid = Invalid::default();
    let read = body.parse_noting::<NewComment>(&mut invalid);
    let read = read.and_then(|draft| Ok((draft, body.claim(&viewer, ROUTE)?)));
    let (draft, claim, refused) = match read {
        Ok((draft, claim)) => (draft, claim, None),
        Err(error) => (None, None, Some(error)),
    };
    // The same words of another post are another request.
    let claim = claim.map(|claim| Claim {
        body_hash: format!("{post}:{}", claim.body_hash),
        ..claim
    });
    let wanted = Wanted {
        post,
        draft: draft.unwrap_or_default(),
        invalid,
        refused,
        claim,
    };
    Box::pin(app.say(&viewer.id, wanted)).await
}

/// What is asked for.
struct Wanted {
    post: PostId,
    draft: Draft,
    /// What is wrong with it already.
    invalid: Invalid,
    /// Why it cannot be read at all.
    refused: Option<Error>,
    claim: Option<Claim>,
}

/// What it stands on, as it was read.
struct Read {
    post: Option<Post>,
    acts: Acts,
    parent: Option<Comment>,
}

impl App {
    async fn say(&self, me: &UserId, wanted: Wanted) -> Result<Response, Error> {
        let Wanted {
            post: id,
            draft,
            mut invalid,
            refused,
            claim,
        } = wanted;
        let (store, claim) = (&self.store, claim.as_ref());
        let parent = draft.parent(id);
        let parent_soon = async {
            match parent {
                Some(parent) => store.comment(parent).await,
                None => Ok(None),
            }
        };
        let (caller, filter, post, acts, parent_read, made, mentions) = futures::join!(
            store.acting_member(&self.gate, me, self.clock.now()),
            self.filter.now(self.clock.now()),
            store.post_now(id),
            store.acts_at(me, id),
            parent_soon,
            self.said_before(claim),
            self.mentioned(&draft.mentioned),
        );
        let (profile, actor) = caller?;
        let onlooker = Onlooker::from(&actor);
        let mut read = Read {
            post: post?,
            acts: acts?,
            parent: parent_read?,
        };
        let mut post = commented(read.post.take(), &onlooker)?;
        if let Some(refused) = refused {
            return Err(refused);
        }
        let text = [("/text", draft.text.as_str())];
        let screened = filter.screen(text);
        let held = screened.holds();
        invalid.unwanted(screened.refused());
        let mut made = made?;
        let mentions = mentions?;
        if read.parent.is_none()
            && let Some(parent) = parent
        {
            // It may be so new that this was not told yet.
            read.parent = store.comment_now(parent).await?;
        }
        let quota = Quota {
            user: me.clone(),
            kind: "comments",
            limit: self.comments_an_hour,
        };
        let mut anew = Anew::standing_on("what the comment stands on");
        loop {
            if let Some(made) = made {
                return self.say_again(&made, post, onlooker, profile).await;
            }
            let parent = answered(&draft, read.parent.take(), &onlooker, &invalid)?;
            let now = self.clock.now();
            let random = u32::try_from(self.ids.ulid().random() & u128::from(u32::MAX));
            let own = parent.as_ref().map(|parent| parent.id.own);
            let new = CommentId::new(id, own, now, random.unwrap_or_default());
            let comment = Comment {
                under: parent.as_ref().map(|parent| parent.author.clone()),
                mentions: mentions.clone(),
                moderation: held.then(|| Moderation::by_filter(now)),
                voted: read.acts.vote.filter(|_| post.poll.is_some()),
                ..Comment::new(new, me.clone(), draft.text.clone(), now)
            };
            let saying = Saying {
                comment: &comment,
                post: &post,
                parent: parent.as_ref(),
                claim,
                quota: &quota,
            };
            match Box::pin(store.create_comment(saying, now)).await? {
                Said::Done => return self.told(comment, &post, onlooker, profile, read.acts),
                Said::KeyUsed => {
                    anew.begin().await?;
                    made = self.said_before(claim).await?;
                }
                Said::Moved => {
                    anew.begin().await?;
                    let again = async {
                        match parent {
                            Some(parent) => store.comment_now(parent.id).await,
                            None => Ok(None),
                        }
                    };
                    let (now, acts, parent) =
                        futures::try_join!(store.post_now(id), store.acts_at(me, id), again)?;
                    post = commented(now, &onlooker)?;
                    (read.acts, read.parent) = (acts, parent);
                }
            }
        }
    }

    async fn said_before(&self, claim: Option<&Claim>) -> Result<Option<String>, Error> {
        match claim {
            Some(claim) => self.store.made_before(claim, self.clock.now()).await,
            None => Ok(None),
        }
    }

    /// Who has these handles, in lower case.
    async fn mentioned(&self, handles: &[String]) -> Result<BTreeMap<String, UserId>, Error> {
        let handles = handles.iter().map(|handle| handle.to_ascii_lowercase());
        let handles: BTreeSet<_> = handles.collect();
        let named = handles.into_iter().map(async |name| {
            let Ok(handle) = Handle::parse(&name) else {
                return Ok::<_, Error>(None);
            };
            let user = self.store.user_by_handle(&handle).await?;
            Ok(user.map(|user| (name, user)))
        });
        let found = try_join_all(named).await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Answers a repeated request with what the first one made, as it is now.
    async fn say_again(
        &self,
        made: &str,
        post: Post,
        onlooker: Onlooker,
        profile: Profile,
    ) -> Result<Response, Error> {
        let id: CommentId = made.parse().map_err(Error::internal)?;
        let owns = [id.own].into();
        let (comment, acts, smiled) = futures::try_join!(
            self.store.comment_now(id),
            self.store.acts_at(&profile.id, id.post),
            self.store.smiled_at(&profile.id, id.post, &owns)
        )?;
        let comment = comment.filter(Comment::stands).ok_or(Error::Gone)?;
        let comment = self.reads.heard(comment).await?;
        let mut thread = self.around(&post, onlooker, profile, acts);
        thread.smiled = smiled;
        self.answer(comment, &thread)
    }

    /// Answers with a comment that was just made.
    fn told(
        &self,
        comment: Comment,
        post: &Post,
        onlooker: Onlooker,
        profile: Profile,
        acts: Acts,
    ) -> Result<Response, Error> {
        let thread = self.around(post, onlooker, profile, acts);
        self.answer(comment, &thread)
    }

    /// What stands around a comment of the caller's own.
    fn around(&self, post: &Post, mut onlooker: Onlooker, me: Profile, acts: Acts) -> Thread {
        onlooker.did([(post.id, acts)]);
        Thread {
            results: onlooker.sees_results(post, self.clock.now()),
            onlooker,
            people: [(me.id.clone(), me)].into(),
            accepted: post.accepted.as_ref().map(|accepted| accepted.own),
            ..Thread::default()
        }
    }

    fn answer(&self, comment: Comment, thread: &Thread) -> Result<Response, Error> {
        let path = format!("/v1/comments/{}", comment.id);
        // What one said oneself is there for one, whomever it answers.
        let comment = thread.onlooker.said(comment).ok_or(Error::NotFound)?;
        let view = self.present.comment(&comment, thread);
        created(&self.api_url, &path, view)
    }
}

/// A published post that the caller sees.
fn commented(post: Option<Post>, onlooker: &Onlooker) -> Result<Post, Error> {
    let post = post.filter(|post| post.status == PostStatus::Published);
    let post = post.filter(|post| onlooker.sees(&post.author));
    post.ok_or(Error::NotFound)
}

/// What is answered, as it was read; `None` where nothing is.
///
/// # Errors
/// 422 names it, with all else that is wrong, where it is no comment of this post that says something still and is no
/// reply itself, or where its author is across a block.
fn answered(
    draft: &Draft,
    parent: Option<Comment>,
    onlooker: &Onlooker,
    invalid: &Invalid,
) -> Result<Option<Comment>, Error> {
    let mut invalid = invalid.clone();
    let parent = parent.filter(Comment::stands);
    let parent = parent.filter(|parent| onlooker.sees(&parent.author));
    if draft.reply_to.is_some() && parent.is_none() {
        invalid.add(
            "/reply_to",
            "is no comment on this post that can be answered",
        );
    }
    invalid.finish()?;
    Ok(parent)
}
