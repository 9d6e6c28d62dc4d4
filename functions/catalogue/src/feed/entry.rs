//! What was read of a file, record by record.

use domain::{catalogue::report::BadLine, ids::ProductId};

use super::{
    MerchantProduct,
    buffer::{Buffer, Cut, Spot},
    check::Check,
    fields::Values,
};

/// What was read of a file: one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<T> {
    /// Line on which it begins, from 1.
    pub line: u64,
    /// Where the next one begins.
    pub after: Spot,
    /// Its id, where one can be read, also of a bad record.
    pub id: Option<String>,
    /// What it says, or all that is wrong with it.
    pub found: Result<T, Vec<BadLine>>,
    /// What is wrong with it, and cost a value alone.
    pub warnings: Vec<BadLine>,
    /// What it may hide.
    pub hidden: Hidden,
}

/// Records that may be in a bad one without their ids being read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hidden {
    /// How many, at most.
    pub records: u64,
    /// The first words in it: their ids may be among them.
    pub words: Vec<String>,
}

impl Hidden {
    /// So many words are kept of a bad record.
    const WORDS: usize = 64;

    fn in_record(records: usize, spoilt: Option<String>, bytes: &[u8]) -> Self {
        if records == 0 {
            return Self::default();
        }
        let is_word =
            |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte) || !byte.is_ascii();
        let words = bytes.split(|byte| !is_word(byte));
        let words = words.filter_map(|word| std::str::from_utf8(word).ok());
        let words = words.filter(|word| ProductId::parse(word).is_some());
        let words = spoilt.into_iter().chain(words.map(str::to_owned));
        Self {
            records: records as u64,
            words: words.take(Self::WORDS).collect(),
        }
    }
}

/// A record of a feed as it was read, before it is known where it ends.
pub(super) struct Reading {
    id: Option<ProductId>,
    /// What is left of an id that is none.
    spoilt: Option<String>,
    pub found: Result<MerchantProduct, Vec<BadLine>>,
    warnings: Vec<BadLine>,
    /// Records that it hides, besides its own.
    more: usize,
}

impl Reading {
    /// A record of these values.
    pub(super) fn of(line: u64, values: &Values<'_>) -> Self {
        let (found, warnings) = Check::new(line, values).product();
        let spoilt = found.as_ref().err().and_then(|_| values.spoilt_id());
        Self {
            id: values.id(),
            spoilt,
            found,
            warnings,
            more: 0,
        }
    }

    /// A record that is bad as a whole, and may be several.
    pub(super) fn bad(line: u64, reason: String, id: Option<ProductId>, more: usize) -> Self {
        Self {
            id,
            spoilt: None,
            found: Err(vec![BadLine::whole(line, reason)]),
            warnings: Vec::new(),
            more,
        }
    }

    /// As it was cut out of the buffer.
    pub(super) fn entry(self, cut: Cut, buffer: &Buffer) -> Entry<MerchantProduct> {
        let nameless = self.found.is_err() && self.id.is_none();
        let records = usize::from(nameless) + self.more;
        Entry {
            line: cut.line,
            after: cut.after,
            id: self.id.map(|id| id.as_str().to_owned()),
            found: self.found,
            warnings: self.warnings,
            hidden: Hidden::in_record(records, self.spoilt, buffer.bytes(cut.taken)),
        }
    }
}
