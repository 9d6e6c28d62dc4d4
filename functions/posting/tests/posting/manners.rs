//! What every client may count on: conditions, repeats, what is taken for what.

use harness::{Http, Member, World};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{begin, serve, story, text};

/// Where a story of Ana's is read.
async fn posted(http: &Http, ana: &Member) -> String {
    let post = http.post("/v1/posts").token(&ana.token);
    let made = post.json(story("First")).send().await.expect(201);
    format!("/v1/posts/{}", text(&made.json()["id"]))
}

#[tokio::test]
async fn a_change_is_bound_to_what_was_read_where_its_sender_says_so() {
    let (_world, ana, http) = begin().await;
    let path = posted(&http, &ana).await;
    let get = || http.get(&path).token(&ana.token);
    let patch = |text: &str| {
        http.patch(&path)
            .token(&ana.token)
            .json(json!({"text": text}))
    };
    let first = get().send().await;
    let first = first.header("etag").unwrap();

    let second = patch("Second")
        .header("if-match", first)
        .send()
        .await
        .expect(200);
    assert_eq!(get().send().await.header("etag"), second.header("etag"));
    for (request, old) in [
        (patch("Third"), first),
        (http.delete(&path).token(&ana.token), first),
        (patch("Third"), "\"x\""),
        (
            patch("Third"),
            &format!("W/{}", second.header("etag").unwrap()),
        ),
    ] {
        let refused = request.header("if-match", old).send().await.expect(412);
        assert_eq!(refused.problem(), "precondition-failed");
    }
    assert_eq!(get().send().await.json()["text"], "Second");

    let zipped = get()
        .header("accept-encoding", "gzip")
        .header("x", &"y".repeat(9));
    let zipped = zipped.send().await;
    let third = patch("Third").header("if-match", zipped.header("etag").unwrap());
    let third = third.send().await.expect(200);
    patch("Fourth")
        .header("if-match", "*")
        .send()
        .await
        .expect(200);
    let named = [first, third.header("etag").unwrap()].join(", ");
    let gone = http
        .delete(&path)
        .token(&ana.token)
        .header("if-match", &named);
    gone.send().await.expect(412);
    let now = get().send().await;
    let now = now.header("etag").unwrap();
    http.delete(&path)
        .token(&ana.token)
        .header("if-match", now)
        .send()
        .await
        .expect(204);
}

#[tokio::test]
async fn of_changes_at_once_that_stand_on_one_state_one_is_made() {
    let (_world, ana, http) = begin().await;
    let path = posted(&http, &ana).await;
    let read = http.get(&path).token(&ana.token).send().await;
    let tag = read.header("etag").unwrap();
    let changes = (0..10).map(|number| {
        let text = json!({"text": format!("Change {number}")});
        http.patch(&path)
            .token(&ana.token)
            .header("if-match", tag)
            .json(text)
            .send()
    });
    let mut answers: Vec<_> = futures::future::join_all(changes).await;
    answers.sort_by_key(|answer| answer.status);
    assert_eq!(answers[0].status, 200);
    assert!(answers[1..].iter().all(|answer| answer.status == 412));
    let now = http.get(&path).token(&ana.token).send().await.json();
    assert_eq!(now["text"], answers[0].json()["text"]);
}

#[tokio::test]
async fn a_patch_names_every_field_that_cannot_change_and_passes_over_what_a_post_has_not() {
    let (_world, ana, http) = begin().await;
    let path = posted(&http, &ana).await;
    let fixed = json!({"status": "hidden", "labels": [], "disclosure": null, "prime": true});
    let refused = http.patch(&path).token(&ana.token).json(fixed).send().await;
    let mut named = refused.expect(422).pointers();
    named.sort();
    assert_eq!(named, ["/disclosure", "/labels", "/status"]);
    let unknown = json!({"prime": true, "text": "Second"});
    let changed = http
        .patch(&path)
        .token(&ana.token)
        .json(unknown)
        .send()
        .await;
    assert_eq!(changed.expect(200).json()["text"], "Second");
}

#[tokio::test]
async fn an_array_is_no_object_and_a_whole_number_is_one_however_it_is_written() {
    let (_world, ana, http) = begin().await;
    let post = |body: Value| http.post("/v1/posts").token(&ana.token).json(body).send();
    for (body, pointer) in [
        (
            json!({"kind": "link", "link": ["https://shop.test"]}),
            "/link",
        ),
        (
            json!({"kind": "poll", "poll": ["Tea?", [["a"], ["b"]]]}),
            "/poll",
        ),
        (
            json!({"kind": "poll", "poll": {"question": "?", "options": [["a"], {"text": "b"}]}}),
            "/poll/options/0",
        ),
        (
            json!({"kind": "photo", "photos": [["01JD8Y6Q3Z9X7W5V4T3S2R1P0N"]]}),
            "/photos/0",
        ),
    ] {
        let refused = post(body).await.expect(422);
        assert!(
            refused.pointers().contains(&pointer.to_owned()),
            "{:?}",
            refused.pointers()
        );
    }
    let sha256 = "0".repeat(64);
    for bytes in ["1000", "1000.0", "1e3", "1.0E+3"] {
        let body = format!(r#"{{"content_type":"image/png","bytes":{bytes},"sha256":"{sha256}"}}"#);
        let ticket = http
            .post("/v1/photos")
            .token(&ana.token)
            .body("application/json", body);
        ticket.send().await.expect(201);
    }
    let body = format!(r#"{{"content_type":"image/png","bytes":1000.5,"sha256":"{sha256}"}}"#);
    let ticket = http
        .post("/v1/photos")
        .token(&ana.token)
        .body("application/json", body);
    assert_eq!(ticket.send().await.expect(422).pointers(), ["/bytes"]);
}

#[tokio::test]
async fn the_same_value_is_the_same_request_and_what_it_made_may_be_gone() {
    let (_world, ana, http) = begin().await;
    let send = |body: &str| {
        let post = http.post("/v1/posts").token(&ana.token);
        post.header("idempotency-key", "k")
            .body("application/json", body)
            .send()
    };
    let first = send(r#"{"kind":"story","text":"caf\u00e9"}"#)
        .await
        .expect(201);
    let again = send("{ \"text\": \"café\",\n \"kind\": \"story\" }")
        .await
        .expect(201);
    assert_eq!(again.json()["id"], first.json()["id"]);
    assert_eq!(again.header("location"), first.header("location"));
    let other = send(r#"{"kind":"story","text":"tea"}"#).await.expect(422);
    assert_eq!(other.problem(), "idempotency-mismatch");

    let path = format!("/v1/posts/{}", text(&first.json()["id"]));
    http.delete(&path)
        .token(&ana.token)
        .send()
        .await
        .expect(204);
    let gone = send(r#"{"kind":"story","text":"café"}"#).await.expect(410);
    assert_eq!(gone.problem(), "gone");
}

#[tokio::test]
async fn a_body_that_is_encoded_is_another_media_type() {
    let (_world, ana, http) = begin().await;
    for (encoding, status) in [
        ("gzip", 415),
        ("identity", 201),
        ("Identity, identity", 201),
        ("br, identity", 415),
    ] {
        let post = http.post("/v1/posts").token(&ana.token).json(story("x"));
        post.header("content-encoding", encoding)
            .send()
            .await
            .expect(status);
    }
}

#[tokio::test]
async fn a_product_of_any_name_is_reached_by_its_public_id() {
    let (world, ana, http) = begin().await;
    for id in ["SHOE/RED", "50%OFF", "what?", "no#1", "Größe-7", "plain.1"] {
        world.product(id).await;
        let public = domain::ids::ProductId::parse(id).unwrap().public();
        let card = http
            .get(&format!("/v1/products/{public}"))
            .send()
            .await
            .expect(200);
        assert_eq!(card.json()["id"], public);
        let body = json!({"kind": "story", "text": "x", "products": [public]});
        let post = http
            .post("/v1/posts")
            .token(&ana.token)
            .json(body)
            .send()
            .await;
        assert_eq!(post.expect(201).json()["products"][0]["id"], public);
    }
}

#[tokio::test]
async fn times_that_are_sent_are_cut_and_told_with_three_digits() {
    let (world, ana, http) = begin().await;
    let closes = world.now() + SignedDuration::from_hours(1);
    let berlin = closes.to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(2)));
    let sent = berlin.strftime("%Y-%m-%dT%H:%M:%S.%9f%:z").to_string();
    let poll =
        json!({"question": "?", "options": [{"text": "a"}, {"text": "b"}], "closes_at": sent});
    let post = http
        .post("/v1/posts")
        .token(&ana.token)
        .json(json!({"kind": "poll", "poll": poll}));
    let post = post.send().await.expect(201).json();
    assert_eq!(post["poll"]["closes_at"], format!("{closes:.3}"));
    let read = http
        .get(&format!("/v1/posts/{}", text(&post["id"])))
        .send()
        .await
        .json();
    assert_eq!(read["poll"]["closes_at"], format!("{closes:.3}"));
}

#[tokio::test]
async fn a_page_of_long_posts_ends_early_and_the_next_goes_on() {
    let (world, _ana, http) = begin().await;
    let text: String = (0..1_250)
        .map(|number| format!("#tag{number:04} "))
        .collect();
    let mut made = Vec::new();
    for _ in 0..60 {
        made.push(world.published_post("ana").text(&text).await.id.to_string());
    }
    made.reverse();
    let (mut seen, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let path = format!("/v1/users/ana/posts?limit=100{cursor}");
        let page = http.get(&path).send().await.expect(200).json();
        let items = page["items"].as_array().unwrap();
        seen.extend(items.iter().map(|post| super::text(&post["id"])));
        pages += 1;
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, made);
    assert!(pages > 1, "they do not fit into one answer");
}

#[tokio::test]
async fn who_posts_more_than_an_hour_allows_is_told_when_to_come_back() {
    let (world, ana, http) = begin().await;
    let post = |key: &str| {
        let post = http.post("/v1/posts").token(&ana.token).json(story("x"));
        post.header("idempotency-key", key).send()
    };
    for number in 0..60 {
        post(&number.to_string()).await.expect(201);
    }
    let refused = post("60").await.expect(429);
    assert_eq!(refused.problem(), "too-many-requests");
    let wait: i64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=3_600).contains(&wait), "{wait}");
    post("59").await.expect(201);
    let invalid = http
        .post("/v1/posts")
        .token(&ana.token)
        .json(json!({"kind": "poll"}));
    invalid.send().await.expect(422);
    world.advance(SignedDuration::from_secs(wait));
    post("60").await.expect(201);
    let ben = world.member("ben").prime().await;
    let other = serve(&world)
        .post("/v1/posts")
        .token(&ben.token)
        .json(story("x"));
    other.send().await.expect(201);
}

#[tokio::test]
async fn a_refused_post_costs_no_quota() {
    let world = World::new().await;
    let ana = world.member("ana").prime().await;
    let http = serve(&world);
    let photo = world.ready_photo("ana").await.id.to_string();
    let body = json!({"kind": "photo", "photos": [{"id": photo}]});
    let post = || {
        http.post("/v1/posts")
            .token(&ana.token)
            .json(body.clone())
            .send()
    };
    post().await.expect(201);
    for _ in 0..70 {
        post().await.expect(409);
    }
    let next = http.post("/v1/posts").token(&ana.token).json(story("x"));
    next.send().await.expect(201);
}

#[tokio::test]
async fn who_asks_for_more_tickets_than_an_hour_allows_is_told_when_to_come_back() {
    let (world, ana, http) = begin().await;
    let sha256 = "0".repeat(64);
    let ticket = json!({"content_type": "image/png", "bytes": 1_000, "sha256": sha256});
    let ask = || {
        http.post("/v1/photos")
            .token(&ana.token)
            .json(ticket.clone())
            .send()
    };
    for _ in 0..120 {
        ask().await.expect(201);
    }
    let refused = ask().await.expect(429);
    let wait: i64 = refused.header("retry-after").unwrap().parse().unwrap();
    world.advance(SignedDuration::from_secs(wait));
    ask().await.expect(201);
}
