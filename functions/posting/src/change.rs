//! Changing a post: what is to change is read in a round or two, and written in another.

use std::collections::{HashMap, HashSet};

use axum::{Json, extract::State};
use domain::{
    engagement::Moderation,
    ids::{PhotoId, ProductId},
    money::briefs::Running,
    people::Profile,
    posts::{Hydrated, Post, PostKind, PostPhoto},
    shown::Onlooker,
};
use jiff::Timestamp;
use shared::{
    error::{Conflict, Error, Invalid},
    http::{IfMatch, JsonBody, Path, Viewer},
    store::Uploads,
    table::Anew,
    views::PostView,
};

use crate::{
    App,
    named::{Named, Photos, Products, post_photo, put_poll, put_topics, read_photos, usable},
    posts::{own, post_id},
    wire::{ChangePost, PostChange},
};

/// Changes an own post: an RFC 7396 merge patch. One that has appeared is marked as edited and
/// keeps its photos and its poll; before, a photo can be replaced, which publishes the post if it
/// waits for nothing else.
#[utoipa::path(
    patch,
    path = "/v1/posts/{post_id}",
    tag = "posting",
    params(("post_id" = String, Path)),
    request_body(content = ChangePost, content_type = "application/merge-patch+json"),
    security(("bearer" = [])),
    responses((status = 200, description = "The post, changed.", body = PostView))
)]
pub async fn change_post(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    if_match: IfMatch,
    body: JsonBody,
) -> Result<Json<PostView>, Error> {
    let me = viewer.id;
    let Ok(id) = post_id(&id) else {
        app.acting(&me).await?;
        return Err(Error::NotFound);
    };
    let mut invalid = Invalid::default();
    let change = body.parse_noting::<ChangePost>(&mut invalid);
    let named = change.as_ref().ok().and_then(Option::as_ref);
    let named = named.map(PostChange::named).unwrap_or_default();
    let wanted = named.photo_ids();
    let (member, filter, post, products, photos) = futures::join!(
        app.acting(&me),
        app.filter.now(app.clock.now()),
        app.store.post_now(id),
        app.store.products(named.product_ids()),
        read_photos(&app.store, &wanted),
    );
    let (member, actor) = member?;
    let me = Onlooker::from(&actor);
    let post = own(post?, &me)?;
    let Some(change) = change? else {
        return Err(Error::Invalid(invalid));
    };
    let screened = filter.screen(change.texts());
    let held = screened.holds();
    invalid.unwanted(screened.refused());
    let read = Read {
        products: products?,
        photos: photos?,
        running: Running::default(),
    };
    let change = Wanted {
        change,
        invalid,
        held,
        if_match,
    };
    let changed = Box::pin(app.change(member, me, post, &change, read));
    changed.await.map(Json)
}

/// What is asked for.
struct Wanted {
    change: PostChange,
    /// What is wrong with it already.
    invalid: Invalid,
    /// Whether the filter holds it back.
    held: bool,
    /// Which state it is bound to.
    if_match: IfMatch,
}

/// What a post and its change name, as it was read.
struct Read {
    products: Products,
    photos: Photos,
    /// The briefs that have what its author posts be paid for.
    running: Running,
}

impl Read {
    /// The products of a post that were not read.
    fn lacks(&self, post: &Post) -> Vec<ProductId> {
        let named = post.product_ids().into_iter();
        named
            .filter(|id| !self.products.contains_key(id))
            .cloned()
            .collect()
    }
}

impl App {
    async fn change(
        &self,
        me: Profile,
        onlooker: Onlooker,
        mut before: Post,
        wanted: &Wanted,
        mut read: Read,
    ) -> Result<PostView, Error> {
        let change = &wanted.change;
        let store = &self.store;
        let kept = read.lacks(&before);
        let (kept, photos, acts, running) = futures::try_join!(
            store.products(&kept),
            self.waiting_photos(&before, &read.photos),
            store.acts_at(&me.id, before.id),
            store.running_briefs(&me.id),
        )?;
        read.running = running;
        read.products.extend(kept);
        read.photos.extend(photos);
        let mut anew = Anew::standing_on("the post");
        loop {
            let now = self.clock.now();
            let after = change.apply(&before, wanted, &read, now)?;
            let uploads = uploads(&before, &after, &read.photos)?;
            if self.as_seen(&wanted.if_match, &before).await?
                && (after == before || store.change_post(&before, &after, &uploads, now).await?)
            {
                let mut onlooker = onlooker;
                onlooker.did([(after.id, acts)]);
                let mut read = Hydrated {
                    products: read.products,
                    people: HashMap::from([(me.id.clone(), me)]),
                    onlooker,
                    exact: true,
                    ..Hydrated::default()
                };
                self.reads.around([&after], now, &mut read).await?;
                let after = read.onlooker.opens(after).ok_or(Error::NotFound)?;
                return Ok(self.present.post(&after, &read, now));
            }
            anew.begin().await?;
            before = own(store.post_now(before.id).await?, &onlooker)?;
            let mut wanted = change.named().photo_ids();
            if !before.has_appeared() {
                wanted.extend(before.photo_ids());
            }
            // Whoever changed it may have named other products.
            let named = read.lacks(&before);
            let (named, photos) =
                futures::try_join!(store.products(&named), read_photos(store, &wanted))?;
            read.products.extend(named);
            read.photos = photos;
        }
    }

    /// The uploads of a post that waits, save those read already: each may be ready meanwhile.
    async fn waiting_photos(&self, post: &Post, read: &Photos) -> Result<Photos, Error> {
        if post.has_appeared() {
            return Ok(Photos::new());
        }
        let mut ids = post.photo_ids();
        ids.retain(|id| !read.contains_key(id));
        read_photos(&self.store, &ids).await
    }
}

/// What becomes of uploads when a post changes so.
fn uploads<'a>(before: &Post, after: &Post, photos: &'a Photos) -> Result<Uploads<'a>, Error> {
    let had: HashSet<_> = before.photo_ids().into_iter().collect();
    let has: HashSet<_> = after.photo_ids().into_iter().collect();
    let mut claimed = Vec::new();
    for id in has.difference(&had) {
        let photo = photos.get(id).ok_or(Error::NotFound)?;
        if photo.post.is_some() {
            return Err(Error::Conflict(Conflict::PhotoTaken));
        }
        claimed.push(photo);
    }
    let awaited = after.all_photos().filter(|photo| photo.is_awaited());
    Ok(Uploads {
        claimed,
        awaited: awaited
            .map(|photo| photo.id)
            .filter(|id| had.contains(id))
            .collect(),
        given_up: had.difference(&has).copied().collect(),
    })
}

impl PostChange {
    fn named(&self) -> Named<'_> {
        Named {
            photos: self.photos.as_deref().unwrap_or_default(),
            products: self.products.as_deref().unwrap_or_default(),
            poll: self.poll.as_ref(),
        }
    }

    /// Every text that it changes, with the pointer to where.
    fn texts(&self) -> impl Iterator<Item = (String, &str)> {
        let text = self.text.iter();
        let text = text.map(|text| ("/text".to_owned(), text.as_str()));
        text.chain(self.named().texts())
    }

    /// The post as it is to be.
    fn apply(
        &self,
        before: &Post,
        wanted: &Wanted,
        read: &Read,
        now: Timestamp,
    ) -> Result<Post, Error> {
        let (mut after, mut invalid) = (before.clone(), wanted.invalid.clone());
        // What was pinned before stays, in the catalogue or not.
        let had = before.product_ids();
        let known = |id: &_| read.products.contains_key(id) || had.contains(id);
        self.named().check_products(known, &mut invalid);
        if let Some(text) = &self.text {
            after.text.clone_from(text);
        }
        if let Some(products) = &self.products {
            after.products = products.iter().map(|(_, id)| id.clone()).collect();
        }
        if before.has_appeared() {
            self.keep_photos(before, &mut after, &mut invalid);
        } else {
            self.replace_photos(before, &mut after, read, now, &mut invalid);
        }
        if let Some(at) = self.closes_at {
            match &mut after.poll {
                Some(poll) => drop(invalid.check("/poll/closes_at", poll.end_at(at, now))),
                None => invalid.add("/poll", "belongs to posts of another kind"),
            }
        }
        for (field, detail) in after.kind.faults(after.parts()) {
            invalid.add(format!("/{field}"), detail);
        }
        invalid.finish()?;
        if let Some(chosen) = &self.topics {
            put_topics(chosen, &read.products, None, &mut after);
        }
        if wanted.held && after != *before && after.moderation.is_none() {
            after.hide(Moderation::by_filter(now));
        }
        after.settle(now);
        after.tag(before, now);
        if after != *before {
            after.edition += 1;
            after.sponsored |= read.running.pay_for(&after, now);
            if before.has_appeared() {
                after.edited_at = Some(now);
            }
        }
        Ok(after)
    }

    /// Changes texts and hotspots of the photos of a post that has appeared, and refuses more.
    fn keep_photos(&self, before: &Post, after: &mut Post, invalid: &mut Invalid) {
        if let Some(drafts) = &self.photos {
            let same = drafts
                .iter()
                .map(|draft| draft.id)
                .eq(before.photos.iter().map(|photo| photo.id));
            if !same {
                let detail = "must name the same photos in the same order: the post has appeared";
                invalid.add("/photos", detail);
            }
            for (draft, photo) in drafts.iter().zip(&mut after.photos) {
                let (image, rejected) = (photo.image.take(), photo.rejected);
                *photo = PostPhoto {
                    image,
                    rejected,
                    ..post_photo(draft)
                };
            }
        }
        if self.poll.is_some() {
            let detail = match before.kind {
                PostKind::Poll => "cannot be changed once the post has appeared",
                PostKind::Story
                | PostKind::Photo
                | PostKind::Review
                | PostKind::Link
                | PostKind::Question => "belongs to posts of another kind",
            };
            invalid.add("/poll", detail);
        }
    }

    /// Replaces photos and poll of a post that waits.
    fn replace_photos(
        &self,
        before: &Post,
        after: &mut Post,
        read: &Read,
        now: Timestamp,
        invalid: &mut Invalid,
    ) {
        let named = self.named();
        named.check_poll(now, invalid);
        if let Some(drafts) = &self.photos {
            after.photos = drafts.iter().map(post_photo).collect();
        }
        if let Some(poll) = &self.poll {
            put_poll(poll, after);
        }
        let had = before.photo_ids();
        let in_both = twice(after);
        for (pointer, id) in named.photos() {
            if in_both.contains(&id) {
                invalid.add(pointer, "is named twice");
            } else if !had.contains(&id) {
                invalid.check(&pointer, usable(read.photos.get(&id), &before.author, now));
            }
        }
        after.look_at(read.photos.values());
    }
}

/// The photos that a post names more than once: by itself and by its poll.
fn twice(post: &Post) -> HashSet<PhotoId> {
    let mut seen = HashSet::new();
    let ids = post.photo_ids().into_iter();
    ids.filter(|id| !seen.insert(*id)).collect()
}
