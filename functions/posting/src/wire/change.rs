//! Changes of posts as they are sent: RFC 7396 merge patches.

use std::collections::HashSet;

use domain::{
    ids::{ProductId, TopicId},
    text,
};
use jiff::Timestamp;
use serde::Deserialize;
use shared::{
    error::Invalid,
    http::{Patch, Wire},
};
use utoipa::ToSchema;

use super::{
    poll::{DraftPoll, NewPoll},
    post::{DraftPhoto, NewPostPhoto, photos, products, topics},
};

/// A merge patch of a post. What is not named stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ChangePost {
    /// Null for none, where the kind can do without.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 5000)]
    text: Patch<String>,
    /// All topics from now on, up to 5; null or none has them worked out anew.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, max_items = 5)]
    topics: Patch<Vec<String>>,
    /// All photos from now on, with their texts and hotspots. In a post that has appeared, the
    /// same photos in the same order; before, any photos of one's own.
    #[serde(default)]
    #[schema(value_type = Option<Vec<NewPostPhoto>>, max_items = 10)]
    photos: Patch<Vec<NewPostPhoto>>,
    /// All products named beside the photos from now on; null for none.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, max_items = 20)]
    products: Patch<Vec<String>>,
    /// With `closes_at` alone, when voting ends: earlier than before. Else the whole poll anew: only before the post
    /// has appeared.
    #[serde(default)]
    #[schema(value_type = Option<NewPoll>)]
    poll: Patch<NewPoll>,
}

/// What is to change, read; `None` stays.
#[derive(Debug, Default)]
pub struct PostChange {
    pub text: Option<String>,
    /// Empty: to be worked out.
    pub topics: Option<Vec<TopicId>>,
    pub photos: Option<Vec<DraftPhoto>>,
    /// With their places in the body.
    pub products: Option<Vec<(usize, ProductId)>>,
    pub poll: Option<DraftPoll>,
    /// When voting in the poll is to end.
    pub closes_at: Option<Timestamp>,
}

impl Wire for ChangePost {
    type Parsed = PostChange;

    const FIXED: &'static [&'static str] = &[
        "id",
        "kind",
        "status",
        "author",
        "disclosure",
        "entities",
        "shoppable_count",
        "link",
        "review",
        "review_id",
        "labels",
        "counts",
        "created_at",
        "published_at",
        "edited_at",
        "viewer",
        "moderation",
    ];

    /// Always what is good of the change, so that it can be held against the table even where
    /// fields are bad.
    fn parse(self, invalid: &mut Invalid) -> Option<PostChange> {
        let mut seen = HashSet::new();
        let mut closes_at = None;
        Some(PostChange {
            text: named(self.text)
                .and_then(|text| invalid.check("/text", text::within(&text, text::POST))),
            topics: named(self.topics).map(|ids| topics(ids, invalid)),
            photos: named(self.photos).map(|sent| photos(sent, &mut seen, invalid)),
            products: named(self.products).map(|ids| products(ids, invalid)),
            poll: match self.poll {
                Patch::Keep => None,
                Patch::Clear => {
                    invalid.add("/poll", "cannot be removed");
                    None
                }
                Patch::Set(poll) if poll.only_ends() => {
                    closes_at = poll.end(invalid);
                    None
                }
                Patch::Set(poll) => Some(poll.read(&mut seen, invalid)),
            },
            closes_at,
        })
    }
}

/// What a field is to be, empty where it is to be cleared; `None` for one that stays.
fn named<T: Default>(patch: Patch<T>) -> Option<T> {
    match patch {
        Patch::Keep => None,
        Patch::Clear => Some(T::default()),
        Patch::Set(value) => Some(value),
    }
}
