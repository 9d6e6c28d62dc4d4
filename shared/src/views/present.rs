//! Making answers from what was read: pure.

use std::collections::{BTreeSet, HashMap, HashSet};

use domain::{
    catalogue::product::{Availability, Product},
    ids::{PostId, ProductId, UserId},
    people::{Avatar, Profile},
    posts::{
        Hotspot, Poll, PollOption, Post, PostPhoto, SharedReview, entities,
        photo::{Image, Rejection, rendition_key},
        poll,
    },
};
use jiff::Timestamp;

use super::{
    AvatarView, CountsView, EntityView, HotspotView, LinkView, MoneyView, PhotoView,
    PollOptionView, PollView, PostView, ProductCard, ReadyPhotoView, RenditionView, ReviewView,
    UnreadyPhotoView, UserCard, ViewerView,
};

/// What was read to show posts: products, their authors' profiles, and what the viewer did.
#[derive(Debug, Default)]
pub struct Hydrated {
    /// Products of the catalogue, at the prices of now.
    pub products: HashMap<ProductId, Product>,
    /// What can be bought in the stead of those that cannot.
    pub substitutes: HashMap<ProductId, Product>,
    /// Authors.
    pub people: HashMap<UserId, Profile>,
    /// Who looks; `None` when nobody is signed in.
    pub viewer: Option<UserId>,
    /// Posts that the viewer smiled at; `None` when nobody is signed in.
    pub smiled: Option<HashSet<PostId>>,
}

impl Hydrated {
    /// A product's card, with what can be bought in its stead.
    pub fn product(&self, id: &ProductId) -> ProductCard {
        let substitute = self.substitutes.get(id);
        let substitute = substitute.map(|product| product_card(&product.id, Some(product)));
        ProductCard {
            substitute: substitute.map(Box::new),
            ..product_card(id, self.products.get(id))
        }
    }

    /// A review, with its product's card.
    pub fn review(&self, review: &SharedReview) -> ReviewView {
        ReviewView {
            id: review.id.to_string(),
            product: self.product(&review.product),
            rating: review.rating,
            title: review.title.clone(),
            body: review.body.clone(),
            written_at: review.written_at,
        }
    }
}

/// What of the store must be read to show these posts.
pub fn needs<'a>(
    posts: impl IntoIterator<Item = &'a Post>,
) -> (BTreeSet<&'a ProductId>, BTreeSet<&'a UserId>) {
    let (mut products, mut people) = (BTreeSet::new(), BTreeSet::new());
    for post in posts {
        products.extend(post.product_ids());
        people.insert(&post.author);
    }
    (products, people)
}

/// Makes answers; knows where renditions are published.
#[derive(Debug, Clone)]
pub struct Presenter {
    media_url: String,
}

impl Presenter {
    /// A presenter for renditions below `media_url`.
    pub fn new(media_url: impl Into<String>) -> Self {
        Self {
            media_url: media_url.into(),
        }
    }

    /// A post as it is `now`, with what was read for it.
    pub fn post(&self, post: &Post, read: &Hydrated, now: Timestamp) -> PostView {
        let card = |id: &ProductId| read.product(id);
        let buyable = |id: &&ProductId| read.products.get(*id).is_some_and(Product::can_be_bought);
        PostView {
            id: post.id.to_string(),
            kind: post.kind.name().to_owned(),
            status: post.status.name().to_owned(),
            author: read
                .people
                .get(&post.author)
                .map(|profile| self.user(profile)),
            text: post.text.clone(),
            entities: entities::of(&post.text)
                .into_iter()
                .map(EntityView::from)
                .collect(),
            photos: post
                .photos
                .iter()
                .map(|photo| self.photo(photo, read))
                .collect(),
            products: post.products.iter().map(card).collect(),
            shoppable_count: post.product_ids().iter().filter(|id| buyable(id)).count(),
            link: post.link.as_ref().map(|link| LinkView {
                url: link.url.clone(),
            }),
            poll: post
                .poll
                .as_ref()
                .map(|poll| self.poll(poll, post, read, now)),
            review: post.review.as_ref().map(|review| read.review(review)),
            topics: post.topics.iter().map(ToString::to_string).collect(),
            labels: Vec::new(),
            counts: CountsView {
                smiles: post.smiles,
                comments: post.comments,
                saves: post.saves,
            },
            created_at: post.created_at,
            published_at: post.published_at,
            edited_at: post.edited_at,
            viewer: read.smiled.as_ref().map(|smiled| ViewerView {
                smiled: smiled.contains(&post.id),
            }),
        }
    }

    /// A poll; results to its author, and to all once it has closed.
    fn poll(&self, poll: &Poll, post: &Post, read: &Hydrated, now: Timestamp) -> PollView {
        let closed = poll.is_closed(now);
        let results = closed || read.viewer.as_ref() == Some(&post.author);
        let voters = post.votes.iter().sum();
        let option = |(index, option): (usize, &PollOption)| {
            let votes = post.votes.get(index).copied().unwrap_or_default();
            PollOptionView {
                id: (index + 1).to_string(),
                text: option.text.clone(),
                photo: option.photo.as_ref().map(|photo| self.photo(photo, read)),
                product: option.product.as_ref().map(|id| read.product(id)),
                votes: results.then_some(votes),
                share: results.then(|| poll::share(votes, voters)),
            }
        };
        PollView {
            question: poll.question.clone(),
            options: poll.options.iter().enumerate().map(option).collect(),
            voters,
            closes_at: poll.closes_at,
            closed,
        }
    }

    /// A person's card.
    pub fn user(&self, profile: &Profile) -> UserCard {
        UserCard {
            id: profile.id.to_string(),
            handle: profile.handle.as_str().to_owned(),
            display_name: profile.display_name.clone(),
            avatar: profile
                .avatar
                .as_ref()
                .map(|Avatar { image, .. }| AvatarView {
                    placeholder: image.placeholder.clone(),
                    renditions: self.renditions(image),
                }),
            badges: Vec::new(),
        }
    }

    /// The renditions of a photo, at their public addresses.
    pub fn renditions(&self, image: &Image) -> Vec<RenditionView> {
        let view = |rendition: &domain::posts::photo::Rendition| RenditionView {
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

    fn photo(&self, photo: &PostPhoto, read: &Hydrated) -> PhotoView {
        let Some(image) = &photo.image else {
            return PhotoView::Unready(UnreadyPhotoView {
                id: photo.id.to_string(),
                status: if photo.rejected.is_some() {
                    "rejected"
                } else {
                    "processing"
                }
                .to_owned(),
                reason: photo.rejected.map(|reason| rejection(reason).to_owned()),
            });
        };
        let hotspot = |spot: &Hotspot| {
            let product = read.product(&spot.product);
            HotspotView {
                x: spot.x,
                y: spot.y,
                url: product.url.clone(),
                product,
            }
        };
        PhotoView::Ready(ReadyPhotoView {
            id: photo.id.to_string(),
            alt: photo.alt.clone(),
            width: image.width,
            height: image.height,
            placeholder: image.placeholder.clone(),
            renditions: self.renditions(image),
            hotspots: photo.hotspots.iter().map(hotspot).collect(),
        })
    }
}

/// Why an upload was rejected, as the contract spells it.
pub fn rejection(reason: Rejection) -> &'static str {
    match reason {
        Rejection::Truncated => "truncated",
        Rejection::TypeMismatch => "type-mismatch",
        Rejection::TooManyPixels => "too-many-pixels",
        Rejection::TooLarge => "too-large",
        Rejection::Unreadable => "unreadable",
    }
}

/// A product's card; one that is not in the catalogue keeps its dot, without a price.
pub fn product_card(id: &ProductId, product: Option<&Product>) -> ProductCard {
    let Some(product) = product else {
        return ProductCard {
            id: id.to_string(),
            title: String::new(),
            brand: None,
            price: None,
            price_confirmed_at: None,
            availability: "gone".to_owned(),
            rating: None,
            review_count: 0,
            url: None,
            image_url: None,
            saves: 0,
            substitute: None,
        };
    };
    let gone = product.availability == Availability::Gone;
    ProductCard {
        id: id.to_string(),
        title: product.title.clone(),
        brand: product.brand.clone(),
        price: product
            .price
            .clone()
            .filter(|_| !gone)
            .map(|money| MoneyView {
                amount: money.amount,
                currency: money.currency,
            }),
        price_confirmed_at: Some(product.confirmed_at),
        availability: match product.availability {
            Availability::InStock => "in_stock",
            Availability::SoldOut => "sold_out",
            Availability::Gone => "gone",
        }
        .to_owned(),
        rating: product.rating(),
        review_count: product.review_count,
        url: Some(product.url.clone()),
        image_url: product.image_url.clone(),
        saves: product.saves,
        substitute: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        catalogue::product::Money,
        ids::PhotoId,
        posts::{PostKind, PostStatus, photo::Rendition},
    };
    use ulid::Ulid;

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
            confirmed_at: Timestamp::UNIX_EPOCH,
        }
    }

    fn post(hotspots: &[&str]) -> Post {
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
        Post {
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
        }
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
        let PhotoView::Ready(photo) = &view.photos[0] else {
            panic!("the photo is ready")
        };
        let shown: Vec<_> = photo
            .hotspots
            .iter()
            .map(|spot| spot.product.availability.as_str())
            .collect();
        assert_eq!(shown, ["in_stock", "sold_out", "gone", "in_stock"]);
        assert_eq!(photo.hotspots[2].product.price, None);
        let instead = |spot: usize| photo.hotspots[spot].product.substitute.as_ref();
        assert_eq!(instead(1).map(|card| card.id.as_str()), Some("a"));
        assert!(instead(0).is_none() && instead(2).is_none());
        assert_eq!(
            photo.renditions[0].url,
            format!("https://cdn/media/{}/320.jpg", "ab".repeat(16))
        );
    }
}
