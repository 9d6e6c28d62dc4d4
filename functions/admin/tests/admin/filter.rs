//! The store's filter: who sets it, and what can be in it.

use domain::filter::{Filter, MOST, Screened};
use harness::World;
use serde_json::{Value, json};
use shared::{
    bucket::{KeptFilter, Objects},
    runtime::Clock,
};

use crate::begin;

const PATH: &str = "/v1/admin/filter";

/// As a function that begins now reads it.
async fn kept(world: &World) -> Filter {
    let context = world.context();
    let objects = Objects::new(&context.sdk, context.config.bucket(), Clock::real);
    let filter = KeptFilter::new(objects).now(world.now()).await;
    Filter::clone(&filter)
}

#[tokio::test]
async fn an_admin_sets_the_filter_as_a_whole_and_nobody_else_does() {
    let (world, http) = begin().await;
    let admin = world.token("root", &["admin"]);
    let set = |body: Value| http.put(PATH).token(&admin).json(body).send();
    assert_eq!(kept(&world).await, Filter::default());
    let lists = json!({"refuse": ["scam*"], "hold": ["odd", "very odd"]});
    for _ in 0..2 {
        set(lists.clone()).await.expect(204);
    }
    let filter = kept(&world).await;
    let screen = |text| filter.screen([("/text", text)]);
    assert_eq!(screen("Scammers!"), Screened::Refuse(vec!["/text"]));
    assert_eq!(screen("How odd"), Screened::Hold(vec!["/text"]));
    assert_eq!(screen("Fine"), Screened::Pass);
    for (token, status, problem) in [
        (None, 401, "unauthenticated"),
        (Some(world.token("ana", &["prime"])), 403, "admin-required"),
        (
            Some(world.token("mo", &["moderator"])),
            403,
            "admin-required",
        ),
    ] {
        let request = http.put(PATH).json(json!({"refuse": [1]}));
        let request = match token {
            Some(token) => request.token(token),
            None => request,
        };
        assert_eq!(request.send().await.expect(status).problem(), problem);
    }
    assert_eq!(kept(&world).await, filter);
    // What is left out is empty.
    set(json!({"hold": ["odd"]})).await.expect(204);
    assert_eq!(kept(&world).await.screen([((), "scam")]), Screened::Pass);
    set(json!({})).await.expect(204);
    assert_eq!(kept(&world).await, Filter::default());
}

#[tokio::test]
async fn every_bad_entry_is_named_and_nothing_is_set_then() {
    let (world, http) = begin().await;
    let admin = world.token("root", &["admin"]);
    let set = |body: Value| http.put(PATH).token(&admin).json(body).send();
    set(json!({"refuse": ["bad"]})).await.expect(204);
    let before = kept(&world).await;
    let long = "é".repeat(51);
    let bad = json!({"refuse": ["good", "", long, 5], "hold": [" * "]});
    let named = set(bad).await.expect(422).pointers();
    let wanted = ["/refuse/1", "/refuse/2", "/refuse/3", "/hold/0"];
    assert!(
        wanted.iter().all(|at| named.contains(&(*at).to_owned())),
        "{named:?}"
    );
    let list = set(json!({"refuse": {}})).await.expect(422).pointers();
    assert_eq!(list, ["/refuse"]);
    let many = vec!["x"; MOST + 1];
    assert_eq!(
        set(json!({"hold": many})).await.expect(422).pointers(),
        ["/hold"]
    );
    let empty = vec![""; MOST];
    assert_eq!(
        set(json!({"hold": empty}))
            .await
            .expect(422)
            .pointers()
            .len(),
        100
    );
    set(json!(["bad"])).await.expect(422);
    let huge = http.put(PATH).token(&admin);
    let huge = huge.body("application/json", vec![b' '; 3_000_001]);
    huge.send().await.expect(413);
    assert_eq!(kept(&world).await, before);
}

#[tokio::test]
async fn the_longest_filter_is_taken_and_works() {
    let (world, http) = begin().await;
    let admin = world.token("root", &["admin"]);
    let list = |word: &str| -> Vec<String> {
        let entries = 0..MOST;
        entries
            .map(|n| format!("{word}{n:0>width$}", width = 100 - word.len()))
            .collect()
    };
    let (refuse, hold) = (list("r"), list("h"));
    let last = hold[MOST - 1].clone();
    let body = json!({"refuse": refuse, "hold": hold});
    let set = http.put(PATH).token(&admin).json(body);
    set.send().await.expect(204);
    let filter = kept(&world).await;
    let text = format!("{} {last} {}", "word ".repeat(3_000), "r".repeat(100));
    assert_eq!(
        filter.screen([((), text.as_str())]),
        Screened::Hold(vec![()])
    );
}
