//! What is made of something else is as it would be made now, and goes where it must.

use std::collections::BTreeSet;

use harness::template;
use shared::queue::messages;

use crate::tree;

/// CloudFormation takes no larger template, by S3.
const BYTES: usize = 1_048_576;
/// CloudFormation takes no more resources in a stack.
const RESOURCES: usize = 500;

#[test]
fn every_made_file_is_as_it_would_be_made_now() {
    let made = local::refresh::make(&tree::root()).unwrap().into_iter();
    let stale = made.filter(|made| tree::read(made.path) != made.text);
    let stale: Vec<_> = stale.map(|made| made.path).collect();
    assert!(
        stale.is_empty(),
        "refresh them: cargo run -p local -- --refresh\n{stale:#?}"
    );
}

#[test]
fn the_template_is_no_more_than_cloudformation_takes() {
    let bytes = tree::read("infra/template.yaml").len();
    assert!(bytes <= BYTES, "{bytes} bytes");
    let own = template().document()["Resources"].as_object().unwrap();
    let functions = template().functions().unwrap();
    // What SAM adds: a mapping a queue or stream, a rule and a permission a schedule, and what an
    // invocation by an event is tried again by.
    let added = functions.iter().map(|function| {
        let tries = function.properties.get("EventInvokeConfig");
        let schedules = function.schedules().count();
        function.events.len() + schedules + tries.iter().count()
    });
    let resources = own.len() + added.sum::<usize>();
    assert!(resources <= RESOURCES, "{resources} resources");
}

#[test]
fn every_message_has_a_sample_named_after_the_function_that_it_goes_to_and_no_other_has() {
    let samples = tree::files().iter().filter_map(|file| {
        let sample = file.path.strip_prefix("events/")?.strip_suffix(".json")?;
        sample.contains(".v").then(|| sample.to_owned())
    });
    let lines = messages::ALL.into_iter().flatten();
    let named = lines.map(|line| format!("{}-{}", line.to, line.name));
    assert_eq!(
        samples.collect::<BTreeSet<_>>(),
        named.collect::<BTreeSet<_>>()
    );
}

#[test]
fn the_readme_is_a_page_or_two_and_leads_to_every_document() {
    let readme = tree::read("README.md");
    let lines = readme.lines().count();
    assert!(lines <= 200, "{lines} lines");
    let documents = tree::files()
        .iter()
        .filter(|file| file.path.starts_with("docs/"));
    for document in documents {
        let led_to = format!("]({})", document.path);
        assert!(readme.contains(&led_to), "{}", document.path);
    }
}

#[test]
fn every_link_of_a_document_leads_to_what_is_there() {
    let mut dead = Vec::new();
    for document in tree::files().iter().filter(|file| file.kind() == "md") {
        let folder = tree::root().join(&document.path);
        let folder = folder.parent().unwrap();
        let links = document.text.split("](").skip(1);
        for link in links.filter_map(|rest| rest.split(')').next()) {
            let path = link.split('#').next().unwrap_or_default();
            if !link.contains("://") && !folder.join(path).exists() {
                dead.push(format!("{}: {link}", document.path));
            }
        }
    }
    assert!(dead.is_empty(), "{dead:#?}");
}
