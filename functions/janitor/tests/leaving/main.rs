//! Accounts that are deleted, over a real table, bucket and queue.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, and says what it stood on"
)]

mod makers;
mod street;

use std::collections::BTreeSet;

use domain::{
    engagement::Subject,
    ids::{PostId, StatementId},
    people::{
        Gate,
        leaving::{Deletion, Step},
    },
};
use harness::{Fault, Faults, World, hurried, sqs_event, user};
use janitor::{App, Slice, work_off};
use jiff::SignedDuration;
use shared::{
    error::{Conflict, Error},
    keys::{self, items::LINES},
};
use street::{Street, put, settle, told, ulid, work};

#[tokio::test]
async fn all_that_somebody_was_and_did_goes_with_its_counts() {
    let street = Box::pin(Street::new()).await;
    let before = street.left().await;
    let goes = LINES
        .iter()
        .filter(|line| line.leaving == keys::items::Leaving::Goes);
    let goes: BTreeSet<_> = goes.map(|line| line.name).collect();
    let missing: Vec<_> = goes.difference(&before).collect();
    assert_eq!(missing, [&""; 0], "each kind was there");

    let app = App::new(&street.world.context());
    settle(&street.world, &app, &street.ana).await;
    street.assert_gone("once").await;
    // Told again, there is nothing to do.
    work(&app, &told(&street.ana)).await;
    street.assert_gone("again").await;
}

#[tokio::test]
async fn what_is_left_of_somebody_for_a_while_is_swept_and_stays_with_them_if_they_come_back() {
    let street = Box::pin(Street::new()).await;
    let (world, ana) = (&street.world, &street.ana);
    // More of them than a page.
    for n in 3..60 {
        let statement = StatementId(ulid::Ulid::from_parts(1_700_000_000_000, n));
        put(world, &keys::statement(&ana.id, statement), []).await;
    }
    settle(world, &App::new(&world.context()), ana).await;
    let half_a_year = (world.now() + SignedDuration::from_hours(180 * 24)).as_second();
    let mut swept = BTreeSet::new();
    for (line, item) in street.left_items().await {
        if line.leaving == keys::items::Leaving::Expires {
            let then = item.get("expires_at").and_then(|then| then.as_n().ok());
            let then = then.and_then(|then| then.parse::<i64>().ok());
            assert!(then.is_some_and(|then| then <= half_a_year), "{item:?}");
            swept.insert(line.name);
        }
    }
    let kept = ["Case", "Reporter", "Rules", "Statement", "Strikes"];
    let lost: Vec<_> = kept.iter().filter(|name| !swept.contains(*name)).collect();
    assert_eq!(lost, [&""; 0], "each kind was left: {swept:?}");
    assert!(swept.contains("Report"));

    let back = domain::people::Profile {
        handle: domain::people::Handle::parse("ana_2").unwrap(),
        ..ana.profile.clone()
    };
    let store = world.store();
    store.join(&back, None, None, world.now()).await.unwrap();
    for (line, item) in street.left_items().await {
        let is_kept = kept.contains(&line.name);
        assert!(!is_kept || !item.contains_key("expires_at"), "{item:?}");
    }
    let case = store.case_now(&Subject::Person(ana.id.clone())).await;
    let case = case.unwrap().unwrap();
    assert_eq!((case.gone, case.round), (false, 1));
}

#[tokio::test]
async fn a_janitor_killed_at_any_call_or_that_misses_its_answer_takes_each_act_once() {
    // Of what misses answers, as much as there is time for.
    for (fault, every, least) in [(Fault::Killed, 2, 60), (Fault::AnswerLost, 23, 20)] {
        let mut calls = 0;
        loop {
            let street = Box::pin(Street::new()).await;
            let faults = Faults::after(calls, fault);
            let app = App::new(&faults.attach(&street.world.context()));
            let event = sqs_event(&[told(&street.ana)]);
            let work = work_off(&app, event);
            let lived = if matches!(fault, Fault::Killed) {
                Box::pin(faults.run(work)).await.is_some()
            } else {
                Box::pin(faults.run(hurried(work))).await.is_some()
            };
            street.world.receive_all("janitor").await;
            let app = App::new(&street.world.context());
            settle(&street.world, &app, &street.ana).await;
            street.assert_gone(&format!("{fault:?} {calls}")).await;
            if lived && faults.met(fault) == 0 {
                break;
            }
            // Of the many that are alike some.
            calls += every;
        }
        assert!(calls > least, "{fault:?} {calls}");
    }
}

#[tokio::test]
async fn slices_go_on_where_the_last_ended_in_any_order_and_two_at_once() {
    let slice = Slice {
        pages: 1,
        piece: 1 << 20,
    };
    let street = Box::pin(Street::new()).await;
    let app = App::with_slice(&street.world.context(), slice);
    let turns = settle(&street.world, &app, &street.ana).await;
    // Of what was told to moderators there are reports, and appeals.
    assert_eq!(turns, 2 * (Step::ALL.len() + 1));
    street.assert_gone("one page each").await;

    let street = Box::pin(Street::new()).await;
    let app = App::with_slice(&street.world.context(), slice);
    let mut waiting = vec![told(&street.ana), told(&street.ana), told(&street.ana)];
    while !waiting.is_empty() {
        let answer = work_off(&app, sqs_event(&waiting)).await;
        assert!(answer.batch_item_failures.is_empty(), "{answer:?}");
        waiting = street.world.receive_all("janitor").await;
    }
    street.assert_gone("three at once").await;
}

#[tokio::test]
async fn whatever_fails_now_and_then_all_goes_in_the_end() {
    for seed in 0..6 {
        let street = Box::pin(Street::new()).await;
        let faults = Faults::seeded(seed);
        let slice = Slice {
            pages: 4,
            piece: 1 << 20,
        };
        let app = App::with_slice(&faults.attach(&street.world.context()), slice);
        let mut waiting = vec![told(&street.ana)];
        for _ in 0..30 {
            for body in std::mem::take(&mut waiting) {
                let done = faults.run(work_off(&app, sqs_event(&[&body]))).await;
                let done = done.is_some_and(|answer| answer.batch_item_failures.is_empty());
                waiting.extend((!done).then_some(body));
            }
            waiting.extend(street.world.receive_all("janitor").await);
        }
        faults.calm();
        let app = App::new(&street.world.context());
        settle(&street.world, &app, &street.ana).await;
        street.assert_gone(&format!("seed {seed}")).await;
    }
}

#[tokio::test]
async fn whoever_leaves_is_not_there_at_once_and_comes_back_when_all_is_gone() {
    let street = Box::pin(Street::new()).await;
    let (world, ana) = (&street.world, &street.ana);
    let store = world.store();
    assert_eq!(store.profile(&ana.id).await.unwrap(), None);
    assert!(store.profiles([&ana.id]).await.unwrap().is_empty());
    assert!(store.rules(&ana.id).await.is_err());
    assert!(store.caller(&ana.id).await.is_err());
    assert_eq!(
        store.user_by_handle(&ana.profile.handle).await.unwrap(),
        None
    );
    assert!(
        store
            .block(&street.ben.id, &ana.id, world.now())
            .await
            .is_err()
    );

    let handle = |name: &str| domain::people::Handle::parse(name).unwrap();
    let back = |name: &str| domain::people::Profile {
        handle: handle(name),
        joined_at: world.now(),
        ..ana.profile.clone()
    };
    let early = store.join(&back("ana_2"), None, None, world.now()).await;
    assert!(
        matches!(early, Err(Error::Conflict(Conflict::Leaving))),
        "{early:?}"
    );
    settle(world, &App::new(&world.context()), ana).await;

    let taken = store.join(&back("Ana"), None, None, world.now()).await;
    assert!(
        matches!(taken, Err(Error::Conflict(Conflict::HandleTaken))),
        "{taken:?}"
    );
    store
        .join(&back("ana_2"), None, None, world.now())
        .await
        .unwrap();
    let profile = store.profile(&ana.id).await.unwrap().unwrap();
    assert_eq!(
        (profile.followers, profile.posts, profile.bio.as_str()),
        (0, 0, "")
    );
    world.follow("ana", "ben").await;
    // A message that comes late does nothing to whoever is back.
    work(&App::new(&world.context()), &told(ana)).await;
    assert!(
        store
            .is_following_now(&ana.id, &street.ben.id)
            .await
            .unwrap()
    );
    assert_eq!(world.profile(&street.ben.id).await.followers, 1);

    world.advance(SignedDuration::from_hours(366 * 24));
    let again = domain::people::Profile {
        id: user("eve"),
        ..back("ana")
    };
    store.join(&again, None, None, world.now()).await.unwrap();
}

#[tokio::test]
async fn who_blocked_somebody_is_parted_from_them_still_when_they_come_back() {
    let world = World::new().await;
    let ana = world.member("ana").await;
    let ben = world.member("ben").await;
    let store = world.store();
    store.block(&ben.id, &ana.id, world.now()).await.unwrap();
    let profile = store.profile(&ana.id).await.unwrap().unwrap();
    store.leave(&profile, None, world.now()).await.unwrap();
    let app = App::new(&world.context());
    settle(&world, &app, &ana).await;
    let back = domain::people::Profile {
        handle: domain::people::Handle::parse("ana_2").unwrap(),
        ..ana.profile.clone()
    };
    store.join(&back, None, None, world.now()).await.unwrap();
    let rules = store.rules(&ana.id).await.unwrap();
    assert!(rules.part_from(&ben.id));
    let ana_acts = store.actor(&Gate::default(), &ana.id, world.now()).await;
    let follow = store.follow(&ana_acts.unwrap(), &ben.id, world.now()).await;
    assert!(matches!(follow, Err(Error::NotFound)), "{follow:?}");
    store.unblock(&ben.id, &ana.id).await.unwrap();
    world.follow("ana", "ben").await;

    // Likewise where it is taken away while they are gone.
    store.block(&ben.id, &ana.id, world.now()).await.unwrap();
    let profile = store.profile(&ana.id).await.unwrap().unwrap();
    store.leave(&profile, None, world.now()).await.unwrap();
    settle(&world, &app, &ana).await;
    store.unblock(&ben.id, &ana.id).await.unwrap();
    let back = domain::people::Profile {
        handle: domain::people::Handle::parse("ana_3").unwrap(),
        ..ana.profile.clone()
    };
    store.join(&back, None, None, world.now()).await.unwrap();
    assert!(!store.rules(&ana.id).await.unwrap().part_from(&ben.id));
    world.follow("ana", "ben").await;
}

#[tokio::test]
async fn what_a_call_wrote_late_goes_by_the_second_turn() {
    let street = Box::pin(Street::new()).await;
    let (world, ana) = (&street.world, &street.ana);
    let slice = Slice {
        pages: Step::ALL.len() + 1,
        piece: 1 << 20,
    };
    // All once, the profile too.
    let app = App::with_slice(&world.context(), slice);
    work(&app, &told(ana)).await;
    let at = world.store().deletion(&ana.id).await.unwrap().unwrap();
    assert!(
        matches!(
            at,
            Deletion {
                step: Step::Posts,
                again: true,
                ..
            }
        ),
        "{at:?}"
    );
    world.smile(&ana.id, street.poll.id).await;
    let key = keys::waiting(&ana.id, PostId(ulid()));
    put(world, &key, []).await;
    for body in world.receive_all("janitor").await {
        work(&app, &body).await;
    }
    street.assert_gone("late").await;
}

#[tokio::test]
async fn leaving_twice_is_refused_and_an_empty_account_goes_by_one_message() {
    let world = World::new().await;
    let ana = world.member("ana").await;
    let (store, now) = (world.store(), world.now());
    let profile = store.profile(&ana.id).await.unwrap().unwrap();
    store.leave(&profile, None, now).await.unwrap();
    let twice = store.leave(&profile, None, now).await;
    assert!(matches!(twice, Err(Error::Refused(_))), "{twice:?}");
    let turns = settle(&world, &App::new(&world.context()), &ana).await;
    assert_eq!(turns, 1);
}
