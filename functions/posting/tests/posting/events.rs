//! The sample events, as the gateway sends them.

use http::StatusCode;
use lambda_http::Request;
use tower::ServiceExt;

use crate::begin;

/// Handles an event of the gateway's with a good token in it.
async fn handle(event: &str) -> StatusCode {
    let (world, ana, _) = begin().await;
    let event = event.replace("TOKEN", &ana.token);
    let request: Request = lambda_http::request::from_str(&event).unwrap();
    let router = posting::router(&world.context());
    let Ok(response) = router.oneshot(request).await;
    response.status()
}

#[tokio::test]
async fn the_sample_event_creates_a_post() {
    let event = include_str!("../../../../events/posting-create-post.json");
    assert_eq!(handle(event).await, 201);
}

#[tokio::test]
async fn the_sample_event_gets_a_ticket() {
    let event = include_str!("../../../../events/posting-request-upload.json");
    assert_eq!(handle(event).await, 201);
}
