//! What a record of the table's stream says, and which message it comes to.

use jiff::Timestamp;
use serde::{Deserialize, de::Error as _};
use serde_json::{Error, Value};
use shared::{
    keys::{self, Item, Key, Relayed},
    queue::messages::FanoutMessage,
    telemetry::{Trace, metrics},
};

use crate::{
    message::{Image, Message},
    people, photos, posts,
};

/// The part of a record that the relay goes by.
#[derive(Deserialize)]
struct Record {
    #[serde(rename = "eventName")]
    event: Event,
    dynamodb: Change,
}

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Event {
    Insert,
    Modify,
    Remove,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Change {
    keys: Keys,
    new_image: Option<Image>,
    old_image: Option<Image>,
}

#[derive(Deserialize)]
#[serde(rename_all = "UPPERCASE")]
struct Keys {
    pk: Text,
    sk: Text,
}

#[derive(Deserialize)]
#[serde(rename_all = "UPPERCASE")]
struct Text {
    s: String,
}

/// The record's place in its shard; empty when it has none.
pub fn sequence(record: &Value) -> &str {
    record["dynamodb"]["SequenceNumber"]
        .as_str()
        .unwrap_or_default()
}

/// The trace that made the change, as it is noted on the item.
pub fn trace(record: &Value) -> Option<Trace> {
    let images = ["NewImage", "OldImage"].map(|image| &record["dynamodb"][image][keys::TRACE]["S"]);
    let noted = images.into_iter().find_map(Value::as_str)?;
    Trace::from_traceparent(noted)
}

/// How long ago the change was committed, in milliseconds, to the second.
pub fn age(record: &Value) -> Option<f64> {
    let seconds = record["dynamodb"]["ApproximateCreationDateTime"].as_f64()?;
    let committed = Timestamp::from_second(seconds as i64).ok()?;
    Some(metrics::milliseconds(metrics::since(committed)))
}

/// The message that a record comes to, if any. Which changes are told is on their items' lines.
///
/// # Errors
/// Says what cannot be read.
pub fn message(record: &Value) -> Result<Option<Message>, Error> {
    let Record { event, dynamodb } = Record::deserialize(record)?;
    let (old, new) = (dynamodb.old_image, dynamodb.new_image);
    let key = Key {
        pk: dynamodb.keys.pk.s,
        sk: dynamodb.keys.sk.s,
    };
    let Some(item) = Relayed::at(&key) else {
        let untold = Item::at(&key).map(|_untold| None);
        return untold.ok_or_else(|| Error::custom("no item of ours"));
    };
    let fanout = |message: Option<FanoutMessage>| message.map(Message::Fanout);
    match item {
        Relayed::Post(_) => posts::appeared(old, new).map(fanout),
        Relayed::CameTo(..) if event == Event::Insert => posts::came_to(new).map(fanout),
        Relayed::Photo(_) if event == Event::Remove => photos::removed(old),
        Relayed::Follows(reader, author) if event == Event::Insert => {
            Ok(fanout(Some(people::followed(reader, author))))
        }
        Relayed::CameTo(..) | Relayed::Photo(_) | Relayed::Follows(..) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use domain::ids::{TopicId, UserId};
    use serde_json::json;
    use shared::queue::messages::{Followed, PhotoRemoved, PhotosMessage};

    use super::*;

    const SAMPLE: &str = include_str!("../../../events/relay-stream.json");

    /// A post's record, of the images with these states.
    fn of_post(old: Option<&str>, new: Option<&str>) -> Value {
        let sample: Value = serde_json::from_str(SAMPLE).unwrap();
        let mut record = sample["Records"][0].clone();
        let published = record["dynamodb"]["NewImage"].take();
        let image = |status: &str| {
            let mut image = published.clone();
            image["status"]["S"] = json!(status);
            if status != "published" {
                image.as_object_mut().unwrap().remove("published_at");
            }
            image
        };
        record["dynamodb"]["OldImage"] = json!(old.map(image));
        record["dynamodb"]["NewImage"] = json!(new.map(image));
        record
    }

    #[test]
    fn a_post_is_told_of_when_it_appears_and_only_then() {
        let told = [
            (None, Some("published")),
            (Some("processing"), Some("published")),
            (Some("needs_attention"), Some("published")),
        ];
        for (old, new) in told {
            let message = message(&of_post(old, new)).unwrap();
            assert!(
                matches!(
                    message,
                    Some(Message::Fanout(FanoutMessage::PostPublished(_)))
                ),
                "{old:?} {new:?}"
            );
        }
        let untold = [
            (None, Some("processing")),
            (Some("processing"), Some("needs_attention")),
            (Some("published"), Some("published")),
            (Some("published"), None),
        ];
        for (old, new) in untold {
            assert_eq!(
                message(&of_post(old, new)).unwrap(),
                None,
                "{old:?} {new:?}"
            );
        }
    }

    /// A photo's record, of this kind of change.
    fn of_photo(event: &str) -> Value {
        let image = json!({
            "PK": {"S": "PHOTO#01KAKGXV3C8Z2M4N6P8R0T1V3W"},
            "SK": {"S": "PHOTO"},
            "id": {"S": "01KAKGXV3C8Z2M4N6P8R0T1V3W"},
            "media": {"S": "7b1f0c53a6f04a579f0e2b7f6f1f3c11"},
        });
        json!({"eventName": event, "dynamodb": {
            "Keys": {"PK": image["PK"], "SK": image["SK"]},
            "OldImage": if event == "INSERT" { Value::Null } else { image.clone() },
            "NewImage": if event == "REMOVE" { Value::Null } else { image },
        }})
    }

    #[test]
    fn a_photo_is_told_of_when_it_goes_and_only_then() {
        let removed = PhotosMessage::PhotoRemoved(PhotoRemoved {
            photo: "01KAKGXV3C8Z2M4N6P8R0T1V3W".parse().unwrap(),
            media: "7b1f0c53a6f04a579f0e2b7f6f1f3c11".to_owned(),
        });
        let told = message(&of_photo("REMOVE")).unwrap();
        assert_eq!(told, Some(Message::Photos(removed)));
        for event in ["INSERT", "MODIFY"] {
            assert_eq!(message(&of_photo(event)).unwrap(), None, "{event}");
        }
        let mut record = of_photo("REMOVE");
        record["dynamodb"]["OldImage"]["media"] = json!({"N": "7"});
        assert!(message(&record).is_err());
    }

    #[test]
    fn a_follow_is_told_of_when_it_begins_and_only_then() {
        let image = json!({"PK": {"S": "FOLLOWS#bo"}, "SK": {"S": "ana"}});
        let record = |event: &str| {
            json!({"eventName": event, "dynamodb": {
                "Keys": image,
                "OldImage": if event == "INSERT" { Value::Null } else { image.clone() },
                "NewImage": if event == "REMOVE" { Value::Null } else { image.clone() },
            }})
        };
        let [reader, author] = ["bo", "ana"].map(|id| UserId::parse(id).unwrap());
        let followed = FanoutMessage::Followed(Followed { reader, author });
        let told = message(&record("INSERT")).unwrap();
        assert_eq!(told, Some(Message::Fanout(followed)));
        for event in ["MODIFY", "REMOVE"] {
            assert_eq!(message(&record(event)).unwrap(), None, "{event}");
        }
    }

    #[test]
    fn a_post_that_comes_to_other_walls_is_told_of_with_the_new_ones() {
        let mut record = of_post(None, Some("published"));
        record["dynamodb"]["Keys"]["SK"]["S"] = json!("CAME-TO#3");
        let image = &mut record["dynamodb"]["NewImage"];
        image["post"] = image["id"].clone();
        image["topics"] = json!({"L": [{"S": "coffee"}]});
        let Ok(Some(Message::Fanout(FanoutMessage::TopicsChanged(changed)))) = message(&record)
        else {
            panic!("{:?}", message(&record));
        };
        let named: Vec<_> = changed.topics.iter().map(TopicId::as_str).collect();
        assert_eq!(named, ["coffee"]);
        // Its time to live is over.
        record["eventName"] = json!("REMOVE");
        record["dynamodb"]["NewImage"] = json!(null);
        assert_eq!(message(&record).unwrap(), None);
    }

    #[test]
    fn what_cannot_be_read_is_an_error_and_not_silence() {
        let changes: [fn(&mut Value); 7] = [
            |record| record["dynamodb"]["NewImage"]["status"]["S"] = json!("unheard-of"),
            |record| record["dynamodb"]["NewImage"]["topics"] = json!({"S": "cats"}),
            |record| record["dynamodb"]["NewImage"]["published_at"] = json!({"NULL": true}),
            |record| record["dynamodb"]["Keys"]["PK"]["S"] = json!("POST#no-id"),
            |record| record["dynamodb"]["Keys"]["SK"]["S"] = json!("NO-ITEM-OF-OURS"),
            |record| record["dynamodb"]["Keys"] = json!({}),
            |record| *record = json!("not a record"),
        ];
        for change in changes {
            let mut record = of_post(None, Some("published"));
            assert!(message(&record).is_ok());
            change(&mut record);
            assert!(message(&record).is_err(), "{record}");
        }
    }
}
