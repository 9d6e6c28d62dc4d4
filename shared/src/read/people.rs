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
        match self.store.profile(user).await? {
            Some(profile) => self.counted(profile).await.map(Some),
            None => Ok(None),
        }
    }

    /// A profile that was read, with what lies in the shards of its counts: a round where a crowd follows.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn counted(&self, mut profile: Profile) -> Result<Profile, Error> {
        if profile.heat().is_hot() {
            let thing = Thing::Person(profile.id.clone());
            let shards = self.store.shards(&thing, profile.heat(), true).await?;
            profile.plus(&shards);
        }
        Ok(profile)
    }
}
