//! Reports, and what they hide (ENGAGEMENT 30-33).

use domain::{
    engagement::Count,
    ids::PostId,
    posts::{PostKind, PostStatus},
};
use futures::future::join_all;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{
    court::{MO, begin, subject},
    talk::{answer, of, read, say},
};

#[tokio::test]
async fn five_reports_hide_a_post_from_all_but_its_author_and_moderators_and_restoring_undoes_that()
{
    let court = begin().await;
    let post = court.world.published_post("ana").text("Buy!").await.id;
    let about = subject("post", &post);
    court.reported_by("rep", 4, &about).await;
    court.look(post, None).await.expect(200);
    assert_eq!((court.posts().await, court.listed().await), (1, 1));

    let fifth = court.reporter("fifth").await;
    let report = court.send(&fifth, &about, "abuse").await.expect(201);
    assert!(report.header("location").is_some());
    let report = report.json();
    assert_eq!(
        (&report["subject"], &report["reason"]),
        (&about, &json!("abuse"))
    );
    for absent in ["weight", "detail", "round"] {
        assert!(report.get(absent).is_none(), "{absent} is told");
    }
    assert_eq!(court.post(post).await.status, PostStatus::Hidden);
    court.look(post, None).await.expect(404);
    court.look(post, Some(&fifth.token)).await.expect(404);
    let own = court
        .look(post, Some(&court.ana.token))
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&own["status"], &own["text"]),
        (&json!("hidden"), &json!("Buy!"))
    );
    assert_eq!(own["moderation"]["by"], "reports");
    assert!(own["moderation"].get("decided_at").is_none());
    let seen = court
        .look(post, Some(&court.moderator(MO)))
        .await
        .expect(200)
        .json();
    assert_eq!(seen["status"], "hidden");
    assert!(
        seen.get("moderation").is_none(),
        "its author alone is told why"
    );
    assert_eq!((court.posts().await, court.listed().await), (0, 0));
    let smile = court.engagement.put(&format!("/v1/posts/{post}/smile"));
    smile.token(&fifth.token).send().await.expect(404);
    let comment = court.engagement.post(&of(post)).token(&fifth.token);
    let comment = comment.json(json!({"text": "!"})).send().await;
    comment.expect(404);
    court.engagement.get(&of(post)).send().await.expect(404);
    let again = court.send(&fifth, &about, "abuse").await.expect(201).json();
    assert_eq!(again, report);
    let sixth = court.reporter("sixth").await;
    court.send(&sixth, &about, "spam").await.expect(404);

    let [case] = &court.queue("open").await[..] else {
        panic!("one case is open");
    };
    assert_eq!(case["reporters"], 5);
    assert_eq!(case["weight"], 5.0);
    assert_eq!(case["reasons"], json!({"spam": 4, "abuse": 1}));
    assert_eq!(
        (&case["hidden"], &case["excerpt"]),
        (&json!(true), &json!("Buy!"))
    );
    assert_eq!(case["author"]["handle"], "ana");

    let decision = court.decided(MO, &about, "restore").await;
    assert_eq!(decision["statement"]["what"], "restore");
    let shown = court.look(post, None).await.expect(200).json();
    assert_eq!(shown["status"], "published");
    assert!(shown.get("moderation").is_none());
    assert_eq!((court.posts().await, court.listed().await), (1, 1));
    assert!(court.queue("open").await.is_empty());
    assert_eq!(court.queue("decided").await.len(), 1);
    // What a moderator kept, reports hide no more, unless it is edited.
    court.reported_by("more", 6, &about).await;
    court.look(post, None).await.expect(200);
    court.world.advance(SignedDuration::from_secs(1));
    let edit = court.posting.patch(&format!("/v1/posts/{post}"));
    let edit = edit
        .token(&court.ana.token)
        .json(json!({"text": "Buy more!"}));
    edit.send().await.expect(200);
    court.reported_by("last", 1, &about).await;
    court.look(post, None).await.expect(404);
}

#[tokio::test]
async fn reports_of_many_at_once_hide_once_and_count_each() {
    let court = begin().await;
    let post = court.world.published_post("ana").await.id;
    let about = subject("post", &post);
    let mut reporters = Vec::new();
    for n in 0..12 {
        reporters.push(court.reporter(&format!("rep{n}")).await);
    }
    let sent = reporters.iter().map(|who| court.send(who, &about, "spam"));
    let answers = join_all(sent).await;
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    // Whoever came after it was hidden did not see it any more.
    let unseen = answers.iter().filter(|answer| answer.status == 404).count();
    assert_eq!((made, unseen), (5, 7));
    assert_eq!(court.queue("open").await[0]["reporters"], 5);
    assert_eq!((court.posts().await, court.listed().await), (0, 0));
}

#[tokio::test]
async fn a_report_is_refused_in_order_and_made_once_while_it_is_not_decided() {
    let court = begin().await;
    let post = court.world.published_post("ana").await.id;
    let ben = court.world.member("ben").await;
    let http = &court.engagement;
    let body = json!({"subject": subject("post", &post), "reason": "spam"});
    let report = |body: &Value| http.post("/v1/reports").json(body.clone());
    report(&body).send().await.expect(401);
    let stranger = court.world.token("stranger", &["prime"]);
    let refused = report(&json!({})).token(&stranger).send().await;
    assert_eq!(refused.expect(403).problem(), "not-joined");
    let nowhere = court.world.context().ids.ulid();
    for unseen in [
        subject("post", &nowhere),
        subject("post", "x"),
        subject("comment", "x"),
        subject("user", "nobody"),
        subject("user", "?"),
    ] {
        let body = json!({"subject": unseen, "reason": "boring"});
        report(&body).token(&ben.token).send().await.expect(404);
    }
    for (wrong, pointers) in [
        (json!({}), vec!["/subject", "/reason"]),
        (
            json!({"subject": {}, "reason": "spam"}),
            vec!["/subject/id", "/subject/type"],
        ),
        (
            json!({"subject": {"type": "list", "id": "1"}, "reason": "spam"}),
            vec!["/subject/type"],
        ),
        (
            json!({"subject": subject("post", &post), "reason": "boring"}),
            vec!["/reason"],
        ),
        (
            json!({"subject": subject("post", &post), "reason": "illegal"}),
            vec!["/detail"],
        ),
        (
            json!({"subject": subject("post", &post), "reason": "illegal", "detail": " "}),
            vec!["/detail"],
        ),
        (
            json!({"subject": subject("post", &post), "reason": "spam", "detail": "é".repeat(1_001)}),
            vec!["/detail"],
        ),
    ] {
        let answer = report(&wrong).token(&ben.token).send().await;
        let mut told = answer.expect(422).pointers();
        told.sort();
        let mut pointers = pointers;
        pointers.sort_unstable();
        assert_eq!(told, pointers, "{wrong}");
    }
    for own in [subject("post", &post), subject("user", "ana")] {
        let body = json!({"subject": own, "reason": "spam"});
        let answer = report(&body).token(&court.ana.token).send().await;
        assert_eq!(answer.expect(422).pointers(), ["/subject"]);
    }
    let first = report(&body)
        .token(&ben.token)
        .send()
        .await
        .expect(201)
        .json();
    let other = json!({"subject": subject("post", &post), "reason": "illegal", "detail": "§ 1"});
    let again = report(&other)
        .token(&ben.token)
        .send()
        .await
        .expect(201)
        .json();
    assert_eq!(again, first);
    let [case] = &court.queue("open").await[..] else {
        panic!("one case is open");
    };
    assert_eq!(
        (&case["reporters"], &case["weight"]),
        (&json!(1), &json!(0.5))
    );
    court.decided(MO, &subject("post", &post), "restore").await;
    let new = report(&other)
        .token(&ben.token)
        .send()
        .await
        .expect(201)
        .json();
    assert_ne!(new["id"], first["id"]);
    // Nobody reports what lies across a block, save whoever blocks them.
    let block = http.put("/v1/users/ben/block").token(&court.ana.token);
    block.send().await.expect(204);
    let another = court.world.published_post("ana").await.id;
    let another = json!({"subject": subject("post", &another), "reason": "spam"});
    report(&another).token(&ben.token).send().await.expect(404);
    let person = json!({"subject": subject("user", "ana"), "reason": "abuse"});
    let told = report(&person)
        .token(&ben.token)
        .send()
        .await
        .expect(201)
        .json();
    assert_eq!(told["subject"], subject("user", "ana"));
}

#[tokio::test]
async fn reports_and_appeals_have_their_quotas_which_refusals_do_not_use() {
    let court = begin().await;
    let mut context = court.world.context();
    context.config = context.config.with("REPORTS_AN_HOUR", "2").into();
    let http = court.world.serve(engagement::router(&context));
    let ben = court.reporter("ben").await;
    let report = async |post: PostId, reason: &str| {
        let body = json!({"subject": subject("post", &post), "reason": reason});
        let report = http.post("/v1/reports").token(court.token(&ben));
        report.json(body).send().await
    };
    let mut posts = Vec::new();
    for _ in 0..3 {
        posts.push(court.world.published_post("ana").await.id);
    }
    report(posts[0], "illegal").await.expect(422);
    for post in [posts[0], posts[0], posts[1]] {
        report(post, "spam").await.expect(201);
    }
    let refused = report(posts[2], "spam").await.expect(429);
    assert!(refused.header("retry-after").is_some());
    report(posts[1], "spam").await.expect(201);
    court.world.advance(SignedDuration::from_hours(1));
    report(posts[2], "spam").await.expect(201);
}

#[tokio::test]
async fn a_hidden_comment_stays_for_its_replies_as_if_deleted_and_its_author_sees_why() {
    let court = begin().await;
    let http = &court.engagement;
    let ben = court.reporter("ben").await;
    let post = court.world.published_post("ben");
    let post = post.with(|post| post.kind = PostKind::Question).await.id;
    let top = say(http, &court.ana, post, "Mean").await;
    let reply = answer(http, &ben, post, &top).await;
    let alone = say(http, &court.ana, post, "Mean too").await;
    let accept = http.put(&format!("/v1/comments/{alone}/accepted"));
    accept.token(&ben.token).send().await.expect(204);
    assert_eq!(court.world.counted(post, Count::Comments).await, 3);
    for (name, comment) in [("top", &top), ("alone", &alone)] {
        let about = subject("comment", &comment);
        court.reported_by(name, 5, &about).await;
    }
    assert_eq!(court.world.counted(post, Count::Comments).await, 1);
    assert_eq!(court.post(post).await.accepted, None);
    let seen = read(http, Some(&ben), &of(post)).await;
    assert_eq!(seen.len(), 1);
    assert_eq!(
        (&seen[0]["id"], &seen[0]["deleted"]),
        (&json!(top), &json!(true))
    );
    assert_eq!(seen[0]["counts"]["replies"], 1);
    for absent in ["text", "author", "moderation", "status"] {
        assert!(seen[0].get(absent).is_none(), "{absent}");
    }
    let replies = format!("{}?reply_to={top}", of(post));
    assert_eq!(read(http, None, &replies).await[0]["id"], reply);
    let own = read(http, Some(&court.ana), &of(post)).await;
    assert_eq!(own.len(), 2);
    for said in &own {
        assert_eq!(said["status"], "hidden");
        assert_eq!(said["moderation"]["by"], "reports");
        assert!(said["text"].as_str().unwrap().starts_with("Mean"));
    }
    let smile = http.put(&format!("/v1/comments/{top}/smile"));
    smile.token(&ben.token).send().await.expect(404);
    let body = json!({"text": "!", "reply_to": top});
    let answered = http.post(&of(post)).token(&ben.token).json(body);
    let answered = answered.send().await.expect(422);
    assert_eq!(answered.pointers(), ["/reply_to"]);
    court
        .decided(MO, &subject("comment", &alone), "restore")
        .await;
    assert_eq!(court.world.counted(post, Count::Comments).await, 2);
    assert_eq!(read(http, Some(&ben), &of(post)).await.len(), 2);
    // It was the answer, and is so no more.
    assert_eq!(court.post(post).await.accepted, None);
    // Its author may take back what is hidden: nothing is counted twice.
    let delete = http.delete(&format!("/v1/comments/{top}"));
    delete.token(&court.ana.token).send().await.expect(204);
    assert_eq!(court.world.counted(post, Count::Comments).await, 2);
    let body = json!({"subject": subject("comment", &top), "action": "hide", "reason": "!"});
    court.decide(MO, body).await.expect(404);
}

#[tokio::test]
async fn a_hidden_reply_is_counted_nowhere_and_comes_back_though_what_it_answers_is_gone() {
    let court = begin().await;
    let http = &court.engagement;
    let ben = court.reporter("ben").await;
    let post = court.world.published_post("ben").await.id;
    let top = say(http, &ben, post, "So?").await;
    let hidden = answer(http, &court.ana, post, &top).await;
    let seen = answer(http, &ben, post, &top).await;
    court
        .decided(MO, &subject("comment", &hidden), "hide")
        .await;
    let replies = format!("{}?reply_to={top}", of(post));
    assert_eq!(read(http, None, &replies).await.len(), 1);
    let tops = read(http, None, &of(post)).await;
    assert_eq!(tops[0]["counts"]["replies"], 1);
    for gone in [&top, &seen] {
        let delete = http.delete(&format!("/v1/comments/{gone}"));
        delete.token(&ben.token).send().await.expect(204);
    }
    assert!(read(http, None, &of(post)).await.is_empty());
    court
        .decided(MO, &subject("comment", &hidden), "restore")
        .await;
    let tops = read(http, None, &of(post)).await;
    assert_eq!(
        (&tops[0]["deleted"], &tops[0]["counts"]["replies"]),
        (&json!(true), &json!(1))
    );
    assert_eq!(read(http, None, &replies).await[0]["id"], hidden);
    assert_eq!(court.world.counted(post, Count::Comments).await, 1);
    let delete = http.delete(&format!("/v1/comments/{hidden}"));
    delete.token(&court.ana.token).send().await.expect(204);
    assert!(read(http, None, &of(post)).await.is_empty());
    assert_eq!(court.world.counted(post, Count::Comments).await, 0);
}

#[tokio::test]
async fn its_author_edits_and_deletes_what_is_hidden_and_is_counted_right() {
    let court = begin().await;
    let post = court.world.published_post("ana").text("Rude").await.id;
    let kept = court.world.published_post("ana").await.id;
    court.decided(MO, &subject("post", &post), "hide").await;
    assert_eq!(court.posts().await, 1);
    let path = format!("/v1/posts/{post}");
    let edit = court.posting.patch(&path).token(&court.ana.token);
    let edited = edit
        .json(json!({"text": "Polite"}))
        .send()
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&edited["status"], &edited["text"]),
        (&json!("hidden"), &json!("Polite"))
    );
    assert!(edited.get("edited_at").is_some());
    court.look(post, None).await.expect(404);
    let delete = court.posting.delete(&path).token(&court.ana.token);
    delete.send().await.expect(204);
    court.look(post, Some(&court.ana.token)).await.expect(404);
    assert_eq!((court.posts().await, court.listed().await), (1, 1));
    court.look(kept, None).await.expect(200);
    // What is gone is not to be looked at any more.
    let ben = court.reporter("ben").await;
    let about = subject("post", &kept);
    court.send(&ben, &about, "spam").await.expect(201);
    assert_eq!(court.queue("open").await.len(), 1);
    let delete = court.posting.delete(&format!("/v1/posts/{kept}"));
    let delete = delete.token(&court.ana.token);
    delete.send().await.expect(204);
    assert!(court.queue("open").await.is_empty());
}
