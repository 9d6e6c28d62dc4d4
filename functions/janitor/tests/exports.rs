//! Exports that are put together, over a real table, bucket and queue.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, and says what it stood on"
)]

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    engagement::{Heat, Thing},
    feeds::{Act, Event, History, nudge::NudgeAfter},
    ids::{ExportId, ProductId},
    people::export::{Export, ExportStatus},
    posts::{Poll, PollOption, Post, PostKind},
    quota::Quota,
};
use harness::{Fault, Faults, Member, World, hurried, sqs_event};
use janitor::{App, Slice, work_off};
use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::{
    bucket::export_key,
    keys,
    queue::messages::{ExportAsked, JanitorMessage},
};

fn told(export: &Export) -> String {
    let asked = ExportAsked {
        user: export.owner.clone(),
        export: export.id,
    };
    serde_json::to_string(&JanitorMessage::Export(asked)).unwrap()
}

async fn ask(world: &World, who: &Member) -> Export {
    let id = ExportId(world.context().ids.ulid());
    let export = Export::asked(id, who.id.clone(), world.now());
    let quota = Quota {
        user: who.id.clone(),
        kind: "exports",
        limit: 9,
    };
    let asked = world.store().ask_for_export(&export, None, &quota).await;
    assert!(asked.unwrap());
    export
}

/// Works off an export, message by message; how many there were.
async fn settle(world: &World, app: &App, export: &Export) -> usize {
    let (mut next, mut turns) = (vec![told(export)], 0);
    while let Some(body) = next.pop() {
        let answer = work_off(app, sqs_event(&[&body])).await;
        assert!(answer.batch_item_failures.is_empty(), "{answer:?}");
        next.extend(world.receive_all("janitor").await);
        turns += 1;
    }
    turns
}

/// The file of an export, and that nothing else lies beside it.
async fn file(world: &World, export: &Export) -> Value {
    let read = world.store().export(&export.owner, export.id).await;
    let read = read.unwrap().unwrap();
    assert_eq!(read.status(world.now()), ExportStatus::Ready);
    let key = export_key(export.id);
    assert_eq!(world.objects("exports/").await, std::slice::from_ref(&key));
    serde_json::from_slice(&world.object(&key).await.unwrap()).unwrap()
}

/// Ana, who has done something of every kind, and whom she did it at.
async fn street() -> (World, Member, Post, Post) {
    let world = World::new().await;
    let ana = world.member("ana").prime().await;
    world.member("ben").prime().await;
    world.member("cleo").await;
    world.product("SPK-1").await;
    let (store, now) = (world.store(), world.now());
    let photo = world.ready_photo("ana").await;
    let hers = world.published_post("ana").photo(&photo, &["SPK-1"]);
    let hers = hers.text("Hers, with \"quotes\"").await;
    let waits = world.awaited_photo("ana").await;
    world
        .published_post("ana")
        .text("Hidden yet")
        .photo(&waits, &[])
        .await;
    let option = |text: &str| PollOption {
        text: text.to_owned(),
        photo: None,
        product: None,
    };
    let asked = Poll {
        question: "Which?".to_owned(),
        options: vec![option("this"), option("that")],
        closes_at: None,
    };
    let poll = world.published_post("ben").text("Ben's own words");
    let poll = poll.with(|post| {
        post.kind = PostKind::Poll;
        post.poll = Some(asked);
        post.votes = vec![0, 0];
    });
    let poll = poll.await;
    world.smile(&ana.id, poll.id).await;
    let post = store.post_now(poll.id).await.unwrap().unwrap();
    let acts = store.acts_now(&ana.id, poll.id).await.unwrap();
    store
        .vote(&harness::actor(&ana.id), &post, &acts, 1)
        .await
        .unwrap();
    let other = world.published_post("ben").await;
    world.hide(&ana.id, other.id, true).await;
    world.follow("ana", "ben").await;
    store
        .block(&ana.id, &harness::user("cleo"), now)
        .await
        .unwrap();
    let what = Act::Search("blue mugs".to_owned());
    let bought = Act::Purchase(ProductId::parse("SPK-1").unwrap());
    let events = [what, bought].map(|what| Event { what, at: now });
    let mut history = History::default();
    history
        .take(events.to_vec(), now, NudgeAfter::default())
        .unwrap();
    assert!(store.keep_history(&ana.id, &history, now).await.unwrap());
    (world, ana, hers, poll)
}

#[tokio::test]
async fn an_export_says_all_that_somebody_did_and_nothing_that_others_wrote() {
    let (world, ana, hers, poll) = street().await;
    let export = ask(&world, &ana).await;
    let turns = settle(&world, &App::new(&world.context()), &export).await;
    assert_eq!(turns, 1);
    let file = file(&world, &export).await;
    assert_eq!(
        (&file["format"], &file["version"]),
        (&json!("spark-export"), &json!(1))
    );
    assert_eq!(file["profile"]["handle"], "ana");
    assert_eq!(
        file["profile"]["counts"],
        json!({"followers": 0, "following": 1, "posts": 1})
    );
    let texts: Vec<_> = file["posts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|post| &post["text"])
        .collect();
    assert_eq!(texts, [r#"Hers, with "quotes""#, "Hidden yet"]);
    assert_eq!(file["posts"][1]["status"], "processing");
    assert_eq!(
        file["posts"][0]["photos"][0]["hotspots"][0]["product_id"],
        "SPK-1"
    );
    assert_eq!(file["smiles"][0]["post"], json!(poll.id));
    assert_eq!(file["votes"], json!([{"post": poll.id, "option": "2"}]));
    assert_eq!(file["follows"]["people"], json!(["ben"]));
    assert_eq!(file["follows"]["topics"].as_array().unwrap().len(), 5);
    assert_eq!(
        (&file["blocks"], &file["mutes"]),
        (&json!(["cleo"]), &json!([]))
    );
    assert_eq!(file["hides"].as_array().unwrap().len(), 1);
    let photos = file["photos"].as_array().unwrap();
    assert_eq!(photos.len(), 1);
    assert_eq!(photos[0]["post"], json!(hers.id));
    let url = photos[0]["url"].as_str().unwrap();
    let leads = format!("https://api.test/v1/me/exports/{}/photos/", export.id);
    assert!(url.starts_with(&leads), "{url}");
    assert_eq!(file["activity"][0]["product"], "SPK-1");
    assert_eq!(file["activity"][0]["purchases"], 1);
    assert_eq!(file["activity"][1]["query"], "blue mugs");
    let text = file.to_string();
    assert!(!text.contains("Ben's own words"));
    assert!(!text.contains(harness::user("ben").as_str()));
    assert!(!text.contains(&ana.token));
}

#[tokio::test]
async fn an_export_counts_what_a_crowd_does_at_a_post_with_what_lies_in_shards() {
    let (world, ana, hers, _) = street().await;
    let heat = Heat {
        shards: 8,
        generation: 1,
    };
    let thing = Thing::Post(hers.id);
    let shard = keys::shard(&thing, heat, 3).attributes();
    let counts = [("acts", 9), ("smiles", 4), ("comments", 3), ("saves", 2)];
    let post = keys::post(hers.id).attributes();
    for (key, numbers) in [(post, &[("heat", 8), ("gen", 1)][..]), (shard, &counts)] {
        let context = world.context();
        let mut update = context.dynamodb.update_item();
        update = update.table_name(context.config.table()).set_key(Some(key));
        let mut sets = Vec::new();
        for (name, number) in numbers {
            sets.push(format!("#{name} = :{name}"));
            let number = AttributeValue::N(number.to_string());
            update = update.expression_attribute_names(format!("#{name}"), *name);
            update = update.expression_attribute_values(format!(":{name}"), number);
        }
        let set = format!("SET {}", sets.join(", "));
        update.update_expression(set).send().await.unwrap();
    }
    let export = ask(&world, &ana).await;
    settle(&world, &App::new(&world.context()), &export).await;
    let file = file(&world, &export).await;
    let counted = &file["posts"][0]["counts"];
    assert_eq!(*counted, json!({"smiles": 4, "comments": 3, "saves": 2}));
}

#[tokio::test]
async fn an_export_of_many_pages_is_put_together_of_pieces_in_order() {
    let world = World::new().await;
    let ana = world.member("ana").prime().await;
    let long = "so on ".repeat(8_000);
    let mut texts = Vec::new();
    for n in 0..230 {
        let text = format!("{n}: {long}");
        let at = world.now() + SignedDuration::from_secs(n);
        world.published_post("ana").at(at).text(&text).await;
        texts.push(text);
    }
    let export = ask(&world, &ana).await;
    let slice = Slice {
        pages: 2,
        piece: 1 << 20,
    };
    let app = App::with_slice(&world.context(), slice);
    assert!(settle(&world, &app, &export).await > 10);
    let file = file(&world, &export).await;
    let posts = file["posts"].as_array().unwrap();
    let told: Vec<_> = posts
        .iter()
        .map(|post| post["text"].as_str().unwrap())
        .collect();
    assert_eq!(told, texts);
    // Told again, it stays as it is.
    settle(&world, &app, &export).await;
    assert_eq!(self::file(&world, &export).await, file);
}

#[tokio::test]
async fn a_janitor_killed_at_any_call_puts_the_same_file_together() {
    let slice = Slice {
        pages: 12,
        piece: 1_000,
    };
    for (fault, every) in [(Fault::Killed, 1), (Fault::AnswerLost, 7)] {
        let mut calls = 0;
        loop {
            let (world, ana, hers, _) = street().await;
            let export = ask(&world, &ana).await;
            let faults = Faults::after(calls, fault);
            let app = App::with_slice(&faults.attach(&world.context()), slice);
            let event = sqs_event(&[told(&export)]);
            let work = hurried(work_off(&app, event));
            let lived = Box::pin(faults.run(work)).await.is_some();
            let app = App::with_slice(&world.context(), slice);
            let again: Vec<_> = world.receive_all("janitor").await;
            settle(&world, &app, &export).await;
            for body in again {
                work_off(&app, sqs_event(&[&body])).await;
            }
            let file = file(&world, &export).await;
            assert_eq!(file["posts"][0]["id"], json!(hers.id), "{fault:?} {calls}");
            let photos = file["photos"].as_array().unwrap();
            assert_eq!(photos.len(), 1, "{fault:?} {calls}");
            if lived && faults.met(fault) == 0 {
                break;
            }
            calls += every;
        }
        assert!(calls > 12, "{fault:?} {calls}");
    }
}

#[tokio::test]
async fn two_at_once_and_messages_out_of_order_make_one_file() {
    let (world, ana, ..) = street().await;
    let export = ask(&world, &ana).await;
    let slice = Slice {
        pages: 3,
        piece: 1_000,
    };
    let app = App::with_slice(&world.context(), slice);
    let mut waiting = vec![told(&export), told(&export), told(&export)];
    while !waiting.is_empty() {
        let answer = work_off(&app, sqs_event(&waiting)).await;
        assert!(answer.batch_item_failures.is_empty(), "{answer:?}");
        waiting = world.receive_all("janitor").await;
    }
    assert_eq!(file(&world, &export).await["profile"]["handle"], "ana");
}

#[tokio::test]
async fn one_is_unfinished_at_a_time_until_it_is_given_up() {
    let (world, ana, ..) = street().await;
    let export = ask(&world, &ana).await;
    let quota = Quota {
        user: ana.id.clone(),
        kind: "exports",
        limit: 9,
    };
    let another = || {
        Export::asked(
            ExportId(world.context().ids.ulid()),
            ana.id.clone(),
            world.now(),
        )
    };
    let store = world.store();
    let running = store.ask_for_export(&another(), None, &quota).await;
    assert!(running.is_err());
    world.advance(SignedDuration::from_hours(24));
    let second = another();
    assert!(store.ask_for_export(&second, None, &quota).await.unwrap());
    let read = store.export(&ana.id, export.id).await.unwrap().unwrap();
    assert_eq!(read.status(world.now()), ExportStatus::Failed);
    // That of the one that was given up does nothing to the other.
    let app = App::new(&world.context());
    settle(&world, &app, &export).await;
    assert!(
        store
            .ask_for_export(&another(), None, &quota)
            .await
            .is_err()
    );
    settle(&world, &app, &second).await;
    file(&world, &second).await;
    assert!(
        store
            .ask_for_export(&another(), None, &quota)
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn an_export_of_an_account_that_goes_meanwhile_leaves_nothing() {
    let slice = Slice {
        pages: 1,
        piece: 100,
    };
    let (world, ana, ..) = street().await;
    let export = ask(&world, &ana).await;
    let app = App::with_slice(&world.context(), slice);
    work_off(&app, sqs_event(&[told(&export)])).await;
    assert_eq!(world.objects("exports/").await.len(), 1);
    let store = world.store();
    let profile = store.profile(&ana.id).await.unwrap().unwrap();
    store.leave(&profile, None, world.now()).await.unwrap();
    let leaving = JanitorMessage::Deletion(shared::queue::messages::AccountLeaving {
        user: ana.id.clone(),
    });
    let mut waiting = world.receive_all("janitor").await;
    waiting.push(serde_json::to_string(&leaving).unwrap());
    while let Some(body) = waiting.pop() {
        let answer = work_off(&app, sqs_event(&[&body])).await;
        assert!(answer.batch_item_failures.is_empty(), "{answer:?}");
        waiting.extend(world.receive_all("janitor").await);
    }
    assert!(world.objects("exports/").await.is_empty());
    assert_eq!(store.export(&ana.id, export.id).await.unwrap(), None);
}
