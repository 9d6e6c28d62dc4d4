//! What the system costs: capacity of every call and step beside its budget, cold starts, a
//! month's bill, fan-out over a real graph of followers, photos, and what a long run keeps in memory.

#![expect(
    clippy::print_stdout,
    reason = "its tables are what a benchmark is for"
)]

mod activity;
mod capacity;
mod catalogue;
mod coldstart;
mod comments;
mod cost;
mod delivery;
mod edges;
mod fanout;
mod feeds;
mod heat;
mod leaving;
mod lists;
mod moderation;
mod money;
mod notices;
mod pages;
mod photos;
mod programmes;
mod recommend;
mod reference;
mod report;
mod runtime_api;
mod search;
mod soak;
mod storm;
mod tree;
mod walls;
mod workers;

use std::{path::PathBuf, process::ExitCode};

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Measures Spark on the embedded data plane.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Rounds, requests and capacity units of every API call and worker step on the reference
    /// page, each beside its budget. Fails where one is exceeded.
    Capacity,
    /// Makes a product feed of so many rows in both forms, parses and checks it, and imports a slice
    /// of it. Fails below 10,000 lines a second of one core, or above 128 MB.
    Catalogue {
        /// Rows to parse and check in each form.
        #[arg(long, default_value_t = 1_000_000)]
        rows: u64,
        /// Rows to import.
        #[arg(long, default_value_t = 10_000)]
        import: u64,
    },
    /// Loads a graph of mutual follows, publishes from the twenty most followed, and looks into
    /// every follower's timeline. Fails if a post is lost or doubled. Or, as a tree: one post to very many, and in small
    /// under schedules of kills, repeats and any order.
    Fanout {
        /// An edge list: a header line, then `from,to` a line.
        #[arg(long, required_unless_present = "tree")]
        graph: Option<PathBuf>,
        /// One author instead, of so many followers as `--fans` says.
        #[arg(long, conflicts_with_all = ["graph", "data_dir"])]
        tree: bool,
        /// How many they are.
        #[arg(long, default_value_t = 100_000, requires = "tree")]
        fans: usize,
        /// And so many schedules in small.
        #[arg(long, default_value_t = 10_000, requires = "tree")]
        schedules: u64,
        /// By seeds from this on.
        #[arg(long, default_value_t = 1, requires = "tree")]
        seed: u64,
        /// Keep the table in this folder rather than in memory.
        #[arg(long)]
        data_dir: Option<PathBuf>,
    },
    /// Sixty days of a graph of mutual follows, where edges go over from pushed to pulled and back as readers come more
    /// often or less, by the policy's own code, beside pure push, pure pull, the rule of thumb for celebrities, and
    /// rates that are known. Fails where a target is missed, or a post is lost or doubled.
    Delivery {
        /// An edge list: a header line, then `from,to` a line.
        #[arg(long)]
        graph: PathBuf,
    },
    /// What a month costs at three sizes, from the units that `capacity` measures, a model of what
    /// people do, and AWS's prices.
    Cost,
    /// Starts each function's binary against a Lambda Runtime API on loopback: exec to ready,
    /// first answer, memory and size, beside bare functions. Build them first, in the same
    /// profile: `cargo build --release --workspace`. Fails where a start is over its budget.
    Coldstart {
        /// Where the binaries are; where this one is, if not said.
        #[arg(long)]
        bin_dir: Option<PathBuf>,
        /// How many starts of each are measured.
        #[arg(long, default_value_t = 11)]
        runs: usize,
    },
    /// Writes steadily to a local cloud that keeps its data, and prints its memory every minute. Fails where
    /// that still grows in the last third of the time.
    Soak {
        /// How long.
        #[arg(long, default_value_t = 60)]
        minutes: u64,
    },
    /// Very many at one post, one person, one handle at once, at a table whose writes meet. Fails where
    /// anybody is told to come again.
    Storm {
        /// How many.
        #[arg(long, default_value_t = 200)]
        callers: usize,
    },
    /// So many smiles a second at one post, at a table where their writes meet: errors, rounds and write units an act,
    /// conflicts, and whether the count is exact while it is hot and once it is folded. Fails where it is not.
    Heat {
        /// Acts a second of modelled time.
        #[arg(long, default_value_t = 1_000)]
        rate: u64,
        /// For so many seconds of it.
        #[arg(long, default_value_t = 60)]
        seconds: u64,
        /// How many times slower than the time that is modelled: a table in this process serves fewer than AWS does.
        #[arg(long, default_value_t = 10)]
        slower: u64,
    },
    /// So many random histories of clicks, views and orders, told to the real function in any order, some of it twice, a third
    /// of them while everything fails now and then. Fails where the books of one are not those of a clean replay.
    Money {
        /// Histories.
        #[arg(long, default_value_t = 1_000)]
        histories: u64,
        /// By seeds from this on.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// How good what streams pick is, on the orders of UCI Online Retail: NDCG@10 beside popularity and item-KNN. Fails
    /// below .150.
    Recommend {
        /// The Parquet file, or what `tests/bench/orders.py` makes of it.
        #[arg(long, default_value = "../shared/data/orders/online_retail.parquet")]
        orders: PathBuf,
    },
    /// Loads so many products and looks for two words of some of them: rows read, rounds, read units. Fails where more is
    /// read than may be, or one is not found.
    Search {
        /// Products of the catalogue.
        #[arg(long, default_value_t = 100_000)]
        products: usize,
        /// Queries.
        #[arg(long, default_value_t = 1_000)]
        queries: usize,
    },
    /// Bytes, compressed and not, rounds, read units and CPU of every page. Fails where the reference post is over its budget.
    Pages,
    /// CPU, peak memory, bytes and likeness to a Lanczos reference of each image's renditions,
    /// beside vipsthumbnail's where it is installed.
    Photos {
        /// JPEG, PNG and WebP files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Measures in this very process.
        #[arg(long, hide = true)]
        alone: bool,
    },
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let kept = match Arguments::parse().what {
        What::Capacity => capacity::run().await?,
        What::Cost => cost::run().await?,
        What::Coldstart { bin_dir, runs } => coldstart::run(bin_dir, runs).await?,
        What::Catalogue { rows, import } => catalogue::run(rows, import).await?,
        What::Storm { callers } => storm::run(callers).await?,
        What::Heat {
            rate,
            seconds,
            slower,
        } => heat::run(rate, seconds, slower).await?,
        What::Search { products, queries } => search::run(products, queries).await?,
        What::Delivery { graph } => delivery::run(&graph)?,
        What::Soak { minutes } => soak::run(minutes).await?,
        What::Fanout {
            graph: Some(graph),
            data_dir,
            ..
        } => fanout::run(&graph, data_dir).await?,
        What::Fanout {
            graph: None,
            fans,
            schedules,
            seed,
            ..
        } => tree::run(fans, schedules, seed).await?,
        What::Money { histories, seed } => Box::pin(money::run(histories, seed)).await?,
        What::Pages => pages::run().await?,
        What::Recommend { orders } => recommend::run(&orders)?,
        What::Photos {
            files,
            alone: false,
        } => photos::run(&files)?,
        What::Photos { files, alone: true } => {
            let mut kept = true;
            for file in files {
                kept &= photos::alone(&file)?;
            }
            kept
        }
    };
    Ok(if kept {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
