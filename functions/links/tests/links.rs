//! Tracked links through the router, over a real table (MONEY 11-15).
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    catalogue::product::Availability,
    engagement::Moderation,
    ids::{PostId, ProductId},
    money::{Account, Programme, Source, links::Link},
    posts::Post,
};
use harness::{Answer, Fault, Faults, Http, Member, Meter, Request, World};
use jiff::SignedDuration;
use shared::{keys, runtime::Context, seal::LinkSeal};

const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0";

/// Ana, an influencer, with a post that shows a product, and a link to it.
struct Scene {
    world: World,
    context: Context,
    http: Http,
    ana: Member,
    post: Post,
    account: Account,
}

impl Scene {
    async fn new() -> Self {
        Self::with(&[]).await
    }

    async fn with(settings: &[(&'static str, &str)]) -> Self {
        let world = World::contended().await;
        let mut context = world.context();
        let mut config = context.config.with("STORE_HOSTS", "store.test,other.test");
        for (name, value) in settings {
            config = config.with(name, *value);
        }
        context.config = Arc::new(config);
        let ana = world.member("ana").prime().await;
        world.product("SPK-1").await;
        let post = world.published_post("ana").products(&["SPK-1"]).await;
        let account = Account::of_random(7);
        let http = world.serve(links::router(&context));
        let scene = Self {
            world,
            context,
            http,
            ana,
            post,
            account,
        };
        scene.programme(true).await;
        scene
    }

    async fn programme(&self, is_in: bool) {
        let entered = (Programme::Influencer, is_in);
        let (store, now) = (self.world.store(), self.world.now());
        let entered = store.enter_programme(&self.ana.id, entered, &self.account, now);
        assert!(entered.await.unwrap());
    }

    fn seal(&self) -> LinkSeal {
        LinkSeal::new(self.context.config.link_key())
    }

    fn code(&self, post: PostId, product: &str) -> String {
        let link = Link {
            source: Source::Post(post),
            product: ProductId::parse(product).unwrap(),
            account: self.account.clone(),
            tagged_at: self.post.created_at,
        };
        self.seal().code(&link).unwrap()
    }

    fn get(&self) -> Request {
        self.http
            .get(&format!("/r/{}", self.code(self.post.id, "SPK-1")))
    }

    async fn click(&self) -> Answer {
        self.get()
            .header("user-agent", BROWSER)
            .send()
            .await
            .expect(302)
    }

    /// What lies under a partition key.
    async fn lying(&self, pk: String) -> Vec<std::collections::HashMap<String, AttributeValue>> {
        let query = self.context.dynamodb.query();
        let query = query.table_name(self.context.config.table());
        let query = query.key_condition_expression("PK = :pk");
        let query = query.expression_attribute_values(":pk", AttributeValue::S(pk));
        query.send().await.unwrap().items.unwrap_or_default()
    }

    /// What is noted of the click with this id.
    async fn noted(&self, id: &str) -> Vec<std::collections::HashMap<String, AttributeValue>> {
        let click = self.seal().click(id).unwrap();
        self.lying(keys::clicks_of(click.visitor)).await
    }
}

/// Where an answer leads, and the click's id in it.
fn led(answer: &Answer) -> (String, Option<String>) {
    let to = answer.header("location").unwrap();
    match to.split_once("?spark_click=") {
        Some((to, id)) => (to.to_owned(), Some(id.to_owned())),
        None => (to.to_owned(), None),
    }
}

#[tokio::test]
async fn a_person_is_sent_on_with_a_click_that_is_noted_for_them_and_for_the_account() {
    let scene = Scene::new().await;
    let first = scene.click().await;
    assert_eq!(first.header("cache-control"), Some("no-store"));
    let (to, id) = led(&first);
    assert_eq!(to, "https://store.test/SPK-1");
    let id = id.unwrap();
    let noted = scene.noted(&id).await;
    assert_eq!(noted.len(), 1);
    assert_eq!(noted[0]["account"].as_s().unwrap(), scene.account.as_str());
    assert_eq!(noted[0]["owner"].as_s().unwrap().len(), 32);
    assert!(
        !format!("{noted:?}").contains(scene.ana.id.as_str()),
        "names nobody"
    );
    let click = scene.seal().click(&id).unwrap().click;
    let counted = keys::account_click(&scene.account, click);
    assert_eq!(scene.lying(counted.pk).await.len(), 1);

    let set = first.header("set-cookie").unwrap();
    assert!(
        set.contains("; Path=/r; Secure; HttpOnly; SameSite=Lax; Max-Age=7776000"),
        "{set}"
    );
    let cookie = set.split(';').next().unwrap();
    let again = scene
        .get()
        .header("user-agent", BROWSER)
        .header("cookie", cookie);
    let (_, second) = led(&again.send().await.expect(302));
    let second = second.unwrap();
    assert_ne!(second, id);
    assert_eq!(scene.noted(&second).await.len(), 2, "of the same visitor");
    // With a cookie that is none, somebody else.
    let odd = scene
        .get()
        .header("user-agent", BROWSER)
        .header("cookie", "spark_v=x");
    let (_, third) = led(&odd.send().await.expect(302));
    assert_eq!(scene.noted(&third.unwrap()).await.len(), 1);
}

#[tokio::test]
async fn what_no_person_follows_leads_there_all_the_same_and_is_no_click() {
    let scene = Scene::new().await;
    assert!(led(&scene.click().await).1.is_some());
    let browser = || scene.get().header("user-agent", BROWSER);
    let path = format!("/r/{}", scene.code(scene.post.id, "SPK-1"));
    let head = scene
        .http
        .call(http::Method::HEAD, &path)
        .header("user-agent", BROWSER);
    for (what, request) in [
        ("head", head),
        ("nobody", scene.get()),
        (
            "a crawler",
            scene.get().header("user-agent", "Googlebot/2.1"),
        ),
        ("a tool", scene.get().header("user-agent", "curl/8.14.1")),
        ("a frame", browser().header("sec-fetch-dest", "iframe")),
        ("a picture", browser().header("sec-fetch-mode", "no-cors")),
    ] {
        let answer = request.send().await.expect(302);
        assert_eq!(
            led(&answer),
            ("https://store.test/SPK-1".to_owned(), None),
            "{what}"
        );
        assert_eq!(answer.header("set-cookie"), None, "{what}");
    }
    let navigates = browser()
        .header("sec-fetch-mode", "navigate")
        .header("sec-fetch-dest", "document");
    assert!(led(&navigates.send().await.expect(302)).1.is_some());
    for (name, value) in [
        ("sec-purpose", "prefetch;prerender"),
        ("purpose", "prefetch"),
        ("x-purpose", "preview"),
        ("x-moz", "prefetch"),
    ] {
        let answer = browser().header(name, value).send().await.expect(403);
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{name}");
    }
}

#[tokio::test]
async fn whoever_wants_privacy_is_somebody_new_each_time() {
    let scene = Scene::new().await;
    let private = scene
        .get()
        .header("user-agent", BROWSER)
        .header("sec-gpc", "1");
    let answer = private
        .header("cookie", "spark_v=AAAAAAAAAAAAAAAAAAAAAA")
        .send()
        .await
        .expect(302);
    assert_eq!(answer.header("set-cookie"), None);
    let visitor = scene
        .seal()
        .click(&led(&answer).1.unwrap())
        .unwrap()
        .visitor;
    assert_ne!(visitor.0, [0; 16]);
    let off = Scene::with(&[("VISITOR_COOKIE", "off")]).await;
    let answer = off.click().await;
    assert_eq!(answer.header("set-cookie"), None);
    assert!(led(&answer).1.is_some());
}

#[tokio::test]
async fn a_link_counts_no_more_once_the_post_is_gone_hidden_or_without_it_or_the_programme_has_ended()
 {
    let scene = Scene::new().await;
    let store = scene.world.store();
    let leads = |answer: Answer| {
        let (to, id) = led(&answer);
        assert_eq!(to, "https://store.test/SPK-1");
        id.is_some()
    };
    assert!(leads(scene.click().await));
    scene.programme(false).await;
    assert!(!leads(scene.click().await));
    scene.programme(true).await;
    assert!(leads(scene.click().await), "the same account");

    let mut edited = scene.post.clone();
    edited.products = Vec::new();
    edited.edition += 1;
    let uploads = shared::store::Uploads::default();
    let now = scene.world.now();
    let changed = store.change_post(&scene.post, &edited, &uploads, now).await;
    assert!(changed.unwrap());
    assert!(!leads(scene.click().await));

    let other = scene.world.published_post("ana").products(&["SPK-1"]).await;
    let follow = async |post: PostId| {
        let path = format!("/r/{}", scene.code(post, "SPK-1"));
        scene
            .http
            .get(&path)
            .header("user-agent", BROWSER)
            .send()
            .await
            .expect(302)
    };
    assert!(leads(follow(other.id).await));
    let mut hidden = other.clone();
    hidden.hide(Moderation::by_reports(now));
    hidden.edition += 1;
    let changed = store.change_post(&other, &hidden, &uploads, now).await;
    assert!(changed.unwrap());
    assert!(!leads(follow(other.id).await));

    let third = scene.world.published_post("ana").products(&["SPK-1"]).await;
    assert!(leads(follow(third.id).await));
    assert!(store.delete_post(&scene.ana.id, &third).await.unwrap());
    assert!(!leads(follow(third.id).await));
}

#[tokio::test]
async fn what_is_gone_leads_to_what_can_be_bought_instead_and_what_leads_nowhere_to_our_own_page() {
    let scene = Scene::new().await;
    let world = &scene.world;
    let follow = async |product: &str| {
        let post = world.published_post("ana").products(&[product]).await;
        let path = format!("/r/{}", scene.code(post.id, product));
        led(&scene
            .http
            .get(&path)
            .header("user-agent", BROWSER)
            .send()
            .await
            .expect(302))
    };
    let rare = |product: &mut domain::catalogue::product::Product| {
        product.availability = Availability::Gone;
        product.brand = Some("Rare".to_owned());
    };
    world.product("GONE-1").with(rare).await;
    let (to, id) = follow("GONE-1").await;
    assert_eq!(
        (to.as_str(), id),
        ("https://api.test/products/GONE-1", None)
    );
    let instead = |product: &mut domain::catalogue::product::Product| {
        product.brand = Some("Rare".to_owned());
    };
    world.product("HERE-1").with(instead).await;
    let (to, id) = follow("GONE-1").await;
    assert_eq!(to, "https://store.test/HERE-1");
    let noted = scene.noted(&id.unwrap()).await;
    assert_eq!(noted[0]["product"].as_s().unwrap(), "HERE-1");
    for address in [
        "https://evil.test/p",
        "http://store.test/p",
        "https://store.test@evil.test/p",
    ] {
        world
            .product("ODD-1")
            .with(|product| product.url = address.to_owned())
            .await;
        let (to, id) = follow("ODD-1").await;
        assert_eq!(
            (to.as_str(), id),
            ("https://api.test/products/ODD-1", None),
            "{address}"
        );
    }
    let (to, id) = follow("NEVER-1").await;
    assert_eq!(
        (to.as_str(), id),
        ("https://api.test/products/NEVER-1", None)
    );
}

#[tokio::test]
async fn a_code_that_was_changed_or_made_by_others_is_none() {
    let scene = Scene::new().await;
    let code = scene.code(scene.post.id, "SPK-1");
    let (first, rest) = code.split_at(1);
    let changed = format!("{}{rest}", if first == "A" { "B" } else { "A" });
    for odd in [
        changed.as_str(),
        &code[1..],
        &format!("{code}A"),
        "x",
        "%00",
        "...",
    ] {
        let answer = scene
            .http
            .get(&format!("/r/{odd}"))
            .header("user-agent", BROWSER);
        answer.send().await.expect(404);
    }
}

#[tokio::test]
async fn an_app_is_told_where_to_go_and_is_one_click_a_minute_of_its_user() {
    let scene = Scene::new().await;
    let ben = scene.world.member("ben").await;
    let cleo = scene.world.member("cleo").await;
    let ask = async |who: &Member| {
        let token = scene.world.token(&who.handle, &[]);
        let request = scene
            .get()
            .token(token)
            .header("accept", "application/json");
        let answer = request
            .header("user-agent", "okhttp/4.12.0")
            .send()
            .await
            .expect(200);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("set-cookie"), None);
        let url = answer.json()["url"].as_str().unwrap().to_owned();
        let (to, id) = url.split_once("?spark_click=").unwrap();
        assert_eq!(to, "https://store.test/SPK-1");
        id.to_owned()
    };
    let first = ask(&ben).await;
    assert_eq!(ask(&ben).await, first);
    assert_ne!(ask(&cleo).await, first);
    let clicks = scene.noted(&first).await.into_iter();
    let clicks = clicks.filter(|item| item.contains_key("account"));
    assert_eq!(clicks.count(), 1);
    scene.world.advance(SignedDuration::from_secs(60));
    let later = ask(&ben).await;
    assert_ne!(later, first);
    let visitor = |id: &str| scene.seal().click(id).unwrap().visitor;
    assert_eq!(visitor(&later), visitor(&first));
    scene.programme(false).await;
    scene.world.advance(SignedDuration::from_secs(60));
    let token = scene.world.token("ben", &[]);
    let request = scene
        .get()
        .token(token)
        .header("accept", "application/json");
    let answer = request.send().await.expect(200).json();
    assert_eq!(answer["url"], "https://store.test/SPK-1");
}

#[tokio::test]
async fn whoever_clicks_is_sent_on_though_the_click_cannot_be_noted() {
    let scene = Scene::new().await;
    let path = format!("/r/{}", scene.code(scene.post.id, "SPK-1"));
    for fault in [Fault::Throttled, Fault::Unprocessed, Fault::NotReached] {
        let faults = Faults::after(1, fault);
        let http = scene
            .world
            .serve(links::router(&faults.attach(&scene.context)));
        let answer = http
            .get(&path)
            .header("user-agent", BROWSER)
            .send()
            .await
            .expect(302);
        assert_eq!(
            led(&answer),
            ("https://store.test/SPK-1".to_owned(), None),
            "{fault:?}"
        );
        assert_eq!(answer.header("set-cookie"), None, "{fault:?}");
    }
}

#[tokio::test]
async fn a_click_costs_two_writes_and_two_rounds() {
    let scene = Scene::new().await;
    let meter = Meter::new();
    let http = scene
        .world
        .serve(links::router(&meter.attach(&scene.context)));
    let path = format!("/r/{}", scene.code(scene.post.id, "SPK-1"));
    let answer = http
        .get(&path)
        .header("user-agent", BROWSER)
        .send()
        .await
        .expect(302);
    assert!(led(&answer).1.is_some());
    let used = meter.take();
    assert!(
        used.wcu <= 2.0 && used.rounds <= 2 && used.rcu <= 1.5,
        "{used:?}"
    );
}
