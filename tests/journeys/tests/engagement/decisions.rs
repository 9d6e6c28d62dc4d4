//! The moderators' queue, decisions, strikes and appeals (ENGAGEMENT 34-37).

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{
    court::{BOSS, MIA, MO, begin, subject},
    talk::of,
};

#[tokio::test]
async fn the_queue_is_for_moderators_by_when_cases_are_due_page_by_page() {
    let court = begin().await;
    let ben = court.reporter("ben").await;
    for path in ["/v1/moderation/queue", "/v1/moderation/queue?state=none"] {
        court.admin.get(path).send().await.expect(401);
        let refused = court.admin.get(path).token(&ben.token).send().await;
        assert_eq!(refused.expect(403).problem(), "moderator-required");
    }
    let wrong = court.admin.get("/v1/moderation/queue?state=none&limit=0");
    let wrong = wrong.token(court.moderator(MO)).send().await.expect(422);
    assert_eq!(wrong.pointers(), ["?state", "?limit"]);
    let queue = court.admin.get("/v1/moderation/queue");
    let queue = queue.token(court.moderator(BOSS));
    queue.send().await.expect(200);
    let mut posts = Vec::new();
    for _ in 0..5 {
        let post = court.world.published_post("ana").await.id;
        court
            .send(&ben, &subject("post", &post), "spam")
            .await
            .expect(201);
        court.world.advance(SignedDuration::from_mins(1));
        posts.push(post);
    }
    // Of one of them somebody says that it is against the law.
    let body = json!({"subject": subject("post", &posts[3]), "reason": "illegal", "detail": "§ 1"});
    let cleo = court.reporter("cleo").await;
    let report = court.engagement.post("/v1/reports").token(&cleo.token);
    report.json(body).send().await.expect(201);
    let all = court.queue("open").await;
    let ids = |cases: &[Value]| {
        let ids = cases.iter().map(|case| case["subject"]["id"].clone());
        ids.collect::<Vec<_>>()
    };
    let expected = [3, 0, 1, 2, 4].map(|n| json!(posts[n].to_string()));
    assert_eq!(ids(&all), expected);
    let (mut paged, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/v1/moderation/queue?limit=2{cursor}");
        let page = court
            .admin
            .get(&path)
            .token(court.moderator(MO))
            .send()
            .await;
        let page = page.expect(200).json();
        paged.extend(page["items"].as_array().unwrap().clone());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(ids(&paged), expected);
    court.decided(MO, &subject("post", &posts[0]), "hide").await;
    assert_eq!(court.queue("open").await.len(), 4);
    let decided = court.queue("decided").await;
    assert_eq!(
        (&decided[0]["state"], &decided[0]["strikes"]),
        (&json!("decided"), &json!(1))
    );
    assert_eq!(decided[0]["decisions"][0]["statement"]["what"], "hide");
}

#[tokio::test]
async fn a_decision_is_refused_in_order_and_each_subject_has_its_actions() {
    let court = begin().await;
    let post = court.world.published_post("ana").await.id;
    let about = subject("post", &post);
    let decide = court.admin.post("/v1/moderation/decisions");
    decide.clone().json(json!({})).send().await.expect(401);
    let refused = decide.json(json!({})).token(&court.ana.token).send().await;
    assert_eq!(refused.expect(403).problem(), "moderator-required");
    let nowhere = court.world.context().ids.ulid();
    for unseen in [
        subject("post", &nowhere),
        subject("user", "nobody"),
        subject("comment", "x"),
    ] {
        let body = json!({"subject": unseen, "action": "burn"});
        court.decide(MO, body).await.expect(404);
    }
    let past = court.world.now() - SignedDuration::from_secs(1);
    let person = subject("user", "ana");
    for (body, pointers) in [
        (json!({}), vec!["/subject", "/action", "/reason"]),
        (
            json!({"subject": about, "action": "burn", "reason": "!"}),
            vec!["/action"],
        ),
        (
            json!({"subject": about, "action": "suspend", "reason": "!"}),
            vec!["/action"],
        ),
        (
            json!({"subject": about, "action": "strip_badge", "reason": ""}),
            vec!["/reason", "/action"],
        ),
        (
            json!({"subject": person, "action": "hide", "reason": "!"}),
            vec!["/action"],
        ),
        (
            json!({"subject": about, "action": "hide", "reason": "!", "ground": "mood"}),
            vec!["/ground"],
        ),
        (
            json!({"subject": person, "action": "suspend", "reason": "!", "until": past.to_string()}),
            vec!["/until"],
        ),
        (
            json!({"subject": person, "action": "suspend", "reason": "!", "until": "soon"}),
            vec!["/until"],
        ),
    ] {
        let answer = court.decide(MO, body.clone()).await.expect(422);
        assert_eq!(answer.pointers(), pointers, "{body}");
    }
    assert!(court.queue("decided").await.is_empty());
    let body = json!({"subject": about, "action": "hide", "reason": "Rude.", "ground": "law"});
    let decide = court
        .admin
        .post("/v1/moderation/decisions")
        .token(court.moderator(MO));
    let decide = decide.header("idempotency-key", "one").json(body);
    let first = decide.clone().send().await.expect(201);
    assert!(first.header("location").is_some());
    assert_eq!(decide.send().await.expect(201).json(), first.json());
    let first = first.json();
    let statement = &first["statement"];
    assert_eq!(
        (&statement["ground"], &statement["facts"]),
        (&json!("law"), &json!("Rude."))
    );
    assert_eq!(
        (&statement["automated"], &statement["strikes"]),
        (&json!(false), &json!(1))
    );
    assert!(
        statement["redress"]
            .as_str()
            .unwrap()
            .contains("/v1/appeals")
    );
    let own = court
        .look(post, Some(&court.ana.token))
        .await
        .expect(200)
        .json();
    assert_eq!(own["moderation"]["by"], "moderator");
    assert_eq!(own["moderation"]["reason"], "Rude.");
    assert_eq!(own["moderation"]["decided_at"], first["decided_at"]);
    assert_eq!(own["moderation"]["appeal_until"], first["appeal_until"]);
}

#[tokio::test]
async fn the_second_strike_warns_and_the_third_suspends_for_seven_days() {
    let court = begin().await;
    let mut told = Vec::new();
    let mut posts = Vec::new();
    for _ in 0..3 {
        let about = subject("post", &court.world.published_post("ana").await.id);
        court.world.advance(SignedDuration::from_secs(1));
        let decision = court.decided(MO, &about, "hide").await;
        // Hidden again, it is no other strike.
        court.world.advance(SignedDuration::from_secs(1));
        court.decided(MO, &about, "hide").await;
        told.push(decision["statement"].clone());
        posts.push(about);
    }
    assert_eq!(
        told.iter()
            .map(|said| said["strikes"].clone())
            .collect::<Vec<_>>(),
        [1, 2, 3]
    );
    let warned = told.iter().map(|said| said.get("warning").is_some());
    assert_eq!(warned.collect::<Vec<_>>(), [false, true, false]);
    let story = |text: &str| {
        let post = court.posting.post("/v1/posts");
        let post = post.token(court.token(&court.ana));
        post.json(json!({"kind": "story", "text": text})).send()
    };
    let refused = story("One more").await.expect(403);
    assert_eq!(refused.problem(), "suspended");
    let person = subject("user", "ana");
    let case = court.queue("decided").await;
    assert!(case.iter().any(|case| case["subject"] == person));
    court.world.advance(SignedDuration::from_hours(7 * 24));
    story("Back").await.expect(201);
    // Shown again, the oldest counts no more; the next hidden is the third again.
    court.decided(MO, &posts[0], "restore").await;
    let about = subject("post", &court.world.published_post("ana").await.id);
    let third = court.decided(MO, &about, "hide").await;
    assert_eq!(third["statement"]["strikes"], 3);
    story("Gone").await.expect(403);
    court.decided(MO, &person, "restore").await;
    story("Back again").await.expect(201);
}

#[tokio::test]
async fn a_person_is_suspended_loses_the_badge_and_is_restored_to_what_they_earned() {
    let court = begin().await;
    let person = subject("user", "ANA");
    let suspended = court.decided(MO, &person, "suspend").await;
    let now = court.world.now();
    let time = |time: &Value| time.as_str().unwrap().parse::<Timestamp>().unwrap();
    let lasts =
        time(&suspended["statement"]["until"]).duration_since(time(&suspended["decided_at"]));
    assert_eq!(lasts, SignedDuration::from_hours(7 * 24));
    let until = format!("{:.3}", now + SignedDuration::from_hours(1));
    let body = json!({"subject": person, "action": "suspend", "reason": "!", "until": until});
    let shorter = court.decide(MO, body).await.expect(201).json();
    assert_eq!(shorter["statement"]["until"], until);
    let follow = court.engagement.put("/v1/users/ben/follow");
    let follow = follow.token(&court.ana.token);
    assert_eq!(
        follow.clone().send().await.expect(403).problem(),
        "suspended"
    );
    court.decided(MO, &person, "restore").await;
    follow.send().await.expect(404);

    let thresholds = domain::engagement::Thresholds {
        points: 0,
        posts: 0,
        least_points: 0,
        least_posts: 0,
    };
    let store = court.world.store();
    store.weigh(&court.ana.id, &thresholds).await.unwrap();
    let worn = async || court.world.profile(&court.ana.id).await.enthusiast;
    assert!(worn().await);
    court.decided(MO, &person, "strip_badge").await;
    assert!(!worn().await);
    store.weigh(&court.ana.id, &thresholds).await.unwrap();
    assert!(!worn().await, "what is earned does not bring it back");
    court.decided(MO, &person, "restore").await;
    assert!(worn().await);
}

#[tokio::test]
async fn an_appeal_is_for_author_and_reporters_once_and_not_decided_by_who_decided_before() {
    let court = begin().await;
    let ben = court.reporter("ben").await;
    let cleo = court.reporter("cleo").await;
    let stranger = court.world.token("stranger", &[]);
    let post = court.world.published_post("ana").await.id;
    let about = subject("post", &post);
    let http = &court.engagement;
    http.post("/v1/appeals")
        .json(json!({}))
        .send()
        .await
        .expect(401);
    let refused = http.post("/v1/appeals").json(json!({})).token(&stranger);
    assert_eq!(refused.send().await.expect(403).problem(), "not-joined");
    let nowhere = subject("post", &court.world.context().ids.ulid());
    court.appeal(&ben, &nowhere).await.expect(404);
    assert_eq!(
        court.appeal(&court.ana, &about).await.expect(409).problem(),
        "nothing-to-appeal"
    );
    assert_eq!(
        court.appeal(&ben, &about).await.expect(403).problem(),
        "not-owner"
    );
    let wrong = http.post("/v1/appeals").token(&court.ana.token);
    let wrong = wrong
        .json(json!({"subject": about, "text": " "}))
        .send()
        .await;
    assert_eq!(wrong.expect(422).pointers(), ["/text"]);

    // Kept: a reporter appeals, and it is hidden by somebody else.
    court.send(&ben, &about, "spam").await.expect(201);
    assert_eq!(
        court.appeal(&ben, &about).await.expect(409).problem(),
        "nothing-to-appeal"
    );
    court.decided(MO, &about, "restore").await;
    let body = json!({"subject": about, "text": "It is spam."});
    let appeal = http.post("/v1/appeals").token(&ben.token);
    let appeal = appeal.header("idempotency-key", "one").json(body);
    let made = appeal.clone().send().await.expect(201);
    assert!(made.header("location").is_some());
    assert_eq!(appeal.send().await.expect(201).json(), made.json());
    assert_eq!(
        court.appeal(&ben, &about).await.expect(409).problem(),
        "already-appealed"
    );
    let [case] = &court.queue("open").await[..] else {
        panic!("one case is open");
    };
    assert_eq!(
        case["appeal"],
        json!({"by": "reporter", "text": "It is spam."})
    );
    let time = |time: &Value| time.as_str().unwrap().parse::<Timestamp>().unwrap();
    let due = time(&case["due_at"]).duration_since(time(&made.json()["created_at"]));
    assert_eq!(due, SignedDuration::from_hours(4));
    assert_eq!(case["decisions"].as_array().unwrap().len(), 1);
    let body = json!({"subject": about, "action": "hide", "reason": "!"});
    let own = court.decide(MO, body.clone()).await.expect(403);
    assert_eq!(own.problem(), "own-decision");
    court.world.advance(SignedDuration::from_secs(1));
    let hidden = court.decided(MIA, &about, "hide").await;
    assert!(hidden.get("appeal_until").is_some());
    // Its author may yet appeal; then it stands.
    assert_eq!(
        court.appeal(&cleo, &about).await.expect(403).problem(),
        "not-owner"
    );
    court.appeal(&court.ana, &about).await.expect(201);
    for moderator in [MO, MIA] {
        let own = court.decide(moderator, body.clone()).await.expect(403);
        assert_eq!(own.problem(), "own-decision");
    }
    court.world.advance(SignedDuration::from_secs(1));
    let last = court.decide(BOSS, body.clone()).await.expect(201).json();
    assert!(last.get("appeal_until").is_none());
    assert!(
        !last["statement"]["redress"]
            .as_str()
            .unwrap()
            .contains("/v1/appeals")
    );
    assert_eq!(
        court.appeal(&court.ana, &about).await.expect(409).problem(),
        "already-appealed"
    );
}

#[tokio::test]
async fn an_appeal_is_heard_for_180_days_and_an_admin_may_decide_on_their_own() {
    let court = begin().await;
    let mut posts = Vec::new();
    for _ in 0..2 {
        let about = subject("post", &court.world.published_post("ana").await.id);
        court.decided(BOSS, &about, "hide").await;
        posts.push(about);
    }
    court
        .world
        .advance(SignedDuration::from_hours(180 * 24 - 1));
    court.appeal(&court.ana, &posts[0]).await.expect(201);
    court.decided(BOSS, &posts[0], "restore").await;
    court.world.advance(SignedDuration::from_hours(1));
    assert_eq!(
        court
            .appeal(&court.ana, &posts[1])
            .await
            .expect(409)
            .problem(),
        "nothing-to-appeal"
    );
}

#[tokio::test]
async fn moderators_decide_across_blocks_and_see_by_address_what_is_hidden() {
    let court = begin().await;
    let mo = court.world.member("mo").group("moderator").await;
    let block = court.engagement.put("/v1/users/mo/block");
    block.token(&court.ana.token).send().await.expect(204);
    let post = court.world.published_post("ana").await.id;
    let about = subject("post", &post);
    court.look(post, Some(&mo.token)).await.expect(404);
    court.decided(MO, &about, "hide").await;
    court.look(post, Some(&mo.token)).await.expect(200);
    let comments = court.engagement.get(&of(post)).token(&mo.token);
    comments.send().await.expect(200);
    assert_eq!(court.queue("decided").await[0]["author"]["handle"], "ana");
    court.decided(MO, &about, "restore").await;
    court.look(post, None).await.expect(200);
}
