//! Whatever is killed, lost, told twice or done at once: an inbox tells what is so.

use domain::ids::PostId;
use futures::future::join_all;
use harness::{Fault, Faults, World, hurried, sqs_event};
use notifier::{App, handle};
use shared::queue::messages::NotifierMessage;

use crate::{failed, follow, nothing, smile, smiles, street, told, user, work};

#[tokio::test]
async fn a_message_that_cannot_be_read_fails_alone() {
    let (world, post) = street(&["ben"]).await;
    world.smile(&user("ben"), post).await;
    let bodies = [
        smile(&world, "ben", post),
        "not JSON".to_owned(),
        r#"{"type":"unheard-of.v1"}"#.to_owned(),
        smile(&world, "ben", post).replace(&post.to_string(), "no post"),
        smile(&world, "ben", post)
            .replace("smile", "follow")
            .replace(&post.to_string(), "#"),
    ];
    let response = handle(&App::new(&world.context()), sqs_event(&bodies)).await;
    assert_eq!(failed(&response), ["m1", "m2", "m3", "m4"]);
    assert_eq!(told(&world).await, smiles(&["ben"]));
}

#[tokio::test]
async fn half_a_batch_that_meets_a_fault_is_reported_and_done_the_next_time() {
    let people = ["ben", "cleo", "dan", "eve"];
    let (world, _) = street(&people).await;
    let mut bodies = Vec::new();
    for sub in people {
        let post = world.published_post("ana").await.id;
        world.smile(&user(sub), post).await;
        bodies.push(smile(&world, sub, post));
    }
    let faults = Faults::after(16, Fault::NotReached);
    let app = App::new(&faults.attach(&world.context()));
    let response = hurried(handle(&app, sqs_event(&bodies))).await;
    let failed = failed(&response);
    assert!(!failed.is_empty() && failed.len() <= 4, "{failed:?}");
    faults.calm();
    let again: Vec<_> = failed
        .iter()
        .map(|id| bodies[id[1..].parse::<usize>().unwrap()].clone())
        .collect();
    work(&world, &again).await;
    assert_eq!(told(&world).await.len(), 4);
}

/// Works a smile off with a worker that dies after so many calls, and then with one that does not, smile and its end;
/// `true` when the first had no more calls to make.
async fn outlives(calls: usize, taken_back: bool) -> bool {
    let (world, post) = street(&["ben", "cleo"]).await;
    world.smile(&user("cleo"), post).await;
    work(&world, &[smile(&world, "cleo", post)]).await;
    world.smile(&user("ben"), post).await;
    let body = smile(&world, "ben", post);
    if taken_back {
        work(&world, std::slice::from_ref(&body)).await;
        world.take_back_smile(&user("ben"), post).await;
    }
    let faults = Faults::after(calls, Fault::Killed);
    let faulty = App::new(&faults.attach(&world.context()));
    let survived = faults.run(handle(&faulty, sqs_event(&[&body]))).await;
    work(&world, &[body]).await;
    let expected: &[&str] = if taken_back {
        &["cleo"]
    } else {
        &["ben", "cleo"]
    };
    assert_eq!(told(&world).await, smiles(expected), "{calls}");
    survived.is_some()
}

#[tokio::test]
async fn a_worker_killed_after_any_of_its_calls_leaves_nothing_out_and_nothing_in() {
    for taken_back in [false, true] {
        let mut calls = 0;
        while !outlives(calls, taken_back).await {
            calls += 1;
        }
        assert!(calls >= 5, "{calls}");
    }
}

/// A smile whose worker is held after so many calls while the smile is taken back and that is worked off; then it goes
/// on. `true` when it had no more calls to make.
async fn overtaken(before: usize) -> bool {
    let (world, post) = street(&["ben"]).await;
    world.smile(&user("ben"), post).await;
    let body = smile(&world, "ben", post);
    let faults = Faults::held_after(before);
    let app = App::new(&faults.attach(&world.context()));
    let mut worker = Box::pin(handle(&app, sqs_event(&[&body])));
    let ended = faults.run(&mut worker).await.is_some();
    world.take_back_smile(&user("ben"), post).await;
    work(&world, &[body]).await;
    faults.go_on(usize::MAX);
    if !ended {
        let response = worker.await;
        assert_eq!(failed(&response), Vec::<String>::new(), "{before}");
    }
    assert_eq!(told(&world).await, nothing(), "{before}");
    ended
}

#[tokio::test]
async fn what_is_taken_back_while_it_is_told_is_not_told_in_the_end() {
    let mut before = 0;
    while !overtaken(before).await {
        before += 1;
    }
    assert!(before >= 5, "{before}");
}

/// A smile whose worker is held after so many calls while the post goes, and that is worked off; then it goes on.
async fn outlived_by_its_post(before: usize) -> bool {
    let (world, post) = street(&["ben"]).await;
    world.smile(&user("ben"), post).await;
    let body = smile(&world, "ben", post);
    let faults = Faults::held_after(before);
    let app = App::new(&faults.attach(&world.context()));
    let mut worker = Box::pin(handle(&app, sqs_event(&[&body])));
    let ended = faults.run(&mut worker).await.is_some();
    let stored = world.store().post_now(post).await.unwrap().unwrap();
    assert!(
        world
            .store()
            .delete_post(&user("ana"), &stored)
            .await
            .unwrap()
    );
    work(
        &world,
        &[body
            .replace("smile", "gone")
            .replace(user("ben").as_str(), user("ana").as_str())],
    )
    .await;
    faults.go_on(usize::MAX);
    if !ended {
        assert_eq!(failed(&worker.await), Vec::<String>::new(), "{before}");
    }
    assert_eq!(told(&world).await, nothing(), "{before}");
    ended
}

#[tokio::test]
async fn what_is_done_at_a_post_that_goes_meanwhile_is_not_told_in_the_end() {
    let mut before = 0;
    while !outlived_by_its_post(before).await {
        before += 1;
    }
    assert!(before >= 5, "{before}");
}

/// Two workers with the same message, or with those of two people, while the inbox is read between: nobody is told of
/// twice.
async fn at_once(before: usize, same: bool) -> bool {
    let (world, post) = street(&["ben", "cleo", "dan"]).await;
    world.smile(&user("dan"), post).await;
    work(&world, &[smile(&world, "dan", post)]).await;
    for sub in ["ben", "cleo"] {
        world.smile(&user(sub), post).await;
    }
    let body = smile(&world, "ben", post);
    let other = if same {
        body.clone()
    } else {
        smile(&world, "cleo", post)
    };
    let faults = Faults::held_after(before);
    let app = App::new(&faults.attach(&world.context()));
    let mut worker = Box::pin(handle(&app, sqs_event(&[&body])));
    let ended = faults.run(&mut worker).await.is_some();
    let newest = world.inbox(&user("ana")).await[0].id;
    world
        .store()
        .read_up_to(&user("ana"), newest)
        .await
        .unwrap();
    work(&world, &[other]).await;
    faults.go_on(usize::MAX);
    if !ended {
        assert_eq!(failed(&worker.await), Vec::<String>::new(), "{before}");
    }
    let mut people: Vec<_> = told(&world)
        .await
        .into_iter()
        .flat_map(|one| one.2)
        .collect();
    people.sort();
    let expected: &[&str] = if same {
        &["ben", "dan"]
    } else {
        &["ben", "cleo", "dan"]
    };
    let mut expected: Vec<_> = expected.iter().map(|sub| user(sub)).collect();
    expected.sort();
    assert_eq!(people, expected, "{before} {same}");
    ended
}

#[tokio::test]
async fn nobody_is_told_of_twice_by_two_workers_at_once_while_the_inbox_is_read() {
    for same in [false, true] {
        let mut before = 0;
        while !at_once(before, same).await {
            before += 1;
        }
        assert!(before >= 5, "{before}");
    }
}

async fn smile_at_once(world: &World, people: &[String], post: PostId) {
    let works = people.iter().map(async |who| {
        world.smile(&user(who), post).await;
        let of_it = smile(world, who, post);
        work(world, &[of_it.clone(), of_it]).await;
    });
    join_all(works).await;
}

#[tokio::test]
async fn a_crowd_that_is_told_of_at_once_is_in_one_group() {
    let world = World::contended().await;
    world.member("ana").await;
    world.switch(&user("ana"), crate::ALL_ON).await;
    let post = world.published_post("ana").await.id;
    let people: Vec<_> = (0..16).map(|n| format!("fan{n}")).collect();
    for who in &people {
        world.member(who).await;
    }
    smile_at_once(&world, &people, post).await;
    let told = told(&world).await;
    assert_eq!(told.iter().map(|one| one.1).collect::<Vec<_>>(), [16]);
}

#[tokio::test]
async fn a_follow_that_is_undone_while_it_is_told_is_not_told_in_the_end() {
    for before in 0..9 {
        let (world, _) = street(&["ben"]).await;
        world.follow("ben", "ana").await;
        let body = follow(&world, "ben", "ana");
        let faults = Faults::held_after(before);
        let app = App::new(&faults.attach(&world.context()));
        let mut worker = Box::pin(handle(&app, sqs_event(&[&body])));
        let ended = faults.run(&mut worker).await.is_some();
        world.unfollow(&user("ben"), &user("ana")).await;
        work(&world, &[body]).await;
        faults.go_on(usize::MAX);
        if !ended {
            assert_eq!(failed(&worker.await), Vec::<String>::new(), "{before}");
        }
        assert_eq!(told(&world).await, nothing(), "{before}");
    }
}

#[tokio::test]
async fn the_sample_of_the_message_is_read_and_said_as_it_was_frozen() {
    let world = World::new().await;
    let sample = include_str!("../../../../events/notifier-acted.v1.json");
    let event: aws_lambda_events::sqs::SqsEvent = serde_json::from_str(sample).unwrap();
    for record in &event.records {
        let frozen = record.body.as_deref().unwrap();
        let message: NotifierMessage = serde_json::from_str(frozen).unwrap();
        assert_eq!(serde_json::to_string(&message).unwrap(), frozen);
    }
    let response = handle(&App::new(&world.context()), event).await;
    assert!(response.batch_item_failures.is_empty());
}
