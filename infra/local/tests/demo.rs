//! The demo store, loaded into a cloud of its own through the public API.
#![expect(
    clippy::expect_used,
    reason = "a test fails by panicking, and says what it stood on"
)]

use std::collections::{HashMap, HashSet};

use data_plane::Template;
use local::{Cloud, Kept, Options, demo, functions};
use serde_json::{Value, json};

const PEOPLE: &str = include_str!("../demo/people.json");
const POSTS: &str = include_str!("../demo/posts.json");

async fn get(cloud: &Cloud, path: &str) -> Value {
    let answer = reqwest::get(format!("{}{path}", cloud.url())).await;
    let answer = answer.expect("an answer").error_for_status();
    answer.expect("a good answer").json().await.expect("JSON")
}

/// Every post of every persona that anyone may see.
async fn published(cloud: &Cloud) -> Vec<Value> {
    let people: Vec<Value> = serde_json::from_str(PEOPLE).expect("the demo's people");
    let mut posts = Vec::new();
    for person in people {
        let handle = person["handle"].as_str().expect("a handle");
        let page = get(cloud, &format!("/v1/users/{handle}/posts?limit=100")).await;
        posts.extend(page["items"].as_array().expect("a page").clone());
    }
    posts.sort_by_key(|post| post["id"].to_string());
    posts
}

/// What does not move when prices are confirmed again.
fn lasting(posts: &[Value]) -> Vec<[Value; 4]> {
    let keys = ["id", "text", "counts", "published_at"];
    posts
        .iter()
        .map(|post| keys.map(|key| post[key].clone()))
        .collect()
}

/// As somebody of the demo reads it.
async fn read_as(cloud: &Cloud, sub: &str, path: &str) -> Value {
    let http = reqwest::Client::new();
    let token = http.post(format!("{}/local/token", cloud.url()));
    let token = token
        .json(&json!({ "sub": sub, "groups": ["prime"] }))
        .send();
    let token: Value = token.await.expect("an answer").json().await.expect("JSON");
    let get = http.get(format!("{}{path}", cloud.url()));
    let get = get.bearer_auth(token["token"].as_str().expect("a token"));
    let answer = get.send().await.expect("an answer").error_for_status();
    answer.expect("a good answer").json().await.expect("JSON")
}

/// What people say to each other: polls open and ended, with reasons; a question with the answer that helped; what its
/// author is told of it, and has earned.
async fn talks(cloud: &Cloud, posts: &[Value]) {
    let polls = posts.iter().filter(|post| post["poll"].is_object());
    let polls: Vec<_> = polls.collect();
    let closed = polls.iter().filter(|post| post["poll"]["closed"] == true);
    assert_eq!((closed.count(), polls.len()), (1, 2));
    for poll in polls {
        assert!(poll["poll"]["voters"].as_u64() >= Some(4), "{poll}");
    }
    let (mut replies, mut accepted, mut reasons) = (0, 0, 0);
    for post in posts.iter().filter(|post| post["counts"]["comments"] != 0) {
        let id = post["id"].as_str().expect("an id");
        let page = read_as(cloud, "demo-theo", &format!("/v1/posts/{id}/comments")).await;
        for comment in page["items"].as_array().expect("a page") {
            replies += comment["counts"]["replies"].as_u64().unwrap_or_default();
            accepted += u64::from(comment["accepted"] == true);
            reasons += u64::from(comment.get("voted").is_some());
        }
    }
    assert!(
        replies >= 8 && accepted == 2 && reasons >= 3,
        "{replies} {accepted} {reasons}"
    );
    let mara = get(cloud, "/v1/users/mara_pours").await;
    assert_eq!(mara["badges"], json!(["enthusiast"]));
    let told = read_as(cloud, "demo-mara", "/v1/notifications?limit=100").await;
    let kinds = told["items"].as_array().expect("a page").iter();
    let kinds: HashSet<_> = kinds.filter_map(|item| item["kind"].as_str()).collect();
    for kind in [
        "smile", "comment", "vote", "reply", "follow", "accepted", "badge",
    ] {
        assert!(kinds.contains(kind), "{kind}: {kinds:?}");
    }
}

/// Where somebody looks around, each place has something to show.
async fn surfaces(cloud: &Cloud) {
    let explore = get(cloud, "/v1/explore").await;
    assert_eq!(explore["finds"].as_array().map(Vec::len), Some(3));
    let covered = explore["topics"].as_array().expect("topics").iter();
    let covered = covered.filter(|topic| topic["covers"] != json!([]));
    assert!(covered.count() >= 5, "{explore}");
    let rising = get(cloud, "/v1/topics/trending-and-polls/posts").await;
    assert!(rising["items"].as_array().map(Vec::len) >= Some(5));
    let kinds = |page: &Value| {
        let items = page["items"].as_array().expect("a page").iter();
        let kinds = items.filter_map(|item| item["reason"]["kind"].as_str());
        kinds.map(str::to_owned).collect::<HashSet<_>>()
    };
    let wall = get(cloud, "/v1/topics/photography/posts").await;
    assert!(kinds(&wall).contains("sponsored"), "{wall}");
    let stream = read_as(cloud, "demo-mara", "/v1/stream").await;
    let items = stream["items"].as_array().expect("a page");
    for kind in ["product", "post"] {
        assert!(items.iter().any(|item| item["kind"] == kind), "{stream}");
    }
    assert!(kinds(&stream).contains("activity"), "{stream}");
    let feed = read_as(cloud, "demo-gil", "/v1/feed").await;
    for kind in ["followed", "sponsored"] {
        assert!(kinds(&feed).contains(kind), "{kind}: {feed}");
    }
}

/// Influencers of both programmes, one who waits, a cut ahead, and orders of every state; products lead to the store.
async fn earns(cloud: &Cloud) {
    let lines = read_as(cloud, "demo-ines", "/v1/influencer/order-lines").await;
    let lines = lines["items"].as_array().expect("a page");
    let states: HashSet<_> = lines.iter().map(|line| line["status"].as_str()).collect();
    for state in ["ordered", "earned", "reversed", "cancelled"] {
        assert!(states.contains(&Some(state)), "{state}: {states:?}");
    }
    let own = lines.iter().find(|line| line["status"].is_null());
    assert_eq!(own.expect("not credited")["rule"], "own-purchase");
    assert!(lines.len() <= 6, "no order is made twice: {lines:?}");
    let views = read_as(cloud, "demo-gil", "/v1/influencer/order-lines").await;
    assert_eq!(views["items"][0]["rule"], "onsite-view", "{views}");
    for who in ["demo-ines", "demo-gil"] {
        let payouts = read_as(cloud, who, "/v1/influencer/payouts").await;
        let blocked = payouts["blocked_by"].as_array().expect("a list");
        assert!(!blocked.contains(&json!("no-payee")), "{payouts}");
    }
    let linked = read_as(cloud, "demo-ines", "/v1/social-accounts").await;
    assert_eq!(linked["items"][0]["verified_by"], "oauth");
    let waits = read_as(cloud, "demo-suzu", "/v1/influencer/application").await;
    assert_eq!(waits["status"], "in_review");
    let rates = get(cloud, "/v1/influencer/rates?limit=100").await;
    let rates = rates["items"].as_array().expect("a page");
    let ahead = rates.iter().filter(|rate| rate["rate_bp"] == 150);
    assert_eq!(ahead.count(), 1, "{rates:?}");
    let product = get(cloud, "/v1/products/SPK-1001").await;
    for name in ["url", "image_url"] {
        let address = product[name].as_str().expect("an address");
        assert!(address.starts_with(cloud.url()), "{address}");
        let answer = reqwest::get(address).await.expect("an answer");
        assert_eq!(answer.status(), 200, "{address}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_store_is_loaded_whole_and_only_once() {
    let template = Template::parse(local::TEMPLATE).expect("a template");
    let options = Options {
        template,
        port: 0,
        kept: Kept::Nothing,
        contention: None,
        networks: None,
    };
    let cloud = Cloud::start(options, functions::compose)
        .await
        .expect("a cloud");

    let (steps, mut told) = demo::steps();
    let look = demo::load(cloud.url(), cloud.context(), &steps)
        .await
        .expect("loaded");
    drop(steps);

    let mut begun = Vec::new();
    let mut counted = HashMap::new();
    while let Some(demo::Step { what, done, of }) = told.recv().await {
        if begun.last() != Some(&what) {
            begun.push(what);
        }
        assert!(done < of || of == 0, "{what}: {done} of {of}");
        *counted.entry(what).or_insert(0) += 1;
    }
    let all = [
        "products",
        "reviews",
        "people",
        "photos",
        "renditions",
        "posts",
        "follows and smiles",
        "votes and comments",
        "lists and hearts",
        "views and purchases",
        "finds and a sponsored post",
        "influencers and orders",
        "timelines, walls and books",
    ];
    assert_eq!(begun, all, "each step is told, once begun");
    let posts_told: usize = counted["posts"];
    for first in ["/docs", "curl -s ", "/v1/feed", "/local/token"] {
        assert!(look.contains(first), "{look}");
    }

    let posts = published(&cloud).await;
    let written: Vec<Value> = serde_json::from_str(POSTS).expect("the demo's posts");
    assert_eq!(posts.len(), written.len());
    assert_eq!(posts.len(), posts_told, "each post is told");
    for post in &posts {
        assert_eq!(post["status"], "published", "{post}");
        assert!(post["shoppable_count"].as_u64() > Some(0), "{post}");
    }
    let shared: Vec<_> = posts
        .iter()
        .filter(|post| post["review"].is_object())
        .collect();
    assert!(!shared.is_empty(), "a review is shared");
    for post in shared {
        assert!(post["review"]["rating"].is_number(), "{post}");
        assert!(post["review"]["product"]["rating"].is_number(), "{post}");
    }
    let rated = posts
        .iter()
        .flat_map(|post| post["photos"][0]["hotspots"].as_array());
    let rated = rated
        .flatten()
        .filter(|spot| spot["product"]["review_count"] != 0);
    assert!(rated.count() > 0, "hotspots show ratings");
    let smiles: u64 = posts
        .iter()
        .filter_map(|post| post["counts"]["smiles"].as_u64())
        .sum();
    assert!(smiles > 0);
    let lists = get(&cloud, "/v1/users/mara_pours/lists").await;
    let lists = lists["items"].as_array().expect("a page");
    assert_eq!(lists.len(), 2);
    for list in lists {
        assert!(list["cover"]["url"].is_string(), "{list}");
    }
    let product = get(&cloud, "/v1/products/SPK-1001").await;
    assert_eq!(product["saved_in"][0]["id"], lists[1]["id"]);
    assert!(product["saves"].as_u64() > Some(1), "{product}");

    talks(&cloud, &posts).await;
    surfaces(&cloud).await;
    earns(&cloud).await;

    for person in serde_json::from_str::<Vec<Value>>(PEOPLE).expect("the demo's people") {
        let handle = person["handle"].as_str().expect("a handle");
        let profile = get(&cloud, &format!("/v1/users/{handle}")).await;
        assert_eq!(profile["bio"], person["bio"]);
        assert!(profile["avatar"].is_object(), "{profile}");
    }

    let found = get(&cloud, "/v1/search?q=espresso").await;
    for kind in ["products", "posts"] {
        assert!(
            !found[kind].as_array().expect("a list").is_empty(),
            "{found}"
        );
    }
    let found = get(&cloud, "/v1/search?q=mara").await;
    assert_eq!(found["people"][0]["handle"], "mara_pours", "{found}");

    let (steps, _told) = demo::steps();
    demo::load(cloud.url(), cloud.context(), &steps)
        .await
        .expect("loaded again");

    assert_eq!(lasting(&published(&cloud).await), lasting(&posts));
    earns(&cloud).await;
    cloud.stop().await.expect("a quiet end");
}
