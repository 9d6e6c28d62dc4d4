//! Questions, and influencers who fit.

use domain::posts::{Poll, PollOption, Post, PostKind};
use jiff::SignedDuration;
use serde_json::json;

use crate::{SHOES, Shop, items};

async fn told(shop: &Shop, post: &Post) {
    shop.world.store().keep_asked(post.id).await.unwrap();
}

fn poll(post: &mut Post) {
    let option = |text: &str, product: Option<&str>| PollOption {
        text: text.to_owned(),
        photo: None,
        product: product.and_then(domain::ids::ProductId::parse),
    };
    post.kind = PostKind::Poll;
    post.votes = vec![0, 0];
    post.poll = Some(Poll {
        question: "Which?".to_owned(),
        options: vec![option("This", Some("shoe")), option("That", None)],
        closes_at: None,
    });
}

#[tokio::test]
async fn questions_and_polls_that_name_a_brand_or_its_topics_come_newest_first() {
    let shop = Shop::open().await;
    for who in ["ana", "ben"] {
        shop.world.member(who).prime().await;
    }
    let (world, begin) = (&shop.world, shop.world.now());
    let at = |minutes| begin - SignedDuration::from_mins(minutes);
    let question = |post: &mut Post| post.kind = PostKind::Question;
    let named = world.published_post("ana").at(at(9)).topics(&["coffee"]);
    let named = named.products(&["boot"]).with(question).await;
    let asks = world.published_post("ben").at(at(8)).topics(&["coffee"]);
    let asks = asks.with(poll).await;
    let on_topic = world.published_post("ana").at(at(7)).topics(&[SHOES.1]);
    let on_topic = on_topic.with(question).await;
    let elsewhere = world.published_post("ben").at(at(6)).topics(&["coffee"]);
    let elsewhere = elsewhere.products(&["mug"]).with(question).await;
    let story = world.published_post("ben").at(at(5)).topics(&[SHOES.1]);
    let story = story.products(&["boot"]).await;
    for post in [&named, &asks, &on_topic, &elsewhere, &story] {
        told(&shop, post).await;
    }
    let first = "/v1/sellers/questions?brand=acme&limit=2";
    let page = shop.get(first).await;
    assert_eq!(items(&page, "/id"), [json!(on_topic.id), json!(asks.id)]);
    // As everybody sees it: how an open poll stands is for who voted.
    let option = &page["items"][1]["poll"]["options"][0];
    assert_eq!(
        (option.get("votes"), &option["text"]),
        (None, &json!("This"))
    );
    let cursor = page["next_cursor"].as_str().unwrap().to_owned();
    let page = shop.get(&format!("{first}&cursor={cursor}")).await;
    assert_eq!(items(&page, "/id"), [json!(named.id)]);
    assert!(page["next_cursor"].is_null());
    let foreign = format!("/v1/sellers/influencers?brand=acme&cursor={cursor}");
    let foreign = shop.http.get(&foreign).token(&shop.token);
    foreign.send().await.expect(400);
}

#[tokio::test]
async fn a_question_that_is_gone_hidden_or_across_a_block_is_not_there() {
    let shop = Shop::open().await;
    let (world, store) = (&shop.world, shop.world.store());
    let ana = world.member("ana").prime().await;
    let sells = world.member("sells").await;
    let question = |post: &mut Post| post.kind = PostKind::Question;
    let post = world.published_post("ana").products(&["boot"]);
    let post = post.with(question).await;
    told(&shop, &post).await;
    let all = "/v1/sellers/questions?brand=Acme";
    assert_eq!(items(&shop.get(all).await, "/id"), [json!(post.id)]);
    store.block(&ana.id, &sells.id, world.now()).await.unwrap();
    assert_eq!(items(&shop.get(all).await, "/id"), [json!(null); 0]);
    store.unblock(&ana.id, &sells.id).await.unwrap();
    assert_eq!(items(&shop.get(all).await, "/id"), [json!(post.id)]);
    let read = store.post_now(post.id).await.unwrap().unwrap();
    assert!(store.delete_post(&ana.id, &read).await.unwrap());
    assert_eq!(items(&shop.get(all).await, "/id"), [json!(null); 0]);
}

#[tokio::test]
async fn influencers_who_share_most_come_first_then_those_whom_most_follow() {
    let shop = Shop::open().await;
    let world = &shop.world;
    world
        .product("watch")
        .category("Apparel & Accessories > Jewelry > Watches")
        .await;
    let none = [
        "beauty",
        "bags",
        "style-and-fashion",
        "outerwear",
        "jewelry",
    ];
    let stranger = world.member("nora").interests(&none).prime().await;
    let account = domain::money::Account::of_random(9);
    let programmes = [domain::money::Programme::Influencer];
    world.engage(&stranger.id, &account, &programmes).await;
    for (number, who) in ["ana", "ben", "cleo"].into_iter().enumerate() {
        shop.influencer(who, number as u128).await;
    }
    world.member("dora").await;
    world.follow("dora", "ben").await;
    let first = "/v1/sellers/influencers?brand=Acme&limit=2";
    let page = shop.get(first).await;
    let handles = items(&page, "/user/handle");
    assert_eq!((handles.len(), &handles[0]), (2, &json!("ben")));
    assert_eq!(items(&page, "/followers"), [json!(1), json!(0)]);
    let shared = page["items"][0]["shared_topics"].as_array().unwrap();
    assert!(shared.contains(&json!(SHOES.1)), "{shared:?}");
    assert_eq!(page["items"][0]["user"]["badges"], json!(["influencer"]));
    let cursor = page["next_cursor"].as_str().unwrap();
    let page = shop.get(&format!("{first}&cursor={cursor}")).await;
    let rest = items(&page, "/user/handle");
    assert_eq!(rest.len(), 1, "neither who fits not, nor who is none");
    assert!(!handles.contains(&rest[0]) && page["next_cursor"].is_null());
}

#[tokio::test]
async fn a_brand_of_which_the_store_has_nothing_fits_nobody() {
    let shop = Shop::open().await;
    let store = shop.world.store();
    shop.influencer("ana", 1).await;
    let sells = harness::user("sells");
    store
        .map_seller(&sells, vec!["Unheard".to_owned()])
        .await
        .unwrap();
    let found = shop.get("/v1/sellers/influencers?brand=Unheard").await;
    assert_eq!(found, json!({"items": [], "next_cursor": null}));
}
