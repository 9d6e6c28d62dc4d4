//! People whose profiles are asked for.

use domain::{engagement::Thing, ids::UserId, people::Profile};

use super::Reads;
use crate::error::Error;

impl Reads {
    /// A person's profile as of every write acknowledged before, its counts exact: one round, two for whom a crowd
    /// follows.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn profile(&self, user: &UserId) -> Result<Option<Profile>, Error> {
        let profile = self.store.profile(user).await?;
        let Some(mut profile) = profile else {
            return Ok(None);
        };
        if profile.heat().is_hot() {
            let thing = Thing::Person(user.clone());
            let shards = self.store.shards(&thing, profile.heat(), true).await?;
            profile.plus(&shards);
        }
        Ok(Some(profile))
    }
}
