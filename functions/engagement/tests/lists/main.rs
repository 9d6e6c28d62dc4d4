//! Hearts and idea lists, over an embedded data plane.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, and says what it stood on"
)]

mod hearts;
mod ideas;
mod manners;
mod own;

use domain::ids::ProductId;
use harness::{Answer, Http, Member, Meter, World};
use serde_json::{Value, json};
use shared::read::Reads;

async fn begin() -> (World, Member, Http) {
    let world = World::contended().await;
    let ana = world.member("ana").prime().await;
    let http = world.serve(engagement::router(&world.context()));
    (world, ana, http)
}

/// The function with a meter between it and the table.
fn metered(world: &World) -> (Http, Meter) {
    let meter = Meter::new();
    let router = engagement::router(&meter.attach(&world.context()));
    (world.serve(router), meter)
}

/// Makes a list.
async fn make(http: &Http, who: &Member, name: &str, visibility: &str) -> String {
    let body = json!({"name": name, "visibility": visibility});
    let made = http.post("/v1/lists").token(&who.token).json(body);
    let made = made.send().await.expect(201).json();
    made["id"].as_str().unwrap().to_owned()
}

fn item(list: &str, kind: &str, id: &str) -> String {
    format!("/v1/lists/{list}/items/{kind}/{id}")
}

/// Puts something into a list.
async fn put(http: &Http, who: &Member, path: &str, body: Value) -> Answer {
    http.put(path).token(&who.token).json(body).send().await
}

/// What somebody reads there.
async fn read(http: &Http, who: Option<&Member>, path: &str) -> Value {
    let get = http.get(path);
    let get = match who {
        Some(who) => get.token(&who.token),
        None => get,
    };
    get.send().await.expect(200).json()
}

/// The ids of what is in a list.
fn ids(list: &Value) -> Vec<&str> {
    let items = list["items"].as_array().unwrap().iter();
    let id = |item: &'_ Value| item["kind"].as_str().unwrap().to_owned();
    items
        .map(|item| item[id(item)]["id"].as_str().unwrap())
        .collect()
}

/// How many people keep a product.
async fn saves(world: &World, product: &str) -> u64 {
    let id = ProductId::parse(product).unwrap();
    let reads = Reads::fresh(world.store());
    let read = reads.products([&id], world.now()).await.unwrap();
    read.products[&id].saves
}
