//! That it is noted how often somebody opens their feed.

use domain::feeds::{Rate, WINDOW};

use super::*;

/// What is noted of Ben, who follows Ana, after she published so many posts and he read all.
async fn noted(posts: usize) -> (Option<Rate>, f64) {
    let world = World::new().await;
    let ben = world.member("ben").await;
    world.member("ana").await;
    world.follow("ben", "ana").await;
    for _ in 0..posts {
        world.advance(SignedDuration::from_secs(10));
        let post = world.published_post("ana").await;
        deliver(&world, &post, &["ben"]).await;
    }
    let (http, meter) = metered(&world);
    let read = read_all(&http, &ben.token, 10).await;
    assert_eq!(read.len(), posts);
    let own = world.store().own(&ben.id).await.unwrap();
    (own.rate, meter.take().wcu)
}

#[tokio::test]
async fn of_all_pages_the_first_is_noted_where_candidates_come_to_five_a_day() {
    let (rate, wcu) = noted(WINDOW + 6).await;
    let rate = rate.unwrap();
    assert_eq!((rate.reads, rate.bucket, wcu), (1.0, None, 1.0));
    // Six are all of thirty days.
    assert_eq!(noted(6).await, (None, 0.0));
}

#[tokio::test]
async fn of_two_who_note_at_once_one_does() {
    let world = World::new().await;
    let ben = world.member("ben").await;
    let (store, now) = (world.store(), world.now());
    let first = Rate::noted(None, 0, now);
    let other = Rate::noted(None, 0, now + SignedDuration::from_secs(60));
    for rate in [first, other] {
        store.note_rate(&ben.id, None, &rate).await.unwrap();
    }
    assert_eq!(store.own(&ben.id).await.unwrap().rate, Some(first));
    store
        .note_rate(&ben.id, Some(&first), &other)
        .await
        .unwrap();
    assert_eq!(store.own(&ben.id).await.unwrap().rate, Some(other));
}
