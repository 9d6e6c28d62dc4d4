//! Keys of accounts with other networks (MONEY 1-5), and of what links them.

use domain::{ids::UserId, money::social::Network};

use super::Key;

/// An account of a person's with a network.
pub fn social_account(user: &UserId, network: Network) -> Key {
    Key::new(social_accounts_of(user), network.name())
}

/// The collection of a person's accounts, and of the proofs that they asked for.
pub fn social_accounts_of(user: &UserId) -> String {
    format!("SOCIAL#{user}")
}

/// By which code in a profile a person proves an account.
pub fn proof(user: &UserId, network: Network) -> Key {
    Key::new(social_accounts_of(user), format!("{PROOF}{network}"))
}

/// What the sort keys of proofs begin with: after those of the accounts.
pub const PROOF: &str = "~PROOF#";

/// Whose an account of a network is, by what claims it.
pub fn social_claim(network: Network, claim: &str) -> Key {
    Key::new(format!("CLAIMED#{network}#{claim}"), "CLAIMED")
}

/// That somebody went to a network to sign in, by the hash of what they come back with.
pub fn link_begun(hash: &str) -> Key {
    Key::new(format!("LINKING#{hash}"), "BEGUN")
}

/// Which account somebody came back with, by the hash of the code that they hand in.
pub fn link_read(hash: &str) -> Key {
    Key::new(format!("LINKING#{hash}"), "READ")
}
