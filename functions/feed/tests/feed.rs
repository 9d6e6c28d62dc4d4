//! Feeds through the router, over a real table.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeSet, HashSet};

use harness::{Answer, Http, World};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use shared::domain::{
    feed::Entry,
    ids::{TopicId, UserId},
    interests,
    post::Post,
};

fn feeds(world: &World) -> Http {
    world.serve(feed::router(feed::App::new(&world.context())))
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
        .map(|reader| (UserId::parse(reader).unwrap(), entry.clone()));
    store.deliver(&to.collect::<Vec<_>>()).await.unwrap();
    store.put_on_topics(&entry, &post.topics).await.unwrap();
    store.close(&entry).await.unwrap();
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

#[tokio::test]
async fn a_post_is_in_its_followers_feed_while_it_is_still_being_delivered_and_after() {
    let world = World::new().await;
    let (http, reader) = (feeds(&world), world.member("ben").await);
    world.member("ana").await;
    world.follow("ben", "ana").await;
    world.product("SPK-1").await;
    world.product("SPK-2").sold_out().await;
    let photo = world.ready_photo("ana").await;
    let post = world
        .published_post("ana")
        .topics(&[&other_topic()])
        .photo(&photo, &["SPK-1", "SPK-2"])
        .await;

    for delivered in [false, true] {
        if delivered {
            deliver(&world, &post, &["ben"]).await;
        }
        let answer = http
            .get("/v1/feed")
            .token(&reader.token)
            .send()
            .await
            .expect(200);
        let body = answer.json();
        assert_eq!(
            ids(&answer),
            [post.id.to_string()],
            "delivered: {delivered}"
        );
        let item = &body["items"][0];
        assert_eq!(item["reason"]["kind"], "followed");
        assert_eq!(item["reason"]["text"], "You follow ana");
        assert_eq!(item["kind"], "post");
        assert_eq!(item["post"]["shoppable_count"], 1);
        assert_eq!(item["post"]["viewer"]["smiled"], false);
        assert_eq!(item["post"]["author"]["handle"], "ana");
        assert!(
            item["view_token"]
                .as_str()
                .is_some_and(|token| !token.is_empty())
        );
        assert_eq!(body["next_cursor"], Value::Null);
    }
}

#[tokio::test]
async fn topics_bring_posts_by_people_one_does_not_follow_and_say_so() {
    let world = World::new().await;
    let (http, reader) = (feeds(&world), world.member("ben").await);
    world.member("ana").await;
    let on_topic = world.published_post("ana").topics(&[&first_topic()]).await;
    let elsewhere = world.published_post("ana").topics(&[&other_topic()]).await;
    for post in [&on_topic, &elsewhere] {
        deliver(&world, post, &[]).await;
    }
    let answer = http
        .get("/v1/feed")
        .token(&reader.token)
        .send()
        .await
        .expect(200);
    assert_eq!(ids(&answer), [on_topic.id.to_string()]);
    let reason = &answer.json()["items"][0]["reason"];
    assert_eq!(
        (&reason["kind"], &reason["topic"]),
        (&"topic".into(), &first_topic().into())
    );
}

#[tokio::test]
async fn ones_own_posts_are_not_in_ones_home_feed() {
    let world = World::new().await;
    let (http, ana) = (feeds(&world), world.member("ana").await);
    let post = world.published_post("ana").await;
    let wall = http
        .get(&format!("/v1/topics/{}/posts", first_topic()))
        .send()
        .await
        .expect(200);
    assert_eq!(ids(&wall), Vec::<String>::new());
    deliver(&world, &post, &[]).await;
    let wall = http
        .get(&format!("/v1/topics/{}/posts", first_topic()))
        .send()
        .await
        .expect(200);
    assert_eq!(ids(&wall), [post.id.to_string()]);
    let home = http
        .get("/v1/feed")
        .token(&ana.token)
        .send()
        .await
        .expect(200);
    assert_eq!(ids(&home), Vec::<String>::new());
}

#[tokio::test]
async fn what_is_deleted_or_unfollowed_is_gone_from_pages_asked_for_later() {
    let world = World::new().await;
    let (http, reader) = (feeds(&world), world.member("ben").await);
    let topic = other_topic();
    for author in ["ana", "cleo"] {
        world.member(author).await;
        world.follow("ben", author).await;
    }
    let mut posts = Vec::new();
    for author in ["ana", "cleo", "ana", "cleo"] {
        world.advance(SignedDuration::from_secs(1));
        let post = world.published_post(author).topics(&[&topic]).await;
        deliver(&world, &post, &["ben"]).await;
        posts.push(post);
    }
    let first = http
        .get("/v1/feed?limit=1")
        .token(&reader.token)
        .send()
        .await
        .expect(200);
    assert_eq!(ids(&first), [posts[3].id.to_string()]);
    let whole = read_all(&http, &reader.token, 1).await;
    assert_eq!(whole.len(), 4);

    assert!(
        world
            .store()
            .delete_post(&posts[1].author, &posts[1])
            .await
            .unwrap()
    );
    world
        .store()
        .unfollow(&reader.id, &posts[0].author)
        .await
        .unwrap();
    let path = format!("/v1/feed?limit=100&cursor={}", next(&first).unwrap());
    let rest = http
        .get(&path)
        .token(&reader.token)
        .send()
        .await
        .expect(200);
    assert_eq!(ids(&rest), Vec::<String>::new());
}

#[tokio::test]
async fn paging_repeats_and_skips_nothing_while_posts_arrive() {
    let world = World::new().await;
    let (http, reader) = (feeds(&world), world.member("ben").await);
    let authors = ["ana", "cleo", "dan"];
    for author in authors {
        world.member(author).await;
        world.follow("ben", author).await;
    }
    let mut held = BTreeSet::new();
    for n in 0..67 {
        world.advance(SignedDuration::from_secs(30));
        let post = world
            .published_post(authors[n % 3])
            .topics(&[&other_topic()])
            .await;
        // Every third stays open: nobody delivered it.
        if n % 3 != 0 {
            deliver(&world, &post, &["ben"]).await;
        }
        held.insert(post.id.to_string());
    }
    let (mut seen, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let from = cursor
            .map(|cursor| format!("&cursor={cursor}"))
            .unwrap_or_default();
        let path = format!("/v1/feed?limit=5{from}");
        let answer = http
            .get(&path)
            .token(&reader.token)
            .send()
            .await
            .expect(200);
        seen.extend(ids(&answer));
        cursor = next(&answer);
        if cursor.is_none() {
            break;
        }
        assert!(cursor.as_ref().is_some_and(|cursor| cursor.len() <= 2_048));
        world.advance(SignedDuration::from_secs(1));
        let late = world.published_post("ana").topics(&[&other_topic()]).await;
        deliver(&world, &late, &["ben"]).await;
    }
    let unique: HashSet<_> = seen.iter().cloned().collect();
    assert_eq!(seen.len(), unique.len(), "a post came twice");
    assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), held);
}

#[tokio::test]
async fn no_author_has_three_posts_in_a_row_where_others_can_stand_between() {
    let world = World::new().await;
    let (http, reader) = (feeds(&world), world.member("ben").await);
    for author in ["ana", "cleo"] {
        world.member(author).await;
        world.follow("ben", author).await;
    }
    let mut authors = std::collections::HashMap::new();
    for author in [
        "cleo", "cleo", "cleo", "cleo", "ana", "ana", "ana", "ana", "ana", "ana",
    ] {
        world.advance(SignedDuration::from_secs(60));
        let post = world.published_post(author).topics(&[&other_topic()]).await;
        authors.insert(post.id.to_string(), author);
    }
    let order: Vec<_> = read_all(&http, &reader.token, 3)
        .await
        .iter()
        .map(|id| authors[id])
        .collect();
    assert_eq!(order.len(), 10);
    let runs_of_three: Vec<_> = order
        .windows(3)
        .enumerate()
        .filter(|(_, w)| w[0] == w[1] && w[1] == w[2])
        .collect();
    for (at, run) in runs_of_three {
        assert!(
            order[at..].iter().all(|author| *author == run[0]),
            "{order:?}"
        );
    }
}

#[tokio::test]
async fn a_feed_spans_the_turn_of_a_month_and_ends_at_thirty_days() {
    let world = World::new().await;
    let (http, reader) = (feeds(&world), world.member("ben").await);
    world.member("ana").await;
    let mut kept = BTreeSet::new();
    for days in [0, 10, 20, 29, 31] {
        let at: Timestamp = world.now() - SignedDuration::from_hours(24 * days);
        let post = world.published_post("ana").at(at).await;
        deliver(&world, &post, &[]).await;
        if days < 30 {
            kept.insert(post.id.to_string());
        }
    }
    let seen = read_all(&http, &reader.token, 2).await;
    assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), kept);
}

#[tokio::test]
async fn a_changed_cursor_another_viewers_or_another_lists_is_a_400_and_an_old_one_says_so() {
    let world = World::new().await;
    let (http, ben, cleo) = (
        feeds(&world),
        world.member("ben").await,
        world.member("cleo").await,
    );
    world.member("ana").await;
    for _ in 0..3 {
        let post = world.published_post("ana").await;
        deliver(&world, &post, &[]).await;
    }
    let first = http
        .get("/v1/feed?limit=1")
        .token(&ben.token)
        .send()
        .await
        .expect(200);
    let cursor = next(&first).unwrap();
    let at = |cursor: &str| format!("/v1/feed?limit=1&cursor={cursor}");
    http.get(&at(&cursor))
        .token(&ben.token)
        .send()
        .await
        .expect(200);

    let mut changed = cursor.clone();
    let last = if changed.pop() == Some('A') { 'B' } else { 'A' };
    changed.push(last);
    for (path, token) in [
        (at(&changed), &ben.token),
        (at(&cursor), &cleo.token),
        (
            format!("/v1/topics/{}/posts?cursor={cursor}", first_topic()),
            &ben.token,
        ),
    ] {
        let refused = http.get(&path).token(token).send().await.expect(400);
        assert!(refused.problem().ends_with("bad-cursor"), "{path}");
    }
    world.advance(SignedDuration::from_hours(25));
    let fresh = world.token("ben", &[]);
    let refused = http
        .get(&at(&cursor))
        .token(&fresh)
        .send()
        .await
        .expect(400);
    assert!(refused.problem().ends_with("cursor-expired"));
}

#[tokio::test]
async fn a_wall_is_newest_first_in_pages_and_can_be_narrowed_to_a_kind() {
    let world = World::new().await;
    let http = feeds(&world);
    world.member("ana").await;
    let mut newest_first = Vec::new();
    for _ in 0..7 {
        world.advance(SignedDuration::from_secs(1));
        let post = world.published_post("ana").await;
        deliver(&world, &post, &[]).await;
        newest_first.insert(0, post.id.to_string());
    }
    let wall = format!("/v1/topics/{}/posts", first_topic());
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let answer = http
            .get(&format!("{wall}?limit=3{cursor}"))
            .send()
            .await
            .expect(200);
        seen.extend(ids(&answer));
        match next(&answer) {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, newest_first);
    let photos = http
        .get(&format!("{wall}?kind=photo"))
        .send()
        .await
        .expect(200);
    assert_eq!(ids(&photos), Vec::<String>::new());
    let stories = http
        .get(&format!("{wall}?kind=story&sort=new"))
        .send()
        .await
        .expect(200);
    assert_eq!(ids(&stories).len(), 7);
    assert_eq!(stories.json()["items"][0]["reason"]["kind"], "topic");
}

#[tokio::test]
async fn refusals_come_in_their_order() {
    let world = World::new().await;
    let (http, ben) = (feeds(&world), world.member("ben").await);
    http.get("/v1/feed").send().await.expect(401);
    http.get("/v1/feed")
        .token("not.a.token")
        .send()
        .await
        .expect(401);
    let stranger = world.token("stranger", &[]);
    let refused = http
        .get("/v1/feed?limit=0")
        .token(&stranger)
        .send()
        .await
        .expect(403);
    assert!(refused.problem().ends_with("not-joined"));
    let refused = http
        .get("/v1/feed?limit=0")
        .token(&ben.token)
        .send()
        .await
        .expect(422);
    assert_eq!(refused.pointers(), ["?limit"]);

    http.get("/v1/topics/no-such/posts")
        .send()
        .await
        .expect(404);
    let wall = format!(
        "/v1/topics/{}/posts?limit=101&kind=poem&sort=best",
        first_topic()
    );
    let refused = http.get(&wall).send().await.expect(422);
    assert_eq!(refused.pointers(), ["?limit", "?sort", "?kind"]);
    assert!(TopicId::parse("no-such").is_none());
}
