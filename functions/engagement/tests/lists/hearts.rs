//! Hearts, and what they count.

use domain::engagement::Count;
use serde_json::json;

use crate::{begin, ids, item, make, metered, put, read, saves};

const A: &str = "/v1/products/mug/heart";

#[tokio::test]
async fn the_first_heart_makes_a_list_and_the_latest_comes_first_in_it() {
    let (world, ana, http) = begin().await;
    let mug = world.product("mug").await;
    let post = world.published_post("ana").await.id;
    assert_eq!(
        read(&http, Some(&ana), "/v1/lists").await["items"],
        json!([])
    );
    for path in [A, &format!("/v1/posts/{post}/heart"), A] {
        let heart = http.put(path).token(&ana.token);
        assert!(heart.send().await.expect(204).body.is_empty());
        world.advance(jiff::SignedDuration::from_secs(1));
    }
    let lists = read(&http, Some(&ana), "/v1/lists").await;
    let [card] = &lists["items"].as_array().unwrap()[..] else {
        panic!("{lists}")
    };
    let owner = card["owner"]["handle"].as_str();
    assert_eq!(owner, Some("ana"));
    for (field, value) in [
        ("name", json!("Hearts")),
        ("default", json!(true)),
        ("visibility", json!("private")),
        ("count", json!(2)),
        ("cover", json!({"url": mug.image_url})),
    ] {
        assert_eq!(card[field], value, "{field}");
    }
    let path = format!("/v1/lists/{}", card["id"].as_str().unwrap());
    let list = read(&http, Some(&ana), &path).await;
    assert_eq!(ids(&list), [&post.to_string(), "mug"]);
    assert_eq!(list["items"][0]["post"]["viewer"]["saved"], true);
    assert_eq!(list["items"][0]["post"]["counts"]["saves"], 1);
    assert_eq!(list["items"][1]["product"]["saves"], 1);
    assert!(list["items"][1].get("note").is_none());

    for _ in 0..2 {
        let back = http.delete(A).token(&ana.token);
        back.send().await.expect(204);
    }
    assert_eq!(saves(&world, "mug").await, 0);
    let list = read(&http, Some(&ana), &path).await;
    assert_eq!((ids(&list).len(), &list["count"]), (1, &json!(1)));
    // It may be called otherwise and shown; it stays.
    let change = http.patch(&path).token(&ana.token);
    let change = change.json(json!({"name": "Loved", "visibility": "public"}));
    let changed = change.send().await.expect(200).json();
    assert_eq!(
        (&changed["name"], &changed["default"]),
        (&json!("Loved"), &json!(true))
    );
    assert_eq!(read(&http, None, &path).await["name"], "Loved");
    let gone = http.delete(&path).token(&ana.token).send().await;
    assert_eq!(gone.expect(409).problem(), "default-list");
}

#[tokio::test]
async fn who_keeps_a_thing_in_several_lists_saved_it_once_until_it_is_in_none() {
    let (world, ana, http) = begin().await;
    let ben = world.member("ben").prime().await;
    world.product("mug").await;
    let post = world.published_post("ana").await.id;
    let (one, other) = (
        make(&http, &ana, "One", "private").await,
        make(&http, &ana, "Other", "public").await,
    );
    let of = |list: &str| {
        [
            item(list, "product", "mug"),
            item(list, "post", &post.to_string()),
        ]
    };
    for path in of(&one).iter().chain(&of(&other)).chain(&of(&one)) {
        put(&http, &ana, path, json!({})).await.expect(204);
    }
    http.put(A).token(&ana.token).send().await.expect(204);
    http.put(A).token(&ben.token).send().await.expect(204);
    assert_eq!(saves(&world, "mug").await, 2);
    assert_eq!(world.counted(post, Count::Saves).await, 1);
    for (path, left) in of(&one).iter().chain(&of(&other)).zip([2, 2, 2, 2]) {
        http.delete(path).token(&ana.token).send().await.expect(204);
        assert_eq!(saves(&world, "mug").await, left, "{path}");
    }
    assert_eq!(world.counted(post, Count::Saves).await, 0);
    // Of hers the heart alone is left.
    http.delete(A).token(&ana.token).send().await.expect(204);
    assert_eq!(saves(&world, "mug").await, 1);
}

#[tokio::test]
async fn hearts_and_things_of_lists_cost_what_they_may() {
    let (world, ana, _) = begin().await;
    let (http, meter) = metered(&world);
    world.product("mug").await;
    let post = world.published_post("ana").await.id;
    // The first makes the list.
    http.put(A).token(&ana.token).send().await.expect(204);
    let list = make(&http, &ana, "Gifts", "private").await;
    let heart = format!("/v1/posts/{post}/heart");
    let thing = item(&list, "product", "mug");
    for request in [
        http.put(&heart),
        http.delete(&heart),
        http.put(&thing)
            .json(json!({"note": "Nice", "position": 0})),
        http.delete(&thing),
        http.delete(A),
        http.put(A),
    ] {
        meter.take();
        request.clone().token(&ana.token).send().await.expect(204);
        let used = meter.take();
        assert!(
            used.rounds <= 2 && used.rcu <= 4.0 && used.wcu <= 8.0,
            "{request:?}: {used:?}"
        );
    }
}
