//! What a body names of the table: read, checked, and made into the parts of a post.

use std::collections::{BTreeSet, HashMap};

use domain::{
    catalogue::product::Product,
    ids::{PhotoId, ProductId, TopicId, UserId},
    posts::{
        Poll, PollOption, Post, PostPhoto,
        photo::{Photo, PhotoStatus},
        poll, topics,
    },
};
use jiff::Timestamp;
use shared::{
    error::{Error, Invalid},
    store::Store,
    views::rejection,
};

use crate::wire::{DraftPhoto, DraftPoll, NO_PRODUCT};

/// The catalogue's part of what is named.
pub type Products = HashMap<ProductId, Product>;
/// The uploads of what is named.
pub type Photos = HashMap<PhotoId, Photo>;

/// The parts of a body that name things of the table.
#[derive(Debug, Clone, Copy, Default)]
pub struct Named<'a> {
    pub photos: &'a [DraftPhoto],
    /// With their places in the body.
    pub products: &'a [(usize, ProductId)],
    pub poll: Option<&'a DraftPoll>,
}

impl<'a> Named<'a> {
    /// Every product, with the pointer to where.
    fn products(self) -> impl Iterator<Item = (String, &'a ProductId)> {
        let pinned = self.photos.iter().flat_map(|photo| {
            photo.hotspots.iter().map(|(index, spot)| {
                let pointer = format!("/photos/{}/hotspots/{index}/product_id", photo.index);
                (pointer, &spot.product)
            })
        });
        let listed = self
            .products
            .iter()
            .map(|(index, id)| (format!("/products/{index}"), id));
        let options = self.poll.into_iter().flat_map(|poll| &poll.options);
        let options = options.filter_map(|option| {
            let pointer = format!("/poll/options/{}/product_id", option.index);
            option.product.as_ref().map(|id| (pointer, id))
        });
        pinned.chain(listed).chain(options)
    }

    /// Every product, once.
    pub fn product_ids(self) -> BTreeSet<&'a ProductId> {
        self.products().map(|(_, id)| id).collect()
    }

    /// Every photo, with the pointer to where.
    pub fn photos(self) -> impl Iterator<Item = (String, PhotoId)> {
        let own = self
            .photos
            .iter()
            .map(|photo| (format!("/photos/{}/id", photo.index), photo.id));
        let options = self.poll.into_iter().flat_map(|poll| &poll.options);
        let options = options.filter_map(|option| {
            let pointer = format!("/poll/options/{}/photo_id", option.index);
            option.photo.map(|id| (pointer, id))
        });
        own.chain(options)
    }

    /// Every photo, once.
    pub fn photo_ids(self) -> Vec<PhotoId> {
        self.photos().map(|(_, id)| id).collect()
    }

    /// Every text, with the pointer to where.
    pub fn texts(self) -> impl Iterator<Item = (String, &'a str)> {
        let alts = self.photos.iter().map(|photo| {
            let pointer = format!("/photos/{}/alt", photo.index);
            (pointer, photo.alt.as_str())
        });
        let question = self.poll.map(|poll| {
            let pointer = "/poll/question".to_owned();
            (pointer, poll.question.as_str())
        });
        let options = self.poll.into_iter().flat_map(|poll| &poll.options);
        let options = options.map(|option| {
            let pointer = format!("/poll/options/{}/text", option.index);
            (pointer, option.text.as_str())
        });
        alts.chain(question).chain(options)
    }

    /// Notes the products that are not in the catalogue.
    pub fn check_products(self, known: impl Fn(&ProductId) -> bool, invalid: &mut Invalid) {
        for (pointer, id) in self.products() {
            if !known(id) {
                invalid.add(pointer, NO_PRODUCT);
            }
        }
    }

    /// Notes a closing time that is too soon or too late.
    pub fn check_poll(self, now: Timestamp, invalid: &mut Invalid) {
        if let Some(at) = self.poll.and_then(|poll| poll.closes_at) {
            invalid.check("/poll/closes_at", poll::closing(at, now));
        }
    }
}

/// Reads uploads; those that are not there are left out.
pub async fn read_photos(store: &Store, ids: &[PhotoId]) -> Result<Photos, Error> {
    let found = store.photos(ids).await?;
    Ok(found
        .into_iter()
        .flatten()
        .map(|photo| (photo.id, photo))
        .collect())
}

/// Whether a photo can be posted by this person, save that another post may have it.
pub fn usable<'a>(
    photo: Option<&'a Photo>,
    me: &UserId,
    now: Timestamp,
) -> Result<&'a Photo, String> {
    let photo = photo
        .filter(|photo| photo.owner == *me && !photo.is_forgotten(now))
        .ok_or_else(|| "is no photo of yours".to_owned())?;
    match (photo.status, photo.reason) {
        (PhotoStatus::Rejected, Some(reason)) => {
            Err(format!("was rejected: {}", rejection(reason)))
        }
        (PhotoStatus::Rejected, None) => Err("was rejected".to_owned()),
        (PhotoStatus::AwaitingUpload | PhotoStatus::Ready, _) => Ok(photo),
    }
}

/// A photo of a post as a body has it; how far its upload has come is to be looked at.
pub fn post_photo(draft: &DraftPhoto) -> PostPhoto {
    PostPhoto {
        alt: draft.alt.clone(),
        hotspots: draft
            .hotspots
            .iter()
            .map(|(_, spot)| spot.clone())
            .collect(),
        ..PostPhoto::awaited(draft.id)
    }
}

/// Puts a poll as a body has it into a post that nobody has voted in.
pub fn put_poll(draft: &DraftPoll, post: &mut Post) {
    let options = draft.options.iter().map(|option| PollOption {
        text: option.text.clone(),
        photo: option.photo.map(PostPhoto::awaited),
        product: option.product.clone(),
    });
    post.votes = vec![0; draft.options.len()];
    post.poll = Some(Poll {
        question: draft.question.clone(),
        options: options.collect(),
        closes_at: draft.closes_at,
    });
}

/// Gives a post the topics that were chosen; none chosen, those that it comes to by itself: by its
/// texts, and by the categories of the products that were read and of the one that is reviewed.
pub fn put_topics(
    chosen: &[TopicId],
    products: &Products,
    reviewed: Option<&str>,
    post: &mut Post,
) {
    post.topics = if chosen.is_empty() {
        let named = post.named_products().filter_map(|id| products.get(id));
        let categories = named.filter_map(|product| product.category.as_deref());
        topics::work_out(post.texts(), categories.chain(reviewed))
    } else {
        chosen.to_vec()
    };
}
