//! Creating a post: what it names is read in one round, and written in another.

use std::collections::HashMap;

use axum::{extract::State, response::Response};
use domain::{
    catalogue::review::Review,
    claim::Claim,
    engagement::Moderation,
    ids::{PostId, UserId},
    money::briefs::{Brief, Running, Status},
    people::{Profile, Rules},
    posts::{Hydrated, Post, photo::Photo},
    quota::Quota,
    shown::Onlooker,
};
use jiff::Timestamp;
use shared::{
    error::{Conflict, Error, Invalid},
    http::{JsonBody, Prime, created},
    store::Creation,
    table::Anew,
    views::PostView,
};

use crate::{
    App,
    named::{Named, Photos, Products, post_photo, put_poll, put_topics, read_photos, usable},
    wire::{Draft, NO_BRIEF, NO_REVIEW, NewPost},
};

const ROUTE: &str = "POST /v1/posts";

/// Posts something of any kind. It is published at once when its photos are ready; else its author
/// alone sees it until they are.
#[utoipa::path(
    post,
    path = "/v1/posts",
    tag = "posting",
    request_body = NewPost,
    security(("bearer" = [])),
    responses((status = 201, description = "The post.", body = PostView))
)]
pub async fn create_post(
    State(app): State<App>,
    Prime(viewer): Prime,
    body: JsonBody,
) -> Result<Response, Error> {
    let mut invalid = Invalid::default();
    let read = body
        .parse_noting::<NewPost>(&mut invalid)
        .and_then(|draft| Ok((draft, body.claim(&viewer, ROUTE)?)));
    let (draft, claim) = match read {
        Ok(read) => read,
        // Who may not post is told so first.
        Err(error) => return Err(app.acting(&viewer.id).await.err().unwrap_or(error)),
    };
    let Some(draft) = draft else {
        app.acting(&viewer.id).await?;
        return Err(Error::Invalid(invalid));
    };
    Box::pin(app.publish(&viewer.id, &draft, &invalid, claim.as_ref())).await
}

/// What a draft names, as it was read.
struct Read {
    products: Products,
    photos: Photos,
    review: Option<Review>,
    /// The brief that it is posted for, if its author accepted that.
    brief: Option<Brief>,
    /// The briefs that have what its author posts be paid for.
    running: Running,
}

impl App {
    async fn publish(
        &self,
        me: &UserId,
        draft: &Draft,
        invalid: &Invalid,
        claim: Option<&Claim>,
    ) -> Result<Response, Error> {
        let (store, id) = (&self.store, PostId(self.ids.ulid()));
        let wanted = draft.named().photo_ids();
        let (member, filter, made, products, photos, review, brief, running) = futures::join!(
            self.acting(me),
            self.filter.now(self.clock.now()),
            self.made_before(claim),
            store.products(draft.named().product_ids()),
            read_photos(store, &wanted),
            self.read_review(me, draft),
            self.read_brief(me, draft),
            store.running_briefs(me),
        );
        let ((member, actor), mut made) = (member?, made?);
        let me = actor.id();
        let mut invalid = invalid.clone();
        let screened = filter.screen(draft.texts());
        let held = screened.holds();
        invalid.unwanted(screened.refused());
        let mut read = Read {
            products: products?,
            photos: photos?,
            review: review?,
            brief: brief?,
            running: running?,
        };
        let quota = Quota {
            user: me.clone(),
            kind: "posts",
            limit: self.posts_an_hour,
        };
        let mut anew = Anew::standing_on("what the post stands on");
        loop {
            if let Some(made) = made {
                return self.replay(&made, member).await;
            }
            let now = self.clock.now();
            let claimed = match draft.check(me, &invalid, &read, now) {
                Ok(claimed) => claimed,
                // The first request with this key may have been carried out since it was looked
                // for, and so be what took the photo, or shared the review.
                Err(error) => match self.made_before(claim).await? {
                    Some(made) => return self.replay(&made, member).await,
                    None => return Err(error),
                },
            };
            let post = draft.post(id, me, &read, held, now);
            let (created, shown) = futures::join!(
                Box::pin(store.create_post(&post, &claimed, claim, Some(&quota), now)),
                Box::pin(self.shown(&post, member.clone(), &read.products)),
            );
            let created = created?;
            if created != Creation::Done {
                anew.begin().await?;
            }
            match created {
                Creation::Done => return self.answer(post, &shown?),
                Creation::PhotosChanged => read.photos = read_photos(store, &wanted).await?,
                Creation::ReviewChanged => read.review = self.read_review(me, draft).await?,
                Creation::KeyUsed => made = self.made_before(claim).await?,
            }
        }
    }

    async fn read_review(&self, me: &UserId, draft: &Draft) -> Result<Option<Review>, Error> {
        match &draft.review {
            Some(review) => self.store.review(me, review).await,
            None => Ok(None),
        }
    }

    async fn read_brief(&self, me: &UserId, draft: &Draft) -> Result<Option<Brief>, Error> {
        let brief = match draft.brief {
            Some(brief) => self.store.brief(me, brief).await?,
            None => None,
        };
        Ok(brief.filter(|brief| brief.status == Status::Accepted))
    }

    async fn made_before(&self, claim: Option<&Claim>) -> Result<Option<String>, Error> {
        match claim {
            Some(claim) => self.store.made_before(claim, self.clock.now()).await,
            None => Ok(None),
        }
    }

    /// Answers a repeated request with what the first one made, as it is now.
    async fn replay(&self, made: &str, member: Profile) -> Result<Response, Error> {
        let id: PostId = made.parse().map_err(Error::internal)?;
        let post = self.store.post_now(id).await?.ok_or(Error::Gone)?;
        let shown = self.shown(&post, member, &Products::new()).await?;
        self.answer(post, &shown)
    }

    /// What stands in a post of this author's, besides the products that were read: only a review
    /// says what it is about.
    async fn shown(
        &self,
        post: &Post,
        author: Profile,
        read: &Products,
    ) -> Result<Hydrated, Error> {
        let mut read = Hydrated {
            products: read.clone(),
            people: HashMap::from([(author.id.clone(), author)]),
            onlooker: Onlooker::new(post.author.clone(), Rules::default()),
            ..Hydrated::default()
        };
        let now = self.clock.now();
        self.reads.around([post], now, &mut read).await?;
        Ok(read)
    }

    fn answer(&self, post: Post, read: &Hydrated) -> Result<Response, Error> {
        let path = format!("/v1/posts/{}", post.id);
        let post = read.onlooker.opens(post).ok_or(Error::NotFound)?;
        let view = self.present.post(&post, read, self.clock.now());
        created(&self.api_url, &path, view)
    }
}

impl Draft {
    fn named(&self) -> Named<'_> {
        Named {
            photos: &self.photos,
            products: &self.products,
            poll: self.poll.as_ref(),
        }
    }

    /// Every text that others are to read, with the pointer to where.
    fn texts(&self) -> impl Iterator<Item = (String, &str)> {
        let text = ("/text".to_owned(), self.text.as_str());
        let link = self.link.iter();
        let link = link.map(|link| ("/link/url".to_owned(), link.url.as_str()));
        std::iter::once(text)
            .chain(link)
            .chain(self.named().texts())
    }

    /// Holds the draft against what was read: the uploads to claim, if nothing is wrong with any
    /// field.
    fn check(
        &self,
        me: &UserId,
        invalid: &Invalid,
        read: &Read,
        now: Timestamp,
    ) -> Result<Vec<Photo>, Error> {
        let (named, mut invalid) = (self.named(), invalid.clone());
        named.check_products(|id| read.products.contains_key(id), &mut invalid);
        named.check_poll(now, &mut invalid);
        let mut mine = Vec::new();
        for (pointer, id) in named.photos() {
            let usable = usable(read.photos.get(&id), me, now);
            mine.extend(invalid.check(&pointer, usable));
        }
        if self.review.is_some() && read.review.is_none() {
            invalid.add("/review_id", NO_REVIEW);
        }
        if self.brief.is_some() && read.brief.is_none() {
            invalid.add("/brief_id", NO_BRIEF);
        }
        invalid.finish()?;
        if mine.iter().any(|photo| photo.is_claimed()) {
            return Err(Error::Conflict(Conflict::PhotoTaken));
        }
        let review = read.review.as_ref();
        if review.is_some_and(|review| review.shared_as.is_some()) {
            return Err(Error::Conflict(Conflict::ReviewShared));
        }
        Ok(mine.into_iter().cloned().collect())
    }

    /// The post, with photos in the order of the draft; hidden where it is `held`.
    fn post(&self, id: PostId, author: &UserId, read: &Read, held: bool, now: Timestamp) -> Post {
        let mut post = Post {
            text: self.text.clone(),
            photos: self.photos.iter().map(post_photo).collect(),
            products: self.products.iter().map(|(_, id)| id.clone()).collect(),
            link: self.link.clone(),
            review: read.review.as_ref().map(Into::into),
            ..Post::new(id, author.clone(), self.kind, now)
        };
        if let Some(poll) = &self.poll {
            put_poll(poll, &mut post);
        }
        let reviewed = read.review.as_ref();
        let reviewed = reviewed.and_then(|review| review.category.as_deref());
        put_topics(&self.topics, &read.products, reviewed, &mut post);
        post.look_at(read.photos.values());
        if held {
            post.hide(Moderation::by_filter(now));
        }
        post.settle(now);
        post.sponsored = read.brief.is_some() || read.running.pay_for(&post, now);
        post
    }
}
