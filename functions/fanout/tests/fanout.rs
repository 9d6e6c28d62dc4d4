//! Fan-out over a real table and a real queue.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, and says what it stood on"
)]

use std::collections::BTreeMap;

use domain::{
    feeds::{Entry, Position},
    ids::{PostId, TopicId, UserId},
    posts::Post,
};
use fanout::{App, BACK_FILL, PAGE, handle};
use harness::{Fault, Faults, Meter, World, hurried, sqs_event};
use jiff::SignedDuration;
use shared::{
    keys::Month,
    queue::messages::{FanoutMessage, Followed, PageDelivered, Published},
};

fn user(sub: &str) -> UserId {
    harness::user(sub)
}

fn published(post: &Post) -> Published {
    Published {
        post: post.id,
        author: post.author.clone(),
        published_at: post.published_at.unwrap(),
        topics: post.topics.clone(),
    }
}

fn body(message: &FanoutMessage) -> String {
    serde_json::to_string(message).unwrap()
}

fn of_post(post: &Post) -> String {
    body(&FanoutMessage::PostPublished(published(post)))
}

/// A message about the page after this reader.
fn page_after(post: &Post, reader: &str) -> String {
    body(&FanoutMessage::PageDelivered(PageDelivered {
        published: published(post),
        after: user(reader),
    }))
}

/// A world in which `ana` has so many followers.
async fn followed_by(fans: usize) -> (World, Vec<UserId>) {
    let world = World::new().await;
    world.member("ana").await;
    let mut fans: Vec<_> = (0..fans)
        .map(|n| user(&format!("5f0c7f1e-9f8b-4a3c-8c6e-{n:012}")))
        .collect();
    // They are served in the order of their ids.
    fans.sort();
    let edges: Vec<_> = fans.iter().map(|fan| (fan.clone(), user("ana"))).collect();
    let loaded = world.store().load_people(&[], &edges, world.now()).await;
    loaded.unwrap();
    (world, fans)
}

/// Works off these messages one batch at a time, and all that follow from them; says how many
/// there were.
async fn drain(world: &World, app: &App, bodies: Vec<String>) -> usize {
    let (mut waiting, mut worked) = (bodies, 0);
    while !waiting.is_empty() {
        worked += waiting.len();
        let response = handle(app, sqs_event(&waiting)).await;
        assert!(response.batch_item_failures.is_empty());
        waiting = world.receive_all("fanout").await;
    }
    worked
}

async fn timeline(world: &World, reader: &UserId) -> Vec<PostId> {
    let (first, last) = (jiff::Timestamp::MIN, jiff::Timestamp::MAX);
    let (oldest, newest) = (Position::start_of(first), Position::end_of(last));
    let entries = world.store().timeline(reader, newest, oldest, 100).await;
    entries.unwrap().iter().map(|entry| entry.at.post).collect()
}

async fn wall(world: &World, post: &Post) -> BTreeMap<String, Vec<PostId>> {
    let at = Entry::of(post).unwrap().at;
    let mut walls = BTreeMap::new();
    for topic in &post.topics {
        let (from, to) = (
            Position::start_of(at.published_at),
            Position::end_of(at.published_at),
        );
        let month = Month::of(at.published_at);
        let entries = world.store().topic_month(topic, month, to, from, 10).await;
        let posts = entries.unwrap().iter().map(|at| at.post).collect();
        walls.insert(topic.to_string(), posts);
    }
    walls
}

async fn is_open(world: &World, post: &Post) -> bool {
    let open = world.store().open_posts(world.now()).await.unwrap();
    open.iter().any(|open| open.entry.at.post == post.id)
}

#[tokio::test]
async fn a_post_reaches_every_fan_once_by_the_page_and_then_its_marker_goes() {
    let (world, fans) = followed_by(7).await;
    let app = App::with_page(&world.context(), 3);
    let post = world
        .published_post("ana")
        .topics(&["cats", "photography"])
        .await;
    assert!(is_open(&world, &post).await);
    assert_eq!(timeline(&world, &fans[0]).await, []);

    let messages = drain(&world, &app, vec![of_post(&post)]).await;

    assert_eq!(messages, 3);
    for fan in &fans {
        assert_eq!(timeline(&world, fan).await, [post.id], "{fan}");
    }
    let walls = wall(&world, &post).await;
    assert_eq!(walls.len(), 2);
    assert!(walls.values().all(|posts| *posts == [post.id]), "{walls:?}");
    assert!(!is_open(&world, &post).await);
}

#[tokio::test]
async fn a_post_of_an_author_without_fans_is_closed_at_once() {
    let (world, _) = followed_by(0).await;
    let post = world.published_post("ana").await;
    assert!(is_open(&world, &post).await);
    let messages = drain(&world, &App::new(&world.context()), vec![of_post(&post)]).await;
    assert_eq!(messages, 1);
    assert!(!is_open(&world, &post).await);
}

#[tokio::test]
async fn a_post_stays_open_until_its_last_page_is_delivered() {
    let (world, fans) = followed_by(5).await;
    let app = App::with_page(&world.context(), 2);
    let post = world.published_post("ana").await;
    let mut message = of_post(&post);
    for served in [2, 4] {
        let response = handle(&app, sqs_event(&[&message])).await;
        assert!(response.batch_item_failures.is_empty());
        assert!(is_open(&world, &post).await);
        assert_eq!(timeline(&world, &fans[served - 1]).await, [post.id]);
        assert_eq!(timeline(&world, &fans[served]).await, []);
        message = world.receive_all("fanout").await.remove(0);
    }
    assert_eq!(drain(&world, &app, vec![message]).await, 1);
    assert!(!is_open(&world, &post).await);
}

#[tokio::test]
async fn messages_told_twice_and_out_of_order_change_nothing() {
    let (world, fans) = followed_by(7).await;
    let app = App::with_page(&world.context(), 3);
    let post = world.published_post("ana").await;
    let first = of_post(&post);
    let second = page_after(&post, fans[2].as_str());
    drain(&world, &app, vec![first.clone(), first.clone()]).await;
    assert!(!is_open(&world, &post).await);

    // After the close come the second page, and the first after it.
    drain(&world, &app, vec![second.clone(), second, first]).await;

    for fan in &fans {
        assert_eq!(timeline(&world, fan).await, [post.id], "{fan}");
    }
    assert!(!is_open(&world, &post).await);
}

#[tokio::test]
async fn a_post_deleted_meanwhile_is_not_opened_again() {
    let (world, fans) = followed_by(5).await;
    let app = App::with_page(&world.context(), 2);
    let post = world.published_post("ana").await;
    handle(&app, sqs_event(&[of_post(&post)])).await;
    assert!(is_open(&world, &post).await);
    assert!(
        world
            .store()
            .delete_post(&user("ana"), &post)
            .await
            .unwrap()
    );
    assert!(!is_open(&world, &post).await);

    let left = world.receive_all("fanout").await;
    drain(&world, &app, [left, vec![of_post(&post)]].concat()).await;

    assert!(!is_open(&world, &post).await);
    assert_eq!(timeline(&world, &fans[4]).await, [post.id]);
}

#[tokio::test]
async fn a_post_whose_topics_changed_comes_to_its_new_walls_once_and_opens_no_delivery() {
    let world = World::new().await;
    world.member("ana").await;
    let mut post = world.published_post("ana").topics(&["cats"]).await;
    let app = App::new(&world.context());
    drain(&world, &app, vec![of_post(&post)]).await;
    post.topics = vec![TopicId::parse("coffee").unwrap()];
    assert_eq!(wall(&world, &post).await["coffee"], []);
    let changed = FanoutMessage::TopicsChanged(published(&post));
    for _ in 0..2 {
        drain(&world, &app, vec![body(&changed)]).await;
        assert_eq!(wall(&world, &post).await["coffee"], [post.id]);
    }
    assert!(!is_open(&world, &post).await);
}

#[tokio::test]
async fn a_new_follower_gets_the_latest_posts_of_the_author() {
    let (world, _) = followed_by(0).await;
    let old = world.now() - SignedDuration::from_hours(31 * 24);
    world.published_post("ana").at(old).await;
    let mut posts = Vec::new();
    for minute in 0..BACK_FILL + 5 {
        let at = old + SignedDuration::from_hours(48) + SignedDuration::from_mins(minute as i64);
        posts.push(world.published_post("ana").at(at).await.id);
    }
    posts.reverse();
    let bo = user("bo");
    let followed = body(&FanoutMessage::Followed(Followed {
        reader: bo.clone(),
        author: user("ana"),
    }));
    assert_eq!(timeline(&world, &bo).await, []);

    let app = App::new(&world.context());
    drain(&world, &app, vec![followed.clone(), followed]).await;

    assert_eq!(timeline(&world, &bo).await, posts[..BACK_FILL]);
}

#[tokio::test]
async fn what_is_too_old_for_a_home_feed_is_not_delivered_to_a_new_follower() {
    let (world, _) = followed_by(0).await;
    let old = world.now() - SignedDuration::from_hours(31 * 24);
    world.published_post("ana").at(old).await;
    let new = world.published_post("ana").await;
    let followed = FanoutMessage::Followed(Followed {
        reader: user("bo"),
        author: user("ana"),
    });
    drain(&world, &App::new(&world.context()), vec![body(&followed)]).await;
    assert_eq!(timeline(&world, &user("bo")).await, [new.id]);
}

#[tokio::test]
async fn a_message_that_cannot_be_read_fails_alone() {
    let (world, fans) = followed_by(1).await;
    let (one, two) = (
        world.published_post("ana").await,
        world.published_post("ana").await,
    );
    let bodies = [
        of_post(&one),
        "not JSON".to_owned(),
        of_post(&two),
        r#"{"type":"unheard-of.v1"}"#.to_owned(),
        r#"{"type":"followed.v1","reader":"bo"}"#.to_owned(),
    ];

    let response = handle(&App::new(&world.context()), sqs_event(&bodies)).await;

    let failures = response.batch_item_failures.into_iter();
    let mut failed: Vec<_> = failures.map(|failure| failure.item_identifier).collect();
    failed.sort();
    assert_eq!(failed, ["m1", "m3", "m4"]);
    let mut delivered = timeline(&world, &fans[0]).await;
    delivered.sort();
    let mut both = [one.id, two.id];
    both.sort();
    assert_eq!(delivered, both);
}

#[tokio::test]
async fn half_a_batch_that_meets_a_fault_is_reported_and_done_the_next_time() {
    let (world, fans) = followed_by(2).await;
    let mut posts = Vec::new();
    for _ in 0..4 {
        posts.push(world.published_post("ana").await);
    }
    let bodies: Vec<_> = posts.iter().map(of_post).collect();
    // Four calls a message: the walls, who follows, the delivery, the marker.
    let faults = Faults::after(10, Fault::NotReached);
    let app = App::new(&faults.attach(&world.context()));

    let response = hurried(handle(&app, sqs_event(&bodies))).await;

    let failures = response.batch_item_failures.into_iter();
    let failed: Vec<_> = failures.map(|failure| failure.item_identifier).collect();
    assert!(!failed.is_empty() && failed.len() <= 4, "{failed:?}");
    for (index, post) in posts.iter().enumerate() {
        let reported = failed.contains(&format!("m{index}"));
        assert_eq!(is_open(&world, post).await, reported, "m{index}");
    }

    faults.calm();
    let again = failed
        .iter()
        .map(|id| bodies[id[1..].parse::<usize>().unwrap()].clone());
    drain(&world, &app, again.collect()).await;
    let mut delivered = timeline(&world, &fans[0]).await;
    delivered.sort();
    let mut all: Vec<_> = posts.iter().map(|post| post.id).collect();
    all.sort();
    assert_eq!(delivered, all);
    for post in &posts {
        assert!(!is_open(&world, post).await);
    }
}

/// Delivers by pages of this size with a worker that dies after so many calls, and then with one
/// that does not; `true` when the first one had no more calls to make.
async fn outlives(page: usize, calls: usize) -> bool {
    let (world, fans) = followed_by(3).await;
    let post = world.published_post("ana").await;
    let faults = Faults::after(calls, Fault::Killed);
    let faulty = App::with_page(&faults.attach(&world.context()), page);
    let message = of_post(&post);
    let survived = faults.run(handle(&faulty, sqs_event(&[&message]))).await;
    // At no moment would a reader miss it.
    if !is_open(&world, &post).await {
        for fan in &fans {
            assert_eq!(timeline(&world, fan).await, [post.id], "{fan}, {calls}");
        }
    }

    let app = App::with_page(&world.context(), page);
    let left = world.receive_all("fanout").await;
    drain(&world, &app, [left, vec![message]].concat()).await;

    for fan in &fans {
        assert_eq!(timeline(&world, fan).await, [post.id], "{fan}, {calls}");
    }
    let walls = wall(&world, &post).await;
    assert!(walls.values().all(|posts| *posts == [post.id]), "{calls}");
    assert!(!is_open(&world, &post).await, "{calls}");
    survived.is_some()
}

#[tokio::test]
async fn a_worker_killed_after_any_of_its_calls_leaves_nothing_out() {
    // With and without a next page: walls, whether the post is there, readers, delivery, and the message or the marker.
    for page in [2, 4] {
        let mut calls = 0;
        while !outlives(page, calls).await {
            calls += 1;
        }
        assert_eq!(calls, 5);
    }
}

#[tokio::test]
async fn a_page_that_cannot_be_asked_for_fails_its_message() {
    let (world, fans) = followed_by(3).await;
    let post = world.published_post("ana").await;
    let mut context = world.context();
    context.sqs = Faults::after(0, Fault::NotReached).attach(&context).sqs;
    let app = App::with_page(&context, 2);
    let response = hurried(handle(&app, sqs_event(&[of_post(&post)]))).await;
    assert_eq!(response.batch_item_failures.len(), 1);
    assert!(is_open(&world, &post).await);
    assert_eq!(timeline(&world, &fans[1]).await, [post.id]);
    assert_eq!(timeline(&world, &fans[2]).await, []);
}

#[tokio::test]
async fn a_delivery_costs_one_write_unit_and_a_fiftieth_of_a_read() {
    let fans = 2 * PAGE + 300;
    let (world, readers) = followed_by(fans).await;
    let post = world.published_post("ana").await;
    let meter = Meter::new();
    let app = App::new(&meter.attach(&world.context()));

    let messages = drain(&world, &app, vec![of_post(&post)]).await;

    let used = meter.take();
    // Besides: a wall (1 WCU), and a marker gone (1 WCU).
    assert_eq!(used.wcu, fans as f64 + 2.0);
    assert!(used.rcu / fans as f64 <= 0.02, "{} RCU", used.rcu);
    assert!(messages <= fans.div_ceil(PAGE) + 1, "{messages} messages");
    assert_eq!(timeline(&world, &readers[fans - 1]).await, [post.id]);
}

#[tokio::test]
async fn the_samples_of_every_message_are_read_and_said_as_they_were_frozen() {
    let world = World::new().await;
    let app = App::new(&world.context());
    let samples = [
        include_str!("../../../events/fanout-post-published.v1.json"),
        include_str!("../../../events/fanout-page-delivered.v1.json"),
        include_str!("../../../events/fanout-followed.v1.json"),
        include_str!("../../../events/fanout-topics-changed.v1.json"),
    ];
    for sample in samples {
        let event: aws_lambda_events::sqs::SqsEvent = serde_json::from_str(sample).unwrap();
        for record in &event.records {
            let frozen = record.body.as_deref().unwrap();
            let message: FanoutMessage = serde_json::from_str(frozen).unwrap();
            assert_eq!(body(&message), frozen);
        }
        let response = handle(&app, event).await;
        assert!(response.batch_item_failures.is_empty(), "{sample}");
    }
}

#[tokio::test]
async fn a_post_that_went_while_it_was_put_on_its_walls_is_swept_from_them() {
    let (world, _) = followed_by(0).await;
    let post = world.published_post("ana").await;
    let delete = world.store().delete_post(&post.author, &post).await;
    assert!(delete.unwrap());
    drain(&world, &App::new(&world.context()), vec![of_post(&post)]).await;
    let context = world.context();
    for topic in &post.topics {
        let key = shared::keys::on_topic(topic, Entry::of(&post).unwrap().at);
        let get = context.dynamodb.get_item().set_key(Some(key.attributes()));
        let item = get.table_name(context.config.table()).send().await;
        let item = item.unwrap().item.unwrap();
        assert!(item.contains_key(shared::keys::EXPIRES_AT), "{topic}");
    }
}
