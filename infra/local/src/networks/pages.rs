//! What people see of the networks: where they say yes or no, and profiles.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Response};
use domain::money::social::Network;
use http::{HeaderValue, StatusCode, header};
use jiff::SignedDuration;
use serde::Deserialize;
use shared::seal;
use url::Url;

use super::{CLIENT, Grant, Networks, Who, base};
use crate::gateway::plain;
use crate::html::escaped;

/// A code is good for so long.
const CODE: SignedDuration = SignedDuration::from_mins(1);

/// What an app asks for (RFC 6749, section 4.1.1; RFC 7636, section 4.3), and what whoever is asked says.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    response_type: Option<String>,
    client_id: Option<String>,
    redirect_uri: Option<String>,
    state: Option<String>,
    code_challenge: Option<String>,
    code_challenge_method: Option<String>,
    scope: Option<String>,
    /// Yes, as this account.
    login_hint: Option<String>,
    /// No.
    deny: Option<String>,
}

pub(super) async fn authorize(
    State(networks): State<Arc<Networks>>,
    Path(provider): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let Some(network) = Network::parse(&provider) else {
        return plain(StatusCode::NOT_FOUND, "Not Found");
    };
    let callback = networks.callback(network);
    let known = asked.client_id.as_deref() == Some(CLIENT)
        && asked.redirect_uri.as_deref() == Some(callback.as_str());
    // To whom it does not know a network sends nobody back.
    if !known {
        return plain(StatusCode::BAD_REQUEST, "Unknown client or redirect_uri");
    }
    let back = |name: &str, value: &str| {
        let mut pairs = vec![(name, value)];
        pairs.extend(asked.state.as_deref().map(|state| ("state", state)));
        let issuer = base(&networks.url, network);
        pairs.push(("iss", issuer.as_str()));
        redirect(&callback, &pairs)
    };
    let challenge = asked.code_challenge.as_deref().unwrap_or_default();
    let proper = asked.response_type.as_deref() == Some("code")
        && asked.code_challenge_method.as_deref() == Some("S256")
        && challenge.len() == 43
        && asked.scope.is_some();
    if !proper {
        return back("error", "invalid_request");
    }
    if asked.deny.as_deref() == Some("1") {
        return back("error", "access_denied");
    }
    let Some(hint) = asked.login_hint.as_deref() else {
        return Html(choice(&networks, network, &asked)).into_response();
    };
    let who = match networks.account(network, hint) {
        Some(_) => Some(hint.to_owned()),
        // One may sign in to these without having a channel, or a Page.
        None if matches!(network, Network::Youtube | Network::Facebook) => None,
        None => return plain(StatusCode::NOT_FOUND, "There is no such account"),
    };
    let code = networks.grant(network, who, challenge, &callback);
    back("code", &code)
}

pub(super) async fn profile(
    State(networks): State<Arc<Networks>>,
    Path((provider, handle)): Path<(String, String)>,
) -> Response {
    let Some(network) = Network::parse(&provider) else {
        return plain(StatusCode::NOT_FOUND, "Not Found");
    };
    let all = networks.accounts(network).into_iter();
    let mut named = all.filter(|(_, account)| account.handle.eq_ignore_ascii_case(&handle));
    match named.next() {
        Some((_, account)) => {
            let (name, bio) = (escaped(&account.name), escaped(&account.bio));
            Html(format!(
                "<!doctype html><title>{name}</title><h1>{name}</h1><p>{bio}</p>"
            ))
            .into_response()
        }
        None => (StatusCode::NOT_FOUND, Html("<!doctype html><p>Nobody</p>")).into_response(),
    }
}

impl Networks {
    fn grant(&self, network: Network, who: Who, challenge: &str, redirect_uri: &str) -> String {
        let now = self.clock.now();
        let grant = Grant {
            network,
            who,
            challenge: challenge.to_owned(),
            redirect_uri: redirect_uri.to_owned(),
            until: now.saturating_add(CODE).unwrap_or(now),
        };
        let code = seal::fresh();
        self.state().grants.insert(code.clone(), grant);
        code
    }
}

fn redirect(to: &str, pairs: &[(&str, &str)]) -> Response {
    let to = Url::parse_with_params(to, pairs).map(String::from);
    let to = to.ok().and_then(|to| HeaderValue::try_from(to).ok());
    match to {
        Some(to) => (StatusCode::FOUND, [(header::LOCATION, to)]).into_response(),
        None => plain(StatusCode::BAD_REQUEST, "Bad Request"),
    }
}

/// A page on which an account is chosen, or none.
fn choice(networks: &Networks, network: Network, asked: &Asked) -> String {
    let address = |name: &str, value: &str| {
        let all = [
            ("response_type", &asked.response_type),
            ("client_id", &asked.client_id),
            ("redirect_uri", &asked.redirect_uri),
            ("state", &asked.state),
            ("code_challenge", &asked.code_challenge),
            ("code_challenge_method", &asked.code_challenge_method),
            ("scope", &asked.scope),
        ];
        let sent = all
            .iter()
            .filter_map(|(name, value)| Some((*name, value.as_deref()?)));
        let url = format!("{}/authorize", base(&networks.url, network));
        let url = Url::parse_with_params(&url, sent.chain([(name, value)]));
        escaped(url.as_ref().map_or("", Url::as_str))
    };
    let all = networks.accounts(network).into_iter();
    let all = all.map(|(id, account)| {
        let name = escaped(&account.name);
        format!(
            "<li><a href=\"{}\">{name}</a></li>",
            address("login_hint", &id)
        )
    });
    let all: String = all.collect();
    let no = address("deny", "1");
    format!(
        "<!doctype html><title>{network}</title><h1>Let Spark see your account?</h1>\
         <ul>{all}</ul><p><a href=\"{no}\">No</a></p>"
    )
}
