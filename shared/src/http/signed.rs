//! Calls of the store: signed by one of its keys, over the raw body and a time that is near (MONEY 16).

use axum::extract::{FromRef, FromRequest, OriginalUri, Request};
use http::{HeaderMap, Method};
use jiff::SignedDuration;
use serde_json::Value;

use super::{JsonBody, LONG_BODY_LIMIT};
use crate::{
    error::Error,
    runtime::{Clock, Context},
    seal::is_signed,
};

/// The header that carries a signature.
const HEADER: &str = "spark-signature";
/// A signature is good for so long, before and after its time.
const NEAR: SignedDuration = SignedDuration::from_secs(300);
/// The largest body of the store's, in bytes.
const LIMIT: usize = 200 * 1024;

/// The keys that the store signs with: one, or two while one is changed.
#[derive(Clone)]
pub struct StoreKeys {
    keys: String,
    clock: Clock,
}

impl std::fmt::Debug for StoreKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StoreKeys")
    }
}

impl StoreKeys {
    /// Those of the configuration.
    pub fn new(context: &Context) -> Self {
        Self {
            keys: context.config.store_keys().to_owned(),
            clock: context.clock.clone(),
        }
    }

    /// Whether one of them signed this, at a time that is near. Of several signatures one is enough.
    fn verify(&self, headers: &HeaderMap, said: &[u8]) -> Result<(), Error> {
        let mut sent = headers.get_all(HEADER).iter();
        let value = sent.next().and_then(|value| value.to_str().ok());
        let value = value.filter(|_| sent.next().is_none());
        let parts = value.unwrap_or_default().split(',');
        let parts: Vec<_> = parts
            .filter_map(|part| part.trim().split_once('='))
            .collect();
        let of = |name: &'static str| {
            let its = parts.iter().filter(move |(named, _)| *named == name);
            its.map(|(_, value)| *value)
        };
        let mut times = of("t");
        let time = times.next().filter(|_| times.next().is_none());
        let time = time.ok_or(Error::Unsigned)?;
        let seconds: i64 = time.parse().map_err(|_no_number| Error::Unsigned)?;
        let now = self.clock.now().as_second();
        if now.saturating_sub(seconds).unsigned_abs() > NEAR.as_secs().unsigned_abs() {
            return Err(Error::Unsigned);
        }
        let keys: Vec<_> = self.keys.split(',').take(2).collect();
        let signed = of("v1").any(|v1| is_signed(&keys, &[time.as_bytes(), b".", said], v1));
        match signed {
            true => Ok(()),
            false => Err(Error::Unsigned),
        }
    }
}

/// A call that the store signed. As a handler's argument: 401 for any other, before a byte of its body is read as JSON,
/// and then 413.
#[derive(Debug)]
pub struct Signed {
    body: JsonBody,
    /// As JSON that SQS takes: what it refuses to carry as it is stands escaped.
    pub text: String,
}

impl<S> FromRequest<S> for Signed
where
    S: Send + Sync,
    StoreKeys: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let keys = StoreKeys::from_ref(state);
        let headers = request.headers().clone();
        let reads = [Method::GET, Method::HEAD].contains(request.method());
        let uri = request.extensions().get::<OriginalUri>();
        let uri = uri.map_or_else(|| request.uri().clone(), |uri| uri.0.clone());
        let body = JsonBody::read(request, LONG_BODY_LIMIT).await;
        let bytes = body.bytes();
        if reads {
            let asked = uri.path_and_query().map_or("/", |asked| asked.as_str());
            keys.verify(&headers, asked.as_bytes())?;
        } else {
            // Of a body that was not read to its end nothing can be told but that it is too large.
            let said = bytes.as_ref().map_or(&b""[..], |bytes| bytes);
            if let (Err(unsigned), Ok(_)) = (keys.verify(&headers, said), &bytes) {
                return Err(unsigned);
            }
        }
        let bytes = bytes?;
        if bytes.len() > LIMIT {
            return Err(Error::TooLarge);
        }
        let text = String::from_utf8_lossy(bytes);
        let text = text
            .replace('\u{fffe}', "\\ufffe")
            .replace('\u{ffff}', "\\uffff");
        Ok(Self { body, text })
    }
}

impl Signed {
    /// What was sent.
    ///
    /// # Errors
    /// As [`JsonBody::parse`], for a body that is no JSON object.
    pub fn json(&self) -> Result<Value, Error> {
        self.body.value()
    }
}
