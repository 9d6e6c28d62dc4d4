//! Secrets, asked of a server that plays Secrets Manager.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::UNIX_EPOCH,
};

use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_types::region::Region;
use axum::{Json, Router, routing::post};
use http::{HeaderMap, StatusCode};
use serde_json::Value;
use tokio::net::TcpListener;

use super::*;

const CURSOR: &str = "arn:aws:secretsmanager:eu-west-1:1:secret:cursor";
const VIEW: &str = "arn:aws:secretsmanager:eu-west-1:1:secret:view";

/// A configuration whose every endpoint is a server that answers so.
async fn played(
    answer: impl Fn(&HeaderMap, &Value) -> (StatusCode, Value) + Clone + Send + Sync + 'static,
) -> SdkConfig {
    let answer = move |headers: HeaderMap, body: String| async move {
        let (status, said) = answer(&headers, &serde_json::from_str(&body).unwrap());
        (status, Json(said))
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().route("/", post(answer));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let credentials = Credentials::new("AKID", "secret", Some("token".into()), None, "test");
    SdkConfig::builder()
        .region(Region::new("eu-west-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(format!("http://{address}/"))
        .build()
}

async fn asked(sdk: &SdkConfig, arns: &[&str]) -> Result<BTreeMap<String, String>, String> {
    let at = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    let fetched = fetch(sdk, at, arns).await;
    fetched.map_err(|error| error.to_string())
}

fn kept(arns: &Value) -> Value {
    let all = arns.as_array().into_iter().flatten();
    let all =
        all.map(|arn| json!({ "ARN": arn, "Name": "n", "SecretString": format!("of {arn}") }));
    json!({ "SecretValues": all.collect::<Vec<_>>(), "Errors": [] })
}

#[tokio::test]
async fn all_secrets_come_by_one_signed_call() {
    let calls = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&calls);
    let sdk = played(move |headers, body| {
        counted.fetch_add(1, Ordering::SeqCst);
        assert_eq!(headers["x-amz-target"], TARGET);
        assert_eq!(headers["content-type"], KIND);
        assert_eq!(headers["x-amz-security-token"], "token");
        let signature = headers["authorization"].to_str().unwrap();
        assert!(signature.contains("/eu-west-1/secretsmanager/aws4_request"));
        assert!(
            signature.contains("content-type;host;x-amz-date;x-amz-security-token;x-amz-target")
        );
        (StatusCode::OK, kept(&body["SecretIdList"]))
    })
    .await;
    let found = asked(&sdk, &[CURSOR, VIEW]).await.unwrap();
    assert_eq!(found[CURSOR], format!("of \"{CURSOR}\""));
    assert_eq!(found[VIEW], format!("of \"{VIEW}\""));
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_call_that_fails_is_made_again_but_not_for_ever() {
    for (fails, calls) in [(2, 3), (9, 3)] {
        let made = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&made);
        let sdk = played(move |_, body| {
            if counted.fetch_add(1, Ordering::SeqCst) < fails {
                return (StatusCode::SERVICE_UNAVAILABLE, json!({}));
            }
            (StatusCode::OK, kept(&body["SecretIdList"]))
        })
        .await;
        assert_eq!(asked(&sdk, &[CURSOR]).await.is_ok(), fails < 3);
        assert_eq!(made.load(Ordering::SeqCst), calls);
    }
}

#[tokio::test]
async fn a_secret_that_is_withheld_empty_or_not_there_is_named() {
    let withheld = json!({ "SecretValues": [], "Errors": [
        { "SecretId": VIEW, "ErrorCode": "AccessDeniedException", "Message": "no" }] });
    let empty = json!({ "SecretValues": [{ "ARN": VIEW, "SecretString": "" }] });
    let binary = json!({ "SecretValues": [{ "ARN": VIEW, "SecretBinary": "AA==" }] });
    for answer in [withheld, empty, binary, json!({})] {
        let sdk = played(move |_, _| (StatusCode::OK, answer.clone())).await;
        let refused = asked(&sdk, &[VIEW]).await.unwrap_err();
        assert!(refused.starts_with(VIEW), "{refused}");
    }
}

#[tokio::test]
async fn nothing_is_asked_without_region_or_credentials() {
    let sdk = played(|_, _| (StatusCode::OK, json!({}))).await;
    let (mut nowhere, mut nobody) = (sdk.clone().into_builder(), sdk.into_builder());
    nowhere.set_region(None);
    nobody.set_credentials_provider(None);
    for (sdk, lacks) in [(nowhere, "no region"), (nobody, "no credentials")] {
        assert_eq!(asked(&sdk.build(), &[VIEW]).await.unwrap_err(), lacks);
    }
}
