//! Tokens: a code is turned into one, once, by who sent for it; and they end.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use domain::money::social::Network;
use http::{HeaderMap, StatusCode, header};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use shared::seal;
use url::form_urlencoded;

use super::{CLIENT, Grant, Networks};
use crate::gateway::plain;

/// What a form says.
struct Form(Vec<(String, String)>);

impl Form {
    fn read(body: &str) -> Self {
        Self(
            form_urlencoded::parse(body.as_bytes())
                .into_owned()
                .collect(),
        )
    }

    fn get(&self, name: &str) -> Option<&str> {
        let mut found = self.0.iter().filter(|(field, _)| field == name);
        let (_, value) = found.next()?;
        Some(value.as_str()).filter(|_| found.next().is_none())
    }
}

pub(super) async fn exchange(
    State(networks): State<Arc<Networks>>,
    Path(provider): Path<String>,
    headers: HeaderMap,
    body: String,
) -> Response {
    let Some(network) = Network::parse(&provider) else {
        return plain(StatusCode::NOT_FOUND, "Not Found");
    };
    let form = Form::read(&body);
    if !networks.knows(network, &headers, &form) {
        return refused(StatusCode::UNAUTHORIZED, "invalid_client");
    }
    if form.get("grant_type") != Some("authorization_code") {
        return refused(StatusCode::BAD_REQUEST, "unsupported_grant_type");
    }
    match networks.spend(network, &form) {
        Some((token, who)) => {
            let headers = [(header::CACHE_CONTROL, "no-store")];
            (headers, Json(shape(network, &token, who.as_deref()))).into_response()
        }
        None => refused(StatusCode::BAD_REQUEST, "invalid_grant"),
    }
}

pub(super) async fn revoke(
    State(networks): State<Arc<Networks>>,
    Path(provider): Path<String>,
    headers: HeaderMap,
    body: String,
) -> Response {
    let form = Form::read(&body);
    match Network::parse(&provider) {
        Some(Network::Twitter) if !networks.knows(Network::Twitter, &headers, &form) => {
            refused(StatusCode::UNAUTHORIZED, "invalid_client")
        }
        Some(Network::Twitter | Network::Youtube) => {
            // RFC 7009, section 2.2: what is no token is revoked, too.
            networks
                .state()
                .tokens
                .remove(form.get("token").unwrap_or_default());
            Json(json!({})).into_response()
        }
        Some(Network::Facebook | Network::Instagram) | None => {
            plain(StatusCode::NOT_FOUND, "Not Found")
        }
    }
}

/// Facebook's way: whoever bears a token takes its permissions back.
pub(super) async fn revoke_bearer(
    State(networks): State<Arc<Networks>>,
    Path(provider): Path<String>,
    headers: HeaderMap,
) -> Response {
    if Network::parse(&provider) != Some(Network::Facebook) {
        return plain(StatusCode::NOT_FOUND, "Not Found");
    }
    let revoked = bearer(&headers).and_then(|token| networks.state().tokens.remove(token));
    match revoked {
        Some(_) => Json(json!({"success": true})).into_response(),
        None => plain(StatusCode::UNAUTHORIZED, "Unauthorized"),
    }
}

pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix("Bearer ")
}

fn refused(status: StatusCode, error: &str) -> Response {
    (status, Json(json!({"error": error}))).into_response()
}

impl Networks {
    /// Whether it is Spark who asks: X wants that said in a header, the others in the form.
    fn knows(&self, network: Network, headers: &HeaderMap, form: &Form) -> bool {
        if network == Network::Twitter {
            return basic(headers) == Some((CLIENT.to_owned(), self.secret.clone()));
        }
        form.get("client_id") == Some(CLIENT)
            && form.get("client_secret") == Some(self.secret.as_str())
    }

    /// Turns a code into a token, for who went with what it was given for. A second time nobody gets one, and the first is
    /// good no more (RFC 6749, section 4.1.2).
    fn spend(&self, network: Network, form: &Form) -> Option<(String, super::Who)> {
        let code = form.get("code")?;
        let mut state = self.state();
        if let Some(token) = state.spent.get(code).cloned() {
            state.tokens.remove(&token);
            return None;
        }
        let Grant {
            network: of,
            who,
            challenge,
            redirect_uri,
            until,
        } = state.grants.remove(code)?;
        let verifier = form.get("code_verifier")?;
        let proved = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
        let good = of == network
            && self.clock.now() < until
            && form.get("redirect_uri") == Some(redirect_uri.as_str())
            && proved == challenge;
        if !good {
            return None;
        }
        let token = seal::fresh();
        state.tokens.insert(token.clone(), (network, who.clone()));
        state.spent.insert(code.to_owned(), token.clone());
        Some((token, who))
    }
}

/// RFC 6749, section 2.3.1.
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let both = STANDARD.decode(value.strip_prefix("Basic ")?).ok()?;
    let both = String::from_utf8(both).ok()?;
    let (id, secret) = both.split_once(':')?;
    let decode = |text: &str| {
        let text = percent_decode_str(text).decode_utf8().ok()?;
        Some(text.into_owned())
    };
    Some((decode(id)?, decode(secret)?))
}

/// A token as each network tells it.
fn shape(network: Network, token: &str, who: Option<&str>) -> Value {
    match network {
        Network::Youtube => {
            json!({"access_token": token, "expires_in": 3_599, "token_type": "Bearer",
            "scope": "https://www.googleapis.com/auth/youtube.readonly"})
        }
        Network::Twitter => {
            json!({"token_type": "bearer", "expires_in": 7_200, "access_token": token,
            "scope": "users.read tweet.read"})
        }
        Network::Facebook => {
            json!({"access_token": token, "token_type": "bearer", "expires_in": 5_183_944})
        }
        Network::Instagram => json!({"access_token": token, "user_id": who.unwrap_or_default(),
            "permissions": ["instagram_business_basic"]}),
    }
}
