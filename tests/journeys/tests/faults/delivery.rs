//! Relay and fan-out: no post is lost, none is doubled, and at no moment is one missing.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    feeds::{Entry, Position},
    ids::{PostId, UserId},
    posts::Post,
};
use harness::World;
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use shared::keys::Month;

use crate::{BATCHES, Met, engine::Engine, is_open, timeline, user};

const AUTHORS: [&str; 2] = ["ana", "ben"];
const READERS: [&str; 4] = ["cleo", "dan", "eve", "fay"];

/// What happened in a world, as it should be told.
#[derive(Default)]
struct Told {
    posts: BTreeMap<PostId, Post>,
    deleted: BTreeSet<PostId>,
    /// Who follows whom now.
    follows: BTreeSet<(UserId, UserId)>,
    /// Who ever did.
    ever: BTreeSet<(UserId, UserId)>,
    /// Who has followed the author from before the post on.
    due: BTreeSet<(UserId, PostId)>,
}

/// Something that people do.
async fn act(world: &World, random: &mut StdRng, told: &mut Told) {
    let author = *AUTHORS.choose(random).expect("an author");
    let reader = *READERS.choose(random).expect("a reader");
    let edge = (user(reader), user(author));
    match random.random_range(0..10) {
        0..5 => {
            let post = world.published_post(author).topics(&["cats"]).await;
            let readers = told.follows.iter().filter(|edge| edge.1 == post.author);
            let due: Vec<_> = readers.map(|edge| (edge.0.clone(), post.id)).collect();
            told.due.extend(due);
            told.posts.insert(post.id, post);
        }
        5..8 => {
            world.follow(reader, author).await;
            told.follows.insert(edge.clone());
            told.ever.insert(edge);
        }
        8 => {
            world.unfollow(&edge.0, &edge.1).await;
            told.due
                .retain(|(reader, post)| *reader != edge.0 || told.posts[post].author != edge.1);
            told.follows.remove(&edge);
        }
        _ => {
            let Some(post) = told.posts.values().next().cloned() else {
                return;
            };
            let gone = world.store().delete_post(&post.author, &post).await;
            gone.expect("the post goes");
            told.posts.remove(&post.id);
            told.due.retain(|(_, due)| *due != post.id);
            told.deleted.insert(post.id);
        }
    }
}

/// At any moment a post is in the timeline of each who followed before it, or open.
async fn nothing_is_missing(world: &World, told: &Told) {
    // What is open is read first: what is closed in between was delivered before.
    let open = is_open(world).await;
    for reader in READERS.map(user) {
        let timeline = timeline(world, &reader).await;
        let due = told.due.iter().filter(|(who, _)| *who == reader);
        for (_, post) in due {
            let there = open.contains(post) || timeline.contains(post);
            assert!(there, "{reader} would miss {post}");
        }
    }
}

/// In the end each follower has each post once, and nobody else has any.
async fn all_is_delivered(world: &World, told: &Told) {
    for reader in READERS.map(user) {
        let timeline = timeline(world, &reader).await;
        let distinct: BTreeSet<_> = timeline.iter().copied().collect();
        assert_eq!(distinct.len(), timeline.len(), "{reader} has one twice");
        for (id, post) in &told.posts {
            let edge = (reader.clone(), post.author.clone());
            if told.follows.contains(&edge) {
                assert!(distinct.contains(id), "{reader} has lost {id}");
            } else if !told.ever.contains(&edge) {
                assert!(!distinct.contains(id), "{reader} never asked for {id}");
            }
        }
    }
    assert_eq!(is_open(world).await, BTreeSet::new(), "what stayed open");
    let mut walls = BTreeSet::new();
    for post in told.posts.values() {
        let at = Entry::of(post).expect("a published post").at;
        let (topic, month) = (&post.topics[0], Month::of(at.published_at));
        let (from, to) = (
            Position::start_of(at.published_at),
            Position::end_of(at.published_at),
        );
        let wall = world.store().topic_month(topic, month, to, from, 100).await;
        walls.extend(wall.expect("a wall").iter().map(|at| at.post));
    }
    for id in told.posts.keys() {
        assert!(walls.contains(id), "{id} is on no wall");
    }
}

async fn delivers(seed: u64) -> Met {
    let world = World::new().await;
    let mut random = StdRng::seed_from_u64(seed);
    for sub in AUTHORS.iter().chain(&READERS) {
        world.member(sub).await;
    }
    let mut told = Told::default();
    let mut engine = Engine::new(&world, seed);
    for _ in 0..random.random_range(6..14) {
        act(&world, &mut random, &mut told).await;
        for _ in 0..random.random_range(0..4) {
            engine.step().await;
        }
        if random.random_ratio(1, 3) {
            nothing_is_missing(&world, &told).await;
        }
    }
    for _ in 0..4 {
        nothing_is_missing(&world, &told).await;
        engine.step().await;
    }
    engine.settle().await;
    all_is_delivered(&world, &told).await;
    Met::of(&engine.faults)
}

#[tokio::test]
async fn every_post_reaches_every_follower_once_whatever_fails() {
    crate::over_seeds(0..40, delivers, BATCHES).await;
}

#[tokio::test]
async fn every_post_reaches_every_follower_once_whatever_else_fails() {
    crate::over_seeds(40..80, delivers, BATCHES).await;
}
