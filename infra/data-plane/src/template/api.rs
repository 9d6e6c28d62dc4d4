//! The HTTP API that a template declares: routes, their authorizers, CORS.

use std::fmt;
use std::time::Duration;

use anyhow::{Context, Result};
use http::{HeaderName, HeaderValue, Method};
use serde_json::Value;
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, CorsLayer};

use super::{Template, strings, target};

/// A route of the HTTP API.
#[derive(Debug, Clone)]
pub struct Route {
    /// The id in the template.
    pub logical_id: String,
    /// Which requests it takes.
    pub key: RouteKey,
    /// The logical id of the function behind it.
    pub function: String,
    /// The logical id of the JWT authorizer that refuses first; `None` where anyone may call.
    pub authorizer: Option<String>,
}

/// Which requests a route takes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RouteKey {
    /// All that no other route takes.
    Default,
    /// A method (or `ANY`) and a path, whose `{name}` segments match any one segment.
    Path {
        /// Such as `GET`.
        method: String,
        /// Such as `/v1/posts/{post_id}`.
        path: String,
    },
}

impl fmt::Display for RouteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("$default"),
            Self::Path { method, path } => write!(f, "{method} {path}"),
        }
    }
}

/// What browsers on other sites may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cors {
    /// The sites, or `*`.
    pub origins: Vec<String>,
    /// The methods.
    pub methods: Vec<String>,
    /// The request headers, or `*`.
    pub headers: Vec<String>,
    /// The answer's headers that a script may read.
    pub exposed: Vec<String>,
    /// How long a browser remembers this.
    pub max_age: Duration,
}

impl Cors {
    /// What answers browsers so.
    ///
    /// # Errors
    /// A method, a header or an origin is malformed.
    pub fn layer(&self) -> Result<CorsLayer> {
        let any = |items: &[String]| items.iter().any(|item| item == "*");
        let names = |items: &[String]| {
            let names = items
                .iter()
                .map(|name| name.to_lowercase().parse::<HeaderName>());
            names.collect::<Result<Vec<_>, _>>()
        };
        let methods = self.methods.iter().map(|method| method.parse::<Method>());
        let layer = CorsLayer::new()
            .allow_methods(AllowMethods::list(methods.collect::<Result<Vec<_>, _>>()?))
            .expose_headers(names(&self.exposed)?)
            .max_age(self.max_age);
        let layer = if any(&self.origins) {
            layer.allow_origin(AllowOrigin::any())
        } else {
            let origins = self
                .origins
                .iter()
                .map(|origin| HeaderValue::from_str(origin));
            layer.allow_origin(AllowOrigin::list(origins.collect::<Result<Vec<_>, _>>()?))
        };
        Ok(if any(&self.headers) {
            layer.allow_headers(AllowHeaders::mirror_request())
        } else {
            layer.allow_headers(names(&self.headers)?)
        })
    }
}

/// The authorizer of the routes that need a user.
#[derive(Debug, Clone)]
pub struct JwtAuthorizer {
    /// The id in the template.
    pub logical_id: String,
    /// Where the token is, such as `$request.header.Authorization`.
    pub identity_sources: Vec<String>,
    /// The issuer, in the template's words.
    pub issuer: Value,
    /// The audiences, in the template's words.
    pub audience: Vec<Value>,
}

impl Template {
    /// Every route, in the order of their logical ids.
    ///
    /// # Errors
    /// A route has no key, or leads to no function.
    pub fn routes(&self) -> Result<Vec<Route>> {
        let routes = self.resources("AWS::ApiGatewayV2::Route");
        routes
            .map(|(id, properties)| self.read_route(id, properties))
            .collect()
    }

    fn read_route(&self, logical_id: &str, properties: &Value) -> Result<Route> {
        let text = properties["RouteKey"].as_str();
        let text = text.with_context(|| format!("{logical_id} has no key"))?;
        let key = match text.split_once(' ') {
            Some((method, path)) => RouteKey::Path {
                method: method.to_owned(),
                path: path.to_owned(),
            },
            None => RouteKey::Default,
        };
        let integration = target(&properties["Target"]).map(|id| self.resource(id));
        let uri = integration.map(|integration| &integration["Properties"]["IntegrationUri"]);
        let function = uri.and_then(target);
        let jwt = properties["AuthorizationType"] == "JWT";
        Ok(Route {
            logical_id: logical_id.to_owned(),
            key,
            function: function
                .with_context(|| format!("{text} leads nowhere"))?
                .to_owned(),
            authorizer: target(&properties["AuthorizerId"])
                .filter(|_| jwt)
                .map(str::to_owned),
        })
    }

    /// Every JWT authorizer.
    pub fn authorizers(&self) -> Vec<JwtAuthorizer> {
        let authorizers = self.resources("AWS::ApiGatewayV2::Authorizer");
        authorizers
            .filter(|(_, properties)| properties["AuthorizerType"] == "JWT")
            .map(|(id, properties)| {
                let jwt = &properties["JwtConfiguration"];
                JwtAuthorizer {
                    logical_id: id.to_owned(),
                    identity_sources: strings(&properties["IdentitySource"]),
                    issuer: jwt["Issuer"].clone(),
                    audience: jwt["Audience"].as_array().cloned().unwrap_or_default(),
                }
            })
            .collect()
    }

    /// The API's CORS configuration.
    pub fn api_cors(&self) -> Option<Cors> {
        let (_, properties) = self.resources("AWS::ApiGatewayV2::Api").next()?;
        let cors = properties.get("CorsConfiguration")?;
        Some(Cors {
            origins: self.texts(&cors["AllowOrigins"]),
            methods: strings(&cors["AllowMethods"]),
            headers: strings(&cors["AllowHeaders"]),
            exposed: strings(&cors["ExposeHeaders"]),
            max_age: Duration::from_secs(cors["MaxAge"].as_u64().unwrap_or_default()),
        })
    }
}
