//! The description of the whole API, from the descriptions that the functions give of themselves.

use utoipa::openapi::{
    Components, Info, OpenApi,
    security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

use super::Problem;

/// Merges the functions' descriptions into one, with the schemes and shapes common to all: the
/// security scheme `bearer`, which routes name in `security(("bearer" = []))`, and [`Problem`].
pub fn merge(functions: impl IntoIterator<Item = OpenApi>) -> OpenApi {
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
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("A token of the configured issuer, RS256."))
        .build();
    api.components
        .get_or_insert_with(Components::new)
        .add_security_scheme("bearer", SecurityScheme::Http(bearer));
    for function in functions {
        api.merge(function);
    }
    api
}
