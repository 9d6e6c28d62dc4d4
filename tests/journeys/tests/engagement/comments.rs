//! Comments and replies: saying them, and reading what was said (ENGAGEMENT 9-12).

use domain::engagement::Count;
use serde_json::json;

use crate::{
    begin,
    talk::{answer, delete, id, of, read, say, smile, try_to_say},
};

#[tokio::test]
async fn what_one_says_is_answered_listed_and_counted() {
    let (world, ana, http) = begin().await;
    let ben = world.member("ben").prime().await;
    let post = world.published_post("ana").await.id;
    let body = json!({"text": "e\u{301}t @ana #coffee", "reply_to": null});
    let said = try_to_say(&http, &ben, post, body).await.expect(201);
    let comment = said.json();
    let top = id(&comment);
    assert!(
        top.starts_with(&post.to_string()) && top.len() == 52,
        "{top}"
    );
    let location = said.header("location").unwrap();
    assert!(
        location.ends_with(&format!("/v1/comments/{top}")),
        "{location}"
    );
    assert_eq!(comment["text"], "ét @ana #coffee");
    assert_eq!(comment["author"]["handle"], "ben");
    assert_eq!(comment["entities"][0]["handle"], "ana");
    assert_eq!(comment["accepted"], false);
    assert_eq!(comment["counts"], json!({"smiles": 0, "replies": 0}));
    assert_eq!(comment["viewer"], json!({"smiled": false}));
    for absent in ["reply_to", "voted", "deleted"] {
        assert!(comment.get(absent).is_none(), "{absent}");
    }
    let reply = answer(&http, &ana, post, &top).await;
    assert_eq!(reply.len(), 78);
    smile(&http, &ana, &top).await;

    let seen = read(&http, Some(&ana), &of(post)).await;
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0]["counts"], json!({"smiles": 1, "replies": 1}));
    assert_eq!(seen[0]["viewer"], json!({"smiled": true}));
    let replies = read(&http, None, &format!("{}?reply_to={top}", of(post))).await;
    assert_eq!(replies.iter().map(id).collect::<Vec<_>>(), [reply]);
    assert_eq!(replies[0]["reply_to"], top);
    assert!(replies[0].get("viewer").is_none());
    let posting = world.serve(posting::router(&world.context()));
    let path = format!("/v1/posts/{post}");
    let seen = posting.get(&path).send().await.expect(200).json();
    assert_eq!(seen["counts"]["comments"], 2);
}

#[tokio::test]
async fn refusals_come_in_order_on_every_route_and_change_nothing() {
    let (world, ana, http) = begin().await;
    let post = world.published_post("ana").await.id;
    let comment = say(&http, &ana, post, "Mine").await;
    let unknown = format!("{post}{}", world.context().ids.ulid());
    let (stranger, ben) = (
        world.token("stranger", &["prime"]),
        world.member("ben").await,
    );
    let nowhere = world.context().ids.ulid();
    for path in [
        of(post),
        format!("/v1/posts/{nowhere}/comments"),
        "/v1/posts/x/comments".into(),
    ] {
        let say = http.post(&path).json(json!({}));
        assert_eq!(
            say.clone().send().await.expect(401).problem(),
            "unauthenticated"
        );
        let refused = say.clone().token(&ben.token).send().await;
        assert_eq!(refused.expect(403).problem(), "prime-required");
        let refused = say.clone().token(&stranger).send().await;
        assert_eq!(refused.expect(403).problem(), "not-joined", "{path}");
        let status = if path == of(post) { 422 } else { 404 };
        say.token(&ana.token).send().await.expect(status);
    }
    http.get(&format!("/v1/posts/{nowhere}/comments"))
        .send()
        .await
        .expect(404);
    http.get("/v1/posts/x/comments?limit=0")
        .send()
        .await
        .expect(404);
    for (path, prime) in [("", false), ("/smile", true), ("/accepted", false)] {
        for id in [&comment, &unknown, &"x".to_owned(), &format!("{comment}x")] {
            let path = format!("/v1/comments/{id}{path}");
            let requests = match path.ends_with("d") || path.ends_with("e") {
                true => vec![http.put(&path), http.delete(&path)],
                false => vec![http.delete(&path)],
            };
            for (index, request) in requests.into_iter().enumerate() {
                let nobody = request.clone().send().await;
                assert_eq!(nobody.expect(401).problem(), "unauthenticated", "{path}");
                let refused = request.clone().token(&stranger).send().await;
                assert_eq!(refused.expect(403).problem(), "not-joined", "{path}");
                if prime && index == 0 {
                    let refused = request.clone().token(&ben.token).send().await;
                    assert_eq!(refused.expect(403).problem(), "prime-required");
                }
                if id != &comment {
                    request.token(&ana.token).send().await.expect(404);
                }
            }
        }
    }
    assert_eq!(delete(&http, &ben, &comment, 403).await, "not-owner");
    assert_eq!(world.counted(post, Count::Comments).await, 1);
}

#[tokio::test]
async fn all_that_is_wrong_with_a_comment_is_told_at_once() {
    let (world, ana, http) = begin().await;
    let (post, other) = (
        world.published_post("ana").await.id,
        world.published_post("ana").await.id,
    );
    let top = say(&http, &ana, post, "Top").await;
    let reply = answer(&http, &ana, post, &top).await;
    let elsewhere = say(&http, &ana, other, "Elsewhere").await;
    let eleven: Vec<_> = (0..11).map(|n| format!("@some{n}")).collect();
    for text in [
        json!(null),
        json!(""),
        json!(" \u{200b}"),
        json!("x".repeat(1_001)),
        json!(7),
        json!(eleven.join(" ")),
    ] {
        let refused = try_to_say(&http, &ana, post, json!({ "text": text })).await;
        assert_eq!(refused.expect(422).pointers(), ["/text"], "{text}");
    }
    for reply_to in [
        &reply,
        &elsewhere,
        &format!("{post}{}", world.context().ids.ulid()),
        "x",
    ] {
        let body = json!({"text": "", "reply_to": reply_to});
        let refused = try_to_say(&http, &ana, post, body).await;
        assert_eq!(
            refused.expect(422).pointers(),
            ["/text", "/reply_to"],
            "{reply_to}"
        );
    }
    let eight = eleven[..8].join(" ");
    say(&http, &ana, post, &eight).await;
    let get = |query: &str| http.get(&format!("{}?{query}", of(post)));
    let refused = get("sort=best&limit=0").send().await;
    assert_eq!(refused.expect(422).pointers(), ["?sort", "?limit"]);
    assert_eq!(
        get("voted=1").send().await.expect(422).pointers(),
        ["?voted"]
    );
    for foreign in [&reply, &elsewhere, "x"] {
        get(&format!("reply_to={foreign}")).send().await.expect(404);
    }
    let refused = get("cursor=x").send().await;
    assert_eq!(refused.expect(400).problem(), "bad-cursor");
    assert_eq!(world.counted(post, Count::Comments).await, 3);
}

#[tokio::test]
async fn a_request_with_a_key_makes_one_comment_of_one_post() {
    let (world, ana, http) = begin().await;
    let (post, other) = (
        world.published_post("ana").await.id,
        world.published_post("ana").await.id,
    );
    let with_key = async |post, text: &str| {
        let say = http.post(&of(post)).token(&ana.token);
        let say = say.header("idempotency-key", "once");
        say.json(json!({ "text": text })).send().await
    };
    let first = id(&with_key(post, "Once").await.expect(201).json());
    smile(&http, &ana, &first).await;
    let again = with_key(post, "Once").await.expect(201).json();
    assert_eq!(id(&again), first);
    assert_eq!(
        (&again["counts"]["smiles"], &again["viewer"]["smiled"]),
        (&json!(1), &json!(true))
    );
    for (post, text) in [(post, "Twice"), (other, "Once")] {
        let refused = with_key(post, text).await;
        assert_eq!(refused.expect(422).problem(), "idempotency-mismatch");
    }
    assert_eq!(world.counted(post, Count::Comments).await, 1);
    delete(&http, &ana, &first, 204).await;
    assert_eq!(with_key(post, "Once").await.expect(410).problem(), "gone");
}

#[tokio::test]
async fn so_many_comments_an_hour_are_taken_and_a_replay_is_free() {
    let (world, ana, _) = begin().await;
    let post = world.published_post("ana").await.id;
    let mut context = world.context();
    context.config = context.config.with("COMMENTS_AN_HOUR", "2").into();
    let http = world.serve(engagement::router(&context));
    let with_key = async |key: &str| {
        let say = http.post(&of(post)).token(&ana.token);
        say.header("idempotency-key", key)
            .json(json!({"text": "!"}))
            .send()
            .await
    };
    // What is refused costs nothing.
    try_to_say(&http, &ana, post, json!({"text": ""}))
        .await
        .expect(422);
    for key in ["a", "b", "a", "b"] {
        with_key(key).await.expect(201);
    }
    let refused = with_key("c").await.expect(429);
    assert!(
        refused
            .header("retry-after")
            .unwrap()
            .parse::<u64>()
            .unwrap()
            <= 3_600
    );
    with_key("a").await.expect(201);
    assert_eq!(world.counted(post, Count::Comments).await, 2);
}
