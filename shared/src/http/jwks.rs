//! The issuer's public keys, fetched when they are needed and kept.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{
    DecodingKey,
    jwk::{AlgorithmParameters, Jwk, KeyAlgorithm, PublicKeyUse},
};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::{Mutex, RwLock};

use super::error::chain;
use crate::{
    aws::Https,
    error::{Cause, Error},
    runtime::Clock,
};

/// An unknown key id has the keys fetched again no sooner than this after the last time.
const PAUSE: SignedDuration = SignedDuration::from_secs(60);
/// After a failed fetch the next may come sooner.
const PAUSE_AFTER_FAILURE: SignedDuration = SignedDuration::from_secs(2);
/// Keys in use are fetched again after this, so that one that was withdrawn ends.
const KEPT: SignedDuration = SignedDuration::from_hours(1);
/// Keys that could not be fetched again for so long are believed no more.
const LONGEST_KEPT: SignedDuration = SignedDuration::from_hours(24);
const FETCH_TIMEOUT: Duration = Duration::from_secs(3);
/// In bytes; Cognito's has about a thousand.
const LONGEST_DOCUMENT: usize = 256 * 1024;

/// The keys of one issuer, by key id; cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Keys(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// `None`: the keys were given, and are never fetched.
    url: Option<String>,
    clock: Clock,
    state: RwLock<State>,
    fetching: Mutex<()>,
    client: OnceLock<Https>,
}

#[derive(Debug, Default)]
struct State {
    by_id: HashMap<String, DecodingKey>,
    fetched_at: Option<Timestamp>,
    tried_at: Option<Timestamp>,
}

/// What the cache says of a key id.
enum Look {
    Known(DecodingKey),
    /// Known, and due to be fetched again, beside the answer.
    Stale(DecodingKey),
    Fetch,
    /// Not among keys that were fetched lately.
    Unknown,
    /// The keys could not be fetched a moment ago.
    Failing,
}

impl Keys {
    /// `source`: the address of a JWKS document, or, beginning with `{`, the document itself.
    pub fn new(source: &str, clock: Clock) -> Self {
        let given = source.trim_start().starts_with('{');
        let by_id = if given {
            read(source.as_bytes())
        } else {
            Ok(HashMap::new())
        };
        let by_id = by_id.unwrap_or_else(|error| {
            tracing::error!(%error, "the configured keys cannot be read: every token is refused");
            HashMap::new()
        });
        Self(Arc::new(Shared {
            url: (!given).then(|| source.to_owned()),
            clock,
            state: RwLock::new(State {
                by_id,
                ..State::default()
            }),
            fetching: Mutex::new(()),
            client: OnceLock::new(),
        }))
    }

    /// The RS256 key of that id; `None` when the issuer has none.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the keys cannot be fetched, and were not within a day.
    pub async fn find(&self, id: &str) -> Result<Option<DecodingKey>, Error> {
        match self.0.look(id).await {
            Look::Known(key) => return Ok(Some(key)),
            Look::Stale(key) => {
                let shared = Arc::clone(&self.0);
                tokio::spawn(async move {
                    // Whoever fetches already fetches for all.
                    if let Ok(_only_one_fetches) = shared.fetching.try_lock() {
                        shared.fetch().await;
                    }
                });
                return Ok(Some(key));
            }
            Look::Unknown => return Ok(None),
            Look::Failing => return Err(failing()),
            Look::Fetch => {}
        }
        let only_one_fetches = self.0.fetching.lock().await;
        if let Look::Fetch = self.0.look(id).await {
            self.0.fetch().await;
        }
        drop(only_one_fetches);
        match self.0.look(id).await {
            Look::Known(key) | Look::Stale(key) => Ok(Some(key)),
            Look::Unknown | Look::Fetch => Ok(None),
            Look::Failing => Err(failing()),
        }
    }
}

impl Shared {
    async fn look(&self, id: &str) -> Look {
        let state = self.state.read().await;
        let key = state.by_id.get(id).cloned();
        if self.url.is_none() {
            return key.map_or(Look::Unknown, Look::Known);
        }
        let now = self.clock.now();
        let within = |since: Option<Timestamp>, span: SignedDuration| {
            since.is_some_and(|since| now.duration_since(since).abs() < span)
        };
        let failed = state.tried_at != state.fetched_at;
        let pause = if failed { PAUSE_AFTER_FAILURE } else { PAUSE };
        let paused = within(state.tried_at, pause);
        let believed = within(state.fetched_at, LONGEST_KEPT);
        match key {
            Some(key) if within(state.fetched_at, KEPT) => Look::Known(key),
            Some(key) if believed && paused => Look::Known(key),
            Some(key) if believed => Look::Stale(key),
            _ if !paused => Look::Fetch,
            _ if !believed => Look::Failing,
            _ => Look::Unknown,
        }
    }

    async fn fetch(&self) {
        let fetched = self.download().await;
        let now = self.clock.now();
        let mut state = self.state.write().await;
        state.tried_at = Some(now);
        match fetched {
            Ok(by_id) => {
                state.by_id = by_id;
                state.fetched_at = Some(now);
            }
            Err(error) => tracing::warn!(
                error = chain(error.as_ref()),
                "the issuer's keys could not be fetched"
            ),
        }
    }

    async fn download(&self) -> Result<HashMap<String, DecodingKey>, Cause> {
        let Some(url) = &self.url else {
            return Ok(HashMap::new());
        };
        let client = self.client.get_or_init(Https::system);
        let answer = client.get(url, FETCH_TIMEOUT, LONGEST_DOCUMENT).await?;
        let keys = read(&answer)?;
        if keys.is_empty() {
            return Err("the issuer's document has no key that verifies RS256".into());
        }
        Ok(keys)
    }
}

fn failing() -> Error {
    Error::unavailable("the issuer's keys could not be fetched")
}

/// The keys of a JWKS document that can verify RS256; others are passed over.
fn read(document: &[u8]) -> Result<HashMap<String, DecodingKey>, serde_json::Error> {
    #[derive(Deserialize)]
    struct Document {
        keys: Vec<Value>,
    }
    let document: Document = serde_json::from_slice(document)?;
    Ok(document.keys.into_iter().filter_map(usable).collect())
}

fn usable(key: Value) -> Option<(String, DecodingKey)> {
    let key: Jwk = serde_json::from_value(key).ok()?;
    let signs = matches!(
        key.common.public_key_use,
        None | Some(PublicKeyUse::Signature)
    );
    let rs256 = matches!(key.common.key_algorithm, None | Some(KeyAlgorithm::RS256));
    let rsa = matches!(key.algorithm, AlgorithmParameters::RSA(_));
    if !(signs && rs256 && rsa) {
        return None;
    }
    let decoding = DecodingKey::from_jwk(&key).ok()?;
    Some((key.common.key_id?, decoding))
}
