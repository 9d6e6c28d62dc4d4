//! The writes of a transaction, said in one line each: what is written, if what holds, and what the
//! deed comes to if it does not.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem, Update};

use super::{Expression, Item, expression::EXISTS};
use crate::{error::Error, keys::Key};

/// A write of a transaction that answers with a `T`.
#[derive(Debug)]
pub(crate) struct Write<T> {
    request: Request,
    /// What the deed comes to when the condition does not hold.
    pub(super) refusal: Option<Result<T, Error>>,
}

/// A write with a condition, of which must be said what its refusal means.
#[derive(Debug, Clone)]
pub(crate) struct Conditional(Request);

#[derive(Debug, Clone)]
enum Request {
    Put(Item, Expression),
    Delete(Key, Expression),
    /// Placeholders of update and condition share one namespace.
    Update(Key, Expression, String),
}

impl Conditional {
    /// The deed answers so when the condition does not hold.
    pub(crate) fn unless<T>(self, answer: T) -> Write<T> {
        self.refused(Ok(answer))
    }

    /// The deed fails so when the condition does not hold.
    pub(crate) fn or_fail<T>(self, error: Error) -> Write<T> {
        self.refused(Err(error))
    }

    fn refused<T>(self, refusal: Result<T, Error>) -> Write<T> {
        Write {
            request: self.0,
            refusal: Some(refusal),
        }
    }
}

fn unconditional<T>(request: Request) -> Write<T> {
    Write {
        request,
        refusal: None,
    }
}

/// Puts an item, whatever was there.
pub(crate) fn put<T>(item: Item) -> Write<T> {
    unconditional(Request::Put(item, Expression::default()))
}

/// Puts an item if the condition holds.
pub(crate) fn put_if(item: Item, condition: Expression) -> Conditional {
    Conditional(Request::Put(item, condition))
}

/// Puts an item where there is none.
pub(crate) fn put_new(item: Item) -> Conditional {
    put_if(item, Expression::new("attribute_not_exists(PK)"))
}

/// Deletes an item, there or not.
pub(crate) fn delete<T>(key: Key) -> Write<T> {
    unconditional(Request::Delete(key, Expression::default()))
}

/// Deletes an item if the condition holds.
pub(crate) fn delete_if(key: Key, condition: Expression) -> Conditional {
    Conditional(Request::Delete(key, condition))
}

/// Deletes an item that is there.
pub(crate) fn delete_there(key: Key) -> Conditional {
    delete_if(key, Expression::new(EXISTS))
}

/// Changes an item if the condition holds; placeholders of both share one namespace.
pub(crate) fn update_if(key: Key, update: Expression, condition: impl Into<String>) -> Conditional {
    Conditional(Request::Update(key, update, condition.into()))
}

/// DynamoDB refuses a map of names or values that is empty.
pub(super) fn some<K, V>(map: HashMap<K, V>) -> Option<HashMap<K, V>> {
    (!map.is_empty()).then_some(map)
}

impl<T> Write<T> {
    /// As the SDK takes it.
    pub(super) fn build(&self, table: &str) -> Result<TransactWriteItem, Error> {
        let item = TransactWriteItem::builder();
        Ok(match self.request.clone() {
            Request::Put(put, condition) => {
                let put = Put::builder()
                    .table_name(table)
                    .set_item(Some(put))
                    .set_condition_expression(text(condition.text))
                    .set_expression_attribute_names(some(condition.names))
                    .set_expression_attribute_values(some(condition.values));
                item.put(put.build().map_err(Error::internal)?).build()
            }
            Request::Delete(key, condition) => {
                let delete = Delete::builder()
                    .table_name(table)
                    .set_key(Some(key.attributes()))
                    .set_condition_expression(text(condition.text))
                    .set_expression_attribute_names(some(condition.names))
                    .set_expression_attribute_values(some(condition.values));
                item.delete(delete.build().map_err(Error::internal)?)
                    .build()
            }
            Request::Update(key, update, condition) => {
                let update = Update::builder()
                    .table_name(table)
                    .set_key(Some(key.attributes()))
                    .update_expression(update.text)
                    .condition_expression(condition)
                    .set_expression_attribute_names(some(update.names))
                    .set_expression_attribute_values(some(update.values));
                item.update(update.build().map_err(Error::internal)?)
                    .build()
            }
        })
    }
}

fn text(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}
