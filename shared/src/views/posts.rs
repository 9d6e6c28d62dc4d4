//! Posts, with the photos, polls and links in them.

use domain::{
    catalogue::product::Product,
    engagement::{Acts, Count},
    ids::ProductId,
    money::{Programme, Source},
    people::Profile,
    posts::{
        Hotspot, Hydrated, Poll, PollOption, Post, PostPhoto, entities,
        photo::{Image, Rejection, Rendition, rendition_key},
        poll,
    },
    shown::Shown,
};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    DisclosureView, EntityView, ModerationView, Presenter, ProductCard, ReviewView, Time, UserCard,
    address::uri, links::Lead, words,
};

/// One size of a photo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RenditionView {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Absolute address of a JPEG.
    #[schema(format = "uri")]
    pub url: String,
}

/// A product pinned at a point of a photo.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HotspotView {
    /// From the left edge, 0 to 1.
    #[schema(minimum = 0, maximum = 1)]
    pub x: f64,
    /// From the top edge, 0 to 1.
    #[schema(minimum = 0, maximum = 1)]
    pub y: f64,
    /// Where a tap leads.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri")]
    pub url: Option<String>,
    /// What it is.
    pub product: ProductCard,
}

/// A photo of a post: ready, or not, which its author alone sees.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum PhotoView {
    /// A photo that can be shown.
    Ready {
        /// Which.
        id: String,
        /// Alternative text.
        alt: String,
        /// Pixels of the original, after orientation.
        width: u32,
        /// Pixels of the original, after orientation.
        height: u32,
        /// Thumbhash, base64.
        placeholder: String,
        /// Smallest first.
        renditions: Vec<RenditionView>,
        /// What is in it.
        #[schema(max_items = 20)]
        hotspots: Vec<HotspotView>,
    },
    /// A photo that is on its way.
    Processing {
        /// Which.
        id: String,
    },
    /// A photo that cannot be shown.
    Rejected {
        /// Which.
        id: String,
        /// Why.
        #[schema(value_type = words::PhotoFault)]
        reason: &'static str,
    },
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ViewerView {
    /// Whether they smiled at it.
    pub smiled: bool,
    /// Whether it is in any list of theirs.
    pub saved: bool,
    /// The id of the option that they voted for; absent while they have not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vote: Option<String>,
}

impl ViewerView {
    fn of(acts: Option<&Acts>) -> Self {
        Self {
            smiled: acts.is_some_and(|acts| acts.smile.is_some()),
            saved: acts.is_some_and(|acts| !acts.save.is_empty()),
            vote: acts.and_then(|acts| acts.vote).map(poll::option_id),
        }
    }
}

/// A post.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PostView {
    /// Which.
    pub id: String,
    /// What kind of post it is.
    #[schema(value_type = words::PostKind)]
    pub kind: String,
    /// Who sees it.
    #[schema(value_type = words::PostStatus)]
    pub status: String,
    /// Whose; absent only when the account is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<UserCard>,
    /// NFC, as given; escape it where it is shown.
    pub text: String,
    /// What is to be drawn before the text, where somebody pays for the post.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disclosure: Option<DisclosureView>,
    /// Hashtags, mentions and links in the text, in order.
    pub entities: Vec<EntityView>,
    /// In the order given.
    #[schema(max_items = 10)]
    pub photos: Vec<PhotoView>,
    /// Products named without a photo.
    #[schema(max_items = 20)]
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
    #[schema(max_items = 5)]
    pub topics: Vec<String>,
    /// Where it comes from.
    #[schema(value_type = Vec<words::Label>)]
    pub labels: Vec<String>,
    /// How it was received.
    pub counts: CountsView,
    /// When it was handed in.
    pub created_at: Time,
    /// When it appeared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published_at: Option<Time>,
    /// When it was last changed after it had appeared; absent if it never was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Time>,
    /// Why it is hidden; to its author alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moderation: Option<ModerationView>,
    /// Present when a token was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub viewer: Option<ViewerView>,
}

/// What a link leads to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LinkView {
    /// Begins with `http://` or `https://`.
    #[schema(format = "uri")]
    pub url: String,
}

/// A poll.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PollView {
    /// Up to 300 characters.
    pub question: String,
    /// Two to four, in the order given.
    #[schema(min_items = 2, max_items = 4)]
    pub options: Vec<PollOptionView>,
    /// How many voted.
    pub voters: u64,
    /// When voting ends; absent for a poll without end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closes_at: Option<Time>,
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
    /// How many voted for it; to who voted, to its author, and to all once the poll has closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub votes: Option<u64>,
    /// The part of the voters who did, 0 to 1; with `votes`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
}

impl Presenter {
    /// A post as it is `now`, with what was read for it.
    pub fn post(&self, post: &Shown<Post>, read: &Hydrated, now: Timestamp) -> PostView {
        let lead = self.lead(Source::Post(post.id), read.accounts.get(&post.author));
        let card =
            |id: &ProductId| Lead::through(lead, ProductCard::of(id, read), id, post.tagged_at(id));
        let pays = lead.is_some() && !post.product_ids().is_empty();
        let acts = read.onlooker.acts(post.id);
        let own = read.onlooker.id() == Some(&post.author);
        let why = post.moderation.as_ref().filter(|_| own);
        let buyable = |id: &&ProductId| read.products.get(*id).is_some_and(Product::can_be_bought);
        PostView {
            id: post.id.to_string(),
            kind: post.kind.name().to_owned(),
            status: post.status.name().to_owned(),
            author: read
                .people
                .get(&post.author)
                .map(|profile| self.card(profile)),
            text: post.text.clone(),
            entities: entities::of(&post.text)
                .into_iter()
                .map(EntityView::from)
                .collect(),
            photos: post
                .photos
                .iter()
                .map(|photo| self.photo(photo, &card))
                .collect(),
            products: post.products.iter().map(card).collect(),
            shoppable_count: post.product_ids().iter().filter(|id| buyable(id)).count(),
            link: post.link.as_ref().map(|link| LinkView {
                url: uri(&link.url),
            }),
            poll: post
                .poll
                .as_ref()
                .map(|poll| self.poll(poll, post, read, now)),
            review: post.review.as_ref().map(|review| ReviewView {
                product: card(&review.product),
                ..ReviewView::of(review, read)
            }),
            topics: post.topics.iter().map(ToString::to_string).collect(),
            labels: labels(post, read),
            disclosure: match post.sponsored {
                true => Some(DisclosureView {
                    text: "Sponsored".to_owned(),
                }),
                false => pays.then(DisclosureView::paid),
            },
            counts: CountsView {
                smiles: read.count(post, Count::Smiles),
                comments: read.count(post, Count::Comments),
                saves: read.count(post, Count::Saves),
            },
            created_at: post.created_at.into(),
            published_at: post.published_at.map(Time),
            edited_at: post.edited_at.map(Time),
            moderation: why.map(ModerationView::from),
            viewer: read.onlooker.id().map(|_| ViewerView::of(acts)),
        }
    }

    /// A poll; results to who voted, to its author, and to all once it has closed (ENGAGEMENT 18).
    pub fn poll(
        &self,
        poll: &Poll,
        post: &Shown<Post>,
        read: &Hydrated,
        now: Timestamp,
    ) -> PollView {
        let lead = self.lead(Source::Post(post.id), read.accounts.get(&post.author));
        let card =
            |id: &ProductId| Lead::through(lead, ProductCard::of(id, read), id, post.tagged_at(id));
        let closed = poll.is_closed(now);
        let results = read.onlooker.sees_results(post, now);
        let votes = |place| read.count(post, Count::Votes(place));
        let voters = (0_u8..)
            .zip(&poll.options)
            .map(|(place, _)| votes(place))
            .sum();
        let option = |(place, option): (u8, &PollOption)| {
            let votes = votes(place);
            PollOptionView {
                id: poll::option_id(place),
                text: option.text.clone(),
                photo: option.photo.as_ref().map(|photo| self.photo(photo, &card)),
                product: option.product.as_ref().map(&card),
                votes: results.then_some(votes),
                share: results.then(|| poll::share(votes, voters)),
            }
        };
        PollView {
            question: poll.question.clone(),
            options: (0_u8..).zip(&poll.options).map(option).collect(),
            voters,
            closes_at: poll.closes_at.map(Time),
            closed,
        }
    }

    /// The renditions of a photo, at their public addresses.
    pub fn renditions(&self, image: &Image) -> Vec<RenditionView> {
        let view = |rendition: &Rendition| RenditionView {
            width: rendition.width,
            height: rendition.height,
            url: format!(
                "{}/{}",
                self.media_url,
                rendition_key(&image.media, rendition.width)
            ),
        };
        image.renditions.iter().map(view).collect()
    }

    fn photo(&self, photo: &PostPhoto, card: &impl Fn(&ProductId) -> ProductCard) -> PhotoView {
        let id = photo.id.to_string();
        let hotspot = |spot: &Hotspot| {
            let product = card(&spot.product);
            HotspotView {
                x: spot.x,
                y: spot.y,
                url: product.url.clone(),
                product,
            }
        };
        match (&photo.image, photo.rejected) {
            (Some(image), _) => PhotoView::Ready {
                id,
                alt: photo.alt.clone(),
                width: image.width,
                height: image.height,
                placeholder: image.placeholder.clone(),
                renditions: self.renditions(image),
                hotspots: photo.hotspots.iter().map(hotspot).collect(),
            },
            (None, Some(reason)) => PhotoView::Rejected {
                id,
                reason: rejection(reason),
            },
            (None, None) => PhotoView::Processing { id },
        }
    }
}

/// Where a post comes from: the programmes of its author, and who pays for it.
fn labels(post: &Post, read: &Hydrated) -> Vec<String> {
    let author = read.people.get(&post.author);
    let programmes = author.into_iter().flat_map(Profile::programmes);
    let programmes = programmes.map(Programme::name);
    let sponsored = post.sponsored.then_some("sponsored");
    programmes.chain(sponsored).map(str::to_owned).collect()
}

/// Why an upload was rejected, as the contract spells it.
pub fn rejection(reason: Rejection) -> &'static str {
    match reason {
        Rejection::Truncated => "truncated",
        Rejection::TypeMismatch => "type-mismatch",
        Rejection::TooManyPixels => "too-many-pixels",
        Rejection::TooLarge => "too-large",
        Rejection::Unreadable => "unreadable",
        Rejection::NotUploaded => "not-uploaded",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use domain::{
        catalogue::product::{Availability, Money},
        ids::{PhotoId, PostId, UserId},
        posts::{PostKind, PostStatus},
        shown::Onlooker,
    };
    use ulid::Ulid;

    use super::*;

    fn product(id: &str, availability: Availability) -> Product {
        Product {
            id: ProductId::parse(id).unwrap(),
            title: id.to_owned(),
            brand: None,
            price: Some(Money {
                amount: 1299,
                currency: "USD".to_owned(),
            }),
            availability,
            url: format!("https://store.example/p/{id}"),
            image_url: None,
            category: None,
            sale: None,
            stars: 0,
            review_count: 0,
            saves: 0,
            heat: 0,
            generation: 0,
            confirmed_at: Timestamp::UNIX_EPOCH,
        }
    }

    fn post(hotspots: &[&str]) -> Shown<Post> {
        let spot = |id: &&str| Hotspot {
            product: ProductId::parse(id).unwrap(),
            x: 0.5,
            y: 0.5,
        };
        let image = Image {
            width: 640,
            height: 480,
            placeholder: String::new(),
            media: "ab".repeat(16),
            renditions: vec![Rendition {
                width: 320,
                height: 240,
            }],
        };
        let author = UserId::parse("ana").unwrap();
        let post = Post {
            status: PostStatus::Published,
            photos: vec![PostPhoto {
                id: PhotoId(Ulid::nil()),
                alt: String::new(),
                hotspots: hotspots.iter().map(spot).collect(),
                image: Some(image),
                rejected: None,
            }],
            published_at: Some(Timestamp::UNIX_EPOCH),
            ..Post::new(
                PostId(Ulid::nil()),
                author,
                PostKind::Photo,
                Timestamp::UNIX_EPOCH,
            )
        };
        Onlooker::nobody().finds(post).unwrap()
    }

    #[test]
    fn what_is_sold_out_or_gone_keeps_its_dot_and_leaves_the_count() {
        let known = [
            product("a", Availability::InStock),
            product("b", Availability::SoldOut),
        ];
        let read = Hydrated {
            products: known
                .into_iter()
                .map(|product| (product.id.clone(), product))
                .collect(),
            substitutes: HashMap::from([(
                ProductId::parse("b").unwrap(),
                product("a", Availability::InStock),
            )]),
            ..Hydrated::default()
        };
        let view = Presenter::new("https://cdn").post(
            &post(&["a", "b", "gone", "a"]),
            &read,
            Timestamp::UNIX_EPOCH,
        );
        assert_eq!(view.shoppable_count, 1);
        let PhotoView::Ready {
            hotspots,
            renditions,
            ..
        } = &view.photos[0]
        else {
            panic!("the photo is ready")
        };
        let shown: Vec<_> = hotspots
            .iter()
            .map(|spot| spot.product.availability.as_str())
            .collect();
        assert_eq!(shown, ["in_stock", "sold_out", "gone", "in_stock"]);
        assert_eq!(hotspots[2].product.price, None);
        let instead = |spot: usize| hotspots[spot].product.substitute.as_ref();
        assert_eq!(instead(1).map(|card| card.id.as_str()), Some("a"));
        assert!(instead(0).is_none() && instead(2).is_none());
        assert_eq!(
            renditions[0].url,
            format!("https://cdn/media/{}/320.jpg", "ab".repeat(16))
        );
    }
}
