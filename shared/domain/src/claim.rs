//! Requests that are carried out once, however often they are sent.

use crate::ids::UserId;

/// A request that must not be carried out twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Who asks.
    pub user: UserId,
    /// Which route, such as `POST /v1/posts`.
    pub route: &'static str,
    /// The header's value.
    pub key: String,
    /// SHA-256 of the body, hex.
    pub body_hash: String,
}
