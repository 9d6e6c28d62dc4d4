//! Keys of programmes: applications, accounts, and storefronts (MONEY 6-9).

use domain::{ids::UserId, money::Account};
use jiff::Timestamp;

use super::Key;

/// How somebody's application stands.
pub fn application(user: &UserId) -> Key {
    Key::new(super::own(user), "APPLICATION")
}

/// That an application is to be decided by then.
pub fn vetting(decide_at: Timestamp, user: &UserId) -> Key {
    Key::new(VETTING.to_owned(), format!("{decide_at:.3}#{user}"))
}

/// The collection of applications that are to be decided, by when.
pub const VETTING: &str = "VETTING";

/// The last sort key of what is due by a time.
pub fn vetting_by(time: Timestamp) -> String {
    format!("{time:.3}#~")
}

/// Which account is somebody's, and in which programmes they are.
pub fn engaged(user: &UserId) -> Key {
    Key::new(super::own(user), "ACCOUNT")
}

/// How an account stands, without whose it is.
pub fn account_state(account: &Account) -> Key {
    Key::new(format!("ACCOUNT#{account}"), "STATE")
}

/// What stands at the head of somebody's storefront.
pub fn storefront(user: &UserId) -> Key {
    Key::new(super::own(user), "STOREFRONT")
}
