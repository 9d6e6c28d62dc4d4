//! Writes of one item by itself.

use std::collections::HashMap;

use aws_sdk_dynamodb::{error::ProvideErrorMetadata, types::ReturnValue};

use super::{EXISTS, Expression, Item, Table, write::some};
use crate::{
    aws::{call, classify, is_transient},
    error::Error,
    keys::Key,
};

/// An update of one item, with its condition.
#[derive(Debug, Default)]
pub struct Update {
    update: String,
    condition: Option<String>,
    names: Option<HashMap<String, String>>,
    values: Option<Item>,
}

impl Expression {
    /// As an update of one item if the condition holds; placeholders of both share one namespace.
    pub(crate) fn when(self, condition: Option<&str>) -> Update {
        Update {
            update: self.text,
            condition: condition.map(str::to_owned),
            names: some(self.names),
            values: some(self.values),
        }
    }
}

impl Table {
    /// Deletes one item, there or not.
    pub(crate) async fn delete(&self, key: &Key) -> Result<(), Error> {
        let request = self.client.delete_item().table_name(&self.name);
        let request = request.set_key(Some(key.attributes()));
        let sent = call(|| request.clone().send(), is_transient).await;
        sent.map_err(classify)?;
        Ok(())
    }

    /// Deletes one item that is there, and gives it to the one who did. Where the answer is lost, nobody has it.
    pub(crate) async fn take(&self, key: &Key) -> Result<Option<Item>, Error> {
        let request = self
            .client
            .delete_item()
            .table_name(&self.name)
            .set_key(Some(key.attributes()))
            .condition_expression(EXISTS)
            .return_values(ReturnValue::AllOld);
        match call(|| request.clone().send(), is_transient).await {
            Ok(answer) => Ok(answer.attributes),
            Err(error) if error.code() == Some("ConditionalCheckFailedException") => Ok(None),
            Err(error) => Err(classify(error)),
        }
    }

    /// Puts one item if the condition holds of what is there; whether it did.
    pub(crate) async fn put_when(&self, item: Item, condition: Expression) -> Result<bool, Error> {
        let request = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(item))
            .condition_expression(condition.text)
            .set_expression_attribute_names(some(condition.names))
            .set_expression_attribute_values(some(condition.values));
        match call(|| request.clone().send(), is_transient).await {
            Ok(_) => Ok(true),
            Err(error) if error.code() == Some("ConditionalCheckFailedException") => Ok(false),
            Err(error) => Err(classify(error)),
        }
    }

    /// Changes one item; `None` when the condition does not hold, else the item as it is now.
    pub(crate) async fn update(&self, key: &Key, change: Update) -> Result<Option<Item>, Error> {
        let request = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(key.attributes()))
            .update_expression(change.update)
            .set_condition_expression(change.condition)
            .set_expression_attribute_names(change.names)
            .set_expression_attribute_values(change.values)
            .return_values(ReturnValue::AllNew);
        match call(|| request.clone().send(), is_transient).await {
            Ok(answer) => Ok(answer.attributes),
            Err(error) if error.code() == Some("ConditionalCheckFailedException") => Ok(None),
            Err(error) => Err(classify(error)),
        }
    }
}
