//! Posts as they are sent.

use std::collections::HashSet;

use domain::{
    ids::{BriefId, PhotoId, ProductId, ReviewId, TopicId},
    posts::{Hotspot, Link, MAX_HOTSPOTS, MAX_PHOTOS, MAX_PRODUCTS, MAX_TOPICS, Parts, PostKind},
    text,
};
use serde::Deserialize;
use shared::{error::Invalid, http::Wire, views::words};
use utoipa::ToSchema;

use super::{
    REQUIRED,
    fields::{NO_BRIEF, NO_REVIEW, at_most, photo_id, product},
    one_of,
    poll::{DraftPoll, NewPoll},
};

/// A new post.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewPost {
    /// A `story` (text, photos, or both), `photo` (at least one photo), `review` (a `review_id`),
    /// `link` (a `link`), `poll` (a `poll`) or `question` (a text).
    #[schema(value_type = words::PostKind, required, nullable = false)]
    kind: Option<String>,
    /// Up to 5,000 characters and 20,000 bytes.
    #[schema(max_length = 5000)]
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
    /// What a link leads to.
    link: Option<NewLink>,
    /// What a poll asks.
    poll: Option<NewPoll>,
    /// Which of one's reviews to share, as `GET /v1/me/reviews` lists them; each once.
    #[schema(min_length = 1, max_length = 128)]
    review_id: Option<String>,
    /// The brief that it is posted for: one that the caller accepted. The post is labelled as paid for, as every one is
    /// that shows a product of such a brief within 90 days.
    #[schema(pattern = "^[0-7][0-9A-HJKMNP-TV-Z]{25}$")]
    brief_id: Option<String>,
}

/// What a link leads to.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewLink {
    /// Begins with `http://` or `https://`, up to 2,048 bytes, without user name and password.
    #[schema(required, nullable = false, format = "uri", max_length = 2048)]
    url: Option<String>,
}

/// A photo of a new post.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewPostPhoto {
    /// As the upload's ticket said.
    #[schema(required, nullable = false, pattern = "^[0-7][0-9A-HJKMNP-TV-Z]{25}$")]
    id: Option<String>,
    /// Alternative text, up to 500 characters.
    #[schema(max_length = 500)]
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
    pub link: Option<Link>,
    pub poll: Option<DraftPoll>,
    pub review: Option<ReviewId>,
    pub brief: Option<BriefId>,
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
        let parts = Parts {
            // A text that is too long is a text.
            text: text.as_deref().is_none_or(text::shows),
            photos: !sent.is_empty(),
            link: self.link.is_some(),
            poll: self.poll.is_some(),
            review: self.review_id.is_some(),
        };
        for (field, detail) in kind.map(|kind| kind.faults(parts)).unwrap_or_default() {
            invalid.add(format!("/{field}"), detail);
        }
        let link = self.link.map(|link| match link.url {
            Some(url) => Link::parse(&url),
            None => Err(REQUIRED.to_owned()),
        });
        let link = link.and_then(|link| invalid.check("/link/url", link));
        let review = self.review_id.map(|id| {
            let id = ReviewId::parse(&id);
            id.ok_or_else(|| NO_REVIEW.to_owned())
        });
        let review = review.and_then(|review| invalid.check("/review_id", review));
        let brief = self.brief_id.map(|id| {
            let id = id.parse();
            id.map_err(|_no_id| NO_BRIEF.to_owned())
        });
        let brief = brief.and_then(|brief| invalid.check("/brief_id", brief));
        let mut seen = HashSet::new();
        Some(Draft {
            kind: kind.unwrap_or(PostKind::Story),
            text: text.unwrap_or_default(),
            photos: photos(sent, &mut seen, invalid),
            products: products(self.products.unwrap_or_default(), invalid),
            topics: topics(self.topics.unwrap_or_default(), invalid),
            link,
            poll: self.poll.map(|poll| poll.read(&mut seen, invalid)),
            review,
            brief,
        })
    }
}

fn kind(sent: Option<&str>) -> Result<PostKind, String> {
    let sent = sent.ok_or_else(|| REQUIRED.to_owned())?;
    PostKind::named(sent).ok_or_else(|| one_of(&PostKind::ALL.map(PostKind::name)))
}

/// The photos of a body that are good, each bad field noted.
pub fn photos(
    sent: Vec<NewPostPhoto>,
    seen: &mut HashSet<PhotoId>,
    invalid: &mut Invalid,
) -> Vec<DraftPhoto> {
    let mut photos = Vec::new();
    for (index, photo) in at_most(sent, MAX_PHOTOS, "/photos", invalid) {
        let at = format!("/photos/{index}");
        let id = photo_id(photo.id.as_deref(), seen);
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
        let [x, y] = [("x", spot.x), ("y", spot.y)].map(|(name, sent)| {
            let place = sent.ok_or_else(|| REQUIRED.to_owned());
            invalid.check(&format!("{at}/{name}"), place.and_then(Hotspot::place))
        });
        // A product without a good point is still looked for in the catalogue.
        hotspots.extend(product.map(|product| {
            let (x, y) = (x.unwrap_or_default(), y.unwrap_or_default());
            (index, Hotspot { product, x, y })
        }));
    }
    hotspots
}

/// The products of a body that are good, each bad one noted.
pub fn products(sent: Vec<String>, invalid: &mut Invalid) -> Vec<(usize, ProductId)> {
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

/// The topics of a body that are good, each bad one noted.
pub fn topics(sent: Vec<String>, invalid: &mut Invalid) -> Vec<TopicId> {
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
