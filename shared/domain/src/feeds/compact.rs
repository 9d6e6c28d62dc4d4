//! Post ids in the least room, for cursors: 16 bytes each, in base64.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serializer, de};
use ulid::Ulid;

use crate::ids::PostId;

/// Writes them.
pub(super) fn serialize<S: Serializer>(ids: &[PostId], serializer: S) -> Result<S::Ok, S::Error> {
    let bytes: Vec<_> = ids.iter().flat_map(|id| id.0.to_bytes()).collect();
    serializer.serialize_str(&URL_SAFE_NO_PAD.encode(bytes))
}

/// Reads them.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<PostId>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(de::Error::custom)?;
    let (ids, rest) = bytes.as_chunks::<16>();
    if !rest.is_empty() {
        return Err(de::Error::custom("a part of an id"));
    }
    Ok(ids.iter().map(|id| PostId(Ulid::from_bytes(*id))).collect())
}
