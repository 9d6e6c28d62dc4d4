//! How things are counted: in the thing itself while few act on it, in shards beside it while a crowd does.
//!
//! A transaction conflicts with every other on the same item in its time. At a thousand acts a second on one
//! post, one counter fails most of them; 64 shards fail none (ENGAGEMENT 5-8).

use std::{collections::BTreeMap, fmt};

use crate::ids::{CommentId, PostId, ProductId, UserId};

/// A thing at which is counted what people do.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Thing {
    /// A post: smiles, comments, saves, votes.
    Post(PostId),
    /// A person: followers, whom they follow, posts.
    Person(UserId),
    /// A comment: smiles, replies.
    Comment(CommentId),
    /// A product: saves.
    Product(ProductId),
}

impl fmt::Display for Thing {
    /// As keys spell it, without `#`: the kind, and the id in its one safe spelling.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Post(post) => write!(f, "post:{post}"),
            Self::Person(user) => write!(f, "person:{user}"),
            Self::Comment(comment) => write!(f, "comment:{comment}"),
            Self::Product(product) => write!(f, "product:{}", product.public()),
        }
    }
}

impl Thing {
    /// The thing that is spelled so.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, id) = text.split_once(':')?;
        match kind {
            "post" => id.parse().ok().map(Self::Post),
            "person" => UserId::parse(id).map(Self::Person),
            "comment" => id.parse().ok().map(Self::Comment),
            "product" => ProductId::from_public(id).map(Self::Product),
            _ => None,
        }
    }
}

/// What is counted at a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Count {
    /// Smiles at a post or a comment.
    Smiles,
    /// Visible comments on a post, replies among them.
    Comments,
    /// Votes for an option of a post's poll, by its place from 0.
    Votes(u8),
    /// Who follows a person.
    Followers,
    /// Whom a person follows.
    Following,
    /// A person's published posts.
    Posts,
    /// Replies to a comment.
    Replies,
    /// Who keeps a post or a product in lists of theirs.
    Saves,
}

impl Count {
    /// Where it stands in the thing's item.
    pub fn path(self) -> String {
        match self {
            Self::Votes(option) => format!("votes[{option}]"),
            Self::Smiles
            | Self::Comments
            | Self::Followers
            | Self::Following
            | Self::Posts
            | Self::Replies
            | Self::Saves => self.attribute(),
        }
    }

    /// The attribute of a shard that holds its part of it.
    pub fn attribute(self) -> String {
        match self {
            Self::Smiles => "smiles".to_owned(),
            Self::Comments => "comments".to_owned(),
            Self::Votes(option) => format!("votes{option}"),
            Self::Followers => "followers".to_owned(),
            Self::Following => "following".to_owned(),
            Self::Posts => "posts".to_owned(),
            Self::Replies => "replies".to_owned(),
            Self::Saves => "saves".to_owned(),
        }
    }

    /// That which a shard's attribute holds a part of.
    pub fn of_attribute(name: &str) -> Option<Self> {
        let named = [
            Self::Smiles,
            Self::Comments,
            Self::Followers,
            Self::Following,
            Self::Posts,
            Self::Replies,
            Self::Saves,
        ];
        let option = |name: &str| name.strip_prefix("votes")?.parse().ok().map(Self::Votes);
        let mut named = named.into_iter();
        named
            .find(|count| count.attribute() == name)
            .or_else(|| option(name))
    }
}

/// Over how many shards the counts of a thing are spread: none while it is cold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Heat {
    /// 0, 8 or 64.
    pub shards: u64,
    /// How often it became hot: each time has shards of its own.
    pub generation: u64,
}

impl Heat {
    /// Whether shards are to be read beside the thing.
    pub fn is_hot(self) -> bool {
        self.shards > 0
    }

    /// How many shards it is to have once an act at it met this many conflicts; `None` while it stays as it is.
    pub fn risen(self, conflicts: u32) -> Option<u64> {
        match (self.shards, conflicts) {
            (0, 2..) => Some(8),
            (8, 3..) => Some(64),
            _ => None,
        }
    }
}

/// What the shards of a thing add to its counts. A shard may be below zero by itself: what was done at one may be
/// taken back at another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shards(BTreeMap<Count, i64>);

impl Shards {
    /// Adds a part.
    pub fn add(&mut self, count: Count, by: i64) {
        *self.0.entry(count).or_default() += by;
    }

    /// A count, with what lies in the shards.
    pub fn plus(&self, count: Count, base: u64) -> u64 {
        base.saturating_add_signed(self.0.get(&count).copied().unwrap_or_default())
    }

    /// Every part.
    pub fn all(&self) -> impl Iterator<Item = (Count, i64)> {
        self.0.iter().map(|(count, by)| (*count, *by))
    }
}

#[cfg(test)]
mod tests {
    use ulid::Ulid;

    use super::*;

    #[test]
    fn a_thing_and_a_count_are_read_as_they_are_spelled() {
        let post = Thing::Post(PostId(Ulid::from_parts(7, 7)));
        let person = Thing::Person(UserId::parse("Khz7TtxGdApEIxhTZeGt4w").unwrap());
        let top = CommentId::top(PostId(Ulid::from_parts(7, 7)), Ulid::from_parts(8, 8));
        let product = Thing::Product(ProductId::parse("no#1").unwrap());
        for thing in [post, person, Thing::Comment(top), product] {
            let spelled = thing.to_string();
            assert!(!spelled.contains('#'), "{spelled}");
            assert_eq!(Thing::parse(&spelled), Some(thing));
        }
        for none in ["post", "post:x", "person:", "list:1"] {
            assert_eq!(Thing::parse(none), None, "{none}");
        }
        for count in [
            Count::Smiles,
            Count::Votes(3),
            Count::Following,
            Count::Saves,
        ] {
            assert_eq!(Count::of_attribute(&count.attribute()), Some(count));
        }
        assert_eq!(Count::of_attribute("acts"), None);
    }

    #[test]
    fn a_thing_rises_at_the_second_conflict_and_again_at_the_third() {
        let heat = |shards| Heat {
            shards,
            generation: 1,
        };
        assert_eq!(
            [1, 2, 3].map(|met| heat(0).risen(met)),
            [None, Some(8), Some(8)]
        );
        assert_eq!([2, 3].map(|met| heat(8).risen(met)), [None, Some(64)]);
        assert_eq!(heat(64).risen(9), None);
        assert!(!heat(0).is_hot() && heat(8).is_hot());
    }

    #[test]
    fn shards_add_up_and_may_be_below_zero_by_themselves() {
        let mut shards = Shards::default();
        shards.add(Count::Smiles, -2);
        shards.add(Count::Smiles, 5);
        assert_eq!(shards.plus(Count::Smiles, 10), 13);
        assert_eq!(shards.plus(Count::Comments, 4), 4);
        shards.add(Count::Smiles, -20);
        assert_eq!(shards.plus(Count::Smiles, 10), 0);
    }
}
