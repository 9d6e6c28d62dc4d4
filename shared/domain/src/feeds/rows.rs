//! The rows that products are picked from (FEEDS 4): what an instance keeps in memory of each, some 460 bytes.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};
use unicode_segmentation::UnicodeSegmentation;

use super::pairs::{Bytes, Demand, Pairs};
use crate::ids::{ProductHash, ProductId, TopicId};

/// So many causes of a product are weighed, those that most of its buyers had.
pub const CAUSES: usize = 50;
/// So many words of a title count.
pub const WORDS: usize = 20;

/// A product as it may be picked, as it lies in the table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Which.
    pub product: ProductId,
    /// On which topic's shelf it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<TopicId>,
    /// How many people got it.
    pub n: u32,
    /// How often lately.
    #[serde(flatten)]
    pub demand: Demand,
    /// What those had, the most of them first.
    pub causes: Causes,
    /// The words of its title.
    pub words: Words,
}

impl Row {
    /// A product, of its title and its pairs.
    pub fn of(product: &ProductId, topic: Option<TopicId>, title: &str, pairs: &Pairs) -> Self {
        let causes = pairs.had.iter().take(CAUSES);
        Self {
            product: product.clone(),
            topic,
            n: pairs.n,
            demand: pairs.demand,
            causes: Causes(causes.map(|(thing, count)| (short(thing), count)).collect()),
            words: words(title),
        }
    }
}

/// The first half of a product's hash: two of a thousand share one with a chance of one in ten thousand.
pub(super) fn short(thing: ProductHash) -> u32 {
    let [a, b, c, d, ..] = thing.0;
    u32::from_be_bytes([a, b, c, d])
}

/// What a product's buyers had, each with how many did: six bytes each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Causes(pub(super) Vec<(u32, u16)>);

impl Serialize for Causes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes = self.0.iter().flat_map(|(thing, count)| {
            let thing = thing.to_be_bytes().into_iter();
            thing.chain(count.to_be_bytes())
        });
        serializer.serialize_bytes(&bytes.collect::<Vec<_>>())
    }
}

impl<'de> Deserialize<'de> for Causes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = deserializer.deserialize_byte_buf(Bytes)?;
        let cause = |bytes: &[u8]| {
            let (thing, count) = bytes.split_first_chunk::<4>()?;
            let count = u16::from_be_bytes(count.try_into().ok()?);
            Some((u32::from_be_bytes(*thing), count))
        };
        let causes = bytes.chunks(6).map(cause).collect::<Option<_>>();
        causes
            .map(Self)
            .ok_or_else(|| de::Error::custom("no causes"))
    }
}

/// Words by their hashes, four bytes each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words(pub(super) Vec<u32>);

impl Serialize for Words {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes: Vec<_> = self.0.iter().flat_map(|word| word.to_be_bytes()).collect();
        serializer.serialize_bytes(&bytes)
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = deserializer.deserialize_byte_buf(Bytes)?;
        let word = |bytes: &[u8]| Some(u32::from_be_bytes(bytes.try_into().ok()?));
        let words = bytes.chunks(4).map(word).collect::<Option<_>>();
        words.map(Self).ok_or_else(|| de::Error::custom("no words"))
    }
}

/// The words of a title or a query: of two letters or more, whatever their case, without a plural's s, each once; the first
/// [`WORDS`].
pub fn words(text: &str) -> Words {
    let mut words = Vec::new();
    for word in text.unicode_words() {
        let word = word.to_lowercase();
        let singular = word.strip_suffix('s').filter(|stem| stem.len() > 2);
        let word = singular.unwrap_or(&word);
        if word.chars().nth(1).is_none() {
            continue;
        }
        let digest = Sha256::digest(word);
        let hash = digest.iter().take(4);
        let hash = hash.fold(0, |all, byte| (all << 8) | u32::from(*byte));
        if !words.contains(&hash) {
            words.push(hash);
        }
    }
    words.truncate(WORDS);
    Words(words)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn words_are_compared_whatever_their_case_and_number_and_each_counts_once() {
        assert_eq!(words("Red MUGS, a red mug"), words("red mug"));
        assert_ne!(words("red mug"), words("blue mug"));
        assert_eq!(words("a & b"), Words::default());
        let many: Vec<_> = (0..40).map(|n| format!("word{n}")).collect();
        assert_eq!(words(&many.join(" ")).0.len(), WORDS);
    }

    #[test]
    fn a_row_keeps_the_strongest_causes_and_reads_as_it_was_written() {
        let product = |n: u32| ProductId::parse(&format!("p{n}")).unwrap();
        let mut pairs = Pairs::default();
        let others: Vec<_> = (1..80).map(product).collect();
        pairs.got(Timestamp::UNIX_EPOCH, &others);
        pairs.got(Timestamp::UNIX_EPOCH, &others[..3]);
        let row = Row::of(&product(0), None, "Red mug", &pairs);
        assert_eq!((row.n, row.causes.0.len()), (2, CAUSES));
        for other in &others[..3] {
            assert!(row.causes.0[..3].contains(&(short(other.hash()), 2)));
        }
        let text = serde_json::to_string(&row).unwrap();
        assert_eq!(serde_json::from_str::<Row>(&text).unwrap(), row);
    }
}
