//! Everything that a reader's feed goes by lies together: one question (FEEDS 1).

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use domain::{
    feeds::{Ads, Following, Head, History, Rate, Taste},
    ids::{PersonHash, UserId},
    people::{Profile, Rules},
};

use super::rules::{is_there, read};
use crate::{
    error::{Error, Refusal},
    keys::{self, Item as Kind, Key},
    store::{
        Store,
        feeds::{read_ads, read_head, read_taste},
    },
    table::{Expression, Item, Range, Write, decode, readable, string_set, update},
};

/// What a reader's feed goes by, as of every write acknowledged before.
#[derive(Debug, Clone)]
pub struct Own {
    /// The reader.
    pub profile: Profile,
    /// Whom they do not come across.
    pub rules: Rules,
    /// Whom they follow.
    pub following: Following,
    /// What they want more and less of.
    pub taste: Taste,
    /// Which sponsored posts they were shown today.
    pub ads: Ads,
    /// Their own latest posts.
    pub head: Head,
    /// What they looked at, liked and bought.
    pub history: History,
    /// How often they open their feed; `None` while nothing is known of that.
    pub rate: Option<Rate>,
}

impl Own {
    /// Of the items under a reader; `None` of somebody who has not joined, or leaves.
    pub(in crate::store) fn of(items: Vec<Item>) -> Result<Option<Self>, Error> {
        let (mut profile, mut rules, mut following) = (None, Vec::new(), Following::default());
        let (mut taste, mut ads) = (Taste::default(), Ads::default());
        let (mut head, mut history, mut rate) = (Head::default(), History::default(), None);
        for item in items {
            match Key::of(&item).and_then(|key| Kind::at(&key)) {
                Some(Kind::Profile(_)) => profile = Some(item),
                Some(Kind::Rules(_) | Kind::RulesPage(..)) => rules.push(item),
                Some(Kind::Following(..)) => take_in(&mut following, &item),
                Some(Kind::Taste(_)) => taste = read_taste(&item),
                Some(Kind::Ads(_)) => ads = read_ads(&item),
                Some(Kind::Head(_)) => head = read_head(&item),
                Some(Kind::History(_)) => history = decode(item)?,
                Some(Kind::Rate(_)) => rate = readable([item]).pop(),
                _ => {}
            }
        }
        let profile = profile.filter(is_there).filter(|_| !rules.is_empty());
        let own = profile.map(|profile| {
            Ok(Self {
                profile: decode(profile)?,
                rules: read(&rules).rules,
                following,
                taste,
                ads,
                head,
                history,
                rate,
            })
        });
        own.transpose()
    }
}

/// What a page says of whom a reader follows.
pub(super) fn take_in(following: &mut Following, page: &Item) {
    let pushed = page.get(PUSHED).and_then(|set| set.as_bs().ok());
    let pushed = pushed.into_iter().flatten();
    following
        .pushed
        .extend(pushed.filter_map(|hash| Some(PersonHash(hash.as_ref().try_into().ok()?))));
    let pulled = page.get(PULLED).and_then(|set| set.as_ss().ok());
    let pulled = pulled.into_iter().flatten();
    following
        .pulled
        .extend(pulled.filter_map(|author| UserId::parse(author)));
}

const PUSHED: &str = "pushed";
const PULLED: &str = "pulled";

fn ids(authors: &[&UserId]) -> AttributeValue {
    string_set(authors)
}

fn hashes(authors: &[&UserId]) -> AttributeValue {
    let hashes = authors.iter().map(|author| Blob::new(author.hash().0));
    AttributeValue::Bs(hashes.collect())
}

/// The write by which an author comes to those whom a reader follows: pulled, until their latest posts are delivered.
pub(super) fn put_on_page<T>(reader: &UserId, author: &UserId) -> Write<T> {
    let put = Expression::new(format!("ADD {PULLED} :ids")).value(":ids", ids(&[author]));
    update(keys::following(reader, author.hash()), put)
}

/// The write by which they go from there.
pub(super) fn take_off_page<T>(reader: &UserId, author: &UserId) -> Write<T> {
    let take = Expression::new(format!("DELETE {PULLED} :ids, {PUSHED} :hashes"))
        .value(":ids", ids(&[author]))
        .value(":hashes", hashes(&[author]));
    update(keys::following(reader, author.hash()), take)
}

/// The change by which authors of one page who are pulled are pushed from now on, with its condition.
pub(super) fn pushed_on_page(authors: &[&UserId]) -> (Expression, String) {
    let change = Expression::new(format!("DELETE {PULLED} :ids ADD {PUSHED} :hashes"))
        .value(":ids", ids(authors))
        .value(":hashes", hashes(authors));
    let one = |author: &UserId| AttributeValue::S(author.as_str().to_owned());
    all_in(PULLED, authors, change, one)
}

/// The change by which authors of one page who are pushed are pulled from now on, with its condition.
pub(super) fn pulled_on_page(authors: &[&UserId]) -> (Expression, String) {
    let change = Expression::new(format!("DELETE {PUSHED} :hashes ADD {PULLED} :ids"))
        .value(":ids", ids(authors))
        .value(":hashes", hashes(authors));
    let one = |author: &UserId| AttributeValue::B(Blob::new(author.hash().0));
    all_in(PUSHED, authors, change, one)
}

/// The condition that all of these stand in a set, under a change that names each.
fn all_in(
    set: &str,
    authors: &[&UserId],
    mut change: Expression,
    one: impl Fn(&UserId) -> AttributeValue,
) -> (Expression, String) {
    let mut conditions = Vec::with_capacity(authors.len());
    for (index, author) in authors.iter().enumerate() {
        let name = format!(":one{index}");
        change = change.value(&name, one(author));
        conditions.push(format!("contains({set}, {name})"));
    }
    (change, conditions.join(" AND "))
}

/// The page of a reader who follows so many, as it is loaded.
pub(super) fn pages_of(reader: &UserId, following: &Following) -> Vec<Item> {
    let pages = keys::following_pages(reader).filter_map(|page| {
        let on_page = |hash: PersonHash| keys::following(reader, hash) == page;
        let pushed = following.pushed.iter().filter(|hash| on_page(**hash));
        let pushed: Vec<_> = pushed.map(|hash| Blob::new(hash.0)).collect();
        let pulled = following.pulled.iter();
        let pulled: Vec<_> = pulled.filter(|author| on_page(author.hash())).collect();
        if pushed.is_empty() && pulled.is_empty() {
            return None;
        }
        let mut item = page.attributes();
        // DynamoDB knows no empty set.
        if !pushed.is_empty() {
            item.insert(PUSHED.to_owned(), AttributeValue::Bs(pushed));
        }
        if !pulled.is_empty() {
            item.insert(PULLED.to_owned(), string_set(pulled));
        }
        Some(item)
    });
    pages.collect()
}

impl Store {
    /// Everything that a reader's feed goes by: one consistent Query, a read unit for each 4 KB of it.
    ///
    /// # Errors
    /// [`Refusal::NotJoined`] when there is none.
    pub async fn own(&self, reader: &UserId) -> Result<Own, Error> {
        let range = Range {
            consistent: true,
            ..Range::all(keys::own(reader))
        };
        let items = self.table.query_all(range).await?;
        Own::of(items)?.ok_or(Error::Refused(Refusal::NotJoined))
    }

    /// Whom a reader follows, as of every write acknowledged before.
    pub async fn following(&self, reader: &UserId) -> Result<Following, Error> {
        let range = Range {
            from: Some(keys::FOLLOWING.to_owned()),
            to: Some(format!("{}~", keys::FOLLOWING)),
            consistent: true,
            ..Range::all(keys::own(reader))
        };
        let mut following = Following::default();
        for page in self.table.query_all(range).await? {
            take_in(&mut following, &page);
        }
        Ok(following)
    }
}
