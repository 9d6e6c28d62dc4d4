//! The readers of a post, range by range, until all are served.

use domain::feeds::{Entry, HashRange};
use shared::{
    error::Error,
    queue::messages::{FanoutMessage, RangeAsked, RangesAsked},
    store::Reach,
    telemetry::metrics::{self, Metric},
};

use crate::App;

/// Asks for each of many ranges that was not served yet.
pub(crate) async fn ask(app: &App, asked: RangesAsked) -> Result<(), Error> {
    let ranges = app.ranges(asked.s);
    let last = asked.to.saturating_sub(1).max(asked.from);
    let blocks = ranges.block_of(asked.from)..ranges.block_of(last) + 1;
    let done = app.store.ranges_done(asked.post, ranges, blocks).await?;
    let left = ranges.left(asked.from..asked.to, &done).into_iter();
    let RangesAsked {
        post,
        author,
        published_at,
        s,
        ..
    } = asked;
    let messages = left.map(|k| {
        let author = author.clone();
        FanoutMessage::RangeAsked(RangeAsked {
            post,
            author,
            published_at,
            s,
            k,
        })
    });
    app.bulk.send(&messages.collect::<Vec<_>>()).await
}

/// Serves the readers of a range and notes that. Whoever sees its block whole notes that, and whoever sees all blocks
/// says what came of the delivery: whatever of it is done again is done by the same names.
pub(crate) async fn serve_range(app: &App, asked: RangeAsked) -> Result<(), Error> {
    let (entry, ranges, store) = (asked.entry(), app.ranges(asked.s), &app.store);
    let (post, now) = (asked.post, app.clock.now());
    let range = HashRange {
        parts: asked.s,
        part: asked.k,
    };
    let readers = serve(app, &entry, range).await?;
    let block = store.note_range(post, ranges, asked.k, readers, now);
    let block = block.await?;
    let Some(readers) = ranges.whole(&block) else {
        return Ok(());
    };
    let blocks = store.note_block(post, ranges, block.number, readers, now);
    let Some(delivered) = ranges.complete(&blocks.await?) else {
        return Ok(());
    };
    let plan = store.progress(post).await?.plan;
    let reach = Reach {
        followers: plan.map_or(delivered, |plan| plan.followers),
        delivered,
    };
    finish(app, &entry, reach).await
}

/// Delivers a post to those of a range; says how many they are.
pub(crate) async fn serve(app: &App, entry: &Entry, range: HashRange) -> Result<u64, Error> {
    let now = app.clock.now();
    let fans = app.store.fans_between(&entry.author, range, now).await?;
    let deliveries = fans.into_iter().map(|reader| (reader, entry.clone()));
    let deliveries: Vec<_> = deliveries.collect();
    app.store.deliver(&deliveries).await?;
    metrics::count(Metric::Deliveries, deliveries.len());
    Ok(u64::try_from(deliveries.len()).unwrap_or(u64::MAX))
}

/// Notes what came of a delivery that is over, and says so. Of a post that is gone meanwhile whoever comes last takes
/// that away.
pub(crate) async fn finish(app: &App, entry: &Entry, reach: Reach) -> Result<(), Error> {
    let (post, store) = (entry.at.post, &app.store);
    store.note_reach(post, reach).await?;
    if store.post_now(post).await?.is_none() {
        store.forget_reach(post).await?;
    }
    store.close(entry.at).await?;
    let took = app.clock.now().duration_since(entry.at.published_at);
    metrics::duration(Metric::DeliveryTime, took.try_into().unwrap_or_default());
    Ok(())
}
