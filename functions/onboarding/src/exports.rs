//! Exports of one's own account (ENGAGEMENT 45): asked for here, put together by `janitor`.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use domain::{
    claim::Claim,
    ids::{ExportId, PhotoId, UserId},
    people::export::{Export, ExportStatus},
    quota::Quota,
};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use shared::{
    bucket::{export_key, original_key},
    error::Error,
    http::{JsonBody, Path, Viewer, created},
    runtime::Clock,
    views::Time,
};
use utoipa::ToSchema;

use crate::App;

const ROUTE: &str = "POST /v1/me/exports";

/// An export of my account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExportView {
    /// Which.
    #[schema(value_type = String)]
    id: ExportId,
    /// How far it has come.
    #[schema(value_type = ExportState)]
    status: &'static str,
    /// Where the file is, once ready: good for 15 minutes, another each time.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri")]
    url: Option<String>,
    /// When the file goes: a week after it was ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Time>,
}

/// How far an export has come.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "a shape of the description")]
pub(crate) enum ExportState {
    Queued,
    Running,
    Ready,
    Failed,
    Expired,
}

/// Asks for an export of all that is kept of me, private and hidden too: one JSON file, and with it my photos as I uploaded
/// them, without what the camera wrote into them. One at a time, and two a day (UTC).
#[utoipa::path(
    post,
    path = "/v1/me/exports",
    tag = "onboarding",
    security(("bearer" = [])),
    responses((status = 201, description = "Asked for.", body = ExportView))
)]
pub(crate) async fn ask_for_export(
    State(app): State<App>,
    viewer: Viewer,
    body: JsonBody,
) -> Result<Response, Error> {
    let claim = body.bare_claim(&viewer, ROUTE);
    let known = claim.as_ref().ok().and_then(Option::as_ref);
    let (member, made) = futures::join!(
        app.store.rules(&viewer.id),
        app.asked_before(&viewer.id, known)
    );
    member?;
    let (claim, made) = (claim?, made?);
    let export = match made {
        Some(export) => export,
        None => app.ask(viewer.id, claim.as_ref()).await?,
    };
    let path = format!("/v1/me/exports/{}", export.id);
    created(&app.api_url, &path, app.export_view(&export).await?)
}

/// How far an export of mine has come, and where the file is.
#[utoipa::path(
    get,
    path = "/v1/me/exports/{id}",
    tag = "onboarding",
    params(("id" = String, Path, description = "Which.")),
    security(("bearer" = [])),
    responses((status = 200, description = "The export.", body = ExportView))
)]
pub(crate) async fn read_export(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Result<Json<ExportView>, Error> {
    let export = app.own_export(&viewer.id, &id).await?;
    app.export_view(&export).await.map(Json)
}

/// A photo that an export of mine names: a redirect to the file, good for 15 minutes.
#[utoipa::path(
    get,
    path = "/v1/me/exports/{id}/photos/{photo_id}",
    tag = "onboarding",
    params(
        ("id" = String, Path, description = "Which export."),
        ("photo_id" = String, Path, description = "Which photo.")),
    security(("bearer" = [])),
    responses((status = 302, description = "Where the file is.",
        headers(("Location" = String, description = "Where the file is."))))
)]
pub(crate) async fn read_exported_photo(
    State(app): State<App>,
    viewer: Viewer,
    Path((id, photo)): Path<(String, String)>,
) -> Result<Response, Error> {
    let photo = async {
        match photo.parse::<PhotoId>() {
            Ok(photo) => app.store.photo(photo).await,
            Err(_not_one) => Ok(None),
        }
    };
    let (export, photo) = futures::join!(app.own_export(&viewer.id, &id), photo);
    let now = app.clock.now();
    if export?.status(now) != ExportStatus::Ready {
        return Err(Error::NotFound);
    }
    let photo = photo?.filter(|photo| photo.owner == viewer.id && photo.original.is_some());
    let photo = photo.filter(|photo| !photo.is_forgotten(now));
    let photo = photo.ok_or(Error::NotFound)?;
    let url = app.presigned(&original_key(photo.id)).await?;
    let url = HeaderValue::try_from(url).map_err(Error::internal)?;
    Ok((StatusCode::FOUND, [(header::LOCATION, url)]).into_response())
}

impl App {
    /// The export that a request with this key asked for before.
    async fn asked_before(
        &self,
        me: &UserId,
        claim: Option<&Claim>,
    ) -> Result<Option<Export>, Error> {
        let now = self.clock.now();
        let made = match claim {
            Some(claim) => self.store.made_before(claim, now).await?,
            None => None,
        };
        let Some(made) = made else { return Ok(None) };
        let id = made.parse().map_err(Error::internal)?;
        let export = self.store.export(me, id).await?;
        export.ok_or(Error::Gone).map(Some)
    }

    async fn ask(&self, me: UserId, claim: Option<&Claim>) -> Result<Export, Error> {
        let quota = Quota {
            user: me.clone(),
            kind: "exports",
            limit: self.exports_a_day,
        };
        let export = Export::asked(ExportId(self.ids.ulid()), me, self.clock.now());
        if self.store.ask_for_export(&export, claim, &quota).await? {
            return Ok(export);
        }
        let first = self.asked_before(&export.owner, claim).await?;
        first.ok_or_else(|| Error::unavailable("a key was used, and then it was not"))
    }

    /// An export of the caller's, a member.
    ///
    /// # Errors
    /// 403 who has not joined; 404 another's.
    async fn own_export(&self, me: &UserId, id: &str) -> Result<Export, Error> {
        let export = async {
            match id.parse::<ExportId>() {
                Ok(id) => self.store.export(me, id).await,
                Err(_not_one) => Ok(None),
            }
        };
        let (member, export) = futures::join!(self.store.rules(me), export);
        member?;
        export?.ok_or(Error::NotFound)
    }

    async fn export_view(&self, export: &Export) -> Result<ExportView, Error> {
        let status = export.status(self.clock.now());
        let url = match status {
            ExportStatus::Ready => Some(self.presigned(&export_key(export.id)).await?),
            ExportStatus::Queued
            | ExportStatus::Running
            | ExportStatus::Failed
            | ExportStatus::Expired => None,
        };
        Ok(ExportView {
            id: export.id,
            status: status.name(),
            url,
            expires_at: export.expires().map(Time),
        })
    }

    async fn presigned(&self, key: &str) -> Result<String, Error> {
        // S3 reads its own clock, not one that a try-out has moved.
        self.presigner.download(Clock::real(), key).await
    }
}
