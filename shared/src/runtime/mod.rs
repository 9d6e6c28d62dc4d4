//! What a function starts from: configuration, clients built once, one clock, one source of ids.

mod answer;
mod clock;
mod config;
mod context;
pub mod function;
mod gateway;
mod ids;
pub mod telemetry;

pub use clock::{Clock, ClockHandle};
pub use config::{Config, MissingVariables};
pub use context::Context;
pub use function::serve;
pub use ids::Ids;
