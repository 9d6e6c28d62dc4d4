//! A crowd at one post: many smiles a second at a table where transactions meet in time on an item, as long as the real
//! one's take, in a time that goes more slowly than ours.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use data_plane::Contention;
use domain::engagement::{Count, Thing};
use harness::{Meter, World, actor, sqs_event, user};
use jiff::SignedDuration;
use shared::{
    queue::messages::{Heated, LOOK, RollupMessage},
    store::Store,
};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep_until},
};

/// What an act on a hot post writes each time that it is tried: two units for the relation, two for a shard. A try that
/// meets another is paid for like one that does not.
const WCU: f64 = 4.0;

/// Has so many people a second smile at a post, for so many seconds; `false` where one is refused, or the count is not
/// exact in the end.
pub(crate) async fn run(rate: u64, seconds: u64, slower: u64) -> Result<bool> {
    let real = Contention::default();
    let slowed = |time: std::ops::RangeInclusive<u64>| time.start() * slower..=time.end() * slower;
    let world = World::on(Some(Contention {
        transaction: slowed(real.transaction),
        write: slowed(real.write),
        throttled: 0,
    }))
    .await;
    world.member("ana").await;
    let post = world.published_post("ana").await.id;
    let meter = Meter::new();
    let context = meter.beside(&world.context());
    let store = Store::new(context.dynamodb.clone(), context.config.table());
    let (acts, now) = (rate * seconds, world.now());
    let errors = Arc::new(AtomicU64::new(0));
    let began = Instant::now();
    let mut people = JoinSet::new();
    for act in 0..acts {
        let micros = act * slower * 1_000_000 / rate.max(1);
        sleep_until(began + Duration::from_micros(micros)).await;
        let (store, errors) = (store.clone(), Arc::clone(&errors));
        people.spawn(async move {
            let smile = async {
                let read = store.post_now(post).await?;
                let read = read.ok_or(shared::error::Error::NotFound)?;
                let fan = actor(&user(&format!("fan{act}")));
                store.smile(&fan, &read, now).await
            };
            if smile.await.is_err() {
                errors.fetch_add(1, Relaxed);
            }
        });
        while people.try_join_next().is_some() {}
    }
    people.join_all().await;
    let took = began.elapsed().as_secs_f64() / slower as f64;
    let (used, errors) = (meter.take(), errors.load(Relaxed));
    let hot = store.post_now(post).await?.context("the post")?.heat();
    let counted = world.counted(post, Count::Smiles).await;
    // An act reads the post, and is done in one try but for those that met another.
    let conflicts = (used.dynamodb as u64).saturating_sub(2 * acts);
    let each = acts.max(1) as f64;
    println!("{acts} smiles at one post in {took:.1} s of modelled time");
    println!("errors         {errors}");
    println!("conflicts      {conflicts}");
    println!("rounds an act  {:.2}", used.dynamodb as f64 / each);
    println!(
        "WCU an act     {:.2}",
        (used.wcu + WCU * conflicts as f64) / each
    );
    println!("shards         {}", hot.shards);
    println!("counted        {counted}");

    // Nobody comes any more: of two looks, a minute apart, the second folds.
    let app = rollup::App::new(&world.context());
    let first = RollupMessage::Heated(Heated {
        thing: Thing::Post(post),
        generation: hot.generation,
        acts: 0,
    });
    let mut looks = vec![serde_json::to_string(&first)?];
    while !looks.is_empty() {
        let answer = rollup::handle(&app, sqs_event(&looks)).await;
        ensure!(answer.batch_item_failures.is_empty(), "{answer:?}");
        world.advance(SignedDuration::from_secs(LOOK.into()));
        looks = world.receive_all("rollup").await;
    }
    let folded = store.post_now(post).await?.context("the post")?;
    println!("folded         {}, heat {}", folded.smiles, folded.heat);
    let exact = counted == acts && folded.smiles == acts && folded.heat == 0;
    Ok(errors == 0 && exact)
}
