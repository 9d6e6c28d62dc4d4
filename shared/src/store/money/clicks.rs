//! What led to purchases: clicks of visitors, and views (MONEY 15, 21).

use std::collections::BTreeMap;

use domain::{
    ids::{PostId, ProductId, UserId},
    money::{Account, Click, View, clicks::Tagged, links::Visitor, noted::NotedClick},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use super::swept;
use crate::{
    error::Error,
    keys::{self, Key},
    store::Store,
    table::{Item, Range, decode, encode},
};

/// A view as it lies at its viewer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptView {
    /// Whose post.
    pub account: Account,
    /// What it shows: since when, and what each is filed under.
    pub shows: BTreeMap<ProductId, (Timestamp, String)>,
}

#[derive(Serialize, Deserialize)]
struct Expiring<T> {
    #[serde(flatten)]
    what: T,
    expires_at: i64,
}

impl Store {
    /// The clicks of a visitor from one moment to another, both inclusive; `hash` is the hash of whoever orders.
    pub async fn clicks_of(
        &self,
        visitor: Visitor,
        (from, to): (Timestamp, Timestamp),
        hash: &str,
    ) -> Result<Vec<Click>, Error> {
        let range = Range {
            from: Some(Ulid::from_parts(millis(from), 0).to_string()),
            to: Some(Ulid::from_parts(millis(to), u128::MAX).to_string()),
            consistent: true,
            ..Range::all(keys::clicks_of(visitor))
        };
        let found = self.table.query_all(range).await?.into_iter();
        let read = found.map(|item| {
            let id = Key::of(&item).and_then(|key| Ulid::from_string(&key.sk).ok());
            let id = id.ok_or_else(|| Error::internal("no click in a key"))?;
            let Expiring { what, .. } = decode::<Expiring<NotedClick>>(item)?;
            Ok(Click {
                id,
                at: at(id),
                account: what.account,
                is_own: what.owner == hash,
                source: what.source,
                product: what.product,
                tagged_at: what.tagged_at,
            })
        });
        read.collect()
    }

    /// Notes a view.
    pub async fn note_view(
        &self,
        user: &UserId,
        post: PostId,
        at: Timestamp,
        what: &KeptView,
    ) -> Result<(), Error> {
        let kept = Expiring {
            what,
            expires_at: swept(at),
        };
        let item = encode(&keys::view(user, at, post), &kept)?;
        self.table.put_all(vec![item]).await
    }

    /// The views of a person from one moment to another, both inclusive.
    pub async fn views_by(
        &self,
        user: &UserId,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<View>, Error> {
        let range = Range {
            from: Some(format!("{from:.3}")),
            to: Some(format!("{to:.3}#~")),
            consistent: true,
            ..Range::all(keys::views_by(user))
        };
        let found = self.table.query_all(range).await?.into_iter();
        found.map(view).collect()
    }
}

fn view(item: Item) -> Result<View, Error> {
    let key = Key::of(&item).unwrap_or_else(keys::nothing);
    let read = keys::parse_happened(&key.sk);
    let read = read.and_then(|(at, post)| Some((at, post.parse().ok()?)));
    let (at, post) = read.ok_or_else(|| Error::internal("no time and post in a key"))?;
    let Expiring { what, .. } = decode::<Expiring<KeptView>>(item)?;
    let shows = what.shows.into_iter();
    Ok(View {
        at,
        post,
        account: what.account,
        shows: shows
            .map(|(product, (tagged_at, category))| Tagged {
                product,
                category: domain::money::Category::of(&category),
                tagged_at,
            })
            .collect(),
    })
}

/// When a click was.
fn at(click: Ulid) -> Timestamp {
    let millis = i64::try_from(click.timestamp_ms()).unwrap_or(i64::MAX);
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX)
}

fn millis(time: Timestamp) -> u64 {
    u64::try_from(time.as_millisecond()).unwrap_or_default()
}
