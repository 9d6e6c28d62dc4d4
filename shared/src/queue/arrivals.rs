//! What S3 says on a queue when an object was created.

use jiff::Timestamp;
use serde::Deserialize;

use crate::error::Error;

#[derive(Deserialize)]
struct Notification {
    #[serde(rename = "Records")]
    records: Option<Vec<Record>>,
    #[serde(rename = "Event")]
    event: Option<String>,
}

#[derive(Deserialize)]
struct Record {
    #[serde(rename = "eventName")]
    event_name: String,
    #[serde(rename = "eventTime")]
    event_time: Option<Timestamp>,
    s3: Entity,
}

#[derive(Deserialize)]
struct Entity {
    object: Object,
}

#[derive(Deserialize)]
struct Object {
    key: String,
}

/// Keys of the objects that a message body of S3 says were created, as they are in the bucket
/// (in the message they are form-encoded). S3's own `s3:TestEvent` names none.
///
/// # Errors
/// [`Error::Internal`] when the body is no such message: it belongs into the dead-letter queue.
pub fn arrived_keys(body: &str) -> Result<Vec<String>, Error> {
    let arrived = arrivals(body)?.into_iter();
    Ok(arrived.map(|arrival| arrival.key).collect())
}

/// An object that was created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// Its key, as it is in the bucket.
    pub key: String,
    /// When, if S3 says so.
    pub at: Option<Timestamp>,
}

/// The objects that a message body of S3 says were created, as for [`arrived_keys`].
///
/// # Errors
/// As of [`arrived_keys`].
pub fn arrivals(body: &str) -> Result<Vec<Arrival>, Error> {
    let notification: Notification = serde_json::from_str(body).map_err(Error::internal)?;
    match (notification.records, notification.event.as_deref()) {
        (Some(records), _) => records
            .iter()
            .map(|record| {
                let (key, at) = (key_of(record)?, record.event_time);
                Ok(Arrival { key, at })
            })
            .collect(),
        (None, Some("s3:TestEvent")) => Ok(Vec::new()),
        (None, _) => Err(Error::internal("no records of S3 in the message")),
    }
}

fn key_of(record: &Record) -> Result<String, Error> {
    // EventBridge and older notifications spell the name with `s3:` before it.
    let name = record.event_name.trim_start_matches("s3:");
    if !name.starts_with("ObjectCreated:") {
        return Err(Error::internal(format!("{name} is not about a new object")));
    }
    form_decoded(&record.s3.object.key)
        .ok_or_else(|| Error::internal("a key that cannot be decoded"))
}

fn form_decoded(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digit = |byte: u8| char::from(byte).to_digit(16);
                let (high, low) = (digit(bytes.next()?)?, digit(bytes.next()?)?);
                u8::try_from(high * 16 + low).ok()?
            }
            plain => plain,
        });
    }
    String::from_utf8(decoded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(name: &str, key: &str) -> String {
        serde_json::json!({ "Records": [
            { "eventName": name, "s3": { "object": { "key": key, "size": 3 } } }
        ] })
        .to_string()
    }

    #[test]
    fn keys_come_as_they_are_in_the_bucket() {
        for (sent, key) in [
            ("uploads/01J", "uploads/01J"),
            (
                "catalogue/spring+sale+%282026%29.tsv",
                "catalogue/spring sale (2026).tsv",
            ),
            ("catalogue/%C3%A9t%C3%A9.tsv", "catalogue/été.tsv"),
        ] {
            let keys = arrived_keys(&message("ObjectCreated:Put", sent)).unwrap();
            assert_eq!(keys, [key]);
        }
    }

    #[test]
    fn the_test_event_of_s3_is_about_nothing() {
        let body = r#"{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"spark"}"#;
        assert!(arrived_keys(body).unwrap().is_empty());
    }

    #[test]
    fn what_is_no_message_of_s3_about_a_new_object_is_refused() {
        for body in [
            String::new(),
            "{}".to_owned(),
            "[]".to_owned(),
            r#"{"Records":[{}]}"#.to_owned(),
            message("ObjectRemoved:Delete", "uploads/01J"),
            message("ObjectCreated:Put", "uploads/%zz"),
            message("ObjectCreated:Put", "uploads/%ff"),
            message("ObjectCreated:Put", "uploads/%4"),
        ] {
            assert!(arrived_keys(&body).is_err(), "{body}");
        }
    }
}
