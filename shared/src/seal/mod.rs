//! What is told in a form that nobody else can make or read: values that clients carry for us, and people's ids.

mod links;
mod people;
mod salt;
mod signed;

pub use links::LinkSeal;
pub use people::People;
pub use salt::Salt;
pub use signed::{is_signed, sign};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

/// The form of sealed text; a later form gets another first byte.
const VERSION: u8 = 1;
const NONCE_BYTES: usize = 24;

/// Authenticated encryption (XChaCha20-Poly1305, random nonce) under one secret; what was sealed
/// under the secrets beside it opens too, so that a secret can be changed while cursors are out.
#[derive(Clone)]
pub struct Seal {
    cipher: XChaCha20Poly1305,
    others: Vec<XChaCha20Poly1305>,
}

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal")
    }
}

impl Seal {
    /// The seal of a secret of any length; its entropy is what protects. Of several, parted by
    /// commas, the first seals.
    pub fn new(secrets: &str) -> Self {
        let (secret, others) = match secrets.split_once(',') {
            Some((secret, others)) => (secret, others),
            None => (secrets, ""),
        };
        let others = others.split(',').filter(|other| !other.is_empty());
        Self {
            cipher: cipher(secret),
            others: others.map(cipher).collect(),
        }
    }

    /// Base64url text that [`Seal::open`] turns back into `value` for the same `purpose` alone:
    /// 4/3 of the value's JSON and 41 bytes.
    ///
    /// # Errors
    /// The value cannot be written as JSON.
    pub fn seal<T: Serialize>(&self, purpose: &str, value: &T) -> Result<String, SealError> {
        let json = serde_json::to_vec(value)?;
        let nonce: [u8; NONCE_BYTES] = rand::random();
        let payload = Payload {
            msg: &json,
            aad: purpose.as_bytes(),
        };
        let sealed = self
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_opaque| SealError(None))?;
        let mut bytes = Vec::with_capacity(1 + NONCE_BYTES + sealed.len());
        bytes.push(VERSION);
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(&sealed);
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The value that was sealed for `purpose`; `None` for anything else whatever.
    pub fn open<T: DeserializeOwned>(&self, purpose: &str, text: &str) -> Option<T> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (version, rest) = bytes.split_first()?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_BYTES>()?;
        if *version != VERSION {
            return None;
        }
        let json = [&self.cipher]
            .into_iter()
            .chain(&self.others)
            .find_map(|cipher| {
                let payload = Payload {
                    msg: sealed,
                    aad: purpose.as_bytes(),
                };
                cipher.decrypt(&XNonce::from(*nonce), payload).ok()
            })?;
        serde_json::from_slice(&json).ok()
    }
}

/// 256 random bits as text: 43 characters that nobody guesses.
pub fn fresh() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// What a secret of so many bits is kept by: SHA-256, 64 lower-case hex digits, which nobody turns back.
pub fn digest(secret: &str) -> String {
    let digest = Sha256::digest(secret);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn cipher(secret: &str) -> XChaCha20Poly1305 {
    let key = Sha256::new_with_prefix(b"spark seal v1\0")
        .chain_update(secret)
        .finalize();
    XChaCha20Poly1305::new(&key)
}

/// The value could not be written.
#[derive(Debug, thiserror::Error)]
#[error("a value could not be sealed")]
pub struct SealError(#[source] Option<serde_json::Error>);

impl From<serde_json::Error> for SealError {
    fn from(error: serde_json::Error) -> Self {
        Self(Some(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_opens_for_its_purpose_alone() {
        let seal = Seal::new("secret");
        let text = seal.seal("cursor", &(1, "two")).unwrap();
        assert_eq!(seal.open("cursor", &text), Some((1, "two".to_owned())));
        assert_eq!(seal.open::<(u8, String)>("view", &text), None);
        assert_eq!(
            Seal::new("other").open::<(u8, String)>("cursor", &text),
            None
        );
    }

    #[test]
    fn a_secret_is_changed_in_three_steps_without_a_cursor_lost() {
        let steps = ["old", "old,new", "new,old", "new"].map(Seal::new);
        // While a step is rolled out, instances of the one before still seal and open.
        for pair in steps.windows(2) {
            for (seals, opens) in [(&pair[0], &pair[1]), (&pair[1], &pair[0])] {
                let text = seals.seal("cursor", &7).unwrap();
                assert_eq!(opens.open("cursor", &text), Some(7));
            }
        }
        let text = steps[0].seal("cursor", &7).unwrap();
        assert_eq!(steps[2].open("cursor", &text), Some(7));
        assert_eq!(steps[3].open::<i32>("cursor", &text), None);
    }

    #[test]
    fn a_change_of_any_one_character_is_noticed() {
        let seal = Seal::new("secret");
        let text = seal.seal("cursor", &"position").unwrap();
        assert!(seal.open::<String>("cursor", &text).is_some());
        for at in 0..text.len() {
            let mut forged = text.clone().into_bytes();
            forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).unwrap();
            assert_eq!(seal.open::<String>("cursor", &forged), None, "{at}");
        }
        assert_eq!(seal.open::<String>("cursor", &text[..30]), None);
        assert_eq!(seal.open::<String>("cursor", ""), None);
        assert_eq!(seal.open::<String>("cursor", "é…"), None);
    }

    #[test]
    fn the_same_value_never_looks_the_same() {
        let seal = Seal::new("secret");
        assert_ne!(
            seal.seal("cursor", &1).unwrap(),
            seal.seal("cursor", &1).unwrap()
        );
    }

    #[test]
    fn thirty_ids_fit_into_two_kilobytes() {
        let ids = vec!["01JD8Y6Q3Z9X7W5V4T3S2R1P0N".to_owned(); 30];
        assert!(Seal::new("secret").seal("cursor", &ids).unwrap().len() <= 2048);
    }
}
