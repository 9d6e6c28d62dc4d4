//! What is marked in a text.

use domain::posts::entities::{Entity, Meaning};
use serde::Serialize;
use utoipa::ToSchema;

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
