//! `Idempotency-Key`: what tells a repeated create from a new one.

use http::HeaderMap;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::error::{Error, Malformed};

/// The key of a request, if it has one: 1 to 255 visible ASCII characters.
pub(super) fn key(headers: &HeaderMap) -> Result<Option<String>, Error> {
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
    let detail = "Idempotency-Key must be 1 to 255 visible ASCII characters, sent once.";
    let key = key.ok_or_else(|| Error::Malformed(Malformed::Header, detail.to_owned()))?;
    Ok(Some(key.to_owned()))
}

/// What a body says, in 64 lower-case hex digits: SHA-256 of its JSON without spaces, names in order, so that a client
/// that writes the same value in another way sends the same.
pub(super) fn digest(body: &Value) -> String {
    let digest = Sha256::digest(body.to_string());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;
    use crate::http::decode;

    fn read(keys: &[&[u8]]) -> Result<Option<String>, Error> {
        let mut headers = HeaderMap::new();
        for key in keys {
            headers.append("idempotency-key", HeaderValue::from_bytes(key).unwrap());
        }
        key(&headers)
    }

    #[test]
    fn the_same_value_has_the_same_digest_however_it_is_written() {
        let digest = |json: &str| digest(&decode::object(json.as_bytes()).unwrap());
        let empty_object = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
        assert_eq!(digest(" { } "), empty_object);
        let said = digest(r#"{"text":"é","bytes":1000,"products":["a","b"]}"#);
        for same in [
            r#"{ "products" : ["a", "b"], "bytes": 1e3, "text": "\u00e9" }"#,
            r#"{"bytes":1000.0,"text":"\u00E9","products":["\u0061","b"]}"#,
        ] {
            assert_eq!(digest(same), said, "{same}");
        }
        for other in [
            r#"{"text":"é","bytes":1000,"products":["b","a"]}"#,
            r#"{"text":"é","bytes":1000,"products":["a","b"],"link":null}"#,
            r#"{"text":"e\u0301","bytes":1000,"products":["a","b"]}"#,
        ] {
            assert_ne!(digest(other), said, "{other}");
        }
    }

    #[test]
    fn what_cannot_be_a_key_is_refused() {
        assert_eq!(read(&[]).unwrap(), None);
        assert_eq!(read(&[b"5c1f-a"]).unwrap().as_deref(), Some("5c1f-a"));
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
