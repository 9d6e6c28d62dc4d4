//! What clients are made from, read once for the life of a function instance.

use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_sqs::types::QueueAttributeName;
use aws_types::SdkConfig;

use super::{Clock, Config, Ids, MissingVariables, config};
use crate::aws::sdk;

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
}

impl Context {
    /// Builds the clients from an SDK configuration: the composition root of `main`s and tests.
    pub fn new(config: Config, sdk: &SdkConfig, clock: Clock) -> Self {
        let s3 = aws_sdk_s3::config::Builder::from(sdk)
            .force_path_style(true)
            .build();
        Self {
            config: Arc::new(config),
            dynamodb: aws_sdk_dynamodb::Client::new(sdk),
            s3: Arc::new(s3),
            sdk: Arc::new(sdk.clone()),
            sqs: Arc::new(aws_sdk_sqs::Config::new(sdk)),
            ids: Ids::new(clock.clone()),
            clock,
        }
    }

    /// The context of a deployed function: environment and system clock.
    ///
    /// # Errors
    /// Names the variables that are missing.
    pub fn from_env() -> Result<Self, MissingVariables> {
        let sdk = sdk::read(config::variable);
        Ok(Self::new(Config::from_env()?, &sdk, Clock::system()))
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
    pub async fn warm_up(&self) {
        let key = crate::keys::nothing().attributes();
        let request = self.dynamodb.get_item().table_name(&self.config.table);
        if let Err(error) = request.set_key(Some(key)).send().await {
            tracing::debug!(%error, "the connection was not warmed up");
        }
    }

    /// As [`Context::warm_up`], for a function whose role may only query.
    pub async fn warm_up_by_query(&self) {
        let query = self.dynamodb.query().table_name(&self.config.table);
        let nowhere = AttributeValue::S(crate::keys::nothing().pk);
        let query = query.key_condition_expression("PK = :pk").limit(1);
        if let Err(error) = query
            .expression_attribute_values(":pk", nowhere)
            .send()
            .await
        {
            tracing::debug!(%error, "the connection was not warmed up");
        }
    }

    /// Opens the connection to SQS by asking for one attribute of this queue.
    pub async fn warm_up_queue(&self, url: &str) {
        let ask = self.sqs().get_queue_attributes().queue_url(url);
        if let Err(error) = ask
            .attribute_names(QueueAttributeName::QueueArn)
            .send()
            .await
        {
            tracing::debug!(%error, "the connection was not warmed up");
        }
    }
}
