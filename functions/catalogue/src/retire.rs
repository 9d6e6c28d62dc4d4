//! The end of an import: what the file does not name any more is retired, and the report written.
//!
//! What an earlier version named is known from its slices in the bucket, so no Scan asks the table.
//! A file that seems cut off, or is mostly bad, retires nothing; its earlier versions stay live, so
//! that a whole one retires then what is missing in all.

use std::collections::HashSet;

use domain::{
    catalogue::{
        file::StoreFile,
        product::News,
        report::{NotRetired, Report, Tally},
    },
    ids::ProductId,
};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use shared::{
    bucket::files::{part_key, report_id},
    error::Error,
    queue::messages::{CatalogueMessage, FeedRead},
    telemetry::metrics::{self, Metric},
};

use crate::{
    App,
    source::{Kind, report_key},
    state::{Current, Part},
};

/// Products retired at once.
const WRITERS: usize = 64;
/// So many retired, the rest is left to another message.
const STEP: u64 = 10_000;
/// More bad lines than one in so many: the file is not believed.
const BAD_SHARE: u64 = 10;
/// So many missing are believed, however few are left.
const FEW: u64 = 20;
/// Of so many versions that were not believed the products are remembered, besides those of the
/// last that was.
const DOUBTED: usize = 3;

/// The first 128 bits of a digest: a million ids take 16 MB, and none is taken for another.
fn mark(id: &str) -> u128 {
    let digest = Sha256::digest(id);
    let (first, _) = digest.split_at(16);
    first
        .iter()
        .fold(0, |mark, byte| (mark << 8) | u128::from(*byte))
}

/// If a newer version of the file retires, or did: retires what a slice named, save what the newer
/// one names, and forgets the slice under its key. Whether that was so.
///
/// # Errors
/// A service that fails.
pub(crate) async fn if_overtaken(
    app: &App,
    file: &StoreFile,
    key: &str,
    part: &Part,
) -> Result<bool, Error> {
    let Some(newer) = app.retiring(file).await?.filter(|at| *at > file.at) else {
        return Ok(false);
    };
    let ids = part.ids.iter().filter_map(|id| ProductId::parse(id));
    let ids: Vec<_> = ids.collect();
    stream::iter(ids)
        .map(|id| async move {
            let news = News::of(newer, 0);
            app.store.retire(&id, &file.key, news).await
        })
        .buffer_unordered(WRITERS)
        .try_for_each(|_retired| async { Ok(()) })
        .await?;
    app.forget_part(key).await?;
    Ok(true)
}

/// What all slices of a file say together.
struct Whole {
    tally: Tally,
    cut_off: bool,
    named: HashSet<u128>,
}

async fn whole(app: &App, read: &FeedRead) -> Result<Whole, Error> {
    let mut whole = Whole {
        tally: Tally::default(),
        cut_off: false,
        named: HashSet::new(),
    };
    for part in 0..read.parts {
        let part = app.known_part(&part_key(&read.file, part)).await?;
        whole.tally.add(part.tally);
        whole.cut_off |= part.cut_off;
        whole.named.extend(part.ids.iter().map(|id| mark(id)));
    }
    Ok(whole)
}

/// Retires what is missing, some at a time, and then closes the import. Coming again does nothing
/// once that is done.
///
/// # Errors
/// A service that fails.
pub(crate) async fn finish(app: &App, read: FeedRead) -> Result<(), Error> {
    let current = app.current(&read.file).await?;
    if current
        .as_ref()
        .is_some_and(|current| current.at >= read.file.at)
    {
        return Ok(());
    }
    let whole = whole(app, &read).await?;
    let doubt = match read.after {
        None => {
            let earlier = app.earlier_parts(&read.file).await?;
            doubt(app, &whole, current.as_ref(), &earlier).await?
        }
        Some(_) => None,
    };
    let mut retired = read.retired;
    if doubt.is_none() && Kind::of(&read.file.key) == Some(Kind::Products) {
        app.put_retiring(&read.file).await?;
        let mut left = app.earlier_parts(&read.file).await?;
        left.retain(|key| read.after.as_ref().is_none_or(|after| key > after));
        for (index, key) in left.iter().enumerate() {
            let ids = app.named_earlier(key).await?;
            retired += retire(app, &read.file, &whole, ids).await?;
            if retired - read.retired >= STEP && index + 1 < left.len() {
                let next = FeedRead {
                    after: Some(key.clone()),
                    retired,
                    ..read
                };
                return app.own.send(&[CatalogueMessage::FeedRead(next)]).await;
            }
        }
    }
    let since = current.map(|current| current.at);
    close(app, &read.file, whole.tally, retired, doubt, since).await
}

/// Why the file is not believed to be whole, if it is not and names less than is live.
async fn doubt(
    app: &App,
    whole: &Whole,
    current: Option<&Current>,
    earlier: &[String],
) -> Result<Option<NotRetired>, Error> {
    let mut missing = HashSet::new();
    for key in earlier {
        let ids = app.named_earlier(key).await?;
        let marks = ids.iter().map(|id| mark(id));
        missing.extend(marks.filter(|mark| !whole.named.contains(mark)));
    }
    let products = missing.len() as u64;
    let tally = &whole.tally;
    let reason = if products == 0 {
        None
    } else if tally.products == 0 {
        Some("it has no good line")
    } else if whole.cut_off {
        Some("it seems to be cut off")
    } else if tally.bad_lines.saturating_mul(BAD_SHARE) > tally.lines {
        Some("more than a tenth of its lines are bad")
    } else if products >= FEW
        && missing.len() > whole.named.len()
        && !current.is_some_and(|current| current.doubted)
    {
        Some(TOO_FEW)
    } else {
        None
    };
    Ok(reason.map(|reason| NotRetired {
        products,
        reason: reason.to_owned(),
    }))
}

const TOO_FEW: &str =
    "it lacks more products than it names; the next file is believed if it does, too";

/// Retires what a slice of an earlier version named and the file does not; how many it were.
async fn retire(
    app: &App,
    file: &StoreFile,
    whole: &Whole,
    mut ids: Vec<String>,
) -> Result<u64, Error> {
    ids.retain(|id| !whole.named.contains(&mark(id)));
    let missing: HashSet<_> = ids.iter().filter_map(|id| ProductId::parse(id)).collect();
    let news = News::of(file.at, 0);
    stream::iter(missing)
        .map(|id| async move { app.store.retire(&id, &file.key, news).await })
        .buffer_unordered(WRITERS)
        .try_fold(
            0,
            |sum, retired| async move { Ok(sum + u64::from(retired)) },
        )
        .await
}

async fn close(
    app: &App,
    file: &StoreFile,
    tally: Tally,
    retired: u64,
    not_retired: Option<NotRetired>,
    since: Option<Timestamp>,
) -> Result<(), Error> {
    let doubted = not_retired
        .as_ref()
        .is_some_and(|not| not.reason == TOO_FEW);
    let (first, last) = match Kind::of(&file.key) {
        Some(Kind::Products) if not_retired.is_some() => (1, DOUBTED),
        Some(Kind::Products) => (0, 1),
        Some(Kind::Reviews) | None => (0, 0),
    };
    let report = Report {
        id: report_id(file),
        feed: file.key.clone(),
        confirmed_at: file.at,
        tally,
        retired,
        not_retired,
    };
    app.bucket.write(&report_key(&file.key), &report).await?;
    app.store.note_import(&report).await?;
    let current = Current {
        at: file.at,
        doubted,
    };
    app.put_current(file, &current).await?;
    app.forget(file, first, last, since).await?;
    tracing::info!(
        feed.key = file.key,
        feed.lines = report.tally.lines,
        feed.products = report.tally.products,
        feed.bad_lines = report.tally.bad_lines,
        feed.retired = retired,
        "imported"
    );
    metrics::values(&[
        (Metric::FeedLines, vec![report.tally.lines as f64]),
        (Metric::BadFeedLines, vec![report.tally.bad_lines as f64]),
    ]);
    Ok(())
}
