//! Reports and decisions: whatever is killed or lost, a report is counted once, what is hidden is so with its counts, a
//! decision stands once, and all whom it concerns are told of it once.

use domain::{
    engagement::{Case, Fact, NoticeKind, Report, Subject},
    ids::PostId,
    posts::PostStatus,
};
use futures::future::join_all;
use harness::{Answer, Fault, Faults, Http, Member, Request, World};
use serde_json::{Value, json};

use crate::{
    Met, TRANSACTIONS,
    callers::{Caller, met},
    engine::Engine,
};

/// No deed makes so many calls.
const CALLS: usize = 14;

fn about(post: PostId) -> Value {
    json!({"type": "post", "id": post.to_string()})
}

fn report(http: &Http, who: &Member, post: PostId) -> Request {
    let report = http.post("/v1/reports").token(&who.token);
    report.json(json!({"subject": about(post), "reason": "spam"}))
}

async fn case(world: &World, post: PostId) -> Case {
    let case = world.store().case_now(&Subject::Post(post)).await;
    case.expect("an answer").expect("a case")
}

async fn reports(world: &World, post: PostId) -> Vec<Report> {
    let subject = Subject::Post(post);
    let reports = world.store().reports_on(&subject, None, 100).await;
    reports.expect("an answer").0
}

/// That case, reports, post and its author's count agree, and whether it is hidden.
async fn agrees(world: &World, ana: &Member, post: PostId) -> bool {
    let (case, reports) = (case(world, post).await, reports(world, post).await);
    let of_round = reports.iter().filter(|report| report.round == case.counted);
    assert_eq!(of_round.count() as u64, case.reporters, "{case:?}");
    let post = world.store().post_now(post).await;
    let post = post.expect("an answer").expect("a post");
    let hidden = post.status == PostStatus::Hidden;
    assert_eq!(post.moderation.is_some(), hidden);
    let counted = world.profile(&ana.id).await.posts;
    assert_eq!(counted, u64::from(!hidden));
    hidden
}

/// Asks an instance that is killed after so many calls, and then one that is not, twice.
async fn killed(
    world: &World,
    calls: usize,
    ask: impl Fn(&Http) -> Request,
    serve: impl Fn(&shared::runtime::Context) -> axum::Router,
) -> [Answer; 2] {
    let faults = Faults::after(calls, Fault::Killed);
    let http = world.serve(serve(&faults.attach(&world.context())));
    // Whether it was answered before it was killed does not matter.
    drop(faults.run(ask(&http).send()).await);
    let http = world.serve(serve(&world.context()));
    [ask(&http).send().await, ask(&http).send().await]
}

#[tokio::test]
async fn the_report_that_hides_was_killed_after_any_call_and_hides_once() {
    for calls in 0..CALLS {
        let world = World::new().await;
        let ana = world.member("ana").prime().await;
        let post = world.published_post("ana").await.id;
        let http = world.serve(engagement::router(&world.context()));
        for n in 0..4 {
            let who = world.member(&format!("rep{n}")).prime().await;
            report(&http, &who, post).send().await.expect(201);
        }
        assert!(!agrees(&world, &ana, post).await);
        let last = world.member("last").prime().await;
        let answers = killed(
            &world,
            calls,
            |http| report(http, &last, post),
            engagement::router,
        );
        let ids = answers
            .await
            .map(|answer| answer.expect(201).json()["id"].clone());
        assert_eq!(ids[0], ids[1], "{calls}");
        assert!(agrees(&world, &ana, post).await, "{calls}");
        assert_eq!(case(&world, post).await.reporters, 5, "{calls}");
    }
}

#[tokio::test]
async fn a_decision_that_was_killed_after_any_call_is_made_once() {
    for calls in 0..CALLS {
        let world = World::new().await;
        let ana = world.member("ana").prime().await;
        let post = world.published_post("ana").await.id;
        let mo = world.token("mo", &["moderator"]);
        let body = json!({"subject": about(post), "action": "hide", "reason": "!"});
        let decide = |http: &Http| {
            let decide = http.post("/v1/moderation/decisions").token(&mo);
            decide.header("idempotency-key", "one").json(body.clone())
        };
        let answers = killed(&world, calls, decide, admin::router).await;
        let ids = answers.map(|answer| answer.expect(201).json()["id"].clone());
        assert_eq!(ids[0], ids[1], "{calls}");
        assert!(agrees(&world, &ana, post).await, "{calls}");
        let case = case(&world, post).await;
        assert_eq!((case.decisions.len(), case.round), (1, 1), "{calls}");
        let strikes = world.store().strikes(&ana.id).await.expect("an answer");
        assert_eq!(strikes.count(world.now()), 1);
    }
}

/// Reports by seven at instances that meet faults, a decision amid them, and workers that meet more.
async fn judges(seed: u64) -> Met {
    let world = World::contended().await;
    let ana = world.member("ana").prime().await;
    let post = world.published_post("ana").await.id;
    let mut people = Vec::new();
    for n in 0..7 {
        let caller = Caller::new(&world, seed * 10 + n);
        let who = world.member(&format!("rep{n}")).prime().await;
        people.push((who, caller));
    }
    let mo = world.token("mo", &["moderator"]);
    let (of_mo, action) = (
        Faults::seeded(seed * 10 + 8),
        ["hide", "restore"][(seed % 2) as usize],
    );
    let admin = world.serve(admin::router(&of_mo.attach(&world.context())));
    let decide = admin.post("/v1/moderation/decisions").token(&mo);
    let decide = decide.header("idempotency-key", "one");
    let decide = decide.json(json!({"subject": about(post), "action": action, "reason": "!"}));
    let decided = async {
        for _ in 0..100 {
            match of_mo.run(decide.clone().send()).await {
                Some(answer) if answer.status == 503 => {}
                Some(answer) => return answer.expect(201),
                None => {}
            }
        }
        panic!("no decision, however often it was asked for")
    };
    let reported = join_all(people.iter().map(async |(who, caller)| {
        let request = report(&caller.engagement, who, post);
        let answer = caller.ask(&request).await;
        // What is hidden is not there to be reported.
        assert!([201, 404].contains(&answer.status.as_u16()), "{answer:?}");
        answer.status == 201
    }));
    let (reported, _) = futures::join!(reported, decided);
    let hidden = agrees(&world, &ana, post).await;
    assert!(hidden || action == "restore");
    let mut engine = Engine::new(&world, seed);
    engine.settle().await;

    let reports = reports(&world, post).await;
    let round = case(&world, post).await.round;
    for ((who, _), answered) in people.iter().zip(reported) {
        let mine = reports.iter().find(|report| report.reporter == who.id);
        // Of one whose answer was lost it may be told after the decision that there is nothing to report.
        assert!(mine.is_some() || !answered);
        let decided = mine.filter(|mine| mine.round < round);
        let upheld = decided.map(|mine| mine.outcome.expect("an outcome").upheld);
        assert!(upheld.is_none_or(|upheld| upheld == (action == "hide")));
        let told = world.inbox(&who.id).await;
        let told = told
            .iter()
            .filter(|told| told.kind == NoticeKind::ReportDecided);
        assert_eq!(told.count(), usize::from(decided.is_some()));
        let record = world.store().record(&who.id).await.expect("an answer");
        assert_eq!(record.edition, u64::from(decided.is_some()));
    }
    // One statement of the decision, and one for each time that reports hid it.
    let told = world.inbox(&ana.id).await;
    let statements = told.iter().filter_map(|told| match &told.fact {
        Some(Fact::Decided(statement)) => Some(statement),
        _ => None,
    });
    let statements: Vec<_> = statements.collect();
    let by_mo = statements.iter().filter(|said| !said.automated).count();
    assert_eq!(by_mo, 1, "{statements:?}");
    assert!(statements.len() <= 3, "{statements:?}");
    let mut all = met(&people
        .into_iter()
        .map(|(_, caller)| caller)
        .collect::<Vec<_>>());
    all.add(&Met::of(&of_mo));
    all.add(&Met::of(&engine.faults));
    all
}

#[tokio::test]
async fn what_is_reported_and_decided_is_counted_and_told_once_whatever_fails() {
    crate::over_seeds(0..20, judges, TRANSACTIONS).await;
}
