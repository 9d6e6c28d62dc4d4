//! Inviting anybody to be an Onsite Associate (MONEY 10).

use axum::{extract::State, response::Response};
use domain::{ids::InvitationId, money::invitations::Invitation, people::Handle};
use serde::{Deserialize, Serialize};
use shared::{
    error::{Error, Invalid},
    http::{Admin, JsonBody, Wire, created},
    views::Time,
};
use utoipa::ToSchema;

use crate::App;

/// Who is to be invited.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewInvitation {
    /// By their handle.
    #[schema(required, pattern = "^[A-Za-z0-9_]{2,20}$")]
    handle: Option<String>,
}

impl Wire for NewInvitation {
    type Parsed = Handle;

    fn parse(self, invalid: &mut Invalid) -> Option<Handle> {
        let handle = self.handle.ok_or_else(|| "is required".to_owned());
        invalid.check("/handle", handle.and_then(|handle| Handle::parse(&handle)))
    }
}

/// That somebody is invited.
#[derive(Debug, Serialize, ToSchema)]
pub struct Invited {
    /// By which invitation.
    #[schema(pattern = "^[0-7][0-9A-HJKMNP-TV-Z]{25}$")]
    id: String,
    /// Who.
    handle: String,
    /// Until when it can be answered.
    expires_at: Time,
}

/// Invites somebody; whoever is invited already stays so.
#[utoipa::path(
    post,
    path = "/v1/admin/invitations",
    tag = "admin",
    request_body = NewInvitation,
    security(("bearer" = [])),
    responses((status = 201, description = "Invited.", body = Invited))
)]
pub async fn invite(
    State(app): State<App>,
    _admin: Admin,
    body: JsonBody,
) -> Result<Response, Error> {
    let handle = body.parse::<NewInvitation>()?;
    let user = app.store.user_by_handle(&handle).await?;
    let profile = match &user {
        Some(user) => app.store.profile(user).await?,
        None => None,
    };
    let Some(profile) = profile else {
        return Err(Error::invalid("/handle", "is nobody's"));
    };
    let now = app.clock.now();
    let (before, _) = app.store.invitations_of(&profile.id, None, 100).await?;
    let open = before.into_iter().find(|one| one.is_open(now));
    let invitation = match open {
        Some(open) => open,
        None => {
            let new = Invitation::new(InvitationId(app.ids.ulid()), now);
            app.store.invite(&profile.id, &new).await?;
            new
        }
    };
    let invited = Invited {
        id: invitation.id.to_string(),
        handle: profile.handle.as_str().to_owned(),
        expires_at: Time(invitation.until),
    };
    created(&app.api_url, "/v1/influencer/invitations", invited)
}
