//! Which brands a seller sees what of (MONEY 35).

use std::collections::BTreeSet;

use axum::extract::State;
use domain::{
    catalogue::brand::{Brand, NAME},
    text,
};
use http::StatusCode;
use serde::Deserialize;
use shared::{
    error::{Error, Invalid},
    http::{Admin, JsonBody, Wire},
};
use utoipa::ToSchema;

use crate::App;

/// A seller is mapped to so many brands at most.
const BRANDS: usize = 100;

/// Which brands a seller sees what of, from now on.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SellerBrands {
    /// The `sub` of their tokens.
    #[schema(required, nullable = false, min_length = 1, max_length = 255)]
    sub: Option<String>,
    /// As the store's products have them; none: they see nothing any more.
    #[schema(required, nullable = false, max_items = 100)]
    brands: Option<Vec<String>>,
}

impl Wire for SellerBrands {
    type Parsed = (Option<String>, Vec<String>);

    /// Always what is good of it, so that whose it is is looked at even where the brands are bad.
    fn parse(self, invalid: &mut Invalid) -> Option<Self::Parsed> {
        let required = || "is required".to_owned();
        let sub = invalid.check("/sub", self.sub.ok_or_else(required));
        let brands = invalid.check("/brands", self.brands.ok_or_else(required));
        let brands = brands.unwrap_or_default();
        if brands.len() > BRANDS {
            let detail = format!("has {}; at most {BRANDS}", brands.len());
            invalid.add("/brands", detail);
        }
        let (mut named, mut seen) = (Vec::new(), BTreeSet::new());
        for (at, name) in brands.iter().take(BRANDS).enumerate() {
            let name = text::within(name.trim(), NAME).and_then(|name| {
                let brand = Brand::of(&name).ok_or_else(required)?;
                match seen.insert(brand) {
                    true => Ok(name),
                    false => Err("is named twice".to_owned()),
                }
            });
            named.extend(invalid.check(&format!("/brands/{at}"), name));
        }
        Some((sub, named))
    }
}

/// Maps a seller's account to brands, in the stead of those that it was mapped to.
#[utoipa::path(
    put,
    path = "/v1/admin/sellers",
    tag = "admin",
    request_body = SellerBrands,
    security(("bearer" = [])),
    responses((status = 204, description = "Mapped."))
)]
pub async fn map_seller(
    State(app): State<App>,
    _admin: Admin,
    body: JsonBody,
) -> Result<StatusCode, Error> {
    let mut invalid = Invalid::default();
    let said = body.parse_noting::<SellerBrands>(&mut invalid)?;
    let (sub, brands) = said.unwrap_or_default();
    let user = sub.as_deref().and_then(|sub| app.people.id(sub));
    if sub.is_some() && user.is_none() {
        invalid.add("/sub", "must have 1 to 255 characters");
    }
    let Some(user) = user.filter(|_| invalid.is_empty()) else {
        return Err(Error::Invalid(invalid));
    };
    app.store.map_seller(&user, brands).await?;
    Ok(StatusCode::NO_CONTENT)
}
