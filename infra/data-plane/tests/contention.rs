//! The table refuses as DynamoDB does when writes meet in time on an item, or come too fast.

#![expect(clippy::unwrap_used, reason = "what a helper unwraps fails the test")]

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{
    AttributeValue, Get, Put, PutRequest, TransactGetItem, TransactWriteItem, WriteRequest,
};
use data_plane::{Contention, DataPlane, Options, Template};

/// Long enough for whatever is to meet it.
const LONG: Contention = Contention {
    transaction: 500..=500,
    write: 300..=300,
    throttled: 0,
};

async fn plane(contention: Contention) -> (DataPlane, Client) {
    let template = Template::parse(include_str!("fixture.yaml")).unwrap();
    let options = Options {
        contention: Some(contention),
        ..Options::ephemeral(template)
    };
    let plane = DataPlane::start(options).await.unwrap();
    let config = aws_sdk_dynamodb::config::Builder::from(&plane.sdk_config());
    let once = config.retry_config(RetryConfig::disabled());
    (plane, Client::from_conf(once.build()))
}

fn key(pk: &str) -> HashMap<String, AttributeValue> {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    HashMap::from([("PK".to_owned(), text(pk)), ("SK".to_owned(), text("s"))])
}

/// A transaction that puts these items.
async fn transact(client: &Client, table: &str, items: &[&str], token: &str) -> Vec<String> {
    let put = |pk: &&str| {
        let put = Put::builder().table_name(table).set_item(Some(key(pk)));
        TransactWriteItem::builder()
            .put(put.build().unwrap())
            .build()
    };
    let sent = client
        .transact_write_items()
        .set_transact_items(Some(items.iter().map(put).collect()))
        .client_request_token(token)
        .send()
        .await;
    let Err(error) = sent else { return Vec::new() };
    let error = error.into_service_error();
    if !error.is_transaction_canceled_exception() {
        return vec![error.code().unwrap().to_owned()];
    }
    let message = error.message().unwrap().to_owned();
    let aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::TransactionCanceledException(
        cancelled,
    ) = error
    else {
        unreachable!()
    };
    let codes = cancelled.cancellation_reasons().iter();
    let codes: Vec<_> = codes
        .map(|reason| reason.code().unwrap().to_owned())
        .collect();
    assert!(
        message.ends_with(&format!("[{}]", codes.join(", "))),
        "{message}"
    );
    codes
}

async fn put(client: &Client, table: &str, pk: &str) -> Option<String> {
    let put = client.put_item().table_name(table).set_item(Some(key(pk)));
    let error = put.send().await.err()?;
    error.code().map(str::to_owned)
}

/// Waits until a transaction that was begun beside is surely under way.
async fn under_way(client: &Client, table: &str) {
    for _ in 0..10 {
        let get = client
            .get_item()
            .table_name(table)
            .set_key(Some(key("none")));
        get.send().await.unwrap();
    }
}

#[tokio::test]
async fn a_transaction_on_an_item_refuses_others_at_their_place_and_single_writes() {
    let (plane, client) = plane(LONG).await;
    let table = plane.table();
    let beside = async {
        under_way(&client, table).await;
        let get = Get::builder().table_name(table).set_key(Some(key("b")));
        let get = TransactGetItem::builder().get(get.build().unwrap()).build();
        let read = client.transact_get_items().transact_items(get).send();
        let (other, same, single, elsewhere, read) = tokio::join!(
            transact(&client, table, &["c", "b"], "two"),
            transact(&client, table, &["a", "b"], "one"),
            put(&client, table, "a"),
            put(&client, table, "d"),
            read,
        );
        assert_eq!(other, ["None", "TransactionConflict"]);
        assert_eq!(same, ["TransactionInProgressException"]);
        assert_eq!(single.as_deref(), Some("TransactionConflictException"));
        assert_eq!(elsewhere, None);
        let read = read.unwrap_err();
        assert_eq!(read.code(), Some("TransactionCanceledException"));
    };
    let (first, ()) = tokio::join!(transact(&client, table, &["a", "b"], "one"), beside);
    assert!(first.is_empty(), "{first:?}");
    assert_eq!(put(&client, table, "a").await, None, "it is over");
}

#[tokio::test]
async fn single_writes_of_an_item_wait_for_each_other_and_refuse_a_transaction() {
    let (plane, client) = plane(LONG).await;
    let table = plane.table();
    let beside = async {
        under_way(&client, table).await;
        transact(&client, table, &["a", "b"], "one").await
    };
    let (first, second, met) =
        tokio::join!(put(&client, table, "a"), put(&client, table, "a"), beside);
    assert_eq!((first, second), (None, None));
    assert_eq!(met, ["TransactionConflict", "None"]);
}

/// What a batch that puts these items hands back.
async fn batch(client: &Client, table: &str, items: &[&str]) -> usize {
    let put = |pk: &&str| {
        let put = PutRequest::builder().set_item(Some(key(pk)));
        WriteRequest::builder()
            .put_request(put.build().unwrap())
            .build()
    };
    let request = client.batch_write_item();
    let request = request.request_items(table, items.iter().map(put).collect());
    let left = request
        .send()
        .await
        .unwrap()
        .unprocessed_items
        .unwrap_or_default();
    left.into_values().map(|left| left.len()).sum()
}

#[tokio::test]
async fn a_batch_hands_back_what_meets_a_transaction_and_writes_the_rest() {
    let (plane, client) = plane(LONG).await;
    let table = plane.table();
    let beside = async {
        under_way(&client, table).await;
        assert_eq!(batch(&client, table, &["a"]).await, 1);
        assert_eq!(batch(&client, table, &["a", "c", "d"]).await, 1);
    };
    tokio::join!(transact(&client, table, &["a", "b"], "one"), beside);
    assert_eq!(batch(&client, table, &["a", "c"]).await, 0);
}

#[tokio::test]
async fn what_comes_too_fast_is_refused_and_a_batch_of_it_done_in_part() {
    let always = Contention {
        throttled: 1_000,
        ..Contention::default()
    };
    let (plane, client) = plane(always).await;
    let table = plane.table();
    let refused = put(&client, table, "a").await;
    let expected = "ProvisionedThroughputExceededException";
    assert_eq!(refused.as_deref(), Some(expected));
    let cancelled = transact(&client, table, &["a", "b"], "one").await;
    assert_eq!(cancelled, ["ProvisionedThroughputExceeded", "None"]);
    assert_eq!(batch(&client, table, &["a", "b", "c"]).await, 2);
}
