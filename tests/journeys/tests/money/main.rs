//! What is owed, from what the store tells to what influencers and the store's staff are told of it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod admin;
mod influencer;
