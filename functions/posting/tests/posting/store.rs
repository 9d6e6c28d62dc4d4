//! What the store told: one's reviews, and, for admins, what became of its files.

use domain::{
    catalogue::{
        product::News,
        report::{BadLine, Report, Tally},
        review::Review,
    },
    ids::{ProductId, ReviewId},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::{begin, text};

#[tokio::test]
async fn a_person_s_reviews_come_newest_first_with_their_products() {
    let (world, ana, http) = begin().await;
    world.product("mug").await;
    for hour in 1..=3 {
        let review = Review {
            id: ReviewId::parse(&format!("r{hour}")).unwrap(),
            customer: harness::user("ana"),
            product: ProductId::parse("mug").unwrap(),
            rating: 4,
            title: "Warm".to_owned(),
            body: "It keeps warm.".to_owned(),
            written_at: Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hour),
            verified_purchase: (hour == 3).then_some(true),
            category: None,
            shared_as: None,
        };
        let news = News::of(world.now(), 1);
        world.store().put_review(&review, news).await.unwrap();
    }
    let read = |path: &str| http.get(path).token(&ana.token);
    let page = read("/v1/me/reviews?limit=2")
        .send()
        .await
        .expect(200)
        .json();
    assert_eq!(page["items"][0]["id"], "r3");
    assert_eq!(page["items"][0]["product"]["title"], "Product mug");
    assert_eq!(page["items"][0]["verified_purchase"], true);
    assert_eq!(page["items"][1].get("verified_purchase"), None);
    assert_eq!(page["items"][0]["product"]["review_count"], 15);
    assert_eq!(page["items"][1]["written_at"], "1970-01-01T02:00:00.000Z");
    let path = format!(
        "/v1/me/reviews?limit=2&cursor={}",
        text(&page["next_cursor"])
    );
    let page = read(&path).send().await.expect(200).json();
    assert_eq!(page["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        (&page["items"][0]["id"], &page["next_cursor"]),
        (&json!("r1"), &json!(null))
    );

    assert_eq!(
        http.get("/v1/me/reviews")
            .send()
            .await
            .expect(401)
            .problem(),
        "unauthenticated"
    );
    let plain = world.token("ana", &[]);
    let answer = http.get("/v1/me/reviews").token(&plain).send().await;
    assert_eq!(answer.expect(403).problem(), "prime-required");
    let stranger = world.token("ben", &["prime"]);
    let answer = http
        .get("/v1/me/reviews?limit=0")
        .token(&stranger)
        .send()
        .await;
    assert_eq!(answer.expect(403).problem(), "not-joined");
    read("/v1/me/reviews?limit=0").send().await.expect(422);
    world.member("cleo").prime().await;
    let cleo = world.token("cleo", &["prime"]);
    let none = http
        .get("/v1/me/reviews")
        .token(&cleo)
        .send()
        .await
        .expect(200)
        .json();
    assert_eq!(none, json!({"items": [], "next_cursor": null}));
}

#[tokio::test]
async fn an_admin_reads_what_became_of_the_store_s_files_and_nobody_else_does() {
    let (world, ana, http) = begin().await;
    for hour in 1..=3 {
        let mut tally = Tally::default();
        tally.good();
        tally.bad(vec![BadLine::whole(3, "is longer than it may be")]);
        tally.warn(vec![BadLine::whole(2, "is cut")]);
        let report = Report {
            id: format!("i{hour}"),
            feed: "catalogue/a.tsv".to_owned(),
            confirmed_at: Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hour),
            tally,
            retired: 5,
            not_retired: None,
        };
        for _ in 0..2 {
            world.store().note_import(&report).await.unwrap();
        }
    }
    let admin = world.token("root", &["admin"]);
    let read = |path: &str| http.get(path).token(&admin);
    let page = read("/v1/admin/imports?limit=2")
        .send()
        .await
        .expect(200)
        .json();
    assert_eq!(page["items"][0]["id"], "i3");
    assert_eq!(page["items"][0]["bad_lines"], 1);
    assert_eq!(page["items"][0]["warned"], 1);
    assert_eq!(page["items"][0].get("bad"), None);
    let path = format!(
        "/v1/admin/imports?limit=2&cursor={}",
        text(&page["next_cursor"])
    );
    let page = read(&path).send().await.expect(200).json();
    assert_eq!(page["items"].as_array().map(Vec::len), Some(1));
    let report = read("/v1/admin/imports/i2").send().await.expect(200).json();
    assert_eq!(
        (&report["lines"], &report["retired"]),
        (&json!(2), &json!(5))
    );
    let bad = json!([{"line": 3, "field": "", "reason": "is longer than it may be"}]);
    assert_eq!(report["bad"], bad);
    let cut = json!([{"line": 2, "field": "", "reason": "is cut"}]);
    assert_eq!(report["warnings"], cut);
    assert_eq!(
        read("/v1/admin/imports/none")
            .send()
            .await
            .expect(404)
            .problem(),
        "not-found"
    );
    read("/v1/admin/imports?limit=x").send().await.expect(422);
    for path in ["/v1/admin/imports", "/v1/admin/imports/i2"] {
        assert_eq!(
            http.get(path).send().await.expect(401).problem(),
            "unauthenticated"
        );
        let answer = http.get(path).token(&ana.token).send().await;
        assert_eq!(answer.expect(403).problem(), "admin-required");
    }
}
