//! A soak: a local cloud that keeps its data does not grow by what is written to it.

use std::{path::Path, time::Duration};

use anyhow::{Context as _, Result, ensure};
use local::{Cloud, Kept, Options, functions};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use tokio::time::{Instant, MissedTickBehavior, interval};

/// People who smile, change their profiles and, one in twenty times, post.
const PEOPLE: usize = 8;
/// Writes a second.
const RATE: u64 = 20;
/// Of the last two thirds of the time the later may take this much more memory than the earlier: what is
/// kept for ten minutes, as DynamoDB keeps the tokens of transactions, is there by then.
const GROWTH: f64 = 1.05;

/// Somebody who writes, over HTTP as an app does.
struct Writer {
    url: String,
    http: Client,
    token: String,
}

impl Writer {
    async fn join(url: &str, name: &str) -> Result<Self> {
        let mut writer = Self {
            url: url.to_owned(),
            http: Client::new(),
            token: String::new(),
        };
        let groups = json!({"sub": name, "groups": ["prime"]});
        let token = writer.call(Method::POST, "/local/token", &groups).await?;
        writer.token = token["token"].as_str().context("a token")?.to_owned();
        let joining = json!({
            "display_name": name, "handle": name,
            "interests": ["coffee", "cats", "gardening", "photography", "books"],
            "notify": {"posts": true, "replies": true},
        });
        writer.call(Method::POST, "/v1/me", &joining).await?;
        Ok(writer)
    }

    async fn call(&self, method: Method, path: &str, body: &Value) -> Result<Value> {
        let request = self.http.request(method, format!("{}{path}", self.url));
        let request = request.bearer_auth(&self.token).json(body);
        let answer = request.send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        ensure!(status.is_success(), "{path}: {status}: {text}");
        if status == StatusCode::NO_CONTENT {
            return Ok(Value::Null);
        }
        Ok(serde_json::from_str(&text)?)
    }

    async fn post(&self, text: &str) -> Result<String> {
        let post = json!({"kind": "story", "text": text, "topics": ["cats"]});
        let made = self.call(Method::POST, "/v1/posts", &post).await?;
        Ok(made["id"].as_str().context("an id")?.to_owned())
    }
}

/// Writes for so long, and prints the memory of this process, which is the cloud's and its callers', every
/// minute; `false` when it grows.
pub(crate) async fn run(minutes: u64) -> Result<bool> {
    let dir = tempfile::tempdir()?;
    let options = Options {
        kept: Kept::In(dir.path().to_owned()),
        ..Options::ephemeral()?
    };
    let cloud = Cloud::start(options, functions::compose).await?;
    let mut people = Vec::new();
    for n in 0..PEOPLE {
        people.push(Writer::join(cloud.url(), &format!("person{n}")).await?);
    }
    for person in &people[1..] {
        let follow = "/v1/users/person0/follow";
        person.call(Method::PUT, follow, &Value::Null).await?;
    }
    let mut post = people[0].post("The first").await?;
    let mut ticks = interval(Duration::from_millis(1_000 / RATE));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (began, mut writes, mut memory) = (Instant::now(), 0_usize, Vec::new());
    println!("minute     writes   file MB   RSS MB");
    while (memory.len() as u64) < minutes {
        ticks.tick().await;
        let person = &people[writes % PEOPLE];
        let smile = format!("/v1/posts/{post}/smile");
        match writes % 20 {
            0 => post = people[0].post(&format!("Post {writes}")).await?,
            n if n % 2 == 1 => {
                let name = json!({ "display_name": format!("Person {writes}") });
                person.call(Method::PATCH, "/v1/me", &name).await?;
            }
            n if n % 4 == 0 => {
                person.call(Method::DELETE, &smile, &Value::Null).await?;
            }
            _ => {
                person.call(Method::PUT, &smile, &Value::Null).await?;
            }
        }
        writes += 1;
        if began.elapsed().as_secs() / 60 > memory.len() as u64 {
            let (rss, file) = (resident_mb()?, size_mb(dir.path())?);
            memory.push(rss);
            println!("{:6} {writes:10} {file:9.1} {rss:8.1}", memory.len());
        }
    }
    cloud.stop().await?;
    Ok(is_flat(&memory))
}

/// The memory of this process, in MB.
fn resident_mb() -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kb = line.and_then(|line| line.split_whitespace().nth(1));
    Ok(kb.context("VmRSS")?.parse::<f64>()? / 1024.0)
}

fn size_mb(dir: &Path) -> Result<f64> {
    let size = std::fs::metadata(dir.join("dynamodb.sqlite"))?.len();
    Ok(size as f64 / f64::from(1 << 20))
}

fn is_flat(memory: &[f64]) -> bool {
    let third = memory.len() / 3;
    if third == 0 {
        println!("too short to tell");
        return true;
    }
    let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
    let (middle, last) = (
        mean(&memory[third..memory.len() - third]),
        mean(&memory[memory.len() - third..]),
    );
    println!("mean of the middle third {middle:.1} MB, of the last {last:.1} MB");
    last <= middle * GROWTH
}
