//! Who is credited with a line and who is not, as is kept of it: by what, in which window, at which rate (MONEY 20, 23, 31).

use jiff::Timestamp;
use ulid::Ulid;

use super::{
    Account, Programme, Source,
    rates::Applied,
    windows::{By, Rule, Uncredited, Window},
};
use crate::ids::ProductId;

/// What led to a purchase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Led {
    /// When.
    pub at: Timestamp,
    /// The click; `None` of a view.
    pub click: Option<Ulid>,
    /// Where from.
    pub source: Source,
    /// The product that a click led to.
    pub product: Option<ProductId>,
}

/// Who is credited with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credited {
    /// Who.
    pub account: Account,
    /// By which rule.
    pub rule: Rule,
    /// By what.
    pub led: Led,
    /// Its window.
    pub window: Window,
    /// At which rate.
    pub rate: Applied,
}

impl Credited {
    /// As whom.
    pub fn programme(&self) -> Programme {
        match self.rule {
            Rule::Basket | Rule::Click => Programme::Influencer,
            Rule::View => Programme::OnsiteAssociate,
        }
    }
}

/// Who is told of a line without being credited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other {
    /// Who.
    pub account: Account,
    /// Why not.
    pub rule: Uncredited,
    /// Their latest click before the order.
    pub led: Led,
    /// Its window.
    pub window: Window,
}

impl Led {
    pub(super) fn of(by: By<'_>) -> Self {
        match by {
            By::Click(click) => Self {
                at: click.at,
                click: Some(click.id),
                source: click.source,
                product: Some(click.product.clone()),
            },
            By::View(view) => Self {
                at: view.at,
                click: None,
                source: Source::Post(view.post),
                product: None,
            },
        }
    }
}
