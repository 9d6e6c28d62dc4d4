//! What stands in posts and around them, as it was read.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::Post;
use crate::{
    catalogue::product::Product,
    ids::{PostId, ProductId, UserId},
    people::Profile,
    shown::Onlooker,
};

/// What was read to show posts: products, their authors' profiles, and what the onlooker did.
#[derive(Debug, Default)]
pub struct Hydrated {
    /// Products of the catalogue, at the prices of now.
    pub products: HashMap<ProductId, Product>,
    /// What can be bought in the stead of those that cannot.
    pub substitutes: HashMap<ProductId, Product>,
    /// Authors.
    pub people: HashMap<UserId, Profile>,
    /// Who looks.
    pub onlooker: Onlooker,
    /// Posts that they smiled at; `None` when nobody is signed in.
    pub smiled: Option<HashSet<PostId>>,
    /// Posts of which that is not read yet.
    pub unread: Vec<PostId>,
}

/// The products and people that must be read to show these posts.
pub fn needs<'a>(
    posts: impl IntoIterator<Item = &'a Post>,
) -> (BTreeSet<&'a ProductId>, BTreeSet<&'a UserId>) {
    let (mut products, mut people) = (BTreeSet::new(), BTreeSet::new());
    for post in posts {
        products.extend(post.product_ids());
        people.insert(&post.author);
    }
    (products, people)
}
