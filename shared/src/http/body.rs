//! Request bodies: taken as bytes, read only once the caller may do what is asked.

use axum::{
    body::Body,
    extract::{FromRequest, Request},
};
use bytes::Bytes;
use http::{HeaderMap, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use super::{decode, idempotency::IdempotencyKey};
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

    /// The request's `Idempotency-Key`, with the digest of the body that it stands for.
    ///
    /// # Errors
    /// [`Malformed::Header`] for a key that cannot be one, [`Error::TooLarge`].
    pub fn idempotency_key(&self) -> Result<Option<IdempotencyKey>, Error> {
        IdempotencyKey::read(&self.headers, self.bytes()?)
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
pub(super) mod tests {
    use axum::response::Response;
    use http::HeaderValue;
    use serde::Deserialize;
    use serde_json::{Value, json};

    use super::*;
    use crate::http::Patch;

    pub(crate) async fn read_json(response: Response) -> Value {
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        serde_json::from_slice(&bytes).unwrap()
    }

    #[derive(Deserialize)]
    struct Sent {
        name: Option<String>,
        age: Option<u8>,
        #[serde(default)]
        tags: Option<Vec<String>>,
        poll: Option<Poll>,
        #[serde(default)]
        bio: Patch<String>,
    }

    #[derive(Deserialize)]
    struct Poll {
        options: Vec<Choice>,
    }

    #[derive(Deserialize)]
    struct Choice {
        text: String,
        x: Option<f64>,
    }

    #[derive(Debug, PartialEq)]
    struct Meant {
        name: String,
        tags: usize,
        bio: Patch<String>,
        choices: Vec<(String, Option<f64>)>,
    }

    impl Wire for Sent {
        type Parsed = Meant;

        fn parse(self, invalid: &mut Invalid) -> Option<Meant> {
            let name = self
                .name
                .ok_or_else(|| "is required".to_owned())
                .and_then(|name| {
                    if name.is_empty() {
                        Err("must not be empty".to_owned())
                    } else {
                        Ok(name)
                    }
                });
            let name = invalid.check("/name", name);
            if self.age == Some(0) {
                invalid.add("/age", "must be 1 or more");
            }
            let tags = self.tags.unwrap_or_default();
            for (index, _) in tags.iter().enumerate().filter(|(_, tag)| tag.is_empty()) {
                invalid.add(format!("/tags/{index}"), "must not be empty");
            }
            let poll = self.poll.map(|poll| poll.options).unwrap_or_default();
            Some(Meant {
                name: name?,
                tags: tags.len(),
                bio: self.bio,
                choices: poll
                    .into_iter()
                    .map(|choice| (choice.text, choice.x))
                    .collect(),
            })
        }
    }

    fn body(content_type: &str, bytes: impl Into<Bytes>) -> JsonBody {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_str(content_type).unwrap(),
        );
        JsonBody {
            bytes: Ok(bytes.into()),
            headers,
        }
    }

    fn read_as_sent(value: &Value) -> Result<Meant, Error> {
        body("application/json", value.to_string()).parse::<Sent>()
    }

    fn bad_fields(value: &Value) -> Vec<(String, String)> {
        let Err(Error::Invalid(invalid)) = read_as_sent(value) else {
            panic!("{value}")
        };
        invalid
            .fields()
            .iter()
            .map(|f| (f.pointer.clone(), f.detail.clone()))
            .collect()
    }

    fn pointers(value: &Value) -> Vec<String> {
        let mut pointers: Vec<_> = bad_fields(value).into_iter().map(|field| field.0).collect();
        pointers.sort();
        pointers
    }

    #[test]
    fn a_good_body_is_read_and_unknown_fields_are_ignored() {
        let sent = json!({
            "name": "Ana", "tags": ["a"], "bio": null, "more": {"deep": [1]},
            "poll": {"options": [{"text": "yes", "x": 0.5}]},
        });
        let choices = vec![("yes".to_owned(), Some(0.5))];
        let meant = Meant {
            name: "Ana".to_owned(),
            tags: 1,
            bio: Patch::Clear,
            choices,
        };
        assert_eq!(read_as_sent(&sent).unwrap(), meant);
    }

    #[test]
    fn a_body_with_five_errors_names_five() {
        let sent = json!({
            "name": 7,
            "age": -1,
            "tags": ["a", 5, "", {}],
            "bio": ["x"],
        });
        assert_eq!(
            pointers(&sent),
            ["/age", "/bio", "/name", "/tags/1", "/tags/2", "/tags/3"]
        );
    }

    #[test]
    fn mismatches_deep_inside_are_named_where_they_are() {
        let sent = json!({
            "name": "Ana",
            "poll": {"options": [{"text": 1}, {"x": 2}, "no", {"text": "ok", "x": "far"}, null]},
        });
        assert_eq!(
            pointers(&sent),
            [
                "/poll/options/0/text",
                "/poll/options/1/text",
                "/poll/options/2",
                "/poll/options/3/x",
                "/poll/options/4"
            ]
        );
    }

    #[test]
    fn details_are_plain_words() {
        let sent = json!({"name": 7, "age": 300, "tags": {}, "poll": "no"});
        assert_eq!(
            bad_fields(&sent)
                .iter()
                .map(|(_, detail)| detail.as_str())
                .collect::<Vec<_>>(),
            [
                "must be a whole number, 0 or more",
                "must be a string",
                "must be an object",
                "must be an array"
            ]
        );
    }

    #[test]
    fn what_is_not_an_object_is_refused_as_a_whole() {
        assert_eq!(pointers(&json!([])), [""]);
        assert_eq!(pointers(&json!(null)), [""]);
        assert_eq!(
            pointers(&json!({"name": "x", "poll": {}})),
            ["/poll/options"]
        );
    }

    #[test]
    fn what_is_not_json_is_malformed() {
        let deep = format!("{{\"name\":{}1{}}}", "[".repeat(5_000), "]".repeat(5_000));
        for text in [
            "",
            "{",
            "name=Ana",
            r#"{"name": "\ud800"}"#,
            r#"{"name": "a", "name": "b"}"#,
            r#"{"poll": {"x": 1, "x": 1}}"#,
            r#"{"age": 1e999}"#,
            "{\"name\": \"a\u{0}b\"}",
            &deep,
        ] {
            let read = body("application/json", text.to_owned()).parse::<Sent>();
            assert!(
                matches!(read, Err(Error::Malformed(Malformed::Body, _))),
                "{text:.60}"
            );
        }
        let read = body("application/json", vec![b'"', 0xff, b'"']).parse::<Sent>();
        assert!(matches!(read, Err(Error::Malformed(Malformed::Body, _))));
    }

    #[test]
    fn an_escaped_nul_is_a_bad_field() {
        assert_eq!(
            pointers(&json!({"name": "a\0b", "tags": ["\0"]})),
            ["/name", "/tags/0"]
        );
    }

    #[test]
    fn thousands_of_bad_fields_are_told_up_to_a_hundred() {
        let sent = json!({"name": "Ana", "tags": vec![1; 30_000]});
        assert_eq!(bad_fields(&sent).len(), 100);
    }

    #[test]
    fn a_body_must_say_that_it_is_json() {
        for good in [
            "application/json",
            "Application/JSON; charset=utf-8",
            "application/merge-patch+json",
        ] {
            assert!(
                body(good, r#"{"name": "Ana"}"#).parse::<Sent>().is_ok(),
                "{good}"
            );
        }
        for bad in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "text/x+json",
        ] {
            let read = body(bad, r#"{"name": "Ana"}"#).parse::<Sent>();
            assert!(matches!(read, Err(Error::UnsupportedMediaType)), "{bad}");
        }
    }

    #[tokio::test]
    async fn a_body_over_the_limit_is_too_large() {
        let request = |size| Request::new(Body::from(vec![b' '; size]));
        let large = JsonBody::from_request(request(BODY_LIMIT + 1), &())
            .await
            .unwrap();
        assert!(matches!(large.parse::<Sent>(), Err(Error::TooLarge)));
        let fits = JsonBody::from_request(request(BODY_LIMIT), &())
            .await
            .unwrap();
        assert!(matches!(
            fits.parse::<Sent>(),
            Err(Error::UnsupportedMediaType)
        ));
    }
}
