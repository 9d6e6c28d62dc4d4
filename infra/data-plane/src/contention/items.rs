//! Which items a request names.

use serde_json::Value;

use crate::template::Table;

/// An item: its table and its key.
pub(super) type Item = String;

/// The attributes that make an item's key.
pub(super) struct Keys(Vec<String>);

impl Keys {
    pub(super) fn of(table: &Table) -> Self {
        let sort = table.sort_key.iter().cloned();
        Self(
            [table.partition_key.clone()]
                .into_iter()
                .chain(sort)
                .collect(),
        )
    }

    /// The item of a write by itself.
    pub(super) fn of_write(&self, operation: &str, body: &Value) -> Item {
        let named = if operation == "PutItem" {
            &body["Item"]
        } else {
            &body["Key"]
        };
        self.item(body["TableName"].as_str().unwrap_or_default(), named)
    }

    /// The items of a transaction, in its order.
    pub(super) fn of_transaction(&self, body: &Value) -> Vec<Item> {
        let items = body["TransactItems"].as_array().into_iter().flatten();
        let deeds = items.filter_map(|item| item.as_object()?.values().next());
        deeds
            .map(|deed| {
                let named = deed.get("Key").unwrap_or(&deed["Item"]);
                self.item(deed["TableName"].as_str().unwrap_or_default(), named)
            })
            .collect()
    }

    /// The item of a batch's write.
    pub(super) fn of_batch(&self, table: &str, write: &Value) -> Item {
        let put = &write["PutRequest"]["Item"];
        let named = if put.is_null() {
            &write["DeleteRequest"]["Key"]
        } else {
            put
        };
        self.item(table, named)
    }

    fn item(&self, table: &str, named: &Value) -> Item {
        let key = self.0.iter().map(|name| named[name].to_string());
        [table.to_owned()]
            .into_iter()
            .chain(key)
            .collect::<Vec<_>>()
            .join(" ")
    }
}
