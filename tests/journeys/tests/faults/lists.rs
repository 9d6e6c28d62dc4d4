//! Hearts and lists: whatever is killed or lost, each thing is where it was put, once, and what is counted agrees.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    engagement::{Count, Idea},
    ids::{ListId, PostId, ProductId},
};
use futures::future::join_all;
use harness::{Answer, Fault, Faults, Http, Member, Request, World, sqs_event};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::json;
use shared::queue::messages::{JanitorMessage, ListChanged, ListDeleted, RollupMessage, Since};

use crate::{
    Met, TRANSACTIONS,
    callers::{Caller, met},
};

/// No deed makes so many calls.
const CALLS: usize = 12;

/// Asks an instance that is killed after so many calls, and then one that is not, twice.
async fn killed(world: &World, calls: usize, ask: impl Fn(&Http) -> Request) -> [Answer; 2] {
    let faults = Faults::after(calls, Fault::Killed);
    let http = world.serve(engagement::router(&faults.attach(&world.context())));
    // Whether it was answered before it was killed does not matter.
    drop(faults.run(ask(&http).send()).await);
    let http = world.serve(engagement::router(&world.context()));
    [ask(&http).send().await, ask(&http).send().await]
}

/// That what lists hold, what their owners keep, and what is counted are the same; how many keep a post.
async fn agree(world: &World, people: &[&Member], ideas: &[Idea]) -> u64 {
    let store = world.store();
    let mut keepers = 0;
    for idea in ideas {
        let mut kept = 0;
        for who in people {
            let saves = store.saves(&who.id, idea, true).await.expect("them");
            kept += u64::from(!saves.is_empty());
            for (list, save) in &saves {
                let (there, _) = store.ideas(*list, None, 1_000, true).await.expect("them");
                let at = there.iter().filter(|(_, listed)| listed.idea == *idea);
                let at: Vec<_> = at.map(|(place, _)| place.clone()).collect();
                assert_eq!(at, std::slice::from_ref(&save.order), "{idea} in {list}");
            }
        }
        let counted = match idea {
            Idea::Post(post) => world.counted(*post, Count::Saves).await,
            Idea::Product(product) => {
                let reads = shared::read::Reads::fresh(store.clone());
                let read = reads.products([product], world.now()).await.expect("it");
                read.products[product].saves
            }
        };
        assert_eq!(counted, kept, "{idea}");
        keepers += kept;
    }
    for who in people {
        let (lists, _) = store.lists_of(&who.id, None, 100).await.expect("them");
        for (_, list) in lists {
            let (there, _) = store.ideas(list, None, 1_000, true).await.expect("them");
            let found = store.list_now(list).await.expect("it").expect("a list");
            assert_eq!(found.count, there.len() as u64, "{list}");
            let different: BTreeSet<_> = there.iter().map(|(_, listed)| &listed.idea).collect();
            assert_eq!(different.len(), there.len());
            for (place, listed) in &there {
                let saves = store.saves(&who.id, &listed.idea, true).await;
                let saves = saves.expect("them");
                assert_eq!(saves.get(&list).map(|save| &save.order), Some(place));
            }
        }
    }
    keepers
}

#[tokio::test]
async fn what_was_killed_while_it_hearted_listed_or_took_out_is_done_once() {
    for calls in 0..CALLS {
        let world = World::new().await;
        let ana = world.member("ana").prime().await;
        let post = world.published_post("ana").await.id;
        let ideas = [Idea::Post(post)];
        let http = world.serve(engagement::router(&world.context()));
        let make = http.post("/v1/lists").token(&ana.token);
        let make = make.json(json!({"name": "Other", "visibility": "public"}));
        let list = make.send().await.expect(201).json();
        let list = list["id"].as_str().expect("an id");
        let heart = format!("/v1/posts/{post}/heart");
        let other = format!("/v1/lists/{list}/items/post/{post}");
        for (path, kept) in [(&heart, 1), (&other, 1)] {
            let ask = |http: &Http| http.put(path).token(&ana.token).json(json!({"note": "!"}));
            for answer in killed(&world, calls, ask).await {
                answer.expect(204);
            }
            assert_eq!(agree(&world, &[&ana], &ideas).await, kept, "{calls}");
        }
        let moves = |http: &Http| {
            let put = http.put(&other).token(&ana.token);
            put.json(json!({"position": 0, "note": null}))
        };
        for answer in killed(&world, calls, moves).await {
            answer.expect(204);
        }
        for (path, kept) in [(&heart, 1), (&other, 0)] {
            let ask = |http: &Http| http.delete(path).token(&ana.token);
            for answer in killed(&world, calls, ask).await {
                answer.expect(204);
            }
            assert_eq!(agree(&world, &[&ana], &ideas).await, kept, "{calls}");
        }
    }
}

#[tokio::test]
async fn a_list_that_was_killed_while_it_was_made_or_deleted_is_there_or_gone_once() {
    for calls in 0..CALLS {
        let world = World::new().await;
        let ana = world.member("ana").prime().await;
        let answers = killed(&world, calls, |http| {
            let make = http.post("/v1/lists").token(&ana.token);
            let make = make.header("idempotency-key", "one");
            make.json(json!({"name": "One", "visibility": "public"}))
        });
        let ids = answers
            .await
            .map(|answer| answer.expect(201).json()["id"].clone());
        assert_eq!(ids[0], ids[1], "{calls}");
        let (lists, _) = world
            .store()
            .lists_of(&ana.id, None, 10)
            .await
            .expect("them");
        assert_eq!(lists.len(), 1, "{calls}");
        let path = format!("/v1/lists/{}", ids[0].as_str().expect("an id"));
        let deleted = killed(&world, calls, |http| http.delete(&path).token(&ana.token)).await;
        assert!([204, 404].contains(&deleted[0].status.as_u16()));
        assert_eq!(deleted[1].status, 404);
        let (lists, _) = world
            .store()
            .lists_of(&ana.id, None, 10)
            .await
            .expect("them");
        assert!(lists.is_empty(), "{calls}");
    }
}

/// Hearts, lists and moves by three, at instances that meet faults.
async fn keep(seed: u64) -> Met {
    let world = World::contended().await;
    world.member("ana").prime().await;
    let post: PostId = world.published_post("ana").await.id;
    world.product("mug").await;
    world.product("cup").await;
    let product = |id: &str| Idea::Product(ProductId::parse(id).expect("an id"));
    let ideas = [Idea::Post(post), product("mug"), product("cup")];
    let mut people = Vec::new();
    for (index, sub) in (0..).zip(["ben", "cleo", "dan"]) {
        let caller = Caller::new(&world, seed * 10 + index);
        people.push((world.member(sub).prime().await, caller));
    }
    join_all((0..).zip(&people).map(async |(index, (who, caller))| {
        let mut random = StdRng::seed_from_u64(seed * 10 + index);
        let make = caller.engagement.post("/v1/lists").token(&who.token);
        let make = make.header("idempotency-key", "one");
        let make = make.json(json!({"name": "One", "visibility": "public"}));
        let made = caller.ask(&make).await.expect(201).json();
        let list: ListId = made["id"].as_str().expect("an id").parse().expect("an id");
        let mut kept = BTreeSet::new();
        for _ in 0..8 {
            let thing = random.random_range(0..3_usize);
            let (kind, id) = [
                ("post", post.to_string()),
                ("product", "mug".to_owned()),
                ("product", "cup".to_owned()),
            ][thing]
                .clone();
            let hearts = random.random_ratio(1, 2);
            let path = if hearts {
                format!("/v1/{kind}s/{id}/heart")
            } else {
                format!("/v1/lists/{list}/items/{kind}/{id}")
            };
            let out = random.random_ratio(1, 3);
            let request = if out {
                caller.engagement.delete(&path)
            } else {
                let position = random.random_range(0..3);
                let put = caller.engagement.put(&path);
                put.json(json!({"position": position, "note": format!("{position}")}))
            };
            caller.ask(&request.token(&who.token)).await.expect(204);
            if out {
                kept.remove(&(hearts, thing));
            } else {
                kept.insert((hearts, thing));
            }
        }
        for (place, idea) in ideas.iter().enumerate() {
            let saves = world
                .store()
                .saves(&who.id, idea, true)
                .await
                .expect("them");
            let expected = [true, false].map(|hearts| kept.contains(&(hearts, place)));
            let of_hearts = ListId::of_hearts(&who.id);
            assert_eq!(
                [of_hearts, list].map(|list| saves.contains_key(&list)),
                expected
            );
        }
    }))
    .await;
    let members: Vec<_> = people.iter().map(|(who, _)| who).collect();
    agree(&world, &members, &ideas).await;
    met(&people
        .into_iter()
        .map(|(_, caller)| caller)
        .collect::<Vec<_>>())
}

#[tokio::test]
async fn what_is_kept_and_let_go_is_counted_once_whatever_fails() {
    crate::over_seeds(0..24, keep, TRANSACTIONS).await;
}

#[tokio::test]
async fn a_janitor_killed_at_any_call_leaves_nothing_of_a_deleted_list_and_counts_once() {
    let mut calls = 0;
    loop {
        let world = World::new().await;
        let ana = world.member("ana").prime().await;
        let (post, mug) = (
            world.published_post("ana").await.id,
            world.product("mug").await.id,
        );
        let ideas = [Idea::Post(post), Idea::Product(mug)];
        let http = world.serve(engagement::router(&world.context()));
        let make = http.post("/v1/lists").token(&ana.token);
        let make = make.json(json!({"name": "One", "visibility": "public"}));
        let made = make.send().await.expect(201).json();
        let list: ListId = made["id"].as_str().expect("an id").parse().expect("an id");
        let store = world.store();
        for (kind, id) in [("post", post.to_string()), ("product", "mug".to_owned())] {
            let path = format!("/v1/lists/{list}/items/{kind}/{id}");
            http.put(&path).token(&ana.token).send().await.expect(204);
        }
        let heart = http.put("/v1/products/mug/heart").token(&ana.token);
        heart.send().await.expect(204);
        for idea in &ideas {
            let since = store.saves(&ana.id, idea, true).await.expect("them")[&list].at;
            let told = store.tell_of_list((&ana.id, list), idea, since).await;
            told.expect("told");
        }
        let gone = store.list_now(list).await.expect("it").expect("a list");
        assert!(store.delete_list(&gone).await.expect("deleted"));
        let owner = ana.id.clone();
        let message = JanitorMessage::ListDeleted(ListDeleted { list, owner });
        let message = serde_json::to_string(&message).expect("JSON");
        let faults = Faults::after(calls, Fault::Killed);
        let app = janitor::App::new(&faults.attach(&world.context()));
        let event = || sqs_event(&[&message]);
        let outlived = Box::pin(faults.run(janitor::work_off(&app, event())));
        let outlived = outlived.await.is_some();
        for _ in 0..2 {
            let app = janitor::App::new(&world.context());
            let done = janitor::work_off(&app, event()).await;
            assert!(done.batch_item_failures.is_empty(), "{done:?}");
        }
        assert_eq!(agree(&world, &[&ana], &ideas).await, 1, "{calls}");
        for idea in &ideas {
            let (told, _) = store.lists_with(idea, None, 10).await.expect("them");
            assert_eq!(told, [], "{calls}");
        }
        if outlived {
            break;
        }
        calls += 1;
    }
    assert!(calls >= 8, "{calls}");
}

#[tokio::test]
async fn what_is_told_of_a_list_is_how_it_is_whenever_the_worker_was_killed() {
    for calls in 0..8 {
        let world = World::new().await;
        let ana = world.member("ana").prime().await;
        let mug = Idea::Product(world.product("mug").await.id);
        let http = world.serve(engagement::router(&world.context()));
        let heart = http.put("/v1/products/mug/heart").token(&ana.token);
        heart.send().await.expect(204);
        let (store, list) = (world.store(), ListId::of_hearts(&ana.id));
        let at = store.saves(&ana.id, &mug, true).await.expect("them")[&list].at;
        let told = |what| {
            let owner = ana.id.clone();
            let message = RollupMessage::ListChanged(ListChanged {
                list,
                owner,
                what,
                after: None,
            });
            serde_json::to_string(&message).expect("JSON")
        };
        let came = told(Some(Since {
            idea: mug.clone(),
            at,
        }));
        let shown = told(None);
        let faults = Faults::after(calls, Fault::Killed);
        let mut lists = Vec::new();
        for visibility in ["private", "public", "public", "private"] {
            let path = format!("/v1/lists/{list}");
            let change = http.patch(&path).token(&ana.token);
            let change = change.json(json!({ "visibility": visibility }));
            change.send().await.expect(200);
            for context in [faults.attach(&world.context()), world.context()] {
                let app = rollup::App::new(&context);
                // In whatever order, and twice.
                let event = sqs_event(&[&shown, &came, &shown]);
                drop(faults.run(rollup::handle(&app, event)).await);
            }
            let (public, _) = store.lists_with(&mug, None, 10).await.expect("them");
            lists.push(public.len());
        }
        assert_eq!(lists, [0, 1, 1, 0], "{calls}");
        let out = http.delete("/v1/products/mug/heart").token(&ana.token);
        out.send().await.expect(204);
        let app = rollup::App::new(&world.context());
        let done = rollup::handle(&app, sqs_event(&[&came, &shown])).await;
        assert!(done.batch_item_failures.is_empty());
        let key = AttributeValue::S(shared::keys::lists_with(&mug));
        let context = world.context();
        let told = context.dynamodb.query().table_name(context.config.table());
        let told = told.key_condition_expression("PK = :pk");
        let told = told.expression_attribute_values(":pk", key).send().await;
        assert_eq!(told.expect("them").count, 0, "{calls}");
    }
}
