//! Verifying bearer tokens: RS256 by the configured issuer for the configured audience, in time.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, Validation};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Viewer, jwks::Keys};
use crate::{
    error::Error,
    runtime::{Clock, Config},
    seal::People,
};

/// How far the issuer's clock may be ahead of ours.
const LEEWAY: SignedDuration = SignedDuration::from_secs(30);
/// Longer ones are refused unread.
const LONGEST_TOKEN: usize = 16 * 1024;

/// Tells who a token speaks for.
#[derive(Debug)]
pub struct Verifier {
    issuer: String,
    audience: String,
    groups_claim: String,
    uses: Vec<String>,
    keys: Keys,
    people: People,
    clock: Clock,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    exp: f64,
    nbf: Option<f64>,
    aud: Option<OneOrMany>,
    client_id: Option<String>,
    token_use: Option<String>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl Verifier {
    /// A verifier by the configuration's `TOKEN_…` variables. Nothing is fetched before the first
    /// token.
    pub fn new(config: &Config, clock: Clock) -> Self {
        Self {
            issuer: config.token_issuer().to_owned(),
            audience: config.token_audience().to_owned(),
            groups_claim: config.token_groups_claim().to_owned(),
            uses: config
                .token_use()
                .split(',')
                .map(|one| one.trim().to_owned())
                .collect(),
            keys: Keys::new(config.token_jwks_url(), clock.clone()),
            people: People::new(config.token_issuer(), config.people_key()),
            clock,
        }
    }

    /// The person that a compact JWT speaks for.
    ///
    /// The signature must be RS256 by a key of the issuer, named by its `kid`; `iss` the issuer;
    /// `aud` or `client_id` the audience; `token_use`, which Cognito sets and others leave out,
    /// one that is configured; `exp` ahead by the shared clock.
    ///
    /// # Errors
    /// [`Error::BadToken`] for anything else, [`Error::Unavailable`] when the issuer's keys
    /// cannot be fetched.
    pub async fn verify(&self, token: &str) -> Result<Viewer, Error> {
        let id = key_id(token).ok_or(Error::BadToken)?;
        let key = self.keys.find(&id).await?.ok_or(Error::BadToken)?;
        let mut validation = Validation::new(Algorithm::RS256);
        // The library reads the system's clock and knows no `client_id`: both are judged below.
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        match jsonwebtoken::decode::<Claims>(token, &key, &validation) {
            Ok(token) => self.judge(&token.claims).ok_or(Error::BadToken),
            Err(reason) => {
                tracing::debug!(%reason, "a token was refused");
                Err(Error::BadToken)
            }
        }
    }

    fn judge(&self, claims: &Claims) -> Option<Viewer> {
        let ours = |audience: &String| *audience == self.audience;
        let for_us = claims.client_id.as_ref().is_some_and(ours)
            || match &claims.aud {
                None => false,
                Some(OneOrMany::One(audience)) => ours(audience),
                Some(OneOrMany::Many(audiences)) => audiences.iter().any(ours),
            };
        let meant = |meant: &String| self.uses.contains(meant);
        let used_well = claims.token_use.as_ref().is_none_or(meant);
        if claims.iss != self.issuer || !for_us || !used_well || !self.in_time(claims) {
            return None;
        }
        let groups = claims
            .rest
            .get(&self.groups_claim)
            .map(groups)
            .unwrap_or_default();
        Some(Viewer {
            id: self.people.id(&claims.sub)?,
            groups,
        })
    }

    fn in_time(&self, claims: &Claims) -> bool {
        let seconds = |at: Timestamp| at.as_duration().as_secs_f64();
        let now = self.clock.now();
        let latest = now.saturating_add(LEEWAY).unwrap_or(Timestamp::MAX);
        claims.exp > seconds(now) && claims.nbf.is_none_or(|nbf| nbf <= seconds(latest))
    }
}

/// The key id of a token's header, if the header is one that we take at all.
fn key_id(token: &str) -> Option<String> {
    if token.len() > LONGEST_TOKEN {
        return None;
    }
    let header = jsonwebtoken::decode_header(token).ok()?;
    // RFC 7515 §4.1.11: an extension that is not understood refuses the token.
    (header.alg == Algorithm::RS256 && header.crit.is_none()).then_some(header.kid)?
}

/// Groups, which are an array: text could be cut in more than one way.
fn groups(claim: &Value) -> BTreeSet<String> {
    let names = claim.as_array().into_iter().flatten();
    names.filter_map(Value::as_str).map(str::to_owned).collect()
}

#[cfg(test)]
#[path = "verifier_tests.rs"]
pub(super) mod tests;
