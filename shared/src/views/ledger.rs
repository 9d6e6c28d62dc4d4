//! Entries and blocks of the ledger, as they are hashed (MONEY 26-28).

use domain::money::chain::Block;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{LedSource, words};

/// A leg of an entry.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LegView {
    /// An influencer's account, `commission` or `bank`.
    pub account: String,
    /// Minor units; positive is what an influencer is owed.
    pub amount: i64,
}

/// An entry of the ledger. What is not known of its kind is `null`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EntryView {
    /// Which.
    pub id: String,
    /// What it is.
    #[schema(value_type = words::EntryKind)]
    pub kind: String,
    /// ISO 4217.
    pub currency: String,
    /// Two, which sum to nothing.
    #[schema(min_items = 2, max_items = 2)]
    pub legs: Vec<LegView>,
    /// When it falls due.
    #[schema(format = Date)]
    pub due_on: String,
    /// The order line, hashed.
    #[schema(required)]
    pub line: Option<String>,
    /// The click.
    #[schema(required)]
    pub click: Option<String>,
    /// Where the link stood.
    #[schema(required)]
    pub source: Option<LedSource>,
    /// What was bought.
    #[schema(required)]
    pub product: Option<String>,
    /// As whom.
    #[schema(required, value_type = Option<words::Programme>)]
    pub programme: Option<String>,
    /// At which rate, in basis points.
    #[schema(required)]
    pub rate_bp: Option<u16>,
    /// The store's event, hashed.
    #[schema(required)]
    pub event: Option<String>,
}

/// A block of a chain. `hash` is the hex SHA-256 of all the rest in the form of RFC 8785.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BlockView {
    /// Whose chain.
    pub account: String,
    /// Which of it, from 1.
    #[schema(minimum = 1)]
    pub n: u64,
    /// The hash of the one before; of the first 64 zeros.
    pub prev: String,
    /// When it was sealed.
    #[schema(format = DateTime)]
    pub sealed_at: String,
    /// What it holds.
    #[schema(max_items = 49)]
    pub entries: Vec<EntryView>,
    /// Its own hash.
    #[serde(default)]
    pub hash: String,
}

impl BlockView {
    /// A block as it was sealed, with its hash.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    pub fn of(block: &Block, hash: &str) -> Result<Self, serde_json::Error> {
        let block = serde_json::to_value(block)?;
        let block: Self = serde_json::from_value(block)?;
        Ok(Self {
            hash: hash.to_owned(),
            ..block
        })
    }
}

#[cfg(test)]
mod tests {
    use domain::money::{Account, Entry, Kind, Source, chain::Head, entries::Counter};
    use jiff::Timestamp;
    use ulid::Ulid;

    use super::*;

    #[test]
    fn a_block_is_told_as_it_is_hashed() {
        let account = Account::of_random(7);
        let entry = Entry {
            id: "01".to_owned(),
            kind: Kind::Earned,
            currency: "USD".to_owned(),
            legs: Entry::legs(&account, 3, Counter::Commission),
            due_on: jiff::civil::date(2026, 12, 1),
            line: Some("f0".to_owned()),
            click: None,
            source: Some(Source::Post(domain::ids::PostId(Ulid(1)))),
            product: Some("~Iw".to_owned()),
            programme: Some(domain::money::Programme::Influencer),
            rate_bp: Some(300),
            event: None,
        };
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let block = Head::new().next(account, vec![entry], now);
        let hash = block.hash().unwrap();
        let view = BlockView::of(&block, &hash).unwrap();
        let mut told = serde_json::to_value(view).unwrap();
        let told_hash = told.as_object_mut().unwrap().remove("hash").unwrap();
        assert_eq!(told, serde_json::to_value(&block).unwrap());
        assert_eq!(told_hash, hash);
    }
}
