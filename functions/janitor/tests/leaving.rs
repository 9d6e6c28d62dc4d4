//! Accounts that are deleted, over a real table, bucket and queue.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, and says what it stood on"
)]

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    catalogue::{product::News, review::Review},
    engagement::{Comment, NoticeKind, Slot, Subject},
    ids::{CommentId, ExportId, PostId, ProductId, ReviewId},
    people::{
        Avatar, Gate,
        export::Export,
        leaving::{Deletion, Step},
    },
    posts::{Poll, PollOption, Post, PostKind},
    quota::Quota,
};
use harness::{Fault, Faults, Member, World, actor, hurried, sqs_event, user};
use janitor::{App, Slice, work_off};
use jiff::SignedDuration;
use shared::{
    error::{Conflict, Error},
    keys::{self, Line, items::LINES},
    queue::messages::{AccountLeaving, JanitorMessage},
    store::{ProfileChange, Said, Saying},
};

const QUOTA: u32 = 1_000;

fn told(who: &Member) -> String {
    let leaving = AccountLeaving {
        user: who.id.clone(),
    };
    serde_json::to_string(&JanitorMessage::Deletion(leaving)).unwrap()
}

async fn work(app: &App, body: &str) {
    let answer = work_off(app, sqs_event(&[body])).await;
    assert!(answer.batch_item_failures.is_empty(), "{answer:?}");
}

/// Works off a deletion, message by message; how many there were.
async fn settle(world: &World, app: &App, who: &Member) -> usize {
    let (mut next, mut turns) = (vec![told(who)], 0);
    while let Some(body) = next.pop() {
        work(app, &body).await;
        next.extend(world.receive_all("janitor").await);
        turns += 1;
    }
    turns
}

/// Somebody says something of a post, or answers.
async fn say(world: &World, who: &str, post: PostId, to: Option<&Comment>, n: u32) -> Comment {
    let store = world.store();
    let post = store.post_now(post).await.unwrap().unwrap();
    let own = to.map(|to| to.id.own);
    let id = CommentId::new(post.id, own, world.now(), n);
    let acts = store.acts_now(&user(who), post.id).await.unwrap();
    let comment = Comment {
        voted: acts.vote.filter(|_| post.poll.is_some()),
        under: to.map(|to| to.author.clone()),
        ..Comment::new(id, user(who), format!("{who} says so"), world.now())
    };
    let parent = match to {
        Some(to) => store.comment_now(to.id).await.unwrap(),
        None => None,
    };
    let quota = Quota {
        user: user(who),
        kind: "comments",
        limit: QUOTA,
    };
    let saying = Saying {
        comment: &comment,
        post: &post,
        parent: parent.as_ref(),
        claim: None,
        quota: &quota,
    };
    let said = store.create_comment(saying, world.now()).await.unwrap();
    assert_eq!(said, Said::Done);
    comment
}

/// Ana, who has done everything that can be done, and Ben and Cleo, at whose things she did it.
struct Street {
    world: World,
    ana: Member,
    ben: Member,
    /// Ben's, with a poll.
    poll: Post,
    /// Ben's comment on it, at which Ana smiled, and which she answered.
    said: Comment,
    /// Ana's comment on it, which Cleo answered.
    hers: Comment,
    product: ProductId,
}

impl Street {
    async fn new() -> Self {
        let world = World::new().await;
        let ana = world.member("ana").prime().await;
        let ben = world.member("ben").prime().await;
        let cleo = world.member("cleo").prime().await;
        world.member("dora").await;
        world.product("SPK-1").await;
        let (store, now) = (world.store(), world.now());

        let avatar = world.ready_photo("ana").await;
        let change = ProfileChange {
            avatar: Some(Some(Avatar {
                photo: avatar.id,
                image: avatar.image.unwrap(),
            })),
            bio: Some("A bio of Ana's".to_owned()),
            ..ProfileChange::default()
        };
        store.change_profile(&ana.id, change, None).await.unwrap();
        for (reader, author) in [
            ("ana", "ben"),
            ("ben", "ana"),
            ("cleo", "ana"),
            ("ben", "cleo"),
        ] {
            world.follow(reader, author).await;
        }
        store.block(&ana.id, &user("dora"), now).await.unwrap();
        store.mute(&ana.id, &cleo.id, Some(now)).await.unwrap();

        let photo = world.ready_photo("ana").await;
        world.published_post("ana").photo(&photo, &["SPK-1"]).await;
        let waits = world.awaited_photo("ana").await;
        let waiting = world.published_post("ana").photo(&waits, &[]).await;
        assert_eq!(waiting.published_at, None);
        world.awaited_photo("ana").await;
        world.ready_photo("ana").await;

        let option = |text: &str| PollOption {
            text: text.to_owned(),
            photo: None,
            product: None,
        };
        let asked = Poll {
            question: "Which?".to_owned(),
            options: vec![option("this"), option("that")],
            closes_at: None,
        };
        let poll = world.published_post("ben").with(|post| {
            post.kind = PostKind::Poll;
            post.poll = Some(asked);
            post.votes = vec![0, 0];
        });
        let poll = poll.await;
        for who in [&ana, &cleo] {
            world.smile(&who.id, poll.id).await;
            let post = store.post_now(poll.id).await.unwrap().unwrap();
            let acts = store.acts_now(&who.id, poll.id).await.unwrap();
            store.vote(&actor(&who.id), &post, &acts, 1).await.unwrap();
        }
        let other = world.published_post("cleo").await;
        store.hide(&ana.id, other.id, Some(now)).await.unwrap();
        let said = say(&world, "ben", poll.id, None, 1).await;
        for who in [&ana, &cleo] {
            store
                .smile_at_comment(&actor(&who.id), &said, now)
                .await
                .unwrap();
        }
        say(&world, "ana", poll.id, Some(&said), 2).await;
        let hers = say(&world, "ana", poll.id, None, 3).await;
        say(&world, "cleo", poll.id, Some(&hers), 4).await;
        say(&world, "ana", poll.id, None, 5).await;

        let slot = Slot {
            owner: ana.id.clone(),
            kind: NoticeKind::Follow,
            subject: Subject::Person(ana.id.clone()),
        };
        for n in 0..12 {
            let actor = user(&format!("fan-{n}"));
            store.tell(&slot, &actor, now, None, now).await.unwrap();
        }
        let entry = domain::feeds::Entry::of(&poll).unwrap();
        store.deliver(&[(ana.id.clone(), entry)]).await.unwrap();

        let product = ProductId::parse("SPK-1").unwrap();
        let review = Review {
            id: ReviewId::parse("r-1").unwrap(),
            customer: ana.id.clone(),
            product: product.clone(),
            rating: 4,
            title: "Good".to_owned(),
            body: "Ana found it good".to_owned(),
            written_at: now,
            verified_purchase: None,
            category: None,
            shared_as: None,
        };
        store.put_review(&review, News::of(now, 1)).await.unwrap();

        let export = Export::asked(ExportId(world.context().ids.ulid()), ana.id.clone(), now);
        let quota = Quota {
            user: ana.id.clone(),
            kind: "exports",
            limit: 2,
        };
        store.ask_for_export(&export, None, &quota).await.unwrap();
        let piece = shared::bucket::piece_key(export.id);
        world
            .put_object(&piece, "application/json", b"Ana".to_vec())
            .await;
        let earned = keys::badge(&ana.id);
        put(&world, &earned, [("points", 7), ("posts", 1)]).await;

        let profile = store.profile(&ana.id).await.unwrap().unwrap();
        store.leave(&profile, None, now).await.unwrap();
        Self {
            world,
            ana,
            ben,
            poll,
            said,
            hers,
            product,
        }
    }

    /// That all that was Ana's is gone, and what is counted of others is as if she had never been there.
    async fn assert_gone(&self, what: &str) {
        let store = self.world.store();
        let left = self.left().await;
        let stays = |name: &str| {
            let line = LINES.iter().find(|line| line.name == name).unwrap();
            line.leaving != keys::items::Leaving::Goes
        };
        let wrong: Vec<_> = left.iter().filter(|name| !stays(name)).collect();
        assert!(wrong.is_empty(), "{what}: {wrong:?}");
        assert_eq!(self.world.objects("exports/").await, [""; 0], "{what}");

        let poll = store.post_now(self.poll.id).await.unwrap().unwrap();
        let counts = (poll.smiles, poll.votes.clone(), poll.comments);
        // Ben's comment, and Cleo's answer to what is not told any more.
        assert_eq!(counts, (1, vec![0, 1], 2), "{what}");
        let said = store.comment_now(self.said.id).await.unwrap().unwrap();
        assert_eq!((said.smiles, said.replies), (1, 0), "{what}");
        let hers = store.comment_now(self.hers.id).await.unwrap().unwrap();
        assert_eq!(
            (hers.deleted, hers.text.as_str(), hers.replies),
            (true, "", 1),
            "{what}"
        );
        let counts = async |who: &str| {
            let profile = self.world.profile(&user(who)).await;
            (profile.followers, profile.following)
        };
        assert_eq!(counts("ben").await, (0, 1), "{what}");
        assert_eq!(counts("cleo").await, (1, 0), "{what}");
        let dora = store.rules(&user("dora")).await.unwrap();
        assert!(dora.blocked_by.is_empty(), "{what}");
        let product = store.products([&self.product]).await.unwrap();
        let product = &product[&self.product];
        assert_eq!((product.stars, product.review_count), (54, 12), "{what}");
        assert_eq!(store.deletion(&self.ana.id).await.unwrap(), None, "{what}");
    }

    /// The kinds of item that are Ana's still.
    async fn left(&self) -> BTreeSet<&'static str> {
        let mut left = BTreeSet::new();
        for item in self.items().await {
            let key = keys::Key::of(&item).unwrap();
            let line = Line::of(&key).unwrap();
            let named = |name: &str| {
                let person = item.get(name).and_then(|value| value.as_s().ok());
                person.is_some_and(|person| *person == self.ana.id.to_string())
            };
            let in_key =
                key.pk.contains(self.ana.id.as_str()) || key.sk.contains(self.ana.id.as_str());
            let theirs = match line.name {
                // Of others, whose key or words name her.
                "Blocked" | "Muted" => key.pk.ends_with(self.ana.id.as_str()),
                "Comment" | "Reply" => named("author") && !item.contains_key("deleted"),
                _ => in_key || named("author") || named("owner") || named("user"),
            };
            if theirs {
                left.insert(line.name);
            }
        }
        left
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "whatever is left anywhere is to be found"
    )]
    async fn items(&self) -> Vec<std::collections::HashMap<String, AttributeValue>> {
        let context = self.world.context();
        let scan = context.dynamodb.scan().table_name(context.config.table());
        let pages = scan.into_paginator().items().send();
        pages.collect::<Result<Vec<_>, _>>().await.unwrap()
    }
}

async fn put<const N: usize>(world: &World, key: &keys::Key, numbers: [(&str, u32); N]) {
    let context = world.context();
    let mut item = key.attributes();
    for (name, number) in numbers {
        item.insert(name.to_owned(), AttributeValue::N(number.to_string()));
    }
    let put = context
        .dynamodb
        .put_item()
        .table_name(context.config.table());
    put.set_item(Some(item)).send().await.unwrap();
}

#[tokio::test]
async fn all_that_somebody_was_and_did_goes_with_its_counts() {
    let street = Street::new().await;
    let before = street.left().await;
    let goes = LINES
        .iter()
        .filter(|line| line.leaving == keys::items::Leaving::Goes);
    let goes: BTreeSet<_> = goes.map(|line| line.name).collect();
    let missing: Vec<_> = goes.difference(&before).collect();
    assert_eq!(missing, [&""; 0], "each kind was there");

    let app = App::new(&street.world.context());
    settle(&street.world, &app, &street.ana).await;
    street.assert_gone("once").await;
    // Told again, there is nothing to do.
    work(&app, &told(&street.ana)).await;
    street.assert_gone("again").await;
}

#[tokio::test]
async fn a_janitor_killed_at_any_call_or_that_misses_its_answer_takes_each_act_once() {
    for (fault, every) in [(Fault::Killed, 2), (Fault::AnswerLost, 23)] {
        let mut calls = 0;
        loop {
            let street = Street::new().await;
            let faults = Faults::after(calls, fault);
            let app = App::new(&faults.attach(&street.world.context()));
            let event = sqs_event(&[told(&street.ana)]);
            let work = hurried(work_off(&app, event));
            let lived = Box::pin(faults.run(work)).await.is_some();
            street.world.receive_all("janitor").await;
            let app = App::new(&street.world.context());
            settle(&street.world, &app, &street.ana).await;
            street.assert_gone(&format!("{fault:?} {calls}")).await;
            if lived && faults.met(fault) == 0 {
                break;
            }
            // Of the many that are alike some.
            calls += every;
        }
        assert!(calls > 60, "{fault:?} {calls}");
    }
}

#[tokio::test]
async fn slices_go_on_where_the_last_ended_in_any_order_and_two_at_once() {
    let slice = Slice {
        pages: 1,
        piece: 1 << 20,
    };
    let street = Street::new().await;
    let app = App::with_slice(&street.world.context(), slice);
    let turns = settle(&street.world, &app, &street.ana).await;
    assert_eq!(turns, 2 * Step::ALL.len());
    street.assert_gone("one page each").await;

    let street = Street::new().await;
    let app = App::with_slice(&street.world.context(), slice);
    let mut waiting = vec![told(&street.ana), told(&street.ana), told(&street.ana)];
    while !waiting.is_empty() {
        let answer = work_off(&app, sqs_event(&waiting)).await;
        assert!(answer.batch_item_failures.is_empty(), "{answer:?}");
        waiting = street.world.receive_all("janitor").await;
    }
    street.assert_gone("three at once").await;
}

#[tokio::test]
async fn whatever_fails_now_and_then_all_goes_in_the_end() {
    for seed in 0..6 {
        let street = Street::new().await;
        let faults = Faults::seeded(seed);
        let slice = Slice {
            pages: 4,
            piece: 1 << 20,
        };
        let app = App::with_slice(&faults.attach(&street.world.context()), slice);
        let mut waiting = vec![told(&street.ana)];
        for _ in 0..30 {
            for body in std::mem::take(&mut waiting) {
                let done = faults.run(work_off(&app, sqs_event(&[&body]))).await;
                let done = done.is_some_and(|answer| answer.batch_item_failures.is_empty());
                waiting.extend((!done).then_some(body));
            }
            waiting.extend(street.world.receive_all("janitor").await);
        }
        faults.calm();
        let app = App::new(&street.world.context());
        settle(&street.world, &app, &street.ana).await;
        street.assert_gone(&format!("seed {seed}")).await;
    }
}

#[tokio::test]
async fn whoever_leaves_is_not_there_at_once_and_comes_back_when_all_is_gone() {
    let street = Street::new().await;
    let (world, ana) = (&street.world, &street.ana);
    let store = world.store();
    assert_eq!(store.profile(&ana.id).await.unwrap(), None);
    assert!(store.profiles([&ana.id]).await.unwrap().is_empty());
    assert!(store.rules(&ana.id).await.is_err());
    assert!(store.caller(&ana.id).await.is_err());
    assert_eq!(
        store.user_by_handle(&ana.profile.handle).await.unwrap(),
        None
    );
    assert!(
        store
            .block(&street.ben.id, &ana.id, world.now())
            .await
            .is_err()
    );

    let handle = |name: &str| domain::people::Handle::parse(name).unwrap();
    let back = |name: &str| domain::people::Profile {
        handle: handle(name),
        joined_at: world.now(),
        ..ana.profile.clone()
    };
    let early = store.join(&back("ana_2"), None, None, world.now()).await;
    assert!(
        matches!(early, Err(Error::Conflict(Conflict::Leaving))),
        "{early:?}"
    );
    settle(world, &App::new(&world.context()), ana).await;

    let taken = store.join(&back("Ana"), None, None, world.now()).await;
    assert!(
        matches!(taken, Err(Error::Conflict(Conflict::HandleTaken))),
        "{taken:?}"
    );
    store
        .join(&back("ana_2"), None, None, world.now())
        .await
        .unwrap();
    let profile = store.profile(&ana.id).await.unwrap().unwrap();
    assert_eq!(
        (profile.followers, profile.posts, profile.bio.as_str()),
        (0, 0, "")
    );
    world.follow("ana", "ben").await;
    // A message that comes late does nothing to whoever is back.
    work(&App::new(&world.context()), &told(ana)).await;
    assert!(
        store
            .is_following_now(&ana.id, &street.ben.id)
            .await
            .unwrap()
    );
    assert_eq!(world.profile(&street.ben.id).await.followers, 1);

    world.advance(SignedDuration::from_hours(366 * 24));
    let again = domain::people::Profile {
        id: user("eve"),
        ..back("ana")
    };
    store.join(&again, None, None, world.now()).await.unwrap();
}

#[tokio::test]
async fn who_blocked_somebody_is_parted_from_them_still_when_they_come_back() {
    let world = World::new().await;
    let ana = world.member("ana").await;
    let ben = world.member("ben").await;
    let store = world.store();
    store.block(&ben.id, &ana.id, world.now()).await.unwrap();
    let profile = store.profile(&ana.id).await.unwrap().unwrap();
    store.leave(&profile, None, world.now()).await.unwrap();
    let app = App::new(&world.context());
    settle(&world, &app, &ana).await;
    let back = domain::people::Profile {
        handle: domain::people::Handle::parse("ana_2").unwrap(),
        ..ana.profile.clone()
    };
    store.join(&back, None, None, world.now()).await.unwrap();
    let rules = store.rules(&ana.id).await.unwrap();
    assert!(rules.part_from(&ben.id));
    let ana_acts = store.actor(&Gate::default(), &ana.id, world.now()).await;
    let follow = store.follow(&ana_acts.unwrap(), &ben.id, world.now()).await;
    assert!(matches!(follow, Err(Error::NotFound)), "{follow:?}");
    store.unblock(&ben.id, &ana.id).await.unwrap();
    world.follow("ana", "ben").await;

    // Likewise where it is taken away while they are gone.
    store.block(&ben.id, &ana.id, world.now()).await.unwrap();
    let profile = store.profile(&ana.id).await.unwrap().unwrap();
    store.leave(&profile, None, world.now()).await.unwrap();
    settle(&world, &app, &ana).await;
    store.unblock(&ben.id, &ana.id).await.unwrap();
    let back = domain::people::Profile {
        handle: domain::people::Handle::parse("ana_3").unwrap(),
        ..ana.profile.clone()
    };
    store.join(&back, None, None, world.now()).await.unwrap();
    assert!(!store.rules(&ana.id).await.unwrap().part_from(&ben.id));
    world.follow("ana", "ben").await;
}

#[tokio::test]
async fn what_a_call_wrote_late_goes_by_the_second_turn() {
    let street = Street::new().await;
    let (world, ana) = (&street.world, &street.ana);
    let slice = Slice {
        pages: Step::ALL.len(),
        piece: 1 << 20,
    };
    // All once, the profile too.
    let app = App::with_slice(&world.context(), slice);
    work(&app, &told(ana)).await;
    let at = world.store().deletion(&ana.id).await.unwrap().unwrap();
    assert!(
        matches!(
            at,
            Deletion {
                step: Step::Posts,
                again: true,
                ..
            }
        ),
        "{at:?}"
    );
    world.smile(&ana.id, street.poll.id).await;
    let key = keys::waiting(&ana.id, PostId(ulid()));
    put(world, &key, []).await;
    for body in world.receive_all("janitor").await {
        work(&app, &body).await;
    }
    street.assert_gone("late").await;
}

fn ulid() -> ulid::Ulid {
    ulid::Ulid::from_parts(1_700_000_000_000, 7)
}

#[tokio::test]
async fn leaving_twice_is_refused_and_an_empty_account_goes_by_one_message() {
    let world = World::new().await;
    let ana = world.member("ana").await;
    let (store, now) = (world.store(), world.now());
    let profile = store.profile(&ana.id).await.unwrap().unwrap();
    store.leave(&profile, None, now).await.unwrap();
    let twice = store.leave(&profile, None, now).await;
    assert!(matches!(twice, Err(Error::Refused(_))), "{twice:?}");
    let turns = settle(&world, &App::new(&world.context()), &ana).await;
    assert_eq!(turns, 1);
}
