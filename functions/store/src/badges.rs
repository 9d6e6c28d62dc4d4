//! What somebody is known for, which the store may show beside their reviews.

use axum::{Json, extract::State};
use serde::Serialize;
use shared::{
    error::{Error, Invalid},
    http::{Params, Signed},
    views::{badges, words},
};
use utoipa::{IntoParams, ToSchema};

use crate::App;

/// Whose badges are asked for.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct BadgesQuery {
    /// The `sub` of their tokens.
    #[param(min_length = 1, max_length = 255)]
    #[expect(dead_code, reason = "it describes what the handler reads")]
    sub: String,
}

/// What somebody is known for.
#[derive(Debug, Serialize, ToSchema)]
pub struct Badges {
    /// None of who is unknown here.
    #[schema(value_type = Vec<words::Badge>)]
    pub badges: Vec<String>,
}

/// The badges of whom the store calls so.
#[utoipa::path(
    get,
    path = "/v1/store/badges",
    tag = "store",
    params(BadgesQuery),
    security(("store" = [])),
    responses((status = 200, description = "Their badges.", body = Badges))
)]
pub async fn read_badges(
    State(app): State<App>,
    params: Params,
    _signed: Signed,
) -> Result<Json<Badges>, Error> {
    let mut invalid = Invalid::default();
    let user = match params.get("sub", &mut invalid) {
        None => {
            if invalid.is_empty() {
                invalid.add("?sub", "is required");
            }
            None
        }
        Some(sub) => {
            let user = app.people.id(sub);
            if user.is_none() {
                invalid.add("?sub", "must have 1 to 255 characters");
            }
            user
        }
    };
    let Some(user) = user.filter(|_| invalid.is_empty()) else {
        return Err(Error::Invalid(invalid));
    };
    let profile = app.store.profile(&user).await?;
    let badges = profile.as_ref().map(badges).unwrap_or_default();
    Ok(Json(Badges { badges }))
}
