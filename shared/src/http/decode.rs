//! JSON into wire types, finding every type mismatch at once instead of stopping at the first.

use std::{collections::HashMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeOwned, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number, Value};
use serde_path_to_error::Segment;

use super::exact::Exact;
use crate::error::{Error, Invalid, Malformed};

/// Most findings told at once: each costs a decoding, so this bounds the work on a hostile body.
const MOST: usize = 100;

/// The body as a JSON object. Names that occur twice are refused (RFC 8259 leaves their meaning
/// open), as are lone surrogates and nesting beyond 128 levels.
pub(super) fn object(bytes: &[u8]) -> Result<Value, Error> {
    match serde_json::from_slice::<Strict>(bytes) {
        Ok(Strict(value @ Value::Object(_))) => Ok(value),
        Ok(_) => Err(Error::invalid("", "must be a JSON object")),
        Err(error) => Err(Error::Malformed(
            Malformed::Body,
            format!("The body is not JSON: {error}."),
        )),
    }
}

/// A JSON value without doubled names.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        let number = whole(value).or_else(|| Number::from_f64(value));
        Ok(number.map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Strict(value)) = seq.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut values = Map::new();
        while let Some((name, Strict(value))) = map.next_entry::<String, Strict>()? {
            if values.contains_key(&name) {
                let name: String = name.chars().take(60).collect();
                return Err(de::Error::custom(format_args!(
                    "the name {name:?} occurs twice"
                )));
            }
            values.insert(name, value);
        }
        Ok(Value::Object(values))
    }
}

/// `1000.0` and `1e3` are the whole number that they say, as JSON has one kind of numbers (RFC 8259, section 6).
fn whole(value: f64) -> Option<Number> {
    /// From here on not every whole number is an `f64`: 2⁵³ (RFC 8259, section 6).
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let exact = value.fract() == 0.0 && value.abs() <= EXACT;
    let digits = exact.then(|| format!("{value:.0}"))?;
    digits.parse::<i64>().ok().map(Number::from)
}

/// Decodes `value`, noting each mismatch and putting something harmless in its place until the
/// rest decodes; `None` when nothing could.
pub(super) fn decode<W: DeserializeOwned>(mut value: Value, invalid: &mut Invalid) -> Option<W> {
    refuse_nul(&mut value, &mut String::new(), invalid);
    let mut mended = HashMap::new();
    // Each finding needs at most three decodings: as sent, null, and a neutral value.
    for _ in 0..3 * MOST {
        let error = match serde_path_to_error::deserialize::<_, W>(Exact(&value)) {
            Ok(wire) => return Some(wire),
            Err(error) => error,
        };
        if invalid.fields().len() >= MOST {
            return None;
        }
        let mut pointer = pointer_to(error.path());
        let Mismatch {
            missing,
            detail,
            neutral,
        } = explain(&error.inner().to_string());
        if let Some(name) = missing {
            push(&mut pointer, &name);
        }
        if !prefixes(&pointer).any(|prefix| mended.contains_key(prefix)) {
            invalid.add(pointer.clone(), detail);
        }
        if !mend(&mut value, pointer, neutral, &mut mended) {
            return None;
        }
    }
    None
}

/// Notes strings that hold U+0000, which no text of ours may, and empties them.
fn refuse_nul(value: &mut Value, pointer: &mut String, invalid: &mut Invalid) {
    let length = pointer.len();
    match value {
        Value::String(text) if text.contains('\0') => {
            if invalid.fields().len() < MOST {
                invalid.add(pointer.clone(), "must not contain the character U+0000");
            }
            text.clear();
        }
        Value::Array(values) => {
            for (index, value) in values.iter_mut().enumerate() {
                push(pointer, &index.to_string());
                refuse_nul(value, pointer, invalid);
                pointer.truncate(length);
            }
        }
        Value::Object(values) => {
            for (name, value) in values {
                push(pointer, name);
                refuse_nul(value, pointer, invalid);
                pointer.truncate(length);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// What has been put where a mismatch was.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd)]
enum Mend {
    Null,
    Neutral,
    Exhausted,
}

/// Puts null, then a neutral value of the expected kind, in the place of what does not decode,
/// then turns to what holds it; `false` when the whole body is at stake.
fn mend(
    value: &mut Value,
    mut pointer: String,
    mut neutral: Option<Value>,
    mended: &mut HashMap<String, Mend>,
) -> bool {
    loop {
        if pointer.is_empty() {
            return false;
        }
        let present = value.pointer(&pointer).cloned();
        let state = mended.get(&pointer).copied();
        if state.is_none() && present != Some(Value::Null) && put(value, &pointer, Value::Null) {
            mended.insert(pointer, Mend::Null);
            return true;
        }
        if state.is_none_or(|state| state < Mend::Neutral)
            && let Some(neutral) = neutral.take()
            && present.as_ref() != Some(&neutral)
            && put(value, &pointer, neutral)
        {
            mended.insert(pointer, Mend::Neutral);
            return true;
        }
        let parent = pointer.rfind('/').unwrap_or_default();
        let above = pointer[..parent].to_owned();
        mended.insert(std::mem::replace(&mut pointer, above), Mend::Exhausted);
        neutral = None;
    }
}

fn put(value: &mut Value, pointer: &str, new: Value) -> bool {
    if let Some(place) = value.pointer_mut(pointer) {
        *place = new;
        return true;
    }
    let Some((parent, name)) = pointer.rsplit_once('/') else {
        return false;
    };
    let Some(Value::Object(values)) = value.pointer_mut(parent) else {
        return false;
    };
    values.insert(name.replace("~1", "/").replace("~0", "~"), new);
    true
}

/// A mismatch in plain words.
struct Mismatch {
    /// The field that is not there, below the reported path.
    missing: Option<String>,
    detail: String,
    /// An empty value of the kind that was expected.
    neutral: Option<Value>,
}

/// Serde's message without its Rust type names.
fn explain(message: &str) -> Mismatch {
    let say = |detail: &str, neutral| Mismatch {
        missing: None,
        detail: detail.to_owned(),
        neutral,
    };
    if let Some(rest) = message.strip_prefix("missing field `") {
        let name = rest.split('`').next().unwrap_or_default().to_owned();
        return Mismatch {
            missing: Some(name),
            detail: "is required".to_owned(),
            neutral: None,
        };
    }
    if message.starts_with("unknown variant ") {
        let known = message
            .rsplit_once(", expected ")
            .map_or("", |(_, known)| known);
        let known = known.trim_start_matches("one of ").replace('`', "");
        return say(
            &format!("must be one of: {}", known.replace(" or ", ", ")),
            None,
        );
    }
    if message.starts_with("invalid length ") {
        return say("has the wrong number of entries", None);
    }
    let Some(expected) = message
        .strip_prefix("invalid type: ")
        .or_else(|| message.strip_prefix("invalid value: "))
        .and_then(|rest| rest.rsplit_once(", expected "))
        .map(|(_, expected)| expected)
    else {
        return say(&message.chars().take(200).collect::<String>(), None);
    };
    match expected {
        "u8" | "u16" | "u32" | "u64" | "u128" | "usize" => {
            say("must be a whole number, 0 or more", Some(Value::from(0)))
        }
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => {
            say("must be a whole number", Some(Value::from(0)))
        }
        "f32" | "f64" => say("must be a number", Some(Value::from(0))),
        "a boolean" => say("must be true or false", Some(Value::from(false))),
        "a string" | "a borrowed string" | "string" => {
            say("must be a string", Some(Value::from("")))
        }
        other if other.starts_with("a sequence") || other.starts_with("an array") => {
            say("must be an array", Some(Value::Array(Vec::new())))
        }
        other if other.starts_with("a map") || other.starts_with("struct ") => {
            say("must be an object", Some(Value::Object(Map::new())))
        }
        _ => say("is not of the right kind", None),
    }
}

/// The RFC 6901 pointer of a path, as far as it is known.
fn pointer_to(path: &serde_path_to_error::Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => push(&mut pointer, &index.to_string()),
            Segment::Map { key } => push(&mut pointer, key),
            Segment::Enum { variant } => push(&mut pointer, variant),
            Segment::Unknown => break,
        }
    }
    pointer
}

/// The pointer and those of all that holds it.
fn prefixes(pointer: &str) -> impl Iterator<Item = &str> {
    let ends = pointer.match_indices('/').map(|(end, _)| end);
    ends.skip(1)
        .chain([pointer.len()])
        .map(|end| &pointer[..end])
}

fn push(pointer: &mut String, token: &str) {
    pointer.push('/');
    for c in token.chars() {
        match c {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            c => pointer.push(c),
        }
    }
}
