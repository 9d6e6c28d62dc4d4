//! What `rollup` is told: that what it adds up has changed.

use std::collections::BTreeSet;

use domain::{
    engagement::{Idea, Place, Subject, Thing},
    feeds::Findable,
    ids::{ListId, PostId, ProductId, StatementId, TopicId, UserId},
    money::insights::Response,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

messages! {
    to "rollup",
    /// What `rollup` works on.
    RollupMessage {
        "heated.v1" Heated(Heated), from "relay" "rollup", "a crowd acts on a thing, whose counts are spread over shards; look in a minute whether it is gone";
        "marks-changed.v1" MarksChanged(MarksChanged), from "relay", "a post appeared, was liked notably more or less, came to other walls or is shown no more, or the order of its comments changed";
        "decided.v1" Decided(Decided), from "relay" "rollup", "moderators decided on something; note it on the reports after the last that was noted";
        "gone.v1" Gone(Gone), from "relay" "rollup", "a post or a comment is gone; close its case, and note that on the reports after the last that was noted";
        "voted.v1" Voted(Voted), from "relay", "somebody voted, or changed their vote; what they said of the post says so";
        "list-changed.v1" ListChanged(ListChanged), from "relay" "rollup", "a thing came to a list, left it or moved in it, or others are shown the list from now on, or no more";
        "bought.v1" Bought(Bought), from "relay", "somebody got a product that they had not: they bought it, or put it among their hearts";
        "findable-changed.v1" FindableChanged(FindableChanged), from "relay", "a person or a post came, went, or says something else, or is twice or half as popular, or asks about something else; it is found by what it is now";
        "responded.v1" Responded(Responded), from "relay", "somebody smiled at a post, saved it or a product, commented, clicked a tracked link, or took it back; it counts in its week for the brands that it shows, or not, as it stands";
    }
}

/// A hot thing is looked at so many seconds after it became hot, and as often.
pub const LOOK: u16 = 60;

impl RollupMessage {
    /// How long it is kept back before it is worked off, in seconds.
    pub fn delay(&self) -> u16 {
        if matches!(self, Self::Heated(_)) {
            LOOK
        } else {
            0
        }
    }
}

/// The counts of a thing are spread over shards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heated {
    /// Which, as keys spell it: `post:<id>`.
    #[serde(with = "spelled")]
    pub thing: Thing,
    /// Which time that it became hot, from 1.
    pub generation: u64,
    /// How many acts its shards held at the last look; 0 before the first.
    #[serde(default)]
    pub acts: u64,
}

/// What a post is worth to its author, the order of its comments, or how hot it is, may have changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarksChanged {
    /// Which post.
    pub post: PostId,
    /// Whose badge is to be looked at besides: what the post had earned them went without a word of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<UserId>,
    /// The topics that it was on or is; `None` where it is as hot as it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub walls: Option<BTreeSet<TopicId>>,
}

impl MarksChanged {
    /// Of a post that is as hot as it was, and nobody besides.
    pub fn of(post: PostId) -> Self {
        Self {
            post,
            people: Vec::new(),
            walls: None,
        }
    }
}

/// Moderators decided on something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// Whom the statement was given.
    pub author: UserId,
    /// Which.
    pub statement: StatementId,
    /// The last of the reporters of whose report it is noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<UserId>,
}

/// A post or a comment is gone, whoever took it away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gone {
    /// Which.
    pub subject: Subject,
    /// Since when, to the second.
    pub at: Timestamp,
    /// The last of the reporters of whose report it is noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<UserId>,
}

/// Somebody voted in the poll of a post: for what, their vote tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voted {
    /// Who.
    pub user: UserId,
    /// In which post's poll.
    pub post: PostId,
}

/// What a list holds, or to whom it is shown, has changed: how it is now, the list tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListChanged {
    /// Which list.
    pub list: ListId,
    /// Whose it is.
    pub owner: UserId,
    /// What came, left or moved; `None` for all that is in it, which is shown to others from now on, or no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub what: Option<Since>,
    /// The last of its things that was gone through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Place>,
}

/// A thing in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Since {
    /// Which, as keys spell it: `post:<id>`.
    pub idea: Idea,
    /// When it came to the list.
    pub at: Timestamp,
}

/// Somebody got a product that they had not, as far as their history tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bought {
    /// Who: in the store's orders, their customer.
    pub user: UserId,
    /// Which.
    pub product: ProductId,
    /// When.
    pub at: Timestamp,
}

/// By which words a thing is found, or before how many others, may have changed: how it is now, the thing tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindableChanged {
    /// Which, as messages spell it: `post:<id>`.
    pub thing: Findable,
}

/// Somebody did something that sellers are told a figure of, or took it back: how it stands, the relation tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Responded {
    /// What.
    #[serde(flatten)]
    pub response: Response,
    /// When it was done.
    pub at: Timestamp,
}

mod spelled {
    use domain::engagement::Thing;
    use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(thing: &Thing, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(thing)
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<Thing, D::Error> {
        let text = String::deserialize(from)?;
        Thing::parse(&text).ok_or_else(|| D::Error::custom("no thing that is counted at"))
    }
}
