//! What the store does not want written, or wants looked at first (ENGAGEMENT 38).

use axum::extract::State;
use domain::filter::{Lists, MOST, check};
use http::StatusCode;
use serde::Deserialize;
use shared::{
    error::{Error, Invalid},
    http::{Admin, LongBody, Wire},
};
use utoipa::ToSchema;

use crate::App;

/// Most bad entries that are named at once.
const MOST_NAMED: usize = 100;

/// Words and phrases, each of up to 100 bytes, compared whatever their case and blanks, between bounds of words; a last
/// `*` stands for any rest.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewFilter {
    /// With any of these, a text is refused. None where it is left out.
    #[schema(max_items = 5000)]
    refuse: Option<Vec<String>>,
    /// With any of these, a text is held back until a moderator has looked at it. None where it is left out.
    #[schema(max_items = 5000)]
    hold: Option<Vec<String>>,
}

impl Wire for NewFilter {
    type Parsed = Lists;

    fn parse(self, invalid: &mut Invalid) -> Option<Lists> {
        let refuse = list("/refuse", self.refuse, invalid);
        let hold = list("/hold", self.hold, invalid);
        Some(Lists { refuse, hold })
    }
}

fn list(pointer: &str, sent: Option<Vec<String>>, invalid: &mut Invalid) -> Vec<String> {
    let entries = sent.unwrap_or_default();
    if entries.len() > MOST {
        invalid.add(pointer, format!("has {}; at most {MOST}", entries.len()));
    }
    for (index, entry) in entries.iter().enumerate().take(MOST) {
        if invalid.fields().len() >= MOST_NAMED {
            break;
        }
        invalid.check(&format!("{pointer}/{index}"), check(entry));
    }
    entries
}

/// Puts the store's filter in the place of the one before. Functions go by it within ten seconds.
#[utoipa::path(
    put,
    path = "/v1/admin/filter",
    tag = "admin",
    request_body = NewFilter,
    security(("bearer" = [])),
    responses((status = 204, description = "Noted."))
)]
pub async fn set_filter(
    State(app): State<App>,
    _admin: Admin,
    LongBody(body): LongBody,
) -> Result<StatusCode, Error> {
    let lists = body.parse::<NewFilter>()?;
    app.objects.write_filter(&lists).await?;
    Ok(StatusCode::NO_CONTENT)
}
