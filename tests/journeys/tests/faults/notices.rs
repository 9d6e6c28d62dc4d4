//! Inboxes: whatever fails, whoever is killed and in whatever order it is told, in the end an inbox tells of just those
//! who did something that stands, each once.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    engagement::{NoticeKind, Subject},
    ids::{PostId, UserId},
    people::Notify,
    posts::Post,
};
use harness::World;
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use shared::store::Uploads;

use crate::{Met, TRANSACTIONS, engine::Engine, user};

const AUTHORS: [&str; 2] = ["ana", "ben"];
const OTHERS: [&str; 4] = ["cleo", "dan", "eve", "fay"];

/// Whom each is to be told of, at what.
type Told = BTreeMap<(UserId, NoticeKind, Subject), BTreeSet<UserId>>;

/// What stands of what people did.
#[derive(Default)]
struct Stands {
    posts: Vec<Post>,
    smiles: BTreeSet<(UserId, PostId)>,
    follows: BTreeSet<(UserId, UserId)>,
}

impl Stands {
    fn told(&self) -> Told {
        let mut told = Told::new();
        let mut add = |owner: &UserId, kind, subject, actor: &UserId| {
            let slot = (owner.clone(), kind, subject);
            told.entry(slot).or_default().insert(actor.clone());
        };
        for post in &self.posts {
            let subject = || Subject::Post(post.id);
            for (who, _) in self.smiles.iter().filter(|(_, at)| *at == post.id) {
                add(&post.author, NoticeKind::Smile, subject(), who);
            }
            for other in OTHERS.iter().filter(|other| post.text.contains(**other)) {
                add(&user(other), NoticeKind::Mention, subject(), &post.author);
            }
        }
        for (reader, author) in &self.follows {
            let subject = Subject::Person(author.clone());
            add(author, NoticeKind::Follow, subject, reader);
        }
        told
    }
}

/// Something that people do.
async fn act(world: &World, random: &mut StdRng, stands: &mut Stands) {
    let author = *AUTHORS.choose(random).expect("an author");
    let other = *OTHERS.choose(random).expect("another");
    let post = stands.posts.choose(random).map(|post| post.id);
    match (random.random_range(0..12), post) {
        (0..2, _) | (_, None) => {
            let text = format!("Hello @{other}");
            stands
                .posts
                .push(world.published_post(author).text(&text).await);
        }
        (2..6, Some(post)) => {
            world.smile(&user(other), post).await;
            stands.smiles.insert((user(other), post));
        }
        (6, Some(post)) => {
            world.take_back_smile(&user(other), post).await;
            stands.smiles.remove(&(user(other), post));
        }
        (7..9, _) => {
            world.follow(other, author).await;
            stands.follows.insert((user(other), user(author)));
        }
        (9, _) => {
            world.unfollow(&user(other), &user(author)).await;
            stands.follows.remove(&(user(other), user(author)));
        }
        (10, Some(id)) => {
            let post = world.store().post_now(id).await.expect("an answer");
            let post = post.expect("a post");
            let mut edited = post.clone();
            edited.text = format!("Hello again, @{other}");
            edited.edited_at = Some(world.now());
            let uploads = Uploads::default();
            let changed = world.store().change_post(&post, &edited, &uploads).await;
            assert!(changed.expect("an answer"));
            edited.edition += 1;
            let place = stands.posts.iter().position(|post| post.id == id);
            stands.posts[place.expect("its place")] = edited;
        }
        (_, Some(id)) => {
            let post = world.store().post_now(id).await.expect("an answer");
            let post = post.expect("a post");
            let gone = world.store().delete_post(&post.author, &post).await;
            assert!(gone.expect("an answer"));
            stands.posts.retain(|post| post.id != id);
        }
    }
}

/// What everybody is told, and that nobody is told of twice at one thing.
async fn told(world: &World) -> Told {
    let mut told = Told::new();
    for who in AUTHORS.iter().chain(&OTHERS) {
        for notice in world.inbox(&user(who)).await {
            assert_eq!(notice.n, notice.newest.len() as u64, "{notice:?}");
            let slot = (user(who), notice.kind, notice.subject);
            for actor in notice.newest {
                let new = told.entry(slot.clone()).or_default().insert(actor);
                assert!(new, "twice at {slot:?}");
            }
        }
    }
    told
}

async fn tells(seed: u64) -> Met {
    let world = World::contended().await;
    let mut random = StdRng::seed_from_u64(seed);
    for sub in AUTHORS.iter().chain(&OTHERS) {
        world.member(sub).await;
        let switches = Notify {
            posts: true,
            replies: true,
            follows: false,
        };
        world.switch(&user(sub), switches).await;
    }
    let mut stands = Stands::default();
    let mut engine = Engine::new(&world, seed);
    for _ in 0..random.random_range(10..25) {
        act(&world, &mut random, &mut stands).await;
        for _ in 0..random.random_range(0..3) {
            engine.step().await;
        }
        // Somebody reads their inbox, or a day passes: groups end.
        if random.random_ratio(1, 8) {
            let owner = user(AUTHORS.choose(&mut random).expect("an author"));
            if let Some(newest) = world.inbox(&owner).await.first() {
                let read = world.store().read_up_to(&owner, newest.id).await;
                read.expect("a member");
            }
        }
    }
    engine.settle().await;
    assert_eq!(told(&world).await, stands.told());
    Met::of(&engine.faults)
}

#[tokio::test]
async fn inboxes_tell_in_the_end_what_stands_whatever_fails() {
    crate::over_seeds(0..30, tells, TRANSACTIONS).await;
}

#[tokio::test]
async fn inboxes_tell_in_the_end_what_stands_whatever_else_fails() {
    crate::over_seeds(30..60, tells, TRANSACTIONS).await;
}
