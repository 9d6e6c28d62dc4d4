//! The function `influencer`, over an embedded data plane.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod money;
