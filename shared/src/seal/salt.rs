//! Hashes under the ledger's salt (MONEY, first lines): what names nobody to who does not have it.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac, digest::Key};
use sha2::{Digest, Sha256};

/// Hashes what the store names, and customers to compare them with.
#[derive(Clone)]
pub struct Salt {
    keyed: Hmac<Sha256>,
}

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt")
    }
}

impl Salt {
    /// The salt of a secret of any length; its entropy is what protects.
    pub fn new(secret: &str) -> Self {
        let hash = Sha256::new_with_prefix(b"spark ledger v1\0")
            .chain_update(secret)
            .finalize();
        let mut block = Key::<Hmac<Sha256>>::default();
        block[..hash.len()].copy_from_slice(&hash);
        Self {
            keyed: Hmac::<Sha256>::new(&block),
        }
    }

    /// The first 128 bits of a text's hash.
    pub fn bits(&self, text: &str) -> [u8; 16] {
        let mut keyed = self.keyed.clone();
        keyed.update(text.as_bytes());
        let hash = keyed.finalize().into_bytes();
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
    fn a_hash_is_the_same_under_its_salt_alone() {
        let salt = Salt::new("secret");
        assert_eq!(salt.hash("ana"), Salt::new("secret").hash("ana"));
        assert_eq!(salt.hash("ana").len(), 32);
        assert_ne!(salt.hash("ana"), salt.hash("ben"));
        assert_ne!(salt.hash("ana"), Salt::new("other").hash("ana"));
    }
}
