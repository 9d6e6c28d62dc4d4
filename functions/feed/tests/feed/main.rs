//! Feeds through the router, over a real table.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod activity;
mod book;
mod edges;
mod explore;
mod feedback;
mod history;
mod home;
mod noting;
mod odd;
mod paging;
mod reach;
mod search;
mod sponsored;
mod stream;
mod views;
mod wall;

use std::collections::{BTreeSet, HashSet};

use domain::{feeds::Entry, ids::TopicId, people::interests, posts::Post};
use harness::{Answer, Http, Meter, World};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

fn feeds(world: &World) -> Http {
    world.serve(feed::router(&world.context()))
}

/// Feeds, with a meter between them and the table.
fn metered(world: &World) -> (Http, Meter) {
    let meter = Meter::new();
    let router = feed::router(&meter.attach(&world.context()));
    (world.serve(router), meter)
}

fn ids(answer: &Answer) -> Vec<String> {
    let body = answer.json();
    let items = body["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["post"]["id"].as_str().unwrap().to_owned())
        .collect()
}

fn next(answer: &Answer) -> Option<String> {
    answer.json()["next_cursor"].as_str().map(str::to_owned)
}

/// Interests beyond the five that members of the harness have.
fn other_topic() -> String {
    interests::groups()
        .iter()
        .flat_map(|g| &g.interests)
        .nth(20)
        .unwrap()
        .id
        .clone()
}

fn first_topic() -> String {
    interests::groups()[0].interests[0].id.clone()
}

/// Does what the workers would: timelines, walls, and the marker is gone.
async fn deliver(world: &World, post: &Post, readers: &[&str]) {
    let (store, entry) = (world.store(), Entry::of(post).unwrap());
    let to = readers
        .iter()
        .map(|reader| (harness::user(reader), entry.clone()));
    store.deliver(&to.collect::<Vec<_>>()).await.unwrap();
    store.put_on_topics(entry.at, &post.topics).await.unwrap();
    store.put_into_head(&entry, world.now()).await.unwrap();
    store.close(entry.at).await.unwrap();
}

/// Reads a whole feed in pages of `limit`.
async fn read_all(http: &Http, token: &str, limit: usize) -> Vec<String> {
    let (mut all, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let from = cursor
            .map(|cursor| format!("&cursor={cursor}"))
            .unwrap_or_default();
        let path = format!("/v1/feed?limit={limit}{from}");
        let answer = http.get(&path).token(token).send().await.expect(200);
        assert!(ids(&answer).len() <= limit);
        all.extend(ids(&answer));
        cursor = next(&answer);
        if cursor.is_none() {
            return all;
        }
    }
}
