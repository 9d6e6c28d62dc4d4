//! The chain of an account's entries, which whoever has it can re-add and verify whole (MONEY 27).

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    Account, Entry,
    entries::{Counter, Side},
};

/// At most so many entries are sealed into a block.
pub const ENTRIES: usize = 49;

/// What stands for the block before the first.
pub fn before_the_first() -> String {
    "0".repeat(64)
}

/// A block of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// Whose chain.
    pub account: Account,
    /// Which of it, from 1.
    pub n: u64,
    /// The hash of the one before; for the first 64 zeros.
    pub prev: String,
    /// When it was sealed, in milliseconds; never before the one before it.
    #[serde(with = "in_milliseconds")]
    pub sealed_at: Timestamp,
    /// What it holds.
    pub entries: Vec<Entry>,
}

/// Where a chain ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Its last block; 0 before the first.
    pub n: u64,
    /// That block's hash.
    pub hash: String,
    /// When it was sealed.
    pub sealed_at: Timestamp,
}

impl Head {
    /// That of a chain without a block.
    pub fn new() -> Self {
        Self {
            n: 0,
            hash: before_the_first(),
            sealed_at: Timestamp::UNIX_EPOCH,
        }
    }

    /// The next block, of some entries.
    pub fn next(&self, account: Account, entries: Vec<Entry>, now: Timestamp) -> Block {
        Block {
            account,
            n: self.n + 1,
            prev: self.hash.clone(),
            sealed_at: now.max(self.sealed_at),
            entries,
        }
    }
}

impl Default for Head {
    fn default() -> Self {
        Self::new()
    }
}

impl Block {
    /// Hex SHA-256 of the block in the form of RFC 8785.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    pub fn hash(&self) -> Result<String, serde_json::Error> {
        let canonical = serde_json_canonicalizer::to_vec(self)?;
        let digest = Sha256::digest(canonical);
        Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The head of a chain that ends with it.
    ///
    /// # Errors
    /// As [`Block::hash`].
    pub fn head(&self) -> Result<Head, serde_json::Error> {
        Ok(Head {
            n: self.n,
            hash: self.hash()?,
            sealed_at: self.sealed_at,
        })
    }
}

/// What is wrong with a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// A block is not the one that follows the one before.
    Order,
    /// A block is of another account.
    Account,
    /// A block does not name the hash of the one before.
    Link,
    /// A block was sealed before the one before it.
    Time,
    /// An entry's legs do not sum to nothing.
    Sum,
}

/// Whether these blocks are a chain from its first on, and where it ends.
///
/// # Errors
/// The number of the first block that is not as it must be, and what is wrong.
pub fn verify(blocks: &[Block]) -> Result<Head, (u64, Broken)> {
    let mut head = Head::new();
    for block in blocks {
        let wrong = |broken| Err((block.n, broken));
        if block.n != head.n + 1 {
            return wrong(Broken::Order);
        }
        if blocks
            .first()
            .is_none_or(|first| first.account != block.account)
        {
            return wrong(Broken::Account);
        }
        if block.prev != head.hash {
            return wrong(Broken::Link);
        }
        if block.sealed_at < head.sealed_at {
            return wrong(Broken::Time);
        }
        let sum = |entry: &Entry| {
            entry
                .legs
                .iter()
                .map(|leg| i128::from(leg.amount))
                .sum::<i128>()
        };
        if block.entries.iter().any(|entry| sum(entry) != 0) {
            return wrong(Broken::Sum);
        }
        head = block
            .head()
            .map_err(|_unwritable| (block.n, Broken::Link))?;
    }
    Ok(head)
}

/// What an account is owed in a currency.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    /// In all.
    pub total: i64,
    /// What the bank paid of what was owed, as its legs have it: not below 0.
    #[serde(default)]
    pub bank: i64,
    /// By when it falls due.
    pub by_due: BTreeMap<Date, i64>,
}

/// What an account is owed, by currency.
pub type Balances = BTreeMap<String, Balance>;

impl Balance {
    /// With one more entry.
    pub fn add(&mut self, entry: &Entry) {
        let amount = entry.amount();
        self.total += amount;
        *self.by_due.entry(entry.due_on).or_default() += amount;
        let bank = Side::Store(Counter::Bank);
        let legs = entry.legs.iter().filter(|leg| leg.account == bank);
        self.bank += legs.map(|leg| leg.amount).sum::<i64>();
    }

    /// The same with one date for all that fell due by today, and none where nothing does.
    pub fn fold(&mut self, today: Date) {
        let payable = self.payable(today);
        self.by_due.retain(|due, _| *due > today);
        self.by_due.insert(today, payable);
        self.by_due.retain(|_, amount| *amount != 0);
    }

    /// What is due by a date.
    pub fn payable(&self, today: Date) -> i64 {
        self.by_due.range(..=today).map(|(_, amount)| amount).sum()
    }
}

mod in_milliseconds {
    use jiff::{Timestamp, fmt::temporal::DateTimePrinter};
    use serde::{Deserialize, Deserializer, Serializer, ser::Error as _};

    /// `2026-11-21T18:00:00.000Z`: always three digits.
    const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(3));

    pub(super) fn serialize<S: Serializer>(time: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
        let mut text = String::new();
        PRINTER
            .print_timestamp(time, &mut text)
            .map_err(S::Error::custom)?;
        to.serialize_str(&text)
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<Timestamp, D::Error> {
        Timestamp::deserialize(from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Kind;

    fn entry(n: u8, amount: i64) -> Entry {
        Entry {
            id: format!("e{n}"),
            kind: Kind::Earned,
            currency: "USD".to_owned(),
            legs: Entry::legs(&Account::of_random(1), amount, Counter::Commission),
            due_on: jiff::civil::date(2026, 12, i8::try_from(n).unwrap()),
            line: Some("ab\u{e9}\u{1f600}\n".to_owned()),
            click: None,
            source: None,
            product: None,
            programme: None,
            rate_bp: Some(300),
            event: None,
        }
    }

    fn chain() -> Vec<Block> {
        let mut head = Head::new();
        let mut blocks = Vec::new();
        for n in 1..=4 {
            let now = Timestamp::from_second(1_800_000_000 - i64::from(n % 2)).unwrap();
            let block = head.next(Account::of_random(1), vec![entry(n, 7), entry(n, -2)], now);
            head = block.head().unwrap();
            blocks.push(block);
        }
        blocks
    }

    #[test]
    fn a_block_hashes_as_its_canonical_form_does_whatever_the_order_of_its_names() {
        let block = &chain()[0];
        let mut text = serde_json::to_string(block).unwrap();
        assert!(
            text.contains(r#""sealed_at":"2027-01-15T07:59:59.000Z""#),
            "{text}"
        );
        text = text.replace(r#""n":1,"#, "");
        text.insert_str(text.len() - 1, r#", "n": 1"#);
        let read: Block = serde_json::from_str(&text).unwrap();
        assert_eq!(read.hash().unwrap(), block.hash().unwrap());
        assert_eq!(block.hash().unwrap().len(), 64);
    }

    #[test]
    fn a_chain_is_whole_or_names_the_first_block_that_is_not() {
        let whole = chain();
        let head = verify(&whole).unwrap();
        assert_eq!((head.n, &head.hash), (4, &whole[3].hash().unwrap()));
        assert_eq!(verify(&[]), Ok(Head::new()));
        let times: Vec<_> = whole.iter().map(|block| block.sealed_at).collect();
        assert!(times.is_sorted(), "{times:?}");
        let broken = |mend: &dyn Fn(&mut Vec<Block>)| {
            let mut blocks = chain();
            mend(&mut blocks);
            verify(&blocks).unwrap_err()
        };
        let swapped = broken(&|blocks| blocks.swap(1, 2));
        assert_eq!(swapped, (3, Broken::Order));
        let left_out = broken(&|blocks| {
            blocks[1].entries.pop();
        });
        assert_eq!(left_out, (3, Broken::Link));
        let changed = broken(&|blocks| blocks[2].entries[0].id = "f3".to_owned());
        assert_eq!(changed, (4, Broken::Link));
        let unbalanced = broken(&|blocks| blocks[1].entries[0].legs[0].amount += 1);
        assert_eq!(unbalanced, (2, Broken::Sum));
        let others = broken(&|blocks| blocks[0].account = Account::of_random(2));
        assert_eq!(others, (2, Broken::Account));
        let early = broken(&|blocks| blocks[3].sealed_at = Timestamp::UNIX_EPOCH);
        assert_eq!(early, (4, Broken::Time));
    }

    #[test]
    fn what_is_payable_is_what_fell_due_by_today() {
        let mut balance = Balance::default();
        for block in chain() {
            for entry in &block.entries {
                balance.add(entry);
            }
        }
        assert_eq!(balance.total, 20);
        for (day, payable) in [(1, 5), (3, 15), (28, 20)] {
            let today = jiff::civil::date(2026, 12, day);
            assert_eq!(balance.payable(today), payable);
            let mut folded = balance.clone();
            folded.fold(today);
            assert_eq!((folded.payable(today), folded.total), (payable, 20));
            assert!(folded.by_due.len() <= balance.by_due.len());
        }
    }
}
