//! What the verifier takes, and all that it must not.

use std::{
    sync::{
        Arc, LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, RSA_PKCS1_SHA256},
};
use axum::{Router, routing::get};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{EncodingKey, Header};
use serde_json::json;

use domain::ids::UserId;

use crate::{http::verifier::*, seal::People};

const ISSUER: &str = "https://issuer.example";

/// An issuer's key, made once for all tests of the crate.
pub(crate) struct Issuer {
    pair: KeyPair,
    public_der: Vec<u8>,
    jwk: Value,
}

pub(crate) static ISSUER_KEY: LazyLock<Issuer> = LazyLock::new(|| Issuer::new("one"));
static OTHER_KEY: LazyLock<Issuer> = LazyLock::new(|| Issuer::new("two"));

impl Issuer {
    fn new(kid: &str) -> Self {
        let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let public = pair.public_key().clone();
        let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        Self {
            pair,
            public_der: public.as_ref().to_vec(),
            jwk: json!({
                "kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid,
                "n": part(public.modulus().big_endian_without_leading_zero()),
                "e": part(public.exponent().big_endian_without_leading_zero()),
            }),
        }
    }

    fn sign(&self, kid: Option<&str>, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let header = kid.map_or(
            json!({"alg": "RS256"}),
            |kid| json!({"alg": "RS256", "kid": kid}),
        );
        let message = format!("{}.{}", part(&header), part(claims));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                message.as_bytes(),
                &mut signature,
            )
            .unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// A good token for `sub` in `groups`.
    pub(crate) fn token(&self, sub: &str, groups: &[&str]) -> String {
        self.sign(
            Some("one"),
            &with(json!({"sub": sub, "cognito:groups": groups})),
        )
    }

    pub(crate) fn jwks(&self) -> String {
        json!({"keys": [{"kty": "EC", "kid": "odd"}, self.jwk]}).to_string()
    }
}

pub(crate) fn config(jwks: &str) -> Config {
    let set = |name: &str| {
        Some(match name {
            "TOKEN_ISSUER" => ISSUER.to_owned(),
            "TOKEN_AUDIENCE" => "app".to_owned(),
            "TOKEN_GROUPS_CLAIM" => "cognito:groups".to_owned(),
            "TOKEN_JWKS_URL" => jwks.to_owned(),
            "TOKEN_USE" => "access".to_owned(),
            "PEOPLE_KEY" => "a key".to_owned(),
            _ => "https://api.example".to_owned(),
        })
    };
    Config::read(set)
}

/// Who somebody is whose tokens say this `sub`.
pub(crate) fn user(sub: &str) -> UserId {
    People::new(ISSUER, "a key").id(sub).unwrap()
}

fn verifier() -> Verifier {
    Verifier::new(&config(&ISSUER_KEY.jwks()), Clock::system())
}

/// Good claims, with some of them changed; null removes one.
#[expect(clippy::needless_pass_by_value, reason = "it is a literal")]
fn with(changed: Value) -> Value {
    let mut claims = json!({
        "iss": ISSUER, "sub": "ana", "client_id": "app", "token_use": "access",
        "exp": Clock::system().now().as_second() + 3600,
    });
    for (name, value) in changed.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims
        .as_object_mut()
        .unwrap()
        .retain(|_, value| !value.is_null());
    claims
}

async fn verify(changed: Value) -> Option<Viewer> {
    verifier()
        .verify(&ISSUER_KEY.sign(Some("one"), &with(changed)))
        .await
        .ok()
}

async fn refused(token: &str) -> bool {
    matches!(verifier().verify(token).await, Err(Error::BadToken))
}

#[tokio::test]
async fn a_good_token_tells_who_and_in_which_groups() {
    let viewer = verify(json!({"cognito:groups": ["prime", "seller"]}))
        .await
        .unwrap();
    assert_eq!(viewer.id, user("ana"));
    assert!(viewer.prime() && viewer.groups.contains("seller"));
    for none in [
        json!("prime"),
        json!("[shop prime]"),
        json!(["shop prime"]),
        json!([]),
        json!(null),
        json!({"prime": true}),
        json!([1]),
    ] {
        assert!(
            !verify(json!({"cognito:groups": none}))
                .await
                .unwrap()
                .prime(),
            "{none}"
        );
    }
}

#[tokio::test]
async fn an_id_token_opens_nothing_unless_it_is_meant_to() {
    let id_token = json!({"token_use": "id"});
    assert!(verify(id_token.clone()).await.is_none());
    assert!(verify(json!({"token_use": "refresh"})).await.is_none());
    let config = config(&ISSUER_KEY.jwks()).with("TOKEN_USE", "access, id");
    let verifier = Verifier::new(&config, Clock::system());
    let token = ISSUER_KEY.sign(Some("one"), &with(id_token));
    assert!(verifier.verify(&token).await.is_ok());
}

#[tokio::test]
async fn the_audience_may_stand_in_aud_or_client_id() {
    assert!(
        verify(json!({"client_id": null, "aud": "app", "token_use": null}))
            .await
            .is_some()
    );
    assert!(
        verify(json!({"client_id": null, "aud": ["web", "app"]}))
            .await
            .is_some()
    );
    assert!(verify(json!({"client_id": "web"})).await.is_none());
    assert!(
        verify(json!({"client_id": null, "aud": ["web"]}))
            .await
            .is_none()
    );
    assert!(verify(json!({"client_id": null})).await.is_none());
}

#[tokio::test]
async fn a_foreign_issuer_or_another_use_is_refused() {
    assert!(
        verify(json!({"iss": "https://issuer.example/"}))
            .await
            .is_none()
    );
    assert!(verify(json!({"iss": null})).await.is_none());
    assert!(verify(json!({"token_use": "refresh"})).await.is_none());
    assert!(verify(json!({"token_use": null})).await.is_some());
}

#[tokio::test]
async fn a_token_ends_by_the_shared_clock() {
    let (clock, handle) = Clock::shifted();
    let verifier = Verifier::new(&config(&ISSUER_KEY.jwks()), clock);
    let token = ISSUER_KEY.token("ana", &[]);
    assert!(verifier.verify(&token).await.is_ok());
    handle.advance(SignedDuration::from_mins(61));
    assert!(matches!(
        verifier.verify(&token).await,
        Err(Error::BadToken)
    ));
    let now = Clock::system().now().as_second();
    assert!(verify(json!({"exp": now - 1})).await.is_none());
    assert!(verify(json!({"exp": null})).await.is_none());
    assert!(verify(json!({"exp": "never"})).await.is_none());
    assert!(verify(json!({"nbf": now + 600})).await.is_none());
    assert!(verify(json!({"nbf": now + 10})).await.is_some());
}

#[tokio::test]
async fn whoever_the_issuer_names_is_somebody() {
    for sub in ["auth0|7/b", "a#b", "a\nb", &"x".repeat(255)] {
        assert_eq!(verify(json!({"sub": sub})).await.unwrap().id, user(sub));
    }
    for sub in [json!(""), json!("x".repeat(256)), json!(7), json!(null)] {
        assert!(verify(json!({"sub": sub})).await.is_none(), "{sub}");
    }
}

#[tokio::test]
async fn only_rs256_by_a_known_key_is_believed() {
    let claims = with(json!({}));
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let unsigned = |header: Value| format!("{}.{}.", part(&header), part(&claims));
    assert!(refused(&unsigned(json!({"alg": "none", "kid": "one"}))).await);
    assert!(refused(&unsigned(json!({"alg": "RS256", "kid": "one"}))).await);

    let mut header = Header::new(Algorithm::HS256);
    header.kid = Some("one".to_owned());
    let by_public_key = EncodingKey::from_secret(&ISSUER_KEY.public_der);
    let confused = jsonwebtoken::encode(&header, &claims, &by_public_key).unwrap();
    assert!(refused(&confused).await);

    assert!(refused(&ISSUER_KEY.sign(None, &claims)).await);
    assert!(refused(&ISSUER_KEY.sign(Some("odd"), &claims)).await);
    assert!(refused(&OTHER_KEY.sign(Some("one"), &claims)).await);
    assert!(refused(&OTHER_KEY.sign(Some("two"), &claims)).await);
    for text in ["", ".", "..", "a.b.c", "é", &"x".repeat(100_000)] {
        assert!(refused(text).await, "{text:.20}");
    }
}

#[tokio::test]
async fn a_tampered_token_is_refused() {
    let token = ISSUER_KEY.token("ana", &[]);
    assert!(!refused(&token).await);
    let parts: Vec<_> = token.split('.').collect();
    let forged = URL_SAFE_NO_PAD.encode(with(json!({"sub": "ben"})).to_string());
    assert!(refused(&format!("{}.{forged}.{}", parts[0], parts[2])).await);
    assert!(refused(&format!("{}.{}", parts[0], parts[1])).await);
    assert!(refused(&format!("{token}.{}", parts[2])).await);
    let header = json!({"alg": "RS256", "kid": "one", "crit": ["exp"]}).to_string();
    assert!(
        refused(&format!(
            "{}.{}.{}",
            URL_SAFE_NO_PAD.encode(header),
            parts[1],
            parts[2]
        ))
        .await
    );
}

/// Serves keys on a loopback port, counting how often; an issuer of no keys answers 500.
async fn serve(jwks: Option<String>) -> (String, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let app = Router::new().route(
        "/jwks.json",
        get(move || async move {
            counted.fetch_add(1, Ordering::SeqCst);
            jwks.ok_or(http::StatusCode::INTERNAL_SERVER_ERROR)
        }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    (format!("http://{address}/jwks.json"), count)
}

/// An issuer whose keys can be had, until it is told otherwise.
async fn failing_later() -> (String, Arc<AtomicUsize>) {
    let mode = Arc::new(AtomicUsize::new(GOOD));
    let told = Arc::clone(&mode);
    let app = Router::new().route(
        "/jwks.json",
        get(move || async move {
            match told.load(Ordering::SeqCst) {
                GOOD => ISSUER_KEY.jwks(),
                HANGS => futures::future::pending().await,
                _ => r#"{"keys": []}"#.to_owned(),
            }
        }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    (format!("http://{address}/jwks.json"), mode)
}

const GOOD: usize = 0;
const HANGS: usize = 1;
const EMPTY: usize = 2;

#[tokio::test]
async fn a_stale_key_answers_at_once_and_for_a_day_at_most() {
    for trouble in [HANGS, EMPTY] {
        let (url, mode) = failing_later().await;
        let (clock, handle) = Clock::shifted();
        let verifier = Verifier::new(&config(&url), clock.clone());
        // A token that outlives the keys.
        let lasts = json!({"exp": clock.now().as_second() + 90_000});
        let token = ISSUER_KEY.sign(Some("one"), &with(lasts));
        assert!(verifier.verify(&token).await.is_ok());
        mode.store(trouble, Ordering::SeqCst);
        for hours in [2, 10, 11] {
            handle.advance(SignedDuration::from_hours(hours));
            // Sooner than the fetch beside it is given up.
            let answer = tokio::time::timeout(Duration::from_secs(1), verifier.verify(&token));
            assert!(answer.await.unwrap().is_ok(), "after {hours} more hours");
        }
        handle.advance(SignedDuration::from_hours(1));
        let answer = verifier.verify(&token).await;
        assert!(matches!(answer, Err(Error::Unavailable(_))));
        mode.store(GOOD, Ordering::SeqCst);
        handle.advance(SignedDuration::from_secs(3));
        assert!(verifier.verify(&token).await.is_ok());
    }
}

#[tokio::test]
async fn keys_are_fetched_once_and_for_an_unknown_key_at_most_once_a_minute() {
    let (url, fetched) = serve(Some(ISSUER_KEY.jwks())).await;
    let (clock, handle) = Clock::shifted();
    let verifier = Verifier::new(&config(&url), clock);
    let token = ISSUER_KEY.token("ana", &[]);
    let all = futures::future::join_all((0..10).map(|_| verifier.verify(&token))).await;
    assert!(all.iter().all(Result::is_ok));
    assert_eq!(fetched.load(Ordering::SeqCst), 1);

    let unknown = OTHER_KEY.sign(Some("two"), &with(json!({})));
    for _ in 0..3 {
        assert!(matches!(
            verifier.verify(&unknown).await,
            Err(Error::BadToken)
        ));
    }
    assert_eq!(fetched.load(Ordering::SeqCst), 1);
    handle.advance(SignedDuration::from_secs(61));
    for _ in 0..3 {
        assert!(matches!(
            verifier.verify(&unknown).await,
            Err(Error::BadToken)
        ));
    }
    assert_eq!(fetched.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn an_issuer_that_cannot_be_reached_is_no_fault_of_the_token() {
    let (url, fetched) = serve(None).await;
    let verifier = Verifier::new(&config(&url), Clock::system());
    for _ in 0..3 {
        let answer = verifier.verify(&ISSUER_KEY.token("ana", &[])).await;
        assert!(matches!(answer, Err(Error::Unavailable(_))));
    }
    assert_eq!(fetched.load(Ordering::SeqCst), 1);
}
