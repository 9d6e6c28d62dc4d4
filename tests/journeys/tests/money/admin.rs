//! The money of influencers, for the store's staff.

use std::collections::BTreeSet;

use domain::{
    ids::{PostId, ProductId},
    money::{Account, Programme, Source, noted::NotedClick},
};
use harness::{Http, World, sqs_event};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use shared::{
    bucket::{Objects, SHEET_MOST, Sheets},
    queue::messages::{EntriesPosted, LedgerMessage},
    runtime::Clock,
};
use ulid::Ulid;

/// A world and the function.
async fn begin() -> (World, Http) {
    let world = World::contended().await;
    let http = world.serve(::admin::router(&world.context()));
    (world, http)
}

fn account() -> Account {
    Account::of_random(1)
}

/// Works off what waits on the queue of `attribution`, and these.
async fn work(world: &World, bodies: Vec<String>) {
    let app = attribution::App::new(&world.context());
    for body in bodies {
        let done = attribution::handle(&app, sqs_event(&[body])).await;
        assert!(done.batch_item_failures.is_empty());
    }
}

/// An account of Ana's that earned 30 dollars, due by now.
async fn earned(world: &World) {
    let ana = world.member("ana").await;
    world
        .engage(&ana.id, &account(), &[Programme::Influencer])
        .await;
    let at = world.now() - SignedDuration::from_hours(5);
    let at = Timestamp::from_millisecond(at.as_millisecond()).unwrap();
    let click = Ulid::from_parts(u64::try_from(at.as_millisecond()).unwrap(), 1);
    let kept = NotedClick {
        account: account(),
        owner: "nobody's".to_owned(),
        source: Source::Post(PostId(Ulid(1))),
        product: ProductId::parse("lamp").unwrap(),
        tagged_at: at,
    };
    let id = world.click("v1", click, &kept).await;
    let event = |id: &str, what: &str, click: Option<&str>| {
        json!({
            "event_id": id, "type": what, "occurred_at": format!("{:.3}", world.now()),
            "order_id": "o1", "customer": "cleo",
            "lines": [{"line_id": "1", "product_id": "lamp", "quantity": 1, "click_id": click,
                "net": {"amount": 100_000, "currency": "USD"}, "category": "Toys"}],
        })
        .to_string()
    };
    let posted = EntriesPosted { account: account() };
    let posted = serde_json::to_string(&LedgerMessage::Posted(posted)).unwrap();
    let order = event("e1", "order", Some(&id));
    let bodies = vec![order.clone(), event("e2", "shipment", None), posted];
    work(world, bodies).await;
    work(world, vec![order.replace("lamp", "desk")]).await;
    world.advance(SignedDuration::from_hours(24 * 32));
}

async fn put(http: &Http, admin: &str, path: &str, body: Value) -> harness::Answer {
    let put = http.put(&format!("/v1/admin/{path}")).json(body);
    put.token(admin).send().await
}

#[tokio::test]
async fn whoever_was_never_in_a_programme_is_declined_and_has_no_account() {
    let (world, http) = begin().await;
    world.member("ben").await;
    let admin = world.token("root", &["admin"]);
    let declined = json!({"programme": "onsite_associate", "decision": "declined", "reason": "no"});
    let answer = put(&http, &admin, "influencers/ben/decision", declined).await;
    assert_eq!(answer.expect(200).json(), json!({}));
}

#[tokio::test]
async fn an_admin_says_by_what_an_account_is_paid_by_its_handle_or_its_own_name() {
    let (world, http) = begin().await;
    earned(&world).await;
    world.member("ben").await;
    let admin = world.token("root", &["admin"]);
    let named = json!({"account": account().to_string()});
    let own = format!("accounts/{}", account());
    for whose in ["influencers/ana", &own] {
        let paid = put(
            &http,
            &admin,
            &format!("{whose}/payee"),
            json!({"reference": "p-1"}),
        )
        .await;
        assert_eq!(paid.expect(200).json(), named);
        let held = json!({"held": true, "reason": "looked into"});
        let held = put(&http, &admin, &format!("{whose}/hold"), held).await;
        assert_eq!(held.expect(200).json(), named);
        let free = put(
            &http,
            &admin,
            &format!("{whose}/hold"),
            json!({"held": false}),
        )
        .await;
        free.expect(200);
    }
    let state = world
        .store()
        .account_state(&account())
        .await
        .unwrap()
        .unwrap();
    assert_eq!((state.payee.as_deref(), state.hold), (Some("p-1"), None));
    for (path, body) in [
        ("payee", json!({})),
        ("hold", json!({})),
        ("hold", json!({"held": true})),
    ] {
        put(&http, &admin, &format!("influencers/ana/{path}"), body)
            .await
            .expect(422);
    }
    for none in [
        "influencers/ben",
        "influencers/nobody",
        "accounts/x",
        "accounts/0000000000000000",
    ] {
        for (path, body) in [
            ("payee", json!({"reference": "p"})),
            ("hold", json!({"held": false})),
        ] {
            put(&http, &admin, &format!("{none}/{path}"), body)
                .await
                .expect(404);
        }
    }
}

#[tokio::test]
async fn a_run_pays_is_exported_and_what_comes_back_is_owed_again_once() {
    let (world, http) = begin().await;
    earned(&world).await;
    let admin = world.token("root", &["admin"]);
    let reference = json!({"reference": "=cmd"});
    put(&http, &admin, "influencers/ana/payee", reference)
        .await
        .expect(200);
    let mut runs = BTreeSet::new();
    for _ in 0..2 {
        let run = http
            .post("/v1/admin/payouts")
            .header("idempotency-key", "k")
            .token(&admin);
        let run = run.send().await.expect(202).json();
        runs.insert(run["run"].as_str().unwrap().to_owned());
        work(&world, world.receive_all("attribution").await).await;
    }
    assert_eq!(runs.len(), 1);
    let run = runs.pop_first().unwrap();
    let read = async |path: &str| {
        let get = http.get(&format!("/v1/admin/{path}")).token(&admin);
        get.send().await.expect(200)
    };
    let page = read(&format!("payouts/{run}")).await.json();
    let paid = &page["items"][0];
    assert_eq!(paid["amount"], json!({"amount": 3_000, "currency": "USD"}));
    let csv = String::from_utf8(read(&format!("payouts/{run}/export")).await.body).unwrap();
    let row = format!(
        "{},'=cmd,30.00,USD,{}",
        paid["id"].as_str().unwrap(),
        account()
    );
    assert_eq!(
        csv.lines().collect::<Vec<_>>(),
        ["payout,payee_reference,amount,currency,account", &row]
    );
    let sums = read("ledger").await.json();
    let sum = json!([{"currency": "USD", "influencers": 0, "commission": -3_000, "bank": 3_000}]);
    assert_eq!(sums["currencies"], sum);

    let path = format!(
        "/v1/admin/payouts/{}/returned",
        paid["id"].as_str().unwrap()
    );
    http.post(&path)
        .json(json!({}))
        .token(&admin)
        .send()
        .await
        .expect(422);
    for _ in 0..2 {
        let back = http
            .post(&path)
            .json(json!({"reason": "closed"}))
            .token(&admin);
        let back = back.send().await.expect(200).json();
        assert_eq!(
            (&back["status"], &back["reason"]),
            (&json!("returned"), &json!("closed"))
        );
    }
    let sum = json!([{"currency": "USD", "influencers": 3_000, "commission": -3_000, "bank": 0}]);
    assert_eq!(read("ledger").await.json()["currencies"], sum);
    let none = http
        .post("/v1/admin/payouts/none/returned")
        .json(json!({"reason": "x"}));
    none.token(&admin).send().await.expect(404);
}

#[tokio::test]
async fn a_line_is_told_whole_and_what_contradicts_is_listed() {
    let (world, http) = begin().await;
    earned(&world).await;
    let admin = world.token("root", &["admin"]);
    let read = async |path: &str| {
        http.get(&format!("/v1/admin/{path}"))
            .token(&admin)
            .send()
            .await
    };
    let line = read("order-lines?order_id=o1&line_id=1")
        .await
        .expect(200)
        .json();
    assert_eq!(line["tellings"][0]["account"], account().to_string());
    assert_eq!(line["tellings"][0]["rule"], "click-24h");
    let kinds: Vec<_> = line["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["type"])
        .collect();
    assert_eq!(kinds, ["order", "shipment"]);
    assert_eq!(line["entries"][0]["amount"]["amount"], 3_000);
    read("order-lines?order_id=o1&line_id=2").await.expect(404);
    read("order-lines?order_id=o1").await.expect(422);
    let conflicts = read("event-conflicts").await.expect(200).json();
    let conflict = &conflicts["items"][0];
    assert_eq!(
        (&conflict["event_id"], &conflict["reason"]),
        (&json!("e1"), &json!("event-reused"))
    );
    assert_ne!(conflict["body"]["customer"], "cleo");
}

#[tokio::test]
async fn rates_are_announced_ten_minutes_ahead_and_once_under_one_key() {
    let (world, http) = begin().await;
    let admin = world.token("root", &["admin"]);
    let rate = |bp: i64, minutes: i64| {
        let from = world.now() + SignedDuration::from_mins(minutes);
        json!({"programme": "influencer", "category": "Toys", "rate_bp": bp,
            "effective_from": format!("{from:.3}")})
    };
    let post = |body: &Value| {
        http.post("/v1/admin/rates")
            .json(body.clone())
            .token(&admin)
    };
    let body = rate(500, 11);
    let mut ids = BTreeSet::new();
    for _ in 0..2 {
        let added = post(&body)
            .header("idempotency-key", "k")
            .send()
            .await
            .expect(201);
        assert!(added.header("location").is_some());
        ids.insert(added.json()["id"].as_str().unwrap().to_owned());
    }
    assert_eq!(ids.len(), 1);
    let other = post(&rate(501, 11))
        .header("idempotency-key", "k")
        .send()
        .await;
    assert_eq!(other.expect(422).problem(), "idempotency-mismatch");
    for bad in [
        rate(500, 9),
        rate(-1, 11),
        rate(10_001, 11),
        json!({}),
        json!({"programme": "x", "category": " > ", "rate_bp": 1, "effective_from": "soon"}),
    ] {
        post(&bad).send().await.expect(422);
    }
    let page = http
        .get("/v1/admin/rates?limit=100")
        .token(&admin)
        .send()
        .await;
    let page = page.expect(200).json();
    let last = page["items"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        (&last["rate_bp"], &last["category"]),
        (&json!(500), &json!("Toys"))
    );
}

#[tokio::test]
async fn only_admins_see_or_move_money() {
    let (world, http) = begin().await;
    let ana = world.member("ana").await;
    let calls = || {
        let get = |path: &str| http.get(&format!("/v1/admin/{path}"));
        [
            get("rates"),
            get("order-lines?order_id=1&line_id=1"),
            get("event-conflicts"),
            get("ledger"),
            get("payouts/r1"),
            get("payouts/r1/export"),
            http.post("/v1/admin/rates"),
            http.post("/v1/admin/payouts"),
            http.post("/v1/admin/payouts/p1/returned"),
            http.put("/v1/admin/influencers/ana/payee"),
            http.put("/v1/admin/influencers/ana/hold"),
            http.put("/v1/admin/accounts/x/payee"),
            http.put("/v1/admin/accounts/x/hold"),
        ]
    };
    for call in calls() {
        assert_eq!(call.send().await.expect(401).problem(), "unauthenticated");
    }
    for call in calls() {
        let refused = call.token(&ana.token).send().await;
        assert_eq!(refused.expect(403).problem(), "admin-required");
    }
}

#[tokio::test]
async fn a_table_that_is_too_large_for_an_answer_is_a_file() {
    let world = World::new().await;
    let context = world.context();
    let objects = Objects::new(&context.sdk, context.config.bucket(), Clock::real);
    let sheets = Sheets::new(objects);
    let table = "a,b\r\n".repeat(SHEET_MOST / 5);
    assert_eq!(
        sheets.put_if_large("some/table", &table).await.unwrap(),
        None
    );
    let larger = format!("{table}c,d\r\n");
    let file = sheets.put_if_large("some/table", &larger).await.unwrap();
    let told = shared::http::csv(larger.clone(), file).unwrap();
    assert_eq!(told.status(), 303);
    let file = told.headers()["location"].to_str().unwrap();
    let got = reqwest::get(file).await.unwrap();
    assert_eq!(got.headers()["content-type"], "text/csv; charset=utf-8");
    assert_eq!(got.text().await.unwrap(), larger);
}
