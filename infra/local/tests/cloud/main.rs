//! The local cloud treats functions as AWS does: the gateway, the triggers, and what a crash leaves.

#![expect(clippy::unwrap_used, reason = "what a helper unwraps fails the test")]

mod crash;
mod diary;
mod gateway;
mod triggers;
