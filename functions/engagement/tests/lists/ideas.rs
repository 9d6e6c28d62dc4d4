//! What is in a list: where it stands, what is said of it, who sees it.

use harness::{Http, Member, World};
use serde_json::{Value, json};

use crate::{begin, ids, item, make, metered, put, read};

/// A list with products of these ids in it, in this order.
async fn filled(world: &World, http: &Http, who: &Member, products: &[&str]) -> String {
    let list = make(http, who, "Gifts", "public").await;
    for product in products {
        world.product(product).await;
        let path = item(&list, "product", product);
        put(http, who, &path, json!({})).await.expect(204);
    }
    list
}

async fn order(http: &Http, list: &str) -> String {
    let list = read(http, None, &format!("/v1/lists/{list}?limit=100")).await;
    ids(&list).concat()
}

#[tokio::test]
async fn a_thing_stands_where_it_is_put_and_moves_where_it_is_told() {
    let (world, ana, http) = begin().await;
    let list = filled(&world, &http, &ana, &["a", "b", "c", "d"]).await;
    assert_eq!(order(&http, &list).await, "abcd");
    for (product, position, expected) in [
        ("d", 0, "dabc"),
        ("d", 0, "dabc"),
        ("a", 3, "dbca"),
        ("d", 1, "bdca"),
        ("d", 2, "bcda"),
        ("b", 99, "cdab"),
        ("c", 1, "dcab"),
        ("a", 2, "dcab"),
        ("c", 2, "dacb"),
    ] {
        let path = item(&list, "product", product);
        for _ in 0..2 {
            let body = json!({ "position": position });
            put(&http, &ana, &path, body).await.expect(204);
            assert_eq!(order(&http, &list).await, expected, "{product} {position}");
        }
    }
    world.product("e").await;
    put(
        &http,
        &ana,
        &item(&list, "product", "e"),
        json!({"position": 2}),
    )
    .await
    .expect(204);
    assert_eq!(order(&http, &list).await, "daecb");
    put(&http, &ana, &item(&list, "product", "a"), json!({}))
        .await
        .expect(204);
    assert_eq!(order(&http, &list).await, "daecb");
    let taken = http.delete(&item(&list, "product", "e")).token(&ana.token);
    taken.send().await.expect(204);
    let whole = read(&http, None, &format!("/v1/lists/{list}")).await;
    assert_eq!(
        (ids(&whole).concat().as_str(), &whole["count"]),
        ("dacb", &json!(4))
    );
}

#[tokio::test]
async fn a_note_stays_until_it_is_another_or_taken_off_wherever_its_thing_moves() {
    let (world, ana, http) = begin().await;
    let list = filled(&world, &http, &ana, &["a", "b", "c"]).await;
    let path = item(&list, "product", "c");
    let note = async || {
        let list = read(&http, None, &format!("/v1/lists/{list}")).await;
        let items = list["items"].as_array().unwrap().iter();
        let c = items
            .clone()
            .find(|item| item["product"]["id"] == "c")
            .unwrap();
        (ids(&list).concat(), c.get("note").cloned())
    };
    let longest = "é".repeat(500);
    for (body, expected) in [
        (json!({"note": "One"}), ("abc", Some("One"))),
        (json!({}), ("abc", Some("One"))),
        (json!({"position": 0}), ("cab", Some("One"))),
        (
            json!({"position": 1, "note": longest}),
            ("acb", Some(longest.as_str())),
        ),
        (json!({"position": null}), ("acb", Some(longest.as_str()))),
        (json!({"note": null}), ("acb", None)),
        (
            json!({"note": "Two", "position": 1.0}),
            ("acb", Some("Two")),
        ),
        (json!({"note": ""}), ("acb", None)),
    ] {
        put(&http, &ana, &path, body.clone()).await.expect(204);
        let (order, note) = note().await;
        let note = note.as_ref().and_then(Value::as_str);
        assert_eq!((order.as_str(), note), expected, "{body}");
    }
    for (body, pointers) in [
        (
            json!({"note": "é".repeat(501), "position": -1}),
            vec!["/note", "/position"],
        ),
        (json!({"position": 1.5}), vec!["/position"]),
        (json!({"position": "1"}), vec!["/position"]),
        (json!({"note": 7}), vec!["/note"]),
    ] {
        let mut told = put(&http, &ana, &path, body).await.expect(422).pointers();
        told.sort();
        assert_eq!(told, pointers);
    }
    // Without a body it is there, and stays as it is.
    http.put(&path).token(&ana.token).send().await.expect(204);
}

#[tokio::test]
async fn what_is_put_at_one_place_again_and_again_stays_in_order() {
    let (world, ana, http) = begin().await;
    let list = filled(&world, &http, &ana, &["first", "last"]).await;
    let mut expected = vec!["last".to_owned()];
    for n in 0..380 {
        let product = format!("p{n:03}");
        world.product(&product).await;
        let path = item(&list, "product", &product);
        put(&http, &ana, &path, json!({"position": 1}))
            .await
            .expect(204);
        expected.push(product);
    }
    expected.push("first".to_owned());
    expected.reverse();
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/v1/lists/{list}?limit=100{cursor}");
        let page = read(&http, None, &path).await;
        found.extend(ids(&page).into_iter().map(str::to_owned));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(found, expected);
    let id = list.parse().unwrap();
    let (places, _) = world.store().ideas(id, None, 1_000, true).await.unwrap();
    let longest = places.iter().map(|(place, _)| place.as_str().len()).max();
    assert!(longest <= Some(64), "{longest:?}");
    assert!(
        places.last().unwrap().0.as_str() > "V00001",
        "never spaced anew"
    );
}

#[tokio::test]
async fn two_who_put_at_one_place_at_once_are_both_there() {
    let (world, ana, http) = begin().await;
    let list = filled(&world, &http, &ana, &["a", "b"]).await;
    let products: Vec<_> = (0..12).map(|n| format!("p{n}")).collect();
    for product in &products {
        world.product(product).await;
    }
    let puts = products.iter().map(|product| {
        let path = item(&list, "product", product);
        let request = http.put(&path).token(&ana.token);
        request.json(json!({"position": 1})).send()
    });
    for answer in futures::future::join_all(puts).await {
        answer.expect(204);
    }
    let whole = read(&http, None, &format!("/v1/lists/{list}")).await;
    assert_eq!((ids(&whole).len(), &whole["count"]), (14, &json!(14)));
    let ends = (ids(&whole)[0], ids(&whole)[13]);
    assert_eq!(ends, ("a", "b"));
}

#[tokio::test]
async fn a_list_of_both_kinds_is_paged_and_what_one_does_not_see_is_left_out_and_counted() {
    let (world, ana, http) = begin().await;
    let (ben, cleo) = (
        world.member("ben").prime().await,
        world.member("cleo").await,
    );
    let list = make(&http, &ana, "Mixed", "public").await;
    for n in 0..4 {
        let product = format!("p{n}");
        world.product(&product).await;
        let photo = world.ready_photo("ben").await;
        let post = world.published_post("ben").photo(&photo, &[]).await.id;
        for (kind, id) in [("product", product), ("post", post.to_string())] {
            let path = item(&list, kind, &id);
            put(&http, &ana, &path, json!({})).await.expect(204);
        }
    }
    let path = format!("/v1/lists/{list}");
    let first = read(&http, None, &format!("{path}?limit=5")).await;
    let kinds = first["items"].as_array().unwrap().iter();
    let kinds: Vec<_> = kinds.map(|item| item["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["product", "post", "product", "post", "product"]);
    assert_eq!(first["cover"]["url"], "https://store.test/p0.jpg");
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = read(&http, None, &format!("{path}?limit=5&cursor={cursor}")).await;
    assert_eq!((ids(&rest).len(), &rest["next_cursor"]), (3, &Value::Null));
    assert_eq!(rest["cover"], first["cover"]);
    let foreign = http
        .get(&format!("{path}?cursor={cursor}"))
        .token(&cleo.token);
    foreign.send().await.expect(400);
    http.get(&format!("{path}?limit=0"))
        .send()
        .await
        .expect(422);

    // Without the first product a photo is the cover.
    let taken = http.delete(&item(&list, "product", "p0")).token(&ana.token);
    taken.send().await.expect(204);
    let seen = read(&http, Some(&cleo), &path).await;
    assert!(seen["cover"]["placeholder"].is_string(), "{seen}");
    let block = http.put("/v1/users/ben/block").token(&cleo.token);
    block.send().await.expect(204);
    let seen = read(&http, Some(&cleo), &path).await;
    assert_eq!(
        (ids(&seen), &seen["count"]),
        (vec!["p1", "p2", "p3"], &json!(7))
    );
    assert_eq!(seen["cover"]["url"], "https://store.test/p1.jpg");
    // Whom the list's owner and who looks part from is told nothing of it.
    let blocked = http.put("/v1/users/ana/block").token(&ben.token);
    blocked.send().await.expect(204);
    for path in [&path, "/v1/users/ana/lists"] {
        let gone = http.get(path).token(&ben.token).send().await;
        assert_eq!(gone.expect(404).problem(), "not-found", "{path}");
    }
    // She does not see his posts any more; out of her list she takes them all the same.
    let mine = read(&http, Some(&ana), &path).await;
    assert_eq!(ids(&mine), ["p1", "p2", "p3"]);
    let post = ids(&rest).into_iter().find(|id| id.len() == 26).unwrap();
    let theirs = item(&list, "post", post);
    put(&http, &ana, &theirs, json!({})).await.expect(404);
    let out = http.delete(&theirs).token(&ana.token);
    out.send().await.expect(204);
    assert_eq!(read(&http, Some(&ana), &path).await["count"], 6);
    let heart = format!("/v1/posts/{post}/heart");
    for request in [http.put(&heart), http.delete(&heart)] {
        request.token(&ana.token).send().await.expect(404);
    }
}

#[tokio::test]
async fn a_move_costs_what_it_may() {
    let (world, ana, http) = begin().await;
    let products: Vec<_> = (0..60).map(|n| format!("p{n:02}")).collect();
    let products: Vec<_> = products.iter().map(String::as_str).collect();
    let list = filled(&world, &http, &ana, &products).await;
    let (http, meter) = metered(&world);
    for (product, position, rcu) in [("p00", 5, 5.0), ("p10", 50, 6.0), ("p59", 0, 4.0)] {
        let path = item(&list, "product", product);
        meter.take();
        put(&http, &ana, &path, json!({ "position": position }))
            .await
            .expect(204);
        let used = meter.take();
        assert!(
            used.rounds <= 2 && used.rcu <= rcu && used.wcu <= 6.0,
            "{product}: {used:?}"
        );
    }
}
