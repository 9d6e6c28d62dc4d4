//! Invitations to be an Onsite Associate (MONEY 10): which there are, and what is said to them.

use axum::{Json, extract::State};
use domain::{
    ids::{InvitationId, UserId},
    money::invitations::{Answer, Invitation},
};
use http::StatusCode;
use jiff::Timestamp;
use serde::Serialize;
use shared::{
    error::Error,
    http::{Page, PageQuery, Params, Path, Viewer},
    table::Anew,
    views::Time,
};
use utoipa::ToSchema;

use crate::App;

/// An invitation to be an Onsite Associate.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Invitation)]
pub(crate) struct InvitationView {
    /// Which.
    #[schema(pattern = "^[0-7][0-9A-HJKMNP-TV-Z]{25}$")]
    id: String,
    /// Into which programme.
    #[schema(value_type = InvitedTo)]
    programme: &'static str,
    /// How it stands.
    #[schema(value_type = InvitationStatus)]
    status: &'static str,
    /// When it was made.
    invited_at: Time,
    /// Until when it can be answered.
    expires_at: Time,
}

/// Into which programme one is invited.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "a shape of the description")]
pub(crate) enum InvitedTo {
    OnsiteAssociate,
}

/// How an invitation stands.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "a shape of the description")]
pub(crate) enum InvitationStatus {
    Open,
    Accepted,
    Declined,
    Expired,
}

fn view(invitation: &Invitation, now: Timestamp) -> InvitationView {
    InvitationView {
        id: invitation.id.to_string(),
        programme: "onsite_associate",
        status: invitation.status(now),
        invited_at: Time(invitation.invited_at),
        expires_at: Time(invitation.until),
    }
}

/// My invitations, newest first.
#[utoipa::path(
    get,
    path = "/v1/influencer/invitations",
    tag = "influencer",
    params(PageQuery),
    security(("bearer" = [])),
    responses((status = 200, description = "A page of invitations.", body = Page<InvitationView>))
)]
pub(crate) async fn list_invitations(
    State(app): State<App>,
    viewer: Viewer,
    params: Params,
) -> Result<Json<Page<InvitationView>>, Error> {
    let me = &viewer.id;
    app.store.rules(me).await?;
    let page = params.page()?;
    let list = app.cursors.list("invitations", Some(me));
    let before: Option<InvitationId> = list.place(&page)?;
    let (found, more) = app.store.invitations_of(me, before, page.limit).await?;
    let now = app.clock.now();
    let items = found.iter().map(|one| view(one, now)).collect();
    let after = |shown: usize| {
        let last = found.get(shown.checked_sub(1)?)?;
        (more || shown < found.len()).then_some(last.id)
    };
    list.page(items, after).map(Json)
}

/// Accepts an invitation: I am an Onsite Associate from now on.
#[utoipa::path(
    post,
    path = "/v1/influencer/invitations/{id}/accept",
    tag = "influencer",
    params(("id" = String, Path, description = "Which.")),
    security(("bearer" = [])),
    responses(
        (status = 204, description = "Accepted."),
        (status = 409, description = "It is open no more."))
)]
pub(crate) async fn accept_invitation(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Result<StatusCode, Error> {
    Box::pin(app.answer(&viewer.id, &id, true)).await
}

/// Declines an invitation: I am asked no more for half a year.
#[utoipa::path(
    post,
    path = "/v1/influencer/invitations/{id}/decline",
    tag = "influencer",
    params(("id" = String, Path, description = "Which.")),
    security(("bearer" = [])),
    responses(
        (status = 204, description = "Declined."),
        (status = 409, description = "It is open no more."))
)]
pub(crate) async fn decline_invitation(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Result<StatusCode, Error> {
    Box::pin(app.answer(&viewer.id, &id, false)).await
}

impl App {
    /// Answers an invitation; what was said before may be said again.
    async fn answer(&self, me: &UserId, id: &str, accepted: bool) -> Result<StatusCode, Error> {
        self.store.rules(me).await?;
        let id: InvitationId = id.parse().map_err(|_no_id| Error::NotFound)?;
        let said = match accepted {
            true => Answer::Accepted,
            false => Answer::Declined,
        };
        let mut anew = Anew::standing_on("an invitation");
        loop {
            let before = self.store.invitation(me, id).await?;
            let before = before.ok_or(Error::NotFound)?;
            if before.answer == said {
                return Ok(StatusCode::NO_CONTENT);
            }
            let (fresh, now) = (self.fresh_account(), self.clock.now());
            let answered = self
                .store
                .answer_invitation(me, &before, accepted, &fresh, now);
            if answered.await? {
                return Ok(StatusCode::NO_CONTENT);
            }
            anew.begin().await?;
        }
    }
}
