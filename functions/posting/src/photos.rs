//! Uploads: tickets, and what became of them.

use axum::{Json, extract::State, response::Response};
use jiff::SignedDuration;
use shared::{
    domain::{
        ids::{PhotoId, UserId},
        photo::{Photo, PhotoStatus, TICKET_LIFE},
    },
    error::Error,
    http::{JsonBody, Path, Refusals, Viewer, created, views::rejection},
    photos::presign_upload,
};

use crate::{
    App,
    wire::{NewPhoto, PhotoAnswer, Upload, UploadView},
};

/// How long a photo that no post claims is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// Asks for a ticket: a presigned request by which the app uploads the file itself, within 15
/// minutes. The store refuses a file of another type, length or digest.
#[utoipa::path(
    post,
    path = "/v1/photos",
    tag = "Posting",
    request_body = NewPhoto,
    security(("bearer" = [])),
    responses((status = 201, body = PhotoAnswer, headers(("Location" = String))), Refusals)
)]
pub async fn request_upload(
    State(app): State<App>,
    viewer: Viewer,
    body: JsonBody,
) -> Result<Response, Error> {
    app.store.member(&viewer.id).await?;
    let photo = app.ticket(viewer.id, body.parse::<NewPhoto>()?);
    let upload = app.upload(&photo).await?;
    app.store.give_ticket(&photo).await?;
    let answer = app.photo_answer(&photo, Some(upload));
    created(
        &app.context.config.api_url,
        &format!("/v1/photos/{}", photo.id),
        answer,
    )
}

/// What became of an own upload.
#[utoipa::path(
    get,
    path = "/v1/photos/{id}",
    tag = "Posting",
    params(("id" = String, Path)),
    security(("bearer" = [])),
    responses((status = 200, body = PhotoAnswer), Refusals)
)]
pub async fn read_photo(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Result<Json<PhotoAnswer>, Error> {
    let photo = async {
        match id.parse::<PhotoId>() {
            Ok(id) => app.store.photo(id).await,
            Err(_not_one) => Ok(None),
        }
    };
    let (member, photo) = futures::join!(app.store.member(&viewer.id), photo);
    member?;
    let now = app.context.clock.now();
    let mine = photo?.filter(|photo| photo.owner == viewer.id && !photo.is_forgotten(now));
    let photo = mine.ok_or(Error::NotFound)?;
    Ok(Json(app.photo_answer(&photo, None)))
}

impl App {
    fn ticket(&self, owner: UserId, upload: Upload) -> Photo {
        let (ids, now) = (&self.context.ids, self.context.clock.now());
        Photo {
            id: PhotoId(ids.ulid()),
            owner,
            content_type: upload.content_type,
            bytes: upload.bytes,
            sha256: upload.sha256,
            status: PhotoStatus::AwaitingUpload,
            reason: None,
            media: ids.secret(),
            image: None,
            post: None,
            created_at: now,
            expires_at: Some(now.as_second() + KEPT.as_secs()),
        }
    }

    async fn upload(&self, photo: &Photo) -> Result<UploadView, Error> {
        let signed = presign_upload(
            &self.context.s3,
            &self.context.config.bucket,
            photo.id,
            &photo.content_type,
            photo.bytes,
            &photo.sha256,
            TICKET_LIFE.unsigned_abs(),
        )
        .await?;
        Ok(UploadView {
            method: signed.method,
            url: signed.url,
            headers: signed.headers,
            expires_at: photo.created_at + TICKET_LIFE,
        })
    }

    fn photo_answer(&self, photo: &Photo, upload: Option<UploadView>) -> PhotoAnswer {
        let image = photo.image.as_ref();
        PhotoAnswer {
            id: photo.id.to_string(),
            status: match photo.status {
                PhotoStatus::AwaitingUpload => "awaiting_upload",
                PhotoStatus::Ready => "ready",
                PhotoStatus::Rejected => "rejected",
            },
            reason: photo.reason.map(rejection),
            upload,
            width: image.map(|image| image.width),
            height: image.map(|image| image.height),
            placeholder: image.map(|image| image.placeholder.clone()),
            renditions: image.map(|image| self.present.renditions(image)),
        }
    }
}
