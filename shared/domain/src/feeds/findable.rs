//! What can be found (FEEDS 6): products, people and posts, by which words, and in which order.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{marks, words::words};
use crate::{
    catalogue::product::{Availability, Product},
    ids::{PostId, ProductId, UserId},
    people::Profile,
    posts::{Post, PostStatus, entities},
};

/// A kind of thing that can be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindableKind {
    /// What can be bought.
    Product,
    /// Who has joined.
    Person,
    /// What was published.
    Post,
}

impl FindableKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Product, Self::Person, Self::Post];

    /// As keys spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Person => "person",
            Self::Post => "post",
        }
    }

    /// By how many words one is found at most.
    pub fn most(self) -> usize {
        match self {
            Self::Product => 16,
            Self::Person => 5,
            Self::Post => 40,
        }
    }
}

/// A thing that can be found; spelled `post:<id>`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Findable {
    /// A product.
    Product(ProductId),
    /// A person.
    Person(UserId),
    /// A post.
    Post(PostId),
}

impl Findable {
    /// Of which kind it is.
    pub fn kind(&self) -> FindableKind {
        match self {
            Self::Product(_) => FindableKind::Product,
            Self::Person(_) => FindableKind::Person,
            Self::Post(_) => FindableKind::Post,
        }
    }

    /// Its id alone.
    pub fn id(&self) -> String {
        match self {
            Self::Product(id) => id.to_string(),
            Self::Person(id) => id.to_string(),
            Self::Post(id) => id.to_string(),
        }
    }

    /// The thing that is spelled so.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, id) = text.split_once(':')?;
        let kind = FindableKind::ALL
            .into_iter()
            .find(|one| one.name() == kind)?;
        match kind {
            FindableKind::Product => ProductId::parse(id).map(Self::Product),
            FindableKind::Person => UserId::parse(id).map(Self::Person),
            FindableKind::Post => id.parse().ok().map(Self::Post),
        }
    }
}

impl fmt::Display for Findable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind().name(), self.id())
    }
}

impl Serialize for Findable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Findable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("nothing that can be found"))
    }
}

/// By what a thing is found, and where it stands among what is found by the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording {
    /// Its words, in order; never none.
    pub words: Vec<String>,
    /// [`bucket`] of what people did at it.
    pub bucket: u8,
    /// Since when it is there: the newest come first.
    pub since: Timestamp,
}

impl Wording {
    /// A product is found by its title, its brand and the last part of its category, as far as they fit. `None` of one
    /// that no feed has named, or that has left the catalogue.
    pub fn of_product(product: &Product) -> Option<Self> {
        if product.title.is_empty() || product.availability == Availability::Gone {
            return None;
        }
        let category = product.category.as_deref().unwrap_or_default();
        let shelf = category.rsplit('>').next().unwrap_or_default();
        // Where Google's path is not known, its number.
        let shelf = Some(shelf).filter(|shelf| !shelf.trim().bytes().all(|b| b.is_ascii_digit()));
        let texts = [
            Some(product.title.as_str()),
            product.brand.as_deref(),
            shelf,
        ];
        let popularity = product.saves.saturating_add(product.review_count);
        Self::of(
            FindableKind::Product,
            texts.into_iter().flatten(),
            popularity,
            product.confirmed_at,
        )
    }

    /// A person is found by their handle and their name.
    pub fn of_person(profile: &Profile) -> Option<Self> {
        let texts = [profile.handle.as_str(), &profile.display_name];
        let (followers, since) = (profile.followers, profile.joined_at);
        Self::of(FindableKind::Person, texts, followers, since)
    }

    /// A post is found by its hashtags, then by what it says: its text, what it asks, what it says of a product. `None`
    /// of one that is not published.
    pub fn of_post(post: &Post) -> Option<Self> {
        if post.status != PostStatus::Published {
            return None;
        }
        let tags: Vec<_> = post.texts().flat_map(entities::hashtags).collect();
        let options = post.poll.iter().flat_map(|poll| &poll.options);
        let options = options.map(|option| option.text.as_str());
        let review = post.review.iter();
        let review = review.flat_map(|review| [review.title.as_str(), &review.body]);
        let texts = tags.iter().map(String::as_str);
        let texts = texts.chain(post.texts()).chain(options).chain(review);
        let since = post.published_at.unwrap_or(post.created_at);
        Self::of(FindableKind::Post, texts, marks(post), since)
    }

    fn of<'a>(
        kind: FindableKind,
        texts: impl IntoIterator<Item = &'a str>,
        popularity: u64,
        since: Timestamp,
    ) -> Option<Self> {
        let words = words(texts, kind.most());
        (!words.is_empty()).then(|| Self {
            words,
            bucket: bucket(popularity),
            since,
        })
    }
}

/// ⌊log2(1 + p)⌋: with each doubling a thing stands before more of its like, 0 to 64.
pub fn bucket(popularity: u64) -> u8 {
    let doublings = popularity.saturating_add(1).ilog2();
    u8::try_from(doublings).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use ulid::Ulid;

    use super::*;
    use crate::{
        people::Handle,
        posts::{Poll, PollOption, PostKind},
    };

    fn product(title: &str, brand: &str, category: &str) -> Product {
        serde_json::from_value(serde_json::json!({
            "id": "p", "title": title, "brand": brand, "category": category,
            "availability": "in_stock", "confirmed_at": "2026-11-27T00:00:00Z",
        }))
        .unwrap()
    }

    fn words_of(wording: Option<Wording>) -> Vec<String> {
        wording.map(|wording| wording.words).unwrap_or_default()
    }

    #[test]
    fn a_thing_is_spelled_one_way() {
        for text in [
            "product:SPK#1/2",
            "person:ana",
            "post:01KAKGXV3C8Z2M4N6P8R0T1V3W",
        ] {
            assert_eq!(Findable::parse(text).unwrap().to_string(), text);
        }
        for none in ["", "post", "post:x", "person:#", "topic:coffee"] {
            assert_eq!(Findable::parse(none), None, "{none}");
        }
    }

    #[test]
    fn a_product_is_found_by_title_brand_and_shelf_while_it_is_in_the_catalogue() {
        let cup = product("Rosso Cups", "Casa Torva", "Home > Coffee & Tea Cups");
        let found = ["rosso", "cup", "casa", "torva", "coffee", "tea"];
        assert_eq!(words_of(Wording::of_product(&cup)), found);
        let numbered = product("Rosso", "", "6049");
        assert_eq!(words_of(Wording::of_product(&numbered)), ["rosso"]);
        let (mut gone, mut unnamed) = (cup.clone(), cup);
        gone.availability = Availability::Gone;
        unnamed.title.clear();
        assert_eq!(Wording::of_product(&gone), None);
        assert_eq!(Wording::of_product(&unnamed), None);
        let title: Vec<_> = (0..30).map(|n| format!("word{n}")).collect();
        let long = product(&title.join(" "), "Acme", "");
        assert_eq!(words_of(Wording::of_product(&long)).len(), 16);
    }

    #[test]
    fn a_person_is_found_by_handle_and_name_five_words_at_most() {
        let ana = UserId::parse("x").unwrap();
        let handle = Handle::parse("Ana_B").unwrap();
        let name = "Ana Maria von und zu Berg".to_owned();
        let profile = Profile::new(ana, handle, name, BTreeSet::new(), Timestamp::UNIX_EPOCH);
        let found = ["ana_b", "ana", "maria", "von", "und"];
        assert_eq!(words_of(Wording::of_person(&profile)), found);
    }

    #[test]
    fn a_post_is_found_by_its_hashtags_first_once_it_is_published() {
        let id = PostId(Ulid::nil());
        let author = UserId::parse("ana").unwrap();
        let mut post = Post::new(id, author, PostKind::Poll, Timestamp::UNIX_EPOCH);
        let long: Vec<_> = (0..60).map(|n| format!("w{n}")).collect();
        post.text = format!("{} #Espresso", long.join(" "));
        assert_eq!(Wording::of_post(&post), None);
        post.status = PostStatus::Published;
        let found = words_of(Wording::of_post(&post));
        assert_eq!((found.len(), found[0].as_str()), (40, "espresso"));
        post.text = "Which?".to_owned();
        let option = |text: &str| PollOption {
            text: text.to_owned(),
            photo: None,
            product: None,
        };
        post.poll = Some(Poll {
            question: "Tea or coffee?".to_owned(),
            options: vec![option("Tea"), option("Cocoa")],
            closes_at: None,
        });
        let found = ["which", "tea", "or", "coffee", "cocoa"];
        assert_eq!(words_of(Wording::of_post(&post)), found);
        post.smiles = 7;
        assert_eq!(Wording::of_post(&post).unwrap().bucket, 3);
    }

    #[test]
    fn a_bucket_holds_as_many_as_all_before_it() {
        for (popularity, expected) in [(0, 0), (1, 1), (2, 1), (3, 2), (6, 2), (7, 3), (1_000, 9)] {
            assert_eq!(bucket(popularity), expected, "{popularity}");
        }
        assert!(bucket(u64::MAX) <= 99);
    }
}
