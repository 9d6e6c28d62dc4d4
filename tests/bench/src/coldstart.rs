//! Cold starts: each function's own binary, from exec to ready and to its first answer, beside the
//! least that a Lambda in Rust can be.

use std::{
    collections::BTreeMap,
    fs::File,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Instant,
};

use anyhow::{Context as _, Result, ensure};
use axum::body::Bytes;
use harness::{Http, template};
use local::{Cloud, Functions, Options, functions::ALL};
use serde_json::{Value, json};

use crate::{
    capacity::{PHOTO, id, ticket},
    runtime_api::RuntimeApi,
    workers::CATALOGUE,
};

/// A bare function, and a bare function that makes one call to DynamoDB before it is ready.
const BARE: [&str; 2] = ["bare", "bare-dynamodb"];
/// Ready within this many times what [`BARE`]'s second takes.
const BUDGET: f64 = 2.0;
const MB: f64 = 1e6;

/// What one start took.
#[derive(Debug, Clone, Copy)]
struct Start {
    /// From exec to its asking for the first event, in milliseconds.
    ready: f64,
    /// From the event to the answer, in milliseconds.
    answer: f64,
    /// The most memory it had, in MB.
    rss: f64,
}

/// Starts every binary of the folder that many times, and prints the medians; `false` when a
/// function is over its budget.
pub(crate) async fn run(folder: Option<PathBuf>, runs: usize) -> Result<bool> {
    let folder = match folder {
        Some(folder) => folder,
        None => beside_this()?,
    };
    let functions = template().functions()?;
    let mut binaries: Vec<_> = BARE.into_iter().map(str::to_owned).collect();
    binaries.extend(functions.into_iter().map(|function| function.binary));
    let mut starts: BTreeMap<&str, Vec<Start>> = BTreeMap::new();
    // The first round reads the binaries from the disk, and does not count.
    for round in 0..=runs {
        let stage = Stage::set().await?;
        for binary in &binaries {
            let start = stage.start(&folder, binary).await;
            let start = start.with_context(|| format!("the function {binary}"))?;
            if round > 0 {
                starts.entry(binary).or_default().push(start);
            }
        }
        stage.cloud.kill().await;
    }
    let median = |binary: &str| median(&starts[binary]);
    let [bare, bare_dynamodb] = BARE.map(median);
    println!(
        "| function | ready, ms | ÷ bare | ÷ bare with DynamoDB (≤ {BUDGET}) | first answer, ms | memory, MB | binary, MB |"
    );
    println!("|---|---|---|---|---|---|---|");
    let mut kept = true;
    for binary in &binaries {
        let start = median(binary);
        let ratio = |to: Start| start.ready / to.ready;
        let over = ratio(bare_dynamodb) > BUDGET && !BARE.contains(&binary.as_str());
        kept &= !over;
        println!(
            "| `{binary}` | {:.1} | {:.2} | {:.2}{} | {:.1} | {:.1} | {:.2} |",
            start.ready,
            ratio(bare),
            ratio(bare_dynamodb),
            if over { " EXCEEDED" } else { "" },
            start.answer,
            start.rss,
            std::fs::metadata(path(&folder, binary)?)?.len() as f64 / MB,
        );
    }
    Ok(kept)
}

/// The folder that this program lies in: where cargo puts all binaries of a profile.
fn beside_this() -> Result<PathBuf> {
    let this = std::env::current_exe()?;
    Ok(this.parent().context("a folder")?.to_owned())
}

/// `NAME`, as cargo lays it out, or `NAME/bootstrap`, as cargo lambda does.
fn path(folder: &Path, binary: &str) -> Result<PathBuf> {
    let paths = [folder.join(binary).join("bootstrap"), folder.join(binary)];
    let found = paths.into_iter().find(|path| path.is_file());
    found.with_context(|| format!("no {binary} in {}: build it first", folder.display()))
}

/// The middle one of each figure by itself.
fn median(starts: &[Start]) -> Start {
    let middle = |of: fn(&Start) -> f64| {
        let mut all: Vec<_> = starts.iter().map(of).collect();
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    };
    Start {
        ready: middle(|start| start.ready),
        answer: middle(|start| start.answer),
        rss: middle(|start| start.rss),
    }
}

/// What the functions stand on: a data plane, a member, an upload, a feed.
struct Stage {
    cloud: Cloud,
    tokens: [String; 2],
    photo: String,
}

impl Stage {
    async fn set() -> Result<Self> {
        let cloud = Cloud::start(Options::ephemeral()?, |_| Functions::default()).await?;
        let tokens = [
            token(cloud.url(), "ana").await?,
            token(cloud.url(), "newcomer").await?,
        ];
        let context = cloud.context();
        let onboarding = Http::new(onboarding::router(context));
        let event: Value = serde_json::from_str(&sample("onboarding-join")?)?;
        let body: Value = serde_json::from_str(event["body"].as_str().context("a body")?)?;
        let join = onboarding.post("/v1/me").token(&tokens[0]).json(body);
        join.send().await.expect(201);
        let posting = Http::new(posting::router(context));
        let ticket = ticket(&posting, PHOTO).token(&tokens[0]).send().await;
        let photo = id(&ticket)?;
        for (key, kind, body) in [
            (format!("uploads/{photo}"), "image/jpeg", PHOTO),
            (
                key_in(&sample("catalogue-s3-object-created")?)?,
                "text/tab-separated-values",
                CATALOGUE,
            ),
        ] {
            let put = context.s3().put_object().bucket(context.config.bucket());
            let put = put.key(key).content_type(kind).body(body.to_vec().into());
            put.send().await?;
        }
        Ok(Self {
            cloud,
            tokens,
            photo,
        })
    }

    /// The event that a function is started with.
    fn event(&self, function: &str) -> Result<Vec<u8>> {
        let Some(listed) = ALL.iter().find(|listed| listed.name == function) else {
            return Ok(b"{}".to_vec());
        };
        let name = listed.sample;
        let text = sample(name)?;
        let mut event: Value = serde_json::from_str(&text)?;
        if let Some(sent) = event["headers"].get_mut("authorization") {
            let token = &self.tokens[usize::from(function == "onboarding")];
            *sent = json!(format!("Bearer {token}"));
        }
        if function == "onboarding" {
            let body = event["body"].as_str().context("a body")?;
            event["body"] = json!(body.replace("\"ana\"", "\"newcomer\""));
        }
        if function == "photos" {
            let arrived = key_in(&text)?;
            let body = event["Records"][0]["body"].as_str().context("a body")?;
            let mine = format!("uploads/{}", self.photo);
            event["Records"][0]["body"] = json!(body.replace(&arrived, &mine));
        }
        Ok(serde_json::to_vec(&event)?)
    }

    async fn start(&self, folder: &Path, binary: &str) -> Result<Start> {
        let mut api = RuntimeApi::serve(self.event(binary)?).await?;
        let log = tempfile::NamedTempFile::new()?;
        let mut command = Command::new(path(folder, binary)?);
        command
            .env_clear()
            .envs(self.cloud.environment())
            .env("AWS_LAMBDA_RUNTIME_API", &api.address)
            .env("AWS_LAMBDA_FUNCTION_NAME", binary)
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", binary)
            .env("AWS_LAMBDA_LOG_STREAM_NAME", binary)
            .env("RUST_LOG", "info")
            .stdout(log.reopen()?)
            .stderr(Stdio::null());
        let exec = Instant::now();
        let running = Running(command.spawn()?);
        let first = api.first().await;
        let log = || read(log.path());
        let first = first.with_context(log)?;
        let rss = running.peak_rss()?;
        drop(running);
        self.check(binary, &first.answer).with_context(log)?;
        ensure!(
            BARE.contains(&binary) || log().contains(r#""_aws""#),
            "it wrote no metrics: {}",
            log()
        );
        Ok(Start {
            ready: 1e3 * first.ready.duration_since(exec).as_secs_f64(),
            answer: 1e3 * first.answer_after.as_secs_f64(),
            rss,
        })
    }

    /// The answer is that of work done.
    fn check(&self, function: &str, answer: &Bytes) -> Result<()> {
        let answer: Value = serde_json::from_slice(answer)?;
        let failures = answer["batchItemFailures"].as_array();
        let status = answer["statusCode"].as_u64();
        let good = match function {
            "pages" => status == Some(404),
            "janitor" => answer.is_null(),
            _ if BARE.contains(&function) => answer == json!({}),
            _ => status.is_some_and(|status| status < 300) || failures.is_some_and(Vec::is_empty),
        };
        ensure!(good, "{function} answered {answer}");
        Ok(())
    }
}

/// A process that does not outlive its measurement.
struct Running(Child);

impl Running {
    /// In MB.
    fn peak_rss(&self) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kb = line.context("a peak")?.trim().trim_end_matches(" kB");
        Ok(kb.parse::<f64>()? * 1024.0 / MB)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn read(path: &Path) -> String {
    let mut text = String::new();
    let file =
        File::open(path).and_then(|mut file| std::io::Read::read_to_string(&mut file, &mut text));
    file.map_or_else(|error| error.to_string(), |_| text)
}

/// A file of `events/`.
fn sample(name: &str) -> Result<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events");
    let file = folder.join(format!("{name}.json"));
    std::fs::read_to_string(&file).with_context(|| file.display().to_string())
}

/// The key of the object that a message of S3 is about.
fn key_in(event: &str) -> Result<String> {
    let event: Value = serde_json::from_str(event)?;
    let body = event["Records"][0]["body"].as_str().context("a body")?;
    let body: Value = serde_json::from_str(body)?;
    let key = &body["Records"][0]["s3"]["object"]["key"];
    Ok(key.as_str().context("a key")?.to_owned())
}

/// A token of the local issuer, of a Prime member.
async fn token(url: &str, sub: &str) -> Result<String> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let body = json!({"sub": sub, "groups": ["prime"]});
    let answer = client
        .post(format!("{url}/local/token"))
        .json(&body)
        .send()
        .await?;
    let answer: Value = answer.json().await?;
    Ok(answer["token"].as_str().context("a token")?.to_owned())
}
