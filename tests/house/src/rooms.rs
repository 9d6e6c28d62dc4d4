//! Which rooms of the house there are, and which import which: the table that the rules go by. A new arrow
//! is a line here, and one that nobody goes any more leaves it.

/// A room of `shared`. Every room may import the crate `domain`.
#[derive(Debug)]
pub struct Room {
    /// Its folder in `shared/src`, or its file's name.
    pub name: &'static str,
    /// The rooms that it imports.
    pub imports: &'static [&'static str],
    /// Why not others.
    pub why: &'static str,
}

/// All rooms, from the ground up.
pub const ROOMS: [Room; 13] = [
    Room {
        name: "error",
        imports: &[],
        why: "every room speaks of failures in its words",
    },
    Room {
        name: "seal",
        imports: &[],
        why: "what is sealed or hashed under a key is so whatever it means",
    },
    Room {
        name: "telemetry",
        imports: &[],
        why: "every room is measured, so it can know none",
    },
    Room {
        name: "aws",
        imports: &["error"],
        why: "how AWS is called does not depend on what is asked of it",
    },
    Room {
        name: "keys",
        imports: &[],
        why: "a key is made of ids alone",
    },
    Room {
        name: "table",
        imports: &["aws", "error", "keys", "telemetry"],
        why: "it is DynamoDB without a subject",
    },
    Room {
        name: "queue",
        imports: &["aws", "error", "telemetry"],
        why: "a message is told by its sender, whatever stored it",
    },
    Room {
        name: "bucket",
        imports: &["aws", "error"],
        why: "objects are what they are, whoever asks",
    },
    Room {
        name: "store",
        imports: &["aws", "error", "keys", "table", "telemetry"],
        why: "what happened is stored; relay tells of it, the edge shows it",
    },
    Room {
        name: "read",
        imports: &["error", "keys", "store", "telemetry"],
        why: "it gathers what is to be shown, and does not know how",
    },
    Room {
        name: "views",
        imports: &["seal"],
        why: "a view is made of the domain's types alone, and of what only we can read again",
    },
    Room {
        name: "runtime",
        imports: &["aws", "error", "keys", "telemetry"],
        why: "it starts a worker as it does an HTTP function",
    },
    Room {
        name: "http",
        imports: &["aws", "error", "runtime", "seal", "telemetry"],
        why: "the edge knows tokens and bodies, not what they are about",
    },
];

/// What no file of `domain` names: rules are pure, so that they can be tried without a world. Names
/// that begin with `aws_` are among it.
pub const IMPURE: [&[&str]; 15] = [
    &["axum"],
    &["futures"],
    &["http"],
    &["lambda_http"],
    &["lambda_runtime"],
    &["rand"],
    &["reqwest"],
    &["shared"],
    &["std", "env"],
    &["std", "fs"],
    &["std", "net"],
    &["std", "process"],
    &["std", "time", "Instant"],
    &["std", "time", "SystemTime"],
    &["tokio"],
];

/// Who speaks to a service of AWS: the SDK's crate, and the rooms that name it.
pub const SPEAKERS: [(&str, &[&str]); 3] = [
    (
        "aws_sdk_dynamodb",
        &["aws", "keys", "runtime", "store", "table"],
    ),
    ("aws_sdk_s3", &["bucket", "runtime"]),
    ("aws_sdk_sqs", &["queue", "runtime"]),
];

/// What is gathered and shown to people, which a worker has no use for.
pub const SHOWN: [&str; 3] = ["http", "read", "views"];

/// What no function names: they are what functions are tried in.
pub const AROUND: [&str; 4] = ["data_plane", "harness", "house", "local"];
