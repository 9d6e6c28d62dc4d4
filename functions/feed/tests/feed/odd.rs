//! Items that nobody can read.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use harness::World;
use shared::keys::{self, Key};

use crate::{deliver, feeds, ids};

/// Makes an attribute of an item what nobody can read.
async fn spoil(world: &World, key: &Key, attribute: &str) {
    let context = world.context();
    let update = context.dynamodb.update_item();
    let update = update
        .table_name(context.config.table())
        .set_key(Some(key.attributes()))
        .update_expression("SET #a = :odd")
        .expression_attribute_names("#a", attribute);
    let odd = AttributeValue::M(HashMap::new());
    update
        .expression_attribute_values(":odd", odd)
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn an_item_that_cannot_be_read_is_left_out_of_a_page_and_costs_it_nothing_else() {
    let world = World::new().await;
    for sub in ["ana", "cleo", "dan"] {
        world.member(sub).await;
    }
    let ben = world.member("ben").await;
    for author in ["ana", "cleo", "dan"] {
        world.follow("ben", author).await;
    }
    let mut posts = Vec::new();
    for author in ["ana", "cleo", "dan", "ana"] {
        let post = world.published_post(author).topics(&["cats"]).await;
        deliver(&world, &post, &["ben"]).await;
        posts.push(post);
    }
    let http = feeds(&world);
    let wall = http.get("/v1/topics/cats/posts").token(&ben.token);
    let home = http.get("/v1/feed").token(&ben.token);
    for page in [home.clone(), wall.clone()] {
        assert_eq!(ids(&page.send().await.expect(200)).len(), 4);
    }
    // A post, an author, and the marker of a third one that is still being delivered.
    spoil(&world, &keys::post(posts[0].id), "kind").await;
    spoil(&world, &keys::profile(&posts[1].author), "handle").await;
    let open = world.published_post("ana").await;
    let at = domain::feeds::Entry::of(&open).unwrap().at;
    spoil(&world, &keys::open(at), "topics").await;

    // An instance that knows none of them yet.
    let http = feeds(&world);
    for path in ["/v1/feed", "/v1/topics/cats/posts"] {
        let page = http.get(path).token(&ben.token).send().await.expect(200);
        let shown = ids(&page);
        assert!(shown.contains(&posts[2].id.to_string()), "{path}");
        assert!(shown.contains(&posts[3].id.to_string()), "{path}");
        assert!(!shown.contains(&posts[0].id.to_string()), "{path}");
    }
}
