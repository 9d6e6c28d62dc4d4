//! One feed, from the bucket into the table, in constant memory.

use std::collections::HashMap;

use aws_sdk_s3::{operation::get_object::GetObjectOutput, primitives::ByteStream};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use shared::{
    domain::{
        ids::ProductId,
        product::{News, Product},
    },
    error::Error,
    store::{Details, classify::classify},
    telemetry::metrics::{self, Metric},
};

use crate::{App, feed::Feed, report::Report};

/// Products held before they are written together.
const PAGE: usize = 250;
/// Products written at once.
const WRITERS: usize = 64;

/// Products by id: one write of a batch may name a key only once, and a later line wins.
type Page = HashMap<ProductId, (Product, Details, News)>;

/// Imports the feed at that key and writes its report. A feed that was taken away before it was
/// read is nothing to import.
///
/// # Errors
/// A key that is none of a feed's, a service that fails.
pub(crate) async fn import(app: &App, key: &str) -> Result<(), Error> {
    let report_key = report_key(key).ok_or_else(|| Error::internal("not a key of a feed"))?;
    let Some(object) = open(app, key).await? else {
        tracing::warn!(feed.key = key, "the feed is gone");
        return Ok(());
    };
    let confirmed_at = app.clock.now();
    let mut report = Report::of(key, confirmed_at);
    stream_into_table(app, key, object.body, confirmed_at, &mut report).await?;
    let body = serde_json::to_vec_pretty(&report).map_err(Error::internal)?;
    let put = app.s3.put_object().bucket(&app.bucket).key(report_key);
    let put = put.content_type("application/json").body(body.into());
    put.send().await.map_err(classify)?;
    tracing::info!(
        feed.key = key,
        feed.lines = report.lines,
        feed.products = report.products,
        feed.bad_lines = report.bad_lines,
        "imported"
    );
    metrics::values(&[
        (Metric::FeedLines, vec![report.products as f64]),
        (Metric::BadFeedLines, vec![report.bad_lines as f64]),
    ]);
    Ok(())
}

/// `catalogue/<name>.tsv` is reported on in `reports/catalogue/<name>.json`.
fn report_key(key: &str) -> Option<String> {
    let name = key.strip_prefix("catalogue/")?.strip_suffix(".tsv")?;
    (!name.is_empty()).then(|| format!("reports/catalogue/{name}.json"))
}

async fn open(app: &App, key: &str) -> Result<Option<GetObjectOutput>, Error> {
    match app
        .s3
        .get_object()
        .bucket(&app.bucket)
        .key(key)
        .send()
        .await
    {
        Ok(object) => Ok(Some(object)),
        Err(error) if error.as_service_error().is_some_and(|e| e.is_no_such_key()) => Ok(None),
        Err(error) => Err(classify(error)),
    }
}

async fn stream_into_table(
    app: &App,
    key: &str,
    mut body: ByteStream,
    confirmed_at: Timestamp,
    report: &mut Report,
) -> Result<(), Error> {
    let mut feed = Feed::default();
    let mut page = Page::with_capacity(PAGE);
    loop {
        match body.try_next().await.map_err(Error::unavailable)? {
            Some(bytes) => feed.push(&bytes),
            None => feed.end(),
        }
        for line in feed.by_ref() {
            match line {
                Ok(product) => {
                    report.good();
                    let details = Details {
                        description: product.description.clone().unwrap_or_default(),
                        more_images: Vec::new(),
                    };
                    let product = product.confirmed(confirmed_at);
                    let news = News::of(confirmed_at, report.lines);
                    page.insert(product.id.clone(), (product, details, news));
                }
                Err(bad) => report.bad(bad),
            }
            if page.len() == PAGE {
                write(app, key, &mut page).await?;
            }
        }
        if feed.has_ended() {
            break;
        }
    }
    if !feed.has_header() && report.bad_lines == 0 {
        report.empty();
    }
    write(app, key, &mut page).await
}

async fn write(app: &App, key: &str, page: &mut Page) -> Result<(), Error> {
    stream::iter(page.drain())
        .map(|(_, (product, details, news))| async move {
            app.store.take_over(&product, &details, key, news).await
        })
        .buffer_unordered(WRITERS)
        .try_collect()
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_has_the_name_of_its_feed() {
        assert_eq!(
            report_key("catalogue/a/b.tsv").as_deref(),
            Some("reports/catalogue/a/b.json")
        );
        for key in [
            "catalogue/.tsv",
            "catalogue/a.xml",
            "uploads/a.tsv",
            "catalogue/a",
        ] {
            assert_eq!(report_key(key), None);
        }
    }
}
