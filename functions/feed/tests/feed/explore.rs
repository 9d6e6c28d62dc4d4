//! Where one looks around.

use domain::{
    engagement::{IdeaList, Visibility},
    ids::ListId,
};
use serde_json::json;
use ulid::Ulid;

use super::*;

async fn explored(http: &Http, token: Option<&str>) -> Value {
    let call = http.get("/v1/explore");
    let call = match token {
        Some(token) => call.token(token),
        None => call,
    };
    call.send().await.expect(200).json()
}

/// The covers of a topic.
fn covers(explored: &Value, topic: &str) -> Vec<String> {
    let topics = explored["topics"].as_array().unwrap();
    let topic = topics.iter().find(|one| one["id"] == topic).unwrap();
    let covers = topic["covers"].as_array().unwrap();
    let ids = covers.iter().map(|post| post["id"].as_str().unwrap());
    ids.map(str::to_owned).collect()
}

/// A post of Ana's on these topics, with a photo, at which so many smiled.
async fn pictured(world: &World, topics: &[&str], smiles: usize) -> Post {
    let photo = world.ready_photo("ana").await;
    let post = world
        .published_post("ana")
        .topics(topics)
        .photo(&photo, &[]);
    let post = post.await;
    liked(world, &post, smiles).await;
    post
}

async fn liked(world: &World, post: &Post, smiles: usize) {
    for fan in 0..smiles {
        world
            .smile(&harness::user(&format!("fan{fan}")), post.id)
            .await;
    }
    let walls = post.topics.iter().cloned().collect();
    let store = world.store();
    let kept = store.keep_hottest(post.id, &walls, world.now());
    kept.await.unwrap();
}

#[tokio::test]
async fn every_topic_is_there_ones_own_first_with_its_hottest_pictures() {
    let world = World::new().await;
    let (ana, http) = (world.member("ana").await, feeds(&world));
    let (mine, other) = (first_topic(), other_topic());
    let text = world.published_post("ana").topics(&[&mine]).await;
    liked(&world, &text, 9).await;
    let mut pictures = Vec::new();
    for smiles in [0, 3, 1, 7] {
        let post = pictured(&world, &[&mine, &other], smiles).await;
        pictures.push(post.id.to_string());
    }
    let seen = explored(&http, Some(&ana.token)).await;
    let topics = seen["topics"].as_array().unwrap();
    let all = interests::groups()
        .iter()
        .flat_map(|group| &group.interests);
    assert_eq!(topics.len(), all.clone().count());
    let own: BTreeSet<_> = ana
        .profile
        .interests
        .iter()
        .map(ToString::to_string)
        .collect();
    let first = topics[..own.len()]
        .iter()
        .map(|topic| topic["id"].as_str().unwrap().to_owned());
    assert_eq!(first.collect::<BTreeSet<_>>(), own);
    let expected = [&pictures[3], &pictures[1], &pictures[2]].map(Clone::clone);
    assert_eq!(covers(&seen, &mine), expected);
    // Of the topics behind the first twelve there is one.
    assert_eq!(covers(&seen, &other), expected[..1]);
    let last = all.last().unwrap();
    assert_eq!(covers(&seen, &last.id), Vec::<String>::new());
    assert_eq!(
        seen["topics"][0]["name"].as_str().map(str::is_empty),
        Some(false)
    );
    // Signed out it is there too.
    let seen = explored(&http, None).await;
    assert_eq!(covers(&seen, &mine), expected);
}

#[tokio::test]
async fn a_cover_that_is_gone_hidden_or_by_somebody_blocked_is_none() {
    let world = World::new().await;
    let (ben, http) = (world.member("ben").await, feeds(&world));
    world.member("ana").await;
    let (topic, store) = (first_topic(), world.store());
    let gone = pictured(&world, &[&topic], 2).await;
    let hidden = pictured(&world, &[&topic], 1).await;
    let seen = explored(&http, Some(&ben.token)).await;
    assert_eq!(covers(&seen, &topic).len(), 2);
    world.hide(&ben.id, hidden.id, true).await;
    let now = store.post_now(gone.id).await.unwrap().unwrap();
    assert!(store.delete_post(&now.author, &now).await.unwrap());
    let seen = explored(&http, Some(&ben.token)).await;
    assert_eq!(covers(&seen, &topic), Vec::<String>::new());
    let seen = explored(&http, None).await;
    assert_eq!(covers(&seen, &topic), [hidden.id.to_string()]);
}

async fn list(world: &World, number: u64, visibility: Visibility) -> ListId {
    let (id, now) = (ListId(Ulid::from_parts(1, number.into())), world.now());
    let owner = harness::user("ana");
    let list = IdeaList::new(id, owner.clone(), format!("List {number}"), visibility, now);
    let actor = harness::actor(&owner);
    world
        .store()
        .create_list(&actor, &list, None, now)
        .await
        .unwrap();
    id
}

#[tokio::test]
async fn what_editors_feature_is_shown_in_their_order_while_everybody_sees_it() {
    let world = World::new().await;
    world.member("ana").await;
    let http = feeds(&world);
    let mut finds = domain::feeds::Finds::default();
    for number in 0..25 {
        let id = list(&world, number, Visibility::Public).await;
        assert!(finds.put(id, Some(0)));
    }
    assert!(world.store().put_finds(&finds).await.unwrap());
    let names = |seen: &Value| {
        let finds = seen["finds"].as_array().unwrap().clone();
        finds
            .into_iter()
            .map(|mut find| find["name"].take())
            .collect::<Vec<_>>()
    };
    let expected: Vec<_> = (5..25)
        .rev()
        .map(|number| json!(format!("List {number}")))
        .collect();
    assert_eq!(names(&explored(&http, None).await), expected);
    let actor = harness::actor(&harness::user("ana"));
    let before = world
        .store()
        .list_now(finds.lists()[1])
        .await
        .unwrap()
        .unwrap();
    let mut after = before.clone();
    after.visibility = Visibility::Private;
    world
        .store()
        .change_list(&actor, &before, &after)
        .await
        .unwrap();
    let gone = world
        .store()
        .list_now(finds.lists()[2])
        .await
        .unwrap()
        .unwrap();
    assert!(world.store().delete_list(&gone).await.unwrap());
    let seen = names(&explored(&http, None).await);
    assert_eq!((&seen[0], &seen[1]), (&expected[0], &expected[3]));
    assert_eq!(seen.len(), 20);
}
