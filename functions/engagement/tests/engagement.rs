//! The function `engagement`, over an embedded data plane.
use domain::{
    engagement::Count,
    feeds::{HashRange, MOST_FOLLOWED},
    ids::{PostId, UserId},
    people::{Profile, interests},
    posts::photo::Rejection,
};
use futures::future::join_all;
use harness::{Http, Member, Meter, World};
use tower::ServiceExt;

async fn begin() -> (World, Member, Http) {
    let world = World::contended().await;
    let ana = world.member("ana").prime().await;
    let http = world.serve(engagement::router(&world.context()));
    (world, ana, http)
}

/// The function with a meter between it and the table.
fn metered(world: &World) -> (Http, Meter) {
    let meter = Meter::new();
    let router = engagement::router(&meter.attach(&world.context()));
    (world.serve(router), meter)
}

async fn profile(world: &World, who: &Member) -> Profile {
    world.profile(&who.id).await
}

async fn smiles(world: &World, post: PostId) -> u64 {
    world.counted(post, Count::Smiles).await
}

#[tokio::test]
async fn following_and_no_longer_moves_both_counts_once_however_often_it_is_asked() {
    let (world, ana, http) = begin().await;
    let ben = world.member("Ben").await;
    for _ in 0..2 {
        // Following takes no Prime tier, and handles have no case.
        let follow = http.put("/v1/users/ANA/follow").token(&ben.token);
        assert!(follow.send().await.expect(204).body.is_empty());
    }
    let (reader, author) = (profile(&world, &ben).await, profile(&world, &ana).await);
    assert_eq!((reader.following, reader.followers), (1, 0));
    assert_eq!((author.following, author.followers), (0, 1));
    assert!(world.store().is_following(&ben.id, &ana.id).await.unwrap());
    assert_eq!(fans(&world, &ana).await, std::slice::from_ref(&ben.id));
    let own = world.store().own(&ben.id).await.unwrap();
    assert!(own.following.pulled.contains(&ana.id));

    for _ in 0..2 {
        let unfollow = http.delete("/v1/users/ana/follow").token(&ben.token);
        unfollow.send().await.expect(204);
    }
    let (reader, author) = (profile(&world, &ben).await, profile(&world, &ana).await);
    assert_eq!((reader.following, author.followers), (0, 0));
    assert_eq!(fans(&world, &ana).await, []);
    let own = world.store().own(&ben.id).await.unwrap();
    assert!(own.following.is_empty());
}

/// To whom somebody's posts are pushed.
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
async fn fans(world: &World, author: &Member) -> Vec<UserId> {
    let store = world.store();
    let fans = store.fans_between(&author.id, HashRange::WHOLE, world.now());
    fans.await.unwrap()
}

#[tokio::test]
async fn nobody_follows_more_people_than_one_may_and_whoever_is_followed_already_stays_so() {
    let (world, ana, http) = begin().await;
    let (ben, cleo) = (world.member("ben").await, world.member("cleo").await);
    world.follow("ben", "cleo").await;
    // As if they followed so many others.
    let most = Profile {
        following: MOST_FOLLOWED,
        ..ben.profile.clone()
    };
    let store = world.store();
    store.load_people(&[most], &[], world.now()).await.unwrap();
    let follow = |whom: &str| {
        let path = format!("/v1/users/{whom}/follow");
        http.put(&path).token(&ben.token).send()
    };
    let refused = follow("ana").await.expect(409);
    assert!(refused.problem().ends_with("follow-limit"));
    follow("cleo").await.expect(204);
    assert_eq!(fans(&world, &ana).await, []);
    let unfollow = http.delete("/v1/users/cleo/follow").token(&ben.token);
    unfollow.send().await.expect(204);
    follow("ana").await.expect(204);
    assert_eq!(profile(&world, &ben).await.following, MOST_FOLLOWED);
    assert_eq!(fans(&world, &cleo).await, []);
}

#[tokio::test]
async fn nobody_follows_themselves() {
    let (world, ana, http) = begin().await;
    for request in [
        http.put("/v1/users/ana/follow"),
        http.delete("/v1/users/Ana/follow"),
    ] {
        let refused = request.token(&ana.token).send().await;
        assert_eq!(refused.expect(422).problem(), "invalid-fields");
    }
    assert_eq!(profile(&world, &ana).await.following, 0);
}

#[tokio::test]
async fn fifty_people_following_one_at_once_are_fifty_followers() {
    let (world, ana, http) = begin().await;
    let mut fans = Vec::new();
    for n in 0..50 {
        fans.push(world.member(&format!("fan{n}")).await);
    }
    let follows = fans
        .iter()
        .map(|fan| http.put("/v1/users/ana/follow").token(&fan.token).send());
    for answer in join_all(follows).await {
        answer.expect(204);
    }
    assert_eq!(profile(&world, &ana).await.followers, 50);
}

#[tokio::test]
async fn a_topic_joins_the_interests_and_leaves_them_again() {
    let (world, ana, http) = begin().await;
    let before = profile(&world, &ana).await.interests;
    let path = "/v1/topics/tea/follow";
    for _ in 0..2 {
        http.put(path).token(&ana.token).send().await.expect(204);
    }
    let after = profile(&world, &ana).await.interests;
    assert_eq!(after.len(), before.len() + 1);
    assert!(after.iter().any(|topic| topic.as_str() == "tea"));
    for _ in 0..2 {
        http.delete(path).token(&ana.token).send().await.expect(204);
    }
    assert_eq!(profile(&world, &ana).await.interests, before);
}

#[tokio::test]
async fn the_special_wall_is_no_topic_to_follow() {
    let (world, ana, http) = begin().await;
    let before = profile(&world, &ana).await.interests;
    let path = "/v1/topics/trending-and-polls/follow";
    for request in [http.put(path), http.delete(path)] {
        let refused = request.token(&ana.token).send().await;
        assert_eq!(refused.expect(404).problem(), "not-found");
    }
    assert_eq!(profile(&world, &ana).await.interests, before);
}

#[tokio::test]
async fn the_least_number_of_interests_remains() {
    let (world, ana, http) = begin().await;
    let before = profile(&world, &ana).await.interests;
    assert_eq!(before.len(), interests::MINIMUM);
    for topic in &before {
        let path = format!("/v1/topics/{topic}/follow");
        let refused = http.delete(&path).token(&ana.token).send().await;
        assert_eq!(refused.expect(422).problem(), "invalid-fields");
    }
    // Not followed in the first place: nothing to refuse.
    let other = http.delete("/v1/topics/tea/follow").token(&ana.token);
    other.send().await.expect(204);
    assert_eq!(profile(&world, &ana).await.interests, before);
}

#[tokio::test]
async fn a_smile_counts_once_and_is_taken_back_once() {
    let (world, ana, http) = begin().await;
    let ben = world.member("ben").prime().await;
    let post = world.published_post("ana").await.id;
    let path = format!("/v1/posts/{post}/smile");
    for _ in 0..2 {
        http.put(&path).token(&ben.token).send().await.expect(204);
    }
    // One may smile at one's own.
    http.put(&path).token(&ana.token).send().await.expect(204);
    assert_eq!(smiles(&world, post).await, 2);
    assert!(world.smiled(&ben.id, post).await);
    for _ in 0..2 {
        http.delete(&path)
            .token(&ben.token)
            .send()
            .await
            .expect(204);
    }
    assert_eq!(smiles(&world, post).await, 1);
    assert!(!world.smiled(&ben.id, post).await);
    http.put(&path).token(&ben.token).send().await.expect(204);
    assert_eq!(smiles(&world, post).await, 2);
}

#[tokio::test]
async fn fifty_smiles_by_fifty_people_at_once_are_fifty_smiles() {
    let (world, _ana, http) = begin().await;
    let post = world.published_post("ana").await.id;
    let path = format!("/v1/posts/{post}/smile");
    let mut people = Vec::new();
    for n in 0..50 {
        people.push(world.member(&format!("fan{n}")).prime().await);
    }
    let all = people
        .iter()
        .map(|fan| http.put(&path).token(&fan.token).send());
    for answer in join_all(all).await {
        answer.expect(204);
    }
    assert_eq!(smiles(&world, post).await, 50);
    // Each twice more at once, and half of them take it back meanwhile.
    let again = people
        .iter()
        .map(|fan| http.put(&path).token(&fan.token).send());
    let back = people
        .iter()
        .take(25)
        .map(|fan| http.delete(&path).token(&fan.token).send());
    let (again, back) = futures::join!(join_all(again), join_all(back));
    for answer in again.into_iter().chain(back) {
        answer.expect(204);
    }
    let mut left = 0;
    for fan in &people {
        left += u64::from(world.smiled(&fan.id, post).await);
    }
    assert!((25..=50).contains(&left));
    assert_eq!(smiles(&world, post).await, left);
}

#[tokio::test]
async fn only_a_published_post_is_smiled_at() {
    let (world, ana, http) = begin().await;
    let photo = world.awaited_photo("ana").await;
    let waiting = world.published_post("ana").photo(&photo, &[]).await;
    let post = world.published_post("ana").await;
    let ben = world.member("ben").prime().await;
    let smile = |id: &str| http.put(&format!("/v1/posts/{id}/smile"));
    let take_back = |id: &str| http.delete(&format!("/v1/posts/{id}/smile"));
    smile(&post.id.to_string())
        .token(&ben.token)
        .send()
        .await
        .expect(204);
    assert!(world.store().delete_post(&ana.id, &post).await.unwrap());

    let unknown = world.context().ids.ulid().to_string();
    for id in [&waiting.id.to_string(), &post.id.to_string(), &unknown, "x"] {
        for request in [smile(id), take_back(id)] {
            let refused = request.token(&ben.token).send().await;
            assert_eq!(refused.expect(404).problem(), "not-found", "{id}");
        }
    }
    let settled = world
        .store()
        .settle_photo(photo.id, Err(Rejection::Unreadable))
        .await;
    settled.unwrap();
    smile(&waiting.id.to_string())
        .token(&ana.token)
        .send()
        .await
        .expect(404);
    assert_eq!(smiles(&world, waiting.id).await, 0);
}

#[tokio::test]
async fn the_order_of_refusals_is_kept_on_every_route() {
    let (world, ana, http) = begin().await;
    let post = world.published_post("ana").await.id;
    let unknown = world.context().ids.ulid();
    let stranger = world.token("stranger", &["prime"]);
    let paths = [
        "/v1/users/ana/follow".to_owned(),
        "/v1/users/nobody/follow".to_owned(),
        "/v1/users/x/follow".to_owned(),
        "/v1/topics/tea/follow".to_owned(),
        "/v1/topics/nothing/follow".to_owned(),
        format!("/v1/posts/{post}/smile"),
        format!("/v1/posts/{unknown}/smile"),
        "/v1/posts/x/smile".to_owned(),
    ];
    for path in &paths {
        for request in [http.put(path), http.delete(path)] {
            let nobody = request.clone().send().await;
            assert_eq!(nobody.expect(401).problem(), "unauthenticated", "{path}");
            let refused = request.token(&stranger).send().await;
            assert_eq!(refused.expect(403).problem(), "not-joined", "{path}");
        }
    }
    for path in [&paths[1], &paths[2], &paths[4], &paths[6], &paths[7]] {
        for request in [http.put(path), http.delete(path)] {
            let missing = request.token(&ana.token).send().await;
            assert_eq!(missing.expect(404).problem(), "not-found", "{path}");
        }
    }
    let ben = world.member("ben").await;
    for (path, taken_back) in paths[5..].iter().zip([204, 404, 404]) {
        let refused = http.put(path).token(&ben.token).send().await;
        assert_eq!(refused.expect(403).problem(), "prime-required", "{path}");
        // What one did as a Prime member one can take back when one is none any more.
        let back = http.delete(path).token(&ben.token).send().await;
        back.expect(taken_back);
    }
    assert_eq!(smiles(&world, post).await, 0);
    assert!(
        world
            .store()
            .profile(&harness::user("stranger"))
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn following_and_smiling_cost_what_they_may() {
    let (world, ana, _) = begin().await;
    let ben = world.member("ben").prime().await;
    let (http, meter) = metered(&world);
    let short = world.published_post("ana").await.id;
    let long = world
        .published_post("ana")
        .text(&"x".repeat(1_500))
        .await
        .id;
    meter.take();
    http.put("/v1/users/ana/follow")
        .token(&ben.token)
        .send()
        .await
        .expect(204);
    let used = meter.take();
    assert!(used.rounds <= 2 && used.wcu <= 10.0, "{used:?}");
    for (post, most) in [(short, 4.0), (long, 6.0)] {
        let path = format!("/v1/posts/{post}/smile");
        http.put(&path).token(&ana.token).send().await.expect(204);
        let used = meter.take();
        assert!(
            used.rounds <= 2 && used.rcu <= 2.0 && used.wcu <= most,
            "{used:?}"
        );
    }
}

#[tokio::test]
async fn the_sample_event_follows_a_topic() {
    let (world, ana, _) = begin().await;
    let event = include_str!("../../../events/engagement-follow-topic.json");
    let event = event.replace("TOKEN", &ana.token);
    let request: lambda_http::Request = lambda_http::request::from_str(&event).unwrap();
    let router = engagement::router(&world.context());
    let Ok(response) = router.oneshot(request).await;
    assert_eq!(response.status(), 204);
    let interests = profile(&world, &ana).await.interests;
    assert!(interests.iter().any(|topic| topic.as_str() == "tea"));
}
