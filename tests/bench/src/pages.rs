//! What a page weighs and costs: bytes, rounds, read units and CPU, beside the budgets (PAGES 2.7, 4).

use std::{thread, time::Duration};

use anyhow::{Context as _, Result, anyhow, ensure};
use domain::{
    engagement::Comment,
    ids::{CommentId, PostId, ProductId},
    posts::{Hotspot, Post, PostPhoto},
    quota::Quota,
};
use harness::{Answer, Http, Meter, World, user};
use jiff::SignedDuration;
use nix::sys::{
    resource::{UsageWho, getrusage},
    time::TimeVal,
};
use shared::store::{Said, Saying};

use crate::reference::{self, PAGE, author, product, text};

/// A page is asked for so often, once it is warm; the least counts.
const TIMES: usize = 40;
/// Of the reference post, in bytes: the first round trip of a cold connection.
const WEIGHT: usize = 14 * 1_024;
const ROUNDS: usize = 3;
const RCU: f64 = 12.0;
const CPU: Duration = Duration::from_millis(2);

/// What a page took.
struct Row {
    what: &'static str,
    raw: usize,
    gzip: usize,
    rounds: usize,
    rcu: f64,
    cpu: Duration,
    /// Whether the budgets are for it.
    reference: bool,
}

impl Row {
    fn holds(&self) -> bool {
        let within =
            self.gzip <= WEIGHT && self.rounds <= ROUNDS && self.rcu <= RCU && self.cpu <= CPU;
        !self.reference || within
    }
}

/// Measures every page and prints it; `false` when a budget is exceeded.
pub(crate) async fn run() -> Result<bool> {
    let (world, posts) = reference::world().await?;
    let post = post(&world).await?;
    let meter = Meter::new();
    let http = Http::new(pages::router(&meter.attach(&world.context())));
    let one = posts.first().context("a post")?;
    let topic = one.topics.first().context("a topic")?;
    let pages = [
        ("the reference post", format!("/p/{post}"), true),
        ("a post", format!("/p/{}", one.id), false),
        ("/embed/p/{post}", format!("/embed/p/{post}"), false),
        ("/", "/".to_owned(), false),
        ("/explore", "/explore".to_owned(), false),
        ("/t/{topic}", format!("/t/{topic}?sort=new"), false),
        ("/@{handle}", format!("/@{}", author(0)), false),
        ("/products/{id}", format!("/products/{}", product(0)), false),
        ("/search", "/search?q=product".to_owned(), false),
        ("/t/{topic}.atom", format!("/t/{topic}.atom"), false),
    ];
    // A thread of its own tells the function's CPU from that of the table, which is in this process too.
    let measured = thread::spawn(move || -> Result<Vec<Row>> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let rows = pages.into_iter().map(|(what, path, reference)| {
            runtime.block_on(measure(&http, &meter, what, &path, reference))
        });
        rows.collect()
    });
    let waited = tokio::task::spawn_blocking(move || measured.join()).await?;
    let rows = waited.map_err(|_panicked| anyhow!("a page could not be measured"))??;
    println!(
        "{:<22} {:>8} {:>8} {:>7} {:>6} {:>8}",
        "page", "bytes", "gzip", "rounds", "RCU", "CPU"
    );
    for row in &rows {
        println!(
            "{:<22} {:>8} {:>8} {:>7} {:>6.1} {:>5.2} ms  {}",
            row.what,
            row.raw,
            row.gzip,
            row.rounds,
            row.rcu,
            row.cpu.as_secs_f64() * 1_000.0,
            match (row.reference, row.holds()) {
                (false, _) => "",
                (true, true) => "kept",
                (true, false) => "EXCEEDED",
            }
        );
    }
    println!(
        "of the reference post: gzip ≤ {WEIGHT}, rounds ≤ {ROUNDS}, RCU ≤ {RCU}, CPU ≤ {} ms",
        CPU.as_millis()
    );
    drop(world);
    Ok(rows.iter().all(Row::holds))
}

async fn measure(
    http: &Http,
    meter: &Meter,
    what: &'static str,
    path: &str,
    reference: bool,
) -> Result<Row> {
    let get = async |gzip: bool| -> Result<Answer> {
        let request = http.get(path);
        let request = if gzip {
            request.header("accept-encoding", "gzip")
        } else {
            request
        };
        let answer = request.send().await;
        ensure!(answer.status == 200, "{path}: {}", answer.status);
        Ok(answer)
    };
    let raw = get(false).await?.body.len();
    meter.take();
    let gzip = get(true).await?.body.len();
    let warm = meter.take();
    let mut cpu = Duration::MAX;
    for _ in 0..TIMES {
        let before = spent()?;
        get(true).await?;
        cpu = cpu.min(spent()?.saturating_sub(before));
    }
    Ok(Row {
        what,
        raw,
        gzip,
        rounds: warm.rounds,
        rcu: warm.rcu,
        cpu,
        reference,
    })
}

/// What this thread has used.
fn spent() -> Result<Duration> {
    let used = getrusage(UsageWho::RUSAGE_THREAD)?;
    let time = |value: TimeVal| {
        let micros = u64::try_from(value.tv_usec()).unwrap_or_default();
        let seconds = u64::try_from(value.tv_sec()).unwrap_or_default();
        Duration::from_secs(seconds) + Duration::from_micros(micros)
    };
    Ok(time(used.user_time()) + time(used.system_time()))
}

/// The reference post: three photos with twenty dots in all, 500 characters, twenty comments of 200.
async fn post(world: &World) -> Result<PostId> {
    let whose = author(0);
    let mut post = world.published_post(&whose).text(&text(500));
    let mut dots = 0..20_usize;
    for count in [7, 7, 6] {
        let photo = world.ready_photo(&whose).await;
        let spots = dots.by_ref().take(count).map(|dot| {
            let id = product(dot);
            Some(Hotspot {
                product: ProductId::parse(&id)?,
                x: 0.05 + (dot % 5) as f64 * 0.2,
                y: 0.1 + (dot / 5) as f64 * 0.2,
            })
        });
        let spots: Vec<_> = spots.collect::<Option<_>>().context("products")?;
        post = post.photo(&photo, &[]).with(|post: &mut Post| {
            if let Some(PostPhoto { hotspots, .. }) = post.photos.last_mut() {
                *hotspots = spots;
            }
        });
    }
    let post = post.await;
    let (store, now) = (world.store(), world.now());
    for index in 0..PAGE {
        let post = store.post_now(post.id).await?.context("the post")?;
        let at = now - SignedDuration::from_secs(1_000 - i64::try_from(index)?);
        let id = CommentId::new(post.id, None, at, 1);
        let comment = Comment::new(id, user(&author(index)), text(200), at);
        let quota = Quota {
            user: comment.author.clone(),
            kind: "comments",
            limit: 1_000,
        };
        let saying = Saying {
            comment: &comment,
            post: &post,
            parent: None,
            claim: None,
            quota: &quota,
        };
        let made = store.create_comment(saying, now).await?;
        ensure!(made == Said::Done, "{made:?}");
    }
    Ok(post.id)
}
