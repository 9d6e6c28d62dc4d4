//! `ETag`, `If-None-Match` and `If-Match`: a client that polls is not sent what it has, and one that changes a thing
//! changes what it has read.

use axum::{
    body::{Body, HttpBody},
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts};
use http_body_util::BodyExt;
use jiff::{SignedDuration, Timestamp};
use memchr::{memchr, memmem};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{BODY_MOST, CURSOR_LIFE};
use crate::{error::Error, runtime::Clock};

/// What stands before a sealed token in an answer. It is another each time, and says nothing of the items. In a text these
/// bytes cannot be: its quotes are escaped.
const SEALED: [&[u8]; 3] = [
    b"\"next_cursor\":\"",
    b"\"view_token\":\"",
    // A page's way to the next one.
    b"rel=\"next\" href=\"",
];
/// How long at most an answer with sealed tokens keeps its tag: whoever still has it when it ends has half a cursor's life
/// to use one.
const HELD: SignedDuration = SignedDuration::from_secs(CURSOR_LIFE.as_secs() / 2);
/// What a tag's last characters are where the answer was compressed: RFC 9110, section 8.8.3.3, wants two strong tags.
const GZIPPED: &str = ".gz";

/// The tag of a body, without quotes.
fn of(body: &[u8], now: Timestamp) -> String {
    let mut tokens: Vec<_> = SEALED
        .iter()
        .flat_map(|name| memmem::find_iter(body, name).map(|at| at + name.len()))
        .collect();
    tokens.sort_unstable();
    let (mut digest, mut told) = (Sha256::new(), 0);
    for token in &tokens {
        digest.update(&body[told..*token]);
        told = memchr(b'"', &body[*token..]).map_or(body.len(), |end| token + end);
    }
    digest.update(&body[told..]);
    if !tokens.is_empty() {
        digest.update(now.as_second().div_euclid(HELD.as_secs()).to_be_bytes());
    }
    URL_SAFE_NO_PAD.encode(&digest.finalize()[..16])
}

/// Tags an answer with the digest of its body; answers 304 where `known`, the request's `If-None-Match`, names it.
pub(super) async fn tag(known: &Listed, response: Response, now: Timestamp) -> Response {
    let sized = response
        .body()
        .size_hint()
        .exact()
        .is_some_and(|size| size <= BODY_MOST as u64);
    if response.status() != StatusCode::OK
        || !sized
        || response.headers().contains_key(header::ETAG)
    {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let bytes = match body.collect().await {
        Ok(collected) => collected.to_bytes(),
        Err(error) => return Error::internal(error).into_response(),
    };
    let tag = of(&bytes, now);
    let named = known.weakly(&tag);
    let told = named.clone().unwrap_or_else(|| format!("\"{tag}\""));
    if let Ok(value) = HeaderValue::try_from(told) {
        parts.headers.insert(header::ETAG, value);
    }
    if named.is_some() {
        for of_the_body in [header::CONTENT_TYPE, header::CONTENT_LENGTH] {
            parts.headers.remove(of_the_body);
        }
        return (StatusCode::NOT_MODIFIED, parts.headers).into_response();
    }
    Response::from_parts(parts, Body::from(bytes))
}

/// Gives a compressed answer a tag of its own.
pub(super) fn tell_gzip_apart(mut response: Response) -> Response {
    let headers = response.headers_mut();
    if headers.contains_key(header::CONTENT_ENCODING)
        && let Some(tag) = headers.get(header::ETAG)
        && let Some(tag) = tag.to_str().ok().and_then(|tag| tag.strip_suffix('"'))
        && let Ok(gzipped) = HeaderValue::try_from(format!("{tag}{GZIPPED}\""))
    {
        headers.insert(header::ETAG, gzipped);
    }
    response
}

/// The tags that a header lists, on one line or several.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Listed(Vec<String>);

impl Listed {
    pub(super) fn read(headers: &HeaderMap, name: &HeaderName) -> Self {
        let lines = headers.get_all(name).iter();
        let tags = lines.filter_map(|line| line.to_str().ok());
        let tags = tags.flat_map(|line| line.split(',')).map(str::trim);
        Self(
            tags.filter(|tag| !tag.is_empty())
                .map(str::to_owned)
                .collect(),
        )
    }

    /// How the list names this tag, as `If-None-Match` compares (RFC 9110, section 13.1.2): weak tags too. A star names
    /// what is there, by its own tag.
    fn weakly(&self, tag: &str) -> Option<String> {
        let strong = |one: &String| one.strip_prefix("W/").unwrap_or(one).to_owned();
        let names = |one: &String| opaque(one).is_some_and(|opaque| opaque == tag);
        let named = self.0.iter().map(strong).find(names);
        let star = || self.0.iter().any(|one| one == "*");
        named.or_else(|| star().then(|| format!("\"{tag}\"")))
    }

    /// Whether the list names this tag, as `If-Match` compares (RFC 9110, section 13.1.1): never a weak one.
    fn strongly(&self, tag: &str) -> bool {
        let names = |one: &String| one == "*" || opaque(one).is_some_and(|opaque| opaque == tag);
        self.0.iter().any(names)
    }
}

/// What stands between a strong tag's quotes, but for what tells that the answer was compressed.
fn opaque(tag: &str) -> Option<&str> {
    let opaque = tag.strip_prefix('"')?.strip_suffix('"')?;
    Some(opaque.strip_suffix(GZIPPED).unwrap_or(opaque))
}

/// A request's `If-Match`: which state of a thing is to be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfMatch(Option<Listed>);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Error> {
        let sent = parts.headers.contains_key(header::IF_MATCH);
        Ok(Self(
            sent.then(|| Listed::read(&parts.headers, &header::IF_MATCH)),
        ))
    }
}

impl IfMatch {
    /// Whether the change is bound to a state.
    pub fn is_sent(&self) -> bool {
        self.0.is_some()
    }

    /// That the thing is in a state that the header names. `current` is what a `GET` answers now, and what it is made of
    /// must be what the change is then written over.
    ///
    /// # Errors
    /// [`Error::PreconditionFailed`]; [`Error::Internal`] for what cannot be written as JSON.
    pub fn check<T: Serialize>(&self, current: &T, clock: &Clock) -> Result<(), Error> {
        let Some(listed) = &self.0 else {
            return Ok(());
        };
        let body = serde_json::to_vec(current).map_err(Error::internal)?;
        if listed.strongly(&of(&body, clock.now())) {
            Ok(())
        } else {
            Err(Error::PreconditionFailed)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
    }

    #[test]
    fn a_tag_is_of_what_the_items_say_and_not_of_the_tokens_beside_them() {
        let page = |text: &str, cursor: &str, view: &str| {
            let items = json!([{"text": text, "view_token": view}, {"view_token": view}]);
            of(
                json!({"items": items, "next_cursor": cursor})
                    .to_string()
                    .as_bytes(),
                at(0),
            )
        };
        let told = page("a", "c1", "v1");
        assert_eq!(page("a", "another", ""), told);
        assert_ne!(page("b", "c1", "v1"), told);
        // So it is of a page.
        let html = |cursor: &str| {
            of(
                format!("<a rel=\"next\" href=\"/?cursor={cursor}\">").as_bytes(),
                at(0),
            )
        };
        assert_eq!(html("c1"), html("another"));
        // A text that looks like a token is a text.
        let forged = |token: &str| page(&format!("\"next_cursor\":\"{token}\""), "c1", "v1");
        assert_ne!(forged("x"), forged("y"));
        let last = of(br#"{"items":[],"next_cursor":null}"#, at(0));
        assert_ne!(last, of(br#"{"items":[],"next_cursor":"c"}"#, at(0)));
        assert_eq!(last, of(br#"{"items":[],"next_cursor":null}"#, at(99)));
    }

    #[test]
    fn a_tag_ends_half_a_cursors_life_before_the_cursors_beside_it() {
        let tag = |hours| of(br#"{"items":[1],"next_cursor":"c"}"#, at(hours));
        assert_eq!(tag(11), tag(0));
        assert_ne!(tag(12), tag(11));
    }

    fn listed(lines: &[&str]) -> Listed {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::IF_MATCH, HeaderValue::from_str(line).unwrap());
        }
        Listed::read(&headers, &header::IF_MATCH)
    }

    #[test]
    fn a_state_is_named_strongly_compressed_or_not() {
        for names in [
            &["\"t\""][..],
            &["\"t.gz\""],
            &["*"],
            &["\"a\", \"t\""],
            &["\"a\"", "\"t\""],
        ] {
            assert!(listed(names).strongly("t"), "{names:?}");
            assert!(listed(names).weakly("t").is_some(), "{names:?}");
        }
        assert!(!listed(&["W/\"t\""]).strongly("t"));
        assert_eq!(
            listed(&["W/\"t.gz\""]).weakly("t").as_deref(),
            Some("\"t.gz\"")
        );
        for others in [&["\"a\""][..], &["t"], &[""], &["\"t"], &["\""]] {
            assert!(!listed(others).strongly("t"), "{others:?}");
            assert_eq!(listed(others).weakly("t"), None, "{others:?}");
        }
    }
}
