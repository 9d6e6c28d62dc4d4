//! A random history: who clicked and viewed what, and what the store told of it, in times so near that all rules meet.

use std::collections::BTreeMap;

use domain::{
    ids::{PostId, ProductId, UserId},
    money::{Account, Programme, Source, noted::NotedClick, rates::Rate},
};
use jiff::{SignedDuration, Timestamp};
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::SliceRandom};
use serde_json::{Value, json};
use shared::store::KeptView;
use ulid::Ulid;

use super::Secrets;
use crate::World;

/// A click.
#[derive(Debug, Clone)]
pub struct Clicked {
    /// Whose.
    pub visitor: String,
    /// Which.
    pub id: Ulid,
    /// When.
    pub at: Timestamp,
    /// On whose link.
    pub account: usize,
    /// On which product.
    pub product: usize,
    /// Since when it was there.
    pub tagged_at: Timestamp,
}

/// A view.
#[derive(Debug, Clone)]
pub struct Viewed {
    /// By which customer.
    pub customer: usize,
    /// When.
    pub at: Timestamp,
    /// Of which post.
    pub post: PostId,
    /// Whose.
    pub account: usize,
    /// What it shows, since when.
    pub shows: Vec<(usize, Timestamp)>,
}

/// What an event tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An order.
    Order,
    /// A shipment.
    Shipment,
    /// A cancellation.
    Cancellation,
    /// A refund.
    Refund,
}

/// A line of an event.
#[derive(Debug, Clone)]
pub struct OrderedLine {
    /// Which of its order's.
    pub line: usize,
    /// What.
    pub product: usize,
    /// Minor units.
    pub net: i64,
    /// Its click, by its place.
    pub click: Option<usize>,
    /// When it was put into the basket.
    pub basket: Option<Timestamp>,
}

/// An event of the store's.
#[derive(Debug, Clone)]
pub struct Bought {
    /// Which.
    pub event: String,
    /// What it tells.
    pub kind: Kind,
    /// When.
    pub at: Timestamp,
    /// Of which order.
    pub order: String,
    /// Whose.
    pub customer: usize,
    /// Of which of its lines.
    pub lines: Vec<OrderedLine>,
    /// In which currency.
    pub currency: &'static str,
}

/// All that happened.
#[derive(Debug, Clone)]
pub struct History {
    /// What is told apart from other histories in one world.
    pub name: String,
    /// Accounts, with the customer who has each, if one does.
    pub accounts: Vec<(Account, Option<usize>)>,
    /// How many customers there are.
    pub customers: usize,
    /// Categories of the products.
    pub categories: Vec<&'static str>,
    /// Clicks, in no order.
    pub clicks: Vec<Clicked>,
    /// Views.
    pub views: Vec<Viewed>,
    /// What the store tells, in the order in which it arrives; some of it twice.
    pub events: Vec<Bought>,
}

const CATEGORIES: [&str; 4] = ["Furniture > Chairs", "furniture>chairs", "Toys", ""];

impl History {
    /// The history of a seed, which ends at a time.
    pub fn random(seed: u64, end: Timestamp) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        let name = format!("h{seed}");
        // Whole hours, at times one millisecond beside them, so that moments meet and just miss.
        let mut moment = {
            let mut random = StdRng::seed_from_u64(seed ^ 0xc10c);
            move |from: i64, to: i64| {
                let hours = random.random_range(from..=to);
                let beside = [0, 0, 0, 1, -1][random.random_range(0..5)];
                let at =
                    end - SignedDuration::from_hours(hours) + SignedDuration::from_millis(beside);
                at.min(end)
            }
        };
        let customers = 3;
        let accounts = (0..3_usize).map(|n| {
            let random = u128::from(seed) * 16 + n as u128 + 1;
            let owner = (n == 2).then_some(0);
            (Account::of_random(random), owner)
        });
        let accounts: Vec<_> = accounts.collect();
        let categories = CATEGORIES.to_vec();
        let clicks = (0..random.random_range(2..12_u32)).map(|n| {
            let at = moment(2, 72);
            let visitor = random.random_range(0..3);
            Clicked {
                visitor: format!("{name}v{visitor}"),
                id: Ulid::from_parts(
                    u64::try_from(at.as_millisecond()).expect("after 1970"),
                    (u128::from(seed) << 8) + u128::from(n),
                ),
                at,
                account: random.random_range(0..3),
                product: random.random_range(0..4),
                tagged_at: moment(130, 900),
            }
        });
        let clicks: Vec<_> = clicks.collect();
        let views = (0..random.random_range(0..4_u128)).map(|n| Viewed {
            customer: random.random_range(0..customers),
            at: moment(2, 60),
            post: PostId(Ulid::from_parts(
                1_700_000_000_000,
                (u128::from(seed) << 8) + n,
            )),
            account: random.random_range(0..2),
            shows: (0..random.random_range(1..3))
                .map(|_| (random.random_range(0..4), moment(130, 900)))
                .collect::<BTreeMap<_, _>>()
                .into_iter()
                .collect(),
        });
        let views: Vec<_> = views.collect();
        let mut events = Vec::new();
        for order in 0..random.random_range(1..6_u32) {
            let at = moment(2, 60);
            let customer = random.random_range(0..customers);
            let currency = ["USD", "JPY"][random.random_range(0..2)];
            let order = format!("{name}-o{order}");
            let lines = (0..random.random_range(1..3)).map(|line| OrderedLine {
                line,
                product: random.random_range(0..4),
                net: [0, 50, 333, 9_999, 100_000][random.random_range(0..5)],
                click: (random.random_ratio(2, 3) && !clicks.is_empty())
                    .then(|| random.random_range(0..clicks.len())),
                basket: random.random_ratio(1, 3).then(|| moment(2, 72).min(at)),
            });
            let lines: Vec<_> = lines.collect();
            let event = |kind, at, lines: Vec<OrderedLine>, events: &mut Vec<Bought>| {
                events.push(Bought {
                    event: format!("{name}-e{}", events.len()),
                    kind,
                    at,
                    order: order.clone(),
                    customer,
                    lines,
                    currency,
                });
            };
            event(Kind::Order, at, lines.clone(), &mut events);
            for _ in 0..random.random_range(0..5) {
                let kinds = [
                    Kind::Shipment,
                    Kind::Shipment,
                    Kind::Refund,
                    Kind::Cancellation,
                ];
                let kind = kinds[random.random_range(0..4)];
                let which = random.random_range(0..lines.len());
                let mut line = lines[which].clone();
                line.net = random.random_range(0..=line.net);
                (line.click, line.basket) = (None, None);
                event(kind, moment(1, 120), vec![line], &mut events);
            }
        }
        let twice = events.clone().into_iter();
        let twice: Vec<_> = twice.filter(|_| random.random_ratio(1, 4)).collect();
        events.extend(twice);
        events.shuffle(&mut random);
        Self {
            name,
            accounts,
            customers,
            categories,
            clicks,
            views,
            events,
        }
    }

    /// Rates with cuts and raises around a time, by a seed: none of the first, for what is of no category.
    pub fn rates(seed: u64, end: Timestamp) -> Vec<Rate> {
        let mut random = StdRng::seed_from_u64(seed ^ 0x7a7e);
        let rows = (0..random.random_range(0..8)).map(|n| {
            let announced = end - SignedDuration::from_hours(random.random_range(0..1_000));
            let later = SignedDuration::from_hours(random.random_range(1..200));
            Rate {
                id: format!("r{seed}-{n}"),
                programme: Programme::ALL[random.random_range(0..2)],
                category: ["*", "Furniture", "furniture > Chairs", "Toys"]
                    [random.random_range(0..4)]
                .to_owned(),
                rate_bp: [0, 100, 300, 1_000, 3_333][random.random_range(0..5)],
                announced_at: announced,
                effective_from: announced + later,
            }
        });
        rows.collect()
    }

    /// What the store calls a customer.
    pub fn customer(&self, n: usize) -> String {
        format!("{}-c{n}", self.name)
    }

    /// Their id here.
    ///
    /// # Panics
    /// Never: the store's name for them is one that can be.
    pub fn user(&self, n: usize, secrets: &Secrets) -> UserId {
        let user = secrets.people.id(&self.customer(n));
        user.expect("a customer")
    }

    /// A product's id.
    ///
    /// # Panics
    /// Never: it is one that can be.
    pub fn product(n: usize) -> ProductId {
        ProductId::parse(&format!("P#{n}")).expect("a product")
    }

    /// Puts clicks and views into a world.
    ///
    /// # Panics
    /// When the table does not answer.
    pub async fn prepare(&self, world: &World, secrets: &Secrets) {
        let store = world.store();
        for click in &self.clicks {
            let (account, owner) = &self.accounts[click.account];
            let owner = owner.map(|owner| self.user(owner, secrets));
            let owner = owner.map_or_else(|| "nobody".to_owned(), |owner| owner.to_string());
            let kept = NotedClick {
                account: account.clone(),
                owner: secrets.salt.hash(&owner),
                source: Source::Post(PostId(click.id)),
                product: Self::product(click.product),
                tagged_at: click.tagged_at,
            };
            world.click(&click.visitor, click.id, &kept).await;
        }
        for view in &self.views {
            let shows = view.shows.iter().map(|(product, since)| {
                let category = self.categories[*product].to_owned();
                (Self::product(*product), (*since, category))
            });
            let kept = KeptView {
                account: self.accounts[view.account].0.clone(),
                shows: shows.collect(),
            };
            let user = self.user(view.customer, secrets);
            let noted = store.note_view(&user, view.post, view.at, &kept);
            noted.await.expect("a view is noted");
        }
    }

    /// An event as the store tells it.
    ///
    /// # Panics
    /// When a click's id cannot be made.
    pub fn told(&self, event: &Bought, secrets: &Secrets) -> Value {
        let kind = match event.kind {
            Kind::Order => "order",
            Kind::Shipment => "shipment",
            Kind::Cancellation => "cancellation",
            Kind::Refund => "refund",
        };
        let lines = event.lines.iter().map(|line| {
            let click = line.click.map(|click| {
                let click = &self.clicks[click];
                secrets.click_id(&click.visitor, click.id)
            });
            let basket = line.basket.map(|at| format!("{at:.3}"));
            json!({
                "line_id": line.line.to_string(), "product_id": Self::product(line.product),
                "quantity": 1, "net": {"amount": line.net, "currency": event.currency},
                "category": self.categories[line.product], "click_id": click,
                "basket_added_at": basket,
            })
        });
        json!({
            "event_id": event.event, "type": kind, "occurred_at": format!("{:.3}", event.at),
            "order_id": event.order, "customer": self.customer(event.customer),
            "lines": lines.collect::<Vec<_>>(),
        })
    }

    /// All events as the store tells them, in the order in which they arrive: what is told twice is so in the same words.
    ///
    /// # Panics
    /// As [`History::told`].
    pub fn messages(&self, secrets: &Secrets) -> Vec<String> {
        let mut said = BTreeMap::new();
        let events = self.events.iter().map(|event| {
            let told = said
                .entry(event.event.clone())
                .or_insert_with(|| self.told(event, secrets).to_string());
            told.clone()
        });
        events.collect()
    }

    /// Its accounts.
    pub fn accounts(&self) -> Vec<Account> {
        let accounts = self.accounts.iter();
        accounts.map(|(account, _)| account.clone()).collect()
    }
}
