//! The writes of a transaction, said in one line each: what is written, if what holds, and what the
//! deed comes to if it does not.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{ConditionCheck, Delete, Put, TransactWriteItem, Update};

use super::{Expression, Item, expression::EXISTS};
use crate::{error::Error, keys::Key};

/// A write of a transaction that answers with a `T`.
#[derive(Debug)]
#[must_use = "a write is made by the transaction that it is part of"]
pub(crate) struct Write<T> {
    request: Request,
    refusal: Refusal<T>,
}

/// What the deed comes to when the condition of a write does not hold; `None` where it has none.
pub(super) type Refusal<T> = Option<Result<T, Error>>;

/// A write with a condition, of which must be said what its refusal means.
#[derive(Debug)]
#[must_use = "a write is made by the transaction that it is part of"]
pub(crate) struct Conditional(Request);

#[derive(Debug)]
enum Request {
    Put(Item, Option<Expression>),
    Delete(Key, Option<Expression>),
    /// Placeholders of update and condition share one namespace.
    Update(Key, Expression, Option<String>),
    Check(Key, Expression),
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
    unconditional(Request::Put(item, None))
}

/// Puts an item if the condition holds.
pub(crate) fn put_if(item: Item, condition: Expression) -> Conditional {
    Conditional(Request::Put(item, Some(condition)))
}

/// Puts an item where there is none.
pub(crate) fn put_new(item: Item) -> Conditional {
    put_if(item, Expression::new("attribute_not_exists(PK)"))
}

/// Deletes an item, there or not.
pub(crate) fn delete<T>(key: Key) -> Write<T> {
    unconditional(Request::Delete(key, None))
}

/// Deletes an item if the condition holds.
pub(crate) fn delete_if(key: Key, condition: Expression) -> Conditional {
    Conditional(Request::Delete(key, Some(condition)))
}

/// Deletes an item that is there.
pub(crate) fn delete_there(key: Key) -> Conditional {
    delete_if(key, Expression::new(EXISTS))
}

/// Changes an item, or makes it.
pub(crate) fn update<T>(key: Key, update: Expression) -> Write<T> {
    unconditional(Request::Update(key, update, None))
}

/// Changes an item if the condition holds; placeholders of both share one namespace.
pub(crate) fn update_if(key: Key, update: Expression, condition: impl Into<String>) -> Conditional {
    Conditional(Request::Update(key, update, Some(condition.into())))
}

/// Leaves an item as it is, if the condition holds of it.
pub(crate) fn check(key: Key, condition: Expression) -> Conditional {
    Conditional(Request::Check(key, condition))
}

/// DynamoDB refuses a map of names or values that is empty.
pub(super) fn some<K, V>(map: HashMap<K, V>) -> Option<HashMap<K, V>> {
    (!map.is_empty()).then_some(map)
}

impl<T> Write<T> {
    /// As the SDK takes it, with what its refusal means.
    pub(super) fn build(self, table: &str) -> Result<(TransactWriteItem, Refusal<T>), Error> {
        Ok((self.request.build(table)?, self.refusal))
    }
}

impl Request {
    fn build(self, table: &str) -> Result<TransactWriteItem, Error> {
        let item = TransactWriteItem::builder();
        let item = match self {
            Self::Put(new, condition) => {
                let mut put = Put::builder().table_name(table).set_item(Some(new));
                if let Some(condition) = condition {
                    put = put
                        .condition_expression(condition.text)
                        .set_expression_attribute_names(some(condition.names))
                        .set_expression_attribute_values(some(condition.values));
                }
                item.put(put.build().map_err(Error::internal)?)
            }
            Self::Delete(key, condition) => {
                let key = Some(key.attributes());
                let mut delete = Delete::builder().table_name(table).set_key(key);
                if let Some(condition) = condition {
                    delete = delete
                        .condition_expression(condition.text)
                        .set_expression_attribute_names(some(condition.names))
                        .set_expression_attribute_values(some(condition.values));
                }
                item.delete(delete.build().map_err(Error::internal)?)
            }
            Self::Update(key, update, condition) => {
                let update = Update::builder()
                    .table_name(table)
                    .set_key(Some(key.attributes()))
                    .update_expression(update.text)
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(some(update.names))
                    .set_expression_attribute_values(some(update.values));
                item.update(update.build().map_err(Error::internal)?)
            }
            Self::Check(key, condition) => {
                let check = ConditionCheck::builder()
                    .table_name(table)
                    .set_key(Some(key.attributes()))
                    .condition_expression(condition.text)
                    .set_expression_attribute_names(some(condition.names))
                    .set_expression_attribute_values(some(condition.values));
                item.condition_check(check.build().map_err(Error::internal)?)
            }
        };
        Ok(item.build())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Key {
        Key {
            pk: "A#1".to_owned(),
            sk: "B".to_owned(),
        }
    }

    /// The condition that DynamoDB is told, and whether its refusal has a meaning.
    fn told(write: Write<()>) -> (Option<String>, bool) {
        let (item, refusal) = write.build("table").unwrap();
        let put = item.put.and_then(|put| put.condition_expression);
        let delete = item.delete.and_then(|delete| delete.condition_expression);
        let update = item.update.and_then(|update| update.condition_expression);
        let check = item.condition_check.map(|check| check.condition_expression);
        (put.or(delete).or(update).or(check), refusal.is_some())
    }

    #[test]
    fn a_write_has_a_condition_just_where_its_refusal_has_a_meaning() {
        let item = || key().attributes();
        let held = || Expression::new("held");
        for (write, condition) in [
            (put(item()), None),
            (delete(key()), None),
            (put_if(item(), held()).unless(()), Some("held")),
            (put_new(item()).unless(()), Some("attribute_not_exists(PK)")),
            (delete_if(key(), held()).unless(()), Some("held")),
            (
                delete_there(key()).or_fail(Error::NotFound),
                Some("attribute_exists(PK)"),
            ),
            (
                update_if(key(), Expression::new("REMOVE a"), "held").unless(()),
                Some("held"),
            ),
            (check(key(), held()).unless(()), Some("held")),
            // DynamoDB refuses an empty condition: it does not pass for none.
            (put_if(item(), Expression::new("")).unless(()), Some("")),
        ] {
            let expected = (condition.map(str::to_owned), condition.is_some());
            assert_eq!(told(write), expected);
        }
    }
}
