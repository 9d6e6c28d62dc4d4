//! What somebody did, as it stands now, and whether the one whom it concerns is to be told.

use domain::{
    engagement::{Comment, Fact, NoticeKind, Slot, Subject, concerns},
    ids::{CommentId, PostId, UserId},
    people::Handle,
    posts::{Post, PostStatus, entities},
    shown::Onlooker,
};
use jiff::Timestamp;
use shared::{
    error::Error,
    queue::messages::{ActKind, Acted},
    table::Anew,
};

use crate::App;

/// What somebody did, as it stands.
pub struct Standing {
    /// Where it is told.
    pub slot: Slot,
    /// Whether it is so, and not taken back.
    pub stands: bool,
    /// Who did it.
    actor: UserId,
    /// When.
    at: Timestamp,
    /// The post that it was done at, or in, if any.
    post: Option<Post>,
}

impl App {
    /// What somebody did, as of every write acknowledged before. `None` where it is not known any more, or was never,
    /// whom it would concern.
    pub async fn look(&self, acted: &Acted) -> Result<Option<Standing>, Error> {
        match (acted.kind, thing_of(acted)?) {
            (ActKind::Smile, Subject::Post(post)) => {
                self.at_post(acted, post, NoticeKind::Smile).await
            }
            (ActKind::Vote, Subject::Post(post)) => {
                self.at_post(acted, post, NoticeKind::Vote).await
            }
            (ActKind::Mention, Subject::Post(post)) => self.mention(acted, post).await,
            (ActKind::Smile, Subject::Comment(comment)) => {
                self.smile_at_comment(acted, comment).await
            }
            (ActKind::Accepted, Subject::Comment(comment)) => self.accepted(acted, comment).await,
            (ActKind::Comment | ActKind::Reply | ActKind::Mention, Subject::Comment(comment)) => {
                self.said(acted, comment).await
            }
            (ActKind::Follow, Subject::Person(author)) => {
                self.follow(acted, author).await.map(Some)
            }
            (ActKind::Gone | ActKind::BadgeGiven | ActKind::BadgeTaken, _) => Ok(None),
            (kind, thing) => Err(Error::internal(format!("{kind:?} at a {}", thing.kind()))),
        }
    }

    /// A smile at a post, or a vote in its poll.
    async fn at_post(
        &self,
        acted: &Acted,
        id: PostId,
        kind: NoticeKind,
    ) -> Result<Option<Standing>, Error> {
        let (post, acts) = futures::try_join!(
            self.store.post_now(id),
            self.store.acts_now(&acted.actor, id)
        )?;
        let Some(post) = post else { return Ok(None) };
        let since = if kind == NoticeKind::Vote {
            acts.vote.map(|_| acted.at)
        } else {
            acts.smile
        };
        Ok(Some(Standing {
            stands: since.is_some() && is_shown(&post),
            slot: Slot {
                owner: post.author.clone(),
                kind,
                subject: Subject::Post(id),
            },
            actor: acted.actor.clone(),
            at: since.unwrap_or(acted.at),
            post: Some(post),
        }))
    }

    /// A smile at a comment.
    async fn smile_at_comment(
        &self,
        acted: &Acted,
        id: CommentId,
    ) -> Result<Option<Standing>, Error> {
        let (post, comment, since) = futures::try_join!(
            self.store.post_now(id.post),
            self.store.comment_now(id),
            self.store.smiles_at(&acted.actor, id)
        )?;
        let Some(comment) = comment else {
            return Ok(None);
        };
        let shown = post.as_ref().is_some_and(is_shown) && comment.stands();
        Ok(Some(Standing {
            stands: since.is_some() && shown,
            slot: Slot {
                owner: comment.author,
                kind: NoticeKind::Smile,
                subject: Subject::Comment(id),
            },
            actor: acted.actor.clone(),
            at: since.unwrap_or(acted.at),
            post,
        }))
    }

    /// An answer that is accepted, of whoever gave it.
    async fn accepted(&self, acted: &Acted, id: CommentId) -> Result<Option<Standing>, Error> {
        let Some(owner) = acted.owner.clone() else {
            return Err(Error::internal("nobody's answer is accepted"));
        };
        let (post, comment) =
            futures::try_join!(self.store.post_now(id.post), self.store.comment_now(id))?;
        let accepted = post.as_ref().filter(|post| is_shown(post));
        let accepted = accepted.and_then(|post| post.accepted.as_ref());
        let accepted = accepted.is_some_and(|accepted| accepted.own == id.own);
        Ok(Some(Standing {
            stands: accepted && comment.is_some_and(|comment| comment.stands()),
            slot: Slot {
                owner,
                kind: NoticeKind::Accepted,
                subject: Subject::Comment(id),
            },
            actor: acted.actor.clone(),
            at: acted.at,
            post,
        }))
    }

    /// Something that is said of a post, as what it is to the one whom it concerns: it, or whatever else the same person
    /// says there that is the same to them.
    async fn said(&self, acted: &Acted, id: CommentId) -> Result<Option<Standing>, Error> {
        let (post, comment) =
            futures::try_join!(self.store.post_now(id.post), self.store.comment_now(id))?;
        let owner = acted.owner.as_ref();
        let owner = owner.or_else(|| post.as_ref().map(|post| &post.author));
        let Some(owner) = owner.cloned() else {
            return Ok(None);
        };
        let (kind, subject) = if acted.kind == ActKind::Mention {
            (NoticeKind::Mention, Subject::Comment(id))
        } else if acted.kind == ActKind::Reply {
            let answered = id.answers();
            let answered = answered.ok_or_else(|| Error::internal("it answers nothing"))?;
            (NoticeKind::Reply, Subject::Comment(answered))
        } else {
            (NoticeKind::Comment, Subject::Post(id.post))
        };
        let slot = Slot {
            owner,
            kind,
            subject,
        };
        let actor = acted.actor.clone();
        let Some(post) = post else {
            return Ok(Some(Standing {
                stands: false,
                slot,
                actor,
                at: acted.at,
                post,
            }));
        };
        let is_told = |said: &Comment| {
            let told = concerns(said, &slot.owner, &post.author);
            said.stands() && told.is_some_and(|told| told == (slot.kind, slot.subject.clone()))
        };
        let mut told = comment.filter(|said| is_told(said));
        if told.is_none() && kind != NoticeKind::Mention {
            let others = self.store.comments_by(&acted.actor, id.post).await?;
            told = others.into_iter().find(|said| is_told(said));
        }
        let mut there = is_shown(&post);
        if let (Some(_), NoticeKind::Reply, Some(answered)) = (&told, kind, id.answers()) {
            let answered = self.store.comment_now(answered).await?;
            there &= answered.is_some_and(|answered| answered.stands());
        }
        Ok(Some(Standing {
            stands: told.is_some() && there,
            at: told.map_or(acted.at, |said| said.created_at),
            slot,
            actor,
            post: Some(post),
        }))
    }

    async fn follow(&self, acted: &Acted, author: UserId) -> Result<Standing, Error> {
        let follows = self.store.is_following_now(&acted.actor, &author);
        Ok(Standing {
            stands: follows.await?,
            slot: Slot {
                owner: author.clone(),
                kind: NoticeKind::Follow,
                subject: Subject::Person(author),
            },
            actor: acted.actor.clone(),
            at: acted.at,
            post: None,
        })
    }

    /// A mention in a post, of whoever has the handle.
    async fn mention(&self, acted: &Acted, id: PostId) -> Result<Option<Standing>, Error> {
        let named = acted.handle.as_deref();
        let named = named.ok_or_else(|| Error::internal("nobody is mentioned"))?;
        // Some handles are never anybody's.
        let Ok(handle) = Handle::parse(named) else {
            return Ok(None);
        };
        let (post, owner) =
            futures::try_join!(self.store.post_now(id), self.store.user_by_handle(&handle))?;
        let Some(owner) = owner else { return Ok(None) };
        let said = post.as_ref().filter(|post| is_shown(post));
        let said = said.is_some_and(|post| entities::mentions(&post.text).contains(named));
        Ok(Some(Standing {
            stands: said,
            slot: Slot {
                owner,
                kind: NoticeKind::Mention,
                subject: Subject::Post(id),
            },
            actor: acted.actor.clone(),
            at: acted.at,
            post,
        }))
    }

    /// Tells of what stands, if it is to be told; whether anything was written.
    pub async fn tell(&self, standing: &Standing) -> Result<bool, Error> {
        let Standing {
            slot, actor, at, ..
        } = standing;
        if slot.owner == *actor {
            return Ok(false);
        }
        let owner = &slot.owner;
        let hid = async {
            match &standing.post {
                Some(post) => Ok(self.store.acts_at(owner, post.id).await?.hide.is_some()),
                None => Ok(false),
            }
        };
        let (profile, rules, hid) = futures::try_join!(
            self.store.profile(owner),
            self.store.rules_if_any(owner),
            hid
        )?;
        let Some(profile) = profile else {
            return Ok(false);
        };
        let onlooker = Onlooker::new(owner.clone(), rules);
        // What is said of a post that they do not see, they are not told.
        let sees = |post: &Post| onlooker.sees(&post.author);
        let sees = standing.post.as_ref().is_none_or(sees);
        if hid || !sees || !slot.is_on(profile.notify) || !onlooker.wants(actor) {
            return Ok(false);
        }
        let now = self.clock.now();
        self.store
            .tell(slot, actor, *at, profile.read_to, now)
            .await
    }

    /// Tells somebody that they have the badge, or no more, if that is so still: of what changed since there is a message
    /// too.
    pub async fn badge(&self, acted: &Acted, fact: Fact) -> Result<(), Error> {
        let owner = acted.actor.clone();
        let slot = Slot {
            subject: Subject::Person(owner.clone()),
            kind: NoticeKind::Badge,
            owner,
        };
        let mut anew = Anew::standing_on("what somebody was told");
        loop {
            let (badge, profile) = futures::try_join!(
                self.store.badge(&slot.owner),
                self.store.profile(&slot.owner)
            )?;
            let Some(profile) = profile else {
                return Ok(());
            };
            let now = self.clock.now();
            let is_so = badge.is_shown() == (fact == Fact::BadgeGiven);
            let told = self
                .store
                .tell_fact(&slot, fact.clone(), acted.at, profile.read_to, now);
            if !is_so || told.await? {
                return Ok(());
            }
            anew.begin().await?;
        }
    }

    /// Tells no more of what was done at a post or a comment that is gone. Whoever tells of it at the same time looks at it
    /// again.
    pub async fn gone(&self, acted: &Acted) -> Result<(), Error> {
        let subject = thing_of(acted)?;
        let (there, kinds) = match subject {
            Subject::Post(post) => {
                let post = self.store.post_now(post).await?;
                let kinds = [NoticeKind::Smile, NoticeKind::Comment, NoticeKind::Vote];
                (post.is_some_and(|post| is_shown(&post)), kinds)
            }
            Subject::Comment(comment) => {
                let comment = self.store.comment_now(comment).await?;
                let kinds = [NoticeKind::Smile, NoticeKind::Reply, NoticeKind::Accepted];
                (comment.is_some_and(|comment| comment.stands()), kinds)
            }
            Subject::Person(_) => return Err(Error::internal("a person is gone")),
        };
        if there {
            return Ok(());
        }
        for kind in kinds {
            let slot = Slot {
                owner: acted.actor.clone(),
                kind,
                subject: subject.clone(),
            };
            self.store.untell_all(&slot).await?;
        }
        Ok(())
    }
}

/// What something was done at.
fn thing_of(acted: &Acted) -> Result<Subject, Error> {
    let thing = &acted.subject;
    let post = || thing.parse().ok().map(Subject::Post);
    let comment = || thing.parse().ok().map(Subject::Comment);
    let person = || UserId::parse(thing).map(Subject::Person);
    let found = match acted.kind {
        ActKind::Follow | ActKind::BadgeGiven | ActKind::BadgeTaken => person(),
        ActKind::Smile
        | ActKind::Vote
        | ActKind::Mention
        | ActKind::Comment
        | ActKind::Reply
        | ActKind::Accepted
        | ActKind::Gone => post().or_else(comment),
    };
    found.ok_or_else(|| Error::internal("something was done at nothing"))
}

fn is_shown(post: &Post) -> bool {
    post.status == PostStatus::Published
}
