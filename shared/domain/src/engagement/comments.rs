//! Comments: what people say of a post, and answer to each other (ENGAGEMENT 10-15).

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use super::{Heat, Moderation, Shards, counts::Count};
use crate::{
    ids::{CommentId, UserId},
    posts::entities::{self, Meaning},
    text,
};

/// A comment names at most this many people.
pub const MENTIONS: usize = 10;

/// A comment, with its counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    /// Which.
    pub id: CommentId,
    /// Whose.
    pub author: UserId,
    /// Of a reply: whose comment it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub under: Option<UserId>,
    /// NFC, as given; empty once it is deleted.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Who had the handles that it mentions, in lower case, when it was written.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub mentions: BTreeMap<String, UserId>,
    /// The place of the option of the post's poll that its author voted for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voted: Option<u8>,
    /// Exact.
    #[serde(default)]
    pub smiles: u64,
    /// Exact.
    #[serde(default)]
    pub replies: u64,
    /// When it was written.
    pub created_at: Timestamp,
    /// That its author took it back while there were replies to it: it stays for those.
    #[serde(default, skip_serializing_if = "is_false")]
    pub deleted: bool,
    /// Why it is hidden, while it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moderation: Option<Moderation>,
    /// Over how many shards its counts are spread beside it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub heat: u64,
    /// How often it became hot.
    #[serde(default, rename = "gen", skip_serializing_if = "is_zero")]
    pub generation: u64,
}

/// The answer that a question's author accepted: one pointer, in the post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// The own part of the comment's id: an answer is no reply.
    pub own: Ulid,
    /// Who answered so.
    pub by: UserId,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

impl Comment {
    /// A new comment.
    pub fn new(id: CommentId, author: UserId, text: String, created_at: Timestamp) -> Self {
        Self {
            id,
            author,
            under: None,
            text,
            mentions: BTreeMap::new(),
            voted: None,
            smiles: 0,
            replies: 0,
            created_at,
            deleted: false,
            moderation: None,
            heat: 0,
            generation: 0,
        }
    }

    /// Whether it says something to others still: it is neither deleted nor hidden. One that does not is shown without
    /// its text while there are replies to it, and is not there for whoever asks for it by itself.
    pub fn stands(&self) -> bool {
        !self.deleted && self.moderation.is_none()
    }

    /// What of one that does not stand is left for others.
    #[must_use]
    pub fn silenced(self) -> Self {
        Self {
            text: String::new(),
            mentions: BTreeMap::new(),
            voted: None,
            deleted: true,
            moderation: None,
            ..self
        }
    }

    /// How its counts are kept.
    pub fn heat(&self) -> Heat {
        Heat {
            shards: self.heat,
            generation: self.generation,
        }
    }

    /// Takes in what lies in the shards of its counts.
    pub fn plus(&mut self, shards: &Shards) {
        self.smiles = shards.plus(Count::Smiles, self.smiles);
        self.replies = shards.plus(Count::Replies, self.replies);
    }
}

/// A text as it may be said, and the handles that it mentions.
///
/// # Errors
/// Says what is wrong, for the person who wrote it.
pub fn draft(text: &str) -> Result<(String, Vec<String>), String> {
    let text = text::within(text, text::COMMENT)?;
    let named = entities::of(&text).into_iter();
    let named = named.filter_map(|entity| match entity.meaning {
        Meaning::Mention(handle) => Some(handle),
        Meaning::Hashtag(_) | Meaning::Url(_) => None,
    });
    let named: Vec<_> = named.collect();
    if named.len() > MENTIONS {
        let told = format!("mentions {} people; at most {MENTIONS}", named.len());
        return Err(told);
    }
    Ok((text, named))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_has_up_to_a_thousand_characters_that_show_something() {
        let said = |text: &str| draft(text).map(|(text, _)| text);
        assert_eq!(said("e\u{301}"), Ok("é".to_owned()));
        assert!(said(&"é".repeat(1_000)).is_ok() && said(&"é".repeat(1_001)).is_err());
        assert!(said(&"👨‍👩‍👧‍👦".repeat(200)).is_err(), "5,000 bytes");
        for nothing in ["", " \n", "\u{200b}", "a\0"] {
            assert!(said(nothing).is_err(), "{nothing:?}");
        }
    }

    #[test]
    fn a_comment_mentions_ten_people_at_most() {
        let naming = |count: usize| {
            let names: Vec<_> = (0..count).map(|n| format!("@person{n}")).collect();
            draft(&names.join(" ")).map(|(_, named)| named.len())
        };
        assert_eq!(naming(10), Ok(10));
        assert!(naming(11).is_err());
    }
}
