//! The store that the local cloud plays: its pages, what it tells Spark, and what is seen of it there (MONEY 43).

use jiff::SignedDuration;
use local::Kept;
use reqwest::header;
use serde_json::{Value, json};
use shared::seal::sign;

use crate::{Person, Town};

/// What came back of a page.
struct Page {
    status: u16,
    headers: header::HeaderMap,
    html: String,
}

impl Page {
    fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

impl Town {
    /// An influencer, and the link of a product in a post of theirs.
    pub(crate) async fn influencer(&self, name: &str) -> (Person, String) {
        let (maker, posts) = self.maker(name).await;
        self.decide(name, "influencer", "approved").await;
        let (_, post) = self.get(&format!("/v1/posts/{}", posts[0]), None).await;
        let link = post["products"][0]["url"].as_str().unwrap().to_owned();
        assert!(link.contains("/r/"), "{link}");
        (maker, link)
    }

    /// Where a link leads a person with a browser, with the click's id.
    pub(crate) async fn clicked(&self, link: &str) -> String {
        let browser = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0";
        let get = self.client.get(link).header("user-agent", browser);
        let answer = get.send().await.unwrap();
        let to = answer.headers()["location"].to_str().unwrap();
        assert!(to.contains("spark_click="), "{to}");
        to.to_owned()
    }

    async fn page(&self, path: &str, cookie: &str) -> Page {
        let url = match path.starts_with("http") {
            true => path.to_owned(),
            false => format!("{}{path}", self.cloud.url()),
        };
        let get = self.client.get(url).header(header::COOKIE, cookie);
        Self::read(get).await
    }

    async fn form(&self, path: &str, cookie: &str, fields: &str) -> Page {
        let post = self.client.post(format!("{}{path}", self.cloud.url()));
        let post = post
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(fields.to_owned());
        Self::read(post).await
    }

    async fn read(request: reqwest::RequestBuilder) -> Page {
        let answer = request.send().await.unwrap();
        Page {
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            html: answer.text().await.unwrap(),
        }
    }

    /// Buys as JSON, with a click's id; gives the order's.
    pub(crate) async fn bought(&self, product: &str, click: &str, body: Value) -> String {
        let path = format!("{}/store/p/{product}/buy", self.cloud.url());
        let post = self.client.post(path).json(&body);
        let post = post.header(header::COOKIE, format!("spark_click={click}"));
        let answer = post.send().await.unwrap();
        assert_eq!(answer.status(), 201);
        let bought: Value = answer.json().await.unwrap();
        bought["order_id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn order(&self, id: &str) -> Value {
        let url = format!("{}/store/orders/{id}", self.cloud.url());
        let get = self
            .client
            .get(url)
            .header(header::ACCEPT, "application/json");
        get.send().await.unwrap().json().await.unwrap()
    }
}

fn click_of(address: &str) -> &str {
    address.split("spark_click=").nth(1).unwrap()
}

#[tokio::test]
async fn a_click_leads_to_a_page_that_keeps_it_and_what_is_bought_there_is_earned_with_its_reason()
{
    let town = Town::new().await;
    let (_ana, link) = town.influencer("ana").await;
    let led = town.clicked(&link).await;
    let page = town.page(&led, "").await;
    let product = "/store/p/SPK-1";
    assert_eq!((page.status, page.header("location")), (302, product));
    assert_eq!(page.header("cache-control"), "no-store");
    let cookie = page
        .header("set-cookie")
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    assert_eq!(cookie, format!("spark_click={}", click_of(&led)));
    let page = town.page(product, &cookie).await;
    assert_eq!(page.status, 200);
    for shown in [
        "Product SPK-1",
        "12.99 USD",
        "In stock",
        "<button>Buy</button>",
        "SPK-1/picture.svg",
    ] {
        assert!(page.html.contains(shown), "{shown}: {}", page.html);
    }
    let picture = town.page("/store/p/SPK-1/picture.svg", "").await;
    assert_eq!(
        picture.header("content-type"),
        "image/svg+xml; charset=utf-8"
    );
    assert!(picture.html.starts_with("<svg"));

    let bought = town
        .form("/store/p/SPK-1/buy", &cookie, "quantity=2&customer=cleo")
        .await;
    assert_eq!(bought.status, 303);
    let order = bought.header("location").to_owned();
    assert!(order.starts_with("/store/orders/"), "{order}");
    town.cloud.drain().await.unwrap();
    let page = town.page(&order, "").await;
    // 3 % of 2 × 12.99.
    for shown in [
        "click-24h",
        "0.78 USD",
        "earned",
        "3.00 %",
        "Refund",
        "Cancel",
    ] {
        assert!(page.html.contains(shown), "{shown}: {}", page.html);
    }
    assert!(!page.html.contains("refresh"), "all is worked off");
    for page in [&page, &town.page("/store/orders/none", "").await] {
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
    }

    let back = town
        .form(&format!("{order}/refund"), "", "amount=1000")
        .await;
    assert_eq!(
        (back.status, back.header("location")),
        (303, order.as_str())
    );
    town.cloud.drain().await.unwrap();
    let page = town.page(&order, "").await;
    assert!(page.html.contains("reversed"), "{}", page.html);
    let more = town
        .form(&format!("{order}/refund"), "", "amount=1599")
        .await;
    assert_eq!(more.status, 409, "1598 are left");
    let rest = town.form(&format!("{order}/refund"), "", "").await;
    assert_eq!(rest.status, 303);
    let none = town.form(&format!("{order}/refund"), "", "").await;
    assert_eq!(none.status, 409);
    town.cloud.drain().await.unwrap();
    let id = order.rsplit('/').next().unwrap();
    let told = town.order(id).await;
    assert_eq!(told["books"]["tellings"][0]["status"], "reversed");
    assert_eq!(told["refunded"], 2_598);
}

#[tokio::test]
async fn an_order_waits_to_be_shipped_and_is_cancelled_once() {
    let town = Town::new().await;
    let (_ana, link) = town.influencer("ana").await;
    let led = town.clicked(&link).await;
    let order = town
        .bought("SPK-1", click_of(&led), json!({"ship": false}))
        .await;
    town.cloud.drain().await.unwrap();
    let told = town.order(&order).await;
    assert_eq!(told["books"]["tellings"][0]["status"], "ordered");
    assert!(
        told["customer"].as_str().unwrap().starts_with("guest-"),
        "{told}"
    );
    let at = |deed: &str| format!("/store/orders/{order}/{deed}");
    assert_eq!(town.form(&at("refund"), "", "").await.status, 409);
    assert_eq!(town.form(&at("cancel"), "", "").await.status, 303);
    for deed in ["cancel", "ship"] {
        assert_eq!(town.form(&at(deed), "", "").await.status, 409, "{deed}");
    }
    town.cloud.drain().await.unwrap();
    let told = town.order(&order).await;
    assert_eq!(told["books"]["tellings"][0]["status"], "cancelled");
    let other = town
        .bought("SPK-1", click_of(&led), json!({"ship": false}))
        .await;
    let shipped = town
        .form(&format!("/store/orders/{other}/ship"), "", "")
        .await;
    assert_eq!(shipped.status, 303);
    assert_eq!(town.order(&other).await["shipped"], true);
}

#[tokio::test]
async fn a_guest_is_one_person_and_what_cannot_be_bought_is_refused() {
    let town = Town::new().await;
    town.product("SPK-1").await;
    town.product("<i>#1").await;
    let odd = town.page("/store/p/~PGk-IzE", "").await;
    assert_eq!(odd.status, 200);
    assert!(odd.html.contains("Product &lt;i&gt;#1") && !odd.html.contains("<i>"));
    let bought = town.form("/store/p/~PGk-IzE/buy", "", "").await;
    let guest = bought
        .header("set-cookie")
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let again = town.form("/store/p/SPK-1/buy", &guest, "").await;
    let mut customers = Vec::new();
    for page in [bought, again] {
        let id = page.header("location").rsplit('/').next().unwrap();
        customers.push(town.order(id).await["customer"].clone());
    }
    assert_eq!(customers[0], customers[1]);
    let long = format!("store_guest=guest-{}", "x".repeat(200));
    let strange = town.form("/store/p/SPK-1/buy", &long, "").await;
    assert_eq!(
        strange.status, 303,
        "a cookie that the store never gave is none"
    );
    town.cloud.drain().await.unwrap();

    let page = town
        .page("/store/p/SPK-1?spark_click=%22%3E&a=b%20c", "")
        .await;
    assert_eq!(
        (page.status, page.header("location")),
        (302, "/store/p/SPK-1?a=b+c")
    );
    assert_eq!(page.header("set-cookie"), "", "no click is called so");
    for (path, fields, status) in [
        ("/store/p/SPK-9/buy", "", 404),
        ("/store/p/a%20b/buy", "", 404),
        ("/store/p/SPK-1/buy", "quantity=0", 422),
        ("/store/p/SPK-1/buy", "quantity=x", 422),
        ("/store/orders/none/refund", "", 404),
        ("/store/orders/none/cancel", "", 404),
    ] {
        let refused = town.form(path, "", fields).await;
        assert_eq!(refused.status, status, "{path} {fields}");
    }
    for path in [
        "/store/p/SPK-9",
        "/store/p/SPK-9/picture.svg",
        "/store/orders/none",
    ] {
        assert_eq!(town.page(path, "").await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn what_is_told_by_a_clock_that_was_turned_was_received_by_it_too() {
    let town = Town::new().await;
    let (_ana, link) = town.influencer("ana").await;
    let led = town.clicked(&link).await;
    assert!(town.cloud.pause("attribution", true));
    let before = town
        .bought("SPK-1", click_of(&led), json!({"customer": "cleo"}))
        .await;
    let month = SignedDuration::from_hours(31 * 24);
    town.cloud.advance(month).await.unwrap();
    assert!(town.cloud.pause("attribution", false));
    let led = town.clicked(&link).await;
    let after = town
        .bought("SPK-1", click_of(&led), json!({"customer": "carl"}))
        .await;
    town.cloud.drain().await.unwrap();
    for order in [before, after] {
        let told = town.order(&order).await;
        assert_eq!(told["books"]["tellings"][0]["status"], "earned", "{told}");
    }
}

#[tokio::test]
async fn the_stores_own_keys_sign_and_its_hosts_are_led_to() {
    let town = Town::new().await;
    let (status, told) = town.get("/local/store", None).await;
    assert_eq!(status, 200);
    let keys = told["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 2);
    let host = town.cloud.url().strip_prefix("http://").unwrap();
    assert!(
        told["hosts"].as_array().unwrap().contains(&json!(host)),
        "{told}"
    );
    for key in keys {
        let path = "/v1/store/badges?sub=nobody";
        let at = town.cloud.clock().now().as_second();
        let v1 = sign(key.as_str().unwrap(), &[format!("{at}.{path}").as_bytes()]);
        let get = town.client.get(format!("{}{path}", town.cloud.url()));
        let get = get.header("spark-signature", format!("t={at},v1={v1}"));
        assert_eq!(get.send().await.unwrap().status(), 200);
    }
}

#[tokio::test]
async fn orders_outlive_a_restart_and_can_be_paid_back_then() {
    let dir = tempfile::tempdir().unwrap();
    let town = Town::kept(Kept::In(dir.path().to_owned())).await;
    let (_ana, link) = town.influencer("ana").await;
    let led = town.clicked(&link).await;
    let order = town
        .bought("SPK-1", click_of(&led), json!({"customer": "cleo"}))
        .await;
    town.cloud.kill().await;

    let town = Town::kept(Kept::In(dir.path().to_owned())).await;
    town.cloud.drain().await.unwrap();
    let told = town.order(&order).await;
    assert_eq!(told["books"]["tellings"][0]["status"], "earned");
    let back = town
        .form(&format!("/store/orders/{order}/refund"), "", "")
        .await;
    assert_eq!(back.status, 303);
    town.cloud.drain().await.unwrap();
    let told = town.order(&order).await;
    assert_eq!(told["books"]["tellings"][0]["status"], "reversed");
    let (_, status) = town.get("/local/status", None).await;
    let mut queues = status["queues"].as_array().unwrap().iter();
    assert!(queues.all(|queue| queue["dead"] == 0), "{status}");
}
