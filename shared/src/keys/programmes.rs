//! Keys of programmes: applications, accounts, and storefronts (MONEY 6-9).

use domain::{
    ids::{InvitationId, UserId},
    money::Account,
};
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

/// That somebody is an influencer.
pub fn influencer(user: &UserId) -> Key {
    Key::new(INFLUENCERS.to_owned(), user.as_str())
}

/// The collection of influencers.
pub const INFLUENCERS: &str = "INFLUENCERS";

/// That there is an account.
pub fn known_account(account: &Account) -> Key {
    Key::new(ACCOUNTS.to_owned(), account.as_str())
}

/// The collection of accounts.
pub const ACCOUNTS: &str = "ACCOUNTS";

/// An invitation of somebody's.
pub fn invitation(user: &UserId, invitation: InvitationId) -> Key {
    Key::new(invitations_of(user), invitation.to_string())
}

/// The collection of somebody's invitations.
pub fn invitations_of(user: &UserId) -> String {
    format!("INVITATIONS#{user}")
}

/// How far a month's round of invitations has come.
pub fn round(month: &str) -> Key {
    Key::new("ROUND".to_owned(), month)
}
