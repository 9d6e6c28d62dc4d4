//! The inbox: what others did, and how far one has read of it.

use axum::{Json, extract::State};
use domain::{ids::NoticeId, shown::Onlooker};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::{
    error::{Error, Invalid},
    http::{JsonBody, Page, PageQuery, Params, Viewer, Wire},
    views::NotificationView,
};
use utoipa::ToSchema;

use crate::App;

/// The list's name in cursors.
const LIST: &str = "notifications";

/// One page of an inbox; may hold fewer notices than asked for, even none, before the end.
#[derive(Debug, Serialize, ToSchema)]
pub struct NotificationPage {
    /// Newest first.
    #[schema(max_items = 100)]
    pub items: Vec<NotificationView>,
    /// What to ask on with; `null` at the end of the list.
    #[schema(required)]
    pub next_cursor: Option<String>,
    /// How many notices are not read, the same on every page; 100 for more than that.
    #[schema(maximum = 100)]
    pub unread: u64,
}

/// How far an inbox is read.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ReadUpTo {
    /// The id of the newest notice that is read.
    #[schema(required, nullable = false)]
    up_to: Option<String>,
}

impl Wire for ReadUpTo {
    type Parsed = NoticeId;

    fn parse(self, invalid: &mut Invalid) -> Option<NoticeId> {
        let up_to = self.up_to.ok_or_else(|| "is required".to_owned());
        let up_to = up_to.and_then(|id| id.parse().map_err(|_none| UNKNOWN.to_owned()));
        invalid.check("/up_to", up_to)
    }
}

/// What is wrong with an id that was never told.
const UNKNOWN: &str = "is no notification of yours";

/// What others did, newest first; what belongs together in one.
#[utoipa::path(
    get,
    path = "/v1/notifications",
    tag = "engagement",
    params(PageQuery),
    security(("bearer" = [])),
    responses((status = 200, description = "A page of notifications.", body = NotificationPage))
)]
pub async fn list_notifications(
    State(app): State<App>,
    viewer: Viewer,
    params: Params,
) -> Result<Json<NotificationPage>, Error> {
    let page = match params.page() {
        Ok(page) => page,
        // 403 comes before 422: who has not joined is told that first.
        Err(error) => {
            app.store.member(&viewer.id).await?;
            return Err(error);
        }
    };
    let list = app.cursors.list(LIST, Some(&viewer.id));
    let place = list.place(&page)?;
    let now = app.clock.now();
    let inbox = app.inboxes.inbox(&viewer.id, place, page.limit, now);
    let inbox = Box::pin(inbox).await?;
    let owner = Onlooker::oneself(inbox.owner.clone());
    let items = inbox.items.iter();
    let items = items.map(|told| app.present.notification(told, &owner));
    let Page { items, next_cursor } = list.page(items.collect(), |shown| inbox.after(shown))?;
    Ok(Json(NotificationPage {
        items,
        next_cursor,
        unread: inbox.unread,
    }))
}

/// Notes that all up to a notification is read; never less than before.
#[utoipa::path(
    post,
    path = "/v1/notifications/read",
    tag = "engagement",
    request_body = ReadUpTo,
    security(("bearer" = [])),
    responses((status = 204, description = "Noted."))
)]
pub async fn read_notifications(
    State(app): State<App>,
    viewer: Viewer,
    body: JsonBody,
) -> Result<StatusCode, Error> {
    let up_to = match body.parse::<ReadUpTo>() {
        Ok(up_to) => up_to,
        Err(error) => {
            app.store.member(&viewer.id).await?;
            return Err(error);
        }
    };
    let (rules, told) = futures::join!(
        app.store.rules(&viewer.id),
        app.inboxes.is_told(&viewer.id, up_to)
    );
    rules?;
    if !told? {
        return Err(Error::invalid("/up_to", UNKNOWN));
    }
    app.store.read_up_to(&viewer.id, up_to).await?;
    Ok(StatusCode::NO_CONTENT)
}
