//! What was decided, told to whom it weighs on, and to whoever reported it.

use domain::{
    engagement::{
        Action, Case, Fact, Ground, HiddenBy, NoticeKind, Outcome, Report, ReportReason, Statement,
        Subject, Weight,
    },
    ids::{PostId, ReportId, StatementId},
    quota::Quota,
};
use harness::World;
use shared::{
    queue::messages::{NotifierMessage, ReportDecided, Stated},
    store::{Deciding, Deed, Filed, Reporting},
};

use crate::{street, user, work};

/// A moderator decides on a post of ana's: the message of her statement.
async fn decide(world: &World, post: PostId, action: Action) -> (Statement, String) {
    let (store, now, subject) = (world.store(), world.now(), Subject::Post(post));
    let before = store.case_now(&subject).await.unwrap();
    let new = || Case::new(subject.clone(), user("ana"), now);
    let case = before.clone().unwrap_or_else(new);
    let (on_appeal, rounds) = case.to_decide();
    let statement = Statement {
        id: StatementId::of(&subject, case.edition, now),
        author: user("ana"),
        subject,
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
    let after = case.decided(&statement, user("mo"));
    let deciding = Deciding {
        before: before.as_ref(),
        after: &after,
        statement: &statement,
        deed: Deed::Kept,
        strikes: None,
        suspension: None,
        claim: None,
    };
    assert_eq!(store.decide(&deciding).await.unwrap(), Filed::Done);
    let stated = NotifierMessage::Stated(Stated {
        author: user("ana"),
        statement: statement.id,
    });
    (statement, serde_json::to_string(&stated).unwrap())
}

/// The statements that somebody is told, oldest first.
async fn statements(world: &World, who: &str) -> Vec<StatementId> {
    let told = world.inbox(&user(who)).await.into_iter().rev();
    let told = told.filter(|told| told.kind == NoticeKind::Moderation);
    let told = told.filter_map(|told| match told.fact {
        Some(Fact::Decided(statement)) => Some(statement.id),
        _ => None,
    });
    told.collect()
}

#[tokio::test]
async fn each_statement_is_told_once_however_often_and_in_whatever_order() {
    let (world, post) = street(&[]).await;
    let (hidden, first) = decide(&world, post, Action::Hide).await;
    let (shown, second) = decide(&world, post, Action::Restore).await;
    for message in [&second, &first, &second, &first] {
        work(&world, std::slice::from_ref(message)).await;
    }
    let mut told = statements(&world, "ana").await;
    told.sort();
    assert_eq!(told, [hidden.id, shown.id]);
}

#[tokio::test]
async fn what_is_told_late_stands_after_what_was_read() {
    let (world, post) = street(&[]).await;
    let (_, first) = decide(&world, post, Action::Hide).await;
    let (_, second) = decide(&world, post, Action::Restore).await;
    let (_, third) = decide(&world, post, Action::Hide).await;
    work(&world, &[third]).await;
    let newest = world.inbox(&user("ana")).await[0].id;
    let read = world.store().read_up_to(&user("ana"), newest).await;
    read.unwrap();
    work(&world, &[first, second]).await;
    let told = world.inbox(&user("ana")).await;
    let unread = told.iter().filter(|told| !told.is_read(Some(newest)));
    assert_eq!((told.len(), unread.count()), (3, 2));
}

#[tokio::test]
async fn nobody_is_told_what_is_not_there_or_who_has_not_joined() {
    let (world, post) = street(&[]).await;
    let none = NotifierMessage::Stated(Stated {
        author: user("ana"),
        statement: StatementId(post.0),
    });
    let report = NotifierMessage::ReportDecided(ReportDecided {
        reporter: user("ana"),
        subject: Subject::Post(post),
    });
    for message in [none, report] {
        work(&world, &[serde_json::to_string(&message).unwrap()]).await;
    }
    assert!(world.inbox(&user("ana")).await.is_empty());
}

#[tokio::test]
async fn a_reporter_is_told_the_outcome_that_stands_once() {
    let (world, post) = street(&["ben"]).await;
    let (store, now, subject) = (world.store(), world.now(), Subject::Post(post));
    let report = Report {
        id: ReportId(post.0),
        reporter: user("ben"),
        subject: subject.clone(),
        reason: ReportReason::Spam,
        detail: None,
        weight: Weight(4),
        round: 0,
        created_at: now,
        outcome: None,
    };
    let quota = Quota {
        user: user("ben"),
        kind: "reports",
        limit: 1,
    };
    let after = Case::new(subject.clone(), user("ana"), now).reported(&report);
    let reporting = Reporting {
        report: &report,
        before: None,
        after: &after,
        hidden: None,
        claim: None,
        quota: &quota,
    };
    assert_eq!(store.report(reporting, now).await.unwrap(), Filed::Done);
    let message = NotifierMessage::ReportDecided(ReportDecided {
        reporter: user("ben"),
        subject,
    });
    let message = serde_json::to_string(&message).unwrap();
    work(&world, std::slice::from_ref(&message)).await;
    assert!(world.inbox(&user("ben")).await.is_empty(), "undecided");
    let (statement, _) = decide(&world, post, Action::Hide).await;
    let outcome = Outcome {
        by: statement.id,
        upheld: true,
        at: statement.decided_at,
    };
    store.note_outcome(&report, &outcome, now).await.unwrap();
    for _ in 0..2 {
        work(&world, std::slice::from_ref(&message)).await;
    }
    let told = world.inbox(&user("ben")).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].kind, NoticeKind::ReportDecided);
    assert_eq!(told[0].fact, Some(Fact::Report(outcome)));
}
