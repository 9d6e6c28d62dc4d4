//! Somebody who has done everything that can be done, and those at whose things she did it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    catalogue::{product::News, review::Review},
    engagement::{
        Appeal, Case, Comment, Idea, NoticeKind, Report, ReportReason, Side, Slot, Subject, Weight,
    },
    feeds::{Act, Entry, Event, Findable, History, Rate, nudge::NudgeAfter},
    ids::{
        AppealId, CommentId, ExportId, ListId, PostId, ProductId, ReportId, ReviewId, StatementId,
    },
    money::{Account, Happened},
    people::{Avatar, export::Export},
    posts::{Poll, PollOption, Post, PostKind},
    quota::Quota,
};
use harness::{Member, World, actor, sqs_event, user};
use janitor::{App, work_off};
use shared::{
    keys::{self, Line, items::LINES},
    queue::messages::{AccountLeaving, JanitorMessage},
    store::{Filed, KeptView, NotedOrder, ProfileChange, Putting, Reporting, Said, Saying, Spot},
};

use crate::makers::makes;

pub const QUOTA: u32 = 1_000;

pub fn told(who: &Member) -> String {
    let leaving = AccountLeaving {
        user: who.id.clone(),
    };
    serde_json::to_string(&JanitorMessage::Deletion(leaving)).unwrap()
}

pub async fn work(app: &App, body: &str) {
    let answer = work_off(app, sqs_event(&[body])).await;
    assert!(answer.batch_item_failures.is_empty(), "{answer:?}");
}

/// Works off a deletion, message by message; how many there were.
pub async fn settle(world: &World, app: &App, who: &Member) -> usize {
    let (mut next, mut turns) = (vec![told(who)], 0);
    while let Some(body) = next.pop() {
        work(app, &body).await;
        next.extend(world.receive_all("janitor").await);
        turns += 1;
    }
    turns
}

/// Somebody says something of a post, or answers.
pub async fn say(world: &World, who: &str, post: PostId, to: Option<&Comment>, n: u32) -> Comment {
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

/// Ana has an account, ordered something, and viewed a post of another's.
async fn bought(world: &World, ana: &Member) {
    let (store, now, account) = (world.store(), world.now(), Account::of_random(7));
    let both = domain::money::Programme::ALL;
    world.engage(&ana.id, &account, &both).await;
    let order = NotedOrder {
        user: ana.id.clone(),
        happened: Happened {
            at: now,
            event: "e1".to_owned(),
        },
        order: "o1".to_owned(),
        lines: vec!["f00d".to_owned()],
        names: Vec::new(),
        since: None,
    };
    store.note_order(&order, now).await.unwrap();
    let view = KeptView {
        account,
        shows: BTreeMap::new(),
    };
    let post = world.published_post("ben").await.id;
    store.note_view(&ana.id, post, now, &view).await.unwrap();
}

/// Ana, who has done everything that can be done, and Ben and Cleo, at whose things she did it.
pub struct Street {
    pub world: World,
    pub ana: Member,
    pub ben: Member,
    /// A post of Ana's that words find.
    pub shown: PostId,
    /// Ben's, with a poll.
    pub poll: Post,
    /// Ben's comment on it, at which Ana smiled, and which she answered.
    pub said: Comment,
    /// Ana's comment on it, which Cleo answered.
    pub hers: Comment,
    pub product: ProductId,
}

impl Street {
    pub async fn new() -> Self {
        let world = World::new().await;
        let ana = world.member("ana").prime().await;
        let ben = world.member("ben").prime().await;
        let cleo = world.member("cleo").prime().await;
        world.member("dora").await;
        world.product("SPK-1").await;
        let (store, now) = (world.store(), world.now());

        makes(&world, &ana).await;
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
        put(&world, &keys::pull(&ana.id, &ben.id), []).await;
        store.block(&ana.id, &user("dora"), now).await.unwrap();
        store.mute(&ana.id, &cleo.id, Some(now)).await.unwrap();

        let photo = world.ready_photo("ana").await;
        let shown = world.published_post("ana").text("A kettle, words of Ana's");
        let shown = shown.photo(&photo, &["SPK-1"]).await;
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
        world.hide(&ana.id, other.id, true).await;
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
        let entry = Entry::of(&poll).unwrap();
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

        let mut history = History::default();
        let what = Act::Purchase(product.clone());
        history
            .take(vec![Event { what, at: now }], now, NudgeAfter::default())
            .unwrap();
        assert!(store.keep_history(&ana.id, &history, now).await.unwrap());
        let rate = Rate::noted(None, 0, now);
        store.note_rate(&ana.id, None, &rate).await.unwrap();

        for who in [&ana, &cleo] {
            for idea in [Idea::Product(product.clone()), Idea::Post(poll.id)] {
                heart(&world, who, idea).await;
            }
        }
        let hearts = (&ana.id, ListId::of_hearts(&ana.id));
        store.tell_of_all_in_list(hearts, None, 10).await.unwrap();
        tell_moderators(&world, &ana, &other).await;

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
        decided_on(&world, &ana).await;
        let earned = keys::badge(&ana.id);
        put(&world, &earned, [("points", 7), ("posts", 1)]).await;
        put(&world, &keys::ads(&ana.id), [("day", 1)]).await;
        let entry = Entry::of(&shown).unwrap();
        store.put_into_head(&entry, now).await.unwrap();
        for thing in [Findable::Person(ana.id.clone()), Findable::Post(shown.id)] {
            store.keep_findable(&thing).await.unwrap();
        }

        bought(&world, &ana).await;

        let profile = store.profile(&ana.id).await.unwrap().unwrap();
        store.leave(&profile, None, now).await.unwrap();
        Self {
            world,
            ana,
            ben,
            shown: shown.id,
            poll,
            said,
            hers,
            product,
        }
    }

    /// That all that was Ana's is gone, and what is counted of others is as if she had never been there.
    pub async fn assert_gone(&self, what: &str) {
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
        let counts = (poll.smiles, poll.votes.clone(), poll.comments, poll.saves);
        // Ben's comment, and Cleo's answer to what is not told any more.
        assert_eq!(counts, (1, vec![0, 1], 2, 1), "{what}");
        let product = store.product_now(&self.product).await.unwrap();
        assert_eq!(product.unwrap().saves, 1, "{what}");
        for item in self.items().await {
            let words = format!("{item:?}");
            assert!(!words.contains("words of Ana's"), "{what}: {words}");
        }
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
        let following = store.following(&user("ben")).await.unwrap();
        assert_eq!(following, [user("cleo")].into_iter().collect(), "{what}");
        let dora = store.rules(&user("dora")).await.unwrap();
        assert!(dora.blocked_by.is_empty(), "{what}");
        let product = store.products([&self.product]).await.unwrap();
        let product = &product[&self.product];
        assert_eq!((product.stars, product.review_count), (54, 12), "{what}");
        assert_eq!(store.deletion(&self.ana.id).await.unwrap(), None, "{what}");
    }

    /// The kinds of item that are Ana's still.
    pub async fn left(&self) -> BTreeSet<&'static str> {
        let left = self.left_items().await.into_iter();
        left.map(|(line, _)| line.name).collect()
    }

    /// The items that are Ana's still, each with its kind.
    pub async fn left_items(&self) -> Vec<(&'static Line, HashMap<String, AttributeValue>)> {
        let mut left = Vec::new();
        for item in self.items().await {
            let key = keys::Key::of(&item).unwrap();
            let line = Line::of(&key).unwrap();
            let named = |name: &str| {
                let person = item.get(name).and_then(|value| value.as_s().ok());
                person.is_some_and(|person| *person == self.ana.id.as_str())
            };
            let in_key =
                key.pk.contains(self.ana.id.as_str()) || key.sk.contains(self.ana.id.as_str());
            let theirs = match line.name {
                // Of others, whose key or words name her.
                "Blocked" | "Muted" | "Reported" => key.pk.ends_with(self.ana.id.as_str()),
                "Report" => key.sk.ends_with(self.ana.id.as_str()),
                "FindPost" | "FoundPost" => {
                    let post = self.shown.to_string();
                    key.pk.ends_with(&post) || key.sk.ends_with(&post)
                }
                "Comment" | "Reply" => named("author") && !item.contains_key("deleted"),
                "Listed" => key.pk == keys::list_collection(ListId::of_hearts(&self.ana.id)),
                _ => in_key || named("author") || named("owner") || named("user"),
            };
            if theirs {
                left.push((line, item));
            }
        }
        left
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "whatever is left anywhere is to be found"
    )]
    pub async fn items(&self) -> Vec<HashMap<String, AttributeValue>> {
        let context = self.world.context();
        let scan = context.dynamodb.scan().table_name(context.config.table());
        let pages = scan.into_paginator().items().send();
        pages.collect::<Result<Vec<_>, _>>().await.unwrap()
    }
}

/// Somebody hearts something.
pub async fn heart(world: &World, who: &Member, idea: Idea) {
    let store = world.store();
    let put = Putting {
        owner: who.id.clone(),
        list: ListId::of_hearts(&who.id),
        idea,
        note: Some(Some("Some words of Ana's".to_owned()).filter(|_| who.id == user("ana"))),
        spot: Spot::Front,
    };
    let heat = store.savable(&put.idea).await.unwrap();
    let mut ground = store.ground(&put, true).await.unwrap();
    ground.heat = heat;
    let acting = actor(&who.id);
    let put = store.put_into_list(&acting, &put, ground, world.now());
    put.await.unwrap();
}

/// Somebody reports a post, and appeals.
pub async fn tell_moderators(world: &World, who: &Member, post: &Post) {
    let (store, now) = (world.store(), world.now());
    let subject = Subject::Post(post.id);
    let report = Report {
        id: ReportId(ulid()),
        reporter: who.id.clone(),
        subject: subject.clone(),
        reason: ReportReason::Spam,
        detail: Some("More words of Ana's".to_owned()),
        weight: Weight(4),
        round: 0,
        created_at: now,
        outcome: None,
    };
    let case = Case::new(subject.clone(), post.author.clone(), now).reported(&report);
    let quota = |kind| Quota {
        user: who.id.clone(),
        kind,
        limit: QUOTA,
    };
    let reporting = Reporting {
        report: &report,
        before: None,
        after: &case,
        hidden: None,
        claim: None,
        quota: &quota("reports"),
    };
    assert_eq!(store.report(reporting, now).await.unwrap(), Filed::Done);
    let appeal = Appeal {
        id: AppealId(ulid()),
        subject: subject.clone(),
        who: who.id.clone(),
        by: Side::Reporter,
        text: "Last words of Ana's".to_owned(),
        created_at: now,
    };
    let before = store.case_now(&subject).await.unwrap().unwrap();
    let after = before.clone().appealed(appeal.clone());
    let quota = quota("appeals");
    let filed = store.appeal(&appeal, &before, &after, None, &quota);
    assert_eq!(filed.await.unwrap(), Filed::Done);
}

/// What moderators know of somebody: a report on them, a decision, a strike, and how often they were right.
async fn decided_on(world: &World, who: &Member) {
    let subject = Subject::Person(who.id.clone());
    let report = Report {
        id: ReportId(ulid()),
        reporter: user("ben"),
        subject: subject.clone(),
        reason: ReportReason::Spam,
        detail: None,
        weight: Weight(4),
        round: 0,
        created_at: world.now(),
        outcome: None,
    };
    let case = Case::new(subject, who.id.clone(), world.now()).reported(&report);
    let quota = Quota {
        user: user("ben"),
        kind: "reports",
        limit: QUOTA,
    };
    let reporting = Reporting {
        report: &report,
        before: None,
        after: &case,
        hidden: None,
        claim: None,
        quota: &quota,
    };
    let filed = world.store().report(reporting, world.now()).await;
    assert_eq!(filed.unwrap(), Filed::Done);
    put(world, &keys::strikes(&who.id), [("edition", 1)]).await;
    put(world, &keys::reporter(&who.id), [("edition", 1)]).await;
    for n in 0..3 {
        let statement = StatementId(ulid::Ulid::from_parts(1_700_000_000_000, n));
        put(world, &keys::statement(&who.id, statement), []).await;
    }
}

pub async fn put<const N: usize>(world: &World, key: &keys::Key, numbers: [(&str, u32); N]) {
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

pub fn ulid() -> ulid::Ulid {
    ulid::Ulid::from_parts(1_700_000_000_000, 7)
}
