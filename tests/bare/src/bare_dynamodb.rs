//! The least that a Lambda on a DynamoDB table can be: a client, and one call before it is ready.

use aws_config::BehaviorVersion;
use aws_sdk_dynamodb::{Client, types::AttributeValue};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    #[expect(clippy::disallowed_methods, reason = "it has no configuration")]
    let table = std::env::var("TABLE_NAME")?;
    let client = Client::new(&aws_config::load_defaults(BehaviorVersion::latest()).await);
    let nothing = || AttributeValue::S("NOTHING".to_owned());
    let get = client.get_item().table_name(table);
    get.key("PK", nothing()).key("SK", nothing()).send().await?;
    lambda_runtime::run(service_fn(|_: LambdaEvent<Value>| async {
        Ok::<_, Error>(json!({}))
    }))
    .await
}
