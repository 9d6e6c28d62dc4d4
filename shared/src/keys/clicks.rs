//! Keys of clicks (MONEY 13, 15).

use domain::{
    ids::UserId,
    money::{Account, links::Visitor},
};
use jiff::{Timestamp, civil::Date};
use ulid::Ulid;

use super::Key;

/// A click of a visitor's.
pub fn visitor_click(visitor: Visitor, click: Ulid) -> Key {
    Key::new(clicks_of(visitor), click.to_string())
}

/// The collection of a visitor's clicks, in the order of time.
pub fn clicks_of(visitor: Visitor) -> String {
    format!("VISITOR#{visitor}")
}

/// Which click a visitor made with a link in a minute, by the hash of its code.
pub fn click_once(visitor: Visitor, minute: i64, hash: &str) -> Key {
    Key::new(clicks_of(visitor), format!("ONCE#{minute}#{hash}"))
}

/// A click on a link of an account's, among those of its day.
pub fn account_click(account: &Account, click: Ulid) -> Key {
    let day = day_of(click);
    let shard = click.0 & 0xf;
    Key::new(
        format!("CLICKS#{account}#{day}#{shard:x}"),
        click.to_string(),
    )
}

/// The UTC day of a click, such as `2026-11-28`.
pub fn day_of(click: Ulid) -> String {
    let time = i64::try_from(click.timestamp_ms()).unwrap_or_default();
    let time = Timestamp::from_millisecond(time).unwrap_or_default();
    time.strftime("%Y-%m-%d").to_string()
}

/// Which accounts somebody is known by to whoever shows their posts.
pub fn accounts<'a>(users: impl IntoIterator<Item = &'a UserId>) -> Vec<Key> {
    users.into_iter().map(super::engaged).collect()
}

/// The collections of an account's clicks of a day.
pub fn account_clicks(account: &Account, day: Date) -> Vec<String> {
    let shards = 0..16;
    shards
        .map(|shard| format!("CLICKS#{account}#{day}#{shard:x}"))
        .collect()
}

/// The clicks of an account on a day, added up.
pub fn day_total(account: &Account, day: Date) -> Key {
    Key::new(day_totals(account), day.to_string())
}

/// The collection of an account's clicks by day.
pub fn day_totals(account: &Account) -> String {
    format!("CLICKS#{account}")
}

/// How far the days are counted.
pub fn counting() -> Key {
    Key::new("COUNTING".to_owned(), "DAYS")
}
