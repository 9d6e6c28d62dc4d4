//! Lists of one's own: made, changed, deleted, paged through.

use domain::{
    engagement::{IDEAS, IdeaList, LISTS, Visibility},
    ids::ListId,
};
use serde_json::{Value, json};

use crate::{begin, ids, item, make, put, read};

#[tokio::test]
async fn a_list_is_made_read_changed_and_gone_at_once() {
    let (_world, ana, http) = begin().await;
    let body = json!({"name": " Gifts ", "visibility": "private"});
    let made = http.post("/v1/lists").token(&ana.token).json(body);
    let made = made.send().await.expect(201);
    let list = made.json();
    let path = format!("/v1/lists/{}", list["id"].as_str().unwrap());
    let location = format!("https://api.test{path}");
    assert_eq!(made.header("location"), Some(location.as_str()));
    assert_eq!(list["name"], "Gifts");
    assert_eq!((&list["count"], &list["items"]), (&json!(0), &json!([])));
    assert_eq!(list["next_cursor"], Value::Null);
    for absent in ["cover", "default", "disclosure"] {
        assert!(list.get(absent).is_none(), "{absent}");
    }
    let patch = async |body: Value| {
        let patch = http.patch(&path).token(&ana.token).json(body);
        patch.send().await
    };
    let changed = patch(json!({"visibility": "public"})).await.expect(200);
    assert_eq!(changed.json()["name"], "Gifts");
    let changed = patch(json!({"name": "For Ben"})).await.expect(200).json();
    assert_eq!(read(&http, None, &path).await, changed);
    patch(json!({})).await.expect(200);
    http.delete(&path)
        .token(&ana.token)
        .send()
        .await
        .expect(204);
    for request in [
        http.get(&path),
        http.delete(&path),
        http.patch(&path).json(json!({})),
    ] {
        let gone = request.token(&ana.token).send().await;
        assert_eq!(gone.expect(404).problem(), "not-found");
    }
    assert_eq!(
        read(&http, Some(&ana), "/v1/lists").await["items"],
        json!([])
    );
}

#[tokio::test]
async fn every_bad_field_is_named_and_so_is_what_cannot_change() {
    let (_world, ana, http) = begin().await;
    let list = make(&http, &ana, "Gifts", "private").await;
    let create = async |body: Value| {
        let create = http.post("/v1/lists").token(&ana.token).json(body);
        create.send().await.expect(422).pointers()
    };
    assert_eq!(create(json!({})).await, ["/name", "/visibility"]);
    let long = "é".repeat(81);
    for bad in [&long, "", " ", "a\u{202e}b", "a\nb"] {
        let bad = json!({"name": bad, "visibility": "secret"});
        assert_eq!(create(bad).await, ["/name", "/visibility"]);
    }
    let path = format!("/v1/lists/{list}");
    let patch = async |body: Value| {
        let patch = http.patch(&path).token(&ana.token).json(body);
        let mut pointers = patch.send().await.expect(422).pointers();
        pointers.sort();
        pointers
    };
    let null = json!({"name": null, "visibility": null});
    assert_eq!(patch(null).await, ["/name", "/visibility"]);
    let fixed = json!({"id": "x", "count": 3, "owner": {}, "default": true, "name": ""});
    assert_eq!(
        patch(fixed).await,
        ["/count", "/default", "/id", "/name", "/owner"]
    );
    let path = item(&list, "product", "mug");
    for body in [json!({"position": 0}), json!({})] {
        // What is not there is told first.
        put(&http, &ana, &path, body).await.expect(404);
    }
}

#[tokio::test]
async fn a_key_makes_one_list_and_a_state_that_was_seen_is_what_is_changed() {
    let (_world, ana, http) = begin().await;
    let create = async |name: &str| {
        let create = http.post("/v1/lists").token(&ana.token);
        let create = create.header("idempotency-key", "one");
        create
            .json(json!({"name": name, "visibility": "public"}))
            .send()
            .await
    };
    let one = create("Gifts").await.expect(201).json();
    assert_eq!(create("Gifts").await.expect(201).json()["id"], one["id"]);
    assert_eq!(
        create("Other").await.expect(422).problem(),
        "idempotency-mismatch"
    );
    let path = format!("/v1/lists/{}", one["id"].as_str().unwrap());
    let tag = async || {
        let seen = http.get(&path).token(&ana.token).send().await.expect(200);
        seen.header("etag").unwrap().to_owned()
    };
    let first = tag().await;
    let patch = async |tag: &str, name: &str| {
        let patch = http.patch(&path).token(&ana.token).header("if-match", tag);
        patch.json(json!({ "name": name })).send().await
    };
    patch(&first, "Two").await.expect(200);
    let late = patch(&first, "Three").await.expect(412);
    assert_eq!(late.problem(), "precondition-failed");
    let delete = async |tag: &str| {
        let delete = http.delete(&path).token(&ana.token);
        delete.header("if-match", tag).send().await
    };
    delete(&first).await.expect(412);
    assert_eq!(read(&http, None, &path).await["name"], "Two");
    delete(&tag().await).await.expect(204);
    assert_eq!(create("Gifts").await.expect(410).problem(), "gone");
}

#[tokio::test]
async fn lists_are_paged_newest_first_and_others_are_told_of_public_ones_alone() {
    let (world, ana, http) = begin().await;
    world.product("mug").await;
    for n in 0..5 {
        if n == 3 {
            let heart = http.put("/v1/products/mug/heart").token(&ana.token);
            heart.send().await.expect(204);
            world.advance(jiff::SignedDuration::from_secs(1));
        }
        let shown = if n % 2 == 0 { "public" } else { "private" };
        make(&http, &ana, &format!("List {n}"), shown).await;
        world.advance(jiff::SignedDuration::from_secs(1));
    }
    let ben = world.member("ben").await;
    let names = async |who: Option<&harness::Member>, path: &str| {
        let (mut names, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = read(&http, who, &format!("{path}?limit=2{cursor}")).await;
            let items = page["items"].as_array().unwrap().iter();
            names.extend(items.map(|card| card["name"].as_str().unwrap().to_owned()));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return names,
            }
        }
    };
    let mine = names(Some(&ana), "/v1/lists").await;
    assert_eq!(
        mine,
        ["List 4", "List 3", "Hearts", "List 2", "List 1", "List 0"]
    );
    for who in [None, Some(&ben), Some(&ana)] {
        let told = names(who, "/v1/users/ANA/lists").await;
        assert_eq!(told, ["List 4", "List 2", "List 0"]);
    }
    let nobody = http.get("/v1/users/nobody/lists").send().await;
    assert_eq!(nobody.expect(404).problem(), "not-found");
}

#[tokio::test]
async fn there_are_two_hundred_lists_and_a_thousand_things_in_one_at_most() {
    let (world, ana, http) = begin().await;
    for n in 0..LISTS {
        make(&http, &ana, &format!("{n}"), "private").await;
    }
    world.product("mug").await;
    let create = http.post("/v1/lists").token(&ana.token);
    let create = create.json(json!({"name": "x", "visibility": "public"}));
    let many = create.clone().send().await;
    assert_eq!(many.expect(409).problem(), "list-limit");
    let page = read(&http, Some(&ana), "/v1/lists?limit=1").await;
    let last = page["items"][0]["id"].as_str().unwrap();
    let path = format!("/v1/lists/{last}");
    http.delete(&path)
        .token(&ana.token)
        .send()
        .await
        .expect(204);
    create.send().await.expect(201);

    let ben = world.member("ben").await;
    let now = world.now();
    let id = ListId(world.context().ids.ulid());
    let full = IdeaList::new(
        id,
        ben.id.clone(),
        "Full".to_owned(),
        Visibility::Public,
        now,
    );
    let full = IdeaList {
        count: IDEAS,
        ..full
    };
    let actor = harness::actor(&ben.id);
    let made = world.store().create_list(&actor, &full, None, now).await;
    made.unwrap();
    let path = item(&id.to_string(), "product", "mug");
    let much = put(&http, &ben, &path, json!({})).await;
    assert_eq!(much.expect(409).problem(), "list-full");
    assert!(ids(&read(&http, None, &format!("/v1/lists/{id}")).await).is_empty());
}
