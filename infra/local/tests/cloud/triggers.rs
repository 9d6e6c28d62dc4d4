//! What triggers make of failures, filters and the clock.

use jiff::SignedDuration;
use serde_json::json;

use crate::diary::{ephemeral, put, send, send_later};

#[tokio::test]
async fn half_a_batch_that_fails_is_tried_again_and_the_other_half_is_not() {
    let (cloud, diary) = ephemeral().await;
    diary.fail("bad");
    for body in ["good", "bad", "fine"] {
        send(&cloud, body).await;
    }
    cloud.drain().await.unwrap();
    assert_eq!(
        (diary.seen("good"), diary.seen("fine"), diary.seen("bad")),
        (1, 1, 3)
    );
    assert_eq!(
        cloud.plane().queues().peek("WorkDlq").await.unwrap(),
        ["bad"]
    );
    let status = serde_json::to_value(cloud.status().await.unwrap()).unwrap();
    assert_eq!(
        status["queues"],
        json!([{"name": "work", "waiting": 0, "in_flight": 0, "dead": 1}])
    );
    assert_eq!(status["stream"], json!({"behind": 0}));
}

#[tokio::test]
async fn a_worker_that_panics_fails_its_batch_and_not_the_cloud() {
    let (cloud, diary) = ephemeral().await;
    diary.panicking.lock().unwrap().push("ugly".to_owned());
    send(&cloud, "ugly").await;
    cloud.drain().await.unwrap();
    assert_eq!(diary.seen("ugly"), 3);
    diary.panicking.lock().unwrap().clear();
    send(&cloud, "good").await;
    cloud.drain().await.unwrap();
    assert_eq!(diary.seen("done good"), 1);
}

#[tokio::test]
async fn a_failed_message_waits_for_its_time_by_the_clouds_clock() {
    let (cloud, diary) = ephemeral().await;
    diary.fail("late");
    send(&cloud, "late").await;
    while diary.seen("late") == 0 {
        tokio::task::yield_now().await;
    }
    diary.recover();
    assert_eq!(cloud.status().await.unwrap().queues[0].in_flight, 1);
    cloud.advance(SignedDuration::from_secs(121)).await.unwrap();
    while diary.seen("done late") == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(diary.seen("late"), 2);
}

#[tokio::test]
async fn the_stream_tells_new_posts_and_nothing_else() {
    let (cloud, diary) = ephemeral().await;
    for pk in ["POST#1", "FEED#1", "POST#1", "POST#2"] {
        put(&cloud, pk).await;
    }
    cloud.drain().await.unwrap();
    assert_eq!(
        (diary.seen("done POST#1"), diary.seen("done POST#2")),
        (1, 1)
    );
    assert_eq!(diary.seen("told FEED#1"), 0);
}

#[tokio::test]
async fn a_failing_record_holds_up_the_stream_until_it_is_done_and_none_is_lost() {
    let (cloud, diary) = ephemeral().await;
    diary.fail("POST#2");
    for pk in ["POST#1", "POST#2", "POST#3", "POST#4"] {
        put(&cloud, pk).await;
    }
    while diary.seen("told POST#2") < 3 {
        tokio::task::yield_now().await;
    }
    assert_eq!(diary.seen("told POST#3"), 0);
    assert!(cloud.status().await.unwrap().stream.behind > 0);
    diary.recover();
    cloud.drain().await.unwrap();
    let done =
        ["POST#1", "POST#2", "POST#3", "POST#4"].map(|key| diary.seen(&format!("done {key}")));
    assert_eq!(done, [1; 4]);
}

#[tokio::test]
async fn a_schedule_runs_when_the_clock_says_so() {
    let (cloud, diary) = ephemeral().await;
    cloud.drain().await.unwrap();
    assert_eq!(diary.seen(r#"tick {"tick":true}"#), 0);
    cloud.advance(SignedDuration::from_mins(5)).await.unwrap();
    cloud.drain().await.unwrap();
    assert_eq!(diary.seen(r#"tick {"tick":true}"#), 1);
}

#[tokio::test]
async fn a_delayed_message_is_given_out_by_the_clouds_clock_and_nobody_waits_for_it() {
    let (cloud, diary) = ephemeral().await;
    send_later(&cloud, "later").await;
    for (seconds, seen) in [(0, 0), (59, 0), (1, 1), (60, 1)] {
        let by = SignedDuration::from_secs(seconds);
        cloud.advance(by).await.unwrap();
        cloud.drain().await.unwrap();
        assert_eq!(diary.seen(r#"done "later""#), seen, "{seconds}");
    }
}

#[tokio::test]
async fn a_paused_function_is_not_called_and_left_out_of_a_drain_until_it_is_resumed() {
    let (cloud, diary) = ephemeral().await;
    let call = async |deed: &str, function: &str| {
        let url = format!("{}/local/{deed}", cloud.url());
        let body = json!({ "function": function });
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let answer = client.post(url).json(&body).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json::<serde_json::Value>().await.unwrap())
    };
    assert_eq!(call("pause", "unheard-of").await.0, 404);
    assert_eq!(call("resume", "unheard-of").await.0, 404);
    assert_eq!(call("pause", "").await.0, 422);
    for (function, paused) in [
        ("worker", json!(["worker"])),
        ("teller", json!(["teller", "worker"])),
    ] {
        assert_eq!(
            call("pause", function).await,
            (200, json!({"paused": paused}))
        );
    }
    send(&cloud, "later").await;
    put(&cloud, "POST#1").await;
    cloud.advance(SignedDuration::from_mins(6)).await.unwrap();
    cloud.drain().await.unwrap();
    let seen = |what: &str| diary.seen(what);
    let none = [
        seen("later"),
        seen("told POST#1"),
        seen("tick {\"tick\":true}"),
    ];
    assert_eq!(none, [0, 0, 0]);
    let status = serde_json::to_value(cloud.status().await.unwrap()).unwrap();
    assert_eq!(status["paused"], json!(["teller", "worker"]));
    assert_eq!(status["stream"], json!({"behind": 1}));

    assert_eq!(
        call("resume", "teller").await,
        (200, json!({"paused": ["worker"]}))
    );
    cloud.drain().await.unwrap();
    assert_eq!((seen("told POST#1"), seen("POST#1")), (1, 0));
    assert_eq!(call("resume", "worker").await, (200, json!({"paused": []})));
    cloud.drain().await.unwrap();
    let done = [
        seen("done later"),
        seen("done POST#1"),
        seen("tick {\"tick\":true}"),
    ];
    assert_eq!(done, [1, 1, 1]);

    let url = format!("{}/v1/things/1", cloud.url());
    call("pause", "things").await;
    assert_eq!(reqwest::get(&url).await.unwrap().status(), 503);
    call("resume", "things").await;
    assert_eq!(reqwest::get(&url).await.unwrap().status(), 200);
}
