//! The local cloud: API gateway, triggers, CDN, issuer and clock in one process, after the template.

mod capacity;
mod checkpoint;
mod clock;
mod cloud;
mod control;
mod directory;
mod engine;
mod filter;
mod function;
mod gateway;
mod html;
mod issuer;
mod lambda;
mod media;
mod networks;
mod paused;
mod routes;
mod schedules;
mod secrets;
mod settings;
mod store;
mod triggers;

pub mod demo;
pub mod functions;
pub mod ledger;
pub mod refresh;

pub use capacity::{Actions, Capacity, Used};
pub use cloud::{Cloud, Kept, Options};
pub use engine::{QueueStatus, Status, StreamStatus};
pub use function::{Contexts, Function, Functions};

/// The template that everything here is made from.
pub const TEMPLATE: &str = include_str!("../../template.yaml");
