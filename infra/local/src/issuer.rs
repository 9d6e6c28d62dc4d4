//! The local OIDC issuer: one RSA key, tokens for anyone who asks, and the authorizer's check of them.

use std::path::Path;
use std::sync::OnceLock;

use anyhow::{Context, Result, anyhow};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::{Value, json};
use shared::error::Invalid;
use shared::http::Wire;

/// The issuer's name, whatever address it answers at: people's ids hang on it, and the port may be another tomorrow.
pub(crate) const ISSUER: &str = "https://issuer.local";
/// Whom the tokens are for.
pub(crate) const AUDIENCE: &str = "spark";
/// The name of the one key.
const KEY_ID: &str = "local";
/// How long a token holds unless its asker says otherwise: a clock turned by some days does
/// not end a try-out.
const HOLDS_SECONDS: i64 = 30 * 24 * 60 * 60;

/// The longest that a token may hold, or have been over, in seconds: ten years.
const LONGEST: i64 = 10 * 365 * 24 * 60 * 60;

/// What a token is asked for with.
#[derive(Debug, Deserialize)]
pub(crate) struct NewToken {
    sub: Option<String>,
    groups: Option<Vec<String>>,
    iss: Option<String>,
    aud: Option<String>,
    expires_in: Option<i64>,
}

/// Whose token it is to be. By another issuer, for another audience, or over already, it is one that
/// must be refused.
#[derive(Debug, Default)]
pub(crate) struct TokenRequest {
    sub: String,
    groups: Vec<String>,
    /// This issuer, unless another is named.
    iss: Option<String>,
    /// [`AUDIENCE`], unless another is named.
    aud: Option<String>,
    /// Seconds from now on; before now where negative; [`HOLDS_SECONDS`] unless named.
    expires_in: Option<i64>,
}

impl TokenRequest {
    /// One of the store's staff.
    pub(crate) fn staff(sub: &str) -> Self {
        Self {
            sub: sub.to_owned(),
            groups: vec!["admin".to_owned()],
            ..Self::default()
        }
    }
}

impl Wire for NewToken {
    type Parsed = TokenRequest;

    fn parse(self, invalid: &mut Invalid) -> Option<TokenRequest> {
        let sub = self.sub.ok_or_else(|| "is required".to_owned());
        let sub = invalid.check("/sub", sub);
        let end = match self.expires_in {
            Some(seconds) if seconds.saturating_abs() > LONGEST => {
                Err(format!("must be between -{LONGEST} and {LONGEST} seconds"))
            }
            end => Ok(end),
        };
        let end = invalid.check("/expires_in", end);
        Some(TokenRequest {
            sub: sub?,
            groups: self.groups.unwrap_or_default(),
            iss: self.iss,
            aud: self.aud,
            expires_in: end?,
        })
    }
}

/// The issuer at one address.
pub(crate) struct Issuer {
    url: String,
    key: KeyPair,
}

impl Issuer {
    /// Opens the issuer with the key in `file`, which is made if it is not there. Without a
    /// file, all issuers of the process share one key.
    pub(crate) fn open(url: String, file: Option<&Path>) -> Result<Self> {
        static SHARED: OnceLock<Result<Vec<u8>, String>> = OnceLock::new();
        let pkcs8 = match file {
            Some(file) if file.exists() => std::fs::read(file)?,
            Some(file) => {
                let pkcs8 = generate().map_err(|error| anyhow!(error))?;
                std::fs::write(file, &pkcs8)?;
                pkcs8
            }
            None => SHARED
                .get_or_init(generate)
                .clone()
                .map_err(|error| anyhow!(error))?,
        };
        let key =
            KeyPair::from_pkcs8(&pkcs8).map_err(|error| anyhow!("the issuer's key: {error}"))?;
        Ok(Self { url, key })
    }

    /// Signs an access token as Cognito shapes it.
    pub(crate) fn token(&self, request: &TokenRequest, now: Timestamp) -> Result<String> {
        let now = now.as_second();
        let encode = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let header = encode(json!({"alg": "RS256", "typ": "JWT", "kid": KEY_ID}));
        let audience = request.aud.as_deref().unwrap_or(AUDIENCE);
        let claims = encode(json!({
            "iss": request.iss.as_deref().unwrap_or(ISSUER),
            "sub": request.sub,
            "aud": audience,
            "client_id": audience,
            "token_use": "access",
            "iat": now,
            "exp": now.saturating_add(request.expires_in.unwrap_or(HOLDS_SECONDS)),
            "cognito:groups": request.groups,
        }));
        let message = format!("{header}.{claims}");
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                message.as_bytes(),
                &mut signature,
            )
            .map_err(|error| anyhow!("signing: {error}"))?;
        Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// The JWT authorizer: whether this is an RS256 token of ours, for this audience, that holds now.
    pub(crate) fn accepts(&self, token: &str, now: Timestamp) -> bool {
        self.claims(token).is_ok_and(|claims| {
            let after = |name: &str| claims[name].as_i64().is_none_or(|at| at <= now.as_second());
            claims["exp"]
                .as_i64()
                .is_some_and(|end| end > now.as_second())
                && after("nbf")
                && after("iat")
        })
    }

    fn claims(&self, token: &str) -> Result<Value> {
        let header = decode_header(token)?;
        header
            .kid
            .filter(|kid| kid == KEY_ID)
            .context("another key")?;
        let public = self.key.public_key();
        let key = DecodingKey::from_rsa_raw_components(
            public.modulus().big_endian_without_leading_zero(),
            public.exponent().big_endian_without_leading_zero(),
        );
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.validate_exp = false;
        Ok(decode::<Value>(token, &key, &validation)?.claims)
    }

    /// The keys that functions verify with.
    pub(crate) fn jwks(&self) -> Value {
        let public = self.key.public_key();
        json!({"keys": [{
            "kty": "RSA", "alg": "RS256", "use": "sig", "kid": KEY_ID,
            "n": URL_SAFE_NO_PAD.encode(public.modulus().big_endian_without_leading_zero()),
            "e": URL_SAFE_NO_PAD.encode(public.exponent().big_endian_without_leading_zero()),
        }]})
    }

    /// The issuer's discovery document.
    pub(crate) fn configuration(&self) -> Value {
        json!({
            "issuer": ISSUER,
            "jwks_uri": format!("{}/.well-known/jwks.json", self.url),
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["token"],
            "subject_types_supported": ["public"],
        })
    }
}

fn generate() -> Result<Vec<u8>, String> {
    let key = KeyPair::generate(KeySize::Rsa2048).map_err(|error| error.to_string())?;
    let der: Pkcs8V1Der<'_> = key.as_der().map_err(|error| error.to_string())?;
    Ok(der.as_ref().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(issuer: &Issuer, expires_in: Option<i64>) -> String {
        let request = TokenRequest {
            sub: "ana".into(),
            groups: vec!["prime".into()],
            expires_in,
            ..TokenRequest::default()
        };
        issuer.token(&request, Timestamp::UNIX_EPOCH).unwrap()
    }

    #[test]
    fn a_token_holds_until_it_ends_and_only_where_it_was_issued() {
        let issuer = Issuer::open("http://a".to_owned(), None).unwrap();
        let (start, token) = (Timestamp::UNIX_EPOCH, ask(&issuer, Some(60)));
        let later = |seconds| Timestamp::from_second(seconds).unwrap();
        assert!(issuer.accepts(&token, start));
        assert!(!issuer.accepts(&token, later(60)));
        assert!(issuer.accepts(&ask(&issuer, None), later(29 * 24 * 3600)));
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("issuer.pk8");
        let elsewhere = Issuer::open("http://a".to_owned(), Some(&file)).unwrap();
        assert!(!elsewhere.accepts(&token, start));
    }

    #[test]
    fn a_token_of_another_issuer_or_audience_or_one_that_is_over_is_refused() {
        let issuer = Issuer::open("http://a".to_owned(), None).unwrap();
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let named = |name: &str| TokenRequest {
            iss: (name == "iss").then(|| "http://b".to_owned()),
            aud: (name == "aud").then(|| "another".to_owned()),
            expires_in: (name == "expires_in").then_some(-1),
            ..TokenRequest::default()
        };
        for (name, good) in [
            ("", true),
            ("iss", false),
            ("aud", false),
            ("expires_in", false),
        ] {
            let token = issuer.token(&named(name), now).unwrap();
            assert_eq!(issuer.accepts(&token, now), good, "{name}");
        }
    }

    #[test]
    fn a_tampered_or_unsigned_token_is_refused() {
        let issuer = Issuer::open("http://a".to_owned(), None).unwrap();
        let token = ask(&issuer, None);
        let mut parts: Vec<&str> = token.split('.').collect();
        let claims = String::from_utf8(URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
        let claims = URL_SAFE_NO_PAD.encode(claims.replace("ana", "bob"));
        parts[1] = &claims;
        assert!(!issuer.accepts(&parts.join("."), Timestamp::UNIX_EPOCH));
        let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","kid":"local"}"#);
        assert!(!issuer.accepts(&format!("{none}.{claims}."), Timestamp::UNIX_EPOCH));
        assert!(!issuer.accepts("", Timestamp::UNIX_EPOCH));
    }
}
