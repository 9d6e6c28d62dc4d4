//! Posts that are changed by their authors.

use domain::{
    engagement::Count,
    posts::{
        Post, PostStatus,
        photo::{Photo, Rejection},
    },
};
use futures::future::join_all;
use harness::{Answer, Http, Member, World};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::{begin, metered, text};

async fn change(http: &Http, who: &Member, post: &Post, body: Value) -> Answer {
    let patch = http.patch(&format!("/v1/posts/{}", post.id));
    patch.token(&who.token).json(body).send().await
}

async fn now(world: &World, post: &Post) -> Post {
    world.store().post_now(post.id).await.unwrap().unwrap()
}

/// Another photo of Ana's, ready.
async fn photo(world: &World) -> Photo {
    world.ready_photo("ana").await
}

/// A post of Ana's with a good photo and one that was rejected, as the worker leaves it.
async fn in_need(world: &World) -> (Post, Photo, Photo) {
    let (good, bad) = (photo(world).await, world.awaited_photo("ana").await);
    let bad = world
        .store()
        .settle_photo(bad.id, Err(Rejection::Truncated))
        .await;
    let bad = bad.unwrap().unwrap();
    let post = world
        .published_post("ana")
        .photo(&good, &[])
        .photo(&bad, &[])
        .await;
    assert_eq!(post.status, PostStatus::NeedsAttention);
    (post, good, bad)
}

#[tokio::test]
async fn text_topics_and_hotspots_are_changed_and_the_post_is_marked_as_edited() {
    let (world, ana, http) = begin().await;
    for id in ["mug", "pot"] {
        world.product(id).await;
    }
    world.product("jug").sold_out().await;
    let picture = photo(&world).await;
    let post = world
        .published_post("ana")
        .topics(&["tea"])
        .photo(&picture, &["mug"])
        .await;
    world.advance(SignedDuration::from_mins(7));
    let spots = ["pot", "jug"].map(|id| json!({"product_id": id, "x": 0.5, "y": 0.5}));
    let body = json!({
        "text": "Now with #coffee",
        "topics": ["coffee", "bbq"],
        "photos": [{"id": picture.id.to_string(), "alt": "A pot", "hotspots": spots}],
        "products": ["mug"],
    });
    let answer = change(&http, &ana, &post, body.clone())
        .await
        .expect(200)
        .json();
    assert_eq!(answer["text"], "Now with #coffee");
    assert_eq!(answer["entities"][0]["tag"], "coffee");
    assert_eq!(answer["topics"], json!(["coffee", "bbq"]));
    assert_eq!(
        (&answer["shoppable_count"], &answer["photos"][0]["alt"]),
        (&json!(2), &json!("A pot"))
    );
    assert_eq!(answer["photos"][0]["hotspots"][1]["product"]["id"], "jug");
    assert_eq!(answer["photos"][0]["width"], 1200, "the photo itself stays");
    let edited_at: Timestamp = text(&answer["edited_at"]).parse().unwrap();
    assert!(edited_at >= post.created_at + SignedDuration::from_mins(7));
    assert_eq!(
        answer["published_at"],
        format!("{:.3}", post.published_at.unwrap())
    );
    let read = http
        .get(&format!("/v1/posts/{}", post.id))
        .token(&ana.token);
    assert_eq!(read.send().await.expect(200).json(), answer);

    // The same again changes nothing, and so is no edit.
    world.advance(SignedDuration::from_mins(7));
    let again = change(&http, &ana, &post, body).await.expect(200).json();
    assert_eq!(again, answer);
    assert_eq!(
        change(&http, &ana, &post, json!({}))
            .await
            .expect(200)
            .json(),
        answer
    );
    assert_eq!(world.store().member(&ana.id).await.unwrap().posts, 1);
}

#[tokio::test]
async fn what_is_not_named_stays_and_null_takes_away() {
    let (world, ana, http) = begin().await;
    world.product("mug").category("Furniture > Tables").await;
    let picture = photo(&world).await;
    let post = world.published_post("ana").text("#coffee").topics(&["tea"]);
    let post = post.photo(&picture, &[]).products(&["mug"]).await;
    let answer = change(&http, &ana, &post, json!({"topics": null}))
        .await
        .expect(200)
        .json();
    assert_eq!(answer["topics"], json!(["coffee", "furniture"]));
    assert_eq!(
        (&answer["text"], &answer["products"][0]["id"]),
        (&json!("#coffee"), &json!("mug"))
    );
    let answer = change(&http, &ana, &post, json!({"text": null, "products": null})).await;
    let answer = answer.expect(200).json();
    assert_eq!(
        (&answer["text"], &answer["products"]),
        (&json!(""), &json!([]))
    );
    assert_eq!(answer["topics"], json!(["coffee", "furniture"]));
    assert_eq!(answer["photos"][0]["id"], picture.id.to_string());
}

#[tokio::test]
async fn every_bad_field_of_a_change_is_named_at_once_and_nothing_is_written() {
    let (world, ana, http) = begin().await;
    let (one, two) = (photo(&world).await, photo(&world).await);
    let post = world
        .published_post("ana")
        .photo(&one, &["gone"])
        .photo(&two, &[])
        .await;
    let spot = |id: &str, x: f64| json!({"product_id": id, "x": x, "y": 0});
    let body = json!({
        "kind": "story", "link": null, "review_id": "r", "poll": {"question": "?"},
        "text": "x".repeat(5_001),
        "topics": ["none"],
        "products": ["unheard-of"],
        "photos": [
            {"id": two.id.to_string()},
            {"id": one.id.to_string(), "hotspots": [spot("gone", 2.0), spot("never", 0.0)]},
        ],
    });
    let mut named = change(&http, &ana, &post, body)
        .await
        .expect(422)
        .pointers();
    named.sort();
    let expected = [
        "/kind",
        "/link",
        "/photos",
        "/photos/1/hotspots/0/x",
        "/photos/1/hotspots/1/product_id",
        "/poll",
        "/poll/options",
        "/products/0",
        "/review_id",
        "/text",
        "/topics/0",
    ];
    assert_eq!(named, expected, "what left the catalogue may stay pinned");
    for photos in [json!([]), json!(null), json!([{"id": one.id.to_string()}])] {
        let answer = change(&http, &ana, &post, json!({"photos": photos}))
            .await
            .expect(422);
        assert!(
            answer.pointers().contains(&"/photos".to_owned()),
            "{:?}",
            answer.pointers()
        );
    }
    let story = world.published_post("ana").await;
    let named = change(&http, &ana, &story, json!({"text": " "}))
        .await
        .expect(422)
        .pointers();
    assert_eq!(named, ["/text"]);
    assert_eq!(now(&world, &post).await, post);
    assert_eq!(now(&world, &story).await, story);
}

#[tokio::test]
async fn only_its_author_changes_a_post_and_refusals_come_in_order() {
    let (world, ana, http) = begin().await;
    let ben = world.member("ben").prime().await;
    let (published, waited) = (
        world.published_post("ana").await,
        world.awaited_photo("ana").await,
    );
    let waiting = world.published_post("ana").photo(&waited, &[]).await;
    let path = format!("/v1/posts/{}", published.id);
    let bad = || http.patch(&path).json(json!({"kind": 7}));
    assert_eq!(bad().send().await.expect(401).problem(), "unauthenticated");
    let stranger = world.token("stranger", &["prime"]);
    let unknown = world.context().ids.ulid().to_string();
    for id in ["x", &unknown, &published.id.to_string()] {
        let patch = http.patch(&format!("/v1/posts/{id}")).token(&stranger);
        assert_eq!(
            patch.json(json!({})).send().await.expect(403).problem(),
            "not-joined"
        );
    }
    for id in ["x", &unknown] {
        let patch = http.patch(&format!("/v1/posts/{id}")).token(&ana.token);
        patch.body("application/json", "{").send().await.expect(404);
    }
    assert_eq!(
        bad().token(&ben.token).send().await.expect(403).problem(),
        "not-owner"
    );
    let hidden = change(&http, &ben, &waiting, json!({"text": "Mine"})).await;
    assert_eq!(hidden.expect(404).problem(), "not-found");
    let broken = http
        .patch(&path)
        .token(&ana.token)
        .body("application/json", "{")
        .send()
        .await;
    assert_eq!(broken.expect(400).problem(), "malformed-body");
    assert_eq!(now(&world, &published).await, published);
}

#[tokio::test]
async fn a_poll_that_has_appeared_stays_as_it_is() {
    let (world, ana, http) = begin().await;
    let poll = json!({"question": "?", "options": [{"text": "a"}, {"text": "b"}]});
    let body = json!({"kind": "poll", "poll": poll});
    let made = http
        .post("/v1/posts")
        .token(&ana.token)
        .json(body)
        .send()
        .await
        .expect(201);
    let id = text(&made.json()["id"]).parse().unwrap();
    let post = world.store().post_now(id).await.unwrap().unwrap();
    for poll in [poll, json!(null)] {
        let named = change(&http, &ana, &post, json!({"poll": poll}))
            .await
            .expect(422);
        assert_eq!(named.pointers(), ["/poll"]);
    }
    let answer = change(&http, &ana, &post, json!({"text": "Why?"}))
        .await
        .expect(200)
        .json();
    assert_eq!(answer["poll"], made.json()["poll"]);
}

#[tokio::test]
async fn no_smile_is_lost_to_an_edit_and_no_edit_to_a_smile() {
    let (world, ana, http) = begin().await;
    let mut readers = Vec::new();
    for index in 0..10 {
        readers.push(world.member(&format!("reader{index}")).await);
    }
    let post = world.published_post("ana").await;
    let smiles = readers
        .iter()
        .map(|reader| world.smile(&reader.id, post.id));
    let edits =
        (0..5).map(|edit| change(&http, &ana, &post, json!({"text": format!("Edit {edit}")})));
    let (_, edited) = futures::join!(join_all(smiles), join_all(edits));
    for answer in edited {
        answer.expect(200);
    }
    let post = now(&world, &post).await;
    assert_eq!(post.edition, 5);
    assert_eq!(world.counted(post.id, Count::Smiles).await, 10);
    assert!(post.text.starts_with("Edit "));
}

#[tokio::test]
async fn ten_edits_at_once_are_all_made() {
    let (world, ana, http) = begin().await;
    let post = world.published_post("ana").await;
    let edits =
        (0..10).map(|edit| change(&http, &ana, &post, json!({"text": format!("Edit {edit}")})));
    for answer in join_all(edits).await {
        answer.expect(200);
    }
    assert_eq!(now(&world, &post).await.edition, 10);
}

#[tokio::test]
async fn an_edit_that_another_overtook_answers_with_the_products_that_it_named() {
    let (world, ana, http) = begin().await;
    world.product("mug").category("Furniture > Tables").await;
    let mut overtaken = 0;
    for _ in 0..5 {
        let post = world.published_post("ana").topics(&["tea"]).await;
        let named = change(&http, &ana, &post, json!({"products": ["mug"]}));
        let others = (0..3).map(|edit| {
            let body = json!({"topics": null, "text": format!("Edit {edit}")});
            change(&http, &ana, &post, body)
        });
        let (named, others) = futures::join!(named, join_all(others));
        named.expect(200);
        for answer in others {
            let answer = answer.expect(200).json();
            if let Some(product) = answer["products"].get(0) {
                assert_eq!(product["availability"], "in_stock");
                assert_eq!(answer["topics"], json!(["furniture"]));
                overtaken += 1;
            }
        }
    }
    assert!(overtaken > 0);
}

#[tokio::test]
async fn a_rejected_photo_is_replaced_and_the_post_appears_then_and_once() {
    let (world, ana, http) = begin().await;
    let (post, good, bad) = in_need(&world).await;
    let shown = http
        .get(&format!("/v1/posts/{}", post.id))
        .token(&ana.token);
    let shown = shown.send().await.expect(200).json();
    assert_eq!(shown["status"], "needs_attention");
    assert_eq!(
        (&shown["photos"][1]["status"], &shown["photos"][1]["reason"]),
        (&json!("rejected"), &json!("truncated"))
    );
    world.advance(SignedDuration::from_mins(9));
    let better = photo(&world).await;
    let photos = [&better, &good].map(|photo| json!({"id": photo.id.to_string(), "alt": "Better"}));
    let body = json!({"photos": photos});
    let answer = change(&http, &ana, &post, body.clone()).await;
    let answer = answer.expect(200).json();
    assert_eq!(answer["status"], "published");
    let published_at: Timestamp = text(&answer["published_at"]).parse().unwrap();
    assert!(published_at >= post.created_at + SignedDuration::from_mins(9));
    assert_eq!(answer["photos"][0]["id"], better.id.to_string());
    assert!(
        answer.get("edited_at").is_none(),
        "nobody had seen it before"
    );
    let again = change(&http, &ana, &post, body).await;
    assert_eq!(again.expect(200).json(), answer);
    let store = world.store();
    assert_eq!(store.member(&ana.id).await.unwrap().posts, 1);
    assert_eq!(store.posts_by(&ana.id, None, 10).await.unwrap().0.len(), 1);
    assert_eq!(store.open_posts(world.now()).await.unwrap().len(), 1);
    assert!(
        store.photo(bad.id).await.unwrap().is_none(),
        "the bad one is given up"
    );
    let claimed = store.photo(better.id).await.unwrap().unwrap();
    assert_eq!((claimed.post, claimed.expires_at), (Some(post.id), None));
}

#[tokio::test]
async fn a_rejected_photo_may_be_left_out_where_the_rest_is_a_post() {
    let (world, ana, http) = begin().await;
    let (post, good, _) = in_need(&world).await;
    let rest = json!({"photos": [{"id": good.id.to_string()}]});
    let answer = change(&http, &ana, &post, rest).await.expect(200).json();
    assert_eq!(answer["status"], "published");
    let (alone, ..) = in_need(&world).await;
    let named = change(&http, &ana, &alone, json!({"photos": []}))
        .await
        .expect(422)
        .pointers();
    assert_eq!(named, ["/photos"], "a photo post needs one");
    assert_eq!(now(&world, &alone).await, alone);
}

#[tokio::test]
async fn a_replacement_that_is_not_ready_is_waited_for() {
    let (world, ana, http) = begin().await;
    let (post, good, bad) = in_need(&world).await;
    let next = world.awaited_photo("ana").await;
    let photos = [&good, &next].map(|photo| json!({"id": photo.id.to_string()}));
    let answer = change(&http, &ana, &post, json!({"photos": photos}))
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&answer["status"], &answer["published_at"]),
        (&json!("processing"), &Value::Null)
    );
    let store = world.store();
    assert!(store.photo(bad.id).await.unwrap().is_none());
    assert_eq!(
        store.photo(next.id).await.unwrap().unwrap().post,
        Some(post.id)
    );
    assert_eq!(store.member(&ana.id).await.unwrap().posts, 0);
}

#[tokio::test]
async fn a_replacement_must_be_ones_own_good_and_in_no_other_post() {
    let (world, ana, http) = begin().await;
    world.member("ben").await;
    let (post, good, bad) = in_need(&world).await;
    let theirs = world.ready_photo("ben").await;
    let (_, taken, other) = in_need(&world).await;
    let with = |id: String| json!({"photos": [{"id": good.id.to_string()}, {"id": id}]});
    for id in [
        theirs.id.to_string(),
        other.id.to_string(),
        "x".to_owned(),
        good.id.to_string(),
    ] {
        let answer = change(&http, &ana, &post, with(id.clone()))
            .await
            .expect(422);
        assert_eq!(answer.pointers(), ["/photos/1/id"], "{id}");
    }
    let answer = change(&http, &ana, &post, with(taken.id.to_string())).await;
    assert_eq!(answer.expect(409).problem(), "photo-taken");
    let same = change(&http, &ana, &post, with(bad.id.to_string()))
        .await
        .expect(200)
        .json();
    assert_eq!(same["status"], "needs_attention");
}

#[tokio::test]
async fn a_poll_that_waits_is_replaced_whole() {
    let (world, ana, http) = begin().await;
    let bad = world.awaited_photo("ana").await;
    let poll = |photo: &Photo| {
        json!({"question": "?", "options": [
        {"text": "a", "photo_id": photo.id.to_string()}, {"text": "b"}, {"text": "c"}]})
    };
    let body = json!({"kind": "poll", "poll": poll(&bad)});
    let made = http
        .post("/v1/posts")
        .token(&ana.token)
        .json(body)
        .send()
        .await
        .expect(201);
    let id = text(&made.json()["id"]).parse().unwrap();
    let post = world.store().post_now(id).await.unwrap().unwrap();
    let better = photo(&world).await;
    let answer = change(&http, &ana, &post, json!({"poll": poll(&better)}))
        .await
        .expect(200)
        .json();
    assert_eq!(answer["status"], "published");
    assert_eq!(
        answer["poll"]["options"][0]["photo"]["id"],
        better.id.to_string()
    );
    assert!(world.store().photo(bad.id).await.unwrap().is_none());
}

#[tokio::test]
async fn a_photo_that_becomes_ready_while_the_post_is_changed_is_not_waited_for_in_vain() {
    for _ in 0..5 {
        let (world, ana, http) = begin().await;
        let waiting = world.awaited_photo("ana").await;
        let ready = photo(&world).await;
        let (image, original) = (ready.image.unwrap(), ready.original.unwrap());
        let post = world.published_post("ana").photo(&waiting, &[]).await;
        let store = world.store();
        let edit = change(&http, &ana, &post, json!({"text": "Meanwhile"}));
        let (answer, settled) = futures::join!(
            edit,
            store.settle_photo(waiting.id, Ok((&image, &original)))
        );
        let photo = settled.unwrap().unwrap();
        answer.expect(200);
        let post = now(&world, &post).await;
        assert_eq!(post.text, "Meanwhile");
        // Settled by the change itself, or by whoever settled the photo: it sees the new post.
        assert!(post.status == PostStatus::Published || photo.post == Some(post.id));
    }
}

#[tokio::test]
async fn a_deleted_post_takes_its_photos_along_and_is_changed_no_more() {
    let (world, ana, http) = begin().await;
    let (post, good, bad) = in_need(&world).await;
    let store = world.store();
    assert!(store.photo(good.id).await.unwrap().is_some());
    let path = format!("/v1/posts/{}", post.id);
    http.delete(&path)
        .token(&ana.token)
        .send()
        .await
        .expect(204);
    for photo in [good, bad] {
        assert!(store.photo(photo.id).await.unwrap().is_none());
    }
    assert_eq!(store.member(&ana.id).await.unwrap().posts, 0);
    let late = change(&http, &ana, &post, json!({"text": "Too late"})).await;
    assert_eq!(late.expect(404).problem(), "not-found");
}

#[tokio::test]
async fn an_edit_takes_three_rounds_at_most() {
    let (world, ana, _) = begin().await;
    world.product("mug").await;
    let picture = photo(&world).await;
    let post = world.published_post("ana").photo(&picture, &["mug"]).await;
    let (http, meter) = metered(&world);
    meter.take();
    let body = json!({"text": "x".repeat(900), "topics": ["tea"]});
    change(&http, &ana, &post, body).await.expect(200);
    let used = meter.take();
    // Four for the post, as for a smile; two for the note that it came to another wall, and two for its marker until it
    // is there.
    assert!(
        used.rounds <= 3 && used.wcu <= 8.0 && used.rcu <= 6.0,
        "{used:?}"
    );
}
