//! The SDK's configuration, from the variables that Lambda itself sets.
//!
//! A function's credentials always come through its environment, so the SDK's usual search for
//! them (profiles, STS, containers, the instance's metadata service) is neither linked nor run.
//! <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>

use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_sdk_dynamodb::config::BehaviorVersion;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_types::{
    SdkConfig,
    region::Region,
    service_config::{LoadServiceConfig, ServiceConfigKey},
};

use super::Https;

/// Looks a variable up; [`super::config::variable`] outside of tests.
type Lookup = fn(&str) -> Option<String>;

/// Region, credentials and endpoints, by the names that every AWS SDK uses: `AWS_REGION`,
/// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, `AWS_ENDPOINT_URL` and
/// `AWS_ENDPOINT_URL_<SERVICE>`. Whatever is missing is missing in the requests: they fail.
pub fn read(lookup: Lookup) -> SdkConfig {
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(Https::system())
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .service_config(Endpoints(lookup));
    config.set_region(lookup("AWS_REGION").map(Region::new));
    config.set_endpoint_url(lookup("AWS_ENDPOINT_URL"));
    config.set_credentials_provider(credentials(lookup).map(SharedCredentialsProvider::new));
    config.build()
}

fn credentials(lookup: Lookup) -> Option<Credentials> {
    Some(Credentials::new(
        lookup("AWS_ACCESS_KEY_ID")?,
        lookup("AWS_SECRET_ACCESS_KEY")?,
        lookup("AWS_SESSION_TOKEN"),
        None,
        "environment",
    ))
}

/// `AWS_ENDPOINT_URL_DYNAMODB` and the like.
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>
#[derive(Debug)]
struct Endpoints(Lookup);

impl LoadServiceConfig for Endpoints {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let service = key.service_id().to_uppercase().replace(' ', "_");
        (self.0)(&format!("{}_{service}", key.env()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn everything(name: &str) -> Option<String> {
        let value = match name {
            "AWS_REGION" => "eu-central-1",
            "AWS_ACCESS_KEY_ID" => "key",
            "AWS_SECRET_ACCESS_KEY" => "secret",
            "AWS_SESSION_TOKEN" => "session",
            "AWS_ENDPOINT_URL" => "http://all.test",
            "AWS_ENDPOINT_URL_DYNAMODB_STREAMS" => "http://streams.test",
            _ => return None,
        };
        Some(value.to_owned())
    }

    #[test]
    fn region_and_endpoints_are_those_of_the_environment() {
        let config = read(everything);
        assert_eq!(config.region(), Some(&Region::new("eu-central-1")));
        assert_eq!(config.endpoint_url(), Some("http://all.test"));
        let of = |service: &'static str| {
            let key = ServiceConfigKey::builder()
                .service_id(service)
                .env("AWS_ENDPOINT_URL")
                .profile("endpoint_url")
                .build()
                .unwrap();
            config.service_config().unwrap().load_config(key)
        };
        assert_eq!(
            of("DynamoDB Streams").as_deref(),
            Some("http://streams.test")
        );
        assert_eq!(of("SQS"), None);
    }

    #[test]
    fn credentials_carry_the_session_of_the_functions_role() {
        let credentials = credentials(everything).unwrap();
        assert_eq!(credentials.access_key_id(), "key");
        assert_eq!(credentials.secret_access_key(), "secret");
        assert_eq!(credentials.session_token(), Some("session"));
    }

    #[test]
    fn without_a_key_there_are_no_credentials() {
        assert!(credentials(|_| None).is_none());
    }
}
