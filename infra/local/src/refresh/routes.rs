//! The routes of the functions behind the gateway, as their routers have them.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use serde_json::Value;
use utoipa::openapi::OpenApi;

use super::part::Part;
use super::sources::Sources;

/// A route of the gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Route {
    /// A method and a path, or `$default`.
    pub(super) key: String,
    /// Whether a user is required.
    pub(super) user: bool,
}

impl Route {
    /// `GET /v1/posts/{post_id}` → `GetPostsPostIdRoute`.
    pub(super) fn logical_id(&self) -> String {
        let key = self.key.replacen(" /v1/", " /", 1);
        let words = key.split(|letter: char| !letter.is_ascii_alphanumeric());
        let words = words.map(|word| camel(&word.to_ascii_lowercase()));
        words.collect::<String>() + "Route"
    }
}

/// `fanout` → `Fanout`, `link-preview` → `LinkPreview`.
pub(super) fn camel(kebab: &str) -> String {
    let words = kebab.split('-').map(|word| {
        let (first, rest) = word.split_at_checked(1).unwrap_or(("", word));
        first.to_ascii_uppercase() + rest
    });
    words.collect()
}

/// The routes that a function's file names, or else those of its router.
pub(super) fn read(own: &Part, described: &OpenApi) -> Result<Vec<Route>> {
    let named = own.words("Routes");
    if !named.is_empty() {
        let named = named.into_iter().map(|key| Route {
            key: key.to_owned(),
            user: false,
        });
        return Ok(named.collect());
    }
    let described = serde_json::to_value(described)?;
    let mut routes = Vec::new();
    for (path, methods) in described["paths"].as_object().into_iter().flatten() {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            routes.push(Route {
                key: format!("{} {path}", method.to_uppercase()),
                user: requires_user(operation),
            });
        }
    }
    Ok(routes)
}

/// Whether an operation is for users alone: one that is for anybody too says so by `{}`.
fn requires_user(operation: &Value) -> bool {
    let schemes = operation["security"].as_array();
    schemes.is_some_and(|schemes| {
        !schemes.is_empty() && schemes.iter().all(|scheme| scheme.get("bearer").is_some())
    })
}

/// The routes as `cargo lambda watch` wants them: by path, and by method where several functions
/// share one.
pub(super) fn watched(sources: &Sources) -> String {
    let mut paths: BTreeMap<&str, BTreeMap<&str, BTreeSet<&str>>> = BTreeMap::new();
    for own in &sources.functions {
        for route in own.routes.iter().flatten() {
            let taken = match route.key.split_once(' ') {
                Some(taken) => vec![taken],
                None => vec![("ANY", "/"), ("ANY", "/{*rest}")],
            };
            for (method, path) in taken {
                let behind = paths.entry(path).or_default();
                behind.entry(own.name).or_default().insert(method);
            }
        }
    }
    let lines = paths.iter().map(|(path, behind)| {
        if let [function] = behind.keys().collect::<Vec<_>>()[..] {
            return format!("\"{path}\" = \"{function}\"\n");
        }
        let behind = behind.iter().map(|(function, methods)| {
            let methods: Vec<_> = methods.iter().collect();
            format!("{{ function = \"{function}\", methods = {methods:?} }}")
        });
        let behind: Vec<_> = behind.collect();
        format!("\"{path}\" = [{}]\n", behind.join(", "))
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_is_called_after_its_method_and_path() {
        for (key, id) in [
            ("GET /v1/posts/{post_id}", "GetPostsPostIdRoute"),
            ("PUT /v1/users/{handle}/follow", "PutUsersHandleFollowRoute"),
            ("GET /openapi.json", "GetOpenapiJsonRoute"),
            ("$default", "DefaultRoute"),
        ] {
            let key = key.to_owned();
            assert_eq!(Route { key, user: false }.logical_id(), id);
        }
    }
}
