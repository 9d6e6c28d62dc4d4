//! Accepted answers, and what comments on a poll say of their authors' votes (ENGAGEMENT 15, 19).

use domain::{ids::PostId, posts::PostKind};
use harness::{Http, Member, World};
use serde_json::{Value, json};

use crate::{
    begin, metered,
    talk::{answer, id, of, page, read, say, try_to_say, voted},
};

/// A question of Ana's, with answers of Ben's and Cleo's.
async fn question(world: &World) -> PostId {
    let post = world.published_post("ana");
    post.with(|post| post.kind = PostKind::Question).await.id
}

async fn accept(http: &Http, who: &Member, comment: &str) -> harness::Answer {
    let path = format!("/v1/comments/{comment}/accepted");
    http.put(&path).token(&who.token).send().await
}

async fn accept_no_more(http: &Http, who: &Member, comment: &str) -> harness::Answer {
    let path = format!("/v1/comments/{comment}/accepted");
    http.delete(&path).token(&who.token).send().await
}

/// What somebody has earned their badge by: how many answers of theirs are accepted.
async fn answers(world: &World, who: &Member) -> i64 {
    let context = world.context();
    let key = shared::keys::badge(&who.id).attributes();
    let get = context.dynamodb.get_item().set_key(Some(key));
    let item = get.table_name(context.config.table()).send().await.unwrap();
    let item = item.item.unwrap_or_default();
    let answers = item.get("answers").and_then(|answers| answers.as_n().ok());
    answers.map_or(0, |answers| answers.parse().unwrap())
}

async fn accepted(http: &Http, post: PostId) -> Vec<String> {
    let all = read(http, None, &of(post)).await;
    let accepted = all.iter().filter(|comment| comment["accepted"] == true);
    accepted.map(id).collect()
}

#[tokio::test]
async fn one_answer_is_accepted_and_moves_with_what_answerers_earn() {
    let (world, ana, http) = begin().await;
    let (ben, cleo) = (
        world.member("ben").prime().await,
        world.member("cleo").prime().await,
    );
    let post = question(&world).await;
    let (first, second) = (
        say(&http, &ben, post, "So").await,
        say(&http, &cleo, post, "Not so").await,
    );
    let own = say(&http, &ana, post, "Myself").await;
    let earned = async || {
        [
            answers(&world, &ana).await,
            answers(&world, &ben).await,
            answers(&world, &cleo).await,
        ]
    };
    for _ in 0..2 {
        accept(&http, &ana, &first).await.expect(204);
    }
    assert_eq!(accepted(&http, post).await, *std::slice::from_ref(&first));
    assert_eq!(earned().await, [0, 1, 0]);
    assert_eq!(id(&read(&http, None, &of(post)).await[0]), first);
    accept(&http, &ana, &second).await.expect(204);
    assert_eq!(
        (accepted(&http, post).await, earned().await),
        (vec![second.clone()], [0, 0, 1])
    );
    // That of another which is not accepted changes nothing.
    accept_no_more(&http, &ana, &first).await.expect(204);
    assert_eq!(
        (accepted(&http, post).await, earned().await),
        (vec![second.clone()], [0, 0, 1])
    );
    accept(&http, &ana, &own).await.expect(204);
    assert_eq!(
        (accepted(&http, post).await, earned().await),
        (vec![own.clone()], [0, 0, 0])
    );
    accept(&http, &ana, &second).await.expect(204);
    for _ in 0..2 {
        accept_no_more(&http, &ana, &second).await.expect(204);
    }
    assert_eq!(
        (accepted(&http, post).await, earned().await),
        (vec![], [0, 0, 0])
    );
}

#[tokio::test]
async fn an_accepted_answer_that_is_taken_back_is_accepted_no_more_for_good() {
    for replied in [false, true] {
        let (world, ana, http) = begin().await;
        let ben = world.member("ben").prime().await;
        let post = question(&world).await;
        let said = say(&http, &ben, post, "So").await;
        if replied {
            answer(&http, &ana, post, &said).await;
        }
        accept(&http, &ana, &said).await.expect(204);
        assert_eq!(answers(&world, &ben).await, 1);
        let path = format!("/v1/comments/{said}");
        http.delete(&path)
            .token(&ben.token)
            .send()
            .await
            .expect(204);
        assert_eq!(answers(&world, &ben).await, 0);
        let stored = world.store().post_now(post).await.unwrap().unwrap();
        assert_eq!(stored.accepted, None);
        accept(&http, &ana, &said).await.expect(404);
    }
}

#[tokio::test]
async fn an_answer_to_a_question_that_is_deleted_earns_nothing_more() {
    let (world, ana, http) = begin().await;
    let ben = world.member("ben").prime().await;
    let post = question(&world).await;
    let said = say(&http, &ben, post, "So").await;
    let store = world.store();
    let before = store.post_now(post).await.unwrap().unwrap();
    accept(&http, &ana, &said).await.expect(204);
    assert_eq!(answers(&world, &ben).await, 1);
    // Whoever read it before the answer was accepted reads it again.
    assert!(!store.delete_post(&ana.id, &before).await.unwrap());
    let posting = world.serve(posting::router(&world.context()));
    let delete = posting.delete(&format!("/v1/posts/{post}"));
    delete.token(&ana.token).send().await.expect(204);
    assert_eq!(answers(&world, &ben).await, 0);
}

#[tokio::test]
async fn who_did_not_ask_accepts_nothing_nor_what_is_no_answer() {
    let (world, ana, http) = begin().await;
    let ben = world.member("ben").prime().await;
    let (post, story) = (question(&world).await, world.published_post("ana").await.id);
    let said = say(&http, &ben, post, "So").await;
    let reply = answer(&http, &ben, post, &said).await;
    let elsewhere = say(&http, &ben, story, "So").await;
    let refused = accept(&http, &ben, &said).await;
    assert_eq!(refused.expect(403).problem(), "not-owner");
    let refused = accept_no_more(&http, &ben, &said).await;
    assert_eq!(refused.expect(403).problem(), "not-owner");
    assert_eq!(
        accept(&http, &ana, &reply).await.expect(409).problem(),
        "is-a-reply"
    );
    let refused = accept(&http, &ana, &elsewhere).await;
    assert_eq!(refused.expect(409).problem(), "not-a-question");
    assert_eq!(accepted(&http, post).await, Vec::<String>::new());
    assert_eq!(answers(&world, &ben).await, 0);
}

#[tokio::test]
async fn of_answers_that_are_accepted_and_taken_back_at_once_what_stands_is_what_is_earned() {
    for round in 0..6 {
        let (world, ana, http) = begin().await;
        let people = [
            world.member("ben").prime().await,
            world.member("cleo").prime().await,
        ];
        let post = question(&world).await;
        let mut said = Vec::new();
        for who in &people {
            said.push(say(&http, who, post, "So").await);
        }
        let taken_back = http
            .delete(&format!("/v1/comments/{}", said[0]))
            .token(&people[0].token);
        let (one, other, back) = futures::join!(
            accept(&http, &ana, &said[0]),
            accept(&http, &ana, &said[1]),
            taken_back.send()
        );
        assert!([204, 404].contains(&one.status.as_u16()), "{round}");
        other.expect(204);
        back.expect(204);
        let stands = world
            .store()
            .post_now(post)
            .await
            .unwrap()
            .unwrap()
            .accepted;
        let by = stands.map(|accepted| accepted.by);
        assert_ne!(by.as_ref(), Some(&people[0].id), "{round}");
        let expected = [0, i64::from(by.is_some())];
        let earned = [
            answers(&world, &people[0]).await,
            answers(&world, &people[1]).await,
        ];
        assert_eq!(earned, expected, "{round}");
    }
}

#[tokio::test]
async fn accepting_costs_what_it_may() {
    let (world, ana, _) = begin().await;
    let (http, meter) = metered(&world);
    let (ben, cleo) = (
        world.member("ben").prime().await,
        world.member("cleo").prime().await,
    );
    let post = question(&world).await;
    let (first, second) = (
        say(&http, &ben, post, "So").await,
        say(&http, &cleo, post, "Not so").await,
    );
    meter.take();
    // Moving it moves what two people earn.
    for (comment, most) in [(first, 6.0), (second, 8.0)] {
        accept(&http, &ana, &comment).await.expect(204);
        let used = meter.take();
        assert!(
            used.rounds <= 2 && used.rcu <= 3.0 && used.wcu <= most,
            "{used:?}"
        );
    }
}

/// A poll of Ana's.
async fn poll(world: &World, ana: &Member) -> PostId {
    let posting = world.serve(posting::router(&world.context()));
    let poll = json!({"question": "Which?", "options": [{"text": "a"}, {"text": "b"}]});
    let post = posting.post("/v1/posts").token(&ana.token);
    let post = post
        .json(json!({"kind": "poll", "poll": poll}))
        .send()
        .await;
    id(&post.expect(201).json()).parse().unwrap()
}

async fn vote(http: &Http, who: &Member, post: PostId, option: &str) {
    let vote = http
        .put(&format!("/v1/posts/{post}/vote"))
        .token(&who.token);
    vote.json(json!({ "option": option }))
        .send()
        .await
        .expect(200);
}

fn votes(comments: &[Value]) -> Vec<&str> {
    let votes = comments.iter().map(|comment| comment["voted"].as_str());
    votes.map(|vote| vote.unwrap_or("none")).collect()
}

#[tokio::test]
async fn a_comment_on_a_poll_says_what_its_author_voted_for_to_who_sees_how_it_stands() {
    let (world, ana, http) = begin().await;
    let (ben, cleo) = (
        world.member("ben").prime().await,
        world.member("cleo").prime().await,
    );
    let post = poll(&world, &ana).await;
    let early = say(&http, &ben, post, "Before").await;
    vote(&http, &ben, post, "2").await;
    let after = try_to_say(&http, &ben, post, json!({"text": "After"})).await;
    assert_eq!(after.expect(201).json()["voted"], "2");
    let newest = format!("{}?sort=new", of(post));
    assert_eq!(
        votes(&read(&http, Some(&ana), &newest).await),
        ["2", "none"]
    );
    voted(&world, &ben, post).await;
    assert_eq!(votes(&read(&http, Some(&ana), &newest).await), ["2", "2"]);
    // Another vote: told twice, as queues do.
    vote(&http, &ben, post, "1").await;
    for _ in 0..2 {
        voted(&world, &ben, post).await;
    }
    assert_eq!(votes(&read(&http, Some(&ben), &newest).await), ["1", "1"]);
    // Who has not voted is told nothing of it, nor may they ask.
    for who in [None, Some(&cleo)] {
        assert_eq!(votes(&read(&http, who, &newest).await), ["none", "none"]);
        let get = |query: &str| {
            let get = http.get(&format!("{}?{query}", of(post)));
            match who {
                Some(who) => get.token(&who.token),
                None => get,
            }
        };
        let refused = get("voted=1&limit=0").send().await;
        assert_eq!(refused.expect(403).problem(), "vote-first");
        let refused = get("voted=3").send().await;
        assert_eq!(refused.expect(422).pointers(), ["?voted"]);
    }
    vote(&http, &cleo, post, "2").await;
    let other = say(&http, &cleo, post, "For two").await;
    let silent = say(&http, &ana, post, "Neither").await;
    for (sort, who) in [("top", &cleo), ("new", &ana)] {
        let for_option = async |option: &str| {
            let path = format!("{}?voted={option}&sort={sort}", of(post));
            let found = read(&http, Some(who), &path).await;
            found.iter().map(id).collect::<Vec<_>>()
        };
        assert_eq!(
            for_option("2").await,
            *std::slice::from_ref(&other),
            "{sort}"
        );
        let ones = for_option("1").await;
        assert!(ones.contains(&early) && ones.len() == 2 && !ones.contains(&silent));
    }
}

#[tokio::test]
async fn comments_for_one_option_are_paged_however_many_others_lie_between() {
    let (world, ana, http) = begin().await;
    let (ben, cleo) = (
        world.member("ben").prime().await,
        world.member("cleo").prime().await,
    );
    let post = poll(&world, &ana).await;
    vote(&http, &ben, post, "1").await;
    vote(&http, &cleo, post, "2").await;
    let mut expected = Vec::new();
    for n in 0..23 {
        let who = if n % 3 == 0 { &ben } else { &cleo };
        let said = say(&http, who, post, &format!("{n}")).await;
        if n % 3 == 0 {
            expected.insert(0, said);
        }
    }
    for sort in ["new", "top"] {
        let path = format!("{}?voted=1&sort={sort}", of(post));
        let found = crate::talk::read_on(&http, Some(&ana), &path, async |_| {}).await;
        assert_eq!(found, expected, "{sort}");
        let first = page(&http, Some(&ana), &format!("{path}&limit=3")).await;
        assert_eq!(first["items"].as_array().unwrap().len(), 3, "{sort}");
    }
}

#[tokio::test]
async fn a_vote_that_changes_while_its_voter_comments_is_what_the_comments_say_in_the_end() {
    for round in 0..8 {
        let (world, ana, http) = begin().await;
        let ben = world.member("ben").prime().await;
        let post = poll(&world, &ana).await;
        vote(&http, &ben, post, "1").await;
        let comments = (0..3).map(|_| say(&http, &ben, post, "!"));
        let (_, ()) = futures::join!(
            futures::future::join_all(comments),
            vote(&http, &ben, post, "2")
        );
        voted(&world, &ben, post).await;
        let read = read(&http, Some(&ana), &of(post)).await;
        assert_eq!(votes(&read), ["2", "2", "2"], "{round}");
    }
}
