//! The description of the whole API says what the routes and the functions say.

use std::collections::{BTreeMap, BTreeSet};

use data_plane::{Template, template::RouteKey};
use serde_json::{Value, json};

use crate::tree;

const COMMITTED: &str = include_str!("../../../functions/pages/openapi.json");

/// The description as it is served, but for the address.
pub(crate) fn committed() -> Value {
    serde_json::from_str(COMMITTED).unwrap()
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

    let api = committed();
    let mut described = BTreeMap::new();
    for (path, methods) in api["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            assert!(operation["security"].is_array(), "{method} {path}");
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

/// A merged description holds one shape a name, so of two it would show either for both.
#[test]
fn a_shape_that_several_functions_name_is_the_same_in_each() {
    let mut shapes: BTreeMap<String, Value> = BTreeMap::new();
    for (function, description) in local::functions::descriptions() {
        let own = serde_json::to_value(description).expect("JSON");
        let own = own["components"]["schemas"].as_object().cloned();
        for (name, shape) in own.into_iter().flatten() {
            let first = shapes.entry(name.clone()).or_insert(shape.clone());
            assert_eq!(*first, shape, "{name} of {function}");
        }
    }
    assert!(shapes.len() > 40, "{}", shapes.len());
}

/// A description holds one shape a name, so of two types with one name it would show either for both.
#[test]
fn no_two_types_that_the_api_shows_have_one_name() {
    let mut named = BTreeSet::new();
    for file in tree::files().iter().filter(|file| file.kind() == "rs") {
        let code: Vec<_> = file.lines_of_code().collect();
        let code = code.join("\n");
        for derived in code.split("#[derive(").skip(1) {
            let (traits, rest) = derived.split_once(')').expect("an end");
            if !traits.contains("ToSchema") {
                continue;
            }
            let mut words = rest.split_whitespace();
            let kind = words.find(|word| ["struct", "enum"].contains(word));
            let name = kind.and_then(|_| words.next()).expect("a type");
            let name = name.split(['<', '(', ';']).next().expect("a name");
            let first = named.insert(name.to_owned());
            assert!(first, "{name} of {} is another's name too", file.path);
        }
    }
    assert!(named.len() > 40, "{named:?}");
}
