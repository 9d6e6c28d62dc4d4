//! Deleting an account (ENGAGEMENT 47-49): what is worked off, in which order, and for how long something is left.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// For so long a handle is nobody's after its owner has left (PRODUCT 2.2).
pub const HANDLE_KEPT: SignedDuration = SignedDuration::from_hours(365 * 24);
/// For so long it is known, by an id alone, who blocked somebody who has left, and what was decided on them: it holds again
/// if they come back. So long too it is known what was decided on something that is gone.
pub const RULES_KEPT: SignedDuration = SignedDuration::from_hours(180 * 24);

/// A part of what is worked off, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Published posts, with their photos.
    Posts,
    /// Posts that do not appear yet.
    Waiting,
    /// Uploads that nothing has claimed.
    Uploads,
    /// Lists, with what is in them.
    Lists,
    /// Comments and replies.
    Comments,
    /// Smiles, votes, what was hidden.
    Acts,
    /// Whom they follow.
    Follows,
    /// To whom their posts are pushed.
    Fans,
    /// Who pulls them.
    Pulls,
    /// Whom they block.
    Blocks,
    /// Whom they mute.
    Mutes,
    /// What they reported, and against what they appealed.
    Reports,
    /// What was decided on them, and came of what they reported.
    Decided,
    /// What they are told.
    Inbox,
    /// What was delivered to them.
    Timeline,
    /// What they wrote in the store.
    Reviews,
    /// Their accounts with other networks.
    Social,
    /// What sellers asked of them.
    Briefs,
    /// What they asked of influencers as sellers, and for which brands.
    SentBriefs,
    /// Their exports, with the files.
    Exports,
    /// What they ordered.
    Orders,
    /// Which posts of others they viewed.
    Views,
    /// Which account is theirs.
    Account,
    /// By which words they are found.
    Words,
    /// Who they are, with the topics that they chose.
    Profile,
}

impl Step {
    /// All of them, in their order.
    pub const ALL: [Self; 25] = [
        Self::Posts,
        Self::Waiting,
        Self::Uploads,
        Self::Lists,
        Self::Comments,
        Self::Acts,
        Self::Follows,
        Self::Fans,
        Self::Pulls,
        Self::Blocks,
        Self::Mutes,
        Self::Reports,
        Self::Decided,
        Self::Inbox,
        Self::Timeline,
        Self::Reviews,
        Self::Social,
        Self::Briefs,
        Self::SentBriefs,
        Self::Exports,
        Self::Orders,
        Self::Views,
        Self::Account,
        Self::Words,
        Self::Profile,
    ];

    fn next(self) -> Option<Self> {
        let mut after = Self::ALL.into_iter().skip_while(|step| *step != self);
        after.nth(1)
    }
}

/// How far the deletion of an account has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deletion {
    /// What is worked off.
    pub step: Step,
    /// The sort key in it after which it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Whether all was gone through once: what a call that had begun before the deletion wrote since is taken now.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub again: bool,
    /// When it was asked for.
    pub since: Timestamp,
}

impl Deletion {
    /// One that is asked for now.
    pub fn asked(now: Timestamp) -> Self {
        Self {
            step: Step::Posts,
            cursor: None,
            again: false,
            since: now,
        }
    }

    /// The same after a page of its step: further in it, or in the next one; `None` at the end of all.
    pub fn after(self, cursor: Option<String>) -> Option<Self> {
        if cursor.is_some() {
            return Some(Self { cursor, ..self });
        }
        let (step, again) = match self.step.next() {
            Some(step) => (step, self.again),
            None if self.again => return None,
            None => (Step::Posts, true),
        };
        Some(Self {
            step,
            cursor,
            again,
            ..self
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_is_gone_through_twice_in_order() {
        let mut at = Some(Deletion::asked(Timestamp::UNIX_EPOCH));
        let mut steps = Vec::new();
        while let Some(deletion) = at {
            steps.push((deletion.step, deletion.again));
            at = deletion.after(None);
        }
        let pass = |again| Step::ALL.map(|step| (step, again));
        assert_eq!(steps, [pass(false), pass(true)].concat());
    }

    #[test]
    fn a_step_goes_on_after_its_last_page() {
        let first = Deletion::asked(Timestamp::UNIX_EPOCH);
        let further = first.clone().after(Some("b".to_owned())).unwrap();
        assert_eq!(
            (further.step, further.cursor.as_deref()),
            (Step::Posts, Some("b"))
        );
        let next = further.after(None).unwrap();
        assert_eq!((next.step, next.cursor), (Step::Waiting, None));
    }
}
