//! Keys of idea lists, of what is in them, and of which lists hold a thing.

use domain::{
    engagement::{Idea, Place, Visibility},
    ids::{ListId, ProductId, UserId},
};
use jiff::Timestamp;

use super::{Key, acts, acts_of};

/// A list, without what is in it.
pub fn list(list: ListId) -> Key {
    Key::new(list_collection(list), "LIST")
}

/// A thing in a list.
pub fn listed(list: ListId, place: &Place) -> Key {
    Key::new(list_collection(list), at_place(place))
}

/// The sort key of a thing in a list.
pub fn at_place(place: &Place) -> String {
    format!("{LISTED}{place}")
}

/// What the sort keys of things in a list begin with.
pub const LISTED: &str = "AT#";

/// The collection of a list and of what is in it, in its order.
pub fn list_collection(list: ListId) -> String {
    format!("LIST#{list}")
}

/// A list among those of its owner, by when it was made.
pub fn owned_list(owner: &UserId, created_at: Timestamp, list: ListId) -> Key {
    Key::new(lists_of(owner), format!("{created_at:.3}#{list}"))
}

/// How many lists a person has.
pub fn list_count(owner: &UserId) -> Key {
    Key::new(lists_of(owner), "COUNT")
}

/// The collection of a person's lists.
pub fn lists_of(owner: &UserId) -> String {
    format!("LISTS#{owner}")
}

/// No list's sort key among its owner's is after this one.
pub const NEWEST_LIST: &str = "A";

/// Reads the sort key of a list among its owner's.
pub fn parse_owned_list(sk: &str) -> Option<(Timestamp, ListId)> {
    let (time, list) = sk.split_once('#')?;
    Some((time.parse().ok()?, list.parse().ok()?))
}

/// That a list holds a thing, since when, and who sees that.
pub fn in_list(idea: &Idea, visibility: Visibility, since: Timestamp, list: ListId) -> Key {
    Key::new(
        lists_with(idea),
        format!("{}#{}", visibility.name(), since_in(since, list)),
    )
}

/// How lists that hold a thing are ordered.
pub fn since_in(since: Timestamp, list: ListId) -> String {
    format!("{since:.3}#{list}")
}

/// The collection of the lists that hold a thing.
pub fn lists_with(idea: &Idea) -> String {
    format!("INLISTS#{idea}")
}

/// Reads the sort key of such a list.
pub fn parse_in_list(sk: &str) -> Option<(Visibility, Timestamp, ListId)> {
    let (visibility, since) = sk.split_once('#')?;
    let (since, list) = parse_owned_list(since)?;
    Some((Visibility::parse(visibility)?, since, list))
}

/// What `user` did at something that lists can hold.
pub fn acts_at(user: &UserId, idea: &Idea) -> Key {
    match idea {
        Idea::Product(product) => acts_at_product(user, product),
        Idea::Post(post) => acts(user, *post),
    }
}

/// What `user` did at a product.
pub fn acts_at_product(user: &UserId, product: &ProductId) -> Key {
    Key::new(acts_of(user), format!("p#{product}"))
}
