//! Reviews from the store: each counts once in its product's rating and is shared at most once.

use std::collections::HashMap;

use domain::{
    catalogue::{
        product::{News, Product},
        review::Review,
    },
    ids::{PostId, ProductId, ReviewId, UserId},
};
use serde::{Deserialize, Serialize};

use crate::{
    error::Error,
    keys,
    store::Store,
    table::{
        Anew, Conditional, Expression, Found, Item, Range, Write, delete, delete_if, encode, put,
        put_if, put_new, readable, update_if, value,
    },
};

/// What came of taking over a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Imported {
    /// It is there as told now.
    Done,
    /// It was there like this, or in a newer form.
    Known,
    /// Its product is not in the catalogue, so nothing was written.
    NoProduct,
}

/// A review as it lies in the table: with the news that brought it.
#[derive(Serialize, Deserialize)]
struct Kept {
    #[serde(flatten)]
    review: Review,
    news: News,
}

impl Store {
    /// Takes over a review, unless `news` is not newer
    /// than what is there. Its product's stars and count follow in the same transaction; whether
    /// it is shared stays as it is.
    pub async fn put_review(&self, review: &Review, news: News) -> Result<Imported, Error> {
        let key = keys::review(&review.customer, &review.id);
        let mut anew = Anew::standing_on("a review");
        loop {
            let product = keys::product(&review.product);
            let (before, product) = futures::try_join!(
                self.table.read::<Kept>(&key, true),
                self.table.read::<Product>(&product, true),
            )?;
            if before.as_ref().is_some_and(|kept| kept.news >= news) {
                return Ok(Imported::Known);
            }
            let review = &Review {
                category: product.and_then(|product| product.category),
                ..review.clone()
            };
            // What somebody changed meanwhile is looked at again.
            let mut writes = count_stars(review, before.as_ref().map(|kept| &kept.review));
            writes.push(keep_review(review, news, before.as_ref())?.unless(None));
            let listed = keys::reviewed(&review.customer, review.written_at, &review.id);
            writes.push(put(listed.attributes()));
            if let Some(Kept { review: old, .. }) = before
                && old.written_at != review.written_at
            {
                let stale = keys::reviewed(&old.customer, old.written_at, &old.id);
                if stale != listed {
                    writes.push(delete(stale));
                }
            }
            match self.table.transact(Some(Imported::Done), writes).await? {
                Some(imported) => return Ok(imported),
                None => anew.begin().await?,
            }
        }
    }

    /// Takes a review from its writer, who leaves, and corrects its product's rating.
    pub async fn take_review(&self, user: &UserId, review: &ReviewId) -> Result<(), Error> {
        let (key, mut anew) = (keys::review(user, review), Anew::standing_on("a review"));
        let mut counted = true;
        loop {
            let Some(Kept { review, news }) = self.table.read::<Kept>(&key, true).await? else {
                return Ok(());
            };
            let as_read = Expression::new("news = :seen").value(":seen", value(news)?);
            let listed = keys::reviewed(user, review.written_at, &review.id);
            let mut writes = vec![delete_if(key.clone(), as_read).unless(None), delete(listed)];
            if counted {
                let stars = -i64::from(review.rating);
                let rated = add_stars(&review.product, stars, -1);
                writes.push(rated.unless(Some(Imported::NoProduct)));
            }
            match self.table.transact(Some(Imported::Done), writes).await? {
                Some(Imported::NoProduct) => counted = false,
                Some(Imported::Done | Imported::Known) => return Ok(()),
                None => anew.begin().await?,
            }
        }
    }

    /// A review that this person wrote, as of every write acknowledged before.
    pub async fn review(&self, user: &UserId, review: &ReviewId) -> Result<Option<Review>, Error> {
        self.table.read(&keys::review(user, review), true).await
    }

    /// The place of a review in the list of its writer's.
    pub fn place_of(review: &Review) -> String {
        keys::reviewed(&review.customer, review.written_at, &review.id).sk
    }

    /// Up to `limit` of a person's reviews, newest written first, after the place in the list that
    /// an earlier page ended with; and the place where this one does, if there is more.
    pub async fn reviews_by(
        &self,
        user: &UserId,
        after: Option<String>,
        limit: usize,
    ) -> Result<(Vec<Review>, Option<String>), Error> {
        let range = Range {
            descending: true,
            after,
            limit: Some(limit),
            ..Range::all(keys::reviewed_by(user))
        };
        let Found { items, more } = self.table.query(&range).await?;
        let places: Vec<String> = items
            .iter()
            .filter_map(keys::Key::of)
            .map(|key| key.sk)
            .collect();
        let listed: Vec<_> = places
            .iter()
            .filter_map(|sk| keys::parse_reviewed(sk))
            .collect();
        let wanted = listed.iter().map(|id| keys::review(user, id)).collect();
        let found: Vec<Item> = self.table.get_all(wanted).await?;
        let found = readable::<Review>(found).into_iter();
        let mut found: HashMap<_, _> = found.map(|review| (review.id.clone(), review)).collect();
        let reviews = listed.iter().filter_map(|id| found.remove(id)).collect();
        Ok((reviews, places.into_iter().next_back().filter(|_| more)))
    }
}

/// The write that corrects the rating of a product in the catalogue.
fn add_stars(product: &ProductId, stars: i64, reviews: i64) -> Conditional {
    let update = Expression::new("ADD stars :stars, review_count :reviews")
        .number(":stars", stars)
        .number(":reviews", reviews);
    update_if(keys::product(product), update, "attribute_exists(title)")
}

/// The writes that correct ratings; none where the stars stay. The review's own product must be in
/// the catalogue.
fn count_stars(review: &Review, before: Option<&Review>) -> Vec<Write<Option<Imported>>> {
    let stars = i64::from(review.rating);
    let own = |stars, reviews| {
        let counted = add_stars(&review.product, stars, reviews);
        counted.unless(Some(Imported::NoProduct))
    };
    match before {
        None => vec![own(stars, 1)],
        Some(old) if old.product != review.product => vec![
            own(stars, 1),
            add_stars(&old.product, -i64::from(old.rating), -1).unless(None),
        ],
        Some(old) if old.rating == review.rating => Vec::new(),
        Some(old) => vec![own(stars - i64::from(old.rating), 0)],
    }
}

/// The write that keeps a review, if it is still as it was read.
fn keep_review(review: &Review, news: News, before: Option<&Kept>) -> Result<Conditional, Error> {
    let key = keys::review(&review.customer, &review.id);
    let shared_as = before.and_then(|kept| kept.review.shared_as);
    let kept = Kept {
        review: Review {
            shared_as,
            ..review.clone()
        },
        news,
    };
    let item = encode(&key, &kept)?;
    let Some(before) = before else {
        return Ok(put_new(item));
    };
    let unchanged = match shared_as {
        None => Expression::new("news = :seen AND attribute_not_exists(shared_as)"),
        Some(post) => {
            Expression::new("news = :seen AND shared_as = :post").text(":post", post.to_string())
        }
    };
    Ok(put_if(item, unchanged.value(":seen", value(before.news)?)))
}

/// The write by which a post shares a review of its author's, which no other post shares.
pub(in crate::store) fn claim_review(
    user: &UserId,
    review: &ReviewId,
    post: PostId,
) -> Conditional {
    let update = Expression::new("SET shared_as = :post").text(":post", post.to_string());
    let free = "attribute_exists(PK) AND attribute_not_exists(shared_as)";
    update_if(keys::review(user, review), update, free)
}

/// The write by which a deleted post lets its review be shared again.
pub(in crate::store) fn release_review(
    user: &UserId,
    review: &ReviewId,
    post: PostId,
) -> Conditional {
    let update = Expression::new("REMOVE shared_as").text(":post", post.to_string());
    update_if(keys::review(user, review), update, "shared_as = :post")
}
