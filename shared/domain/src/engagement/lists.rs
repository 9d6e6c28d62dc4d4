//! Idea lists: named lists of products and posts, each with a note (ENGAGEMENT 24-28).

use std::{
    collections::{HashMap, HashSet},
    fmt,
};

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};
use ulid::Ulid;

use super::{Place, Thing};
use crate::{
    ids::{ListId, PostId, ProductId, UserId},
    people::Profile,
    posts::photo::Image,
    text::{self, Limit},
};

/// A person has at most this many lists.
pub const LISTS: u64 = 200;
/// A list holds at most this many things.
pub const IDEAS: u64 = 1_000;
/// What the list of hearts is called until its owner says otherwise.
pub const HEARTS: &str = "Hearts";

/// The name of a list.
const NAME: Limit = Limit {
    min: 1,
    graphemes: 80,
    bytes: 320,
};
/// The note on a thing in a list.
const NOTE: Limit = Limit {
    min: 0,
    graphemes: 500,
    bytes: 2_000,
};

/// Who sees a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Its owner alone.
    Private,
    /// Everybody.
    Public,
}

impl Visibility {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Private, Self::Public];

    /// As the contract spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Public => "public",
        }
    }

    /// That which is called so.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// What a list can hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Idea {
    /// A product.
    Product(ProductId),
    /// A post.
    Post(PostId),
}

impl Idea {
    /// What a path of the API names by its kind and its public id.
    pub fn from_path(kind: &str, id: &str) -> Option<Self> {
        match kind {
            "product" => ProductId::from_public(id).map(Self::Product),
            "post" => id.parse().ok().map(Self::Post),
            _ => None,
        }
    }

    /// At which is counted how many people saved it.
    pub fn thing(&self) -> Thing {
        match self {
            Self::Product(product) => Thing::Product(product.clone()),
            Self::Post(post) => Thing::Post(*post),
        }
    }

    /// The idea that is spelled so.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, id) = text.split_once(':')?;
        Self::from_path(kind, id)
    }
}

impl fmt::Display for Idea {
    /// As its [`Thing`]: without `#`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.thing().fmt(f)
    }
}

impl Serialize for Idea {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Idea {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("nothing that a list can hold"))
    }
}

/// A list, without what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdeaList {
    /// Which.
    pub id: ListId,
    /// Whose.
    pub owner: UserId,
    /// 1 to 80 characters.
    pub name: String,
    /// Who sees it.
    pub visibility: Visibility,
    /// Whether hearts go to it: there is one such list a person.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub default: bool,
    /// How many things are in it, whoever sees them.
    #[serde(default)]
    pub count: u64,
    /// When it was made.
    pub created_at: Timestamp,
}

impl IdeaList {
    /// A list with nothing in it.
    pub fn new(
        id: ListId,
        owner: UserId,
        name: String,
        visibility: Visibility,
        created_at: Timestamp,
    ) -> Self {
        Self {
            id,
            owner,
            name,
            visibility,
            default: false,
            count: 0,
            created_at,
        }
    }

    /// The list to which a person's hearts go, as the first of them makes it.
    pub fn of_hearts(owner: &UserId, created_at: Timestamp) -> Self {
        let id = ListId::of_hearts(owner);
        Self {
            default: true,
            ..Self::new(
                id,
                owner.clone(),
                HEARTS.to_owned(),
                Visibility::Private,
                created_at,
            )
        }
    }

    /// Whether it is there for this person, should they see its owner.
    pub fn visible_to(&self, viewer: Option<&UserId>) -> bool {
        self.visibility == Visibility::Public || viewer == Some(&self.owner)
    }
}

impl ListId {
    /// That of the list to which a person's hearts go: worked out from who they are, so that a heart needs no look-up.
    pub fn of_hearts(owner: &UserId) -> Self {
        let digest = Sha256::digest(format!("hearts of {owner}"));
        let (first, _) = digest.split_at(16);
        Self(Ulid::from_bytes(first.try_into().unwrap_or_default()))
    }
}

/// A thing in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Which.
    pub idea: Idea,
    /// What its owner says of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Since when it is there.
    pub added_at: Timestamp,
}

/// Where a thing is in one of a person's lists, as that person's acts at the thing say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Save {
    /// Its place there.
    pub order: Place,
    /// Since when it is there.
    pub at: Timestamp,
    /// Whether something is said of it there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub noted: bool,
}

/// The picture that stands for a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cover {
    /// That of a product in the store, at this address.
    Picture(String),
    /// A photo of a post.
    Photo(Image),
}

/// What stands on the cards of lists, as it was read.
#[derive(Debug, Default)]
pub struct Shelf {
    /// Whose they are.
    pub people: HashMap<UserId, Profile>,
    /// Those that have one.
    pub covers: HashMap<ListId, Cover>,
    /// Those in which a link pays.
    pub paid: HashSet<ListId>,
}

/// A name as a list may have it.
///
/// # Errors
/// Says what is wrong, for the person who chose it.
pub fn list_name(name: &str) -> Result<String, String> {
    text::name(name, NAME)
}

/// A note as a thing may have it; none where it is empty.
///
/// # Errors
/// Says what is wrong, for the person who wrote it.
pub fn note(note: &str) -> Result<Option<String>, String> {
    let note = text::within(note, NOTE)?;
    Ok(Some(note).filter(|note| !note.is_empty()))
}

/// The things between which one comes to stand at `position`, from 0, of a list without itself; `others` are its places
/// from the first on, at least one more than `position` where there are so many. Beyond the end is the end.
pub fn neighbours(others: &[Place], position: usize) -> (Option<&Place>, Option<&Place>) {
    let position = position.min(others.len());
    let before = position
        .checked_sub(1)
        .and_then(|before| others.get(before));
    (before, others.get(position))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_and_a_note_keep_their_limits() {
        assert_eq!(list_name(" Gifts "), Ok("Gifts".to_owned()));
        assert!(list_name(&"é".repeat(80)).is_ok() && list_name(&"é".repeat(81)).is_err());
        for bad in ["", "  ", "a\nb", "\u{200b}", "a\u{202e}b"] {
            assert!(list_name(bad).is_err(), "{bad:?}");
        }
        assert_eq!(note(""), Ok(None));
        assert_eq!(note("two\nlines"), Ok(Some("two\nlines".to_owned())));
        assert!(note(&"é".repeat(500)).is_ok() && note(&"é".repeat(501)).is_err());
    }

    #[test]
    fn an_idea_is_read_as_it_is_spelled() {
        for (kind, id) in [
            ("product", "SPK-1"),
            ("product", "~bm8jMQ"),
            ("post", "01KAKGXV3C8Z2M4N6P8R0T1V3W"),
        ] {
            let idea = Idea::from_path(kind, id).unwrap();
            assert_eq!(idea.to_string(), format!("{kind}:{id}"));
            assert_eq!(Idea::parse(&idea.to_string()), Some(idea));
        }
        for (kind, id) in [
            ("post", "x"),
            ("product", "no#1"),
            ("comment", "1"),
            ("", ""),
        ] {
            assert_eq!(Idea::from_path(kind, id), None, "{kind} {id}");
        }
    }

    #[test]
    fn everybody_has_one_list_of_hearts() {
        let [ana, ben] = ["ana", "ben"].map(|id| UserId::parse(id).unwrap());
        let id = ListId::of_hearts(&ana);
        assert_eq!(id, ListId::of_hearts(&ana));
        assert_ne!(id, ListId::of_hearts(&ben));
        assert_eq!(id.to_string().parse(), Ok(id));
        let list = IdeaList::of_hearts(&ana, Timestamp::UNIX_EPOCH);
        assert!(list.default && list.visible_to(Some(&ana)));
        assert!(!list.visible_to(Some(&ben)) && !list.visible_to(None));
    }

    #[test]
    fn a_thing_stands_between_its_neighbours_or_at_the_end() {
        let places = ["V00000", "V00001", "V00002"].map(|text| Place::parse(text).unwrap());
        let [a, b, c] = &places;
        assert_eq!(neighbours(&places, 0), (None, Some(a)));
        assert_eq!(neighbours(&places, 2), (Some(b), Some(c)));
        for end in [3, 4, usize::MAX] {
            assert_eq!(neighbours(&places, end), (Some(c), None));
        }
        assert_eq!(neighbours(&[], 7), (None, None));
    }
}
