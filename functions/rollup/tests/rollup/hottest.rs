//! What is hottest, kept in step with what is done at posts.

use std::collections::BTreeSet;

use domain::{
    feeds::{Generation, HotList, minute},
    ids::TopicId,
};

use super::*;

fn topic(id: &str) -> TopicId {
    TopicId::parse(id).unwrap()
}

fn walls(topics: &[&str]) -> Option<BTreeSet<TopicId>> {
    Some(topics.iter().map(|id| topic(id)).collect())
}

/// That a post is hotter or colder than it was, on these walls.
fn hotter(post: PostId, topics: &[&str]) -> String {
    body(&RollupMessage::MarksChanged(MarksChanged {
        walls: walls(topics),
        ..MarksChanged::of(post)
    }))
}

async fn newest(world: &World, list: Option<&str>) -> Option<Generation> {
    let list = list.map(topic);
    world.store().hottest(list.as_ref()).await.unwrap()
}

/// What is hottest, each with its marks.
async fn hottest(world: &World, list: Option<&str>) -> Vec<(PostId, u64)> {
    let newest = newest(world, list).await;
    let entries = newest.iter().flat_map(|it| it.hottest(world.now()));
    entries.map(|it| (it.at.post, it.marks)).collect()
}

async fn rising(world: &World) -> Vec<PostId> {
    let rising = world.store().rising().await.unwrap();
    let entries = rising.iter().flat_map(|it| it.hottest(world.now()));
    entries.map(|it| it.at.post).collect()
}

#[tokio::test]
async fn a_post_is_among_the_hottest_of_its_topics_at_once_and_of_the_store_when_it_is_liked() {
    let world = World::new().await;
    world.member("ana").await;
    let both = ["coffee", "cats"];
    let post = world.published_post("ana").topics(&both).await.id;
    work(&world, &[hotter(post, &both)]).await;
    for list in both {
        assert_eq!(hottest(&world, Some(list)).await, [(post, 0)]);
    }
    assert_eq!(newest(&world, None).await, None);
    smile(&world, post, 0..2).await;
    work(&world, &[hotter(post, &both)]).await;
    for list in [Some("coffee"), Some("cats"), None] {
        assert_eq!(hottest(&world, list).await, [(post, 2)], "{list:?}");
    }
    assert_eq!(rising(&world).await, [post]);
}

#[tokio::test]
async fn what_is_told_again_or_changed_nothing_writes_nothing() {
    let world = World::new().await;
    world.member("ana").await;
    let post = world.published_post("ana").topics(&["coffee"]).await.id;
    work(&world, &vec![hotter(post, &["coffee"]); 3]).await;
    let before = newest(&world, Some("coffee")).await.unwrap();
    assert_eq!(before.edition, 1);
    world.advance(SignedDuration::from_mins(5));
    work(&world, &[hotter(post, &["coffee"])]).await;
    assert_eq!(newest(&world, Some("coffee")).await, Some(before));
}

#[tokio::test]
async fn there_is_one_generation_a_minute_and_the_last_is_kept_however_quiet_it_is_after_it() {
    let world = World::new().await;
    world.member("ana").await;
    let (list, store) = (HotList::Topic(topic("coffee")), world.store());
    let post = world.published_post("ana").topics(&["coffee"]).await.id;
    work(&world, &[hotter(post, &["coffee"])]).await;
    let first = newest(&world, Some("coffee")).await.unwrap();
    world.advance(SignedDuration::from_mins(1));
    for fan in 0..3 {
        smile(&world, post, fan..fan + 1).await;
        work(&world, &[hotter(post, &["coffee"])]).await;
    }
    let last = newest(&world, Some("coffee")).await.unwrap();
    assert!(last.minute > first.minute && last.minute <= minute(world.now()));
    let kept = store.hottest_in(&list, first.minute).await.unwrap();
    assert_eq!(kept, Some(first.clone()));
    world.advance(SignedDuration::from_hours(26));
    let now = world.now().as_second();
    assert!(world.plane().tables().sweep_expired(now).unwrap() >= 1);
    let swept = store.hottest_in(&list, first.minute).await.unwrap();
    assert_eq!(swept, None);
    assert_eq!(newest(&world, Some("coffee")).await, Some(last));
}

#[tokio::test]
async fn a_post_that_is_gone_or_on_other_walls_leaves_the_hottest() {
    let world = World::new().await;
    world.member("ana").await;
    let post = world.published_post("ana").topics(&["coffee"]).await;
    let other = world.published_post("ana").topics(&["coffee"]).await;
    for post in [post.id, other.id] {
        smile(&world, post, 0..1).await;
        work(&world, &[hotter(post, &["coffee"])]).await;
    }
    assert_eq!(hottest(&world, Some("coffee")).await.len(), 2);
    let mut moved = read(&world, post.id).await;
    let before = moved.clone();
    moved.topics = vec![topic("cats")];
    let (store, uploads) = (world.store(), Uploads::default());
    assert!(
        store
            .change_post(&before, &moved, &uploads, world.now())
            .await
            .unwrap()
    );
    work(&world, &[hotter(post.id, &["cats", "coffee"])]).await;
    assert_eq!(hottest(&world, Some("coffee")).await, [(other.id, 1)]);
    assert_eq!(hottest(&world, Some("cats")).await, [(post.id, 1)]);
    let gone = read(&world, other.id).await;
    assert!(store.delete_post(&gone.author, &gone).await.unwrap());
    work(&world, &[hotter(other.id, &["coffee"])]).await;
    assert_eq!(hottest(&world, Some("coffee")).await, []);
    assert_eq!(hottest(&world, None).await, [(post.id, 1)]);
    assert_eq!(rising(&world).await, [post.id]);
}

#[tokio::test]
async fn of_many_that_are_told_of_at_once_none_is_lost() {
    let world = World::contended().await;
    world.member("ana").await;
    let mut posts = BTreeSet::new();
    for _ in 0..24 {
        let post = world.published_post("ana").topics(&["coffee"]).await.id;
        posts.insert(post);
    }
    let app = App::new(&world.context());
    let told = posts.iter().map(async |post| {
        let told = handle(&app, sqs_event(&[hotter(*post, &["coffee"])])).await;
        assert!(told.batch_item_failures.is_empty());
    });
    patiently(join_all(told)).await;
    let kept = hottest(&world, Some("coffee")).await;
    let kept: BTreeSet<_> = kept.into_iter().map(|(post, _)| post).collect();
    assert_eq!(kept, posts);
}

#[tokio::test]
async fn while_a_crowd_acts_on_a_post_the_look_at_it_says_how_hot_it_is() {
    let (world, post) = crowded(90).await;
    let walls: Vec<_> = read(&world, post).await.topics;
    work(&world, &[look(Thing::Post(post), 1, 0)]).await;
    assert!(read(&world, post).await.heat().is_hot());
    let list = walls.first().map(TopicId::as_str);
    assert_eq!(hottest(&world, list).await, [(post, 90)]);
    world.advance(SignedDuration::from_mins(1));
    world.receive_all("rollup").await;
}
