//! How what shows a brand's products is received, week by week (MONEY 35): each thing that somebody did counts once, as long
//! as it stands, and it is known by how many people.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    catalogue::brand::Brand,
    engagement::Idea,
    ids::ProductId,
    money::insights::{BRANDS, Counted, Did, Figure, Response, SHARDS, Week},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    error::Error,
    keys::{self, Key},
    store::Store,
    table::{Expression, Range, Write, decode, string_set, update, update_if},
};

/// What is counted of a person.
#[derive(Default, Serialize, Deserialize)]
struct Kept {
    #[serde(default)]
    things: BTreeSet<String>,
}

impl Store {
    /// The brands of which something that was responded to shows products, as it is now.
    pub async fn brands_shown(&self, response: &Response) -> Result<BTreeSet<Brand>, Error> {
        let post = match response {
            Response::Smile { post, .. } => *post,
            Response::Save { idea, .. } => match idea {
                Idea::Post(post) => *post,
                Idea::Product(product) => return self.brands([product]).await,
            },
            Response::Comment { comment, .. } => comment.post,
            Response::Click { product, .. } => return self.brands([product]).await,
        };
        match self.post_now(post).await? {
            Some(post) => self.brands(post.product_ids()).await,
            None => Ok(BTreeSet::new()),
        }
    }

    /// The brands of these products, so many as are told of one post.
    pub async fn brands<'a>(
        &self,
        products: impl IntoIterator<Item = &'a ProductId>,
    ) -> Result<BTreeSet<Brand>, Error> {
        let mut products = products.into_iter().peekable();
        if products.peek().is_none() {
            return Ok(BTreeSet::new());
        }
        let found = self.products(products).await?;
        let brands: BTreeSet<_> = found.values().filter_map(|found| found.brand()).collect();
        Ok(brands.into_iter().take(BRANDS).collect())
    }

    /// Since when it stands what somebody did; `None` where it was taken back. A click stands for ever.
    pub async fn stands(
        &self,
        response: &Response,
        at: Timestamp,
    ) -> Result<Option<Timestamp>, Error> {
        Ok(match response {
            Response::Smile { user, post } => self.acts_now(user, *post).await?.smile,
            Response::Save { user, idea } => {
                let saves = self.saves(user, idea, true).await?;
                saves.values().map(|save| save.at).min()
            }
            Response::Comment { comment, .. } => {
                let said = self.comment_now(*comment).await?;
                said.filter(|said| said.stands())
                    .map(|said| said.created_at)
            }
            Response::Click { .. } => Some(at),
        })
    }

    /// Has a response count in a week for a brand, or not. `Some(true)` when it did so, or not, before; `None` when what
    /// was read has changed meanwhile.
    pub async fn count_response(
        &self,
        brand: &Brand,
        week: Week,
        response: &Response,
        counts: bool,
    ) -> Result<Option<bool>, Error> {
        let (figure, thing) = (response.figure().name(), response.thing());
        let hash = hash(brand, week, response.person());
        let key = keys::acted(brand, week, figure, &format!("{hash:016x}"));
        let kept: Option<Kept> = self.table.read(&key, true).await?;
        let did = Did {
            things: kept.unwrap_or_default().things,
        };
        let Some((times, people)) = did.change(&thing, counts) else {
            return Ok(Some(true));
        };
        let (deed, held) = match counts {
            true => ("ADD things :things", "NOT contains(things, :thing)"),
            false => ("DELETE things :things", "contains(things, :thing)"),
        };
        let as_read = match did.things.len() {
            0 => "attribute_not_exists(things)".to_owned(),
            _ => format!("size(things) = :size AND {held}"),
        };
        let mut person = Expression::new(format!("SET expires_at = :until {deed}"))
            .number(":until", week.known_until())
            .value(":things", string_set([thing.as_str()]));
        if !did.things.is_empty() {
            let size = i64::try_from(did.things.len()).unwrap_or(i64::MAX);
            person = person.number(":size", size).text(":thing", thing);
        }
        let shard = u8::try_from(hash % u64::from(SHARDS)).unwrap_or_default();
        let sum = Expression::new("SET expires_at = :until ADD #figure :times, #people :people")
            .name("#figure", figure)
            .name("#people", &people_of(figure))
            .number(":until", week.kept_until())
            .number(":times", times)
            .number(":people", people);
        let writes: Vec<Write<Option<bool>>> = vec![
            update_if(key, person, as_read).unless(None),
            update(keys::figures(brand, week, shard), sum),
        ];
        self.table.transact(Some(false), writes).await
    }

    /// The figures of a brand since a week.
    pub async fn figures_since(
        &self,
        brand: &Brand,
        first: Week,
    ) -> Result<BTreeMap<(Week, Figure), Counted>, Error> {
        let range = Range {
            from: Some(first.to_string()),
            ..Range::all(keys::figures_of(brand))
        };
        let mut all: BTreeMap<_, Counted> = BTreeMap::new();
        for item in self.table.query_all(range).await? {
            let Some(week) = Key::of(&item).and_then(|key| keys::week_of(&key.sk)) else {
                continue;
            };
            let numbers: BTreeMap<String, i64> = decode(item)?;
            let number = |name: &str| {
                let number = numbers.get(name).copied().unwrap_or_default();
                u64::try_from(number).unwrap_or_default()
            };
            for figure in Figure::ALL {
                let sum = all.entry((week, figure)).or_default();
                sum.times += number(figure.name());
                sum.people += number(&people_of(figure.name()));
            }
        }
        Ok(all)
    }
}

/// What the number of people is called that a figure is of.
fn people_of(figure: &str) -> String {
    format!("{figure}_people")
}

/// What stands for a person among those of a brand and week, and nowhere else.
fn hash(brand: &Brand, week: Week, person: &str) -> u64 {
    let digest = Sha256::new()
        .chain_update(format!("{week}#{}#", brand.as_str()))
        .chain_update(person)
        .finalize();
    let (first, _) = digest.split_at(8);
    u64::from_be_bytes(first.try_into().unwrap_or_default())
}
