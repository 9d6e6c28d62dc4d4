//! Mapping sellers to brands.

use harness::user;
use serde_json::json;

use crate::begin;

#[tokio::test]
async fn a_seller_is_mapped_to_brands_in_the_stead_of_those_before() {
    let (world, http) = begin().await;
    let admin = world.token("root", &["admin"]);
    let put = |body| http.put("/v1/admin/sellers").token(&admin).json(body);
    for brands in [json!(["Acme", " Other "]), json!(["Other"]), json!([])] {
        for _ in 0..2 {
            let mapped = put(json!({"sub": "sells", "brands": brands}));
            mapped.send().await.expect(204);
        }
        let named = brands.as_array().unwrap().iter();
        let named: Vec<_> = named.map(|name| name.as_str().unwrap().trim()).collect();
        let found = world.store().brands_of(&user("sells")).await.unwrap();
        assert_eq!(found, named);
    }
}

#[tokio::test]
async fn only_an_admin_maps_sellers_and_all_that_is_wrong_is_named() {
    let (world, http) = begin().await;
    let put = || http.put("/v1/admin/sellers");
    let good = json!({"sub": "sells", "brands": ["Acme"]});
    put().json(good.clone()).send().await.expect(401);
    let seller = world.token("sells", &["seller", "moderator", "prime"]);
    let refused = put().token(seller).json(good).send().await.expect(403);
    assert_eq!(refused.problem(), "admin-required");
    let admin = world.token("root", &["admin"]);
    for (body, wrong) in [
        (json!({}), vec!["/sub", "/brands"]),
        (json!({"sub": "", "brands": []}), vec!["/sub"]),
        (json!({"sub": "x".repeat(256), "brands": []}), vec!["/sub"]),
        (
            json!({"sub": "a", "brands": ["Acme", "aCME", " ", "x".repeat(71)]}),
            vec!["/brands/1", "/brands/2", "/brands/3"],
        ),
        (
            json!({"sub": "a", "brands": vec!["Acme"; 101]}),
            vec!["/brands"],
        ),
    ] {
        let refused = put().token(&admin).json(body).send().await.expect(422);
        let mut found = refused.pointers();
        found.truncate(wrong.len());
        assert_eq!(found, wrong);
    }
    let found = world.store().brands_of(&user("sells")).await.unwrap();
    assert!(found.is_empty());
}
