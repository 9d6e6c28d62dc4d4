//! The janitor over a real table and a real queue.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, and says what it stood on"
)]

use domain::{
    feeds::PATIENCE,
    ids::{PhotoId, PostId, TopicId},
    posts::{Post, photo::Awaited},
};
use harness::{Fault, Faults, Meter, World, hurried};
use janitor::{App, handle};
use jiff::SignedDuration;
use shared::{
    queue::messages::{FanoutMessage, PhotosMessage, Published, TopicsChanged},
    store::Uploads,
};

const A_LOOK: SignedDuration = SignedDuration::from_mins(5);
const A_QUARTER: SignedDuration = SignedDuration::from_mins(15);

async fn look(world: &World) {
    handle(&App::new(&world.context())).await.unwrap();
}

/// Which posts the fan-out was told of since the last time, in order.
async fn told(world: &World) -> Vec<PostId> {
    let messages = world.receive_all("fanout").await;
    let mut posts: Vec<_> = messages
        .iter()
        .map(|body| {
            assert!(body.contains("post-published.v1"), "{body}");
            serde_json::from_str::<Published>(body).unwrap().post
        })
        .collect();
    posts.sort();
    posts
}

async fn open(world: &World) -> Vec<PostId> {
    let open = world.store().open_posts(world.now()).await.unwrap();
    open.iter().map(|open| open.entry.at.post).collect()
}

fn ids(posts: &[Post]) -> Vec<PostId> {
    let mut ids: Vec<_> = posts.iter().map(|post| post.id).collect();
    ids.sort();
    ids
}

async fn open_posts(world: &World, count: usize) -> Vec<Post> {
    let mut posts = Vec::new();
    for _ in 0..count {
        posts.push(world.published_post("ana").await);
    }
    posts
}

#[tokio::test]
async fn the_fan_out_is_told_of_a_lost_post_as_it_was_when_it_appeared() {
    let world = World::new().await;
    world.member("ana").await;
    let post = world.published_post("ana").await;
    world.advance(PATIENCE);
    look(&world).await;
    let messages = world.receive_all("fanout").await;
    let said: FanoutMessage = serde_json::from_str(&messages[0]).unwrap();
    let published = Published {
        post: post.id,
        author: post.author,
        published_at: post.published_at.unwrap(),
        topics: post.topics,
    };
    assert_eq!(said, FanoutMessage::PostPublished(published));
}

#[tokio::test]
async fn a_delivery_that_may_be_under_way_is_left_alone() {
    let world = World::new().await;
    world.member("ana").await;
    world.published_post("ana").await;
    world.advance(PATIENCE - SignedDuration::from_secs(1));
    look(&world).await;
    assert!(told(&world).await.is_empty());
    world.advance(SignedDuration::from_secs(1));
    look(&world).await;
    assert_eq!(told(&world).await.len(), 1);
}

#[tokio::test]
async fn between_two_tellings_a_post_is_left_alone() {
    let world = World::new().await;
    world.member("ana").await;
    world.published_post("ana").await;
    world.advance(PATIENCE);
    for tellings in [1, 0, 1, 0] {
        look(&world).await;
        assert_eq!(told(&world).await.len(), tellings);
        world.advance(A_LOOK);
    }
}

#[tokio::test]
async fn what_was_closed_meanwhile_is_not_opened_again() {
    let world = World::new().await;
    world.member("ana").await;
    world.published_post("ana").await;
    let store = world.store();
    let opened = store.open_posts(world.now()).await.unwrap().remove(0);
    store.close(opened.marker()).await.unwrap();
    store.postpone(&opened, world.now()).await.unwrap();
    assert!(open(&world).await.is_empty());
}

#[tokio::test]
async fn a_janitor_killed_at_any_call_forgets_no_post_and_tells_of_each_a_few_times_at_most() {
    let mut calls = 0;
    loop {
        let world = World::new().await;
        world.member("ana").await;
        let posts = open_posts(&world, 3).await;
        world.advance(PATIENCE);
        let faults = Faults::after(calls, Fault::Killed);
        let app = App::new(&faults.attach(&world.context()));
        let outlived = Box::pin(faults.run(handle(&app))).await.is_some();

        let mut all = told(&world).await;
        world.advance(A_LOOK);
        look(&world).await;
        all.extend(told(&world).await);
        assert!(all.len() <= 2 * posts.len(), "{all:?}");
        all.sort();
        all.dedup();
        assert_eq!(all, ids(&posts));
        if outlived {
            break;
        }
        calls += 1;
    }
    assert!(calls >= 5, "four queries and what is sent");
}

#[tokio::test]
async fn what_the_queue_does_not_take_is_told_at_the_next_look() {
    let world = World::new().await;
    world.member("ana").await;
    let posts = open_posts(&world, 12).await;
    world.advance(PATIENCE);
    let mut context = world.context();
    context.sqs = Faults::after(1, Fault::NotReached).attach(&context).sqs;
    let app = App::new(&context);
    assert!(hurried(handle(&app)).await.is_err());
    let mut all = told(&world).await;
    assert_eq!(all.len(), 10);
    look(&world).await;
    let rest = told(&world).await;
    assert_eq!(rest.len(), 2);
    all.extend(rest);
    all.sort();
    assert_eq!(all, ids(&posts));
}

/// Which uploads `photos` was told of since the last time, in order.
async fn asked_for(world: &World) -> Vec<PhotoId> {
    let messages = world.receive_all("photos").await;
    let mut photos: Vec<_> = messages
        .iter()
        .map(|body| match serde_json::from_str(body).unwrap() {
            PhotosMessage::PhotoAwaited(awaited) => awaited.photo,
            PhotosMessage::PhotoRemoved(removed) => panic!("{removed:?}"),
        })
        .collect();
    photos.sort();
    photos
}

#[tokio::test]
async fn photos_is_told_of_an_upload_that_is_not_settled_in_a_quarter_of_an_hour() {
    let world = World::new().await;
    let photo = world.awaited_photo("ana").await;
    for (minutes, told) in [
        (14, 0),
        (1, 1),
        (5, 0),
        (5, 0),
        (5, 1),
        (44, 1),
        (1, 1),
        (30, 0),
    ] {
        world.advance(SignedDuration::from_mins(minutes));
        look(&world).await;
        assert_eq!(asked_for(&world).await, vec![photo.id; told], "{minutes}");
    }
}

#[tokio::test]
async fn an_upload_that_is_awaited_no_more_is_not_told_of_and_never_again() {
    let world = World::new().await;
    let photo = world.awaited_photo("ana").await;
    let other = world.awaited_photo("ana").await;
    let store = world.store();
    store
        .stop_awaiting(photo.created_at, photo.id)
        .await
        .unwrap();
    world.advance(A_QUARTER);
    look(&world).await;
    assert_eq!(asked_for(&world).await, [other.id]);
    // As if it had been settled between two steps of a look.
    let gone = Awaited {
        photo: photo.id,
        since: photo.created_at,
        again_at: None,
    };
    store.look_later(&gone, world.now()).await.unwrap();
    let awaited = store.awaited_photos(world.now(), 10).await.unwrap();
    assert_eq!(awaited.len(), 1);
}

#[tokio::test]
async fn uploads_that_the_queue_does_not_take_are_told_of_at_the_next_look() {
    let world = World::new().await;
    let mut photos = Vec::new();
    for _ in 0..12 {
        photos.push(world.awaited_photo("ana").await.id);
    }
    photos.sort();
    world.advance(A_QUARTER);
    let mut context = world.context();
    context.sqs = Faults::after(1, Fault::NotReached).attach(&context).sqs;
    assert!(handle(&App::new(&context)).await.is_err());
    let mut all = asked_for(&world).await;
    assert_eq!(all.len(), 10);
    look(&world).await;
    all.extend(asked_for(&world).await);
    all.sort();
    assert_eq!(all, photos);
}

#[tokio::test]
async fn a_look_at_nothing_costs_seven_read_units() {
    let world = World::new().await;
    let meter = Meter::new();
    let app = App::new(&meter.attach(&world.context()));
    // The first of a month and of a day notes that there is nothing in them.
    handle(&app).await.unwrap();
    meter.take();
    handle(&app).await.unwrap();
    let used = meter.take();
    assert_eq!((used.rcu, used.wcu, used.rounds), (7.0, 0.0, 1));
}

#[tokio::test]
async fn the_fan_out_is_told_of_the_walls_that_an_edit_brought_a_post_to_and_that_it_never_reached()
{
    // Faults 24: a message that is lost is told again.
    let world = World::new().await;
    world.member("ana").await;
    let before = world.published_post("ana").topics(&["cats"]).await;
    let store = world.store();
    let opened = store.open_posts(world.now()).await.unwrap().remove(0);
    store.close(opened.marker()).await.unwrap();
    world.advance(SignedDuration::from_hours(40 * 24));
    let mut post = before.clone();
    post.edited_at = Some(world.now());
    post.topics.push(TopicId::parse("coffee").unwrap());
    let uploads = Uploads::default();
    assert!(
        store
            .change_post(&before, &post, &uploads, world.now())
            .await
            .unwrap()
    );
    look(&world).await;
    assert!(
        world.receive_all("fanout").await.is_empty(),
        "it may be under way"
    );
    world.advance(PATIENCE);
    look(&world).await;
    let messages = world.receive_all("fanout").await;
    let told: Vec<FanoutMessage> = messages
        .iter()
        .map(|body| serde_json::from_str(body).unwrap())
        .collect();
    let changed = FanoutMessage::TopicsChanged(TopicsChanged {
        post: post.id,
        author: post.author.clone(),
        published_at: before.published_at.unwrap(),
        edited_at: post.edited_at.unwrap(),
        topics: vec![TopicId::parse("coffee").unwrap()],
    });
    assert_eq!(told, [changed]);
    look(&world).await;
    assert!(
        world.receive_all("fanout").await.is_empty(),
        "and ever more rarely"
    );
}
