//! Products as pages show them: a line beneath a photo, a card among others.

use shared::views::{ListCard, ProductCard, ReviewView};

use crate::{
    site::{Here, web},
    text::letter,
    words::{When, fill},
};

/// How a product was judged: for the eye, and in words.
#[derive(Debug, Clone)]
pub(crate) struct Stars {
    pub short: String,
    pub said: String,
}

/// What can be bought in the stead of something.
#[derive(Debug, Clone)]
pub(crate) struct Other {
    pub href: String,
    pub title: String,
    pub price: Option<String>,
}

/// A product.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub id: String,
    /// That of its dots.
    pub number: Option<usize>,
    /// Whether it cannot be bought.
    pub off: bool,
    pub image: Option<String>,
    pub letter: String,
    pub title: String,
    /// Where it is bought.
    pub href: Option<String>,
    pub rel: Option<&'static str>,
    pub stars: Option<Stars>,
    pub stock: &'static str,
    pub saves: String,
    /// Its page here.
    pub more: Option<String>,
    pub price: Option<String>,
    pub other: Option<Other>,
}

/// That somebody earns, or pays: the label, and who.
#[derive(Debug, Clone)]
pub(crate) struct Paid {
    pub label: &'static str,
    pub said: String,
}

/// A review that was shared.
#[derive(Debug)]
pub(crate) struct Review {
    pub stars: String,
    pub said: String,
    pub title: String,
    pub body: String,
    pub at: When,
    pub verified: bool,
}

/// An idea list among others.
#[derive(Debug)]
pub(crate) struct Shelf {
    pub href: String,
    pub name: String,
    pub letter: String,
    pub cover: Option<String>,
    pub count: String,
    pub owner: String,
    pub paid: Option<&'static str>,
}

/// Whether links that earn somebody money are told apart (PAGES 2.2).
pub(crate) fn rel(paid: bool) -> Option<&'static str> {
    Some(if paid {
        "sponsored nofollow"
    } else {
        "nofollow"
    })
}

impl Line {
    /// A product, whose link pays somebody or nobody.
    pub fn new(card: &ProductCard, paid: bool, here: &Here<'_>) -> Self {
        let w = here.w;
        let (off, stock) = match card.availability.as_str() {
            "in_stock" => (false, w.in_stock),
            "sold_out" => (true, w.sold_out),
            _gone => (true, w.gone),
        };
        let other = card.substitute.as_deref().and_then(|other| {
            Some(Other {
                href: web(other.url.as_deref())?,
                title: other.title.clone(),
                price: other.price.as_ref().map(|price| w.money(price)),
            })
        });
        let title = match card.title.is_empty() {
            true => w.gone.to_owned(),
            false => card.title.clone(),
        };
        let is_there = !card.title.is_empty();
        Self {
            id: String::new(),
            number: None,
            off,
            image: here.site.picture(card.image_url.as_deref()),
            letter: letter(&card.title),
            href: web(card.url.as_deref()),
            rel: rel(paid),
            stars: card.rating.map(|mean| Stars {
                short: format!("{} ({})", w.mean(mean), w.number(card.review_count)),
                said: fill(
                    w.stars,
                    &[
                        ("mean", &w.mean(mean)),
                        ("count", &w.number(card.review_count)),
                    ],
                ),
            }),
            stock,
            saves: w.many(&w.saved, card.saves),
            more: is_there.then(|| here.to(&format!("/products/{}", card.id))),
            price: card.price.as_ref().map(|price| w.money(price)),
            title,
            other,
        }
    }

    /// What is said of it at a dot: title, price, stars.
    pub fn said(&self) -> String {
        let stars = self.stars.as_ref().map(|stars| stars.said.as_str());
        let price = self.price.as_deref().filter(|_| !self.off);
        let parts = [
            Some(self.title.as_str()),
            price,
            self.off.then_some(self.stock),
            stars,
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

impl Review {
    /// A review, as it was when it was shared.
    pub fn new(review: &ReviewView, here: &Here<'_>) -> Self {
        let given = usize::from(review.rating.min(5));
        Self {
            stars: "★".repeat(given) + &"☆".repeat(5 - given),
            said: fill(here.w.stars_given, &[("stars", &given.to_string())]),
            title: review.title.clone(),
            body: review.body.clone(),
            at: here.w.on(review.written_at.0),
            verified: review.verified_purchase == Some(true),
        }
    }
}

impl Shelf {
    /// A list's card.
    pub fn new(card: &ListCard, here: &Here<'_>) -> Self {
        let cover = card
            .cover
            .as_ref()
            .and_then(|cover| match cover.placeholder {
                // One of our renditions.
                Some(_) => Some(cover.url.clone()),
                None => here.site.picture(Some(&cover.url)),
            });
        Self {
            href: here.to(&format!("/lists/{}", card.id)),
            name: card.name.clone(),
            letter: letter(&card.name),
            cover,
            count: here.w.many(&here.w.things, card.count),
            owner: card.owner.display_name.clone(),
            paid: card.disclosure.as_ref().map(|_| here.w.paid_links),
        }
    }
}
