//! Tracked links (MONEY 11-15): whose account a link is under, what a code leads to, and clicks.

use std::collections::HashMap;

use domain::{
    catalogue::product::{Availability, Product},
    engagement::{Idea, IdeaList, Visibility},
    ids::{ListId, UserId},
    money::{
        Account, Programme, Source,
        links::{Link, Visitor},
        noted::{CountedClick, NotedClick},
        programmes::Engaged,
    },
    posts::{Post, PostStatus},
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use crate::{
    error::Error,
    keys::{self, Item as Kind, Key},
    store::{AccountState, Store},
    table::{Expression, Item, decode, encode, readable},
};

/// A click is kept for so long.
const KEPT: SignedDuration = SignedDuration::from_hours(140 * 24);
/// For so long it is known that a link was clicked in a minute.
const ONCE: SignedDuration = SignedDuration::from_hours(1);

/// What a link leads to, as it is now.
#[derive(Debug, Default)]
pub struct Led {
    product: Option<Product>,
    substitute: Option<Product>,
    /// Whose the post or list is that shows the product to everybody, and since when it does.
    shown: Option<(UserId, Timestamp)>,
    active: bool,
}

impl Led {
    /// The product, or what can be bought in its stead; `None` where it is gone, and nothing can.
    pub fn leads_to(&self) -> Option<&Product> {
        let there = self.product.as_ref();
        let there = there.filter(|product| product.availability != Availability::Gone);
        there.or(self.substitute.as_ref())
    }

    /// Whose post or list shows the product to everybody, and since when it does; `None` where none does any more.
    pub fn shown(&self) -> Option<(&UserId, Timestamp)> {
        self.shown.as_ref().map(|(owner, since)| (owner, *since))
    }

    /// Whether the account is an influencer's still.
    pub fn is_active(&self) -> bool {
        self.active
    }
}

/// Which click a link was clicked by in a minute.
#[derive(Serialize, Deserialize)]
struct Once {
    click: Ulid,
    expires_at: i64,
}

impl Store {
    /// The accounts of those of these people who are influencers.
    pub async fn accounts<'a>(
        &self,
        users: impl IntoIterator<Item = &'a UserId>,
    ) -> Result<HashMap<UserId, Account>, Error> {
        let keys = keys::accounts(users);
        if keys.is_empty() {
            return Ok(HashMap::new());
        }
        let found = self.table.get_all(keys).await?;
        let found = found.into_iter().filter_map(|item| {
            let Some(Kind::Engaged(user)) = Kind::at(&Key::of(&item)?) else {
                return None;
            };
            let engaged: Engaged = decode(item).ok()?;
            let active = engaged.is_in(Programme::Influencer);
            active.then_some((user, engaged.account))
        });
        Ok(found.collect())
    }

    /// What a link leads to, and whether a click on it counts: one round, and another for what is gone, or was put into its
    /// list a moment ago.
    pub async fn linked(&self, link: &Link, now: Timestamp) -> Result<Led, Error> {
        let idea = Idea::Product(link.product.clone());
        let mut wanted = vec![
            keys::product(&link.product),
            keys::account_state(&link.account),
        ];
        match link.source {
            Source::Post(post) => wanted.push(keys::post(post)),
            Source::List(list) => {
                wanted.push(keys::list(list));
                wanted.push(keys::in_list(
                    &idea,
                    Visibility::Public,
                    link.tagged_at,
                    list,
                ));
            }
        }
        let (mut led, mut list, mut told) = (Led::default(), None, false);
        for item in self.table.get_all(wanted).await? {
            match Key::of(&item).and_then(|key| Kind::at(&key)) {
                Some(Kind::Product(_)) => led.product = one::<Product>(item),
                Some(Kind::AccountState(_)) => {
                    let state = one::<AccountState>(item).unwrap_or_default();
                    led.active = state.programmes.contains(&Programme::Influencer);
                }
                Some(Kind::Post(_)) => {
                    led.shown = one::<Post>(item).and_then(|post| of_post(post, link))
                }
                Some(Kind::List(_)) => list = one::<IdeaList>(item),
                Some(Kind::InList(..)) => told = true,
                Some(_) | None => {}
            }
        }
        let public = list.filter(|list| list.visibility == Visibility::Public);
        let in_list = async {
            match public {
                Some(list) if told => Ok(Some((list.owner, link.tagged_at))),
                Some(list) => self.listed_since(list, &idea).await,
                None => Ok(None),
            }
        };
        let gone = led.product.as_ref();
        let gone = gone.filter(|product| product.availability == Availability::Gone);
        let (in_list, mut substitutes) =
            futures::try_join!(Box::pin(in_list), Box::pin(self.substitutes(gone, now)))?;
        led.substitute = substitutes.remove(&link.product);
        led.shown = led.shown.or(in_list);
        Ok(led)
    }

    /// Whose a list is that holds a thing, and since when it does.
    async fn listed_since(
        &self,
        list: IdeaList,
        idea: &Idea,
    ) -> Result<Option<(UserId, Timestamp)>, Error> {
        let id: ListId = list.id;
        let mut after = None;
        loop {
            let (items, more) = self.ideas(id, after.as_ref(), 500, true).await?;
            let held = items.iter().find(|(_, listed)| listed.idea == *idea);
            if let Some((_, listed)) = held {
                return Ok(Some((list.owner, listed.added_at)));
            }
            after = items.into_iter().last().map(|(place, _)| place);
            if !more || after.is_none() {
                return Ok(None);
            }
        }
    }

    /// Notes a click: for whoever orders later, and for the account.
    pub async fn note_click(
        &self,
        visitor: Visitor,
        click: Ulid,
        noted: &NotedClick,
        now: Timestamp,
    ) -> Result<(), Error> {
        let counted = CountedClick {
            source: noted.source,
            product: noted.product.clone(),
        };
        let items = vec![
            expiring(encode(&keys::visitor_click(visitor, click), noted)?, now),
            expiring(
                encode(&keys::account_click(&noted.account, click), &counted)?,
                now,
            ),
        ];
        self.table.put_all(items).await
    }

    /// Notes a click of somebody signed in, if they have not clicked this link in this minute; which click it is.
    pub async fn note_click_once(
        &self,
        visitor: Visitor,
        hash: &str,
        click: Ulid,
        noted: &NotedClick,
        now: Timestamp,
    ) -> Result<Ulid, Error> {
        let key = keys::click_once(visitor, now.as_second() / 60, hash);
        let once = Once {
            click,
            expires_at: now.as_second() + ONCE.as_secs(),
        };
        let none = Expression::new("attribute_not_exists(PK)");
        let click = match self.table.put_when(encode(&key, &once)?, none).await? {
            true => click,
            // What was not noted then is now.
            false => match self.table.read::<Once>(&key, true).await? {
                Some(before) => before.click,
                None => click,
            },
        };
        self.note_click(visitor, click, noted, now).await?;
        Ok(click)
    }
}

fn of_post(post: Post, link: &Link) -> Option<(UserId, Timestamp)> {
    let shows = post.status == PostStatus::Published && post.product_ids().contains(&link.product);
    let since = post.tagged_at(&link.product);
    shows.then_some((post.author, since))
}

/// What an item says; one that cannot be read says nothing.
fn one<T: serde::de::DeserializeOwned>(item: Item) -> Option<T> {
    readable(vec![item]).pop()
}

fn expiring(mut item: Item, now: Timestamp) -> Item {
    let end = now.as_second().saturating_add(KEPT.as_secs());
    item.insert(
        keys::EXPIRES_AT.to_owned(),
        aws_sdk_dynamodb::types::AttributeValue::N(end.to_string()),
    );
    item
}
