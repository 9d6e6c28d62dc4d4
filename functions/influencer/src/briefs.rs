//! Briefs (MONEY 35): what sellers ask of me, and what I say to it.

use axum::{Json, extract::State};
use domain::{
    ids::{BriefId, UserId},
    money::briefs::Status,
};
use http::StatusCode;
use shared::{
    error::Error,
    http::{Page, PageQuery, Params, Path, Viewer},
    table::Anew,
    views::BriefView,
};

use crate::App;

/// The briefs that sellers sent me, newest first.
#[utoipa::path(
    get,
    path = "/v1/influencer/briefs",
    tag = "influencer",
    params(PageQuery),
    security(("bearer" = [])),
    responses((status = 200, description = "A page of briefs.", body = Page<BriefView>))
)]
pub(crate) async fn list_briefs(
    State(app): State<App>,
    viewer: Viewer,
    params: Params,
) -> Result<Json<Page<BriefView>>, Error> {
    let me = &viewer.id;
    app.store.rules(me).await?;
    let page = params.page()?;
    let list = app.cursors.list("briefs", Some(me));
    let before: Option<BriefId> = list.place(&page)?;
    let (found, more) = app.store.briefs_to(me, before, page.limit).await?;
    let items = found.iter().map(BriefView::received).collect();
    let after = |shown: usize| {
        let last = found.get(shown.checked_sub(1)?)?;
        (more || shown < found.len()).then_some(last.id)
    };
    list.page(items, after).map(Json)
}

/// Accepts a brief: what I publish within 90 days that shows a product of it is labelled as paid for.
#[utoipa::path(
    post,
    path = "/v1/influencer/briefs/{id}/accept",
    tag = "influencer",
    params(("id" = String, Path, description = "Which.")),
    security(("bearer" = [])),
    responses(
        (status = 204, description = "Accepted."),
        (status = 409, description = "It was declined; or as many run as may."))
)]
pub(crate) async fn accept_brief(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Result<StatusCode, Error> {
    Box::pin(app.answer_brief(&viewer.id, &id, Status::Accepted)).await
}

/// Declines a brief.
#[utoipa::path(
    post,
    path = "/v1/influencer/briefs/{id}/decline",
    tag = "influencer",
    params(("id" = String, Path, description = "Which.")),
    security(("bearer" = [])),
    responses(
        (status = 204, description = "Declined."),
        (status = 409, description = "It was accepted."))
)]
pub(crate) async fn decline_brief(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Result<StatusCode, Error> {
    Box::pin(app.answer_brief(&viewer.id, &id, Status::Declined)).await
}

impl App {
    /// Answers a brief; what was said before may be said again.
    async fn answer_brief(
        &self,
        me: &UserId,
        id: &str,
        answer: Status,
    ) -> Result<StatusCode, Error> {
        self.store.rules(me).await?;
        let id: BriefId = id.parse().map_err(|_no_id| Error::NotFound)?;
        let mut anew = Anew::standing_on("a brief");
        loop {
            let before = self.store.brief(me, id).await?;
            let before = before.ok_or(Error::NotFound)?;
            if before.status == answer {
                return Ok(StatusCode::NO_CONTENT);
            }
            let now = self.clock.now();
            if self.store.answer_brief(me, &before, answer, now).await? {
                return Ok(StatusCode::NO_CONTENT);
            }
            anew.begin().await?;
        }
    }
}
