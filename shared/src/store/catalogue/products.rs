//! Products, as the catalogue last confirmed them: newer news holds, whatever arrives last, and
//! what people add (stars, reviews, saves) is never touched by a feed.

use std::collections::{HashMap, HashSet};

use domain::{
    catalogue::product::{Availability, News, PriceNews, Product},
    feeds::Findable,
    feeds::pairs::{Counters, Pairs},
    ids::ProductId,
};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::{
    error::Error,
    keys,
    store::{
        Store,
        feeds::{Noted, findable_items},
    },
    table::{Anew, Expression, Item, Range, decode, encode, readable, value},
};

/// What is only said where a product is shown on its own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// Plain text, up to 64 KB.
    pub description: String,
    /// More pictures in the store.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub more_images: Vec<String>,
    /// What those had who got it, which is counted beside.
    #[serde(skip)]
    pub had: Counters,
}

/// How long a price is kept of a product that no feed has named.
const UNNAMED: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A product as it lies in the table.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    #[serde(flatten)]
    product: Product,
    /// The news that described it.
    described: News,
    /// The news that priced it.
    priced: News,
    /// The feed that named it last, which alone may retire it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    feed: Option<String>,
    /// What prices said last of a product that its feed has retired: it stays gone until a feed
    /// names it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    offered: Option<Availability>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<i64>,
}

/// What people add and feeds never set.
const COUNTED: [&str; 5] = ["stars", "review_count", "saves", "heat", "gen"];
/// What an item may lack, so that it must be taken away where it is not said.
const OPTIONAL: [&str; 13] = [
    "title",
    "url",
    "brand",
    "price",
    "sale",
    "image_url",
    "category",
    "feed",
    "offered",
    keys::EXPIRES_AT,
    keys::CATEGORY_KEY,
    keys::BRAND_KEY,
    keys::PRICE_KEY,
];

impl Kept {
    /// With the keys of the indexes, which hold what is in stock alone.
    fn item(&self) -> Result<Item, Error> {
        let product = self.product.clone().priced_at(self.product.confirmed_at);
        let mut item = encode(&keys::product(&product.id), self)?;
        if product.can_be_bought()
            && let (Some(category), Some(price)) = (&product.category, &product.price)
        {
            let brand = product.brand.as_ref();
            let brand = brand.map(|brand| (keys::BRAND_KEY, keys::of_brand(category, brand)));
            let shelf = [
                (keys::CATEGORY_KEY, keys::in_category(category)),
                (keys::PRICE_KEY, keys::priced(price, &product.id)),
            ];
            for (name, key) in shelf.into_iter().chain(brand) {
                let key = aws_sdk_dynamodb::types::AttributeValue::S(key);
                item.insert(name.to_owned(), key);
            }
        }
        Ok(item)
    }

    /// Says all of it that is the store's to say.
    fn assignment(&self) -> Result<Expression, Error> {
        let mut item = self.item()?;
        let told = COUNTED.into_iter().chain([keys::PK, keys::SK]);
        for name in told {
            item.remove(name);
        }
        let gone = OPTIONAL
            .into_iter()
            .filter(|name| !item.contains_key(*name));
        let gone: Vec<_> = gone.map(|name| format!("#{name}")).collect();
        let said: Vec<_> = item
            .keys()
            .map(|name| format!("#{name} = :{name}"))
            .collect();
        let mut text = format!("SET {}", said.join(", "));
        if !gone.is_empty() {
            text = format!("{text} REMOVE {}", gone.join(", "));
        }
        let mut assignment = Expression::new(text);
        for name in gone {
            assignment = assignment.name(&name, &name[1..]);
        }
        for (name, value) in item {
            assignment = assignment
                .name(&format!("#{name}"), &name)
                .value(&format!(":{name}"), value);
        }
        Ok(assignment)
    }
}

impl Store {
    /// Takes over what a feed says of a product on the line of `news`. What is known to be newer
    /// stays: all of it, or price and availability alone. It is found by what it is called from then on.
    pub async fn take_over(
        &self,
        product: &Product,
        details: &Details,
        feed: &str,
        news: News,
    ) -> Result<(), Error> {
        let kept = Kept {
            product: product.clone(),
            described: news,
            priced: news,
            feed: Some(feed.to_owned()),
            offered: None,
            expires_at: None,
        };
        let card = self.findable(&product.id, self.take_over_card(kept, news));
        let details = self.take_over_details(&product.id, details, news);
        futures::try_join!(card, details)?;
        Ok(())
    }

    /// Changes a product, which is found by what it is called then: what it was found by is read before.
    async fn findable(
        &self,
        product: &ProductId,
        change: impl Future<Output = Result<Option<Item>, Error>>,
    ) -> Result<(), Error> {
        let thing = Findable::Product(product.clone());
        let before: Option<Noted> = self.noted(&thing, false).await?;
        let Some(changed) = change.await? else {
            return Ok(());
        };
        let product = decode::<Product>(changed)?;
        let kept = self.keep_findable_product(before.as_ref(), &product);
        Box::pin(kept).await
    }

    /// The item as it is then; `None` where newer is known.
    async fn take_over_card(&self, told: Kept, news: News) -> Result<Option<Item>, Error> {
        let newest = "attribute_not_exists(PK) OR (described <= :described AND priced <= :priced)";
        let change = told.assignment()?.when(Some(newest));
        let key = keys::product(&told.product.id);
        if let Some(taken) = self.table.update(&key, change).await? {
            return Ok(Some(taken));
        }
        self.revise(&told.product.id, |before| {
            let Some(before) = before else {
                return Some(told.clone());
            };
            if before.described > news {
                return None;
            }
            let mut after = told.clone();
            if before.priced > news {
                after.priced = before.priced;
                after.product = Product {
                    price: before.product.price,
                    sale: before.product.sale,
                    availability: before.offered.unwrap_or(before.product.availability),
                    confirmed_at: before.product.confirmed_at,
                    ..after.product
                };
            }
            Some(after)
        })
        .await
    }

    async fn take_over_details(
        &self,
        product: &ProductId,
        details: &Details,
        news: News,
    ) -> Result<(), Error> {
        let update =
            Expression::new("SET description = :text, more_images = :images, news = :news")
                .text(":text", &details.description)
                .value(":images", value(&details.more_images)?)
                .value(":news", value(news)?);
        let newest = "attribute_not_exists(news) OR news <= :news";
        let key = keys::product_details(product);
        self.table.update(&key, update.when(Some(newest))).await?;
        Ok(())
    }

    /// Takes over price and availability alone, unless newer is known. Of a product that no feed
    /// has named yet it is kept for a week; one that its feed has retired stays gone.
    pub async fn confirm_price(&self, told: &PriceNews) -> Result<(), Error> {
        let news = News::of(told.at, 0);
        let unnamed = told.at.saturating_add(UNNAMED).map_err(Error::internal)?;
        let confirmed = self.revise(&told.product, |before| {
            let mut after = before.unwrap_or_else(|| Kept {
                product: Product {
                    id: told.product.clone(),
                    title: String::new(),
                    brand: None,
                    price: None,
                    sale: None,
                    availability: told.availability,
                    url: String::new(),
                    image_url: None,
                    category: None,
                    stars: 0,
                    review_count: 0,
                    saves: 0,
                    heat: 0,
                    generation: 0,
                    confirmed_at: told.at,
                },
                described: News::default(),
                priced: News::default(),
                feed: None,
                offered: None,
                expires_at: Some(unnamed.as_second()),
            });
            if after.priced > news {
                return None;
            }
            after.priced = news;
            after.product.price = Some(told.price.clone());
            after.product.sale = told.sale.clone();
            match &mut after.offered {
                Some(offered) => *offered = told.availability,
                None => after.product.availability = told.availability,
            }
            after.product.confirmed_at = told.at;
            Some(after)
        });
        self.findable(&told.product, confirmed).await
    }

    /// Reads a product, changes it, and writes it if nobody did meanwhile; else once more. The item as it is then; `None`
    /// where nothing is to change.
    async fn revise(
        &self,
        product: &ProductId,
        change: impl Fn(Option<Kept>) -> Option<Kept>,
    ) -> Result<Option<Item>, Error> {
        let key = keys::product(product);
        let mut anew = Anew::standing_on("a product");
        loop {
            let before: Option<Kept> = self.table.read(&key, true).await?;
            let seen = before.as_ref().map(|kept| (kept.described, kept.priced));
            let Some(after) = change(before) else {
                return Ok(None);
            };
            let mut assignment = after.assignment()?;
            let condition = match seen {
                None => "attribute_not_exists(PK)",
                Some((described, priced)) => {
                    for (name, news) in [(":was_described", described), (":was_priced", priced)] {
                        assignment = assignment.value(name, value(news)?);
                    }
                    "described = :was_described AND priced = :was_priced"
                }
            };
            let change = assignment.when(Some(condition));
            if let Some(changed) = self.table.update(&key, change).await? {
                return Ok(Some(changed));
            }
            anew.begin().await?;
        }
    }

    /// Retires a product that its feed, as of `news`, does not name any more, whatever newer is
    /// known of its price, and it is found no more. Whether it did: not where a feed named it since. A second time
    /// says the same.
    pub async fn retire(&self, product: &ProductId, feed: &str, news: News) -> Result<bool, Error> {
        let shelf = [keys::CATEGORY_KEY, keys::BRAND_KEY, keys::PRICE_KEY].join(", ");
        let update = format!(
            "SET offered = if_not_exists(offered, #availability), #availability = :gone, \
             described = :news REMOVE {shelf}"
        );
        let update = Expression::new(update)
            .name("#availability", "availability")
            .name("#feed", "feed")
            .text(":feed", feed)
            .value(":news", value(news)?)
            .value(":gone", value(Availability::Gone)?);
        let its_own = "#feed = :feed AND described <= :news";
        let key = keys::product(product);
        let retired = self.table.update(&key, update.when(Some(its_own))).await?;
        if retired.is_some() {
            let thing = Findable::Product(product.clone());
            Box::pin(self.keep_findable(&thing)).await?;
        }
        Ok(retired.is_some())
    }

    /// Puts products with their descriptions as they are, whatever was there: to fill an empty
    /// table.
    pub async fn load_products(&self, products: &[(Product, String)]) -> Result<(), Error> {
        let mut items = Vec::with_capacity(products.len() * 2);
        for (product, description) in products {
            let news = News::of(product.confirmed_at, 0);
            let kept = Kept {
                product: product.clone(),
                described: news,
                priced: news,
                feed: None,
                offered: None,
                expires_at: None,
            };
            items.push(kept.item()?);
            let details = Details {
                description: description.clone(),
                ..Details::default()
            };
            items.push(encode(&keys::product_details(&product.id), &details)?);
            items.extend(findable_items(product)?);
        }
        self.table.put_all(items).await
    }

    /// Many products; those that no feed has named are left out.
    pub async fn products(
        &self,
        products: impl IntoIterator<Item = &ProductId>,
    ) -> Result<HashMap<ProductId, Product>, Error> {
        let wanted: HashSet<_> = products.into_iter().map(keys::product).collect();
        let found = self.table.get_all(wanted.into_iter().collect()).await?;
        let found = readable::<Product>(found).into_iter();
        let named = found.filter(|product| !product.title.is_empty());
        Ok(named.map(|product| (product.id.clone(), product)).collect())
    }

    /// One product that a feed has named, as of every write acknowledged before.
    pub async fn product_now(&self, product: &ProductId) -> Result<Option<Product>, Error> {
        let found: Option<Product> = self.table.read(&keys::product(product), true).await?;
        Ok(found.filter(|product| !product.title.is_empty()))
    }

    /// One product with its details.
    pub async fn product(&self, product: &ProductId) -> Result<Option<(Product, Details)>, Error> {
        let items = self
            .table
            .query_all(Range::all(keys::product_collection(product)))
            .await?;
        let (mut found, mut details, mut had) = (None, Details::default(), Counters::default());
        for item in items {
            let key = keys::Key::of(&item);
            if key.as_ref() == Some(&keys::product(product)) {
                found = Some(decode::<Product>(item)?);
            } else if key.as_ref() == Some(&keys::product_details(product)) {
                details = decode::<Details>(item)?;
            } else {
                had = decode::<Pairs>(item)?.had;
            }
        }
        let named = found.filter(|product| !product.title.is_empty());
        details.had = had;
        Ok(named.map(|product| (product, details)))
    }
}
