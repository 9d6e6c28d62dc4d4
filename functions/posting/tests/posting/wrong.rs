//! New posts that are refused, and in which order.

use domain::posts::photo::Rejection;
use harness::{Http, Member};
use serde_json::{Value, json};

use crate::{begin, story};

async fn pointers(http: &Http, who: &Member, body: Value) -> Vec<String> {
    let answer = http
        .post("/v1/posts")
        .token(&who.token)
        .json(body)
        .send()
        .await;
    answer.expect(422).pointers()
}

#[tokio::test]
async fn who_may_not_post_is_told_so_before_anything_else() {
    let (world, _ana, http) = begin().await;
    let ben = world.member("ben").await;
    let post = || http.post("/v1/posts").json(json!({"kind": "no such"}));
    assert_eq!(post().send().await.expect(401).problem(), "unauthenticated");
    let refused = post().token(&ben.token).send().await;
    assert_eq!(refused.expect(403).problem(), "prime-required");
    let stranger = world.token("stranger", &["prime"]);
    let malformed = || {
        http.post("/v1/posts")
            .token(&stranger)
            .body("application/json", "{")
    };
    let good = || http.post("/v1/posts").token(&stranger).json(story("Hello"));
    for attempt in [post().token(&stranger), malformed(), good()] {
        assert_eq!(attempt.send().await.expect(403).problem(), "not-joined");
    }
}

#[tokio::test]
async fn every_bad_field_is_named_at_once_also_those_that_only_the_table_knows() {
    let (world, ana, http) = begin().await;
    let theirs = world.member("ben").await;
    let theirs = world.ready_photo(theirs.id.as_str()).await.id.to_string();
    let mine = world.ready_photo("ana").await.id.to_string();
    world.product("mug").await;
    let body = json!({
        "kind": "poem",
        "text": "x".repeat(5_001),
        "photos": [
            {"id": theirs, "alt": "x".repeat(501)},
            {"id": mine, "hotspots": [
                {"product_id": "mug", "x": 0.5, "y": 0.5},
                {"product_id": "cup", "x": -0.1, "y": 1.1},
                {"product_id": "mug", "x": 0.5},
                {"x": "left", "y": 0},
                {"x": 3, "y": -1},
            ]},
            {"id": "no id"},
            {"id": mine},
            {},
        ],
        "products": ["mug", "mug", "pot", "#  "],
        "topics": ["no such topic", "tea", "tea"],
    });
    let mut named = pointers(&http, &ana, body).await;
    named.sort();
    let expected = [
        "/kind",
        "/photos/0/alt",
        "/photos/0/id",
        "/photos/1/hotspots/1/product_id",
        "/photos/1/hotspots/1/x",
        "/photos/1/hotspots/1/y",
        "/photos/1/hotspots/2/y",
        "/photos/1/hotspots/3/product_id",
        "/photos/1/hotspots/3/x",
        "/photos/1/hotspots/4/product_id",
        "/photos/1/hotspots/4/x",
        "/photos/1/hotspots/4/y",
        "/photos/2/id",
        "/photos/3/id",
        "/photos/4/id",
        "/products/1",
        "/products/2",
        "/products/3",
        "/text",
        "/topics/0",
        "/topics/2",
    ];
    assert_eq!(named, expected);
    let (posts, _) = world.store().posts_by(&ana.id, None, 10).await.unwrap();
    assert!(posts.is_empty());
}

#[tokio::test]
async fn there_is_a_most_of_everything() {
    let (world, ana, http) = begin().await;
    world.product("mug").await;
    let spot = json!({"product_id": "mug", "x": 0, "y": 1});
    let photo = world.ready_photo("ana").await.id.to_string();
    let many = json!({
        "kind": "photo",
        "photos": [{"id": photo, "hotspots": vec![spot.clone(); 21]}],
        "products": (0..21).map(|n| format!("p{n}")).collect::<Vec<_>>(),
        "topics": ["tea", "coffee", "bbq", "baking", "shoes", "bags"],
    });
    let named = pointers(&http, &ana, many).await;
    for pointer in ["/photos/0/hotspots", "/products", "/topics"] {
        assert!(named.iter().any(|named| named == pointer), "{named:?}");
    }
    let photos = vec![json!({"id": photo}); 11];
    let named = pointers(&http, &ana, json!({"kind": "photo", "photos": photos})).await;
    assert!(named.contains(&"/photos".to_owned()));
    let most = json!({"kind": "photo", "photos": [{"id": photo, "hotspots": vec![spot; 20]}]});
    let answer = http
        .post("/v1/posts")
        .token(&ana.token)
        .json(most)
        .send()
        .await;
    answer.expect(201);
}

#[tokio::test]
async fn a_post_must_have_something_in_it() {
    let (_world, ana, http) = begin().await;
    assert_eq!(pointers(&http, &ana, json!({})).await, ["/kind"]);
    assert_eq!(
        pointers(&http, &ana, json!({"kind": "photo", "text": "x"})).await,
        ["/photos"]
    );
    assert_eq!(pointers(&http, &ana, story(" \n")).await, ["/text"]);
    assert_eq!(
        pointers(&http, &ana, json!({"kind": "story"})).await,
        ["/text"]
    );
    let poll = json!({"question": "?", "options": [{"text": "Yes"}, {"text": "No"}]});
    let poll = json!({"kind": "story", "text": "x", "poll": poll, "link": null});
    assert_eq!(pointers(&http, &ana, poll).await, ["/poll"]);
    for (kind, needed) in [
        ("poll", "/poll"),
        ("review", "/review_id"),
        ("link", "/link"),
        ("question", "/text"),
    ] {
        assert_eq!(pointers(&http, &ana, json!({"kind": kind})).await, [needed]);
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_malformed() {
    let (_world, ana, http) = begin().await;
    let post = || http.post("/v1/posts").token(&ana.token);
    let not_json = post().body("application/json", "{").send().await;
    assert_eq!(not_json.expect(400).problem(), "malformed-body");
    post().body("text/plain", "{}").send().await.expect(415);
    post()
        .body("application/json", vec![b' '; 200_000])
        .send()
        .await
        .expect(413);
    let key = post()
        .json(story("x"))
        .header("idempotency-key", "a b")
        .send()
        .await;
    assert_eq!(key.expect(400).problem(), "malformed-header");
}

#[tokio::test]
async fn a_rejected_photo_is_a_bad_field_with_the_reason() {
    let (world, ana, http) = begin().await;
    let photo = world.awaited_photo("ana").await;
    let settled = world
        .store()
        .settle_photo(photo.id, Err(Rejection::Truncated))
        .await;
    settled.unwrap();
    let body = json!({"kind": "photo", "photos": [{"id": photo.id.to_string()}]});
    let answer = http
        .post("/v1/posts")
        .token(&ana.token)
        .json(body)
        .send()
        .await
        .expect(422);
    assert_eq!(answer.pointers(), ["/photos/0/id"]);
    assert_eq!(
        answer.json()["errors"][0]["detail"],
        "was rejected: truncated"
    );
}

#[tokio::test]
async fn a_photo_is_in_one_post_alone() {
    let (world, ana, http) = begin().await;
    let photo = world.ready_photo("ana").await.id.to_string();
    let body = json!({"kind": "photo", "photos": [{"id": photo}]});
    let post = || http.post("/v1/posts").token(&ana.token).json(body.clone());
    post().send().await.expect(201);
    assert_eq!(post().send().await.expect(409).problem(), "photo-taken");
    let worse = json!({"kind": "photo", "photos": [{"id": photo}], "topics": ["none"]});
    assert_eq!(pointers(&http, &ana, worse).await, ["/topics/0"]);
}

#[tokio::test]
async fn of_two_posts_at_once_one_gets_the_photo() {
    let (world, ana, http) = begin().await;
    let photo = world.ready_photo("ana").await.id.to_string();
    let body = json!({"kind": "photo", "photos": [{"id": photo}]});
    let posts = (0..10).map(|_| {
        http.post("/v1/posts")
            .token(&ana.token)
            .json(body.clone())
            .send()
    });
    let answers = futures::future::join_all(posts).await;
    let with = |status: u16| {
        answers
            .iter()
            .filter(|answer| answer.status == status)
            .count()
    };
    assert_eq!((with(201), with(409)), (1, 9));
    let (posts, _) = world.store().posts_by(&ana.id, None, 100).await.unwrap();
    assert_eq!(posts.len(), 1);
}
