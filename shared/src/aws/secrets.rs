//! Secrets, fetched by the function's own role before its first event.
//!
//! One signed request for all of them: the SDK's client of Secrets Manager would make every binary
//! larger for the sake of it.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

use aws_credential_types::provider::ProvideCredentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use aws_smithy_types::body::SdkBody;
use aws_types::SdkConfig;
use http::{Request, header};
use serde::Deserialize;
use serde_json::json;

use super::{Https, endpoint::Service};
use crate::error::Cause;

const SECRETS_MANAGER: Service = Service {
    id: "Secrets Manager",
    name: "secretsmanager",
};
const TARGET: &str = "secretsmanager.BatchGetSecretValue";
const KIND: &str = "application/x-amz-json-1.1";

/// Lambda gives a function ten seconds to start.
const TRIES: u32 = 3;
const WITHIN: Duration = Duration::from_secs(2);
/// Twenty secrets of 64 KB, the most that there can be, would be larger; ours are of 48 characters.
const MOST_BYTES: usize = 64 * 1024;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    #[serde(default)]
    secret_values: Vec<Secret>,
    #[serde(default)]
    errors: Vec<Withheld>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Secret {
    #[serde(rename = "ARN")]
    arn: String,
    #[serde(default)]
    secret_string: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Withheld {
    secret_id: String,
    error_code: String,
}

/// What Secrets Manager keeps under these ARNs, 20 at most, by ARN; signed at the real time.
/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html>
///
/// # Errors
/// Any that is not given, by its ARN; the last failure of three tries.
pub(crate) async fn fetch(
    sdk: &SdkConfig,
    now: SystemTime,
    arns: &[&str],
) -> Result<BTreeMap<String, String>, Cause> {
    let https = Https::system();
    let mut tried = 1;
    let answer = loop {
        let request = signed(sdk, now, arns).await?;
        match https.exchange(request, WITHIN, MOST_BYTES).await {
            Ok(answer) => break answer,
            Err(error) if tried == TRIES => return Err(error),
            Err(error) => tracing::warn!(%error, "the secrets were not to be had"),
        }
        tried += 1;
    };
    let answer: Answer = serde_json::from_slice(&answer)?;
    if let Some(Withheld {
        secret_id,
        error_code,
    }) = answer.errors.first()
    {
        return Err(format!("{secret_id}: {error_code}").into());
    }
    let values = answer.secret_values.into_iter();
    let found: BTreeMap<_, _> = values.map(|one| (one.arn, one.secret_string)).collect();
    let given = |arn: &&str| found.get(*arn).is_some_and(|value| !value.is_empty());
    match arns.iter().find(|arn| !given(arn)) {
        Some(missing) => Err(format!("{missing} is not there").into()),
        None => Ok(found),
    }
}

async fn signed(
    sdk: &SdkConfig,
    now: SystemTime,
    arns: &[&str],
) -> Result<Request<SdkBody>, Cause> {
    let region = sdk.region().ok_or("no region")?.as_ref();
    let credentials = sdk.credentials_provider().ok_or("no credentials")?;
    let identity = credentials.provide_credentials().await?.into();
    let url = SECRETS_MANAGER.endpoint(sdk, region) + "/";
    let body = json!({ "SecretIdList": arns }).to_string();
    let headers = [
        (header::CONTENT_TYPE.as_str(), KIND),
        ("x-amz-target", TARGET),
    ];
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(SECRETS_MANAGER.name)
        .time(now)
        .settings(SigningSettings::default())
        .build()?
        .into();
    let payload = SignableBody::Bytes(body.as_bytes());
    let signable = SignableRequest::new("POST", &url, headers.into_iter(), payload)?;
    let (signature, _) = sign(signable, &params)?.into_parts();
    let mut request = Request::post(&url);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let mut request = request.body(SdkBody::from(body))?;
    signature.apply_to_request_http1x(&mut request);
    Ok(request)
}

#[cfg(test)]
#[path = "secrets_tests.rs"]
mod tests;
