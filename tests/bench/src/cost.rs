//! What a month costs: the units measured on the reference page, times what people are taken to do,
//! times AWS's prices.

use anyhow::{Result, ensure};
use harness::template;
use shared::runtime::Config;

use crate::{capacity, report::Report};

/// AWS's list prices in us-east-1 in November 2025, in dollars; no free tier, no volume discount.
mod price {
    pub(super) const MILLION: f64 = 1e6;
    pub(super) const READ_UNITS: f64 = 0.125 / MILLION;
    pub(super) const WRITE_UNITS: f64 = 0.625 / MILLION;
    /// A GB and month of the table, and of what is kept for its recovery.
    pub(super) const TABLE_GB: f64 = 0.25 + 0.20;
    pub(super) const CALLS: f64 = 0.20 / MILLION;
    pub(super) const GB_SECONDS: f64 = 0.000_016_666_7;
    pub(super) const API_CALLS: f64 = 1.0 / MILLION;
    pub(super) const SQS_REQUESTS: f64 = 0.40 / MILLION;
    pub(super) const S3_PUTS: f64 = 5.0 / MILLION;
    pub(super) const S3_GETS: f64 = 0.40 / MILLION;
    pub(super) const S3_GB: f64 = 0.023;
    pub(super) const CDN_GB: f64 = 0.085;
    pub(super) const CDN_REQUESTS: f64 = 1.0 / MILLION;
    pub(super) const LOG_GB: f64 = 0.50;
    pub(super) const METRIC: f64 = 0.30;
    pub(super) const ALARM: f64 = 0.10;
    pub(super) const DASHBOARD: f64 = 3.0;
    pub(super) const TRACES: f64 = 5.0 / MILLION;
    pub(super) const SECRET: f64 = 0.40;
}

/// What a member does on a day on which they open the app: the row of the capacity table, how
/// often, and the milliseconds and MB of the function behind it.
const DAY: [(&str, f64, f64, f64); 12] = [
    (
        "GET /v1/feed, cold, 60 posts in the timeline",
        1.0,
        60.0,
        512.0,
    ),
    (
        "GET /v1/feed, warm, 60 posts in the timeline",
        2.0,
        40.0,
        512.0,
    ),
    ("… next page", 3.0, 50.0, 512.0),
    (
        "GET /v1/topics/{topic_id}/posts, the hottest, warm",
        1.0,
        40.0,
        512.0,
    ),
    ("GET /v1/posts/{post_id}, 3 products", 2.0, 20.0, 256.0),
    ("GET /v1/products/{id}", 2.0, 20.0, 256.0),
    ("GET /v1/users/{handle}", 0.5, 20.0, 256.0),
    ("GET /v1/me", 1.0, 10.0, 256.0),
    (
        "PUT /v1/posts/{post_id}/smile, a post of 2 KB",
        SMILES,
        20.0,
        256.0,
    ),
    ("PUT /v1/users/{handle}/follow", 0.2, 20.0, 256.0),
    ("POST /v1/photos", POSTS, 15.0, 256.0),
    ("… with 1 photo(s), 2 hotspots each", POSTS, 30.0, 256.0),
];
/// Days on which a member opens the app.
const ACTIVE_DAYS: f64 = 9.0;
/// Posts a member makes on such a day, each with one photo.
const POSTS: f64 = 0.1;
/// Posts that a member smiles at on such a day.
const SMILES: f64 = 3.0;
/// Readers to whom a post is delivered.
const FOLLOWERS: f64 = 60.0;
/// Photos a member is shown on such a day that their device has not kept, of so many KB.
const PHOTOS_SHOWN: f64 = 40.0;
const PHOTO_KB: f64 = 60.0;
/// All renditions of a photo, in KB.
const RENDITIONS_KB: f64 = 250.0;
/// What is in the table for a member, in KB: profile and follows (40), after a year of posts; and
/// what was delivered to them in 30 days.
const MEMBER_KB: f64 = 0.5 + 40.0 * 0.4;
const POST_KB: f64 = 2.5;
const ENTRY_KB: f64 = 0.2;
/// Log lines and metrics of a call, in KB.
const CALL_LOG_KB: f64 = 0.9;
/// Lambda asks an idle queue in five places at once, 20 s at a time.
const IDLE_POLLS: f64 = 5.0 * 30.0 * 86_400.0 / 20.0;
/// A route or worker has about so many metrics with values.
const METRICS_EACH: f64 = 2.0;
/// X-Ray records one call a second, and one in twenty of the rest.
const TRACED_A_SECOND: f64 = 30.0 * 86_400.0;
const TRACED_SHARE: f64 = 0.05;

/// Members, and the products of the store, whose whole feed comes once a day.
const SIZES: [(f64, f64, &str); 3] = [
    (1e3, 1e4, "1,000 members"),
    (1e5, 1e5, "100,000 members"),
    (1e7, 1e6, "10,000,000 members"),
];

/// One month's bill, by service.
type Bill = Vec<(&'static str, f64)>;

/// Measures the units and prints the table.
pub(crate) async fn run() -> Result<bool> {
    let report = capacity::measure().await?;
    let mut bills = Vec::new();
    for (members, products, _) in SIZES {
        bills.push(bill(&report, members, products)?);
    }
    let names = SIZES.map(|(.., name)| name);
    println!("| dollars a month | {} |", names.join(" | "));
    println!("|---|---:|---:|---:|");
    let row = |name: &str, figures: Vec<f64>| {
        let figures: Vec<_> = figures.into_iter().map(dollars).collect();
        println!("| {name} | {} |", figures.join(" | "));
    };
    for (index, (service, _)) in bills[0].iter().enumerate() {
        row(service, bills.iter().map(|bill| bill[index].1).collect());
    }
    let total = |bill: &Bill| bill.iter().map(|(_, dollars)| dollars).sum::<f64>();
    row("**all**", bills.iter().map(total).collect());
    let cents: Vec<_> = bills
        .iter()
        .zip(SIZES)
        .map(|(bill, (members, ..))| format!("{:.2}", 100.0 * total(bill) / members))
        .collect();
    println!("| cents a member | {} |", cents.join(" | "));
    Ok(true)
}

fn bill(report: &Report, members: f64, products: f64) -> Result<Bill> {
    let days = members * ACTIVE_DAYS;
    let posts = days * POSTS;
    let deliveries = posts * FOLLOWERS;
    let (mut rcu, mut wcu) = (0.0, 0.0);
    let (mut calls, mut gb_seconds) = (0.0, 0.0);
    let mut add = |row: &str, times: f64| -> Result<()> {
        let reading = report.reading(row)?;
        rcu += times * reading.rcu;
        wcu += times * reading.wcu;
        Ok(())
    };
    for (row, times, ms, mb) in DAY {
        add(row, days * times)?;
        calls += days * times;
        gb_seconds += days * times * ms / 1e3 * mb / 1024.0;
    }
    let api_calls = calls;
    add("photos: an upload that a post waits for", posts)?;
    add("fanout: 1000 readers, 2 messages (≤ 2)", deliveries / 1e3)?;
    let (follows, smiles) = (days * 0.2, days * SMILES);
    add(
        "rollup: marks of a post of 2 KB that earns something",
        smiles,
    )?;
    // A post is told of as it appears, and with most of its first smiles.
    add(
        "rollup: a post among the hottest of a topic and of the store",
        posts + smiles,
    )?;
    add("notifier: a smile, one more", smiles + follows)?;
    let feed = report.starting("catalogue: a feed of ")?;
    let lines: f64 = feed
        .0
        .split(' ')
        .filter_map(|word| word.parse::<f64>().ok())
        .sum();
    ensure!(lines > 0.0, "{} says no number of products", feed.0);
    wcu += 30.0 * products * feed.1.wcu / lines;

    // A post and each page of its delivery is a message; a follow two, a smile two; an upload, a feed.
    let told = 2.0 * smiles + follows;
    let messages = posts * (1.0 + FOLLOWERS / 1e3) + follows + posts + told + 30.0;
    // Records of the stream come to the relay about ten at a time; a smile changes two items.
    let relayed = (posts + follows + 2.0 * smiles) / 10.0;
    calls += messages + relayed;
    gb_seconds += (relayed + told) * 0.02 * 0.25;
    gb_seconds += (posts * 0.05 + deliveries / 1e3) * 0.5;
    gb_seconds += posts * 0.6 * 1769.0 / 1024.0;
    gb_seconds += 30.0 * products / 1e4 * 0.5;

    let queues = template().queues()?;
    let polled = queues
        .iter()
        .filter(|queue| queue.redrive.is_some())
        .count() as f64;
    let alarms = template().resources("AWS::CloudWatch::Alarm").count() as f64;
    let measured = (template().routes()?.len() + template().functions()?.len()) as f64;
    let gb = |kb: f64| kb / 1024.0 / 1024.0;
    let table =
        members * MEMBER_KB + 12.0 * posts * POST_KB + deliveries * ENTRY_KB + products * 2.0;
    let shown = days * PHOTOS_SHOWN;
    let traced = calls.min(TRACED_A_SECOND + TRACED_SHARE * calls);
    Ok(vec![
        ("DynamoDB, reads", rcu * price::READ_UNITS),
        ("DynamoDB, writes", wcu * price::WRITE_UNITS),
        (
            "DynamoDB, storage and recovery",
            gb(table) * price::TABLE_GB,
        ),
        (
            "Lambda",
            calls * price::CALLS + gb_seconds * price::GB_SECONDS,
        ),
        ("API Gateway", api_calls * price::API_CALLS),
        (
            "SQS",
            (3.0 * messages + polled * IDLE_POLLS) * price::SQS_REQUESTS,
        ),
        (
            "S3",
            posts * 4.0 * price::S3_PUTS
                + (posts + 0.1 * shown) * price::S3_GETS
                + gb(12.0 * posts * RENDITIONS_KB) * price::S3_GB,
        ),
        (
            "CloudFront",
            shown * price::CDN_REQUESTS + gb(shown * PHOTO_KB) * price::CDN_GB,
        ),
        ("CloudWatch, logs", gb(calls * CALL_LOG_KB) * price::LOG_GB),
        (
            "CloudWatch, metrics, alarms, dashboard",
            measured * METRICS_EACH * price::METRIC + alarms * price::ALARM + price::DASHBOARD,
        ),
        ("X-Ray", traced * price::TRACES),
        (
            "Secrets Manager",
            Config::SECRETS.len() as f64 * price::SECRET,
        ),
    ])
}

/// `1,234.50`; whole dollars from a thousand on.
fn dollars(amount: f64) -> String {
    if amount < 1_000.0 {
        return format!("{amount:.2}");
    }
    let digits = format!("{amount:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_are_grouped_and_cents_shown_while_they_matter() {
        assert_eq!(dollars(0.4), "0.40");
        assert_eq!(dollars(999.0), "999.00");
        assert_eq!(dollars(1_234_567.8), "1,234,568");
        assert_eq!(dollars(12_345.0), "12,345");
    }
}
