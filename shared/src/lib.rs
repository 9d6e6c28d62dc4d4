//! What every function of Spark shares beside the rules of `domain`. A room names only rooms that stand
//! before it:
//!
//! `error`, `telemetry`, `seal` ← `aws`, `keys` ← `table`, `queue`, `bucket` ← `store` ← `read`;
//! `domain` ← `views`; `aws`, `keys` ← `runtime` ← `http`.

pub mod aws;
pub mod bucket;
pub mod error;
pub mod http;
pub mod keys;
pub mod queue;
pub mod read;
pub mod runtime;
pub mod seal;
pub mod store;
pub mod table;
pub mod telemetry;
pub mod views;
