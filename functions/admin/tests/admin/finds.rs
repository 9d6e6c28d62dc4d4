//! What editors feature.

use domain::{
    engagement::{IdeaList, Visibility},
    ids::ListId,
};
use harness::World;
use serde_json::{Value, json};

use crate::begin;

/// An id of ours.
fn id(number: u64) -> ListId {
    format!("01KAJ6Z7S{number:017}").parse().unwrap()
}

async fn list(world: &World, number: u64, visibility: Visibility) -> String {
    let (id, now) = (id(number), world.now());
    let owner = harness::user("ana");
    let list = IdeaList::new(id, owner.clone(), format!("L{number}"), visibility, now);
    let actor = harness::actor(&owner);
    let store = world.store();
    store.create_list(&actor, &list, None, now).await.unwrap();
    id.to_string()
}

fn names(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|item| item["name"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn an_admin_features_public_lists_in_an_order_and_nobody_else_does() {
    let (world, http) = begin().await;
    let ana = world.member("ana").prime().await;
    let admin = world.token("root", &["admin"]);
    let mut lists = Vec::new();
    for number in 0..3 {
        lists.push(list(&world, number, Visibility::Public).await);
    }
    let private = list(&world, 9, Visibility::Private).await;
    let path = |list: &str| format!("/v1/admin/finds/{list}");
    for _ in 0..2 {
        for list in &lists {
            let put = http.put(&path(list)).token(&admin).send().await;
            put.expect(204);
        }
    }
    let front = http.put(&path(&lists[2])).json(json!({"position": 0}));
    front.token(&admin).send().await.expect(204);
    let read = |query: &str| http.get(&format!("/v1/admin/finds{query}")).token(&admin);
    let page = read("?limit=2").send().await.expect(200).json();
    assert_eq!(names(&page), ["L2", "L0"]);
    let cursor = page["next_cursor"].as_str().unwrap();
    let page = read(&format!("?limit=2&cursor={cursor}")).send().await;
    let page = page.expect(200).json();
    assert_eq!(
        (names(&page), &page["next_cursor"]),
        (vec!["L1".to_owned()], &Value::Null)
    );

    let refused = http.put(&path(&private)).token(&admin).send().await;
    let refused = refused.expect(422).json();
    assert_eq!(refused["errors"][0]["pointer"], "/list_id");
    let bad = http.put(&path(&lists[0])).json(json!({"position": -1}));
    bad.token(&admin).send().await.expect(422);
    for none in ["none", &id(77).to_string()] {
        http.put(&path(none)).token(&admin).send().await.expect(404);
    }
    for _ in 0..2 {
        let gone = http.delete(&path(&lists[0])).token(&admin);
        gone.send().await.expect(204);
    }
    let page = read("").send().await.expect(200).json();
    assert_eq!(names(&page), ["L2", "L1"]);
    read("?limit=x").send().await.expect(422);
    let calls = || {
        [
            http.get("/v1/admin/finds"),
            http.put(&path(&lists[0])),
            http.delete(&path(&lists[0])),
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
async fn fifty_are_featured_at_the_most_and_those_that_nobody_sees_any_more_make_room() {
    let (world, http) = begin().await;
    world.member("ana").await;
    let admin = world.token("root", &["admin"]);
    let mut lists = Vec::new();
    for number in 0..52 {
        lists.push(list(&world, number, Visibility::Public).await);
    }
    let put = async |list: &str| {
        let put = http.put(&format!("/v1/admin/finds/{list}")).token(&admin);
        put.send().await
    };
    for list in &lists[..50] {
        put(list).await.expect(204);
    }
    let refused = put(&lists[50]).await.expect(409);
    assert_eq!(refused.problem(), "finds-limit");
    put(&lists[7]).await.expect(204);
    let gone = lists[3].parse().unwrap();
    let gone = world.store().list_now(gone).await.unwrap().unwrap();
    assert!(world.store().delete_list(&gone).await.unwrap());
    put(&lists[50]).await.expect(204);
    put(&lists[51]).await.expect(409);
}
