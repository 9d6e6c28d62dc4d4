//! What stands in posts and around them, as it was read.

use std::collections::{BTreeSet, HashMap};

use super::Post;
use crate::{
    catalogue::product::Product,
    engagement::{Count, Shards},
    ids::{PostId, ProductId, UserId},
    money::Account,
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
    /// Under which accounts those of them are who are influencers.
    pub accounts: HashMap<UserId, Account>,
    /// Who looks, and what they did.
    pub onlooker: Onlooker,
    /// Posts of which is not read yet what the onlooker did at them.
    pub unread: Vec<PostId>,
    /// Whether counts are to be as of every act acknowledged before.
    pub exact: bool,
    /// What the shards of hot posts hold.
    pub shards: HashMap<PostId, Shards>,
}

impl Hydrated {
    /// Whether the author of a post is there: one who leaves is not, before their posts are gone.
    pub fn knows_author(&self, post: &Post) -> bool {
        self.people.contains_key(&post.author)
    }

    /// A count of a post, with what lies in its shards.
    pub fn count(&self, post: &Post, count: Count) -> u64 {
        let base = match count {
            Count::Smiles => post.smiles,
            Count::Comments => post.comments,
            Count::Saves => post.saves,
            Count::Votes(option) => {
                let votes = post.votes.get(usize::from(option));
                votes.copied().unwrap_or_default()
            }
            // Counted at people, and at comments.
            Count::Followers | Count::Following | Count::Posts | Count::Replies => 0,
        };
        let shards = self.shards.get(&post.id);
        shards.map_or(base, |shards| shards.plus(count, base))
    }
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
