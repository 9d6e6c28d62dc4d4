//! What became of the store's files, for its admins.

use domain::catalogue::report::{BadLine, Report, Tally};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::begin;

#[tokio::test]
async fn an_admin_reads_what_became_of_the_store_s_files_and_nobody_else_does() {
    let (world, http) = begin().await;
    let ana = world.member("ana").prime().await;
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
        page["next_cursor"].as_str().unwrap()
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
