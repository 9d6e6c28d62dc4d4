//! What somebody did, as it stands now, and whether the one whom it concerns is to be told.

use domain::{
    engagement::{NoticeKind, Slot, Subject},
    ids::{PostId, UserId},
    people::Handle,
    posts::{Post, PostStatus, entities},
    shown::Onlooker,
};
use jiff::Timestamp;
use shared::{
    error::Error,
    queue::messages::{ActKind, Acted},
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
    /// In which post it was done, if in any.
    post: Option<PostId>,
}

impl App {
    /// What somebody did, as of every write acknowledged before. `None` where it is not known any more, or was never,
    /// whom it would concern.
    pub async fn look(&self, acted: &Acted) -> Result<Option<Standing>, Error> {
        match acted.kind {
            ActKind::Smile => self.at_post(acted, NoticeKind::Smile).await,
            ActKind::Vote => self.at_post(acted, NoticeKind::Vote).await,
            ActKind::Follow => self.follow(acted).await.map(Some),
            ActKind::Mention => self.mention(acted).await,
            ActKind::Gone => Ok(None),
        }
    }

    /// A smile at a post, or a vote in its poll.
    async fn at_post(&self, acted: &Acted, kind: NoticeKind) -> Result<Option<Standing>, Error> {
        let id = post_of(acted)?;
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
                owner: post.author,
                kind,
                subject: Subject::Post(id),
            },
            actor: acted.actor.clone(),
            at: since.unwrap_or(acted.at),
            post: Some(id),
        }))
    }

    async fn follow(&self, acted: &Acted) -> Result<Standing, Error> {
        let author = UserId::parse(&acted.subject);
        let author = author.ok_or_else(|| Error::internal("nobody is followed"))?;
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
    async fn mention(&self, acted: &Acted) -> Result<Option<Standing>, Error> {
        let id = post_of(acted)?;
        let named = acted.handle.as_deref();
        let named = named.ok_or_else(|| Error::internal("nobody is mentioned"))?;
        // Some handles are never anybody's.
        let Ok(handle) = Handle::parse(named) else {
            return Ok(None);
        };
        let (post, owner) =
            futures::try_join!(self.store.post_now(id), self.store.user_by_handle(&handle))?;
        let Some(owner) = owner else { return Ok(None) };
        let said = post.filter(is_shown);
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
            post: Some(id),
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
            match standing.post {
                Some(post) => Ok(self.store.acts_at(owner, post).await?.hide.is_some()),
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
        if hid || !slot.is_on(profile.notify) || !onlooker.wants(actor) {
            return Ok(false);
        }
        let now = self.clock.now();
        self.store
            .tell(slot, actor, *at, profile.read_to, now)
            .await
    }

    /// Tells of a post that is gone no more. Whoever tells of it at the same time looks at it again.
    pub async fn gone(&self, acted: &Acted) -> Result<(), Error> {
        let id = post_of(acted)?;
        if self
            .store
            .post_now(id)
            .await?
            .is_some_and(|post| is_shown(&post))
        {
            return Ok(());
        }
        for kind in [NoticeKind::Smile, NoticeKind::Comment, NoticeKind::Vote] {
            let slot = Slot {
                owner: acted.actor.clone(),
                kind,
                subject: Subject::Post(id),
            };
            self.store.untell_all(&slot).await?;
        }
        Ok(())
    }
}

/// The post that something was done at.
fn post_of(acted: &Acted) -> Result<PostId, Error> {
    acted.subject.parse().map_err(Error::internal)
}

fn is_shown(post: &Post) -> bool {
    post.status == PostStatus::Published
}
