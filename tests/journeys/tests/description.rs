//! The description of the API is one that every generator of clients takes, and says what occurs.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::{openapi::committed, tree};

/// An operation: its method, its path, itself.
type Operation = (String, String, Map<String, Value>);

fn operations(api: &Value) -> Vec<Operation> {
    let paths = api["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().unwrap().iter();
        methods.map(move |(method, operation)| {
            let operation = operation.as_object().unwrap().clone();
            (method.clone(), path.clone(), operation)
        })
    });
    let operations: Vec<_> = operations.collect();
    assert!(operations.len() > 20, "{}", operations.len());
    operations
}

/// What stands there, or what it refers to.
fn resolved<'a>(api: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(reference) => api.pointer(&reference[1..]).unwrap(),
        None => value,
    }
}

/// Every value within, with where it is.
fn walk<'a>(at: &str, value: &'a Value, see: &mut impl FnMut(&str, &'a Value)) {
    see(at, value);
    match value {
        Value::Object(fields) => fields
            .iter()
            .for_each(|(name, field)| walk(&format!("{at}/{name}"), field, see)),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(index, item)| walk(&format!("{at}/{index}"), item, see)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn schemas(api: &Value) -> &Map<String, Value> {
    api["components"]["schemas"].as_object().unwrap()
}

#[test]
fn every_response_is_described_with_the_headers_and_bodies_it_has() {
    let (api, json) = (committed(), "application/json".to_owned());
    for (method, path, operation) in operations(&api) {
        for (status, response) in operation["responses"].as_object().unwrap() {
            let at = format!("{method} {path} {status}");
            let response = resolved(&api, response);
            assert!(
                !response["description"].as_str().unwrap().is_empty(),
                "{at}"
            );
            let content = response["content"].as_object();
            let mut types: Vec<_> = content.into_iter().flat_map(Map::keys).collect();
            // A table is told as a file too, or as one alone.
            if types.len() > 1 || path.ends_with("/export") {
                types.iter_mut().for_each(|kind| {
                    if *kind == "text/csv" {
                        *kind = &json;
                    }
                });
                types.dedup();
            }
            match status.as_str() {
                "200" | "201" | "202" => assert_eq!(types, ["application/json"], "{at}"),
                "204" | "302" | "303" | "304" => assert!(types.is_empty(), "{at}"),
                _ => assert!(
                    types.contains(&&"application/problem+json".to_owned()),
                    "{at}"
                ),
            }
            let header = match (status.as_str(), method.as_str()) {
                ("200", "get") | ("304", _) => "ETag",
                ("201", _) => "Location",
                ("401", _) => "WWW-Authenticate",
                ("405", _) => "Allow",
                ("429" | "503", _) => "Retry-After",
                _ => continue,
            };
            assert!(response["headers"][header].is_object(), "{at} {header}");
        }
        assert!(
            !operation["responses"]
                .as_object()
                .unwrap()
                .contains_key("default")
        );
    }
    let told = &api["components"]["responses"]["Unauthorized"]["content"];
    assert_eq!(
        told["application/json"]["schema"]["$ref"],
        "#/components/schemas/Message"
    );
}

#[test]
fn every_operation_says_which_refusals_occur_and_which_headers_it_takes() {
    let api = committed();
    let paths = api["paths"].as_object().unwrap();
    for (method, path, operation) in operations(&api) {
        let at = format!("{method} {path}");
        let parameters = operation.get("parameters").cloned().unwrap_or_default();
        let parameters = parameters.as_array().cloned().unwrap_or_default();
        let takes = |kind: &str, name: &str| {
            let mut parameters = parameters.iter().map(|one| resolved(&api, one));
            parameters.any(|one| one["in"] == kind && (name.is_empty() || one["name"] == name))
        };
        let body = operation.contains_key("requestBody");
        let queries = takes("query", "");
        let reads = method == "get";
        let creates = operation["responses"].get("201").is_some();
        let changes =
            ["patch", "delete"].contains(&method.as_str()) && paths[&path].get("get").is_some();
        let needed = operation["security"] == json!([{"bearer": []}]);
        for (status, occurs) in [
            ("304", reads),
            ("400", body || queries || creates),
            ("401", true),
            ("403", needed),
            ("404", path.contains('{')),
            ("405", true),
            ("410", creates),
            ("412", changes),
            ("413", body),
            ("415", body),
            ("422", body || queries),
            ("429", true),
            ("503", true),
        ] {
            let told = operation["responses"].get(status).is_some();
            // An operation may say of its own that one occurs.
            let own = ["403", "404", "422"].contains(&status);
            assert!(told == occurs || (told && own), "{at} {status}");
        }
        assert_eq!(takes("header", "If-None-Match"), reads, "{at}");
        assert_eq!(takes("header", "If-Match"), changes, "{at}");
        assert_eq!(takes("header", "Idempotency-Key"), creates, "{at}");
        for parameter in &parameters {
            let parameter = resolved(&api, parameter);
            let described = parameter["description"].as_str();
            assert!(
                described.is_some_and(|text| !text.is_empty()),
                "{at} {parameter}"
            );
        }
        if method == "patch" {
            let content = operation["requestBody"]["content"].as_object().unwrap();
            let types: Vec<_> = content.keys().collect();
            assert_eq!(
                types,
                ["application/json", "application/merge-patch+json"],
                "{at}"
            );
        }
    }
}

#[test]
fn every_operation_has_one_tag_which_is_lower_case_and_declared_and_described() {
    let api = committed();
    let declared = api["tags"].as_array().unwrap();
    let mut used = BTreeSet::new();
    for (method, path, operation) in operations(&api) {
        let [tag] = &operation["tags"].as_array().unwrap()[..] else {
            panic!("{method} {path} has not one tag")
        };
        used.insert(tag.as_str().unwrap().to_owned());
    }
    let declared: BTreeSet<_> = declared
        .iter()
        .map(|tag| {
            assert!(!tag["description"].as_str().unwrap().is_empty(), "{tag}");
            tag["name"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(used, declared);
    assert!(
        declared.iter().all(|tag| *tag == tag.to_lowercase()),
        "{declared:?}"
    );
}

#[test]
fn every_object_is_a_component_of_its_own_name() {
    let api = committed();
    let mut inline = Vec::new();
    walk("", &api, &mut |at, value| {
        let component = at.strip_prefix("/components/schemas/");
        let named = component.is_some_and(|rest| !rest.contains('/'));
        if !named && value["properties"].is_object() && value["type"] == "object" {
            inline.push(at.to_owned());
        }
        assert!(
            value.get("allOf").is_none() && value.get("anyOf").is_none(),
            "{at}"
        );
    });
    assert_eq!(inline, Vec::<String>::new());
    for name in schemas(&api).keys() {
        let plain = !name.ends_with("View") && !name.contains('_');
        let made_up = ["Inner", "OneOf", "AnyOf", "AllOf", "Inline"];
        assert!(
            plain && made_up.iter().all(|part| !name.contains(part)),
            "{name}"
        );
        assert!(
            !name.ends_with(|last: char| last.is_ascii_digit()),
            "{name}"
        );
    }
    for name in [
        "UserCard",
        "ProductCard",
        "Post",
        "Photo",
        "PageOfPost",
        "Problem",
    ] {
        assert!(schemas(&api).contains_key(name), "{name}");
    }
}

#[test]
fn what_can_be_several_things_names_each_and_what_tells_them_apart() {
    let api = committed();
    let mut several = 0;
    walk("", &api, &mut |at, value| {
        let Some(variants) = value["oneOf"].as_array() else {
            return;
        };
        several += 1;
        let tag = value["discriminator"]["propertyName"].as_str().expect(at);
        let mapping = value["discriminator"]["mapping"].as_object().expect(at);
        assert_eq!(mapping.len(), variants.len(), "{at}");
        for (word, target) in mapping {
            assert!(variants.contains(&json!({"$ref": target})), "{at} {word}");
            let variant = api.pointer(&target.as_str().unwrap()[1..]).unwrap();
            assert_eq!(variant["properties"][tag]["enum"], json!([word]), "{at}");
            let required = variant["required"].as_array().unwrap();
            assert!(required.contains(&tag.into()), "{at} {word}");
        }
    });
    assert!(several >= 2, "{several}");
}

#[test]
fn nothing_in_an_answer_is_null_but_the_cursor_after_the_last_page_and_a_nudge_that_there_is_not() {
    let api = committed();
    let mut nullable = BTreeSet::new();
    walk("", &api["components"]["schemas"], &mut |at, value| {
        if value["type"]
            .as_array()
            .is_some_and(|types| types.contains(&"null".into()))
        {
            nullable.insert(at.to_owned());
        }
    });
    nullable.retain(|at| !at.starts_with("/New") && !at.starts_with("/Change"));
    nullable.retain(|at| !at.starts_with("/Switches"));
    // That nobody tells how many follow is told, too.
    for known in [
        "/Criterion/properties/value",
        "/LinkedAccount/properties/audience",
    ] {
        assert!(nullable.remove(known), "{known}");
    }
    assert!(nullable.remove("/Nudge/properties/nudge"));
    // A part of none is no number; and an entry is hashed with all its names.
    assert!(nullable.remove("/EarningsItem/properties/conversion"));
    nullable.retain(|at| !at.starts_with("/Entry/properties/"));
    // That a figure is kept back is told as well.
    nullable.retain(|at| !at.starts_with("/InsightsWeek/properties/"));
    let pages = nullable
        .iter()
        .all(|at| at.ends_with("/properties/next_cursor"));
    assert!(pages && !nullable.is_empty(), "{nullable:?}");
    walk("", &api, &mut |at, value| {
        assert!(*value != json!({"type": "null"}), "{at}");
    });
}

/// What the description says, the answers do: a field that has nothing is not written.
#[test]
fn every_field_that_may_be_absent_is_left_out_of_the_answer() {
    let mut seen = 0;
    for file in tree::files().iter().filter(|file| file.kind() == "rs") {
        let code: Vec<_> = file.lines_of_code().collect();
        let code = code.join("\n");
        for derived in code.split("#[derive(").skip(1) {
            let (traits, rest) = derived.split_once(')').expect("an end");
            let answered = traits.contains("ToSchema") && traits.contains("Serialize");
            if !answered || traits.contains("Deserialize") {
                continue;
            }
            let fields = rest.split("\n}").next().unwrap_or_default();
            // A figure of these that is kept back is told as such.
            if fields.contains("struct InsightsWeek ") {
                continue;
            }
            let mut attributes = String::new();
            for line in fields.lines().map(str::trim) {
                if line.starts_with("#[") {
                    attributes += line;
                    continue;
                }
                if line.contains(": Option<")
                    && !line.contains("next_cursor")
                    && !line.contains("pub nudge:")
                    && !line.contains("pub conversion:")
                    && !["audience: Option<u64>,", "value: Option<f64>,"].contains(&line)
                {
                    seen += 1;
                    let left_out = attributes.contains("skip_serializing_if");
                    assert!(left_out, "{}: {line}", file.path);
                }
                attributes.clear();
            }
        }
    }
    assert!(seen > 15, "{seen}");
}

#[test]
fn words_numbers_and_times_are_described_as_they_are_enforced() {
    let api = committed();
    let schema = |at: &str| {
        let found = api["components"]["schemas"].pointer(at).expect(at);
        resolved(&api, found).clone()
    };
    for (at, words) in [
        ("/Post/properties/kind", "story"),
        ("/NewPost/properties/kind", "question"),
        ("/Post/properties/status", "needs_attention"),
        ("/Post/properties/labels/items", "sponsored"),
        ("/UserCard/properties/badges/items", "enthusiast"),
        ("/ProductCard/properties/availability", "sold_out"),
        ("/Reason/properties/kind", "followed"),
        ("/NewPhoto/properties/content_type", "image/webp"),
    ] {
        let described = schema(at);
        let list = described["enum"].as_array().expect(at);
        assert!(list.contains(&words.into()), "{at}");
    }
    for (at, limit, value) in [
        ("/Join/properties/display_name", "maxLength", json!(50)),
        ("/Join/properties/interests", "minItems", json!(5)),
        ("/NewPost/properties/text", "maxLength", json!(5_000)),
        ("/NewPost/properties/photos", "maxItems", json!(10)),
        ("/NewLink/properties/url", "maxLength", json!(2_048)),
        ("/Post/properties/created_at", "format", json!("date-time")),
        ("/Rendition/properties/url", "format", json!("uri")),
        ("/Money/properties/amount", "format", json!("int64")),
        ("/PageOfPost/properties/items", "maxItems", json!(100)),
    ] {
        assert_eq!(schema(at)[limit], value, "{at}");
    }
    walk("", &api, &mut |at, value| {
        if value["type"] == "integer" {
            let format = value["format"].as_str().expect(at);
            assert!(["int32", "int64"].contains(&format), "{at}");
        }
    });
    let pages = operations(&api)
        .into_iter()
        .filter_map(|(_, _, operation)| {
            let parameters = operation.get("parameters")?.as_array()?.clone();
            parameters.into_iter().find(|one| one["name"] == "limit")
        });
    let limits: Vec<_> = pages.map(|limit| limit["schema"].clone()).collect();
    assert!(limits.len() > 4, "{limits:?}");
    for limit in limits {
        let bounds = ["default", "minimum", "maximum"].map(|bound| limit[bound].clone());
        assert_eq!(bounds, [json!(20), json!(1), json!(100)]);
    }
}
