//! A world with the function, its stream told to it, and a store that tells of orders.

use attribution::App;
use domain::{
    ids::{PostId, ProductId},
    money::{Account, Source, chain::Block, noted::NotedClick},
};
use harness::{World, money::Secrets, sqs_event};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use shared::queue::messages::{EntriesPosted, LedgerMessage};
use ulid::Ulid;

/// A world whose store tells of orders.
pub struct Shop {
    pub world: World,
    pub app: App,
    pub secrets: Secrets,
}

/// An account, by a number.
pub fn account(n: u128) -> Account {
    Account::of_random(n)
}

impl Shop {
    pub async fn new() -> Self {
        let world = World::contended().await;
        let context = world.context();
        Self {
            app: App::new(&context),
            secrets: Secrets::of(&context),
            world,
        }
    }

    /// So many hours ago, in whole milliseconds.
    pub fn ago(&self, hours: i64) -> Timestamp {
        let ago = self.world.now() - SignedDuration::from_hours(hours);
        Timestamp::from_millisecond(ago.as_millisecond()).unwrap()
    }

    /// A click of a visitor's on an account's link to a product, so many hours ago; its id.
    pub async fn click(&self, visitor: &str, of: u128, product: &str, hours: i64) -> String {
        let at = u64::try_from(self.ago(hours).as_millisecond()).unwrap();
        let click = Ulid::from_parts(at, of);
        let kept = NotedClick {
            account: account(of),
            owner: "nobody's".to_owned(),
            source: Source::Post(PostId(Ulid(of))),
            product: ProductId::parse(product).unwrap(),
            tagged_at: self.ago(5_000),
        };
        self.world.click(visitor, click, &kept).await
    }

    /// An event of one line: what, of which order, so many hours ago, of a net of `amount`.
    pub fn event(&self, id: &str, what: &str, order: &str, hours: i64, amount: i64) -> Value {
        json!({
            "event_id": id, "type": what, "occurred_at": format!("{:.3}", self.ago(hours)),
            "order_id": order, "customer": "cleo",
            "lines": [{"line_id": "1", "product_id": "lamp", "quantity": 1,
                "net": {"amount": amount, "currency": "USD"}, "category": "Toys"}],
        })
    }

    /// An order of one line with a click.
    pub fn order(&self, id: &str, order: &str, hours: i64, amount: i64, click: &str) -> Value {
        let mut event = self.event(id, "order", order, hours, amount);
        event["lines"][0]["click_id"] = json!(click);
        event
    }

    /// Has the function work off what the store tells.
    pub async fn tell(&self, events: &[Value]) {
        let bodies: Vec<_> = events.iter().map(Value::to_string).collect();
        self.work(&bodies).await;
    }

    /// Has it work off these messages.
    pub async fn work(&self, bodies: &[String]) {
        for body in bodies {
            let done = attribution::handle(&self.app, sqs_event(&[body])).await;
            assert!(done.batch_item_failures.is_empty(), "{body}");
        }
    }

    /// Seals what waits of an account; its blocks.
    pub async fn seal(&self, of: u128) -> Vec<Block> {
        let account = account(of);
        let posted = LedgerMessage::Posted(EntriesPosted {
            account: account.clone(),
        });
        self.work(&[serde_json::to_string(&posted).unwrap()]).await;
        let blocks = self.world.store().blocks(&account, 1, 100).await.unwrap();
        blocks.0.into_iter().map(|sealed| sealed.block).collect()
    }

    /// The amounts and kinds of the entries of an account, sealed or not.
    pub async fn entries(&self, of: u128) -> Vec<(String, i64)> {
        let entries = self.world.entries(&account(of)).await.into_iter();
        let told = entries.map(|entry| {
            let kind = serde_json::to_value(entry.kind).unwrap();
            (kind.as_str().unwrap().to_owned(), entry.amount())
        });
        told.collect()
    }

    /// Why events are in nobody's books.
    pub async fn conflicts(&self) -> Vec<String> {
        let found = self.world.store().conflicts(None, 100).await.unwrap().0;
        found.into_iter().map(|conflict| conflict.reason).collect()
    }
}
