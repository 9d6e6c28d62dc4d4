//! Request bodies: taken as bytes, read only once the caller may do what is asked.

use axum::{
    body::Body,
    extract::{FromRequest, Request},
};
use bytes::Bytes;
use domain::claim::Claim;
use http::{HeaderMap, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use super::{Viewer, decode, idempotency::IdempotencyKey};
use crate::error::{Error, Invalid, Malformed};

/// The largest body in bytes. The longest story, 20,000 bytes of emoji, each escaped to twelve
/// characters, takes 60 KB beside its hotspots.
pub const BODY_LIMIT: usize = 128 * 1024;

/// A body as it is sent: every field optional, so that one look finds all that is missing.
pub trait Wire: DeserializeOwned {
    /// What the body means.
    type Parsed;

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

#[derive(Debug, Clone, Copy)]
enum Unread {
    TooLarge,
    Broken,
}

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = Error;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Error> {
        let (parts, body) = request.into_parts();
        Ok(Self {
            bytes: read(body).await,
            headers: parts.headers,
        })
    }
}

async fn read(body: Body) -> Result<Bytes, Unread> {
    match Limited::new(body, BODY_LIMIT).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Unread::TooLarge),
        Err(error) => {
            tracing::info!(%error, "a body ended early");
            Err(Unread::Broken)
        }
    }
}

impl JsonBody {
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
        let bytes = self.bytes()?;
        if !is_json(&self.headers) {
            return Err(Error::UnsupportedMediaType);
        }
        let value = decode::object(bytes)?;
        let mut found = Invalid::default();
        let wire: Option<W> = decode::decode(value, invalid);
        let parsed = wire.and_then(|wire| wire.parse(&mut found));
        invalid.merge(found);
        Ok(parsed)
    }

    /// What the request's `Idempotency-Key` claims for this person and route (`POST /v1/posts`);
    /// `None` where it has none.
    ///
    /// # Errors
    /// [`Malformed::Header`] for a key that cannot be one, [`Error::TooLarge`].
    pub fn claim(&self, viewer: &Viewer, route: &'static str) -> Result<Option<Claim>, Error> {
        let key = IdempotencyKey::read(&self.headers, self.bytes()?)?;
        Ok(key.map(|IdempotencyKey { key, body_hash }| Claim {
            user: viewer.id.clone(),
            route,
            key,
            body_hash,
        }))
    }

    fn bytes(&self) -> Result<&Bytes, Error> {
        self.bytes.as_ref().map_err(|unread| match unread {
            Unread::TooLarge => Error::TooLarge,
            Unread::Broken => Error::Malformed(Malformed::Body, "The body ended early.".to_owned()),
        })
    }
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
