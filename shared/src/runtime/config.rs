//! The environment of a function: the only place that reads it.

use std::fmt;

/// What the template tells each function; the README's table of configuration lists the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `TABLE_NAME`: the DynamoDB table.
    pub table: String,
    /// `BUCKET_NAME`: the S3 bucket of uploads, renditions, feeds and reports.
    pub bucket: String,
    /// `API_URL`: the public base address of the API, without a slash at the end.
    pub api_url: String,
    /// `MEDIA_URL`: the public base address of renditions; an S3 key follows after a slash.
    pub media_url: String,
    /// `TOKEN_ISSUER`: the `iss` that tokens must carry.
    pub token_issuer: String,
    /// `TOKEN_AUDIENCE`: the `aud` or `client_id` that tokens must carry.
    pub token_audience: String,
    /// `TOKEN_JWKS_URL`: where the issuer's keys are read, or, beginning with `{`, the keys
    /// themselves (a JWKS document), where nothing is to be fetched.
    pub token_jwks_url: String,
    /// `TOKEN_GROUPS_CLAIM`: the claim that names tier and roles, such as `cognito:groups`.
    pub token_groups_claim: String,
    /// `SEAL_SECRET`: what cursors and view tokens are encrypted with; any 32 characters or
    /// more, no comma; while it is changed, several, parted by commas, of which the first seals.
    pub seal_secret: String,
    /// `FANOUT_QUEUE_URL`.
    pub fanout_queue: String,
    /// `PHOTOS_QUEUE_URL`.
    pub photos_queue: String,
    /// `CATALOGUE_QUEUE_URL`.
    pub catalogue_queue: String,
    /// `RELAY_DEAD_LETTER_QUEUE_URL`: where a stream record that cannot be read goes, raw.
    pub relay_dead_letter_queue: String,
}

/// A variable of the process's environment; `None` where it is not set, or not Unicode.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the environment"
)]
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The variables that are not set, or empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingVariables(pub Vec<&'static str>);

impl fmt::Display for MissingVariables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not set: {}", self.0.join(", "))
    }
}

impl std::error::Error for MissingVariables {}

impl Config {
    /// Every variable that [`Config::from_env`] reads, in the order of the fields.
    pub const VARIABLES: [&'static str; 13] = [
        "TABLE_NAME",
        "BUCKET_NAME",
        "API_URL",
        "MEDIA_URL",
        "TOKEN_ISSUER",
        "TOKEN_AUDIENCE",
        "TOKEN_JWKS_URL",
        "TOKEN_GROUPS_CLAIM",
        "SEAL_SECRET",
        "FANOUT_QUEUE_URL",
        "PHOTOS_QUEUE_URL",
        "CATALOGUE_QUEUE_URL",
        "RELAY_DEAD_LETTER_QUEUE_URL",
    ];

    /// Reads the process's environment.
    ///
    /// # Errors
    /// Names every variable that is missing, at once.
    pub fn from_env() -> Result<Self, MissingVariables> {
        Self::read(variable)
    }

    /// What Lambda calls the function that this process is (`AWS_LAMBDA_FUNCTION_NAME`, set by
    /// Lambda itself); `None` where it is none.
    pub fn function_name() -> Option<String> {
        variable("AWS_LAMBDA_FUNCTION_NAME")
    }

    /// Reads the variables through `lookup`.
    ///
    /// # Errors
    /// Names every variable that is missing or empty, at once.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, MissingVariables> {
        let mut missing = Vec::new();
        let mut values = Self::VARIABLES.map(|name| {
            lookup(name)
                .filter(|value| !value.is_empty())
                .unwrap_or_else(|| {
                    missing.push(name);
                    String::new()
                })
        });
        if !missing.is_empty() {
            return Err(MissingVariables(missing));
        }
        let [
            table,
            bucket,
            api_url,
            media_url,
            token_issuer,
            token_audience,
            token_jwks_url,
            token_groups_claim,
            seal_secret,
            fanout_queue,
            photos_queue,
            catalogue_queue,
            relay_dead_letter_queue,
        ] = values.each_mut().map(std::mem::take);
        Ok(Self {
            table,
            bucket,
            api_url: api_url.trim_end_matches('/').to_owned(),
            media_url: media_url.trim_end_matches('/').to_owned(),
            token_issuer,
            token_audience,
            token_jwks_url,
            token_groups_claim,
            seal_secret,
            fanout_queue,
            photos_queue,
            catalogue_queue,
            relay_dead_letter_queue,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_missing_variable_is_named_at_once() {
        let some = |name: &str| (name != "TABLE_NAME" && name != "API_URL").then(|| "x".to_owned());
        assert_eq!(
            Config::read(some),
            Err(MissingVariables(vec!["TABLE_NAME", "API_URL"]))
        );
        assert_eq!(
            Config::read(|name| Some(name.to_owned())).unwrap().bucket,
            "BUCKET_NAME"
        );
    }
}
