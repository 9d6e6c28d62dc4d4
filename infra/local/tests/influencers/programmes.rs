//! Applications, storefronts, and the links of whoever is an influencer (MONEY 6-14, 41).

use domain::{
    catalogue::product::{Availability, Money, Product},
    ids::ProductId,
};
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};
use shared::store::Store;

use crate::{Person, Town};

const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0";

impl Town {
    /// A product of the store that this cloud plays.
    pub(crate) async fn product(&self, id: &str) {
        let context = self.cloud.context();
        let store = Store::new(context.dynamodb.clone(), context.config.table());
        let product = Product {
            id: ProductId::parse(id).unwrap(),
            title: format!("Product {id}"),
            brand: Some("Acme".to_owned()),
            price: Some(Money {
                amount: 1_299,
                currency: "USD".to_owned(),
            }),
            availability: Availability::InStock,
            url: format!("{}/store/p/{id}", self.cloud.url()),
            image_url: None,
            category: Some("Electronics".to_owned()),
            sale: None,
            stars: 0,
            review_count: 0,
            saves: 0,
            heat: 0,
            generation: 0,
            confirmed_at: context.clock.now(),
        };
        store
            .load_products(&[(product, String::new())])
            .await
            .unwrap();
    }

    async fn story(&self, who: &Person, products: &[&str]) -> Value {
        let body = json!({"kind": "story", "text": "Look", "products": products});
        let (status, post) = self.post("/v1/posts", who, body).await;
        assert_eq!(status, 201, "{post}");
        post
    }

    pub(crate) async fn get(&self, path: &str, who: Option<&Person>) -> (u16, Value) {
        let answer = self.call(Method::GET, path, who, None).await;
        (
            answer.status().as_u16(),
            answer.json().await.unwrap_or_default(),
        )
    }

    async fn patch(&self, path: &str, who: &Person, body: Value) -> (u16, Value) {
        let answer = self.call(Method::PATCH, path, Some(who), Some(body)).await;
        (
            answer.status().as_u16(),
            answer.json().await.unwrap_or_default(),
        )
    }

    pub(crate) async fn admin(&self) -> Person {
        let asked = json!({"sub": "root", "groups": ["admin"]});
        let answer = self
            .call(Method::POST, "/local/token", None, Some(asked))
            .await;
        let token: Value = answer.json().await.unwrap();
        Person(token["token"].as_str().unwrap().to_owned())
    }

    pub(crate) async fn decide(&self, handle: &str, programme: &str, decision: &str) -> Value {
        let path = format!("/v1/admin/influencers/{handle}/decision");
        let body = json!({"programme": programme, "decision": decision, "reason": "Known."});
        let answer = self
            .call(Method::PUT, &path, Some(&self.admin().await), Some(body))
            .await;
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    }

    /// Where a tracked link leads a person, and whether with a click.
    async fn follow(&self, url: &str) -> (String, bool) {
        let answer = self
            .client
            .get(url)
            .header("user-agent", BROWSER)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 302, "{url}");
        let to = answer.headers()["location"].to_str().unwrap();
        let clicked = to.contains("?spark_click=");
        assert_eq!(answer.headers().contains_key("set-cookie"), clicked);
        (to.split('?').next().unwrap().to_owned(), clicked)
    }

    /// Somebody with three posts that show a product, at which others smile.
    pub(crate) async fn maker(&self, name: &str) -> (Person, Vec<String>) {
        self.product("SPK-1").await;
        let maker = self.join(name).await;
        let fan = self.join(&format!("{name}_fan")).await;
        let mut posts = Vec::new();
        for _ in 0..3 {
            let post = self.story(&maker, &["SPK-1"]).await["id"]
                .as_str()
                .unwrap()
                .to_owned();
            let smile = format!("/v1/posts/{post}/smile");
            // One's own counts for nothing.
            for who in [&fan, &maker] {
                let smiled = self.call(Method::PUT, &smile, Some(who), None).await;
                assert_eq!(smiled.status(), 204);
            }
            posts.push(post);
        }
        (maker, posts)
    }

    async fn apply(&self, who: &Person, body: Value) -> (u16, Value) {
        self.post("/v1/influencer/application", who, body).await
    }
}

fn code(told: &(u16, Value)) -> (u16, &str) {
    (told.0, told.1["code"].as_str().unwrap_or_default())
}

#[tokio::test]
async fn an_application_is_decided_by_what_is_measured_at_once_or_after_five_days() {
    let town = Town::new().await;
    let (ana, posts) = town.maker("ana").await;
    let (status, before) = town.get("/v1/influencer/application", Some(&ana)).await;
    assert_eq!((status, &before["status"]), (200, &json!("none")));
    let met = |told: &Value| -> Vec<(String, Value, bool)> {
        let all = told["criteria"].as_array().unwrap().iter();
        let one = |one: &Value| {
            let name = one["name"].as_str().unwrap().to_owned();
            (name, one["value"].clone(), one["met"].as_bool().unwrap())
        };
        all.map(one).collect()
    };
    let expected = [
        ("audience".to_owned(), Value::Null, false),
        ("posts".to_owned(), json!(3.0), true),
        ("shoppable_share".to_owned(), json!(1.0), true),
        ("engagement".to_owned(), json!(1.0), true),
    ];
    assert_eq!(met(&before), expected);
    let told = town.apply(&ana, json!({"provider": "youtube"})).await;
    assert_eq!(code(&told), (409, "not-linked"));
    for odd in [
        json!({}),
        json!({"provider": "myspace"}),
        json!({"provider": "youtube", "handle": ""}),
    ] {
        assert_eq!(town.apply(&ana, odd).await.0, 422);
    }
    town.account(
        "youtube",
        "7",
        json!({"name": "A", "handle": "a", "audience": 499}),
    )
    .await;
    let linked = town.code("youtube", &ana, "7").await;
    assert_eq!(town.complete("youtube", &ana, &linked).await.0, 201);
    let (status, declined) = town.apply(&ana, json!({"provider": "youtube"})).await;
    assert_eq!(
        (status, &declined["status"]),
        (201, &json!("declined")),
        "{declined}"
    );
    let told = town.apply(&ana, json!({"provider": "youtube"})).await;
    assert_eq!(code(&told), (409, "reapply-later"));
    assert_eq!(told.1["retry_at"], declined["retry_at"]);
    assert_eq!(town.get("/v1/storefronts/ana", None).await.0, 404);

    town.cloud
        .advance(SignedDuration::from_hours(30 * 24))
        .await
        .unwrap();
    let ana = town.sign_in("ana").await;
    town.account(
        "facebook",
        "7",
        json!({"name": "A", "handle": "a", "audience": 500}),
    )
    .await;
    let linked = town.code("facebook", &ana, "7").await;
    assert_eq!(town.complete("facebook", &ana, &linked).await.0, 201);
    let (status, waits) = town.apply(&ana, json!({"provider": "facebook"})).await;
    assert_eq!(
        (status, &waits["status"]),
        (201, &json!("in_review")),
        "{waits}"
    );
    assert!(waits["decide_at"].is_string());
    let told = town.apply(&ana, json!({"provider": "facebook"})).await;
    assert_eq!(code(&told), (409, "in-review"));
    town.cloud
        .advance(SignedDuration::from_hours(119))
        .await
        .unwrap();
    town.cloud.drain().await.unwrap();
    let (_, waits) = town.get("/v1/influencer/application", Some(&ana)).await;
    assert_eq!(waits["status"], "in_review");
    town.cloud
        .advance(SignedDuration::from_hours(1) + SignedDuration::from_mins(6))
        .await
        .unwrap();
    town.cloud.drain().await.unwrap();
    let (_, approved) = town.get("/v1/influencer/application", Some(&ana)).await;
    assert_eq!(approved["status"], "approved", "{approved}");
    let told = town.apply(&ana, json!({"provider": "facebook"})).await;
    assert_eq!(code(&told), (409, "already-approved"));
    let (_, post) = town.get(&format!("/v1/posts/{}", posts[0]), None).await;
    assert_eq!(post["author"]["badges"], json!(["influencer"]));
    assert_eq!(post["labels"], json!(["influencer"]));
    assert_eq!(town.get("/v1/storefronts/ana", None).await.0, 200);
}

#[tokio::test]
async fn too_little_is_not_decided_and_what_nobody_can_read_an_admin_decides() {
    let town = Town::new().await;
    let ben = town.join("ben").await;
    let hidden = json!({"provider": "instagram", "handle": "@benmakes"});
    let told = town.apply(&ben, hidden.clone()).await;
    assert_eq!(code(&told), (409, "too-few-posts"));
    let (ana, _) = town.maker("ana").await;
    let (status, waits) = town.apply(&ana, hidden).await;
    assert_eq!(
        (status, &waits["status"], waits.get("decide_at")),
        (201, &json!("in_review"), None)
    );
    town.cloud
        .advance(SignedDuration::from_hours(200))
        .await
        .unwrap();
    town.cloud.drain().await.unwrap();
    let (_, waits) = town.get("/v1/influencer/application", Some(&ana)).await;
    assert_eq!(waits["status"], "in_review");
    let decided = town.decide("ana", "influencer", "approved").await;
    let account = decided["account"].as_str().unwrap().to_owned();
    assert_eq!(account.len(), 16);
    assert_eq!(
        town.decide("ana", "onsite_associate", "approved").await["account"],
        account.as_str()
    );
    let (_, me) = town.get("/v1/me", Some(&ana)).await;
    assert_eq!(me["badges"], json!(["influencer", "onsite_associate"]));
    assert_eq!(
        town.decide("ana", "influencer", "declined").await["account"],
        account.as_str()
    );
    let (_, me) = town.get("/v1/me", Some(&ana)).await;
    assert_eq!(me["badges"], json!(["onsite_associate"]));
    assert_eq!(
        town.decide("ben", "influencer", "declined").await,
        json!({})
    );
    // Whoever leaves is told the account.
    let left = town.call(Method::DELETE, "/v1/me", Some(&ana), None).await;
    assert_eq!(left.status(), 202);
    let left: Value = left.json().await.unwrap();
    assert_eq!(left["account"], account.as_str());
    town.cloud.drain().await.unwrap();
}

#[tokio::test]
async fn a_storefront_shows_what_its_owner_puts_there_and_public_lists_of_theirs_alone() {
    let town = Town::new().await;
    let (ana, posts) = town.maker("ana").await;
    let ben = town.join("ben").await;
    town.decide("ana", "influencer", "approved").await;
    let list = async |who: &Person, name: &str, visibility: &str| {
        let body = json!({"name": name, "visibility": visibility});
        let (status, list) = town.post("/v1/lists", who, body).await;
        assert_eq!(status, 201, "{list}");
        list["id"].as_str().unwrap().to_owned()
    };
    let public = list(&ana, "Mugs", "public").await;
    let private = list(&ana, "Mine", "private").await;
    let theirs = list(&ben, "Bens", "public").await;
    let change =
        json!({"header": "Hello", "featured_list_ids": [public, private, theirs, "x", public]});
    let (status, wrong) = town.patch("/v1/storefronts/ana", &ana, change).await;
    assert_eq!(status, 422);
    let pointers: Vec<_> = wrong["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["pointer"].clone())
        .collect();
    assert_eq!(pointers.len(), 4, "{wrong}");
    let change = json!({"header": "Hello", "featured_list_ids": [public]});
    let (status, front) = town
        .patch("/v1/storefronts/ANA", &ana, change.clone())
        .await;
    assert_eq!(status, 200, "{front}");
    assert_eq!(
        town.patch("/v1/storefronts/ana", &ben, change.clone())
            .await
            .0,
        403
    );
    assert_eq!(town.patch("/v1/storefronts/ben", &ben, change).await.0, 404);
    let (_, front) = town.get("/v1/storefronts/ana?limit=2", None).await;
    assert_eq!(
        (
            &front["header"],
            &front["user"]["handle"],
            &front["followers"]
        ),
        (&json!("Hello"), &json!("ana"), &json!(0))
    );
    assert_eq!(front["featured_lists"][0]["id"], public.as_str());
    let first = &front["posts"];
    assert_eq!(
        (
            first["items"].as_array().unwrap().len(),
            &first["items"][0]["id"]
        ),
        (2, &json!(posts[2]))
    );
    let cursor = first["next_cursor"].as_str().unwrap();
    let (_, rest) = town
        .get(
            &format!("/v1/storefronts/ana?limit=2&cursor={cursor}"),
            None,
        )
        .await;
    assert_eq!(
        (
            &rest["posts"]["items"][0]["id"],
            &rest["posts"]["next_cursor"]
        ),
        (&json!(posts[0]), &Value::Null)
    );
    let (_, front) = town
        .patch("/v1/storefronts/ana", &ana, json!({"header": null}))
        .await;
    assert_eq!(
        (
            &front["header"],
            front["featured_lists"].as_array().unwrap().len()
        ),
        (&json!(""), 1)
    );
}

#[tokio::test]
async fn every_product_in_an_influencers_post_or_public_list_leads_where_clicks_are_noted() {
    let town = Town::new().await;
    let (ana, posts) = town.maker("ana").await;
    town.product("SPK-2").await;
    let store = format!("{}/store/p/SPK-1", town.cloud.url());
    let path = format!("/v1/posts/{}", posts[0]);
    let (_, plain) = town.get(&path, None).await;
    assert_eq!(plain["products"][0]["url"], store.as_str());
    assert!(plain.get("disclosure").is_none());
    town.decide("ana", "influencer", "approved").await;
    let (_, paid) = town.get(&path, None).await;
    assert_eq!(paid["disclosure"], json!({"text": "(paid link)"}));
    let url = paid["products"][0]["url"].as_str().unwrap().to_owned();
    assert!(
        url.starts_with(&format!("{}/r/", town.cloud.url())),
        "{url}"
    );
    assert_eq!(town.follow(&url).await, (store.clone(), true));
    // The same for all, wherever it is read.
    let (_, front) = town.get("/v1/storefronts/ana", Some(&ana)).await;
    let shown = front["posts"]["items"].as_array().unwrap();
    assert!(
        shown
            .iter()
            .any(|post| post["products"][0]["url"] == url.as_str())
    );
    // A link of a story without products pays nothing.
    let bare = town.story(&ana, &[]).await;
    assert!(bare.get("disclosure").is_none());

    let (_, list) = town
        .post(
            "/v1/lists",
            &ana,
            json!({"name": "Mugs", "visibility": "private"}),
        )
        .await;
    let at = format!("/v1/lists/{}", list["id"].as_str().unwrap());
    let put = town
        .call(
            Method::PUT,
            &format!("{at}/items/product/SPK-2"),
            Some(&ana),
            Some(json!({})),
        )
        .await;
    assert_eq!(put.status(), 204);
    let url_in = async || {
        let (_, list) = town.get(&at, Some(&ana)).await;
        let disclosed = list.get("disclosure").is_some();
        (
            list["items"][0]["product"]["url"]
                .as_str()
                .unwrap()
                .to_owned(),
            disclosed,
        )
    };
    let own = format!("{}/store/p/SPK-2", town.cloud.url());
    assert_eq!(url_in().await, (own.clone(), false));
    assert_eq!(
        town.patch(&at, &ana, json!({"visibility": "public"}))
            .await
            .0,
        200
    );
    let (url, disclosed) = url_in().await;
    assert!(disclosed);
    assert_eq!(town.follow(&url).await, (own.clone(), true), "at once");
    town.cloud.drain().await.unwrap();
    assert_eq!(town.follow(&url).await, (own.clone(), true), "and later");
    assert_eq!(
        town.patch(&at, &ana, json!({"visibility": "private"}))
            .await
            .0,
        200
    );
    assert_eq!(town.follow(&url).await, (own, false));
    town.cloud.drain().await.unwrap();
    // Once the programme has ended nothing pays.
    town.decide("ana", "influencer", "declined").await;
    let (_, plain) = town.get(&path, None).await;
    assert_eq!(plain["products"][0]["url"], store.as_str());
    let tracked = paid["products"][0]["url"].as_str().unwrap();
    assert_eq!(town.follow(tracked).await, (store, false));
    town.cloud.drain().await.unwrap();
}

#[tokio::test]
async fn whoever_is_invited_accepts_or_declines_within_thirty_days() {
    let town = Town::new().await;
    let (ana, ben) = (town.join("ana").await, town.join("ben").await);
    let admin = town.admin().await;
    let invite = async |handle: &str| {
        let (status, told) = town
            .post("/v1/admin/invitations", &admin, json!({"handle": handle}))
            .await;
        (status, told["id"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(invite("nobody_here").await.0, 422);
    let (status, first) = invite("ana").await;
    assert_eq!(status, 201);
    assert_eq!(invite("ana").await, (201, first.clone()), "open still");
    let (_, page) = town.get("/v1/influencer/invitations", Some(&ana)).await;
    assert_eq!(
        (&page["items"][0]["id"], &page["items"][0]["status"]),
        (&json!(first), &json!("open"))
    );
    let answer = async |who: &Person, id: &str, said: &str| {
        let path = format!("/v1/influencer/invitations/{id}/{said}");
        town.call(Method::POST, &path, Some(who), None)
            .await
            .status()
            .as_u16()
    };
    assert_eq!(answer(&ben, &first, "accept").await, 404);
    for _ in 0..2 {
        assert_eq!(answer(&ana, &first, "accept").await, 204);
    }
    assert_eq!(answer(&ana, &first, "decline").await, 409);
    let (_, me) = town.get("/v1/me", Some(&ana)).await;
    assert_eq!(me["badges"], json!(["onsite_associate"]));
    let (_, second) = invite("ben").await;
    assert_eq!(answer(&ben, &second, "decline").await, 204);
    let (_, third) = invite("ben").await;
    assert_ne!(third, second);
    town.cloud
        .advance(SignedDuration::from_hours(29 * 24))
        .await
        .unwrap();
    let ben = town.sign_in("ben").await;
    let (_, page) = town
        .get("/v1/influencer/invitations?limit=1", Some(&ben))
        .await;
    assert_eq!(page["items"][0]["status"], "open");
    assert!(page["next_cursor"].is_string());
    town.cloud
        .advance(SignedDuration::from_hours(24))
        .await
        .unwrap();
    let ben = town.sign_in("ben").await;
    assert_eq!(answer(&ben, &third, "accept").await, 409);
    town.cloud.drain().await.unwrap();
}
