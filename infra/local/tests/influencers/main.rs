//! Influencers in the whole cloud: their accounts with the networks that it plays, applications, storefronts and links.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod books;
mod linking;
mod programmes;
mod store;
mod walk;

use local::{Cloud, Kept, Options, functions};
use reqwest::{Client, Method, Response, redirect};
use serde_json::{Value, json};
use url::Url;

/// A cloud, and somebody who calls it from outside.
struct Town {
    cloud: Cloud,
    client: Client,
}

/// Somebody with a token.
struct Person(String);

impl Town {
    async fn new() -> Self {
        Self::kept(Kept::Nothing).await
    }

    async fn kept(kept: Kept) -> Self {
        let options = Options {
            kept,
            ..Options::ephemeral().unwrap()
        };
        let cloud = Cloud::start(options, functions::compose);
        let client = Client::builder().redirect(redirect::Policy::none());
        Self {
            cloud: cloud.await.unwrap(),
            client: client.build().unwrap(),
        }
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        who: Option<&Person>,
        body: Option<Value>,
    ) -> Response {
        let url = match path.starts_with("http") {
            true => path.to_owned(),
            false => format!("{}{path}", self.cloud.url()),
        };
        let mut request = self.client.request(method, url);
        if let Some(Person(token)) = who {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        request.send().await.unwrap()
    }

    async fn post(&self, path: &str, who: &Person, body: Value) -> (u16, Value) {
        let answer = self.call(Method::POST, path, Some(who), Some(body)).await;
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap_or_default())
    }

    async fn sign_in(&self, name: &str) -> Person {
        let asked = json!({"sub": name, "groups": ["prime"]});
        let answer = self
            .call(Method::POST, "/local/token", None, Some(asked))
            .await;
        let token: Value = answer.json().await.unwrap();
        Person(token["token"].as_str().unwrap().to_owned())
    }

    async fn join(&self, name: &str) -> Person {
        let person = self.sign_in(name).await;
        let all = self.call(Method::GET, "/v1/interests", None, None).await;
        let all: Value = all.json().await.unwrap();
        let interests = all["groups"].as_array().unwrap().iter();
        let interests = interests.flat_map(|group| group["interests"].as_array().unwrap());
        let interests: Vec<_> = interests.map(|one| one["id"].clone()).take(5).collect();
        let joining = json!({"display_name": name, "handle": name, "interests": interests,
            "notify": {"posts": true, "replies": true}});
        let (status, told) = self.post("/v1/me", &person, joining).await;
        assert_eq!(status, 201, "{told}");
        person
    }

    async fn account(&self, provider: &str, id: &str, account: Value) {
        let path = format!("/local/networks/{provider}/accounts/{id}");
        let put = self.call(Method::PUT, &path, None, Some(account)).await;
        assert_eq!(put.status(), 204);
    }

    /// Where somebody who begins to link is to go.
    async fn begin(&self, provider: &str, who: &Person) -> String {
        let path = format!("/v1/social-accounts/{provider}/link");
        let (status, begun) = self.post(&path, who, json!({})).await;
        assert_eq!(status, 200, "{begun}");
        begun["authorization_url"].as_str().unwrap().to_owned()
    }

    /// Where an answer sends one on to.
    async fn on_from(&self, address: &str, status: u16) -> Url {
        let answer = self.call(Method::GET, address, None, None).await;
        assert_eq!(answer.status(), status, "{address}");
        let to = answer.headers()["location"].to_str().unwrap();
        Url::parse(to).unwrap()
    }

    /// What the app is told in the end, by a way that begins there and on which one says this.
    async fn told(&self, begun: &str, said: &str) -> (String, String) {
        let callback = self.on_from(&format!("{begun}&{said}"), 302).await;
        self.come_back(callback.as_str()).await
    }

    async fn come_back(&self, callback: &str) -> (String, String) {
        let answer = self.call(Method::GET, callback, None, None).await;
        assert_eq!(answer.status(), 303, "{callback}");
        let headers = answer.headers();
        assert_eq!(headers["cache-control"], "no-store");
        assert_eq!(headers["referrer-policy"], "no-referrer");
        let to = headers["location"].to_str().unwrap();
        let base = format!("{}/?", self.cloud.url());
        assert!(to.starts_with(&base), "{to}");
        let to = Url::parse(to).unwrap();
        let pairs: Vec<_> = to.query_pairs().into_owned().collect();
        assert_eq!((pairs.len(), pairs[0].0.as_str()), (2, "provider"), "{to}");
        pairs[1].clone()
    }

    async fn error(&self, callback: &str) -> String {
        let (name, value) = self.come_back(callback).await;
        assert_eq!(name, "error");
        value
    }

    /// The code with which somebody comes back who said yes as this account.
    async fn code(&self, provider: &str, who: &Person, id: &str) -> String {
        let begun = self.begin(provider, who).await;
        let (name, value) = self.told(&begun, &format!("login_hint={id}")).await;
        assert_eq!(name, "code", "{value}");
        value
    }

    async fn complete(&self, provider: &str, who: &Person, code: &str) -> (u16, Value) {
        let path = format!("/v1/social-accounts/{provider}/link/complete");
        self.post(&path, who, json!({"code": code})).await
    }

    async fn linked(&self, who: &Person) -> Vec<Value> {
        let answer = self
            .call(Method::GET, "/v1/social-accounts", Some(who), None)
            .await;
        let page: Value = answer.json().await.unwrap();
        page["items"].as_array().unwrap().clone()
    }
}
