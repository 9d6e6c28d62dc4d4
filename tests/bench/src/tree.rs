//! One post to very many, range by range: what it takes; and the same in small under any number of schedules of workers
//! that are killed, messages that come twice, and any order.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use domain::{
    feeds::{Plan, Position, SIZES, Sizes},
    ids::UserId,
    people::{Handle, Profile},
    posts::Post,
};
use fanout::{App, handle};
use futures::{StreamExt, TryStreamExt, stream};
use harness::{Fault, Faults, Meter, World, sqs_event};
use jiff::SignedDuration;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use shared::queue::messages::{FanoutMessage, Published};

/// So many edges are loaded, and timelines read, together.
const LOAD: usize = 2_000;
const AT_ONCE: usize = 16;
/// A world is used for so many schedules.
const A_WORLD: u64 = 50;
/// A worker is killed after one of its first so many calls, now and then.
const CALLS: usize = 14;
/// A schedule is unkind for so many steps, and must be at its end after so many.
const UNKIND: usize = 60;
const STEPS: usize = 1_000;

/// What went wrong.
#[derive(Debug, Default)]
struct Wrong {
    early: usize,
    lost: usize,
    doubled: usize,
    open: usize,
}

/// Serves a post to so many, and then as many schedules of few; `false` when it costs more than it may, or anything
/// went wrong.
pub(crate) async fn run(fans: usize, schedules: u64, seed: u64) -> Result<bool> {
    let within = Box::pin(at_size(fans)).await?;
    let mut wrong = Wrong::default();
    let (mut world, mut workers) = (None, Vec::new());
    for number in 0..schedules {
        if number.is_multiple_of(A_WORLD) {
            let new = World::new().await;
            workers = (0..CALLS).map(|calls| killed_after(&new, calls)).collect();
            world = Some(new);
        }
        let Some(world) = &world else { continue };
        let random = StdRng::seed_from_u64(seed.wrapping_add(number));
        let before = format!("{wrong:?}");
        Box::pin(schedule(world, &workers, number, random, &mut wrong)).await?;
        if format!("{wrong:?}") != before {
            println!("with the seed {}: {wrong:?}", seed.wrapping_add(number));
        }
    }
    println!("schedules: {schedules}, seeds from {seed} on");
    println!("closed early: {}", wrong.early);
    println!("lost: {}", wrong.lost);
    println!("doubled: {}", wrong.doubled);
    println!("open for ever: {}", wrong.open);
    Ok(within && wrong.early + wrong.lost + wrong.doubled + wrong.open == 0)
}

fn killed_after(world: &World, calls: usize) -> (Faults, shared::runtime::Context) {
    let faults = Faults::after(calls, Fault::Killed);
    let context = faults.attach(&world.context());
    (faults, context)
}

/// An author with so many followers, and a post of theirs that is told of.
async fn post(world: &World, name: &str, fans: &[UserId]) -> Result<(Post, String)> {
    world.member(name).await;
    let (id, now) = (harness::user(name), world.now());
    let handle = Handle::parse(name).map_err(anyhow::Error::msg)?;
    let author = Profile {
        followers: fans.len() as u64,
        ..Profile::new(id.clone(), handle, name.to_owned(), BTreeSet::new(), now)
    };
    let store = world.store();
    store.load_people(&[author], &[], now).await?;
    let edges: Vec<_> = fans.iter().map(|fan| (fan.clone(), id.clone())).collect();
    for page in edges.chunks(LOAD) {
        store.load_people(&[], page, now).await?;
    }
    let post = world.published_post(name).await;
    let told = FanoutMessage::PostPublished(Published {
        post: post.id,
        author: id,
        published_at: post.published_at.unwrap_or(now),
        topics: post.topics.clone(),
    });
    Ok((post, serde_json::to_string(&told)?))
}

async fn waiting(world: &World) -> Vec<String> {
    let own = world.receive_all("fanout").await;
    [own, world.receive_all("fanout-bulk").await].concat()
}

/// How often the post is in each of these timelines: of how many it is not, and how often it is there too much.
async fn missing(world: &World, post: &Post, fans: &[UserId]) -> Result<(usize, usize)> {
    let (newest, oldest) = (
        Position::end_of(world.now() + SignedDuration::from_hours(1)),
        Position::start_of(world.now() - SignedDuration::from_hours(24)),
    );
    let store = world.store();
    let read = fans.iter().map(|fan| {
        let store = &store;
        async move { store.timeline(fan, newest, oldest, 100).await }
    });
    let timelines: Vec<_> = stream::iter(read.collect::<Vec<_>>())
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    let counts = timelines.iter().map(|timeline| {
        let here = timeline.iter().filter(|one| one.at.post == post.id);
        here.count()
    });
    let counts: Vec<_> = counts.collect();
    let lost = counts.iter().filter(|count| **count == 0).count();
    let doubled = counts.iter().map(|count| count.saturating_sub(1)).sum();
    Ok((lost, doubled))
}

async fn is_open(world: &World, post: &Post) -> Result<bool> {
    let open = world.store().open_posts(world.now()).await?;
    Ok(open.iter().any(|open| open.entry.at.post == post.id))
}

async fn at_size(fans: usize) -> Result<bool> {
    let world = World::new().await;
    let people: Vec<_> = (0..fans)
        .map(|number| harness::user(&format!("fan{number:07}")))
        .collect();
    let (post, told) = post(&world, "star", &people).await?;
    let meter = Meter::new();
    let app = App::new(&meter.attach(&world.context()));
    let (mut left, mut messages) = (vec![told], 0);
    meter.take();
    while !left.is_empty() {
        messages += left.len();
        for batch in left.chunks(10) {
            let answer = handle(&app, sqs_event(batch)).await;
            ensure!(answer.batch_item_failures.is_empty(), "{answer:?}");
        }
        left = waiting(&world).await;
    }
    let used = meter.take();
    let plan = Plan::of(fans as u64, SIZES);
    let ranges = if plan.ranges > 1 {
        plan.ranges as usize
    } else {
        0
    };
    let bulk = plan.followers > SIZES.bulk;
    let asked = if bulk {
        ranges.div_ceil(SIZES.asked as usize)
    } else {
        0
    };
    let blocks = ranges.div_ceil(SIZES.block as usize);
    // Once a post: its walls, the head, the plan, what came of it, and the marker.
    let besides = (post.topics.len() + 3 + usize::from(ranges > 0)) as f64;
    let progress = (used.wcu - besides - fans as f64) / fans as f64;
    let (most, allowed) = (1 + ranges + asked, (ranges + blocks) as f64 / fans as f64);
    let (wcu, rcu) = (1.0 + progress, used.rcu / fans as f64);
    let (lost, doubled) = missing(&world, &post, &people).await?;
    let open = is_open(&world, &post).await?;
    println!("followers: {fans}");
    println!("messages: {messages} (budget {most})");
    println!("WCU a delivery: {wcu:.5} (budget {:.5})", 1.0 + allowed);
    println!("RCU a delivery: {rcu:.4} (budget 0.025)");
    println!("lost: {lost}, doubled: {doubled}, still open: {open}");
    let costs = messages <= most && progress <= allowed + 1e-9 && rcu <= 0.025;
    Ok(costs && lost + doubled == 0 && !open)
}

/// One delivery to few by sizes that are as small, told in any order, some of it twice, by workers that are killed.
async fn schedule(
    world: &World,
    workers: &[(Faults, shared::runtime::Context)],
    number: u64,
    mut random: StdRng,
    wrong: &mut Wrong,
) -> Result<()> {
    let sizes = Sizes {
        range: random.random_range(1..=3),
        bulk: random.random_range(2..=9),
        asked: random.random_range(1..=3),
        block: random.random_range(1..=3),
    };
    let fans: Vec<_> = (0..random.random_range(0..12))
        .map(|fan| harness::user(&format!("s{number}fan{fan}")))
        .collect();
    let (post, told) = post(world, &format!("star{number}"), &fans).await?;
    let mut left = vec![told.clone()];
    let (mut steps, mut closed) = (0, false);
    while !left.is_empty() {
        ensure!(steps < STEPS, "it comes to no end");
        let unkind = steps < UNKIND;
        steps += 1;
        let message = left.swap_remove(random.random_range(0..left.len()));
        let dies = unkind && random.random_ratio(1, 3);
        let done = if dies {
            let (faults, context) = &workers[random.random_range(0..workers.len())];
            let app = App::with_sizes(context, sizes);
            let run = handle(&app, sqs_event(std::slice::from_ref(&message)));
            faults.run(run).await
        } else {
            let app = App::with_sizes(&world.context(), sizes);
            Some(handle(&app, sqs_event(std::slice::from_ref(&message))).await)
        };
        let again = unkind && random.random_ratio(1, 5);
        let failed = done.is_none_or(|answer| !answer.batch_item_failures.is_empty());
        if failed || again {
            left.push(message);
        }
        left.extend(waiting(world).await);
        // One in many is lost for good; and the janitor tells of the post again while it is open.
        if unkind && !left.is_empty() && random.random_ratio(1, 20) {
            left.swap_remove(random.random_range(0..left.len()));
        }
        if !closed && !is_open(world, &post).await? {
            closed = true;
            let (lost, _) = missing(world, &post, &fans).await?;
            wrong.early += usize::from(lost > 0);
        }
        if left.is_empty() && !closed {
            left.push(told.clone());
        }
    }
    let (lost, doubled) = missing(world, &post, &fans).await?;
    wrong.lost += lost;
    wrong.doubled += doubled;
    let reach = world.store().progress(post.id).await?.reach;
    let delivered = reach.map(|reach| reach.delivered);
    wrong.doubled += usize::from(delivered != Some(fans.len() as u64));
    wrong.open += usize::from(is_open(world, &post).await?);
    Ok(())
}
