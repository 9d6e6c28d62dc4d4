//! Compressed answers, for who accepts them.

use std::io::Write;

use axum::{
    body::{Body, HttpBody},
    response::{IntoResponse, Response},
};
use flate2::{Compression, write::GzEncoder};
use http::{HeaderMap, HeaderValue, header};
use http_body_util::BodyExt;

use crate::error::Error;

/// Shorter answers, in bytes, are sent as they are.
const FROM: u64 = 1_024;

/// Whether gzip is accepted, and no less welcome than no coding at all (RFC 9110, section 12.5.3).
pub(super) fn takes_gzip(headers: &HeaderMap) -> bool {
    let weight = |coding: &str| weight(headers, coding);
    let gzip = weight("gzip").or_else(|| weight("x-gzip"));
    let gzip = gzip.or_else(|| weight("*")).unwrap_or_default();
    gzip > 0.0 && gzip >= weight("identity").unwrap_or_default()
}

/// The quality that a coding is given, 0 to 1; `None` where it is not named.
fn weight(headers: &HeaderMap, coding: &str) -> Option<f32> {
    let lines = headers.get_all(header::ACCEPT_ENCODING).iter();
    let listed = lines.filter_map(|line| line.to_str().ok());
    let mut listed = listed.flat_map(|line| line.split(','));
    listed.find_map(|one| {
        let (name, parameters) = one.split_once(';').unwrap_or((one, ""));
        if !name.trim().eq_ignore_ascii_case(coding) {
            return None;
        }
        let quality = parameters.trim().to_ascii_lowercase();
        let quality = quality.strip_prefix("q=").map(str::parse);
        // What cannot be read asks for nothing.
        Some(quality.unwrap_or(Ok(1.0)).unwrap_or_default())
    })
}

/// The answer compressed, if it is long enough to gain by it.
pub(super) async fn gzip(response: Response) -> Response {
    let size = response.body().size_hint().exact();
    if response.headers().contains_key(header::CONTENT_ENCODING)
        || size.is_none_or(|size| size < FROM)
    {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let compressed = async {
        let bytes = body.collect().await.map_err(Error::internal)?.to_bytes();
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&bytes).map_err(Error::internal)?;
        encoder.finish().map_err(Error::internal)
    };
    match compressed.await {
        Ok(compressed) => {
            let gzip = HeaderValue::from_static("gzip");
            parts.headers.insert(header::CONTENT_ENCODING, gzip);
            parts.headers.remove(header::CONTENT_LENGTH);
            Response::from_parts(parts, Body::from(compressed))
        }
        Err(error) => error.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_for_who_accepts_it_and_likes_nothing_better() {
        let takes = |lines: &[&str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(
                    header::ACCEPT_ENCODING,
                    HeaderValue::from_str(line).unwrap(),
                );
            }
            takes_gzip(&headers)
        };
        for accepts in [
            &["gzip"][..],
            &["br, GZIP;q=0.1"],
            &["*"],
            &["*;q=0, gzip"],
            &["br", "x-gzip"],
            &["gzip;q=0.5, identity; q=0.5"],
            &["deflate, gzip;q=1.0, *;q=0.5"],
        ] {
            assert!(takes(accepts), "{accepts:?}");
        }
        for refuses in [
            &[][..],
            &[""],
            &["br"],
            &["gzip;q=0"],
            &["gzip; q=0.000, *"],
            &["identity, gzip;q=0.5"],
            &["*;q=0"],
            &["gzip;q=x"],
        ] {
            assert!(!takes(refuses), "{refuses:?}");
        }
    }
}
