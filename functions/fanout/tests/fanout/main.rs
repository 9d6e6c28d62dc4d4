//! Fan-out over a real table and a real queue.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, and says what it stood on"
)]

mod failing;

use std::collections::BTreeMap;

use domain::{
    feeds::{BACK_FILL, Entry, HEAD_KEPT, HORIZON, Position, SIZES, Sizes},
    ids::{PostId, ProductId, TopicId, UserId},
    people::Profile,
    posts::Post,
};
use fanout::{App, handle};
use harness::{Fault, Faults, Meter, World, hurried, sqs_event};
use jiff::SignedDuration;
use shared::{
    keys::Month,
    queue::messages::{FanoutMessage, Followed, Published, RangeAsked, TopicsChanged},
    store::Reach,
};

/// More than three followers are served by ranges of some three, more than six in bulk, by two ranges and by two blocks.
const SMALL: Sizes = Sizes {
    range: 3,
    bulk: 6,
    asked: 2,
    block: 2,
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

/// Asks for a range.
fn range(post: &Post, s: u32, k: u32) -> String {
    body(&FanoutMessage::RangeAsked(RangeAsked {
        post: post.id,
        author: post.author.clone(),
        published_at: post.published_at.unwrap(),
        s,
        k,
    }))
}

/// A world in which `ana` has so many followers.
async fn followed_by(fans: usize) -> (World, Vec<UserId>) {
    let world = World::new().await;
    world.member("ana").await;
    let fans: Vec<_> = (0..fans)
        .map(|n| user(&format!("5f0c7f1e-9f8b-4a3c-8c6e-{n:012}")))
        .collect();
    follow(&world, &fans, fans.len()).await;
    (world, fans)
}

/// Has these follow `ana`, who has so many followers then.
async fn follow(world: &World, fans: &[UserId], count: usize) {
    let ana = world.store().profile(&user("ana")).await.unwrap().unwrap();
    let ana = Profile {
        followers: count as u64,
        ..ana
    };
    let edges: Vec<_> = fans.iter().map(|fan| (fan.clone(), user("ana"))).collect();
    let loaded = world.store().load_people(&[ana], &edges, world.now()).await;
    loaded.unwrap();
}

/// What waits on either queue.
async fn waiting(world: &World) -> Vec<String> {
    let own = world.receive_all("fanout").await;
    [own, world.receive_all("fanout-bulk").await].concat()
}

/// Works off these messages one batch at a time, and all that follow from them; says how many
/// there were.
async fn drain(world: &World, app: &App, bodies: Vec<String>) -> usize {
    let (mut left, mut worked) = (bodies, 0);
    while !left.is_empty() {
        worked += left.len();
        let response = handle(app, sqs_event(&left)).await;
        assert!(response.batch_item_failures.is_empty());
        left = waiting(world).await;
    }
    worked
}

async fn reach(world: &World, post: &Post) -> Option<Reach> {
    world.store().progress(post.id).await.unwrap().reach
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
async fn one_message_does_all_for_an_author_of_few_followers() {
    let (world, fans) = followed_by(3).await;
    let app = App::with_sizes(&world.context(), SMALL);
    let post = world
        .published_post("ana")
        .topics(&["cats", "photography"])
        .await;
    assert!(is_open(&world, &post).await);
    assert_eq!(timeline(&world, &fans[0]).await, []);

    assert_eq!(drain(&world, &app, vec![of_post(&post)]).await, 1);

    for fan in &fans {
        assert_eq!(timeline(&world, fan).await, [post.id], "{fan}");
    }
    let walls = wall(&world, &post).await;
    assert_eq!(walls.len(), 2);
    assert!(walls.values().all(|posts| *posts == [post.id]), "{walls:?}");
    assert!(!is_open(&world, &post).await);
    let served = Reach {
        followers: 3,
        delivered: 3,
    };
    assert_eq!(reach(&world, &post).await, Some(served));
}

#[tokio::test]
async fn many_followers_are_served_by_ranges_and_very_many_by_a_queue_of_their_own() {
    for (followers, messages, bulk) in [(4, 1 + 2, 0), (6, 1 + 2, 0), (20, 1 + 7 + 4, 4)] {
        let (world, fans) = followed_by(followers).await;
        let app = App::with_sizes(&world.context(), SMALL);
        let post = world.published_post("ana").await;
        handle(&app, sqs_event(&[of_post(&post)])).await;
        let (own, asked) = (
            world.receive_all("fanout").await,
            world.receive_all("fanout-bulk").await,
        );
        assert_eq!(asked.len(), bulk, "{followers}");
        assert_eq!(own.is_empty(), bulk > 0, "{followers}");
        assert!(is_open(&world, &post).await);
        let worked = 1 + drain(&world, &app, [own, asked].concat()).await;
        assert_eq!(worked, messages, "{followers}");
        for fan in &fans {
            assert_eq!(timeline(&world, fan).await, [post.id], "{fan}");
        }
        assert!(!is_open(&world, &post).await);
        let count = followers as u64;
        let all = Reach {
            followers: count,
            delivered: count,
        };
        assert_eq!(reach(&world, &post).await, Some(all));
    }
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
async fn a_post_stays_open_until_its_last_range_is_served_in_whatever_order() {
    let (world, fans) = followed_by(20).await;
    let app = App::with_sizes(&world.context(), SMALL);
    let post = world.published_post("ana").await;
    handle(&app, sqs_event(&[of_post(&post)])).await;
    let asked = waiting(&world).await;
    handle(&app, sqs_event(&asked)).await;
    let mut ranges = waiting(&world).await;
    assert_eq!(ranges.len(), 7);
    ranges.rotate_left(3);
    let last = ranges.pop().unwrap();
    assert_eq!(drain(&world, &app, ranges.clone()).await, 6);
    // Once more, each: it is as if nothing had been.
    assert_eq!(drain(&world, &app, ranges).await, 6);
    assert!(is_open(&world, &post).await);
    assert_eq!(reach(&world, &post).await, None);
    assert_eq!(drain(&world, &app, vec![last]).await, 1);
    assert!(!is_open(&world, &post).await);
    for fan in &fans {
        assert_eq!(timeline(&world, fan).await, [post.id], "{fan}");
    }
}

#[tokio::test]
async fn a_message_repeated_at_any_stage_asks_for_what_is_not_done_alone() {
    // Faults 26: whoever sent what follows and died before its message was deleted starts no second delivery.
    let (world, _) = followed_by(20).await;
    let app = App::with_sizes(&world.context(), SMALL);
    let post = world.published_post("ana").await;
    let told = of_post(&post);
    drain(&world, &app, vec![range(&post, 7, 2), range(&post, 7, 3)]).await;
    handle(&app, sqs_event(&[&told, &told, &told])).await;
    let asked = waiting(&world).await;
    // Ranges 2 and 3 are together, and are not asked for again.
    assert_eq!(asked.len(), 3 * 3);
    handle(&app, sqs_event(&asked)).await;
    let mut ranges = waiting(&world).await;
    assert_eq!(ranges.len(), 3 * 5);
    ranges.sort();
    ranges.dedup();
    assert_eq!(ranges.len(), 5);
    assert_eq!(drain(&world, &app, ranges).await, 5);
    assert!(!is_open(&world, &post).await);
    // After the close it comes once more: nothing is asked for.
    assert_eq!(drain(&world, &app, vec![told]).await, 1);
    assert!(!is_open(&world, &post).await);
}

#[tokio::test]
async fn the_first_plan_stays_however_the_followers_change() {
    let (world, mut fans) = followed_by(4).await;
    let app = App::with_sizes(&world.context(), SMALL);
    let post = world.published_post("ana").await;
    handle(&app, sqs_event(&[of_post(&post)])).await;
    assert_eq!(waiting(&world).await.len(), 2);
    let more: Vec<_> = (0..16).map(|n| user(&format!("later{n}"))).collect();
    fans.extend(more);
    follow(&world, &fans, fans.len()).await;
    // A range of another plan is of no account to this one.
    drain(&world, &app, vec![range(&post, 3, 0)]).await;
    assert!(is_open(&world, &post).await);
    assert_eq!(drain(&world, &app, vec![of_post(&post)]).await, 3);
    assert!(!is_open(&world, &post).await);
    let planned = world.store().progress(post.id).await.unwrap().plan.unwrap();
    assert_eq!((planned.ranges, planned.followers), (2, 4));
}

#[tokio::test]
async fn a_post_deleted_meanwhile_is_not_opened_again_and_leaves_nothing() {
    let (world, fans) = followed_by(5).await;
    let app = App::with_sizes(&world.context(), SMALL);
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

    let left = waiting(&world).await;
    assert_eq!(left.len(), 2);
    drain(&world, &app, [left, vec![of_post(&post)]].concat()).await;

    assert!(!is_open(&world, &post).await);
    assert_eq!(reach(&world, &post).await, None);
    let delivered = timeline(&world, &fans[4]).await;
    assert_eq!(delivered, [post.id], "which is dropped when it is read");
    // One that was gone before is delivered to nobody.
    let gone = world.published_post("ana").await;
    let deleted = world.store().delete_post(&user("ana"), &gone).await;
    assert!(deleted.unwrap());
    assert_eq!(drain(&world, &app, vec![of_post(&gone)]).await, 1);
    assert_eq!(timeline(&world, &fans[4]).await, [post.id]);
}

#[tokio::test]
async fn a_post_whose_topics_changed_is_open_until_it_is_on_its_new_walls_once() {
    let world = World::new().await;
    world.member("ana").await;
    let before = world.published_post("ana").topics(&["cats"]).await;
    let app = App::new(&world.context());
    drain(&world, &app, vec![of_post(&before)]).await;
    assert!(!is_open(&world, &before).await);
    let mut post = before.clone();
    world.advance(SignedDuration::from_hours(1));
    let edited_at = world.now();
    post.topics = vec![TopicId::parse("coffee").unwrap()];
    post.edited_at = Some(edited_at);
    let uploads = shared::store::Uploads::default();
    let changed = world
        .store()
        .change_post(&before, &post, &uploads, world.now())
        .await;
    assert!(changed.unwrap());
    let open = world.store().open_posts(world.now()).await.unwrap();
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].entry, Entry::of(&post).unwrap());
    assert_eq!((&open[0].topics, open[0].since), (&post.topics, edited_at));
    assert_eq!(wall(&world, &post).await["coffee"], []);
    let changed = FanoutMessage::TopicsChanged(TopicsChanged {
        post: post.id,
        author: post.author.clone(),
        published_at: post.published_at.unwrap(),
        edited_at,
        topics: post.topics.clone(),
    });
    for _ in 0..2 {
        drain(&world, &app, vec![body(&changed)]).await;
        assert_eq!(wall(&world, &post).await["coffee"], [post.id]);
        assert!(!is_open(&world, &post).await);
    }
}

#[tokio::test]
async fn an_authors_head_holds_their_newest_posts_once_each_and_is_trimmed() {
    let (world, _) = followed_by(0).await;
    let app = App::new(&world.context());
    let ana = user("ana");
    assert!(world.store().heads([&ana]).await.unwrap().is_empty());
    let mut newest_first = Vec::new();
    for count in 1..=50 {
        world.advance(SignedDuration::from_secs(1));
        let post = world.published_post("ana").await;
        newest_first.insert(0, Entry::of(&post).unwrap().at);
        drain(&world, &app, vec![of_post(&post), of_post(&post)]).await;
        if count % 7 == 0 || count > 46 {
            let mut heads = world.store().heads([&ana]).await.unwrap();
            let head: Vec<_> = heads.remove(&ana).unwrap().newest().collect();
            assert_eq!(head, newest_first[..count.min(HEAD_KEPT)], "{count}");
        }
    }
}

#[tokio::test]
async fn a_post_is_noted_at_each_product_that_it_shows_once() {
    let (world, _) = followed_by(0).await;
    let app = App::new(&world.context());
    world.product("SPK-1").await;
    world.product("SPK-2").await;
    let mut newest_first = Vec::new();
    for _ in 0..3 {
        world.advance(SignedDuration::from_secs(1));
        let photo = world.ready_photo("ana").await;
        let post = world.published_post("ana").photo(&photo, &["SPK-1"]).await;
        newest_first.insert(0, post.id);
        drain(&world, &app, vec![of_post(&post), of_post(&post)]).await;
    }
    let shows = async |product: &str, limit| {
        let product = ProductId::parse(product).unwrap();
        let (before, oldest) = (Position::end_of(world.now()), world.now() - HORIZON);
        let store = world.store();
        let shows = store.shows(&product, before, Position::start_of(oldest), limit);
        let shows = shows.await.unwrap().into_iter();
        shows.map(|at| at.post).collect::<Vec<_>>()
    };
    assert_eq!(shows("SPK-1", 2).await, newest_first[..2]);
    assert_eq!(shows("SPK-1", 9).await, newest_first);
    assert_eq!(shows("SPK-2", 9).await, []);
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
    let bo = world.member("bo").await.id;
    world.follow("bo", "ana").await;
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
    world.member("bo").await;
    world.follow("bo", "ana").await;
    let followed = FanoutMessage::Followed(Followed {
        reader: user("bo"),
        author: user("ana"),
    });
    drain(&world, &App::new(&world.context()), vec![body(&followed)]).await;
    assert_eq!(timeline(&world, &user("bo")).await, [new.id]);
}

#[tokio::test]
async fn a_delivery_costs_one_write_unit_and_a_fortieth_of_a_read() {
    let fans = 1_300;
    let (world, readers) = followed_by(fans).await;
    let post = world.published_post("ana").await;
    let meter = Meter::new();
    let app = App::new(&meter.attach(&world.context()));

    // One at a time: a table in this process serves fewer at once than AWS does.
    let (mut left, mut messages) = (vec![of_post(&post)], 0);
    while let Some(message) = left.pop() {
        messages += 1;
        let response = handle(&app, sqs_event(&[message])).await;
        assert!(response.batch_item_failures.is_empty());
        left.extend(waiting(&world).await);
    }

    let used = meter.take();
    let ranges = fans.div_ceil(SIZES.range as usize);
    // Besides: a wall, the head, the plan, each range and their block, what came of it, and the marker.
    assert_eq!(used.wcu, (fans + ranges + 6) as f64);
    assert!(used.rcu / fans as f64 <= 0.025, "{} RCU", used.rcu);
    assert_eq!(messages, ranges + 1);
    assert_eq!(timeline(&world, &readers[fans - 1]).await, [post.id]);
}

#[tokio::test]
async fn the_samples_of_every_message_are_read_and_said_as_they_were_frozen() {
    let world = World::new().await;
    let app = App::new(&world.context());
    let samples = [
        include_str!("../../../../events/fanout-post-published.v1.json"),
        include_str!("../../../../events/fanout-ranges.v1.json"),
        include_str!("../../../../events/fanout-range.v1.json"),
        include_str!("../../../../events/fanout-followed.v1.json"),
        include_str!("../../../../events/fanout-topics-changed.v2.json"),
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
    assert_eq!(
        waiting(&world).await.len(),
        1_000,
        "ranges that were asked for"
    );
}
