//! Posts that are shown for sponsors.

use std::collections::BTreeSet;

use domain::{
    feeds::{Sponsorship, Surface},
    ids::SponsorshipId,
};
use harness::{Member, World};
use ulid::Ulid;

use super::*;

/// Has a post shown for a sponsor for two days from now on.
async fn sponsor(world: &World, post: &Post, topics: &[&str], per_reader_day: u8) -> SponsorshipId {
    let ends_at = world.now() + SignedDuration::from_hours(48);
    let millis = u64::try_from(ends_at.as_millisecond()).unwrap();
    let id = SponsorshipId(Ulid::from_parts(millis, post.id.0.random()));
    let sponsorship = Sponsorship {
        id,
        post: post.id,
        topics: topics.iter().filter_map(|id| TopicId::parse(id)).collect(),
        places: Surface::ALL.into(),
        starts_at: world.now(),
        ends_at,
        per_reader_day,
    };
    let store = world.store();
    let now = store.post_now(post.id).await.unwrap().unwrap();
    let begun = store.sponsor(&sponsorship, &now, None, world.now());
    assert!(begun.await.unwrap());
    id
}

/// Ben, who follows three people with posts enough, and some posts by somebody whom he does not follow.
async fn street(others: usize) -> (World, Http, Member, Vec<Post>) {
    let world = World::contended().await;
    let ben = world.member("ben").await;
    for author in ["ana", "cleo", "dora", "emil"] {
        world.member(author).await;
    }
    for number in 0..30 {
        let author = ["ana", "cleo", "dora"][number % 3];
        if number < 3 {
            world.follow("ben", author).await;
        }
        world.advance(SignedDuration::from_secs(1));
        let post = world.published_post(author).topics(&[&other_topic()]).await;
        deliver(&world, &post, &["ben"]).await;
    }
    let mut posts = Vec::new();
    for _ in 0..others {
        let post = world.published_post("emil").topics(&[&other_topic()]).await;
        deliver(&world, &post, &[]).await;
        posts.push(post);
    }
    let http = feeds(&world);
    (world, http, ben, posts)
}

/// The places of sponsored items in a home feed, from 1, over all pages of so many, with what they show.
async fn slots(http: &Http, ben: &Member, limit: usize) -> Vec<(usize, String)> {
    slots_on(http, Some(ben), &format!("/v1/feed?limit={limit}"))
        .await
        .0
}

/// The places of sponsored items, likewise, with all that is shown.
async fn slots_on(
    http: &Http,
    reader: Option<&Member>,
    path: &str,
) -> (Vec<(usize, String)>, Vec<String>) {
    let (mut at, mut slots, mut all) = (0, Vec::new(), Vec::new());
    let mut cursor = String::new();
    loop {
        let page = http.get(&format!("{path}{cursor}"));
        let page = match reader {
            Some(reader) => page.token(&reader.token),
            None => page,
        };
        let answer = page.send().await.expect(200);
        all.extend(ids(&answer));
        for item in answer.json()["items"].as_array().unwrap() {
            at += 1;
            let labels = item["post"]["labels"].as_array().unwrap();
            if item["reason"]["kind"] == "sponsored" {
                assert_eq!(labels.as_slice(), ["sponsored"]);
                assert_eq!(item["post"]["disclosure"]["text"], "Sponsored");
                assert_eq!(item["reason"]["text"], "Sponsored");
                slots.push((at, item["post"]["id"].as_str().unwrap().to_owned()));
            }
        }
        match next(&answer) {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return (slots, all),
        }
    }
}

#[tokio::test]
async fn three_sponsored_posts_stand_at_their_places_each_once_whatever_the_pages() {
    let (world, http, ben, posts) = street(4).await;
    assert_eq!(slots(&http, &ben, 20).await, []);
    for post in &posts {
        sponsor(&world, post, &[], 5).await;
    }
    for limit in [20, 7, 100] {
        let slots = slots(&http, &ben, limit).await;
        let places: Vec<_> = slots.iter().map(|(place, _)| *place).collect();
        assert_eq!(places, [5, 13, 21], "{limit}");
        let shown: BTreeSet<_> = slots.into_iter().map(|(_, id)| id).collect();
        assert_eq!(shown.len(), 3);
        let all = read_all(&http, &ben.token, 50).await;
        assert_eq!(
            (all.len(), all.iter().collect::<BTreeSet<_>>().len()),
            (33, 33)
        );
    }
}

#[tokio::test]
async fn a_reader_is_shown_a_sponsored_post_so_often_a_day_and_again_the_next() {
    let (world, http, ben, posts) = street(1).await;
    sponsor(&world, &posts[0], &[], 2).await;
    let path = format!("/v1/feed/items/{}", posts[0].id);
    let rule = async || {
        let told = http.get(&path).token(&ben.token).send().await.expect(200);
        told.json()["rule"].clone()
    };
    for (day, counts) in [(0, [1, 1, 0]), (1, [1, 1, 0])] {
        if day == 1 {
            assert_eq!(rule().await, "not-followed");
            world.advance(SignedDuration::from_hours(24));
        }
        let ben = Member {
            token: world.token("ben", &[]),
            ..ben.clone()
        };
        for count in counts {
            // Four items end before its place: nothing is counted.
            let short = http.get("/v1/feed?limit=4").token(&ben.token).send().await;
            assert_eq!(ids(&short.expect(200)).len(), 4);
            assert_eq!(slots(&http, &ben, 10).await.len(), count, "day {day}");
        }
    }
}

#[tokio::test]
async fn who_is_not_meant_is_not_shown_it_nor_is_it_shown_across_a_block_a_mute_or_once_it_is_turned_down()
 {
    let (world, http, ben, posts) = street(4).await;
    let count = async || slots(&http, &ben, 100).await.len();
    sponsor(&world, &posts[0], &[&other_topic()], 5).await;
    assert_eq!(count().await, 0);
    sponsor(&world, &posts[1], &[&first_topic()], 5).await;
    assert_eq!(count().await, 1);
    world.hide(&ben.id, posts[1].id, true).await;
    assert_eq!(count().await, 0);
    let ended = sponsor(&world, &posts[2], &[], 5).await;
    assert_eq!(count().await, 1);
    assert!(world.store().end_sponsorship(ended).await.unwrap());
    assert!(!world.store().end_sponsorship(ended).await.unwrap());
    assert_eq!(count().await, 0);
    let own = world.published_post("ben").await;
    sponsor(&world, &own, &[], 5).await;
    assert_eq!(count().await, 0);
    sponsor(&world, &posts[3], &[], 5).await;
    assert_eq!(count().await, 1);
    let (store, emil, now) = (world.store(), harness::user("emil"), world.now());
    store.mute(&ben.id, &emil, Some(now)).await.unwrap();
    assert_eq!(count().await, 0);
    store.mute(&ben.id, &emil, None).await.unwrap();
    assert_eq!(count().await, 1);
    store.block(&ben.id, &emil, now).await.unwrap();
    assert_eq!(count().await, 0);
}

#[tokio::test]
async fn walls_show_sponsored_posts_at_the_same_places_each_once_also_to_who_is_not_signed_in() {
    let (world, http, ben, posts) = street(4).await;
    for post in &posts {
        sponsor(&world, post, &[&other_topic()], 5).await;
    }
    for sort in ["new", "hot"] {
        for (reader, limit) in [(Some(&ben), 20), (Some(&ben), 1), (None, 7), (None, 100)] {
            let path = format!(
                "/v1/topics/{}/posts?sort={sort}&limit={limit}",
                other_topic()
            );
            let (slots, all) = slots_on(&http, reader, &path).await;
            let places: Vec<_> = slots.iter().map(|(place, _)| *place).collect();
            assert_eq!(places, [5, 13, 21], "{path}");
            let different: BTreeSet<_> = all.iter().collect();
            assert_eq!((all.len(), different.len()), (34, 34), "{path}");
        }
    }
    let elsewhere = format!("/v1/topics/{}/posts", first_topic());
    assert_eq!(slots_on(&http, Some(&ben), &elsewhere).await.0, []);
}

#[tokio::test]
async fn a_wall_counts_what_it_shows_for_the_day_as_a_home_feed_does() {
    let (world, http, ben, posts) = street(1).await;
    sponsor(&world, &posts[0], &[], 2).await;
    let id = posts[0].id.to_string();
    let wall = format!("/v1/topics/{}/posts?sort=new", other_topic());
    let emil = harness::user("emil");
    world
        .store()
        .mute(&ben.id, &emil, Some(world.now()))
        .await
        .unwrap();
    assert_eq!(slots_on(&http, Some(&ben), &wall).await.0, []);
    world.store().mute(&ben.id, &emil, None).await.unwrap();
    assert_eq!(
        slots_on(&http, Some(&ben), &wall).await.0,
        [(5, id.clone())]
    );
    assert_eq!(slots(&http, &ben, 20).await, [(5, id.clone())]);
    let (slots, all) = slots_on(&http, Some(&ben), &wall).await;
    // It is on the wall all the same, as what it is.
    assert!(slots.is_empty() && all.contains(&id));
}

#[tokio::test]
async fn a_sponsored_post_whose_place_the_wall_does_not_reach_is_at_its_end() {
    let (world, http, ben, posts) = street(1).await;
    sponsor(&world, &posts[0], &[], 2).await;
    let id = posts[0].id.to_string();
    let kept = world.published_post("dora").topics(&[&first_topic()]).await;
    deliver(&world, &kept, &[]).await;
    let wall = format!("/v1/topics/{}/posts?sort=new", first_topic());
    let (slots, all) = slots_on(&http, Some(&ben), &wall).await;
    assert_eq!((slots, all), (Vec::new(), vec![kept.id.to_string()]));
    let on_it = world.published_post("emil").topics(&[&first_topic()]).await;
    deliver(&world, &on_it, &[]).await;
    sponsor(&world, &on_it, &[], 2).await;
    let (slots, all) = slots_on(&http, Some(&ben), &wall).await;
    assert_eq!(slots, []);
    assert_eq!(all, [kept.id, on_it.id].map(|post| post.to_string()));
    assert!(!all.contains(&id));
}
