//! Shapes that every route answers with: a page of a list, and what was created.

use std::io;

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::Error;

/// The longest body of an answer, in bytes, before it is compressed. Lambda takes 6 MB of an answer in which quotes are
/// escaped, so at worst twice as long (AWS Lambda quotas, invocation payload, synchronous).
pub const BODY_MOST: usize = 3_000_000;

/// One page of a list; may hold fewer items than asked for, even none, before the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Page<T> {
    /// In the list's order.
    #[schema(max_items = 100)]
    pub items: Vec<T>,
    /// What to ask on with; `null` at the end of the list.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// How many of the first items fit into one answer beside a cursor: one at least.
///
/// # Errors
/// [`Error::Internal`] when one cannot be written as JSON.
pub fn fitting<I: Serialize>(items: &[I]) -> Result<usize, Error> {
    /// For what stands around the items: names, brackets and a cursor.
    const AROUND: usize = 8 * 1024;
    let mut left = BODY_MOST - AROUND;
    for (before, item) in items.iter().enumerate() {
        let mut length = Length::default();
        serde_json::to_writer(&mut length, item).map_err(Error::internal)?;
        match left.checked_sub(length.0 + 1) {
            Some(rest) => left = rest,
            None => return Ok(before.max(1)),
        }
    }
    Ok(items.len())
}

/// Counts what is written, in bytes, and keeps nothing.
#[derive(Debug, Default)]
struct Length(usize);

impl io::Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// 201 with the resource; `path` (beginning with a slash) is made absolute for `Location`.
///
/// # Errors
/// [`Error::Internal`] when the path cannot stand in a header.
pub fn created<T: Serialize>(api_url: &str, path: &str, resource: T) -> Result<Response, Error> {
    let location = HeaderValue::try_from(format!("{api_url}{path}")).map_err(Error::internal)?;
    let mut response = (StatusCode::CREATED, Json(resource)).into_response();
    response.headers_mut().insert(header::LOCATION, location);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_last_page_says_null() {
        let page = Page {
            items: vec![1],
            next_cursor: None,
        };
        assert_eq!(
            serde_json::to_value(page).unwrap(),
            json!({"items": [1], "next_cursor": null})
        );
    }

    #[test]
    fn a_page_ends_early_rather_than_grow_over_what_lambda_takes() {
        let long = "\u{1f600}\"".repeat(60_000);
        let items: Vec<_> = (0..100).map(|_| json!({"text": long})).collect();
        let fits = fitting(&items).unwrap();
        let page = Page {
            items: items[..fits].to_vec(),
            next_cursor: Some("x".repeat(2_048)),
        };
        let length = serde_json::to_vec(&page).unwrap().len();
        assert!(length <= BODY_MOST, "{length}");
        assert!(length > BODY_MOST - BODY_MOST / 5, "{length}");
        assert_eq!(fitting(&items[..3]).unwrap(), 3);
        assert_eq!(fitting(&["x".repeat(BODY_MOST)]).unwrap(), 1);
        assert_eq!(fitting::<u8>(&[]).unwrap(), 0);
    }

    #[test]
    fn a_created_resource_has_an_absolute_location() {
        let response = created("https://api.example", "/v1/posts/1", json!({"id": "1"})).unwrap();
        assert_eq!(response.status(), 201);
        assert_eq!(
            response.headers()["location"],
            "https://api.example/v1/posts/1"
        );
    }
}
