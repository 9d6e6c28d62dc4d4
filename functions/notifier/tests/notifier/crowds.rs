//! Groups of very many, and what they cost.

use domain::engagement::{NEWEST, NoticeKind};
use harness::{Meter, sqs_event};
use notifier::{App, handle};
use shared::queue::messages::ActKind;

use crate::{at_post, smile, smiled, street, told, user, work};

#[tokio::test]
async fn a_group_names_the_newest_ten_and_knows_all_of_them() {
    let (world, post) = street(&[]).await;
    let people: Vec<_> = (0..14).map(|n| format!("fan{n}")).collect();
    for who in &people {
        world.member(who).await;
        smiled(&world, who, post).await;
    }
    let of_all: Vec<_> = people.iter().map(|who| smile(&world, who, post)).collect();
    work(&world, &of_all).await;
    let (kind, n, newest) = told(&world).await.remove(0);
    assert_eq!((kind, n, newest.len()), (NoticeKind::Smile, 14, NEWEST));
    assert_eq!(newest[0], user("fan13"));
    // Who is not named any more is taken out all the same, once.
    for (who, left) in [("fan0", 13), ("fan13", 12)] {
        world.take_back_smile(&user(who), post).await;
        for _ in 0..2 {
            work(&world, &[smile(&world, who, post)]).await;
            assert_eq!(told(&world).await[0].1, left, "{who}");
        }
    }
    for who in &people[1..13] {
        world.take_back_smile(&user(who), post).await;
        work(&world, &[smile(&world, who, post)]).await;
    }
    assert_eq!(told(&world).await, []);
}

#[tokio::test]
async fn a_notice_costs_four_write_units_and_eleven_read_units_at_most() {
    let (world, post) = street(&[]).await;
    let meter = Meter::new();
    let app = App::new(&meter.attach(&world.context()));
    for n in 0..14 {
        let who = format!("fan{n}");
        world.member(&who).await;
        world.smile(&user(&who), post).await;
        meter.take();
        let response = handle(&app, sqs_event(&[smile(&world, &who, post)])).await;
        assert!(response.batch_item_failures.is_empty());
        let used = meter.take();
        assert!(used.wcu <= 4.0 && used.rcu <= 11.0, "{n}: {used:?}");
    }
    let response = handle(&app, sqs_event(&[smile(&world, "fan3", post)])).await;
    assert!(response.batch_item_failures.is_empty());
    let used = meter.take();
    assert!(used.wcu == 0.0, "{used:?}");
}

#[tokio::test]
async fn votes_are_counted_and_told_by_nobody_s_name() {
    let (world, _) = street(&["ben", "cleo"]).await;
    let options = ["a", "b"].map(|text| domain::posts::PollOption {
        text: text.to_owned(),
        photo: None,
        product: None,
    });
    let poll = domain::posts::Poll {
        question: "Which?".to_owned(),
        options: options.to_vec(),
        closes_at: None,
    };
    let post = world.published_post("ana").with(|post| {
        post.kind = domain::posts::PostKind::Poll;
        post.poll = Some(poll);
        post.votes = vec![0, 0];
    });
    let post = post.await;
    let store = world.store();
    for sub in ["ben", "cleo"] {
        for option in [0, 1] {
            let acts = store.acts_at(&user(sub), post.id).await.unwrap();
            let read = store.post_now(post.id).await.unwrap().unwrap();
            let voter = harness::actor(&user(sub));
            store.vote(&voter, &read, &acts, option).await.unwrap();
            work(&world, &[at_post(&world, ActKind::Vote, sub, post.id)]).await;
        }
    }
    let (kind, n, _) = told(&world).await.remove(0);
    assert_eq!((kind, n), (NoticeKind::Vote, 2));
}
