//! The moderators' queue.

use axum::{Json, extract::State};
use domain::engagement::CaseState;
use shared::{
    error::{Error, Invalid},
    http::{Moderator, Page, PageQuery, Params},
    read::QueuePlace,
    views::{CaseView, words},
};

use crate::App;

/// What is to be looked at, or was, by when it is due: what others reported, what the filter holds, and appeals.
#[utoipa::path(
    get,
    path = "/v1/moderation/queue",
    tag = "admin",
    params(
        ("state" = inline(Option<words::CaseState>), Query, description = "Whether it is to be looked at: `open` unless said otherwise."),
        PageQuery
    ),
    security(("bearer" = [])),
    responses((status = 200, description = "A page of cases.", body = Page<CaseView>))
)]
pub async fn read_queue(
    State(app): State<App>,
    _moderator: Moderator,
    params: Params,
) -> Result<Json<Page<CaseView>>, Error> {
    let mut invalid = Invalid::default();
    let states = CaseState::ALL.map(|state| (state.name(), state));
    let state = params.one_of("state", &states, &mut invalid);
    let page = params.page_into(&mut invalid);
    invalid.finish()?;
    let state = state.unwrap_or(CaseState::Open);
    let name = format!("cases {}", state.name());
    let list = app.cursors.list(&name, None);
    let after: Option<QueuePlace> = list.place(&page)?;
    let now = app.clock.now();
    let (dockets, end) = app
        .reads
        .queue(state, after.as_ref(), page.limit, now)
        .await?;
    let items = dockets.iter().map(|docket| app.present.case(docket));
    let after = |shown: usize| {
        if shown == dockets.len() {
            return end;
        }
        let last = dockets.get(shown.checked_sub(1)?)?;
        Some((last.case.due_at, last.case.subject.clone()))
    };
    list.page(items.collect(), after).map(Json)
}
