//! A role a function, that grants what the function does and no more.

use std::collections::BTreeSet;

use data_plane::template::target;
use harness::template;
use serde_json::{Value, json};
use shared::{
    keys::items::{self, Line},
    queue::messages,
    runtime::Config,
};

/// What has no ARN in AWS's own list of actions and resources, so that `*` is all one can grant.
const WITHOUT_RESOURCE: [&str; 3] = [
    "secretsmanager:BatchGetSecretValue",
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
];

/// The logical id of a function's role.
fn role(binary: &str) -> String {
    let function = template().function(binary).unwrap();
    let role = target(&function.properties["Role"]).map(str::to_owned);
    role.unwrap_or_else(|| panic!("{binary} has no role of its own"))
}

/// The statements of a function's role.
fn statements(binary: &str) -> Vec<Value> {
    let role = &template().resource(&role(binary))["Properties"];
    let managed = &role["ManagedPolicyArns"];
    assert_eq!(
        managed,
        &Value::Null,
        "{binary}: managed policies grant more"
    );
    let policies = role["Policies"].as_array().into_iter().flatten();
    let statements =
        policies.flat_map(|policy| policy["PolicyDocument"]["Statement"].as_array().unwrap());
    statements.cloned().collect()
}

fn texts(value: &Value) -> Vec<String> {
    let list = value.as_array().cloned();
    let list = list.unwrap_or_else(|| vec![value.clone()]);
    list.iter()
        .map(|text| text.as_str().unwrap().to_owned())
        .collect()
}

/// What the role of a function may do, such as `dynamodb:GetItem`.
pub fn granted(binary: &str) -> BTreeSet<String> {
    let statements = statements(binary);
    statements
        .iter()
        .flat_map(|statement| texts(&statement["Action"]))
        .collect()
}

fn binaries() -> Vec<String> {
    let functions = template().functions().unwrap();
    functions
        .into_iter()
        .map(|function| function.binary)
        .collect()
}

#[test]
fn every_function_has_a_role_of_its_own_that_only_lambda_assumes() {
    let roles: BTreeSet<_> = binaries().iter().map(|binary| role(binary)).collect();
    assert_eq!(roles.len(), binaries().len());
    for id in &roles {
        let trust = &template().resource(id)["Properties"]["AssumeRolePolicyDocument"]["Statement"];
        assert_eq!(trust.as_array().unwrap().len(), 1, "{id}");
        let lambda = json!({"Service": "lambda.amazonaws.com"});
        assert_eq!(trust[0]["Principal"], lambda, "{id}");
    }
    for (id, _) in template().resources("AWS::IAM::Role") {
        assert!(roles.contains(id), "{id} is nobody's");
    }
}

#[test]
fn no_role_grants_a_star_where_aws_knows_an_arn() {
    for binary in binaries() {
        for statement in statements(&binary) {
            assert_eq!(statement["Effect"], "Allow");
            let actions = texts(&statement["Action"]);
            for action in &actions {
                assert!(!action.contains('*'), "{binary}: {action}");
            }
            let resources = &statement["Resource"];
            let resources = resources
                .as_array()
                .cloned()
                .unwrap_or_else(|| vec![resources.clone()]);
            for resource in resources {
                if resource == "*" {
                    let unavoidable = |action: &String| WITHOUT_RESOURCE.contains(&action.as_str());
                    assert!(actions.iter().all(unavoidable), "{binary}: {actions:?}");
                    continue;
                }
                let of_ours = target(&resource)
                    .unwrap_or_else(|| panic!("{binary}: {resource} is not of this stack"));
                assert!(!template().resource(of_ours).is_null(), "{of_ours}");
                // Within one of our own resources, only a prefix of keys, or the table's indexes.
                let text = resource["Fn::Sub"].as_str().unwrap_or_default();
                let stars = text.matches('*').count();
                assert!(
                    stars == 0 || (stars == 1 && text.ends_with("/*")),
                    "{binary}: {text}"
                );
                assert_ne!(
                    text, "${Bucket.Arn}/*",
                    "{binary}: a prefix, not the bucket"
                );
            }
        }
    }
}

#[test]
fn a_role_lets_lambda_poll_what_its_function_is_fed_from_and_nothing_else() {
    for function in template().functions().unwrap() {
        let fed: BTreeSet<_> = function.queues().map(|event| event.queue.clone()).collect();
        let polls = |action: &str, resource: &dyn Fn(&Value) -> bool| {
            statements(&function.binary).iter().any(|statement| {
                texts(&statement["Action"]).iter().any(|own| own == action)
                    && resource(&statement["Resource"])
            })
        };
        for action in [
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
        ] {
            for queue in &fed {
                let here = |resource: &Value| target(resource) == Some(queue);
                assert!(polls(action, &here), "{}: {action}", function.binary);
            }
            // To ask for a queue's attributes takes nothing off it: a function may, to be warm.
            let elsewhere = |resource: &Value| !fed.contains(target(resource).unwrap_or_default());
            assert!(
                action == "sqs:GetQueueAttributes" || !polls(action, &elsewhere),
                "{}: {action}, of a queue that does not feed it",
                function.binary
            );
        }
        let reads_stream = function.streams().next().is_some();
        for action in ["DescribeStream", "GetRecords", "GetShardIterator"] {
            let here =
                |resource: &Value| *resource == json!({"Fn::GetAtt": ["Table", "StreamArn"]});
            let allowed = polls(&format!("dynamodb:{action}"), &here);
            assert_eq!(allowed, reads_stream, "{}: {action}", function.binary);
        }
    }
}

#[test]
fn every_role_may_write_its_own_log_and_no_other() {
    for function in template().functions().unwrap() {
        let log = target(&function.properties["LoggingConfig"]["LogGroup"]);
        let log = log.unwrap_or_else(|| panic!("{} has no log", function.binary));
        let logs: Vec<_> = statements(&function.binary)
            .into_iter()
            .filter(|statement| {
                let actions = texts(&statement["Action"]);
                actions.iter().any(|action| action.starts_with("logs:"))
            })
            .collect();
        assert_eq!(logs.len(), 1, "{}", function.binary);
        assert_eq!(target(&logs[0]["Resource"]), Some(log));
    }
}

#[test]
fn who_tells_a_message_may_send_to_its_queue_and_nobody_else_may() {
    for binary in binaries() {
        let mut may = BTreeSet::new();
        for statement in statements(&binary) {
            if texts(&statement["Action"]).contains(&"sqs:SendMessage".to_owned()) {
                let resources = statement["Resource"].as_array().cloned();
                let resources = resources.unwrap_or_else(|| vec![statement["Resource"].clone()]);
                may.extend(
                    resources
                        .iter()
                        .map(|queue| target(queue).unwrap().to_owned()),
                );
            }
        }
        may.retain(|queue| !queue.ends_with("Dlq"));
        let lines = messages::ALL.into_iter().flatten();
        let own = lines.filter(|line| line.from.contains(&binary.as_str()));
        let told = own.flat_map(|line| {
            let to = template().function(line.to).unwrap();
            // Itself it tells by any of its queues.
            let queues = to.queues().map(|event| event.queue.clone());
            let first = format!("{}Queue", to.logical_id);
            let queues = queues.filter(|queue| line.to == binary || *queue == first);
            queues.collect::<Vec<_>>()
        });
        let mut told: BTreeSet<_> = told.collect();
        // What the store tells is no message of ours: it is passed on as it came.
        if binary == "store" {
            told.insert("AttributionQueue".to_owned());
        }
        assert_eq!(may, told, "{binary}");
    }
}

/// The resources on which a role grants an action, by their logical ids.
fn resources(binary: &str, action: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for statement in statements(binary) {
        if texts(&statement["Action"]).iter().any(|own| own == action) {
            let resources = statement["Resource"].as_array().cloned();
            let resources = resources.unwrap_or_else(|| vec![statement["Resource"].clone()]);
            found.extend(resources.iter().map(|one| target(one).unwrap().to_owned()));
        }
    }
    found
}

#[test]
fn a_secret_is_given_to_those_alone_that_read_it_and_in_no_environment() {
    let mut given = BTreeSet::new();
    for function in template().functions().unwrap() {
        let mut read = BTreeSet::new();
        for (name, value) in &function.environment {
            assert!(!value.to_string().contains("resolve:"), "{name}: {value}");
            let of = target(value).unwrap_or_default();
            if template().resource(of)["Type"] == "AWS::SecretsManager::Secret" {
                assert_eq!(value["Fn::GetAtt"][1], "Id", "{name}: its ARN");
                assert!(Config::SECRETS.contains(&name.as_str()), "{name}");
                read.insert(of.to_owned());
            }
        }
        let may = resources(&function.binary, "secretsmanager:GetSecretValue");
        assert_eq!(may, read, "{}", function.binary);
        let asks = granted(&function.binary).contains("secretsmanager:BatchGetSecretValue");
        assert_eq!(asks, !read.is_empty(), "{}", function.binary);
        given.extend(read);
    }
    assert!(given.len() >= 3, "{given:?}");
}

#[test]
fn every_secret_is_made_by_the_stack_and_those_that_are_never_changed_outlive_it() {
    let secrets: Vec<_> = template()
        .resources("AWS::SecretsManager::Secret")
        .collect();
    assert_eq!(secrets.len(), Config::SECRETS.len());
    for (id, secret) in secrets {
        let length = secret["GenerateSecretString"]["PasswordLength"].as_u64();
        assert!(length >= Some(32), "{id}");
        // Where several are kept, they are parted by commas.
        assert_eq!(secret["GenerateSecretString"]["ExcludePunctuation"], true);
        let kept = template().resource(id)["DeletionPolicy"] == "Retain"
            && template().resource(id)["UpdateReplacePolicy"] == "Retain";
        let outlives = ["LedgerSalt", "PeopleKey"].contains(&id);
        assert_eq!(kept, outlives, "{id}");
    }
}

/// Functions that read what strangers or other systems send, or write but few kinds of item.
const HELD: [&str; 6] = [
    "attribution",
    "catalogue",
    "fanout",
    "janitor",
    "photos",
    "rollup",
];

#[test]
fn what_reads_hostile_input_writes_under_its_own_keys_alone() {
    let writes = |action: &str| {
        let writes = ["Put", "Update", "Delete", "BatchWrite"];
        writes
            .map(|verb| format!("dynamodb:{verb}Item"))
            .contains(&action.to_owned())
    };
    for binary in HELD {
        let mut held = 0;
        for statement in statements(binary) {
            let actions = texts(&statement["Action"]);
            if !actions.iter().any(|action| writes(action)) {
                continue;
            }
            let checks = |action: &str| action == "dynamodb:ConditionCheckItem";
            let held_too = actions
                .iter()
                .all(|action| writes(action) || checks(action));
            assert!(held_too, "{actions:?}");
            let condition = &statement["Condition"]["ForAllValues:StringLike"];
            let keys = texts(&condition["dynamodb:LeadingKeys"]);
            assert!(!keys.is_empty(), "{binary}");
            for key in keys {
                let known = |line: &Line| line.partitions() == key;
                assert!(items::LINES.iter().any(known), "{binary}: {key}");
            }
            held += 1;
        }
        assert!(held > 0, "{binary} writes nothing");
    }
}
