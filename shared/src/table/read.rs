//! Reading: one item, many, a collection; what was left unprocessed is asked for again.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use futures::{StreamExt, TryStreamExt, stream};
use serde::de::DeserializeOwned;

use super::{Item, PARALLEL_BATCHES, Table, decode};
use crate::{
    aws::{Tries, call, classify, is_transient},
    error::Error,
    keys::Key,
};

/// BatchGetItem takes at most this many keys.
const GET_BATCH: usize = 100;

/// One page of a Query.
#[derive(Debug)]
pub struct Found {
    /// The items, in the order asked for.
    pub items: Vec<Item>,
    /// Whether the collection holds more after the last.
    pub more: bool,
}

/// A question to one item collection.
#[derive(Debug, Clone)]
pub struct Range {
    /// Partition key.
    pub pk: String,
    /// Sort keys from here (inclusive).
    pub from: Option<String>,
    /// Sort keys up to here (inclusive).
    pub to: Option<String>,
    /// Only what comes after this sort key, in the direction of reading.
    pub after: Option<String>,
    /// Newest first.
    pub descending: bool,
    /// At most this many.
    pub limit: Option<usize>,
    /// Sees every write that was acknowledged before; costs twice as much.
    pub consistent: bool,
}

impl Range {
    /// The whole collection, ascending.
    pub fn all(pk: String) -> Self {
        Self {
            pk,
            from: None,
            to: None,
            after: None,
            descending: false,
            limit: None,
            consistent: false,
        }
    }
}

impl Table {
    /// One item.
    pub(crate) async fn get(&self, key: &Key, consistent: bool) -> Result<Option<Item>, Error> {
        let request = self.client.get_item().table_name(&self.name);
        let request = request
            .set_key(Some(key.attributes()))
            .consistent_read(consistent);
        let answer = call(|| request.clone().send(), is_transient).await;
        Ok(answer.map_err(classify)?.item)
    }

    /// One item, decoded.
    pub(crate) async fn read<T: DeserializeOwned>(
        &self,
        key: &Key,
        consistent: bool,
    ) -> Result<Option<T>, Error> {
        self.get(key, consistent).await?.map(decode).transpose()
    }

    /// Many items, in no order; those that are not there are left out. Unprocessed keys are asked
    /// for again.
    pub(crate) async fn get_all(&self, keys: Vec<Key>) -> Result<Vec<Item>, Error> {
        let batches = keys
            .chunks(GET_BATCH)
            .map(<[Key]>::to_vec)
            .collect::<Vec<_>>();
        let found = stream::iter(batches)
            .map(|batch| self.get_batch(batch))
            .buffer_unordered(PARALLEL_BATCHES)
            .try_collect::<Vec<_>>()
            .await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn get_batch(&self, keys: Vec<Key>) -> Result<Vec<Item>, Error> {
        let mut wanted: Vec<_> = keys.iter().map(Key::attributes).collect();
        let mut items = Vec::with_capacity(wanted.len());
        let mut tries = Tries::new();
        loop {
            let keys = KeysAndAttributes::builder().set_keys(Some(std::mem::take(&mut wanted)));
            let keys = keys.build().map_err(Error::internal)?;
            let request = self.client.batch_get_item();
            let request = request.request_items(&self.name, keys);
            let answer = call(|| request.clone().send(), is_transient).await;
            let answer = answer.map_err(classify)?;
            let found = answer.responses.into_iter().flatten();
            items.extend(found.flat_map(|(_, found)| found));
            let left = answer.unprocessed_keys.into_iter().flatten();
            wanted.extend(left.flat_map(|(_, left)| left.keys));
            if wanted.is_empty() {
                return Ok(items);
            }
            tries.after("keys were left unprocessed").await?;
        }
    }

    /// One page of a collection: up to `limit` items, or 1 MB.
    pub(crate) async fn query(&self, range: &Range) -> Result<Found, Error> {
        let (mut condition, mut values) = (
            "PK = :pk".to_owned(),
            HashMap::from([(":pk".to_owned(), AttributeValue::S(range.pk.clone()))]),
        );
        let bounds = [(":from", &range.from), (":to", &range.to)];
        for (name, bound) in bounds {
            if let Some(bound) = bound {
                values.insert(name.to_owned(), AttributeValue::S(bound.clone()));
            }
        }
        condition.push_str(match (&range.from, &range.to) {
            (Some(_), Some(_)) => " AND SK BETWEEN :from AND :to",
            (Some(_), None) => " AND SK >= :from",
            (None, Some(_)) => " AND SK <= :to",
            (None, None) => "",
        });
        let request = self
            .client
            .query()
            .table_name(&self.name)
            .key_condition_expression(condition)
            .set_expression_attribute_values(Some(values))
            .scan_index_forward(!range.descending)
            .set_exclusive_start_key(range.after.as_ref().map(|sk| {
                Key {
                    pk: range.pk.clone(),
                    sk: sk.clone(),
                }
                .attributes()
            }))
            .set_limit(
                range
                    .limit
                    .map(|limit| i32::try_from(limit).unwrap_or(i32::MAX)),
            )
            .consistent_read(range.consistent);
        let answer = call(|| request.clone().send(), is_transient).await;
        let answer = answer.map_err(classify)?;
        let more = answer.last_evaluated_key.is_some();
        Ok(Found {
            items: answer.items.unwrap_or_default(),
            more,
        })
    }

    /// A whole collection, or its first `limit` items, however many pages that takes.
    pub(crate) async fn query_all(&self, mut range: Range) -> Result<Vec<Item>, Error> {
        let mut items = Vec::new();
        loop {
            let Found { items: page, more } = self.query(&range).await?;
            range.limit = range.limit.map(|limit| limit.saturating_sub(page.len()));
            items.extend(page);
            match items
                .last()
                .and_then(Key::of)
                .filter(|_| more && range.limit != Some(0))
            {
                Some(last) => range.after = Some(last.sk),
                None => return Ok(items),
            }
        }
    }
}
