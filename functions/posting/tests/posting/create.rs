//! Posts that are made.

use domain::posts::PostStatus;
use futures::future::join_all;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::{begin, metered, story, text};

#[tokio::test]
async fn a_story_is_published_at_once() {
    let (world, ana, http) = begin().await;
    let answer = http
        .post("/v1/posts")
        .token(&ana.token)
        .json(story("Cafe\u{301} #Tea"))
        .send()
        .await;
    let post = answer.clone().expect(201).json();
    let id = text(&post["id"]);
    assert_eq!(
        answer.header("location"),
        Some(&*format!("https://api.test/v1/posts/{id}"))
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(
        (&post["kind"], &post["status"]),
        (&json!("story"), &json!("published"))
    );
    assert_eq!(
        (&post["text"], &post["topics"]),
        (&json!("Café #Tea"), &json!(["tea"]))
    );
    assert_eq!(post["author"]["handle"], "ana");
    assert_eq!(
        post["counts"],
        json!({"smiles": 0, "comments": 0, "saves": 0})
    );
    assert_eq!(post["viewer"], json!({"smiled": false, "saved": false}));
    assert_eq!(post["published_at"], post["created_at"]);

    let read = http
        .get(&format!("/v1/posts/{id}"))
        .token(&ana.token)
        .send()
        .await;
    assert_eq!(read.expect(200).json(), post);
    let profile = world.store().member(&ana.id).await.unwrap();
    assert_eq!(profile.posts, 1);
    assert_eq!(
        world.store().open_posts(world.now()).await.unwrap().len(),
        1
    );
}

#[tokio::test]
async fn a_photo_post_shows_its_products_and_counts_those_that_can_be_bought() {
    let (world, ana, http) = begin().await;
    world.product("mug").category("Furniture > Tables").await;
    world.product("pot").sold_out().await;
    let (one, two) = (
        world.ready_photo("ana").await,
        world.ready_photo("ana").await,
    );
    let body = json!({
        "kind": "photo",
        "photos": [
            {"id": two.id.to_string(), "alt": "Two", "hotspots": [
                {"product_id": "mug", "x": 0, "y": 1},
                {"product_id": "pot", "x": 0.25, "y": 0.75},
                {"product_id": "mug", "x": 0.5, "y": 0.5},
            ]},
            {"id": one.id.to_string()},
        ],
        "products": ["mug"],
    });
    let answer = http
        .post("/v1/posts")
        .token(&ana.token)
        .json(body)
        .send()
        .await;
    let post = answer.expect(201).json();
    assert_eq!(
        (&post["status"], &post["shoppable_count"]),
        (&json!("published"), &json!(1))
    );
    assert_eq!(post["topics"], json!(["furniture", "technology"]));
    let photos = post["photos"].as_array().unwrap();
    assert_eq!(photos[0]["id"], two.id.to_string());
    assert_eq!(
        (&photos[0]["alt"], &photos[0]["width"]),
        (&json!("Two"), &json!(1200))
    );
    let spots = photos[0]["hotspots"].as_array().unwrap();
    assert_eq!(
        (spots.len(), &spots[1]["x"], &spots[1]["y"]),
        (3, &json!(0.25), &json!(0.75))
    );
    assert_eq!(spots[1]["product"]["availability"], "sold_out");
    assert_eq!(
        spots[0]["product"]["price"],
        json!({"amount": 1299, "currency": "USD"})
    );
    assert_eq!(photos[1]["hotspots"], json!([]));
    assert_eq!(post["products"][0]["id"], "mug");

    let read = http
        .get(&format!("/v1/posts/{}", text(&post["id"])))
        .token(&ana.token);
    assert_eq!(read.send().await.expect(200).json(), post);
}

#[tokio::test]
async fn topics_that_were_chosen_are_not_worked_out() {
    let (_world, ana, http) = begin().await;
    let body = json!({"kind": "story", "text": "#tea", "topics": ["shoes", "bags"]});
    let post = http
        .post("/v1/posts")
        .token(&ana.token)
        .json(body)
        .send()
        .await;
    assert_eq!(post.expect(201).json()["topics"], json!(["shoes", "bags"]));
    let post = http
        .post("/v1/posts")
        .token(&ana.token)
        .json(story("nothing"))
        .send()
        .await;
    assert_eq!(post.expect(201).json()["topics"], json!([]));
}

#[tokio::test]
async fn a_post_that_waits_for_a_photo_is_its_authors_alone() {
    let (world, ana, http) = begin().await;
    let (ready, waiting) = (
        world.ready_photo("ana").await,
        world.awaited_photo("ana").await,
    );
    let photos = json!([{"id": ready.id.to_string()}, {"id": waiting.id.to_string()}]);
    let body = json!({"kind": "photo", "photos": photos});
    let answer = http
        .post("/v1/posts")
        .token(&ana.token)
        .json(body)
        .send()
        .await;
    let post = answer.expect(201).json();
    assert_eq!(
        (&post["status"], &post["published_at"]),
        (&json!("processing"), &Value::Null)
    );
    let unready = json!({"id": waiting.id.to_string(), "status": "processing"});
    assert_eq!(post["photos"][1], unready);
    assert_eq!(post["photos"][0]["width"], 1200);

    let path = format!("/v1/posts/{}", text(&post["id"]));
    let own = http.get(&path).token(&ana.token).send().await;
    assert_eq!(own.expect(200).json()["status"], "processing");
    let ben = world.member("ben").prime().await;
    http.get(&path).token(&ben.token).send().await.expect(404);
    http.get(&path).send().await.expect(404);
    let listed = http
        .get("/v1/users/ana/posts")
        .token(&ana.token)
        .send()
        .await;
    assert_eq!(listed.expect(200).json()["items"], json!([]));
    assert_eq!(world.store().member(&ana.id).await.unwrap().posts, 0);
    // The photo lives as long as the post now.
    let claimed = world.store().photo(waiting.id).await.unwrap().unwrap();
    assert_eq!(claimed.expires_at, None);
    assert_eq!(
        claimed.post.map(|post| post.to_string()),
        Some(text(&post["id"]))
    );
}

#[tokio::test]
async fn the_same_key_and_body_make_one_post_and_answer_with_it_as_it_is_now() {
    let (world, ana, http) = begin().await;
    let photo = world.ready_photo("ana").await.id.to_string();
    let body = json!({"kind": "photo", "photos": [{"id": photo}]});
    let post = |body: &Value| {
        let post = http
            .post("/v1/posts")
            .token(&ana.token)
            .header("idempotency-key", "k1");
        post.json(body.clone()).send()
    };
    let first = post(&body).await.expect(201);
    let id = first.json()["id"].as_str().unwrap().parse().unwrap();
    world.smile(&ana.id, id).await;
    let again = post(&body).await.expect(201);
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!(again.json()["id"], first.json()["id"]);
    assert_eq!(again.json()["counts"]["smiles"], 1);
    let other = post(&story("Something else")).await;
    assert_eq!(other.expect(422).problem(), "idempotency-mismatch");

    // Another person's key, and the same a day later, are other keys.
    let ben = world.member("ben").prime().await;
    let theirs = http
        .post("/v1/posts")
        .token(&ben.token)
        .header("idempotency-key", "k1");
    theirs.json(story("Mine")).send().await.expect(201);
    world.advance(SignedDuration::from_hours(25));
    let token = world.token("ana", &["prime"]);
    let later = http
        .post("/v1/posts")
        .token(token)
        .header("idempotency-key", "k1");
    later.json(story("Another day")).send().await.expect(201);
    assert_eq!(world.store().member(&ana.id).await.unwrap().posts, 2);
}

#[tokio::test]
async fn ten_at_once_with_the_same_key_make_one_post() {
    let (world, ana, http) = begin().await;
    let photo = world.ready_photo("ana").await.id.to_string();
    let body = json!({"kind": "photo", "photos": [{"id": photo}]});
    let posts = (0..10).map(|_| {
        let post = http
            .post("/v1/posts")
            .token(&ana.token)
            .header("idempotency-key", "k");
        post.json(body.clone()).send()
    });
    let mut ids = Vec::new();
    for answer in join_all(posts).await {
        ids.push(text(&answer.expect(201).json()["id"]));
    }
    ids.dedup();
    assert_eq!(ids.len(), 1);
    assert_eq!(world.store().member(&ana.id).await.unwrap().posts, 1);
}

#[tokio::test]
async fn without_a_key_the_same_body_twice_makes_two_posts() {
    let (world, ana, http) = begin().await;
    for _ in 0..2 {
        let post = http
            .post("/v1/posts")
            .token(&ana.token)
            .json(story("Again"));
        post.send().await.expect(201);
    }
    assert_eq!(world.store().member(&ana.id).await.unwrap().posts, 2);
}

#[tokio::test]
async fn a_photo_that_becomes_ready_meanwhile_is_seen_ready() {
    let (world, ana, http) = begin().await;
    let waiting = world.awaited_photo("ana").await;
    let ready = world.ready_photo("ana").await;
    let (image, original) = (ready.image.unwrap(), ready.original.unwrap());
    let body = json!({"kind": "photo", "photos": [{"id": waiting.id.to_string()}]});
    let post = http.post("/v1/posts").token(&ana.token).json(body).send();
    let store = world.store();
    let (answer, settled) = futures::join!(
        post,
        store.settle_photo(waiting.id, Ok((&image, &original)))
    );
    let photo = settled.unwrap().unwrap();
    // Whichever came first, the post says what is true of it: settled by the create itself, or
    // waiting with a claim that whoever settled the photo can see.
    let id = answer.expect(201).json()["id"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let post = store.post_now(id).await.unwrap().unwrap();
    assert!(post.status == PostStatus::Published || photo.post == Some(id));
}

#[tokio::test]
async fn publishing_takes_two_rounds_and_what_it_may_cost() {
    let (world, ana, _) = begin().await;
    let (http, meter) = metered(&world);
    let (photo, bare) = (world.ready_photo("ana").await, story(&"x".repeat(1_200)));
    world.product("mug").await;
    world.product("pot").await;

    meter.take();
    http.post("/v1/posts")
        .token(&ana.token)
        .json(bare.clone())
        .send()
        .await
        .expect(201);
    let used = meter.take();
    assert!(used.rounds <= 2 && used.wcu <= 12.0, "{used:?}");

    let keyed = http
        .post("/v1/posts")
        .token(&ana.token)
        .header("idempotency-key", "k");
    keyed.json(bare).send().await.expect(201);
    let used = meter.take();
    assert!(used.rounds <= 2 && used.wcu <= 14.0, "{used:?}");

    let spots = ["mug", "pot"].map(|id| json!({"product_id": id, "x": 0.5, "y": 0.5}));
    let photo = json!([{"id": photo.id.to_string(), "alt": "A photo", "hotspots": spots}]);
    let body = json!({"kind": "photo", "text": "x".repeat(800), "photos": photo});
    let keyed = http
        .post("/v1/posts")
        .token(&ana.token)
        .header("idempotency-key", "l");
    keyed.json(body).send().await.expect(201);
    let used = meter.take();
    assert!(used.rounds <= 2 && used.wcu <= 16.0, "{used:?}");
}
