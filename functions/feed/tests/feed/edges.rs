//! Whom a reader follows, pushed or pulled.

use harness::{World, user};
use jiff::SignedDuration;
use shared::store::Store;

use super::*;

/// What the fan-out does of a new follow.
async fn back_fill(store: &Store, reader: &str, author: &str, world: &World) {
    let (reader, author) = (user(reader), user(author));
    let mark = store.edge_mark(&reader, &author).await.unwrap().unwrap();
    store
        .back_fill(&reader, &author, world.now())
        .await
        .unwrap();
    let moved = store.name_as_pushed(&reader, &[(&author, mark)]).await;
    assert!(moved.unwrap());
}

#[tokio::test]
async fn a_new_follow_is_in_the_very_next_read_whole_whatever_the_workers_do() {
    let world = World::new().await;
    let (http, ben) = (feeds(&world), world.member("ben").await);
    world.member("ana").await;
    let mut posts = Vec::new();
    for _ in 0..30 {
        world.advance(SignedDuration::from_secs(10));
        let post = world.published_post("ana").topics(&[&other_topic()]).await;
        deliver(&world, &post, &[]).await;
        posts.push(post.id.to_string());
    }
    posts.sort();
    assert_eq!(read_all(&http, &ben.token, 7).await, Vec::<String>::new());
    world.follow("ben", "ana").await;
    for pushed in [false, true] {
        let following = world.store().own(&ben.id).await.unwrap().following;
        assert_eq!(following.pushed.len(), usize::from(pushed));
        let mut read = read_all(&http, &ben.token, 7).await;
        read.sort();
        assert_eq!(read, posts, "each once, pushed: {pushed}");
        if !pushed {
            back_fill(&world.store(), "ben", "ana", &world).await;
        }
    }
}

#[tokio::test]
async fn what_was_delivered_by_those_who_are_not_followed_any_more_hides_nothing_older() {
    let world = World::new().await;
    let (http, ben) = (feeds(&world), world.member("ben").await);
    for author in ["ana", "cleo"] {
        world.member(author).await;
        world.follow("ben", author).await;
        back_fill(&world.store(), "ben", author, &world).await;
    }
    let mut posts = Vec::new();
    // Those of the one, and then more than two windows of the other's.
    for (author, count) in [("ana", 5), ("cleo", 60)] {
        for _ in 0..count {
            world.advance(SignedDuration::from_secs(10));
            let post = world.published_post(author).topics(&[&other_topic()]).await;
            deliver(&world, &post, &["ben"]).await;
            if author == "ana" {
                posts.push(post.id.to_string());
            }
        }
    }
    assert_eq!(read_all(&http, &ben.token, 20).await.len(), 65);
    world.unfollow(&ben.id, &user("cleo")).await;
    let mut read = read_all(&http, &ben.token, 20).await;
    read.sort();
    posts.sort();
    assert_eq!(read, posts);
}
