//! What the embedded S3 lets pass and the real one does not: refused here, in front of it.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{Method, StatusCode, header};
use sha2::{Digest, Sha256};

/// The largest body whose digest is compared before it is stored.
const LARGEST_CHECKED: usize = 64 << 20;

/// A refusal in S3's words.
pub(crate) fn refuse(status: StatusCode, code: &str, message: &str) -> Response {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
    );
    (status, [(header::CONTENT_TYPE, "application/xml")], body).into_response()
}

/// On a presigned request every `x-amz-*` header must be among the signed ones.
pub(crate) fn has_unsigned_headers(request: &Request) -> bool {
    let mut parameters = request.uri().query().unwrap_or_default().split('&');
    let signed = parameters.find_map(|pair| pair.strip_prefix("X-Amz-SignedHeaders="));
    let Some(signed) = signed else { return false };
    let signed = signed.replace("%3B", ";").replace("%3b", ";");
    let mut names = request.headers().keys().map(header::HeaderName::as_str);
    names.any(|name| {
        name.starts_with("x-amz-")
            && name != "x-amz-content-sha256"
            && !signed.split(';').any(|signed| signed == name)
    })
}

/// Compares a body with the digest that its request names: the embedded S3 would do so only
/// after it has stored the body.
pub(crate) async fn check_digest(request: Request) -> Result<Request, Response> {
    let digest = request.headers().get("x-amz-checksum-sha256");
    let Some(digest) = digest.filter(|_| request.method() == Method::PUT).cloned() else {
        return Ok(request);
    };
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, LARGEST_CHECKED).await.map_err(|error| {
        tracing::debug!(%error, "an upload could not be read");
        refuse(
            StatusCode::BAD_REQUEST,
            "IncompleteBody",
            "The body could not be read whole.",
        )
    })?;
    if STANDARD.encode(Sha256::digest(&bytes)).as_bytes() != digest.as_bytes() {
        let message = "The SHA256 you specified did not match the calculated checksum.";
        return Err(refuse(StatusCode::BAD_REQUEST, "BadDigest", message));
    }
    Ok(Request::from_parts(parts, Body::from(bytes)))
}
