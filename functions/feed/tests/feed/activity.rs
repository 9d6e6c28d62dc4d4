//! What apps tell of what their people do, over a real table.

use domain::{
    feeds::{EVENTS_A_DAY, nudge::NudgeAfter},
    ids::{ProductId, UserId},
    posts::PostStatus,
};
use serde_json::json;

use super::*;

/// A world with Ana, who has joined, and three products.
async fn shop() -> (World, String) {
    let world = World::new().await;
    for id in ["mug", "cup", "pot"] {
        world.product(id).await;
    }
    let ana = world.member("ana").await;
    (world, ana.token)
}

async fn tell(http: &Http, token: &str, events: Value) -> Answer {
    let call = http.post("/v1/activity").token(token);
    call.json(json!({ "events": events })).send().await
}

async fn known(http: &Http, token: &str) -> Value {
    let answer = http.get("/v1/me/activity").token(token).send().await;
    answer.expect(200).json()
}

fn at(world: &World, seconds: i64) -> String {
    format!("{:.3}", world.now() + SignedDuration::from_secs(seconds))
}

#[tokio::test]
async fn what_is_told_is_shown_to_whose_it_is_and_forgotten_when_they_say_so() {
    let (world, token) = shop().await;
    let http = feeds(&world);
    let post = world.published_post("ana").await.id;
    let (before, now) = (at(&world, -600), at(&world, 0));
    let answer = tell(
        &http,
        &token,
        json!([
            {"type": "product_view", "product_id": "mug", "at": before},
            {"type": "product_view", "product_id": "mug", "at": now, "view_token": "bad"},
            {"type": "purchase", "product_id": "cup", "at": before},
            {"type": "post_view", "post_id": post.to_string(), "at": now},
            {"type": "search", "query": "blue mugs", "at": now},
            {"type": "idle", "seconds": 0, "at": now},
        ]),
    )
    .await;
    assert_eq!(answer.expect(200).json(), json!({"nudge": null}));
    let kept = known(&http, &token).await;
    let products = kept["products"].as_array().unwrap();
    assert_eq!(products.len(), 2);
    assert_eq!(products[0]["product"]["id"], "mug");
    assert_eq!(products[0]["views"], 2);
    assert_eq!(products[1]["purchases"], 1);
    assert_eq!(products[1]["hearted"], false);
    assert_eq!(kept["queries"][0]["query"], "blue mugs");

    let forget = || http.delete("/v1/me/activity").token(&token).send();
    forget().await.expect(204);
    let none = json!({"products": [], "queries": []});
    assert_eq!(known(&http, &token).await, none);
    forget().await.expect(204);
}

#[tokio::test]
async fn a_call_needs_a_token_and_somebody_who_has_joined_and_then_a_good_body() {
    let (world, _) = shop().await;
    let http = feeds(&world);
    let stranger = world.token("stranger", &[]);
    for call in [
        http.post("/v1/activity").json(json!({})),
        http.get("/v1/me/activity"),
        http.delete("/v1/me/activity"),
    ] {
        call.clone().send().await.expect(401);
        let refused = call.token(&stranger).send().await.expect(403);
        assert_eq!(refused.problem(), "not-joined");
    }
}

#[tokio::test]
async fn every_bad_field_is_named_at_once_and_nothing_is_kept() {
    let (world, token) = shop().await;
    let http = feeds(&world);
    world.member("ben").await;
    let waiting = world.published_post("ben").with(|post| {
        post.status = PostStatus::NeedsAttention;
        post.published_at = None;
    });
    let waiting = waiting.await.id.to_string();
    let now = at(&world, 0);
    let events = json!([
        {"type": "product_view", "product_id": "mug", "at": now},
        {"type": "product_view", "product_id": "none", "at": now},
        {"type": "purchase", "at": now},
        {"type": "post_view", "post_id": waiting, "at": now},
        {"type": "post_view", "post_id": "x", "at": now},
        {"type": "search", "query": "q".repeat(201), "at": now},
        {"type": "search", "query": " ", "at": now},
        {"type": "idle", "seconds": 86_401, "at": now},
        {"type": "idle", "at": "soon"},
        {"type": "dance", "at": at(&world, -86_401)},
        {"at": at(&world, 301)},
        {"type": "product_view", "product_id": "cup"},
    ]);
    let answer = tell(&http, &token, events).await;
    let mut pointers = answer.expect(422).pointers();
    pointers.sort();
    let mut expected = [
        "1/product_id",
        "2/product_id",
        "3/post_id",
        "4/post_id",
        "5/query",
        "6/query",
        "7/seconds",
        "8/seconds",
        "8/at",
        "9/type",
        "9/at",
        "10/type",
        "10/at",
        "11/at",
    ]
    .map(|field| format!("/events/{field}"));
    expected.sort();
    assert_eq!(pointers, expected);
    assert_eq!(known(&http, &token).await["products"], json!([]));

    let one = json!({"type": "idle", "seconds": 1, "at": now});
    for events in [json!([]), json!(vec![one; 101]), Value::Null] {
        let answer = tell(&http, &token, events).await;
        assert_eq!(answer.expect(422).pointers(), ["/events"]);
    }
}

#[tokio::test]
async fn what_lies_at_the_edges_of_the_range_is_taken() {
    let (world, token) = shop().await;
    let http = feeds(&world);
    let events = json!([
        {"type": "idle", "seconds": 86_400, "at": at(&world, -86_390)},
        {"type": "search", "query": "q".repeat(200), "at": at(&world, 299)},
    ]);
    tell(&http, &token, events).await.expect(200);
}

#[tokio::test]
async fn a_post_across_a_block_cannot_be_viewed() {
    let (world, token) = shop().await;
    let http = feeds(&world);
    let ben = world.member("ben").await;
    let post = world.published_post("ben").await.id;
    let view = json!([{"type": "post_view", "post_id": post.to_string(), "at": at(&world, 0)}]);
    tell(&http, &token, view.clone()).await.expect(200);
    let ana = harness::user("ana");
    world
        .store()
        .block(&ben.id, &ana, world.now())
        .await
        .unwrap();
    let refused = tell(&http, &token, view).await.expect(422);
    assert_eq!(refused.pointers(), ["/events/0/post_id"]);
}

#[tokio::test]
async fn three_views_and_a_pause_nudge_once_in_half_an_hour() {
    let (world, token) = shop().await;
    let http = feeds(&world);
    let views = |from: i64| {
        let view = |(n, id): (i64, &str)| json!({"type": "product_view", "product_id": id, "at": at(&world, from + n)});
        (0..)
            .zip(["mug", "cup", "pot"])
            .map(view)
            .collect::<Vec<_>>()
    };
    let idle = |when| json!([{"type": "idle", "seconds": 120, "at": at(&world, when)}]);
    tell(&http, &token, json!(views(-3_600))).await.expect(200);
    for (when, nudge) in [(-3_400, json!("stream")), (-3_200, json!(null))] {
        assert_eq!(tell(&http, &token, idle(when)).await.json()["nudge"], nudge);
    }
    tell(&http, &token, json!(views(-3_000))).await.expect(200);
    assert_eq!(
        tell(&http, &token, idle(-2_000)).await.json()["nudge"],
        json!(null)
    );
    tell(&http, &token, json!(views(-1_700))).await.expect(200);
    assert_eq!(
        tell(&http, &token, idle(-1_500)).await.json()["nudge"],
        "stream"
    );
}

#[tokio::test]
async fn a_store_says_itself_after_what_its_apps_are_nudged() {
    let (world, token) = shop().await;
    let mut context = world.context();
    let config = context.config.with("NUDGE_VIEWS", "1".to_owned());
    context.config = config.with("NUDGE_PAUSE", "10".to_owned()).into();
    let http = world.serve(feed::router(&context));
    let nudge = async |seconds: u64, when: i64| {
        let events = json!([
            {"type": "product_view", "product_id": "mug", "at": at(&world, -600)},
            {"type": "idle", "seconds": seconds, "at": at(&world, when)},
        ]);
        tell(&http, &token, events).await.json()["nudge"].clone()
    };
    assert_eq!(nudge(9, -400).await, json!(null));
    assert_eq!(nudge(10, -200).await, "stream");
}

#[tokio::test]
async fn a_batch_beyond_the_days_limit_is_refused_whole_until_the_day_ends() {
    let (world, token) = shop().await;
    let http = feeds(&world);
    let batch = |size: u32| {
        let one = json!({"type": "product_view", "product_id": "mug", "at": at(&world, 0)});
        json!(vec![one; size as usize])
    };
    for _ in 0..EVENTS_A_DAY / 100 - 1 {
        tell(&http, &token, batch(100)).await.expect(200);
    }
    tell(&http, &token, batch(99)).await.expect(200);
    let before = known(&http, &token).await;
    let view = |id: &str| json!({"type": "product_view", "product_id": id, "at": at(&world, 0)});
    let refused = tell(&http, &token, json!([view("cup"), view("pot")]))
        .await
        .expect(429);
    let wait: i64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=86_400).contains(&wait));
    assert_eq!(known(&http, &token).await, before);
    tell(&http, &token, json!([view("cup")])).await.expect(200);
    http.delete("/v1/me/activity")
        .token(&token)
        .send()
        .await
        .expect(204);
    tell(&http, &token, json!([view("cup")])).await.expect(429);
    world.advance(SignedDuration::from_secs(wait));
    let token = world.token("ana", &[]);
    let view = json!({"type": "product_view", "product_id": "cup", "at": at(&world, 0)});
    tell(&http, &token, json!([view])).await.expect(200);
}

#[tokio::test]
async fn what_fifty_tell_of_one_person_at_once_is_all_kept() {
    let world = World::contended().await;
    world.product("mug").await;
    let ana = world.member("ana").await;
    let http = feeds(&world);
    let told = (0..10).map(async |minute: i64| {
        let view =
            json!({"type": "product_view", "product_id": "mug", "at": at(&world, -60 * minute)});
        tell(&http, &ana.token, json!([view])).await.expect(200);
    });
    futures::future::join_all(told).await;
    assert_eq!(known(&http, &ana.token).await["products"][0]["views"], 10);
}

#[tokio::test]
async fn telling_costs_two_rounds_whatever_was_told_before() {
    let (world, token) = shop().await;
    let (http, meter) = metered(&world);
    let mut history = domain::feeds::History::default();
    for n in 0..60 {
        let what =
            domain::feeds::Act::Purchase(ProductId::parse(&format!("product-{n:04}")).unwrap());
        let event = domain::feeds::Event {
            what,
            at: world.now(),
        };
        let taken = history.take(vec![event], world.now(), NudgeAfter::default());
        taken.unwrap();
    }
    let ana: UserId = harness::user("ana");
    assert!(
        world
            .store()
            .keep_history(&ana, &history, world.now())
            .await
            .unwrap()
    );
    meter.take();
    let view = json!({"type": "product_view", "product_id": "mug", "at": at(&world, 0)});
    tell(&http, &token, json!([view])).await.expect(200);
    let used = meter.take();
    assert!(
        used.rounds <= 2 && used.wcu <= 5.0 && used.rcu <= 3.0,
        "{used:?}"
    );
}
