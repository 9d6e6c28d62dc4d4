//! Bodies in and answers out.

mod change;
mod fields;
mod poll;
mod post;

use std::collections::BTreeMap;

use domain::posts::photo::{CONTENT_TYPES, MAX_BYTES, is_content_type};
use serde::{Deserialize, Serialize};
use shared::{
    error::Invalid,
    http::Wire,
    views::{ListCard, ProductCard, RenditionView, Time, words},
};
use utoipa::ToSchema;

pub use change::{ChangePost, PostChange};
pub use fields::{NO_BRIEF, NO_PRODUCT, NO_REVIEW};
pub use poll::DraftPoll;
pub use post::{Draft, DraftPhoto, NewPost};

/// What is going to be uploaded.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewPhoto {
    /// What it is.
    #[schema(value_type = words::PhotoType, required, nullable = false)]
    content_type: Option<String>,
    /// The file's length, 1 to 20,000,000.
    #[schema(required, nullable = false, minimum = 1, maximum = 20_000_000)]
    bytes: Option<u64>,
    /// The file's SHA-256, 64 hex digits.
    #[schema(required, nullable = false, pattern = "^[0-9a-fA-F]{64}$")]
    sha256: Option<String>,
}

/// A ticket's terms.
#[derive(Debug)]
pub struct Upload {
    pub content_type: String,
    pub bytes: u64,
    /// Lower case.
    pub sha256: String,
}

pub(crate) const REQUIRED: &str = "is required";

impl Wire for NewPhoto {
    type Parsed = Upload;

    fn parse(self, invalid: &mut Invalid) -> Option<Upload> {
        let content_type = self.content_type.ok_or_else(|| REQUIRED.to_owned());
        let content_type = content_type.and_then(|sent| {
            let known = is_content_type(&sent);
            known.then_some(sent).ok_or_else(|| one_of(&CONTENT_TYPES))
        });
        let bytes = self.bytes.ok_or_else(|| REQUIRED.to_owned());
        let bytes = bytes.and_then(|sent| {
            let fits = (1..=MAX_BYTES).contains(&sent);
            fits.then_some(sent)
                .ok_or_else(|| format!("must be between 1 and {MAX_BYTES}"))
        });
        let sha256 = self.sha256.ok_or_else(|| REQUIRED.to_owned());
        let sha256 = sha256.and_then(|sent| {
            let fits = sent.len() == 64 && sent.bytes().all(|b| b.is_ascii_hexdigit());
            fits.then(|| sent.to_ascii_lowercase())
                .ok_or_else(|| "must be a SHA-256 of 64 hex digits".to_owned())
        });
        let content_type = invalid.check("/content_type", content_type);
        let bytes = invalid.check("/bytes", bytes);
        let sha256 = invalid.check("/sha256", sha256);
        Some(Upload {
            content_type: content_type?,
            bytes: bytes?,
            sha256: sha256?,
        })
    }
}

pub(crate) fn one_of(words: &[&str]) -> String {
    format!("must be one of: {}", words.join(", "))
}

/// An upload, from its ticket on.
#[derive(Debug, Serialize, ToSchema)]
pub struct PhotoAnswer {
    /// What a post names it by.
    pub id: String,
    /// What became of it; `processing` once the file has arrived.
    #[schema(value_type = words::PhotoStatus)]
    pub status: &'static str,
    /// Why it was rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::PhotoFault>)]
    pub reason: Option<&'static str>,
    /// With the ticket alone: how to upload.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upload: Option<UploadView>,
    /// Once ready: pixels of the original, after orientation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Once ready: pixels of the original, after orientation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// Once ready: a thumbhash, base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placeholder: Option<String>,
    /// Once ready, smallest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub renditions: Option<Vec<RenditionView>>,
}

/// How to upload: this request, as it is, with the file as its body.
#[derive(Debug, Serialize, ToSchema)]
pub struct UploadView {
    /// `PUT`.
    pub method: String,
    /// Where to.
    #[schema(format = "uri")]
    pub url: String,
    /// All of these must be sent.
    pub headers: BTreeMap<String, String>,
    /// Until when.
    pub expires_at: Time,
}

/// A product on its own.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProductView {
    /// As everywhere.
    #[serde(flatten)]
    pub card: ProductCard,
    /// The store's, as plain text.
    pub description: String,
    /// More pictures in the store.
    pub more_images: Vec<String>,
    /// Up to 12 public lists that hold it, the latest to do so first.
    #[schema(max_items = 12)]
    pub saved_in: Vec<ListCard>,
    /// Up to 12 of its category and price band that can be bought, nearest in price first.
    pub similar: Vec<ProductCard>,
    /// Present when a token was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub viewer: Option<ProductViewerView>,
}

/// What the viewer did to a product.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct ProductViewerView {
    /// Whether it is in any list of theirs.
    pub saved: bool,
}
