//! Creating a post: what it names is read in one round, and written in another.

use std::collections::{BTreeSet, HashMap, HashSet};

use axum::{extract::State, response::Response};
use jiff::Timestamp;
use shared::{
    domain::{
        ids::{PhotoId, PostId, ProductId, UserId},
        people::Profile,
        photo::{Photo, PhotoStatus},
        post::{Post, PostPhoto, PostStatus},
        product::Product,
        topics,
    },
    error::{Conflict, Error, Invalid},
    http::{
        JsonBody, Prime, Refusals, created,
        views::{Hydrated, PostView, rejection},
    },
    store::{Claim, Creation},
};

use crate::{
    App,
    posts::ATTEMPTS,
    wire::{Draft, NO_PRODUCT, NewPost},
};

const ROUTE: &str = "POST /v1/posts";

/// Posts a story or a photo. It is published at once when its photos are ready; else its author
/// alone sees it until they are.
#[utoipa::path(
    post,
    path = "/v1/posts",
    tag = "Posting",
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters; the same key and body within 24 hours make one post.")),
    request_body = NewPost,
    security(("bearer" = [])),
    responses((status = 201, body = PostView, headers(("Location" = String))), Refusals)
)]
pub async fn create_post(
    State(app): State<App>,
    Prime(viewer): Prime,
    body: JsonBody,
) -> Result<Response, Error> {
    let me = viewer.id;
    let mut invalid = Invalid::default();
    let read = body
        .parse_noting::<NewPost>(&mut invalid)
        .and_then(|draft| Ok((draft, body.idempotency_key()?)));
    let (draft, key) = match read {
        Ok(read) => read,
        // Who has not joined is told so first.
        Err(error) => return Err(app.store.member(&me).await.err().unwrap_or(error)),
    };
    let claim = key.map(|key| Claim {
        user: me.clone(),
        route: ROUTE,
        key: key.key,
        body_hash: key.body_hash,
    });
    let Some(draft) = draft else {
        app.store.member(&me).await?;
        return Err(Error::Invalid(invalid));
    };
    app.publish(&me, &draft, &invalid, claim.as_ref()).await
}

/// The catalogue's part of what a draft names.
type Products = HashMap<ProductId, Product>;

impl App {
    async fn publish(
        &self,
        me: &UserId,
        draft: &Draft,
        invalid: &Invalid,
        claim: Option<&Claim>,
    ) -> Result<Response, Error> {
        let (store, id) = (&self.store, PostId(self.context.ids.ulid()));
        let wanted: Vec<PhotoId> = draft.photos.iter().map(|photo| photo.id).collect();
        let (member, made, products, photos) = futures::join!(
            store.member(me),
            self.made_before(claim),
            store.products(draft.product_ids()),
            store.photos(&wanted),
        );
        let (member, mut made, products, mut photos) = (member?, made?, products?, photos?);
        for _ in 0..ATTEMPTS {
            if let Some(made) = made {
                return self.replay(&made, member).await;
            }
            let now = self.context.clock.now();
            let photos_now = match draft.check(me, invalid, &products, &photos, now) {
                Ok(photos) => photos,
                // The first request with this key may have been carried out since it was looked
                // for, and so be what took the photo.
                Err(error) => match self.made_before(claim).await? {
                    Some(made) => return self.replay(&made, member).await,
                    None => return Err(error),
                },
            };
            let post = draft.post(id, me, &photos_now, &products, now);
            match store.create_post(&post, &photos_now, claim, now).await? {
                Creation::Done => return self.answer(&post, member, products).await,
                Creation::PhotosChanged => photos = store.photos(&wanted).await?,
                Creation::KeyUsed => made = self.made_before(claim).await?,
            }
        }
        Err(Error::unavailable("what the post stands on kept changing"))
    }

    async fn made_before(&self, claim: Option<&Claim>) -> Result<Option<String>, Error> {
        match claim {
            Some(claim) => {
                self.store
                    .made_before(claim, self.context.clock.now())
                    .await
            }
            None => Ok(None),
        }
    }

    /// Answers a repeated request with what the first one made, as it is now.
    async fn replay(&self, made: &str, member: Profile) -> Result<Response, Error> {
        let id: PostId = made.parse().map_err(Error::internal)?;
        let post = self.store.post_now(id).await?.ok_or(Error::NotFound)?;
        let products = self.store.products(post.product_ids()).await?;
        self.answer(&post, member, products).await
    }

    async fn answer(
        &self,
        post: &Post,
        author: Profile,
        products: Products,
    ) -> Result<Response, Error> {
        let read = Hydrated {
            people: HashMap::from([(author.id.clone(), author)]),
            smiled: Some(HashSet::new()),
            ..self.priced(products).await?
        };
        let view = self.present.post(post, &read);
        created(
            &self.context.config.api_url,
            &format!("/v1/posts/{}", post.id),
            view,
        )
    }
}

impl Draft {
    /// Every product that it names, once.
    fn product_ids(&self) -> BTreeSet<&ProductId> {
        self.named_products().map(|(_, id)| id).collect()
    }

    /// Every product that it names, with the pointer to where, in the order of the body.
    fn named_products(&self) -> impl Iterator<Item = (String, &ProductId)> {
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
        pinned.chain(listed)
    }

    /// Holds the draft against what was read: its photos, if nothing is wrong with any field.
    fn check(
        &self,
        me: &UserId,
        invalid: &Invalid,
        products: &Products,
        photos: &[Option<Photo>],
        now: Timestamp,
    ) -> Result<Vec<Photo>, Error> {
        let mut invalid = invalid.clone();
        for (pointer, id) in self.named_products() {
            if !products.contains_key(id) {
                invalid.add(pointer, NO_PRODUCT);
            }
        }
        let mut mine = Vec::with_capacity(photos.len());
        for (named, read) in self.photos.iter().zip(photos) {
            let usable = usable(read.as_ref(), me, now);
            mine.extend(invalid.check(&format!("/photos/{}/id", named.index), usable));
        }
        invalid.finish()?;
        if mine.iter().any(|photo| photo.post.is_some()) {
            return Err(Error::Conflict(Conflict::PhotoTaken));
        }
        Ok(mine.into_iter().cloned().collect())
    }

    /// The post, with photos in the order of the draft.
    fn post(
        &self,
        id: PostId,
        author: &UserId,
        photos: &[Photo],
        products: &Products,
        now: Timestamp,
    ) -> Post {
        let with_image = self
            .photos
            .iter()
            .zip(photos)
            .map(|(named, photo)| PostPhoto {
                id: photo.id,
                alt: named.alt.clone(),
                hotspots: named
                    .hotspots
                    .iter()
                    .map(|(_, spot)| spot.clone())
                    .collect(),
                image: photo.image.clone(),
                rejected: photo.reason,
            });
        let topics = if self.topics.is_empty() {
            let named = self.named_products().filter_map(|(_, id)| products.get(id));
            topics::work_out(&self.text, named)
        } else {
            self.topics.clone()
        };
        let mut post = Post {
            id,
            author: author.clone(),
            kind: self.kind,
            status: PostStatus::Processing,
            text: self.text.clone(),
            photos: with_image.collect(),
            products: self.products.iter().map(|(_, id)| id.clone()).collect(),
            topics,
            smiles: 0,
            comments: 0,
            saves: 0,
            created_at: now,
            published_at: None,
        };
        post.status = post.status_by_photos();
        post.published_at = (post.status == PostStatus::Published).then_some(now);
        post
    }
}

/// Whether a photo can be posted by this person, save that another post may have it.
fn usable<'a>(photo: Option<&'a Photo>, me: &UserId, now: Timestamp) -> Result<&'a Photo, String> {
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
