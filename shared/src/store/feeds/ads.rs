//! Which sponsored posts a reader was shown today, and how often (FEEDS 3).

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    feeds::{Ads, Offer, day, end_of_day},
    ids::UserId,
};
use jiff::Timestamp;

use crate::{
    error::Error,
    keys::{self, EXPIRES_AT},
    store::Store,
    table::{Expression, Item},
};

impl Store {
    /// Which sponsored posts a reader was shown today.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn ads(&self, reader: &UserId) -> Result<Ads, Error> {
        let kept = self.table.get(&keys::ads(reader), true).await?;
        Ok(kept.as_ref().map(read_ads).unwrap_or_default())
    }

    /// Counts that a reader is shown these sponsored posts, all of them or none. `false` where one of them may not be
    /// shown to them again today: another page was quicker.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn count_ads(
        &self,
        reader: &UserId,
        ads: &Ads,
        shown: &[Offer],
        now: Timestamp,
    ) -> Result<bool, Error> {
        if shown.is_empty() {
            return Ok(true);
        }
        let key = keys::ads(reader);
        let begun = ads.day == day(now) && !ads.seen.is_empty();
        let counted = match begun {
            true => None,
            false => {
                self.table
                    .update(&key, first(shown, now).when(Some(NEW_DAY)))
                    .await?
            }
        };
        if counted.is_some() {
            return Ok(true);
        }
        let (more, condition) = further(shown, now);
        let counted = self.table.update(&key, more.when(Some(&condition))).await?;
        Ok(counted.is_some())
    }
}

/// That nothing was counted today.
const NEW_DAY: &str = "attribute_not_exists(today) OR today < :today";

/// The first of a day, in the stead of what was counted before.
fn first(shown: &[Offer], now: Timestamp) -> Expression {
    let seen = shown
        .iter()
        .map(|offer| (offer.post.to_string(), AttributeValue::N("1".to_owned())));
    let set = format!("SET today = :today, seen = :seen, {EXPIRES_AT} = :until");
    Expression::new(set)
        .number(":today", day(now))
        .number(":until", end_of_day(now).as_second())
        .value(":seen", AttributeValue::M(seen.collect()))
}

/// More of the same day, and on which condition.
fn further(shown: &[Offer], now: Timestamp) -> (Expression, String) {
    let mut change = Expression::default()
        .number(":today", day(now))
        .number(":one", 1)
        .number(":none", 0);
    let (mut sets, mut conditions) = (Vec::new(), vec!["today = :today".to_owned()]);
    for (at, offer) in shown.iter().enumerate() {
        let (post, most) = (format!("seen.#p{at}"), format!(":most{at}"));
        sets.push(format!("{post} = if_not_exists({post}, :none) + :one"));
        conditions.push(format!("(attribute_not_exists({post}) OR {post} < {most})"));
        change = change
            .name(&format!("#p{at}"), &offer.post.to_string())
            .number(&most, i64::from(offer.per_day));
    }
    let change = change.saying(format!("SET {}", sets.join(", ")));
    (change, conditions.join(" AND "))
}

/// What a reader was shown, as its item has it.
pub(in crate::store) fn read_ads(item: &Item) -> Ads {
    let day = item
        .get("today")
        .and_then(|day| day.as_n().ok()?.parse().ok());
    let seen = item.get("seen").and_then(|seen| seen.as_m().ok());
    let seen = seen
        .into_iter()
        .flatten()
        .filter_map(|(post, count)| Some((post.parse().ok()?, count.as_n().ok()?.parse().ok()?)));
    Ads {
        day: day.unwrap_or_default(),
        seen: seen.collect::<BTreeMap<_, _>>(),
    }
}
