//! Shapes that every generator of clients takes: each an object of its own, by its contract's name.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

const SCHEMAS: &str = "#/components/schemas/";

type Schemas = Map<String, Value>;

/// Makes the shapes whole.
///
/// - An object that is made of others has all their fields; a page names what it is a page of.
/// - What can be several things names each, and the field that tells them apart.
/// - A shape is called as in the contract: `PostView` is `Post`, a page of it `PageOfPost`.
/// - What may be absent is left out, by an answer, and never null.
/// - What nothing names is not there.
pub(super) fn complete(api: &mut Value) {
    let schemas = api["components"]["schemas"].as_object_mut();
    let mut schemas = schemas.map(std::mem::take).unwrap_or_default();
    pages(&mut schemas);
    whole(&mut schemas);
    variants(&mut schemas);
    let named = |schema: &mut Value| {
        plain_references(schema);
        wide_integers(schema);
    };
    schemas.values_mut().for_each(|schema| each(schema, &named));
    each(api, &named);

    let answers = reached(answers(api), &schemas);
    for (name, schema) in &mut schemas {
        if answers.contains(name) {
            never_null(schema);
        }
    }
    let named = reached(vec![&api["paths"], &api["components"]], &schemas);
    schemas.retain(|name, _| named.contains(name));

    let renamed = |schema: &mut Value| {
        if let Some(name) = referred(schema).map(called) {
            schema["$ref"] = format!("{SCHEMAS}{name}").into();
        }
        let mapping = schema.pointer_mut("/discriminator/mapping");
        for target in mapping.and_then(Value::as_object_mut).into_iter().flatten() {
            let name = target.1.as_str().and_then(|to| to.strip_prefix(SCHEMAS));
            if let Some(name) = name.map(called) {
                *target.1 = format!("{SCHEMAS}{name}").into();
            }
        }
    };
    let mut schemas: BTreeMap<String, Value> = schemas
        .into_iter()
        .map(|(name, schema)| (called(&name), schema))
        .collect();
    schemas
        .values_mut()
        .for_each(|schema| each(schema, &renamed));
    each(api, &renamed);
    api["components"]["schemas"] = json!(schemas);
}

/// `PostView` → `Post`, `Page_PostView` → `PageOfPost`.
fn called(name: &str) -> String {
    match name.strip_prefix("Page_") {
        Some(of) => format!("PageOf{}", called(of)),
        None => name.strip_suffix("View").unwrap_or(name).to_owned(),
    }
}

/// Does it to every value within, the innermost first.
fn each(value: &mut Value, to: &impl Fn(&mut Value)) {
    match value {
        Value::Object(fields) => fields.values_mut().for_each(|field| each(field, to)),
        Value::Array(items) => items.iter_mut().for_each(|item| each(item, to)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    to(value);
}

/// The component that a schema refers to.
fn referred(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix(SCHEMAS)
}

/// A page names its items' shape, which is written out in it.
fn pages(schemas: &mut Schemas) {
    for (name, page) in schemas.iter_mut() {
        if let Some(of) = name.strip_prefix("Page_") {
            page["properties"]["items"]["items"] = json!({"$ref": format!("{SCHEMAS}{of}")});
        }
    }
}

/// An object that is all of some others has their fields itself.
fn whole(schemas: &mut Schemas) {
    let parts = schemas.clone();
    let put_together = |schema: &mut Value| {
        let Some(all) = schema.get_mut("allOf").map(Value::take) else {
            return;
        };
        if let Some(fields) = schema.as_object_mut() {
            fields.remove("allOf");
        }
        let mut together = json!({"type": "object", "properties": {}, "required": []});
        for part in all.as_array().into_iter().flatten() {
            add(&mut together, part, &parts);
        }
        for (name, value) in together.as_object_mut().into_iter().flatten() {
            schema[name.as_str()] = value.take();
        }
    };
    schemas
        .values_mut()
        .for_each(|schema| each(schema, &put_together));
}

/// Adds the fields of a part, or of what it refers to, or of that one's parts.
fn add(together: &mut Value, part: &Value, parts: &Schemas) {
    let part = referred(part)
        .and_then(|name| parts.get(name))
        .unwrap_or(part);
    for part in part["allOf"].as_array().into_iter().flatten() {
        add(together, part, parts);
    }
    for (name, field) in part["properties"].as_object().into_iter().flatten() {
        together["properties"][name.as_str()] = field.clone();
    }
    if let Some(required) = together["required"].as_array_mut() {
        required.extend(part["required"].as_array().into_iter().flatten().cloned());
    }
}

/// What can be several things refers to each by a name of its own: the word that tells it apart,
/// and what it is one of.
fn variants(schemas: &mut Schemas) {
    let mut made = Schemas::new();
    for (name, schema) in schemas.iter_mut() {
        let Some(several) = schema.get_mut("oneOf").and_then(Value::as_array_mut) else {
            continue;
        };
        let Some(tag) = several.first().and_then(tag) else {
            continue;
        };
        let mut mapping = Schemas::new();
        for variant in several {
            let word = variant["properties"][&tag]["enum"][0].as_str();
            let Some(word) = word.map(str::to_owned) else {
                continue;
            };
            let own = format!("{}{}", capitals(&word), called(name));
            let to = format!("{SCHEMAS}{own}");
            made.insert(own, variant.take());
            *variant = json!({"$ref": to});
            mapping.insert(word, to.into());
        }
        schema["discriminator"] = json!({"propertyName": tag, "mapping": mapping});
    }
    schemas.extend(made);
}

/// The field of a variant that has one word alone.
fn tag(variant: &Value) -> Option<String> {
    let mut fields = variant.get("properties")?.as_object()?.iter();
    let single = |field: &Value| {
        field["enum"]
            .as_array()
            .is_some_and(|words| words.len() == 1)
    };
    let (name, _) = fields.find(|(_, field)| single(field))?;
    Some(name.clone())
}

/// `needs_attention` → `NeedsAttention`.
fn capitals(word: &str) -> String {
    let words = word.split(['_', '-']).filter_map(|word| {
        let (first, rest) = word.split_at_checked(1)?;
        Some(first.to_ascii_uppercase() + rest)
    });
    words.collect()
}

/// A reference has no null beside it: what may be null may be left out.
fn plain_references(schema: &mut Value) {
    let either = schema.get("oneOf").and_then(Value::as_array);
    if let Some([reference, null]) = either.map(Vec::as_slice)
        && *null == json!({"type": "null"})
        && referred(reference).is_some()
    {
        *schema = reference.clone();
    }
}

/// An integer that does not say how long it is may be long.
fn wide_integers(schema: &mut Value) {
    let kinds = schema["type"].as_array();
    let integer =
        schema["type"] == "integer" || kinds.is_some_and(|kinds| kinds.contains(&"integer".into()));
    if integer && schema.get("format").is_none() {
        schema["format"] = "int64".into();
    }
}

/// What is not required is left out where there is none.
fn never_null(schema: &mut Value) {
    each(schema, &|schema: &mut Value| {
        let required = schema.get("required").cloned().unwrap_or_default();
        let required = required.as_array().cloned().unwrap_or_default();
        let fields = schema.get_mut("properties").and_then(Value::as_object_mut);
        for (name, field) in fields.into_iter().flatten() {
            // A page that is one of two answers has its cursor where it is one.
            if required.contains(&name.as_str().into()) || name == "next_cursor" {
                continue;
            }
            if let Some(kinds) = field.get_mut("type").and_then(Value::as_array_mut) {
                kinds.retain(|kind| kind != "null");
                if let [kind] = kinds.as_slice() {
                    field["type"] = kind.clone();
                }
            }
        }
    });
}

/// The answers of all operations.
fn answers(api: &Value) -> Vec<&Value> {
    let paths = api["paths"].as_object();
    let operations = paths.into_iter().flat_map(Map::values);
    let operations = operations
        .filter_map(Value::as_object)
        .flat_map(Map::values);
    let answers = operations.map(|operation| &operation["responses"]);
    answers.chain([&api["components"]["responses"]]).collect()
}

/// The names of all components that are named in these, or in what they name.
fn reached(from: Vec<&Value>, schemas: &Schemas) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut left = from;
    while let Some(value) = left.pop() {
        if let Some(name) = referred(value)
            && let Some((name, schema)) = schemas.get_key_value(name)
            && reached.insert(name.clone())
        {
            left.push(schema);
        }
        match value {
            Value::Object(fields) => left.extend(fields.values()),
            Value::Array(items) => left.extend(items),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    fn completed(schemas: &Value) -> Value {
        let answer = json!({"schema": {"$ref": format!("{SCHEMAS}Page_PostView")}});
        let mut api = json!({
            "paths": {"/v1/posts": {"get": {"responses": {"200": {"content": {"json": answer}}}}}},
            "components": {"schemas": schemas},
        });
        complete(&mut api);
        api["components"]["schemas"].take()
    }

    #[test]
    fn a_shape_of_others_a_page_and_variants_become_named_objects() {
        let text = json!({"type": ["string", "null"]});
        let variant =
            |word: &str| json!({"type": "object", "properties": {"kind": {"enum": [word]}}});
        let schemas = completed(&json!({
            "CardView": {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}},
            "PostView": {"description": "A post.", "allOf": [
                {"$ref": "#/components/schemas/CardView"},
                {"type": "object", "properties": {
                    "text": text,
                    "part": {"oneOf": [{"$ref": "#/components/schemas/PartView"}, {"type": "null"}]},
                }},
            ]},
            "PartView": {"oneOf": [variant("link"), variant("old_poll")]},
            "Page_PostView": {"type": "object", "required": ["next_cursor"], "properties": {
                "items": {"type": "array", "items": {"type": "object", "properties": {"id": {}}}},
                "next_cursor": text,
            }},
        }));
        let names: Vec<_> = schemas.as_object().unwrap().keys().collect();
        assert_eq!(
            names,
            ["LinkPart", "OldPollPart", "PageOfPost", "Part", "Post"]
        );
        let post = &schemas["Post"];
        assert_eq!(post["required"], json!(["id"]));
        assert_eq!(post["properties"]["id"]["format"], "int64");
        assert_eq!(post["properties"]["text"]["type"], "string");
        assert_eq!(
            post["properties"]["part"],
            json!({"$ref": "#/components/schemas/Part"})
        );
        let page = &schemas["PageOfPost"]["properties"];
        assert_eq!(
            page["items"]["items"],
            json!({"$ref": "#/components/schemas/Post"})
        );
        assert_eq!(page["next_cursor"], text);
        assert_eq!(
            schemas["Part"]["discriminator"],
            json!({"propertyName": "kind", "mapping": {
                "link": "#/components/schemas/LinkPart",
                "old_poll": "#/components/schemas/OldPollPart",
            }})
        );
    }
}
