//! People: handles, profiles, and what may be done to them.

pub mod export;
mod gate;
pub mod interests;
pub mod leaving;
mod rules;
pub mod suggestions;

use std::collections::BTreeSet;

pub use gate::{Actor, Gate, Shut};
pub use rules::{MOST, Rules};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    engagement::{Count, Heat, Shards},
    ids::{NoticeId, PhotoId, TopicId, UserId},
    money::Programme,
    posts::photo::Image,
};

/// Handles that would be mistaken for the product, its staff or its addresses.
const RESERVED: [&str; 24] = [
    "about",
    "account",
    "admin",
    "administrator",
    "api",
    "docs",
    "explore",
    "feed",
    "help",
    "interests",
    "login",
    "me",
    "media",
    "moderator",
    "null",
    "official",
    "root",
    "settings",
    "spark",
    "staff",
    "support",
    "system",
    "topics",
    "undefined",
];

/// A handle as its owner spells it: `[A-Za-z0-9_]{2,20}`, not reserved, unique whatever the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Handle(String);

impl Handle {
    /// Reads a handle.
    ///
    /// # Errors
    /// Says what is wrong, for the person who chose it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let fits = (2..=20).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if !fits {
            return Err("must be 2 to 20 letters (a-z), digits or underscores".to_owned());
        }
        let handle = Self(text.to_owned());
        if RESERVED.contains(&handle.folded().as_str()) {
            return Err("is a reserved word".to_owned());
        }
        Ok(handle)
    }

    /// As its owner spells it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What it is unique by: lower case.
    pub fn folded(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

/// Which events a person wants to hear of (PRODUCT §2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Notify {
    /// What happens on my posts: smiles, comments, votes.
    pub posts: bool,
    /// Replies to my comments.
    pub replies: bool,
    /// New posts by people I follow; off unless asked for.
    pub follows: bool,
}

/// A photo that its owner's profile claimed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Avatar {
    /// Which.
    pub photo: PhotoId,
    /// Its renditions.
    pub image: Image,
}

/// A person who has joined.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// Who.
    pub id: UserId,
    /// Fixed once taken.
    pub handle: Handle,
    /// 1 to 50 grapheme clusters.
    pub display_name: String,
    /// Up to 500 grapheme clusters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub bio: String,
    /// The photo shown beside the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar: Option<Avatar>,
    /// The topics followed; never fewer than [`interests::MINIMUM`].
    pub interests: BTreeSet<TopicId>,
    /// The switches.
    pub notify: Notify,
    /// How many follow this person.
    #[serde(default)]
    pub followers: u64,
    /// How many this person follows.
    #[serde(default)]
    pub following: u64,
    /// How many published posts.
    #[serde(default)]
    pub posts: u64,
    /// When they joined.
    pub joined_at: Timestamp,
    /// Whether they have the badge, as it is shown: their `BADGE` says why.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub enthusiast: bool,
    /// Whether they are an influencer, as it is shown: their `ACCOUNT` says so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub influencer: bool,
    /// Whether they are an Onsite Associate, likewise.
    #[serde(
        default,
        rename = "onsite_associate",
        skip_serializing_if = "std::ops::Not::not"
    )]
    pub onsite: bool,
    /// As the rules of this person have it: a follow stands on it.
    #[serde(default, rename = "v", skip_serializing_if = "is_zero")]
    pub version: u64,
    /// Up to where this person has read their inbox.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_to: Option<NoticeId>,
    /// Over how many shards its counts are spread beside it: what it says of them itself is a part then.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub heat: u64,
    /// How often it became hot.
    #[serde(default, rename = "gen", skip_serializing_if = "is_zero")]
    pub generation: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Profile {
    /// Somebody who joins now: nothing said of themselves but a name, no switch on, nothing counted.
    pub fn new(
        id: UserId,
        handle: Handle,
        display_name: String,
        interests: BTreeSet<TopicId>,
        joined_at: Timestamp,
    ) -> Self {
        Self {
            id,
            handle,
            display_name,
            bio: String::new(),
            avatar: None,
            interests,
            notify: Notify::default(),
            followers: 0,
            following: 0,
            posts: 0,
            joined_at,
            enthusiast: false,
            influencer: false,
            onsite: false,
            version: 0,
            read_to: None,
            heat: 0,
            generation: 0,
        }
    }

    /// The programmes that they are shown to be in.
    pub fn programmes(&self) -> impl Iterator<Item = Programme> {
        Programme::ALL
            .into_iter()
            .filter(|programme| match programme {
                Programme::Influencer => self.influencer,
                Programme::OnsiteAssociate => self.onsite,
            })
    }

    /// How its counts are kept.
    pub fn heat(&self) -> Heat {
        Heat {
            shards: self.heat,
            generation: self.generation,
        }
    }

    /// Takes in what the shards of its counts hold.
    pub fn plus(&mut self, shards: &Shards) {
        self.followers = shards.plus(Count::Followers, self.followers);
        self.following = shards.plus(Count::Following, self.following);
        self.posts = shards.plus(Count::Posts, self.posts);
    }

    /// Whether its owner has changed nothing of it since it was seen so. Counts move by themselves.
    pub fn says_as(&self, seen: &Self) -> bool {
        let said = |profile: &Self| {
            let avatar = profile.avatar.as_ref().map(|avatar| avatar.photo);
            (
                profile.display_name.clone(),
                profile.bio.clone(),
                avatar,
                profile.interests.clone(),
                profile.notify,
            )
        };
        said(self) == said(seen)
    }
}

/// Reads a choice of interests: known, different, at least [`interests::MINIMUM`].
///
/// # Errors
/// One `(index, detail)` for each bad entry, and one without an index for the choice as a whole.
pub fn choose_interests(
    chosen: &[String],
) -> Result<BTreeSet<TopicId>, Vec<(Option<usize>, String)>> {
    let mut topics = BTreeSet::new();
    let mut wrong = Vec::new();
    for (index, id) in chosen.iter().enumerate() {
        match TopicId::parse(id) {
            None => wrong.push((
                Some(index),
                format!("there is no interest {:?}", shortened(id)),
            )),
            Some(topic) => {
                if !topics.insert(topic) {
                    wrong.push((Some(index), format!("{id:?} is named twice")));
                }
            }
        }
    }
    if topics.len() < interests::MINIMUM {
        let detail = format!(
            "choose at least {} interests; {} known ones were named",
            interests::MINIMUM,
            topics.len()
        );
        wrong.insert(0, (None, detail));
    }
    if wrong.is_empty() {
        Ok(topics)
    } else {
        Err(wrong)
    }
}

/// The beginning of what someone sent, short enough to say back.
fn shortened(text: &str) -> String {
    text.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_is_two_to_twenty_word_characters_and_not_reserved() {
        for good in ["ana", "A_1", "abcdefghijklmnopqrst"] {
            assert!(Handle::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "a",
            "abcdefghijklmnopqrstu",
            "ana-b",
            "añа",
            "Admin",
            "me",
            "",
        ] {
            assert!(Handle::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(
            Handle::parse("AnA").map(|h| h.folded()).as_deref(),
            Ok("ana")
        );
    }

    #[test]
    fn every_bad_interest_is_named_and_so_is_their_number() {
        let known: Vec<String> = interests::groups()[0]
            .interests
            .iter()
            .take(3)
            .map(|i| i.id.clone())
            .collect();
        let mut chosen = known.clone();
        chosen.push("no-such".to_owned());
        let wrong = choose_interests(&chosen).unwrap_err();
        assert_eq!(
            wrong.iter().map(|w| w.0).collect::<Vec<_>>(),
            [None, Some(3)]
        );
        chosen[3] = known[0].clone();
        assert_eq!(choose_interests(&chosen).unwrap_err()[1].0, Some(3));
    }
}
