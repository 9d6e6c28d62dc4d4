//! Storms: very many at one item at once, at a table where their writes meet. How long they wait, and
//! whether anybody is told to come again.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use futures::future::join_all;
use harness::{Request, World};
use serde_json::json;
use shared::aws::deadline::REQUEST;

/// So many at once, at one post, at one person, and at one handle; `false` where anybody was told "later".
pub(crate) async fn run(callers: usize) -> Result<bool> {
    let world = World::contended().await;
    let mut context = world.context();
    context.patience = REQUEST;
    let engagement = world.serve(engagement::router(&context));
    let onboarding = world.serve(onboarding::router(&context));
    world.member("ana").await;
    let post = world.published_post("ana").await.id;
    let joining = (0..callers).map(async |n| world.member(&format!("fan{n}")).prime().await);
    let people = join_all(joining).await;
    let smile = format!("/v1/posts/{post}/smile");
    let put = |path: &str| -> Vec<Request> {
        let put = |token: &String| engagement.put(path).token(token);
        people.iter().map(|fan| put(&fan.token)).collect()
    };
    let joins = (0..callers).map(|n| {
        let joining = json!({
            "display_name": "Wanted", "handle": "wanted",
            "interests": ["coffee", "cats", "gardening", "photography", "books"],
            "notify": {"posts": true, "replies": true},
        });
        let token = world.token(&format!("new{n}"), &[]);
        onboarding.post("/v1/me").token(token).json(joining)
    });
    println!("{callers} at once       p50 ms   p99 ms   max ms   later");
    let mut kept = true;
    kept &= storm("smiles", put(&smile)).await?;
    kept &= storm("follows", put("/v1/users/ana/follow")).await?;
    kept &= storm("one handle", joins.collect()).await?;
    Ok(kept)
}

async fn storm(what: &str, requests: Vec<Request>) -> Result<bool> {
    let (mut took, mut later) = (Vec::with_capacity(requests.len()), 0);
    let answers = requests.into_iter().map(async |request| {
        let began = Instant::now();
        (request.send().await.status.as_u16(), began.elapsed())
    });
    for (status, time) in join_all(answers).await {
        ensure!([201, 204, 409, 503].contains(&status), "{what}: {status}");
        later += usize::from(status == 503);
        took.push(time);
    }
    took.sort();
    let at = |part: usize| ms(took[(took.len() * part / 100).min(took.len() - 1)]);
    println!(
        "{what:14} {:9.0} {:8.0} {:8.0} {later:7}",
        at(50),
        at(99),
        at(100)
    );
    Ok(later == 0)
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
