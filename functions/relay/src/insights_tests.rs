//! What is told of what people do that sellers see figures of.

use domain::{
    engagement::Idea,
    ids::{ListId, PostId, ProductId, UserId},
    money::{Account, Source, insights::Response, links::Visitor, noted::NotedClick},
};
use jiff::Timestamp;
use serde_json::{Value, json};
use shared::{
    keys::{self, Key},
    queue::messages::{Responded, RollupMessage},
};
use ulid::Ulid;

use super::messages;
use crate::message::Message;

const FIRST: &str = "2026-11-21T21:56:00.123Z";
const LATER: &str = "2026-11-28T21:56:00.123Z";

fn record(key: &Key, old: Value, new: Value) -> Value {
    let event = match (old.is_null(), new.is_null()) {
        (true, _) => "INSERT",
        (false, true) => "REMOVE",
        (false, false) => "MODIFY",
    };
    let mut record = json!({"eventName": event, "dynamodb": {
        "ApproximateCreationDateTime": 1_795_251_601,
        "Keys": {"PK": {"S": key.pk}, "SK": {"S": key.sk}},
    }});
    record["dynamodb"]["OldImage"] = old;
    record["dynamodb"]["NewImage"] = new;
    record
}

/// What is told to count of a record, with its times.
fn counted(record: &Value) -> Vec<(Response, String)> {
    let told = messages(record).unwrap().into_iter();
    told.filter_map(|message| match message {
        Message::Rollup(RollupMessage::Responded(Responded { response, at })) => {
            Some((response, format!("{at:.3}")))
        }
        Message::Fanout(_)
        | Message::Photos(_)
        | Message::Rollup(_)
        | Message::Notifier(_)
        | Message::Janitor(_)
        | Message::Ledger(_) => None,
    })
    .collect()
}

fn ana() -> UserId {
    UserId::parse("Khz7TtxGdApEIxhTZeGt4w").unwrap()
}

#[test]
fn a_smile_is_told_when_it_is_given_and_when_it_is_taken_back_and_nothing_else_is() {
    let post = PostId(Ulid::from_parts(1_700_000_000_000, 7));
    let key = keys::acts(&ana(), post);
    let smile = |at: &str| json!({"smile": {"S": at}});
    let both = json!({"smile": {"S": FIRST}, "vote": {"N": "1"}});
    let response = Response::Smile { user: ana(), post };
    for (old, new, told) in [
        (Value::Null, smile(FIRST), vec![FIRST]),
        (smile(FIRST), Value::Null, vec![FIRST]),
        (smile(FIRST), smile(LATER), vec![FIRST, LATER]),
        (smile(FIRST), both, vec![]),
    ] {
        let told: Vec<_> = told
            .into_iter()
            .map(|at| (response.clone(), at.to_owned()))
            .collect();
        assert_eq!(counted(&record(&key, old, new)), told);
    }
}

#[test]
fn a_save_is_told_since_it_came_to_the_first_of_ones_lists() {
    let product = ProductId::parse("mug").unwrap();
    let key = keys::acts_at_product(&ana(), &product);
    let list = |n| ListId(Ulid::from_parts(1_700_000_000_000, n)).to_string();
    let save = |at: &str| json!({"M": {"at": {"S": at}, "order": {"S": "V00000V"}}});
    let one = |at: &str| json!({"save": {"M": {list(1): save(at)}}});
    let two = json!({"save": {"M": {list(1): save(FIRST), list(2): save(LATER)}}});
    let second = json!({"save": {"M": {list(2): save(LATER)}}});
    let response = Response::Save {
        user: ana(),
        idea: Idea::Product(product),
    };
    for (old, new, told) in [
        (Value::Null, one(FIRST), vec![FIRST]),
        (one(FIRST), two.clone(), vec![]),
        (two, second.clone(), vec![FIRST, LATER]),
        (second, Value::Null, vec![LATER]),
    ] {
        let told: Vec<_> = told
            .into_iter()
            .map(|at| (response.clone(), at.to_owned()))
            .collect();
        assert_eq!(counted(&record(&key, old, new)), told);
    }
}

#[test]
fn a_click_is_told_once_with_what_it_led_to() {
    let click = Ulid::from_parts(1_700_000_000_000, 7);
    let visitor = Visitor([7; 16]);
    let key = keys::visitor_click(visitor, click);
    let noted = NotedClick {
        account: Account::of_random(7),
        owner: "f00d".to_owned(),
        source: Source::Post(PostId(click)),
        product: ProductId::parse("mug").unwrap(),
        tagged_at: Timestamp::UNIX_EPOCH,
    };
    let item: serde_dynamo::Item = serde_dynamo::to_item(&noted).unwrap();
    let item = serde_json::to_value(item).unwrap();
    let response = Response::Click {
        visitor: visitor.to_string(),
        click: click.to_string(),
        product: noted.product,
    };
    let told = counted(&record(&key, Value::Null, item.clone()));
    assert_eq!(told, [(response, "2023-11-14T22:13:20.000Z".to_owned())]);
    assert_eq!(counted(&record(&key, item, Value::Null)), []);
    let once = keys::click_once(visitor, 29_873_123, "f00d");
    let once = record(
        &once,
        Value::Null,
        json!({"click": {"S": click.to_string()}}),
    );
    assert_eq!(messages(&once).unwrap(), []);
}
