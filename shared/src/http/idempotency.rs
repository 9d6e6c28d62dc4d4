//! `Idempotency-Key`: what tells a repeated create from a new one.

use http::HeaderMap;
use sha2::{Digest, Sha256};

use crate::error::{Error, Malformed};

/// A key, and the body that it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// 1 to 255 visible ASCII characters.
    pub key: String,
    /// SHA-256 of the body as sent, in lower-case hex.
    pub body_hash: String,
}

impl IdempotencyKey {
    /// The key of a request, if it has one.
    pub(super) fn read(headers: &HeaderMap, body: &[u8]) -> Result<Option<Self>, Error> {
        let mut sent = headers.get_all("idempotency-key").iter();
        let Some(value) = sent.next() else {
            return Ok(None);
        };
        let key = value
            .to_str()
            .ok()
            .filter(|key| (1..=255).contains(&key.len()))
            .filter(|key| key.bytes().all(|byte| byte.is_ascii_graphic()))
            .filter(|_| sent.next().is_none());
        let Some(key) = key else {
            let detail = "Idempotency-Key must be 1 to 255 visible ASCII characters, sent once.";
            return Err(Error::Malformed(Malformed::Header, detail.to_owned()));
        };
        let body_hash = Sha256::digest(body)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Ok(Some(Self {
            key: key.to_owned(),
            body_hash,
        }))
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn read(keys: &[&[u8]]) -> Result<Option<IdempotencyKey>, Error> {
        let mut headers = HeaderMap::new();
        for key in keys {
            headers.append("idempotency-key", HeaderValue::from_bytes(key).unwrap());
        }
        IdempotencyKey::read(&headers, b"{}")
    }

    #[test]
    fn a_key_comes_with_the_digest_of_its_body() {
        assert_eq!(read(&[]).unwrap(), None);
        let key = read(&[b"5c1f-a"]).unwrap().unwrap();
        assert_eq!(key.key, "5c1f-a");
        let empty_object = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
        assert_eq!(key.body_hash, empty_object);
    }

    #[test]
    fn what_cannot_be_a_key_is_refused() {
        for keys in [
            &[&b""[..]][..],
            &[b"a b"],
            &[b"\xe9"],
            &[&[b'x'; 256]],
            &[b"a", b"a"],
        ] {
            let refused = read(keys);
            assert!(
                matches!(refused, Err(Error::Malformed(Malformed::Header, _))),
                "{keys:?}"
            );
        }
        assert!(read(&[&[b'x'; 255]]).is_ok());
    }
}
