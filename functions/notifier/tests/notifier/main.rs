//! The notifier over a real table.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, and says what it stood on"
)]

mod crowds;
mod decided;
mod failing;
mod telling;

use aws_lambda_events::sqs::SqsBatchResponse;
use domain::{
    engagement::NoticeKind,
    ids::{PostId, UserId},
    people::Notify,
};
use harness::{World, sqs_event};
use notifier::{App, handle};
use shared::queue::messages::{ActKind, Acted, NotifierMessage};

const ALL_ON: Notify = Notify {
    posts: true,
    replies: true,
    follows: true,
};

fn user(sub: &str) -> UserId {
    harness::user(sub)
}

fn body(acted: Acted) -> String {
    serde_json::to_string(&NotifierMessage::Acted(acted)).unwrap()
}

/// A message of what somebody did at a post, or took back.
fn at_post(world: &World, kind: ActKind, who: &str, post: PostId) -> String {
    body(Acted {
        kind,
        actor: user(who),
        subject: post.to_string(),
        owner: None,
        handle: None,
        at: world.now(),
    })
}

fn smile(world: &World, who: &str, post: PostId) -> String {
    at_post(world, ActKind::Smile, who, post)
}

/// A message of a follow, or of its end.
fn follow(world: &World, who: &str, whom: &str) -> String {
    body(Acted {
        kind: ActKind::Follow,
        actor: user(who),
        subject: user(whom).to_string(),
        owner: Some(user(whom)),
        handle: None,
        at: world.now(),
    })
}

/// A message of a mention in a post, or of its end.
fn mention(world: &World, who: &str, post: PostId, handle: &str) -> String {
    body(Acted {
        kind: ActKind::Mention,
        actor: user(who),
        subject: post.to_string(),
        owner: None,
        handle: Some(handle.to_owned()),
        at: world.now(),
    })
}

/// Works off a batch without a fault.
async fn work(world: &World, bodies: &[String]) {
    let response = handle(&App::new(&world.context()), sqs_event(bodies)).await;
    assert_eq!(failed(&response), Vec::<String>::new());
}

fn failed(response: &SqsBatchResponse) -> Vec<String> {
    let failures = response.batch_item_failures.iter();
    let mut failed: Vec<_> = failures
        .map(|failure| failure.item_identifier.clone())
        .collect();
    failed.sort();
    failed
}

/// Ana, who wants to be told of all, and a post of hers; and these others.
async fn street(others: &[&str]) -> (World, PostId) {
    let world = World::new().await;
    world.member("ana").await;
    world.switch(&user("ana"), ALL_ON).await;
    for sub in others {
        world.member(sub).await;
    }
    let post = world.published_post("ana").await.id;
    (world, post)
}

/// Somebody smiles, and it is worked off.
async fn smiled(world: &World, who: &str, post: PostId) {
    world.smile(&user(who), post).await;
    work(world, &[smile(world, who, post)]).await;
}

/// What Ana is told, newest first: of what kind, of how many, and who they are.
async fn told(world: &World) -> Vec<(NoticeKind, u64, Vec<UserId>)> {
    let inbox = world.inbox(&user("ana")).await.into_iter();
    let told = inbox.map(|notice| (notice.kind, notice.n, notice.newest));
    told.collect()
}

/// Smiles of these people, as Ana is told of them.
fn smiles(people: &[&str]) -> Vec<(NoticeKind, u64, Vec<UserId>)> {
    let newest: Vec<_> = people.iter().map(|sub| user(sub)).collect();
    vec![(NoticeKind::Smile, newest.len() as u64, newest)]
}

fn nothing() -> Vec<(NoticeKind, u64, Vec<UserId>)> {
    Vec::new()
}
