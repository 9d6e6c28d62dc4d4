//! In which order the comments of a post are read (ENGAGEMENT 13), and how far somebody has read.

use std::collections::{BTreeMap, BTreeSet};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use crate::ids::{CommentId, PostId};

/// Up to so many comments are ranked exactly.
pub const RANKED: usize = 100;
/// Beyond, the newest so many are ranked with the best so many.
pub const NEWEST: usize = 50;
/// Those that are known to be the best.
pub const BEST: usize = 50;

/// A reply that was begun may be committed so much later: as long as a request lasts, and a second for clocks that
/// differ.
const LATE: SignedDuration = SignedDuration::from_secs(8);
/// So many replies that are not older than that are remembered as read.
const REMEMBERED: usize = 120;

/// What a comment is ranked by: smiles, and replies twice.
pub fn score(smiles: u64, replies: u64) -> u64 {
    smiles.saturating_add(replies.saturating_mul(2))
}

/// Comments by their own parts, each with its score, in the order `top`: the accepted one, then by the score, then the
/// newer. The accepted one is among them, known or not.
pub fn ranked(scores: &BTreeMap<Ulid, u64>, accepted: Option<Ulid>) -> Vec<Ulid> {
    let mut order: Vec<_> = scores.iter().map(|(own, score)| (*score, *own)).collect();
    order.sort_unstable_by(|one, other| other.cmp(one));
    let rest = order.into_iter().map(|(_, own)| own);
    let rest = rest.filter(|own| Some(*own) != accepted);
    accepted.into_iter().chain(rest).collect()
}

/// How far somebody has read in a list of comments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// Newest first: after this one.
    #[serde(rename = "n")]
    Newest(Ulid),
    /// Oldest first: after this one, save those that were read out of turn.
    #[serde(rename = "o")]
    Oldest(Option<Ulid>, Shorts),
    /// Ranked: these are left. Then, if there are more, those after this one, newest first, save those ranked before
    /// that are among them.
    #[serde(rename = "t")]
    Ranked(Shorts, Option<Ulid>, Shorts),
}

/// Own parts of comments of one post, each told by 10 bytes: base64url, so that a hundred fit into a cursor.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Shorts(String);

impl Shorts {
    /// These.
    pub fn of(owns: impl IntoIterator<Item = Ulid>) -> Self {
        let owns = owns.into_iter().map(CommentId::short);
        let bytes: Vec<_> = owns.flatten().collect();
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Of this post.
    pub fn at(&self, post: PostId) -> Vec<Ulid> {
        let bytes = URL_SAFE_NO_PAD.decode(&self.0).unwrap_or_default();
        let (shorts, _) = bytes.as_chunks::<10>();
        let owns = shorts.iter();
        owns.map(|short| CommentId::of_short(post, *short))
            .collect()
    }
}

/// Where oldest first goes on after a page: `before` and `known` are as the page began, `read` are those that it went
/// through, of which `last` is the last: what comes after that may not have been read. What is old enough that nothing older can still be committed is settled; the rest is remembered, so that one
/// which is committed late, with an id before some that were read, is neither passed over nor makes those come twice.
pub fn settled(
    before: Option<Ulid>,
    known: &BTreeSet<Ulid>,
    read: impl IntoIterator<Item = Ulid>,
    last: Option<Ulid>,
    now: Timestamp,
) -> (Option<Ulid>, BTreeSet<Ulid>) {
    let open = now.saturating_sub(LATE).unwrap_or(Timestamp::MIN);
    let open = u64::try_from(open.as_millisecond()).unwrap_or_default();
    let mut all: BTreeSet<Ulid> = known.iter().copied().chain(read).collect();
    let mut settled = before;
    while let Some(first) = all.first().copied() {
        let is_open = first.timestamp_ms() >= open || Some(first) > last;
        if is_open && all.len() <= REMEMBERED {
            break;
        }
        settled = settled.max(Some(first));
        all.remove(&first);
    }
    (settled, all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(ms: u64) -> Ulid {
        CommentId::new(
            PostId(Ulid::from_parts(5, 5)),
            None,
            Timestamp::from_millisecond(i64::try_from(ms).unwrap()).unwrap(),
            7,
        )
        .own
    }

    #[test]
    fn the_accepted_one_comes_first_then_more_smiles_and_replies_then_the_newer() {
        let scores = [(own(1), 3), (own(2), 9), (own(3), 3), (own(4), 0)].into();
        let order = |accepted| ranked(&scores, accepted);
        assert_eq!(order(None), [own(2), own(3), own(1), own(4)]);
        assert_eq!(order(Some(own(4))), [own(4), own(2), own(3), own(1)]);
        assert_eq!(order(Some(own(9)))[..2], [own(9), own(2)]);
        assert_eq!((score(3, 2), score(u64::MAX, 1)), (7, u64::MAX));
    }

    #[test]
    fn a_hundred_comments_fit_into_a_cursor() {
        let owns: Vec<_> = (1..=100).map(own).collect();
        let shorts = Shorts::of(owns.iter().copied());
        assert_eq!(shorts.at(PostId(Ulid::from_parts(5, 5))), owns);
        let place = Place::Ranked(shorts, Some(own(1)), Shorts::default());
        let json = serde_json::to_string(&place).unwrap();
        assert!(json.len() < 1_420, "{}", json.len());
        assert_eq!(serde_json::from_str::<Place>(&json).unwrap(), place);
    }

    #[test]
    fn replies_that_are_new_are_remembered_and_older_ones_settled() {
        let now = Timestamp::from_millisecond(20_000).unwrap();
        let (before, known) = settled(
            None,
            &BTreeSet::new(),
            [own(1_000), own(15_000)],
            Some(own(15_000)),
            now,
        );
        assert_eq!((before, &known), (Some(own(1_000)), &[own(15_000)].into()));
        // A late one before it is read next; nothing comes twice.
        let (before, known) = settled(before, &known, [own(14_000)], Some(own(14_000)), now);
        assert_eq!(before, Some(own(1_000)));
        assert_eq!(known, [own(14_000), own(15_000)].into());
        let later = Timestamp::from_millisecond(40_000).unwrap();
        let (before, known) = settled(before, &known, [], Some(own(15_000)), later);
        assert_eq!((before, known.len()), (Some(own(15_000)), 0));
        // However many there are at once, few are remembered.
        let many = (0..500).map(|n| own(39_000 + n));
        let (before, known) = settled(before, &known, many, Some(own(39_499)), later);
        assert_eq!((before, known.len()), (Some(own(39_379)), REMEMBERED));
    }
}
