//! Requests as API Gateway hands them to a function.

use axum::extract::Request;
use lambda_http::RequestExt;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What in a path stands for itself (RFC 3986, section 3.3); all else is escaped.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/')
    .remove(b'@')
    .remove(b':');

/// API Gateway hands on a decoded path. It is escaped again, so that routing decodes it to what the gateway read, and
/// `%41` in an id stays `%41`.
pub(super) fn as_the_gateway_read_it(mut request: Request) -> Request {
    let read = request.raw_http_path();
    if read.is_empty() {
        return request;
    }
    let mut target = utf8_percent_encode(read, PATH).to_string();
    // Of an address with these in its path, more than the path was taken for something else.
    let query = if read.contains(['?', '#']) {
        let parameters = request.query_string_parameters();
        Some(parameters.to_query_string()).filter(|query| !query.is_empty())
    } else {
        request.uri().query().map(str::to_owned)
    };
    if let Some(query) = query {
        target = target + "?" + &query;
    }
    match target.parse() {
        Ok(uri) => *request.uri_mut() = uri,
        Err(error) => tracing::debug!(%error, "an address could not be written again"),
    }
    request
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use serde_json::json;

    use super::*;

    /// What a function routes by, of a path as the gateway decoded it.
    fn routed(path: &str, query: &str) -> String {
        let event = json!({
            "version": "2.0",
            "rawPath": path,
            "rawQueryString": query,
            "headers": {"host": "api.example"},
            "requestContext": {"stage": "$default", "http": {"method": "GET", "path": path}},
            "isBase64Encoded": false,
        });
        let event = lambda_http::request::from_str(&event.to_string()).unwrap();
        let request = as_the_gateway_read_it(event.map(|_| Body::empty()));
        request.uri().to_string()
    }

    #[test]
    fn a_path_means_what_the_gateway_read_and_its_query_stays() {
        for (path, routed_by) in [
            ("/v1/feed", "/v1/feed"),
            ("/v1/products/~U0hPRQ", "/v1/products/~U0hPRQ"),
            ("/v1/products/50%OFF", "/v1/products/50%25OFF"),
            ("/v1/products/%41", "/v1/products/%2541"),
            ("/v1/products/what?", "/v1/products/what%3F"),
            ("/v1/products/no#1", "/v1/products/no%231"),
            ("/v1/products/é b", "/v1/products/%C3%A9%20b"),
            ("/@ana", "/@ana"),
        ] {
            assert_eq!(routed(path, ""), routed_by);
            assert_eq!(
                routed(path, "a=%26b"),
                format!("{routed_by}?a=%26b"),
                "{path}"
            );
        }
    }
}
