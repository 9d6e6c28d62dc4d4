//! Who one is, and who is suggested to whom.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    places::everywhere,
    spark::{Spark, joining, topics},
};

everywhere!(people_are_suggested_by_the_interests_that_they_have_now);

/// A member with these interests; gives their token.
async fn interested(spark: &Spark, name: &str, interests: &[&str]) -> String {
    let token = spark.token(name, &[]).await;
    let mut body = joining(name);
    body["interests"] = json!(interests);
    spark.post("/v1/me", &token, &body).await.expect(201);
    token
}

/// Whether this person is on the page, and by which interests.
fn suggested<'a>(page: &'a Value, handle: &str) -> Option<&'a Value> {
    let mut items = page["items"].as_array().unwrap().iter();
    let found = items.find(|item| item["user"]["handle"] == handle)?;
    Some(&found["shared_interests"])
}

pub async fn people_are_suggested_by_the_interests_that_they_have_now(spark: &Spark) {
    let known = topics(15);
    let (first, second) = (&known[5..10], &known[10..15]);
    let name = spark.name("ana");
    let ana = interested(spark, &name, first).await;
    let ben = interested(spark, &spark.name("ben"), first).await;
    let path = "/v1/people/suggested?limit=100";
    let page = spark
        .shows(path, &ben, |page| suggested(page, &name).is_some())
        .await;
    let shared = suggested(&page, &name).unwrap().as_array().unwrap();
    assert_eq!(shared.len(), first.len());

    let change = json!({"display_name": "Ana of the Mugs", "interests": second});
    let patch = spark.call(Method::PATCH, "/v1/me").bearer_auth(&ana);
    let changed = spark.send(patch.json(&change)).await.expect(200);
    assert_eq!(changed["interests"].as_array().unwrap().len(), second.len());
    let seen = spark.get(&format!("/v1/users/{name}"), &ben).await;
    assert_eq!(seen.expect(200)["display_name"], "Ana of the Mugs");
    spark
        .shows(path, &ben, |page| suggested(page, &name).is_none())
        .await;
}
