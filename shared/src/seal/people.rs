//! What a person is called within Spark: a keyed hash of who issued their tokens, and as whom.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::ids::UserId;
use hmac::{Hmac, KeyInit, Mac, digest::Key};
use sha2::{Digest, Sha256};

/// Bytes of the hash that are kept: 128 bits, 22 characters. Two of a billion people share an id with a probability
/// of 10⁻²¹ (the birthday bound).
const BYTES: usize = 16;
/// The longest `sub` in characters (OpenID Connect Core 1.0, section 2).
const LONGEST_SUB: usize = 255;

/// Gives people their ids (OpenID Connect Core 1.0, section 8.1, has the idea: a pairwise identifier). The table, messages,
/// logs and answers hold the id alone, so that none of them tells who somebody is to their issuer or to the store.
///
/// An id is derived, not kept: it costs no read, and with another key everybody is a stranger. So the key is never rotated.
#[derive(Clone)]
pub struct People {
    keyed: Hmac<Sha256>,
}

impl fmt::Debug for People {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("People")
    }
}

impl People {
    /// The people of an issuer, under a secret key of any length; its entropy is what protects.
    pub fn new(issuer: &str, key: &str) -> Self {
        let hash = Sha256::new_with_prefix(b"spark people v1\0")
            .chain_update(key)
            .finalize();
        // RFC 2104, section 2: a key is filled up with zeros to a block of the hash.
        let mut block = Key::<Hmac<Sha256>>::default();
        block[..hash.len()].copy_from_slice(&hash);
        let mut keyed = Hmac::<Sha256>::new(&block);
        // Length first, so that no issuer and `sub` read as another pair.
        keyed.update(&(issuer.len() as u64).to_be_bytes());
        keyed.update(issuer.as_bytes());
        Self { keyed }
    }

    /// The id of whom the issuer calls `sub`; `None` for what is no `sub`: nothing, or over 255 characters.
    pub fn id(&self, sub: &str) -> Option<UserId> {
        if sub.is_empty() || sub.chars().count() > LONGEST_SUB {
            return None;
        }
        let mut keyed = self.keyed.clone();
        keyed.update(sub.as_bytes());
        let hash = keyed.finalize().into_bytes();
        UserId::parse(&URL_SAFE_NO_PAD.encode(&hash[..BYTES]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(issuer: &str, key: &str, sub: &str) -> String {
        People::new(issuer, key).id(sub).unwrap().to_string()
    }

    #[test]
    fn an_id_is_the_same_for_ever_and_tells_nothing() {
        let ana = id("https://issuer.test", "key", "ana");
        // What is stored hangs on this very hash: no later version may give another.
        assert_eq!(ana, "Khz7TtxGdApEIxhTZeGt4w");
        assert_eq!(ana.len(), 22);
        for other in [
            id("https://issuer.test", "key", "ben"),
            id("https://issuer.test", "other", "ana"),
            id("https://issuer.tes", "key", "tana"),
        ] {
            assert_ne!(other, ana);
        }
    }

    #[test]
    fn whatever_an_issuer_calls_people_they_get_an_id_that_fits_a_key_and_an_address() {
        for sub in ["auth0|7/b", "ana#PROFILE", "a b", "é", &"x".repeat(255)] {
            let id = id("https://issuer.test", "key", sub);
            let fits = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
            assert!(id.chars().all(fits), "{id}");
        }
        let people = People::new("https://issuer.test", "key");
        assert_eq!(people.id(""), None);
        assert_eq!(people.id(&"x".repeat(256)), None);
    }
}
