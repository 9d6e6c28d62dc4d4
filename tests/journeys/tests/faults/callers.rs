//! Publishing, following and smiling: an app that asks again until it is answered does what it
//! asked for once, and every count is exact.

use std::collections::BTreeSet;

use domain::{engagement::Count, feeds::HashRange, ids::PostId};
use futures::future::join_all;
use harness::{Answer, Faults, Http, Member, Request, World};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};

use crate::{Met, TRANSACTIONS, engine::Engine, is_open, timeline, user};

/// An app whose requests are worked on by instances that meet faults.
pub(crate) struct Caller {
    pub(crate) faults: Faults,
    pub(crate) posting: Http,
    pub(crate) engagement: Http,
    pub(crate) feed: Http,
}

impl Caller {
    pub(crate) fn new(world: &World, seed: u64) -> Self {
        let faults = Faults::seeded(seed);
        let context = faults.attach(&world.context());
        Self {
            faults,
            posting: world.serve(posting::router(&context)),
            engagement: world.serve(engagement::router(&context)),
            feed: world.serve(feed::router(&context)),
        }
    }

    /// Asks until there is an answer: a killed instance gives none, a busy one says "later", and
    /// neither is ever taken for a fault of ours.
    pub(crate) async fn ask(&self, request: &Request) -> Answer {
        for _ in 0..100 {
            match self.faults.run(request.clone().send()).await {
                Some(answer) if answer.status == 503 => {}
                Some(answer) => return answer,
                None => {}
            }
        }
        panic!("no answer, however often it was asked for")
    }
}

pub(crate) fn met(callers: &[Caller]) -> Met {
    let mut sum = Met::default();
    for caller in callers {
        sum.add(&Met::of(&caller.faults));
    }
    sum
}

/// Two members who post, and three who follow and smile, each with an app of their own.
async fn people(world: &World, seed: u64) -> (Vec<Member>, Vec<(Member, Caller)>) {
    let mut authors = Vec::new();
    for sub in ["ana", "ben"] {
        authors.push(world.member(sub).prime().await);
    }
    let mut readers = Vec::new();
    for (index, sub) in (0..).zip(["cleo", "dan", "eve"]) {
        let caller = Caller::new(world, seed * 10 + index);
        readers.push((world.member(sub).prime().await, caller));
    }
    (authors, readers)
}

/// Publishes with a key, on a double tap: both taps are told of the same post.
async fn publish(apps: &[Caller], author: &Member, key: &str, body: &Value) -> PostId {
    let taps = apps.iter().map(async |app| {
        let request = app.posting.post("/v1/posts").token(&author.token);
        let request = request.header("idempotency-key", key).json(body.clone());
        app.ask(&request).await
    });
    let answers = join_all(taps).await;
    let mut made = BTreeSet::new();
    for answer in answers {
        assert_eq!(answer.status, 201, "{:?}", answer.json());
        let id = answer.json()["id"].as_str().map(str::parse);
        made.insert(id.expect("an id").expect("a post's id"));
    }
    assert_eq!(made.len(), 1, "one request made {made:?}");
    made.pop_first().expect("a post")
}

async fn publishes(seed: u64) -> Met {
    let world = World::contended().await;
    let ana = world.member("ana").prime().await;
    world.member("cleo").await;
    world.follow("cleo", "ana").await;
    let photo = world.ready_photo("ana").await;
    let apps = [
        Caller::new(&world, 2 * seed),
        Caller::new(&world, 2 * seed + 1),
    ];
    let bodies = [
        json!({"kind": "story", "text": "Light", "topics": ["cats"]}),
        json!({"kind": "photo", "photos": [{"id": photo.id}], "topics": ["cats"]}),
        json!({"kind": "story", "text": "To be taken back", "topics": ["photography"]}),
    ];
    let mut made = Vec::new();
    for (index, body) in bodies.into_iter().enumerate() {
        made.push(publish(&apps, &ana, &format!("tap-{index}"), &body).await);
    }
    let gone = made[2];
    let delete = apps[0].posting.delete(&format!("/v1/posts/{gone}"));
    let answer = apps[0].ask(&delete.token(&ana.token)).await;
    // 404 when the answer to the first try was lost.
    assert!([204, 404].contains(&answer.status.as_u16()), "{answer:?}");
    let kept: BTreeSet<_> = made[..2].iter().copied().collect();

    let store = world.store();
    let (listed, _) = store.posts_by(&ana.id, None, 10).await.expect("a list");
    let listed: Vec<_> = listed.iter().map(|entry| entry.at.post).collect();
    assert_eq!(listed.len(), 2);
    assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), kept);
    assert_eq!(store.member(&ana.id).await.expect("ana").posts, 2);
    let claimed = store.photo(photo.id).await.expect("the table answers");
    assert_eq!(claimed.and_then(|photo| photo.post), Some(made[1]));
    assert_eq!(is_open(&world).await, kept);

    let mut engine = Engine::new(&world, seed);
    engine.settle().await;
    let delivered = timeline(&world, &user("cleo")).await;
    assert!(
        kept.iter().all(|post| delivered.contains(post)),
        "{delivered:?}"
    );
    assert_eq!(is_open(&world).await, BTreeSet::new());
    met(&apps)
}

async fn follows(seed: u64) -> Met {
    let world = World::contended().await;
    let (authors, readers) = people(&world, seed).await;
    let follows = join_all((0..).zip(&readers).map(async |(index, (reader, caller))| {
        let mut random = StdRng::seed_from_u64(seed * 10 + index);
        let mut follows = BTreeSet::new();
        for _ in 0..5 {
            let author = &authors[random.random_range(0..authors.len())];
            let path = format!("/v1/users/{}/follow", author.handle);
            let request = if random.random_ratio(2, 3) {
                follows.insert(author.id.clone());
                caller.engagement.put(&path)
            } else {
                follows.remove(&author.id);
                caller.engagement.delete(&path)
            };
            let answer = caller.ask(&request.token(&reader.token)).await;
            assert_eq!(answer.status, 204, "{:?}", answer.json());
        }
        follows
    }))
    .await;

    let store = world.store();
    for ((reader, _), follows) in readers.iter().zip(&follows) {
        let profile = world.profile(&reader.id).await;
        assert_eq!(profile.following, follows.len() as u64, "{}", reader.id);
        assert_eq!(store.followees(&reader.id).await.expect("edges"), *follows);
        let own = store.own(&reader.id).await.expect("a member");
        assert_eq!(own.following, follows.iter().cloned().collect());
    }
    for author in &authors {
        let fans = store.fans_between(&author.id, HashRange::WHOLE, world.now());
        let fans: BTreeSet<_> = fans.await.expect("fans").into_iter().collect();
        let expected = readers.iter().zip(&follows);
        let expected = expected.filter(|(_, follows)| follows.contains(&author.id));
        let expected: BTreeSet<_> = expected.map(|((reader, _), _)| reader.id.clone()).collect();
        assert_eq!(fans, expected, "{}", author.id);
        let profile = world.profile(&author.id).await;
        assert_eq!(profile.followers, fans.len() as u64, "{}", author.id);
    }
    met(&readers
        .into_iter()
        .map(|(_, caller)| caller)
        .collect::<Vec<_>>())
}

async fn smiles(seed: u64) -> Met {
    let world = World::contended().await;
    let (authors, readers) = people(&world, seed).await;
    let mut posts = Vec::new();
    for author in &authors {
        posts.push(world.published_post(&author.handle).await.id);
    }
    let smiles = join_all((0..).zip(&readers).map(async |(index, (reader, caller))| {
        let mut random = StdRng::seed_from_u64(seed * 10 + index);
        let mut smiles = BTreeSet::new();
        for _ in 0..5 {
            let post = posts[random.random_range(0..posts.len())];
            let path = format!("/v1/posts/{post}/smile");
            let request = if random.random_ratio(2, 3) {
                smiles.insert(post);
                caller.engagement.put(&path)
            } else {
                smiles.remove(&post);
                caller.engagement.delete(&path)
            };
            let answer = caller.ask(&request.token(&reader.token)).await;
            assert_eq!(answer.status, 204, "{:?}", answer.json());
        }
        smiles
    }))
    .await;

    let store = world.store();
    for ((reader, _), smiles) in readers.iter().zip(&smiles) {
        let acts = store.acts_at_each(&reader.id, posts.iter().copied()).await;
        let acts = acts.expect("acts").into_iter();
        let smiled = acts.filter(|(_, acts)| acts.smile.is_some());
        let smiled: BTreeSet<_> = smiled.map(|(post, _)| post).collect();
        assert_eq!(smiled, *smiles);
    }
    for post in &posts {
        let smiled = smiles.iter().filter(|smiles| smiles.contains(post)).count();
        assert_eq!(world.counted(*post, Count::Smiles).await, smiled as u64);
    }
    met(&readers
        .into_iter()
        .map(|(_, caller)| caller)
        .collect::<Vec<_>>())
}

#[tokio::test]
async fn a_post_is_made_once_and_reaches_its_readers_whatever_fails() {
    Box::pin(crate::over_seeds(0..30, publishes, TRANSACTIONS)).await;
}

#[tokio::test]
async fn follows_are_counted_once_whatever_fails() {
    crate::over_seeds(0..30, follows, TRANSACTIONS).await;
}

#[tokio::test]
async fn smiles_are_counted_once_whatever_fails() {
    crate::over_seeds(0..30, smiles, TRANSACTIONS).await;
}
