//! What a crash leaves, and a restart goes on from.

use std::path::Path;

use data_plane::Template;
use jiff::SignedDuration;
use local::{Cloud, Functions, Kept, Options};

use crate::diary::{Diary, put, send, send_later, start, upload};

fn kept(dir: &Path) -> Kept {
    Kept::In(dir.to_owned())
}

#[tokio::test]
async fn a_crash_loses_nothing_that_was_on_its_way() {
    let dir = tempfile::tempdir().unwrap();
    let before = Diary::default();
    let cloud = start(kept(dir.path()), &before).await;
    put(&cloud, "POST#settled").await;
    upload(&cloud, "uploads/settled").await;
    before.fail("dead");
    send(&cloud, "dead letter").await;
    cloud.drain().await.unwrap();
    cloud.advance(SignedDuration::from_hours(24)).await.unwrap();
    let turned = cloud.clock().now();
    *before.hanging.lock().unwrap() = true;
    for pk in ["POST#1", "POST#2"] {
        put(&cloud, pk).await;
    }
    upload(&cloud, "uploads/open").await;
    while before.seen("POST#2") == 0 {
        tokio::task::yield_now().await;
    }
    let template = Template::parse(include_str!("fixture.yaml")).unwrap();
    let second = Options {
        template,
        port: 0,
        kept: kept(dir.path()),
        contention: None,
        networks: None,
    };
    let second = Cloud::start(second, |_| Functions::default()).await;
    assert!(second.is_err(), "one cloud at a time has a directory");
    cloud.kill().await;

    let after = Diary::default();
    let cloud = start(kept(dir.path()), &after).await;
    assert!(cloud.clock().now() >= turned, "the clock stays turned");
    cloud.drain().await.unwrap();
    let seen = after.seen.lock().unwrap().clone();
    let done: Vec<_> = seen
        .keys()
        .filter_map(|key| key.strip_prefix("done "))
        .collect();
    assert_eq!(done.len(), 3, "{done:?}");
    assert_eq!(done[0], "POST#1");
    assert_eq!(done[1], "POST#2");
    assert!(done[2].contains("uploads/open"));
    assert_eq!(
        cloud.plane().queues().peek("WorkDlq").await.unwrap(),
        ["dead letter"]
    );
    cloud.stop().await.unwrap();

    let last = Diary::default();
    let cloud = start(kept(dir.path()), &last).await;
    cloud.drain().await.unwrap();
    assert!(last.seen.lock().unwrap().is_empty());
    assert_eq!(
        cloud
            .plane()
            .queues()
            .depth("WorkDlq")
            .await
            .unwrap()
            .total(),
        1
    );
}

#[tokio::test]
async fn what_was_not_due_at_a_crash_is_given_out_when_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let before = Diary::default();
    let cloud = start(kept(dir.path()), &before).await;
    send_later(&cloud, "later").await;
    cloud.drain().await.unwrap();
    cloud.kill().await;

    let after = Diary::default();
    let cloud = start(kept(dir.path()), &after).await;
    cloud.drain().await.unwrap();
    assert!(after.seen.lock().unwrap().is_empty());
    cloud.advance(SignedDuration::from_mins(1)).await.unwrap();
    cloud.drain().await.unwrap();
    assert_eq!(after.seen(r#"done "later""#), 1);
    cloud.stop().await.unwrap();

    let last = Diary::default();
    let cloud = start(kept(dir.path()), &last).await;
    cloud.advance(SignedDuration::from_mins(1)).await.unwrap();
    cloud.drain().await.unwrap();
    assert!(last.seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_another_build_has_written_is_refused_and_not_misread() {
    let dir = tempfile::tempdir().unwrap();
    let cloud = start(kept(dir.path()), &Diary::default()).await;
    cloud.stop().await.unwrap();
    let layout = dir.path().join("layout");
    let mine = std::fs::read_to_string(&layout).unwrap();
    let refused = async || {
        let options = Options {
            template: Template::parse(include_str!("fixture.yaml")).unwrap(),
            port: 0,
            kept: kept(dir.path()),
            contention: None,
            networks: None,
        };
        let refused = Cloud::start(options, |_| Functions::default()).await;
        let said = refused.err().map(|error| error.to_string());
        let said = said.expect("a table of another layout is not used");
        assert!(said.contains(&dir.path().display().to_string()), "{said}");
        said
    };
    std::fs::write(&layout, "1").unwrap();
    assert!(refused().await.contains("--data-dir"));
    std::fs::remove_file(&layout).unwrap();
    assert!(refused().await.contains("--data-dir"));
    // What cannot be read says nothing of who wrote it.
    std::fs::create_dir(&layout).unwrap();
    assert!(!refused().await.contains("--data-dir"));
    std::fs::remove_dir(&layout).unwrap();
    std::fs::write(&layout, mine).unwrap();
    let cloud = start(kept(dir.path()), &Diary::default()).await;
    cloud.stop().await.unwrap();
}
