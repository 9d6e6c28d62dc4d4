//! Streams, over a real table.

use domain::{
    feeds::{Act, Event, nudge::NudgeAfter, pairs::Pairs, picks::Shelf, rows::Row},
    ids::ProductId,
};
use serde_json::json;

use super::*;

const COFFEE: &str = "Food, Beverages & Tobacco > Beverages > Coffee";

fn id(id: &str) -> ProductId {
    ProductId::parse(id).unwrap()
}

/// Puts a product into the catalogue and on the shelf of all, with so many who got it and what they had.
async fn shelve(world: &World, name: &str, people: usize, had: &[&str]) {
    let product = world.product(name).category(COFFEE).await;
    let topic = domain::posts::topics::work_out([], [COFFEE])
        .into_iter()
        .next();
    let had: Vec<_> = had.iter().map(|had| id(had)).collect();
    let mut pairs = Pairs::default();
    for _ in 0..people {
        pairs.got(world.now(), &had);
    }
    let row = Row::of(&product.id, topic, &product.title, &pairs);
    world
        .store()
        .put_on_shelf(&Shelf::All, &[row])
        .await
        .unwrap();
}

async fn did(world: &World, who: &str, acts: &[Act]) {
    let (store, who, now) = (world.store(), harness::user(who), world.now());
    let mut history = store.history(&who).await.unwrap();
    let events = (0..).zip(acts).map(|(minute, what)| Event {
        what: what.clone(),
        at: now - SignedDuration::from_mins(minute),
    });
    history
        .take(events.collect(), now, NudgeAfter::default())
        .unwrap();
    assert!(store.keep_history(&who, &history, now).await.unwrap());
}

fn viewed(name: &str) -> Act {
    Act::ViewProduct(id(name))
}

fn bought(name: &str) -> Act {
    Act::Purchase(id(name))
}

async fn page(http: &Http, token: &str, query: &str) -> Value {
    let path = format!("/v1/stream{query}");
    http.get(&path).token(token).send().await.expect(200).json()
}

fn products(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap().iter();
    let ids = items.filter_map(|item| item["product"]["id"].as_str());
    ids.map(str::to_owned).collect()
}

#[tokio::test]
async fn a_stream_names_what_it_goes_by_and_never_has_what_one_bought_or_cannot_buy() {
    let world = World::new().await;
    let ana = world.member("ana").await;
    shelve(&world, "mug", 9, &[]).await;
    shelve(&world, "pot", 5, &["mug"]).await;
    shelve(&world, "tin", 3, &["mug"]).await;
    shelve(&world, "gone", 8, &["mug"]).await;
    world.product("gone").category(COFFEE).sold_out().await;
    did(&world, "ana", &[bought("mug")]).await;
    let http = feeds(&world);
    let page = page(&http, &ana.token, "").await;
    assert_eq!(products(&page), ["pot", "tin"]);
    let first = &page["items"][0];
    assert_eq!(first["kind"], "product");
    assert_eq!(first["reason"]["kind"], "activity");
    assert_eq!(first["reason"]["product_id"], "mug");
    assert!(
        first["reason"]["text"]
            .as_str()
            .unwrap()
            .contains("Product mug")
    );
    assert_eq!(first["saves"], 0);
    assert_eq!(first["saved_in"], json!([]));
    let similar = first["similar"].as_array().unwrap();
    assert!(
        similar
            .iter()
            .all(|one| one["availability"] == "in_stock" && one["id"] != "pot")
    );
    assert!(similar.len() <= 4 && !similar.is_empty());
    assert_eq!(page["next_cursor"], Value::Null);
}

#[tokio::test]
async fn ones_own_mix_goes_by_what_one_bought_or_viewed_twice_alone() {
    let world = World::new().await;
    let ana = world
        .member("ana")
        .interests(&["coffee", "tea", "bbq", "baking", "shoes"])
        .await;
    for (name, had) in [
        ("pot", "mug"),
        ("tin", "cup"),
        ("lid", "jar"),
        ("rest", "none"),
    ] {
        shelve(&world, name, 5, &[had]).await;
    }
    did(
        &world,
        "ana",
        &[viewed("cup"), viewed("jar"), bought("mug")],
    )
    .await;
    world.advance(SignedDuration::from_mins(5));
    did(&world, "ana", &[viewed("cup")]).await;
    let http = feeds(&world);
    let mut all = products(&page(&http, &ana.token, "").await);
    all.sort();
    assert_eq!(all, ["lid", "pot", "rest", "tin"]);
    let mut mine = products(&page(&http, &ana.token, "?mix=mine").await);
    mine.sort();
    assert_eq!(mine, ["pot", "tin"]);
}

#[tokio::test]
async fn a_newcomer_sees_what_is_asked_for_in_their_topics() {
    let world = World::new().await;
    let ana = world
        .member("ana")
        .interests(&["coffee", "tea", "bbq", "baking", "shoes"])
        .await;
    let ben = world
        .member("ben")
        .interests(&["cats", "dogs", "bbq", "baking", "shoes"])
        .await;
    shelve(&world, "pot", 5, &[]).await;
    let http = feeds(&world);
    let hers = page(&http, &ana.token, "").await;
    assert_eq!(products(&hers), ["pot"]);
    assert_eq!(hers["items"][0]["reason"]["kind"], "topic");
    assert_eq!(hers["items"][0]["reason"]["topic"], "coffee");
    assert_eq!(products(&page(&http, &ben.token, "").await), [""; 0]);
}

#[tokio::test]
async fn where_nobody_bought_anything_what_is_like_the_last_that_one_viewed_stands_in() {
    let world = World::new().await;
    let ana = world.member("ana").await;
    for (name, cents) in [
        ("mug", 1_000),
        ("near", 1_100),
        ("nearer", 1_050),
        ("far", 9_000),
    ] {
        world.product(name).price(cents).await;
    }
    did(&world, "ana", &[viewed("mug")]).await;
    let http = feeds(&world);
    let page = page(&http, &ana.token, "").await;
    assert_eq!(products(&page), ["nearer", "near"]);
    assert_eq!(page["items"][0]["reason"]["product_id"], "mug");
}

#[tokio::test]
async fn pages_repeat_nothing_and_skip_nothing_while_one_views_and_others_buy() {
    let world = World::new().await;
    let ana = world.member("ana").await;
    for n in 0..25 {
        shelve(&world, &format!("p{n:02}"), 30 - n, &["mug"]).await;
    }
    shelve(&world, "mug", 1, &[]).await;
    did(&world, "ana", &[bought("mug")]).await;
    let http = feeds(&world);
    let whole = products(&page(&http, &ana.token, "?limit=100").await);
    assert_eq!(whole.len(), 25);
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    for turn in 0..20 {
        let page = page(&http, &ana.token, &format!("?limit=4{cursor}")).await;
        seen.extend(products(&page));
        world.advance(SignedDuration::from_secs(70));
        did(&world, "ana", &[viewed(&format!("p{:02}", 24 - turn))]).await;
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, whole);
}

#[tokio::test]
async fn who_may_ask_and_what_is_wrong_is_told_in_order() {
    let world = World::new().await;
    let ana = world.member("ana").await;
    let http = feeds(&world);
    http.get("/v1/stream").send().await.expect(401);
    let stranger = world.token("stranger", &[]);
    let refused = http.get("/v1/stream?mix=best&limit=0").token(&stranger);
    assert_eq!(refused.send().await.expect(403).problem(), "not-joined");
    let wrong = http.get("/v1/stream?mix=best&limit=0").token(&ana.token);
    assert_eq!(
        wrong.send().await.expect(422).pointers(),
        ["?limit", "?mix"]
    );
    let bad = http.get("/v1/stream?cursor=x").token(&ana.token);
    bad.send().await.expect(400);
}

#[tokio::test]
async fn who_saved_a_product_is_told_by_public_lists_alone() {
    let world = World::new().await;
    let ana = world.member("ana").await;
    shelve(&world, "mug", 1, &[]).await;
    shelve(&world, "pot", 5, &["mug"]).await;
    did(&world, "ana", &[bought("mug")]).await;
    let ben = world.member("ben").prime().await;
    let (store, now) = (world.store(), world.now());
    let idea = domain::engagement::Idea::Product(id("pot"));
    for (name, visibility) in [
        ("Open", domain::engagement::Visibility::Public),
        ("Closed", domain::engagement::Visibility::Private),
    ] {
        let list = domain::ids::ListId(world.context().ids.ulid());
        let list = domain::engagement::IdeaList::new(
            list,
            ben.id.clone(),
            name.to_owned(),
            visibility,
            now,
        );
        let actor = harness::actor(&ben.id);
        store.create_list(&actor, &list, None, now).await.unwrap();
        let put = shared::store::Putting {
            owner: ben.id.clone(),
            list: list.id,
            idea: idea.clone(),
            note: None,
            spot: shared::store::Spot::End,
        };
        let mut ground = store.ground(&put, true).await.unwrap();
        ground.heat = store.savable(&idea).await.unwrap();
        store
            .put_into_list(&actor, &put, ground, now)
            .await
            .unwrap();
        store
            .tell_of_list((&ben.id, list.id), &idea, now)
            .await
            .unwrap();
    }
    let http = feeds(&world);
    let page = page(&http, &ana.token, "").await;
    let pot = &page["items"][0];
    assert_eq!(
        (&pot["product"]["id"], &pot["saves"]),
        (&json!("pot"), &json!(1))
    );
    let lists = pot["saved_in"].as_array().unwrap();
    assert_eq!(lists.len(), 1);
    assert_eq!(lists[0]["name"], "Open");
}
