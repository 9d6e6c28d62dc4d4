//! What the code assumes of the infrastructure is what the template declares.

use std::{collections::BTreeSet, time::Duration};

use data_plane::template::{Function, QueueEvent, RouteKey, target};
use harness::{World, template};
use shared::{
    aws::{TRY, deadline::REQUEST},
    runtime::{Config, Context},
};
use utoipa::openapi::OpenApi;

use crate::tree;

/// `METHOD path`, and whether a user is required.
fn operations(api: &OpenApi) -> BTreeSet<(String, bool)> {
    let api = serde_json::to_value(api).unwrap();
    let paths = api["paths"].as_object().cloned().unwrap_or_default();
    let mut operations = BTreeSet::new();
    for (path, item) in paths {
        for (method, operation) in item.as_object().unwrap() {
            let schemes = operation["security"].as_array().into_iter().flatten();
            let mut schemes = schemes.peekable();
            let required =
                schemes.peek().is_some() && schemes.all(|scheme| scheme.get("bearer").is_some());
            operations.insert((format!("{} {path}", method.to_uppercase()), required));
        }
    }
    operations
}

/// Every queue's event, beside the function that works the queue off.
fn queue_events() -> Vec<(Function, QueueEvent)> {
    let functions = template().functions().unwrap().into_iter();
    let events = functions.flat_map(|function| {
        let events: Vec<_> = function.queues().cloned().collect();
        events
            .into_iter()
            .map(move |event| (function.clone(), event))
    });
    let events: Vec<_> = events.collect();
    assert!(events.len() >= 3);
    events
}

#[test]
fn every_function_is_a_crate_a_binary_and_an_entry_of_the_same_name() {
    let functions = template().functions().unwrap();
    let mut binaries: Vec<_> = functions
        .iter()
        .map(|function| function.binary.clone())
        .collect();
    binaries.sort();
    assert_eq!(binaries, tree::folders("functions"));
    for function in functions {
        let camel: String = function
            .binary
            .split('-')
            .map(|word| word[..1].to_uppercase() + &word[1..])
            .collect();
        assert_eq!(function.logical_id, camel);
    }
}

#[test]
fn the_routes_of_the_template_are_those_of_the_routers_and_require_a_user_where_they_do() {
    let routes = template().routes().unwrap();
    for (function, api) in local::functions::descriptions() {
        let logical_id = template().function(function).unwrap().logical_id;
        let declared: BTreeSet<_> = routes
            .iter()
            .filter(|route| route.function == logical_id && route.key != RouteKey::Default)
            .map(|route| (route.key.to_string(), route.authorizer.is_some()))
            .collect();
        let served = operations(&api);
        if function == "pages" {
            // What `pages` serves comes to it by the default route.
            assert!(declared.is_empty(), "{declared:?}");
            assert!(served.iter().all(|(_, required)| !required));
        } else {
            assert_eq!(declared, served, "{function}");
        }
    }
    let default: Vec<_> = routes
        .iter()
        .filter(|route| route.key == RouteKey::Default)
        .collect();
    assert_eq!(default.len(), 1);
    assert_eq!(default[0].function, "Pages");
}

#[test]
fn a_request_ends_before_its_function_and_the_gateway_waits_as_long() {
    let functions = template().functions().unwrap();
    for (id, integration) in template().resources("AWS::ApiGatewayV2::Integration") {
        let function = target(&integration["IntegrationUri"]).unwrap();
        let function = functions
            .iter()
            .find(|known| known.logical_id == function)
            .unwrap();
        let waits = integration["TimeoutInMillis"].as_u64().unwrap();
        assert!(
            Duration::from_millis(waits) >= function.timeout,
            "{id} waits {waits} ms"
        );
        // Some time is left for a cold start, and for the answer's way.
        assert!(REQUEST + TRY <= function.timeout, "{id}");
    }
}

#[test]
fn every_queue_has_a_dead_letter_queue_and_a_whole_number_of_tries() {
    let queues = template().queues().unwrap();
    for queue in &queues {
        let ends = queue.logical_id.ends_with("Dlq");
        assert_eq!(queue.redrive.is_none(), ends, "{}", queue.logical_id);
        if let Some(redrive) = &queue.redrive {
            let letters = queues
                .iter()
                .find(|other| other.logical_id == redrive.target);
            let letters = letters.unwrap();
            assert_eq!(letters.logical_id, queue.logical_id.replace("Queue", "Dlq"));
            assert_eq!(letters.name, format!("{}-dlq", queue.name));
            assert!(letters.retention >= queue.retention, "{}", queue.logical_id);
            let tries = &template().resource(&queue.logical_id)["Properties"]["RedrivePolicy"]["maxReceiveCount"];
            assert!(tries.as_u64().is_some_and(|tries| tries >= 3), "{tries}");
        }
    }
    for (function, event) in queue_events() {
        let queue = &event.queue;
        assert!(
            queue.starts_with(&function.logical_id) && queue.ends_with("Queue"),
            "{queue}"
        );
    }
}

#[test]
fn a_message_stays_hidden_for_six_times_what_its_worker_may_take() {
    let queues = template().queues().unwrap();
    for (function, event) in queue_events() {
        let queue = queues
            .iter()
            .find(|queue| queue.logical_id == event.queue)
            .unwrap();
        let least = 6 * (function.timeout + event.window);
        assert!(
            queue.visibility >= least,
            "{}: {:?} < {least:?}",
            queue.logical_id,
            queue.visibility
        );
    }
}

#[tokio::test]
async fn every_function_is_given_the_settings_that_it_reads_and_no_others() {
    let world = World::new().await;
    for function in local::functions::ALL {
        let context = Context {
            config: world
                .context()
                .config
                .with("API_URL", "https://api.test")
                .into(),
            ..world.context()
        };
        drop(function.of(&context));
        let declared = template().function(function.name).unwrap();
        let mut given: BTreeSet<_> = declared.environment.keys().map(String::as_str).collect();
        // What all have, and no code of ours reads.
        given.retain(|name| !["RUST_LOG", "SECRETS_GENERATION"].contains(name));
        assert_eq!(given, context.config.asked(), "{}", function.name);
    }
}

#[test]
fn the_settings_are_the_variables_that_the_code_reads() {
    let settings = tree::read("infra/parts/settings.yaml");
    let settings = data_plane::template::yaml(&settings).unwrap();
    let settings: BTreeSet<_> = settings.as_object().unwrap().keys().collect();
    let settings: BTreeSet<_> = settings.into_iter().map(String::as_str).collect();
    assert_eq!(settings, Config::VARIABLES.iter().copied().collect());
}

#[test]
fn the_table_is_as_the_code_expects_it() {
    use shared::keys::{BY_BRAND, BY_PRICE, EXPIRES_AT, PK, SK};
    let table = template().table().unwrap();
    assert_eq!(table.indexes, [BY_PRICE, BY_BRAND]);
    assert_eq!(
        (table.partition_key.as_str(), table.sort_key.as_deref()),
        (PK, Some(SK))
    );
    assert_eq!(table.ttl_attribute.as_deref(), Some(EXPIRES_AT));
    assert_eq!(table.stream_view.as_deref(), Some("NEW_AND_OLD_IMAGES"));
}

#[test]
fn uploads_and_feeds_are_told_to_their_workers() {
    let buckets = template().buckets();
    assert_eq!(buckets.len(), 1);
    let bucket = &buckets[0];
    for (key, queue) in [
        ("uploads/x", Some("PhotosQueue")),
        ("catalogue/x.tsv", Some("CatalogueQueue")),
        ("reviews/x.jsonl", Some("CatalogueQueue")),
        ("catalogue-state/x/current", None),
        ("media/x/320.jpg", None),
        ("reports/catalogue/x.json", None),
    ] {
        let mut told = bucket
            .notifications
            .iter()
            .filter(|notification| notification.wants(key, "ObjectCreated:Put"))
            .map(|notification| notification.queue.as_str());
        assert_eq!(told.next(), queue, "{key}");
        assert_eq!(told.next(), None, "{key}");
    }
}

#[test]
fn the_stream_lets_through_what_the_items_say_that_the_relay_is_told() {
    let functions = template().functions().unwrap();
    let streams = functions.iter().map(|function| function.streams().count());
    assert_eq!(streams.sum::<usize>(), 1);
    let relay = template().function("relay").unwrap();
    let event = relay.streams().next().unwrap();
    let mut wanted = shared::keys::items::stream_filters();
    let mut declared = event.filters.clone();
    wanted.sort_by_key(ToString::to_string);
    declared.sort_by_key(ToString::to_string);
    assert_eq!(declared, wanted);
    assert!(declared.len() <= 5, "a mapping takes five patterns");
}

#[test]
fn what_is_kept_outlives_the_stack() {
    for kind in ["AWS::DynamoDB::Table", "AWS::S3::Bucket"] {
        for (id, _) in template().resources(kind) {
            let resource = template().resource(id);
            assert_eq!(resource["DeletionPolicy"], "Retain", "{id}");
            assert_eq!(resource["UpdateReplacePolicy"], "Retain", "{id}");
        }
    }
}
