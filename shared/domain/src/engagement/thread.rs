//! What stands around comments, as it was read.

use std::collections::{BTreeSet, HashMap};

use ulid::Ulid;

use crate::{ids::UserId, people::Profile, shown::Onlooker};

/// What was read to show comments of one post.
#[derive(Debug, Default)]
pub struct Thread {
    /// Who looks.
    pub onlooker: Onlooker,
    /// Authors.
    pub people: HashMap<UserId, Profile>,
    /// The own parts of those that the onlooker smiled at.
    pub smiled: BTreeSet<Ulid>,
    /// That of the answer which was accepted.
    pub accepted: Option<Ulid>,
    /// Whether the onlooker sees how the post's poll stands.
    pub results: bool,
}
