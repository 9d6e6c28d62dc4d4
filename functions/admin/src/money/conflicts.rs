//! What the store told that contradicts what it told before (MONEY 18).

use axum::{Json, extract::State};
use jiff::Timestamp;
use serde::Serialize;
use shared::{
    error::Error,
    http::{Admin, Page, PageQuery, Params},
    store::EventConflict,
    views::Time,
};
use utoipa::ToSchema;

use crate::App;

/// An event that is in nobody's books, or a line of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConflictView {
    /// Which; empty where it does not say.
    pub event_id: String,
    /// Which line of its it is about; absent for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_id: Option<String>,
    /// Why: `event-reused`, `ordered-twice`, `currency`, `too-many-events`, or `invalid: ` and what is wrong.
    pub reason: String,
    /// When it was received.
    pub received_at: Time,
    /// What it said, its customer hashed.
    #[schema(value_type = Object)]
    pub body: serde_json::Value,
}

impl From<&EventConflict> for ConflictView {
    fn from(conflict: &EventConflict) -> Self {
        Self {
            event_id: conflict.event.clone(),
            line_id: Some(conflict.line.clone()).filter(|line| !line.is_empty()),
            reason: conflict.reason.clone(),
            received_at: conflict.received_at.into(),
            body: conflict.said(),
        }
    }
}

/// What the store told and no book took, the latest first.
#[utoipa::path(
    get,
    path = "/v1/admin/event-conflicts",
    tag = "admin",
    params(PageQuery),
    security(("bearer" = [])),
    responses((status = 200, description = "A page of events.", body = Page<ConflictView>))
)]
pub async fn list_conflicts(
    State(app): State<App>,
    _admin: Admin,
    params: Params,
) -> Result<Json<Page<ConflictView>>, Error> {
    let page = params.page()?;
    let list = app.cursors.list("event conflicts", None);
    let after: Option<(Timestamp, String)> = list.place(&page)?;
    let (found, more) = app.store.conflicts(after, page.limit).await?;
    let items = found.iter().map(ConflictView::from).collect();
    list.page(items, |shown| {
        let last = shown.checked_sub(1).and_then(|last| found.get(last))?;
        (more || shown < found.len()).then(|| (last.received_at, last.place()))
    })
    .map(Json)
}
