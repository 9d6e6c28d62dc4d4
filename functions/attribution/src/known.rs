//! All that is known of whoever ordered, which who is credited is worked out of.

use domain::money::{Click, Order, View, rates::Rate, windows::Shopper};

/// What is known of whoever ordered, as of an order.
#[derive(Debug, PartialEq)]
pub(crate) struct Known {
    pub(crate) orders: Vec<Order>,
    pub(crate) clicks: Vec<Click>,
    pub(crate) views: Vec<View>,
    pub(crate) rates: Vec<Rate>,
}

impl Known {
    pub(crate) fn rates(&self) -> &[Rate] {
        &self.rates
    }

    pub(crate) fn shopper(&self) -> Shopper<'_> {
        Shopper {
            orders: &self.orders,
            clicks: &self.clicks,
            views: &self.views,
        }
    }
}
