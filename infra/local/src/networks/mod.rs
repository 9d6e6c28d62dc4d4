//! The four networks, played (MONEY 42): accounts that are put there, the way to sign in to them, and their profiles. What a
//! network enforces is enforced: the client, the exact redirect URI, PKCE, and that a code is good once.

mod pages;
mod shapes;
mod tokens;

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};
use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use domain::money::social::Network;
use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::error::Invalid;
use shared::http::Wire;
use shared::runtime::Clock;

use crate::control::Said;
use crate::gateway::plain;

/// As whom Spark is known to each of them.
const CLIENT: &str = "spark-local";

/// An account that was put there.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Account {
    name: String,
    handle: String,
    audience: Option<u64>,
    #[serde(default)]
    bio: String,
}

/// An account as it is put there.
#[derive(Debug, Deserialize)]
struct NewAccount {
    name: Option<String>,
    handle: Option<String>,
    audience: Option<u64>,
    bio: Option<String>,
}

impl Wire for NewAccount {
    type Parsed = Account;

    fn parse(self, invalid: &mut Invalid) -> Option<Account> {
        let required = |text: Option<String>| text.ok_or_else(|| "is required".to_owned());
        let name = invalid.check("/name", required(self.name));
        let handle = invalid.check("/handle", required(self.handle));
        Some(Account {
            name: name?,
            handle: handle?,
            audience: self.audience,
            bio: self.bio.unwrap_or_default(),
        })
    }
}

/// Whom somebody said yes for; `None` is somebody who has no account that could be linked.
type Who = Option<String>;

/// What a code is good for, once.
struct Grant {
    network: Network,
    who: Who,
    challenge: String,
    redirect_uri: String,
    until: Timestamp,
}

#[derive(Default)]
struct Known {
    accounts: BTreeMap<String, Account>,
    grants: HashMap<String, Grant>,
    /// The tokens that are good, with the codes that they came from.
    tokens: HashMap<String, (Network, Who)>,
    /// Which token a code was turned into.
    spent: HashMap<String, String>,
}

/// The four networks.
pub(crate) struct Networks {
    url: String,
    secret: String,
    clock: Clock,
    file: Option<PathBuf>,
    state: Mutex<Known>,
}

impl Networks {
    /// Those of a cloud at this address, which know Spark by this secret; their accounts are kept in the file.
    pub(crate) fn open(
        url: &str,
        secret: String,
        clock: Clock,
        file: Option<PathBuf>,
    ) -> Result<Self> {
        let accounts = match &file {
            Some(file) if file.exists() => {
                let text = std::fs::read_to_string(file)?;
                serde_json::from_str(&text).with_context(|| format!("{}", file.display()))?
            }
            Some(_) | None => BTreeMap::new(),
        };
        let state = Known {
            accounts,
            ..Known::default()
        };
        Ok(Self {
            url: url.to_owned(),
            secret,
            clock,
            file,
            state: Mutex::new(state),
        })
    }

    /// Where they are, as the function that links accounts is told.
    pub(crate) fn settings(url: &str) -> String {
        let places = Network::ALL.map(|network| {
            let base = base(url, network);
            let place = json!({
                "authorize": format!("{base}/authorize"),
                "token": format!("{base}/token"),
                "revoke": match network {
                    Network::Instagram => Value::Null,
                    Network::Youtube | Network::Twitter | Network::Facebook => {
                        format!("{base}/revoke").into()
                    }
                },
                "api": format!("{base}/api"),
                "profiles": format!("{base}/profiles/{{handle}}"),
                "issuer": base,
                "client_id": CLIENT,
            });
            (network.name().to_owned(), place)
        });
        Value::Object(places.into_iter().collect()).to_string()
    }

    /// The same, with others that are asked instead; and what each knows Spark by.
    pub(crate) fn settings_with(
        url: &str,
        secret: &str,
        asked: Value,
    ) -> Result<[(&'static str, String); 2]> {
        let asked: BTreeMap<String, BTreeMap<String, Value>> = serde_json::from_value(asked)?;
        let mut places: Value = serde_json::from_str(&Self::settings(url))?;
        let played = Network::ALL.map(|network| (network.name().to_owned(), secret.into()));
        let mut secrets: serde_json::Map<String, Value> = played.into_iter().collect();
        for (network, mut fields) in asked {
            secrets.extend(
                fields
                    .remove("client_secret")
                    .map(|own| (network.clone(), own)),
            );
            places[network] = Value::Object(fields.into_iter().collect());
        }
        let secrets = Value::Object(secrets).to_string();
        Ok([
            ("NETWORKS", places.to_string()),
            ("NETWORK_SECRETS", secrets),
        ])
    }

    fn state(&self) -> MutexGuard<'_, Known> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, network: Network, id: &str, account: Account) -> Result<()> {
        let mut state = self.state();
        state.accounts.insert(name(network, id), account);
        if let Some(file) = &self.file {
            std::fs::write(file, serde_json::to_string_pretty(&state.accounts)?)?;
        }
        Ok(())
    }

    fn account(&self, network: Network, id: &str) -> Option<Account> {
        self.state().accounts.get(&name(network, id)).cloned()
    }

    /// The accounts of a network, with their ids.
    fn accounts(&self, network: Network) -> Vec<(String, Account)> {
        let state = self.state();
        let all = state.accounts.iter().filter_map(|(key, account)| {
            let id = key.strip_prefix(&name(network, ""))?;
            Some((id.to_owned(), account.clone()))
        });
        all.collect()
    }

    /// The one redirect URI that a network knows of Spark.
    fn callback(&self, network: Network) -> String {
        format!("{}/v1/oauth/{network}/callback", self.url)
    }
}

fn base(url: &str, network: Network) -> String {
    format!("{url}/local/networks/{network}")
}

fn name(network: Network, id: &str) -> String {
    format!("{network}/{id}")
}

/// The networks' addresses.
pub(crate) fn router(networks: Arc<Networks>) -> Router {
    let at = |path: &str| format!("/local/networks/{{provider}}/{path}");
    Router::new()
        .route(&at("accounts/{id}"), put(put_account))
        .route(&at("authorize"), get(pages::authorize))
        .route(&at("token"), post(tokens::exchange))
        .route(
            &at("revoke"),
            post(tokens::revoke).delete(tokens::revoke_bearer),
        )
        .route(&at("api/{*question}"), get(shapes::read))
        .route(&at("profiles/{handle}"), get(pages::profile))
        .with_state(networks)
}

async fn put_account(
    State(networks): State<Arc<Networks>>,
    Path((provider, id)): Path<(String, String)>,
    Said(account): Said<NewAccount>,
) -> Response {
    let Some(network) = Network::parse(&provider) else {
        return plain(StatusCode::NOT_FOUND, "Not Found");
    };
    match networks.put(network, &id, account) {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => plain(StatusCode::INTERNAL_SERVER_ERROR, &format!("{error:#}")),
    }
}
