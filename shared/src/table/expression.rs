//! Expressions, with what they name.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::Item;

/// The condition that the item is there.
pub(crate) const EXISTS: &str = "attribute_exists(PK)";

/// A string set; DynamoDB knows no empty one.
pub(crate) fn string_set<T: ToString>(texts: impl IntoIterator<Item = T>) -> AttributeValue {
    AttributeValue::Ss(texts.into_iter().map(|text| text.to_string()).collect())
}

/// An expression with what it names.
#[derive(Debug, Default, Clone)]
pub struct Expression {
    pub(super) text: String,
    pub(super) names: HashMap<String, String>,
    pub(super) values: Item,
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
