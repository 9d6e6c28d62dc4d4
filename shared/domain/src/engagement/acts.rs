//! What one person did at one post.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Save;
use crate::ids::ListId;

/// What a person did at a post: one item.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acts {
    /// When they smiled at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub smile: Option<Timestamp>,
    /// The place of the option of its poll that they voted for, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vote: Option<u8>,
    /// When they hid it from themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hide: Option<Timestamp>,
    /// In which of their lists they keep it, and where.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub save: BTreeMap<ListId, Save>,
}
