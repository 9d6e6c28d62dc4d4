//! Photos of a post, and the products pinned in them.

use serde::{Deserialize, Serialize};

use super::photo::{Image, Photo, Rejection};
use crate::ids::{PhotoId, ProductId};

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
    /// How far across or down a photo a hotspot is, 0 to 1.
    ///
    /// # Errors
    /// Says that it is outside, for the person who sent it.
    pub fn place(value: f64) -> Result<f64, String> {
        let inside = (0.0..=1.0).contains(&value);
        inside
            .then_some(value)
            .ok_or_else(|| "must be between 0 and 1".to_owned())
    }
}
