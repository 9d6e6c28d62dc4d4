//! The main job, end to end: join, post a photo with a product in it, and see it in a follower's
//! feed.

use reqwest::Method;
use serde_json::json;

use crate::{
    places::everywhere,
    spark::{PHOTO, Spark, ids, joining, topics},
};

everywhere!(
    a_photo_with_a_hotspot_reaches_a_follower_and_is_smiled_at,
    a_post_that_waits_for_its_photo_is_its_authors_alone_until_it_publishes_itself,
    a_body_that_is_not_what_its_ticket_says_is_refused,
    fifty_people_who_want_one_handle_at_once_leave_one_with_it,
);

const FEED: &[u8] = include_bytes!("../../../infra/local/demo/products.tsv");

/// Drops the store's feed into the bucket, and gives the id of a product that is in stock.
async fn stocked(spark: &Spark) -> String {
    let kind = "text/tab-separated-values";
    spark.drop_file("catalogue/products.tsv", kind, FEED).await;
    let feed = String::from_utf8(FEED.to_vec()).unwrap();
    let in_stock = feed.lines().find(|line| line.contains("in_stock")).unwrap();
    in_stock.split('\t').next().unwrap().to_owned()
}

pub async fn a_photo_with_a_hotspot_reaches_a_follower_and_is_smiled_at(spark: &Spark) {
    let product = stocked(spark).await;
    let (ana_name, ben_name) = (spark.name("ana"), spark.name("ben"));
    let ana = spark.member(&ana_name).await;
    let card = spark
        .shows(&format!("/v1/products/{product}"), &ana, |card| {
            card["availability"] == "in_stock"
        })
        .await;

    let interests = spark.send(spark.call(Method::GET, "/v1/interests")).await;
    let interests = interests.expect(200);
    let groups = interests["groups"].as_array().unwrap();
    assert!(groups.len() >= 5);
    let count: usize = groups
        .iter()
        .map(|group| group["interests"].as_array().unwrap().len())
        .sum();
    assert!(count >= 40, "{count}");

    let (photo, ticket) = spark.ticket(&ana, PHOTO).await;
    assert!(spark.upload(&ticket, PHOTO).await.is_success());
    let path = format!("/v1/photos/{photo}");
    spark
        .shows(&path, &ana, |photo| photo["status"] == "ready")
        .await;
    let hotspot = json!({"product_id": product, "x": 0.4, "y": 0.6});
    let post = json!({
        "kind": "photo",
        "text": "Look at her",
        "topics": [topics(1)[0]],
        "photos": [{"id": photo, "alt": "A cat", "hotspots": [hotspot]}],
    });
    let post = spark.post("/v1/posts", &ana, &post).await.expect(201);
    assert_eq!(
        (&post["status"], &post["shoppable_count"]),
        (&json!("published"), &json!(1))
    );
    let id = post["id"].as_str().unwrap();

    // Somebody with the same interests joins: there is content at once, and it says why.
    let ben = spark.member(&ben_name).await;
    let feed = spark.all_ours("/v1/feed", &ben).await;
    assert_eq!(ids(&feed), [id]);
    assert_eq!(feed[0]["reason"]["kind"], "topic");

    let follow = format!("/v1/users/{ana_name}/follow");
    spark.put(&follow, &ben).await.expect(204);
    let followers = format!("/v1/users/{ana_name}/followers");
    let followers = spark.get(&followers, &ben).await.expect(200);
    assert_eq!(followers["items"][0]["handle"], json!(ben_name));
    for settled in [false, true] {
        if settled {
            spark.settle().await;
        }
        let feed = spark.all_ours("/v1/feed", &ben).await;
        assert_eq!(ids(&feed), [id], "settled: {settled}");
        let item = &feed[0];
        assert_eq!(item["reason"]["kind"], "followed");
        assert_eq!(item["post"]["shoppable_count"], 1);
        let spot = &item["post"]["photos"][0]["hotspots"][0];
        assert_eq!(spot["product"]["id"], json!(product));
        assert_eq!(spot["product"]["price"], card["price"]);
    }
    let mut widths = Vec::new();
    for rendition in post["photos"][0]["renditions"].as_array().unwrap() {
        let (kind, bytes) = spark.download(rendition["url"].as_str().unwrap()).await;
        assert_eq!(kind, "image/jpeg");
        assert!(bytes.starts_with(&[0xff, 0xd8]), "a JPEG");
        widths.push(rendition["width"].as_u64().unwrap());
    }
    assert!(!widths.is_empty() && widths.is_sorted(), "{widths:?}");

    let (path, smile) = (format!("/v1/posts/{id}"), format!("/v1/posts/{id}/smile"));
    for (verb, smiles) in [
        (Method::PUT, 1),
        (Method::PUT, 1),
        (Method::DELETE, 0),
        (Method::DELETE, 0),
        (Method::PUT, 1),
    ] {
        let request = spark.call(verb.clone(), &smile).bearer_auth(&ben);
        spark.send(request).await.expect(204);
        let seen = spark.get(&path, &ben).await.expect(200);
        assert_eq!(seen["counts"]["smiles"], smiles, "at once, {verb}");
        assert_eq!(seen["viewer"]["smiled"], smiles == 1);
        spark.settle().await;
        let seen = spark.get(&path, &ben).await.expect(200);
        assert_eq!(seen["counts"]["smiles"], smiles, "for good, {verb}");
    }
    let (profile_path, posts) = (
        format!("/v1/users/{ana_name}"),
        format!("/v1/users/{ana_name}/posts"),
    );
    let profile = spark.get(&profile_path, &ben).await.expect(200);
    assert_eq!(
        profile["counts"],
        json!({"followers": 1, "following": 0, "posts": 1})
    );
    assert_eq!(profile["viewer"]["following"], true);

    let wall = format!("/v1/topics/{}/posts?sort=new", topics(1)[0]);
    let on_the_wall = spark.shown(&wall, &ben, 1).await;
    assert_eq!(ids(&on_the_wall), [id]);
    let own = spark.get(&posts, &ben).await.expect(200);
    assert_eq!(own["items"][0]["id"], id);

    spark.delete(&path, &ana).await.expect(204);
    spark.get(&path, &ben).await.expect(404);
    assert!(spark.all_ours(&wall, &ben).await.is_empty());
    let own = spark.get(&posts, &ben).await.expect(200);
    assert_eq!(own["items"], json!([]));
    spark.delete(&follow, &ben).await.expect(204);
    assert!(spark.all_ours("/v1/feed", &ben).await.is_empty());
    let profile = spark.get(&profile_path, &ben).await.expect(200);
    assert_eq!(profile["counts"]["posts"], 0);
    nothing_died(spark).await;
}

pub async fn a_post_that_waits_for_its_photo_is_its_authors_alone_until_it_publishes_itself(
    spark: &Spark,
) {
    let ana_name = spark.name("ana");
    let ana = spark.member(&ana_name).await;
    let ben = spark.member(&spark.name("ben")).await;
    let follow = format!("/v1/users/{ana_name}/follow");
    spark.put(&follow, &ben).await.expect(204);
    let (photo, ticket) = spark.ticket(&ana, PHOTO).await;
    let post = json!({"kind": "photo", "photos": [{"id": photo}], "topics": [topics(1)[0]]});
    let post = spark.post("/v1/posts", &ana, &post).await.expect(201);
    assert_eq!(post["status"], "processing");
    let path = format!("/v1/posts/{}", post["id"].as_str().unwrap());
    spark.get(&path, &ana).await.expect(200);
    spark.get(&path, &ben).await.expect(404);
    assert!(spark.all_ours("/v1/feed", &ben).await.is_empty());

    assert!(spark.upload(&ticket, PHOTO).await.is_success());
    spark
        .shows(&path, &ben, |post| post["status"] == "published")
        .await;
    let feed = spark.all_ours("/v1/feed", &ben).await;
    assert_eq!(ids(&feed), [post["id"].as_str().unwrap()]);
    nothing_died(spark).await;
}

pub async fn a_body_that_is_not_what_its_ticket_says_is_refused(spark: &Spark) {
    let ana = spark.member(&spark.name("ana")).await;
    let (photo, ticket) = spark.ticket(&ana, PHOTO).await;
    let mut changed = PHOTO.to_vec();
    changed[PHOTO.len() / 2] ^= 1;
    let longer = [PHOTO, b"x"].concat();
    for wrong in [&changed[..], &longer, &PHOTO[1..]] {
        let status = spark.upload(&ticket, wrong).await;
        assert!(status.is_client_error(), "{status}");
    }
    spark.settle().await;
    let path = format!("/v1/photos/{photo}");
    let waiting = spark.get(&path, &ana).await.expect(200);
    assert_eq!(waiting["status"], "awaiting_upload");
    assert!(spark.upload(&ticket, PHOTO).await.is_success());
    spark
        .shows(&path, &ana, |photo| photo["status"] == "ready")
        .await;
}

pub async fn fifty_people_who_want_one_handle_at_once_leave_one_with_it(spark: &Spark) {
    let mut requests = Vec::new();
    for person in 0..50 {
        let token = spark.token(&spark.name(&format!("p{person}")), &[]).await;
        requests.push((token, joining(&spark.name("wanted"))));
    }
    let answers = requests
        .iter()
        .map(|(token, body)| spark.post("/v1/me", token, body));
    let answers = futures::future::join_all(answers).await;
    let joined = answers.iter().filter(|answer| answer.status == 201).count();
    let refused = answers
        .iter()
        .filter(|answer| answer.status == 409 && answer.problem() == "handle-taken");
    assert_eq!((joined, refused.count()), (1, 49));
}

/// No message was given up.
async fn nothing_died(spark: &Spark) {
    spark.settle().await;
    assert_eq!(spark.dead_letters().await, 0);
}
