//! People, products, photos and posts, with defaults: a test names only what matters.

use std::{
    future::{Future, IntoFuture},
    pin::Pin,
};

use domain::{
    catalogue::product::{Availability, Money, Product},
    ids::{PhotoId, PostId, ProductId, TopicId, UserId},
    people::{Handle, Profile, interests},
    posts::{
        Hotspot, Post, PostKind, PostPhoto, PostStatus,
        photo::{Image, Original, Photo, PhotoStatus, Rendition},
    },
};
use jiff::{SignedDuration, Timestamp};
use shared::{bucket::MediaNames, store::Creation};

use crate::{World, issuer::user};

type Built<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The first topics of the catalogue.
fn topics(count: usize) -> Vec<TopicId> {
    let all = interests::groups()
        .iter()
        .flat_map(|group| &group.interests);
    all.filter_map(|interest| TopicId::parse(&interest.id))
        .take(count)
        .collect()
}

/// Somebody who has joined.
#[derive(Debug, Clone)]
pub struct Member {
    /// Who they are to Spark.
    pub id: UserId,
    /// Their handle: the subject.
    pub handle: String,
    /// A good token of theirs, for an hour.
    pub token: String,
    /// As they joined.
    pub profile: Profile,
}

/// A member in the making; awaiting it makes them join.
pub struct NewMember<'a> {
    world: &'a World,
    sub: String,
    groups: Vec<String>,
    interests: Vec<TopicId>,
}

/// A product in the making; awaiting it puts it into the catalogue.
pub struct NewProduct<'a> {
    world: &'a World,
    product: Product,
    description: String,
}

/// A post in the making; awaiting it publishes it.
pub struct NewPost<'a> {
    world: &'a World,
    post: Post,
    photos: Vec<Photo>,
}

impl World {
    /// A member of this subject and handle, with the catalogue's first five interests.
    pub fn member(&self, sub: &str) -> NewMember<'_> {
        NewMember {
            world: self,
            sub: sub.to_owned(),
            groups: Vec::new(),
            interests: topics(interests::MINIMUM),
        }
    }

    /// A product in stock for 12.99 USD.
    pub fn product(&self, id: &str) -> NewProduct<'_> {
        let product = Product {
            id: ProductId::parse(id).expect("a product id"),
            title: format!("Product {id}"),
            brand: Some("Acme".to_owned()),
            price: Some(Money {
                amount: 1_299,
                currency: "USD".to_owned(),
            }),
            availability: Availability::InStock,
            url: format!("https://store.test/{id}"),
            image_url: Some(format!("https://store.test/{id}.jpg")),
            category: Some("Electronics".to_owned()),
            sale: None,
            stars: 54,
            review_count: 12,
            saves: 0,
            heat: 0,
            generation: 0,
            confirmed_at: self.now(),
        };
        NewProduct {
            world: self,
            product,
            description: format!("All about {id}."),
        }
    }

    /// A photo of theirs that is ready and that no post has claimed. Its renditions are not in
    /// the bucket.
    ///
    /// # Panics
    /// When the table fails.
    pub async fn ready_photo(&self, owner: &str) -> Photo {
        let waiting = self.awaited_photo(owner).await;
        let image = Image {
            width: 1_200,
            height: 800,
            placeholder: "1QcSHQRnh493V4dIh4eXh1h4kJUI".to_owned(),
            media: waiting.media.clone(),
            renditions: [(320, 213), (640, 427), (1_080, 720)]
                .map(|(width, height)| Rendition { width, height })
                .to_vec(),
        };
        let original = Original {
            bytes: waiting.bytes,
            sha256: waiting.sha256.clone(),
        };
        let ready = Ok((&image, &original));
        let settled = self.store().settle_photo(waiting.id, ready).await;
        settled
            .expect("the table answers")
            .expect("a ticket that was given")
    }

    /// A photo of theirs that has a ticket and no upload yet.
    ///
    /// # Panics
    /// When the table fails.
    pub async fn awaited_photo(&self, owner: &str) -> Photo {
        let (context, now) = (self.context(), self.now());
        let id = PhotoId(context.ids.ulid());
        let photo = Photo {
            id,
            owner: user(owner),
            content_type: "image/jpeg".to_owned(),
            bytes: 1_000,
            sha256: "0".repeat(64),
            status: PhotoStatus::AwaitingUpload,
            reason: None,
            media: MediaNames::new(context.config.media_key()).of(id),
            image: None,
            original: None,
            post: None,
            avatar: false,
            created_at: now,
            expires_at: Some((now + SignedDuration::from_hours(24)).as_second()),
        };
        let given = self.store().give_ticket(&photo, None, None).await;
        given.expect("the table takes a ticket");
        photo
    }

    /// A story of theirs, published now on the catalogue's first topic.
    pub fn published_post(&self, author: &str) -> NewPost<'_> {
        let now = self.now();
        let id = PostId(self.context().ids.ulid());
        let post = Post {
            status: PostStatus::Published,
            text: format!("A story by {author}"),
            topics: topics(1),
            published_at: Some(now),
            ..Post::new(id, user(author), PostKind::Story, now)
        };
        NewPost {
            world: self,
            post,
            photos: Vec::new(),
        }
    }
}

impl NewMember<'_> {
    /// With the Prime tier in their token.
    #[must_use]
    pub fn prime(self) -> Self {
        self.group("prime")
    }

    /// With this group in their token.
    #[must_use]
    pub fn group(mut self, group: &str) -> Self {
        self.groups.push(group.to_owned());
        self
    }

    /// With these interests instead.
    #[must_use]
    pub fn interests(mut self, ids: &[&str]) -> Self {
        self.interests = ids
            .iter()
            .map(|id| TopicId::parse(id).expect("a topic of the catalogue"))
            .collect();
        self
    }

    async fn join(self) -> Member {
        let profile = Profile::new(
            user(&self.sub),
            Handle::parse(&self.sub).expect("a handle"),
            self.sub.clone(),
            self.interests.into_iter().collect(),
            self.world.now(),
        );
        let joined = self
            .world
            .store()
            .join(&profile, None, None, self.world.now())
            .await;
        joined.expect("a person who has not joined, and a handle that is free");
        let groups: Vec<&str> = self.groups.iter().map(String::as_str).collect();
        Member {
            id: profile.id.clone(),
            handle: self.sub.clone(),
            token: self.world.token(&self.sub, &groups),
            profile,
        }
    }
}

impl<'a> IntoFuture for NewMember<'a> {
    type Output = Member;
    type IntoFuture = Built<'a, Member>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.join())
    }
}

impl NewProduct<'_> {
    /// For this many cents.
    #[must_use]
    pub fn price(mut self, cents: i64) -> Self {
        self.product.price = Some(Money {
            amount: cents,
            currency: "USD".to_owned(),
        });
        self
    }

    /// Cannot be bought at the moment.
    #[must_use]
    pub fn sold_out(mut self) -> Self {
        self.product.availability = Availability::SoldOut;
        self
    }

    /// Of this Google product category.
    #[must_use]
    pub fn category(mut self, path: &str) -> Self {
        self.product.category = Some(path.to_owned());
        self
    }

    /// Changed in any other way.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Product)) -> Self {
        change(&mut self.product);
        self
    }
}

impl<'a> IntoFuture for NewProduct<'a> {
    type Output = Product;
    type IntoFuture = Built<'a, Product>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let put = [(self.product.clone(), self.description)];
            let stored = self.world.store().load_products(&put).await;
            stored.expect("the table takes a product");
            self.product
        })
    }
}

impl NewPost<'_> {
    /// With this text.
    #[must_use]
    pub fn text(mut self, text: &str) -> Self {
        self.post.text = text.to_owned();
        self
    }

    /// On these topics instead.
    #[must_use]
    pub fn topics(mut self, ids: &[&str]) -> Self {
        self.post.topics = ids
            .iter()
            .map(|id| TopicId::parse(id).expect("a topic of the catalogue"))
            .collect();
        self
    }

    /// Published at this moment instead.
    #[must_use]
    pub fn at(mut self, published_at: Timestamp) -> Self {
        self.post.published_at = Some(published_at);
        self.post.created_at = published_at;
        self
    }

    /// With one more photo, as [`World::ready_photo`] gives it, and these products pinned in it.
    #[must_use]
    pub fn photo(mut self, photo: &Photo, products: &[&str]) -> Self {
        let hotspots = products.iter().enumerate().map(|(index, id)| Hotspot {
            product: ProductId::parse(id).expect("a product id"),
            x: 0.25 + 0.01 * index as f64,
            y: 0.5,
        });
        self.post.kind = PostKind::Photo;
        self.post.photos.push(PostPhoto {
            alt: "A photo".to_owned(),
            hotspots: hotspots.collect(),
            ..PostPhoto::of(photo)
        });
        self.post.status = self.post.status_by_photos();
        if self.post.status != PostStatus::Published {
            self.post.published_at = None;
        }
        self.photos.push(photo.clone());
        self
    }

    /// Changed in any other way.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Post)) -> Self {
        change(&mut self.post);
        self
    }

    /// Naming these products without a photo.
    #[must_use]
    pub fn products(mut self, ids: &[&str]) -> Self {
        self.post.products = ids
            .iter()
            .map(|id| ProductId::parse(id).expect("a product id"))
            .collect();
        self
    }
}

impl<'a> IntoFuture for NewPost<'a> {
    type Output = Post;
    type IntoFuture = Built<'a, Post>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let (store, now) = (self.world.store(), self.world.now());
            let created = store
                .create_post(&self.post, &self.photos, None, None, now)
                .await;
            let created = created.expect("an author who has joined");
            assert_eq!(created, Creation::Done);
            self.post
        })
    }
}
