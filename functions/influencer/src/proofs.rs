//! Proving an account by a code in its profile (MONEY 5), where its network has no other way.

use axum::{Json, extract::State, response::Response};
use domain::money::social::{Linked, Proof, SocialHandle};
use serde::{Deserialize, Serialize};
use shared::{
    error::{Error, Invalid, Unproved},
    http::{JsonBody, Path, Prime, Wire},
    views::Time,
};
use utoipa::ToSchema;

use crate::{
    App,
    accounts::{LinkedAccount, Provider},
};

const CHECK: &str = "POST /v1/social-accounts/{provider}/proof/check";

/// Which account is to be proved.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewProof {
    /// Its handle, with `@` or without.
    #[schema(required, min_length = 1, max_length = 101)]
    handle: Option<String>,
}

impl Wire for NewProof {
    type Parsed = SocialHandle;

    fn parse(self, invalid: &mut Invalid) -> Option<SocialHandle> {
        let handle = self.handle.ok_or_else(|| "is required".to_owned());
        let handle = handle.and_then(|handle| SocialHandle::parse(&handle));
        invalid.check("/handle", handle)
    }
}

/// How an account is proved.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProofView {
    /// What is to stand in its profile.
    #[schema(pattern = "^spark-[0-9A-HJKMNP-TV-Z]{16}$")]
    code: String,
    /// Until then: 72 hours.
    expires_at: Time,
}

/// Asks for a code that proves an account once it stands in its profile: the latest one of a network counts.
#[utoipa::path(
    post,
    path = "/v1/social-accounts/{provider}/proof",
    tag = "influencer",
    params(("provider" = Provider, Path, description = "Which network.")),
    request_body = NewProof,
    security(("bearer" = [])),
    responses((status = 200, description = "What is to stand in the profile.", body = ProofView))
)]
pub(crate) async fn ask_for_proof(
    State(app): State<App>,
    Prime(viewer): Prime,
    Path(provider): Path<String>,
    body: JsonBody,
) -> Result<Json<ProofView>, Error> {
    let network = app.network(&viewer.id, &provider).await?;
    let (handle, now) = (body.parse::<NewProof>()?, app.clock.now());
    let random = u128::from(app.ids.ulid());
    let proof = Proof::of_random(handle, random, now);
    let quota = app.quota(&viewer.id);
    let asked = app
        .store
        .ask_for_proof(&viewer.id, network, &proof, &quota, now);
    asked.await?;
    Ok(Json(ProofView {
        code: proof.code,
        expires_at: Time(proof.ends_at),
    }))
}

/// Looks for the code in the profile, and links the account where it stands there. A profile that only who signs in may read
/// proves nothing: an application may name the account all the same.
#[utoipa::path(
    post,
    path = "/v1/social-accounts/{provider}/proof/check",
    tag = "influencer",
    params(("provider" = Provider, Path, description = "Which network.")),
    security(("bearer" = [])),
    responses(
        (status = 201, description = "It is linked.", body = LinkedAccount),
        (status = 409, description = "The account is another's, or another of the network is linked."),
        (status = 422, description = "The code is not there, or the profile cannot be read."))
)]
pub(crate) async fn check_proof(
    State(app): State<App>,
    Prime(viewer): Prime,
    Path(provider): Path<String>,
    body: JsonBody,
) -> Result<Response, Error> {
    let network = app.network(&viewer.id, &provider).await?;
    let claim = body.bare_claim(&viewer, CHECK)?;
    if let Some(linked) = app.linked_before(&viewer.id, claim.as_ref()).await? {
        return app.linked(&linked);
    }
    let now = app.clock.now();
    let proof = app.store.proof(&viewer.id, network, now).await?;
    let proof = proof.ok_or(Error::Unproved(Unproved::NotFound))?;
    app.networks.look_for(network, &proof).await?;
    let linked = Linked::shown(network, proof.handle, now);
    let link = app
        .store
        .link_proved(&viewer.id, &linked, claim.as_ref(), now);
    Box::pin(link).await?;
    let linked = app.store.social_account(&viewer.id, network).await?;
    app.linked(&linked.ok_or(Error::NotFound)?)
}
