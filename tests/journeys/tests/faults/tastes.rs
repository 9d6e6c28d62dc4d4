//! What a reader says of posts counts once, and nobody is shown more for sponsors than a day allows, whatever fails.

use std::collections::BTreeMap;

use domain::{
    feeds::{Entry, Sponsorship, Surface},
    ids::SponsorshipId,
};
use futures::future::join_all;
use harness::World;
use jiff::SignedDuration;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::json;
use ulid::Ulid;

use crate::{
    Met, TRANSACTIONS,
    callers::{Caller, met},
};

/// Ben taps twice, each time on another instance, what he wants more and less of.
async fn says(seed: u64) -> Met {
    let world = World::contended().await;
    let ben = world.member("ben").await;
    let mut posts = Vec::new();
    for author in ["ana", "cleo"] {
        world.member(author).await;
        for _ in 0..3 {
            posts.push(world.published_post(author).await);
        }
    }
    let apps = [2 * seed, 2 * seed + 1].map(|seed| Caller::new(&world, seed));
    let mut random = StdRng::seed_from_u64(seed);
    let mut last = BTreeMap::new();
    for _ in 0..8 {
        let post = &posts[random.random_range(0..posts.len())];
        let more = random.random_bool(0.5);
        let path = format!("/v1/feed/items/{}/feedback", post.id);
        let taps = apps.iter().map(async |app| {
            let request = app.feed.put(&path).token(&ben.token);
            app.ask(&request.json(json!({ "more": more }))).await
        });
        for answer in join_all(taps).await {
            assert_eq!(answer.status, 204, "{:?}", answer.json());
        }
        last.insert(post.id, more);
    }
    let own = world.store().own(&ben.id).await.expect("ben");
    for author in ["ana", "cleo"] {
        let author = crate::user(author);
        let of = posts.iter().filter(|post| post.author == author);
        let said = of.filter_map(|post| last.get(&post.id));
        let said: f64 = said.map(|more| if *more { 1.0 } else { -1.0 }).sum();
        let kept = own.taste.authors().find(|(hash, _)| *hash == author.hash());
        let kept = kept.map_or(0.0, |(_, weight)| weight);
        assert!((kept - said).abs() < 1e-6, "{kept} of {said}: {last:?}");
    }
    met(&apps)
}

/// Ben opens his feed again and again, in which a sponsored post may stand twice a day.
async fn shows(seed: u64) -> Met {
    let world = World::contended().await;
    let ben = world.member("ben").await;
    world.member("ana").await;
    world.member("emil").await;
    world.follow("ben", "ana").await;
    let store = world.store();
    for _ in 0..6 {
        let post = world.published_post("ana").await;
        let entry = Entry::of(&post).expect("a published post");
        store.put_into_head(&entry, world.now()).await.expect("put");
        store.close(entry.at).await.expect("closed");
    }
    let ad = world.published_post("emil").await;
    let ends_at = world.now() + SignedDuration::from_hours(48);
    let millis = u64::try_from(ends_at.as_millisecond()).expect("after 1970");
    let sponsorship = Sponsorship {
        id: SponsorshipId(Ulid::from_parts(millis, 7)),
        post: ad.id,
        topics: [].into(),
        places: Surface::ALL.into(),
        starts_at: world.now(),
        ends_at,
        per_reader_day: 2,
    };
    let begun = store.sponsor(&sponsorship, &ad, None, world.now()).await;
    assert!(begun.expect("answered"));

    let app = Caller::new(&world, seed);
    let mut shown = 0;
    for time in 0.. {
        // In the end nothing fails.
        if time == 6 {
            app.faults.calm();
        }
        let page = app.feed.get("/v1/feed?limit=20").token(&ben.token);
        let page = app.ask(&page).await;
        let items = page.expect(200).json()["items"].clone();
        let items = items.as_array().expect("items");
        assert!(items.len() >= 6, "{items:?}");
        let sponsored = |item: &&serde_json::Value| item["reason"]["kind"] == "sponsored";
        let here = items.iter().filter(sponsored).count();
        shown += here;
        if time == 6 {
            assert_eq!(here, 0, "each page before counted, or had none to show");
            break;
        }
    }
    assert!(shown <= 2, "{shown}");
    Met::of(&app.faults)
}

#[tokio::test]
async fn what_is_said_of_a_post_counts_once_whatever_fails() {
    crate::over_seeds(0..24, says, TRANSACTIONS).await;
}

#[tokio::test]
async fn nobody_is_shown_a_sponsored_post_more_often_than_a_day_allows_whatever_fails() {
    crate::over_seeds(0..24, shows, &[]).await;
}
