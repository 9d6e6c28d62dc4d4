//! How API Gateway speaks with a function: payload format 2.0, and what Lambda takes.

use std::collections::BTreeMap;

use axum::body::{Body, Bytes, to_bytes};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::request::Parts;
use http::{HeaderMap, Uri, header};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

/// The largest answer that Lambda takes, in bytes of JSON (its quota for synchronous calls: 6 MB).
const LARGEST_ANSWER: usize = 6 * 1024 * 1024;

/// The request as a function is given it; `None` where the gateway would not understand it.
///
/// The path is decoded, so that what was escaped in it cannot be told any more; headers of one name are one, joined by
/// commas, but for cookies, which stand apart.
pub(crate) fn request(parts: &Parts, body: &Bytes) -> Option<lambda_http::Request> {
    let path = percent_decode_str(parts.uri.path()).decode_utf8().ok()?;
    let host =
        text(&parts.headers, header::HOST.as_str()).unwrap_or_else(|| "127.0.0.1".to_owned());
    format!("http://{host}/").parse::<Uri>().ok()?;
    let method = parts.method.as_str();
    let (sent, base64) = match std::str::from_utf8(body) {
        Ok(text) => (text.to_owned(), false),
        Err(_binary) => (STANDARD.encode(body), true),
    };
    let event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": parts.uri.query().unwrap_or_default(),
        "cookies": text(&parts.headers, "cookie").map(|cookies| {
            cookies.split("; ").map(str::to_owned).collect::<Vec<_>>()
        }),
        "headers": headers(&parts.headers)?,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": host,
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": text(&parts.headers, "user-agent").unwrap_or_default(),
            },
            "requestId": "local",
            "routeKey": "$default",
            "stage": "$default",
            "timeEpoch": 0,
        },
        "body": (!sent.is_empty()).then_some(sent),
        "isBase64Encoded": base64,
    });
    lambda_http::request::from_str(&event.to_string()).ok()
}

fn headers(headers: &HeaderMap) -> Option<Value> {
    let names = headers.keys().filter(|name| *name != header::COOKIE);
    let joined = names.map(|name| Some((name.as_str(), text(headers, name.as_str())?)));
    let mut joined = joined.collect::<Option<BTreeMap<_, _>>>()?;
    // The gateway is where HTTPS ends.
    joined.insert("x-forwarded-proto", "http".to_owned());
    Some(json!(joined))
}

/// What a header says on all its lines; `None` where it is not there or is no text.
fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers.get_all(name).iter();
    let lines = lines.map(|line| String::from_utf8(line.as_bytes().to_vec()).ok());
    let lines = lines.collect::<Option<Vec<_>>>()?;
    (!lines.is_empty()).then(|| lines.join(","))
}

/// The answer, read whole; `None` where Lambda would not take it, or the function broke off.
pub(crate) async fn answer(response: Response) -> Option<Response> {
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, LARGEST_ANSWER).await.ok()?;
    let plain = !parts.headers.contains_key(header::CONTENT_ENCODING);
    let told = match std::str::from_utf8(&body) {
        Ok(text) if plain => serde_json::to_string(text).ok()?.len(),
        _ => body.len().div_ceil(3) * 4,
    };
    (told <= LARGEST_ANSWER).then(|| Response::from_parts(parts, Body::from(body)))
}
