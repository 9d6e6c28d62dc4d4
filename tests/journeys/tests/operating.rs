//! What an operator relies on is in the template: alarms for everything that can fail, metrics that
//! the code really writes, and limits on what is kept.

use std::collections::{BTreeMap, BTreeSet};

use data_plane::template::target;
use harness::template;
use serde_json::{Value, json};
use shared::telemetry::metrics::{Metric, NAMESPACE};

use crate::tree;

/// Namespace, metric and the resource that each alarm is about.
fn alarms() -> BTreeSet<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let alarms = template().resources("AWS::CloudWatch::Alarm");
    let alarms = alarms.map(|(id, alarm)| {
        assert_eq!(
            alarm["AlarmActions"],
            json!([{"Ref": "AlarmTopic"}]),
            "{id}"
        );
        assert_eq!(alarm["OKActions"], alarm["AlarmActions"], "{id}");
        let about = target(&alarm["Dimensions"][0]["Value"]);
        (
            text(&alarm["Namespace"]),
            text(&alarm["MetricName"]),
            about.unwrap_or_default().to_owned(),
        )
    });
    alarms.collect()
}

#[test]
fn whatever_can_fail_has_an_alarm() {
    let alarms = alarms();
    let mut missing = Vec::new();
    let mut wanted = |namespace: &str, metric: &str, about: &str| {
        let alarm = (namespace.to_owned(), metric.to_owned(), about.to_owned());
        if !alarms.contains(&alarm) {
            missing.push(alarm);
        }
    };
    for queue in template().queues().unwrap() {
        let id = &queue.logical_id;
        wanted("AWS/SQS", "ApproximateNumberOfMessagesVisible", id);
        if queue.redrive.is_some() {
            wanted("AWS/SQS", "ApproximateAgeOfOldestMessage", id);
        }
    }
    for function in template().functions().unwrap() {
        wanted("AWS/Lambda", "Errors", &function.logical_id);
        if function.streams().next().is_some() {
            wanted("AWS/Lambda", "IteratorAge", &function.logical_id);
        }
    }
    wanted("AWS/Lambda", "Throttles", "");
    wanted("AWS/ApiGateway", "5xx", "HttpApi");
    wanted("AWS/ApiGateway", "Latency", "HttpApi");
    assert!(missing.is_empty(), "no alarm: {missing:#?}");
}

#[test]
fn an_alarm_on_a_dead_letter_queue_goes_off_at_the_first_letter() {
    let mut letters = 0;
    for (id, alarm) in template().resources("AWS::CloudWatch::Alarm") {
        let about = target(&alarm["Dimensions"][0]["Value"]).unwrap_or_default();
        if about.ends_with("Dlq") {
            letters += 1;
            let goes_off = (&alarm["Threshold"], &alarm["EvaluationPeriods"]);
            assert_eq!(goes_off, (&json!(0), &json!(1)), "{id}");
            assert_eq!(alarm["ComparisonOperator"], "GreaterThanThreshold", "{id}");
        }
    }
    assert!(letters >= 4, "{letters}");
}

/// The dashboard, with what only a deployment knows left as it is.
fn dashboard() -> Value {
    let body = &template().resource("OperatingDashboard")["Properties"]["DashboardBody"];
    serde_json::from_str(body["Fn::Sub"].as_str().unwrap()).unwrap()
}

/// Every metric of ours that alarms and dashboard name, with the dimensions they name it by.
fn named() -> Vec<(String, Vec<String>)> {
    let mut named = Vec::new();
    for (_, alarm) in template().resources("AWS::CloudWatch::Alarm") {
        if alarm["Namespace"] == NAMESPACE {
            let dimensions = alarm["Dimensions"].as_array().unwrap().iter();
            let dimensions = dimensions.map(|one| one["Name"].as_str().unwrap().to_owned());
            let name = alarm["MetricName"].as_str().unwrap().to_owned();
            named.push((name, dimensions.collect()));
        }
    }
    for widget in dashboard()["widgets"].as_array().unwrap() {
        for metric in widget["properties"]["metrics"].as_array().unwrap() {
            let words: Vec<_> = metric.as_array().unwrap().iter().collect();
            if words[0] == NAMESPACE {
                let name = words[1].as_str().unwrap().to_owned();
                let dimension = words[2].as_str().unwrap().to_owned();
                named.push((name, vec![dimension]));
            } else if let Some(search) = words[0]["expression"].as_str()
                && let Some(rest) = search.strip_prefix("SEARCH('{Spark,")
            {
                let (dimensions, rest) = rest.split_once('}').unwrap();
                let name = rest.split("MetricName=\"").nth(1).unwrap();
                let name = name.split('"').next().unwrap().to_owned();
                let dimensions = dimensions.split(',').map(str::to_owned);
                named.push((name, dimensions.collect()));
            }
        }
    }
    named
}

#[test]
fn alarms_and_dashboard_name_metrics_that_the_code_writes() {
    let written: BTreeMap<_, _> = Metric::ALL
        .iter()
        .map(|metric| (metric.name(), metric.dimensions()))
        .collect();
    let named = named();
    assert!(named.len() >= 12, "{named:?}");
    for (name, dimensions) in &named {
        let dimensions: Vec<_> = dimensions.iter().map(String::as_str).collect();
        let known = written.get(name.as_str()).map(|known| known.to_vec());
        assert_eq!(known, Some(dimensions), "{name}");
    }
    let shown: BTreeSet<_> = named.iter().map(|(name, _)| name.as_str()).collect();
    let hidden: Vec<_> = written
        .keys()
        .filter(|name| !shown.contains(*name))
        .collect();
    assert!(hidden.is_empty(), "written and never shown: {hidden:?}");
}

#[test]
fn every_metric_is_written_somewhere() {
    let rust = tree::files().iter().filter(|file| file.kind() == "rs");
    let code: String = rust
        .filter(|file| file.path.contains("/src/"))
        .flat_map(|file| file.lines_of_code())
        .collect();
    for metric in Metric::ALL {
        let written = format!("Metric::{metric:?}");
        assert!(code.contains(&written), "{written} is written nowhere");
    }
}

#[test]
fn the_readme_of_operations_lists_every_metric() {
    let readme = tree::read("infra/README.md");
    for metric in Metric::ALL {
        let listed = format!("`{}`", metric.name());
        assert!(readme.contains(&listed), "{listed}");
    }
}

#[test]
fn the_bucket_speaks_tls_alone_and_keeps_uploads_longer_than_dead_letters_and_reports_for_ninety_days()
 {
    let (id, bucket) = template().resources("AWS::S3::Bucket").next().unwrap();
    let rules = bucket["LifecycleConfiguration"]["Rules"]
        .as_array()
        .unwrap();
    let kept = |prefix: &str| {
        let rule = rules.iter().find(|rule| rule["Prefix"] == prefix).unwrap();
        assert_eq!(rule["Status"], "Enabled");
        rule["ExpirationInDays"].as_u64()
    };
    assert_eq!((kept("uploads/"), kept("reports/")), (Some(15), Some(90)));
    for (id, queue) in template().resources("AWS::SQS::Queue") {
        let letters = queue["MessageRetentionPeriod"].as_u64().unwrap_or_default();
        assert!(letters < 15 * 24 * 60 * 60, "{id}");
    }
    let old = rules
        .iter()
        .find(|rule| rule["Prefix"].is_null() && rule.get("NoncurrentVersionExpiration").is_some());
    assert!(old.is_some_and(|rule| rule["Status"] == "Enabled"));
    let (_, policy) = template()
        .resources("AWS::S3::BucketPolicy")
        .next()
        .unwrap();
    assert_eq!(policy["Bucket"], json!({"Ref": id}));
    let statements = policy["PolicyDocument"]["Statement"].as_array().unwrap();
    let tls = statements
        .iter()
        .find(|one| one["Effect"] == "Deny")
        .unwrap();
    assert_eq!(
        tls["Condition"],
        json!({"Bool": {"aws:SecureTransport": "false"}})
    );
    assert_eq!(
        (&tls["Principal"], &tls["Action"]),
        (&json!("*"), &json!("s3:*"))
    );
}

#[test]
fn the_table_is_not_deleted_by_mistake() {
    let (_, table) = template().resources("AWS::DynamoDB::Table").next().unwrap();
    let protection = json!({"Ref": "DeletionProtection"});
    assert_eq!(table["DeletionProtectionEnabled"], protection);
    let by_default = &template().document()["Parameters"]["DeletionProtection"]["Default"];
    assert_eq!(by_default, "true");
}

#[test]
fn every_limit_of_a_route_is_on_a_route_that_is_there_before_it() {
    let routes: BTreeMap<_, _> = template()
        .routes()
        .unwrap()
        .into_iter()
        .map(|route| (route.key.to_string(), route.logical_id))
        .collect();
    let (id, stage) = template()
        .resources("AWS::ApiGatewayV2::Stage")
        .next()
        .unwrap();
    let after = template().resource(id)["DependsOn"].as_array().unwrap();
    for key in stage["RouteSettings"].as_object().unwrap().keys() {
        assert!(after.contains(&json!(routes[key])), "{key}");
    }
}

#[test]
fn every_function_has_a_log_that_ends_after_the_days_of_the_parameter() {
    for function in template().functions().unwrap() {
        let log = target(&function.properties["LoggingConfig"]["LogGroup"]).unwrap();
        let days = &template().resource(log)["Properties"]["RetentionInDays"];
        assert_eq!(days, &json!({"Ref": "LogRetentionDays"}), "{log}");
    }
}
