//! Every operation of the description, with the function that answers it.

use std::collections::BTreeMap;

use harness::{Http, World};
use local::{Function, functions};
use serde_json::Value;
use shared::runtime::Context;

/// An operation as it is described, and who answers it.
pub struct Operation {
    /// `GET /v1/posts/{post_id}`.
    pub name: String,
    pub method: http::Method,
    pub path: String,
    /// Whether it needs a token.
    pub needs_token: bool,
    /// Whether it takes a body.
    pub body: bool,
    /// Whether it is a list that is paged.
    pub paged: bool,
    pub http: Http,
}

impl Operation {
    /// The names in its path.
    pub fn named(&self) -> impl Iterator<Item = &str> {
        let parts = self.path.split('/');
        parts.filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }

    /// Its path with these in place of the names.
    pub fn filled(&self, fill: impl Fn(&str) -> String) -> String {
        let names: Vec<_> = self.named().map(str::to_owned).collect();
        let names = names.iter();
        names.fold(self.path.clone(), |path, name| {
            path.replace(&format!("{{{name}}}"), &fill(name))
        })
    }
}

/// All of them, of every function that serves HTTP.
pub fn operations(world: &World, context: &Context) -> Vec<Operation> {
    let mut all = BTreeMap::new();
    for listed in functions::ALL {
        let (Some(openapi), Function::Http(router)) = (listed.openapi, listed.of(context)) else {
            continue;
        };
        let http = world.serve(router);
        let api = serde_json::to_value(openapi()).unwrap();
        for (path, methods) in api["paths"].as_object().unwrap() {
            for (method, described) in methods.as_object().unwrap() {
                let method = method.to_uppercase();
                let name = format!("{method} {path}");
                let schemes = described["security"].as_array();
                let schemes = schemes.into_iter().flatten();
                let schemes: Vec<_> = schemes.map(|scheme| scheme.get("bearer")).collect();
                let parameters = described["parameters"].as_array();
                let mut parameters = parameters.into_iter().flatten();
                let operation = Operation {
                    method: method.parse().unwrap(),
                    path: path.clone(),
                    needs_token: !schemes.is_empty() && schemes.iter().all(Option::is_some),
                    body: described.get("requestBody").is_some_and(Value::is_object),
                    paged: parameters.any(|one| one["name"] == "limit"),
                    http: http.clone(),
                    name: name.clone(),
                };
                all.insert(name, operation);
            }
        }
    }
    all.into_values().collect()
}
