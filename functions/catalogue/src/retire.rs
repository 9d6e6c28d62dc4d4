//! The end of an import: what the file does not name any more is retired, and the report written.
//!
//! What an earlier version named is known from its slices in the bucket, so no Scan asks the table.
//! A file that seems cut off, or is mostly bad, retires nothing; its earlier versions stay live, so
//! that a whole one retires then what is missing in all. What a record may name whose id could not
//! be read stays, too, and counts as named until a later version says otherwise.

use std::collections::HashSet;

use domain::{
    catalogue::{
        file::StoreFile,
        product::News,
        report::{BadLine, NotRetired, Report, Tally},
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
    /// Records, at most, whose ids could not be read.
    hidden: u64,
    /// Words in those.
    hints: HashSet<u128>,
    /// What is named before them.
    gaps: HashSet<u128>,
}

async fn whole(app: &App, read: &FeedRead) -> Result<Whole, Error> {
    let mut whole = Whole {
        tally: Tally::default(),
        cut_off: false,
        named: HashSet::new(),
        hidden: 0,
        hints: HashSet::new(),
        gaps: HashSet::new(),
    };
    for part in 0..read.parts {
        let part = app.known_part(&part_key(&read.file, part)).await?;
        whole.tally.add(part.tally);
        whole.cut_off |= part.cut_off;
        whole.named.extend(part.ids.iter().map(|id| mark(id)));
        whole.hidden += part.hidden;
        whole.hints.extend(part.hints.iter().map(|word| mark(word)));
        whole.gaps.extend(part.gaps.iter().map(|id| mark(id)));
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
    let mut whole = whole(app, &read).await?;
    let earlier = app.earlier_parts(&read.file).await?;
    let doubt = match read.after {
        None => doubt(app, &whole, current.as_ref(), &earlier).await?,
        Some(_) => None,
    };
    let believed = doubt.is_none();
    let (mut retired, mut not_retired) = (read.retired, doubt);
    if believed && Kind::of(&read.file.key) == Some(Kind::Products) {
        app.put_retiring(&read.file).await?;
        let mut left = app.earlier_parts(&read.file).await?;
        not_retired = keep(app, &read, &mut whole, &left).await?;
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
    let end = End {
        tally: whole.tally,
        retired,
        not_retired,
        believed,
    };
    close(app, &read.file, end, since).await
}

/// Reports on a file whose name does not say what it is.
///
/// # Errors
/// A service that fails.
pub(crate) async fn refuse(app: &App, file: &StoreFile, folder: Kind) -> Result<(), Error> {
    let current = app.current(file).await?;
    if current.is_some_and(|current| current.at >= file.at) {
        return Ok(());
    }
    let endings = folder.endings().join(", .");
    let reason = format!("is not read: its name ends in none of .{endings}");
    let mut tally = Tally::default();
    tally.unreadable(vec![BadLine::whole(1, reason)]);
    let end = End {
        tally,
        retired: 0,
        not_retired: None,
        believed: false,
    };
    close(app, file, end, None).await
}

/// Keeps what the records may name whose ids could not be read: of what is missing, all that is
/// among their words, and as many more as there are records, those first that stood where they
/// stand; from now on this version names it.
async fn keep(
    app: &App,
    read: &FeedRead,
    whole: &mut Whole,
    earlier: &[String],
) -> Result<Option<NotRetired>, Error> {
    if whole.hidden == 0 {
        return Ok(None);
    }
    let (mut kept, mut beside, mut others) = (Vec::new(), Vec::new(), Vec::new());
    let mut seen = HashSet::new();
    for key in earlier.iter().rev() {
        let mut before = mark("");
        for id in app.named_earlier(key).await? {
            let own = mark(&id);
            if whole.named.contains(&own) {
                before = own;
            } else if !seen.insert(own) {
                continue;
            } else if whole.hints.contains(&own) {
                kept.push(id);
            } else {
                let stood_there = whole.gaps.contains(&before);
                let likely = if stood_there {
                    &mut beside
                } else {
                    &mut others
                };
                if (likely.len() as u64) < whole.hidden {
                    likely.push(id);
                }
            }
        }
    }
    let room = whole.hidden.saturating_sub(kept.len() as u64);
    let room = usize::try_from(room).unwrap_or(usize::MAX);
    kept.extend(beside.into_iter().chain(others).take(room));
    if kept.is_empty() {
        return Ok(None);
    }
    whole.named.extend(kept.iter().map(|id| mark(id)));
    let not_retired = NotRetired {
        products: kept.len() as u64,
        reason: format!(
            "{} records whose ids cannot be read may name them",
            whole.hidden
        ),
    };
    app.put_part(&read.file, read.parts, &Part::naming(kept))
        .await?;
    Ok(Some(not_retired))
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

/// How an import ended.
struct End {
    tally: Tally,
    retired: u64,
    not_retired: Option<NotRetired>,
    /// Whether the file counts as whole.
    believed: bool,
}

async fn close(
    app: &App,
    file: &StoreFile,
    end: End,
    since: Option<Timestamp>,
) -> Result<(), Error> {
    let not_retired = end.not_retired.as_ref();
    let doubted = not_retired.is_some_and(|not| not.reason == TOO_FEW);
    let (first, last) = match Kind::of(&file.key) {
        Some(Kind::Products) if end.believed => (0, 1),
        Some(Kind::Products) => (1, DOUBTED),
        Some(Kind::Reviews) | None => (0, 0),
    };
    let report = Report {
        id: report_id(file),
        feed: file.key.clone(),
        confirmed_at: file.at,
        tally: end.tally,
        retired: end.retired,
        not_retired: end.not_retired,
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
        feed.warned = report.tally.warned,
        feed.retired = report.retired,
        "imported"
    );
    metrics::values(&[
        (Metric::FeedLines, vec![report.tally.lines as f64]),
        (Metric::BadFeedLines, vec![report.tally.bad_lines as f64]),
    ]);
    Ok(())
}
