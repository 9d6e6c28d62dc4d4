//! Blocking and muting people, and hiding posts (ENGAGEMENT 20-23).

use domain::ids::PostId;
use futures::future::join_all;
use harness::{Http, Member, World};
use serde_json::Value;

use crate::{begin, metered, profile};

/// Every function that shows something, at one world.
struct App {
    engagement: Http,
    onboarding: Http,
    posting: Http,
    feed: Http,
}

impl App {
    fn of(world: &World) -> Self {
        let context = world.context();
        Self {
            engagement: world.serve(engagement::router(&context)),
            onboarding: world.serve(onboarding::router(&context)),
            posting: world.serve(posting::router(&context)),
            feed: world.serve(feed::router(&context)),
        }
    }

    /// Whether Ben finds each of these things of Ana's: her profile, her post, her posts, her followers, her post on a
    /// wall, in his feed, herself among those whom Cleo follows, and suggested.
    async fn finds(&self, world: &World, ben: &Member, post: PostId) -> [bool; 8] {
        let path = |path: &str| path.to_owned();
        let there = async |http: &Http, path: String| {
            let answer = http.get(&path).token(&ben.token).send().await;
            assert!([200, 404].contains(&answer.status.as_u16()), "{path}");
            answer.status == 200
        };
        let listed = async |http: &Http, path: &str, pointer: &str, id: String| {
            let page = http.get(path).token(&ben.token).send().await;
            let page = page.expect(200).json();
            let items = page["items"].as_array().unwrap().clone();
            items
                .iter()
                .any(|item| item.pointer(pointer) == Some(&Value::from(id.as_str())))
        };
        let (ana, topic) = (harness::user("ana").to_string(), topic(world, post).await);
        [
            there(&self.onboarding, path("/v1/users/ana")).await,
            there(&self.posting, format!("/v1/posts/{post}")).await,
            there(&self.posting, path("/v1/users/ana/posts")).await,
            there(&self.engagement, path("/v1/users/ana/followers")).await,
            listed(
                &self.feed,
                &format!("/v1/topics/{topic}/posts"),
                "/post/id",
                post.to_string(),
            )
            .await,
            listed(&self.feed, "/v1/feed", "/post/id", post.to_string()).await,
            listed(
                &self.engagement,
                "/v1/users/cleo/following",
                "/id",
                ana.clone(),
            )
            .await,
            listed(&self.onboarding, "/v1/people/suggested", "/user/id", ana).await,
        ]
    }
}

async fn topic(world: &World, post: PostId) -> String {
    let post = world.store().post_now(post).await.unwrap().unwrap();
    post.topics[0].to_string()
}

/// Ana with a post on a wall and in Ben's feed, whom Cleo follows.
async fn street() -> (World, Member, Member, PostId, App) {
    let (world, ana, _) = begin().await;
    let ben = world.member("ben").prime().await;
    world.member("cleo").await;
    world.follow("cleo", "ana").await;
    let post = world.published_post("ana").await;
    let entry = domain::feeds::Entry::of(&post).unwrap();
    world
        .store()
        .put_on_topics(entry.at, &post.topics)
        .await
        .unwrap();
    let app = App::of(&world);
    (world, ana, ben, post.id, app)
}

const ALL: [bool; 8] = [true; 8];
const NOTHING: [bool; 8] = [false; 8];

#[tokio::test]
async fn neither_of_two_sees_anything_of_the_other_from_a_block_on_until_it_is_taken_away() {
    for by_ben in [true, false] {
        let (world, ana, ben, post, app) = street().await;
        assert_eq!(app.finds(&world, &ben, post).await, ALL);
        let (path, token) = if by_ben {
            ("/v1/users/ANA/block", &ben.token)
        } else {
            ("/v1/users/ben/block", &ana.token)
        };
        for _ in 0..2 {
            let block = app.engagement.put(path).token(token);
            block.send().await.expect(204);
        }
        assert_eq!(app.finds(&world, &ben, post).await, NOTHING, "{by_ben}");
        // What they would do at each other's things is a 404 for both.
        for (method, path) in [
            ("PUT", format!("/v1/posts/{post}/smile")),
            ("DELETE", format!("/v1/posts/{post}/smile")),
            ("PUT", format!("/v1/posts/{post}/hide")),
            ("PUT", "/v1/users/ana/follow".to_owned()),
            ("DELETE", "/v1/users/ana/follow".to_owned()),
            ("PUT", "/v1/users/ana/mute".to_owned()),
        ] {
            let request = match method {
                "PUT" => app.engagement.put(&path),
                _ => app.engagement.delete(&path),
            };
            let refused = request.token(&ben.token).send().await;
            assert_eq!(refused.expect(404).problem(), "not-found", "{path}");
        }
        let back = app.engagement.put("/v1/users/ben/follow");
        back.token(&ana.token).send().await.expect(404);
        let delete = app.posting.delete(&format!("/v1/posts/{post}"));
        delete.token(&ben.token).send().await.expect(404);
        // Who blocked is told to who did alone.
        for (who, blocks) in [(&ben, by_ben), (&ana, !by_ben)] {
            let mine = app.engagement.get("/v1/me/blocks").token(&who.token);
            let mine = mine.send().await.expect(200).json();
            assert_eq!(mine["items"].as_array().unwrap().len(), usize::from(blocks));
        }
        for _ in 0..2 {
            let unblock = app.engagement.delete(path).token(token);
            unblock.send().await.expect(204);
        }
        assert_eq!(app.finds(&world, &ben, post).await, ALL);
    }
}

#[tokio::test]
async fn each_sides_block_stands_alone() {
    let (world, ana, ben, post, app) = street().await;
    for (path, who) in [("/v1/users/ana/block", &ben), ("/v1/users/ben/block", &ana)] {
        // Who blocked one can be blocked, and unblocked, by handle.
        app.engagement
            .put(path)
            .token(&who.token)
            .send()
            .await
            .expect(204);
    }
    let unblock = app
        .engagement
        .delete("/v1/users/ana/block")
        .token(&ben.token);
    unblock.send().await.expect(204);
    assert_eq!(app.finds(&world, &ben, post).await, NOTHING);
    let unblock = app
        .engagement
        .delete("/v1/users/ben/block")
        .token(&ana.token);
    unblock.send().await.expect(204);
    assert_eq!(app.finds(&world, &ben, post).await, ALL);
}

#[tokio::test]
async fn a_block_undoes_follows_both_ways_and_nothing_brings_them_back() {
    let (world, ana, ben, _, app) = street().await;
    world.follow("ben", "ana").await;
    world.follow("ana", "ben").await;
    app.engagement
        .put("/v1/users/ana/block")
        .token(&ben.token)
        .send()
        .await
        .expect(204);
    let counts = async |who: &Member| {
        let profile = profile(&world, who).await;
        (profile.followers, profile.following)
    };
    // Cleo's follow stays.
    assert_eq!((counts(&ana).await, counts(&ben).await), ((1, 0), (0, 0)));
    app.engagement
        .delete("/v1/users/ana/block")
        .token(&ben.token)
        .send()
        .await
        .expect(204);
    assert_eq!((counts(&ana).await, counts(&ben).await), ((1, 0), (0, 0)));
    assert!(!world.store().is_following(&ben.id, &ana.id).await.unwrap());
    app.engagement
        .put("/v1/users/ana/follow")
        .token(&ben.token)
        .send()
        .await
        .expect(204);
    assert_eq!((counts(&ana).await, counts(&ben).await), ((2, 0), (0, 1)));
}

#[tokio::test]
async fn of_a_follow_and_a_block_at_once_no_follow_is_left() {
    for round in 0..8 {
        let (world, ana, http) = begin().await;
        let ben = world.member("ben").await;
        let follow = http.put("/v1/users/ana/follow").token(&ben.token).send();
        let block = http.put("/v1/users/ben/block").token(&ana.token).send();
        let (followed, blocked) = futures::join!(follow, block);
        blocked.expect(204);
        assert!([204, 404].contains(&followed.status.as_u16()), "{round}");
        assert!(!world.store().is_following(&ben.id, &ana.id).await.unwrap());
        let (ana, ben) = (profile(&world, &ana).await, profile(&world, &ben).await);
        assert_eq!((ana.followers, ben.following), (0, 0), "{round}");
    }
}

#[tokio::test]
async fn whom_one_mutes_one_does_not_come_across_and_still_finds() {
    let (world, ana, ben, post, app) = street().await;
    for _ in 0..2 {
        app.engagement
            .put("/v1/users/ana/mute")
            .token(&ben.token)
            .send()
            .await
            .expect(204);
    }
    assert_eq!(
        app.finds(&world, &ben, post).await,
        [true, true, true, true, false, false, true, false]
    );
    let mutes = app
        .engagement
        .get("/v1/me/mutes")
        .token(&ben.token)
        .send()
        .await;
    let mutes = mutes.expect(200).json();
    assert_eq!(mutes["items"][0]["id"], ana.id.to_string());
    // Acting on what is theirs works, and they see nothing of it.
    let smile = app.engagement.put(&format!("/v1/posts/{post}/smile"));
    smile.token(&ben.token).send().await.expect(204);
    let mine = app
        .engagement
        .get("/v1/me/mutes")
        .token(&ana.token)
        .send()
        .await;
    assert_eq!(mine.expect(200).json()["items"], serde_json::json!([]));
    for _ in 0..2 {
        app.engagement
            .delete("/v1/users/ana/mute")
            .token(&ben.token)
            .send()
            .await
            .expect(204);
    }
    assert_eq!(app.finds(&world, &ben, post).await, ALL);
}

#[tokio::test]
async fn a_post_that_one_hides_is_out_of_feed_and_walls_and_there_by_its_address() {
    let (world, _, ben, post, app) = street().await;
    let path = format!("/v1/posts/{post}/hide");
    for _ in 0..2 {
        app.engagement
            .put(&path)
            .token(&ben.token)
            .send()
            .await
            .expect(204);
    }
    assert_eq!(
        app.finds(&world, &ben, post).await,
        [true, true, true, true, false, false, true, true]
    );
    for _ in 0..2 {
        app.engagement
            .delete(&path)
            .token(&ben.token)
            .send()
            .await
            .expect(204);
    }
    assert_eq!(app.finds(&world, &ben, post).await, ALL);
}

#[tokio::test]
async fn nobody_blocks_or_mutes_themselves_and_nobody_is_no_handle() {
    let (_world, ana, http) = begin().await;
    for what in ["block", "mute"] {
        for (handle, status) in [("Ana", 422), ("nobody", 404), ("x", 404)] {
            let path = format!("/v1/users/{handle}/{what}");
            for request in [http.put(&path), http.delete(&path)] {
                request.token(&ana.token).send().await.expect(status);
            }
        }
    }
}

#[tokio::test]
async fn six_hundred_blocks_lie_in_pages_and_hold_as_well() {
    let (world, ana, http) = begin().await;
    let store = world.store();
    let mut others = Vec::new();
    for n in 0..600 {
        others.push(harness::user(&format!("other{n}")));
    }
    let profiles: Vec<_> = (0..600)
        .zip(&others)
        .map(|(n, id)| {
            let handle = domain::people::Handle::parse(&format!("other{n}")).unwrap();
            let interests = ana.profile.interests.clone();
            domain::people::Profile::new(id.clone(), handle, "Other".into(), interests, world.now())
        })
        .collect();
    store
        .load_people(&profiles, &[], world.now())
        .await
        .unwrap();
    for other in &others {
        store.block(&ana.id, other, world.now()).await.unwrap();
    }
    let rules = store.rules(&ana.id).await.unwrap();
    assert_eq!(rules.blocks.len(), 600);
    assert!(others.iter().all(|other| rules.part_from(other)));
    // All of them are listed, page by page.
    let (mut seen, mut cursor) = (0, String::new());
    loop {
        let path = format!("/v1/me/blocks?limit=100{cursor}");
        let page = http
            .get(&path)
            .token(&ana.token)
            .send()
            .await
            .expect(200)
            .json();
        seen += page["items"].as_array().unwrap().len();
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, 600);
    for path in ["/v1/users/other7/block", "/v1/users/other599/block"] {
        http.delete(path).token(&ana.token).send().await.expect(204);
    }
    let rules = store.rules(&ana.id).await.unwrap();
    assert_eq!(rules.blocks.len(), 598);
    assert!(!rules.part_from(&others[7]) && !rules.part_from(&others[599]));
}

#[tokio::test]
async fn two_whose_rules_have_just_filled_one_item_block_each_other() {
    let (world, ana, http) = begin().await;
    let ben = world.member("ben").await;
    let store = world.store();
    // Who is muted need not be there: their hash stands in the rules, as a blocked person's does.
    let fill = async |who: &Member| {
        for n in 0..500 {
            let other = harness::user(&format!("other{n}"));
            let muted = store.mute(&who.id, &other, Some(world.now()));
            muted.await.unwrap();
        }
    };
    futures::join!(fill(&ana), fill(&ben));
    let block = http.put("/v1/users/ben/block").token(&ana.token);
    block.send().await.expect(204);
    for (who, other) in [(&ana, &ben), (&ben, &ana)] {
        let rules = store.rules(&who.id).await.unwrap();
        assert!(rules.part_from(&other.id) && rules.mutes.len() == 500);
        assert_eq!(rules.version, profile(&world, who).await.version);
    }
}

#[tokio::test]
async fn people_who_block_each_other_at_once_all_do() {
    let (world, ana, http) = begin().await;
    let mut people = vec![ana];
    for n in 0..5 {
        people.push(world.member(&format!("p{n}")).await);
    }
    let pairs = people
        .iter()
        .flat_map(|who| people.iter().map(move |whom| (who, whom)));
    let blocks = pairs
        .filter(|(who, whom)| who.id != whom.id)
        .map(|(who, whom)| {
            let path = format!("/v1/users/{}/block", whom.handle);
            http.put(&path).token(&who.token).send()
        });
    for answer in join_all(blocks).await {
        answer.expect(204);
    }
    for who in &people {
        let rules = world.store().rules(&who.id).await.unwrap();
        assert_eq!((rules.blocks.len(), rules.blocked_by.len()), (5, 5));
        assert_eq!(rules.version, profile(&world, who).await.version);
    }
}

#[tokio::test]
async fn blocking_and_muting_cost_what_they_may() {
    let (world, _, _) = begin().await;
    let ben = world.member("ben").await;
    let (http, meter) = metered(&world);
    let post = world.published_post("ana").await.id;
    meter.take();
    for (path, rcu, wcu) in [
        (format!("/v1/posts/{post}/hide"), 3.0, 8.0),
        ("/v1/users/ana/mute".to_owned(), 3.0, 4.0),
        ("/v1/users/ana/block".to_owned(), 6.0, 10.0),
    ] {
        http.put(&path).token(&ben.token).send().await.expect(204);
        let used = meter.take();
        assert!(used.rcu <= rcu && used.wcu <= wcu, "{path}: {used:?}");
    }
}
