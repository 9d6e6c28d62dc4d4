//! The books of the local cloud: the same whether it is killed or not, and whole, or said not to be (MONEY 27, 44).

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Output, Stdio};

use axum::{Json, Router, extract::RawQuery, routing::get};
use local::{Kept, ledger};
use serde_json::{Value, json};
use shared::seal::sign;

use crate::{Person, Town};

/// So many orders, of each of which four events are told.
const ORDERS: usize = 50;
/// The cloud is killed after so many events.
const BEFORE: usize = 120;
/// And from this one on nothing is worked off before.
const PAUSED: usize = 60;

impl Town {
    /// Tells of an order as the store does; whether it was taken.
    async fn tell(&self, event: &Value) {
        let (_, store) = self.get("/local/store", None).await;
        let body = event.to_string();
        let at = self.cloud.clock().now().as_second();
        let key = store["keys"][0].as_str().unwrap();
        let v1 = sign(key, &[format!("{at}.{body}").as_bytes()]);
        let post = self
            .client
            .post(format!("{}/v1/store/events", self.cloud.url()));
        let post = post.header("spark-signature", format!("t={at},v1={v1}"));
        let post = post.header("content-type", "application/json").body(body);
        assert_eq!(post.send().await.unwrap().status(), 202);
    }

    /// What is in the books of each order, and in all: amounts alone, since nobody draws the same ids twice.
    async fn books(&self) -> Value {
        let admin = self.admin().await;
        let mut lines = Vec::new();
        for order in 0..ORDERS {
            let path = format!("/v1/admin/order-lines?order_id=o{order}&line_id=1");
            let (status, line) = self.get(&path, Some(&admin)).await;
            assert_eq!(status, 200, "order {order}");
            let told = &line["tellings"][0];
            let mut due = BTreeMap::<&str, i64>::new();
            for entry in line["entries"].as_array().unwrap() {
                *due.entry(entry["due_on"].as_str().unwrap()).or_default() +=
                    entry["amount"]["amount"].as_i64().unwrap();
            }
            // Of no day in particular: the two clouds may have two.
            let due: Vec<_> = due.into_values().collect();
            let names = ["rule", "status", "commission", "shipped", "refunded"];
            let told: Vec<_> = names.iter().map(|name| &told[*name]).collect();
            lines.push(json!([told, line["events"].as_array().unwrap().len(), due]));
        }
        let (_, sums) = self.get("/v1/admin/ledger", Some(&admin)).await;
        let (_, odd) = self.get("/v1/admin/event-conflicts", Some(&admin)).await;
        json!({"lines": lines, "sums": sums, "conflicts": odd["items"]})
    }

    /// The clicks of people who follow a link, each of their own.
    async fn clicks(&self, link: &str) -> Vec<String> {
        let mut clicks = Vec::new();
        for _ in 0..ORDERS {
            let led = self.clicked(link).await;
            clicks.push(led.split("spark_click=").nth(1).unwrap().to_owned());
        }
        clicks
    }
}

/// Four events an order, all orders one after another in each.
fn events(clicks: &[String], town: &Town) -> Vec<Value> {
    let at = &format!("{:.3}", town.cloud.clock().now());
    let kinds = [
        ("order", 1_001),
        ("shipment", 600),
        ("shipment", 401),
        ("refund", 250),
    ];
    let kinds = kinds.iter().enumerate();
    let events = kinds.flat_map(|(number, (kind, amount))| {
        clicks.iter().enumerate().map(move |(order, click)| {
            json!({
                "event_id": format!("e{order}-{number}"), "type": kind, "occurred_at": at,
                "order_id": format!("o{order}"), "customer": format!("c{order}"),
                "lines": [{"line_id": "1", "product_id": "SPK-1", "quantity": 1, "click_id": click,
                    "net": {"amount": amount, "currency": "USD"}}],
            })
        })
    });
    events.collect()
}

#[tokio::test]
async fn a_cloud_killed_in_the_middle_of_two_hundred_events_has_the_same_books_as_one_that_was_not()
{
    let quiet = Town::new().await;
    let (_ana, link) = quiet.influencer("ana").await;
    let clicks = quiet.clicks(&link).await;
    for event in events(&clicks, &quiet) {
        quiet.tell(&event).await;
    }
    quiet.cloud.drain().await.unwrap();
    let expected = quiet.books().await;
    assert_eq!(expected["lines"][7][0][1], "earned");
    assert_eq!(
        expected["sums"]["currencies"][0]["influencers"], 1_150,
        "{}",
        expected["sums"]
    );

    let dir = tempfile::tempdir().unwrap();
    let town = Town::kept(Kept::In(dir.path().to_owned())).await;
    let (ana, link) = town.influencer("ana").await;
    town.cloud.drain().await.unwrap();
    let clicks = town.clicks(&link).await;
    let events = events(&clicks, &town);
    for (number, event) in events[..BEFORE].iter().enumerate() {
        if number == PAUSED {
            assert!(town.cloud.pause("attribution", true));
        }
        town.tell(event).await;
    }
    town.cloud.kill().await;
    let town = Town::kept(Kept::In(dir.path().to_owned())).await;
    for event in &events[BEFORE..] {
        town.tell(event).await;
    }
    town.cloud.drain().await.unwrap();
    assert_eq!(town.books().await, expected);
    let whole = ledger::verify_at(town.cloud.url(), &ana.0).await.unwrap();
    assert_eq!(whole.owed, BTreeMap::from([("USD".to_owned(), 1_150)]));
    // All is worked off: a restart works off nothing again.
    town.cloud.stop().await.unwrap();
    let town = Town::kept(Kept::In(dir.path().to_owned())).await;
    town.cloud.drain().await.unwrap();
    assert_eq!(town.books().await, expected);
}

/// Has the program verify a ledger, with a token on its standard input.
async fn run(api: &str, token: &str) -> Output {
    let (api, token) = (api.to_owned(), format!("{token}\n"));
    let run = move || {
        let mut run = Command::new(env!("CARGO_BIN_EXE_local"))
            .args(["--verify-ledger", "--api", &api])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = run.stdin.take().unwrap();
        stdin.write_all(token.as_bytes()).unwrap();
        drop(stdin);
        run.wait_with_output().unwrap()
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

/// An API that gives these pages of a ledger and nothing else.
async fn serve(pages: Vec<Value>) -> String {
    let page = move |RawQuery(query): RawQuery| async move {
        let query = query.unwrap_or_default();
        let at = query.split("cursor=").nth(1);
        Json(pages[at.map_or(0, |at| at.parse::<usize>().unwrap())].clone())
    };
    let router = Router::new().route("/v1/influencer/ledger", get(page));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

/// Ana, who earned by two orders, of which a part was paid back: two blocks or more.
async fn owed(town: &Town) -> Person {
    let (ana, link) = town.influencer("ana").await;
    for customer in ["cleo", "carl"] {
        let led = town.clicked(&link).await;
        let click = led.split("spark_click=").nth(1).unwrap();
        let body = json!({"customer": customer, "quantity": 3});
        town.bought("SPK-1", click, body).await;
        town.cloud.drain().await.unwrap();
    }
    ana
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_is_verified_by_its_api_alone_page_by_page() {
    let town = Town::new().await;
    let ana = owed(&town).await;
    let whole = run(town.cloud.url(), &ana.0).await;
    let said = String::from_utf8(whole.stdout).unwrap();
    assert!(whole.status.success(), "{said}");
    assert!(
        said.starts_with("The ledger is whole: blocks 2, entries 2; owed 2.34 USD"),
        "{said}"
    );

    let (_, page) = town.get("/v1/influencer/ledger", Some(&ana)).await;
    let part = |range: std::ops::Range<usize>, next: Value| {
        let mut part = page.clone();
        part["items"] = page["items"].as_array().unwrap()[range].into();
        part["next_cursor"] = next;
        part
    };
    let pages = vec![part(0..1, json!("1")), part(1..2, Value::Null)];
    let verified = ledger::verify_at(&serve(pages).await, "any").await.unwrap();
    assert_eq!((verified.blocks, verified.entries), (2, 2));
    // What was sealed since the head was read is no fault.
    let mut early = page.clone();
    early["head"] = json!({"n": 1, "hash": page["items"][0]["hash"]});
    early["balances"][0]["total"] = json!(117);
    early["balances"][0]["pending"][0]["amount"] = json!(117);
    let early = ledger::verify_at(&serve(vec![early]).await, "any").await;
    assert_eq!(early.unwrap().blocks, 1);

    let refused = run(town.cloud.url(), "no token").await;
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8(refused.stderr).unwrap().contains("401"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_changed_of_a_ledger_is_said() {
    let town = Town::new().await;
    let ana = owed(&town).await;
    let (_, whole) = town.get("/v1/influencer/ledger", Some(&ana)).await;
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut page = whole.clone();
        change(&mut page);
        page
    };
    let cases = [
        (
            changed(&|page| page["items"][1]["entries"][0]["rate_bp"] = json!(1)),
            "block 2 is not what its hash says",
        ),
        (
            changed(&|page| page["items"][0]["hash"] = page["items"][1]["hash"].clone()),
            "block 1 is not what its hash says",
        ),
        (
            changed(&|page| drop(page["items"].as_array_mut().unwrap().remove(0))),
            "block 2 does not follow the one before",
        ),
        (
            changed(&|page| drop(page["items"].as_array_mut().unwrap().pop())),
            "blocks are missing: 1 of 2",
        ),
        (
            changed(&|page| page["head"]["hash"] = page["items"][0]["hash"].clone()),
            "the chain does not end at its head, block 2",
        ),
        (
            changed(&|page| page["balances"][0]["payable"] = json!(1)),
            "what is payable and pending in USD is not its total",
        ),
        (
            changed(&|page| {
                page["balances"][0]["total"] = json!(117);
                page["balances"][0]["pending"][0]["amount"] = json!(117);
            }),
            "are not what is pending",
        ),
        (
            changed(&|page| {
                page["balances"][0]["total"] = json!(235);
                page["balances"][0]["payable"] = json!(1);
            }),
            "the balance in USD is not the sum of its entries",
        ),
        (
            changed(&|page| page["balances"] = json!([])),
            "the balance in USD is not the sum of its entries",
        ),
    ];
    for (page, said) in cases {
        let verdict = ledger::verify_at(&serve(vec![page]).await, "any").await;
        let verdict = verdict.expect_err(said).to_string();
        assert!(verdict.contains(said), "{said}: {verdict}");
    }
    let tampered = changed(&|page| page["items"][1]["entries"][0]["id"] = json!("another"));
    let tampered = run(&serve(vec![tampered]).await, "any").await;
    assert_eq!(tampered.status.code(), Some(1));
    let said = String::from_utf8(tampered.stderr).unwrap();
    assert!(said.contains("block 2 is not what its hash says"), "{said}");
}
