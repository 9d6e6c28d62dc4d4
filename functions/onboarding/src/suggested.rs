//! People with the same interests.

use axum::{Json, extract::State};
use domain::{
    people::suggestions::{Rank, Suggestion, suggest},
    shown::Onlooker,
};
use shared::{
    error::Error,
    http::{Page, PageQuery, Params, Viewer},
};

use crate::{App, wire::SuggestedView};

/// The list's name in cursors.
const LIST: &str = "people suggested";
/// This many of my interests are looked at.
const TOPICS: usize = 10;
/// Of each, this many of the latest to join.
const EACH: usize = 30;

/// People who chose the same interests and whom I do not follow, most shared first.
#[utoipa::path(
    get,
    path = "/v1/people/suggested",
    tag = "onboarding",
    params(PageQuery),
    security(("bearer" = [])),
    responses((status = 200, description = "A page of people.", body = Page<SuggestedView>))
)]
pub(crate) async fn list_suggested(
    State(app): State<App>,
    viewer: Viewer,
    params: Params,
) -> Result<Json<Page<SuggestedView>>, Error> {
    let own = app.store.own(&viewer.id).await?;
    let (me, onlooker) = (own.profile, Onlooker::new(viewer.id.clone(), own.rules));
    let page = params.page()?;
    let list = app.cursors.list(LIST, Some(&viewer.id));
    let after: Option<Rank> = list.place(&page)?;
    let people = app
        .store
        .interested(me.interests.iter().take(TOPICS), EACH)
        .await?;
    let profiles = app.store.profiles(&people).await?;
    let mut suggestions = suggest(&me, &onlooker, &own.following, profiles.into_values());
    suggestions.retain(|suggestion| {
        after
            .as_ref()
            .is_none_or(|after| suggestion.rank() > *after)
    });
    let more = suggestions.len() > page.limit;
    suggestions.truncate(page.limit);
    let items = suggestions
        .iter()
        .map(|suggestion| SuggestedView {
            user: app.present.user(&suggestion.profile),
            shared_interests: suggestion.shared.iter().map(ToString::to_string).collect(),
        })
        .collect();
    let after = |_all_fit| suggestions.last().filter(|_| more).map(Suggestion::rank);
    list.page(items, after).map(Json)
}
