//! Spark as an app meets it, wherever it runs; and, where that is the local cloud, its insides.

use std::{ops::Deref, path::Path, sync::Arc};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{ids::UserId, people::interests};
use jiff::SignedDuration;
use local::{Cloud, Kept};
use reqwest::{Client, Method, RequestBuilder, StatusCode, header::HeaderMap};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use shared::{seal::People, store::Store};

use crate::places::{Place, cloud};

pub const PHOTO: &[u8] = include_bytes!("../../../infra/local/demo/photos/tabby-portrait.jpg");

/// A running system and a client of it. Its people have a mark of their own in their names, so that
/// journeys can share a system, and a deployed one be used again.
pub struct Spark {
    place: Place,
    http: Client,
    mark: String,
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
    fn at(place: Place) -> Self {
        Self {
            place,
            http: Client::builder().no_proxy().build().unwrap(),
            mark: format!("_{:07x}", rand::random::<u32>() >> 4),
        }
    }

    /// A system of its own in this process, called without a socket.
    pub async fn in_process() -> Self {
        Self::at(Place::InProcess(cloud(Kept::Nothing).await))
    }

    /// A system of its own on this machine, over HTTP.
    pub async fn local_cloud() -> Self {
        Self::at(Place::LocalCloud(cloud(Kept::Nothing).await))
    }

    /// The stack that the environment names.
    #[cfg(feature = "deployed")]
    pub fn deployed() -> Self {
        Self::at(Place::Deployed(crate::places::DeployedStack::from_env()))
    }

    /// What somebody who is called so is called in this system: `ana` → `ana_1a2b3c4`.
    pub fn name(&self, short: &str) -> String {
        format!("{short}{}", self.mark)
    }

    /// A request to a path of the API.
    pub fn call(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.place.url());
        self.http.request(method, url)
    }

    /// Sends a request to the API.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let request = request.build().unwrap();
        self.place.send(&self.http, request).await
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

    /// A token for whoever is known by this name.
    pub async fn token(&self, name: &str, groups: &[&str]) -> String {
        self.place.token(&self.http, name, groups).await
    }

    /// The `sub` that a token says.
    pub fn subject(token: &str) -> String {
        let claims = token.split('.').nth(1).unwrap();
        let claims = URL_SAFE_NO_PAD.decode(claims).unwrap();
        let claims: Value = serde_json::from_slice(&claims).unwrap();
        claims["sub"].as_str().unwrap().to_owned()
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

    /// Drops a file into the bucket, as the store does.
    pub async fn drop_file(&self, key: &str, kind: &str, body: &[u8]) {
        self.place.drop_file(key, kind, body).await;
    }

    /// Waits until what is under way is worked off.
    pub async fn settle(&self) {
        self.place.settle().await;
    }

    /// What a path answers once all has settled and the answer is as it should be.
    pub async fn shows(&self, path: &str, token: &str, right: impl Fn(&Value) -> bool) -> Value {
        self.settle().await;
        let mut last = Value::Null;
        for _ in 0..self.place.looks() {
            let answer = self.get(path, token).await;
            if answer.status == 200 && right(&answer.body) {
                return answer.body;
            }
            last = answer.body;
            self.place.moment().await;
        }
        panic!("{path}: {last}");
    }

    /// Lets time pass, at once where there is a clock to be turned.
    pub async fn let_pass(&self, by: SignedDuration) {
        self.place.let_pass(by).await;
    }

    /// Lets seconds pass, and what is under way be worked off.
    pub async fn let_seconds_pass(&self, seconds: u32) {
        self.place.let_seconds_pass(seconds).await;
    }

    /// How many messages have been given up.
    pub async fn dead_letters(&self) -> u64 {
        self.place.dead_letters().await
    }

    /// Publishes a story and gives its id.
    pub async fn story(&self, token: &str, text: &str) -> String {
        let body = json!({"kind": "story", "text": text, "topics": [topics(1)[0]]});
        let post = self.post("/v1/posts", token, &body).await.expect(201);
        post["id"].as_str().unwrap().to_owned()
    }

    /// The items of a page that are posts by people of this system's mark: those of other journeys
    /// in the same system are none of ours.
    pub fn ours(&self, page: &Value) -> Vec<Value> {
        let items = page["items"].as_array().unwrap().iter();
        let by_us = |item: &&Value| {
            let author = item["post"]["author"]["handle"].as_str();
            author.is_some_and(|author| author.ends_with(&self.mark))
        };
        items.filter(by_us).cloned().collect()
    }

    /// All of ours in a list, page after page.
    pub async fn all_ours(&self, path: &str, token: &str) -> Vec<Value> {
        let (mut all, mut cursor) = (Vec::new(), String::new());
        let joint = if path.contains('?') { '&' } else { '?' };
        loop {
            let path = format!("{path}{joint}limit=100{cursor}");
            let page = self.get(&path, token).await.expect(200);
            all.extend(self.ours(&page));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return all,
            }
        }
    }

    /// All of ours in a list, once there are so many.
    pub async fn shown(&self, path: &str, token: &str, count: usize) -> Vec<Value> {
        self.settle().await;
        self.counted(path, token, count).await
    }

    /// The same three seconds from now, whatever is under way.
    pub async fn shown_soon(&self, path: &str, token: &str, count: usize) -> Vec<Value> {
        self.let_pass(SignedDuration::from_secs(3)).await;
        self.counted(path, token, count).await
    }

    async fn counted(&self, path: &str, token: &str, count: usize) -> Vec<Value> {
        let mut found = Vec::new();
        for _ in 0..self.place.looks() {
            found = self.all_ours(path, token).await;
            if found.len() == count {
                return found;
            }
            self.place.moment().await;
        }
        panic!("{path}: {found:?}");
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

    /// What an absolute address answers with.
    pub async fn status_of(&self, url: &str) -> StatusCode {
        self.http.get(url).send().await.unwrap().status()
    }

    /// The bytes of a rendition, and their type.
    pub async fn download(&self, url: &str) -> (String, Vec<u8>) {
        let (url, host) = self.place.rendition(url);
        let mut request = self.http.get(&url);
        if let Some(host) = host {
            // As if TLS had ended before it, which the CDN asks for.
            let said = request.header("host", host);
            request = said.header("x-forwarded-proto", "https");
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{url}");
        let kind = response.headers()["content-type"].to_str().unwrap();
        (kind.to_owned(), response.bytes().await.unwrap().to_vec())
    }
}

/// A Spark in the local cloud, with what no other place lets a test reach: its clock, its table, its
/// life.
pub struct LocalSpark {
    spark: Spark,
    pub cloud: Arc<Cloud>,
}

impl Deref for LocalSpark {
    type Target = Spark;

    fn deref(&self) -> &Spark {
        &self.spark
    }
}

impl LocalSpark {
    /// A system that is gone with the test.
    pub async fn start() -> Self {
        Self::with(Kept::Nothing).await
    }

    /// A system that goes on from what is in this folder.
    pub async fn on(dir: &Path) -> Self {
        Self::with(Kept::In(dir.to_owned())).await
    }

    async fn with(kept: Kept) -> Self {
        let cloud = cloud(kept).await;
        let spark = Spark::at(Place::LocalCloud(Arc::clone(&cloud)));
        Self { spark, cloud }
    }

    /// The same system, for a journey whose people are others.
    pub fn again(&self) -> Spark {
        Spark::at(Place::LocalCloud(Arc::clone(&self.cloud)))
    }

    /// Has a function not be called any more, or called again.
    pub fn pause(&self, function: &str, paused: bool) {
        assert!(self.cloud.pause(function, paused), "{function}");
    }

    /// Ends everything where it stands.
    pub async fn kill(self) {
        let Self { spark, cloud } = self;
        drop(spark);
        Arc::into_inner(cloud).unwrap().kill().await;
    }

    /// Who somebody is whose tokens say this `sub`.
    pub fn user(&self, sub: &str) -> UserId {
        let config = &self.cloud.context().config;
        let people = People::new(config.token_issuer(), config.people_key());
        people.id(sub).unwrap()
    }

    /// The table, for what stands beside the API.
    pub fn store(&self) -> Store {
        let context = self.cloud.context();
        Store::new(context.dynamodb.clone(), context.config.table())
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

/// The ids of these items' posts, in order.
pub fn ids(items: &[Value]) -> Vec<&str> {
    items
        .iter()
        .map(|item| item["post"]["id"].as_str().unwrap())
        .collect()
}
