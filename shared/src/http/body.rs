//! Request bodies: taken as bytes, read only once the caller may do what is asked.

use axum::{
    body::Body,
    extract::{FromRequest, Request},
};
use bytes::Bytes;
use domain::claim::Claim;
use http::{HeaderMap, HeaderValue, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Viewer, decode, idempotency};
use crate::error::{Error, Invalid, Malformed};

/// The largest body in bytes. The longest story, 20,000 bytes of emoji, each escaped to twelve
/// characters, takes 60 KB beside its hotspots.
pub const BODY_LIMIT: usize = 128 * 1024;

/// The largest body in bytes of whoever sends a list of thousands. Lambda takes 6 MB of the request as a string in JSON.
pub const LONG_BODY_LIMIT: usize = 3_000_000;

/// A body as it is sent: every field optional, so that one look finds all that is missing.
pub trait Wire: DeserializeOwned {
    /// What the body means.
    type Parsed;

    /// In a patch: the fields of the resource that it cannot change. Naming one is refused, with whatever value; names
    /// that the resource does not have are passed over.
    const FIXED: &'static [&'static str] = &[];

    /// Reads the fields, noting each bad one; `None` only if something was noted.
    fn parse(self, invalid: &mut Invalid) -> Option<Self::Parsed>;
}

/// A body not yet looked at, so that refusals of the caller (401, 403, 404) come before those of
/// the body.
#[derive(Debug)]
pub struct JsonBody {
    bytes: Result<Bytes, Unread>,
    headers: HeaderMap,
}

/// A body that may have [`LONG_BODY_LIMIT`] bytes.
#[derive(Debug)]
pub struct LongBody(pub JsonBody);

#[derive(Debug, Clone, Copy)]
enum Unread {
    TooLarge,
    Broken,
}

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = Error;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Error> {
        Ok(JsonBody::read(request, BODY_LIMIT).await)
    }
}

impl<S: Send + Sync> FromRequest<S> for LongBody {
    type Rejection = Error;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Error> {
        Ok(Self(JsonBody::read(request, LONG_BODY_LIMIT).await))
    }
}

async fn read(body: Body, limit: usize) -> Result<Bytes, Unread> {
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Unread::TooLarge),
        Err(error) => {
            tracing::info!(%error, "a body ended early");
            Err(Unread::Broken)
        }
    }
}

impl JsonBody {
    /// Whether nothing was sent.
    pub fn is_empty(&self) -> bool {
        self.bytes.as_ref().is_ok_and(Bytes::is_empty)
    }

    /// What was sent, byte for byte.
    ///
    /// # Errors
    /// [`Error::TooLarge`], and [`Malformed::Body`] where it ended early.
    pub(super) fn bytes(&self) -> Result<&Bytes, Error> {
        self.bytes.as_ref().map_err(|unread| match unread {
            Unread::TooLarge => Error::TooLarge,
            Unread::Broken => Error::Malformed(Malformed::Body, "The body ended early.".to_owned()),
        })
    }

    pub(super) async fn read(request: Request, limit: usize) -> Self {
        let (parts, body) = request.into_parts();
        Self {
            bytes: read(body, limit).await,
            headers: parts.headers,
        }
    }

    /// Reads the body as `W`.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::UnsupportedMediaType`], [`Malformed::Body`] when it is not
    /// JSON, and [`Error::Invalid`] with every bad field at once: values of the wrong type and
    /// those that [`Wire::parse`] notes.
    pub fn parse<W: Wire>(&self) -> Result<W::Parsed, Error> {
        let mut invalid = Invalid::default();
        let parsed = self.parse_noting::<W>(&mut invalid)?;
        invalid.finish()?;
        parsed.ok_or_else(|| Error::internal("a body was refused without a reason"))
    }

    /// Reads the body as `W`, noting every bad field, for a handler that has more to find out:
    /// what was read may be used to look further, and must not be acted on before
    /// [`Invalid::finish`].
    ///
    /// # Errors
    /// As [`JsonBody::parse`], for a body that is no JSON object.
    pub fn parse_noting<W: Wire>(&self, invalid: &mut Invalid) -> Result<Option<W::Parsed>, Error> {
        let value = self.value()?;
        let mut found = Invalid::default();
        for name in W::FIXED.iter().filter(|name| value.get(name).is_some()) {
            found.add(format!("/{name}"), "cannot be changed");
        }
        let wire: Option<W> = decode::decode(value, invalid);
        let parsed = wire.and_then(|wire| wire.parse(&mut found));
        invalid.merge(found);
        Ok(parsed)
    }

    /// What the request's `Idempotency-Key` claims for this person and route (`POST /v1/posts`);
    /// `None` where it has none.
    ///
    /// # Errors
    /// [`Malformed::Header`] for a key that cannot be one; as [`JsonBody::parse`], for a body that is no JSON object.
    pub fn claim(&self, viewer: &Viewer, route: &'static str) -> Result<Option<Claim>, Error> {
        let Some(key) = idempotency::key(&self.headers)? else {
            return Ok(None);
        };
        Ok(Some(Claim {
            user: viewer.id.clone(),
            route,
            key,
            body_hash: idempotency::digest(&self.value()?),
        }))
    }

    /// As [`JsonBody::claim`], for a call that needs no body: whatever it has says nothing.
    ///
    /// # Errors
    /// [`Malformed::Header`] for a key that cannot be one.
    pub fn bare_claim(&self, viewer: &Viewer, route: &'static str) -> Result<Option<Claim>, Error> {
        let key = idempotency::key(&self.headers)?;
        Ok(key.map(|key| Claim {
            user: viewer.id.clone(),
            route,
            key,
            body_hash: idempotency::digest(&Value::Null),
        }))
    }

    pub(super) fn value(&self) -> Result<Value, Error> {
        let bytes = self.bytes()?;
        if !is_json(&self.headers) || is_encoded(&self.headers) {
            return Err(Error::UnsupportedMediaType);
        }
        decode::object(bytes)
    }
}

/// Whether a body comes in another coding than `identity` (RFC 9110, section 8.4): none is undone here.
fn is_encoded(headers: &HeaderMap) -> bool {
    let sent = headers.get_all(header::CONTENT_ENCODING).iter();
    let plain = |value: &HeaderValue| {
        value.to_str().is_ok_and(|codings| {
            let mut codings = codings.split(',').map(str::trim);
            codings.all(|coding| coding.is_empty() || coding.eq_ignore_ascii_case("identity"))
        })
    };
    !sent.into_iter().all(plain)
}

/// `application/json`, or any `application/…+json` such as a merge patch.
fn is_json(headers: &HeaderMap) -> bool {
    let sent = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let media_type = sent
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default();
    let media_type = media_type.trim().to_ascii_lowercase();
    media_type == "application/json"
        || (media_type.starts_with("application/") && media_type.ends_with("+json"))
}

#[cfg(test)]
#[path = "body_tests.rs"]
pub(super) mod tests;
