//! Spark as an app meets it: over HTTP, in a local cloud of the test's own.

use std::path::Path;

use jiff::SignedDuration;
use local::{Cloud, Kept, Options, functions};
use reqwest::{Method, RequestBuilder, StatusCode, header::HeaderMap};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use shared::{domain::interests, store::Store};

pub const PHOTO: &[u8] = include_bytes!("../../../infra/local/demo/photos/tabby-portrait.jpg");

/// A running system and a client of it.
pub struct Spark {
    pub cloud: Cloud,
    http: reqwest::Client,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    /// The body, if the status is as expected.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self.body
    }

    /// The last part of a problem's `type`.
    pub fn problem(&self) -> &str {
        let kind = self.body["type"].as_str().unwrap_or_default();
        kind.rsplit('/').next().unwrap_or_default()
    }
}

impl Spark {
    /// A system that is gone with the test.
    pub async fn start() -> Self {
        Self::with(Options::ephemeral().unwrap()).await
    }

    /// A system that goes on from what is in this folder.
    pub async fn on(dir: &Path) -> Self {
        let kept = Kept::In(dir.to_owned());
        Self::with(Options {
            kept,
            ..Options::ephemeral().unwrap()
        })
        .await
    }

    async fn with(options: Options) -> Self {
        let cloud = Cloud::start(options, functions::compose).await.unwrap();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { cloud, http }
    }

    /// A request to a path of the API.
    pub fn call(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.cloud.url());
        self.http.request(method, url)
    }

    /// Sends any request.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await.unwrap();
        let body = serde_json::from_slice(&body)
            .unwrap_or_else(|_| String::from_utf8_lossy(&body).into_owned().into());
        Answer {
            status,
            headers,
            body,
        }
    }

    pub async fn get(&self, path: &str, token: &str) -> Answer {
        self.send(self.call(Method::GET, path).bearer_auth(token))
            .await
    }

    pub async fn post(&self, path: &str, token: &str, body: &Value) -> Answer {
        self.send(self.call(Method::POST, path).bearer_auth(token).json(body))
            .await
    }

    pub async fn put(&self, path: &str, token: &str) -> Answer {
        self.send(self.call(Method::PUT, path).bearer_auth(token))
            .await
    }

    pub async fn delete(&self, path: &str, token: &str) -> Answer {
        self.send(self.call(Method::DELETE, path).bearer_auth(token))
            .await
    }

    /// A token of the local issuer.
    pub async fn token(&self, sub: &str, groups: &[&str]) -> String {
        let body = json!({"sub": sub, "groups": groups});
        let request = self.call(Method::POST, "/local/token").json(&body);
        let answer = self.send(request).await.expect(200);
        answer["token"].as_str().unwrap().to_owned()
    }

    /// Lets a Prime member of this handle join with the catalogue's first five interests; gives
    /// their token.
    pub async fn member(&self, handle: &str) -> String {
        let token = self.token(handle, &["prime"]).await;
        self.post("/v1/me", &token, &joining(handle))
            .await
            .expect(201);
        token
    }

    /// Waits until everything is worked off.
    pub async fn drain(&self) {
        let request = self.call(Method::POST, "/local/drain");
        self.send(request).await.expect(200);
    }

    /// Turns the clock.
    pub async fn advance(&self, by: SignedDuration) {
        self.cloud.advance(by).await.unwrap();
    }

    /// The table, for what stands beside the API.
    pub fn store(&self) -> Store {
        let context = self.cloud.context();
        Store::new(context.dynamodb.clone(), &context.config.table)
    }

    /// Publishes a story and gives its id.
    pub async fn story(&self, token: &str, text: &str) -> String {
        let body = json!({"kind": "story", "text": text, "topics": [topics(1)[0]]});
        let post = self.post("/v1/posts", token, &body).await.expect(201);
        post["id"].as_str().unwrap().to_owned()
    }

    /// Asks for a ticket; gives the photo's id and the ticket.
    pub async fn ticket(&self, token: &str, photo: &[u8]) -> (String, Value) {
        let sha256: String = Sha256::digest(photo)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let body = json!({"content_type": "image/jpeg", "bytes": photo.len(), "sha256": sha256});
        let answer = self.post("/v1/photos", token, &body).await.expect(201);
        let id = answer["id"].as_str().unwrap().to_owned();
        (id, answer["upload"].clone())
    }

    /// Uploads as the ticket says.
    pub async fn upload(&self, ticket: &Value, body: &[u8]) -> StatusCode {
        let method = ticket["method"].as_str().unwrap().parse().unwrap();
        let mut request = self
            .http
            .request(method, ticket["url"].as_str().unwrap())
            .body(body.to_vec());
        for (name, value) in ticket["headers"].as_object().unwrap() {
            if !name.eq_ignore_ascii_case("content-length") {
                request = request.header(name, value.as_str().unwrap());
            }
        }
        request.send().await.unwrap().status()
    }

    /// The bytes at an absolute address, and their type.
    pub async fn download(&self, url: &str) -> (String, Vec<u8>) {
        let response = self.http.get(url).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{url}");
        let kind = response.headers()["content-type"].to_str().unwrap();
        (kind.to_owned(), response.bytes().await.unwrap().to_vec())
    }
}

/// The ids of the catalogue's first topics.
pub fn topics(count: usize) -> Vec<&'static str> {
    let all = interests::groups()
        .iter()
        .flat_map(|group| &group.interests);
    all.map(|interest| interest.id.as_str())
        .take(count)
        .collect()
}

/// The body of a good request to join.
pub fn joining(handle: &str) -> Value {
    json!({
        "display_name": handle,
        "handle": handle,
        "interests": topics(5),
        "notify": {"posts": true, "replies": true},
    })
}

/// The ids of the posts of a page, in order.
pub fn ids(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|item| item["post"]["id"].as_str().unwrap().to_owned())
        .collect()
}
