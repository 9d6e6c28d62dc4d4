//! What several functions answer with: the shapes of cards, photos and posts.

mod parts;
mod present;

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

pub use parts::{EntityView, LinkView, PollOptionView, PollView, ReviewView};
pub use present::{Hydrated, Presenter, needs, product_card, rejection};

/// A person, as everything that they did shows them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UserCard {
    /// The `sub` of their tokens.
    pub id: String,
    /// As its owner spells it.
    pub handle: String,
    /// 1 to 50 characters.
    pub display_name: String,
    /// Their picture, if they have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar: Option<AvatarView>,
    /// `enthusiast`, `influencer`, `onsite_associate`.
    pub badges: Vec<String>,
}

/// A person's picture.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AvatarView {
    /// Thumbhash, base64.
    pub placeholder: String,
    /// Smallest first.
    pub renditions: Vec<RenditionView>,
}

/// One size of a photo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RenditionView {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Absolute address of a JPEG.
    pub url: String,
}

/// An amount of money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MoneyView {
    /// In minor units of the currency.
    pub amount: i64,
    /// ISO 4217 code.
    pub currency: String,
}

/// A product as it can be bought now.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProductCard {
    /// As in the store's feed.
    pub id: String,
    /// Empty for what left the catalogue unseen.
    pub title: String,
    /// The maker.
    pub brand: Option<String>,
    /// What it costs now; `null` for what left the catalogue.
    pub price: Option<MoneyView>,
    /// When the store last confirmed price and availability.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub price_confirmed_at: Option<Timestamp>,
    /// `in_stock`, `sold_out` or `gone`.
    pub availability: String,
    /// Mean of its reviews, 1 to 5.
    pub rating: Option<f64>,
    /// How many reviews.
    pub review_count: u64,
    /// Its page in the store.
    pub url: Option<String>,
    /// Its picture in the store.
    pub image_url: Option<String>,
    /// How many people saved it.
    pub saves: u64,
    /// For what is sold out or has left the catalogue: something of its brand and category that
    /// can be bought, where there is any; it carries no substitute itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(no_recursion)]
    pub substitute: Option<Box<ProductCard>>,
}

/// A product pinned at a point of a photo.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HotspotView {
    /// From the left edge, 0 to 1.
    pub x: f64,
    /// From the top edge, 0 to 1.
    pub y: f64,
    /// Where a tap leads.
    pub url: Option<String>,
    /// What it is.
    pub product: ProductCard,
}

/// A photo of a post: ready, or on its way (its author alone sees that).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum PhotoView {
    /// Can be shown.
    Ready(ReadyPhotoView),
    /// Cannot be shown.
    Unready(UnreadyPhotoView),
}

/// A photo that can be shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReadyPhotoView {
    /// Which.
    pub id: String,
    /// Alternative text.
    pub alt: String,
    /// Pixels of the original, after orientation.
    pub width: u32,
    /// Pixels of the original, after orientation.
    pub height: u32,
    /// Thumbhash, base64.
    pub placeholder: String,
    /// Smallest first.
    pub renditions: Vec<RenditionView>,
    /// What is in it.
    pub hotspots: Vec<HotspotView>,
}

/// A photo that cannot be shown (yet).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UnreadyPhotoView {
    /// Which.
    pub id: String,
    /// `processing` or `rejected`.
    pub status: String,
    /// Why it was rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// How a post was received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct CountsView {
    /// Exact.
    pub smiles: u64,
    /// Exact.
    pub comments: u64,
    /// Exact.
    pub saves: u64,
}

/// What the viewer did to a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct ViewerView {
    /// Whether they smiled at it.
    pub smiled: bool,
}

/// A post.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PostView {
    /// Which.
    pub id: String,
    /// `story`, `photo`, `review`, `link`, `poll` or `question`.
    pub kind: String,
    /// `processing`, `needs_attention` or `published`.
    pub status: String,
    /// Whose; absent only when the account is gone.
    pub author: Option<UserCard>,
    /// NFC, as given; escape it where it is shown.
    pub text: String,
    /// Hashtags, mentions and links in the text, in order.
    pub entities: Vec<EntityView>,
    /// In the order given.
    pub photos: Vec<PhotoView>,
    /// Products named without a photo.
    pub products: Vec<ProductCard>,
    /// How many different products in it can be bought now.
    pub shoppable_count: usize,
    /// What a link leads to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<LinkView>,
    /// What a poll asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub poll: Option<PollView>,
    /// What a review says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review: Option<ReviewView>,
    /// Whose walls it is on.
    pub topics: Vec<String>,
    /// `influencer`, `onsite_associate`, `sponsored`.
    pub labels: Vec<String>,
    /// How it was received.
    pub counts: CountsView,
    /// When it was handed in.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it appeared.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub published_at: Option<Timestamp>,
    /// When it was last changed after it had appeared; absent if it never was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub edited_at: Option<Timestamp>,
    /// Present when a token was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub viewer: Option<ViewerView>,
}
