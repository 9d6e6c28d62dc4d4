//! What a path names, read together with the rules of the caller: one round.

use std::future::Future;

use domain::{
    engagement::{Named, Subject},
    ids::{PostId, UserId},
    people::{Actor, Handle, Rules},
    posts::{Post, PostStatus},
};
use shared::{error::Error, store::Piece};

use crate::App;

impl App {
    /// The caller of an act, let in by their rules.
    ///
    /// # Errors
    /// 403 who has not joined, is suspended, or has yet to accept the store's terms.
    pub(crate) async fn actor(&self, me: &UserId) -> Result<Actor, Error> {
        self.store.actor(&self.gate, me, self.clock.now()).await
    }

    /// The person of a handle, who is not the caller, and the caller as they were let in. Whether the two see each
    /// other is not looked at.
    ///
    /// # Errors
    /// Those of the caller; 404 nobody; 422 oneself.
    pub(crate) async fn somebody_else<C>(
        &self,
        me: &UserId,
        handle: &str,
        caller: impl Future<Output = Result<C, Error>>,
    ) -> Result<(UserId, C), Error> {
        let person = async {
            match Handle::parse(handle) {
                Ok(handle) => self.store.user_by_handle(&handle).await,
                Err(_not_one) => Ok(None),
            }
        };
        let (caller, person) = futures::join!(caller, person);
        let caller = caller?;
        let person = person?.ok_or(Error::NotFound)?;
        if person == *me {
            return Err(Error::invalid("", "this is oneself"));
        }
        Ok((person, caller))
    }

    /// A published post that the caller sees, and the caller as they were let in.
    ///
    /// # Errors
    /// Those of the caller; 404 any other post.
    pub(crate) async fn published<C: AsRef<Rules>>(
        &self,
        post: &str,
        caller: impl Future<Output = Result<C, Error>>,
    ) -> Result<(Post, C), Error> {
        let id: Option<PostId> = post.parse().ok();
        let post = async {
            match id {
                Some(id) => self.store.post_now(id).await,
                None => Ok(None),
            }
        };
        let (caller, post) = futures::join!(caller, post);
        let caller = caller?;
        let post = post?
            .filter(|post| post.status == PostStatus::Published)
            .filter(|post| !caller.as_ref().part_from(&post.author))
            .ok_or(Error::NotFound)?;
        Ok((post, caller))
    }
}

/// A subject that a body names, as it was found.
pub(crate) enum Target {
    /// A post or a comment.
    Piece(Piece),
    /// A person.
    Person(UserId),
}

impl Target {
    /// What it is called.
    pub(crate) fn subject(&self) -> Subject {
        match self {
            Self::Piece(piece) => piece.subject(),
            Self::Person(person) => Subject::Person(person.clone()),
        }
    }

    /// Whose it is.
    pub(crate) fn author(&self) -> &UserId {
        match self {
            Self::Piece(piece) => piece.author(),
            Self::Person(person) => person,
        }
    }

    /// Whether others do not see it.
    pub(crate) fn is_hidden(&self) -> bool {
        match self {
            Self::Piece(piece) => piece.is_hidden(),
            Self::Person(_) => false,
        }
    }
}

impl App {
    /// What is named, if it is there and was ever seen by others.
    pub(crate) async fn target(&self, named: &Named) -> Result<Option<Target>, Error> {
        let subject = match named {
            Named::Post(post) => Subject::Post(*post),
            Named::Comment(comment) => Subject::Comment(*comment),
            Named::Handle(handle) => {
                let Ok(handle) = Handle::parse(handle) else {
                    return Ok(None);
                };
                let person = self.store.user_by_handle(&handle).await?;
                return Ok(person.map(Target::Person));
            }
            Named::Nothing => return Ok(None),
        };
        Ok(self.store.piece(&subject).await?.map(Target::Piece))
    }
}
