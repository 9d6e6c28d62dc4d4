//! What the template promises and an emulated account does not enforce.

use std::{collections::BTreeSet, time::Duration};

use data_plane::template::target;
use harness::template;
use serde_json::{Value, json};
use shared::queue::messages;

fn properties(kind: &str) -> Vec<(&str, &Value)> {
    let found: Vec<_> = template().resources(kind).collect();
    assert!(!found.is_empty(), "no {kind}");
    found
}

#[test]
fn the_gateway_may_call_the_functions_behind_its_routes_from_its_own_api_alone() {
    let integrated: BTreeSet<_> = properties("AWS::ApiGatewayV2::Integration")
        .iter()
        .map(|(_, integration)| target(&integration["IntegrationUri"]).unwrap())
        .collect();
    let mut permitted = BTreeSet::new();
    for (id, permission) in properties("AWS::Lambda::Permission") {
        assert_eq!(permission["Action"], "lambda:InvokeFunction", "{id}");
        assert_eq!(permission["Principal"], "apigateway.amazonaws.com", "{id}");
        let source = permission["SourceArn"]["Fn::Sub"].as_str().unwrap();
        assert!(source.contains(":${HttpApi}/"), "{id}: {source}");
        permitted.insert(target(&permission["FunctionName"]).unwrap());
    }
    assert_eq!(permitted, integrated);
}

#[test]
fn the_api_is_throttled_and_answers_browsers_of_one_origin() {
    for (id, stage) in properties("AWS::ApiGatewayV2::Stage") {
        for limit in ["ThrottlingBurstLimit", "ThrottlingRateLimit"] {
            let limit = stage["DefaultRouteSettings"][limit].as_u64();
            assert!(limit.is_some_and(|limit| limit > 0), "{id}");
        }
    }
    for (_, api) in properties("AWS::ApiGatewayV2::Api") {
        let cors = &api["CorsConfiguration"];
        assert_eq!(cors["AllowOrigins"], json!([{"Ref": "AppOrigin"}]));
        let methods = cors["AllowMethods"].as_array().unwrap();
        for route in template().routes().unwrap() {
            let key = route.key.to_string();
            let method = key.split(' ').next().unwrap();
            // Browsers ask nobody whether they may `HEAD`.
            let allowed = method.starts_with('$')
                || method == "HEAD"
                || methods.iter().any(|own| own == method);
            assert!(allowed, "{key}");
        }
        for header in ["authorization", "content-type", "idempotency-key"] {
            let headers = cors["AllowHeaders"].as_array().unwrap();
            assert!(headers.iter().any(|own| own == header), "{header}");
        }
    }
}

#[test]
fn uploads_come_from_browsers_of_that_origin_by_put_alone() {
    for (id, bucket) in properties("AWS::S3::Bucket") {
        let rules = bucket["CorsConfiguration"]["CorsRules"].as_array().unwrap();
        assert_eq!(rules.len(), 1, "{id}");
        assert_eq!(rules[0]["AllowedMethods"], json!(["PUT"]));
        assert_eq!(rules[0]["AllowedOrigins"], json!([{"Ref": "AppOrigin"}]));
        let headers = rules[0]["AllowedHeaders"].as_array().unwrap();
        for signed in ["content-type", "if-none-match", "x-amz-checksum-sha256"] {
            assert!(headers.iter().any(|own| own == signed), "{signed}");
        }
    }
}

#[test]
fn the_bucket_is_nobodys_but_the_cdns_and_forgets_uploads_that_were_broken_off() {
    for (id, bucket) in properties("AWS::S3::Bucket") {
        let blocked = bucket["PublicAccessBlockConfiguration"]
            .as_object()
            .unwrap();
        assert_eq!(blocked.len(), 4, "{id}");
        assert!(blocked.values().all(|value| value == true), "{id}");
        let rules = bucket["LifecycleConfiguration"]["Rules"]
            .as_array()
            .unwrap();
        assert!(
            rules.iter().all(|rule| rule["Status"] == "Enabled"),
            "{id}: {rules:?}"
        );
        let broken_off = |rule: &Value| !rule["AbortIncompleteMultipartUpload"].is_null();
        assert!(rules.iter().any(broken_off), "{id}");
    }
    for (id, policy) in properties("AWS::S3::BucketPolicy") {
        for statement in policy["PolicyDocument"]["Statement"].as_array().unwrap() {
            if statement["Effect"] == "Deny" {
                continue;
            }
            let cdn = json!({"Service": "cloudfront.amazonaws.com"});
            assert_eq!(statement["Principal"], cdn, "{id}");
            assert_eq!(statement["Action"], "s3:GetObject", "{id}");
            assert_eq!(statement["Resource"]["Fn::Sub"], "${Bucket.Arn}/media/*");
            let from = &statement["Condition"]["StringEquals"]["AWS:SourceArn"];
            assert_eq!(target(from), Some("MediaDistribution"), "{id}");
        }
    }
}

#[test]
fn what_the_cdn_reads_is_read_over_tls_and_the_bucket_by_signed_requests() {
    for (id, distribution) in properties("AWS::CloudFront::Distribution") {
        let config = &distribution["DistributionConfig"];
        let others = config["CacheBehaviors"].as_array().unwrap();
        for behaviour in others.iter().chain([&config["DefaultCacheBehavior"]]) {
            let tls = behaviour["ViewerProtocolPolicy"].as_str().unwrap();
            assert!(["redirect-to-https", "https-only"].contains(&tls), "{id}");
        }
        for origin in config["Origins"].as_array().unwrap() {
            if origin["Id"] == "api" {
                let custom = &origin["CustomOriginConfig"];
                assert_eq!(custom["OriginProtocolPolicy"], "https-only", "{id}");
                // Where the gateway has a domain, that is its only door.
                assert_eq!(origin["DomainName"]["Fn::If"][0], "HasDomain", "{id}");
                continue;
            }
            let access = target(&origin["OriginAccessControlId"]).unwrap();
            let access = &template().resource(access)["Properties"]["OriginAccessControlConfig"];
            assert_eq!(access["SigningBehavior"], "always", "{id}");
        }
    }
}

/// AWS's managed policies: CachingDisabled, and AllViewerExceptHostHeader.
const NOT_CACHED: &str = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad";
const ALL_BUT_HOST: &str = "b689b0a8-53d0-40ab-baf2-68738e2966ac";

#[test]
fn pages_are_kept_by_what_makes_them_another_and_nothing_of_the_api_is_kept() {
    let (_, distribution) = properties("AWS::CloudFront::Distribution").remove(0);
    let config = &distribution["DistributionConfig"];
    let behaviours = config["CacheBehaviors"].as_array().unwrap();
    let at = |path: &str| {
        let found = behaviours.iter().find(|one| one["PathPattern"] == path);
        found.unwrap_or_else(|| panic!("nothing is said of {path}"))
    };
    for path in ["/v1/*", "/r/*", "/oembed"] {
        assert_eq!(at(path)["TargetOriginId"], "api", "{path}");
        assert_eq!(at(path)["CachePolicyId"], NOT_CACHED, "{path}");
        assert_eq!(at(path)["OriginRequestPolicyId"], ALL_BUT_HOST, "{path}");
    }
    assert_eq!(at("/v1/*")["AllowedMethods"].as_array().unwrap().len(), 7);
    assert_eq!(at("/media/*")["TargetOriginId"], "bucket");
    let pages = &config["DefaultCacheBehavior"];
    assert_eq!(
        (&pages["TargetOriginId"], &pages["Compress"]),
        (&json!("api"), &json!(true))
    );
    let reduced = &pages["FunctionAssociations"][0];
    assert_eq!(reduced["EventType"], "viewer-request");
    assert_eq!(target(&reduced["FunctionARN"]), Some("PagesRequest"));
    let policy = target(&pages["CachePolicyId"]).unwrap();
    let policy = &template().resource(policy)["Properties"]["CachePolicyConfig"];
    let key = &policy["ParametersInCacheKeyAndForwardedToOrigin"];
    assert_eq!(key["CookiesConfig"]["CookieBehavior"], "none");
    assert_eq!(
        key["HeadersConfig"]["Headers"],
        json!(["accept", "accept-language"])
    );
    let queries = &key["QueryStringsConfig"]["QueryStrings"];
    assert_eq!(*queries, json!(["cursor", "lang", "q", "sort"]));
    assert_eq!(
        (&policy["MinTTL"], &policy["DefaultTTL"]),
        (&json!(0), &json!(0))
    );
    // Both are said to be on one domain.
    let function = template().function("pages").unwrap();
    assert_eq!(
        function.environment["PAGES_URL"],
        function.environment["MEDIA_URL"]
    );
}

#[test]
fn a_domain_of_ones_own_is_the_only_door_and_speaks_tls_1_2() {
    let has = |condition: &str, name: &str| {
        let empty = &template().document()["Conditions"][condition]["Fn::Not"][0]["Fn::Equals"];
        assert_eq!(*empty, json!([{"Ref": name}, ""]), "{condition}");
    };
    has("HasDomain", "DomainName");
    has("HasMediaDomain", "MediaDomainName");
    for (id, api) in properties("AWS::ApiGatewayV2::Api") {
        let closed = json!({"Fn::If": ["HasDomain", true, false]});
        assert_eq!(api["DisableExecuteApiEndpoint"], closed, "{id}");
    }
    for (id, domain) in properties("AWS::ApiGatewayV2::DomainName") {
        let configuration = &domain["DomainNameConfigurations"][0];
        assert_eq!(configuration["SecurityPolicy"], "TLS_1_2", "{id}");
    }
    for (id, distribution) in properties("AWS::CloudFront::Distribution") {
        let certificate = &distribution["DistributionConfig"]["ViewerCertificate"]["Fn::If"];
        assert_eq!(certificate[0], "HasMediaDomain", "{id}");
        assert_eq!(
            certificate[1]["MinimumProtocolVersion"], "TLSv1.2_2021",
            "{id}"
        );
        assert_eq!(certificate[1]["SslSupportMethod"], "sni-only", "{id}");
    }
}

/// The longest that SQS keeps a message, 14 days.
const LONGEST: Duration = Duration::from_secs(14 * 24 * 3_600);

#[test]
fn a_message_waits_as_long_as_can_be_and_is_missed_long_before() {
    let alarms = properties("AWS::CloudWatch::Alarm");
    for queue in template().queues().unwrap() {
        assert_eq!(queue.retention, LONGEST, "{}", queue.logical_id);
        if queue.redrive.is_none() {
            continue;
        }
        let of_its_age = alarms.iter().find(|(_, alarm)| {
            alarm["MetricName"] == "ApproximateAgeOfOldestMessage"
                && target(&alarm["Dimensions"][0]["Value"]) == Some(&queue.logical_id)
        });
        let (id, alarm) = of_its_age.unwrap_or_else(|| panic!("{}", queue.logical_id));
        let after = alarm["Threshold"].as_u64().unwrap();
        assert!(24 * after < LONGEST.as_secs(), "{id}: {after} s");
        assert_eq!(alarm["AlarmActions"][0]["Ref"], "AlarmTopic", "{id}");
    }
}

#[test]
fn an_upload_outlives_the_dead_letter_that_tells_of_it() {
    for (id, bucket) in properties("AWS::S3::Bucket") {
        let rules = &bucket["LifecycleConfiguration"]["Rules"];
        let mut uploads = rules.as_array().unwrap().iter();
        let uploads = uploads.find(|rule| rule["Prefix"] == "uploads/");
        let days = uploads.unwrap()["ExpirationInDays"].as_u64().unwrap();
        assert!(
            Duration::from_secs(days * 24 * 3_600) > LONGEST,
            "{id}: {days}"
        );
    }
}

#[test]
fn the_table_grows_as_asked_can_go_back_in_time_and_is_encrypted() {
    for (id, table) in properties("AWS::DynamoDB::Table") {
        assert_eq!(table["BillingMode"], "PAY_PER_REQUEST", "{id}");
        let recovery = &table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"];
        assert_eq!(recovery, true, "{id}");
        assert_eq!(table["SSESpecification"]["SSEEnabled"], true, "{id}");
    }
}

#[test]
fn every_queue_says_whose_dead_letters_it_takes() {
    let queues = template().queues().unwrap();
    for queue in &queues {
        let feeding: Vec<_> = queues
            .iter()
            .filter(|other| {
                let redrive = other.redrive.as_ref();
                redrive.is_some_and(|redrive| redrive.target == queue.logical_id)
            })
            .collect();
        let resource = &template().resource(&queue.logical_id)["Properties"];
        assert_eq!(resource["SqsManagedSseEnabled"], true);
        let allow = &resource["RedriveAllowPolicy"];
        if feeding.is_empty() {
            let none = json!({"redrivePermission": "denyAll"});
            assert_eq!(allow, &none, "{}", queue.logical_id);
            continue;
        }
        assert_eq!(allow["redrivePermission"], "byQueue");
        let named: Vec<_> = allow["sourceQueueArns"]
            .as_array()
            .unwrap()
            .iter()
            .collect();
        assert_eq!(named.len(), feeding.len(), "{}", queue.logical_id);
        for source in feeding {
            // A reference would go round in a circle, so the name is spelt.
            let name = format!(
                ":${{AWS::StackName}}-{}",
                source.name.trim_start_matches("spark-")
            );
            let spelt = |arn: &&Value| {
                arn["Fn::Sub"]
                    .as_str()
                    .is_some_and(|arn| arn.ends_with(&name))
            };
            assert!(named.iter().any(spelt), "{}: {name}", queue.logical_id);
        }
    }
}

#[test]
fn s3_alone_puts_messages_on_a_queue_for_a_bucket_of_this_account() {
    for (id, policy) in properties("AWS::SQS::QueuePolicy") {
        for statement in policy["PolicyDocument"]["Statement"].as_array().unwrap() {
            let s3 = json!({"Service": "s3.amazonaws.com"});
            assert_eq!(statement["Principal"], s3, "{id}");
            assert_eq!(statement["Action"], "sqs:SendMessage", "{id}");
            let account = &statement["Condition"]["StringEquals"]["aws:SourceAccount"];
            assert_eq!(account["Ref"], "AWS::AccountId", "{id}");
        }
    }
}

#[test]
fn no_queue_lets_its_worker_take_all_of_the_accounts_concurrency() {
    for function in template().functions().unwrap() {
        for event in function.queues() {
            assert!(event.maximum_concurrency.is_some(), "{}", function.binary);
        }
    }
}

#[test]
fn who_tells_itself_to_go_on_is_not_taken_for_a_loop() {
    let lines = messages::ALL.into_iter().flatten();
    let own: BTreeSet<_> = lines
        .filter(|line| line.from.contains(&line.to))
        .map(|line| line.to.to_owned())
        .collect();
    assert!(own.contains("rollup"), "{own:?}");
    for function in template().functions().unwrap() {
        let allowed = function.properties["RecursiveLoop"] == "Allow";
        assert_eq!(
            allowed,
            own.contains(&function.binary),
            "{}",
            function.binary
        );
    }
}

#[test]
fn every_batch_reports_exactly_its_failures() {
    for function in template().functions().unwrap() {
        let queues = function.queues().map(|event| event.reports_failures);
        let streams = function.streams().map(|event| event.reports_failures);
        let mut batches = queues.chain(streams);
        assert!(batches.all(|reports| reports), "{}", function.binary);
    }
}

#[test]
fn what_a_stream_told_is_tried_until_the_stream_forgets_and_kept_whole_then() {
    for function in template().functions().unwrap() {
        for event in function.streams() {
            assert!(event.bisects, "{}", function.binary);
            assert_eq!(event.properties["MaximumRetryAttempts"], -1);
            let age = event.properties["MaximumRecordAgeInSeconds"].as_u64();
            let day = 24 * 3_600;
            assert!(
                age.is_some_and(|age| age > day / 2 && age < day),
                "before the stream, which keeps a day, forgets: {age:?}"
            );
            let failed = &event.properties["DestinationConfig"]["OnFailure"];
            assert_eq!(failed["Type"], "S3", "which takes whole records");
            assert_eq!(target(&failed["Destination"]), Some("Bucket"));
        }
    }
}

#[test]
fn logs_end_some_day() {
    for (id, log) in properties("AWS::Logs::LogGroup") {
        assert_eq!(log["RetentionInDays"]["Ref"], "LogRetentionDays", "{id}");
    }
}
