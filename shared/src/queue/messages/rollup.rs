//! What `rollup` is told: that what it adds up has changed.

use domain::{engagement::Thing, ids::PostId};
use serde::{Deserialize, Serialize};

messages! {
    to "rollup",
    /// What `rollup` works on.
    RollupMessage {
        "heated.v1" Heated(Heated), from "relay" "rollup", "a crowd acts on a thing, whose counts are spread over shards; look in a minute whether it is gone";
        "marks-changed.v1" MarksChanged(MarksChanged), from "relay", "smiles at a post or its comments, its comments, or whether it is shown have changed";
    }
}

/// The counts of a thing are spread over shards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heated {
    /// Which, as keys spell it: `post:<id>`.
    #[serde(with = "spelled")]
    pub thing: Thing,
    /// Which time that it became hot, from 1.
    pub generation: u64,
    /// How many acts its shards held at the last look; 0 before the first.
    #[serde(default)]
    pub acts: u64,
}

/// What a post is worth to its author, or the order of its comments, may have changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarksChanged {
    /// Which post.
    pub post: PostId,
}

mod spelled {
    use domain::engagement::Thing;
    use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(thing: &Thing, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(thing)
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<Thing, D::Error> {
        let text = String::deserialize(from)?;
        Thing::parse(&text).ok_or_else(|| D::Error::custom("no thing that is counted at"))
    }
}
