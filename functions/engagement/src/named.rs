//! What a path names, read together with the rules of the caller: one round.

use std::future::Future;

use domain::{
    ids::{PostId, UserId},
    people::{Actor, Handle, Rules},
    posts::{Post, PostStatus},
};
use shared::error::Error;

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
