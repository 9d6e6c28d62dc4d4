//! The function `attribution`, over an embedded data plane.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod books;
mod budgets;
mod faults;
mod payouts;
mod shop;
mod told;
