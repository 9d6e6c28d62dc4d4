//! Posts of each kind: what they answer, and what they refuse.

use domain::{
    catalogue::{product::News, review::Review},
    ids::{ProductId, ReviewId},
};
use futures::future::join_all;
use harness::{Http, Member, World};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::{begin, metered, text};

async fn post(http: &Http, who: &Member, body: Value) -> Value {
    let answer = http
        .post("/v1/posts")
        .token(&who.token)
        .json(body)
        .send()
        .await;
    answer.expect(201).json()
}

async fn refused(http: &Http, who: &Member, body: Value) -> Vec<String> {
    let answer = http
        .post("/v1/posts")
        .token(&who.token)
        .json(body)
        .send()
        .await;
    let mut pointers = answer.expect(422).pointers();
    pointers.sort();
    pointers
}

async fn read(http: &Http, who: &Member, post: &Value) -> Value {
    let path = format!("/v1/posts/{}", text(&post["id"]));
    let answer = http.get(&path).token(&who.token).send().await;
    answer.expect(200).json()
}

/// A review that somebody wrote in the store, of a product in the catalogue.
async fn review(world: &World, writer: &Member, id: &str) -> Review {
    let product = world.product("mug").category("Furniture > Tables").await;
    let review = Review {
        id: ReviewId::parse(id).unwrap(),
        customer: writer.id.clone(),
        product: product.id,
        rating: 4,
        title: "Holds a pint".to_owned(),
        body: "And does not tip.".to_owned(),
        written_at: world.now() - SignedDuration::from_hours(99),
        verified_purchase: Some(true),
        category: None,
        shared_as: None,
    };
    world
        .store()
        .put_review(&review, News::default())
        .await
        .unwrap();
    review
}

#[tokio::test]
async fn a_link_answers_with_its_address_normalised() {
    let (_world, ana, http) = begin().await;
    let body = json!({"kind": "link", "link": {"url": "HTTPS://Shop.Example/a/../b c?q=é"}});
    let post = post(&http, &ana, body).await;
    assert_eq!(
        post["link"],
        json!({"url": "https://shop.example/b%20c?q=%C3%A9"})
    );
    assert_eq!(read(&http, &ana, &post).await, post);
    for (url, pointer) in [
        (json!({"url": "javascript:alert(1)"}), "/link/url"),
        (json!({"url": "https://ana:pw@shop.example"}), "/link/url"),
        (json!({}), "/link/url"),
        (json!("https://shop.example"), "/link"),
    ] {
        let body = json!({"kind": "link", "link": url});
        assert_eq!(refused(&http, &ana, body).await, [pointer], "{url}");
    }
}

#[tokio::test]
async fn a_question_is_on_the_walls_that_its_hashtags_and_products_name() {
    let (world, ana, http) = begin().await;
    world.product("mug").category("Furniture > Tables").await;
    let body = json!({"kind": "question", "text": "Which #Tea for this? See tea.example, @ben",
        "products": ["mug"]});
    let post = post(&http, &ana, body).await;
    assert_eq!(post["topics"], json!(["tea", "furniture"]));
    let entities = json!([
        {"type": "hashtag", "start": 6, "end": 10, "tag": "Tea"},
        {"type": "mention", "start": 38, "end": 42, "handle": "ben"},
    ]);
    assert_eq!(post["entities"], entities, "example is no top-level domain");
    let body = json!({"kind": "question", "products": ["mug"]});
    assert_eq!(refused(&http, &ana, body).await, ["/text"]);
}

#[tokio::test]
async fn entities_count_code_points_of_the_text_as_it_is_kept() {
    let (_world, ana, http) = begin().await;
    let body = json!({"kind": "story", "text": "Cafe\u{301} 👨‍👩‍👧 #日本語 www.example.com/é."});
    let post = post(&http, &ana, body).await;
    assert_eq!(post["text"], "Café 👨‍👩‍👧 #日本語 www.example.com/é.");
    assert_eq!(
        post["entities"],
        json!([
            {"type": "hashtag", "start": 11, "end": 15, "tag": "日本語"},
            {"type": "url", "start": 16, "end": 33, "url": "https://www.example.com/é"},
        ])
    );
}

#[tokio::test]
async fn a_poll_shows_its_results_to_its_author_and_to_all_once_it_has_closed() {
    let (world, ana, http) = begin().await;
    let ben = world.member("ben").prime().await;
    world.product("mug").category("Furniture > Tables").await;
    let photo = world.ready_photo("ana").await.id.to_string();
    let closes_at = format!("{:.3}", world.now() + SignedDuration::from_hours(1));
    let body = json!({"kind": "poll", "poll": {
        "question": " Which one, #coffee people? ",
        "options": [
            {"text": "This", "photo_id": photo},
            {"text": "That", "product_id": "mug"},
            {"text": "Neither"},
        ],
        "closes_at": closes_at,
    }});
    let post = post(&http, &ana, body).await;
    let poll = &post["poll"];
    assert_eq!(post["topics"], json!(["coffee", "furniture"]));
    assert_eq!(
        (&post["shoppable_count"], &post["photos"]),
        (&json!(1), &json!([]))
    );
    assert_eq!(poll["question"], "Which one, #coffee people?");
    assert_eq!(
        (&poll["voters"], &poll["closed"]),
        (&json!(0), &json!(false))
    );
    assert_eq!(poll["closes_at"], closes_at);
    let ids: Vec<_> = (0..3)
        .map(|index| text(&poll["options"][index]["id"]))
        .collect();
    assert_eq!(ids, ["1", "2", "3"]);
    assert_eq!(poll["options"][0]["photo"]["id"], photo);
    assert_eq!(poll["options"][0]["photo"]["width"], 1200);
    assert_eq!(poll["options"][1]["product"]["id"], "mug");
    assert_eq!(poll["options"][1]["votes"], 0);
    assert_eq!(poll["options"][1]["share"], 0.0);

    let seen = read(&http, &ben, &post).await;
    assert_eq!(seen["poll"]["voters"], 0);
    assert!(seen["poll"]["options"][1].get("votes").is_none());
    world.advance(SignedDuration::from_mins(61));
    let path = format!("/v1/posts/{}", text(&post["id"]));
    let seen = http.get(&path).send().await.expect(200).json();
    assert_eq!(seen["poll"]["closed"], true);
    assert_eq!(seen["poll"]["options"][1]["votes"], 0);
}

#[tokio::test]
async fn every_bad_field_of_a_poll_is_named_at_once() {
    let (world, ana, http) = begin().await;
    let photo = world.ready_photo("ana").await.id.to_string();
    let theirs = world.member("ben").await;
    let theirs = world.ready_photo(theirs.id.as_str()).await.id.to_string();
    let poll = json!({
        "question": "two\nlines",
        "closes_at": "tomorrow",
        "options": [
            {"text": "", "photo_id": photo},
            {"text": "x".repeat(101), "photo_id": photo},
            {"photo_id": theirs},
            {"text": "both", "photo_id": "none", "product_id": "gone"},
            {"text": "one too many"},
        ],
    });
    let named = refused(&http, &ana, json!({"kind": "poll", "poll": poll})).await;
    let expected = [
        "/poll/closes_at",
        "/poll/options",
        "/poll/options/0/text",
        "/poll/options/1/photo_id",
        "/poll/options/1/text",
        "/poll/options/2/photo_id",
        "/poll/options/2/text",
        "/poll/options/3/photo_id",
        "/poll/options/3/product_id",
        "/poll/options/3/product_id",
        "/poll/question",
    ];
    assert_eq!(named, expected);
    let one = json!({"kind": "poll", "poll": {"options": [{"text": "alone"}]}});
    let named = refused(&http, &ana, one).await;
    assert_eq!(named, ["/poll/options", "/poll/question"]);
    for after in [
        SignedDuration::from_mins(4),
        SignedDuration::from_hours(721),
    ] {
        let poll = json!({"question": "?", "options": [{"text": "a"}, {"text": "b"}],
            "closes_at": (world.now() + after).to_string()});
        let named = refused(&http, &ana, json!({"kind": "poll", "poll": poll})).await;
        assert_eq!(named, ["/poll/closes_at"]);
    }
    let twice = json!({"kind": "poll", "photos": [{"id": photo}], "poll": {"question": "?",
        "options": [{"text": "a", "photo_id": photo}, {"text": "b"}]}});
    assert_eq!(
        refused(&http, &ana, twice).await,
        ["/poll/options/0/photo_id"]
    );
}

#[tokio::test]
async fn a_poll_waits_for_the_photos_of_its_options_and_claims_them() {
    let (world, ana, http) = begin().await;
    let photo = world.awaited_photo("ana").await;
    let body = json!({"kind": "poll", "poll": {"question": "?",
        "options": [{"text": "a", "photo_id": photo.id.to_string()}, {"text": "b"}]}});
    let waiting = post(&http, &ana, body.clone()).await;
    assert_eq!(waiting["status"], "processing");
    assert_eq!(
        waiting["poll"]["options"][0]["photo"]["status"],
        "processing"
    );
    let again = http.post("/v1/posts").token(&ana.token).json(body);
    assert_eq!(again.send().await.expect(409).problem(), "photo-taken");
}

#[tokio::test]
async fn a_review_is_shared_with_what_it_says_and_only_once() {
    let (world, ana, http) = begin().await;
    let ben = world.member("ben").prime().await;
    let review = review(&world, &ana, "r1").await;
    let body = json!({"kind": "review", "review_id": "r1", "text": "Still in use"});
    let shared = post(&http, &ana, body.clone()).await;
    assert_eq!(shared["review"]["rating"], 4);
    assert_eq!(shared["review"]["title"], "Holds a pint");
    assert_eq!(shared["review"]["body"], "And does not tip.");
    assert_eq!(shared["review"]["product"]["title"], "Product mug");
    assert_eq!(
        shared["review"]["written_at"],
        format!("{:.3}", review.written_at)
    );
    assert_eq!(
        (&shared["shoppable_count"], &shared["topics"]),
        (&json!(1), &json!(["furniture"]))
    );
    assert_eq!(read(&http, &ana, &shared).await, shared);

    let again = http.post("/v1/posts").token(&ana.token).json(body.clone());
    assert_eq!(
        again.send().await.expect(409).problem(),
        "review-already-shared"
    );
    // Nobody else's, nobody's, and no id at all are all no review of theirs.
    assert_eq!(refused(&http, &ben, body.clone()).await, ["/review_id"]);
    for id in ["none", "a#b", ""] {
        let body = json!({"kind": "review", "review_id": id});
        assert_eq!(refused(&http, &ana, body).await, ["/review_id"], "{id}");
    }

    let path = format!("/v1/posts/{}", text(&shared["id"]));
    http.delete(&path)
        .token(&ana.token)
        .send()
        .await
        .expect(204);
    let released = world.store().review(&ana.id, &review.id).await.unwrap();
    assert_eq!(released.unwrap().shared_as, None);
    post(&http, &ana, body).await;
}

#[tokio::test]
async fn of_two_posts_of_a_review_at_the_same_moment_one_shares_it() {
    let (world, ana, http) = begin().await;
    review(&world, &ana, "r1").await;
    let body = json!({"kind": "review", "review_id": "r1"});
    let posts = (0..10).map(|_| {
        http.post("/v1/posts")
            .token(&ana.token)
            .json(body.clone())
            .send()
    });
    let answers = join_all(posts).await;
    let with = |status: u16| {
        answers
            .iter()
            .filter(|answer| answer.status == status)
            .count()
    };
    assert_eq!((with(201), with(409)), (1, 9));
    assert_eq!(world.store().member(&ana.id).await.unwrap().posts, 1);
}

#[tokio::test]
async fn ten_at_once_with_the_same_key_share_a_review_once_and_answer_alike() {
    let (world, ana, http) = begin().await;
    review(&world, &ana, "r1").await;
    let body = json!({"kind": "review", "review_id": "r1"});
    let posts = (0..10).map(|_| {
        let post = http
            .post("/v1/posts")
            .token(&ana.token)
            .header("idempotency-key", "k");
        post.json(body.clone()).send()
    });
    let mut ids: Vec<_> = join_all(posts)
        .await
        .into_iter()
        .map(|answer| text(&answer.expect(201).json()["id"]))
        .collect();
    ids.dedup();
    assert_eq!(ids.len(), 1);
}

#[tokio::test]
async fn a_review_that_left_the_store_lets_its_post_be_deleted() {
    let (world, ana, http) = begin().await;
    let review = review(&world, &ana, "r1").await;
    let body = json!({"kind": "review", "review_id": "r1"});
    let shared = post(&http, &ana, body).await;
    let context = world.context();
    let key = shared::keys::review(&ana.id, &review.id).attributes();
    let gone = context
        .dynamodb
        .delete_item()
        .table_name(context.config.table());
    gone.set_key(Some(key)).send().await.unwrap();
    let path = format!("/v1/posts/{}", text(&shared["id"]));
    http.get(&path).send().await.expect(200);
    http.delete(&path)
        .token(&ana.token)
        .send()
        .await
        .expect(204);
    http.get(&path).send().await.expect(404);
    assert!(
        world
            .store()
            .review(&ana.id, &review.id)
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn a_poll_costs_what_a_post_costs_and_so_does_a_review_save_for_its_claim() {
    let (world, ana, _) = begin().await;
    review(&world, &ana, "r1").await;
    let (http, meter) = metered(&world);
    let poll = json!({"kind": "poll", "text": "x".repeat(1_000), "poll": {"question": "Which?",
        "options": [{"text": "This"}, {"text": "That", "product_id": "mug"}]}});
    meter.take();
    post(&http, &ana, poll).await;
    let used = meter.take();
    assert!(used.rounds <= 2 && used.wcu <= 12.0, "{used:?}");
    post(&http, &ana, json!({"kind": "review", "review_id": "r1"})).await;
    let used = meter.take();
    // The claim on the review costs two units a kilobyte.
    assert!(used.rounds <= 2 && used.wcu <= 14.0, "{used:?}");
}

#[tokio::test]
async fn a_product_of_a_review_is_one_of_the_catalogue() {
    let (world, ana, http) = begin().await;
    let mut review = review(&world, &ana, "r1").await;
    review.id = ReviewId::parse("r2").unwrap();
    review.product = ProductId::parse("unheard-of").unwrap();
    world
        .store()
        .put_review(&review, News::default())
        .await
        .unwrap();
    let body = json!({"kind": "review", "review_id": "r2"});
    assert_eq!(refused(&http, &ana, body).await, ["/review_id"]);
}
