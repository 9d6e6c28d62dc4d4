//! Uploads that nobody settled in time: told of again, or given up.
#![expect(
    clippy::expect_used,
    reason = "a test fails by panicking, and says what it stood on"
)]

use std::time::Duration;

use domain::posts::{
    PostStatus,
    photo::{Photo, PhotoStatus, Rejection},
};
use harness::{Meter, World, sqs_event};
use jiff::SignedDuration;
use photos::{App, handle};
use shared::{
    aws::deadline::before_end,
    bucket::upload_key,
    queue::messages::{PhotoAwaited, PhotosMessage},
};

/// What the janitor tells of it.
fn told_of(photo: &Photo) -> String {
    let message = PhotosMessage::PhotoAwaited(PhotoAwaited {
        photo: photo.id,
        since: photo.created_at,
    });
    serde_json::to_string(&message).expect("JSON")
}

/// The ids of the messages that stay in the queue.
async fn work(world: &World, bodies: &[String]) -> Vec<String> {
    let response = handle(&App::new(&world.context()), sqs_event(bodies)).await;
    let failures = response.batch_item_failures.into_iter();
    failures.map(|failure| failure.item_identifier).collect()
}

async fn upload(world: &World, photo: &Photo) {
    let jpeg = include_bytes!("../imaging/src/tests/odd/jpeg-jfif-2.01.jpg").to_vec();
    world
        .put_object(&upload_key(photo.id), "image/jpeg", jpeg)
        .await;
}

async fn photo(world: &World, photo: &Photo) -> Photo {
    let found = world.store().photo(photo.id).await;
    found.expect("the table answers").expect("a photo")
}

/// How many uploads are awaited for over a quarter of an hour.
async fn awaited(world: &World) -> usize {
    let found = world.store().awaited_photos(world.now(), 10).await;
    found.expect("the table answers").len()
}

#[tokio::test]
async fn an_upload_that_does_not_come_is_rejected_and_its_post_handed_back() {
    let world = World::new().await;
    world.member("ana").prime().await;
    let ticket = world.awaited_photo("ana").await;
    let waiting = world.published_post("ana").photo(&ticket, &[]).await;
    let post = async || {
        let found = world.store().post_now(waiting.id).await;
        found.expect("the table answers").expect("a post")
    };
    for (minutes, status) in [
        (15, PhotoStatus::AwaitingUpload),
        (59, PhotoStatus::AwaitingUpload),
        (1, PhotoStatus::Rejected),
    ] {
        world.advance(SignedDuration::from_mins(minutes));
        assert_eq!(post().await.status, PostStatus::Processing);
        assert_eq!(awaited(&world).await, 1);
        assert!(work(&world, &[told_of(&ticket)]).await.is_empty());
        assert_eq!(photo(&world, &ticket).await.status, status);
    }
    let reason = Some(Rejection::NotUploaded);
    assert_eq!(photo(&world, &ticket).await.reason, reason);
    assert_eq!(awaited(&world).await, 0);
    let given_back = post().await;
    assert_eq!(given_back.status, PostStatus::NeedsAttention);
    assert_eq!(given_back.photos[0].rejected, reason);

    // What comes after that changes nothing, nor does being told again.
    upload(&world, &ticket).await;
    let mut late = world.receive_all("photos").await;
    late.push(told_of(&ticket));
    assert!(work(&world, &late).await.is_empty());
    assert_eq!(photo(&world, &ticket).await.reason, reason);
    assert_eq!(post().await, given_back);
}

#[tokio::test]
async fn an_upload_that_was_lost_on_the_way_is_settled_when_it_is_told_of_again() {
    let world = World::new().await;
    world.member("ana").prime().await;
    let ticket = world.awaited_photo("ana").await;
    let waiting = world.published_post("ana").photo(&ticket, &[]).await;
    upload(&world, &ticket).await;
    assert_eq!(world.receive_all("photos").await.len(), 1, "and lost");
    world.advance(SignedDuration::from_hours(2));
    assert_eq!(awaited(&world).await, 1);
    let bodies = [told_of(&ticket), told_of(&ticket)];
    assert!(work(&world, &bodies).await.is_empty());
    assert_eq!(photo(&world, &ticket).await.status, PhotoStatus::Ready);
    let post = world.store().post_now(waiting.id).await;
    let post = post.expect("the table answers").expect("a post");
    assert_eq!(post.status, PostStatus::Published);
    assert_eq!(awaited(&world).await, 0);
}

#[tokio::test]
async fn a_settled_upload_and_one_whose_ticket_is_gone_are_awaited_no_more() {
    let world = World::new().await;
    let settled = world.awaited_photo("ana").await;
    let rejected = Err(Rejection::Truncated);
    let done = world.store().settle_photo(settled.id, rejected).await;
    done.expect("the table answers");
    let gone = world.awaited_photo("ana").await;
    world.advance(SignedDuration::from_hours(25));
    let now = world.now().as_second();
    world.plane().tables().sweep_expired(now).expect("a sweep");
    assert_eq!(awaited(&world).await, 2);
    let bodies = [told_of(&settled), told_of(&gone)];
    assert!(work(&world, &bodies).await.is_empty());
    assert_eq!(awaited(&world).await, 0);
}

#[tokio::test]
async fn settling_an_upload_ends_the_waiting_for_it() {
    let world = World::new().await;
    let ticket = world.awaited_photo("ana").await;
    upload(&world, &ticket).await;
    let arrived = world.receive_all("photos").await;
    assert!(work(&world, &arrived).await.is_empty());
    world.advance(SignedDuration::from_hours(1));
    assert_eq!(awaited(&world).await, 0);
}

#[tokio::test]
async fn a_batch_without_time_left_is_handed_back_untouched_and_done_when_it_comes_again() {
    let world = World::new().await;
    let ticket = world.awaited_photo("ana").await;
    upload(&world, &ticket).await;
    let bodies = world.receive_all("photos").await;
    let meter = Meter::new();
    let app = App::new(&meter.attach(&world.context()));
    let late = before_end(Duration::ZERO, handle(&app, sqs_event(&bodies))).await;
    assert_eq!(late.batch_item_failures.len(), 1);
    let used = meter.take();
    assert_eq!((used.s3, used.rcu), (0, 0.0));
    assert!(work(&world, &bodies).await.is_empty());
    assert_eq!(photo(&world, &ticket).await.status, PhotoStatus::Ready);
}

#[tokio::test]
async fn a_post_that_appears_by_its_photo_is_paid_for_by_a_brief_that_was_accepted_meanwhile() {
    let world = World::new().await;
    let ana = world.member("ana").prime().await;
    world.product("mug").await;
    let mut paid = Vec::new();
    for product in ["mug", "pot"] {
        let ticket = world.awaited_photo("ana").await;
        let waiting = world.published_post("ana").photo(&ticket, &[product]).await;
        assert_eq!(waiting.status, PostStatus::Processing);
        if paid.is_empty() {
            world.accept_brief(&ana.id, &["mug"]).await;
        }
        upload(&world, &ticket).await;
        assert_eq!(world.receive_all("photos").await.len(), 1, "and lost");
        world.advance(SignedDuration::from_mins(16));
        assert_eq!(work(&world, &[told_of(&ticket)]).await, [""; 0]);
        let found = world.store().post_now(waiting.id).await;
        let found = found.expect("the table answers").expect("a post");
        assert_eq!(found.status, PostStatus::Published);
        paid.push(found.sponsored);
    }
    assert_eq!(paid, [true, false]);
}
