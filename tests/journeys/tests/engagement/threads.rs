//! In which order comments are read, page by page, while others write and smile (ENGAGEMENT 13).

use std::collections::BTreeSet;

use domain::{
    engagement::Comment,
    ids::{CommentId, PostId, UserId},
    quota::Quota,
};
use harness::{Member, World};
use jiff::SignedDuration;
use serde_json::json;
use shared::store::{Said, Saying};

use crate::{
    begin, metered,
    talk::{answer, id, marks_changed, of, page, read, read_on, say, smile},
};

fn once(ids: &[String]) -> BTreeSet<String> {
    let once: BTreeSet<_> = ids.iter().cloned().collect();
    assert_eq!(once.len(), ids.len(), "something came twice: {ids:?}");
    once
}

/// So many comments, the oldest first, beside the API.
async fn many(world: &World, author: &Member, post: PostId, count: u64) -> Vec<String> {
    let store = world.store();
    let mut ids = Vec::new();
    for n in 0..count {
        let at = world.now() - SignedDuration::from_secs(10_000 - i64::try_from(n).unwrap());
        let id = CommentId::new(post, None, at, u32::try_from(n).unwrap());
        put(
            world,
            author,
            Comment::new(id, author.id.clone(), format!("{n}"), at),
        )
        .await;
        ids.push(id.to_string());
    }
    assert!(store.post_now(post).await.unwrap().is_some());
    ids
}

async fn put(world: &World, author: &Member, comment: Comment) {
    let (store, now) = (world.store(), world.now());
    let post = store.post_now(comment.id.post).await.unwrap().unwrap();
    let parent = match comment.id.answers() {
        Some(parent) => store.comment_now(parent).await.unwrap(),
        None => None,
    };
    let quota = Quota {
        user: author.id.clone(),
        kind: "comments",
        limit: 10_000,
    };
    let saying = Saying {
        comment: &comment,
        post: &post,
        parent: parent.as_ref(),
        claim: None,
        quota: &quota,
    };
    assert_eq!(store.create_comment(saying, now).await.unwrap(), Said::Done);
}

#[tokio::test]
async fn the_best_come_first_by_smiles_and_replies_and_the_newer_of_two() {
    let (world, ana, http) = begin().await;
    let ben = world.member("ben").prime().await;
    let post = world.published_post("ana").await.id;
    let mut said = Vec::new();
    for n in 0..4 {
        said.push(say(&http, &ana, post, &format!("{n}")).await);
        world.advance(SignedDuration::from_secs(1));
    }
    answer(&http, &ben, post, &said[0]).await;
    smile(&http, &ben, &said[1]).await;
    let order = async |query: &str| {
        let found = read(&http, None, &format!("{}{query}", of(post))).await;
        found.iter().map(id).collect::<Vec<_>>()
    };
    let best = [0, 1, 3, 2].map(|n| said[n].clone());
    assert_eq!(order("").await, best);
    assert_eq!(order("?sort=top").await, best);
    assert_eq!(
        order("?sort=new").await,
        [3, 2, 1, 0].map(|n| said[n].clone())
    );
}

#[tokio::test]
async fn paging_repeats_and_skips_nothing_while_others_write_smile_and_delete() {
    for sort in ["top", "new"] {
        for count in [23, 60, 130] {
            let (world, ana, http) = begin().await;
            let ben = world.member("ben").prime().await;
            let post = world.published_post("ana").await.id;
            let before = many(&world, &ana, post, count).await;
            marks_changed(&world, post).await;
            let gone = &before[usize::try_from(count).unwrap() / 2];
            let path = format!("{}?sort={sort}", of(post));
            let found = read_on(&http, Some(&ben), &path, async |turn| {
                // Of the order that there was before: what changes it, and what is new.
                smile(&http, &ben, &before[turn % 20]).await;
                if turn == 0 {
                    let path = format!("/v1/comments/{gone}");
                    http.delete(&path)
                        .token(&ana.token)
                        .send()
                        .await
                        .expect(204);
                }
                if turn % 4 == 1 {
                    say(&http, &ben, post, "New").await;
                    marks_changed(&world, post).await;
                }
            });
            let found = once(&found.await);
            let mut expected: BTreeSet<_> = before.iter().cloned().collect();
            if !found.contains(gone) {
                expected.remove(gone);
            }
            assert_eq!(found, expected, "{sort} of {count}");
        }
    }
}

#[tokio::test]
async fn beyond_a_hundred_the_best_are_found_wherever_they_are_and_then_the_newest() {
    let (world, ana, http) = begin().await;
    let ben = world.member("ben").prime().await;
    let post = world.published_post("ana").await.id;
    let before = many(&world, &ana, post, 130).await;
    smile(&http, &ben, &before[2]).await;
    smile(&http, &ben, &before[125]).await;
    smile(&http, &ana, &before[2]).await;
    marks_changed(&world, post).await;
    marks_changed(&world, post).await;
    let kept = world.store().best_comments(post).await.unwrap().unwrap();
    assert_eq!((kept.best.len(), kept.edition), (50, 1));
    let found = read_on(&http, None, &of(post), async |_| {}).await;
    assert_eq!(found[..2], [before[2].clone(), before[125].clone()]);
    assert_eq!(once(&found).len(), 130);
    let newest: Vec<_> = before
        .iter()
        .rev()
        .filter(|id| !found[..2].contains(id))
        .cloned()
        .collect();
    assert_eq!(found[2..], newest);
    // Those that are left are ranked exactly again.
    for id in &before[50..90] {
        let path = format!("/v1/comments/{id}");
        http.delete(&path)
            .token(&ana.token)
            .send()
            .await
            .expect(204);
    }
    marks_changed(&world, post).await;
    assert_eq!(world.store().best_comments(post).await.unwrap(), None);
    assert_eq!(
        once(&read_on(&http, None, &of(post), async |_| {}).await).len(),
        90
    );
}

#[tokio::test]
async fn before_the_best_are_known_the_newest_hundred_are_ranked() {
    let (world, ana, http) = begin().await;
    let ben = world.member("ben").prime().await;
    let post = world.published_post("ana").await.id;
    let before = many(&world, &ana, post, 130).await;
    smile(&http, &ben, &before[40]).await;
    let found = read_on(&http, Some(&ben), &of(post), async |_| {}).await;
    assert_eq!(found[0], before[40]);
    assert_eq!(once(&found).len(), 130);
}

#[tokio::test]
async fn replies_are_read_oldest_first_and_one_that_is_committed_late_is_not_passed_over() {
    let (world, ana, http) = begin().await;
    let ben = world.member("ben").prime().await;
    let post = world.published_post("ana").await.id;
    let top = say(&http, &ana, post, "Top").await;
    let mut before = Vec::new();
    for _ in 0..12 {
        before.push(answer(&http, &ben, post, &top).await);
        world.advance(SignedDuration::from_millis(10));
    }
    let parent: CommentId = top.parse().unwrap();
    let late_at = world.now() - SignedDuration::from_millis(115);
    let late = CommentId::new(post, Some(parent.own), late_at, 1);
    let path = format!("{}?reply_to={top}&sort=top", of(post));
    let found = read_on(&http, Some(&ana), &path, async |turn| {
        if turn == 0 {
            let said = Comment {
                under: Some(ana.id.clone()),
                ..Comment::new(late, ben.id.clone(), "Late".to_owned(), late_at)
            };
            put(&world, &ben, said).await;
        }
    });
    let found = found.await;
    let mut expected: BTreeSet<_> = before.iter().cloned().collect();
    expected.insert(late.to_string());
    assert_eq!(once(&found), expected);
    let in_order: Vec<_> = found
        .iter()
        .filter(|id| **id != late.to_string())
        .cloned()
        .collect();
    assert_eq!(in_order, before);
    // Old ones need no memory.
    world.advance(SignedDuration::from_secs(60));
    let ana = world.token("ana", &["prime"]);
    let first = http
        .get(&format!("{path}&limit=5"))
        .token(&ana)
        .send()
        .await
        .expect(200)
        .json();
    let cursor = first["next_cursor"].as_str().unwrap();
    assert!(cursor.len() < 250, "{cursor}");
}

#[tokio::test]
async fn a_cursor_is_good_for_its_list_and_reader_alone() {
    let (world, ana, http) = begin().await;
    let ben = world.member("ben").prime().await;
    let post = world.published_post("ana").await.id;
    many(&world, &ana, post, 7).await;
    let first = page(&http, Some(&ana), &format!("{}?limit=5", of(post))).await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let get = |query: &str| http.get(&format!("{}?{query}cursor={cursor}", of(post)));
    let last = get("sort=top&")
        .token(&ana.token)
        .send()
        .await
        .expect(200)
        .json();
    assert_eq!(
        (
            last["items"].as_array().unwrap().len(),
            &last["next_cursor"]
        ),
        (2, &json!(null))
    );
    for (query, who) in [("sort=new&", &ana), ("", &ben)] {
        let refused = get(query).token(&who.token).send().await;
        assert_eq!(refused.expect(400).problem(), "bad-cursor");
    }
}

#[tokio::test]
async fn twenty_comments_cost_what_they_may() {
    let (world, ana, _) = begin().await;
    let post = world.published_post("ana").await.id;
    let mut people: Vec<UserId> = Vec::new();
    for n in 0..60 {
        let who = world.member(&format!("fan{n}")).await;
        many_by(&world, &who, post, n).await;
        people.push(who.id);
    }
    let (http, meter) = metered(&world);
    for (query, most) in [("?sort=new", 15.0), ("?sort=top", 25.0)] {
        meter.take();
        let seen = page(&http, Some(&ana), &format!("{}{query}", of(post))).await;
        assert_eq!(seen["items"].as_array().unwrap().len(), 20);
        let used = meter.take();
        assert!(used.rounds <= 3 && used.rcu <= most, "{query}: {used:?}");
    }
    for n in 60..130 {
        let who = world.member(&format!("fan{n}")).await;
        many_by(&world, &who, post, n).await;
    }
    for (_, who) in people.iter().enumerate().take(20) {
        let found = world.store().comments_of(post, None, 130).await.unwrap().0;
        let theirs = found.into_iter().find(|said| said.author == *who).unwrap();
        let (store, now) = (world.store(), world.now());
        let fan = harness::actor(&ana.id);
        let smile = store.smile_at_comment(&fan, &theirs, now);
        smile.await.unwrap();
    }
    marks_changed(&world, post).await;
    meter.take();
    let seen = page(&http, Some(&ana), &of(post)).await;
    assert_eq!(seen["items"].as_array().unwrap().len(), 20);
    let used = meter.take();
    assert!(
        used.rounds <= 3 && used.rcu <= 25.0,
        "top of many: {used:?}"
    );
}

async fn many_by(world: &World, who: &Member, post: PostId, n: i64) {
    let at = world.now() - SignedDuration::from_secs(1_000 - n);
    let id = CommentId::new(post, None, at, 1);
    let text = "Something of some length about what is shown here.".to_owned();
    put(world, who, Comment::new(id, who.id.clone(), text, at)).await;
}
