//! The function `admin`, over an embedded data plane.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod filter;
mod finds;
mod imports;
mod sellers;
mod sponsored;

use harness::{Http, World};

/// A world and the function.
async fn begin() -> (World, Http) {
    let world = World::contended().await;
    let http = world.serve(admin::router(&world.context()));
    (world, http)
}

#[test]
fn every_route_is_described() {
    let described = serde_json::to_value(admin::openapi()).unwrap();
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
        "delete /v1/admin/finds/{list_id}",
        "delete /v1/admin/sponsored/{id}",
        "get /v1/admin/event-conflicts",
        "get /v1/admin/finds",
        "get /v1/admin/imports",
        "get /v1/admin/imports/{id}",
        "get /v1/admin/ledger",
        "get /v1/admin/order-lines",
        "get /v1/admin/payouts/{id}",
        "get /v1/admin/payouts/{id}/export",
        "get /v1/admin/rates",
        "get /v1/admin/sponsored",
        "get /v1/moderation/queue",
        "post /v1/admin/invitations",
        "post /v1/admin/payouts",
        "post /v1/admin/payouts/{id}/returned",
        "post /v1/admin/rates",
        "post /v1/admin/sponsored",
        "post /v1/moderation/decisions",
        "put /v1/admin/accounts/{account}/hold",
        "put /v1/admin/accounts/{account}/payee",
        "put /v1/admin/filter",
        "put /v1/admin/finds/{list_id}",
        "put /v1/admin/influencers/{handle}/decision",
        "put /v1/admin/influencers/{handle}/hold",
        "put /v1/admin/influencers/{handle}/payee",
        "put /v1/admin/sellers",
    ];
    assert_eq!(routes, expected);
}
