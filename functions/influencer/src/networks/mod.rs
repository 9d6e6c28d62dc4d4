//! The four networks: where each is, as whom Spark is known there, and what it is asked (MONEY 1, 4, 5).
//!
//! A token serves the one read after which it is revoked where that can be. It is kept nowhere and logged nowhere: no error
//! of a network's is told with what it had answered.

mod asked;
mod oauth;
mod profile;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use domain::money::social::Network;
use serde::Deserialize;
use serde_json::Value;
use shared::{aws::Https, error::Cause};

pub(crate) use oauth::Departure;

/// What is known of the networks, whoever deploys this.
const KNOWN: &str = include_str!("networks.json");

/// A call of a network may take this long: three of them, and ours, are made within a request's time.
const CALL: Duration = Duration::from_secs(2);
/// An answer has at most so many bytes.
const ANSWER: usize = 1 << 20;

/// Why nothing came of a visit to a network, as the app is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// It is not known who comes back, or not from where they were sent to.
    StateInvalid,
    /// They said no.
    Denied,
    /// They have no account there that could be linked.
    NoAccount,
    /// The network did not do its part.
    Unavailable,
}

impl Failure {
    /// As the app is told (MONEY 2).
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::StateInvalid => "state-invalid",
            Self::Denied => "denied",
            Self::NoAccount => "no-account",
            Self::Unavailable => "provider-unavailable",
        }
    }

    /// The network did not do its part; why is told in the log.
    fn unavailable(network: Network, step: &str, cause: &Cause) -> Self {
        tracing::warn!(network = network.name(), step, %cause, "a network failed");
        Self::Unavailable
    }
}

/// Where a network is, and as whom Spark is known there.
#[derive(Debug, Clone, Deserialize)]
struct Place {
    authorize: String,
    token: String,
    /// None where tokens cannot be revoked.
    revoke: Option<String>,
    api: String,
    /// With `{handle}` where a handle stands.
    profiles: String,
    /// What it calls itself when it sends somebody back (RFC 9207); none where it does not.
    issuer: Option<String>,
    #[serde(default)]
    client_id: String,
}

/// The networks at which Spark is known.
#[derive(Debug, Clone)]
pub(crate) struct Networks {
    places: Arc<BTreeMap<Network, Place>>,
    secrets: Arc<Secrets>,
    api_url: String,
    https: Https,
}

/// What the networks know Spark by.
enum Secrets {
    All(String),
    Each(BTreeMap<Network, String>),
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets")
    }
}

impl Secrets {
    fn read(text: &str) -> Self {
        match serde_json::from_str(text) {
            Ok(each) => Self::Each(each),
            Err(_no_object) => Self::All(text.to_owned()),
        }
    }

    fn of(&self, network: Network) -> &str {
        match self {
            Self::All(secret) => secret,
            Self::Each(each) => each.get(&network).map_or("", String::as_str),
        }
    }
}

impl Networks {
    /// Those that are known, with what is set otherwise: those without a client id are not there. What cannot be read is
    /// told in the log, and sets nothing.
    pub(crate) fn new(settings: &str, secrets: &str, api_url: &str) -> Self {
        let places = places(settings).unwrap_or_else(|error| {
            tracing::error!(%error, "NETWORKS cannot be read: no account can be linked");
            BTreeMap::new()
        });
        Self {
            places: Arc::new(places),
            secrets: Arc::new(Secrets::read(secrets)),
            api_url: api_url.to_owned(),
            https: Https::system(),
        }
    }

    fn place(&self, network: Network) -> Option<&Place> {
        let place = self.places.get(&network);
        place.filter(|place| !place.client_id.is_empty())
    }
}

fn places(settings: &str) -> serde_json::Result<BTreeMap<Network, Place>> {
    let mut known: Value = serde_json::from_str(KNOWN)?;
    if !settings.is_empty() {
        let set: BTreeMap<String, BTreeMap<String, Value>> = serde_json::from_str(settings)?;
        for (network, fields) in set {
            for (field, value) in fields {
                known[&network][field] = value;
            }
        }
    }
    serde_json::from_value(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_there_once_it_has_a_client_id_and_what_is_set_counts_before_what_is_known() {
        let set = r#"{"twitter": {"client_id": "spark", "api": "http://x.test"}}"#;
        let networks = Networks::new(set, r#"{"twitter": "hush"}"#, "https://api.test");
        let there: Vec<_> = Network::ALL
            .into_iter()
            .filter(|network| networks.place(*network).is_some())
            .collect();
        assert_eq!(there, [Network::Twitter]);
        let twitter = networks
            .place(Network::Twitter)
            .map(|place| (&*place.api, &*place.token));
        let known = "https://api.x.com/2/oauth2/token";
        assert_eq!(twitter, Some(("http://x.test", known)));
        assert_eq!(networks.secrets.of(Network::Twitter), "hush");
        assert_eq!(networks.secrets.of(Network::Youtube), "");
        assert_eq!(Secrets::read("f00d").of(Network::Youtube), "f00d");
        for none in ["{}", "", "none"] {
            let networks = Networks::new(none, "", "");
            assert!(networks.place(Network::Twitter).is_none(), "{none}");
        }
    }
}
