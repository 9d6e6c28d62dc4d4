//! Uploads: tickets, and what became of them.

use axum::{Json, extract::State, response::Response};
use domain::{
    claim::Claim,
    ids::{PhotoId, UserId},
    posts::photo::{Photo, PhotoStatus, TICKET_LIFE},
    quota::Quota,
};
use jiff::SignedDuration;
use shared::{
    error::Error,
    http::{JsonBody, Path, Viewer, created},
    runtime::Clock,
    views::rejection,
};

use crate::{
    App,
    wire::{NewPhoto, PhotoAnswer, Upload, UploadView},
};

const ROUTE: &str = "POST /v1/photos";

/// How long a photo that nothing claims is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// Asks for a ticket: a presigned request by which the app uploads the file itself, within 15
/// minutes. The store refuses a file of another type, length or digest, and with 412 a second one. The same key and body
/// within 24 hours ask for one photo: a later answer has a fresh request, as long as nothing came.
#[utoipa::path(
    post,
    path = "/v1/photos",
    tag = "posting",
    request_body = NewPhoto,
    security(("bearer" = [])),
    responses((status = 201, description = "The ticket.", body = PhotoAnswer))
)]
pub async fn request_upload(
    State(app): State<App>,
    viewer: Viewer,
    body: JsonBody,
) -> Result<Response, Error> {
    let claim = body.claim(&viewer, ROUTE);
    let known = claim.as_ref().ok().and_then(Option::as_ref);
    let (member, made) = futures::join!(app.store.member(&viewer.id), app.ticket_before(known));
    member?;
    let (claim, made) = (claim?, made?);
    let wanted = body.parse::<NewPhoto>()?;
    let photo = match made {
        Some(photo) => photo,
        None => app.give_ticket(viewer.id, wanted, claim.as_ref()).await?,
    };
    let upload = match photo.status {
        PhotoStatus::AwaitingUpload => Some(app.upload(&photo).await?),
        PhotoStatus::Ready | PhotoStatus::Rejected => None,
    };
    let answer = app.photo_answer(&photo, upload, false);
    created(&app.api_url, &format!("/v1/photos/{}", photo.id), answer)
}

/// What became of an own upload.
#[utoipa::path(
    get,
    path = "/v1/photos/{id}",
    tag = "posting",
    params(("id" = String, Path, description = "Which.")),
    security(("bearer" = [])),
    responses((status = 200, description = "The upload.", body = PhotoAnswer))
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
    let now = app.clock.now();
    let mine = photo?.filter(|photo| photo.owner == viewer.id && !photo.is_forgotten(now));
    let photo = mine.ok_or(Error::NotFound)?;
    // The bucket is asked rather than the worker made to note that it began: so this is true also
    // while the queue lags, and a photo costs one write less.
    let arrived = match photo.status {
        PhotoStatus::AwaitingUpload => app.objects.has_upload(photo.id).await?,
        PhotoStatus::Ready | PhotoStatus::Rejected => false,
    };
    Ok(Json(app.photo_answer(&photo, None, arrived)))
}

impl App {
    /// The photo that a request with this key asked for before.
    async fn ticket_before(&self, claim: Option<&Claim>) -> Result<Option<Photo>, Error> {
        let now = self.clock.now();
        let made = match claim {
            Some(claim) => self.store.made_before(claim, now).await?,
            None => None,
        };
        let Some(made) = made else { return Ok(None) };
        let photo = self.store.photo(made.parse().map_err(Error::internal)?);
        let photo = photo.await?.filter(|photo| !photo.is_forgotten(now));
        photo.ok_or(Error::Gone).map(Some)
    }

    /// Notes a ticket; with a key, the one ticket that is given for it.
    async fn give_ticket(
        &self,
        owner: UserId,
        upload: Upload,
        claim: Option<&Claim>,
    ) -> Result<Photo, Error> {
        let quota = Quota {
            user: owner.clone(),
            kind: "tickets",
            limit: self.tickets_an_hour,
        };
        let photo = self.ticket(owner, upload);
        if self.store.give_ticket(&photo, claim, Some(&quota)).await? {
            return Ok(photo);
        }
        let first = self.ticket_before(claim).await?;
        first.ok_or_else(|| Error::unavailable("a key was used, and then it was not"))
    }

    fn ticket(&self, owner: UserId, upload: Upload) -> Photo {
        let now = self.clock.now();
        let id = PhotoId(self.ids.ulid());
        Photo {
            id,
            owner,
            content_type: upload.content_type,
            bytes: upload.bytes,
            sha256: upload.sha256,
            status: PhotoStatus::AwaitingUpload,
            reason: None,
            media: self.media.of(id),
            image: None,
            original: None,
            post: None,
            avatar: false,
            created_at: now,
            expires_at: Some(now.as_second() + KEPT.as_secs()),
        }
    }

    async fn upload(&self, photo: &Photo) -> Result<UploadView, Error> {
        // S3 reads its own clock, not one that a try-out has moved.
        let signed = self.presigner.upload(Clock::real(), photo).await?;
        Ok(UploadView {
            method: signed.method,
            url: signed.url,
            headers: signed.headers,
            expires_at: (self.clock.now() + TICKET_LIFE).into(),
        })
    }

    fn photo_answer(
        &self,
        photo: &Photo,
        upload: Option<UploadView>,
        arrived: bool,
    ) -> PhotoAnswer {
        let image = photo.image.as_ref();
        PhotoAnswer {
            id: photo.id.to_string(),
            status: match photo.status {
                PhotoStatus::AwaitingUpload if arrived => "processing",
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
