//! Who may do what with lists, and in which order it is refused.

use serde_json::json;

use crate::{begin, item, make, put, read};

#[tokio::test]
async fn a_private_list_is_not_there_for_others_and_a_public_one_is_theirs_to_read_alone() {
    let (world, ana, http) = begin().await;
    let ben = world.member("ben").prime().await;
    world.product("mug").await;
    let (private, public) = (
        make(&http, &ana, "Mine", "private").await,
        make(&http, &ana, "Ours", "public").await,
    );
    for list in [&private, &public] {
        let path = item(list, "product", "mug");
        put(&http, &ana, &path, json!({})).await.expect(204);
    }
    for (list, status, problem) in [(&private, 404, "not-found"), (&public, 403, "not-owner")] {
        let path = format!("/v1/lists/{list}");
        for request in [
            http.patch(&path).json(json!({"name": ""})),
            http.delete(&path),
            http.put(&item(list, "product", "mug"))
                .json(json!({"position": -1})),
            http.delete(&item(list, "product", "mug")),
            http.put(&item(list, "poem", "x")),
        ] {
            let refused = request.token(&ben.token).send().await;
            assert_eq!(refused.expect(status).problem(), problem);
        }
    }
    for who in [None, Some(&ben)] {
        let path = format!("/v1/lists/{private}");
        let get = http.get(&path);
        let get = who.map_or(get.clone(), |who| get.token(&who.token));
        assert_eq!(get.send().await.expect(404).problem(), "not-found");
        let seen = read(&http, who, &format!("/v1/lists/{public}")).await;
        assert_eq!(seen["items"][0]["product"]["id"], "mug");
    }
}

#[tokio::test]
async fn the_order_of_refusals_is_kept_on_every_route() {
    let (world, ana, http) = begin().await;
    let post = world.published_post("ana").await.id;
    world.product("mug").await;
    let list = make(&http, &ana, "Gifts", "private").await;
    let stranger = world.token("stranger", &["prime"]);
    let hearts = [
        "/v1/products/mug/heart".to_owned(),
        format!("/v1/posts/{post}/heart"),
    ];
    let missing = [
        "/v1/products/cup/heart".to_owned(),
        "/v1/products/%23/heart".to_owned(),
        format!("/v1/posts/{}/heart", world.context().ids.ulid()),
        "/v1/posts/x/heart".to_owned(),
        item(&list, "product", "cup"),
        item(&list, "post", "x"),
        item(&list, "comment", "x"),
        item("x", "product", "mug"),
        item(&world.context().ids.ulid().to_string(), "product", "mug"),
    ];
    let of_list = [item(&list, "product", "mug")];
    for path in hearts.iter().chain(&missing).chain(&of_list) {
        for request in [http.put(path), http.delete(path)] {
            let nobody = request.clone().send().await;
            assert_eq!(nobody.expect(401).problem(), "unauthenticated", "{path}");
            let refused = request.token(&stranger).send().await;
            assert_eq!(refused.expect(403).problem(), "not-joined", "{path}");
        }
    }
    for path in &missing {
        for request in [http.put(path), http.delete(path)] {
            let missing = request.token(&ana.token).send().await;
            assert_eq!(missing.expect(404).problem(), "not-found", "{path}");
        }
    }
    let path = format!("/v1/lists/{list}");
    for request in [
        http.get("/v1/lists?limit=0"),
        http.post("/v1/lists").json(json!({})),
        http.patch(&path).json(json!({"name": ""})),
        http.delete(&path),
    ] {
        request.clone().send().await.expect(401);
        let refused = request.token(&stranger).send().await;
        assert_eq!(refused.expect(403).problem(), "not-joined");
    }
    let ben = world.member("ben").await;
    for request in hearts.iter().map(|path| http.put(path)) {
        let refused = request.token(&ben.token).send().await;
        assert_eq!(refused.expect(403).problem(), "prime-required");
    }
    let create = http.post("/v1/lists").token(&ben.token).json(json!({}));
    assert_eq!(create.send().await.expect(403).problem(), "prime-required");
    // What one did as a Prime member one can take back when one is none any more.
    for path in &hearts {
        http.delete(path).token(&ben.token).send().await.expect(204);
    }
    for path in ["/v1/products/cup/lists", "/v1/products/cup/lists?limit=0"] {
        http.get(path).send().await.expect(404);
    }
    http.get("/v1/products/mug/lists?limit=0")
        .send()
        .await
        .expect(422);
    http.get("/v1/lists/x").send().await.expect(404);
}
