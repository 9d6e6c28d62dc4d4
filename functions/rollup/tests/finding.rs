//! What people, posts and products are found by, kept in step with how they are.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, and says what it stood on"
)]

use domain::{
    engagement::Moderation,
    feeds::{Findable, FindableKind, search::Query},
    posts::Post,
};
use harness::{World, sqs_event, user};
use jiff::SignedDuration;
use rollup::{App, handle};
use shared::{
    queue::messages::{FindableChanged, RollupMessage},
    store::{ProfileChange, Thorough, Uploads},
};

/// Tells that a thing changed, twice.
async fn tell(world: &World, thing: Findable) {
    let message = RollupMessage::FindableChanged(FindableChanged { thing });
    let body = serde_json::to_string(&message).unwrap();
    let event = sqs_event(&[body.as_str(), body.as_str()]);
    let done = handle(&App::new(&world.context()), event).await;
    assert!(done.batch_item_failures.is_empty(), "{done:?}");
}

/// The rows that lie at what is looked for.
async fn rows(world: &World, kind: FindableKind, text: &str) -> Vec<String> {
    let (store, query) = (world.store(), Query::parse(text).unwrap());
    let found = store.looked_for(kind, &query, None, 100, Thorough::Whole, |_| None);
    let hits = found.await.unwrap().hits.into_iter();
    hits.map(|hit| hit.place.id).collect()
}

#[tokio::test]
async fn a_person_is_found_by_their_name_of_now_until_they_leave() {
    let world = World::contended().await;
    let ana = world.member("ana").await;
    let found = async |text| rows(&world, FindableKind::Person, text).await;
    let told = async || tell(&world, Findable::Person(ana.id.clone())).await;
    told().await;
    assert_eq!(found("ana").await, [ana.id.as_str()]);
    let change = ProfileChange {
        display_name: Some("Mara Voss".to_owned()),
        ..ProfileChange::default()
    };
    let store = world.store();
    let changed = store.change_profile(&ana.id, change, None);
    changed.await.unwrap();
    told().await;
    assert_eq!(found("mara").await, [ana.id.as_str()]);
    assert_eq!(found("ana voss").await, [ana.id.as_str()]);
    let profile = world.profile(&ana.id).await;
    world
        .store()
        .leave(&profile, None, world.now())
        .await
        .unwrap();
    told().await;
    assert_eq!(found("mara").await, [""; 0]);
    assert_eq!(found("ana").await, [""; 0]);
}

#[tokio::test]
async fn a_post_is_found_by_its_text_of_now_while_it_is_shown() {
    let world = World::contended().await;
    world.member("ana").await;
    let before = world.published_post("ana").text("A red cup #coffee").await;
    let found = async |text| rows(&world, FindableKind::Post, text).await.len();
    let told = async || tell(&world, Findable::Post(before.id)).await;
    told().await;
    assert_eq!((found("red coffee").await, found("blue").await), (1, 0));
    let (store, uploads) = (world.store(), Uploads::default());
    let mut now = before.clone();
    let mut change = async |change: &dyn Fn(&mut Post)| {
        let old = now.clone();
        change(&mut now);
        now.edition += 1;
        assert!(
            store
                .change_post(&old, &now, &uploads, world.now())
                .await
                .unwrap()
        );
        told().await;
    };
    change(&|post| post.text = "A blue cup".to_owned()).await;
    assert_eq!((found("red").await, found("blue cup").await), (0, 1));
    let why = Moderation::by_reports(world.now());
    change(&|post| post.hide(why.clone())).await;
    assert_eq!(found("blue").await, 0);
    let shown = world.now();
    change(&|post| post.show(shown)).await;
    assert_eq!(found("blue").await, 1);
    assert!(world.store().delete_post(&now.author, &now).await.unwrap());
    told().await;
    assert_eq!(found("blue").await, 0);
}

#[tokio::test]
async fn what_is_liked_twice_as_much_comes_before_what_is_newer() {
    let world = World::contended().await;
    world.member("ana").await;
    let old = world.published_post("ana").text("crema").await.id;
    world.advance(SignedDuration::from_secs(1));
    let new = world.published_post("ana").text("crema").await.id;
    for post in [old, new] {
        tell(&world, Findable::Post(post)).await;
    }
    let found = async || rows(&world, FindableKind::Post, "crema").await;
    assert_eq!(found().await, [new.to_string(), old.to_string()]);
    world.smile(&user("ben"), old).await;
    tell(&world, Findable::Post(old)).await;
    assert_eq!(found().await, [old.to_string(), new.to_string()]);
}

#[tokio::test]
async fn more_words_than_a_transaction_holds_rows_of_are_cut_and_all_are_taken_again() {
    let world = World::contended().await;
    world.member("ana").await;
    let text = |word: &str| (0..90).map(|n| format!("{word}{n} ")).collect::<String>();
    let before = world.published_post("ana").text(&text("one")).await;
    let found = async |text| rows(&world, FindableKind::Post, text).await.len();
    tell(&world, Findable::Post(before.id)).await;
    assert_eq!(
        [
            found("one0").await,
            found("one39").await,
            found("one40").await
        ],
        [1, 1, 0]
    );
    let mut after = before.clone();
    (after.text, after.edition) = (text("two"), 1);
    let uploads = Uploads::default();
    assert!(
        world
            .store()
            .change_post(&before, &after, &uploads, world.now())
            .await
            .unwrap()
    );
    tell(&world, Findable::Post(before.id)).await;
    assert_eq!(
        [
            found("one0").await,
            found("one39").await,
            found("two0").await
        ],
        [0, 0, 1]
    );
}
