//! The function `influencer`, over an embedded data plane: who may ask what. What is told, orders decide: see `tests/journeys`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod briefs;

use domain::money::{Account, Programme};
use harness::World;
use serde_json::{Value, json};

#[tokio::test]
async fn everybody_reads_the_rates_page_by_page() {
    let world = World::new().await;
    let http = world.serve(influencer::router(&world.context()));
    let (mut path, mut ids) = ("/v1/influencer/rates?limit=2".to_owned(), Vec::new());
    loop {
        let page = http.get(&path).send().await.expect(200).json();
        let rates = page["items"].as_array().unwrap();
        assert!(rates.len() <= 2);
        ids.extend(
            rates
                .iter()
                .map(|rate| rate["id"].as_str().unwrap().to_owned()),
        );
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/v1/influencer/rates?limit=2&cursor={cursor}"),
            None => break,
        }
    }
    let first = domain::money::rates::first();
    assert_eq!(ids.len(), first.len());
    http.get("/v1/influencer/rates?limit=0")
        .send()
        .await
        .expect(422);
}

#[tokio::test]
async fn the_rest_is_for_whoever_has_an_account_who_is_owed_nothing_at_first() {
    let world = World::new().await;
    let http = world.serve(influencer::router(&world.context()));
    let (ana, stranger) = (world.member("ana").await, world.member("dora").await);
    let account = Account::of_random(1);
    let influencer = [Programme::Influencer];
    world.engage(&ana.id, &account, &influencer).await;
    let unjoined = world.token("nobody", &[]);
    for (path, told) in [
        ("earnings?from=2026-01-01&to=2026-01-02", json!([])),
        ("statements/2026-11", Value::Null),
        ("statements/2026-11/lines", json!([])),
        ("payouts", json!([])),
        ("ledger", json!([])),
        ("order-lines", json!([])),
    ] {
        let get = || http.get(&format!("/v1/influencer/{path}"));
        get().send().await.expect(401);
        get().token(&stranger.token).send().await.expect(404);
        let refused = get().token(&unjoined).send().await.expect(403);
        assert_eq!(refused.problem(), "not-joined");
        let found = get().token(&ana.token).send().await.expect(200).json();
        assert_eq!(found["items"], told, "{path}");
    }
    let line = http.get("/v1/influencer/order-lines/x");
    line.token(&ana.token).send().await.expect(404);
}
