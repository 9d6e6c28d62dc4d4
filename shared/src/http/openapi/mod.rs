//! The description of the whole API, from the descriptions that the functions give of themselves.
//!
//! A function says what is its own: paths, bodies, answers, who may call. What follows from that is
//! added here, once: [`shapes`] makes of the types shapes that every generator of clients takes,
//! [`operations`] adds headers and refusals.

mod operations;
mod shapes;

use serde_json::{Value, json};
use utoipa::openapi::{
    Components, Info, License, OpenApi,
    security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
};

use super::Problem;

/// What every operation is filed under: the function that serves it, or whom it is for.
const TAGS: [(&str, &str); 10] = [
    ("admin", "For the store's admins and moderators."),
    (
        "engagement",
        "Smiles, comments, votes, lists, follows, blocks, reports, and what one is told of.",
    ),
    (
        "feed",
        "Home feeds, the stream, topic walls, where one looks around, and search.",
    ),
    (
        "influencer",
        "Accounts with other networks, applications, storefronts; what posts that lead to purchases earn.",
    ),
    ("links", "Where tracked links lead."),
    (
        "onboarding",
        "Joining, interests, profiles, and people suggested.",
    ),
    ("pages", "The API's description."),
    (
        "posting",
        "Upload tickets, posts, products, and one's own reviews.",
    ),
    (
        "sellers",
        "What sellers see of their brands, and ask of influencers.",
    ),
    ("store", "What the store tells, signed by it."),
];

/// Merges the functions' descriptions into one, with all that is common to them: the security
/// scheme `bearer`, which routes name in `security(("bearer" = []))`, tags, headers, refusals.
/// `servers` names the host it is read from; who serves it puts the API's own address there.
///
/// # Errors
/// A description cannot be written as JSON.
pub fn merge(functions: impl IntoIterator<Item = OpenApi>) -> serde_json::Result<Value> {
    #[derive(utoipa::OpenApi)]
    #[openapi(components(schemas(Problem)))]
    struct Common;
    let mut api = <Common as utoipa::OpenApi>::openapi();
    api.info = Info::new("Spark", env!("CARGO_PKG_VERSION"));
    api.info.description = Some(
        "A shoppable feed of stories and photos. Refusals are RFC 9457 problems with a stable \
         `type`; lists are read in pages by an opaque cursor."
            .to_owned(),
    );
    let mut license = License::new("Apache-2.0");
    license.identifier = Some("Apache-2.0".to_owned());
    api.info.license = Some(license);
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("A token of the configured issuer, RS256."))
        .build();
    api.components
        .get_or_insert_with(Components::new)
        .add_security_scheme("bearer", SecurityScheme::Http(bearer));
    let signature = ApiKeyValue::with_description(
        "Spark-Signature",
        "`t=<unix seconds>,v1=<hex>`: HMAC-SHA256, under a key of the store's, of the time, a point, and the raw body; of a GET \
         its path and query.",
    );
    api.components
        .get_or_insert_with(Components::new)
        .add_security_scheme("store", SecurityScheme::ApiKey(ApiKey::Header(signature)));
    for function in functions {
        api.merge(function);
    }
    let mut api = serde_json::to_value(api)?;
    let tags = TAGS.map(|(name, description)| json!({"name": name, "description": description}));
    api["tags"] = json!(tags);
    api["servers"] = json!([{"url": "/"}]);
    operations::complete(&mut api);
    shapes::complete(&mut api);
    Ok(api)
}
