//! Where a service is that is called without the SDK's client of it.

use aws_types::{SdkConfig, service_config::ServiceConfigKey};

/// A service of AWS.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Service {
    /// As the SDKs call it, which gives `AWS_ENDPOINT_URL_<ID>`.
    pub(crate) id: &'static str,
    /// What its addresses begin with, and what it is signed for.
    pub(crate) name: &'static str,
}

impl Service {
    /// Its base address: the one configured for it, or for all services, else the region's own.
    /// <https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html>
    pub(crate) fn endpoint(self, sdk: &SdkConfig, region: &str) -> String {
        let china = if region.starts_with("cn-") { ".cn" } else { "" };
        let own = || format!("https://{}.{region}.amazonaws.com{china}", self.name);
        self.configured(sdk).unwrap_or_else(own)
    }

    fn configured(self, sdk: &SdkConfig) -> Option<String> {
        let key = ServiceConfigKey::builder()
            .service_id(self.id)
            .env("AWS_ENDPOINT_URL")
            .profile("endpoint_url")
            .build()
            .ok()?;
        let own = sdk.service_config().and_then(|all| all.load_config(key));
        let found = own.or_else(|| sdk.endpoint_url().map(str::to_owned))?;
        Some(found.trim_end_matches('/').to_owned())
    }
}
