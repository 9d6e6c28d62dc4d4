//! A stream page by page (FEEDS 4): it is cut once, of picks and of posts that show one, and what is left over keeps its
//! order, so that no page repeats or skips a thing, whatever is bought or viewed meanwhile.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use ulid::Ulid;

use crate::ids::{PostId, ProductHash};

/// A stream has so many products at most,
pub const PRODUCTS: usize = 90;
/// and so many posts.
pub const POSTS: usize = 30;
/// Every so manieth item is a post, as long as there are some.
const EVERY: usize = 4;
/// So many more are looked at for a page, since some may have sold out, or be gone.
const SPARE: usize = 6;
/// What a cursor holds of hashes and ids, in bytes: with what stands around them, it is no longer than 2 KB.
const BYTES: usize = 1_056;

/// How far somebody has come in a stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// So many items were shown.
    #[serde(rename = "n")]
    shown: usize,
    /// The products that are left, the best first.
    #[serde(rename = "h", with = "products")]
    products: Vec<ProductHash>,
    /// The posts that are left.
    #[serde(rename = "p", with = "posts")]
    posts: Vec<PostId>,
}

/// An item of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item {
    /// A product.
    Product(ProductHash),
    /// A post that shows one.
    Post(PostId),
}

/// A page of a stream.
#[derive(Debug)]
pub struct StreamPage {
    /// In the order to show.
    pub items: Vec<Item>,
    /// How many products and posts were gone through up to each of them,
    ends: Vec<(usize, usize)>,
    /// and up to the end.
    end: (usize, usize),
    place: Place,
}

impl Place {
    /// Before the first item of a stream of these.
    pub fn cut(
        products: impl IntoIterator<Item = ProductHash>,
        posts: impl IntoIterator<Item = PostId>,
    ) -> Self {
        Self {
            shown: 0,
            products: products.into_iter().take(PRODUCTS).collect(),
            posts: posts.into_iter().take(POSTS).collect(),
        }
    }

    /// The products that are looked at for a page of so many.
    pub fn products(&self, limit: usize) -> &[ProductHash] {
        let wanted = limit + SPARE;
        &self.products[..wanted.min(self.products.len())]
    }

    /// The posts that are looked at for it.
    pub fn posts(&self, limit: usize) -> &[PostId] {
        let wanted = limit.div_ceil(EVERY) + SPARE / 2;
        &self.posts[..wanted.min(self.posts.len())]
    }

    /// The page of `limit`, of those that can be shown.
    pub fn page(
        self,
        limit: usize,
        product: impl Fn(ProductHash) -> bool,
        post: impl Fn(PostId) -> bool,
    ) -> StreamPage {
        let (mut items, mut ends, mut end) = (Vec::new(), Vec::new(), (0, 0));
        let (products, posts) = (self.products(limit), self.posts(limit));
        while items.len() < limit {
            let place = self.shown + items.len();
            if place % EVERY == EVERY - 1 {
                let next = posts[end.1..].iter().position(|id| post(*id));
                let past = next.unwrap_or(posts.len() - end.1);
                end.1 += past;
                if let Some(id) = posts.get(end.1) {
                    end.1 += 1;
                    items.push(Item::Post(*id));
                    ends.push(end);
                    continue;
                }
            }
            let next = products[end.0..].iter().position(|id| product(*id));
            end.0 += next.unwrap_or(products.len() - end.0);
            let Some(hash) = products.get(end.0) else {
                break;
            };
            end.0 += 1;
            items.push(Item::Product(*hash));
            ends.push(end);
        }
        StreamPage {
            items,
            ends,
            end,
            place: self,
        }
    }
}

impl StreamPage {
    /// Where a page begins that follows so many of the items; `None` at the end of the stream.
    pub fn after(&self, shown: usize) -> Option<Place> {
        let (products, posts) = match shown.checked_sub(1) {
            _ if shown >= self.items.len() => self.end,
            Some(last) => *self.ends.get(last)?,
            None => (0, 0),
        };
        let left = self.place.products.get(products..)?.to_vec();
        let room = BYTES.saturating_sub(left.len() * 8) / 16;
        let posts = self.place.posts.get(posts..)?.iter().copied();
        let posts = posts.take(room).collect();
        (!left.is_empty()).then_some(Place {
            shown: self.place.shown + shown,
            products: left,
            posts,
        })
    }
}

fn packed<const N: usize, S: Serializer>(
    all: impl Iterator<Item = [u8; N]>,
    to: S,
) -> Result<S::Ok, S::Error> {
    let bytes: Vec<_> = all.flatten().collect();
    to.serialize_str(&URL_SAFE_NO_PAD.encode(bytes))
}

fn unpacked<'d, const N: usize, D: Deserializer<'d>>(from: D) -> Result<Vec<[u8; N]>, D::Error> {
    let text = String::deserialize(from)?;
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(de::Error::custom)?;
    let chunks = bytes.chunks(N).map(|chunk| chunk.try_into().ok());
    let all: Option<_> = chunks.collect();
    all.ok_or_else(|| de::Error::custom("cut short"))
}

mod products {
    use super::*;

    pub(super) fn serialize<S: Serializer>(all: &[ProductHash], to: S) -> Result<S::Ok, S::Error> {
        packed(all.iter().map(|hash| hash.0), to)
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(
        from: D,
    ) -> Result<Vec<ProductHash>, D::Error> {
        let all = unpacked(from)?.into_iter();
        Ok(all.map(ProductHash).collect())
    }
}

mod posts {
    use super::*;

    pub(super) fn serialize<S: Serializer>(all: &[PostId], to: S) -> Result<S::Ok, S::Error> {
        packed(all.iter().map(|post| post.0.to_bytes()), to)
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<Vec<PostId>, D::Error> {
        let all = unpacked(from)?.into_iter();
        Ok(all.map(|bytes| PostId(Ulid::from_bytes(bytes))).collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hash(n: usize) -> ProductHash {
        ProductHash((n as u64).to_be_bytes())
    }

    fn post(n: usize) -> PostId {
        PostId(Ulid(n as u128))
    }

    #[test]
    fn every_fourth_item_is_a_post_as_long_as_there_are_some() {
        let place = Place::cut((0..20).map(hash), (0..2).map(post));
        let page = place.page(12, |_| true, |_| true);
        let posts = page.items.iter().map(|item| matches!(item, Item::Post(_)));
        let places: Vec<_> = (0..12).zip(posts).filter(|(_, post)| *post).collect();
        assert_eq!(places, [(3, true), (7, true)]);
    }

    #[test]
    fn a_cursor_never_holds_more_than_it_has_room_for() {
        let page = Place::cut((0..500).map(hash), (0..500).map(post)).page(1, |_| true, |_| true);
        let text = serde_json::to_string(&page.after(1).unwrap()).unwrap();
        // A seal makes 4/3 of it, and 41 bytes; what says when it ends is 30.
        assert!((text.len() + 30) * 4 / 3 + 41 <= 2_048, "{}", text.len());
    }

    proptest! {
        #[test]
        fn pages_of_any_size_repeat_nothing_and_skip_nothing_that_can_be_shown(
            products in 0..90_usize,
            posts in 0..30_usize,
            limits in proptest::collection::vec(1..30_usize, 130),
            fits in 1..30_usize,
            gone in proptest::collection::vec(proptest::bool::weighted(0.2), 130),
        ) {
            let mut place = Some(Place::cut((0..products).map(hash), (0..posts).map(post)));
            let (mut shown, mut seen) = (Vec::new(), Vec::new());
            for limit in limits {
                let Some(at) = place else { break };
                let there = |n: usize| !gone[n];
                let page = at.page(
                    limit,
                    |hash| there(u64::from_be_bytes(hash.0) as usize),
                    |post| there(usize::try_from(post.0.0).unwrap()),
                );
                prop_assert!(page.items.len() <= limit);
                let count = page.items.len().min(fits);
                for item in &page.items[..count] {
                    match item {
                        Item::Product(hash) => shown.push(u64::from_be_bytes(hash.0) as usize),
                        Item::Post(post) => seen.push(usize::try_from(post.0.0).unwrap()),
                    }
                }
                place = page.after(count);
                if let Some(place) = &place {
                    let text = serde_json::to_string(place).unwrap();
                    prop_assert_eq!(&serde_json::from_str::<Place>(&text).unwrap(), place);
                }
            }
            let expected: Vec<_> = (0..products).filter(|n| !gone[*n]).collect();
            prop_assert_eq!(shown, expected);
            prop_assert!(seen.is_sorted());
            seen.dedup();
            prop_assert!(seen.iter().all(|n| !gone[*n]));
        }
    }
}
