//! The function `seller`, over an embedded data plane.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod briefs;
mod insights;
mod seen;

use domain::money::{Account, Programme};
use harness::{Http, Member, World};
use serde_json::{Value, json};

/// A category, and the topic that it comes to.
const SHOES: (&str, &str) = ("Apparel & Accessories > Shoes", "shoes");

/// A world in which somebody sells Acme's shoes.
struct Shop {
    world: World,
    http: Http,
    /// The seller's token; they have not joined.
    token: String,
}

impl Shop {
    async fn open() -> Self {
        let world = World::contended().await;
        let http = world.serve(seller::router(&world.context()));
        let sells = harness::user("sells");
        let brands = vec!["Acme".to_owned()];
        world.store().map_seller(&sells, brands).await.unwrap();
        world.product("shoe").category(SHOES.0).await;
        world.product("boot").category(SHOES.0).await;
        let other = world.product("mug").with(|product| {
            product.brand = Some("Other".to_owned());
        });
        other.await;
        let token = world.token("sells", &["seller"]);
        Self { world, http, token }
    }

    /// What the seller is answered.
    async fn get(&self, path: &str) -> Value {
        let get = self
            .http
            .get(path)
            .token(self.world.token("sells", &["seller"]));
        get.send().await.expect(200).json()
    }

    /// A member who is an influencer.
    async fn influencer(&self, handle: &str, number: u128) -> Member {
        let who = self.world.member(handle).prime().await;
        let account = Account::of_random(number);
        let programme = [Programme::Influencer];
        self.world.engage(&who.id, &account, &programme).await;
        who
    }
}

/// These members of the items of a page.
fn items(page: &Value, pointer: &str) -> Vec<Value> {
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|item| item.pointer(pointer).cloned().unwrap_or_default())
        .collect()
}

#[tokio::test]
async fn a_brand_is_for_whoever_sells_it_and_for_nobody_else() {
    let shop = Shop::open().await;
    for what in ["insights", "questions", "influencers"] {
        let get = |brand: &str| shop.http.get(&format!("/v1/sellers/{what}{brand}"));
        get("?brand=Acme").send().await.expect(401);
        let admin = shop.world.token("sells", &["admin", "prime"]);
        let refused = get("?brand=Acme").token(admin).send().await.expect(403);
        assert_eq!(refused.problem(), "seller-required");
        let stranger = shop.world.token("stranger", &["seller"]);
        get("?brand=Acme").token(stranger).send().await.expect(404);
        let mine = |brand: &str| get(brand).token(&shop.token);
        mine("?brand=Other").send().await.expect(404);
        mine("?brand=%20aCME").send().await.expect(200);
        for none in ["", "?brand=", "?brand=%20"] {
            let refused = mine(none).send().await.expect(422);
            assert_eq!(refused.pointers(), ["?brand"]);
        }
        if what != "insights" {
            mine("?brand=Other&limit=0").send().await.expect(404);
            let refused = mine("?brand=Acme&limit=0").send().await.expect(422);
            assert_eq!(refused.pointers(), ["?limit"]);
        }
    }
}

#[tokio::test]
async fn a_seller_is_mapped_anew_and_then_to_nothing() {
    let shop = Shop::open().await;
    let (store, sells) = (shop.world.store(), harness::user("sells"));
    let path = |brand: &str| format!("/v1/sellers/insights?brand={brand}");
    let other = vec!["Other".to_owned()];
    store.map_seller(&sells, other).await.unwrap();
    let get = |brand| shop.http.get(&path(brand)).token(&shop.token).send();
    get("Acme").await.expect(404);
    get("Other").await.expect(200);
    store.map_seller(&sells, Vec::new()).await.unwrap();
    get("Other").await.expect(404);
    assert_eq!(json!(store.brands_of(&sells).await.unwrap()), json!([]));
}
