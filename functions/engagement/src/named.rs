//! What a path names, read together with the rules of the caller: one round.

use domain::{
    ids::{PostId, UserId},
    people::{Handle, Rules},
    posts::{Post, PostStatus},
};
use shared::error::Error;

use crate::App;

impl App {
    /// The person of a handle, who is not the caller, and the rules of the caller, a member. Whether the two see each
    /// other is not looked at.
    ///
    /// # Errors
    /// 403 who has not joined; 404 nobody; 422 oneself.
    pub(crate) async fn somebody_else(
        &self,
        me: &UserId,
        handle: &str,
    ) -> Result<(UserId, Rules), Error> {
        let person = async {
            match Handle::parse(handle) {
                Ok(handle) => self.store.user_by_handle(&handle).await,
                Err(_not_one) => Ok(None),
            }
        };
        let (rules, person) = futures::join!(self.store.rules(me), person);
        let rules = rules?;
        let person = person?.ok_or(Error::NotFound)?;
        if person == *me {
            return Err(Error::invalid("", "this is oneself"));
        }
        Ok((person, rules))
    }

    /// A published post that the caller, a member, sees.
    ///
    /// # Errors
    /// 403 who has not joined; 404 any other post.
    pub(crate) async fn published(&self, me: &UserId, post: &str) -> Result<Post, Error> {
        let id: Option<PostId> = post.parse().ok();
        let post = async {
            match id {
                Some(id) => self.store.post_now(id).await,
                None => Ok(None),
            }
        };
        let (rules, post) = futures::join!(self.store.rules(me), post);
        let rules = rules?;
        post?
            .filter(|post| post.status == PostStatus::Published)
            .filter(|post| !rules.part_from(&post.author))
            .ok_or(Error::NotFound)
    }
}
