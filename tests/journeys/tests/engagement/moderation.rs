//! Reports, what they hide, the moderators' queue, decisions, strikes and appeals (ENGAGEMENT 30-37).

use domain::{
    engagement::Count,
    ids::PostId,
    posts::{Post, PostKind, PostStatus},
};
use futures::future::join_all;
use harness::{Answer, Http, Member, World};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::talk::{answer, of, read, say};

/// The functions of a world, and some of its people.
struct Court {
    world: World,
    /// Whose things are reported.
    ana: Member,
    engagement: Http,
    posting: Http,
    admin: Http,
}

async fn begin() -> Court {
    let world = World::contended().await;
    let context = world.context();
    Court {
        ana: world.member("ana").prime().await,
        engagement: world.serve(engagement::router(&context)),
        posting: world.serve(posting::router(&context)),
        admin: world.serve(admin::router(&context)),
        world,
    }
}

fn subject(kind: &str, id: &(impl ToString + ?Sized)) -> Value {
    json!({"type": kind, "id": id.to_string()})
}

/// Moderators, who have not joined.
const MO: &str = "mo";
const MIA: &str = "mia";
/// An admin, who may what they may.
const BOSS: &str = "boss";

impl Court {
    /// A token of a moderator's, good for some minutes.
    fn moderator(&self, name: &str) -> String {
        let group = if name == BOSS { "admin" } else { "moderator" };
        self.world.token(name, &[group])
    }

    /// A token of a member's, likewise.
    fn token(&self, who: &Member) -> String {
        self.world.token(&who.handle, &["prime"])
    }

    /// Somebody whose reports weigh 1.
    async fn reporter(&self, name: &str) -> Member {
        self.world.member(name).prime().await
    }

    async fn send(&self, who: &Member, subject: &Value, reason: &str) -> Answer {
        let report = self.engagement.post("/v1/reports").token(self.token(who));
        let body = json!({"subject": subject, "reason": reason});
        report.json(body).send().await
    }

    /// So many people, called so, report something, as spam.
    async fn reported_by(&self, name: &str, people: usize, subject: &Value) -> Vec<Member> {
        let mut reporters = Vec::new();
        for n in 0..people {
            let reporter = self.reporter(&format!("{name}{n}")).await;
            self.send(&reporter, subject, "spam").await.expect(201);
            reporters.push(reporter);
        }
        reporters
    }

    async fn decide(&self, moderator: &str, body: Value) -> Answer {
        let moderator = self.moderator(moderator);
        let decide = self.admin.post("/v1/moderation/decisions").token(moderator);
        decide.json(body).send().await
    }

    async fn decided(&self, moderator: &str, subject: &Value, action: &str) -> Value {
        let body = json!({"subject": subject, "action": action, "reason": "Because."});
        self.decide(moderator, body).await.expect(201).json()
    }

    async fn appeal(&self, who: &Member, subject: &Value) -> Answer {
        let appeal = self.engagement.post("/v1/appeals").token(self.token(who));
        let body = json!({"subject": subject, "text": "It is fine."});
        appeal.json(body).send().await
    }

    /// The cases in this state.
    async fn queue(&self, state: &str) -> Vec<Value> {
        let path = format!("/v1/moderation/queue?state={state}");
        let page = self.admin.get(&path).token(self.moderator(MO)).send().await;
        page.expect(200).json()["items"].as_array().unwrap().clone()
    }

    /// A post as somebody reads it by its address; without a token, as anybody.
    async fn look(&self, post: PostId, token: Option<&str>) -> Answer {
        let get = self.posting.get(&format!("/v1/posts/{post}"));
        match token {
            Some(token) => get.token(token).send().await,
            None => get.send().await,
        }
    }

    async fn post(&self, id: PostId) -> Post {
        self.world.store().post_now(id).await.unwrap().unwrap()
    }

    async fn listed(&self) -> usize {
        let list = self.posting.get("/v1/users/ana/posts").send().await;
        list.expect(200).json()["items"].as_array().unwrap().len()
    }

    async fn posts(&self) -> u64 {
        self.world.profile(&self.ana.id).await.posts
    }
}

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
}
