//! The relay over a real stream and real queues.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, and says what it stood on"
)]

use aws_lambda_events::streams::DynamoDbEventResponse;
use domain::ids::{PostId, TopicId, UserId};
use harness::{Fault, Faults, World, hurried};
use jiff::SignedDuration;
use relay::{App, handle};
use serde_json::{Value, json};
use shared::{
    queue::messages::{FanoutMessage, PhotoRemoved, PhotosMessage},
    store::Uploads,
};

/// What is on fan-out's queue: posts that appeared, and readers who followed.
async fn told(world: &World) -> (Vec<PostId>, Vec<UserId>) {
    let (mut posts, mut readers) = (Vec::new(), Vec::new());
    for body in world.receive_all("fanout").await {
        match serde_json::from_str(&body).unwrap() {
            FanoutMessage::PostPublished(published) => posts.push(published.post),
            FanoutMessage::Followed(followed) => readers.push(followed.reader),
            FanoutMessage::TopicsChanged(changed) => posts.push(changed.post),
            asked @ (FanoutMessage::RangesAsked(_) | FanoutMessage::RangeAsked(_)) => {
                panic!("not of the relay: {asked:?}")
            }
        }
    }
    posts.sort();
    for queue in ["rollup", "notifier", "janitor"] {
        world.receive_all(queue).await;
    }
    (posts, readers)
}

fn reported(response: DynamoDbEventResponse) -> Vec<String> {
    let failures = response.batch_item_failures.into_iter();
    failures
        .filter_map(|failure| failure.item_identifier)
        .collect()
}

fn sequence(record: &Value) -> &str {
    record["dynamodb"]["SequenceNumber"].as_str().unwrap()
}

/// A world in which `ana` published so many posts, and the stream's records of just that.
async fn posts(count: usize) -> (World, Vec<PostId>, Value) {
    let world = World::new().await;
    world.member("ana").await;
    let (_, before) = world.stream_after(None);
    let mut ids = Vec::new();
    for _ in 0..count {
        ids.push(world.published_post("ana").await.id);
    }
    ids.sort();
    let (mut event, _) = world.stream_after(before.as_deref());
    let records = event["Records"].as_array_mut().unwrap();
    records.retain(|record| record["dynamodb"]["Keys"]["SK"]["S"] == "POST");
    assert_eq!(records.len(), count);
    (world, ids, event)
}

#[tokio::test]
async fn a_published_post_and_a_follow_are_told_and_nothing_else_is() {
    let world = World::new().await;
    world.member("ana").await;
    world.member("bo").await;
    world.follow("bo", "ana").await;
    let post = world.published_post("ana").await;
    let store = world.store();
    let bo = harness::user("bo");
    world.smile(&bo, post.id).await;
    world.unfollow(&bo, &harness::user("ana")).await;
    assert!(store.delete_post(&post.author, &post).await.unwrap());

    let (event, _) = world.stream_after(None);
    let response = handle(&App::new(&world.context()), event).await;

    assert!(reported(response).is_empty());
    assert_eq!(told(&world).await, (vec![post.id], vec![bo]));
}

#[tokio::test]
async fn a_post_that_waited_for_its_photo_is_told_once_it_is_published() {
    let world = World::new().await;
    world.member("ana").await;
    let photo = world.awaited_photo("ana").await;
    let waiting = world.published_post("ana").photo(&photo, &[]).await;
    let app = App::new(&world.context());
    let (event, seen) = world.stream_after(None);
    assert!(reported(handle(&app, event).await).is_empty());
    assert_eq!(told(&world).await, (vec![], vec![]));

    let mut post = waiting.clone();
    post.photos[0].image = world.ready_photo("ana").await.image;
    post.settle(world.now());
    let (store, uploads) = (world.store(), Uploads::default());
    assert!(
        store
            .change_post(&waiting, &post, &uploads, world.now())
            .await
            .unwrap()
    );

    let (event, _) = world.stream_after(seen.as_deref());
    assert!(reported(handle(&app, event).await).is_empty());
    assert_eq!(told(&world).await, (vec![post.id], vec![]));
}

#[tokio::test]
async fn a_post_is_told_of_again_only_when_it_comes_to_another_wall() {
    let world = World::new().await;
    world.member("ana").await;
    let before = world.published_post("ana").topics(&["cats"]).await;
    let app = App::new(&world.context());
    let (event, mut seen) = world.stream_after(None);
    assert!(reported(handle(&app, event).await).is_empty());
    assert_eq!(told(&world).await.0, [before.id]);
    let mut edit = before;
    for (topics, expected) in [(["coffee"], 1), (["coffee"], 0), (["cats"], 1)] {
        let mut after = edit.clone();
        after.text.push('!');
        after.topics = topics.map(|id| TopicId::parse(id).unwrap()).to_vec();
        after.edition += 1;
        after.edited_at = Some(world.now());
        let (store, uploads) = (world.store(), Uploads::default());
        assert!(
            store
                .change_post(&edit, &after, &uploads, world.now())
                .await
                .unwrap()
        );
        let (event, last) = world.stream_after(seen.as_deref());
        seen = last;
        assert!(reported(handle(&app, event).await).is_empty());
        assert_eq!(told(&world).await.0.len(), expected, "{topics:?}");
        edit = after;
    }
}

#[tokio::test]
async fn a_photo_that_goes_is_told_to_photos_with_where_it_lay() {
    let world = World::new().await;
    world.member("ana").await;
    let posted = world.ready_photo("ana").await;
    let post = world.published_post("ana").photo(&posted, &[]).await;
    let unclaimed = world.awaited_photo("ana").await;
    let (_, seen) = world.stream_after(None);
    assert!(
        world
            .store()
            .delete_post(&post.author, &post)
            .await
            .unwrap()
    );
    world.advance(SignedDuration::from_hours(25));
    let now = world.now().as_second();
    // The upload, and that each of the two was one of hers.
    assert_eq!(world.plane().tables().sweep_expired(now).unwrap(), 3);

    let (event, _) = world.stream_after(seen.as_deref());
    let response = handle(&App::new(&world.context()), event).await;

    assert!(reported(response).is_empty());
    let mut told: Vec<PhotosMessage> = Vec::new();
    for body in world.receive_all("photos").await {
        told.push(serde_json::from_str(&body).unwrap());
    }
    for queue in ["rollup", "notifier", "janitor"] {
        world.receive_all(queue).await;
    }
    assert_eq!(told.len(), 2);
    for photo in [posted, unclaimed] {
        let removed = PhotosMessage::PhotoRemoved(PhotoRemoved {
            photo: photo.id,
            media: photo.media,
        });
        assert!(told.contains(&removed), "{told:?}");
    }
}

#[tokio::test]
async fn a_batch_that_comes_twice_is_told_twice() {
    let (world, ids, event) = posts(12).await;
    let app = App::new(&world.context());
    assert!(reported(handle(&app, event.clone()).await).is_empty());
    assert_eq!(told(&world).await.0, ids);
    assert!(reported(handle(&app, event).await).is_empty());
    assert_eq!(told(&world).await.0, ids);
}

#[tokio::test]
async fn a_record_that_cannot_be_read_goes_raw_to_the_dead_letters_and_holds_up_nobody() {
    let (world, ids, mut event) = posts(3).await;
    event["Records"][1]["dynamodb"]["NewImage"]["author"] = json!({"N": "7"});
    let bad = event["Records"][1].clone();
    let bad_id = bad["dynamodb"]["NewImage"]["id"]["S"].as_str().unwrap();
    let good: Vec<_> = ids
        .into_iter()
        .filter(|id| id.to_string() != bad_id)
        .collect();

    let response = handle(&App::new(&world.context()), event).await;

    assert!(reported(response).is_empty());
    assert_eq!(told(&world).await.0, good);
    let dead = world.receive_all("relay-dlq").await;
    let dead: Vec<Value> = dead
        .iter()
        .map(|body| serde_json::from_str(body).unwrap())
        .collect();
    assert_eq!(dead, [bad]);
}

#[tokio::test]
async fn a_record_too_large_for_the_dead_letters_goes_there_by_its_keys_and_holds_up_nobody() {
    let (world, ids, mut event) = posts(3).await;
    let bad = &mut event["Records"][1];
    bad["dynamodb"]["NewImage"]["author"] = json!({"N": "7"});
    bad["dynamodb"]["NewImage"]["text"]["S"] = json!("long ".repeat(80_000));
    let bad = bad.clone();

    let response = handle(&App::new(&world.context()), event).await;

    assert!(reported(response).is_empty());
    assert_eq!(told(&world).await.0.len(), ids.len() - 1);
    let dead = world.receive_all("relay-dlq").await;
    let dead: Value = serde_json::from_str(&dead.concat()).unwrap();
    assert_eq!(dead["shortened"], true);
    assert_eq!(dead["dynamodb"]["Keys"], bad["dynamodb"]["Keys"]);
    assert_eq!(sequence(&dead), sequence(&bad));
}

#[tokio::test]
async fn a_message_that_its_queue_refuses_for_what_it_is_becomes_a_dead_letter() {
    let (world, ids, mut event) = posts(12).await;
    let topics: Vec<_> = (0..30_000).map(|_| json!({"S": "photography"})).collect();
    event["Records"][5]["dynamodb"]["NewImage"]["topics"] = json!({"L": topics});

    let response = handle(&App::new(&world.context()), event).await;

    assert!(reported(response).is_empty());
    assert_eq!(told(&world).await.0.len(), ids.len() - 1);
    assert_eq!(world.receive_all("relay-dlq").await.len(), 1);
}

#[tokio::test]
async fn a_record_that_the_dead_letters_did_not_take_is_read_again() {
    let (world, ids, mut event) = posts(3).await;
    event["Records"][1]["dynamodb"]["NewImage"]["author"] = json!({"N": "7"});
    let mut context = world.context();
    let gone = format!("{}-gone", context.config.relay_dead_letter_queue());
    let config = context.config.with("RELAY_DEAD_LETTER_QUEUE_URL", gone);
    context.config = config.into();

    let response = handle(&App::new(&context), event.clone()).await;

    assert_eq!(reported(response), [sequence(&event["Records"][1])]);
    assert_eq!(told(&world).await.0.len(), ids.len() - 1);
}

#[tokio::test]
async fn half_a_batch_is_read_again_from_the_first_record_that_no_queue_took() {
    let (world, ids, event) = posts(25).await;
    // The first call to each of two queues, that of ten posts and that which is told two things each of five.
    let faults = Faults::after(2, Fault::NotReached);
    let app = App::new(&faults.attach(&world.context()));

    let response = hurried(handle(&app, event.clone())).await;

    let records = event["Records"].as_array().unwrap();
    assert_eq!(reported(response), [sequence(&records[5])]);
    let first = told(&world).await.0;
    assert_eq!(first.len(), 10);
    assert!(faults.met(Fault::NotReached) > 1, "it was tried once more");

    faults.calm();
    let rest = json!({"Records": records[5..]});
    assert!(reported(handle(&app, rest).await).is_empty());
    let mut all = [first, told(&world).await.0].concat();
    all.sort();
    all.dedup();
    assert_eq!(all, ids);
}

#[tokio::test]
async fn a_relay_killed_after_any_of_its_calls_tells_all_the_next_time() {
    for calls in 0.. {
        let (world, ids, mut event) = posts(12).await;
        event["Records"][3]["dynamodb"]["NewImage"]["author"] = json!({"N": "7"});
        let faults = Faults::after(calls, Fault::Killed);
        let faulty = App::new(&faults.attach(&world.context()));
        let survived = faults.run(handle(&faulty, event.clone())).await;
        let mut all = told(&world).await.0;

        let response = handle(&App::new(&world.context()), event).await;
        assert!(reported(response).is_empty());
        all.extend(told(&world).await.0);
        all.sort();
        all.dedup();
        assert_eq!(all.len(), ids.len() - 1, "{calls}");
        assert!(!world.receive_all("relay-dlq").await.is_empty());
        if survived.is_some() {
            // One dead letter, and eleven messages to a queue and 22 to another, by tens.
            assert_eq!(calls, 6);
            return;
        }
    }
}

#[tokio::test]
async fn entries_that_a_queue_hands_back_are_sent_again() {
    let (world, ids, event) = posts(12).await;
    let faults = Faults::after(0, Fault::Unprocessed);
    let app = App::new(&faults.attach(&world.context()));
    let response = hurried(handle(&app, event.clone())).await;
    assert_eq!(reported(response), [sequence(&event["Records"][0])]);
    assert!(faults.met(Fault::Unprocessed) > 1);
    assert_eq!(told(&world).await.0, []);

    faults.calm();
    assert!(reported(handle(&app, event).await).is_empty());
    assert_eq!(told(&world).await.0, ids);
}

#[tokio::test]
async fn the_sample_event_is_told_of() {
    let world = World::new().await;
    let sample = include_str!("../../../events/relay-stream.json");
    let event: Value = serde_json::from_str(sample).unwrap();
    let response = handle(&App::new(&world.context()), event).await;
    assert!(reported(response).is_empty());
    let (posts, readers) = told(&world).await;
    assert_eq!((posts.len(), readers.len()), (2, 1));
}
