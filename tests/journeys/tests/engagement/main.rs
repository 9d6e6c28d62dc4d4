//! What people do to each other and to posts, as every function shows it.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod answers;
mod blocks;
mod comments;
mod court;
mod crowd;
mod decisions;
mod described;
mod filter;
mod gate;
mod gone;
mod hearing;
mod heat;
mod lists;
mod notices;
mod order;
mod reports;
mod scene;
mod talk;
mod threads;
mod votes;
mod walk;

use domain::people::Profile;
use harness::{Http, Member, Meter, World};

async fn begin() -> (World, Member, Http) {
    let world = World::contended().await;
    let ana = world.member("ana").prime().await;
    let http = world.serve(engagement::router(&world.context()));
    (world, ana, http)
}

/// The function with a meter between it and the table.
fn metered(world: &World) -> (Http, Meter) {
    let meter = Meter::new();
    let router = engagement::router(&meter.attach(&world.context()));
    (world.serve(router), meter)
}

async fn profile(world: &World, who: &Member) -> Profile {
    world.profile(&who.id).await
}
