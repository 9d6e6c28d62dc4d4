//! What is reported and then gone: it leaves the queue, and whoever reported it is told (ENGAGEMENT 34-35).

use aws_sdk_dynamodb::types::AttributeValue;
use domain::engagement::{Record, Subject};
use futures::future::join_all;
use harness::Member;
use jiff::SignedDuration;
use serde_json::json;
use shared::keys;

use crate::{
    court::{self, Court, MO, subject},
    talk::{answer, delete, say},
};

/// Has everybody who works off what happened do so, until nothing is left to do.
async fn settle(court: &Court) {
    let (world, context) = (&court.world, court.world.context());
    let mut seen = None;
    loop {
        let (event, last) = world.stream_after(seen.as_deref());
        if last == seen {
            return;
        }
        seen = last;
        let told = relay::handle(&relay::App::new(&context), event).await;
        assert!(told.batch_item_failures.is_empty(), "{told:?}");
        let due = world.receive_event("rollup").await;
        let done = rollup::handle(&rollup::App::new(&context), due).await;
        assert!(done.batch_item_failures.is_empty(), "{done:?}");
        let due = world.receive_event("janitor").await;
        let done = janitor::work_off(&janitor::App::new(&context), due).await;
        assert!(done.batch_item_failures.is_empty(), "{done:?}");
        let due = world.receive_event("notifier").await;
        let done = notifier::handle(&notifier::App::new(&context), due).await;
        assert!(done.batch_item_failures.is_empty(), "{done:?}");
        for queue in ["fanout", "photos"] {
            world.receive_all(queue).await;
        }
    }
}

/// What somebody is told, in words, newest first.
async fn words(court: &Court, who: &Member) -> Vec<String> {
    let inbox = court.engagement.get("/v1/notifications").token(&who.token);
    let page = inbox.send().await.expect(200).json();
    let items = page["items"].as_array().unwrap().iter();
    let words = items.map(|item| item["text"].as_str().unwrap().to_owned());
    words.collect()
}

/// How many items lie in a partition.
async fn lying(court: &Court, pk: &str) -> usize {
    let context = court.world.context();
    let query = context.dynamodb.query();
    let query = query.table_name(context.config.table());
    let query = query.key_condition_expression("PK = :pk");
    let query = query.expression_attribute_values(":pk", AttributeValue::S(pk.to_owned()));
    query.send().await.unwrap().items().len()
}

#[tokio::test]
async fn what_is_reported_and_then_gone_leaves_the_queue_and_its_reporters_are_told_once() {
    let court = court::begin().await;
    let (world, http) = (&court.world, &court.engagement);
    world.member("ben").await;
    let post = world.published_post("ana").await.id;
    let other = world.published_post("ben").await;
    let top = say(http, &court.ana, other.id, "Top").await;
    answer(http, &court.ana, other.id, &top).await;
    let lone = say(http, &court.ana, other.id, "Lone").await;
    let abouts = [
        subject("post", &post),
        subject("comment", &top),
        subject("comment", &lone),
    ];
    let mut reporters = Vec::new();
    for (n, about) in abouts.iter().enumerate() {
        reporters.extend(court.reported_by(&format!("rep{n}_"), 2, about).await);
    }
    settle(&court).await;
    assert_eq!(court.queue("open").await.len(), 3);
    assert_eq!(lying(&court, "QUEUE#open").await, 3);

    let gone = court.posting.delete(&format!("/v1/posts/{post}"));
    gone.token(&court.ana.token).send().await.expect(204);
    for comment in [&top, &lone] {
        delete(http, &court.ana, comment, 204).await;
    }
    for _ in 0..2 {
        settle(&court).await;
        for list in ["open", "decided"] {
            assert_eq!(lying(&court, &format!("QUEUE#{list}")).await, 0, "{list}");
        }
        for reporter in &reporters {
            assert_eq!(words(&court, reporter).await, ["What you reported is gone"]);
            let record = world.store().record(&reporter.id).await.unwrap();
            // Nobody decided: it does not tell whether they were right.
            assert_eq!(
                record.weight(true, world.now()),
                Record::default().weight(true, world.now())
            );
        }
    }
    // What is known of it is swept.
    let case = keys::case(&Subject::Post(post)).attributes();
    let context = world.context();
    let case = context.dynamodb.get_item().set_key(Some(case));
    let case = case.table_name(context.config.table()).send().await;
    let case = case.unwrap().item.unwrap();
    let then = case["expires_at"].as_n().unwrap().parse::<i64>().unwrap();
    let half_a_year = (world.now() + SignedDuration::from_hours(180 * 24)).as_second();
    assert!((half_a_year - 60..=half_a_year).contains(&then));
}

#[tokio::test]
async fn what_was_decided_on_something_that_is_gone_since_stays_among_what_was() {
    let court = court::begin().await;
    let post = court.world.published_post("ana").await.id;
    let about = subject("post", &post);
    let [reporter] = &court.reported_by("rep", 1, &about).await[..] else {
        panic!("somebody reports it");
    };
    court.decided(MO, &about, "hide").await;
    settle(&court).await;
    let upheld = ["Something was done about what you reported"];
    assert_eq!(words(&court, reporter).await, upheld);
    let gone = court.posting.delete(&format!("/v1/posts/{post}"));
    gone.token(&court.ana.token).send().await.expect(204);
    settle(&court).await;
    assert_eq!(words(&court, reporter).await, upheld);
    let [case] = &court.queue("decided").await[..] else {
        panic!("it was decided");
    };
    assert_eq!(case["subject"], about);
    assert_eq!(case["excerpt"], json!(""));
}

#[tokio::test]
async fn reports_that_come_while_a_thing_goes_leave_nothing_to_look_at() {
    let court = court::begin().await;
    for round in 0..4 {
        let post = court.world.published_post("ana").await.id;
        let about = subject("post", &post);
        court
            .reported_by(&format!("first{round}_"), 1, &about)
            .await;
        let mut people = Vec::new();
        for n in 0..4 {
            people.push(court.reporter(&format!("rep{round}_{n}")).await);
        }
        let gone = court.posting.delete(&format!("/v1/posts/{post}"));
        let gone = async {
            gone.token(court.token(&court.ana)).send().await.expect(204);
            settle(&court).await;
        };
        let reports = people.iter().map(|who| court.send(who, &about, "spam"));
        let (reports, ()) = futures::join!(join_all(reports), gone);
        for report in reports {
            assert!([201, 404].contains(&report.status.as_u16()));
        }
        settle(&court).await;
        assert!(court.queue("open").await.is_empty(), "{round}");
    }
}
