//! What is told, and what is not.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    engagement::{Fact, NoticeKind, Subject, WITHIN},
    ids::NoticeId,
    people::Notify,
};
use harness::World;
use jiff::SignedDuration;
use shared::{
    queue::messages::{ActKind, Acted},
    store::Uploads,
};

use crate::{
    ALL_ON, at_post, body, follow, mention, nothing, smile, smiled, smiles, street, told, user,
    work,
};

#[tokio::test]
async fn a_smile_is_told_once_however_often_and_in_whatever_order_it_is_told_of() {
    let (world, post) = street(&["ben", "cleo"]).await;
    smiled(&world, "ben", post).await;
    assert_eq!(told(&world).await, smiles(&["ben"]));
    world.smile(&user("cleo"), post).await;
    let (of_ben, of_cleo) = (smile(&world, "ben", post), smile(&world, "cleo", post));
    work(&world, &[of_cleo.clone(), of_ben.clone()]).await;
    work(&world, &[of_ben, of_cleo]).await;
    assert_eq!(told(&world).await, smiles(&["cleo", "ben"]));
    let notice = world.inbox(&user("ana")).await.remove(0);
    assert_eq!(notice.subject, Subject::Post(post));
}

#[tokio::test]
async fn what_is_taken_back_is_told_no_more_and_what_tells_of_nobody_goes() {
    let (world, post) = street(&["ben", "cleo"]).await;
    for sub in ["ben", "cleo"] {
        smiled(&world, sub, post).await;
    }
    world.take_back_smile(&user("ben"), post).await;
    let of_ben = smile(&world, "ben", post);
    for _ in 0..2 {
        work(&world, std::slice::from_ref(&of_ben)).await;
        assert_eq!(told(&world).await, smiles(&["cleo"]));
    }
    world.take_back_smile(&user("cleo"), post).await;
    work(&world, &[smile(&world, "cleo", post)]).await;
    assert_eq!(told(&world).await, nothing());

    // Taken back before anything was told of it.
    world.smile(&user("ben"), post).await;
    world.take_back_smile(&user("ben"), post).await;
    work(&world, &[of_ben.clone(), of_ben]).await;
    assert_eq!(told(&world).await, nothing());
    smiled(&world, "ben", post).await;
    assert_eq!(told(&world).await, smiles(&["ben"]));
}

#[tokio::test]
async fn a_group_is_open_for_a_day() {
    let (world, post) = street(&["ben", "cleo", "dan"]).await;
    smiled(&world, "ben", post).await;
    let first = world.inbox(&user("ana")).await[0].id;
    world.advance(WITHIN - SignedDuration::from_mins(1));
    smiled(&world, "cleo", post).await;
    let open = world.inbox(&user("ana")).await;
    assert_eq!((open.len(), open[0].id, open[0].n), (1, first, 2));
    world.advance(SignedDuration::from_mins(2));
    smiled(&world, "dan", post).await;
    let both = world.inbox(&user("ana")).await;
    assert_eq!(both.iter().map(|one| one.n).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(both[1].id, first);

    // Told of again, nobody is in two; taken back, each is out of theirs.
    let again = ["ben", "cleo", "dan"].map(|sub| smile(&world, sub, post));
    let mut told_before = again.to_vec();
    told_before[0] =
        told_before[0].replace(&format!("{}", world.now()), &format!("{}", first.time()));
    work(&world, &told_before).await;
    assert_eq!(world.inbox(&user("ana")).await, both);
    for (sub, left) in [("ben", 2), ("dan", 1), ("cleo", 0)] {
        world.take_back_smile(&user(sub), post).await;
        work(&world, &[smile(&world, sub, post)]).await;
        let inbox = world.inbox(&user("ana")).await;
        assert_eq!(inbox.iter().map(|one| one.n).sum::<u64>(), left, "{sub}");
    }
    assert_eq!(told(&world).await, nothing());
}

#[tokio::test]
async fn a_group_is_open_until_it_is_read_and_what_comes_late_is_not_read_for_all_that() {
    let (world, post) = street(&["ben", "cleo", "dan"]).await;
    smiled(&world, "ben", post).await;
    let first = world.inbox(&user("ana")).await[0].id;
    // Of a smile of this time it is only told later.
    world.smile(&user("cleo"), post).await;
    let late = smile(&world, "cleo", post);
    world.advance(SignedDuration::from_mins(5));
    let store = world.store();
    store.read_up_to(&user("ana"), first).await.unwrap();
    work(&world, &[late.clone(), late.clone()]).await;
    let both = world.inbox(&user("ana")).await;
    assert_eq!(both.len(), 2);
    assert!(both[0].id > first);
    smiled(&world, "dan", post).await;
    let both = world.inbox(&user("ana")).await;
    let newest: Vec<_> = both.iter().map(|one| one.newest.clone()).collect();
    assert_eq!(newest[0], ["dan", "cleo"].map(user));
    assert_eq!(newest[1], ["ben"].map(user));
    work(&world, &[late, smile(&world, "ben", post)]).await;
    assert_eq!(world.inbox(&user("ana")).await, both);
    // Never back.
    store.read_up_to(&user("ana"), both[0].id).await.unwrap();
    store.read_up_to(&user("ana"), first).await.unwrap();
    let ana = world.profile(&user("ana")).await;
    assert_eq!(ana.read_to, Some(both[0].id));
    assert!(ana.read_to > Some(NoticeId::start_of(first.time())));
}

#[tokio::test]
async fn nobody_is_told_of_themselves_of_whom_they_block_or_mute_and_of_what_they_hid() {
    let (world, post) = street(&["ben", "cleo", "dan"]).await;
    let (ana, store) = (user("ana"), world.store());
    for sub in ["ana", "ben", "cleo", "dan"] {
        world.smile(&user(sub), post).await;
    }
    store
        .mute(&ana, &user("ben"), Some(world.now()))
        .await
        .unwrap();
    store.block(&user("cleo"), &ana, world.now()).await.unwrap();
    let bodies = ["ana", "ben", "cleo"].map(|sub| smile(&world, sub, post));
    work(&world, &bodies).await;
    assert_eq!(told(&world).await, nothing());
    world.hide(&ana, post, true).await;
    work(&world, &[smile(&world, "dan", post)]).await;
    assert_eq!(told(&world).await, nothing());
    world.hide(&ana, post, false).await;
    work(&world, &[smile(&world, "dan", post)]).await;
    assert_eq!(told(&world).await, smiles(&["dan"]));
    // What ended goes, muted or not.
    store
        .mute(&ana, &user("dan"), Some(world.now()))
        .await
        .unwrap();
    world.take_back_smile(&user("dan"), post).await;
    work(&world, &[smile(&world, "dan", post)]).await;
    assert_eq!(told(&world).await, nothing());
}

#[tokio::test]
async fn a_switch_counts_as_it_is_when_the_act_is_worked_off() {
    let (world, post) = street(&["ben", "cleo"]).await;
    let ana = user("ana");
    world.smile(&user("ben"), post).await;
    world.follow("ben", "ana").await;
    world
        .switch(
            &ana,
            Notify {
                posts: false,
                ..ALL_ON
            },
        )
        .await;
    work(&world, &[smile(&world, "ben", post)]).await;
    assert_eq!(told(&world).await, nothing());
    // A follow has none.
    world.switch(&ana, Notify::default()).await;
    work(&world, &[follow(&world, "ben", "ana")]).await;
    assert_eq!(told(&world).await[0].0, NoticeKind::Follow);
    world.switch(&ana, ALL_ON).await;
    smiled(&world, "cleo", post).await;
    assert_eq!(told(&world).await.len(), 2);
}

#[tokio::test]
async fn followers_are_told_in_one_and_who_follows_no_more_is_out() {
    let (world, _) = street(&["ben", "cleo"]).await;
    for sub in ["ben", "cleo"] {
        world.follow(sub, "ana").await;
        for _ in 0..2 {
            work(&world, &[follow(&world, sub, "ana")]).await;
        }
    }
    let newest = ["cleo", "ben"].map(user).to_vec();
    assert_eq!(told(&world).await, [(NoticeKind::Follow, 2, newest)]);
    for (sub, left) in [("ben", 1), ("cleo", 0)] {
        world.unfollow(&user(sub), &user("ana")).await;
        work(&world, &[follow(&world, sub, "ana")]).await;
        let told = told(&world).await;
        assert_eq!(told.iter().map(|one| one.1).sum::<u64>(), left);
    }
    assert_eq!(told(&world).await, nothing());
}

#[tokio::test]
async fn who_is_mentioned_is_told_and_no_more_once_they_are_not() {
    let (world, _) = street(&["ben"]).await;
    let post = world
        .published_post("ben")
        .text("Hi @Ana, @nobody1 and @me")
        .await;
    let bodies =
        ["ana", "nobody1", "me", "ben"].map(|handle| mention(&world, "ben", post.id, handle));
    for _ in 0..2 {
        work(&world, &bodies).await;
        assert_eq!(
            told(&world).await,
            [(NoticeKind::Mention, 1, vec![user("ben")])]
        );
    }
    assert_eq!(world.inbox(&user("ben")).await, []);
    let mut edited = post.clone();
    edited.text = "Hi all".to_owned();
    edited.edition += 1;
    let (store, uploads) = (world.store(), Uploads::default());
    let changed = store
        .change_post(&post, &edited, &uploads, world.now())
        .await;
    assert!(changed.unwrap());
    work(&world, &bodies[..1]).await;
    assert_eq!(told(&world).await, nothing());
}

/// Gives Ana the badge, or takes it.
async fn weigh(world: &World, given: bool) {
    let context = world.context();
    let mut item = shared::keys::badge(&user("ana")).attributes();
    item.insert("given".to_owned(), AttributeValue::Bool(given));
    let put = context.dynamodb.put_item().set_item(Some(item));
    let put = put.table_name(context.config.table());
    put.send().await.unwrap();
}

#[tokio::test]
async fn a_badge_is_told_when_it_is_given_and_when_it_is_taken_once_each() {
    let (world, _) = street(&[]).await;
    let message = |kind| {
        body(Acted {
            kind,
            actor: user("ana"),
            subject: user("ana").to_string(),
            owner: Some(user("ana")),
            handle: None,
            at: world.now(),
        })
    };
    let facts = async || {
        let inbox = world.inbox(&user("ana")).await.into_iter();
        inbox.map(|notice| notice.fact.unwrap()).collect::<Vec<_>>()
    };
    weigh(&world, true).await;
    let given = message(ActKind::BadgeGiven);
    for _ in 0..2 {
        work(&world, std::slice::from_ref(&given)).await;
        assert_eq!(facts().await, [Fact::BadgeGiven]);
    }
    world.advance(SignedDuration::from_mins(1));
    weigh(&world, false).await;
    let taken = message(ActKind::BadgeTaken);
    work(&world, &[taken.clone(), given.clone()]).await;
    work(&world, &[given.clone(), taken.clone()]).await;
    assert_eq!(facts().await, [Fact::BadgeTaken, Fact::BadgeGiven]);
    world.advance(SignedDuration::from_mins(1));
    weigh(&world, true).await;
    work(&world, &[taken, message(ActKind::BadgeGiven), given]).await;
    let all = [Fact::BadgeGiven, Fact::BadgeTaken, Fact::BadgeGiven];
    assert_eq!(facts().await, all);
}

#[tokio::test]
async fn what_was_done_at_a_post_goes_with_it() {
    let (world, post) = street(&["ben", "cleo"]).await;
    let other = world.published_post("ana").await.id;
    for (sub, at) in [("ben", post), ("cleo", post), ("ben", other)] {
        smiled(&world, sub, at).await;
    }
    assert_eq!(told(&world).await.len(), 2);
    let gone = at_post(&world, ActKind::Gone, "ana", post);
    // It is not gone yet.
    work(&world, std::slice::from_ref(&gone)).await;
    assert_eq!(told(&world).await.len(), 2);
    let stored = world.store().post_now(post).await.unwrap().unwrap();
    assert!(
        world
            .store()
            .delete_post(&user("ana"), &stored)
            .await
            .unwrap()
    );
    for _ in 0..2 {
        work(&world, &[gone.clone(), smile(&world, "cleo", post)]).await;
        assert_eq!(told(&world).await, smiles(&["ben"]));
    }
    let left = world.inbox(&user("ana")).await;
    assert_eq!(left[0].subject, Subject::Post(other));
}
