//! Linking accounts when a network is down, slow, or odd, and when calls of ours are lost (MONEY 1-5).
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::{Arc, Mutex};

use harness::{Answer, Fault, Faults, Http, World};
use serde_json::{Value, json};
use shared::runtime::Context;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use url::Url;

/// What a network answers, by how a request begins.
type Said = fn(&str) -> Option<(u16, &'static str)>;

/// X, as a test has it.
struct Network {
    url: String,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Network {
    async fn saying(said: Said) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let noted = Arc::clone(&noted);
                tokio::spawn(async move {
                    let mut request = vec![0; 8_192];
                    let mut read = 0;
                    loop {
                        let more = socket.read(&mut request[read..]).await.unwrap_or(0);
                        read += more;
                        let text = String::from_utf8_lossy(&request[..read]).into_owned();
                        if more == 0 {
                            return;
                        }
                        if !whole(&text) {
                            continue;
                        }
                        read = 0;
                        let answer = said(&text);
                        noted.lock().unwrap().push(text);
                        let Some((status, body)) = answer else {
                            // It never answers.
                            std::future::pending::<()>().await;
                            return;
                        };
                        let length = body.len();
                        let head = format!(
                            "HTTP/1.1 {status} So\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
                        );
                        let sent = socket.write_all((head + body).as_bytes()).await;
                        if sent.is_err() {
                            return;
                        }
                    }
                });
            }
        });
        Self { url, heard }
    }

    fn context(&self, world: &World) -> Context {
        let mut context = world.context();
        let place = json!({"twitter": {
            "authorize": format!("{}/authorize", self.url), "token": format!("{}/token", self.url),
            "revoke": format!("{}/revoke", self.url), "api": format!("{}/api", self.url),
            "profiles": format!("{}/of/{{handle}}", self.url), "client_id": "spark"}});
        let config = context.config.with("NETWORKS", place.to_string());
        context.config = Arc::new(config.with("APP_URL", "spark://linked"));
        context
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

/// Whether a request came to its end.
fn whole(text: &str) -> bool {
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.parse::<usize>().ok())?
    });
    body.len() >= length.unwrap_or_default()
}

const TOKEN: &str = r#"{"access_token": "TOKEN-7", "token_type": "bearer", "expires_in": 7200}"#;
const ANA: &str = r#"{"data": {"id": "7", "name": "Ana", "username": "ana", "public_metrics": {"followers_count": 12}}}"#;

fn good(request: &str) -> Option<(u16, &'static str)> {
    Some(match request {
        one if one.starts_with("POST /token ") => (200, TOKEN),
        one if one.starts_with("GET /api/users/me?") => (200, ANA),
        _ => (200, "{}"),
    })
}

/// What whoever begins to link comes back with as `state`.
async fn state(http: &Http, token: &str) -> String {
    let begun = http.post("/v1/social-accounts/twitter/link").token(token);
    let begun = begun.send().await.expect(200).json();
    let url = Url::parse(begun["authorization_url"].as_str().unwrap()).unwrap();
    let mut pairs = url.query_pairs();
    pairs
        .find(|(name, _)| name == "state")
        .unwrap()
        .1
        .into_owned()
}

async fn come_back(http: &Http, state: &str) -> (String, String) {
    let path = format!("/v1/oauth/twitter/callback?code=abc&state={state}");
    let answer = http.get(&path).send().await.expect(303);
    told(&answer)
}

fn told(answer: &Answer) -> (String, String) {
    let to = Url::parse(answer.header("location").unwrap()).unwrap();
    assert_eq!((to.scheme(), to.host_str()), ("spark", Some("linked")));
    let pairs: Vec<_> = to.query_pairs().into_owned().collect();
    pairs[1].clone()
}

#[tokio::test]
async fn a_network_that_is_down_slow_or_odd_is_told_as_such_and_links_nothing() {
    let cases: [(&str, Said); 5] = [
        ("refuses the code", |_| {
            Some((400, r#"{"error": "invalid_grant"}"#))
        }),
        ("is broken", |_| Some((500, "oops"))),
        ("is slow", |_| None),
        ("tells no token", |_| Some((200, "{}"))),
        ("tells nothing of the account", |request| {
            let account = request.starts_with("GET /api");
            Some(if account { (200, "[]") } else { (200, TOKEN) })
        }),
    ];
    for (what, said) in cases {
        let world = World::new().await;
        let ana = world.member("ana").prime().await;
        let network = Network::saying(said).await;
        let http = world.serve(influencer::router(&network.context(&world)));
        let state = state(&http, &ana.token).await;
        let unavailable = ("error".to_owned(), "provider-unavailable".to_owned());
        assert_eq!(come_back(&http, &state).await, unavailable, "{what}");
        let linked = http
            .get("/v1/social-accounts")
            .token(&ana.token)
            .send()
            .await;
        assert_eq!(linked.expect(200).json()["items"], json!([]), "{what}");
    }
    // Nobody is there at all.
    let world = World::new().await;
    let ana = world.member("ana").prime().await;
    let mut network = Network::saying(good).await;
    network.url = "http://127.0.0.1:9".to_owned();
    let http = world.serve(influencer::router(&network.context(&world)));
    let state = state(&http, &ana.token).await;
    assert_eq!(come_back(&http, &state).await.1, "provider-unavailable");
}

#[tokio::test]
async fn a_token_serves_one_read_is_revoked_and_is_kept_nowhere() {
    let world = World::new().await;
    let ana = world.member("ana").prime().await;
    let network = Network::saying(good).await;
    let http = world.serve(influencer::router(&network.context(&world)));
    let state = state(&http, &ana.token).await;
    let (name, code) = come_back(&http, &state).await;
    assert_eq!(name, "code", "{code}");
    let complete = http
        .post("/v1/social-accounts/twitter/link/complete")
        .token(&ana.token);
    let linked = complete
        .json(json!({"code": code}))
        .send()
        .await
        .expect(201);
    assert_eq!(linked.json()["audience"], 12);
    let heard = network.heard();
    let first: Vec<_> = heard
        .iter()
        .filter_map(|one| one.split(' ').nth(1))
        .collect();
    assert_eq!(
        first,
        [
            "/token",
            "/api/users/me?user.fields=public_metrics",
            "/revoke"
        ]
    );
    assert!(
        heard[0].contains("code_verifier=")
            && heard[0]
                .contains("redirect_uri=https%3A%2F%2Fapi.test%2Fv1%2Foauth%2Ftwitter%2Fcallback")
    );
    assert!(
        heard[0]
            .to_ascii_lowercase()
            .contains("authorization: basic ")
    );
    assert!(heard[1].contains("Bearer TOKEN-7") && heard[2].contains("token=TOKEN-7"));
    // Of all that was ever written none says it, nor the code.
    let (written, _) = world.stream_after(None);
    let written = written.to_string();
    assert!(written.contains("Ana"), "something was");
    for secret in ["TOKEN-7", code.as_str(), state.as_str()] {
        assert!(!written.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn what_is_lost_on_the_way_is_begun_again_and_nothing_is_linked_twice() {
    for fault in [Fault::AnswerLost, Fault::Throttled, Fault::Conflict] {
        let world = World::new().await;
        let ana = world.member("ana").prime().await;
        let network = Network::saying(good).await;
        let context = network.context(&world);
        let http = world.serve(influencer::router(&context));
        let (name, code) = come_back(&http, &state(&http, &ana.token).await).await;
        assert_eq!(name, "code", "{code}");
        let faults = Faults::each(fault);
        let odd = world.serve(influencer::router(&faults.attach(&context)));
        let complete = |http: &Http| {
            let call = http
                .post("/v1/social-accounts/twitter/link/complete")
                .token(&ana.token);
            call.header("idempotency-key", "k1")
                .json(json!({"code": code}))
        };
        let first = complete(&odd).send().await;
        let busy = [201, 503].contains(&first.status.as_u16());
        assert!(busy, "{fault:?}: {}", first.status);
        // Whoever was not told asks again, by the same key.
        let again = complete(&http).send().await.expect(201).json();
        assert_eq!(again["handle"], "ana");
        let linked = http
            .get("/v1/social-accounts")
            .token(&ana.token)
            .send()
            .await;
        assert_eq!(
            linked.expect(200).json()["items"],
            json!([again]),
            "{fault:?}"
        );
    }
}

#[tokio::test]
async fn the_eleventh_link_or_proof_in_an_hour_is_too_many() {
    let world = World::new().await;
    let ana = world.member("ana").prime().await;
    let network = Network::saying(good).await;
    let http = world.serve(influencer::router(&network.context(&world)));
    for number in 0..10 {
        let path = if number % 2 == 0 { "link" } else { "proof" };
        let call = http
            .post(&format!("/v1/social-accounts/twitter/{path}"))
            .token(&ana.token);
        call.json(json!({"handle": "ana"})).send().await.expect(200);
    }
    for path in ["link", "proof"] {
        let call = http
            .post(&format!("/v1/social-accounts/twitter/{path}"))
            .token(&ana.token);
        let refused = call.json(json!({"handle": "ana"})).send().await.expect(429);
        assert!(refused.header("retry-after").is_some());
    }
    // A network at which Spark is not known is none.
    let other = http
        .post("/v1/social-accounts/youtube/link")
        .token(&ana.token);
    other.send().await.expect(404);
}

#[tokio::test]
async fn a_profile_that_only_who_signs_in_may_read_is_told_as_such() {
    let cases: [(Said, &str); 5] = [
        (|_| Some((302, "")), "proof-unreadable"),
        (|_| Some((403, "")), "proof-unreadable"),
        (|_| Some((503, "")), "proof-unreadable"),
        (|_| Some((404, "")), "proof-not-found"),
        (|_| Some((200, "nothing here")), "proof-not-found"),
    ];
    for (said, code) in cases {
        let world = World::new().await;
        let ana = world.member("ana").prime().await;
        let network = Network::saying(said).await;
        let http = world.serve(influencer::router(&network.context(&world)));
        let at = |rest: &str| {
            http.post(&format!("/v1/social-accounts/twitter/proof{rest}"))
                .token(&ana.token)
        };
        let unasked = at("/check").send().await.expect(422);
        assert_eq!(unasked.problem(), "proof-not-found");
        at("")
            .json(json!({"handle": "a/../b?c"}))
            .send()
            .await
            .expect(200);
        let refused = at("/check").send().await.expect(422);
        assert_eq!(refused.problem(), code);
        assert!(
            network.heard()[0].starts_with("GET /of/a%2F..%2Fb%3Fc HTTP/1.1"),
            "{:?}",
            network.heard()
        );
        assert_eq!(refused.json()["errors"], Value::Null);
    }
}
