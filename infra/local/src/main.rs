//! `cargo run -p local`: the whole of Spark on this machine.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Parser;
use data_plane::{Contention, Template};
use local::{Cloud, Functions, Kept, Options, functions, refresh};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// Runs Spark on this machine: everything in one process, nothing else needed.
#[derive(Parser)]
struct Arguments {
    /// The port of the API; 0 for any that is free.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Where table, objects, dead letters and the clock are kept.
    #[arg(long, default_value = ".local")]
    data_dir: PathBuf,
    /// Keep nothing.
    #[arg(long)]
    ephemeral: bool,
    /// Load the demo store through the API.
    #[arg(long)]
    demo: bool,
    /// Start DynamoDB, S3, SQS and the issuer, but no function, and print the environment that
    /// functions need.
    #[arg(long)]
    data_plane_only: bool,
    /// Refuse what the real table refuses: writes that meet in time on an item; and of this many in a
    /// thousand calls each, that they come too fast.
    #[arg(long, value_name = "THROTTLED", num_args = 0..=1, default_missing_value = "0")]
    contention: Option<u32>,
    /// Ask these networks instead of those that are played: a file with the JSON object that `NETWORKS` holds, and of each
    /// network its `client_secret`.
    #[arg(long, value_name = "FILE")]
    networks: Option<PathBuf>,
    /// Write what is made of something else (the template, the API's description, tables of the
    /// documents) anew, and end.
    #[arg(long)]
    refresh: bool,
    /// Read an influencer's ledger by the API at `--api`, with a token of theirs that is the first line of standard input;
    /// verify it, and end: with 1 where something is wrong.
    #[arg(long, requires = "api")]
    verify_ledger: bool,
    /// The address of an API, such as `https://spark.example`.
    #[arg(long, value_name = "URL", requires = "verify_ledger")]
    api: Option<String>,
}

#[tokio::main]
async fn main() -> Result<()> {
    // A condition that does not hold is an answer of the table's, and not a thing to warn of.
    let usual = || EnvFilter::new("warn,dynoxide=error");
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| usual());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    let Arguments {
        port,
        data_dir,
        ephemeral,
        demo,
        data_plane_only,
        contention,
        networks,
        refresh,
        verify_ledger,
        api,
    } = Arguments::parse();
    if refresh {
        let written = refresh::refresh()?;
        return written.into_iter().try_for_each(say);
    }
    if let (true, Some(api)) = (verify_ledger, api) {
        let mut token = String::new();
        std::io::stdin().read_line(&mut token)?;
        let whole = local::ledger::verify_at(&api, token.trim()).await?;
        return say(&whole.to_string());
    }
    let template = Template::parse(local::TEMPLATE)?;
    let kept = if ephemeral {
        Kept::Nothing
    } else {
        Kept::In(data_dir)
    };
    let networks = match networks {
        Some(file) => {
            let text = std::fs::read_to_string(&file)?;
            let read = serde_json::from_str(&text);
            Some(read.with_context(|| format!("{}", file.display()))?)
        }
        None => None,
    };
    let options = Options {
        template,
        port,
        kept,
        contention: contention.map(|throttled| Contention {
            throttled,
            ..Contention::default()
        }),
        networks,
    };
    let cloud = if data_plane_only {
        let cloud = Cloud::start(options, |_| Functions::default()).await?;
        for (name, value) in cloud.environment() {
            say(&format!("export {name}='{value}'"))?;
        }
        cloud
    } else {
        let cloud = Cloud::start(options, functions::compose).await?;
        say(&format!(
            r#"{{"url":"{}","port":{}}}"#,
            cloud.url(),
            cloud.port()
        ))?;
        cloud
    };
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let work = async {
        let mut look = format!("Its API is described at {}/docs", cloud.url());
        if demo {
            let (steps, told) = local::demo::steps();
            let telling = tokio::spawn(local::demo::tell(told));
            let loaded = local::demo::load(cloud.url(), cloud.context(), &steps).await;
            drop(steps);
            telling.await?;
            look = loaded?;
        }
        eprintln!("Spark runs at {}\n{look}", cloud.url());
        std::future::pending::<Result<()>>().await
    };
    tokio::select! {
        failed = work => failed?,
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    cloud.stop().await
}

/// One line for whoever started this; flushed, since they may wait for it.
fn say(line: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()?;
    Ok(())
}
