//! Voting in polls (ENGAGEMENT 16): one vote a person, which may be changed until the poll closes.

use domain::{
    engagement::{Acts, Count, Thing},
    people::Actor,
    posts::Post,
};

use super::{Act, Counted, acts::noted};
use crate::{error::Error, store::Store, table::Expression};

/// What came of a vote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vote {
    /// It stands.
    Stands,
    /// The post, or what the voter did at it, is not as it was read. Read both again.
    Moved,
}

impl Store {
    /// Votes for an option of a published post's poll, or changes one's vote, as both were read: one change of what
    /// the voter did, and of one count or two.
    pub async fn vote(
        &self,
        by: &Actor,
        post: &Post,
        acts: &Acts,
        option: u8,
    ) -> Result<Vote, Error> {
        let moves = match acts.vote {
            Some(before) if before == option => return Ok(Vote::Stands),
            Some(before) => vec![(Count::Votes(before), -1), (Count::Votes(option), 1)],
            None => vec![(Count::Votes(option), 1)],
        };
        let user = by.id();
        let relation = || {
            let set = Expression::new("SET vote = :option").number(":option", option.into());
            let note = match acts.vote {
                Some(before) => {
                    let set = set.number(":before", before.into());
                    noted(user, post.id, set, "vote = :before")
                }
                None => noted(user, post.id, set, "attribute_not_exists(vote)"),
            };
            Ok(vec![note.unless(Act::Moved)])
        };
        let counted = Counted::post(Thing::Post(post.id), post.heat(), moves)?;
        let act = self.act(Vote::Stands, relation, &mut [counted]).await?;
        Ok(match act {
            Act::Came(vote) => vote,
            Act::Moved => Vote::Moved,
        })
    }
}
