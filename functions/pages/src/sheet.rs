//! The one sheet of styles that a page has of its own: what only it knows of shapes and places. Its digest stands in the page's
//! policy, so that nothing else is a style there.

use std::fmt::Write;

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

/// Rules by the ids of elements, made of numbers and of our own addresses alone.
#[derive(Debug, Default)]
pub(crate) struct Sheet(String);

impl Sheet {
    /// The shape of a photo and what stands there until it has come.
    pub fn photo(&mut self, id: &str, ratio: f32, placeholder: Option<&str>) {
        self.add(format_args!("#{id}{{--r:{ratio:.3}"));
        if let Some(placeholder) = placeholder {
            self.add(format_args!(";--ph:url({placeholder})"));
        }
        self.0.push('}');
    }

    /// The place of a dot, in parts of a hundred, and the width that is its own where others are near, in parts of a hundred
    /// of the photo's width.
    pub fn dot(&mut self, id: &str, (x, y): (f64, f64), own: Option<f64>) {
        let (x, y) = (x * 100.0, y * 100.0);
        self.add(format_args!("#{id}{{--x:{x:.1}%;--y:{y:.1}%"));
        if let Some(own) = own {
            self.add(format_args!(";--g:{own:.1}cqi"));
        }
        self.0.push('}');
    }

    /// As it stands in the page.
    pub fn into_text(self) -> String {
        self.0
    }

    fn add(&mut self, rule: std::fmt::Arguments<'_>) {
        // To write to a text does not fail.
        let _infallible = self.0.write_fmt(rule);
    }
}

/// How a policy names a sheet.
pub(crate) fn digest(sheet: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(sheet)))
}
