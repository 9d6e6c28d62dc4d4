//! The harness keeps what it promises to the tests that stand on it.

use aws_sdk_dynamodb::types::AttributeValue;
use harness::{Forgery, Meter, World};

#[tokio::test]
async fn what_the_builders_make_is_there() {
    let world = World::new().await;
    let ana = world.member("ana").prime().await;
    world.member("ben").await;
    world.product("SPK-1").price(999).await;
    let photo = world.ready_photo("ana").await;
    let post = world
        .published_post("ana")
        .photo(&photo, &["SPK-1"])
        .text("Look")
        .await;
    world.follow("ben", "ana").await;
    let store = world.store();
    let profile = store.member(&ana.id).await.unwrap();
    assert_eq!((profile.posts, profile.followers), (1, 1));
    let read = store.post_now(post.id).await.unwrap().unwrap();
    assert_eq!(read.product_ids().len(), 1);
    let claimed = store.photo(photo.id).await.unwrap().unwrap();
    assert_eq!(claimed.post, Some(post.id));
    let (event, last) = world.stream_after(None);
    assert!(event["Records"].as_array().unwrap().len() >= 10);
    let (nothing_new, _) = world.stream_after(last.as_deref());
    assert_eq!(nothing_new["Records"], serde_json::json!([]));
}

#[tokio::test]
async fn objects_are_told_to_their_queue_and_messages_can_be_taken() {
    let world = World::new().await;
    world
        .put_object("uploads/x", "image/jpeg", b"bytes".to_vec())
        .await;
    assert_eq!(
        world.object("uploads/x").await.as_deref(),
        Some(&b"bytes"[..])
    );
    assert_eq!(world.object("uploads/y").await, None);
    assert_eq!(world.objects("uploads/").await, ["uploads/x"]);
    let event = world.receive_event("photos").await;
    let body = event.records[0].body.clone().unwrap();
    assert!(body.contains("uploads/x"), "{body}");
    assert!(world.receive_all("photos").await.is_empty());
}

#[tokio::test]
#[should_panic(expected = "messages that nobody took")]
async fn a_message_that_nobody_took_fails_the_test() {
    let world = World::new().await;
    world
        .put_object("uploads/x", "image/jpeg", b"bytes".to_vec())
        .await;
}

#[tokio::test]
async fn the_meter_reads_rounds_requests_and_capacity() {
    let world = World::new().await;
    let meter = Meter::new();
    let context = meter.attach(&world.context());
    let store = shared::store::Store::new(context.dynamodb.clone(), context.config.table());
    for sub in ["ana", "ben"] {
        world.member(sub).await;
    }
    assert_eq!(meter.take().dynamodb, 0, "the world itself is not metered");
    let [ana, ben] = ["ana", "ben"].map(harness::user);
    let (first, second) = tokio::join!(store.profile(&ana), store.profile(&ben));
    assert!(first.unwrap().is_some() && second.unwrap().is_some());
    store.profile(&ana).await.unwrap();
    let reading = meter.take();
    assert_eq!((reading.rounds, reading.dynamodb), (2, 3));
    assert_eq!((reading.rcu, reading.wcu), (3.0, 0.0));
    let (actor, now) = (harness::actor(&ana), world.now());
    store.follow(&actor, &ben, now).await.unwrap();
    let reading = meter.take();
    assert_eq!(
        (reading.rounds, reading.dynamodb, reading.wcu),
        (1, 1, 10.0)
    );
    context
        .dynamodb
        .put_item()
        .table_name(context.config.table())
        .item("PK", AttributeValue::S("x".into()))
        .item("SK", AttributeValue::S("y".into()))
        .send()
        .await
        .unwrap();
    assert_eq!(meter.take().wcu, 1.0);
}

#[tokio::test]
async fn good_tokens_have_three_parts_and_no_forgery_is_a_good_token() {
    let world = World::new().await;
    let good = world.token("ana", &["prime"]);
    assert_eq!(good.split('.').count(), 3);
    for how in Forgery::ALL {
        assert_ne!(world.forged("ana", &["prime"], how), good, "{how:?}");
    }
}
