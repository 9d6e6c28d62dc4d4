//! Comments, replies, and smiles at them (ENGAGEMENT 9-14).

use domain::engagement::Count;
use harness::Member;
use serde_json::{Value, json};

use crate::{
    begin, metered,
    talk::{answer, id, of, read, say, try_to_say},
};

async fn smile(http: &harness::Http, who: &Member, comment: &str) {
    let path = format!("/v1/comments/{comment}/smile");
    http.put(&path).token(&who.token).send().await.expect(204);
}

async fn delete(http: &harness::Http, who: &Member, comment: &str, status: u16) -> String {
    let path = format!("/v1/comments/{comment}");
    let answer = http.delete(&path).token(&who.token).send().await;
    answer.expect(status).problem_if_any()
}

trait ProblemIfAny {
    fn problem_if_any(&self) -> String;
}

impl ProblemIfAny for harness::Answer {
    fn problem_if_any(&self) -> String {
        match self.body.is_empty() {
            true => String::new(),
            false => self.problem(),
        }
    }
}

#[tokio::test]
async fn what_one_says_is_answered_listed_and_counted() {
    let (world, ana, http) = begin().await;
    let ben = world.member("ben").prime().await;
    let post = world.published_post("ana").await.id;
    let body = json!({"text": "e\u{301}t @ana #coffee", "reply_to": null});
    let said = try_to_say(&http, &ben, post, body).await.expect(201);
    let comment = said.json();
    let top = id(&comment);
    assert!(
        top.starts_with(&post.to_string()) && top.len() == 52,
        "{top}"
    );
    let location = said.header("location").unwrap();
    assert!(
        location.ends_with(&format!("/v1/comments/{top}")),
        "{location}"
    );
    assert_eq!(comment["text"], "ét @ana #coffee");
    assert_eq!(comment["author"]["handle"], "ben");
    assert_eq!(comment["entities"][0]["handle"], "ana");
    assert_eq!(comment["accepted"], false);
    assert_eq!(comment["counts"], json!({"smiles": 0, "replies": 0}));
    assert_eq!(comment["viewer"], json!({"smiled": false}));
    for absent in ["reply_to", "voted", "deleted"] {
        assert!(comment.get(absent).is_none(), "{absent}");
    }
    let reply = answer(&http, &ana, post, &top).await;
    assert_eq!(reply.len(), 78);
    smile(&http, &ana, &top).await;

    let seen = read(&http, Some(&ana), &of(post)).await;
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0]["counts"], json!({"smiles": 1, "replies": 1}));
    assert_eq!(seen[0]["viewer"], json!({"smiled": true}));
    let replies = read(&http, None, &format!("{}?reply_to={top}", of(post))).await;
    assert_eq!(replies.iter().map(id).collect::<Vec<_>>(), [reply]);
    assert_eq!(replies[0]["reply_to"], top);
    assert!(replies[0].get("viewer").is_none());
    let posting = world.serve(posting::router(&world.context()));
    let path = format!("/v1/posts/{post}");
    let seen = posting.get(&path).send().await.expect(200).json();
    assert_eq!(seen["counts"]["comments"], 2);
}

#[tokio::test]
async fn refusals_come_in_order_on_every_route_and_change_nothing() {
    let (world, ana, http) = begin().await;
    let post = world.published_post("ana").await.id;
    let comment = say(&http, &ana, post, "Mine").await;
    let unknown = format!("{post}{}", world.context().ids.ulid());
    let (stranger, ben) = (
        world.token("stranger", &["prime"]),
        world.member("ben").await,
    );
    let nowhere = world.context().ids.ulid();
    for path in [
        of(post),
        format!("/v1/posts/{nowhere}/comments"),
        "/v1/posts/x/comments".into(),
    ] {
        let say = http.post(&path).json(json!({}));
        assert_eq!(
            say.clone().send().await.expect(401).problem(),
            "unauthenticated"
        );
        let refused = say.clone().token(&ben.token).send().await;
        assert_eq!(refused.expect(403).problem(), "prime-required");
        let refused = say.clone().token(&stranger).send().await;
        assert_eq!(refused.expect(403).problem(), "not-joined", "{path}");
        let status = if path == of(post) { 422 } else { 404 };
        say.token(&ana.token).send().await.expect(status);
    }
    http.get(&format!("/v1/posts/{nowhere}/comments"))
        .send()
        .await
        .expect(404);
    http.get("/v1/posts/x/comments?limit=0")
        .send()
        .await
        .expect(404);
    for (path, prime) in [("", false), ("/smile", true), ("/accepted", false)] {
        for id in [&comment, &unknown, &"x".to_owned(), &format!("{comment}x")] {
            let path = format!("/v1/comments/{id}{path}");
            let requests = match path.ends_with("d") || path.ends_with("e") {
                true => vec![http.put(&path), http.delete(&path)],
                false => vec![http.delete(&path)],
            };
            for (index, request) in requests.into_iter().enumerate() {
                let nobody = request.clone().send().await;
                assert_eq!(nobody.expect(401).problem(), "unauthenticated", "{path}");
                let refused = request.clone().token(&stranger).send().await;
                assert_eq!(refused.expect(403).problem(), "not-joined", "{path}");
                if prime && index == 0 {
                    let refused = request.clone().token(&ben.token).send().await;
                    assert_eq!(refused.expect(403).problem(), "prime-required");
                }
                if id != &comment {
                    request.token(&ana.token).send().await.expect(404);
                }
            }
        }
    }
    assert_eq!(delete(&http, &ben, &comment, 403).await, "not-owner");
    assert_eq!(world.counted(post, Count::Comments).await, 1);
}

#[tokio::test]
async fn all_that_is_wrong_with_a_comment_is_told_at_once() {
    let (world, ana, http) = begin().await;
    let (post, other) = (
        world.published_post("ana").await.id,
        world.published_post("ana").await.id,
    );
    let top = say(&http, &ana, post, "Top").await;
    let reply = answer(&http, &ana, post, &top).await;
    let elsewhere = say(&http, &ana, other, "Elsewhere").await;
    let eleven: Vec<_> = (0..11).map(|n| format!("@some{n}")).collect();
    for text in [
        json!(null),
        json!(""),
        json!(" \u{200b}"),
        json!("x".repeat(1_001)),
        json!(7),
        json!(eleven.join(" ")),
    ] {
        let refused = try_to_say(&http, &ana, post, json!({ "text": text })).await;
        assert_eq!(refused.expect(422).pointers(), ["/text"], "{text}");
    }
    for reply_to in [
        &reply,
        &elsewhere,
        &format!("{post}{}", world.context().ids.ulid()),
        "x",
    ] {
        let body = json!({"text": "", "reply_to": reply_to});
        let refused = try_to_say(&http, &ana, post, body).await;
        assert_eq!(
            refused.expect(422).pointers(),
            ["/text", "/reply_to"],
            "{reply_to}"
        );
    }
    let eight = eleven[..8].join(" ");
    say(&http, &ana, post, &eight).await;
    let get = |query: &str| http.get(&format!("{}?{query}", of(post)));
    let refused = get("sort=best&limit=0").send().await;
    assert_eq!(refused.expect(422).pointers(), ["?sort", "?limit"]);
    assert_eq!(
        get("voted=1").send().await.expect(422).pointers(),
        ["?voted"]
    );
    for foreign in [&reply, &elsewhere, "x"] {
        get(&format!("reply_to={foreign}")).send().await.expect(404);
    }
    let refused = get("cursor=x").send().await;
    assert_eq!(refused.expect(400).problem(), "bad-cursor");
    assert_eq!(world.counted(post, Count::Comments).await, 3);
}

#[tokio::test]
async fn a_request_with_a_key_makes_one_comment_of_one_post() {
    let (world, ana, http) = begin().await;
    let (post, other) = (
        world.published_post("ana").await.id,
        world.published_post("ana").await.id,
    );
    let with_key = async |post, text: &str| {
        let say = http.post(&of(post)).token(&ana.token);
        let say = say.header("idempotency-key", "once");
        say.json(json!({ "text": text })).send().await
    };
    let first = id(&with_key(post, "Once").await.expect(201).json());
    smile(&http, &ana, &first).await;
    let again = with_key(post, "Once").await.expect(201).json();
    assert_eq!(id(&again), first);
    assert_eq!(
        (&again["counts"]["smiles"], &again["viewer"]["smiled"]),
        (&json!(1), &json!(true))
    );
    for (post, text) in [(post, "Twice"), (other, "Once")] {
        let refused = with_key(post, text).await;
        assert_eq!(refused.expect(422).problem(), "idempotency-mismatch");
    }
    assert_eq!(world.counted(post, Count::Comments).await, 1);
    delete(&http, &ana, &first, 204).await;
    assert_eq!(with_key(post, "Once").await.expect(410).problem(), "gone");
}

#[tokio::test]
async fn so_many_comments_an_hour_are_taken_and_a_replay_is_free() {
    let (world, ana, _) = begin().await;
    let post = world.published_post("ana").await.id;
    let mut context = world.context();
    context.config = context.config.with("COMMENTS_AN_HOUR", "2").into();
    let http = world.serve(engagement::router(&context));
    let with_key = async |key: &str| {
        let say = http.post(&of(post)).token(&ana.token);
        say.header("idempotency-key", key)
            .json(json!({"text": "!"}))
            .send()
            .await
    };
    // What is refused costs nothing.
    try_to_say(&http, &ana, post, json!({"text": ""}))
        .await
        .expect(422);
    for key in ["a", "b", "a", "b"] {
        with_key(key).await.expect(201);
    }
    let refused = with_key("c").await.expect(429);
    assert!(
        refused
            .header("retry-after")
            .unwrap()
            .parse::<u64>()
            .unwrap()
            <= 3_600
    );
    with_key("a").await.expect(201);
    assert_eq!(world.counted(post, Count::Comments).await, 2);
}

#[tokio::test]
async fn what_was_deleted_stays_for_its_replies_until_the_last_of_them_goes() {
    let (world, ana, http) = begin().await;
    let ben = world.member("ben").prime().await;
    let post = world.published_post("ana").await.id;
    let lone = say(&http, &ben, post, "Alone").await;
    let top = say(&http, &ben, post, "Answered").await;
    let replies = [
        answer(&http, &ana, post, &top).await,
        answer(&http, &ben, post, &top).await,
    ];
    smile(&http, &ana, &top).await;
    assert_eq!(read(&http, None, &of(post)).await.len(), 2);
    delete(&http, &ben, &lone, 204).await;
    delete(&http, &ben, &lone, 404).await;
    delete(&http, &ben, &top, 204).await;
    delete(&http, &ben, &top, 404).await;
    let seen = read(&http, Some(&ana), &of(post)).await;
    let created_at = seen[0]["created_at"].clone();
    let left = json!({"id": top, "deleted": true, "counts": {"smiles": 1, "replies": 2}, "created_at": created_at});
    assert_eq!(seen, [left]);
    assert_eq!(world.counted(post, Count::Comments).await, 2);
    let path = format!("/v1/comments/{top}/smile");
    for request in [http.put(&path), http.delete(&path)] {
        request.token(&ana.token).send().await.expect(404);
    }
    let body = json!({"text": "Late", "reply_to": top});
    let refused = try_to_say(&http, &ana, post, body).await;
    assert_eq!(refused.expect(422).pointers(), ["/reply_to"]);
    let beneath = format!("{}?reply_to={top}", of(post));
    assert_eq!(read(&http, None, &beneath).await.len(), 2);
    delete(&http, &ana, &replies[0], 204).await;
    assert_eq!(
        read(&http, None, &of(post)).await[0]["counts"]["replies"],
        1
    );
    delete(&http, &ben, &replies[1], 204).await;
    assert_eq!(read(&http, None, &of(post)).await, Vec::<Value>::new());
    http.get(&beneath).send().await.expect(404);
    assert_eq!(world.counted(post, Count::Comments).await, 0);
}

#[tokio::test]
async fn two_who_take_back_the_last_replies_at_once_leave_nothing() {
    for round in 0..6 {
        let (world, ana, http) = begin().await;
        let post = world.published_post("ana").await.id;
        let top = say(&http, &ana, post, "Top").await;
        let mut replies = Vec::new();
        for _ in 0..3 {
            replies.push(answer(&http, &ana, post, &top).await);
        }
        let all = replies.iter().chain([&top]);
        let all = all.map(|id| delete(&http, &ana, id, 204));
        futures::future::join_all(all).await;
        assert_eq!(
            read(&http, None, &of(post)).await,
            Vec::<Value>::new(),
            "{round}"
        );
        assert_eq!(world.counted(post, Count::Comments).await, 0);
        // While its counts lie in shards nobody can tell that it has no replies any more.
        let left = world.store().comment_now(top.parse().unwrap()).await;
        let left = left.unwrap();
        assert!(left.is_none_or(|left| left.heat().is_hot()), "{round}");
    }");
    }
}

#[tokio::test]
async fn a_smile_at_a_comment_counts_once_and_is_taken_back_once() {
    let (world, ana, http) = begin().await;
    let ben = world.member("ben").await;
    let post = world.published_post("ana").await.id;
    let top = say(&http, &ana, post, "Top").await;
    let reply = answer(&http, &ana, post, &top).await;
    let counted = async |id: &String| {
        let comment = world.store().comment_now(id.parse().unwrap()).await;
        comment.unwrap().unwrap().smiles
    };
    for id in [&top, &reply] {
        for _ in 0..2 {
            smile(&http, &ana, id).await;
        }
        assert_eq!(counted(id).await, 1);
        let path = format!("/v1/comments/{id}/smile");
        for who in [&ana, &ana, &ben] {
            http.delete(&path)
                .token(&who.token)
                .send()
                .await
                .expect(204);
        }
        assert_eq!(counted(id).await, 0);
    }
}

/// The acts of ENGAGEMENT 51, with what each may use.
#[tokio::test]
async fn comments_cost_what_they_may() {
    let (world, ana, _) = begin().await;
    let (http, meter) = metered(&world);
    let post = world.published_post("ana").await.id;
    meter.take();
    let top = say(&http, &ana, post, "Top").await;
    let mut used = vec![("comment", meter.take(), 3.0, 8.0)];
    let reply = answer(&http, &ana, post, &top).await;
    used.push(("reply", meter.take(), 3.0, 10.0));
    smile(&http, &ana, &top).await;
    used.push(("smile", meter.take(), 2.5, 4.0));
    delete(&http, &ana, &reply, 204).await;
    used.push(("deletion of a reply", meter.take(), 3.0, 8.0));
    delete(&http, &ana, &top, 204).await;
    used.push(("deletion", meter.take(), 3.0, 8.0));
    for (what, used, rcu, wcu) in used {
        assert!(
            used.rounds <= 2 && used.rcu <= rcu && used.wcu <= wcu,
            "{what}: {used:?}"
        );
    }
}

/// Whoever sees Ana's comments no more, or Ben's.
#[tokio::test]
async fn across_a_block_comments_are_out_with_what_is_beneath_and_whom_one_mutes_one_does_not_read()
{
    for by in ["block", "blocked", "mute"] {
        let (world, ana, http) = begin().await;
        let (ben, cleo) = (
            world.member("ben").prime().await,
            world.member("cleo").prime().await,
        );
        let post = world.published_post("cleo").await.id;
        let theirs = say(&http, &ana, post, "By Ana").await;
        let beneath = answer(&http, &cleo, post, &theirs).await;
        let naming = say(&http, &cleo, post, "Ask @Ana or @cleo").await;
        let shown = async || {
            let read = read(&http, Some(&ben), &format!("{}?sort=new", of(post))).await;
            read.iter().map(id).collect::<Vec<_>>()
        };
        assert_eq!(shown().await, [naming.clone(), theirs.clone()], "{by}");
        let (path, who) = match by {
            "blocked" => ("/v1/users/ben/block".to_owned(), &ana),
            _ => (format!("/v1/users/ana/{by}"), &ben),
        };
        http.put(&path).token(&who.token).send().await.expect(204);
        assert_eq!(shown().await, [naming.clone()], "{by}");
        let mutes = by == "mute";
        let replies = http.get(&format!("{}?reply_to={theirs}", of(post)));
        let replies = replies.token(&ben.token).send().await;
        if mutes {
            assert_eq!(replies.expect(200).json()["items"], json!([]));
        } else {
            replies.expect(404);
        }
        for comment in [&theirs, &beneath] {
            let path = format!("/v1/comments/{comment}/smile");
            let status = if mutes { 204 } else { 404 };
            for request in [http.put(&path), http.delete(&path)] {
                request.token(&ben.token).send().await.expect(status);
            }
        }
        let body = json!({"text": "To her", "reply_to": theirs});
        let answered = try_to_say(&http, &ben, post, body).await;
        answered.expect(if mutes { 201 } else { 422 });
        assert_eq!(
            delete(&http, &ben, &theirs, if mutes { 403 } else { 404 })
                .await
                .is_empty(),
            false
        );
        let seen = read(&http, Some(&ben), &format!("{}?sort=new", of(post))).await;
        let marked = seen[0]["entities"].as_array().unwrap().len();
        assert_eq!(marked, if mutes { 2 } else { 1 }, "{by}");
        // Others see all of it.
        assert_eq!(read(&http, None, &of(post)).await.len(), 2);
        assert!(world.counted(post, Count::Comments).await >= 3);
    }
}

#[tokio::test]
async fn at_a_post_across_a_block_nothing_is_said_and_ones_own_can_be_taken_back() {
    let (world, ana, http) = begin().await;
    let ben = world.member("ben").prime().await;
    let post = world.published_post("ana").await;
    let mine = say(&http, &ben, post.id, "By Ben").await;
    let other = say(&http, &ben, post.id, "By Ben too").await;
    let path = "/v1/users/ben/block";
    http.put(path).token(&ana.token).send().await.expect(204);
    let refused = try_to_say(&http, &ben, post.id, json!({"text": "?"})).await;
    assert_eq!(refused.expect(404).problem(), "not-found");
    http.get(&of(post.id))
        .token(&ben.token)
        .send()
        .await
        .expect(404);
    delete(&http, &ben, &mine, 204).await;
    assert_eq!(world.counted(post.id, Count::Comments).await, 1);
    // Under a post that is gone too.
    assert!(
        world
            .store()
            .delete_post(
                &ana.id,
                &world.store().post_now(post.id).await.unwrap().unwrap()
            )
            .await
            .unwrap()
    );
    delete(&http, &ben, &other, 204).await;
    delete(&http, &ben, &other, 404).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_who_comment_answer_and_smile_at_once_are_all_counted() {
    let (world, ana, http) = begin().await;
    let post = world.published_post("ana").await.id;
    let top = say(&http, &ana, post, "Top").await;
    let people = (0..200).map(async |n| world.member(&format!("fan{n}")).prime().await);
    let people: Vec<Member> = futures::future::join_all(people).await;
    let all = people.iter().enumerate().map(async |(n, fan)| match n % 3 {
        0 => drop(say(&http, fan, post, "Me too").await),
        1 => drop(answer(&http, fan, post, &top).await),
        _ => smile(&http, fan, &top).await,
    });
    futures::future::join_all(all).await;
    assert_eq!(world.counted(post, Count::Comments).await, 1 + 67 + 67);
    let seen = read(&http, None, &of(post)).await;
    assert_eq!(id(&seen[0]), top);
    assert_eq!(seen[0]["counts"], json!({"smiles": 66, "replies": 67}));
}
