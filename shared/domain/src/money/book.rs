//! All that is kept of an order line: what the store told of it, who is credited with it and why others are not, and what
//! was posted (MONEY 25, 30).

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};

use super::{
    Account, Category, Entry, Happened, Kind, Line, LineId, Order,
    commission::{Owed, Terms, missing},
    credited::{Credited, Led, Other},
    entries::{Cause, Counter},
    events::{Became, Later, sum},
    rates::{Rate, Table},
    windows::{By, Credit, Shopper, Window},
};
use crate::{catalogue::product::Money, ids::ProductId};

/// So many events are told of a line (MONEY 18).
pub const EVENTS: usize = 100;

/// All that is kept of an order line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Book {
    /// As it was ordered; `None` where something of it was told before.
    pub ordered: Option<Ordered>,
    /// What became of it, as it was told.
    pub later: Vec<Heard>,
    /// Who is credited with it.
    pub credit: Option<Credited>,
    /// Who else is told of it, the latest click first.
    pub others: Vec<Other>,
    /// What was posted, in order.
    pub posted: Vec<Posted>,
    /// By what those were credited that something was posted to and who are not any more.
    pub before: Vec<Credited>,
}

/// A line as it was first worked: what its commission is reckoned by ever after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ordered {
    /// When, and told by which event.
    pub happened: Happened,
    /// What.
    pub product: ProductId,
    /// The path of the product's category; empty where none is known.
    pub category: String,
    /// Its whole net.
    pub net: Money,
    /// When it was put into the basket, if the store said so.
    pub basket_added_at: Option<Timestamp>,
    /// Days between a shipment and when what it earned falls due.
    pub return_days: u16,
}

/// What became of a line, in which currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// What.
    pub later: Later,
    /// In which currency its net was told.
    pub currency: String,
}

/// That something was posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    /// The entry.
    pub id: String,
    /// Of which kind.
    pub kind: Kind,
    /// To whom.
    pub account: Account,
    /// When it falls due.
    pub due_on: Date,
    /// Minor units of the line's currency.
    pub amount: i64,
}

/// Why something of a line cannot be taken into the books (MONEY 18).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Odd {
    /// Another order of it was worked before.
    OrderedTwice,
    /// Its currency is not the order's.
    Currency,
    /// As many events as may be were told of it.
    TooMany,
}

/// How a line stands (MONEY 30).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Nothing became of it yet.
    Ordered,
    /// Some of it was shipped.
    Earned,
    /// All that was shipped was paid back.
    Reversed,
    /// All of it was cancelled.
    Cancelled,
    /// Nobody is credited with it, or another.
    NotCredited,
}

/// By what an amount is posted.
#[derive(Debug, Clone)]
pub struct Occasion {
    /// The line, hashed.
    pub line: String,
    /// The event, hashed.
    pub event: String,
    /// What it is to the line.
    pub cause: Cause,
}

impl Book {
    /// Takes in the line's order; what was told of it before in another currency is told back.
    ///
    /// # Errors
    /// Why it cannot be.
    pub fn order(&mut self, ordered: Ordered) -> Result<Vec<Heard>, Odd> {
        match &self.ordered {
            Some(first) if first.happened.event == ordered.happened.event => return Ok(Vec::new()),
            Some(_other) => return Err(Odd::OrderedTwice),
            None if self.later.len() >= EVENTS => return Err(Odd::TooMany),
            None => {}
        }
        let of_order = |heard: &Heard| heard.currency == ordered.net.currency;
        let (kept, odd) = std::mem::take(&mut self.later)
            .into_iter()
            .partition(of_order);
        self.later = kept;
        self.ordered = Some(ordered);
        Ok(odd)
    }

    /// Takes in what became of the line.
    ///
    /// # Errors
    /// Why it cannot be.
    pub fn hear(&mut self, heard: Heard) -> Result<(), Odd> {
        let event = &heard.later.happened.event;
        let known = self.later.iter();
        if known
            .map(|heard| &heard.later.happened.event)
            .any(|known| known == event)
        {
            return Ok(());
        }
        let ordered = self.ordered.as_ref();
        if ordered.is_some_and(|ordered| ordered.net.currency != heard.currency) {
            return Err(Odd::Currency);
        }
        if self.later.len() + usize::from(ordered.is_some()) >= EVENTS {
            return Err(Odd::TooMany);
        }
        self.later.push(heard);
        Ok(())
    }

    /// Works out who is credited with the line and who else is told of it, of all that is known.
    pub fn decide(&mut self, shopper: &Shopper<'_>, order: &Order, rates: &[Rate]) {
        let Some(ordered) = &self.ordered else {
            return;
        };
        let line = ordered.line(order);
        let credit = shopper.credit(order, &line);
        let account = credit.as_ref().map(Credit::account);
        let others = shopper.others(order, account).into_iter();
        self.others = others
            .map(|click| Other {
                account: click.account.clone(),
                rule: shopper.uncredited(order, click),
                led: Led::of(By::Click(click)),
                window: shopper.window(order, click),
            })
            .collect();
        let credit = credit.map(|credit| credited(&credit, shopper, order, &line, rates));
        let was = std::mem::replace(&mut self.credit, credit);
        if let Some(was) = was {
            self.before.retain(|other| other.account != was.account);
            self.before.push(was);
        }
        let now = self.credit.as_ref().map(|credit| &credit.account);
        let posted = &self.posted;
        self.before.retain(|other| {
            let to_them = posted.iter().any(|posted| posted.account == other.account);
            to_them && Some(&other.account) != now
        });
    }

    /// Posts what is missing, up to `most` entries; whether there is more.
    pub fn post(
        &mut self,
        by: &Occasion,
        most: usize,
        mut id: impl FnMut() -> String,
    ) -> (Vec<Entry>, bool) {
        let Some(ordered) = self.ordered.clone() else {
            return (Vec::new(), false);
        };
        let missing = missing(&self.owed(), &self.sums());
        let more = missing.len() > most;
        let entry = |((account, due_on), amount): ((Account, Date), i64)| {
            let credit = self.credit.iter().chain(&self.before);
            let credit = credit.clone().find(|credit| credit.account == account);
            let entry = Entry {
                id: id(),
                kind: Kind::of(amount, by.cause),
                currency: ordered.net.currency.clone(),
                legs: Entry::legs(&account, amount, Counter::Commission),
                due_on,
                line: Some(by.line.clone()),
                click: credit
                    .and_then(|credit| credit.led.click)
                    .map(|click| click.to_string()),
                source: credit.map(|credit| credit.led.source),
                product: Some(ordered.product.public()),
                programme: credit.map(Credited::programme),
                rate_bp: credit.map(|credit| credit.rate.bp),
                event: Some(by.event.clone()),
            };
            let posted = Posted {
                id: entry.id.clone(),
                kind: entry.kind,
                account,
                due_on,
                amount,
            };
            (entry, posted)
        };
        let (entries, posted): (Vec<_>, Vec<_>) = missing.into_iter().take(most).map(entry).unzip();
        self.posted.extend(posted);
        (entries, more)
    }

    /// What is owed for it by account and due date.
    pub fn owed(&self) -> Owed {
        let (Some(terms), Some(credit)) = (self.terms(), &self.credit) else {
            return Owed::new();
        };
        let owed = terms.owed(&self.became()).into_iter();
        owed.map(|(due, amount)| ((credit.account.clone(), due), amount))
            .collect()
    }

    /// What was posted by account and due date.
    fn sums(&self) -> Owed {
        let mut sums = Owed::new();
        for posted in &self.posted {
            let at = (posted.account.clone(), posted.due_on);
            *sums.entry(at).or_default() += posted.amount;
        }
        sums
    }

    /// What its commission is worked out by; `None` before it was ordered, or where nobody is credited.
    pub fn terms(&self) -> Option<Terms> {
        let (ordered, credit) = (self.ordered.as_ref()?, self.credit.as_ref()?);
        Some(Terms {
            net: ordered.net.amount,
            bp: credit.rate.bp,
            return_days: ordered.return_days,
        })
    }

    fn became(&self) -> Vec<Later> {
        self.later.iter().map(|heard| heard.later.clone()).collect()
    }

    /// Of how much of its net was so, in minor units: of what was shipped at most all of it, of what was paid back at most
    /// what was shipped.
    pub fn sum(&self, became: Became) -> i64 {
        let net = self
            .ordered
            .as_ref()
            .map_or(0, |ordered| ordered.net.amount);
        let sum = |became| sum(&self.became(), became);
        match became {
            Became::Shipped | Became::Cancelled => sum(became).min(net),
            Became::Refunded => sum(became).min(sum(Became::Shipped)).min(net),
        }
    }

    /// How it stands for an account.
    pub fn status(&self, account: &Account) -> Status {
        let Some(credit) = &self.credit else {
            return Status::NotCredited;
        };
        let net = self
            .ordered
            .as_ref()
            .map_or(0, |ordered| ordered.net.amount);
        let was = |became: Became| self.later.iter().any(|heard| heard.later.became == became);
        let (shipped, refunded) = (self.sum(Became::Shipped), self.sum(Became::Refunded));
        if &credit.account != account {
            Status::NotCredited
        } else if was(Became::Shipped) {
            match refunded >= shipped && was(Became::Refunded) {
                true => Status::Reversed,
                false => Status::Earned,
            }
        } else if was(Became::Cancelled) && self.sum(Became::Cancelled) >= net {
            Status::Cancelled
        } else {
            Status::Ordered
        }
    }

    /// Whom it is told to, whoever is credited first.
    pub fn accounts(&self) -> impl Iterator<Item = &Account> {
        let credited = self.credit.iter().map(|credit| &credit.account);
        credited.chain(self.others.iter().map(|other| &other.account))
    }

    /// Whether it is kept for ever: it is told to somebody, or was.
    pub fn stays(&self) -> bool {
        self.accounts().next().is_some() || !self.posted.is_empty()
    }

    /// What was posted to an account, by due date.
    pub fn posted_to(&self, account: &Account) -> BTreeMap<Date, i64> {
        let sums = self.sums().into_iter();
        sums.filter(|((to, _), _)| to == account)
            .map(|((_, due), amount)| (due, amount))
            .collect()
    }
}

impl Ordered {
    fn line(&self, order: &Order) -> Line {
        Line {
            id: LineId {
                order: order.id.clone(),
                line: String::new(),
            },
            product: self.product.clone(),
            category: Category::of(&self.category),
            net: self.net.amount,
            currency: self.net.currency.clone(),
            basket_added_at: self.basket_added_at,
        }
    }
}

fn credited(
    credit: &Credit<'_>,
    shopper: &Shopper<'_>,
    order: &Order,
    line: &Line,
    rates: &[Rate],
) -> Credited {
    let table = Table::of(rates, credit.programme(), &line.category);
    let window = match credit.by {
        By::Click(click) => shopper.window(order, click),
        By::View(view) => Window::of(view.at),
    };
    Credited {
        account: credit.account().clone(),
        rule: credit.rule,
        led: Led::of(credit.by),
        window,
        rate: table.applied(order.happened.at, credit.tagged_at),
    }
}
