//! What is left of a post that is gone, over a real table and a real queue.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, and says what it stood on"
)]

use std::collections::BTreeSet;

use domain::{
    engagement::{Comment, Heat, Thing},
    feeds::{Entry, Position},
    ids::{CommentId, PostId, TopicId},
    posts::Post,
    quota::Quota,
};
use harness::{Fault, Faults, World, actor, sqs_event, user};
use janitor::{App, work_off};
use shared::{
    keys::{self, Month},
    queue::messages::{JanitorMessage, PostDeleted, WallsLeft},
    store::{Reach, Said, Saying, Uploads},
};

fn told(post: &Post, generation: u64) -> String {
    let gone = PostDeleted {
        post: post.id,
        published_at: post.published_at,
        topics: post.topics.clone(),
        products: post.product_ids().into_iter().cloned().collect(),
        generation,
    };
    serde_json::to_string(&JanitorMessage::PostDeleted(gone)).unwrap()
}

async fn work(app: &App, body: &str) {
    let answer = work_off(app, sqs_event(&[body])).await;
    assert!(answer.batch_item_failures.is_empty(), "{answer:?}");
}

/// Somebody says something of a post, or answers.
async fn say(world: &World, who: &str, post: PostId, to: Option<&Comment>, n: u32) -> Comment {
    let store = world.store();
    let post = store.post_now(post).await.unwrap().unwrap();
    let own = to.map(|to| to.id.own);
    let id = CommentId::new(post.id, own, world.now(), n);
    let comment = Comment {
        under: to.map(|to| to.author.clone()),
        ..Comment::new(id, user(who), "Lovely".to_owned(), world.now())
    };
    let parent = match to {
        Some(to) => store.comment_now(to.id).await.unwrap(),
        None => None,
    };
    let quota = Quota {
        user: user(who),
        kind: "comments",
        limit: 1_000,
    };
    let saying = Saying {
        comment: &comment,
        post: &post,
        parent: parent.as_ref(),
        claim: None,
        quota: &quota,
    };
    let said = store.create_comment(saying, world.now()).await.unwrap();
    assert_eq!(said, Said::Done);
    comment
}

/// A post of Ana's on two walls, with a comment and an answer to it, that was deleted.
async fn deleted(world: &World) -> Post {
    world.member("ana").await;
    let post = world
        .published_post("ana")
        .topics(&["coffee", "cats"])
        .await;
    let store = world.store();
    let entry = Entry::of(&post).unwrap();
    store.put_on_topics(entry.at, &post.topics).await.unwrap();
    let said = say(world, "ben", post.id, None, 1).await;
    say(world, "cleo", post.id, Some(&said), 2).await;
    let now = store.post_now(post.id).await.unwrap().unwrap();
    assert!(store.delete_post(&post.author, &now).await.unwrap());
    post
}

/// The keys of all that names a post, with whether each is swept some day.
#[expect(
    clippy::disallowed_methods,
    reason = "whatever is left anywhere is to be found"
)]
async fn named(world: &World, post: PostId) -> BTreeSet<(String, bool)> {
    let context = world.context();
    let scan = context.dynamodb.scan().table_name(context.config.table());
    let items = scan.send().await.unwrap().items.unwrap_or_default();
    let keys = items.iter().filter_map(|item| {
        let key = keys::Key::of(item)?;
        let key = format!("{} / {}", key.pk, key.sk);
        let swept = item.contains_key(keys::EXPIRES_AT);
        key.contains(&post.to_string()).then_some((key, swept))
    });
    keys.collect()
}

/// What is to be left.
fn left(post: &Post) -> BTreeSet<(String, bool)> {
    let key = keys::gone(post.id);
    [(format!("{} / {}", key.pk, key.sk), true)].into()
}

#[tokio::test]
async fn of_a_deleted_post_that_it_was_there_is_left_for_a_while_and_nothing_else() {
    let world = World::new().await;
    let post = deleted(&world).await;
    assert_eq!(named(&world, post.id).await.len(), 2 + 2 + 2);
    let app = App::new(&world.context());
    for _ in 0..2 {
        work(&app, &told(&post, 0)).await;
        assert_eq!(named(&world, post.id).await, left(&post));
    }
}

/// The topics of ours on whose walls a post is.
async fn walls(world: &World, post: &Post) -> Vec<TopicId> {
    let at = Position::of(post).unwrap();
    let (month, after) = (Month::of(at.published_at), Position::end_of(world.now()));
    let (oldest, store) = (Position::start_of(at.published_at), world.store());
    let mut walls = Vec::new();
    for topic in ["cats", "coffee"].map(|id| TopicId::parse(id).unwrap()) {
        let wall = store.topic_month(&topic, month, after, oldest, 10).await;
        if wall.unwrap().contains(&at) {
            walls.push(topic);
        }
    }
    walls
}

#[tokio::test]
async fn a_post_leaves_the_walls_that_its_author_took_it_off_unless_it_came_back_to_them() {
    let world = World::new().await;
    world.member("ana").await;
    let [cats, coffee] = ["cats", "coffee"].map(|id| TopicId::parse(id).unwrap());
    let post = world
        .published_post("ana")
        .topics(&["cats", "coffee"])
        .await;
    let at = Position::of(&post).unwrap();
    let store = world.store();
    store.put_on_topics(at, &post.topics).await.unwrap();
    assert_eq!(walls(&world, &post).await, [cats.clone(), coffee.clone()]);
    let left = WallsLeft {
        post: post.id,
        published_at: at.published_at,
        topics: vec![cats.clone(), coffee.clone()],
    };
    let left = serde_json::to_string(&JanitorMessage::WallsLeft(left)).unwrap();
    let mut edited = post.clone();
    edited.topics = vec![coffee.clone()];
    let uploads = Uploads::default();
    assert!(
        store
            .change_post(&post, &edited, &uploads, world.now())
            .await
            .unwrap()
    );
    for _ in 0..2 {
        work(&App::new(&world.context()), &left).await;
        assert_eq!(walls(&world, &post).await, std::slice::from_ref(&coffee));
    }
    let now = store.post_now(post.id).await.unwrap().unwrap();
    assert!(store.delete_post(&post.author, &now).await.unwrap());
    work(&App::new(&world.context()), &left).await;
    assert_eq!(walls(&world, &post).await, []);
}

#[tokio::test]
async fn a_janitor_killed_at_any_call_leaves_nothing_that_the_next_does_not_take_away() {
    let mut calls = 0;
    loop {
        let world = World::new().await;
        let post = deleted(&world).await;
        let faults = Faults::after(calls, Fault::Killed);
        let app = App::new(&faults.attach(&world.context()));
        let event = sqs_event(&[told(&post, 0)]);
        let outlived = Box::pin(faults.run(work_off(&app, event))).await.is_some();
        work(&App::new(&world.context()), &told(&post, 0)).await;
        assert_eq!(named(&world, post.id).await, left(&post), "{calls}");
        if outlived {
            break;
        }
        calls += 1;
    }
    assert!(calls >= 5, "{calls}");
}

#[tokio::test]
async fn what_was_said_so_often_that_one_message_does_not_end_it_goes_by_the_next() {
    let world = World::new().await;
    world.member("ana").await;
    let post = world.published_post("ana").await;
    for n in 0..501 {
        say(&world, "ben", post.id, None, n).await;
    }
    let store = world.store();
    let now = store.post_now(post.id).await.unwrap().unwrap();
    assert!(store.delete_post(&post.author, &now).await.unwrap());
    let app = App::new(&world.context());
    let (mut next, mut turns) = (vec![told(&post, 0)], 0);
    while let Some(body) = next.pop() {
        work(&app, &body).await;
        next.extend(world.receive_all("janitor").await);
        turns += 1;
    }
    assert_eq!(turns, 2);
    let (said, _) = store.comments_of(post.id, None, 10).await.unwrap();
    assert_eq!(said, []);
}

#[tokio::test]
async fn an_act_that_read_a_hot_post_before_it_went_finds_out() {
    let world = World::new().await;
    let post = deleted(&world).await;
    work(&App::new(&world.context()), &told(&post, 3)).await;
    let hot = Post {
        heat: 8,
        generation: 3,
        ..post.clone()
    };
    let store = world.store();
    let smile = store.smile(&actor(&user("dora")), &hot, world.now()).await;
    assert!(smile.is_err(), "{smile:?}");
    let heat = Heat {
        shards: 64,
        generation: 3,
    };
    let shards = store.shards(&Thing::Post(post.id), heat, true).await;
    assert_eq!(shards.unwrap(), domain::engagement::Shards::default());
}

#[tokio::test]
async fn a_message_that_cannot_be_read_fails_alone() {
    let world = World::new().await;
    let post = deleted(&world).await;
    let bodies = ["nonsense".to_owned(), told(&post, 0)];
    let answer = work_off(&App::new(&world.context()), sqs_event(&bodies)).await;
    assert_eq!(answer.batch_item_failures.len(), 1);
    assert_eq!(named(&world, post.id).await, left(&post));
}

#[tokio::test]
async fn what_a_post_that_is_gone_showed_is_given_a_time_to_live_and_its_reach_is_forgotten() {
    let world = World::new().await;
    world.member("ana").await;
    world.product("SPK-1").await;
    let photo = world.ready_photo("ana").await;
    let post = world.published_post("ana").photo(&photo, &["SPK-1"]).await;
    let (store, at) = (world.store(), Entry::of(&post).unwrap().at);
    store.note_shown(at, post.product_ids()).await.unwrap();
    let reach = Reach {
        followers: 3,
        delivered: 2,
    };
    store.note_reach(post.id, reach).await.unwrap();
    assert!(store.delete_post(&post.author, &post).await.unwrap());
    let context = world.context();
    let expires = async || {
        let key = keys::shows(post.product_ids().first().unwrap(), at);
        let get = context.dynamodb.get_item().set_key(Some(key.attributes()));
        let item = get.table_name(context.config.table()).send().await;
        let item = item.unwrap().item.unwrap();
        let at: i64 = item[keys::EXPIRES_AT].as_n().unwrap().parse().unwrap();
        at
    };
    let before = expires().await;
    assert_eq!(store.progress(post.id).await.unwrap().reach, Some(reach));
    let app = App::new(&context);
    for _ in 0..2 {
        work(&app, &told(&post, 0)).await;
        assert!(expires().await < before);
        assert_eq!(store.progress(post.id).await.unwrap().reach, None);
    }
}
