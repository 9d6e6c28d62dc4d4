//! Folding and badges, over a real table and a real queue.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, and says what it stood on"
)]

mod hottest;

use std::{ops::Range, time::Duration};

use domain::{
    engagement::{
        Action, Badge, Case, Count, Ground, Heat, HiddenBy, Report, ReportReason, Statement,
        Subject, Thing, Weight,
    },
    ids::{PostId, ReportId, StatementId, UserId},
    posts::{Post, PostKind, PostStatus},
    quota::Quota,
};
use futures::future::join_all;
use harness::{World, sqs_event, user};
use jiff::SignedDuration;
use rollup::{App, handle};
use shared::{
    aws::deadline::before_end,
    queue::messages::{Decided, Gone, Heated, MarksChanged, RollupMessage},
    store::{Deciding, Deed, Filed, Reporting, Uploads},
};

fn fan(n: usize) -> UserId {
    user(&format!("fan{n}"))
}

fn body(message: &RollupMessage) -> String {
    serde_json::to_string(message).unwrap()
}

fn look(thing: Thing, generation: u64, acts: u64) -> String {
    body(&RollupMessage::Heated(Heated {
        thing,
        generation,
        acts,
    }))
}

fn marks(post: PostId) -> String {
    body(&RollupMessage::MarksChanged(MarksChanged::of(post)))
}

async fn work(world: &World, bodies: &[String]) {
    let response = handle(&App::new(&world.context()), sqs_event(bodies)).await;
    assert!(response.batch_item_failures.is_empty(), "{response:?}");
}

/// Does what very many do at once, who have as long as a loaded machine may need.
async fn patiently<T>(work: impl Future<Output = T>) -> T {
    before_end(Duration::from_secs(120), work).await
}

async fn smile(world: &World, post: PostId, fans: Range<usize>) {
    let smiles = fans.map(async |n| world.smile(&fan(n), post).await);
    patiently(join_all(smiles)).await;
}

async fn read(world: &World, post: PostId) -> Post {
    world.store().post_now(post).await.unwrap().unwrap()
}

/// A post of Ana's at which so many smile at once, where their writes meet.
async fn crowded(people: usize) -> (World, PostId) {
    let world = World::contended().await;
    world.member("ana").await;
    let post = world.published_post("ana").await.id;
    smile(&world, post, 0..people).await;
    assert_eq!(read(&world, post).await.heat().generation, 1);
    assert!(read(&world, post).await.heat().is_hot());
    (world, post)
}

#[tokio::test]
async fn what_a_crowd_has_left_has_one_count_again_and_who_read_it_before_adds_the_same() {
    let (world, post) = crowded(50).await;
    let before = read(&world, post).await;
    work(&world, &[look(Thing::Post(post), 1, 0)]).await;
    let after = read(&world, post).await;
    assert_eq!((after.heat, after.generation, after.smiles), (0, 1, 50));
    assert_eq!(world.delayed("rollup").await, 0);
    let (store, thing) = (world.store(), Thing::Post(post));
    let shards = store.shards(&thing, before.heat(), true).await.unwrap();
    assert_eq!(shards.plus(Count::Smiles, before.smiles), 50);
    // Acts go on in the post itself, one by one; whoever read it as hot meets closed shards and begins anew.
    world
        .store()
        .smile(&harness::actor(&fan(90)), &before, world.now())
        .await
        .unwrap();
    world
        .store()
        .take_back_smile(&fan(0), &before)
        .await
        .unwrap();
    assert_eq!(read(&world, post).await.smiles, 50);
    assert_eq!(world.counted(post, Count::Smiles).await, 50);
}

#[tokio::test]
async fn where_a_crowd_acts_still_it_is_looked_at_again_a_minute_later() {
    let (world, post) = crowded(90).await;
    work(&world, &[look(Thing::Post(post), 1, 0)]).await;
    assert!(read(&world, post).await.heat().is_hot());
    assert_eq!(world.delayed("rollup").await, 1);
    world.advance(SignedDuration::from_secs(59));
    assert!(world.receive_all("rollup").await.is_empty());
    world.advance(SignedDuration::from_secs(1));
    let next = world.receive_all("rollup").await;
    let told = next.iter().map(|body| serde_json::from_str(body).unwrap());
    let told: Vec<RollupMessage> = told.collect();
    let [RollupMessage::Heated(told)] = &told[..] else {
        panic!("{told:?}");
    };
    assert!((60..=90).contains(&told.acts), "{told:?}");
    work(&world, &next).await;
    let folded = read(&world, post).await;
    assert_eq!((folded.heat, folded.smiles), (0, 90));
}

#[tokio::test]
async fn a_look_that_comes_twice_or_late_changes_nothing() {
    let (world, post) = crowded(40).await;
    let first = look(Thing::Post(post), 1, 0);
    work(&world, &vec![first.clone(); 4]).await;
    assert_eq!(read(&world, post).await.smiles, 40);
    // It becomes hot anew: the first time's look is over.
    smile(&world, post, 40..80).await;
    assert_eq!(read(&world, post).await.heat().generation, 2);
    work(&world, &[first, look(Thing::Post(post), 3, 0)]).await;
    assert!(read(&world, post).await.heat().is_hot());
    assert_eq!(world.counted(post, Count::Smiles).await, 80);
    work(&world, &[look(Thing::Post(post), 2, 0)]).await;
    assert_eq!(read(&world, post).await.smiles, 80);
    assert_eq!(world.delayed("rollup").await, 0);
}

#[tokio::test]
async fn of_a_post_that_is_gone_nothing_is_left_after_a_day_and_none_acts_on_it() {
    let (world, post) = crowded(40).await;
    let before = read(&world, post).await;
    assert!(
        world
            .store()
            .delete_post(&before.author, &before)
            .await
            .unwrap()
    );
    work(&world, &[look(Thing::Post(post), 1, 0)]).await;
    let late = harness::actor(&fan(99));
    let late = world.store().smile(&late, &before, world.now()).await;
    assert_eq!(
        late.unwrap_err().to_string(),
        shared::error::Error::NotFound.to_string()
    );
    let later = world.now() + SignedDuration::from_hours(25);
    let gone = world.plane().tables().sweep_expired(later.as_second());
    assert!(gone.unwrap() >= 64);
    let heat = Heat {
        shards: 64,
        generation: 1,
    };
    let left = world.store().shards(&Thing::Post(post), heat, true).await;
    assert_eq!(left.unwrap().plus(Count::Smiles, 0), 0);
}

#[tokio::test]
async fn somebody_whom_a_crowd_followed_has_one_count_again() {
    let world = World::contended().await;
    let ana = world.member("ana").await;
    let joining = (0..50).map(async |n| drop(world.member(&format!("fan{n}")).await));
    join_all(joining).await;
    let names: Vec<_> = (0..50).map(|n| format!("fan{n}")).collect();
    let follows = names.iter().map(|name| world.follow(name, "ana"));
    patiently(join_all(follows)).await;
    let hot = world.store().member(&ana.id).await.unwrap();
    assert!(hot.heat().is_hot());
    work(&world, &[look(Thing::Person(ana.id.clone()), 1, 0)]).await;
    let folded = world.store().member(&ana.id).await.unwrap();
    assert_eq!((folded.heat, folded.followers), (0, 50));
    assert_eq!(world.profile(&ana.id).await.followers, 50);
}

#[tokio::test]
async fn what_cannot_be_read_is_reported_and_the_rest_of_its_batch_is_done() {
    let world = World::new().await;
    world.member("ana").await;
    let post = world.published_post("ana").await.id;
    smile(&world, post, 0..3).await;
    let poison = [
        "{".to_owned(),
        r#"{"type":"heated.v9"}"#.to_owned(),
        r#"{"type":"heated.v1","thing":"cloud:9","generation":1}"#.to_owned(),
        marks(post),
    ];
    let response = handle(&App::new(&world.context()), sqs_event(&poison)).await;
    let failed = response.batch_item_failures.into_iter();
    let mut failed: Vec<_> = failed.map(|one| one.item_identifier).collect();
    failed.sort();
    assert_eq!(failed, ["m0", "m1", "m2"]);
    assert_eq!(read(&world, post).await.earned, 5);
}

/// Posts of Ana's, at each of which so many smile.
async fn posts(world: &World, smiles: &[usize]) -> Vec<PostId> {
    world.member("ana").await;
    let mut posts = Vec::new();
    for fans in smiles {
        let post = world.published_post("ana").await.id;
        smile(world, post, 0..*fans).await;
        posts.push(post);
    }
    posts
}

async fn badge(world: &World) -> (u64, u64, bool) {
    let Badge {
        points,
        posts,
        given,
        ..
    } = world.store().badge(&user("ana")).await.unwrap();
    let shown = world.profile(&user("ana")).await.enthusiast;
    assert_eq!(shown, given, "what her card shows");
    (points, posts, given)
}

async fn take_back(world: &World, post: PostId, fans: Range<usize>) {
    for n in fans {
        let read = read(world, post).await;
        world.store().take_back_smile(&fan(n), &read).await.unwrap();
    }
}

#[tokio::test]
async fn five_posts_that_are_liked_give_the_badge_in_any_order_and_however_often_they_are_told_of()
{
    let world = World::new().await;
    let posts = posts(&world, &[10, 10, 10, 10, 10, 2]).await;
    let told: Vec<_> = posts.iter().map(|post| marks(*post)).collect();
    work(&world, &told[..4]).await;
    assert_eq!(badge(&world).await, (48, 4, false));
    let mut again = [told.clone(), told].concat();
    again.reverse();
    work(&world, &again[..6]).await;
    work(&world, &again[6..]).await;
    assert_eq!(badge(&world).await, (60, 5, true));
    // It stays with less, down to 45 points.
    take_back(&world, posts[0], 0..10).await;
    work(&world, &[marks(posts[0])]).await;
    assert_eq!(badge(&world).await, (48, 4, true));
    take_back(&world, posts[1], 0..4).await;
    work(&world, &[marks(posts[1])]).await;
    assert_eq!(badge(&world).await, (44, 4, false));
}

#[tokio::test]
async fn what_a_post_has_earned_goes_with_it_once_and_the_badge_too() {
    let world = World::new().await;
    let posts = posts(&world, &[20, 20, 20, 3, 3]).await;
    let told: Vec<_> = posts.iter().map(|post| marks(*post)).collect();
    work(&world, &told).await;
    assert_eq!(badge(&world).await, (76, 5, true));
    for (index, expected) in [(0, (54, 4, true)), (1, (32, 3, false))] {
        let read = read(&world, posts[index]).await;
        assert!(
            world
                .store()
                .delete_post(&read.author, &read)
                .await
                .unwrap()
        );
        let gone = body(&RollupMessage::MarksChanged(MarksChanged {
            post: read.id,
            people: vec![read.author],
            walls: None,
        }));
        work(&world, &[gone.clone(), gone]).await;
        assert_eq!(badge(&world).await, expected);
    }
}

#[tokio::test]
async fn a_post_is_not_deleted_by_what_it_had_earned_before() {
    let world = World::new().await;
    let posts = posts(&world, &[3]).await;
    let before = read(&world, posts[0]).await;
    work(&world, &[marks(posts[0])]).await;
    assert!(
        !world
            .store()
            .delete_post(&before.author, &before)
            .await
            .unwrap()
    );
    let now = read(&world, posts[0]).await;
    assert!(world.store().delete_post(&now.author, &now).await.unwrap());
    assert_eq!(badge(&world).await, (0, 0, false));
}

#[tokio::test]
async fn ones_own_smile_earns_nothing_and_a_review_three_more() {
    let world = World::new().await;
    world.member("ana").await;
    let review = world.published_post("ana");
    let review = review.with(|post| post.kind = PostKind::Review).await.id;
    smile(&world, review, 0..2).await;
    world.smile(&user("ana"), review).await;
    work(&world, &[marks(review)]).await;
    assert_eq!(badge(&world).await, (0, 0, false));
    smile(&world, review, 2..3).await;
    work(&world, &[marks(review)]).await;
    assert_eq!(badge(&world).await, (8, 1, false));
}

#[tokio::test]
async fn a_post_that_others_see_no_more_earns_nothing_until_they_see_it_again() {
    let world = World::new().await;
    let posts = posts(&world, &[5]).await;
    let mut statuses = [PostStatus::NeedsAttention, PostStatus::Published].into_iter();
    work(&world, &[marks(posts[0])]).await;
    for expected in [(0, 0, false), (7, 1, false)] {
        let before = read(&world, posts[0]).await;
        let after = Post {
            status: statuses.next().unwrap(),
            ..before.clone()
        };
        let (store, uploads) = (world.store(), Uploads::default());
        let changed = store
            .change_post(&before, &after, &uploads, world.now())
            .await;
        assert!(changed.unwrap());
        work(&world, &[marks(posts[0]), marks(posts[0])]).await;
        assert_eq!(badge(&world).await, expected);
    }
}

/// Somebody reports a post of ana's.
async fn report(world: &World, subject: &Subject, n: usize) {
    let (store, now) = (world.store(), world.now());
    let before = store.case_now(subject).await.unwrap();
    let new = || Case::new(subject.clone(), user("ana"), now);
    let case = before.clone().unwrap_or_else(new);
    let report = Report {
        id: ReportId(world.context().ids.ulid()),
        reporter: fan(n),
        subject: subject.clone(),
        reason: ReportReason::Spam,
        detail: None,
        weight: Weight(1),
        round: case.round,
        created_at: now,
        outcome: None,
    };
    let quota = Quota {
        user: fan(n),
        kind: "reports",
        limit: 50,
    };
    let after = case.reported(&report);
    let reporting = Reporting {
        report: &report,
        before: before.as_ref(),
        after: &after,
        hidden: None,
        claim: None,
        quota: &quota,
    };
    let filed = store.report(reporting, now).await.unwrap();
    assert_eq!(filed, Filed::Done);
}

/// Somebody decides on it: the message of that.
async fn decide(world: &World, subject: &Subject, action: Action) -> String {
    let (store, now) = (world.store(), world.now());
    let case = store.case_now(subject).await.unwrap().unwrap();
    let (on_appeal, rounds) = case.to_decide();
    let statement = Statement {
        id: StatementId::of(subject, case.edition, now),
        author: user("ana"),
        subject: subject.clone(),
        by: HiddenBy::Moderator,
        automated: false,
        action,
        reason: "!".to_owned(),
        ground: Ground::Terms,
        until: None,
        decided_at: now,
        on_appeal,
        strikes: None,
        warns: false,
        rounds,
    };
    let after = case.clone().decided(&statement, user("mo"));
    let deciding = Deciding {
        before: Some(&case),
        after: &after,
        statement: &statement,
        deed: Deed::Kept,
        strikes: None,
        suspension: None,
        claim: None,
    };
    assert_eq!(store.decide(&deciding).await.unwrap(), Filed::Done);
    body(&RollupMessage::Decided(Decided {
        author: user("ana"),
        statement: statement.id,
        after: None,
    }))
}

#[tokio::test]
async fn a_decision_is_noted_once_on_each_of_very_many_reports_a_hundred_a_message() {
    const MANY: usize = 130;
    let world = World::new().await;
    world.member("ana").await;
    let subject = Subject::Post(world.published_post("ana").await.id);
    for n in 0..MANY {
        report(&world, &subject, n).await;
    }
    let first = decide(&world, &subject, Action::Restore).await;
    // Somebody reports it again, which is not decided yet.
    report(&world, &subject, 0).await;
    for _ in 0..2 {
        work(&world, std::slice::from_ref(&first)).await;
        let next = world.receive_all("rollup").await;
        assert_eq!(next.len(), 1, "{next:?}");
        work(&world, &next).await;
        assert!(world.receive_all("rollup").await.is_empty());
    }
    let (reports, more) = world
        .store()
        .reports_on(&subject, None, 1_000)
        .await
        .unwrap();
    assert_eq!((reports.len(), more), (MANY, false));
    for report in reports {
        let noted = report.reporter != fan(0);
        assert_eq!(report.outcome.is_some(), noted, "{report:?}");
        let record = world.store().record(&report.reporter).await.unwrap();
        assert_eq!(record.edition, u64::from(noted));
    }
}

#[tokio::test]
async fn that_a_thing_is_gone_is_noted_on_very_many_reports_and_then_its_case_is_closed() {
    const MANY: usize = 130;
    let world = World::new().await;
    world.member("ana").await;
    let subject = Subject::Post(world.published_post("ana").await.id);
    report(&world, &subject, 0).await;
    decide(&world, &subject, Action::Restore).await;
    for n in 1..MANY {
        report(&world, &subject, n).await;
    }
    let gone = RollupMessage::Gone(Gone {
        subject: subject.clone(),
        at: world.now(),
        after: None,
    });
    let mut next = vec![body(&gone)];
    let mut messages = 0;
    while !next.is_empty() {
        work(&world, &next).await;
        next = world.receive_all("rollup").await;
        messages += 1;
    }
    assert_eq!(messages, 2);
    let store = world.store();
    let (reports, _) = store.reports_on(&subject, None, 1_000).await.unwrap();
    for report in reports {
        // What was decided before does not change.
        let noted = report.outcome.map(|outcome| outcome.upheld);
        let expected = (report.reporter != fan(0)).then_some(None);
        assert_eq!(noted, expected, "{report:?}");
    }
    let case = store.case_now(&subject).await.unwrap().unwrap();
    assert_eq!(
        (case.gone, case.round, case.reporters),
        (true, 2, MANY as u64 - 1)
    );
    // Told again, nothing is left to do.
    work(&world, &[body(&gone)]).await;
    assert_eq!(store.case_now(&subject).await.unwrap(), Some(case));
    // Of what nobody reported there is no case.
    let none = Subject::Post(world.published_post("ana").await.id);
    let gone = Gone {
        subject: none.clone(),
        at: world.now(),
        after: None,
    };
    work(&world, &[body(&RollupMessage::Gone(gone))]).await;
    assert_eq!(store.case_now(&none).await.unwrap(), None);
}

#[tokio::test]
async fn of_two_decisions_the_later_counts_in_whatever_order_they_are_told() {
    for order in [[0, 1], [1, 0]] {
        let world = World::new().await;
        world.member("ana").await;
        let subject = Subject::Post(world.published_post("ana").await.id);
        report(&world, &subject, 1).await;
        let kept = decide(&world, &subject, Action::Restore).await;
        // As an appeal has it decided anew, with its reports.
        let store = world.store();
        let case = store.case_now(&subject).await.unwrap().unwrap();
        let appeal = domain::engagement::Appeal {
            id: domain::ids::AppealId(world.context().ids.ulid()),
            subject: subject.clone(),
            who: fan(1),
            by: domain::engagement::Side::Reporter,
            text: "!".to_owned(),
            created_at: world.now(),
        };
        let quota = Quota {
            user: fan(1),
            kind: "appeals",
            limit: 1,
        };
        let after = case.clone().appealed(appeal.clone());
        let filed = store.appeal(&appeal, &case, &after, None, &quota).await;
        assert_eq!(filed.unwrap(), Filed::Done);
        let hidden = decide(&world, &subject, Action::Hide).await;
        let messages = [kept, hidden];
        for index in order {
            work(&world, std::slice::from_ref(&messages[index])).await;
        }
        let report = store.report_on(&subject, &fan(1), true).await.unwrap();
        let outcome = report.unwrap().outcome.unwrap();
        assert_eq!(outcome.upheld, Some(true), "{order:?}");
    }
}
