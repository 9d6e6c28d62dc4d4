//! Who is in a programme, by an admin's decision (MONEY 8).

use axum::{Json, extract::State};
use domain::{
    ids::UserId,
    money::{Account, Programme, programmes::Application},
    people::Handle,
    text::{self, Limit},
};
use serde::{Deserialize, Serialize};
use shared::{
    error::{Error, Invalid},
    http::{Admin, JsonBody, Path, Wire},
    store::Decision,
    table::Anew,
};
use utoipa::ToSchema;

use crate::App;

/// What is said of a decision.
const REASON: Limit = Limit {
    min: 1,
    graphemes: 500,
    bytes: 2_000,
};

/// A decision on a programme.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewProgrammeDecision {
    /// Which.
    #[schema(required, value_type = ProgrammeName)]
    programme: Option<String>,
    /// Whether they are in it from now on.
    #[schema(required, value_type = ProgrammeVerdict)]
    decision: Option<String>,
    /// Why, for the person.
    #[schema(required, min_length = 1, max_length = 500)]
    reason: Option<String>,
}

/// As whom somebody is credited.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case", as = Programme)]
#[expect(dead_code, reason = "a shape of the description")]
pub enum ProgrammeName {
    /// For clicks.
    Influencer,
    /// For views.
    OnsiteAssociate,
}

/// Whether somebody is in a programme.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "a shape of the description")]
pub enum ProgrammeVerdict {
    /// They are.
    Approved,
    /// They are not.
    Declined,
}

/// Whom money is owed.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountOf {
    /// The account; absent for whoever was never in a programme.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[0-9A-HJKMNP-TV-Z]{16}$")]
    account: Option<String>,
}

impl Wire for NewProgrammeDecision {
    type Parsed = (Programme, bool, String);

    fn parse(self, invalid: &mut Invalid) -> Option<Self::Parsed> {
        fn one_of<T: Copy>(said: Option<String>, words: &[(&str, T)]) -> Result<T, String> {
            let said = said.ok_or_else(|| "is required".to_owned())?;
            let found = words.iter().find(|(word, _)| *word == said);
            found.map(|(_, meant)| *meant).ok_or_else(|| {
                let known: Vec<_> = words.iter().map(|(word, _)| *word).collect();
                format!("must be one of: {}", known.join(", "))
            })
        }
        let programmes = Programme::ALL.map(|one| (one.name(), one));
        let programme = invalid.check("/programme", one_of(self.programme, &programmes));
        let verdicts = [("approved", true), ("declined", false)];
        let approved = invalid.check("/decision", one_of(self.decision, &verdicts));
        let reason = self.reason.ok_or_else(|| "is required".to_owned());
        let reason = reason.and_then(|reason| text::within(&reason, REASON));
        let reason = invalid.check("/reason", reason);
        Some((programme?, approved?, reason?))
    }
}

/// Decides whether somebody is in a programme, whatever was decided before.
#[utoipa::path(
    put,
    path = "/v1/admin/influencers/{handle}/decision",
    tag = "admin",
    params(("handle" = String, Path)),
    request_body = NewProgrammeDecision,
    security(("bearer" = [])),
    responses((status = 200, description = "Whom money is owed.", body = AccountOf))
)]
pub async fn decide_programme(
    State(app): State<App>,
    _admin: Admin,
    Path(handle): Path<String>,
    body: JsonBody,
) -> Result<Json<AccountOf>, Error> {
    let handle = Handle::parse(&handle).map_err(|_never_taken| Error::NotFound)?;
    let user = app.store.user_by_handle(&handle).await?;
    let user = user.ok_or(Error::NotFound)?;
    app.store.profile(&user).await?.ok_or(Error::NotFound)?;
    let (programme, approved, reason) = body.parse::<NewProgrammeDecision>()?;
    let mut anew = Anew::standing_on("a programme");
    while !app.decide(&user, programme, approved, &reason).await? {
        anew.begin().await?;
    }
    let engaged = app.store.engaged(&user).await?;
    Ok(Json(AccountOf {
        account: engaged.map(|engaged| engaged.account.to_string()),
    }))
}

impl App {
    /// `false` when something is not as it was read.
    async fn decide(
        &self,
        user: &UserId,
        programme: Programme,
        approved: bool,
        reason: &str,
    ) -> Result<bool, Error> {
        let now = self.clock.now();
        let fresh = Account::of_random(u128::from(self.ids.ulid()));
        match programme {
            Programme::Influencer => {
                let before = self.store.application(user).await?;
                let after = Application::ruled(before.as_ref(), approved, reason, now);
                let decision = Decision {
                    user,
                    before: before.as_ref(),
                    after: &after,
                    fresh: &fresh,
                };
                let decided = self.store.decide_application(decision, None, now);
                Box::pin(decided).await
            }
            Programme::OnsiteAssociate => {
                let entered = (programme, approved);
                self.store.enter_programme(user, entered, &fresh, now).await
            }
        }
    }
}
