//! What follows from an operation's shape: headers, refusals, who may call.

use serde_json::{Map, Value, json};

/// A parameter that every operation which has it names so: its name, what it is, its pattern.
const PATHS: [(&str, &str, &str); 6] = [
    ("handle", "Whose, without the @.", "^[A-Za-z0-9_]{2,20}$"),
    ("post_id", "Which post.", "^[0-7][0-9A-HJKMNP-TV-Z]{25}$"),
    (
        "comment_id",
        "Which comment.",
        "^[0-7][0-9A-HJKMNP-TV-Z]{25}([0-7][0-9A-HJKMNP-TV-Z]{25}){1,2}$",
    ),
    ("topic_id", "The id of an interest.", "^[a-z0-9-]{1,64}$"),
    ("list_id", "Which list.", "^[0-7][0-9A-HJKMNP-TV-Z]{25}$"),
    (
        "product_id",
        "Which product, as its card says.",
        "^(~[A-Za-z0-9_-]+|[A-Za-z0-9._-]{1,50})$",
    ),
];

/// Its name, its status, what is said of it, and the header that comes with it.
type Refusal = (
    &'static str,
    &'static str,
    &'static str,
    Option<&'static str>,
);

/// Every refusal.
const REFUSALS: [Refusal; 15] = [
    (
        "BadRequest",
        "400",
        "The body, a header or the cursor cannot be read.",
        None,
    ),
    (
        "Unauthorized",
        "401",
        "No token, or one that is not valid. The gateway says so as `Message`.",
        Some("WWW-Authenticate"),
    ),
    ("Forbidden", "403", "Not for this person.", None),
    ("NotFound", "404", "There is no such thing here.", None),
    (
        "MethodNotAllowed",
        "405",
        "Another method is needed.",
        Some("Allow"),
    ),
    (
        "Conflict",
        "409",
        "It is taken, or the first request is still running.",
        None,
    ),
    (
        "Gone",
        "410",
        "What the first request with this key made is gone.",
        None,
    ),
    (
        "PreconditionFailed",
        "412",
        "It was changed meanwhile; nothing is written.",
        None,
    ),
    ("TooLarge", "413", "The body is too large.", None),
    (
        "UnsupportedMediaType",
        "415",
        "The body is not plain JSON.",
        None,
    ),
    (
        "Invalid",
        "422",
        "Some fields are not valid; `errors` names each.",
        None,
    ),
    ("TooMany", "429", "Too many requests.", Some("Retry-After")),
    ("Internal", "500", "Our fault.", None),
    (
        "Unavailable",
        "503",
        "Busy; try again in a moment.",
        Some("Retry-After"),
    ),
    (
        "NotModified",
        "304",
        "What the caller has is what it is.",
        Some("ETag"),
    ),
];

/// Refusals that the gateway may give before a function is asked, as `{"message": "…"}`.
const BY_THE_GATEWAY: [&str; 6] = ["401", "404", "413", "429", "500", "503"];

/// Headers of requests: the parameter's name, the header's, and what it is.
const SENT: [(&str, &str, &str); 3] = [
    (
        "IfMatch",
        "If-Match",
        "The `ETag` that was read: the change is made only if it is still that.",
    ),
    (
        "IfNoneMatch",
        "If-None-Match",
        "The `ETag` of what the caller has: 304 if it is still that.",
    ),
    (
        "IdempotencyKey",
        "Idempotency-Key",
        "1 to 255 visible ASCII characters; the same key and body within 24 hours make one thing.",
    ),
];

/// Headers of answers.
const TOLD: [(&str, &str, &str); 5] = [
    ("Allow", "The methods that are taken.", "string"),
    ("ETag", "Of what is answered.", "string"),
    (
        "Location",
        "The absolute address of what was made.",
        "string",
    ),
    ("Retry-After", "Seconds to wait.", "integer"),
    (
        "WWW-Authenticate",
        "`Bearer`, with what is wrong.",
        "string",
    ),
];

/// Adds to every operation what its method, path, parameters, body and answers say of it.
pub(super) fn complete(api: &mut Value) {
    api["components"]["responses"] = refusals();
    api["components"]["headers"] = told();
    api["components"]["parameters"] = sent();
    api["components"]["schemas"]["Message"] = json!({
        "type": "object",
        "description": "A refusal of the gateway's own.",
        "required": ["message"],
        "properties": {"message": {"type": "string", "description": "For people."}},
    });
    let paths = api["paths"].as_object_mut();
    for (path, item) in paths.into_iter().flatten() {
        let readable = item.get("get").is_some();
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            if let Some(operation) = operation.as_object_mut() {
                Shape::of(method, path, readable, operation).complete(operation);
            }
        }
    }
}

/// What counts of an operation.
struct Shape {
    reads: bool,
    /// Of a resource that can be read, so that it has an `ETag`.
    changes: bool,
    creates: bool,
    body: bool,
    /// Whether it can name what is not there.
    names: bool,
    queries: bool,
    /// Whether a token is needed.
    user: bool,
}

impl Shape {
    fn of(method: &str, path: &str, readable: bool, operation: &Map<String, Value>) -> Self {
        let parameters = operation.get("parameters").and_then(Value::as_array);
        let mut parameters = parameters.into_iter().flatten();
        let security = operation.get("security").and_then(Value::as_array);
        Self {
            reads: method == "get",
            changes: readable && ["patch", "delete"].contains(&method),
            creates: operation["responses"].get("201").is_some(),
            body: operation.contains_key("requestBody"),
            names: path.contains('{'),
            queries: parameters.any(|parameter| parameter["in"] == "query"),
            user: security.is_some_and(|schemes| {
                !schemes.is_empty() && schemes.iter().all(|scheme| scheme.get("bearer").is_some())
            }),
        }
    }

    fn complete(&self, operation: &mut Map<String, Value>) {
        operation.entry("security").or_insert_with(|| json!([]));
        self.parameters(operation);
        if let Some(body) = operation.get_mut("requestBody") {
            body["required"] = true.into();
            also_plain(&mut body["content"]);
        }
        if let Some(responses) = operation["responses"].as_object_mut() {
            self.responses(responses);
        }
    }

    fn parameters(&self, operation: &mut Map<String, Value>) {
        let parameters = operation.entry("parameters").or_insert_with(|| json!([]));
        let Some(parameters) = parameters.as_array_mut() else {
            return;
        };
        for parameter in parameters.iter_mut() {
            let known = PATHS.iter().find(|known| parameter["name"] == known.0);
            if let Some((_, what, pattern)) = known {
                parameter["description"] = (*what).into();
                parameter["schema"]["pattern"] = (*pattern).into();
            }
        }
        let sent = [
            (self.changes, "IfMatch"),
            (self.reads, "IfNoneMatch"),
            (self.creates, "IdempotencyKey"),
        ];
        let sent = sent.into_iter().filter(|(has, _)| *has);
        parameters.extend(sent.map(|(_, name)| reference("parameters", name)));
        if parameters.is_empty() {
            operation.remove("parameters");
        }
    }

    fn responses(&self, responses: &mut Map<String, Value>) {
        responses.remove("default");
        for (status, header) in [("200", "ETag"), ("201", "Location")] {
            let answered = responses.get_mut(status);
            let tagged = answered.filter(|_| self.reads || self.creates);
            if let Some(answer) = tagged {
                answer["headers"] = json!({header: reference("headers", header)});
            }
        }
        let occurs = |status: &str| match status {
            "304" => self.reads,
            "400" => self.body || self.queries || self.creates,
            "403" => self.user,
            "404" => self.names,
            "409" => self.creates || (self.changes && self.body),
            "410" => self.creates,
            "412" => self.changes,
            "413" | "415" => self.body,
            "422" => self.body || self.queries,
            // A bad token is refused where none is needed, too.
            _ => true,
        };
        for refusal in &REFUSALS {
            let (name, status, ..) = *refusal;
            if let Some(own) = responses.get_mut(status) {
                // Says itself when; what it holds is as everywhere.
                let description = own["description"].take();
                *own = answer(refusal);
                own["description"] = description;
            } else if occurs(status) {
                responses.insert(status.to_owned(), reference("responses", name));
            }
        }
    }
}

/// A merge patch is taken as plain JSON, too.
fn also_plain(content: &mut Value) {
    if let Some(patch) = content.get("application/merge-patch+json").cloned() {
        content["application/json"] = patch;
    }
}

fn reference(kind: &str, name: &str) -> Value {
    json!({"$ref": format!("#/components/{kind}/{name}")})
}

fn refusals() -> Value {
    let all = REFUSALS
        .iter()
        .map(|refusal| (refusal.0.to_owned(), answer(refusal)));
    Value::Object(all.collect())
}

fn answer((_, status, description, header): &Refusal) -> Value {
    let mut answer = json!({"description": description});
    if let Some(header) = header {
        answer["headers"] = json!({*header: reference("headers", header)});
    }
    if *status != "304" {
        let schema = |name: &str| json!({"schema": reference("schemas", name)});
        answer["content"] = json!({"application/problem+json": schema("Problem")});
        if BY_THE_GATEWAY.contains(status) {
            answer["content"]["application/json"] = schema("Message");
        }
    }
    answer
}

fn told() -> Value {
    let all = TOLD.map(|(name, description, kind)| {
        let header = json!({"description": description, "schema": {"type": kind}});
        (name.to_owned(), header)
    });
    Value::Object(all.into_iter().collect())
}

fn sent() -> Value {
    let all = SENT.map(|(name, header, description)| {
        let mut schema = json!({"type": "string"});
        if name == "IdempotencyKey" {
            schema["pattern"] = "^[!-~]{1,255}$".into();
        }
        let parameter = json!({
            "name": header, "in": "header", "required": false,
            "description": description, "schema": schema,
        });
        (name.to_owned(), parameter)
    });
    Value::Object(all.into_iter().collect())
}
