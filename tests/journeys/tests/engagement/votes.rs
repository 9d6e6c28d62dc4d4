//! Voting in polls (ENGAGEMENT 16-18).

use domain::ids::PostId;
use futures::future::join_all;
use harness::{Member, World};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::{begin, metered};

/// A poll of Ana's with three options, open for a day.
async fn poll(world: &World, ana: &Member) -> PostId {
    let http = world.serve(posting::router(&world.context()));
    let closes_at = world.now() + SignedDuration::from_hours(24);
    let poll = json!({
        "question": "Which?", "options": [{"text": "a"}, {"text": "b"}, {"text": "c"}],
        "closes_at": closes_at.to_string(),
    });
    let post = http.post("/v1/posts").token(&ana.token);
    let post = post
        .json(json!({"kind": "poll", "poll": poll}))
        .send()
        .await;
    post.expect(201).json()["id"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap()
}

fn votes(poll: &Value) -> Vec<u64> {
    let options = poll["options"].as_array().unwrap().iter();
    options
        .map(|option| option["votes"].as_u64().unwrap())
        .collect()
}

#[tokio::test]
async fn a_vote_shows_the_results_and_may_be_changed_but_not_repeated() {
    let (world, ana, http) = begin().await;
    let (post, ben) = (poll(&world, &ana).await, world.member("ben").await);
    let path = format!("/v1/posts/{post}/vote");
    let vote = async |who: &Member, option: &str| {
        let vote = http.put(&path).token(&who.token);
        vote.json(json!({ "option": option }))
            .send()
            .await
            .expect(200)
            .json()
    };
    // Voting takes no Prime tier.
    let seen = vote(&ben, "2").await;
    assert_eq!((votes(&seen), &seen["voters"]), (vec![0, 1, 0], &json!(1)));
    assert_eq!(seen["options"][1]["share"], 1.0);
    assert_eq!(votes(&vote(&ben, "2").await), [0, 1, 0]);
    let seen = vote(&ben, "3").await;
    assert_eq!((votes(&seen), &seen["voters"]), (vec![0, 0, 1], &json!(1)));
    assert_eq!(votes(&vote(&ana, "1").await), [1, 0, 1]);

    let posting = world.serve(posting::router(&world.context()));
    let read = async |token: &str| {
        let post = posting.get(&format!("/v1/posts/{post}")).token(token);
        post.send().await.expect(200).json()
    };
    let mine = read(&ben.token).await;
    assert_eq!(mine["viewer"]["vote"], "3");
    assert_eq!(votes(&mine["poll"]), [1, 0, 1]);
    let cleo = world.member("cleo").await;
    let theirs = read(&cleo.token).await;
    assert_eq!(theirs["poll"]["voters"], 2);
    assert!(theirs["poll"]["options"][0].get("votes").is_none());
    assert!(theirs["viewer"].get("vote").is_none());
}

#[tokio::test]
async fn what_is_no_vote_is_refused_in_order_and_counts_nothing() {
    let (world, ana, http) = begin().await;
    let (post, story) = (
        poll(&world, &ana).await,
        world.published_post("ana").await.id,
    );
    let path = format!("/v1/posts/{post}/vote");
    let vote = |path: &str, body: Value| http.put(path).token(&ana.token).json(body);
    for body in [
        json!({}),
        json!({"option": 1}),
        json!({"option": "4"}),
        json!({"option": "0"}),
    ] {
        let refused = vote(&path, body.clone()).send().await.expect(422);
        assert_eq!(refused.json()["errors"][0]["pointer"], "/option", "{body}");
    }
    let good = json!({"option": "1"});
    let story = format!("/v1/posts/{story}/vote");
    let refused = vote(&story, good.clone()).send().await.expect(409);
    assert_eq!(refused.problem(), "not-a-poll");
    vote(&story, json!({})).send().await.expect(422);
    for missing in [
        "/v1/posts/x/vote".to_owned(),
        format!("/v1/posts/{}/vote", world.context().ids.ulid()),
    ] {
        vote(&missing, json!({})).send().await.expect(404);
    }
    let stranger = world.token("stranger", &[]);
    let refused = http
        .put(&path)
        .token(&stranger)
        .json(json!({}))
        .send()
        .await;
    assert_eq!(refused.expect(403).problem(), "not-joined");
    http.put(&path).json(good.clone()).send().await.expect(401);
    world.advance(SignedDuration::from_hours(24));
    let ana = world.token("ana", &["prime"]);
    let closed = http.put(&path).token(&ana).json(good).send().await;
    assert_eq!(closed.expect(409).problem(), "poll-closed");
    // What is wrong with the body is told first.
    let wrong = http.put(&path).token(&ana).json(json!({"option": "9"}));
    wrong.send().await.expect(422);
    let post = world.store().post_now(post).await.unwrap().unwrap();
    assert_eq!(post.votes, [0, 0, 0]);
}

#[tokio::test]
async fn sixty_who_vote_at_once_and_change_their_minds_are_sixty_voters() {
    let (world, ana, http) = begin().await;
    let post = poll(&world, &ana).await;
    let path = format!("/v1/posts/{post}/vote");
    let mut people = Vec::new();
    for n in 0..60 {
        people.push(world.member(&format!("fan{n}")).await);
    }
    for turn in 0..3 {
        let all = people.iter().enumerate().map(|(n, fan)| {
            let option = ((n + turn) % 3 + 1).to_string();
            http.put(&path)
                .token(&fan.token)
                .json(json!({ "option": option }))
                .send()
        });
        for answer in join_all(all).await {
            assert!(answer.expect(200).json()["voters"].as_u64().unwrap() <= 60);
        }
    }
    let read = http.put(&path).token(&people[0].token);
    let read = read
        .json(json!({"option": "3"}))
        .send()
        .await
        .expect(200)
        .json();
    assert_eq!(
        (votes(&read), &read["voters"]),
        (vec![20, 20, 20], &json!(60))
    );
    assert!(
        world
            .store()
            .post_now(post)
            .await
            .unwrap()
            .unwrap()
            .heat()
            .is_hot()
    );
}

#[tokio::test]
async fn a_vote_costs_what_it_may() {
    let (world, ana, _) = begin().await;
    let (http, meter) = metered(&world);
    let post = poll(&world, &ana).await;
    meter.take();
    for option in ["1", "2"] {
        let vote = http
            .put(&format!("/v1/posts/{post}/vote"))
            .token(&ana.token);
        vote.json(json!({ "option": option }))
            .send()
            .await
            .expect(200);
        let used = meter.take();
        // The author's card is read beside the poll.
        assert!(
            used.rounds <= 2 && used.rcu <= 3.0 && used.wcu <= 4.0,
            "{used:?}"
        );
    }
}

#[tokio::test]
async fn its_author_ends_a_poll_earlier_and_nobody_votes_any_more() {
    let (world, ana, http) = begin().await;
    let post = poll(&world, &ana).await;
    let posting = world.serve(posting::router(&world.context()));
    let end = async |closes_at: String| {
        let change = json!({"poll": {"closes_at": closes_at}});
        let change = posting.patch(&format!("/v1/posts/{post}")).json(change);
        change.token(&ana.token).send().await
    };
    let later = world.now() + SignedDuration::from_hours(25);
    let refused = end(later.to_string()).await.expect(422).json();
    assert_eq!(refused["errors"][0]["pointer"], "/poll/closes_at");
    let sooner = world.now() + SignedDuration::from_mins(1);
    let changed = end(sooner.to_string()).await.expect(200).json();
    assert_eq!(changed["poll"]["closes_at"], format!("{sooner:.3}"));
    assert_eq!(changed["poll"]["closed"], false);
    let vote = http.put(&format!("/v1/posts/{post}/vote"));
    let vote = vote.token(&ana.token).json(json!({"option": "1"}));
    vote.clone().send().await.expect(200);
    let ended = end("2020-01-01T00:00:00Z".to_owned())
        .await
        .expect(200)
        .json();
    assert_eq!(ended["poll"]["closed"], true);
    assert_eq!(votes(&ended["poll"]), [1, 0, 0]);
    assert_eq!(vote.send().await.expect(409).problem(), "poll-closed");
}
