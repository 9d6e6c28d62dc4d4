//! The function `posting`, over an embedded data plane.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod briefs;
mod change;
mod create;
mod events;
mod kinds;
mod manners;
mod photos;
mod products;
mod read;
mod store;
mod wrong;

use harness::{Http, Member, Meter, World};
use serde_json::{Value, json};

/// A world, its Prime member Ana, and the function.
async fn begin() -> (World, Member, Http) {
    let world = World::contended().await;
    let ana = world.member("ana").prime().await;
    let http = serve(&world);
    (world, ana, http)
}

fn serve(world: &World) -> Http {
    world.serve(posting::router(&world.context()))
}

/// The function with a meter between it and the table.
fn metered(world: &World) -> (Http, Meter) {
    let meter = Meter::new();
    let context = meter.attach(&world.context());
    (world.serve(posting::router(&context)), meter)
}

fn story(text: &str) -> Value {
    json!({"kind": "story", "text": text})
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[test]
fn every_route_is_described() {
    let described = serde_json::to_value(posting::openapi()).unwrap();
    let paths = described["paths"].as_object().unwrap();
    let mut routes: Vec<_> = paths
        .iter()
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().unwrap().keys();
            methods.map(move |method| format!("{method} {path}"))
        })
        .collect();
    routes.sort();
    let expected = [
        "delete /v1/posts/{post_id}",
        "get /v1/me/reviews",
        "get /v1/photos/{id}",
        "get /v1/posts/{post_id}",
        "get /v1/products",
        "get /v1/products/{id}",
        "get /v1/users/{handle}/posts",
        "patch /v1/posts/{post_id}",
        "post /v1/photos",
        "post /v1/posts",
    ];
    assert_eq!(routes, expected);
}
