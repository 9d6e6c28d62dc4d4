//! Photos of a post, and the products pinned in them.

use serde::{Deserialize, Serialize};

use crate::domain::{
    ids::{PhotoId, ProductId},
    photo::{Image, Photo, Rejection},
};

/// A product pinned at a point of a photo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hotspot {
    /// Which product.
    pub product: ProductId,
    /// From the left edge, 0 to 1.
    pub x: f64,
    /// From the top edge, 0 to 1.
    pub y: f64,
}

/// A photo of a post.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PostPhoto {
    /// Which.
    pub id: PhotoId,
    /// Alternative text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub alt: String,
    /// What is in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hotspots: Vec<Hotspot>,
    /// Its renditions, once ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
    /// Why it was rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejected: Option<Rejection>,
}

impl PostPhoto {
    /// A photo that nothing is known of yet, bare.
    pub fn awaited(id: PhotoId) -> Self {
        Self {
            id,
            alt: String::new(),
            hotspots: Vec::new(),
            image: None,
            rejected: None,
        }
    }

    /// An upload as far as it has come, bare.
    pub fn of(photo: &Photo) -> Self {
        Self {
            image: photo.image.clone(),
            rejected: photo.reason,
            ..Self::awaited(photo.id)
        }
    }

    /// Whether nothing has come of it yet.
    pub fn is_awaited(&self) -> bool {
        self.image.is_none() && self.rejected.is_none()
    }
}

impl Hotspot {
    /// A hotspot at a point of a photo.
    ///
    /// # Errors
    /// Names the coordinate (`x`, `y`) that is outside 0..1, and why.
    pub fn at(product: ProductId, x: f64, y: f64) -> Result<Self, Vec<(&'static str, String)>> {
        let outside = |value: f64| !(0.0..=1.0).contains(&value);
        let wrong: Vec<_> = [("x", x), ("y", y)]
            .into_iter()
            .filter(|(_, value)| outside(*value))
            .map(|(name, _)| (name, "must be between 0 and 1".to_owned()))
            .collect();
        if wrong.is_empty() {
            Ok(Self { product, x, y })
        } else {
            Err(wrong)
        }
    }
}
