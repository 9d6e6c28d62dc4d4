//! The files that the store drops into the bucket: which there are, and how each is read.

use domain::catalogue::review::Review;
use shared::seal::People;

use crate::{
    feed::{Entry, Feed, MerchantProduct, Spot},
    reviews::Reviews,
};

/// What a file is, by its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `catalogue/<name>.tsv`, `.txt`, `.xml`, `.rss` or `.atom`.
    Products,
    /// `reviews/<name>.jsonl` or `.ndjson`.
    Reviews,
}

impl Kind {
    /// What the files of this key's folder are; `None` where it is none of the store's.
    pub(crate) fn in_folder(key: &str) -> Option<Self> {
        match key.split_once('/')?.0 {
            "catalogue" => Some(Self::Products),
            "reviews" => Some(Self::Reviews),
            _ => None,
        }
    }

    /// What the file of this key is; `None` where its name does not say.
    pub(crate) fn of(key: &str) -> Option<Self> {
        let kind = Self::in_folder(key)?;
        let (name, ending) = key.rsplit_once('.')?;
        let mut endings = kind.endings().iter();
        let known = endings.any(|known| ending.eq_ignore_ascii_case(known));
        (known && !name.ends_with('/')).then_some(kind)
    }

    /// How the names of such files end, in any case of the letters.
    pub(crate) fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Products => &["tsv", "txt", "xml", "rss", "atom"],
            Self::Reviews => &["jsonl", "ndjson"],
        }
    }
}

/// `catalogue/<name>.tsv` is reported on in `reports/catalogue/<name>.json`, and so is
/// `reviews/<name>.jsonl`, in any case of the ending; of other forms the ending stays, so that no
/// two share a report.
pub(crate) fn report_key(key: &str) -> String {
    let name = key.rsplit_once('.').filter(|(_, ending)| {
        ending.eq_ignore_ascii_case("tsv") || ending.eq_ignore_ascii_case("jsonl")
    });
    format!("reports/{}.json", name.map_or(key, |(name, _)| name))
}

/// What a good record says.
#[derive(Debug)]
pub(crate) enum Found {
    Product(Box<MerchantProduct>),
    Review(Box<Review>),
}

/// A file being read.
#[derive(Debug)]
pub(crate) enum Source {
    Products(Box<Feed>),
    Reviews(Reviews),
}

impl Source {
    pub(crate) fn of(kind: Kind, people: &People) -> Self {
        match kind {
            Kind::Products => Self::Products(Box::default()),
            Kind::Reviews => Self::Reviews(Reviews::by(people.clone())),
        }
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        match self {
            Self::Products(feed) => feed.push(bytes),
            Self::Reviews(reviews) => reviews.push(bytes),
        }
    }

    pub(crate) fn end(&mut self) {
        match self {
            Self::Products(feed) => feed.end(),
            Self::Reviews(reviews) => reviews.end(),
        }
    }

    pub(crate) fn has_ended(&self) -> bool {
        match self {
            Self::Products(feed) => feed.has_ended(),
            Self::Reviews(reviews) => reviews.has_ended(),
        }
    }

    pub(crate) fn can_pause(&self) -> bool {
        match self {
            Self::Products(feed) => feed.can_pause(),
            Self::Reviews(reviews) => reviews.can_pause(),
        }
    }

    /// Goes on from `place`, given the beginning of the file.
    pub(crate) fn resume(&mut self, head: &[u8], place: Spot) {
        match self {
            Self::Products(feed) => {
                feed.push(head);
                // What is wrong with a header was said when the file was begun.
                drop(feed.read_header());
                feed.seek(place);
            }
            Self::Reviews(reviews) => reviews.seek(place),
        }
    }

    /// Whether the file as a whole cannot be read.
    pub(crate) fn is_unreadable(&self) -> bool {
        matches!(self, Self::Products(feed) if feed.is_unreadable())
    }

    /// Whether it ended without having begun.
    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, Self::Products(feed) if !feed.has_header() && !feed.is_unreadable())
    }

    /// Whether it seems to end before its end.
    pub(crate) fn is_cut_off(&self) -> bool {
        matches!(self, Self::Products(feed) if feed.is_cut_off())
    }
}

fn map<T>(entry: Entry<T>, found: impl FnOnce(T) -> Found) -> Entry<Found> {
    Entry {
        line: entry.line,
        after: entry.after,
        id: entry.id,
        found: entry.found.map(found),
        warnings: entry.warnings,
        hidden: entry.hidden,
    }
}

impl Iterator for Source {
    type Item = Entry<Found>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Products(feed) => feed
                .next()
                .map(|entry| map(entry, |product| Found::Product(Box::new(product)))),
            Self::Reviews(reviews) => reviews
                .next()
                .map(|entry| map(entry, |review| Found::Review(Box::new(review)))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_key_and_has_a_report_of_its_own() {
        for (key, report) in [
            ("catalogue/a/b.tsv", "reports/catalogue/a/b.json"),
            ("catalogue/a.TSV", "reports/catalogue/a.json"),
            ("catalogue/a.xml", "reports/catalogue/a.xml.json"),
            ("catalogue/a.Xml", "reports/catalogue/a.Xml.json"),
        ] {
            assert_eq!(Kind::of(key), Some(Kind::Products), "{key}");
            assert_eq!(report_key(key), report);
        }
        assert_eq!(Kind::of("reviews/a.jsonl"), Some(Kind::Reviews));
        assert_eq!(report_key("reviews/a.jsonl"), "reports/reviews/a.json");
        for key in [
            "catalogue/.tsv",
            "catalogue/a/.tsv",
            "catalogue/a.xlsx",
            "uploads/a.tsv",
            "catalogue/a",
            "reviews/a.tsv",
        ] {
            assert_eq!(Kind::of(key), None, "{key}");
        }
    }
}
