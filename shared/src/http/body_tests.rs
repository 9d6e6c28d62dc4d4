//! Bodies as they come, and all that is found wrong with them at once.

use axum::response::Response;
use http::HeaderValue;
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::http::{Patch, body::*};

pub(crate) async fn read_json(response: Response) -> Value {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    serde_json::from_slice(&bytes).unwrap()
}

#[derive(Deserialize)]
struct Sent {
    name: Option<String>,
    age: Option<u8>,
    #[serde(default)]
    tags: Option<Vec<String>>,
    poll: Option<Poll>,
    #[serde(default)]
    bio: Patch<String>,
}

#[derive(Deserialize)]
struct Poll {
    options: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    text: String,
    x: Option<f64>,
}

#[derive(Debug, PartialEq)]
struct Meant {
    name: String,
    tags: usize,
    bio: Patch<String>,
    choices: Vec<(String, Option<f64>)>,
}

impl Wire for Sent {
    type Parsed = Meant;

    fn parse(self, invalid: &mut Invalid) -> Option<Meant> {
        let name = self
            .name
            .ok_or_else(|| "is required".to_owned())
            .and_then(|name| {
                if name.is_empty() {
                    Err("must not be empty".to_owned())
                } else {
                    Ok(name)
                }
            });
        let name = invalid.check("/name", name);
        if self.age == Some(0) {
            invalid.add("/age", "must be 1 or more");
        }
        let tags = self.tags.unwrap_or_default();
        for (index, _) in tags.iter().enumerate().filter(|(_, tag)| tag.is_empty()) {
            invalid.add(format!("/tags/{index}"), "must not be empty");
        }
        let poll = self.poll.map(|poll| poll.options).unwrap_or_default();
        Some(Meant {
            name: name?,
            tags: tags.len(),
            bio: self.bio,
            choices: poll
                .into_iter()
                .map(|choice| (choice.text, choice.x))
                .collect(),
        })
    }
}

fn body(content_type: &str, bytes: impl Into<Bytes>) -> JsonBody {
    let mut headers = HeaderMap::new();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_str(content_type).unwrap(),
    );
    JsonBody {
        bytes: Ok(bytes.into()),
        headers,
    }
}

fn read_as_sent(value: &Value) -> Result<Meant, Error> {
    body("application/json", value.to_string()).parse::<Sent>()
}

fn bad_fields(value: &Value) -> Vec<(String, String)> {
    let Err(Error::Invalid(invalid)) = read_as_sent(value) else {
        panic!("{value}")
    };
    invalid
        .fields()
        .iter()
        .map(|f| (f.pointer.clone(), f.detail.clone()))
        .collect()
}

fn pointers(value: &Value) -> Vec<String> {
    let mut pointers: Vec<_> = bad_fields(value).into_iter().map(|field| field.0).collect();
    pointers.sort();
    pointers
}

#[test]
fn a_good_body_is_read_and_unknown_fields_are_ignored() {
    let sent = json!({
        "name": "Ana", "tags": ["a"], "bio": null, "more": {"deep": [1]},
        "poll": {"options": [{"text": "yes", "x": 0.5}]},
    });
    let choices = vec![("yes".to_owned(), Some(0.5))];
    let meant = Meant {
        name: "Ana".to_owned(),
        tags: 1,
        bio: Patch::Clear,
        choices,
    };
    assert_eq!(read_as_sent(&sent).unwrap(), meant);
}

#[test]
fn a_body_with_five_errors_names_five() {
    let sent = json!({
        "name": 7,
        "age": -1,
        "tags": ["a", 5, "", {}],
        "bio": ["x"],
    });
    assert_eq!(
        pointers(&sent),
        ["/age", "/bio", "/name", "/tags/1", "/tags/2", "/tags/3"]
    );
}

#[test]
fn mismatches_deep_inside_are_named_where_they_are() {
    let sent = json!({
        "name": "Ana",
        "poll": {"options": [{"text": 1}, {"x": 2}, "no", {"text": "ok", "x": "far"}, null]},
    });
    assert_eq!(
        pointers(&sent),
        [
            "/poll/options/0/text",
            "/poll/options/1/text",
            "/poll/options/2",
            "/poll/options/3/x",
            "/poll/options/4"
        ]
    );
}

#[test]
fn details_are_plain_words() {
    let sent = json!({"name": 7, "age": 300, "tags": {}, "poll": "no"});
    assert_eq!(
        bad_fields(&sent)
            .iter()
            .map(|(_, detail)| detail.as_str())
            .collect::<Vec<_>>(),
        [
            "must be a whole number, 0 or more",
            "must be a string",
            "must be an object",
            "must be an array"
        ]
    );
}

#[test]
fn what_is_not_an_object_is_refused_as_a_whole() {
    assert_eq!(pointers(&json!([])), [""]);
    assert_eq!(pointers(&json!(null)), [""]);
    assert_eq!(
        pointers(&json!({"name": "x", "poll": {}})),
        ["/poll/options"]
    );
}

#[test]
fn what_is_not_json_is_malformed() {
    let deep = format!("{{\"name\":{}1{}}}", "[".repeat(5_000), "]".repeat(5_000));
    for text in [
        "",
        "{",
        "name=Ana",
        r#"{"name": "\ud800"}"#,
        r#"{"name": "a", "name": "b"}"#,
        r#"{"poll": {"x": 1, "x": 1}}"#,
        r#"{"age": 1e999}"#,
        "{\"name\": \"a\u{0}b\"}",
        &deep,
    ] {
        let read = body("application/json", text.to_owned()).parse::<Sent>();
        assert!(
            matches!(read, Err(Error::Malformed(Malformed::Body, _))),
            "{text:.60}"
        );
    }
    let read = body("application/json", vec![b'"', 0xff, b'"']).parse::<Sent>();
    assert!(matches!(read, Err(Error::Malformed(Malformed::Body, _))));
}

#[test]
fn an_escaped_nul_is_a_bad_field() {
    assert_eq!(
        pointers(&json!({"name": "a\0b", "tags": ["\0"]})),
        ["/name", "/tags/0"]
    );
}

#[test]
fn thousands_of_bad_fields_are_told_up_to_a_hundred() {
    let sent = json!({"name": "Ana", "tags": vec![1; 30_000]});
    assert_eq!(bad_fields(&sent).len(), 100);
}

#[test]
fn a_body_must_say_that_it_is_json() {
    for good in [
        "application/json",
        "Application/JSON; charset=utf-8",
        "application/merge-patch+json",
    ] {
        assert!(
            body(good, r#"{"name": "Ana"}"#).parse::<Sent>().is_ok(),
            "{good}"
        );
    }
    for bad in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "text/x+json",
    ] {
        let read = body(bad, r#"{"name": "Ana"}"#).parse::<Sent>();
        assert!(matches!(read, Err(Error::UnsupportedMediaType)), "{bad}");
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_too_large() {
    let request = |size| Request::new(Body::from(vec![b' '; size]));
    let large = JsonBody::from_request(request(BODY_LIMIT + 1), &())
        .await
        .unwrap();
    assert!(matches!(large.parse::<Sent>(), Err(Error::TooLarge)));
    let fits = JsonBody::from_request(request(BODY_LIMIT), &())
        .await
        .unwrap();
    assert!(matches!(
        fits.parse::<Sent>(),
        Err(Error::UnsupportedMediaType)
    ));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    let name = prop_oneof![
        proptest::sample::select(vec![
            "name", "age", "tags", "poll", "options", "text", "x", "bio"
        ])
        .prop_map(str::to_owned),
        any::<String>(),
    ];
    leaf.prop_recursive(5, 60, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::vec((name.clone(), inner), 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_body_is_a_fault_of_ours(value in any_json(), noise in any::<Vec<u8>>()) {
        let ours = |read: Result<Meant, Error>| matches!(read, Err(Error::Internal(_)));
        prop_assert!(!ours(read_as_sent(&value)), "{value}");
        prop_assert!(!ours(body("application/json", noise).parse::<Sent>()));
    }
}
