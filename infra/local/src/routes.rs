//! Which function a request goes to: the template's routes, matched as API Gateway does.

use std::cmp::Reverse;

use anyhow::{Context, Result};
use axum::Router;
use data_plane::Template;
use data_plane::template::{Route, RouteKey};
use http::Method;

use crate::function::{Function, Functions};

/// A route with the function behind it.
pub(crate) struct Target {
    pub(crate) binary: String,
    pub(crate) router: Router,
    /// Whether the JWT authorizer stands before it.
    pub(crate) authorized: bool,
    pub(crate) timeout: std::time::Duration,
    pattern: Option<Pattern>,
}

struct Pattern {
    method: Option<Method>,
    segments: Vec<Segment>,
}

enum Segment {
    Exactly(String),
    Any,
}

impl Pattern {
    fn parse(method: &str, path: &str) -> Result<Self> {
        let method = (method != "ANY").then(|| method.parse()).transpose()?;
        let segments = path.trim_start_matches('/').split('/').map(|segment| {
            if segment.starts_with('{') && segment.ends_with('}') {
                Segment::Any
            } else {
                Segment::Exactly(segment.to_owned())
            }
        });
        Ok(Self {
            method,
            segments: segments.collect(),
        })
    }

    fn matches(&self, method: &Method, path: &str) -> bool {
        let mut segments = path.trim_start_matches('/').split('/');
        self.method.as_ref().is_none_or(|wanted| wanted == method)
            && self.segments.iter().all(|wanted| {
                segments.next().is_some_and(|segment| match wanted {
                    Segment::Exactly(text) => text == segment,
                    Segment::Any => !segment.is_empty(),
                })
            })
            && segments.next().is_none()
    }

    /// The more exact of two patterns comes first: literal segments, then the method.
    fn exactness(&self) -> (usize, bool) {
        let literal = |segment: &&Segment| matches!(segment, Segment::Exactly(_));
        (
            self.segments.iter().filter(literal).count(),
            self.method.is_some(),
        )
    }
}

/// The routes of the template, most exact first.
pub(crate) struct Routes {
    targets: Vec<Target>,
}

impl Routes {
    /// Reads the routes; one whose function is not there is left out, with a warning.
    pub(crate) fn read(template: &Template, functions: &Functions) -> Result<Self> {
        let declared = template.functions()?;
        let mut targets = Vec::new();
        for Route {
            key,
            function,
            authorizer,
            ..
        } in template.routes()?
        {
            let found = declared
                .iter()
                .find(|declared| declared.logical_id == function);
            let found = found.with_context(|| format!("{key} leads to no function"))?;
            let router = functions.find(&found.binary, |function| match function {
                Function::Http(router) => Some(router.clone()),
                Function::Queue(_)
                | Function::Stream(_)
                | Function::Schedule(_)
                | Function::QueueAndSchedule(..) => None,
            });
            let Some(router) = router else {
                tracing::warn!(route = %key, function = found.binary, "the function is not there");
                continue;
            };
            targets.push(Target {
                binary: found.binary.clone(),
                router,
                authorized: authorizer.is_some(),
                timeout: found.timeout,
                pattern: match &key {
                    RouteKey::Default => None,
                    RouteKey::Path { method, path } => Some(Pattern::parse(method, path)?),
                },
            });
        }
        targets.sort_by_key(|target| Reverse(target.pattern.as_ref().map(Pattern::exactness)));
        Ok(Self { targets })
    }

    pub(crate) fn find(&self, method: &Method, path: &str) -> Option<&Target> {
        self.targets.iter().find(|target| {
            target
                .pattern
                .as_ref()
                .is_none_or(|pattern| pattern.matches(method, path))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes(keys: &[&str]) -> Routes {
        let mut yaml = "Resources:\n  F: {Type: AWS::Serverless::Function, Metadata: {BuildProperties: {Binary: f}}}\n  I: {Type: AWS::ApiGatewayV2::Integration, Properties: {IntegrationUri: !GetAtt F.Arn}}\n".to_owned();
        for (at, key) in keys.iter().enumerate() {
            let properties = format!("{{RouteKey: \"{key}\", Target: !Sub 'integrations/${{I}}'}}");
            yaml +=
                &format!("  R{at}: {{Type: AWS::ApiGatewayV2::Route, Properties: {properties}}}\n");
        }
        let functions = Functions::default().with("f", Function::Http(Router::new()));
        Routes::read(&Template::parse(&yaml).unwrap(), &functions).unwrap()
    }

    #[test]
    fn the_most_exact_route_wins_and_the_default_takes_the_rest() {
        let routes = routes(&[
            "$default",
            "GET /v1/users/{handle}",
            "GET /v1/users/me",
            "ANY /v1/users/me",
        ]);
        let exactness = |method: Method, path: &str| {
            routes
                .find(&method, path)
                .map(|t| t.pattern.as_ref().map(Pattern::exactness))
                .unwrap()
        };
        assert_eq!(exactness(Method::GET, "/v1/users/me"), Some((3, true)));
        assert_eq!(exactness(Method::PUT, "/v1/users/me"), Some((3, false)));
        assert_eq!(exactness(Method::GET, "/v1/users/ana"), Some((2, true)));
        assert_eq!(exactness(Method::GET, "/v1/users/ana/posts"), None);
        assert_eq!(exactness(Method::POST, "/v1/users/ana"), None);
    }

    #[test]
    fn without_a_default_other_paths_have_no_route() {
        assert!(routes(&["GET /a/{b}"]).find(&Method::GET, "/a/").is_none());
        assert!(routes(&["GET /a/{b}"]).find(&Method::GET, "/a/b").is_some());
    }
}
