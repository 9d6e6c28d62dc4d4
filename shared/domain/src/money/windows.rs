//! Who is credited with a line, and why others are not (MONEY 19, 20, 23, 30, 31).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    Account, Click, Line, Order, Programme, Source, View,
    clicks::{BASKET, WINDOW},
};

/// Besides whom it credits, a line is told to so many (MONEY 30).
pub const OTHERS: usize = 5;
/// A last click before the window is told of for so long (MONEY 30).
pub const REMEMBERED: SignedDuration = SignedDuration::from_hours(91 * 24);

/// What is known of whoever ordered.
#[derive(Debug, Clone, Copy)]
pub struct Shopper<'k> {
    /// All their orders that are known, cancelled ones too.
    pub orders: &'k [Order],
    /// The clicks of the visitors that this order's click ids name: of those ids that count for this customer.
    pub clicks: &'k [Click],
    /// Their views of others' posts.
    pub views: &'k [View],
}

/// Why somebody is credited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rule {
    /// It was put into the basket within the window of their click.
    #[serde(rename = "basket-90d")]
    Basket,
    /// It was bought within the window of their click.
    #[serde(rename = "click-24h")]
    Click,
    /// It was bought after a view of their post, which shows something of its category.
    #[serde(rename = "onsite-view")]
    View,
}

/// By what somebody is credited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By<'k> {
    /// By a click.
    Click(&'k Click),
    /// By a view.
    View(&'k View),
}

/// With what somebody is credited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Credit<'k> {
    /// Why.
    pub rule: Rule,
    /// By what.
    pub by: By<'k>,
    /// Since when the line's own product is where they led from, if it was followed there: what a rate is held by.
    pub tagged_at: Option<Timestamp>,
}

impl Credit<'_> {
    /// Who.
    pub fn account(&self) -> &Account {
        match self.by {
            By::Click(click) => &click.account,
            By::View(view) => &view.account,
        }
    }

    /// As whom.
    pub fn programme(&self) -> Programme {
        match self.by {
            By::Click(_) => Programme::Influencer,
            By::View(_) => Programme::OnsiteAssociate,
        }
    }

    /// Where they led from.
    pub fn source(&self) -> Source {
        match self.by {
            By::Click(click) => click.source,
            By::View(view) => Source::Post(view.post),
        }
    }
}

/// Why somebody whose link was clicked is not credited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Uncredited {
    /// They bought it themselves.
    OwnPurchase,
    /// Their window had run out.
    Expired,
    /// Another's link was clicked after theirs.
    ClosedByClick,
    /// Something else was ordered after their click.
    ClosedByOrder,
    /// It lay in the basket from before, and counts for whoever led to it then.
    BasketOfAnother,
}

/// What closed a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosedBy {
    /// A click on another's link.
    Click,
    /// An order.
    Order,
}

/// The window of a click, or of a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// When it opened.
    pub from: Timestamp,
    /// When it runs out.
    pub to: Timestamp,
    /// What closed it before, and when.
    pub closed: Option<(ClosedBy, Timestamp)>,
}

impl Window {
    /// One that nothing closes before it runs out.
    pub fn of(from: Timestamp) -> Self {
        Self {
            from,
            to: from.saturating_add(WINDOW).unwrap_or(Timestamp::MAX),
            closed: None,
        }
    }
}

impl<'k> Shopper<'k> {
    /// Who is credited with a line of an order: the first of the three rules that holds.
    pub fn credit(&self, order: &Order, line: &Line) -> Option<Credit<'k>> {
        let ordered = order.happened.at;
        let basket = line
            .basket_added_at
            .filter(|added| ordered.duration_since(*added) <= BASKET);
        let by_basket = basket.and_then(|added| {
            let click = self.open_click(order, added)?;
            Some(self.clicked(Rule::Basket, click, line, added))
        });
        let by_click = || {
            let click = self.open_click(order, ordered)?;
            Some(self.clicked(Rule::Click, click, line, ordered))
        };
        by_basket
            .or_else(by_click)
            .or_else(|| self.viewed(order, line))
    }

    /// The latest click at or before a moment that counts, if its window is open then.
    fn open_click(&self, order: &Order, moment: Timestamp) -> Option<&'k Click> {
        let counting = self.clicks.iter().filter(|click| !click.is_own);
        let latest = latest_by(counting, moment)?;
        self.is_open(latest.at, order, moment).then_some(latest)
    }

    /// Whether what happened `since` counts at a moment: no longer than the window before, and nothing was ordered
    /// otherwise from then on until just before the moment.
    fn is_open(&self, since: Timestamp, order: &Order, moment: Timestamp) -> bool {
        moment.duration_since(since) <= WINDOW && self.ordered_in(since, order, moment).is_none()
    }

    /// The first other order from `since` on that was before a moment.
    fn ordered_in(&self, since: Timestamp, order: &Order, before: Timestamp) -> Option<Timestamp> {
        let others = self.orders.iter().filter(|other| other.id != order.id);
        let times = others.map(|other| other.happened.at);
        times.filter(|at| (since..before).contains(at)).min()
    }

    fn clicked(&self, rule: Rule, click: &'k Click, line: &Line, moment: Timestamp) -> Credit<'k> {
        let there = self.clicks.iter().filter(|other| {
            other.account == click.account
                && other.product == line.product
                && moment.duration_since(other.at) <= WINDOW
        });
        Credit {
            rule,
            by: By::Click(click),
            tagged_at: latest_by(there, moment).map(|click| click.tagged_at),
        }
    }

    fn viewed(&self, order: &Order, line: &Line) -> Option<Credit<'k>> {
        let ordered = order.happened.at;
        let of_category = |view: &&View| {
            let shown = view.shows.iter().map(|tagged| &tagged.category);
            line.category.is_known() && shown.into_iter().any(|category| *category == line.category)
        };
        let before = self.views.iter().filter(|view| view.at <= ordered);
        let view = before
            .filter(of_category)
            .max_by_key(|view| (view.at, view.post))?;
        let tag = view.shows.iter().find(|tag| tag.product == line.product);
        self.is_open(view.at, order, ordered).then(|| Credit {
            rule: Rule::View,
            by: By::View(view),
            tagged_at: tag.map(|tag| tag.tagged_at),
        })
    }

    /// The latest click of each account that a line is told to besides whom it credits: those within the window before
    /// the order, or else the last click of all; latest first.
    pub fn others(&self, order: &Order, credited: Option<&Account>) -> Vec<&'k Click> {
        let ordered = order.happened.at;
        let mut before: Vec<_> = self
            .clicks
            .iter()
            .filter(|click| click.at <= ordered)
            .collect();
        before.sort_by_key(|click| std::cmp::Reverse((click.at, click.id)));
        let ago = |click: &Click| ordered.duration_since(click.at);
        let within = before.iter().filter(|click| ago(click) <= WINDOW).count();
        match before.first() {
            Some(last) if within == 0 && ago(last) <= REMEMBERED => before.truncate(1),
            Some(_) | None => before.truncate(within),
        }
        let mut told: Vec<&Click> = Vec::new();
        for click in before {
            let is_new = told.iter().all(|other| other.account != click.account);
            if is_new && Some(&click.account) != credited {
                told.push(click);
            }
        }
        told.truncate(OTHERS);
        told
    }

    /// Why an account is not credited, by its latest click before the order.
    pub fn uncredited(&self, order: &Order, click: &Click) -> Uncredited {
        let ordered = order.happened.at;
        if click.is_own {
            Uncredited::OwnPurchase
        } else if ordered.duration_since(click.at) > WINDOW {
            Uncredited::Expired
        } else if self.clicked_after(click, ordered).is_some() {
            Uncredited::ClosedByClick
        } else if self.ordered_in(click.at, order, ordered).is_some() {
            Uncredited::ClosedByOrder
        } else {
            Uncredited::BasketOfAnother
        }
    }

    /// The window of a click, as far as it was by the time of the order.
    pub fn window(&self, order: &Order, click: &Click) -> Window {
        let (ordered, to) = (order.happened.at, click.at + WINDOW);
        let by_click = self.clicked_after(click, ordered);
        let by_order = self.ordered_in(click.at, order, ordered);
        let closings = [
            by_click.map(|at| (at, ClosedBy::Click)),
            by_order.map(|at| (at, ClosedBy::Order)),
        ];
        let first = closings.into_iter().flatten().filter(|(at, _)| *at <= to);
        let first = first.min_by_key(|(at, _)| *at);
        Window {
            from: click.at,
            to,
            closed: first.map(|(at, by)| (by, at)),
        }
    }

    /// The first click on another's link after a click, until a moment.
    fn clicked_after(&self, click: &Click, until: Timestamp) -> Option<Timestamp> {
        let others = self.clicks.iter().filter(|other| {
            !other.is_own
                && other.account != click.account
                && (other.at, other.id) > (click.at, click.id)
                && other.at <= until
        });
        others.map(|other| other.at).min()
    }
}

/// The latest of these clicks at or before a moment.
fn latest_by<'k>(clicks: impl Iterator<Item = &'k Click>, moment: Timestamp) -> Option<&'k Click> {
    let before = clicks.filter(|click| click.at <= moment);
    before.max_by_key(|click| (click.at, click.id))
}

#[cfg(test)]
#[path = "windows_tests.rs"]
mod tests;
