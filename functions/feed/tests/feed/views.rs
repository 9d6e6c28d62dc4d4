//! Views of posts of Onsite Associates, which purchases may be credited to.

use domain::{
    ids::{PostId, ProductId, UserId},
    money::{Account, Programme},
};
use serde_json::json;
use shared::seal::Seal;

use super::*;

/// What the feed would have given out with a post, so many hours ago.
fn token(world: &World, to: &UserId, post: PostId, hours: i64) -> String {
    let at = world.now() - SignedDuration::from_hours(hours);
    let seal = Seal::new(world.context().config.view_key());
    seal.seal("view", &(to.as_str(), post, at.as_second()))
        .unwrap()
}

async fn views(world: &World, who: &UserId) -> Vec<PostId> {
    let (from, to) = (jiff::Timestamp::UNIX_EPOCH, world.now());
    let views = world.store().views_by(who, from, to).await.unwrap();
    views.into_iter().map(|view| view.post).collect()
}

#[tokio::test]
async fn a_view_counts_with_a_fresh_token_of_ones_own_on_the_post_of_an_active_onsite_associate() {
    let world = World::new().await;
    let http = feeds(&world);
    world.product("mug").category("Home > Mugs").await;
    let (ana, ben) = (world.member("ana").await, world.member("ben").await);
    let mug = || ProductId::parse("mug").unwrap();
    let theirs = world
        .published_post("ben")
        .with(|post| post.products = vec![mug()])
        .await
        .id;
    let own = world
        .published_post("ana")
        .with(|post| post.products = vec![mug()])
        .await
        .id;
    let bare = world.published_post("ben").await.id;
    let tell = async |post: PostId, token: &str| {
        let now = format!("{:.3}", world.now());
        let event = json!({"type": "post_view", "post_id": post.to_string(), "at": now,
            "view_token": token});
        let call = http.post("/v1/activity").json(json!({"events": [event]}));
        call.token(&ana.token).send().await.expect(200);
    };
    let good = token(&world, &ana.id, theirs, 23);
    tell(theirs, &good).await;
    assert!(views(&world, &ana.id).await.is_empty());
    let (ours, other) = (Account::of_random(1), Account::of_random(2));
    let onsite = [Programme::OnsiteAssociate];
    world.engage(&ben.id, &ours, &onsite).await;
    world.engage(&ana.id, &other, &onsite).await;
    for bad in [
        "bad".to_owned(),
        token(&world, &ben.id, theirs, 1),
        token(&world, &ana.id, own, 1),
        token(&world, &ana.id, theirs, 25),
    ] {
        tell(theirs, &bad).await;
    }
    tell(own, &token(&world, &ana.id, own, 1)).await;
    tell(bare, &token(&world, &ana.id, bare, 1)).await;
    assert!(views(&world, &ana.id).await.is_empty());
    tell(theirs, &good).await;
    assert_eq!(views(&world, &ana.id).await, [theirs]);
    world.engage(&ben.id, &ours, &[Programme::Influencer]).await;
    world.advance(SignedDuration::from_mins(1));
    tell(theirs, &good).await;
    assert_eq!(views(&world, &ana.id).await, [theirs]);
}
