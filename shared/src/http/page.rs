//! Shapes that every route answers with: a page of a list, and what was created.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::Error;

/// One page of a list; may hold fewer items than asked for, even none, before the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Page<T> {
    /// In the list's order.
    pub items: Vec<T>,
    /// What to ask on with; `null` at the end of the list.
    #[schema(required)]
    pub next_cursor: Option<String>,
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
    fn a_created_resource_has_an_absolute_location() {
        let response = created("https://api.example", "/v1/posts/1", json!({"id": "1"})).unwrap();
        assert_eq!(response.status(), 201);
        assert_eq!(
            response.headers()["location"],
            "https://api.example/v1/posts/1"
        );
    }
}
