//! Calling a router in-process, as an app would over the network.

use axum::{Router, body::Body};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use http_body_util::BodyExt;
use jiff::civil::DateTime;
use serde_json::Value;
use shared::http::BODY_MOST;
use tower::ServiceExt;

use crate::described;

/// A router to call.
#[derive(Debug, Clone)]
pub struct Http {
    router: Router,
}

impl Http {
    /// Calls this router.
    pub fn new(router: Router) -> Self {
        Self { router }
    }

    /// A `GET` of a path, query included.
    pub fn get(&self, path: &str) -> Request {
        self.call(Method::GET, path)
    }

    /// A `POST`.
    pub fn post(&self, path: &str) -> Request {
        self.call(Method::POST, path)
    }

    /// A `PUT`.
    pub fn put(&self, path: &str) -> Request {
        self.call(Method::PUT, path)
    }

    /// A `PATCH`.
    pub fn patch(&self, path: &str) -> Request {
        self.call(Method::PATCH, path)
    }

    /// A `DELETE`.
    pub fn delete(&self, path: &str) -> Request {
        self.call(Method::DELETE, path)
    }

    /// Any method.
    pub fn call(&self, method: Method, path: &str) -> Request {
        Request {
            router: self.router.clone(),
            method,
            path: path.to_owned(),
            headers: HeaderMap::new(),
            body: Vec::new(),
        }
    }
}

/// A request in the making.
#[derive(Debug, Clone)]
pub struct Request {
    router: Router,
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Request {
    /// With this bearer token.
    #[must_use]
    pub fn token(self, token: impl AsRef<str>) -> Self {
        self.header("authorization", &format!("Bearer {}", token.as_ref()))
    }

    /// With this header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::try_from(name).expect("a header name");
        let value = HeaderValue::try_from(value).expect("a header value");
        self.headers.append(name, value);
        self
    }

    /// With this JSON body; a `PATCH` is sent as a merge patch.
    #[must_use]
    pub fn json(self, body: impl Into<Value>) -> Self {
        let media_type = if self.method == Method::PATCH {
            "application/merge-patch+json"
        } else {
            "application/json"
        };
        self.body(media_type, body.into().to_string())
    }

    /// With this body, well-formed or not.
    #[must_use]
    pub fn body(mut self, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.headers.remove(header::CONTENT_TYPE);
        self.header("content-type", media_type)
    }

    /// Sends it and reads the whole answer.
    pub async fn send(self) -> Answer {
        let mut request = http::Request::new(Body::from(self.body));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.path.parse().expect("a path and query");
        *request.headers_mut() = self.headers;
        let Ok(response) = self.router.oneshot(request).await;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("the whole answer");
        let answer = Answer {
            status: parts.status,
            headers: parts.headers,
            body: body.to_bytes().to_vec(),
        };
        answer.check_manners();
        described::check(&self.method, &self.path, answer.status);
        answer
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Compares with a number, such as `201`.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Vec<u8>,
}

impl Answer {
    /// What holds for every answer of the API (PRODUCT §8).
    fn check_manners(&self) {
        assert!(self.body.len() <= BODY_MOST, "{} bytes", self.body.len());
        let json = self.header("content-type") == Some("application/json");
        if json && !self.headers.contains_key(header::CONTENT_ENCODING) {
            check_times(&self.json());
        }
    }

    /// The body as JSON; `Null` where it is empty.
    ///
    /// # Panics
    /// When the body is something else.
    pub fn json(&self) -> Value {
        if self.body.is_empty() {
            return Value::Null;
        }
        serde_json::from_slice(&self.body).unwrap_or_else(|error| {
            let text = String::from_utf8_lossy(&self.body);
            panic!("{error} in the answer {}: {text}", self.status)
        })
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// This very answer, if it has the status.
    ///
    /// # Panics
    /// When it has another; says the body.
    pub fn expect(self, status: u16) -> Self {
        let text = String::from_utf8_lossy(&self.body);
        assert_eq!(self.status, status, "{text}");
        self
    }

    /// The last part of a problem's `type`, such as `prime-required`.
    pub fn problem(&self) -> String {
        let problem = self.json();
        let kind = problem["type"].as_str().unwrap_or_default();
        kind.rsplit('/').next().unwrap_or_default().to_owned()
    }

    /// The pointers of a 422, in order.
    pub fn pointers(&self) -> Vec<String> {
        let problem = self.json();
        let errors = problem["errors"].as_array().into_iter().flatten();
        errors
            .filter_map(|error| error["pointer"].as_str().map(str::to_owned))
            .collect()
    }
}

/// That every time in a body has exactly three digits of a second, and `Z`.
fn check_times(value: &Value) {
    match value {
        Value::String(text)
            if text.len() > 19 && text.is_ascii() && text[..19].parse::<DateTime>().is_ok() =>
        {
            let told = text.len() == 24 && text[19..].starts_with('.') && text.ends_with('Z');
            assert!(told, "the time {text}");
        }
        Value::Array(values) => values.iter().for_each(check_times),
        Value::Object(fields) => fields.values().for_each(check_times),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
