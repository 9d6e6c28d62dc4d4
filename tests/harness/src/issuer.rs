//! The identity provider of the tests: one RSA key a process, its JWKS on a loopback port, and
//! tokens of every kind that must be refused.

use std::{
    io::{Read, Write},
    net::TcpListener,
    sync::LazyLock,
};

use aws_lc_rs::{
    encoding::AsDer,
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, RSA_PKCS1_SHA256},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::ids::UserId;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use shared::seal::People;

/// The `iss` of good tokens.
pub(crate) const ISSUER: &str = "https://issuer.test";
/// The `aud` of good tokens.
pub(crate) const AUDIENCE: &str = "spark-test";
/// What the ids of whom it signs in are made with.
pub(crate) const PEOPLE_KEY: &str = "a key of thirty-two characters, kept";
/// The claim that lists groups.
pub(crate) const GROUPS_CLAIM: &str = "cognito:groups";

const KEY_ID: &str = "test-key";

static KEY: LazyLock<KeyPair> =
    LazyLock::new(|| KeyPair::generate(KeySize::Rsa2048).expect("an RSA key can be made"));
static STRANGER: LazyLock<KeyPair> =
    LazyLock::new(|| KeyPair::generate(KeySize::Rsa2048).expect("an RSA key can be made"));

/// Where the key set is served, for the life of the process.
pub(crate) static JWKS_URL: LazyLock<String> = LazyLock::new(|| {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port is free");
    let address = listener.local_addr().expect("a listener has an address");
    let keys = jwks().to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let answered = stream.read(&mut [0; 4096]).and_then(|_| {
                write!(
                    stream,
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
                     Connection: close\r\n\r\n{keys}",
                    keys.len()
                )
            });
            drop(answered);
        }
    });
    format!("http://{address}/jwks.json")
});

/// Who somebody is whose tokens say this `sub`.
///
/// # Panics
/// For what is no `sub`.
pub fn user(sub: &str) -> UserId {
    let people = People::new(ISSUER, PEOPLE_KEY);
    people.id(sub).expect("a subject")
}

fn jwks() -> Value {
    let public = KEY.public_key();
    let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    json!({"keys": [{
        "kty": "RSA",
        "use": "sig",
        "alg": "RS256",
        "kid": KEY_ID,
        "n": number(public.modulus().big_endian_without_leading_zero()),
        "e": number(public.exponent().big_endian_without_leading_zero()),
    }]})
}

/// What is wrong with a token; each must be refused with 401.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forgery {
    /// Ran out an hour ago.
    Expired,
    /// Meant for another application.
    OtherAudience,
    /// Given out by somebody else, though signed with the right key.
    OtherIssuer,
    /// `alg: none`, without a signature.
    Unsigned,
    /// `alg: HS256`, signed with the public key as the secret.
    SignedWithPublicKey,
    /// The claims were changed after signing.
    Tampered,
    /// Signed with another key under the right `kid`.
    OtherKey,
    /// Names a key that the issuer does not have.
    UnknownKey,
    /// Not a token at all.
    Garbage,
}

impl Forgery {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Expired,
        Self::OtherAudience,
        Self::OtherIssuer,
        Self::Unsigned,
        Self::SignedWithPublicKey,
        Self::Tampered,
        Self::OtherKey,
        Self::UnknownKey,
        Self::Garbage,
    ];
}

/// A token in the making.
#[derive(Debug, Clone)]
pub struct Token {
    claims: Value,
}

impl Token {
    /// A good access token, valid for an hour from `now`.
    pub fn new(sub: &str, groups: &[&str], now: Timestamp) -> Self {
        let at = now.as_second();
        let mut claims = json!({
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": sub,
            "token_use": "access",
            "iat": at,
            "exp": at + SignedDuration::from_hours(1).as_secs(),
        });
        claims[GROUPS_CLAIM] = json!(groups);
        Self { claims }
    }

    /// With this claim set, or taken out when it is null.
    #[must_use]
    pub fn claim(mut self, name: &str, value: Value) -> Self {
        if let Some(claims) = self.claims.as_object_mut() {
            if value.is_null() {
                claims.remove(name);
            } else {
                claims.insert(name.to_owned(), value);
            }
        }
        self
    }

    /// Signed as the issuer signs.
    pub fn sign(&self) -> String {
        rs256(&KEY, KEY_ID, &self.claims)
    }

    /// The same token, but for one thing that is wrong with it.
    pub fn forge(self, how: Forgery) -> String {
        let exp = self.claims["exp"].as_i64().unwrap_or_default();
        match how {
            Forgery::Expired => self.claim("exp", json!(exp - 2 * 3_600)).sign(),
            Forgery::OtherAudience => self.claim("aud", json!("another-app")).sign(),
            Forgery::OtherIssuer => self.claim("iss", json!("https://elsewhere.test")).sign(),
            Forgery::Unsigned => {
                let header = json!({"alg": "none", "typ": "JWT", "kid": KEY_ID});
                format!("{}.", signing_input(&header, &self.claims))
            }
            Forgery::SignedWithPublicKey => {
                let header = json!({"alg": "HS256", "typ": "JWT", "kid": KEY_ID});
                let input = signing_input(&header, &self.claims);
                let public = KEY.public_key().as_der().expect("a public key has a form");
                let secret =
                    aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, public.as_ref());
                let tag = aws_lc_rs::hmac::sign(&secret, input.as_bytes());
                format!("{input}.{}", URL_SAFE_NO_PAD.encode(tag))
            }
            Forgery::Tampered => {
                let signed = self.sign();
                let signature = signed.rsplit('.').next().unwrap_or_default().to_owned();
                let header = json!({"alg": "RS256", "typ": "JWT", "kid": KEY_ID});
                let changed = self.claim("sub", json!("somebody-else"));
                format!("{}.{signature}", signing_input(&header, &changed.claims))
            }
            Forgery::OtherKey => rs256(&STRANGER, KEY_ID, &self.claims),
            Forgery::UnknownKey => rs256(&STRANGER, "no-such-key", &self.claims),
            Forgery::Garbage => "not.a.token".to_owned(),
        }
    }
}

fn rs256(key: &KeyPair, kid: &str, claims: &Value) -> String {
    let header = json!({"alg": "RS256", "typ": "JWT", "kid": kid});
    let input = signing_input(&header, claims);
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        input.as_bytes(),
        &mut signature,
    )
    .expect("an RSA key signs");
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn signing_input(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(header), part(claims))
}
