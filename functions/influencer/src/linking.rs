//! Linking an account by signing in to it (MONEY 1-4): to the network, back from it, and the code that the app hands in.
//!
//! Coming back links nothing, else one could have a stranger link one's own account: the code goes to whoever came back, and
//! is good for whoever went alone.

use axum::{
    Json,
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use domain::{
    ids::UserId,
    money::social::{Linked, Network, WAIT},
};
use http::{HeaderValue, StatusCode, header};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::{
    error::{Error, Invalid},
    http::{JsonBody, Path, Prime, Wire},
    seal,
    store::{Begun, Returned},
};
use url::{Url, form_urlencoded};
use utoipa::ToSchema;

use crate::{
    App,
    accounts::{LinkedAccount, Provider},
    networks::{Departure, Failure},
};

/// What `state` is sealed for.
const STATE: &str = "link state";
const COMPLETE: &str = "POST /v1/social-accounts/{provider}/link/complete";

/// Where to go.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuthorizationView {
    /// At the network, for ten minutes.
    #[schema(format = "uri")]
    authorization_url: String,
}

/// What `state` says, to us alone.
#[derive(Debug, Serialize, Deserialize)]
struct Sent {
    /// 256 random bits.
    random: String,
    user: UserId,
    provider: Network,
    ends_at: Timestamp,
}

/// The one-time code.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewCompletion {
    /// As the app was called back with it.
    #[schema(required)]
    code: Option<String>,
}

impl Wire for NewCompletion {
    type Parsed = String;

    fn parse(self, invalid: &mut Invalid) -> Option<String> {
        let code = self.code.ok_or_else(|| "is required".to_owned());
        invalid.check("/code", code)
    }
}

/// Begins to link an account: the address at the network where I sign in and say yes.
#[utoipa::path(
    post,
    path = "/v1/social-accounts/{provider}/link",
    tag = "influencer",
    params(("provider" = Provider, Path, description = "Which network.")),
    security(("bearer" = [])),
    responses((status = 200, description = "Where to go.", body = AuthorizationView))
)]
pub(crate) async fn begin_link(
    State(app): State<App>,
    Prime(viewer): Prime,
    Path(provider): Path<String>,
) -> Result<Json<AuthorizationView>, Error> {
    let network = app.network(&viewer.id, &provider).await?;
    let now = app.clock.now();
    let state = Sent {
        random: seal::fresh(),
        user: viewer.id.clone(),
        provider: network,
        ends_at: now.saturating_add(WAIT).unwrap_or(Timestamp::MAX),
    };
    let state = app.seal.seal(STATE, &state).map_err(Error::internal)?;
    let departure = app.networks.departure(network, &state);
    let Departure { url, verifier } = departure.ok_or(Error::NotFound)?;
    let begun = Begun {
        user: viewer.id.clone(),
        provider: network,
        verifier,
    };
    let (hash, quota) = (seal::digest(&state), app.quota(&viewer.id));
    app.store.begin_link(&hash, &begun, &quota, now).await?;
    Ok(Json(AuthorizationView {
        authorization_url: url,
    }))
}

/// Where a network sends whoever was there back to. It reads the account, links nothing, and sends them on to the app with a
/// one-time code, or with an error: `state-invalid`, `denied`, `no-account`, `provider-unavailable`.
#[utoipa::path(
    get,
    path = "/v1/oauth/{provider}/callback",
    tag = "influencer",
    params(
        ("provider" = Provider, Path, description = "Which network."),
        ("state" = Option<String>, Query, description = "Who comes back."),
        ("code" = Option<String>, Query, description = "The network's code."),
        ("error" = Option<String>, Query, description = "Why there is none."),
        ("iss" = Option<String>, Query, description = "Who sends them back.")),
    responses((status = 303, description = "To the app, with `provider` and `code` or `error`.",
        headers(("Location" = String, description = "Where the app is."))))
)]
pub(crate) async fn come_back(
    State(app): State<App>,
    Path(provider): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Error> {
    let network = Network::parse(&provider).ok_or(Error::NotFound)?;
    let query = query.unwrap_or_default();
    let (name, value) = match Box::pin(app.returned(network, &query)).await? {
        Ok(code) => ("code", code),
        Err(failure) => ("error", failure.code().to_owned()),
    };
    let mut to = Url::parse(&app.app_url).map_err(Error::internal)?;
    to.query_pairs_mut()
        .append_pair("provider", network.name())
        .append_pair(name, &value);
    let to = HeaderValue::try_from(to.as_str()).map_err(Error::internal)?;
    let headers = [
        (header::LOCATION, to),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        ),
    ];
    Ok((StatusCode::SEE_OTHER, headers).into_response())
}

/// Links the account that I came back with: I hand in the code within ten minutes. The same account anew is read anew.
#[utoipa::path(
    post,
    path = "/v1/social-accounts/{provider}/link/complete",
    tag = "influencer",
    params(("provider" = Provider, Path, description = "Which network.")),
    request_body = NewCompletion,
    security(("bearer" = [])),
    responses(
        (status = 201, description = "It is linked.", body = LinkedAccount),
        (status = 409, description = "The account is another's, or another of the network is linked."))
)]
pub(crate) async fn complete_link(
    State(app): State<App>,
    Prime(viewer): Prime,
    Path(provider): Path<String>,
    body: JsonBody,
) -> Result<Response, Error> {
    let network = app.network(&viewer.id, &provider).await?;
    let claim = body.claim(&viewer, COMPLETE)?;
    if let Some(linked) = app.linked_before(&viewer.id, claim.as_ref()).await? {
        return app.linked(&linked);
    }
    let code = body.parse::<NewCompletion>()?;
    let (hash, now) = (seal::digest(&code), app.clock.now());
    let returned = app.store.returned(&hash, now).await?;
    let mine =
        |returned: &Returned| returned.user == viewer.id && returned.account.provider == network;
    let returned = returned.filter(mine).ok_or(Error::NotFound)?;
    let linked = Linked {
        linked_at: now,
        ..returned.account
    };
    let link = app
        .store
        .link_returned(&viewer.id, &hash, &linked, claim.as_ref(), now);
    Box::pin(link).await?;
    app.linked(&linked)
}

impl App {
    /// The code for whoever comes back from a network, or why there is none.
    async fn returned(
        &self,
        network: Network,
        query: &str,
    ) -> Result<Result<String, Failure>, Error> {
        let now = self.clock.now();
        let answer = match self.answered(network, query) {
            Ok(answer) if now < answer.state.ends_at => answer,
            Ok(_too_late) => return Ok(Err(Failure::StateInvalid)),
            Err(failure) => return Ok(Err(failure)),
        };
        let begun = self.store.come_back(&answer.hash, now).await?;
        let Some(begun) = begun.filter(|begun| begun.user == answer.state.user) else {
            return Ok(Err(Failure::StateInvalid));
        };
        let code = match answer.code {
            Ok(code) => code,
            Err(failure) => return Ok(Err(failure)),
        };
        let told = match self.networks.visit(network, code, begun.verifier).await {
            Ok(told) => told,
            Err(failure) => return Ok(Err(failure)),
        };
        let (code, now) = (seal::fresh(), self.clock.now());
        let returned = Returned {
            user: begun.user,
            account: Linked::signed_in(network, told, now),
        };
        let hash = seal::digest(&code);
        self.store.note_returned(&hash, &returned, now).await?;
        Ok(Ok(code))
    }

    /// What a network's answer says, if it is one to what was asked of this network.
    fn answered(&self, network: Network, query: &str) -> Result<Answer, Failure> {
        let mut said = Said::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let place = match &*name {
                "state" => &mut said.state,
                "code" => &mut said.code,
                "error" => &mut said.error,
                "iss" => &mut said.iss,
                _ => continue,
            };
            // RFC 6749, section 3.1: none is sent twice.
            if place.replace(value.into_owned()).is_some() {
                return Err(Failure::StateInvalid);
            }
        }
        let sent = said.state.ok_or(Failure::StateInvalid)?;
        let state: Option<Sent> = self.seal.open(STATE, &sent);
        let state = state.filter(|state| state.provider == network);
        let state = state.ok_or(Failure::StateInvalid)?;
        let foreign = |issuer: &String| !self.networks.is_issuer(network, issuer);
        if said.iss.as_ref().is_some_and(foreign) {
            return Err(Failure::StateInvalid);
        }
        let code = match (said.error.as_deref(), said.code) {
            (Some("access_denied" | "user_denied"), _) => Err(Failure::Denied),
            (Some(_), _) | (None, None) => Err(Failure::Unavailable),
            (None, Some(code)) => Ok(code),
        };
        Ok(Answer {
            hash: seal::digest(&sent),
            state,
            code,
        })
    }
}

/// What stands in the query of a network's answer.
#[derive(Default)]
struct Said {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
    iss: Option<String>,
}

/// An answer of the network that was asked.
struct Answer {
    /// By which it is known who was sent there.
    hash: String,
    state: Sent,
    code: Result<String, Failure>,
}
