//! Brands: what the store says who made a thing, however it is spelled.

use serde::{Deserialize, Serialize};

use super::product::Product;
use crate::text::Limit;

/// The name of a brand, as sellers are given it: the longest that a feed can have.
pub const NAME: Limit = Limit {
    min: 1,
    graphemes: 70,
    bytes: 280,
};

/// A brand, by which two spellings of one name are the same: without blanks around it, in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Brand(String);

impl Brand {
    /// That of this name; `None` for none. It can stand in a key: without `#`.
    pub fn of(name: &str) -> Option<Self> {
        let folded = name.trim().to_lowercase().replace('#', " ");
        (!folded.is_empty()).then_some(Self(folded))
    }

    /// As keys have it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Product {
    /// Its brand, if it has one.
    pub fn brand(&self) -> Option<Brand> {
        Brand::of(self.brand.as_deref()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_brand_is_the_same_however_it_is_spelled() {
        let acme = Brand::of("Acme Größe").unwrap();
        assert_eq!(Brand::of(" ACME GRÖßE "), Some(acme));
        assert_ne!(Brand::of("Acme"), Brand::of("Acme Tools"));
        assert_eq!(Brand::of(" "), None);
        assert!(!Brand::of("a#b").unwrap().as_str().contains('#'));
    }
}
