//! Tests across the whole: journeys in every place where Spark runs, agreement of template and code.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "what a helper unwraps fails the test"
)]

mod agreement;
mod badges;
mod description;
mod edits;
mod events;
mod filter;
mod inside;
mod made;
mod main_job;
mod manners;
mod moderation;
mod openapi;
mod operating;
mod outage;
mod paging;
mod people;
mod places;
mod prices;
mod programs;
mod refusals;
mod reviews;
mod roles;
mod safeguards;
mod setup;
mod spark;
mod traces;
mod uploads;

use house::tree;
