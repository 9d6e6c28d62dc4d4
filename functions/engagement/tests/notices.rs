//! The inbox, over an embedded data plane.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, and says what it stood on"
)]

use std::collections::BTreeSet;

use domain::{
    engagement::{KEPT, NoticeKind, Slot, Subject},
    feeds::Entry,
    ids::PostId,
    people::Notify,
};
use harness::{Http, Member, Meter, World};
use jiff::SignedDuration;
use serde_json::{Value, json};

const PATH: &str = "/v1/notifications";

async fn begin() -> (World, Member, Http) {
    let world = World::new().await;
    let ana = world.member("ana").await;
    let http = world.serve(engagement::router(&world.context()));
    (world, ana, http)
}

fn slot(owner: &Member, kind: NoticeKind, subject: Subject) -> Slot {
    let owner = owner.id.clone();
    Slot {
        owner,
        kind,
        subject,
    }
}

/// Has somebody smile at a post of a member's, as it is told.
async fn smiled(world: &World, owner: &Member, who: &str, post: PostId) {
    let slot = slot(owner, NoticeKind::Smile, Subject::Post(post));
    let (now, read_to) = (world.now(), world.profile(&owner.id).await.read_to);
    let (store, actor) = (world.store(), harness::user(who));
    let told = store.tell(&slot, &actor, now, read_to, now).await;
    assert!(told.unwrap());
}

async fn page(http: &Http, who: &Member, query: &str) -> Value {
    let get = http.get(&format!("{PATH}{query}")).token(&who.token);
    get.send().await.expect(200).json()
}

fn ids(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect()
}

async fn read(http: &Http, who: &Member, body: Value, status: u16) {
    let read = http.post("/v1/notifications/read").token(&who.token);
    read.json(body).send().await.expect(status);
}

#[tokio::test]
async fn an_inbox_tells_who_did_what_at_what_and_when_and_how_much_is_not_read() {
    let (world, ana, http) = begin().await;
    let empty = page(&http, &ana, "").await;
    assert_eq!(
        empty,
        json!({"items": [], "next_cursor": null, "unread": 0})
    );
    let post = world.published_post("ana").await.id;
    for n in 0..12 {
        let who = format!("fan{n:02}");
        world.member(&who).await;
        smiled(&world, &ana, &who, post).await;
        world.advance(SignedDuration::from_secs(1));
    }
    let page = page(&http, &ana, "").await;
    assert_eq!(
        (&page["unread"], &page["next_cursor"]),
        (&json!(1), &Value::Null)
    );
    let item = &page["items"][0];
    let actors: Vec<_> = item["actors"].as_array().unwrap().iter().collect();
    let handles: Vec<_> = actors.iter().map(|actor| actor["handle"].clone()).collect();
    assert_eq!(handles, ["fan11", "fan10", "fan09"]);
    assert_eq!(
        (&item["kind"], &item["others"]),
        (&json!("smile"), &json!(9))
    );
    assert_eq!(
        item["subject"],
        json!({"type": "post", "id": post.to_string()})
    );
    assert_eq!(item["text"], "fan11 and 11 others smiled at your post");
    assert_eq!(item["read"], false);
    let first = world.inbox(&ana.id).await[0].id.time();
    assert_eq!(item["created_at"], format!("{first:.3}"));
    assert!(item.get("more").is_none());
}

#[tokio::test]
async fn an_inbox_is_read_up_to_what_is_told_in_it_and_never_back() {
    let (world, ana, http) = begin().await;
    world.member("ben").await;
    for _ in 0..3 {
        let post = world.published_post("ana").await.id;
        smiled(&world, &ana, "ben", post).await;
        world.advance(SignedDuration::from_secs(1));
    }
    let told = page(&http, &ana, "").await;
    let all = ids(&told);
    assert_eq!((all.len(), &told["unread"]), (3, &json!(3)));
    for (up_to, unread) in [(1, 1), (2, 1), (0, 0), (0, 0), (2, 0)] {
        read(&http, &ana, json!({"up_to": all[up_to]}), 204).await;
        let told = page(&http, &ana, "").await;
        assert_eq!(told["unread"], unread);
        let items = told["items"].as_array().unwrap().iter();
        let left = items.filter(|item| item["read"] == false).count();
        assert_eq!(left, unread);
    }
}

#[tokio::test]
async fn paging_repeats_and_skips_nothing_while_more_arrives_and_says_the_same_unread() {
    let (world, ana, http) = begin().await;
    for who in ["ben", "cleo"] {
        world.member(who).await;
    }
    let mut posts = Vec::new();
    for _ in 0..25 {
        let post = world.published_post("ana").await.id;
        smiled(&world, &ana, "ben", post).await;
        world.advance(SignedDuration::from_secs(1));
        posts.push(post);
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    let before: BTreeSet<_> = world
        .inbox(&ana.id)
        .await
        .iter()
        .map(|one| one.id.to_string())
        .collect();
    for (turn, post) in posts.into_iter().enumerate() {
        let page = page(&http, &ana, &format!("?limit=10{cursor}")).await;
        assert_eq!(page["unread"], 25 + turn);
        seen.extend(ids(&page));
        // One more in a group that is not paged yet keeps its place; a new one waits.
        smiled(&world, &ana, "cleo", post).await;
        let new = world.published_post("ana").await.id;
        smiled(&world, &ana, "ben", new).await;
        let Some(next) = page["next_cursor"].as_str() else {
            break;
        };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen.len(), 25);
    assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), before);
}

#[tokio::test]
async fn unread_is_exact_to_a_hundred_and_a_hundred_from_there() {
    let (world, ana, http) = begin().await;
    world.member("ben").await;
    world.member("cleo").await;
    let mute = world.store();
    for n in 0..103 {
        let post = world.published_post("ana").await.id;
        smiled(&world, &ana, if n < 4 { "cleo" } else { "ben" }, post).await;
        if [98, 102].contains(&n) {
            assert_eq!(
                page(&http, &ana, "?limit=5").await["unread"],
                (n + 1).min(100)
            );
        }
    }
    let now = Some(world.now());
    mute.mute(&ana.id, &harness::user("cleo"), now)
        .await
        .unwrap();
    let first = page(&http, &ana, "?limit=5").await;
    assert_eq!(first["unread"], 99);
    let next = first["next_cursor"].as_str().unwrap();
    let second = page(&http, &ana, &format!("?limit=5&cursor={next}")).await;
    assert_eq!(second["unread"], 99);
}

#[tokio::test]
async fn whom_one_blocks_or_mutes_is_out_of_what_was_told_before_too() {
    let (world, ana, http) = begin().await;
    let (one, two) = (
        world.published_post("ana").await.id,
        world.published_post("ana").await.id,
    );
    for who in ["ben", "cleo", "dan"] {
        world.member(who).await;
        smiled(&world, &ana, who, one).await;
    }
    smiled(&world, &ana, "ben", two).await;
    assert_eq!(page(&http, &ana, "").await["unread"], 2);
    let (store, now) = (world.store(), world.now());
    store
        .block(&harness::user("ben"), &ana.id, now)
        .await
        .unwrap();
    store
        .mute(&ana.id, &harness::user("cleo"), Some(now))
        .await
        .unwrap();
    let told = page(&http, &ana, "").await;
    assert_eq!(
        (told["items"].as_array().unwrap().len(), &told["unread"]),
        (1, &json!(1))
    );
    assert_eq!(told["items"][0]["text"], "dan smiled at your post");
    assert_eq!(told["items"][0]["others"], 0);
    store.unblock(&harness::user("ben"), &ana.id).await.unwrap();
    store
        .mute(&ana.id, &harness::user("cleo"), None)
        .await
        .unwrap();
    assert_eq!(page(&http, &ana, "").await["unread"], 2);
}

#[tokio::test]
async fn what_was_done_at_a_post_is_on_no_page_once_it_is_gone() {
    let (world, ana, http) = begin().await;
    world.member("ben").await;
    let post = world.published_post("ana").await;
    smiled(&world, &ana, "ben", post.id).await;
    assert_eq!(ids(&page(&http, &ana, "").await).len(), 1);
    assert!(world.store().delete_post(&ana.id, &post).await.unwrap());
    assert_eq!(ids(&page(&http, &ana, "").await).len(), 0);
}

#[tokio::test]
async fn an_inbox_goes_back_for_ninety_days() {
    let (world, ana, http) = begin().await;
    world.member("ben").await;
    let post = world.published_post("ana").await.id;
    smiled(&world, &ana, "ben", post).await;
    world.advance(KEPT - SignedDuration::from_mins(1));
    let ana = Member {
        token: world.token("ana", &[]),
        ..ana
    };
    assert_eq!(ids(&page(&http, &ana, "").await).len(), 1);
    world.advance(SignedDuration::from_mins(2));
    let told = page(&http, &ana, "").await;
    assert_eq!((ids(&told).len(), &told["unread"]), (0, &json!(0)));
}

/// Publishes a post of theirs, which is delivered to the reader.
async fn delivered(world: &World, author: &str, reader: &Member) -> domain::posts::Post {
    let post = world.published_post(author).await;
    let entry = Entry::of(&post).unwrap();
    let delivery = [(reader.id.clone(), entry)];
    world.store().deliver(&delivery).await.unwrap();
    post
}

#[tokio::test]
async fn posts_by_whom_one_follows_are_told_by_author_and_day_if_one_asks_for_it() {
    let (world, ana, http) = begin().await;
    for who in ["ben", "cleo"] {
        world.member(who).await;
    }
    world.follow("ana", "ben").await;
    // To the noon of a day, so that the posts are of one.
    let into = world.now().as_second().rem_euclid(24 * 60 * 60);
    world.advance(SignedDuration::from_secs(36 * 60 * 60 - into));
    let ana = Member {
        token: world.token("ana", &[]),
        ..ana
    };
    let first = delivered(&world, "ben", &ana).await;
    world.advance(SignedDuration::from_secs(5));
    let mine = world.published_post("ana").await.id;
    smiled(&world, &ana, "cleo", mine).await;
    world.advance(SignedDuration::from_secs(5));
    let second = delivered(&world, "ben", &ana).await;
    delivered(&world, "cleo", &ana).await;
    assert_eq!(ids(&page(&http, &ana, "").await).len(), 1);

    let switches = Notify {
        follows: true,
        ..Notify::default()
    };
    world.switch(&ana.id, switches).await;
    let told = page(&http, &ana, "").await;
    assert_eq!((ids(&told).len(), &told["unread"]), (2, &json!(1)));
    // It stands where its first post does, below what came after.
    let item = &told["items"][1];
    assert_eq!(
        (&item["kind"], &item["text"]),
        (&json!("post"), &json!("ben posted"))
    );
    assert_eq!(item["actors"][0]["handle"], "ben");
    assert_eq!(
        item["subject"],
        json!({"type": "post", "id": second.id.to_string()})
    );
    let at = first.published_at.unwrap();
    assert_eq!(item["created_at"], format!("{at:.3}"));
    let one = page(&http, &ana, "?limit=1").await;
    let next = one["next_cursor"].as_str().unwrap();
    let rest = page(&http, &ana, &format!("?limit=1&cursor={next}")).await;
    assert_eq!(ids(&rest), ids(&told)[1..]);

    read(&http, &ana, json!({"up_to": item["id"]}), 204).await;
    let read_now = page(&http, &ana, "").await;
    assert_eq!(
        (&read_now["items"][1]["read"], &read_now["unread"]),
        (&json!(true), &json!(1))
    );
    // The newest that is there; none of whom one follows no more, or mutes.
    assert!(
        world
            .store()
            .delete_post(&second.author, &second)
            .await
            .unwrap()
    );
    let left = page(&http, &ana, "").await;
    assert_eq!(left["items"][1]["subject"]["id"], first.id.to_string());
    world.hide(&ana.id, first.id, true).await;
    assert_eq!(ids(&page(&http, &ana, "").await).len(), 1);
    world.hide(&ana.id, first.id, false).await;
    world.advance(SignedDuration::from_hours(7 * 24));
    let ana = Member {
        token: world.token("ana", &[]),
        ..ana
    };
    assert_eq!(ids(&page(&http, &ana, "").await).len(), 1);
}

#[tokio::test]
async fn an_inbox_is_for_members_and_what_is_asked_of_it_is_looked_at() {
    let (world, ana, http) = begin().await;
    let stranger = world.token("stranger", &[]);
    for request in ["GET", "POST"] {
        let ask = |token: Option<&str>, body: Value| {
            let request = match request {
                "GET" => http.get(PATH),
                _ => http.post("/v1/notifications/read").json(body),
            };
            match token {
                Some(token) => request.token(token),
                None => request,
            }
        };
        ask(None, json!({})).send().await.expect(401);
        let refused = ask(Some(&stranger), json!({})).send().await;
        assert_eq!(refused.expect(403).problem(), "not-joined", "{request}");
    }
    for query in ["?limit=0", "?limit=101"] {
        let refused = http.get(&format!("{PATH}{query}"));
        let refused = refused.token(&ana.token).send().await.expect(422);
        assert_eq!(refused.pointers(), ["?limit"]);
        let refused = http.get(&format!("{PATH}{query}"));
        refused.token(&stranger).send().await.expect(403);
    }
    let forged = http.get(&format!("{PATH}?cursor=abc")).token(&ana.token);
    forged.send().await.expect(400);
    world.member("ben").await;
    let ben = world.member("dan").await;
    let post = world.published_post("dan").await.id;
    smiled(&world, &ben, "ben", post).await;
    let foreign = world.inbox(&ben.id).await[0].id.to_string();
    for body in [
        json!({}),
        json!({"up_to": null}),
        json!({"up_to": 7}),
        json!({"up_to": "nothing"}),
        json!({"up_to": "01ARZ3NDEKTSV4RRFFQ69G5FAV"}),
        json!({ "up_to": foreign }),
    ] {
        let refused = http.post("/v1/notifications/read").token(&ana.token);
        let refused = refused.json(body.clone()).send().await.expect(422);
        assert_eq!(refused.pointers(), ["/up_to"], "{body}");
    }
    assert_eq!(world.profile(&ana.id).await.read_to, None);
}

#[tokio::test]
async fn an_inbox_of_twenty_groups_takes_three_rounds() {
    let (world, ana, _) = begin().await;
    world
        .switch(
            &ana.id,
            Notify {
                follows: true,
                ..Notify::default()
            },
        )
        .await;
    for n in 0..12 {
        world.member(&format!("fan{n}")).await;
    }
    for _ in 0..20 {
        let post = world.published_post("ana").await.id;
        for n in 0..12 {
            smiled(&world, &ana, &format!("fan{n}"), post).await;
        }
    }
    let meter = Meter::new();
    let http = world.serve(engagement::router(&meter.attach(&world.context())));
    for most in [55.0, 25.0] {
        meter.take();
        assert_eq!(ids(&page(&http, &ana, "").await).len(), 20);
        let used = meter.take();
        assert!(used.rounds <= 3 && used.rcu <= most, "{used:?}");
    }
}
