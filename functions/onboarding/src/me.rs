//! My own profile: joining, reading, changing, leaving.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use domain::{
    ids::UserId,
    people::{Avatar, Profile},
    posts::photo::{Photo, PhotoStatus},
    shown::Onlooker,
};
use http::StatusCode;
use shared::{
    error::{Conflict, Error, Invalid},
    http::{IfMatch, JsonBody, Patch, Viewer, created},
    store::ProfileChange,
};

use crate::{
    App,
    wire::{ChangeMe, Join, Joining, LeavingView, MeView, Person, counts},
};

const JOIN: &str = "POST /v1/me";

/// Joins: takes a handle and at least five interests.
#[utoipa::path(
    post,
    path = "/v1/me",
    tag = "onboarding",
    request_body = Join,
    security(("bearer" = [])),
    responses((status = 201, description = "Joined.", body = MeView))
)]
pub(crate) async fn join(
    State(app): State<App>,
    viewer: Viewer,
    body: JsonBody,
) -> Result<Response, Error> {
    let claim = body.claim(&viewer, JOIN)?;
    let mut invalid = Invalid::default();
    let joining = body.parse_noting::<Join>(&mut invalid)?;
    let Joining {
        person,
        terms,
        name,
        handle,
    } = joining.unwrap_or_default();
    let terms = app.gate.accepted(terms.as_deref());
    let terms = invalid.check("/terms_version", terms).flatten();
    let now = app.clock.now();
    let filter = app.filter.now(now).await;
    let name = name.iter().map(|name| ("/display_name", name.as_str()));
    invalid.unwanted(filter.screen(name).unheld());
    // A handle is refused, or taken: no moderator need look at it.
    let handle = handle.iter().map(|handle| ("/handle", handle.as_str()));
    invalid.unwanted(filter.screen(handle).refused());
    // What was made before stands, whichever terms are in force by now.
    if let (Some(claim), Some(_)) = (&claim, &person)
        && app.store.made_before(claim, now).await?.is_some()
    {
        let profile = app.store.profile(&viewer.id).await?.ok_or(Error::Gone)?;
        return answer(&app, &viewer, profile);
    }
    invalid.finish()?;
    let Some(Person {
        display_name,
        handle,
        interests,
        notify,
    }) = person
    else {
        return Err(Error::internal("a body was refused without a reason"));
    };
    let profile = Profile {
        notify,
        ..Profile::new(viewer.id.clone(), handle, display_name, interests, now)
    };
    let joined = app
        .store
        .join(&profile, terms.as_deref(), claim.as_ref(), now);
    joined.await?;
    answer(&app, &viewer, profile)
}

fn answer(app: &App, viewer: &Viewer, profile: Profile) -> Result<Response, Error> {
    let path = format!("/v1/users/{}", profile.handle.as_str());
    created(&app.api_url, &path, view(app, viewer, profile))
}

/// My profile.
#[utoipa::path(
    get,
    path = "/v1/me",
    tag = "onboarding",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "My profile.", body = MeView),
        (status = 404, description = "Not joined."))
)]
pub(crate) async fn read_me(State(app): State<App>, viewer: Viewer) -> Result<Json<MeView>, Error> {
    let profile = app
        .reads
        .profile(&viewer.id)
        .await?
        .ok_or(Error::NotFound)?;
    Ok(Json(view(&app, &viewer, profile)))
}

/// Changes my profile, or accepts the store's terms: an RFC 7396 merge patch. The handle is fixed. An avatar's photo is no
/// post's, and goes when another takes its place.
#[utoipa::path(
    patch,
    path = "/v1/me",
    tag = "onboarding",
    request_body(content = ChangeMe, content_type = "application/merge-patch+json"),
    security(("bearer" = [])),
    responses((status = 200, description = "My profile, changed.", body = MeView))
)]
pub(crate) async fn change_me(
    State(app): State<App>,
    viewer: Viewer,
    if_match: IfMatch,
    body: JsonBody,
) -> Result<Response, Error> {
    let now = app.clock.now();
    let (caller, filter) = futures::join!(app.store.caller(&viewer.id), app.filter.now(now));
    let (seen, mut rules) = caller?;
    let mut invalid = Invalid::default();
    let change = body
        .parse_noting::<ChangeMe>(&mut invalid)?
        .unwrap_or_default();
    let terms = change.terms.and_then(|version| {
        let accepted = app.gate.accepted(Some(&version));
        invalid.check("/terms_version", accepted).flatten()
    });
    if change.says {
        // Whoever accepts the terms may go on at once.
        rules.terms_version = terms.clone().or(rules.terms_version);
        app.gate.admit(viewer.id.clone(), rules, now)?;
    }
    let said = [
        ("/display_name", &change.display_name),
        ("/bio", &change.bio),
    ];
    let said = said.into_iter();
    let said = said.filter_map(|(field, text)| Some((field, text.as_deref()?)));
    invalid.unwanted(filter.screen(said).unheld());
    let mut taken = false;
    let avatar = match change.avatar {
        Patch::Keep => None,
        Patch::Clear => Some(None),
        Patch::Set(photo) => {
            let photo = app.store.photo(photo).await?;
            let photo = photo.filter(|photo| !photo.is_forgotten(now));
            taken = photo.as_ref().is_some_and(|photo| photo.post.is_some());
            invalid
                .check("/avatar_photo_id", portrait(photo, &viewer.id))
                .map(Some)
        }
    };
    invalid.finish()?;
    if taken {
        return Err(Error::Conflict(Conflict::PhotoTaken));
    }
    if if_match.is_sent() {
        let shown = app.reads.counted(seen.clone()).await?;
        if_match.check(&view(&app, &viewer, shown), &app.clock)?;
    }
    let seen = Some(&seen).filter(|_| if_match.is_sent());
    let change = ProfileChange {
        display_name: change.display_name,
        bio: change.bio,
        avatar,
        interests: change.interests,
        notify: change.notify,
        terms,
    };
    let profile = app.store.change_profile(&viewer.id, change, seen).await?;
    let profile = app.reads.counted(profile).await?;
    Ok(Json(view(&app, &viewer, profile)).into_response())
}

/// Deletes my account: at once nobody sees me, and I may nothing. What I posted, said and did goes soon after, with what it
/// was counted by; others may not take my handle for a year.
#[utoipa::path(
    delete,
    path = "/v1/me",
    tag = "onboarding",
    security(("bearer" = [])),
    responses((status = 202, description = "It is being deleted.", body = LeavingView))
)]
pub(crate) async fn leave(
    State(app): State<App>,
    viewer: Viewer,
    if_match: IfMatch,
) -> Result<Response, Error> {
    let (seen, engaged) =
        futures::try_join!(app.store.member(&viewer.id), app.store.engaged(&viewer.id))?;
    if if_match.is_sent() {
        let shown = app.reads.counted(seen.clone()).await?;
        if_match.check(&view(&app, &viewer, shown), &app.clock)?;
    }
    let bound = Some(&seen).filter(|_| if_match.is_sent());
    app.store.leave(&seen, bound, app.clock.now()).await?;
    let account = engaged.map(|engaged| engaged.account.to_string());
    Ok((StatusCode::ACCEPTED, Json(LeavingView { account })).into_response())
}

/// What an avatar is drawn from: a photo of one's own that is ready. Another's answers as if it
/// were not there.
fn portrait(photo: Option<Photo>, owner: &UserId) -> Result<Avatar, String> {
    let photo = photo
        .filter(|photo| photo.owner == *owner)
        .ok_or("there is no such photo")?;
    match photo.status {
        PhotoStatus::Ready => {
            let image = photo.image.ok_or("this photo is not ready")?;
            Ok(Avatar {
                photo: photo.id,
                image,
            })
        }
        PhotoStatus::AwaitingUpload => Err("this photo is not ready yet".to_owned()),
        PhotoStatus::Rejected => Err("this photo was rejected".to_owned()),
    }
}

fn view(app: &App, viewer: &Viewer, profile: Profile) -> MeView {
    let profile = Onlooker::oneself(profile);
    MeView {
        card: app.present.user(&profile),
        counts: counts(&profile),
        prime: viewer.prime(),
        bio: profile.bio.clone(),
        interests: profile.interests.iter().map(ToString::to_string).collect(),
        notify: profile.notify.into(),
    }
}
