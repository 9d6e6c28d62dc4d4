//! Parts of a post that only some have: what is marked in its text, and what makes its kind.

use domain::posts::entities::{Entity, Meaning};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{PhotoView, ProductCard};

/// A marked part of a text. Offsets count Unicode code points of the text as it is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum EntityView {
    /// A hashtag.
    Hashtag {
        /// Where its sign is.
        start: usize,
        /// After its last code point.
        end: usize,
        /// Without its sign.
        tag: String,
    },
    /// A mention of what can be a handle; nobody may have it.
    Mention {
        /// Where its sign is.
        start: usize,
        /// After its last code point.
        end: usize,
        /// Without its sign, as spelled.
        handle: String,
    },
    /// An address of the web.
    Url {
        /// Its first code point.
        start: usize,
        /// After its last code point.
        end: usize,
        /// Begins with `http://` or `https://`, whether the text says so or not.
        url: String,
    },
}

impl From<Entity> for EntityView {
    fn from(
        Entity {
            start,
            end,
            meaning,
        }: Entity,
    ) -> Self {
        match meaning {
            Meaning::Hashtag(tag) => Self::Hashtag { start, end, tag },
            Meaning::Mention(handle) => Self::Mention { start, end, handle },
            Meaning::Url(url) => Self::Url { start, end, url },
        }
    }
}

/// What a link leads to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LinkView {
    /// Begins with `http://` or `https://`.
    pub url: String,
}

/// A poll.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PollView {
    /// Up to 300 characters.
    pub question: String,
    /// Two to four, in the order given.
    pub options: Vec<PollOptionView>,
    /// How many voted.
    pub voters: u64,
    /// When voting ends; `null` for a poll without end.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub closes_at: Option<Timestamp>,
    /// Whether voting has ended.
    pub closed: bool,
}

/// An answer that can be voted for.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PollOptionView {
    /// What a vote names it by.
    pub id: String,
    /// Up to 100 characters.
    pub text: String,
    /// Its photo, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub photo: Option<PhotoView>,
    /// Its product, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<ProductCard>,
    /// How many voted for it; to its author, and to all once the poll has closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub votes: Option<u64>,
    /// The part of the voters who did, 0 to 1; with `votes`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
}

/// A review that somebody wrote in the store; in a post, as it was when it was shared.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReviewView {
    /// The store's id of it: what a new post names it by.
    pub id: String,
    /// What it is about.
    pub product: ProductCard,
    /// Stars, 1 to 5.
    pub rating: u8,
    /// May be empty.
    pub title: String,
    /// May be empty; escape it where it is shown.
    pub body: String,
    /// When it was written.
    #[schema(value_type = String, format = DateTime)]
    pub written_at: Timestamp,
}
