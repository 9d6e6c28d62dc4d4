//! Hashes under the ledger's salt (MONEY, its head): what names nobody to who does not have it.

use std::fmt;

use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::signed::keyed;

/// Hashes what the store names, and customers to compare them with, so that what is kept for ever tells nobody which it was.
#[derive(Clone)]
pub struct Salt(Hmac<Sha256>);

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt")
    }
}

impl Salt {
    /// Of a secret of any length. It is never changed: with another, lines are told of twice.
    pub fn new(secret: &str) -> Self {
        Self(keyed(secret.as_bytes()))
    }

    /// The first 128 bits of HMAC-SHA256 of a text.
    pub fn bits(&self, text: &str) -> [u8; 16] {
        let mut mac = self.0.clone();
        mac.update(text.as_bytes());
        let hash = mac.finalize().into_bytes();
        let (bits, _) = hash.split_first_chunk::<16>().unwrap_or((&[0; 16], &[]));
        *bits
    }

    /// The same in 32 lower-case hex digits.
    pub fn hash(&self, text: &str) -> String {
        let bits = self.bits(text);
        bits.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_the_same_for_ever_and_another_under_another_salt() {
        let salt = Salt::new("salt");
        assert_eq!(salt.hash("o-1 1"), Salt::new("salt").hash("o-1 1"));
        assert_eq!(salt.hash("o-1 1").len(), 32);
        assert_ne!(salt.hash("o-1 1"), salt.hash("o-1 2"));
        assert_ne!(salt.hash("o-1 1"), Salt::new("other").hash("o-1 1"));
    }
}
