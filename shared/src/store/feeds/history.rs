//! What people's streams go by (FEEDS 4).

use domain::{
    feeds::History,
    ids::{ProductId, UserId},
    people::{Profile, Rules},
};
use jiff::Timestamp;

use crate::{
    error::{Error, Refusal},
    keys::{self, EXPIRES_AT, Key},
    store::{Own, Store},
    table::{Anew, Expression, Item, Range, decode, encode, traced, value},
};

/// Somebody with what their stream goes by, as of every write acknowledged before.
#[derive(Debug, Clone)]
pub struct Shopper {
    /// Who.
    pub profile: Profile,
    /// Whom they do not see.
    pub rules: Rules,
    /// What they used.
    pub history: History,
}

impl Store {
    /// A member with their rules and their history: one consistent Query, whatever else is theirs.
    ///
    /// # Errors
    /// [`crate::error::Refusal::NotJoined`].
    pub async fn shopper(&self, user: &UserId) -> Result<Shopper, Error> {
        let to = format!("{}#~", keys::RULES);
        let (history, rest) = self.with_history(user, to).await?;
        let own = Own::of(rest)?.ok_or(Error::Refused(Refusal::NotJoined))?;
        Ok(Shopper {
            profile: own.profile,
            rules: own.rules,
            history,
        })
    }

    /// What a person used; nothing of whoever did nothing.
    pub async fn history(&self, user: &UserId) -> Result<History, Error> {
        let read: Option<History> = self.table.read(&keys::history(user), true).await?;
        Ok(read.unwrap_or_default())
    }

    /// Keeps a history that was changed: `false` where somebody else changed it since it was read.
    pub async fn keep_history(
        &self,
        user: &UserId,
        history: &History,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let read = history.edition;
        let mut history = history.clone();
        history.edition += 1;
        let mut item = encode(&keys::history(user), &history)?;
        let expires_at = history.expires_at(now);
        item.insert(EXPIRES_AT.to_owned(), value(expires_at)?);
        let as_read = match i64::try_from(read).unwrap_or(i64::MAX) {
            0 => Expression::new("attribute_not_exists(PK)"),
            read => Expression::new("#e = :read")
                .name("#e", "e")
                .number(":read", read),
        };
        self.table.put_when(traced(item), as_read).await
    }

    /// Forgets what a member used, save how much of it was told today.
    ///
    /// # Errors
    /// [`crate::error::Refusal::NotJoined`].
    pub async fn forget_history(&self, user: &UserId, now: Timestamp) -> Result<(), Error> {
        let mut anew = Anew::standing_on("what was used");
        loop {
            let mut history = self.shopper(user).await?.history;
            history.forget();
            if history.edition == 0 || self.keep_history(user, &history, now).await? {
                return Ok(());
            }
            anew.begin().await?;
        }
    }

    /// Notes in the history of somebody who is there that a product is among their hearts, or that it is not: as their
    /// lists say.
    pub async fn note_heart(
        &self,
        user: &UserId,
        product: &ProductId,
        since: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let mut anew = Anew::standing_on("what was used");
        loop {
            let to = keys::profile(user).sk;
            let (mut history, rest) = self.with_history(user, to).await?;
            if rest.is_empty() || !history.heart(product, since) {
                return Ok(());
            }
            if self.keep_history(user, &history, now).await? {
                return Ok(());
            }
            anew.begin().await?;
        }
    }

    /// A person's history, and what else of theirs lies from there on up to a sort key: one consistent Query.
    async fn with_history(&self, user: &UserId, to: String) -> Result<(History, Vec<Item>), Error> {
        let key = keys::history(user);
        let range = Range {
            from: Some(key.sk.clone()),
            to: Some(to),
            consistent: true,
            ..Range::all(key.pk.clone())
        };
        let mut items = self.table.query_all(range).await?;
        let is_it = |item: &Item| Key::of(item).is_some_and(|at| at == key);
        let history = match items.iter().position(is_it) {
            Some(place) => decode(items.remove(place))?,
            None => History::default(),
        };
        let theirs = |item: &Item| {
            let sk = Key::of(item).map(|key| key.sk).unwrap_or_default();
            sk == keys::profile(user).sk || sk.starts_with(keys::RULES)
        };
        items.retain(theirs);
        Ok((history, items))
    }
}
