//! Comments, their deletion, accepted answers and votes: whatever is killed or lost, each is made once, and counts,
//! pointers and what is earned agree.

use domain::{
    engagement::Count,
    ids::{CommentId, PostId},
    posts::PostKind,
};
use futures::future::join_all;
use harness::{Answer, Fault, Faults, Http, Member, Request, World, sqs_event};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};
use shared::queue::messages::{RollupMessage, Voted};

use crate::{
    Met, TRANSACTIONS,
    callers::{Caller, met},
};

/// No deed makes so many calls.
const CALLS: usize = 12;

async fn question(world: &World) -> PostId {
    let post = world.published_post("ana");
    post.with(|post| post.kind = PostKind::Question).await.id
}

fn id(answer: &Answer) -> String {
    let id = answer.json()["id"].as_str().map(str::to_owned);
    id.expect("an id")
}

/// How many answers of theirs are accepted, by what they earn.
async fn earned(world: &World, who: &Member) -> i64 {
    let context = world.context();
    let key = shared::keys::badge(&who.id).attributes();
    let get = context.dynamodb.get_item().set_key(Some(key));
    let get = get.table_name(context.config.table()).send().await;
    let item = get.expect("an answer").item.unwrap_or_default();
    let answers = item.get("answers").and_then(|answers| answers.as_n().ok());
    answers.map_or(0, |answers| answers.parse().expect("a number"))
}

/// Asks an instance that is killed after so many calls, and then one that is not, twice.
async fn killed(world: &World, calls: usize, ask: impl Fn(&Http) -> Request) -> [Answer; 2] {
    let faults = Faults::after(calls, Fault::Killed);
    let http = world.serve(engagement::router(&faults.attach(&world.context())));
    // Whether it was answered before it was killed does not matter.
    drop(faults.run(ask(&http).send()).await);
    let http = world.serve(engagement::router(&world.context()));
    [ask(&http).send().await, ask(&http).send().await]
}

#[tokio::test]
async fn a_comment_that_was_killed_after_any_call_is_made_once() {
    for calls in 0..CALLS {
        let world = World::new().await;
        let ana = world.member("ana").prime().await;
        let post = question(&world).await;
        let path = format!("/v1/posts/{post}/comments");
        let answers = killed(&world, calls, |http| {
            let say = http.post(&path).token(&ana.token);
            let say = say.header("idempotency-key", "one");
            say.json(json!({"text": "Once"}))
        });
        let ids = answers.await.map(|answer| id(&answer.expect(201)));
        assert_eq!(ids[0], ids[1], "{calls}");
        assert_eq!(world.counted(post, Count::Comments).await, 1, "{calls}");
        let (all, _) = world
            .store()
            .comments_of(post, None, 10)
            .await
            .expect("them");
        assert_eq!(all.len(), 1, "{calls}");
    }
}

#[tokio::test]
async fn what_was_killed_while_it_accepted_or_took_back_is_done_once() {
    for calls in 0..CALLS {
        let world = World::new().await;
        let ana = world.member("ana").prime().await;
        let ben = world.member("ben").prime().await;
        let post = question(&world).await;
        let http = world.serve(engagement::router(&world.context()));
        let say = http.post(&format!("/v1/posts/{post}/comments"));
        let say = say.token(&ben.token).json(json!({"text": "So"}));
        let said = id(&say.send().await.expect(201));
        let path = format!("/v1/comments/{said}/accepted");
        let accepted = killed(&world, calls, |http| http.put(&path).token(&ana.token)).await;
        for answer in accepted {
            answer.expect(204);
        }
        assert_eq!(earned(&world, &ben).await, 1, "{calls}");
        let path = format!("/v1/comments/{said}");
        let deleted = killed(&world, calls, |http| http.delete(&path).token(&ben.token)).await;
        assert!([204, 404].contains(&deleted[0].status.as_u16()));
        assert_eq!(deleted[1].status, 404);
        let stored = world
            .store()
            .post_now(post)
            .await
            .expect("it")
            .expect("a post");
        assert_eq!((stored.accepted, stored.comments), (None, 0), "{calls}");
        assert_eq!(earned(&world, &ben).await, 0, "{calls}");
    }
}

#[tokio::test]
async fn a_vote_that_changed_is_what_comments_say_whenever_the_worker_was_killed() {
    for calls in 0..CALLS {
        let world = World::new().await;
        let ana = world.member("ana").prime().await;
        let http = world.serve(posting::router(&world.context()));
        let poll = json!({"question": "?", "options": [{"text": "a"}, {"text": "b"}]});
        let poll = http
            .post("/v1/posts")
            .token(&ana.token)
            .json(json!({"kind": "poll", "poll": poll}));
        let post: PostId = id(&poll.send().await.expect(201)).parse().expect("an id");
        let http = world.serve(engagement::router(&world.context()));
        for _ in 0..3 {
            let say = http.post(&format!("/v1/posts/{post}/comments"));
            say.token(&ana.token)
                .json(json!({"text": "!"}))
                .send()
                .await
                .expect(201);
        }
        let vote = http
            .put(&format!("/v1/posts/{post}/vote"))
            .token(&ana.token);
        vote.json(json!({"option": "2"})).send().await.expect(200);
        let user = ana.id.clone();
        let message = RollupMessage::Voted(Voted { user, post });
        let message = serde_json::to_string(&message).expect("JSON");
        let faults = Faults::after(calls, Fault::Killed);
        for context in [
            faults.attach(&world.context()),
            world.context(),
            world.context(),
        ] {
            let app = rollup::App::new(&context);
            let event = sqs_event(&[&message]);
            let taken = faults.run(rollup::handle(&app, event)).await;
            faults.calm();
            if let Some(taken) = taken {
                assert!(taken.batch_item_failures.is_empty(), "{taken:?}");
            }
        }
        let (all, _) = world
            .store()
            .comments_of(post, None, 10)
            .await
            .expect("them");
        assert!(
            all.len() == 3 && all.iter().all(|said| said.voted == Some(1)),
            "{calls}: {all:?}"
        );
    }
}

/// Comments, answers and deletions by three, at instances that meet faults.
async fn talk(seed: u64) -> Met {
    let world = World::contended().await;
    world.member("ana").prime().await;
    let post = question(&world).await;
    let mut people = Vec::new();
    for (index, sub) in (0..).zip(["ben", "cleo", "dan"]) {
        let caller = Caller::new(&world, seed * 10 + index);
        people.push((world.member(sub).prime().await, caller));
    }
    let path = format!("/v1/posts/{post}/comments");
    let lefts = join_all((0..).zip(&people).map(async |(index, (who, caller))| {
        let mut random = StdRng::seed_from_u64(seed * 10 + index);
        let mut left: Vec<String> = Vec::new();
        for turn in 0..5 {
            if !left.is_empty() && random.random_ratio(1, 3) {
                let gone = left.swap_remove(random.random_range(0..left.len()));
                let delete = caller.engagement.delete(&format!("/v1/comments/{gone}"));
                let answer = caller.ask(&delete.token(&who.token)).await;
                // 404 when the answer to the first try was lost.
                assert!([204, 404].contains(&answer.status.as_u16()), "{answer:?}");
                continue;
            }
            let mut body = json!({"text": format!("{turn}")});
            let mut tops = left.iter().rev().filter(|id| id.len() == 52);
            if let Some(top) = tops.next().filter(|_| turn % 2 == 1) {
                body["reply_to"] = Value::from(top.as_str());
            }
            let say = caller.engagement.post(&path).token(&who.token);
            let say = say.header("idempotency-key", &format!("{turn}")).json(body);
            let answer = caller.ask(&say).await;
            left.push(id(&answer.expect(201)));
        }
        left
    }))
    .await;
    let left: Vec<CommentId> = lefts
        .iter()
        .flatten()
        .map(|id| id.parse().expect("an id"))
        .collect();
    assert_eq!(
        world.counted(post, Count::Comments).await,
        left.len() as u64
    );
    let (all, _) = world
        .store()
        .comments_of(post, None, 100)
        .await
        .expect("them");
    let mut stand: Vec<_> = all
        .iter()
        .filter(|said| said.stands())
        .map(|said| said.id)
        .collect();
    for top in &all {
        let (replies, _) = world
            .store()
            .replies_to(top.id, None, 100)
            .await
            .expect("them");
        assert!(
            top.stands() || !replies.is_empty() || top.heat().is_hot(),
            "{top:?}"
        );
        stand.extend(replies.iter().map(|said| said.id));
    }
    let (stand, left): (std::collections::BTreeSet<_>, _) =
        (stand.into_iter().collect(), left.into_iter().collect());
    assert_eq!(stand, left);
    met(&people
        .into_iter()
        .map(|(_, caller)| caller)
        .collect::<Vec<_>>())
}

#[tokio::test]
async fn what_is_said_and_taken_back_is_counted_once_whatever_fails() {
    crate::over_seeds(0..30, talk, TRANSACTIONS).await;
}
