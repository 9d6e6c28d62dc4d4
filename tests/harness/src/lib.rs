//! What tests stand on: a world of their own each, the real code over an embedded data plane.
//!
//! ```no_run
//! # async fn test(router: fn(&shared::runtime::Context) -> axum::Router) {
//! let world = harness::World::new().await;
//! let ana = world.member("ana").prime().await;
//! let http = world.serve(router(&world.context()));
//! let answer = http.get("/v1/me").token(&ana.token).send().await;
//! assert_eq!(answer.status, 200);
//! # }
//! ```
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking, and says what it stood on"
)]

mod builders;
mod deeds;
mod described;
mod faults;
mod http;
mod issuer;
mod meter;
pub mod money;
mod waves;
mod world;

pub use builders::{Member, NewMember, NewPost, NewProduct};
pub use deeds::actor;
pub use faults::{Fault, Faults, hurried};
pub use http::{Answer, Http, Request};
pub use issuer::{Forgery, Token, user};
pub use meter::{Meter, Reading};
pub use world::{World, sqs_event, template};
