//! Posts: what people share, and how it is told what may be bought in it.

pub mod entities;
mod hotspots;
mod hydrated;
mod kind;
mod link;
pub mod photo;
pub mod poll;
pub mod topics;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use photo::Photo;
use serde::{Deserialize, Serialize};

use crate::{
    catalogue::review::Review,
    engagement::{Accepted, Heat, Moderation},
    ids::{PhotoId, PostId, ProductId, ReviewId, TopicId, UserId},
};

pub use hotspots::{Hotspot, PostPhoto};
pub use hydrated::{Hydrated, needs};
pub use kind::{Parts, PostKind};
pub use link::{Link, MAX_URL};
pub use poll::{Poll, PollOption};

/// A post has at most this many photos, those of a poll's options apart.
pub const MAX_PHOTOS: usize = 10;
/// A photo has at most this many hotspots.
pub const MAX_HOTSPOTS: usize = 20;
/// A post without hotspots lists at most this many products.
pub const MAX_PRODUCTS: usize = 20;
/// A post is on at most this many topics.
pub const MAX_TOPICS: usize = 5;

/// Who sees a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PostStatus {
    /// Its author alone, until its photos are ready.
    Processing,
    /// Its author alone: a photo was rejected.
    NeedsAttention,
    /// Everybody.
    Published,
    /// Its author alone, and moderators: reports, the filter or a moderator took it out.
    Hidden,
}

impl PostStatus {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Processing,
        Self::NeedsAttention,
        Self::Published,
        Self::Hidden,
    ];

    /// As the contract spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Processing => "processing",
            Self::NeedsAttention => "needs_attention",
            Self::Published => "published",
            Self::Hidden => "hidden",
        }
    }
}

/// A review as it was when its author shared it: what the store changes in it later does not
/// change the post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedReview {
    /// The store's id of it.
    pub id: ReviewId,
    /// What it is about.
    pub product: ProductId,
    /// Stars, 1 to 5.
    pub rating: u8,
    /// May be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// May be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub body: String,
    /// When it was written.
    pub written_at: Timestamp,
    /// Whether its writer bought the product, where the store says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_purchase: Option<bool>,
}

impl From<&Review> for SharedReview {
    fn from(review: &Review) -> Self {
        Self {
            id: review.id.clone(),
            product: review.product.clone(),
            rating: review.rating,
            title: review.title.clone(),
            body: review.body.clone(),
            written_at: review.written_at,
            verified_purchase: review.verified_purchase,
        }
    }
}

/// A post, with its counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Post {
    /// Which.
    pub id: PostId,
    /// Whose.
    pub author: UserId,
    /// What kind.
    pub kind: PostKind,
    /// Who sees it.
    pub status: PostStatus,
    /// NFC, as given.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// In the order given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<PostPhoto>,
    /// Products named without a photo.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<ProductId>,
    /// When those of its products came onto it that an edit brought; the others came with it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tagged: BTreeMap<ProductId, Timestamp>,
    /// What a link leads to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<Link>,
    /// What a poll asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poll: Option<Poll>,
    /// Exact: how many voted for each option of the poll, one vote a person; empty without a poll.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub votes: Vec<u64>,
    /// What a review says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<SharedReview>,
    /// Whose walls it is on; at most [`MAX_TOPICS`], none where nothing tells.
    pub topics: Vec<TopicId>,
    /// Exact.
    #[serde(default)]
    pub smiles: u64,
    /// Exact.
    #[serde(default)]
    pub comments: u64,
    /// Exact.
    #[serde(default)]
    pub saves: u64,
    /// The answer that a question's author accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Accepted>,
    /// When it was handed in.
    pub created_at: Timestamp,
    /// When it appeared; what posts sort by everywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_at: Option<Timestamp>,
    /// When its author last changed it after it had appeared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Timestamp>,
    /// Why it is hidden, while it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moderation: Option<Moderation>,
    /// How often anything but counts was changed in it: what is changed next stands on this.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub edition: u64,
    /// Whether it was ever shown for a sponsor: that stays on it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sponsored: bool,
    /// What it has earned its author towards the badge: counted there.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub earned: u64,
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

impl Post {
    /// A post with nothing in it yet, that waits.
    pub fn new(id: PostId, author: UserId, kind: PostKind, created_at: Timestamp) -> Self {
        Self {
            id,
            author,
            kind,
            status: PostStatus::Processing,
            text: String::new(),
            photos: Vec::new(),
            products: Vec::new(),
            tagged: BTreeMap::new(),
            link: None,
            poll: None,
            votes: Vec::new(),
            review: None,
            topics: Vec::new(),
            smiles: 0,
            comments: 0,
            saves: 0,
            accepted: None,
            created_at,
            published_at: None,
            edited_at: None,
            moderation: None,
            edition: 0,
            sponsored: false,
            earned: 0,
            heat: 0,
            generation: 0,
        }
    }

    /// How its counts are kept.
    pub fn heat(&self) -> Heat {
        Heat {
            shards: self.heat,
            generation: self.generation,
        }
    }

    /// Takes in a vote for an option of its poll, in the stead of the voter's former one.
    pub fn count_vote(&mut self, before: Option<u8>, option: u8) {
        let mut vote = |option: u8, by: i64| {
            if let Some(votes) = self.votes.get_mut(usize::from(option)) {
                *votes = votes.saturating_add_signed(by);
            }
        };
        if let Some(before) = before {
            vote(before, -1);
        }
        vote(option, 1);
    }

    /// Every product in it, in the order shown, as often as it is named.
    pub fn named_products(&self) -> impl Iterator<Item = &ProductId> {
        let spots = self.photos.iter().flat_map(|photo| &photo.hotspots);
        let options = self.poll.iter().flat_map(|poll| &poll.options);
        spots
            .map(|spot| &spot.product)
            .chain(&self.products)
            .chain(options.filter_map(|option| option.product.as_ref()))
            .chain(self.review.iter().map(|review| &review.product))
    }

    /// Every product in it, once.
    pub fn product_ids(&self) -> BTreeSet<&ProductId> {
        self.named_products().collect()
    }

    /// When a product came onto it (MONEY 11).
    pub fn tagged_at(&self, product: &ProductId) -> Timestamp {
        self.tagged.get(product).copied().unwrap_or(self.created_at)
    }

    /// Notes which products an edit of `before` brought `now`; those that stay keep their time.
    pub fn tag(&mut self, before: &Self, now: Timestamp) {
        let had = before.product_ids();
        let brought = self.product_ids().into_iter().filter_map(|product| {
            let since = match had.contains(product) {
                true => before.tagged.get(product).copied()?,
                false => now,
            };
            Some((product.clone(), since))
        });
        self.tagged = brought.collect();
    }

    /// Every photo in it: its own, then those of its poll's options.
    pub fn all_photos(&self) -> impl Iterator<Item = &PostPhoto> {
        let options = self.poll.iter().flat_map(|poll| &poll.options);
        let options = options.filter_map(|option| option.photo.as_ref());
        self.photos.iter().chain(options)
    }

    /// The ids of [`Post::all_photos`].
    pub fn photo_ids(&self) -> Vec<PhotoId> {
        self.all_photos().map(|photo| photo.id).collect()
    }

    /// Takes over how far its uploads have come.
    pub fn look_at<'a>(&mut self, photos: impl IntoIterator<Item = &'a Photo>) {
        let photos: HashMap<_, _> = photos.into_iter().map(|photo| (photo.id, photo)).collect();
        let options = self.poll.iter_mut().flat_map(|poll| &mut poll.options);
        let options = options.filter_map(|option| option.photo.as_mut());
        for shown in self.photos.iter_mut().chain(options) {
            if let Some(photo) = photos.get(&shown.id) {
                shown.image.clone_from(&photo.image);
                shown.rejected = photo.reason;
            }
        }
    }

    /// Every text in it by which its topics can be worked out.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let question = self.poll.iter().map(|poll| poll.question.as_str());
        std::iter::once(self.text.as_str()).chain(question)
    }

    /// Whether others see that it asks something: a question, or a poll.
    pub fn asks(&self) -> bool {
        let kind = matches!(self.kind, PostKind::Question | PostKind::Poll);
        kind && self.status == PostStatus::Published
    }

    /// Which parts it has.
    pub fn parts(&self) -> Parts {
        Parts {
            text: !self.text.trim().is_empty(),
            photos: !self.photos.is_empty(),
            link: self.link.is_some(),
            poll: self.poll.is_some(),
            review: self.review.is_some(),
        }
    }

    /// Whether this person may see it.
    pub fn visible_to(&self, viewer: Option<&UserId>) -> bool {
        self.status == PostStatus::Published || viewer == Some(&self.author)
    }

    /// Whether it has appeared, be it hidden since or not.
    pub fn has_appeared(&self) -> bool {
        self.published_at.is_some()
    }

    /// Hides it. One that has not appeared is counted nowhere, and one that has is counted no more.
    pub fn hide(&mut self, why: Moderation) {
        self.status = PostStatus::Hidden;
        self.moderation = Some(why);
    }

    /// Hides it no longer: it is where it was, or takes the status that its photos allow and appears at `now`.
    pub fn show(&mut self, now: Timestamp) {
        if self.status != PostStatus::Hidden {
            return;
        }
        self.moderation = None;
        if self.has_appeared() {
            self.status = PostStatus::Published;
        } else {
            self.status = PostStatus::Processing;
            self.settle(now);
        }
    }

    /// What the photos allow it to be: published when all are ready, else waiting, else in need
    /// of its author.
    pub fn status_by_photos(&self) -> PostStatus {
        if self.all_photos().any(|photo| photo.rejected.is_some()) {
            PostStatus::NeedsAttention
        } else if self.all_photos().all(|photo| photo.image.is_some()) {
            PostStatus::Published
        } else {
            PostStatus::Processing
        }
    }

    /// Takes the status that its photos allow; a post that has appeared stays as it is, and one that is hidden stays
    /// so. What appears does so at `now`.
    pub fn settle(&mut self, now: Timestamp) {
        if matches!(self.status, PostStatus::Published | PostStatus::Hidden) {
            return;
        }
        self.status = self.status_by_photos();
        self.published_at = (self.status == PostStatus::Published).then_some(now);
    }
}

#[cfg(test)]
mod tests {
    use ulid::Ulid;

    use super::*;

    #[test]
    fn a_product_is_tagged_when_it_came_and_an_edit_that_keeps_it_keeps_that() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let product = |id: &str| ProductId::parse(id).unwrap();
        let author = UserId::parse("ana").unwrap();
        let mut post = Post::new(PostId(Ulid::nil()), author, PostKind::Story, at(0));
        post.products = vec![product("a"), product("b")];
        let edit = |before: &Post, products: &[&str], now| {
            let mut after = before.clone();
            after.products = products.iter().map(|id| product(id)).collect();
            after.tag(before, now);
            after
        };
        let second = edit(&post, &["a", "c"], at(5));
        let third = edit(&second, &["a", "b", "c"], at(9));
        let times = ["a", "b", "c"].map(|id| third.tagged_at(&product(id)));
        assert_eq!(times, [at(0), at(9), at(5)]);
    }

    #[test]
    fn what_was_hidden_is_shown_where_it_was_and_what_never_appeared_as_new() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let author = UserId::parse("ana").unwrap();
        let new = Post::new(PostId(Ulid::nil()), author, PostKind::Story, at(0));
        let mut published = new.clone();
        published.settle(at(1));
        let mut held = new.clone();
        held.hide(Moderation::by_filter(at(1)));
        for (mut post, appeared) in [(published, at(1)), (held, at(9))] {
            post.hide(Moderation::by_reports(at(2)));
            assert!(!post.visible_to(None) && post.visible_to(Some(&post.author)));
            // Photos that get ready meanwhile do not bring it out.
            post.settle(at(3));
            assert_eq!(post.status, PostStatus::Hidden);
            post.show(at(9));
            assert_eq!(post.status, PostStatus::Published);
            assert_eq!(
                (post.published_at, &post.moderation),
                (Some(appeared), &None)
            );
        }
        let waiting = PostPhoto {
            id: PhotoId(Ulid::nil()),
            alt: String::new(),
            hotspots: Vec::new(),
            image: None,
            rejected: None,
        };
        let mut waits = Post {
            photos: vec![waiting],
            ..new
        };
        waits.hide(Moderation::by_filter(at(1)));
        waits.show(at(9));
        assert_eq!(
            (waits.status, waits.published_at),
            (PostStatus::Processing, None)
        );
    }
}
