//! Wanting more or less like a post, and why a post is in a feed or not.

use domain::posts::PostStatus;
use harness::{Member, World, user};
use jiff::SignedDuration;
use serde_json::json;

use super::*;

/// Ben follows Ana and Cleo; each has posts, delivered, the newest last.
async fn street(each: usize) -> (World, Http, Member, Vec<Post>) {
    let world = World::contended().await;
    let ben = world.member("ben").await;
    let mut posts = Vec::new();
    for author in ["ana", "cleo"] {
        world.member(author).await;
        world.follow("ben", author).await;
    }
    for number in 0..2 * each {
        let author = ["ana", "cleo"][number % 2];
        let post = world.published_post(author).topics(&[&other_topic()]).await;
        deliver(&world, &post, &["ben"]).await;
        posts.push(post);
    }
    let http = feeds(&world);
    (world, http, ben, posts)
}

async fn says(http: &Http, ben: &Member, post: &Post, more: bool) {
    let path = format!("/v1/feed/items/{}/feedback", post.id);
    let said = http.put(&path).token(&ben.token);
    said.json(json!({ "more": more })).send().await.expect(204);
}

async fn receipt(http: &Http, ben: &Member, post: &Post) -> serde_json::Value {
    let path = format!("/v1/feed/items/{}", post.id);
    http.get(&path)
        .token(&ben.token)
        .send()
        .await
        .expect(200)
        .json()
}

/// Stage and rule.
async fn why(http: &Http, ben: &Member, post: &Post) -> (String, String) {
    let told = receipt(http, ben, post).await;
    let text = |name: &str| told[name].as_str().unwrap().to_owned();
    let (stage, rule) = (text("stage"), text("rule"));
    let out = ["source", "rules"].contains(&stage.as_str());
    assert_eq!(told["in_feed"], !out);
    assert_eq!(told.get("reason").is_some(), !out);
    (stage, rule)
}

fn pair(stage: &str, rule: &str) -> (String, String) {
    (stage.to_owned(), rule.to_owned())
}

#[tokio::test]
async fn more_of_a_post_brings_its_author_up_and_less_takes_it_out_of_running_pages_too() {
    let (world, http, ben, posts) = street(3).await;
    let [ana, cleo] = ["ana", "cleo"].map(user);
    let first = |answer: &Answer| answer.json()["items"][0]["post"]["author"]["handle"].clone();
    let read = || http.get("/v1/feed?limit=2").token(&ben.token).send();
    let before = read().await.expect(200);
    assert_eq!(first(&before), "cleo");
    for _ in 0..2 {
        says(&http, &ben, &posts[0], true).await;
    }
    let taste = world.store().own(&ben.id).await.unwrap().taste;
    let weights: Vec<_> = taste.authors().collect();
    assert_eq!(weights, [(ana.hash(), 1.0)]);
    assert_eq!(first(&read().await.expect(200)), "ana");
    // The page that was cut before goes on as it was, without what is wanted no more.
    says(&http, &ben, &posts[1], false).await;
    let path = format!("/v1/feed?limit=10&cursor={}", next(&before).unwrap());
    let rest = http.get(&path).token(&ben.token).send().await.expect(200);
    assert_eq!(ids(&rest).len(), 3);
    assert!(!ids(&rest).contains(&posts[1].id.to_string()));
    let all = read_all(&http, &ben.token, 10).await;
    assert_eq!(all.len(), 5);
    assert!(!all.contains(&posts[1].id.to_string()));
    // The last word stands: what was said before of a post is taken back.
    says(&http, &ben, &posts[1], true).await;
    says(&http, &ben, &posts[0], false).await;
    let taste = world.store().own(&ben.id).await.unwrap().taste;
    let weights: std::collections::HashMap<_, _> = taste.authors().collect();
    assert_eq!(weights[&ana.hash()], -1.0);
    assert_eq!(weights[&cleo.hash()], 1.0);
    assert!(
        read_all(&http, &ben.token, 10)
            .await
            .contains(&posts[1].id.to_string())
    );
}

#[tokio::test]
async fn hiding_a_post_wants_less_like_it_until_it_is_hidden_no_more() {
    let (world, http, ben, posts) = street(1).await;
    let weight = async || {
        let taste = world.store().own(&ben.id).await.unwrap().taste;
        taste
            .authors()
            .map(|(_, weight)| weight)
            .collect::<Vec<_>>()
    };
    says(&http, &ben, &posts[0], true).await;
    for _ in 0..2 {
        world.hide(&ben.id, posts[0].id, true).await;
        assert_eq!(weight().await, [-1.0]);
    }
    assert_eq!(why(&http, &ben, &posts[0]).await, pair("rules", "hidden"));
    for _ in 0..2 {
        world.hide(&ben.id, posts[0].id, false).await;
        assert_eq!(weight().await, [1.0]);
    }
    assert_eq!(why(&http, &ben, &posts[0]).await.1, "followed");
}

#[tokio::test]
async fn twenty_at_once_are_all_counted() {
    let (world, http, ben, posts) = street(10).await;
    let said = posts.iter().map(|post| says(&http, &ben, post, true));
    futures::future::join_all(said).await;
    let taste = world.store().own(&ben.id).await.unwrap().taste;
    let mut weights: Vec<_> = taste.authors().map(|(_, weight)| weight).collect();
    weights.extend(taste.topics().map(|(_, weight)| weight));
    assert_eq!(weights, [10.0, 10.0, 20.0]);
}

#[tokio::test]
async fn feedback_is_refused_in_the_order_of_refusals() {
    let (world, http, ben, posts) = street(1).await;
    let path = format!("/v1/feed/items/{}/feedback", posts[0].id);
    let body = || json!({"more": "yes"});
    http.put(&path).json(body()).send().await.expect(401);
    let stranger = world.token("stranger", &[]);
    let refused = http.put(&path).token(&stranger).json(body()).send().await;
    assert_eq!(refused.expect(403).problem(), "not-joined");
    let waiting = world
        .published_post("ana")
        .with(|post| post.status = PostStatus::Processing);
    let waiting = waiting.await.id.to_string();
    for id in ["nothing", "01KAKGXV3C8Z2M4N6P8R0T1V3W", &waiting] {
        for (call, status) in [
            (
                http.put(&format!("/v1/feed/items/{id}/feedback"))
                    .json(body()),
                404,
            ),
            (http.get(&format!("/v1/feed/items/{id}")), 404),
        ] {
            call.token(&ben.token).send().await.expect(status);
        }
    }
    for bad in [body(), json!({}), json!({"more": null}), json!({"more": 1})] {
        let refused = http.put(&path).token(&ben.token).json(bad).send().await;
        assert_eq!(refused.expect(422).pointers(), ["/more"]);
    }
    http.get(&format!("/v1/feed/items/{}", posts[0].id))
        .send()
        .await
        .expect(401);
    world
        .store()
        .block(&user("ana"), &ben.id, world.now())
        .await
        .unwrap();
    let refused = http.put(&path).token(&ben.token).json(body()).send().await;
    refused.expect(404);
    let refused = http
        .get(&format!("/v1/feed/items/{}", posts[0].id))
        .token(&ben.token);
    refused.send().await.expect(404);
    assert!(
        world
            .store()
            .own(&ben.id)
            .await
            .unwrap()
            .taste
            .authors()
            .next()
            .is_none()
    );
}

#[tokio::test]
async fn a_receipt_tells_of_each_post_what_the_feed_does_with_it() {
    let (world, http, ben, posts) = street(1).await;
    let told = receipt(&http, &ben, &posts[0]).await;
    let reason = json!({"kind": "followed", "text": "You follow ana", "author": "ana"});
    assert_eq!(told["reason"], reason);
    // Delivered, and pulled as well since the follow is new.
    assert_eq!(
        why(&http, &ben, &posts[0]).await,
        pair("timeline", "followed")
    );
    let late = world.published_post("ana").topics(&[&other_topic()]).await;
    assert_eq!(why(&http, &ben, &late).await.1, "followed");
    world.member("dora").await;
    let elsewhere = world.published_post("dora").topics(&[&other_topic()]).await;
    assert_eq!(
        why(&http, &ben, &elsewhere).await,
        pair("source", "not-followed")
    );
    let on_topic = world.published_post("dora").topics(&[&first_topic()]).await;
    assert_eq!(why(&http, &ben, &on_topic).await, pair("waiting", "topic"));
    deliver(&world, &on_topic, &[]).await;
    assert_eq!(why(&http, &ben, &on_topic).await, pair("topic", "topic"));
    let told = receipt(&http, &ben, &on_topic).await;
    assert_eq!(told["reason"]["topic"], first_topic());
    let own = world.published_post("ben").await;
    assert_eq!(why(&http, &ben, &own).await, pair("source", "own-post"));
    says(&http, &ben, &on_topic, false).await;
    assert_eq!(why(&http, &ben, &on_topic).await, pair("rules", "less"));
    let now = world.now();
    world
        .store()
        .mute(&ben.id, &user("dora"), Some(now))
        .await
        .unwrap();
    assert_eq!(why(&http, &ben, &on_topic).await, pair("rules", "muted"));
    let old = world
        .published_post("ana")
        .at(now - SignedDuration::from_hours(24 * 31))
        .await;
    assert_eq!(why(&http, &ben, &old).await, pair("source", "too-old"));
    world.advance(SignedDuration::from_secs(3));
    // What is in the feed has a receipt that says so, and the other way round.
    let all = read_all(&http, &ben.token, 20).await;
    for post in posts
        .iter()
        .chain([&late, &elsewhere, &on_topic, &own, &old])
    {
        let told = receipt(&http, &ben, post).await;
        assert_eq!(
            told["in_feed"],
            all.contains(&post.id.to_string()),
            "{told}"
        );
    }
}
