//! Answers as they are handed to Lambda.

use axum::body::to_bytes;
use futures::{FutureExt, future::BoxFuture};
use http::{Response, StatusCode};
use lambda_http::{Body, IntoResponse};

/// An answer whose body goes as the text that it is, and in base64 where it is none, whatever its type says. The
/// library's own answers read a body by the charset of its type, whose tables for those of the whole world are a
/// fiftieth of a function's binary.
pub(super) struct Answer(pub(super) Response<axum::body::Body>);

impl IntoResponse for Answer {
    fn into_response(self) -> BoxFuture<'static, Response<Body>> {
        let (mut head, body) = self.0.into_parts();
        async move {
            let body = match to_bytes(body, usize::MAX).await {
                Ok(bytes) if bytes.is_empty() => Body::Empty,
                Ok(bytes) => match String::from_utf8(bytes.into()) {
                    Ok(text) => Body::Text(text),
                    Err(binary) => Body::Binary(binary.into_bytes()),
                },
                Err(error) => {
                    tracing::error!(%error, "an answer broke off");
                    head.status = StatusCode::INTERNAL_SERVER_ERROR;
                    Body::Empty
                }
            };
            Response::from_parts(head, body)
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn handed(body: impl Into<axum::body::Body>) -> Body {
        let answer = Answer(Response::new(body.into()));
        answer.into_response().await.into_body()
    }

    #[tokio::test]
    async fn a_body_is_handed_on_as_the_text_that_it_is_or_as_bytes() {
        assert!(matches!(handed("").await, Body::Empty));
        assert!(matches!(handed("{\"é\":1}").await, Body::Text(text) if text == "{\"é\":1}"));
        let jpeg = vec![0xff, 0xd8];
        assert!(matches!(handed(jpeg.clone()).await, Body::Binary(bytes) if bytes == jpeg));
    }
}
