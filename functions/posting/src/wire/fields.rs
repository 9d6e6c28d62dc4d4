//! Fields that bodies of several kinds share.

use std::collections::HashSet;

use domain::ids::{PhotoId, ProductId};
use shared::error::Invalid;

use super::REQUIRED;

/// What is said of an id that is not in the catalogue.
pub const NO_PRODUCT: &str = "is no product of the catalogue";
/// What is said of an id that none of one's reviews has.
pub const NO_REVIEW: &str = "is no review of yours";

/// What is said of an id that none of the briefs has which one accepted.
pub const NO_BRIEF: &str = "is no brief that you accepted";

/// The first `most` of a list; more are noted.
pub fn at_most<T>(
    sent: Vec<T>,
    most: usize,
    pointer: &str,
    invalid: &mut Invalid,
) -> impl Iterator<Item = (usize, T)> + use<T> {
    if sent.len() > most {
        invalid.add(pointer, format!("has {}; at most {most}", sent.len()));
    }
    sent.into_iter().take(most).enumerate()
}

/// A photo's id that was not named before.
pub fn photo_id(sent: Option<&str>, seen: &mut HashSet<PhotoId>) -> Result<PhotoId, String> {
    match sent.map(str::parse::<PhotoId>) {
        None => Err(REQUIRED.to_owned()),
        Some(Err(_)) => Err("is no photo of yours".to_owned()),
        Some(Ok(id)) if !seen.insert(id) => Err("is named twice".to_owned()),
        Some(Ok(id)) => Ok(id),
    }
}

/// A product's id.
pub fn product(sent: Option<&str>) -> Result<ProductId, String> {
    let sent = sent.ok_or_else(|| REQUIRED.to_owned())?;
    ProductId::from_public(sent).ok_or_else(|| NO_PRODUCT.to_owned())
}
