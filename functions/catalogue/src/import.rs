//! One file of the store's, from the bucket into the table, slice by slice.
//!
//! A message handles one slice and asks for the next. What a slice did is noted in the bucket
//! before the next is asked for, under the file's version and the slice's number: so a message
//! that comes again does nothing but ask again, and one that died half-way does its slice anew,
//! which changes nothing, since each line is news of the same rank as before.

use futures::{StreamExt, TryStreamExt, stream};
use jiff::{Timestamp, Unit};
use shared::{
    domain::{product::News, report::BadLine},
    error::Error,
    queue::messages::{CatalogueMessage, FeedRead, SliceImported, StoreFile},
    store::{Details, Imported, classify::classify},
};

use crate::{
    App,
    feed::{MAX_RECORD, Place},
    retire,
    source::{Found, Kind, Source},
    state::{Part, part_key},
};

/// Records held before they are written together.
const PAGE: usize = 250;
/// Records written at once.
const WRITERS: usize = 64;
/// Bytes of a slice, or a record more.
const SLICE_BYTES: u64 = 16 * 1024 * 1024;

/// Takes over a file that has arrived. One that was taken away before it was read is nothing to
/// take over; neither is one that came again, or that a newer one overtook.
///
/// # Errors
/// A key that is none of the store's files, a service that fails.
pub(crate) async fn arrive(app: &App, key: &str, at: Option<Timestamp>) -> Result<(), Error> {
    if Kind::of(key).is_none() {
        return Err(Error::internal("not a key of a feed"));
    }
    let head = app.s3.head_object().bucket(&app.bucket).key(key);
    let head = match head.send().await {
        Ok(head) => head,
        Err(error) if error.as_service_error().is_some_and(|e| e.is_not_found()) => {
            tracing::warn!(feed.key = key, "the file is gone");
            return Ok(());
        }
        Err(error) => return Err(classify(error)),
    };
    let modified = head.last_modified.and_then(|time| time.to_millis().ok());
    let modified = modified.and_then(|time| Timestamp::from_millisecond(time).ok());
    let at = at.or(modified).unwrap_or_else(|| app.clock.now());
    let file = StoreFile {
        key: key.to_owned(),
        at: at.round(Unit::Millisecond).map_err(Error::internal)?,
        etag: head.e_tag.unwrap_or_default(),
    };
    slice(app, file, 0, Place { offset: 0, line: 1 }).await
}

/// Takes over the slice that follows.
///
/// # Errors
/// A service that fails.
pub(crate) async fn go_on(app: &App, done: SliceImported) -> Result<(), Error> {
    let place = Place {
        offset: done.offset,
        line: done.line,
    };
    slice(app, done.file, done.parts, place).await
}

async fn slice(app: &App, file: StoreFile, part: u32, place: Place) -> Result<(), Error> {
    let current = app.current(&file).await?;
    if current.is_some_and(|current| current.at >= file.at) {
        tracing::info!(feed.key = file.key, "nothing new");
        return Ok(());
    }
    let before = app.part(&part_key(&file, part)).await?;
    let done = match before {
        Some(done) => done,
        None => match Box::pin(read(app, &file, place)).await? {
            Some(done) => {
                app.put_part(&file, part, &done).await?;
                done
            }
            None => {
                tracing::warn!(feed.key = file.key, "another file took its place");
                return Ok(());
            }
        },
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

/// Reads and writes a slice; `None` when the file is not that version any more.
async fn read(app: &App, file: &StoreFile, place: Place) -> Result<Option<Part>, Error> {
    let kind = Kind::of(&file.key).ok_or_else(|| Error::internal("not a key of a feed"))?;
    let mut source = Source::of(kind);
    if place.offset > 0 {
        let range = format!("bytes=0-{}", MAX_RECORD + 2);
        let Some(head) = app.open(&file.key, Some(range)).await? else {
            return Ok(None);
        };
        let head = head.body.collect().await.map_err(Error::unavailable)?;
        source.resume(&head.into_bytes(), place);
    }
    let range = (place.offset > 0).then(|| format!("bytes={}-", place.offset));
    let Some(object) = app.open(&file.key, range).await? else {
        return Ok(None);
    };
    if object.e_tag.unwrap_or_default() != file.etag {
        return Ok(None);
    }
    let length = object
        .content_length
        .and_then(|length| u64::try_from(length).ok());
    let size = place.offset + length.unwrap_or_default();
    let (mut body, mut slice) = (object.body, Slice::new(app, file, place));
    'reading: loop {
        match body.try_next().await.map_err(Error::unavailable)? {
            Some(bytes) => source.push(&bytes),
            None => source.end(),
        }
        while let Some(entry) = source.next() {
            (slice.part.offset, slice.part.line) = (entry.after.offset, entry.after.line);
            slice.part.ids.extend(entry.id);
            match entry.found {
                Ok(found) => slice.page.push((entry.line, found)),
                Err(bad) if source.is_unreadable() => slice.part.tally.unreadable(bad),
                Err(bad) => slice.part.tally.bad(bad),
            }
            if slice.page.len() >= PAGE {
                slice.write().await?;
            }
            let full = slice.part.tally.lines + slice.page.len() as u64 >= app.slice
                || slice.part.offset - place.offset >= SLICE_BYTES;
            if full && source.can_pause() {
                break 'reading;
            }
        }
        if source.has_ended() || source.is_unreadable() {
            slice.part.ended = true;
            break;
        }
    }
    slice.write().await?;
    let mut part = slice.part;
    if part.offset >= size {
        source.end();
        part.ended = true;
    }
    part.cut_off = part.ended && source.is_cut_off();
    if part.ended && source.is_empty() && part.tally.bad_lines == 0 {
        part.tally
            .unreadable(vec![BadLine::whole(1, "is no header")]);
    }
    part.tally.bad.sort_by_key(|bad| bad.line);
    Ok(Some(part))
}

/// A slice on its way into the table.
struct Slice<'a> {
    app: &'a App,
    file: &'a StoreFile,
    part: Part,
    /// Good records, each with its line.
    page: Vec<(u64, Found)>,
}

impl<'a> Slice<'a> {
    fn new(app: &'a App, file: &'a StoreFile, place: Place) -> Self {
        Self {
            app,
            file,
            part: Part::at(place),
            page: Vec::with_capacity(PAGE),
        }
    }

    async fn write(&mut self) -> Result<(), Error> {
        let (app, file) = (self.app, self.file);
        let written: Vec<_> = stream::iter(self.page.drain(..))
            .map(|(line, found)| take_over(app, file, line, found))
            .buffered(WRITERS)
            .try_collect()
            .await?;
        for problem in written {
            match problem {
                None => self.part.tally.good(),
                Some(bad) => self.part.tally.bad(vec![bad]),
            }
        }
        Ok(())
    }
}

/// Takes over a record; what is wrong with it, seen from the table.
async fn take_over(
    app: &App,
    file: &StoreFile,
    line: u64,
    found: Found,
) -> Result<Option<BadLine>, Error> {
    let news = News::of(file.at, line);
    match found {
        Found::Product(product) => {
            let mut product = *product;
            let details = Details {
                description: product.description.take().unwrap_or_default(),
                more_images: std::mem::take(&mut product.more_images),
            };
            let product = product.confirmed(file.at);
            let taken = app.store.take_over(&product, &details, &file.key, news);
            taken.await?;
            Ok(None)
        }
        Found::Review(review) => match app.store.put_review(&review, news).await? {
            Imported::Done | Imported::Known => Ok(None),
            Imported::NoProduct => Ok(Some(BadLine {
                line,
                field: "product_id".into(),
                reason: "is no product of the catalogue".to_owned(),
            })),
        },
    }
}
