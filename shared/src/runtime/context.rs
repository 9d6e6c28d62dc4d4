//! What clients are made from, read once for the life of a function instance.

use std::{sync::Arc, time::Duration};

use aws_sdk_dynamodb::{config::timeout::TimeoutConfig, types::AttributeValue};
use aws_sdk_sqs::types::QueueAttributeName;
use aws_types::SdkConfig;
use futures::{FutureExt, future::BoxFuture};

use super::{Clock, Config, Ids, config};
use crate::{
    aws::{deadline::REQUEST, sdk, secrets, tried_here},
    error::Cause,
    keys,
};

/// A try of S3 may take this long, until its answer begins: an upload of the largest photo among them. It is
/// called by workers alone, and by the SDK's own three tries.
const OBJECT: Duration = Duration::from_secs(10);

/// Everything a function's `App` is made from; cheap to clone.
#[derive(Debug, Clone)]
pub struct Context {
    /// The environment.
    pub config: Arc<Config>,
    /// DynamoDB.
    pub dynamodb: aws_sdk_dynamodb::Client,
    /// Of S3, addressed by path, so that any endpoint will do.
    pub s3: Arc<aws_sdk_s3::Config>,
    /// Region, credentials and endpoints.
    pub sdk: Arc<SdkConfig>,
    /// Of SQS.
    pub sqs: Arc<aws_sdk_sqs::Config>,
    /// The time.
    pub clock: Clock,
    /// New ids.
    pub ids: Ids,
    /// A request is answered within this time, well or not: [`REQUEST`], save where a test lets a loaded
    /// machine be slower than AWS.
    pub patience: Duration,
}

impl Context {
    /// Builds the clients from an SDK configuration: the composition root of `main`s and tests.
    pub fn new(config: Config, sdk: &SdkConfig, clock: Clock) -> Self {
        let s3 = aws_sdk_s3::config::Builder::from(sdk)
            .force_path_style(true)
            .timeout_config(
                TimeoutConfig::builder()
                    .operation_attempt_timeout(OBJECT)
                    .build(),
            )
            .build();
        let tried = tried_here(sdk);
        Self {
            config: Arc::new(config),
            dynamodb: aws_sdk_dynamodb::Client::new(&tried),
            s3: Arc::new(s3),
            sdk: Arc::new(sdk.clone()),
            sqs: Arc::new(aws_sdk_sqs::Config::new(&tried)),
            ids: Ids::new(clock.clone()),
            patience: REQUEST,
            clock,
        }
    }

    /// The context of a deployed function: environment and system clock.
    pub fn from_env() -> Self {
        let sdk = sdk::read(config::variable);
        Self::new(Config::from_env(), &sdk, Clock::system())
    }

    /// The same with every secret that was asked for: those that are kept elsewhere are fetched, all
    /// by one call. Nothing was asked of it yet.
    ///
    /// # Errors
    /// Names a secret that is not given, or says why none is.
    pub async fn with_secrets(&self) -> Result<Self, Cause> {
        let kept = self.config.kept_elsewhere();
        if kept.is_empty() {
            return Ok(self.clone());
        }
        let arns: Vec<_> = kept.iter().map(|(_, arn)| *arn).collect();
        let mut found = secrets::fetch(&self.sdk, self.clock.now().into(), &arns).await?;
        let secrets = kept
            .iter()
            .filter_map(|(name, arn)| Some((*name, found.remove(*arn)?)));
        Ok(Self {
            config: Arc::new(self.config.with_all(secrets)),
            ..self.clone()
        })
    }

    /// A client of S3. A function that never asks for one does not carry S3 in its binary.
    pub fn s3(&self) -> aws_sdk_s3::Client {
        aws_sdk_s3::Client::from_conf((*self.s3).clone())
    }

    /// A client of SQS, as [`Context::s3`].
    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::from_conf((*self.sqs).clone())
    }

    /// Opens the connection to DynamoDB by reading an item that is not there: the first TLS
    /// handshake is paid for in init, while the CPU is not throttled. A failure costs nothing
    /// but that.
    pub fn warm_up(&self) -> BoxFuture<'static, ()> {
        let request = self.dynamodb.get_item().table_name(self.config.table());
        let request = request.set_key(Some(keys::nothing().attributes()));
        async move { tried(request.send().await) }.boxed()
    }

    /// As [`Context::warm_up`], for a function whose role may only query.
    pub fn warm_up_by_query(&self) -> BoxFuture<'static, ()> {
        let query = self.dynamodb.query().table_name(self.config.table());
        let nowhere = AttributeValue::S(keys::nothing().pk);
        let query = query.key_condition_expression("PK = :pk").limit(1);
        let query = query.expression_attribute_values(":pk", nowhere);
        async move { tried(query.send().await) }.boxed()
    }

    /// Opens the connection to SQS by asking for one attribute of this queue.
    pub fn warm_up_queue(&self, url: &str) -> BoxFuture<'static, ()> {
        let ask = self.sqs().get_queue_attributes().queue_url(url);
        let ask = ask.attribute_names(QueueAttributeName::QueueArn);
        async move { tried(ask.send().await) }.boxed()
    }
}

fn tried<T, E: std::fmt::Display>(outcome: Result<T, E>) {
    if let Err(error) = outcome {
        tracing::debug!(%error, "the connection was not warmed up");
    }
}
