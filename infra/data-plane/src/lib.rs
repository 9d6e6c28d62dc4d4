//! The embedded data plane: DynamoDB, S3 and SQS on loopback ports, with what the template declares made in them.

pub mod template;

mod contention;
mod delayed;
mod dynamodb;
mod guard;
mod journal;
mod plane;
mod received;
mod s3;
mod serve;
mod sqs;
mod taken;

pub use contention::Contention;
pub use dynamodb::{StreamRecord, Tables, has_table};
pub use plane::{DataPlane, Endpoints, Options, Ports};
pub use received::Received;
pub use sqs::{Depth, Queues};
pub use taken::{Delayed, Taken};
pub use template::Template;

/// The region that every service here says it is in.
pub const REGION: &str = "us-east-1";
/// The account that every service here says it belongs to.
pub const ACCOUNT: &str = "000000000000";
/// The access key that the services accept.
pub const ACCESS_KEY: &str = "AKIDLOCAL";
/// The secret of [`ACCESS_KEY`].
pub const SECRET_KEY: &str = "secretlocal";
