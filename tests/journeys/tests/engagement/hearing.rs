//! Comments that are taken back, smiles at them, and what is across a block (ENGAGEMENT 9, 14, 22).

use domain::engagement::Count;
use harness::Member;
use serde_json::{Value, json};

use crate::{
    begin, metered,
    talk::{answer, delete, id, of, read, say, smile, try_to_say},
};

#[tokio::test]
async fn what_was_deleted_stays_for_its_replies_until_the_last_of_them_goes() {
    let (world, ana, http) = begin().await;
    let ben = world.member("ben").prime().await;
    let post = world.published_post("ana").await.id;
    let lone = say(&http, &ben, post, "Alone").await;
    let top = say(&http, &ben, post, "Answered").await;
    let replies = [
        answer(&http, &ana, post, &top).await,
        answer(&http, &ben, post, &top).await,
    ];
    smile(&http, &ana, &top).await;
    assert_eq!(read(&http, None, &of(post)).await.len(), 2);
    delete(&http, &ben, &lone, 204).await;
    delete(&http, &ben, &lone, 404).await;
    delete(&http, &ben, &top, 204).await;
    delete(&http, &ben, &top, 404).await;
    let seen = read(&http, Some(&ana), &of(post)).await;
    let created_at = seen[0]["created_at"].clone();
    let left = json!({"id": top, "deleted": true, "counts": {"smiles": 1, "replies": 2}, "created_at": created_at});
    assert_eq!(seen, [left]);
    assert_eq!(world.counted(post, Count::Comments).await, 2);
    let path = format!("/v1/comments/{top}/smile");
    for request in [http.put(&path), http.delete(&path)] {
        request.token(&ana.token).send().await.expect(404);
    }
    let body = json!({"text": "Late", "reply_to": top});
    let refused = try_to_say(&http, &ana, post, body).await;
    assert_eq!(refused.expect(422).pointers(), ["/reply_to"]);
    let beneath = format!("{}?reply_to={top}", of(post));
    assert_eq!(read(&http, None, &beneath).await.len(), 2);
    delete(&http, &ana, &replies[0], 204).await;
    assert_eq!(
        read(&http, None, &of(post)).await[0]["counts"]["replies"],
        1
    );
    delete(&http, &ben, &replies[1], 204).await;
    assert_eq!(read(&http, None, &of(post)).await, Vec::<Value>::new());
    http.get(&beneath).send().await.expect(404);
    assert_eq!(world.counted(post, Count::Comments).await, 0);
}

#[tokio::test]
async fn two_who_take_back_the_last_replies_at_once_leave_nothing() {
    for round in 0..6 {
        let (world, ana, http) = begin().await;
        let post = world.published_post("ana").await.id;
        let top = say(&http, &ana, post, "Top").await;
        let mut replies = Vec::new();
        for _ in 0..3 {
            replies.push(answer(&http, &ana, post, &top).await);
        }
        let all = replies.iter().chain([&top]);
        let all = all.map(|id| delete(&http, &ana, id, 204));
        futures::future::join_all(all).await;
        assert_eq!(
            read(&http, None, &of(post)).await,
            Vec::<Value>::new(),
            "{round}"
        );
        assert_eq!(world.counted(post, Count::Comments).await, 0);
        // While its counts lie in shards nobody can tell that it has no replies any more.
        let left = world.store().comment_now(top.parse().unwrap()).await;
        let left = left.unwrap();
        assert!(left.is_none_or(|left| left.heat().is_hot()), "{round}");
    }
}

#[tokio::test]
async fn a_smile_at_a_comment_counts_once_and_is_taken_back_once() {
    let (world, ana, http) = begin().await;
    let ben = world.member("ben").await;
    let post = world.published_post("ana").await.id;
    let top = say(&http, &ana, post, "Top").await;
    let reply = answer(&http, &ana, post, &top).await;
    let counted = async |id: &String| {
        let comment = world.store().comment_now(id.parse().unwrap()).await;
        comment.unwrap().unwrap().smiles
    };
    for id in [&top, &reply] {
        for _ in 0..2 {
            smile(&http, &ana, id).await;
        }
        assert_eq!(counted(id).await, 1);
        let path = format!("/v1/comments/{id}/smile");
        for who in [&ana, &ana, &ben] {
            http.delete(&path)
                .token(&who.token)
                .send()
                .await
                .expect(204);
        }
        assert_eq!(counted(id).await, 0);
    }
}

/// The acts of ENGAGEMENT 51, with what each may use.
#[tokio::test]
async fn comments_cost_what_they_may() {
    let (world, ana, _) = begin().await;
    let (http, meter) = metered(&world);
    let post = world.published_post("ana").await.id;
    meter.take();
    let top = say(&http, &ana, post, "Top").await;
    let mut used = vec![("comment", meter.take(), 3.0, 8.0)];
    let reply = answer(&http, &ana, post, &top).await;
    used.push(("reply", meter.take(), 3.0, 10.0));
    smile(&http, &ana, &top).await;
    used.push(("smile", meter.take(), 2.5, 4.0));
    delete(&http, &ana, &reply, 204).await;
    used.push(("deletion of a reply", meter.take(), 3.0, 8.0));
    delete(&http, &ana, &top, 204).await;
    used.push(("deletion", meter.take(), 3.0, 8.0));
    for (what, used, rcu, wcu) in used {
        assert!(
            used.rounds <= 2 && used.rcu <= rcu && used.wcu <= wcu,
            "{what}: {used:?}"
        );
    }
}

/// Whoever sees Ana's comments no more, or Ben's.
#[tokio::test]
async fn across_a_block_comments_are_out_with_what_is_beneath_and_whom_one_mutes_one_does_not_read()
{
    for by in ["block", "blocked", "mute"] {
        let (world, ana, http) = begin().await;
        let (ben, cleo) = (
            world.member("ben").prime().await,
            world.member("cleo").prime().await,
        );
        let post = world.published_post("cleo").await.id;
        let theirs = say(&http, &ana, post, "By Ana").await;
        let beneath = answer(&http, &cleo, post, &theirs).await;
        let naming = say(&http, &cleo, post, "Ask @Ana or @cleo").await;
        let shown = async || {
            let read = read(&http, Some(&ben), &format!("{}?sort=new", of(post))).await;
            read.iter().map(id).collect::<Vec<_>>()
        };
        assert_eq!(shown().await, [naming.clone(), theirs.clone()], "{by}");
        let (path, who) = match by {
            "blocked" => ("/v1/users/ben/block".to_owned(), &ana),
            _ => (format!("/v1/users/ana/{by}"), &ben),
        };
        http.put(&path).token(&who.token).send().await.expect(204);
        assert_eq!(shown().await, *std::slice::from_ref(&naming), "{by}");
        let mutes = by == "mute";
        let replies = http.get(&format!("{}?reply_to={theirs}", of(post)));
        let replies = replies.token(&ben.token).send().await;
        if mutes {
            assert_eq!(replies.expect(200).json()["items"], json!([]));
        } else {
            replies.expect(404);
        }
        for comment in [&theirs, &beneath] {
            let path = format!("/v1/comments/{comment}/smile");
            let status = if mutes { 204 } else { 404 };
            for request in [http.put(&path), http.delete(&path)] {
                request.token(&ben.token).send().await.expect(status);
            }
        }
        let body = json!({"text": "To her", "reply_to": theirs});
        let answered = try_to_say(&http, &ben, post, body).await;
        answered.expect(if mutes { 201 } else { 422 });
        let refused = delete(&http, &ben, &theirs, if mutes { 403 } else { 404 });
        assert!(!refused.await.is_empty());
        let seen = read(&http, Some(&ben), &format!("{}?sort=new", of(post))).await;
        let marked = seen[0]["entities"].as_array().unwrap().len();
        assert_eq!(marked, if mutes { 2 } else { 1 }, "{by}");
        // Others see all of it.
        assert_eq!(read(&http, None, &of(post)).await.len(), 2);
        assert!(world.counted(post, Count::Comments).await >= 3);
    }
}

#[tokio::test]
async fn at_a_post_across_a_block_nothing_is_said_and_ones_own_can_be_taken_back() {
    let (world, ana, http) = begin().await;
    let ben = world.member("ben").prime().await;
    let post = world.published_post("ana").await;
    let mine = say(&http, &ben, post.id, "By Ben").await;
    let other = say(&http, &ben, post.id, "By Ben too").await;
    let path = "/v1/users/ben/block";
    http.put(path).token(&ana.token).send().await.expect(204);
    let refused = try_to_say(&http, &ben, post.id, json!({"text": "?"})).await;
    assert_eq!(refused.expect(404).problem(), "not-found");
    http.get(&of(post.id))
        .token(&ben.token)
        .send()
        .await
        .expect(404);
    delete(&http, &ben, &mine, 204).await;
    assert_eq!(world.counted(post.id, Count::Comments).await, 1);
    // Under a post that is gone too.
    assert!(
        world
            .store()
            .delete_post(
                &ana.id,
                &world.store().post_now(post.id).await.unwrap().unwrap()
            )
            .await
            .unwrap()
    );
    delete(&http, &ben, &other, 204).await;
    delete(&http, &ben, &other, 404).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_who_comment_answer_and_smile_at_once_are_all_counted() {
    let (world, ana, http) = begin().await;
    let post = world.published_post("ana").await.id;
    let top = say(&http, &ana, post, "Top").await;
    let people = (0..200).map(async |n| world.member(&format!("fan{n}")).prime().await);
    let people: Vec<Member> = futures::future::join_all(people).await;
    let all = people.iter().enumerate().map(async |(n, fan)| match n % 3 {
        0 => drop(say(&http, fan, post, "Me too").await),
        1 => drop(answer(&http, fan, post, &top).await),
        _ => smile(&http, fan, &top).await,
    });
    futures::future::join_all(all).await;
    assert_eq!(world.counted(post, Count::Comments).await, 1 + 67 + 67);
    let seen = read(&http, None, &of(post)).await;
    assert_eq!(id(&seen[0]), top);
    assert_eq!(seen[0]["counts"], json!({"smiles": 66, "replies": 67}));
}
