//! Bodies in and answers out.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::IgnoredAny};
use shared::{
    domain::{
        ids::{PhotoId, ProductId, TopicId},
        photo::{CONTENT_TYPES, MAX_BYTES},
        post::{Hotspot, MAX_HOTSPOTS, MAX_PHOTOS, MAX_PRODUCTS, MAX_TOPICS, PostKind},
        text,
    },
    error::Invalid,
    http::{
        Wire,
        views::{ProductCard, RenditionView},
    },
};
use utoipa::ToSchema;

/// What is going to be uploaded.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewPhoto {
    /// `image/jpeg` or `image/png`.
    #[schema(required, nullable = false)]
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

const REQUIRED: &str = "is required";

impl Wire for NewPhoto {
    type Parsed = Upload;

    fn parse(self, invalid: &mut Invalid) -> Option<Upload> {
        let content_type = self.content_type.ok_or_else(|| REQUIRED.to_owned());
        let content_type = content_type.and_then(|sent| {
            let known = CONTENT_TYPES.contains(&sent.as_str());
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

fn one_of(words: &[&str]) -> String {
    format!("must be one of: {}", words.join(", "))
}

/// A new post.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewPost {
    /// `story` (text, photos, or both) or `photo` (at least one photo).
    #[schema(required, nullable = false)]
    kind: Option<String>,
    /// Up to 5,000 characters and 20,000 bytes.
    text: Option<String>,
    /// Up to 10, in the order to show; each one's own, and in no other post.
    #[schema(max_items = 10)]
    photos: Option<Vec<NewPostPhoto>>,
    /// Up to 20 ids of products that the post is about.
    #[schema(max_items = 20)]
    products: Option<Vec<String>>,
    /// Up to 5 ids of interests; left out, they are worked out from hashtags and products.
    #[schema(max_items = 5)]
    topics: Option<Vec<String>>,
    #[schema(ignore)]
    link: Option<IgnoredAny>,
    #[schema(ignore)]
    poll: Option<IgnoredAny>,
    #[schema(ignore)]
    review_id: Option<IgnoredAny>,
}

/// A photo of a new post.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewPostPhoto {
    /// As the upload's ticket said.
    #[schema(required, nullable = false)]
    id: Option<String>,
    /// Alternative text, up to 500 characters.
    alt: Option<String>,
    /// Up to 20.
    #[schema(max_items = 20)]
    hotspots: Option<Vec<NewHotspot>>,
}

/// A product pinned at a point of a photo.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewHotspot {
    /// A product of the catalogue.
    #[schema(required, nullable = false)]
    product_id: Option<String>,
    /// From the left edge, 0 to 1.
    #[schema(required, nullable = false, minimum = 0, maximum = 1)]
    x: Option<f64>,
    /// From the top edge, 0 to 1.
    #[schema(required, nullable = false, minimum = 0, maximum = 1)]
    y: Option<f64>,
}

/// A post as far as its body can be read without the table.
#[derive(Debug)]
pub struct Draft {
    pub kind: PostKind,
    /// NFC.
    pub text: String,
    pub photos: Vec<DraftPhoto>,
    /// With their places in the body.
    pub products: Vec<(usize, ProductId)>,
    /// Empty when none were chosen.
    pub topics: Vec<TopicId>,
}

/// A photo of a draft.
#[derive(Debug)]
pub struct DraftPhoto {
    /// Its place in the body.
    pub index: usize,
    pub id: PhotoId,
    pub alt: String,
    /// With their places in the body.
    pub hotspots: Vec<(usize, Hotspot)>,
}

impl Wire for NewPost {
    type Parsed = Draft;

    /// Always a draft of what is good, so that it can be held against the table even where fields
    /// are bad.
    fn parse(self, invalid: &mut Invalid) -> Option<Draft> {
        let kind = invalid.check("/kind", kind(self.kind.as_deref()));
        let text = text::within(&self.text.unwrap_or_default(), text::POST);
        let text = invalid.check("/text", text);
        let sent = self.photos.unwrap_or_default();
        match kind {
            Some(PostKind::Photo) if sent.is_empty() => {
                invalid.add("/photos", "a photo post needs at least one");
            }
            Some(PostKind::Story) if sent.is_empty() && text.as_deref().is_some_and(is_blank) => {
                invalid.add("/text", "a story needs a text or a photo");
            }
            Some(PostKind::Photo | PostKind::Story) | None => {}
        }
        let others = [
            ("link", self.link.is_some()),
            ("poll", self.poll.is_some()),
            ("review_id", self.review_id.is_some()),
        ];
        if kind.is_some() {
            for (name, _) in others.into_iter().filter(|(_, sent)| *sent) {
                invalid.add(format!("/{name}"), "belongs to posts of another kind");
            }
        }
        Some(Draft {
            kind: kind.unwrap_or(PostKind::Story),
            text: text.unwrap_or_default(),
            photos: photos(sent, invalid),
            products: products(self.products.unwrap_or_default(), invalid),
            topics: topics(self.topics.unwrap_or_default(), invalid),
        })
    }
}

fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

fn kind(sent: Option<&str>) -> Result<PostKind, String> {
    match sent {
        Some("story") => Ok(PostKind::Story),
        Some("photo") => Ok(PostKind::Photo),
        Some(_) => Err(one_of(&["story", "photo"])),
        None => Err(REQUIRED.to_owned()),
    }
}

/// The first `most` of a list; more are noted.
fn at_most<T>(
    sent: Vec<T>,
    most: usize,
    pointer: &str,
    invalid: &mut Invalid,
) -> impl Iterator<Item = (usize, T)> + use<T> {
    if sent.len() > most {
        invalid.add(pointer, format!("has {}; at most {most}", sent.len()));
    }
    sent.into_iter().take(most).enumerate()
}

fn photos(sent: Vec<NewPostPhoto>, invalid: &mut Invalid) -> Vec<DraftPhoto> {
    let (mut photos, mut seen) = (Vec::new(), HashSet::new());
    for (index, photo) in at_most(sent, MAX_PHOTOS, "/photos", invalid) {
        let at = format!("/photos/{index}");
        let id = match photo.id.as_deref().map(str::parse::<PhotoId>) {
            None => Err(REQUIRED.to_owned()),
            Some(Err(_)) => Err("is no photo of yours".to_owned()),
            Some(Ok(id)) if !seen.insert(id) => Err("is named twice".to_owned()),
            Some(Ok(id)) => Ok(id),
        };
        let id = invalid.check(&format!("{at}/id"), id);
        let alt = text::within(&photo.alt.unwrap_or_default(), text::ALT);
        let alt = invalid.check(&format!("{at}/alt"), alt);
        let hotspots = hotspots(photo.hotspots.unwrap_or_default(), &at, invalid);
        if let Some(id) = id {
            photos.push(DraftPhoto {
                index,
                id,
                alt: alt.unwrap_or_default(),
                hotspots,
            });
        }
    }
    photos
}

fn hotspots(sent: Vec<NewHotspot>, photo: &str, invalid: &mut Invalid) -> Vec<(usize, Hotspot)> {
    let mut hotspots = Vec::new();
    for (index, spot) in at_most(sent, MAX_HOTSPOTS, &format!("{photo}/hotspots"), invalid) {
        let at = format!("{photo}/hotspots/{index}");
        let product = product(spot.product_id.as_deref());
        let product = invalid.check(&format!("{at}/product_id"), product);
        for (name, sent) in [("x", spot.x), ("y", spot.y)] {
            if sent.is_none() {
                invalid.add(format!("{at}/{name}"), REQUIRED);
            }
        }
        // A product without a good point is still looked for in the catalogue.
        let Some(product) = product else { continue };
        let (x, y) = (spot.x.unwrap_or_default(), spot.y.unwrap_or_default());
        let spot = Hotspot::at(product.clone(), x, y).unwrap_or_else(|wrong| {
            for (name, detail) in wrong {
                invalid.add(format!("{at}/{name}"), detail);
            }
            Hotspot {
                product,
                x: 0.0,
                y: 0.0,
            }
        });
        hotspots.push((index, spot));
    }
    hotspots
}

/// What is said of an id that is not in the catalogue.
pub const NO_PRODUCT: &str = "is no product of the catalogue";

fn product(sent: Option<&str>) -> Result<ProductId, String> {
    let sent = sent.ok_or_else(|| REQUIRED.to_owned())?;
    ProductId::parse(sent).ok_or_else(|| NO_PRODUCT.to_owned())
}

fn products(sent: Vec<String>, invalid: &mut Invalid) -> Vec<(usize, ProductId)> {
    let (mut products, mut seen) = (Vec::new(), HashSet::new());
    for (index, id) in at_most(sent, MAX_PRODUCTS, "/products", invalid) {
        let id = product(Some(&id)).and_then(|id| {
            let new = seen.insert(id.clone());
            new.then_some(id).ok_or_else(|| "is named twice".to_owned())
        });
        let id = invalid.check(&format!("/products/{index}"), id);
        products.extend(id.map(|id| (index, id)));
    }
    products
}

fn topics(sent: Vec<String>, invalid: &mut Invalid) -> Vec<TopicId> {
    let mut topics = Vec::new();
    for (index, id) in at_most(sent, MAX_TOPICS, "/topics", invalid) {
        let topic = match TopicId::parse(&id) {
            None => Err("is no interest of the catalogue".to_owned()),
            Some(topic) if topics.contains(&topic) => Err("is named twice".to_owned()),
            Some(topic) => Ok(topic),
        };
        topics.extend(invalid.check(&format!("/topics/{index}"), topic));
    }
    topics
}

/// An upload, from its ticket on.
#[derive(Debug, Serialize, ToSchema)]
pub struct PhotoAnswer {
    /// What a post names it by.
    pub id: String,
    /// `awaiting_upload`, `ready` or `rejected`.
    pub status: &'static str,
    /// Why it was rejected: `truncated`, `type-mismatch`, `too-many-pixels`, `too-large` or
    /// `unreadable`.
    #[serde(skip_serializing_if = "Option::is_none")]
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
    pub url: String,
    /// All of these must be sent.
    pub headers: BTreeMap<String, String>,
    /// Until when.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
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
    /// Public lists that hold it: none before there are lists.
    #[schema(value_type = Vec<Object>)]
    pub saved_in: [(); 0],
    /// Up to 12 of its category and price band that can be bought, nearest in price first.
    pub similar: Vec<ProductCard>,
}
