//! DynamoDB without a subject: reads, batches and transactions, with every retry that it asks for.

mod anew;
mod batch;
mod expression;
mod read;
mod single;
mod transact;
mod write;

use std::collections::HashMap;

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    error::Error,
    keys::{Key, Line, PK, SK, TRACE},
    telemetry::{
        Trace,
        metrics::{self, Metric},
    },
};

pub use anew::Anew;
pub(crate) use expression::{EXISTS, Expression, string_set};
pub use read::{Found, Range};
pub(crate) use transact::Attempt;
pub(crate) use write::{
    Conditional, Write, check, delete, delete_if, delete_there, put, put_if, put_new, update,
    update_if,
};

/// An item as the SDK has it.
pub type Item = HashMap<String, AttributeValue>;

/// This many batches are under way at once.
const PARALLEL_BATCHES: usize = 8;

/// The one table.
#[derive(Debug, Clone)]
pub struct Table {
    pub(crate) client: Client,
    pub(crate) name: String,
}

impl Table {
    /// A table by name.
    pub fn new(client: Client, name: impl Into<String>) -> Self {
        Self {
            client,
            name: name.into(),
        }
    }
}

/// A value as an attribute.
///
/// # Errors
/// [`Error::Internal`] when it cannot be represented as one.
pub(crate) fn value<T: Serialize>(value: T) -> Result<AttributeValue, Error> {
    serde_dynamo::to_attribute_value(value).map_err(Error::internal)
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

/// An entity from its item, for one that is asked for by itself: to say that it is not there would be
/// untrue, and whoever writes on from what was read would write over it.
///
/// # Errors
/// [`Error::Internal`] when the item is not of that shape.
pub(crate) fn decode<T: DeserializeOwned>(mut item: Item) -> Result<T, Error> {
    item.remove(PK);
    item.remove(SK);
    serde_dynamo::from_item(item).map_err(Error::internal)
}

/// The entities of a page. An item that is not of their shape does not cost the page that it is on: it is
/// left out, counted, and told in the log by its kind alone.
pub(crate) fn readable<T: DeserializeOwned>(items: impl IntoIterator<Item = Item>) -> Vec<T> {
    let mut left_out = 0;
    let read = |item: Item| {
        let kind = Key::of(&item).and_then(|key| Line::of(&key));
        let entity = decode(item).ok();
        if entity.is_none() {
            left_out += 1;
            let kind = kind.map_or("none of ours", |line| line.name);
            tracing::error!(item.kind = kind, "an item cannot be read; it is left out");
        }
        entity
    };
    let entities = items.into_iter().filter_map(read).collect();
    if left_out > 0 {
        metrics::count(Metric::LeftOut, left_out);
    }
    entities
}
