//! An influencer's page (MONEY 9): what they feature, and their posts.

use domain::{
    engagement::{IdeaList, Shelf},
    feeds::Position,
    ids::UserId,
    money::storefront::Storefront,
    people::{Handle, Profile},
    shown::{Onlooker, Shown},
};
use jiff::Timestamp;

use super::{Authored, Reads};
use crate::error::Error;

/// An influencer's page.
#[derive(Debug)]
pub struct Front {
    /// The lists that they feature and everybody sees, in their order.
    pub featured: Vec<Shown<IdeaList>>,
    /// What stands on their cards.
    pub shelf: Shelf,
    /// Their posts.
    pub posts: Authored,
}

impl Reads {
    /// The person of a handle, and who looks: two rounds.
    ///
    /// # Errors
    /// [`Error::NotFound`] where nobody is there for them; those of the table.
    pub async fn met(
        &self,
        viewer: Option<&UserId>,
        handle: &str,
    ) -> Result<(Shown<Profile>, Onlooker), Error> {
        let handle = Handle::parse(handle).map_err(|_never_taken| Error::NotFound)?;
        let (user, onlooker) =
            futures::try_join!(self.store.user_by_handle(&handle), self.onlooker(viewer))?;
        let profile = self.profile(&user.ok_or(Error::NotFound)?).await?;
        let profile = profile.and_then(|profile| onlooker.meets(profile));
        Ok((profile.ok_or(Error::NotFound)?, onlooker))
    }

    /// What an influencer's page shows, as it is arranged: three rounds.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn front(
        &self,
        owner: &UserId,
        arranged: &Storefront,
        onlooker: Onlooker,
        (before, limit): (Option<Position>, usize),
        now: Timestamp,
    ) -> Result<Front, Error> {
        let show = |list| onlooker.is_told_of(list);
        let featured = Box::pin(self.lists(&arranged.featured, &onlooker, show, now));
        let posts = Box::pin(self.authored(owner, onlooker.clone(), before, limit, now));
        let ((mut featured, shelf), posts) = futures::try_join!(featured, posts)?;
        featured.retain(|list| list.owner == *owner);
        Ok(Front {
            featured,
            shelf,
            posts,
        })
    }
}
