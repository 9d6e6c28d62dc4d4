//! What things are found by: whatever is killed, told twice or out of order, each is found by what it says now, and by
//! nothing else.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    feeds::{Findable, FindableKind, search::Query},
    ids::{ProductId, UserId},
};
use harness::{Fault, Faults, World, sqs_event};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use shared::{
    queue::messages::{FindableChanged, RollupMessage},
    store::{ProfileChange, Thorough},
};

use crate::{Met, TRANSACTIONS, engine::Engine, user};

/// The words that names and texts are made of: each begins otherwise.
const WORDS: [&str; 6] = ["amber", "birch", "cedar", "dusk", "elder", "fig"];

/// What lies at a word, with all words that its row says.
async fn rows(world: &World, kind: FindableKind, word: &str) -> Vec<(String, String)> {
    let context = world.context();
    let key = AttributeValue::S(shared::keys::findable_by(kind, word));
    let asked = context.dynamodb.query().table_name(context.config.table());
    let asked = asked.key_condition_expression("PK = :pk");
    let asked = asked.expression_attribute_values(":pk", key).send().await;
    let items = asked.expect("the table answers").items.unwrap_or_default();
    let text = |item: &std::collections::HashMap<String, AttributeValue>, name: &str| {
        item[name].as_s().expect("a text").clone()
    };
    let row = |item| {
        let place = shared::keys::parse_found_by(&text(item, "SK")).expect("a row");
        (place.id, text(item, "words"))
    };
    items.iter().map(row).collect()
}

/// That things lie at the words that they say, and at no others.
async fn agree(world: &World, kind: FindableKind, said: &BTreeMap<String, String>) {
    for word in WORDS {
        let mut found = rows(world, kind, word).await;
        found.sort();
        let wanted = said
            .iter()
            .filter(|(_, words)| words.split(' ').any(|one| one == word));
        let wanted: Vec<_> = wanted
            .map(|(id, words)| (id.clone(), words.clone()))
            .collect();
        assert_eq!(found, wanted, "{kind:?} at {word}");
        let query = Query::parse(word).expect("a query");
        let hits = world.store();
        let hits = hits
            .looked_for(kind, &query, None, 100, Thorough::Whole, |_| None)
            .await;
        assert_eq!(hits.expect("the table answers").hits.len(), wanted.len());
    }
}

fn told(thing: &Findable) -> String {
    let thing = thing.clone();
    let message = RollupMessage::FindableChanged(FindableChanged { thing });
    serde_json::to_string(&message).expect("JSON")
}

async fn rename(world: &World, who: &UserId, name: &str) {
    let change = ProfileChange {
        display_name: Some(name.to_owned()),
        ..ProfileChange::default()
    };
    let changed = world.store().change_profile(who, change, None).await;
    changed.expect("a member");
}

#[tokio::test]
async fn a_worker_killed_at_any_call_leaves_a_thing_found_by_what_it_says_now() {
    let mut calls = 0;
    loop {
        let world = World::new().await;
        let zoe = world.member("zoe").await.id;
        let thing = Findable::Person(zoe.clone());
        rename(&world, &zoe, "amber birch").await;
        let kept = world.store().keep_findable(&thing).await;
        kept.expect("kept");
        let mut outlived = true;
        for name in ["birch cedar", "dusk"] {
            rename(&world, &zoe, name).await;
            let faults = Faults::after(calls, Fault::Killed);
            let app = rollup::App::new(&faults.attach(&world.context()));
            let event = || sqs_event(&[told(&thing)]);
            outlived &= faults.run(rollup::handle(&app, event())).await.is_some();
            // Its message comes again, twice.
            let app = rollup::App::new(&world.context());
            for _ in 0..2 {
                let done = rollup::handle(&app, event()).await;
                assert!(done.batch_item_failures.is_empty(), "after {calls}");
            }
            let said = [(zoe.to_string(), format!("zoe {name}"))].into();
            agree(&world, FindableKind::Person, &said).await;
        }
        if outlived {
            break;
        }
        calls += 1;
    }
    assert!(calls >= 5, "{calls}");
}

/// People and posts that are called otherwise again and again, and go, while all is told by faulty workers.
async fn changes(seed: u64) -> Met {
    let world = World::contended().await;
    let mut random = StdRng::seed_from_u64(seed);
    let mut engine = Engine::new(&world, seed);
    let name = |random: &mut StdRng| {
        let [one, other] = [0; 2].map(|_| WORDS[random.random_range(0..WORDS.len())]);
        if one == other {
            one.to_owned()
        } else {
            format!("{one} {other}")
        }
    };
    let (mut people, mut posts) = (BTreeMap::new(), BTreeMap::new());
    for sub in ["zoe", "zac"] {
        world.member(sub).await;
        people.insert(sub, user(sub));
    }
    let mut names = BTreeMap::new();
    for round in 0..4 {
        for (sub, id) in &people {
            let new = name(&mut random);
            rename(&world, id, &new).await;
            names.insert(id.to_string(), format!("{sub} {new}"));
        }
        let text = name(&mut random);
        let post = world.published_post("zoe").text(&text).await;
        posts.insert(post.id, post);
        for _ in 0..random.random_range(0..6) {
            engine.step().await;
        }
        if round % 2 == 1 {
            let gone = posts.pop_first().expect("a post").1;
            let store = world.store();
            let deleted = store.delete_post(&gone.author, &gone).await;
            assert!(deleted.expect("the table answers"));
        }
        for post in posts.keys() {
            world.smile(&user(&format!("fan{round}")), *post).await;
        }
    }
    engine.settle().await;
    agree(&world, FindableKind::Person, &names).await;
    let texts = posts.values();
    let texts = texts.map(|post| (post.id.to_string(), post.text.clone()));
    agree(&world, FindableKind::Post, &texts.collect()).await;
    Met::of(&engine.faults)
}

#[tokio::test]
async fn whatever_fails_and_in_whatever_order_it_is_told_things_are_found_by_what_they_say() {
    crate::over_seeds(0..16, changes, TRANSACTIONS).await;
}

/// Three versions of a feed, of which each calls its products otherwise and lacks one.
async fn feeds(seed: u64) -> Met {
    let world = World::new().await;
    let mut random = StdRng::seed_from_u64(seed);
    let mut engine = Engine::new(&world, seed);
    let mut said = BTreeMap::new();
    for version in 0..3_usize {
        let mut file = "id\ttitle\tlink\tavailability\tprice\n".to_owned();
        said.clear();
        for number in (0..8).filter(|number| number % 4 != version) {
            let words = [number + version, number * version + 1].map(|n| WORDS[n % WORDS.len()]);
            let mut words = words.to_vec();
            words.dedup();
            let title = words.join(" ");
            let id = ProductId::parse(&format!("p{number}")).expect("an id");
            file += &format!("{id}\t{title}\thttps://s.test/{id}\tin_stock\t5 USD\n");
            said.insert(id.to_string(), title);
        }
        let kind = "text/plain";
        world
            .put_object("catalogue/a.tsv", kind, file.into_bytes())
            .await;
        for _ in 0..random.random_range(0..6) {
            engine.step().await;
        }
    }
    engine.settle().await;
    agree(&world, FindableKind::Product, &said).await;
    Met::of(&engine.faults)
}

#[tokio::test]
async fn products_are_found_by_their_latest_lines_whatever_fails() {
    crate::over_seeds(0..12, feeds, TRANSACTIONS).await;
}

#[tokio::test]
async fn two_that_are_told_of_one_thing_at_once_leave_what_it_says_last() {
    for calls in 1..6 {
        let world = World::new().await;
        let zoe = world.member("zoe").await.id;
        let thing = Findable::Person(zoe.clone());
        rename(&world, &zoe, "amber").await;
        let faults = Faults::held_after(calls);
        let late = rollup::App::new(&faults.attach(&world.context()));
        let body = told(&thing);
        let work = rollup::handle(&late, sqs_event(&[body.as_str()]));
        let mut work = Box::pin(work);
        let held = faults.run(&mut work).await.is_none();
        rename(&world, &zoe, "birch").await;
        let app = rollup::App::new(&world.context());
        let done = rollup::handle(&app, sqs_event(&[body.as_str()])).await;
        assert!(done.batch_item_failures.is_empty());
        faults.go_on(1_000);
        if held {
            let done = work.await;
            assert!(done.batch_item_failures.is_empty(), "{done:?}");
        }
        let said = [(zoe.to_string(), "zoe birch".to_owned())].into();
        agree(&world, FindableKind::Person, &said).await;
    }
}
