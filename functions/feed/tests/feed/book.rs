//! What is read while it is still being delivered.

use harness::Faults;

use super::*;

/// A book is asked as it is for so long.
const A_WHILE: SignedDuration = SignedDuration::from_secs(3);

#[tokio::test]
async fn a_post_acknowledged_before_a_read_is_in_it_whenever_its_delivery_ends_meanwhile() {
    // The read is held after each of its calls, and the delivery ends there.
    let mut calls = 0;
    loop {
        let world = World::new().await;
        let reader = world.member("ben").await;
        world.member("ana").await;
        world.follow("ben", "ana").await;
        let faults = Faults::held_after(calls);
        let router = feed::router(&faults.attach(&world.context()));
        let http = world.serve(router);
        let post = world
            .published_post("ana")
            .topics(&[&other_topic(), &first_topic()])
            .await;
        let wall = format!("/v1/topics/{}/posts", other_topic());
        let mut ended = true;
        for path in ["/v1/feed", wall.as_str()] {
            let (http, path) = (http.clone(), path.to_owned());
            let token = reader.token.clone();
            let read = async move { http.get(&path).token(&token).send().await };
            let mut reading = tokio::spawn(read);
            let answer = match faults.run(&mut reading).await {
                Some(answer) => answer,
                None => {
                    ended = false;
                    deliver(&world, &post, &["ben"]).await;
                    faults.go_on(usize::MAX);
                    reading.await
                }
            };
            let answer = answer.unwrap().expect(200);
            assert_eq!(ids(&answer), [post.id.to_string()], "{calls}");
        }
        if ended {
            break;
        }
        calls += 1;
    }
    assert!(calls >= 12, "{calls}");
}

#[tokio::test]
async fn a_post_is_on_the_walls_of_its_topics_before_it_was_put_there() {
    let world = World::new().await;
    let http = feeds(&world);
    world.member("ana").await;
    let wall = format!("/v1/topics/{}/posts?limit=2", first_topic());
    let read = async || http.get(&wall).send().await.expect(200);
    assert_eq!(ids(&read().await), Vec::<String>::new());
    let mut newest_first = Vec::new();
    for delivered in [true, false, true, false] {
        world.advance(A_WHILE);
        let post = world.published_post("ana").await;
        newest_first.insert(0, post.id.to_string());
        if delivered {
            deliver(&world, &post, &[]).await;
        }
    }
    world.advance(A_WHILE);
    let first = read().await;
    assert_eq!(ids(&first), newest_first[..2]);
    let rest = format!("{wall}&cursor={}", next(&first).unwrap());
    let rest = http.get(&rest).send().await.expect(200);
    assert_eq!(ids(&rest), newest_first[2..]);
}

#[tokio::test]
async fn the_book_is_brought_forward_once_in_two_seconds_whoever_asks() {
    let world = World::new().await;
    let (http, meter) = metered(&world);
    world.member("ana").await;
    for _ in 0..60 {
        world.published_post("ana").topics(&[&other_topic()]).await;
    }
    let wall = format!("/v1/topics/{}/posts", first_topic());
    let read = || async { http.get(&wall).send().await.expect(200) };
    read().await;
    meter.take();
    read().await;
    let known = meter.take();
    world.advance(A_WHILE);
    let readers: Vec<_> = (0..10).map(|_| read()).collect();
    futures::future::join_all(readers).await;
    let forward = meter.take().rcu - 10.0 * known.rcu;
    assert!(forward > 0.0 && forward <= 2.0, "{forward} RCU");
    assert_eq!(meter.take().rcu, 0.0);
}
