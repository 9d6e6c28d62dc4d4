//! What is owed, as whoever is owed it is told.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use domain::{
    ids::{PostId, ProductId},
    money::{
        Account, Programme, Source,
        chain::{Block, verify},
        noted::NotedClick,
    },
};
use harness::{Http, Member, World, sqs_event};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde_json::{Value, json};
use shared::queue::messages::{EntriesPosted, LedgerMessage, PayoutsAsked};
use ulid::Ulid;

/// Ana, who is owed something, and Ben, who has an account too.
struct Street {
    world: World,
    http: Http,
    ana: Member,
    ben: Member,
    app: attribution::App,
}

fn account(n: u128) -> Account {
    Account::of_random(n)
}

impl Street {
    async fn new() -> Self {
        let world = World::new().await;
        // At noon, so that what was ten hours ago was today.
        let day = world
            .now()
            .to_zoned(TimeZone::UTC)
            .date()
            .tomorrow()
            .unwrap();
        let noon = day.at(12, 0, 0, 0).to_zoned(TimeZone::UTC).unwrap();
        world.advance(noon.timestamp().duration_since(world.now()));
        let context = world.context();
        let (ana, ben) = (world.member("ana").await, world.member("ben").await);
        world.product("lamp").await;
        for (n, who) in [(1, &ana), (2, &ben)] {
            world
                .engage(&who.id, &account(n), &[Programme::Influencer])
                .await;
        }
        Self {
            http: world.serve(::influencer::router(&context)),
            app: attribution::App::new(&context),
            world,
            ana,
            ben,
        }
    }

    fn ago(&self, hours: i64) -> Timestamp {
        let ago = self.world.now() - SignedDuration::from_hours(hours);
        Timestamp::from_millisecond(ago.as_millisecond()).unwrap()
    }

    async fn click(&self, visitor: &str, of: u128, hours: i64) -> String {
        let at = u64::try_from(self.ago(hours).as_millisecond()).unwrap();
        let click = Ulid::from_parts(at, of);
        let kept = NotedClick {
            account: account(of),
            owner: "nobody's".to_owned(),
            source: Source::Post(PostId(Ulid(of))),
            product: ProductId::parse("lamp").unwrap(),
            tagged_at: self.ago(5_000),
        };
        self.world.click(visitor, click, &kept).await
    }

    async fn tell(&self, id: &str, what: &str, order: &str, amount: i64, click: Option<&str>) {
        let event = json!({
            "event_id": id, "type": what, "occurred_at": format!("{:.3}", self.ago(1)),
            "order_id": order, "customer": "cleo",
            "lines": [{"line_id": "1", "product_id": "lamp", "quantity": 1, "click_id": click,
                "net": {"amount": amount, "currency": "USD"}, "category": "Toys"}],
        });
        self.work(&[event.to_string()]).await;
    }

    async fn work(&self, bodies: &[String]) {
        for body in bodies {
            let done = attribution::handle(&self.app, sqs_event(&[body])).await;
            assert!(done.batch_item_failures.is_empty(), "{body}");
        }
    }

    async fn seal(&self, of: u128) {
        let posted = EntriesPosted {
            account: account(of),
        };
        let posted = LedgerMessage::Posted(posted);
        self.work(&[serde_json::to_string(&posted).unwrap()]).await;
    }

    async fn get(&self, who: &Member, path: &str) -> Value {
        let get = self.http.get(&format!("/v1/influencer/{path}"));
        let token = self
            .world
            .token(if who.id == self.ana.id { "ana" } else { "ben" }, &[]);
        get.token(&token).send().await.expect(200).json()
    }

    /// This month, and today.
    fn today(&self) -> (String, String) {
        let today = TimeZone::UTC
            .to_datetime(self.world.now())
            .date()
            .to_string();
        (today[..7].to_owned(), today)
    }
}

/// Ana's link led to a lamp that was bought, shipped and in part paid back; Ben's was followed before.
async fn bought() -> Street {
    let street = Street::new().await;
    street.click("v1", 2, 20).await;
    let click = street.click("v1", 1, 10).await;
    street.tell("e1", "order", "o1", 10_000, Some(&click)).await;
    street.tell("e2", "shipment", "o1", 10_000, None).await;
    street.seal(1).await;
    street.tell("e3", "refund", "o1", 5_000, None).await;
    street.seal(1).await;
    street
}

#[tokio::test]
async fn a_line_is_told_to_whom_it_credits_and_to_others_why_it_does_not_and_no_more() {
    let street = bought().await;
    let lines = street.get(&street.ana, "order-lines").await;
    let line = &lines["items"][0];
    assert_eq!(line["rule"], "click-24h");
    assert_eq!(line["status"], "earned");
    assert_eq!(
        line["commission"],
        json!({"amount": 300, "currency": "USD"})
    );
    assert_eq!(line["shipped"]["amount"], 10_000);
    assert_eq!(line["refunded"]["amount"], 5_000);
    assert_eq!(line["rate"], json!({"bp": 300, "table_bp": 300}));
    assert_eq!(line["click"]["source"]["kind"], "post");
    assert_eq!(line["product"]["id"], "lamp");
    let kinds: Vec<_> = line["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["kind"])
        .collect();
    assert_eq!(kinds, ["earned", "reversed"]);
    let id = line["id"].as_str().unwrap();
    assert_eq!(
        &street.get(&street.ana, &format!("order-lines/{id}")).await,
        line
    );

    let told = street.get(&street.ben, "order-lines").await["items"][0].clone();
    let mut names: Vec<_> = told.as_object().unwrap().keys().cloned().collect();
    names.sort();
    assert_eq!(names, ["click", "id", "ordered_at", "rule", "window"]);
    assert_eq!(told["rule"], "closed-by-click");
    assert_eq!(told["window"]["closed_by"], "click");
    for time in [
        &told["ordered_at"],
        &told["window"]["closed_at"],
        &told["click"]["at"],
    ] {
        assert!(time.as_str().unwrap().ends_with(":00:00.000Z"), "{time}");
    }
    let none = street.http.get("/v1/influencer/order-lines/none");
    none.token(&street.ana.token).send().await.expect(404);
}

#[tokio::test]
async fn a_month_sums_what_was_sealed_in_it_by_json_and_csv_and_a_past_one_stays() {
    let street = bought().await;
    let (month, today) = street.today();
    let path = format!("statements/{month}");
    let said = street.get(&street.ana, &path).await;
    let sums = json!([{"currency": "USD", "opening": 0, "earned": 300, "reversed": -150,
        "corrected": 0, "paid": 0, "returned": 0, "closing": 150}]);
    assert_eq!(
        (&said["currencies"], &said["final"]),
        (&sums, &json!(false))
    );
    assert_eq!((&said["lines"], &said["head"]["n"]), (&json!(1), &json!(2)));
    assert_eq!(said["clicks"], 1);
    let csv = street
        .http
        .get(&format!("/v1/influencer/{path}"))
        .header("accept", "text/csv");
    let csv = csv.token(&street.ana.token).send().await.expect(200).body;
    let csv = String::from_utf8(csv).unwrap();
    let rows: Vec<_> = csv.lines().collect();
    assert_eq!(rows.len(), 3, "{csv}");
    assert!(rows[0].starts_with("sealed_at,block,entry,kind,line,source,product"));
    assert!(
        rows[1].contains(",earned,") && rows[2].contains(",-150,USD,"),
        "{csv}"
    );
    let lines = street.get(&street.ana, &format!("{path}/lines")).await;
    assert_eq!(lines["items"].as_array().unwrap().len(), 1);

    for (n, visitor) in (0..).zip(["v1", "v2", "v3"]) {
        let kept = NotedClick {
            account: account(1),
            owner: "nobody's".to_owned(),
            source: Source::Post(PostId(Ulid(9))),
            product: ProductId::parse("lamp").unwrap(),
            tagged_at: street.ago(1),
        };
        let now = u64::try_from(street.ago(0).as_millisecond()).unwrap();
        let click = Ulid::from_parts(now, n);
        street.world.click(visitor, click, &kept).await;
    }
    let earned = street
        .get(&street.ana, &format!("earnings?from={today}&to={today}"))
        .await;
    let expected = json!([{"key": today, "amounts": [{"currency": "USD", "amount": 150}],
        "clicks": 4, "lines": 1, "conversion": 0.25}]);
    assert_eq!(earned["items"], expected);
    let by = street
        .get(
            &street.ana,
            &format!("earnings?from={today}&to={today}&by=product"),
        )
        .await;
    assert_eq!(by["items"][0]["key"], "lamp");
    let by = street
        .get(
            &street.ana,
            &format!("earnings?from={today}&to={today}&by=source"),
        )
        .await;
    assert_eq!(by["items"].as_array().unwrap().len(), 2);
    for bad in [
        "",
        "?from=2026-01-01&to=2027-01-02",
        "?from=2026-01-02&to=2026-01-01",
        "?from=x&to=2026-1-1",
        "?from=2026-01-01&to=2026-01-01&by=week",
    ] {
        let bad = street.http.get(&format!("/v1/influencer/earnings{bad}"));
        bad.token(&street.ana.token).send().await.expect(422);
    }
    let year = "?from=2026-01-01&to=2027-01-01";
    street.get(&street.ana, &format!("earnings{year}")).await;

    street.world.advance(SignedDuration::from_hours(24 * 32));
    street.tell("e4", "refund", "o1", 1_000, None).await;
    street.seal(1).await;
    let past = street.get(&street.ana, &path).await;
    assert_eq!((&past["currencies"], &past["final"]), (&sums, &json!(true)));
    let (now, _) = street.today();
    let now = street.get(&street.ana, &format!("statements/{now}")).await;
    let sums = &now["currencies"][0];
    assert_eq!(
        (&sums["opening"], &sums["closing"]),
        (&json!(150), &json!(120))
    );
    for none in ["2026", "2026-13", "2026-1", "x"] {
        let none = street
            .http
            .get(&format!("/v1/influencer/statements/{none}"));
        let token = street.world.token("ana", &[]);
        none.token(&token).send().await.expect(404);
    }
}

/// Whether the checker that knows the public answer alone finds a chain whole; `None` where there is no Python.
fn checked(pages: &str) -> Option<bool> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../chain/verify.py");
    let mut python = Command::new("python3")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let written = python
        .stdin
        .take()
        .map(|mut input| input.write_all(pages.as_bytes()));
    written.unwrap().unwrap();
    Some(python.wait().unwrap().success())
}

#[tokio::test]
async fn whoever_has_the_blocks_of_a_chain_can_verify_it_and_re_add_what_is_owed() {
    let street = bought().await;
    let mut blocks = Vec::new();
    let mut path = "ledger?limit=1".to_owned();
    let mut pages = String::new();
    let last = loop {
        let page = street.get(&street.ana, &path).await;
        pages += &format!("{page}\n");
        for item in page["items"].as_array().unwrap() {
            let block: Block = serde_json::from_value(item.clone()).unwrap();
            assert_eq!(item["hash"], block.hash().unwrap());
            blocks.push(block);
        }
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("ledger?limit=1&cursor={cursor}"),
            None => break page,
        }
    };
    let head = verify(&blocks).unwrap();
    assert_eq!(last["head"], json!({"n": 2, "hash": head.hash}));
    let balance = &last["balances"][0];
    assert_eq!(
        (&balance["total"], &balance["payable"]),
        (&json!(150), &json!(0))
    );
    assert_eq!(balance["pending"][0]["amount"], 150);
    assert_eq!(checked(&pages), Some(true));
    assert_eq!(
        checked(&pages.replace("\"amount\":150", "\"amount\":151")),
        Some(false)
    );
    let nothing = street.get(&street.ben, "ledger").await;
    assert_eq!(nothing["items"], json!([]));
    assert_eq!(nothing["head"], json!({"n": 0, "hash": "0".repeat(64)}));
}

#[tokio::test]
async fn payouts_are_listed_with_what_keeps_the_next_from_coming() {
    let street = Street::new().await;
    let click = street.click("v1", 1, 10).await;
    street
        .tell("e1", "order", "o1", 100_000, Some(&click))
        .await;
    street.tell("e2", "shipment", "o1", 100_000, None).await;
    street.seal(1).await;
    let page = street.get(&street.ana, "payouts").await;
    assert_eq!(page["blocked_by"], json!(["no-payee", "below-minimum"]));
    assert_eq!(page["minimum"], 1_000);
    assert!(page["next_run_on"].as_str().unwrap().ends_with("-01"));
    let store = street.world.store();
    assert!(store.set_payee(&account(1), "p1").await.unwrap());
    street.world.advance(SignedDuration::from_hours(24 * 32));
    assert_eq!(
        street.get(&street.ana, "payouts").await["blocked_by"],
        json!([])
    );
    let asked = PayoutsAsked::of_run("r1");
    let asked: Vec<_> = asked
        .iter()
        .map(|one| serde_json::to_string(one).unwrap())
        .collect();
    street.work(&asked).await;
    let page = street.get(&street.ana, "payouts").await;
    let paid = &page["items"][0];
    assert_eq!(paid["amount"], json!({"amount": 3_000, "currency": "USD"}));
    assert_eq!(
        (&paid["status"], &page["next_cursor"]),
        (&json!("created"), &Value::Null)
    );
    assert_eq!(page["blocked_by"], json!(["below-minimum"]));
    let (month, _) = street.today();
    let sums = street
        .get(&street.ana, &format!("statements/{month}"))
        .await;
    assert_eq!(sums["currencies"][0]["paid"], -3_000);
}

#[tokio::test]
async fn rates_are_for_everybody_and_the_rest_for_whoever_has_an_account() {
    let street = Street::new().await;
    let rates = street.http.get("/v1/influencer/rates?limit=2").send().await;
    let rates = rates.expect(200).json();
    assert_eq!(rates["items"].as_array().unwrap().len(), 2);
    let cursor = rates["next_cursor"].as_str().unwrap();
    let next = street
        .http
        .get(&format!("/v1/influencer/rates?limit=100&cursor={cursor}"));
    let next = next.send().await.expect(200).json();
    assert_eq!(next["next_cursor"], Value::Null);
    let stranger = street.world.member("dora").await;
    let unjoined = street.world.token("nobody", &[]);
    for path in [
        "earnings?from=2026-01-01&to=2026-01-02",
        "statements/2026-11",
        "statements/2026-11/lines",
        "payouts",
        "ledger",
        "order-lines",
        "order-lines/x",
    ] {
        let get = || street.http.get(&format!("/v1/influencer/{path}"));
        get().send().await.expect(401);
        get().token(&stranger.token).send().await.expect(404);
        assert_eq!(
            get().token(&unjoined).send().await.expect(403).problem(),
            "not-joined"
        );
    }
    for path in [
        "statements/2026-11/lines",
        "payouts",
        "ledger",
        "order-lines",
    ] {
        let bad = street.http.get(&format!("/v1/influencer/{path}?limit=0"));
        bad.token(&street.ana.token).send().await.expect(422);
    }
}
