//! What was got with what, over a real table.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, and says what it stood on"
)]

use domain::{
    catalogue::product::Product,
    feeds::{Act, Event, History, nudge::NudgeAfter, picks::Shelf},
    ids::ProductId,
};
use harness::{Fault, Faults, Meter, World, sqs_event, user};
use jiff::SignedDuration;
use rollup::{App, handle};
use shared::queue::messages::{Bought, RollupMessage};

fn id(id: &str) -> ProductId {
    ProductId::parse(id).unwrap()
}

/// Somebody bought these, as their history has it; the messages that tell so.
async fn bought(world: &World, who: &str, products: &[&str]) -> Vec<String> {
    let (store, who, at) = (world.store(), user(who), world.now());
    let mut history = store.history(&who).await.unwrap();
    let events = products.iter().map(|product| Event {
        what: Act::Purchase(id(product)),
        at,
    });
    let taken = history.take(events.collect(), at, NudgeAfter::default());
    taken.unwrap();
    assert!(store.keep_history(&who, &history, at).await.unwrap());
    let told = products.iter().map(|product| {
        let (user, product) = (who.clone(), id(product));
        serde_json::to_string(&RollupMessage::Bought(Bought { user, product, at })).unwrap()
    });
    told.collect()
}

async fn work(app: &App, bodies: &[String]) {
    let answer = handle(app, sqs_event(bodies)).await;
    assert!(answer.batch_item_failures.is_empty(), "{answer:?}");
}

async fn shelved(world: &World, shelf: &Shelf) -> Vec<String> {
    let rows = world.store().shelf(shelf).await.unwrap().into_iter();
    rows.map(|row| row.product.to_string()).collect()
}

#[tokio::test]
async fn what_was_got_together_is_counted_of_each_and_put_on_the_shelf() {
    let world = World::new().await;
    for product in ["mug", "pot"] {
        world.product(product).await;
    }
    let app = App::new(&world.context());
    for who in ["ana", "ben"] {
        let told = bought(&world, who, &["mug", "pot"]).await;
        work(&app, &told).await;
    }
    let told = bought(&world, "cleo", &["mug"]).await;
    work(&app, &told).await;
    let read = world
        .store()
        .buying(&user("ana"), &id("mug"))
        .await
        .unwrap();
    assert_eq!(read.pairs.n, 3);
    let had: Vec<_> = read.pairs.had.iter().collect();
    assert_eq!(had, [(id("pot").hash(), 2)]);
    assert!((read.pairs.demand.short - 3.0).abs() < 0.01);
    assert_eq!(shelved(&world, &Shelf::All).await, ["mug", "pot"]);
    let rows = world.store().shelf(&Shelf::All).await.unwrap();
    assert_eq!((rows[0].n, rows[1].n), (3, 2));
}

#[tokio::test]
async fn what_no_feed_has_named_is_not_counted() {
    let world = World::new().await;
    let app = App::new(&world.context());
    let told = bought(&world, "ana", &["none"]).await;
    work(&app, &told).await;
    assert_eq!(shelved(&world, &Shelf::All).await, [""; 0]);
}

#[tokio::test]
async fn a_message_costs_no_more_whatever_was_bought_before() {
    let world = World::new().await;
    world.product("mug").await;
    let (meter, store) = (Meter::new(), world.store());
    let app = App::new(&meter.attach(&world.context()));
    let told = bought(&world, "first", &["mug"]).await;
    work(&app, &told).await;
    // As large as they can be: a history of sixty, and pairs of three hundred.
    let many: Vec<_> = (0..59).map(|n| format!("product-{n:05}")).collect();
    let mut many: Vec<_> = many.iter().map(String::as_str).collect();
    many.push("mug");
    let told = bought(&world, "ana", &many).await;
    let mut pairs = store.buying(&user("ana"), &id("mug")).await.unwrap().pairs;
    let others: Vec<_> = (0..400).map(|n| id(&format!("other-{n:05}"))).collect();
    pairs.got(world.now(), &others);
    assert!(store.keep_pairs(&id("mug"), &pairs).await.unwrap());
    meter.take();
    work(&app, &told[59..]).await;
    let used = meter.take();
    assert!(used.wcu <= 5.0 && used.rcu <= 2.0, "{used:?}");
}

#[tokio::test]
async fn a_worker_killed_at_any_call_counts_at_least_once_and_ends_on_the_shelf() {
    for calls in 0..12 {
        let world = World::new().await;
        world.product("mug").await;
        let told = bought(&world, "ana", &["mug"]).await;
        let faults = Faults::after(calls, Fault::Killed);
        let app = App::new(&faults.attach(&world.context()));
        drop(faults.run(handle(&app, sqs_event(&told))).await);
        work(&App::new(&world.context()), &told).await;
        let read = world
            .store()
            .buying(&user("ana"), &id("mug"))
            .await
            .unwrap();
        assert!((1..=2).contains(&read.pairs.n), "{calls}: {:?}", read.pairs);
        assert_eq!(shelved(&world, &Shelf::All).await, ["mug"], "{calls}");
    }
}

#[tokio::test]
async fn fifty_at_once_are_all_counted() {
    let world = World::contended().await;
    world.product("mug").await;
    let mut told = Vec::new();
    for n in 0..20 {
        told.extend(bought(&world, &format!("fan{n}"), &["mug"]).await);
    }
    let app = App::new(&world.context());
    let all = told.chunks(5).map(async |told| work(&app, told).await);
    futures::future::join_all(all).await;
    let read = world
        .store()
        .buying(&user("fan0"), &id("mug"))
        .await
        .unwrap();
    assert_eq!(read.pairs.n, 20);
}

#[tokio::test]
async fn a_full_shelf_keeps_those_of_most_lift_and_the_rest_have_that_of_their_topic() {
    let world = World::new().await;
    let (store, room) = (world.store(), Shelf::All.room());
    let coffee = "Food, Beverages & Tobacco > Beverages > Coffee";
    let mug: Product = world.product("mug").category(coffee).await;
    let mut rows = Vec::new();
    for n in 0..room {
        let mut pairs = domain::feeds::pairs::Pairs::default();
        pairs.got(world.now(), []);
        pairs.got(world.now(), []);
        let product = id(&format!("p{n}"));
        rows.push(domain::feeds::rows::Row::of(
            &product, None, "Title", &pairs,
        ));
    }
    store.put_on_shelf(&Shelf::All, &rows).await.unwrap();
    let app = App::new(&world.context());
    let told = bought(&world, "ana", &["mug"]).await;
    work(&app, &told).await;
    assert!(
        !shelved(&world, &Shelf::All)
            .await
            .contains(&mug.id.to_string())
    );
    let topic = domain::posts::topics::work_out([], [coffee]).remove(0);
    assert_eq!(shelved(&world, &Shelf::Topic(topic.clone())).await, ["mug"]);
    // Two more got it: it comes among the first, what has least leaves when the shelf is read again.
    for who in ["ben", "cleo"] {
        let told = bought(&world, who, &["mug"]).await;
        work(&app, &told).await;
    }
    assert!(
        shelved(&world, &Shelf::All)
            .await
            .contains(&mug.id.to_string())
    );
    assert_eq!(shelved(&world, &Shelf::Topic(topic)).await, [""; 0]);
    world.advance(SignedDuration::from_mins(11));
    let told = bought(&world, "dan", &["mug"]).await;
    work(&app, &told).await;
    assert_eq!(shelved(&world, &Shelf::All).await.len(), room);
}

#[tokio::test]
async fn a_heart_counts_in_the_history_as_long_as_it_is_there() {
    let world = World::new().await;
    let ana = world.member("ana").prime().await;
    world.product("mug").await;
    let list = domain::ids::ListId::of_hearts(&ana.id);
    let idea = domain::engagement::Idea::Product(id("mug"));
    let now = world.now();
    let changed = RollupMessage::ListChanged(shared::queue::messages::ListChanged {
        list,
        owner: ana.id.clone(),
        what: Some(shared::queue::messages::Since {
            idea: idea.clone(),
            at: now,
        }),
        after: None,
    });
    let told = [serde_json::to_string(&changed).unwrap()];
    let app = App::new(&world.context());
    let hearted = async || {
        let history: History = world.store().history(&ana.id).await.unwrap();
        history.used(&id("mug")).is_some_and(|used| used.hearted)
    };
    let store = world.store();
    let put = shared::store::Putting {
        owner: ana.id.clone(),
        list,
        idea: idea.clone(),
        note: None,
        spot: shared::store::Spot::Front,
    };
    let mut ground = store.ground(&put, true).await.unwrap();
    ground.heat = store.savable(&idea).await.unwrap();
    let actor = harness::actor(&ana.id);
    store
        .put_into_list(&actor, &put, ground, now)
        .await
        .unwrap();
    for _ in 0..2 {
        work(&app, &told).await;
        assert!(hearted().await);
    }
    let out = store.take_out_of_list((&ana.id, list), &idea, None, false);
    out.await.unwrap();
    work(&app, &told).await;
    assert!(!hearted().await);
}
