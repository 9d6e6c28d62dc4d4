//! Readers with long histories.

use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use domain::ids::{PostId, UserId};
use harness::World;
use jiff::SignedDuration;
use shared::keys;

use crate::{deliver, ids, metered};

/// Smiles of Ben's that were made long ago at other posts, of ids between two times.
async fn old_smiles(world: &World, count: u64, from: PostId) {
    let context = world.context();
    let ben = UserId::parse("ben").unwrap();
    let first = from.0.timestamp_ms() + 1;
    let smiles: Vec<_> = (0..count)
        .map(|n| keys::acts(&ben, PostId(ulid::Ulid::from_parts(first + n, 0))))
        .map(|key| {
            let mut item = key.attributes();
            let at = AttributeValue::S("2026-01-01T00:00:00Z".to_owned());
            item.insert("smile".to_owned(), at);
            let put = PutRequest::builder().set_item(Some(item)).build().unwrap();
            WriteRequest::builder().put_request(put).build()
        })
        .collect();
    for batch in smiles.chunks(25) {
        let write = context.dynamodb.batch_write_item();
        let write = write.request_items(context.config.table(), batch.to_vec());
        let left = write.send().await.unwrap().unprocessed_items;
        assert!(left.is_none_or(|left| left.is_empty()));
    }
}

#[tokio::test]
async fn a_page_costs_the_same_for_a_reader_of_five_thousand_smiles_between_its_posts() {
    let world = World::new().await;
    world.member("ana").await;
    let ben = world.member("ben").prime().await;
    world.follow("ben", "ana").await;
    let old = world.published_post("ana").await;
    deliver(&world, &old, &["ben"]).await;
    world.advance(SignedDuration::from_hours(24));
    let mut posts = vec![old];
    for _ in 0..4 {
        let post = world.published_post("ana").await;
        deliver(&world, &post, &["ben"]).await;
        posts.push(post);
    }
    for post in [0, 2, 4] {
        world.smile(&ben.id, posts[post].id).await;
    }
    let (mut costs, token) = (Vec::new(), world.token("ben", &[]));
    for smiles in [0, 5_000] {
        old_smiles(&world, smiles, posts[0].id).await;
        let (http, meter) = metered(&world);
        let answer = http.get("/v1/feed").token(&token).send().await.expect(200);
        assert_eq!(ids(&answer).len(), 5);
        let used = meter.take();
        let page = answer.json();
        for item in page["items"].as_array().unwrap() {
            let id: PostId = item["post"]["id"].as_str().unwrap().parse().unwrap();
            let place = posts.iter().position(|post| post.id == id).unwrap();
            assert_eq!(item["post"]["viewer"]["smiled"], place % 2 == 0, "{place}");
        }
        costs.push(used);
    }
    let more = costs[1].rcu - costs[0].rcu;
    assert!(more <= 2.5 + 0.5 * 4.0, "{more} read units more: {costs:?}");
    assert_eq!(
        costs[1].rounds, costs[0].rounds,
        "it is read beside the cards"
    );
    // Whatever else was done, what was hidden is not shown.
    world.hide(&ben.id, posts[3].id, true).await;
    let (http, _) = metered(&world);
    let answer = http.get("/v1/feed").token(&token).send().await.expect(200);
    assert_eq!(ids(&answer).len(), 4);
    assert!(!ids(&answer).contains(&posts[3].id.to_string()));
}
