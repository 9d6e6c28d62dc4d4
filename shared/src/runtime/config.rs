//! The settings of a function: the only place that reads the environment.
//!
//! A function is given the settings that it reads, and no others. Which those are it says by asking for
//! them while it is made: what it asks for is noted, compared with its `function.yaml` by a test, and
//! must be there before it serves.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Mutex, PoisonError},
};

/// What a function is told by its environment.
#[derive(Debug, Default)]
pub struct Config {
    values: BTreeMap<&'static str, String>,
    asked: Mutex<BTreeSet<&'static str>>,
}

macro_rules! settings {
    (plain { $($(#[$doc:meta])* $name:literal $method:ident;)* }
        optional { $($(#[$may:meta])* $option:literal $optional:ident;)* }
        secret { $($(#[$what:meta])* $secret:literal $key:ident;)* }) => {
        impl Config {
            /// Every variable that a function may read.
            pub const VARIABLES: &'static [&'static str] = &[$($name,)* $($option,)* $($secret),*];

            /// Those of them that may be empty.
            pub const OPTIONAL: &'static [&'static str] = &[$($option),*];

            /// Those of them that are secrets. Each is the secret itself or, deployed, the ARN under
            /// which Secrets Manager keeps it: [`serve`](super::serve) puts in what it finds there.
            pub const SECRETS: &'static [&'static str] = &[$($secret),*];

            $($(#[$doc])* pub fn $method(&self) -> &str {
                self.ask($name)
            })*

            $($(#[$may])* pub fn $optional(&self) -> &str {
                self.ask($option)
            })*

            $($(#[$what])* pub fn $key(&self) -> &str {
                self.ask($secret)
            })*
        }
    };
}

settings! {
    plain {
        /// The DynamoDB table.
        "TABLE_NAME" table;
        /// The S3 bucket of uploads, renditions, feeds and reports.
        "BUCKET_NAME" bucket;
        /// The public base address of the API, without a slash at the end.
        "API_URL" api_url;
        /// The public base address of renditions; an S3 key follows after a slash.
        "MEDIA_URL" media_url;
        /// The public base address of pages.
        "PAGES_URL" pages_url;
        /// The hosts of the store's pictures, parted by commas, each with its port where it has one: pages show no others.
        "IMAGE_HOSTS" image_hosts;
        /// The `iss` that tokens must carry.
        "TOKEN_ISSUER" token_issuer;
        /// The `aud` or `client_id` that tokens must carry.
        "TOKEN_AUDIENCE" token_audience;
        /// Where the issuer's keys are read, or, beginning with `{`, the keys themselves (a JWKS
        /// document), where nothing is to be fetched.
        "TOKEN_JWKS_URL" token_jwks_url;
        /// The claim that names tier and roles, such as `cognito:groups`.
        "TOKEN_GROUPS_CLAIM" token_groups_claim;
        /// Which `token_use` is taken, where a token has one: `access`; more are parted by commas.
        "TOKEN_USE" token_use;
        /// How many posts a person may make in an hour: 60.
        "POSTS_AN_HOUR" posts_an_hour;
        /// How many upload tickets a person may have in an hour: 120.
        "TICKETS_AN_HOUR" tickets_an_hour;
        /// From how many points on the badge is given: 60.
        "BADGE_POINTS" badge_points;
        /// And from how many posts on that earned some: 5.
        "BADGE_POSTS" badge_posts;
        /// Below how many points it is taken: 45.
        "BADGE_LEAST_POINTS" badge_least_points;
        /// Or below how many posts: 3.
        "BADGE_LEAST_POSTS" badge_least_posts;
        /// After how many product views a pause opens the stream: 3.
        "NUDGE_VIEWS" nudge_views;
        /// And how many seconds a pause is long that does: 120.
        "NUDGE_PAUSE" nudge_pause;
        /// How many comments a person may write in an hour: 120.
        "COMMENTS_AN_HOUR" comments_an_hour;
        /// Where the store's terms can be read.
        "TERMS_URL" terms_url;
        /// The address for mail about what people find here.
        "CONTACT_EMAIL" contact_email;
        /// The page of the store's for that.
        "CONTACT_URL" contact_url;
        /// How many reports a person may make in an hour: 50.
        "REPORTS_AN_HOUR" reports_an_hour;
        /// How many appeals a person may make in an hour: 10.
        "APPEALS_AN_HOUR" appeals_an_hour;
        /// How much the reports of three people or more weigh together that hide something: 5.
        "HIDE_WEIGHT" hide_weight;
        /// How many strikes suspend a person: 3.
        "STRIKES" strikes;
        /// How many exports of their account a person may ask for in a UTC day: 2.
        "EXPORTS_A_DAY" exports_a_day;
        /// How many days after a shipment what it earned falls due: 30.
        "RETURN_DAYS" return_days;
        /// The time zone by which months of statements and days of earnings go, such as `UTC`.
        "STATEMENT_TIME_ZONE" statement_time_zone;
        /// From which amounts on an account is paid, by currency, parted by commas, in minor units: `USD 1000, JPY 1500`. Of
        /// a currency that is not named it is 1,000.
        "PAYOUT_MINIMUM" payout_minimum;
        /// The queue of `attribution`.
        "ATTRIBUTION_QUEUE_URL" attribution_queue;
        /// Where whoever linked an account is sent back to: the app, with a one-time code.
        "APP_URL" app_url;
        /// How many links to networks, and proofs of accounts, a person may begin in an hour: 10.
        "LINKS_AN_HOUR" links_an_hour;
        /// How many people must follow an applicant's account: 500.
        "LEAST_AUDIENCE" least_audience;
        /// How many of an applicant's latest posts there must be: 3.
        "LEAST_POSTS" least_posts;
        /// Which part of them must show a product: 0.5.
        "LEAST_SHOPPABLE" least_shoppable;
        /// How much others must do at them, a post and follower: 0.01.
        "LEAST_ENGAGEMENT" least_engagement;
        /// How many hours an application waits that is not decided at once: 120.
        "VETTING_HOURS" vetting_hours;
        /// The store's own hosts, parted by commas: tracked links lead to no others.
        "STORE_HOSTS" store_hosts;
        /// Whether browsers that follow tracked links are given a cookie: `on`, or `off`.
        "VISITOR_COOKIE" visitor_cookie;
        /// The queue of `fanout`.
        "FANOUT_QUEUE_URL" fanout_queue;
        /// The queue of `fanout` for posts to very many.
        "FANOUT_BULK_QUEUE_URL" fanout_bulk_queue;
        /// The queue of `photos`.
        "PHOTOS_QUEUE_URL" photos_queue;
        /// The queue of `catalogue`.
        "CATALOGUE_QUEUE_URL" catalogue_queue;
        /// The queue of `rollup`.
        "ROLLUP_QUEUE_URL" rollup_queue;
        /// The queue of `notifier`.
        "NOTIFIER_QUEUE_URL" notifier_queue;
        /// The queue of `janitor`.
        "JANITOR_QUEUE_URL" janitor_queue;
        /// Where a stream record that cannot be read goes, raw.
        "RELAY_DEAD_LETTER_QUEUE_URL" relay_dead_letter_queue;
    }
    optional {
        /// Which version of the store's terms whoever joins or acts must have accepted; empty for none.
        "TERMS_VERSION" terms_version;
        /// What differs from what is known of the networks, as a JSON object by network: client ids above all. A network
        /// without one is not there.
        "NETWORKS" networks;
        /// Where the store's app can be had.
        "APP_DOWNLOAD_URL" app_download_url;
        /// The store's apps of Apple's that open pages themselves: `TEAM.com.example.app`, parted by commas.
        "APPLE_APPS" apple_apps;
        /// Those of Android's: `com.example.app=AA:BB:…`, with the digest of the certificate, parted by commas.
        "ANDROID_APPS" android_apps;
    }
    // Any 32 characters or more, no comma; while one is changed, several, parted by commas, of which
    // the first is for what is new.
    secret {
        /// What cursors are encrypted with.
        "CURSOR_KEY" cursor_key;
        /// What view tokens are encrypted with.
        "VIEW_KEY" view_key;
        /// What the directories of renditions are named with.
        "MEDIA_KEY" media_key;
        /// What the codes of tracked links, and the ids of clicks, are sealed with.
        "LINK_KEY" link_key;
        /// What the ledger's hashes are made with. It stands alone and is never changed: with another, no order line would be
        /// known.
        "LEDGER_SALT" ledger_salt;
        /// What the networks know Spark by: a JSON object by network, or one for all.
        "NETWORK_SECRETS" network_secrets;
        /// What the ids of people are made with. It stands alone and is never changed: with another,
        /// everyone would be a stranger.
        "PEOPLE_KEY" people_key;
        /// What the store signs its calls with.
        "STORE_KEYS" store_keys;
    }
}

/// A variable of the process's environment; `None` where it is not set, or not Unicode.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the environment"
)]
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The variables that a function reads and that are not set, or empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingVariables(pub Vec<&'static str>);

impl fmt::Display for MissingVariables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not set: {}", self.0.join(", "))
    }
}

impl std::error::Error for MissingVariables {}

impl Config {
    /// Reads the process's environment.
    pub fn from_env() -> Self {
        Self::read(variable)
    }

    /// What Lambda calls the function that this process is (`AWS_LAMBDA_FUNCTION_NAME`, set by
    /// Lambda itself); `None` where it is none.
    pub fn function_name() -> Option<String> {
        variable("AWS_LAMBDA_FUNCTION_NAME")
    }

    /// Reads the variables through `lookup`.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Self {
        let found = |name: &&'static str| {
            let value = lookup(name)?;
            let value = value.trim_end_matches('/');
            (!value.is_empty()).then(|| (*name, value.to_owned()))
        };
        Self {
            values: Self::VARIABLES.iter().filter_map(found).collect(),
            asked: Mutex::default(),
        }
    }

    /// The same variables, of which nothing was asked yet, with one of another value.
    #[must_use]
    pub fn with(&self, name: &'static str, value: impl Into<String>) -> Self {
        self.with_all([(name, value.into())])
    }

    /// As [`Config::with`], for several.
    pub(super) fn with_all(
        &self,
        others: impl IntoIterator<Item = (&'static str, String)>,
    ) -> Self {
        let mut values = self.values.clone();
        values.extend(others);
        Self {
            values,
            asked: Mutex::default(),
        }
    }

    /// The secrets that were asked for and are kept elsewhere: each with its ARN.
    pub(super) fn kept_elsewhere(&self) -> Vec<(&'static str, &str)> {
        let asked = self.asked();
        let secrets = Self::SECRETS.iter().filter(|name| asked.contains(*name));
        let found = secrets.filter_map(|name| Some((*name, self.values.get(name)?.as_str())));
        found
            .filter(|(_, value)| value.starts_with("arn:"))
            .collect()
    }

    /// What was asked for so far.
    pub fn asked(&self) -> BTreeSet<&'static str> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.clone()
    }

    /// That all that was asked for is there.
    ///
    /// # Errors
    /// Names every variable that is not set, at once.
    pub fn complete(&self) -> Result<(), MissingVariables> {
        let mut missing = self.asked();
        missing.retain(|name| !self.values.contains_key(name) && !Self::OPTIONAL.contains(name));
        if missing.is_empty() {
            Ok(())
        } else {
            Err(MissingVariables(missing.into_iter().collect()))
        }
    }

    /// A setting; empty where it is not set, which [`Config::complete`] tells.
    fn ask(&self, name: &'static str) -> &str {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.insert(name);
        self.values.get(name).map_or("", String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variable_that_is_asked_for_and_missing_is_named_at_once() {
        let config = Config::read(|name| (name == "BUCKET_NAME").then(|| "photos".to_owned()));
        assert_eq!((config.bucket(), config.complete()), ("photos", Ok(())));
        assert_eq!((config.table(), config.api_url()), ("", ""));
        let missing = MissingVariables(vec!["API_URL", "TABLE_NAME"]);
        assert_eq!(config.complete(), Err(missing));
        let asked = ["API_URL", "BUCKET_NAME", "TABLE_NAME"];
        assert_eq!(config.asked(), BTreeSet::from(asked));
    }

    #[test]
    fn what_is_optional_may_be_empty_and_is_not_missing() {
        let config = Config::read(|_| None);
        assert_eq!((config.terms_version(), config.complete()), ("", Ok(())));
        assert_eq!(config.asked(), BTreeSet::from(["TERMS_VERSION"]));
    }

    #[test]
    fn a_secret_is_kept_elsewhere_where_its_variable_says_so_by_an_arn() {
        let config = Config::read(|name| match name {
            "VIEW_KEY" => Some("a secret of thirty-two characters".to_owned()),
            "TABLE_NAME" => Some("arn:aws:dynamodb:eu-west-1:1:table/spark".to_owned()),
            _ => Some(format!("arn:aws:secretsmanager:eu-west-1:1:secret:{name}")),
        });
        assert_eq!(config.kept_elsewhere(), []);
        let asked = (config.table(), config.view_key(), config.media_key());
        let arn = "arn:aws:secretsmanager:eu-west-1:1:secret:MEDIA_KEY";
        assert_eq!(
            (asked.2, config.kept_elsewhere()),
            (arn, vec![("MEDIA_KEY", arn)])
        );
    }

    #[test]
    fn an_address_has_no_slash_at_its_end() {
        let config = Config::read(|_| Some("https://api.test/".to_owned()));
        assert_eq!(config.api_url(), "https://api.test");
    }
}
