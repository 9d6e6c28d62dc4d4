//! The committed description of the API is the one that the code gives.

use std::collections::BTreeMap;

use data_plane::{Template, template::RouteKey};
use serde_json::{Value, json};

const COMMITTED: &str = include_str!("../../../functions/pages/openapi.json");

#[test]
fn the_committed_description_is_the_one_of_the_code() {
    let of_the_code = local::functions::openapi().expect("a description");
    assert!(
        of_the_code == COMMITTED,
        "refresh it: cargo run -q -p local -- --openapi > functions/pages/openapi.json"
    );
}

#[test]
fn every_route_is_described_and_says_whether_it_needs_a_token() {
    let template = Template::parse(local::TEMPLATE).expect("the template");
    let routed: BTreeMap<String, bool> = template
        .routes()
        .expect("routes")
        .into_iter()
        .filter(|route| route.key != RouteKey::Default)
        .map(|route| (route.key.to_string(), route.authorizer.is_some()))
        .collect();

    let api: Value = serde_json::from_str(COMMITTED).expect("JSON");
    let mut described = BTreeMap::new();
    for (path, methods) in api["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            let needs_a_token = operation["security"] == json!([{"bearer": []}]);
            described.insert(format!("{} {path}", method.to_uppercase()), needs_a_token);
        }
    }
    assert!(
        described.remove("GET /openapi.json").is_some(),
        "taken by $default"
    );
    assert_eq!(described, routed);
}
