//! One file of the store's, from the bucket into the table, slice by slice.
//!
//! A message handles one slice and asks for the next. What a slice did is noted in the bucket
//! before the next is asked for, under the file's version and the slice's number: so a message
//! that comes again does nothing but ask again, and one that died half-way does its slice anew,
//! which changes nothing, since each line is news of the same rank as before.
//!
//! A newer version of the file may overtake one that is still being taken over. It first notes that
//! it is about to retire what it does not name, and then looks which products its forerunners
//! named; a slice first notes which products it names, writes them, and then looks whether a newer
//! version is about to retire. So one of the two sees the other, whatever comes between. A slice
//! that a worker died over is looked at so when its message comes again: its note waits for it.

use domain::{
    catalogue::{file::StoreFile, product::News, report::BadLine},
    feeds::{Findable, rows::Row},
};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::{Timestamp, Unit};
use shared::{
    bucket::files::part_key,
    error::Error,
    queue::messages::{CatalogueMessage, FeedRead, SliceImported},
    store::{Details, Imported},
};

use crate::{
    App,
    feed::{MAX_RECORD, Spot},
    retire,
    source::{Found, Kind, Source},
    state::Part,
    stock::{row, stock},
};

/// Records written at once.
const WRITERS: usize = 64;
/// Words of bad records that are noted of a slice.
const HINTS: usize = 10_000;
/// Bytes of a slice, or a record more: it is held in memory.
const SLICE_BYTES: u64 = 8 * 1024 * 1024;

/// Takes over a file that has arrived. One that was taken away before it was read is nothing to
/// take over; neither is one that came again, or that a newer one overtook, or the empty object
/// that S3's console makes for a folder. One whose name does not end as it should is reported on.
///
/// # Errors
/// A key in none of the store's folders, a service that fails.
pub(crate) async fn arrive(app: &App, key: &str, at: Option<Timestamp>) -> Result<(), Error> {
    if key.ends_with('/') {
        return Ok(());
    }
    let Some(folder) = Kind::in_folder(key) else {
        return Err(Error::internal("not a key of a feed"));
    };
    let Some(head) = app.bucket.head(key).await? else {
        tracing::warn!(feed.key = key, "the file is gone");
        return Ok(());
    };
    let modified = head.last_modified.and_then(|time| time.to_millis().ok());
    let modified = modified.and_then(|time| Timestamp::from_millisecond(time).ok());
    let at = at.or(modified).unwrap_or_else(|| app.clock.now());
    let file = StoreFile {
        key: key.to_owned(),
        at: at.round(Unit::Millisecond).map_err(Error::internal)?,
        etag: head.e_tag.unwrap_or_default(),
    };
    if Kind::of(key).is_none() {
        return retire::refuse(app, &file, folder).await;
    }
    slice(app, file, 0, Spot { offset: 0, line: 1 }).await
}

/// Takes over the slice that follows.
///
/// # Errors
/// A service that fails.
pub(crate) async fn go_on(app: &App, done: SliceImported) -> Result<(), Error> {
    let place = Spot {
        offset: done.offset,
        line: done.line,
    };
    slice(app, done.file, done.parts, place).await
}

async fn slice(app: &App, file: StoreFile, part: u32, place: Spot) -> Result<(), Error> {
    let current = app.current(&file).await?;
    if current.is_some_and(|current| current.at >= file.at) {
        tracing::info!(feed.key = file.key, "nothing new");
        return leave(app, &file).await;
    }
    let before = app.part(&part_key(&file, part)).await?;
    let done = match before.filter(|done| done.written) {
        Some(done) => Some(done),
        None => match Box::pin(read(app, &file, place)).await? {
            Some(slice) => Box::pin(write(app, &file, part, slice)).await?,
            None => {
                tracing::warn!(feed.key = file.key, "another file took its place");
                return leave(app, &file).await;
            }
        },
    };
    let Some(done) = done else {
        tracing::info!(feed.key = file.key, "a newer file overtook it");
        return Ok(());
    };
    let parts = part + 1;
    if done.ended {
        let read = FeedRead {
            file,
            parts,
            after: None,
            retired: 0,
        };
        return Box::pin(retire::finish(app, read)).await;
    }
    let next = SliceImported {
        file,
        parts,
        offset: done.offset,
        line: done.line,
    };
    app.own.send(&[CatalogueMessage::SliceImported(next)]).await
}

/// Leaves a version to a newer one; what was begun of it is not to stay.
async fn leave(app: &App, file: &StoreFile) -> Result<(), Error> {
    for (key, begun) in app.begun(file).await? {
        retire::if_overtaken(app, file, &key, &begun).await?;
    }
    Ok(())
}

/// Notes which products a slice names, writes them, and notes that; `None` when a newer version
/// overtook it meanwhile.
async fn write(
    app: &App,
    file: &StoreFile,
    part: u32,
    slice: Slice,
) -> Result<Option<Part>, Error> {
    let Slice {
        part: mut done,
        good,
    } = slice;
    app.put_part(file, part, &done).await?;
    let written: Vec<_> = stream::iter(good)
        .map(|(line, found)| take_over(app, file, line, found))
        .buffered(WRITERS)
        .try_collect()
        .await?;
    let (problems, rows): (Vec<_>, Vec<_>) = written.into_iter().unzip();
    stock(app, rows.into_iter().flatten()).await?;
    for problem in problems {
        match problem {
            None => done.tally.good(),
            Some(bad) => done.tally.bad(vec![bad]),
        }
    }
    done.tally.bad.sort_by_key(|bad| bad.line);
    if retire::if_overtaken(app, file, &part_key(file, part), &done).await? {
        return Ok(None);
    }
    done.written = true;
    app.put_part(file, part, &done).await?;
    Ok(Some(done))
}

/// Reads and checks a slice; `None` when the file is not that version any more.
async fn read(app: &App, file: &StoreFile, place: Spot) -> Result<Option<Slice>, Error> {
    let kind = Kind::of(&file.key).ok_or_else(|| Error::internal("not a key of a feed"))?;
    let mut source = Source::of(kind, &app.people);
    if place.offset > 0 {
        let range = format!("bytes=0-{}", MAX_RECORD + 2);
        let Some(head) = app.bucket.get(&file.key, Some(range)).await? else {
            return Ok(None);
        };
        let head = head.body.collect().await.map_err(Error::unavailable)?;
        source.resume(&head.into_bytes(), place);
    }
    let range = (place.offset > 0).then(|| format!("bytes={}-", place.offset));
    let Some(object) = app.bucket.get(&file.key, range).await? else {
        return Ok(None);
    };
    if object.e_tag.unwrap_or_default() != file.etag {
        return Ok(None);
    }
    let length = object
        .content_length
        .and_then(|length| u64::try_from(length).ok());
    let size = place.offset + length.unwrap_or_default();
    let mut body = object.body;
    let (mut part, mut good) = (Part::at(place), Vec::new());
    'reading: loop {
        match body.try_next().await.map_err(Error::unavailable)? {
            Some(bytes) => source.push(&bytes),
            None => source.end(),
        }
        while let Some(entry) = source.next() {
            (part.offset, part.line) = (entry.after.offset, entry.after.line);
            part.hidden += entry.hidden.records;
            if entry.hidden.records > 0 {
                part.gaps.push(part.ids.last().cloned().unwrap_or_default());
            }
            part.ids.extend(entry.id);
            let room = HINTS.saturating_sub(part.hints.len());
            part.hints.extend(entry.hidden.words.into_iter().take(room));
            part.tally.warn(entry.warnings);
            match entry.found {
                Ok(found) => good.push((entry.line, found)),
                Err(bad) if source.is_unreadable() => part.tally.unreadable(bad),
                Err(bad) => part.tally.bad(bad),
            }
            let full = part.tally.lines + good.len() as u64 >= app.slice
                || part.offset - place.offset >= SLICE_BYTES;
            if full && source.can_pause() {
                break 'reading;
            }
        }
        if source.has_ended() || source.is_unreadable() {
            part.ended = true;
            break;
        }
    }
    if part.offset >= size {
        source.end();
        part.ended = true;
    }
    part.cut_off = part.ended && source.is_cut_off();
    if part.ended && source.is_empty() && part.tally.bad_lines == 0 {
        part.tally
            .unreadable(vec![BadLine::whole(1, "is no header")]);
    }
    Ok(Some(Slice { part, good }))
}

/// A slice that was read.
struct Slice {
    part: Part,
    /// Good records, each with its line.
    good: Vec<(u64, Found)>,
}

/// Takes over a record; what is wrong with it, seen from the table, and its place on its topic's shelf.
async fn take_over(
    app: &App,
    file: &StoreFile,
    line: u64,
    found: Found,
) -> Result<(Option<BadLine>, Option<Row>), Error> {
    let news = News::of(file.at, line);
    match found {
        Found::Product(product) => {
            let mut product = *product;
            let details = Details {
                description: product.description.take().unwrap_or_default(),
                more_images: std::mem::take(&mut product.more_images),
                ..Details::default()
            };
            let product = product.confirmed(file.at);
            let taken = app.store.take_over(&product, &details, &file.key, news);
            taken.await?;
            Ok((None, row(&product)))
        }
        Found::Review(review) if review.written_at > app.latest() => {
            let bad = BadLine {
                line,
                field: "written_at".into(),
                reason: "lies ahead".to_owned(),
            };
            Ok((Some(bad), None))
        }
        Found::Review(review) => match app.store.put_review(&review, news).await? {
            Imported::Done | Imported::Known => {
                // What is reviewed much is found before others.
                let product = Findable::Product(review.product);
                app.store.keep_findable(&product).await?;
                Ok((None, None))
            }
            Imported::NoProduct => {
                let bad = BadLine {
                    line,
                    field: "product_id".into(),
                    reason: "is no product of the catalogue".to_owned(),
                };
                Ok((Some(bad), None))
            }
        },
    }
}
