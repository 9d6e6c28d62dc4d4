//! Fan-out over a real graph: everybody's timeline must hold every post they should have, once.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Instant,
};

use anyhow::{Context as _, Result, ensure};
use aws_lambda_events::streams::DynamoDbEventResponse;
use data_plane::Template;
use domain::{
    feeds::{HORIZON, Plan, Position, SIZES},
    ids::{PostId, TopicId, UserId},
    people::{Handle, Profile, interests},
    posts::{Post, PostKind, PostStatus},
};
use harness::Meter;
use local::{Cloud, Contexts, Function, Functions, Kept, Options};
use shared::{
    runtime::Context,
    store::{Creation, Store},
};

/// This many of the most followed publish.
const AUTHORS: usize = 20;
/// People and edges are loaded this many at a time.
const LOAD_PAGE: usize = 2_000;
/// Timelines are read this many at a time.
const READERS_AT_ONCE: usize = 16;

pub(crate) type Graph = BTreeMap<u64, BTreeSet<u64>>;

/// What fan-out is watched by.
#[derive(Clone, Default)]
struct Watch {
    /// Closed while the graph is loaded: its edges are not news to anybody.
    open: Arc<AtomicBool>,
    messages: Arc<AtomicUsize>,
    meter: Meter,
}

/// Loads, publishes, delivers and counts; `false` when a post is lost or doubled.
pub(crate) async fn run(file: &Path, data_dir: Option<PathBuf>) -> Result<bool> {
    let graph = read(file)?;
    let edges: usize = graph.values().map(BTreeSet::len).sum();
    println!("people: {}, edges: {}", graph.len(), edges / 2);
    let watch = Watch::default();
    let watched = watch.clone();
    let options = Options {
        template: Template::parse(local::TEMPLATE)?,
        port: 0,
        kept: data_dir.map_or(Kept::Nothing, Kept::In),
        contention: None,
        networks: None,
    };
    let cloud = Cloud::start(options, move |contexts| compose(contexts, &watched)).await?;
    let context = cloud.context().clone();
    let store = Store::new(context.dynamodb.clone(), context.config.table());

    let began = Instant::now();
    load(&store, &graph, &context).await?;
    cloud.drain().await?;
    println!("loaded in {:.1} s", began.elapsed().as_secs_f64());
    watch.open.store(true, Ordering::SeqCst);

    let mut authors: Vec<_> = graph.keys().copied().collect();
    authors.sort_by_key(|author| (std::cmp::Reverse(graph[author].len()), *author));
    authors.truncate(AUTHORS);
    let began = Instant::now();
    let mut posts = BTreeMap::new();
    for author in &authors {
        posts.insert(publish(&store, &context, *author).await?, *author);
    }
    let published = began.elapsed();
    cloud.drain().await?;
    let took = began.elapsed();

    let used = watch.meter.take();
    let deliveries: usize = authors.iter().map(|author| graph[author].len()).sum();
    let messages = watch.messages.load(Ordering::SeqCst);
    let plans = authors
        .iter()
        .map(|author| Plan::of(graph[author].len() as u64, SIZES));
    let cut: Vec<_> = plans.filter(|plan| plan.ranges > 1).collect();
    let ranges: usize = cut.iter().map(|plan| plan.ranges as usize).sum();
    let bulk = cut.iter().filter(|plan| plan.followers > SIZES.bulk);
    let asked = bulk.map(|plan| plan.ranges.div_ceil(SIZES.asked) as usize);
    let allowed = authors.len() + ranges + asked.sum::<usize>();
    // Besides its deliveries a post costs one write for each of its topic, head, marker and what came of it, and two for
    // a plan with its one block of ranges.
    let besides = (posts.len() * 4 + cut.len() * 2) as f64;
    let progress = ranges as f64 / deliveries as f64;
    let wcu = (used.wcu - besides) / deliveries as f64;
    let rcu = used.rcu / deliveries as f64;
    println!(
        "posts: {}, published in {:.3} s",
        posts.len(),
        published.as_secs_f64()
    );
    println!("deliveries: {deliveries}");
    println!("WCU a delivery: {wcu:.4} (budget {:.4})", 1.0 + progress);
    println!("RCU a delivery: {rcu:.4} (budget 0.025)");
    println!(
        "messages a post: {:.2} (budget {:.2})",
        messages as f64 / posts.len() as f64,
        allowed as f64 / posts.len() as f64
    );
    println!(
        "deliveries/s: {:.0}",
        deliveries as f64 / took.as_secs_f64()
    );
    let seen = look(&store, &graph, &posts, &context).await?;
    let open = store.open_posts(context.clock.now()).await?.len();
    println!("still open: {open}");
    println!("strays: {}", seen.strays);
    println!("lost: {}", seen.lost);
    println!("doubled: {}", seen.doubled);
    cloud.stop().await?;
    Ok(seen.lost + seen.doubled + seen.strays + open == 0
        && wcu <= 1.0 + progress + 1e-9
        && rcu <= 0.025
        && messages <= allowed)
}

/// The two functions that deliver, watched, and the one that is told of each post besides.
fn compose(contexts: &Contexts<'_>, watch: &Watch) -> Functions {
    let relay = Arc::new(relay::App::new(&contexts("relay")));
    let fanout = Arc::new(fanout::App::new(&watch.meter.attach(&contexts("fanout"))));
    let rollup = Arc::new(rollup::App::new(&contexts("rollup")));
    let (open, messages) = (Arc::clone(&watch.open), Arc::clone(&watch.messages));
    Functions::default()
        .with(
            "relay",
            Function::stream(move |event| {
                let (relay, open) = (Arc::clone(&relay), open.load(Ordering::SeqCst));
                async move {
                    if open {
                        relay::handle(&relay, event).await
                    } else {
                        DynamoDbEventResponse::default()
                    }
                }
            }),
        )
        .with(
            "fanout",
            Function::queue(move |event| {
                messages.fetch_add(event.records.len(), Ordering::SeqCst);
                let fanout = Arc::clone(&fanout);
                async move { fanout::handle(&fanout, event).await }
            }),
        )
        .with(
            "rollup",
            Function::queue(move |event| {
                let rollup = Arc::clone(&rollup);
                async move { rollup::handle(&rollup, event).await }
            }),
        )
}

/// Reads an edge list; every edge is mutual, and counts once.
pub(crate) fn read(file: &Path) -> Result<Graph> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{}", file.display()))?;
    let mut graph = Graph::new();
    for (number, line) in text.lines().enumerate().skip(1) {
        let edge = line
            .split_once(',')
            .and_then(|(a, b)| Some((a.trim().parse().ok()?, b.trim().parse().ok()?)));
        let (a, b): (u64, u64) =
            edge.with_context(|| format!("line {} is not from,to", number + 1))?;
        if a != b {
            graph.entry(a).or_default().insert(b);
            graph.entry(b).or_default().insert(a);
        }
    }
    ensure!(!graph.is_empty(), "the graph has no edges");
    Ok(graph)
}

fn handle(node: u64) -> String {
    format!("u{node}")
}

fn user(node: u64) -> UserId {
    harness::user(&handle(node))
}

fn topics(count: usize) -> Vec<TopicId> {
    let all = interests::groups()
        .iter()
        .flat_map(|group| &group.interests);
    all.filter_map(|interest| TopicId::parse(&interest.id))
        .take(count)
        .collect()
}

async fn load(store: &Store, graph: &Graph, context: &Context) -> Result<()> {
    let now = context.clock.now();
    let mut profiles = Vec::with_capacity(graph.len());
    let mut edges = Vec::new();
    for (node, others) in graph {
        let id = user(*node);
        let handle = Handle::parse(&handle(*node)).map_err(anyhow::Error::msg)?;
        let interests = topics(interests::MINIMUM).into_iter().collect();
        profiles.push(Profile {
            followers: others.len() as u64,
            following: others.len() as u64,
            ..Profile::new(id, handle, format!("Person {node}"), interests, now)
        });
        for other in others {
            edges.push((user(*node), user(*other)));
        }
    }
    for page in profiles.chunks(LOAD_PAGE) {
        store.load_people(page, &[], now).await?;
    }
    // A reader's follows come together.
    for page in edges.chunk_by(|(one, _), (next, _)| one == next) {
        store.load_people(&[], page, now).await?;
    }
    Ok(())
}

async fn publish(store: &Store, context: &Context, author: u64) -> Result<PostId> {
    let now = context.clock.now();
    let id = PostId(context.ids.ulid());
    let post = Post {
        status: PostStatus::Published,
        text: format!("A story by person {author}"),
        topics: topics(1),
        published_at: Some(now),
        ..Post::new(id, user(author), PostKind::Story, now)
    };
    let created = store.create_post(&post, &[], None, None, now).await?;
    ensure!(created == Creation::Done, "{created:?}");
    Ok(post.id)
}

#[derive(Default)]
struct Seen {
    lost: usize,
    doubled: usize,
    strays: usize,
}

/// Compares everybody's timeline with what they should have of these posts.
async fn look(
    store: &Store,
    graph: &Graph,
    posts: &BTreeMap<PostId, u64>,
    context: &Context,
) -> Result<Seen> {
    let now = context.clock.now();
    let (newest, oldest) = (
        Position::end_of(now),
        Position::start_of(now.checked_sub(HORIZON)?),
    );
    let mut seen = Seen::default();
    let readers: Vec<_> = graph.iter().collect();
    for page in readers.chunks(READERS_AT_ONCE) {
        let mut reads = tokio::task::JoinSet::new();
        for (reader, _) in page {
            let (store, id, reader) = (store.clone(), user(**reader), **reader);
            reads.spawn(async move {
                let timeline = store.timeline(&id, newest, oldest, usize::MAX).await;
                timeline.map(|timeline| (reader, timeline))
            });
        }
        for read in reads.join_all().await {
            let (reader, timeline) = read?;
            let mut counts = HashMap::<PostId, usize>::new();
            for entry in timeline {
                if posts.contains_key(&entry.at.post) {
                    *counts.entry(entry.at.post).or_default() += 1;
                }
            }
            for (post, author) in posts {
                let count = counts.get(post).copied().unwrap_or_default();
                if graph[&reader].contains(author) {
                    seen.lost += usize::from(count == 0);
                    seen.doubled += count.saturating_sub(1);
                } else {
                    seen.strays += count;
                }
            }
        }
    }
    Ok(seen)
}
