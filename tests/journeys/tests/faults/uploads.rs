//! Photos: each upload is settled, each post that waited appears once, and no bad file holds up
//! another.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    ids::{PhotoId, PostId},
    posts::{
        PostStatus,
        photo::{Photo, PhotoStatus, Rejection, rendition_key},
    },
};
use harness::World;
use image::{ExtendedColorType, ImageEncoder, codecs::jpeg::JpegEncoder};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::json;
use shared::bucket::upload_key;

use crate::{BATCHES, Met, TRANSACTIONS, callers::Caller, engine::Engine, is_open, timeline, user};

/// A JPEG of 400 by 200 pixels.
pub(crate) fn jpeg() -> Vec<u8> {
    let (width, height) = (400, 200);
    let pixels = [200, 120, 40].repeat((width * height) as usize);
    let mut file = Vec::new();
    let encoded =
        JpegEncoder::new(&mut file).write_image(&pixels, width, height, ExtendedColorType::Rgb8);
    encoded.expect("a JPEG");
    file
}

async fn photo(world: &World, id: PhotoId) -> Photo {
    let found = world.store().photo(id).await.expect("the table answers");
    found.expect("a photo")
}

async fn upload(world: &World, id: PhotoId, file: &[u8]) {
    let key = upload_key(id);
    world.put_object(&key, "image/jpeg", file.to_vec()).await;
}

/// Two posts of two good photos each, and one whose second is cut in half: uploads and posts in
/// any order, with the workers' steps between.
async fn settles(seed: u64) -> Met {
    let world = World::contended().await;
    let mut random = StdRng::seed_from_u64(seed);
    for sub in ["ana", "cleo"] {
        world.member(sub).await;
    }
    world.follow("cleo", "ana").await;
    let (whole, mut engine) = (jpeg(), Engine::new(&world, seed));
    let mut posts: BTreeMap<PostId, PostStatus> = BTreeMap::new();
    let mut tickets = Vec::new();
    for settled in [
        PostStatus::Published,
        PostStatus::NeedsAttention,
        PostStatus::Published,
    ] {
        let ids = [
            world.awaited_photo("ana").await.id,
            world.awaited_photo("ana").await.id,
        ];
        let second = match settled {
            PostStatus::NeedsAttention => &whole[..whole.len() / 2],
            PostStatus::Published | PostStatus::Processing | PostStatus::Hidden => &whole[..],
        };
        let early = random.random_range(0..=2);
        for (id, file) in ids.into_iter().zip([&whole[..], second]).take(early) {
            upload(&world, id, file).await;
        }
        for _ in 0..random.random_range(0..4) {
            engine.step().await;
        }
        let photos = [photo(&world, ids[0]).await, photo(&world, ids[1]).await];
        let post = world.published_post("ana").photo(&photos[0], &[]);
        posts.insert(post.photo(&photos[1], &[]).await.id, settled);
        for (id, file) in ids.into_iter().zip([&whole[..], second]).skip(early) {
            upload(&world, id, file).await;
        }
        for _ in 0..random.random_range(0..4) {
            engine.step().await;
        }
        tickets.extend(ids);
    }
    engine.settle().await;

    for (index, id) in tickets.into_iter().enumerate() {
        let photo = photo(&world, id).await;
        if index == 3 {
            assert_eq!(photo.status, PhotoStatus::Rejected);
            assert_eq!(photo.reason, Some(Rejection::Truncated));
            continue;
        }
        assert_eq!(photo.status, PhotoStatus::Ready, "{index}");
        let image = photo.image.expect("an image");
        for rendition in &image.renditions {
            let key = rendition_key(&image.media, rendition.width);
            assert!(world.object(&key).await.is_some(), "{key} is not there");
        }
    }
    let store = world.store();
    for (id, settled) in &posts {
        let post = store.post_now(*id).await.expect("the table answers");
        assert_eq!(post.expect("a post").status, *settled, "{id}");
    }
    let appeared = posts
        .iter()
        .filter(|(_, status)| **status == PostStatus::Published);
    let appeared: BTreeSet<_> = appeared.map(|(id, _)| *id).collect();
    let (listed, _) = store
        .posts_by(&user("ana"), None, 10)
        .await
        .expect("a list");
    assert_eq!(listed.len(), appeared.len(), "each is listed once");
    assert_eq!(store.member(&user("ana")).await.expect("ana").posts, 2);
    let delivered = timeline(&world, &user("cleo")).await;
    assert_eq!(delivered.len(), appeared.len(), "each is delivered once");
    assert_eq!(delivered.into_iter().collect::<BTreeSet<_>>(), appeared);
    assert_eq!(is_open(&world).await, BTreeSet::new());
    Met::of(&engine.faults)
}

#[tokio::test]
async fn a_post_that_waits_for_its_photos_appears_once_whatever_fails() {
    Box::pin(crate::over_seeds(
        0..30,
        settles,
        &[TRANSACTIONS, BATCHES].concat(),
    ))
    .await;
}

/// A post of a good photo and one that is cut in half, whose author replaces the bad one as soon
/// as they like: the new upload arrives before, meanwhile or after.
async fn replaces(seed: u64) -> Met {
    let world = World::contended().await;
    let mut random = StdRng::seed_from_u64(seed);
    let ana = world.member("ana").prime().await;
    world.member("cleo").await;
    world.follow("cleo", "ana").await;
    let (whole, mut engine) = (jpeg(), Engine::new(&world, seed));
    let caller = Caller::new(&world, seed);
    let [good, bad, better] = [
        world.awaited_photo("ana").await,
        world.awaited_photo("ana").await,
        world.awaited_photo("ana").await,
    ];
    let post = world.published_post("ana").photo(&good, &[]);
    let post = post.photo(&bad, &[]).await.id;
    let mut uploads = vec![
        (good.id, &whole[..]),
        (bad.id, &whole[..whole.len() / 2]),
        (better.id, &whole[..]),
    ];
    let early = random.random_range(0..=uploads.len());
    let late = uploads.split_off(early);
    for (id, file) in uploads {
        upload(&world, id, file).await;
        for _ in 0..random.random_range(0..4) {
            engine.step().await;
        }
    }
    let photos = [good.id, better.id].map(|id| json!({"id": id.to_string()}));
    let patch = caller.posting.patch(&format!("/v1/posts/{post}"));
    let patch = patch.token(&ana.token).json(json!({"photos": photos}));
    let answer = caller.ask(&patch).await;
    assert_eq!(answer.status, 200, "{:?}", answer.json());
    for (id, file) in late {
        upload(&world, id, file).await;
        for _ in 0..random.random_range(0..4) {
            engine.step().await;
        }
    }
    engine.settle().await;

    let store = world.store();
    let shown = store.post_now(post).await.expect("the table answers");
    let shown = shown.expect("a post");
    assert_eq!(shown.status, PostStatus::Published);
    assert!(shown.photos.iter().all(|photo| photo.image.is_some()));
    let (listed, _) = store.posts_by(&ana.id, None, 10).await.expect("a list");
    assert_eq!(listed.len(), 1, "it is listed once");
    assert_eq!(store.member(&ana.id).await.expect("ana").posts, 1);
    assert_eq!(timeline(&world, &user("cleo")).await, [post]);
    assert_eq!(is_open(&world).await, BTreeSet::new());
    let gone = store.photo(bad.id).await.expect("the table answers");
    assert!(gone.is_none(), "the bad one is given up");
    let mut met = Met::of(&engine.faults);
    met.add(&Met::of(&caller.faults));
    met
}

#[tokio::test]
async fn a_post_whose_bad_photo_is_replaced_appears_once_whatever_fails() {
    let faults = [TRANSACTIONS, BATCHES].concat();
    Box::pin(crate::over_seeds(0..16, replaces, &faults)).await;
}
