//! What pages say, in each language, and how it is written there: numbers, money, times.

mod en;
mod zh;

use domain::catalogue::currency;
use jiff::{Timestamp, tz::TimeZone};
use shared::views::MoneyView;

/// A language of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lang {
    /// English, where nothing else is asked for.
    En,
    /// Simplified Chinese.
    Zh,
}

/// What is said of so many things; `{n}` stands for the number.
#[derive(Debug)]
pub(crate) struct Plural {
    pub one: &'static str,
    pub other: &'static str,
}

/// A number with the name of what it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Counted {
    pub number: String,
    pub unit: &'static str,
}

/// A time for machines and for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct When {
    pub machine: String,
    pub said: String,
}

macro_rules! words {
    ($($name:ident: $kind:ty,)*) => {
        /// Everything that a page says by itself; a language is a value of this, in a file of its own.
        #[derive(Debug)]
        pub(crate) struct Words {
            $(pub $name: $kind,)*
        }

        impl Words {
            /// The names of all of them: a test looks for each where it is used.
            #[cfg(test)]
            const NAMES: &[&str] = &[$(stringify!($name)),*];
        }
    };
}

words! {
    tag: &'static str,
    day: &'static str,
    minute: &'static str,
    about_store: &'static str,
    accepted: &'static str,
    all_polls: &'static str,
    answers: Plural,
    cny: &'static str,
    closed_at: &'static str,
    closes_at: &'static str,
    comments: Plural,
    comments_unit: Plural,
    contact: &'static str,
    dot_label: &'static str,
    earns_list: &'static str,
    earns_post: &'static str,
    earns_storefront: &'static str,
    edited: &'static str,
    embedded: &'static str,
    enthusiast: &'static str,
    everywhere: &'static str,
    explore: &'static str,
    featured_lists: &'static str,
    finds: &'static str,
    followers: Plural,
    gone: &'static str,
    gone_heading: &'static str,
    gone_said: &'static str,
    home_title: &'static str,
    hot: &'static str,
    hot_now: &'static str,
    in_it: &'static str,
    in_stock: &'static str,
    in_the_store: &'static str,
    influencer: &'static str,
    instead: &'static str,
    jpy: &'static str,
    main: &'static str,
    missing_heading: &'static str,
    missing_said: &'static str,
    more: &'static str,
    new: &'static str,
    next_photo: &'static str,
    nothing_found: &'static str,
    nothing_yet: &'static str,
    older: &'static str,
    older_comments: &'static str,
    onsite_associate: &'static str,
    open_polls: &'static str,
    or_a_topic: &'static str,
    order: &'static str,
    paid_links: &'static str,
    people: &'static str,
    photo_before: &'static str,
    photo_by: &'static str,
    photo_of: &'static str,
    photos: &'static str,
    poll: &'static str,
    polls: &'static str,
    post_by: &'static str,
    posts: &'static str,
    posts_unit: Plural,
    prices_confirmed: &'static str,
    products: &'static str,
    public_lists: &'static str,
    question: &'static str,
    quoted: &'static str,
    reasons: &'static str,
    report: &'static str,
    saved: Plural,
    saved_in: &'static str,
    saves_unit: Plural,
    search: &'static str,
    search_kinds: &'static str,
    search_what: &'static str,
    share: &'static str,
    shown_by: &'static str,
    similar: &'static str,
    skip: &'static str,
    smiles_unit: Plural,
    sold_out: &'static str,
    sponsored: &'static str,
    sponsored_said: &'static str,
    stars: &'static str,
    stars_given: &'static str,
    taken_back: &'static str,
    terms: &'static str,
    the_app: &'static str,
    things: Plural,
    to_buy: Plural,
    topics: &'static str,
    trending_and_polls: &'static str,
    unwell_heading: &'static str,
    unwell_said: &'static str,
    usd: &'static str,
    verified: &'static str,
    voters: Plural,
    votes: Plural,
    wall_of: &'static str,
    what_it_is: &'static str,
}

impl Lang {
    /// Both.
    pub const ALL: [Self; 2] = [Self::En, Self::Zh];

    /// As addresses spell it.
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
        }
    }

    /// By that code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lang| lang.code() == code)
    }

    /// As it calls itself.
    pub fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Zh => "简体中文",
        }
    }

    /// What is said in it.
    pub fn words(self) -> &'static Words {
        match self {
            Self::En => &en::WORDS,
            Self::Zh => &zh::WORDS,
        }
    }
}

/// A text with what stands for `{name}` put in.
pub(crate) fn fill(text: &str, with: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len() + 32);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        let value = with.iter().find(|(known, _)| *known == name);
        filled.push_str(value.map_or("", |(_, value)| value));
        rest = after;
    }
    filled + rest
}

impl Plural {
    fn of(&self, n: u64) -> &'static str {
        if n == 1 { self.one } else { self.other }
    }
}

impl Words {
    /// A whole number.
    pub fn number(&self, n: u64) -> String {
        grouped(&n.to_string())
    }

    /// So many of something, in words.
    pub fn many(&self, what: &Plural, n: u64) -> String {
        fill(what.of(n), &[("n", &self.number(n))])
    }

    /// So many of something, the number apart.
    pub fn counted(&self, unit: &Plural, n: u64) -> Counted {
        Counted {
            number: self.number(n),
            unit: unit.of(n),
        }
    }

    /// An amount of money.
    pub fn money(&self, money: &MoneyView) -> String {
        let amount = currency::major(money.amount, &money.currency);
        let (whole, decimals) = match amount.split_once('.') {
            Some((whole, decimals)) => (whole, format!(".{decimals}")),
            None => (amount.as_str(), String::new()),
        };
        let amount = format!("{}{decimals}", grouped(whole));
        let sign = match money.currency.as_str() {
            "USD" => self.usd,
            "CNY" => self.cny,
            "JPY" => self.jpy,
            "EUR" => "€",
            "GBP" => "£",
            "INR" => "₹",
            "KRW" => "₩",
            other => return format!("{other}\u{a0}{amount}"),
        };
        format!("{sign}{amount}")
    }

    /// The day of a time, in UTC.
    pub fn on(&self, time: Timestamp) -> When {
        self.when(time, self.day)
    }

    /// A time to the minute, in UTC.
    pub fn at(&self, time: Timestamp) -> When {
        self.when(time, self.minute)
    }

    fn when(&self, time: Timestamp, format: &str) -> When {
        let zoned = time.to_zoned(TimeZone::UTC);
        When {
            machine: format!("{time:.3}"),
            said: zoned.strftime(format).to_string(),
        }
    }

    /// A mean of stars, with one decimal.
    pub fn mean(&self, stars: f64) -> String {
        format!("{stars:.1}")
    }
}

/// Digits in groups of three, as both languages write them.
fn grouped(digits: &str) -> String {
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", digits),
    };
    let mut grouped = String::with_capacity(digits.len() + 4);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What stands in braces.
    fn holes(text: &str) -> Vec<&str> {
        let mut holes: Vec<_> = text
            .split('{')
            .skip(1)
            .filter_map(|rest| rest.split('}').next())
            .collect();
        holes.sort_unstable();
        holes
    }

    /// The texts of a language's file by their names, in order; a plural has two.
    fn texts(file: &str) -> Vec<(&str, &str)> {
        let mut texts = Vec::new();
        let mut name = "";
        for line in file.lines() {
            let line = line.trim();
            if let Some((key, _)) = line.split_once(": ")
                && !matches!(key, "one" | "other")
                && key.chars().all(|c| c.is_ascii_lowercase() || c == '_')
            {
                name = key;
            }
            let text = line.split('"').nth(1);
            texts.extend(text.map(|text| (name, text)));
        }
        texts
    }

    #[test]
    fn no_language_lacks_a_text_or_leaves_a_hole_in_one() {
        let (en, zh) = (include_str!("words/en.rs"), include_str!("words/zh.rs"));
        let (en, zh) = (texts(en), texts(zh));
        assert!(en.len() > Words::NAMES.len());
        for ((name, en), (same, zh)) in en.iter().zip(&zh) {
            assert_eq!(name, same);
            assert!(!en.is_empty() && !zh.is_empty(), "{name}");
            // What is said of one thing may spell the number out.
            assert!(
                holes(en).is_empty() || holes(en) == holes(zh),
                "{name}: {en} / {zh}"
            );
        }
        assert_eq!(en.len(), zh.len());
    }

    #[test]
    fn every_text_is_used() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/");
        let mut used = String::new();
        for part in ["templates", "src"] {
            for file in std::fs::read_dir(format!("{folder}{part}")).unwrap() {
                let path = file.unwrap().path();
                if path.is_file() {
                    used.push_str(&std::fs::read_to_string(path).unwrap());
                }
            }
        }
        for name in Words::NAMES {
            let uses = [
                format!("w.{name}"),
                format!("words.{name}"),
                format!("self.{name}"),
            ];
            let ends = |after: Option<char>| after.is_none_or(|c| !c.is_alphanumeric() && c != '_');
            let found = uses.iter().any(|name| {
                let mut parts = used.split(name.as_str()).skip(1);
                parts.any(|rest| ends(rest.chars().next()))
            });
            assert!(found, "{name} is said nowhere");
        }
    }

    #[test]
    fn numbers_money_and_times_are_written_as_the_language_does() {
        let (en, zh) = (Lang::En.words(), Lang::Zh.words());
        assert_eq!(en.number(1_234_567), "1,234,567");
        assert_eq!(en.many(&en.comments, 1), "1 comment");
        assert_eq!(zh.many(&zh.comments, 1_204), "1,204 条评论");
        for (amount, currency, said, chinese) in [
            (1_850, "USD", "$18.50", "US$18.50"),
            (128_900, "CNY", "CN¥1,289.00", "¥1,289.00"),
            (1_500, "JPY", "¥1,500", "JP¥1,500"),
            (-5, "EUR", "€-0.05", "€-0.05"),
            (1_205, "KWD", "KWD\u{a0}1.205", "KWD\u{a0}1.205"),
        ] {
            let money = MoneyView {
                amount,
                currency: currency.to_owned(),
            };
            assert_eq!(
                (en.money(&money), zh.money(&money)),
                (said.to_owned(), chinese.to_owned())
            );
        }
        let time = "2026-11-26T13:04:59.120Z".parse().unwrap();
        assert_eq!(en.on(time).said, "Nov 26, 2026");
        assert_eq!(zh.on(time).said, "2026年11月26日");
        assert_eq!(en.at(time).said, "Nov 26, 2026, 13:04 UTC");
        assert_eq!(en.at(time).machine, "2026-11-26T13:04:59.120Z");
    }

    #[test]
    fn what_is_put_in_is_not_looked_into() {
        assert_eq!(fill("{a} of {b}", &[("a", "{b}"), ("b", "x")]), "{b} of x");
    }
}
