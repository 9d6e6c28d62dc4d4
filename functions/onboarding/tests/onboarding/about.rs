//! The store's terms, and whom to turn to.

use harness::{Http, World};
use serde_json::json;

use super::{joining, pointers, problem};

/// The function in a store with these terms; with none, empty.
fn under(world: &World, terms: &str) -> Http {
    let mut context = world.context();
    let config = context.config.with("TERMS_VERSION", terms);
    let config = config.with("TERMS_URL", "https://shop.test/terms");
    let config = config.with("CONTACT_EMAIL", "help@shop.test");
    let config = config.with("CONTACT_URL", "https://shop.test/help");
    context.config = config.into();
    world.serve(onboarding::router(&context))
}

#[tokio::test]
async fn the_store_tells_its_terms_if_it_has_any_and_whom_to_turn_to() {
    let world = World::new().await;
    let contact = json!({"email": "help@shop.test", "url": "https://shop.test/help"});
    let about = async |terms: &str| {
        let http = under(&world, terms);
        http.get("/v1/about").send().await.expect(200).json()
    };
    assert_eq!(about("").await, json!({"contact": contact}));
    let terms = json!({"version": "2", "url": "https://shop.test/terms"});
    let all = json!({"terms": terms, "contact": contact});
    assert_eq!(about("2").await, all);
}

#[tokio::test]
async fn who_joins_accepts_the_terms_that_are_in_force() {
    let world = World::new().await;
    let http = under(&world, "2");
    let token = world.token("ana", &[]);
    let join = |handle: &str, terms: Option<&str>| {
        let mut body = joining(handle);
        if let Some(terms) = terms {
            body["terms_version"] = json!(terms);
        }
        http.post("/v1/me").token(&token).json(body).send()
    };
    assert_eq!(pointers(&join("ana", None).await), ["/terms_version"]);
    assert_eq!(pointers(&join("ana", Some("1")).await), ["/terms_version"]);
    // All that is wrong is named at once.
    let both = ["/handle", "/terms_version"];
    assert_eq!(pointers(&join("a", Some("1")).await), both);
    let none = http.get("/v1/me").token(&token).send().await;
    assert_eq!(problem(&none).0, 404);
    join("ana", Some("2")).await.expect(201);
    let bio = http.patch("/v1/me").token(&token);
    let bio = bio.json(json!({"bio": "Coffee"})).send().await;
    assert_eq!(bio.expect(200).json()["bio"], "Coffee");
}

#[tokio::test]
async fn who_joins_where_there_are_no_terms_may_name_some_all_the_same() {
    let world = World::new().await;
    let (http, token) = (under(&world, ""), world.token("ana", &[]));
    let mut body = joining("ana");
    body["terms_version"] = json!("7");
    let joined = http.post("/v1/me").token(&token).json(body);
    joined.send().await.expect(201);
    let rules = world.store().rules(&harness::user("ana")).await.unwrap();
    assert_eq!(rules.terms_version, None);
}

#[tokio::test]
async fn what_one_joined_by_a_key_stands_whichever_terms_are_in_force_by_now() {
    let world = World::new().await;
    let token = world.token("ana", &[]);
    let join = async |terms: &str| {
        let http = under(&world, terms);
        let mut body = joining("ana");
        body["terms_version"] = json!("1");
        let join = http.post("/v1/me").token(&token);
        join.header("idempotency-key", "k1").json(body).send().await
    };
    let first = join("1").await.expect(201).json();
    assert_eq!(join("2").await.expect(201).json(), first);
}
