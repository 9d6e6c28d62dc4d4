//! Puts an account's export together (ENGAGEMENT 45-46): a page of a part at a time, in pieces of which each lies in the
//! bucket before it is noted how far that has come, and one file of them in the end. No more than two pieces are held at
//! once, however much there is.

mod members;
mod parts;
mod shapes;
mod told;

use domain::people::export::{Export, ExportStatus, Place};
use shared::{
    bucket::{export_key, piece_key},
    error::Error,
    queue::{
        is_late,
        messages::{ExportAsked, JanitorMessage},
    },
};

use self::{
    members::MEMBERS,
    parts::{Page, Whose},
};
use crate::App;

/// So many bytes are a part of the file: S3 takes none that is smaller than 5 MiB, but the last.
const PART: usize = 8 << 20;

/// Goes on putting an export together.
pub(crate) async fn go_on(app: &App, asked: ExportAsked) -> Result<(), Error> {
    let Some(mut export) = app.store.export(&asked.user, asked.export).await? else {
        // It went with its account; what was put for it since goes too.
        return app.exports.delete_all(asked.export).await;
    };
    let now = app.clock.now();
    if !export.is_unfinished(now) {
        return tidy(app, &export).await;
    }
    let Some(profile) = app.store.profile(&asked.user).await? else {
        // Whoever leaves takes their exports along.
        return Ok(());
    };
    let whose = Whose {
        profile,
        export: export.id,
        asked_at: export.created_at,
        now,
    };
    let (mut place, mut text) = (export.place.clone(), Vec::new());
    let mut pages = 0;
    while place.part < MEMBERS.len() {
        let over = pages >= app.slice.pages || is_late();
        if over || text.len() >= app.slice.piece {
            let piece = std::mem::take(&mut text);
            let Some(further) = keep(app, export, place.clone(), piece).await? else {
                return Ok(());
            };
            export = further;
            if over {
                return app.own.send(&[JanitorMessage::Export(asked)]).await;
            }
        }
        place = Box::pin(write(app, &whose, place, &mut text)).await?;
        pages += 1;
    }
    finish(app, export, text).await
}

/// Writes a page of a part; where it goes on then.
async fn write(
    app: &App,
    whose: &Whose,
    mut place: Place,
    text: &mut Vec<u8>,
) -> Result<Place, Error> {
    let Some(member) = MEMBERS.get(place.part) else {
        return Ok(place);
    };
    if place.cursor.is_none() {
        text.extend_from_slice(member.open.as_bytes());
        // What begins with nothing goes on with the list of the part before.
        place.filled &= member.open.is_empty();
    }
    let Page { elements, last } = member.part.page(app, whose, place.cursor.take()).await?;
    for element in elements {
        if place.filled {
            text.push(b',');
        }
        place.filled = true;
        serde_json::to_writer(&mut *text, &element).map_err(Error::internal)?;
    }
    if last.is_none() {
        text.extend_from_slice(member.close.as_bytes());
        place.part += 1;
    }
    place.cursor = last;
    Ok(place)
}

/// Puts a piece into the bucket and notes how far that has come; `None` where somebody else has come further, or the
/// account is gone.
async fn keep(
    app: &App,
    export: Export,
    place: Place,
    piece: Vec<u8>,
) -> Result<Option<Export>, Error> {
    let mut key = None;
    if !piece.is_empty() {
        let new = piece_key(export.id);
        app.exports.put(&new, piece).await?;
        key = Some(new);
    }
    let further = export.further(place, key.clone());
    if app.store.export_at(&further).await? {
        return Ok(Some(further.written()));
    }
    if let Some(key) = key {
        app.exports.delete(&key).await?;
    }
    Ok(None)
}

/// Makes one file of the pieces and of what is left, and says that it is there.
async fn finish(app: &App, export: Export, text: Vec<u8>) -> Result<(), Error> {
    let key = export_key(export.id);
    if export.pieces.is_empty() {
        app.exports.put(&key, text).await?;
    } else {
        join(app, &key, &export.pieces, text).await?;
    }
    let ready = export.ready(app.clock.now());
    if app.store.finish_export(&ready).await? {
        tracing::info!(export.id = %ready.id, "ready");
        return tidy(app, &ready).await;
    }
    match app.store.export(&ready.owner, ready.id).await? {
        Some(export) => tidy(app, &export).await,
        // Its account went meanwhile, perhaps before the file was put.
        None => app.exports.delete_all(ready.id).await,
    }
}

async fn join(app: &App, key: &str, pieces: &[String], text: Vec<u8>) -> Result<(), Error> {
    let mut file = app.exports.begin_parts(key).await?;
    let mut part = Vec::new();
    for piece in pieces {
        let missing = || Error::internal("a piece of an export is missing");
        part.extend(app.exports.bytes(piece).await?.ok_or_else(missing)?);
        if part.len() >= PART {
            app.exports
                .put_part(&mut file, std::mem::take(&mut part))
                .await?;
        }
    }
    part.extend(text);
    app.exports.put_part(&mut file, part).await?;
    app.exports.complete_parts(file).await
}

/// Deletes the pieces of an export whose file is there.
async fn tidy(app: &App, export: &Export) -> Result<(), Error> {
    if export.status(app.clock.now()) != ExportStatus::Ready {
        return Ok(());
    }
    let file = export_key(export.id);
    let lying = app.exports.list(export.id).await?;
    for piece in lying.iter().filter(|key| **key != file) {
        app.exports.delete(piece).await?;
    }
    Ok(())
}
