//! The writes of a transaction, said in one line each.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem, Update};

use super::{Item, Table};
use crate::{error::Error, keys::Key};

/// The condition that the item is there.
pub(crate) const EXISTS: &str = "attribute_exists(PK)";

/// A string set; DynamoDB knows no empty one.
pub(crate) fn string_set<T: ToString>(texts: impl IntoIterator<Item = T>) -> AttributeValue {
    AttributeValue::Ss(texts.into_iter().map(|text| text.to_string()).collect())
}

/// An expression with what it names.
#[derive(Debug, Default, Clone)]
pub struct Expression {
    text: String,
    names: HashMap<String, String>,
    values: Item,
}

impl Expression {
    /// An expression without placeholders yet.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    /// The same names and values under another text.
    #[must_use]
    pub fn saying(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self
    }

    /// Adds the value of `:name`.
    #[must_use]
    pub fn value(mut self, name: &str, value: AttributeValue) -> Self {
        self.values.insert(name.to_owned(), value);
        self
    }

    /// Adds the value of `:name`, a string.
    #[must_use]
    pub fn text(self, name: &str, value: impl Into<String>) -> Self {
        self.value(name, AttributeValue::S(value.into()))
    }

    /// Adds the value of `:name`, a number.
    #[must_use]
    pub fn number(self, name: &str, value: i64) -> Self {
        self.value(name, AttributeValue::N(value.to_string()))
    }

    /// Adds what `#name` stands for: an attribute whose name is a reserved word.
    #[must_use]
    pub fn name(mut self, name: &str, attribute: &str) -> Self {
        self.names.insert(name.to_owned(), attribute.to_owned());
        self
    }
}

fn some<K, V>(map: HashMap<K, V>) -> Option<HashMap<K, V>> {
    (!map.is_empty()).then_some(map)
}

impl Table {
    /// Puts an item if the condition holds.
    pub(crate) fn put_if(
        &self,
        item: Item,
        condition: Expression,
    ) -> Result<TransactWriteItem, Error> {
        let put = Put::builder()
            .table_name(&self.name)
            .set_item(Some(item))
            .condition_expression(condition.text)
            .set_expression_attribute_names(some(condition.names))
            .set_expression_attribute_values(some(condition.values))
            .build()
            .map_err(Error::internal)?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// Puts an item where there is none.
    pub(crate) fn put_new(&self, item: Item) -> Result<TransactWriteItem, Error> {
        self.put_if(item, Expression::new("attribute_not_exists(PK)"))
    }

    /// Puts an item, whatever was there.
    pub(crate) fn put_any(&self, item: Item) -> Result<TransactWriteItem, Error> {
        let put = Put::builder()
            .table_name(&self.name)
            .set_item(Some(item))
            .build()
            .map_err(Error::internal)?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// Deletes an item if the condition holds.
    pub(crate) fn delete_if(
        &self,
        key: &Key,
        condition: Expression,
    ) -> Result<TransactWriteItem, Error> {
        let delete = Delete::builder()
            .table_name(&self.name)
            .set_key(Some(key.attributes()))
            .condition_expression(condition.text)
            .set_expression_attribute_names(some(condition.names))
            .set_expression_attribute_values(some(condition.values))
            .build()
            .map_err(Error::internal)?;
        Ok(TransactWriteItem::builder().delete(delete).build())
    }

    /// Deletes an item, there or not.
    pub(crate) fn delete_any(&self, key: &Key) -> Result<TransactWriteItem, Error> {
        let delete = Delete::builder()
            .table_name(&self.name)
            .set_key(Some(key.attributes()))
            .build()
            .map_err(Error::internal)?;
        Ok(TransactWriteItem::builder().delete(delete).build())
    }

    /// Changes an item if the condition holds; placeholders of both share one namespace.
    pub(crate) fn update_if(
        &self,
        key: &Key,
        update: Expression,
        condition: &str,
    ) -> Result<TransactWriteItem, Error> {
        let update = Update::builder()
            .table_name(&self.name)
            .set_key(Some(key.attributes()))
            .update_expression(update.text)
            .condition_expression(condition)
            .set_expression_attribute_names(some(update.names))
            .set_expression_attribute_values(some(update.values))
            .build()
            .map_err(Error::internal)?;
        Ok(TransactWriteItem::builder().update(update).build())
    }
}

impl Expression {
    /// As a change of one item outside a transaction.
    pub(crate) fn when(self, condition: Option<&str>) -> super::Change {
        super::Change {
            update: self.text,
            condition: condition.map(str::to_owned),
            names: some(self.names),
            values: some(self.values),
        }
    }
}
