//! What fails, or comes at an odd time: nothing is left out, and nothing is left behind.

use super::*;

#[tokio::test]
async fn a_message_that_cannot_be_read_fails_alone() {
    let (world, fans) = followed_by(1).await;
    let (one, two) = (
        world.published_post("ana").await,
        world.published_post("ana").await,
    );
    let bodies = [
        of_post(&one),
        "not JSON".to_owned(),
        of_post(&two),
        r#"{"type":"unheard-of.v1"}"#.to_owned(),
        r#"{"type":"followed.v1","reader":"bo"}"#.to_owned(),
    ];

    let response = handle(&App::new(&world.context()), sqs_event(&bodies)).await;

    let failures = response.batch_item_failures.into_iter();
    let mut failed: Vec<_> = failures.map(|failure| failure.item_identifier).collect();
    failed.sort();
    assert_eq!(failed, ["m1", "m3", "m4"]);
    let mut delivered = timeline(&world, &fans[0]).await;
    delivered.sort();
    let mut both = [one.id, two.id];
    both.sort();
    assert_eq!(delivered, both);
}

#[tokio::test]
async fn half_a_batch_that_meets_a_fault_is_reported_and_done_the_next_time() {
    let (world, fans) = followed_by(2).await;
    let mut posts = Vec::new();
    for _ in 0..4 {
        posts.push(world.published_post("ana").await);
    }
    let bodies: Vec<_> = posts.iter().map(of_post).collect();
    // Ten calls a message: the walls, the post, followers, the head, who follows, the delivery, what came of it, the
    // post, the marker.
    let faults = Faults::after(24, Fault::NotReached);
    let app = App::new(&faults.attach(&world.context()));

    let response = hurried(handle(&app, sqs_event(&bodies))).await;

    let failures = response.batch_item_failures.into_iter();
    let failed: Vec<_> = failures.map(|failure| failure.item_identifier).collect();
    assert!(!failed.is_empty() && failed.len() <= 4, "{failed:?}");
    for (index, post) in posts.iter().enumerate() {
        let reported = failed.contains(&format!("m{index}"));
        assert_eq!(is_open(&world, post).await, reported, "m{index}");
    }

    faults.calm();
    let again = failed
        .iter()
        .map(|id| bodies[id[1..].parse::<usize>().unwrap()].clone());
    drain(&world, &app, again.collect()).await;
    let mut delivered = timeline(&world, &fans[0]).await;
    delivered.sort();
    let mut all: Vec<_> = posts.iter().map(|post| post.id).collect();
    all.sort();
    assert_eq!(delivered, all);
    for post in &posts {
        assert!(!is_open(&world, post).await);
    }
}

/// Delivers to so many with a worker that dies after so many calls, whatever it works at, and then with one that does
/// not; `true` when the first one had no more calls to make.
async fn outlives(followers: usize, calls: usize) -> bool {
    let (world, fans) = followed_by(followers).await;
    let post = world.published_post("ana").await;
    let mut left = vec![of_post(&post)];
    let mut survived = true;
    while let Some(message) = left.pop() {
        let faults = Faults::after(calls, Fault::Killed);
        let faulty = App::with_sizes(&faults.attach(&world.context()), SMALL);
        let done = faults.run(handle(&faulty, sqs_event(&[&message]))).await;
        survived &= done.is_some();
        // At no moment would a reader miss it.
        if !is_open(&world, &post).await {
            for fan in &fans {
                assert_eq!(timeline(&world, fan).await, [post.id], "{fan}, {calls}");
            }
        }
        let app = App::with_sizes(&world.context(), SMALL);
        left.extend(waiting(&world).await);
        let again = handle(&app, sqs_event(&[&message])).await;
        assert!(again.batch_item_failures.is_empty());
        left.extend(waiting(&world).await);
        left.sort();
        left.dedup();
    }
    for fan in &fans {
        assert_eq!(timeline(&world, fan).await, [post.id], "{fan}, {calls}");
    }
    let walls = wall(&world, &post).await;
    assert!(walls.values().all(|posts| *posts == [post.id]), "{calls}");
    assert!(!is_open(&world, &post).await, "{calls}");
    let served = reach(&world, &post).await.unwrap().delivered;
    assert_eq!(served, followers as u64);
    survived
}

#[tokio::test]
async fn a_worker_killed_after_any_of_its_calls_leaves_nothing_out() {
    // In one message, by ranges, and in bulk.
    for followers in [2, 5, 9] {
        let mut calls = 0;
        while !outlives(followers, calls).await {
            calls += 1;
        }
        assert!(calls >= 7, "{followers}: {calls}");
    }
}

#[tokio::test]
async fn ranges_that_cannot_be_asked_for_fail_their_message() {
    let (world, fans) = followed_by(5).await;
    let post = world.published_post("ana").await;
    let mut context = world.context();
    context.sqs = Faults::after(0, Fault::NotReached).attach(&context).sqs;
    let app = App::with_sizes(&context, SMALL);
    let response = hurried(handle(&app, sqs_event(&[of_post(&post)]))).await;
    assert_eq!(response.batch_item_failures.len(), 1);
    assert!(is_open(&world, &post).await);
    assert_eq!(timeline(&world, &fans[1]).await, []);
}

#[tokio::test]
async fn a_post_that_went_while_it_was_put_on_its_walls_is_taken_off_them() {
    let (world, _) = followed_by(0).await;
    let post = world.published_post("ana").await;
    let delete = world.store().delete_post(&post.author, &post).await;
    assert!(delete.unwrap());
    drain(&world, &App::new(&world.context()), vec![of_post(&post)]).await;
    let context = world.context();
    for topic in &post.topics {
        let key = shared::keys::on_topic(topic, Entry::of(&post).unwrap().at);
        let get = context.dynamodb.get_item().set_key(Some(key.attributes()));
        let item = get.table_name(context.config.table()).send().await;
        assert_eq!(item.unwrap().item, None, "{topic}");
    }
}
