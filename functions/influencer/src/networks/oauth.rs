//! Signing in to a network (RFC 6749, with the proof of RFC 7636 everywhere), for one read of the account.

use std::io;

use aws_smithy_types::body::SdkBody;
use domain::money::social::{Network, Told};
use futures::{FutureExt, future::BoxFuture};
use http::{Request, header};
use oauth2::{
    AsyncHttpClient, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest,
    HttpResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope,
    TokenResponse, TokenUrl, basic::BasicClient,
};
use serde_json::Value;
use shared::{aws::Https, error::Cause};

use super::{ANSWER, CALL, Failure, Networks, Place, asked};

/// Where somebody goes, and what proves later that it is they who come back.
#[derive(Debug)]
pub(crate) struct Departure {
    /// Where to.
    pub(crate) url: String,
    /// Of the challenge in it.
    pub(crate) verifier: String,
}

impl Networks {
    /// The way to a network; `None` where Spark is not known there, or what is set of it is no address.
    pub(crate) fn departure(&self, network: Network, state: &str) -> Option<Departure> {
        let place = self.place(network)?;
        let redirect = RedirectUrl::new(self.callback(network)).ok()?;
        let client = BasicClient::new(ClientId::new(place.client_id.clone()))
            .set_auth_uri(AuthUrl::new(place.authorize.clone()).ok()?)
            .set_redirect_uri(redirect);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let scopes = asked::scopes(network).iter();
        let (url, _state) = client
            .authorize_url(|| CsrfToken::new(state.to_owned()))
            .add_scopes(scopes.map(|scope| Scope::new((*scope).to_owned())))
            .set_pkce_challenge(challenge)
            .url();
        Some(Departure {
            url: url.into(),
            verifier: verifier.into_secret(),
        })
    }

    /// Whether a network calls itself so, as far as it is known to.
    pub(crate) fn is_issuer(&self, network: Network, issuer: &str) -> bool {
        let known = self
            .place(network)
            .and_then(|place| place.issuer.as_deref());
        known == Some(issuer)
    }

    /// The account of whoever comes back with this code of the network's.
    ///
    /// # Errors
    /// [`Failure::NoAccount`] and [`Failure::Unavailable`].
    pub(crate) async fn visit(
        &self,
        network: Network,
        code: String,
        verifier: String,
    ) -> Result<Told, Failure> {
        let place = self.place(network).ok_or(Failure::Unavailable)?;
        let token = self.token(network, place, code, verifier).await;
        let token = token.map_err(|cause| Failure::unavailable(network, "token", &cause))?;
        let read = self.read(network, place, &token).await;
        if let Err(cause) = self.revoke(network, place, &token).await {
            // It ends by itself.
            tracing::info!(network = network.name(), %cause, "a token was not revoked");
        }
        let read = read.map_err(|cause| Failure::unavailable(network, "account", &cause))?;
        asked::account(network, &read)
    }

    fn callback(&self, network: Network) -> String {
        format!("{}/v1/oauth/{network}/callback", self.api_url)
    }

    async fn token(
        &self,
        network: Network,
        place: &Place,
        code: String,
        verifier: String,
    ) -> Result<String, Cause> {
        let secret = self.secrets.of(network).to_owned();
        let client = BasicClient::new(ClientId::new(place.client_id.clone()))
            .set_client_secret(ClientSecret::new(secret))
            .set_auth_type(asked::auth_type(network))
            .set_token_uri(TokenUrl::new(place.token.clone())?)
            .set_redirect_uri(RedirectUrl::new(self.callback(network))?);
        let asking = Asking(self.https.clone());
        let asked = client
            .exchange_code(AuthorizationCode::new(code))
            .set_pkce_verifier(PkceCodeVerifier::new(verifier))
            .request_async(&asking);
        match asked.await {
            Ok(token) => Ok(token.access_token().secret().clone()),
            Err(RequestTokenError::Request(broken)) => Err(broken.into()),
            // What it had answered may hold a token, and the code.
            Err(RequestTokenError::ServerResponse(refused)) => {
                Err(format!("refused: {}", refused.error()).into())
            }
            Err(RequestTokenError::Parse(..) | RequestTokenError::Other(_)) => {
                Err("an answer that cannot be read".into())
            }
        }
    }

    async fn read(&self, network: Network, place: &Place, token: &str) -> Result<Value, Cause> {
        let url = format!("{}{}", place.api, asked::question(network));
        let request = bearing(Request::get(url), token).body(SdkBody::empty())?;
        let answer = self.https.exchange(request, CALL, ANSWER).await?;
        Ok(serde_json::from_slice(&answer)?)
    }

    /// Has a token end, where the network can do that.
    async fn revoke(&self, network: Network, place: &Place, token: &str) -> Result<(), Cause> {
        let Some(revoke) = &place.revoke else {
            return Ok(());
        };
        let request = match network {
            Network::Facebook => bearing(Request::delete(revoke), token).body(SdkBody::empty())?,
            // X asks who says so.
            Network::Twitter => {
                let credentials = (&*place.client_id, self.secrets.of(network));
                asked::revocation(revoke, token, Some(credentials))?
            }
            Network::Youtube | Network::Instagram => asked::revocation(revoke, token, None)?,
        };
        self.https.exchange(request, CALL, ANSWER).await.map(drop)
    }
}

/// Asks for a token.
struct Asking(Https);

impl<'c> AsyncHttpClient<'c> for Asking {
    type Error = io::Error;
    type Future = BoxFuture<'c, Result<HttpResponse, io::Error>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        async move {
            let answer = self.0.ask(request.map(SdkBody::from), CALL, ANSWER).await;
            let answer = answer.map_err(io::Error::other)?;
            Ok(answer.map(|body| typed(&body)))
        }
        .boxed()
    }
}

fn bearing(request: http::request::Builder, token: &str) -> http::request::Builder {
    request.header(header::AUTHORIZATION, format!("Bearer {token}"))
}

/// An answer with the type of its token, which Instagram does not tell.
fn typed(body: &[u8]) -> Vec<u8> {
    let read = serde_json::from_slice::<Value>(body);
    match read {
        Ok(Value::Object(mut token)) if token.contains_key("access_token") => {
            token
                .entry("token_type")
                .or_insert_with(|| Value::from("bearer"));
            Value::Object(token).to_string().into_bytes()
        }
        Ok(_) | Err(_) => body.to_vec(),
    }
}
