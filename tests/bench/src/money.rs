//! What orders cost the table, beside the budgets of MONEY 39; and random histories against a clean replay of each.

use anyhow::{Context as _, Result, ensure};
use domain::{
    ids::{PostId, ProductId},
    money::{Account, Programme, Source, noted::NotedClick, rates::first},
};
use harness::{
    Fault, Faults, Reading, World,
    money::{History, Secrets, replay},
    sqs_event,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use shared::{
    queue::messages::{EntriesPosted, LedgerMessage},
    seal::sign,
};
use ulid::Ulid;

use crate::{capacity::Bench, reference::READER, report::Budget};

/// So many entries fill a block.
const BLOCK: usize = 49;
/// So many histories share a table.
const A_WORLD: u64 = 50;

fn seal(account: &Account) -> Result<String> {
    let posted = EntriesPosted {
        account: account.clone(),
    };
    Ok(serde_json::to_string(&LedgerMessage::Posted(posted))?)
}

fn ago(world: &World, hours: i64) -> Timestamp {
    let ago = world.now() - SignedDuration::from_hours(hours);
    Timestamp::from_millisecond(ago.as_millisecond()).unwrap_or(ago)
}

fn event(
    world: &World,
    id: &str,
    what: &str,
    order: &str,
    hours: i64,
    click: Option<&str>,
) -> String {
    json!({
        "event_id": id, "type": what, "occurred_at": format!("{:.3}", ago(world, hours)),
        "order_id": order, "customer": format!("customer of {order}"),
        "lines": [{"line_id": "line-1", "product_id": "SPK-100001", "quantity": 2,
            "net": {"amount": 123_456, "currency": "USD"},
            "category": "Furniture > Chairs > Arm Chairs", "click_id": click}],
    })
    .to_string()
}

/// A click of a visitor's on the link of an account; its id.
async fn click(world: &World, visitor: &str, of: &Account, hours: i64, n: u128) -> Result<String> {
    let at = u64::try_from(ago(world, hours).as_millisecond())?;
    let kept = NotedClick {
        account: of.clone(),
        owner: "0".repeat(32),
        source: Source::Post(PostId(Ulid(n))),
        product: ProductId::parse("SPK-100001").context("a product")?,
        tagged_at: ago(world, 2_000),
    };
    let click = Ulid::from_parts(at, n);
    Ok(world.click(visitor, click, &kept).await)
}

impl Bench {
    /// What these messages use together, worked off one after another.
    async fn worked(&mut self, bodies: &[String]) -> Result<Reading> {
        let app = attribution::App::new(&self.context);
        self.meter.take();
        for body in bodies {
            let done = attribution::handle(&app, sqs_event(&[body])).await;
            ensure!(done.batch_item_failures.is_empty(), "{body}");
        }
        Ok(self.meter.take())
    }

    async fn attribute(&mut self, what: &str, bodies: &[String], wcu: f64) -> Result<()> {
        let used = self.worked(bodies).await?;
        let name = format!("attribution: {what}");
        self.report.add(&name, used, Budget::FREE.wcu(wcu));
        Ok(())
    }

    /// Orders and what became of them.
    pub(crate) async fn orders(&mut self) -> Result<()> {
        let plain = event(&self.world, "ev-plain", "order", "o-plain", 5, None);
        self.attribute(
            "an order line without a click",
            std::slice::from_ref(&plain),
            3.0,
        )
        .await?;
        let five: Vec<_> = (1..=5).map(Account::of_random).collect();
        let mut id = String::new();
        for (n, account) in (1..).zip(&five) {
            let visitor = "visitor-of-22-letters.";
            id = click(
                &self.world,
                visitor,
                account,
                20 - n,
                n.unsigned_abs().into(),
            )
            .await?;
        }
        let order = event(&self.world, "ev-1", "order", "o-1", 5, Some(&id));
        self.attribute(
            "an order line with a click, told to five",
            std::slice::from_ref(&order),
            9.0,
        )
        .await?;
        self.attribute("the same again", &[order], 2.0).await?;
        let credited = five.last().context("five")?.clone();
        for (what, event_id) in [("shipment", "ev-2"), ("refund", "ev-3")] {
            let told = event(&self.world, event_id, what, "o-1", 3, None);
            let both = [told.clone(), seal(&credited)?];
            self.attribute(&format!("a {what}, sealed alone"), &both, 11.0)
                .await?;
            self.attribute(&format!("the same {what} again"), &[told], 2.0)
                .await?;
        }
        let account = Account::of_random(8);
        let id = click(&self.world, "another visitor", &account, 10, 80).await?;
        let order = event(&self.world, "ev-5", "order", "o-2", 5, Some(&id));
        let shipped = event(&self.world, "ev-6", "shipment", "o-2", 3, None);
        self.worked(&[order, shipped, seal(&account)?]).await?;
        let late = event(&self.world, "ev-4", "order", "o-late", 6, None)
            .replace("customer of o-late", "customer of o-2");
        let both = [late, seal(&account)?];
        self.attribute("an order that closes a later line", &both, 16.0)
            .await?;

        let (account, mut told) = (Account::of_random(9), Vec::new());
        for n in 0..BLOCK {
            let (visitor, order) = (format!("visitor {n}"), format!("o-full-{n}"));
            let id = click(&self.world, &visitor, &account, 10, 100 + n as u128).await?;
            let first = event(
                &self.world,
                &format!("ev-full-{n}"),
                "order",
                &order,
                5,
                Some(&id),
            );
            self.worked(&[first]).await?;
            told.push(event(
                &self.world,
                &format!("ev-shipped-{n}"),
                "shipment",
                &order,
                3,
                None,
            ));
        }
        told.push(seal(&account)?);
        let all = self.worked(&told).await?;
        let each = Reading {
            wcu: all.wcu / BLOCK as f64,
            rcu: all.rcu / BLOCK as f64,
            ..all
        };
        let name = "attribution: a shipment, of 49 in one block";
        self.report.add(name, each, Budget::FREE.wcu(8.0));
        self.told_of_money().await
    }

    /// What is read of it.
    async fn told_of_money(&mut self) -> Result<()> {
        let account = Account::of_random(9);
        let user = harness::user(READER);
        self.world
            .engage(&user, &account, &[Programme::Influencer])
            .await;
        let http = self.serve(influencer::router(&self.context));
        let lines = http.get("/v1/influencer/order-lines");
        let told = self
            .call("GET /v1/influencer/order-lines", lines, 200, Budget::FREE)
            .await?;
        let line = told.json()["items"][0]["id"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let today = self.world.now().to_string();
        let (month, day) = (&today[..7], &today[..10]);
        for (path, asked) in [
            ("rates", "rates".to_owned()),
            ("ledger", "ledger".to_owned()),
            ("payouts", "payouts".to_owned()),
            ("order-lines/{id}", format!("order-lines/{line}")),
            ("statements/{month}", format!("statements/{month}")),
            (
                "statements/{month}/lines",
                format!("statements/{month}/lines"),
            ),
            ("earnings", format!("earnings?from={day}&to={day}")),
        ] {
            let get = http.get(&format!("/v1/influencer/{asked}"));
            let name = format!("GET /v1/influencer/{path}");
            self.call(&name, get, 200, Budget::FREE).await?;
        }
        self.store_calls().await?;
        let reader = std::mem::replace(&mut self.token, self.world.token("root", &["admin"]));
        let http = self.serve(admin::router(&self.context));
        for (path, asked) in [
            ("rates", "rates"),
            ("ledger", "ledger"),
            ("event-conflicts", "event-conflicts"),
            ("order-lines", "order-lines?order_id=o-1&line_id=line-1"),
            ("payouts/{id}", "payouts/run"),
            ("payouts/{id}/export", "payouts/run/export"),
        ] {
            let get = http.get(&format!("/v1/admin/{asked}"));
            let name = format!("GET /v1/admin/{path}");
            self.call(&name, get, 200, Budget::FREE).await?;
        }
        for (of, asked) in [
            ("influencers/{handle}", format!("influencers/{READER}")),
            ("accounts/{account}", format!("accounts/{account}")),
        ] {
            for (what, body) in [
                ("payee", json!({"reference": "p-1"})),
                ("hold", json!({"held": false})),
            ] {
                let put = http.put(&format!("/v1/admin/{asked}/{what}")).json(body);
                let name = format!("PUT /v1/admin/{of}/{what}");
                self.call(&name, put, 200, Budget::FREE).await?;
            }
        }
        let from = self.world.now() + SignedDuration::from_hours(1);
        let rate: Value = json!({"programme": "influencer", "category": "Toys", "rate_bp": 1,
            "effective_from": from.to_string()});
        let rate = http.post("/v1/admin/rates").json(rate);
        self.call("POST /v1/admin/rates", rate, 201, Budget::FREE)
            .await?;
        self.world.advance(SignedDuration::from_hours(24 * 40));
        self.token = self.world.token("root", &["admin"]);
        let run = http.post("/v1/admin/payouts");
        let run = self
            .call("POST /v1/admin/payouts", run, 202, Budget::FREE)
            .await?;
        let asked = self.world.receive_all("attribution").await;
        self.attribute("a run of payouts to one account", &asked, 8.0)
            .await?;
        let run = run.json()["run"].as_str().unwrap_or_default().to_owned();
        let path = format!("/v1/admin/payouts/{run}.{account}.USD/returned");
        let back = http.post(&path).json(json!({"reason": "closed"}));
        self.call(
            "POST /v1/admin/payouts/{id}/returned",
            back,
            200,
            Budget::FREE,
        )
        .await?;
        self.world.advance(SignedDuration::from_hours(-24 * 40));
        self.token = reader;
        Ok(())
    }

    async fn store_calls(&mut self) -> Result<()> {
        let http = self.serve(store::router(&self.context));
        let signed = |said: &str| {
            let at = self.world.now().as_second();
            let keys = self.context.config.store_keys().to_owned();
            let key = keys.split(',').next().unwrap_or_default();
            format!(
                "t={at},v1={}",
                sign(key, &[format!("{at}.{said}").as_bytes()])
            )
        };
        let body = event(&self.world, "ev-9", "order", "o-9", 1, None);
        let path = "/v1/store/badges?sub=reader";
        let (posted, asked) = (signed(&body), signed(path));
        let post = http.post("/v1/store/events").body("application/json", body);
        let post = post.header("spark-signature", &posted);
        self.call("POST /v1/store/events", post, 202, Budget::FREE.wcu(0.0))
            .await?;
        self.world.receive_all("attribution").await;
        let get = http.get(path).header("spark-signature", &asked);
        self.call("GET /v1/store/badges", get, 200, Budget::FREE)
            .await?;
        Ok(())
    }
}

/// So many random histories, told to the real function: in any order, some of it twice, a third of them while everything fails
/// now and then; `false` where the books of one are not those of its replay.
pub(crate) async fn run(histories: u64, seed: u64) -> Result<bool> {
    let (mut wrong, mut owed) = (0, 0_usize);
    let mut world = World::new().await;
    let mut rates = first();
    for number in 0..histories {
        let seed = seed.wrapping_add(number);
        if number.is_multiple_of(A_WORLD) {
            world = World::new().await;
            rates = first();
            let added = History::rates(seed, end(&world)?);
            for rate in &added {
                world.store().add_rate(rate).await?;
            }
            rates.extend(added);
        }
        let context = world.context();
        let secrets = Secrets::of(&context);
        let history = History::random(seed, end(&world)?);
        history.prepare(&world, &secrets).await;
        let mut bodies = history.messages(&secrets);
        for account in history.accounts() {
            bodies.push(seal(&account)?);
        }
        if number % 3 == 0 {
            let faults = Faults::seeded(seed);
            let app = attribution::App::new(&faults.attach(&context));
            for batch in bodies.chunks(3) {
                drop(
                    faults
                        .run(attribution::handle(&app, sqs_event(batch)))
                        .await,
                );
            }
            ensure!(
                Fault::ALL.iter().any(|fault| faults.met(*fault) > 0),
                "nothing failed"
            );
        }
        let app = attribution::App::new(&context);
        for batch in bodies.chunks(3) {
            let done = attribution::handle(&app, sqs_event(batch)).await;
            ensure!(done.batch_item_failures.is_empty(), "seed {seed}: {done:?}");
        }
        let (books, clean) = (
            world.owed(&history.accounts()).await,
            replay(&history, &rates, 30),
        );
        owed += clean.len();
        if books != clean {
            wrong += 1;
            println!("with the seed {seed}: {books:?}, not {clean:?}");
        }
    }
    println!("histories: {histories}, seeds from the first on, amounts owed: {owed}");
    println!("not as a clean replay: {wrong}");
    Ok(wrong == 0)
}

/// A time in whole hours, so that moments meet.
fn end(world: &World) -> Result<Timestamp> {
    let now = world.now().as_second();
    Ok(Timestamp::from_second(now - now % 3_600)?)
}
