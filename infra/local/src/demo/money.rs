//! The demo's influencers: who is one and how they came to be, whom they are paid by, and what was bought by their links.

use anyhow::{Context as _, Result, ensure};
use http::header;
use jiff::{SignedDuration, Timestamp};
use reqwest::{Client, Method, StatusCode, redirect};
use serde_json::{Value, json};

use super::{
    Tokens,
    api::{Api, string},
    progress::Steps,
    token,
};

/// Who is credited for clicks, with an account on a network that is linked;
const INFLUENCER: &str = "orbit_ines";
/// who is credited for views;
const ASSOCIATE: &str = "gil_grows";
/// and who waits for a decision.
const APPLICANT: &str = "suzu_style";
/// Who looks at the associate's post, and buys.
const ONLOOKER: (&str, &str) = ("theo_offgrid", "demo-theo");
/// What is cut ahead: for which category, to which rate, and when.
const CUT: (&str, i64, SignedDuration) = ("Toys & Games", 150, SignedDuration::from_hours(14 * 24));
/// So many pages of a feed are looked through.
const PAGES: usize = 5;
/// Where a post has the first product that a photo of it shows.
const SHOWN: &str = "/photos/0/hotspots/0/product/id";
/// A person with a browser.
const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0";

/// Makes influencers, has people buy by their links, and gives an order that was credited. What was done before is left alone.
pub(super) async fn earn(
    api: &Api,
    tokens: &Tokens,
    now: Timestamp,
    steps: &Steps,
) -> Result<Option<String>> {
    steps.begin("influencers and orders", 0);
    let town = Town {
        api,
        tokens,
        now,
        admin: api.token("demo-store", &["admin"]).await?,
        browser: Client::builder()
            .redirect(redirect::Policy::none())
            .user_agent(BROWSER)
            .build()?,
    };
    for (who, provider, name) in [
        (INFLUENCER, "youtube", "Dark Skies"),
        (APPLICANT, "instagram", "Suzu in orange"),
    ] {
        town.link(who, provider, name).await?;
    }
    let applied = json!({"provider": "instagram"});
    let applied = town
        .call(
            Method::POST,
            "/v1/influencer/application",
            APPLICANT,
            Some(&applied),
        )
        .await?;
    if applied.status != StatusCode::CONFLICT {
        ensure!(applied.status.is_success(), "an application is not taken");
    }
    for (who, programme) in [(INFLUENCER, "influencer"), (ASSOCIATE, "onsite_associate")] {
        let path = format!("/v1/admin/influencers/{who}");
        let decision = json!({"programme": programme, "decision": "approved",
            "reason": "They are of the demo."});
        town.put(&format!("{path}/decision"), &decision).await?;
        let payee = json!({"reference": format!("demo-payee-{who}")});
        town.put(&format!("{path}/payee"), &payee).await?;
    }
    town.announce().await?;
    town.shop().await
}

/// Those who act, and how they call.
struct Town<'a> {
    api: &'a Api,
    tokens: &'a Tokens,
    now: Timestamp,
    admin: String,
    /// Goes where it is sent only when told to.
    browser: Client,
}

impl Town<'_> {
    async fn call(
        &self,
        method: Method,
        path: &str,
        who: &str,
        body: Option<&Value>,
    ) -> Result<super::api::Call> {
        let token = token(self.tokens, who)?;
        self.api.call(method, path, token, body).await
    }

    async fn get(&self, path: &str, who: &str) -> Result<Value> {
        let call = self.call(Method::GET, path, who, None).await?;
        call.expect(StatusCode::OK)
    }

    async fn put(&self, path: &str, body: &Value) -> Result<()> {
        let call = self.api.call(Method::PUT, path, &self.admin, Some(body));
        call.await?.expect(StatusCode::OK)?;
        Ok(())
    }

    /// Links an account with a network, as its owner does in a browser.
    async fn link(&self, who: &str, provider: &str, name: &str) -> Result<()> {
        let account = json!({"name": name, "handle": who, "audience": 1_200});
        let path = format!("/local/networks/{provider}/accounts/{who}");
        let put = self.api.call(Method::PUT, &path, "", Some(&account));
        put.await?.expect(StatusCode::NO_CONTENT)?;
        let linked = self.get("/v1/social-accounts", who).await?;
        let mut linked = linked["items"].as_array().into_iter().flatten();
        if linked.any(|one| one["provider"] == provider) {
            return Ok(());
        }
        let path = format!("/v1/social-accounts/{provider}/link");
        let begun = self
            .call(Method::POST, &path, who, Some(&json!({})))
            .await?;
        let begun = string(&begun.expect(StatusCode::OK)?, "/authorization_url")?;
        let callback = self.sent_on(&format!("{begun}&login_hint={who}")).await?;
        let back = self.sent_on(&callback).await?;
        let back = reqwest::Url::parse(&back)?;
        let mut pairs = back.query_pairs();
        let code = pairs.find(|(name, _)| name == "code");
        let (_, code) = code.with_context(|| format!("no code in {back}"))?;
        let complete = json!({"code": code});
        let path = format!("{path}/complete");
        let call = self.call(Method::POST, &path, who, Some(&complete)).await?;
        call.expect(StatusCode::CREATED)?;
        Ok(())
    }

    /// Where an address sends a browser on to.
    async fn sent_on(&self, address: &str) -> Result<String> {
        let answer = self.browser.get(address).send().await?;
        let to = answer.headers().get(header::LOCATION);
        let to = to.with_context(|| format!("{address}: {}", answer.status()))?;
        Ok(to.to_str()?.to_owned())
    }

    /// Announces a cut of a rate, once.
    async fn announce(&self) -> Result<()> {
        let (category, rate_bp, ahead) = CUT;
        let rates = "/v1/admin/rates?limit=100";
        let rates = self.api.call(Method::GET, rates, &self.admin, None).await?;
        let rates = rates.expect(StatusCode::OK)?;
        let mut rates = rates["items"].as_array().into_iter().flatten();
        if rates.any(|rate| rate["category"] == category && rate["rate_bp"] == rate_bp) {
            return Ok(());
        }
        let cut = json!({"programme": "influencer", "category": category, "rate_bp": rate_bp,
            "effective_from": format!("{:.3}", self.now + ahead)});
        let call = self
            .api
            .call(Method::POST, "/v1/admin/rates", &self.admin, Some(&cut));
        call.await?.expect(StatusCode::CREATED)?;
        Ok(())
    }

    /// People buy: of each way that an order can go there is one.
    async fn shop(&self) -> Result<Option<String>> {
        let lines = self.get("/v1/influencer/order-lines", INFLUENCER).await?;
        let before = lines["items"].as_array().is_some_and(|all| !all.is_empty());
        if before {
            return Ok(None);
        }
        let links = self.links().await?;
        let link = |number: usize| {
            let at = number.checked_rem(links.len()).unwrap_or_default();
            links
                .get(at)
                .context("the influencer's posts have no links")
        };
        // Earned, and of another a part paid back.
        let earned = self.buy(link(0)?, "demo-shopper-1", true).await?;
        let partly = self.buy(link(1)?, "demo-shopper-2", true).await?;
        self.at(&partly, "refund", &json!({"amount": 500})).await?;
        // Ordered, and on its way to be shipped.
        self.buy(link(2)?, "demo-shopper-3", false).await?;
        // Reversed.
        let reversed = self.buy(link(3)?, "demo-shopper-4", true).await?;
        self.at(&reversed, "refund", &json!({})).await?;
        // Cancelled before it was shipped.
        let cancelled = self.buy(link(4)?, "demo-shopper-5", false).await?;
        self.at(&cancelled, "cancel", &json!({})).await?;
        // Not credited: the influencer buys by a link of their own.
        let own = self.follow_as_app(link(0)?).await?;
        self.purchase(&own, "demo-ines", true).await?;
        self.look().await?;
        Ok(Some(earned))
    }

    /// The tracked links of the influencer's posts.
    async fn links(&self) -> Result<Vec<String>> {
        let path = format!("/v1/users/{INFLUENCER}/posts?limit=100");
        let posts = self.get(&path, ONLOOKER.0).await?;
        let spots = posts["items"].as_array().into_iter().flatten();
        let spots = spots.flat_map(|post| post["photos"].as_array().into_iter().flatten());
        let spots = spots.flat_map(|photo| photo["hotspots"].as_array().into_iter().flatten());
        let sold = spots.filter(|spot| spot["product"]["availability"] == "in_stock");
        let links = sold.filter_map(|spot| spot["url"].as_str());
        let links = links.filter(|link| link.contains("/r/")).map(str::to_owned);
        Ok(links.collect())
    }

    /// Follows a link as a browser does, and buys where it leads; gives the order's id.
    async fn buy(&self, link: &str, customer: &str, ship: bool) -> Result<String> {
        let product = self.sent_on(link).await?;
        self.purchase(&product, customer, ship).await
    }

    /// Where a link leads the influencer, who follows it in an app.
    async fn follow_as_app(&self, link: &str) -> Result<String> {
        let request = self.api.http.get(link);
        let request = request.bearer_auth(token(self.tokens, INFLUENCER)?);
        let request = request.header(header::ACCEPT, "application/json");
        let told: Value = request.send().await?.error_for_status()?.json().await?;
        string(&told, "/url")
    }

    /// Buys a product by its page's address, with the click that stands in it.
    async fn purchase(&self, address: &str, customer: &str, ship: bool) -> Result<String> {
        let url = reqwest::Url::parse(address)?;
        let mut pairs = url.query_pairs();
        let click = pairs.find(|(name, _)| name == "spark_click");
        let cookie = click.map(|(_, id)| format!("spark_click={id}"));
        let path = format!("{}/buy", url.path());
        let body = json!({"customer": customer, "ship": ship});
        let mut request = self.api.request(Method::POST, &path, "", Some(&body));
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let bought = self.api.send(request).await?;
        string(&bought.expect(StatusCode::CREATED)?, "/order_id")
    }

    /// Does something at an order.
    async fn at(&self, order: &str, deed: &str, body: &Value) -> Result<()> {
        let path = format!("/store/orders/{order}/{deed}");
        let call = self.api.call(Method::POST, &path, "", Some(body)).await?;
        call.expect(StatusCode::OK)?;
        Ok(())
    }

    /// Somebody looks at a post of the associate's in their feed, and buys what it shows without a link.
    async fn look(&self) -> Result<()> {
        let (who, sub) = ONLOOKER;
        let Some((post, view, product)) = self.seen().await? else {
            return Ok(());
        };
        let view = json!({"events": [{"type": "post_view", "post_id": post, "view_token": view,
            "at": format!("{:.3}", self.now)}]});
        let told = self.call(Method::POST, "/v1/activity", who, Some(&view));
        told.await?.expect(StatusCode::OK)?;
        let address = format!("{}/store/p/{product}", self.api.base);
        self.purchase(&address, sub, true).await?;
        Ok(())
    }

    /// The first post of the associate's that shows a product in the onlooker's feed, with the view's token. Who loads the
    /// demo late may find it too far down.
    async fn seen(&self) -> Result<Option<(String, String, String)>> {
        let mut path = "/v1/feed?limit=20".to_owned();
        for _page in 0..PAGES {
            let feed = self.get(&path, ONLOOKER.0).await?;
            let mut items = feed["items"].as_array().into_iter().flatten();
            let seen = items.find(|item| {
                let post = &item["post"];
                post["author"]["handle"] == ASSOCIATE && post.pointer(SHOWN).is_some()
            });
            if let Some(item) = seen {
                let product = string(&item["post"], SHOWN)?;
                let post = string(item, "/post/id")?;
                return Ok(Some((post, string(item, "/view_token")?, product)));
            }
            let Some(cursor) = feed["next_cursor"].as_str() else {
                break;
            };
            path = format!("/v1/feed?limit=20&cursor={cursor}");
        }
        Ok(None)
    }
}
