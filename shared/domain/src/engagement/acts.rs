//! What one person did at one post.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Save;
use crate::ids::ListId;

/// What a reader said of a post in their feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feedback {
    /// Whether they want more like it, or less.
    pub more: bool,
    /// When.
    pub at: Timestamp,
}

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
    /// What they said last of it in their feed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taste: Option<Feedback>,
}

impl Acts {
    /// What counts of it for their taste: as long as they hide it they want less like it (ENGAGEMENT 20), else what they
    /// said last.
    pub fn feedback(&self) -> Option<Feedback> {
        let hidden = self.hide.map(|at| Feedback { more: false, at });
        hidden.or(self.taste)
    }

    /// Whether they want it out of their feed.
    pub fn turn_down(&self) -> bool {
        self.hide.is_some() || self.taste.is_some_and(|said| !said.more)
    }
}
