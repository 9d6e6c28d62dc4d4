//! Moderation, end to end: reports hide, the author sees why and appeals, somebody else decides; and all are told.

use serde_json::{Value, json};

use crate::{places::everywhere, spark::Spark};

everywhere!(
    what_reports_hid_is_restored_on_appeal_and_all_are_told,
    what_was_kept_is_hidden_on_a_reporters_appeal,
);

fn about(post: &str) -> Value {
    json!({"type": "post", "id": post})
}

async fn report(spark: &Spark, token: &str, post: &str) {
    let body = json!({"subject": about(post), "reason": "spam"});
    spark.post("/v1/reports", token, &body).await.expect(201);
}

async fn appeal(spark: &Spark, token: &str, post: &str) -> crate::spark::Answer {
    let body = json!({"subject": about(post), "text": "Look again."});
    spark.post("/v1/appeals", token, &body).await
}

async fn decide(spark: &Spark, moderator: &str, post: &str, action: &str) -> crate::spark::Answer {
    let body = json!({"subject": about(post), "action": action, "reason": "As it is."});
    spark
        .post("/v1/moderation/decisions", moderator, &body)
        .await
}

/// The case of a post among those that are open.
async fn case(spark: &Spark, moderator: &str, post: &str) -> Value {
    let mut path = "/v1/moderation/queue?limit=100".to_owned();
    loop {
        let page = spark.get(&path, moderator).await.expect(200);
        let items = page["items"].as_array().unwrap();
        if let Some(case) = items.iter().find(|case| case["subject"]["id"] == post) {
            return case.clone();
        }
        let next = page["next_cursor"].as_str().unwrap();
        path = format!("/v1/moderation/queue?limit=100&cursor={next}");
    }
}

/// What somebody is told of a post, of this kind, newest first, once there is so much.
async fn told(spark: &Spark, token: &str, kind: &str, post: &str, many: usize) -> Vec<Value> {
    let of = |page: &Value| {
        let items = page["items"].as_array().unwrap().iter();
        let of = items.filter(|item| item["kind"] == kind && item["subject"]["id"] == post);
        of.cloned().collect::<Vec<_>>()
    };
    let page = spark.shows("/v1/notifications", token, |page| of(page).len() == many);
    of(&page.await)
}

/// A post of somebody's, and five people.
async fn scene(spark: &Spark) -> (String, String, Vec<String>) {
    let ana = spark.member(&spark.name("ana")).await;
    let mut others = Vec::new();
    for other in ["ben", "cleo", "dan", "eve", "fay"] {
        others.push(spark.member(&spark.name(other)).await);
    }
    let body = json!({"kind": "story", "text": "Buy my lamps", "topics": ["stationery"]});
    let post = spark.post("/v1/posts", &ana, &body).await.expect(201);
    (ana, post["id"].as_str().unwrap().to_owned(), others)
}

pub async fn what_reports_hid_is_restored_on_appeal_and_all_are_told(spark: &Spark) {
    let (ana, post, others) = scene(spark).await;
    let mo = spark.token(&spark.name("mo"), &["moderator"]).await;
    let mia = spark.token(&spark.name("mia"), &["moderator"]).await;
    let path = format!("/v1/posts/{post}");
    for other in &others {
        spark.get(&path, other).await.expect(200);
        report(spark, other, &post).await;
    }
    spark.get(&path, &others[0]).await.expect(404);
    let own = spark.get(&path, &ana).await.expect(200);
    assert_eq!(own["status"], "hidden");
    assert_eq!(own["moderation"]["by"], "reports");
    let known = told(spark, &ana, "moderation", &post, 1).await;
    assert_eq!(known[0]["text"], "Your post was hidden");
    assert_eq!(known[0]["statement"]["automated"], true);

    decide(spark, &mo, &post, "hide").await.expect(201);
    let known = told(spark, &ana, "moderation", &post, 2).await;
    assert_eq!(known[0]["statement"]["facts"], "As it is.");
    assert_eq!(known[0]["statement"]["automated"], false);
    for other in &others {
        let known = told(spark, other, "report_decided", &post, 1).await;
        assert_eq!(
            known[0]["text"],
            "Something was done about what you reported"
        );
        assert!(known[0].get("statement").is_none());
    }
    let refused = appeal(spark, &others[0], &post).await;
    assert_eq!(refused.problem(), "nothing-to-appeal");

    appeal(spark, &ana, &post).await.expect(201);
    let open = case(spark, &mia, &post).await;
    assert_eq!(open["appeal"]["by"], "author");
    assert_eq!(
        (&open["hidden"], &open["strikes"]),
        (&json!(true), &json!(1))
    );
    let own = decide(spark, &mo, &post, "restore").await;
    assert_eq!((own.status.as_u16(), own.problem()), (403, "own-decision"));
    decide(spark, &mia, &post, "restore").await.expect(201);
    let seen = spark.get(&path, &others[0]).await.expect(200);
    assert_eq!(seen["status"], "published");
    let known = told(spark, &ana, "moderation", &post, 3).await;
    assert_eq!(known[0]["text"], "Your post was looked at and is shown");
    let known = told(spark, &others[0], "report_decided", &post, 2).await;
    assert_eq!(
        known[0]["text"],
        "What you reported was looked at and stays"
    );
    // That stands.
    let refused = appeal(spark, &others[0], &post).await;
    assert_eq!(
        (refused.status.as_u16(), refused.problem()),
        (409, "already-appealed")
    );
}

pub async fn what_was_kept_is_hidden_on_a_reporters_appeal(spark: &Spark) {
    let (ana, post, others) = scene(spark).await;
    let mo = spark.token(&spark.name("mo"), &["moderator"]).await;
    let mia = spark.token(&spark.name("mia"), &["moderator"]).await;
    let max = spark.token(&spark.name("max"), &["moderator"]).await;
    let (ben, stranger) = (&others[0], &others[1]);
    let path = format!("/v1/posts/{post}");
    report(spark, ben, &post).await;
    decide(spark, &mo, &post, "restore").await.expect(201);
    let known = told(spark, ben, "report_decided", &post, 1).await;
    assert_eq!(
        known[0]["text"],
        "What you reported was looked at and stays"
    );
    let refused = appeal(spark, stranger, &post).await;
    assert_eq!(
        (refused.status.as_u16(), refused.problem()),
        (403, "not-owner")
    );
    appeal(spark, ben, &post).await.expect(201);
    decide(spark, &mia, &post, "hide").await.expect(201);
    spark.get(&path, stranger).await.expect(404);
    let known = told(spark, ben, "report_decided", &post, 2).await;
    assert_eq!(
        known[0]["text"],
        "Something was done about what you reported"
    );
    // Her first chance to appeal, and then it stands.
    appeal(spark, &ana, &post).await.expect(201);
    decide(spark, &max, &post, "hide").await.expect(201);
    let refused = appeal(spark, &ana, &post).await;
    assert_eq!(
        (refused.status.as_u16(), refused.problem()),
        (409, "already-appealed")
    );
    let own = spark.get(&path, &ana).await.expect(200);
    assert!(own["moderation"].get("appeal_until").is_none());
}
