//! Tables as CSV: an answer, or where the file is that is too large for one (MONEY 29).

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use crate::error::Error;

/// The answer to whoever asked for a table: itself, or a redirect to `file`.
///
/// # Errors
/// [`Error::Internal`] where the file's address is none.
pub fn csv(table: String, file: Option<String>) -> Result<Response, Error> {
    match file {
        Some(file) => {
            let file = HeaderValue::try_from(file).map_err(Error::internal)?;
            Ok((StatusCode::SEE_OTHER, [(header::LOCATION, file)]).into_response())
        }
        None => {
            let kind = [(header::CONTENT_TYPE, "text/csv; charset=utf-8")];
            Ok((kind, table).into_response())
        }
    }
}
