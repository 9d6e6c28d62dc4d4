//! Reviews in the table: counted once, shared once.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use domain::{
    catalogue::{product::News, review::Review},
    ids::{ProductId, ReviewId},
};
use harness::World;
use jiff::{SignedDuration, Timestamp};
use shared::store::Imported;

fn review(world: &World, id: &str, product: &str, rating: u8) -> Review {
    Review {
        id: ReviewId::parse(id).unwrap(),
        customer: harness::user("ana"),
        product: ProductId::parse(product).unwrap(),
        rating,
        title: "Warm".to_owned(),
        body: "It keeps warm.".to_owned(),
        written_at: world.now(),
        verified_purchase: Some(true),
        category: None,
        shared_as: None,
    }
}

/// The news of that line.
fn news(line: u64) -> News {
    News::of(Timestamp::UNIX_EPOCH, line)
}

/// Rating and count of a product.
async fn rated(world: &World, id: &str) -> (Option<f64>, u64) {
    let id = ProductId::parse(id).unwrap();
    let (product, _) = world.store().product(&id).await.unwrap().unwrap();
    (product.rating(), product.review_count)
}

#[tokio::test]
async fn a_review_counts_once_and_a_changed_one_changes_the_mean() {
    let world = World::new().await;
    let store = world.store();
    world
        .product("mug")
        .with(|mug| (mug.stars, mug.review_count) = (9, 2))
        .await;
    let told = review(&world, "r1", "mug", 5);
    assert_eq!(
        store.put_review(&told, news(7)).await.unwrap(),
        Imported::Done
    );
    assert_eq!(rated(&world, "mug").await, (Some(4.7), 3));

    assert_eq!(
        store.put_review(&told, news(7)).await.unwrap(),
        Imported::Known
    );
    assert_eq!(rated(&world, "mug").await, (Some(4.7), 3));

    let changed = review(&world, "r1", "mug", 1);
    assert_eq!(
        store.put_review(&changed, news(9)).await.unwrap(),
        Imported::Done
    );
    assert_eq!(rated(&world, "mug").await, (Some(3.3), 3));
    assert_eq!(
        store.put_review(&told, news(8)).await.unwrap(),
        Imported::Known
    );
    assert_eq!(rated(&world, "mug").await, (Some(3.3), 3));
}

#[tokio::test]
async fn a_review_that_moves_to_another_product_is_counted_there_alone() {
    let world = World::new().await;
    let store = world.store();
    for id in ["mug", "cup"] {
        world
            .product(id)
            .with(|product| (product.stars, product.review_count) = (0, 0))
            .await;
    }
    store
        .put_review(&review(&world, "r1", "mug", 4), news(1))
        .await
        .unwrap();
    assert_eq!(rated(&world, "mug").await, (Some(4.0), 1));
    store
        .put_review(&review(&world, "r1", "cup", 2), news(2))
        .await
        .unwrap();
    assert_eq!(rated(&world, "mug").await, (None, 0));
    assert_eq!(rated(&world, "cup").await, (Some(2.0), 1));
}

#[tokio::test]
async fn a_review_of_what_is_no_product_is_not_kept() {
    let world = World::new().await;
    let store = world.store();
    let told = review(&world, "r1", "mug", 4);
    assert_eq!(
        store.put_review(&told, news(1)).await.unwrap(),
        Imported::NoProduct
    );
    assert_eq!(store.review(&told.customer, &told.id).await.unwrap(), None);
    world.product("mug").category("Furniture > Tables").await;
    assert_eq!(
        store.put_review(&told, news(1)).await.unwrap(),
        Imported::Done
    );
    let kept = store.review(&told.customer, &told.id).await.unwrap();
    let category = Some("Furniture > Tables".to_owned());
    assert_eq!(kept, Some(Review { category, ..told }));
}

#[tokio::test]
async fn a_person_s_reviews_are_listed_newest_first_page_by_page() {
    let world = World::new().await;
    let store = world.store();
    world.product("mug").await;
    let ana = harness::user("ana");
    for (index, id) in ["r3", "r1", "r5", "r2", "r4"].iter().enumerate() {
        let mut told = review(&world, id, "mug", 3);
        let hours = i64::from(id.as_bytes()[1] - b'0');
        told.written_at = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours);
        store
            .put_review(&told, news(index as u64 + 1))
            .await
            .unwrap();
    }
    // One that was rewritten later is listed once, at its new place.
    let mut rewritten = review(&world, "r1", "mug", 3);
    rewritten.written_at = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(9);
    store.put_review(&rewritten, news(100)).await.unwrap();

    let (mut listed, mut after) = (Vec::new(), None);
    loop {
        let (page, next) = store.reviews_by(&ana, after, 2).await.unwrap();
        assert!(page.len() <= 2);
        listed.extend(page.into_iter().map(|review| review.id.to_string()));
        after = next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(listed, ["r1", "r5", "r4", "r3", "r2"]);
}
