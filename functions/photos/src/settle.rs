//! One upload: from the bucket through the pipeline into its photo, and into the post that waits.

use domain::{
    ids::PostId,
    posts::{
        PostStatus,
        photo::{Image, MAX_BYTES, Original, Photo, PhotoStatus, Rejection, Rendition},
    },
};
use imaging::{Defect, Processed};
use shared::{
    bucket::{Upload, is_upload_key, photo_at, upload_key},
    error::Error,
    queue::{
        is_late,
        messages::{PhotoAwaited, PhotoRemoved},
    },
    store::Uploads,
    table::Anew,
    telemetry::{
        Trace, Traced,
        metrics::{self, Metric},
    },
};

use crate::App;

/// Settles the upload at `key`: its photo first, then the post that claimed it. A post that
/// claims it in between is found settled by its own write, which is conditional on the photo's.
pub(crate) async fn settle(app: &App, key: &str) -> Result<(), Error> {
    if !is_upload_key(key) {
        return Err(Error::internal("not a key of an upload"));
    }
    let Some(id) = photo_at(key) else {
        tracing::info!(
            upload.key = key,
            "deleted an upload that no ticket leads to"
        );
        return app.bucket.delete(key).await;
    };
    let Some((photo, trace)) = app.store.ticket(id).await? else {
        // Its time ran out, or its post was deleted, perhaps while renditions were made of it.
        for media in app.media.possible(id) {
            crate::delete(app, &PhotoRemoved { photo: id, media }).await?;
        }
        return Ok(());
    };
    // S3's message carries no trace: the work goes on in that of the request for the ticket.
    let trace = trace.or_else(Trace::current).unwrap_or_else(Trace::fresh);
    let span = tracing::info_span!("upload", trace.id = trace.id(), photo.id = %photo.id);
    let (was, since) = (photo.status, photo.created_at);
    let work = async {
        let awaited = settle_ticket(app, key, photo).await?;
        // Of one that was settled before, whoever did so says it too, or the janitor asks.
        if was == PhotoStatus::AwaitingUpload && !awaited {
            app.store.stop_awaiting(since, id).await?;
        }
        Ok(())
    };
    work.in_trace(trace, span).await
}

/// Settles an upload that was lost on the way, or does not come any more; one that may still come
/// is left alone.
pub(crate) async fn look_for(app: &App, awaited: &PhotoAwaited) -> Result<(), Error> {
    let PhotoAwaited { photo: id, since } = *awaited;
    let still = match app.store.photo(id).await? {
        Some(photo) => settle_ticket(app, &upload_key(id), photo).await?,
        None => false,
    };
    if still {
        return Ok(());
    }
    app.store.stop_awaiting(since, id).await
}

/// Whether it is still awaited then.
async fn settle_ticket(app: &App, key: &str, photo: Photo) -> Result<bool, Error> {
    let settled = match photo.status {
        PhotoStatus::AwaitingUpload => settle_photo(app, key, photo).await?,
        PhotoStatus::Ready | PhotoStatus::Rejected => Some(photo),
    };
    let Some(photo) = settled else {
        return Ok(false);
    };
    if photo.status == PhotoStatus::AwaitingUpload {
        return Ok(true);
    }
    if let Some(post) = photo.post {
        settle_post(app, post).await?;
    }
    Ok(false)
}

/// Makes the renditions, or finds why there are none; answers with the photo as it is then.
async fn settle_photo(app: &App, key: &str, photo: Photo) -> Result<Option<Photo>, Error> {
    let turn = app.turn.acquire().await.map_err(Error::internal)?;
    if is_late() {
        return Err(Error::unavailable("its turn came too late"));
    }
    let outcome = match app.bucket.upload(key, MAX_BYTES).await? {
        Some(Upload::Whole(bytes)) => process(bytes, photo.content_type.clone()).await?,
        Some(Upload::TooLarge) => Err(Rejection::TooLarge),
        None if photo.is_given_up(app.clock.now()) => Err(Rejection::NotUploaded),
        None => {
            tracing::info!(photo.id = %photo.id, "nothing is there, or no more");
            return Ok(Some(photo));
        }
    };
    drop(turn);
    let settled = match outcome {
        Ok((processed, file)) => {
            let (image, original) = put(app, &photo, processed, file).await?;
            tracing::info!(photo.id = %photo.id, "ready");
            metrics::count(Metric::PhotosReady, 1);
            app.store
                .settle_photo(photo.id, Ok((&image, &original)))
                .await?
        }
        Err(rejection) => {
            tracing::info!(photo.id = %photo.id, photo.rejection = ?rejection, "rejected");
            metrics::count(Metric::PhotosRejected, 1);
            app.store.settle_photo(photo.id, Err(rejection)).await?
        }
    };
    if settled.is_none() {
        // It went meanwhile, perhaps before its renditions were put.
        let Photo { id, media, .. } = photo;
        crate::delete(app, &PhotoRemoved { photo: id, media }).await?;
    }
    Ok(settled)
}

/// Runs the pipeline beside the runtime: what is shown, and what is kept of the file. A file on which it would panic is unreadable: one
/// delivered again and again would keep others waiting.
async fn process(
    bytes: Vec<u8>,
    content_type: String,
) -> Result<Result<(Processed, Vec<u8>), Rejection>, Error> {
    let work = move || {
        let processed = imaging::process(&bytes, &content_type)?;
        Ok((processed, imaging::original(&bytes, &content_type)?))
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => Ok(outcome.map_err(rejection)),
        Err(stopped) if stopped.is_panic() => {
            tracing::error!("the pipeline panicked");
            Ok(Err(Rejection::Unreadable))
        }
        Err(stopped) => Err(Error::unavailable(stopped)),
    }
}

/// What the owner is told of a file that cannot be shown.
fn rejection(defect: Defect) -> Rejection {
    match defect {
        Defect::Truncated => Rejection::Truncated,
        Defect::TypeMismatch => Rejection::TypeMismatch,
        Defect::TooManyPixels => Rejection::TooManyPixels,
        Defect::Unreadable => Rejection::Unreadable,
    }
}

/// Puts the renditions into the photo's directory, which its ticket chose, and the original where its owner
/// alone finds it.
async fn put(
    app: &App,
    photo: &Photo,
    processed: Processed,
    file: Vec<u8>,
) -> Result<(Image, Original), Error> {
    let media = &photo.media;
    let renditions = processed
        .renditions
        .iter()
        .map(|rendition| Rendition {
            width: rendition.width,
            height: rendition.height,
        })
        .collect();
    let puts = processed.renditions.into_iter().map(|rendition| {
        app.bucket
            .put_rendition(media, rendition.width, rendition.jpeg)
    });
    let puts = futures::future::try_join_all(puts);
    let kept = app.bucket.put_original(photo.id, &photo.content_type, file);
    let (_, original) = futures::try_join!(puts, kept)?;
    let image = Image {
        width: processed.width,
        height: processed.height,
        placeholder: processed.placeholder,
        media: media.clone(),
        renditions,
    };
    Ok((image, original))
}

/// Publishes a post if it waited for nothing else, or hands it back to its author. Of two photos
/// settled at the same time, the later one sees both; what its author changes meanwhile is looked
/// at anew.
async fn settle_post(app: &App, post: PostId) -> Result<(), Error> {
    let mut anew = Anew::standing_on("the post");
    loop {
        let Some(before) = app.store.post_now(post).await? else {
            return Ok(());
        };
        if before.has_appeared() {
            return Ok(());
        }
        let photos = app.store.photos(&before.photo_ids()).await?;
        let mut after = before.clone();
        after.look_at(photos.iter().flatten());
        let now = app.clock.now();
        after.settle(now);
        // What still waits is written when it waits no more.
        if after == before || after.status == PostStatus::Processing {
            return Ok(());
        }
        if after.has_appeared() {
            app.store.label_paid(&mut after, now).await?;
        }
        let uploads = Uploads::default();
        if app
            .store
            .change_post(&before, &after, &uploads, now)
            .await?
        {
            tracing::info!(post.id = %post, post.status = after.status.name(), "settled");
            return Ok(());
        }
        anew.begin().await?;
    }
}
