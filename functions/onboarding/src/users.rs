//! People as others see them.

use axum::{Json, extract::State};
use domain::people::Handle;
use shared::{
    error::Error,
    http::{MaybeViewer, Path},
};

use crate::{
    App,
    wire::{FollowingView, UserView, counts},
};

/// Somebody's public profile; the handle may be spelled in any case.
#[utoipa::path(
    get,
    path = "/v1/users/{handle}",
    tag = "onboarding",
    params(("handle" = String, Path)),
    security((), ("bearer" = [])),
    responses((status = 200, description = "The profile.", body = UserView))
)]
pub(crate) async fn read_user(
    State(app): State<App>,
    MaybeViewer(viewer): MaybeViewer,
    Path(handle): Path<String>,
) -> Result<Json<UserView>, Error> {
    let handle = Handle::parse(&handle).map_err(|_never_taken| Error::NotFound)?;
    let viewer = viewer.map(|viewer| viewer.id);
    let (user, onlooker) = futures::try_join!(
        app.store.user_by_handle(&handle),
        app.reads.onlooker(viewer.as_ref())
    )?;
    let user = user.ok_or(Error::NotFound)?;
    let following = async {
        match &viewer {
            Some(viewer) => app.store.is_following(viewer, &user).await.map(Some),
            None => Ok(None),
        }
    };
    let (profile, following) = futures::try_join!(app.reads.profile(&user), following)?;
    let profile = profile.and_then(|profile| onlooker.meets(profile));
    let profile = profile.ok_or(Error::NotFound)?;
    Ok(Json(UserView {
        card: app.present.user(&profile),
        counts: counts(&profile),
        bio: profile.bio.clone(),
        viewer: following.map(|following| FollowingView { following }),
    }))
}
