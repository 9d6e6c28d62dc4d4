//! Quotas: each act is counted in its own transaction, so that what is refused costs none.

use domain::quota::{Per, Quota, Window};
use jiff::Timestamp;

use crate::{
    error::Error,
    keys,
    table::{Expression, Write, update_if},
};

/// The write that counts one act, refused when there were enough in this hour. It comes last in a transaction: whatever
/// else stands in the way is told first (PRODUCT §1).
pub(in crate::store) fn spend<T>(quota: &Quota, now: Timestamp) -> Write<T> {
    spend_in(Per::Hour, quota, now)
}

/// As [`spend`], of what is counted by the hour or by the day.
pub(in crate::store) fn spend_in<T>(per: Per, quota: &Quota, now: Timestamp) -> Write<T> {
    let window = Window::of(now, per);
    let count = Expression::new("SET expires_at = :ends ADD used :one")
        .number(":ends", window.ends)
        .number(":one", 1)
        .number(":limit", i64::from(quota.limit));
    let key = keys::quota(&quota.user, quota.kind, window.number);
    let left = "attribute_not_exists(used) OR used < :limit";
    update_if(key, count, left).or_fail(Error::TooMany(window.left))
}
