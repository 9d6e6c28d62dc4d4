//! The store's orders: what of each it tells Spark, and where they are kept.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};
use domain::catalogue::product::Money;
use domain::ids::ProductId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::LINE;

/// An order of one product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Order {
    pub(super) id: String,
    pub(super) ordered_at: Timestamp,
    pub(super) customer: String,
    /// By the store's own id.
    pub(super) product: ProductId,
    pub(super) title: String,
    pub(super) quantity: i64,
    /// Of all of it.
    pub(super) net: Money,
    /// The click that the shopper came with.
    pub(super) click: Option<String>,
    pub(super) shipped: bool,
    pub(super) cancelled: bool,
    /// What was paid back, each time.
    pub(super) refunds: Vec<i64>,
}

impl Order {
    /// What can be paid back of it still.
    pub(super) fn left(&self) -> i64 {
        match self.shipped {
            true => self.net.amount - self.refunds.iter().sum::<i64>(),
            false => 0,
        }
    }

    /// How many events Spark was told of it.
    pub(super) fn events(&self) -> usize {
        1 + usize::from(self.shipped) + usize::from(self.cancelled) + self.refunds.len()
    }

    /// An event of it: what it is called among the order's, its type, when, and of how much.
    pub(super) fn event(&self, name: &str, kind: &str, at: Timestamp, amount: i64) -> Value {
        json!({
            "event_id": format!("{}:{name}", self.id),
            "type": kind,
            "occurred_at": format!("{at:.3}"),
            "order_id": self.id,
            "customer": self.customer,
            "lines": [{
                "line_id": LINE,
                "product_id": self.product,
                "quantity": self.quantity,
                "net": {"amount": amount, "currency": self.net.currency},
                "click_id": self.click,
            }],
        })
    }
}

/// All orders. Each change is a line more in their file, of which the last of an order counts.
pub(super) struct Orders(Mutex<State>);

struct State {
    orders: BTreeMap<String, Order>,
    file: Option<File>,
}

impl Orders {
    /// Those of a file. What was not written to its end was answered to nobody.
    pub(super) fn open(path: Option<&Path>) -> Result<Self> {
        let mut orders = BTreeMap::new();
        let mut file = None;
        if let Some(path) = path {
            let opened = OpenOptions::new().create(true).append(true).open(path)?;
            let text = std::fs::read_to_string(path)?;
            let whole = text.rfind('\n').map_or(0, |end| end + 1);
            opened.set_len(whole as u64)?;
            for line in text.get(..whole).unwrap_or_default().lines() {
                let order: Order =
                    serde_json::from_str(line).with_context(|| format!("{}", path.display()))?;
                orders.insert(order.id.clone(), order);
            }
            file = Some(opened);
        }
        Ok(Self(Mutex::new(State { orders, file })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn get(&self, id: &str) -> Option<Order> {
        self.state().orders.get(id).cloned()
    }

    /// Keeps an order as it is now.
    pub(super) fn put(&self, order: Order) -> Result<()> {
        let mut state = self.state();
        if let Some(file) = &mut state.file {
            let line = serde_json::to_string(&order)? + "\n";
            file.write_all(line.as_bytes())?;
        }
        state.orders.insert(order.id.clone(), order);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_kept_as_it_was_left_and_what_is_torn_is_passed_over() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("orders.jsonl");
        let mut order = Order {
            id: "o1".to_owned(),
            ordered_at: Timestamp::UNIX_EPOCH,
            customer: "cleo".to_owned(),
            product: ProductId::parse("SPK-1").unwrap(),
            title: "A cup".to_owned(),
            quantity: 1,
            net: Money {
                amount: 500,
                currency: "USD".to_owned(),
            },
            click: None,
            shipped: false,
            cancelled: false,
            refunds: Vec::new(),
        };
        let orders = Orders::open(Some(&path)).unwrap();
        orders.put(order.clone()).unwrap();
        assert_eq!((order.left(), order.events()), (0, 1));
        order.shipped = true;
        order.refunds.push(200);
        assert_eq!((order.left(), order.events()), (300, 3));
        orders.put(order.clone()).unwrap();
        let mut torn = std::fs::read(&path).unwrap();
        torn.extend(b"{\"id\":\"o2");
        std::fs::write(&path, torn).unwrap();
        let orders = Orders::open(Some(&path)).unwrap();
        assert_eq!(orders.get("o1"), Some(order.clone()));
        assert_eq!(orders.get("o2"), None);
        order.cancelled = true;
        orders.put(order.clone()).unwrap();
        assert_eq!(Orders::open(Some(&path)).unwrap().get("o1"), Some(order));
    }
}
