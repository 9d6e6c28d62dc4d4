//! DynamoDB without a subject: reads, batches and transactions, with every retry that it asks for.

mod transact;
mod write;

use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::{
    Client,
    error::ProvideErrorMetadata,
    types::{AttributeValue, KeysAndAttributes, PutRequest, ReturnValue, WriteRequest},
};
use futures::{StreamExt, TryStreamExt, stream};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    aws::classify,
    error::Error,
    keys::{Key, PK, SK, TRACE},
    telemetry::Trace,
};

pub(crate) use transact::NotCommitted;
pub(crate) use write::{EXISTS, Expression, string_set};

/// An item as the SDK has it.
pub type Item = HashMap<String, AttributeValue>;

/// A request is made this often before the caller hears that it was throttled, or in conflict; and
/// so often a deed is begun anew when what it stands on has changed meanwhile.
pub const ATTEMPTS: u32 = 12;
/// BatchGetItem takes at most this many keys.
const GET_BATCH: usize = 100;
/// BatchWriteItem takes at most this many writes.
const WRITE_BATCH: usize = 25;
/// This many batches are under way at once.
const PARALLEL_BATCHES: usize = 8;

/// The one table.
#[derive(Debug, Clone)]
pub struct Table {
    pub(crate) client: Client,
    pub(crate) name: String,
}

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
    /// A table by name.
    pub fn new(client: Client, name: impl Into<String>) -> Self {
        Self {
            client,
            name: name.into(),
        }
    }

    /// One item.
    pub(crate) async fn get(&self, key: &Key, consistent: bool) -> Result<Option<Item>, Error> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.name)
            .set_key(Some(key.attributes()))
            .consistent_read(consistent)
            .send()
            .await
            .map_err(classify)?;
        Ok(answer.item)
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
        for attempt in 0..ATTEMPTS {
            let request = KeysAndAttributes::builder()
                .set_keys(Some(std::mem::take(&mut wanted)))
                .build()
                .map_err(Error::internal)?;
            let answer = self
                .client
                .batch_get_item()
                .request_items(&self.name, request)
                .send()
                .await
                .map_err(classify)?;
            items.extend(
                answer
                    .responses
                    .into_iter()
                    .flatten()
                    .flat_map(|(_, found)| found),
            );
            wanted = answer
                .unprocessed_keys
                .into_iter()
                .flatten()
                .flat_map(|(_, left)| left.keys)
                .collect();
            if wanted.is_empty() {
                return Ok(items);
            }
            pause(attempt).await;
        }
        Err(Error::unavailable(
            "keys were left unprocessed after every retry",
        ))
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
        let answer = self
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
            .consistent_read(range.consistent)
            .send()
            .await
            .map_err(classify)?;
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

    /// Puts many items, overwriting; what comes back unprocessed is written again until nothing does.
    pub(crate) async fn put_all(&self, items: Vec<Item>) -> Result<(), Error> {
        let batches = items
            .chunks(WRITE_BATCH)
            .map(<[Item]>::to_vec)
            .collect::<Vec<_>>();
        stream::iter(batches)
            .map(|batch| self.put_batch(batch))
            .buffer_unordered(PARALLEL_BATCHES)
            .try_collect::<()>()
            .await
    }

    async fn put_batch(&self, items: Vec<Item>) -> Result<(), Error> {
        let mut writes = Vec::with_capacity(items.len());
        for item in items {
            let put = PutRequest::builder()
                .set_item(Some(item))
                .build()
                .map_err(Error::internal)?;
            writes.push(WriteRequest::builder().put_request(put).build());
        }
        for attempt in 0..ATTEMPTS {
            let answer = self
                .client
                .batch_write_item()
                .request_items(&self.name, std::mem::take(&mut writes))
                .send()
                .await
                .map_err(classify)?;
            writes = answer
                .unprocessed_items
                .into_iter()
                .flatten()
                .flat_map(|(_, left)| left)
                .collect();
            if writes.is_empty() {
                return Ok(());
            }
            pause(attempt).await;
        }
        Err(Error::unavailable(
            "writes were left unprocessed after every retry",
        ))
    }

    /// Deletes one item, there or not.
    pub(crate) async fn delete(&self, key: &Key) -> Result<(), Error> {
        self.client
            .delete_item()
            .table_name(&self.name)
            .set_key(Some(key.attributes()))
            .send()
            .await
            .map_err(classify)?;
        Ok(())
    }

    /// Changes one item; `None` when the condition does not hold, else the item as it is now.
    pub(crate) async fn update(&self, key: &Key, change: Change) -> Result<Option<Item>, Error> {
        let sent = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(key.attributes()))
            .update_expression(change.update)
            .set_condition_expression(change.condition)
            .set_expression_attribute_names(change.names)
            .set_expression_attribute_values(change.values)
            .return_values(ReturnValue::AllNew)
            .send()
            .await;
        match sent {
            Ok(answer) => Ok(answer.attributes),
            Err(error) if error.code() == Some("ConditionalCheckFailedException") => Ok(None),
            Err(error) => Err(classify(error)),
        }
    }
}

/// A change of one item.
#[derive(Debug, Default)]
pub struct Change {
    pub(crate) update: String,
    pub(crate) condition: Option<String>,
    pub(crate) names: Option<HashMap<String, String>>,
    pub(crate) values: Option<Item>,
}

/// Waits before the next try: "full jitter", up to 20 ms doubling to 1.28 s
/// (<https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>).
pub async fn pause(attempt: u32) {
    let ceiling = 20_u64 << attempt.min(6);
    tokio::time::sleep(Duration::from_millis(rand::random_range(1..=ceiling))).await;
}

/// An entity under its key.
///
/// # Errors
/// [`Error::Internal`] when it cannot be represented as an item.
pub(crate) fn encode<T: Serialize>(key: &Key, entity: &T) -> Result<Item, Error> {
    let mut item: Item = serde_dynamo::to_item(entity).map_err(Error::internal)?;
    item.extend(key.attributes());
    Ok(item)
}

/// An item with the trace of the work that writes it, for whoever goes on from it.
pub(crate) fn traced(mut item: Item) -> Item {
    if let Some(trace) = Trace::current() {
        item.insert(TRACE.to_owned(), AttributeValue::S(trace.traceparent()));
    }
    item
}

/// The trace that was noted on an item.
pub(crate) fn trace_of(item: &Item) -> Option<Trace> {
    let noted = item.get(TRACE)?.as_s().ok()?;
    Trace::from_traceparent(noted)
}

/// An entity from its item.
///
/// # Errors
/// [`Error::Internal`] when the item is not of that shape.
pub(crate) fn decode<T: DeserializeOwned>(mut item: Item) -> Result<T, Error> {
    item.remove(PK);
    item.remove(SK);
    serde_dynamo::from_item(item).map_err(Error::internal)
}
