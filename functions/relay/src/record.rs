//! What a record of the table's stream says, and which message it comes to.

use domain::{
    ids::{PhotoId, PostId, TopicId, UserId},
    posts::PostStatus,
};
use jiff::Timestamp;
use serde::{Deserialize, de::Error as _};
use serde_dynamo::Item;
use serde_json::{Error, Value};
use shared::{
    keys::{self, Key},
    queue::messages::{FanoutMessage, Followed, PhotoRemoved, PhotosMessage, Published},
    telemetry::{Trace, metrics},
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
    new_image: Option<Item>,
    old_image: Option<Item>,
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

/// What of a post, as it was, tells whether it had appeared.
#[derive(Deserialize)]
struct Before {
    status: PostStatus,
}

/// What of a post, as it is, goes into its message.
#[derive(Deserialize)]
struct Post {
    id: PostId,
    author: UserId,
    status: PostStatus,
    published_at: Option<Timestamp>,
    topics: Vec<TopicId>,
}

/// What of a photo, as it was, says where it lay.
#[derive(Deserialize)]
struct Photo {
    id: PhotoId,
    media: String,
}

/// A message, with the function that it is for.
#[derive(Debug, PartialEq, Eq)]
pub enum Message {
    /// To `fanout`.
    Fanout(FanoutMessage),
    /// To `photos`.
    Photos(PhotosMessage),
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

/// The message that a record comes to, if any.
///
/// # Errors
/// Says what cannot be read.
pub fn message(record: &Value) -> Result<Option<Message>, Error> {
    let Record { event, dynamodb } = Record::deserialize(record)?;
    let key = Key {
        pk: dynamodb.keys.pk.s,
        sk: dynamodb.keys.sk.s,
    };
    if let Some(post) = key.pk.strip_prefix(keys::stream::POST) {
        let post = post.parse().map_err(Error::custom)?;
        if event == Event::Insert && key.sk.starts_with(keys::stream::CAME_TO) {
            return Ok(came_to(dynamodb.new_image)?.map(Message::Fanout));
        }
        if keys::post(post) != key {
            return Ok(None);
        }
        let appeared = appeared(dynamodb.old_image, dynamodb.new_image)?;
        return Ok(appeared.map(Message::Fanout));
    }
    if key.pk.starts_with(keys::stream::PHOTO) {
        let gone = dynamodb.old_image.filter(|_| event == Event::Remove);
        return gone.map(removed).transpose();
    }
    if let Some(reader) = keys::stream::reader(&key.pk) {
        if event != Event::Insert {
            return Ok(None);
        }
        let user = |sub| UserId::parse(sub).ok_or_else(|| Error::custom("not a user's id"));
        let (reader, author) = (user(reader)?, user(&key.sk)?);
        let followed = FanoutMessage::Followed(Followed { reader, author });
        return Ok(Some(Message::Fanout(followed)));
    }
    Ok(None)
}

/// A post that is published now and was not before, or was not there.
fn appeared(old: Option<Item>, new: Option<Item>) -> Result<Option<FanoutMessage>, Error> {
    let Some(new) = new else { return Ok(None) };
    let post: Post = serde_dynamo::from_item(new).map_err(Error::custom)?;
    if post.status != PostStatus::Published {
        return Ok(None);
    }
    if let Some(old) = old {
        let before: Before = serde_dynamo::from_item(old).map_err(Error::custom)?;
        if before.status == PostStatus::Published {
            return Ok(None);
        }
    }
    let published_at = post
        .published_at
        .ok_or_else(|| Error::custom("published, but not known when"))?;
    Ok(Some(FanoutMessage::PostPublished(Published {
        post: post.id,
        author: post.author,
        published_at,
        topics: post.topics,
    })))
}

/// A post that an edit brought to other walls.
fn came_to(new: Option<Item>) -> Result<Option<FanoutMessage>, Error> {
    let Some(new) = new else { return Ok(None) };
    let changed: Published = serde_dynamo::from_item(new).map_err(Error::custom)?;
    Ok(Some(FanoutMessage::TopicsChanged(changed)))
}

/// A photo that is gone, whatever it had come to.
fn removed(old: Item) -> Result<Message, Error> {
    let Photo { id, media } = serde_dynamo::from_item(old).map_err(Error::custom)?;
    let removed = PhotoRemoved { photo: id, media };
    Ok(Message::Photos(PhotosMessage::PhotoRemoved(removed)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

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
    fn what_lies_beside_a_post_is_not_the_post() {
        let mut record = of_post(None, Some("published"));
        record["dynamodb"]["Keys"]["SK"]["S"] = json!("COUNT#3");
        assert_eq!(message(&record).unwrap(), None);
    }

    #[test]
    fn what_cannot_be_read_is_an_error_and_not_silence() {
        let changes: [fn(&mut Value); 6] = [
            |record| record["dynamodb"]["NewImage"]["status"]["S"] = json!("unheard-of"),
            |record| record["dynamodb"]["NewImage"]["topics"] = json!({"S": "cats"}),
            |record| record["dynamodb"]["NewImage"]["published_at"] = json!({"NULL": true}),
            |record| record["dynamodb"]["Keys"]["PK"]["S"] = json!("POST#no-id"),
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
