//! What is told of entries that wait to be sealed.

use domain::money::Account;
use serde_json::json;
use shared::{
    keys,
    queue::messages::{EntriesPosted, LedgerMessage},
};

use super::messages;
use crate::message::Message;

#[test]
fn that_an_entry_waits_is_told_once_and_that_it_is_sealed_is_not() {
    let account = Account::of_random(7);
    let key = keys::unsealed(&account, "01KAJ6Z7S0000000000000000A");
    let record = |event: &str, image: &str| {
        let item = json!({"PK": {"S": key.pk}, "SK": {"S": key.sk}, "entry": {"S": "{}"}});
        json!({"eventName": event, "dynamodb": {
            "ApproximateCreationDateTime": 1_795_251_601,
            "Keys": {"PK": {"S": key.pk}, "SK": {"S": key.sk}}, image: item,
        }})
    };
    let posted = LedgerMessage::Posted(EntriesPosted {
        account: account.clone(),
    });
    let told = messages(&record("INSERT", "NewImage")).unwrap();
    assert_eq!(told, [Message::from(posted)]);
    assert_eq!(messages(&record("REMOVE", "OldImage")).unwrap(), []);
}
