//! Posts that are read, listed and deleted.

use futures::future::join_all;
use jiff::SignedDuration;
use serde_json::json;

use crate::{begin, metered, text};

#[tokio::test]
async fn everybody_reads_a_published_post_and_sees_their_own_smile() {
    let (world, ana, http) = begin().await;
    let ben = world.member("ben").await;
    let post = world.published_post("ana").text("Hello <b>").await;
    world.smile(&ben.id, post.id).await;
    let path = format!("/v1/posts/{}", post.id);
    let read = async |token: Option<&str>| {
        let get = http.get(&path);
        let get = match token {
            Some(token) => get.token(token),
            None => get,
        };
        get.send().await.expect(200)
    };
    let anonymous = read(None).await;
    assert_eq!(anonymous.json()["text"], "Hello <b>");
    assert_eq!(anonymous.json()["counts"]["smiles"], 1);
    assert!(anonymous.json().get("viewer").is_none());
    assert_eq!(
        read(Some(&ana.token)).await.json()["viewer"],
        json!({"smiled": false, "saved": false})
    );
    let bens = read(Some(&ben.token)).await;
    assert_eq!(
        bens.json()["viewer"],
        json!({"smiled": true, "saved": false})
    );
    assert_eq!(bens.header("cache-control"), Some("private, no-cache"));
    let stranger = world.token("stranger", &[]);
    assert_eq!(
        read(Some(&stranger)).await.json()["viewer"],
        json!({"smiled": false, "saved": false})
    );
    let known = http
        .get(&path)
        .header("if-none-match", anonymous.header("etag").unwrap());
    known.send().await.expect(304);
}

#[tokio::test]
async fn what_is_no_post_is_not_found_and_a_bad_token_is_no_anonymous_reader() {
    let (world, ana, http) = begin().await;
    let post = world.published_post("ana").await.id.to_string();
    let unknown = world.context().ids.ulid().to_string();
    for id in ["x", &unknown, &post.to_lowercase(), "%23"] {
        let path = format!("/v1/posts/{id}");
        assert_eq!(
            http.get(&path).send().await.expect(404).problem(),
            "not-found"
        );
        http.get(&path).token(&ana.token).send().await.expect(404);
        http.delete(&path)
            .token(&ana.token)
            .send()
            .await
            .expect(404);
    }
    let bad = http
        .get(&format!("/v1/posts/{post}"))
        .token("bad")
        .send()
        .await;
    assert_eq!(bad.expect(401).problem(), "unauthenticated");
}

#[tokio::test]
async fn reading_a_post_takes_two_rounds_and_few_units_one_of_them_for_the_rules_of_who_looks() {
    let (world, ana, _) = begin().await;
    for id in ["a", "b", "c"] {
        world.product(id).await;
    }
    let photo = world.ready_photo("ana").await;
    let long = "x".repeat(1_000);
    let post = world
        .published_post("ana")
        .text(&long)
        .photo(&photo, &["a", "b", "c"])
        .await;
    let (http, meter) = metered(&world);
    let path = format!("/v1/posts/{}", post.id);
    meter.take();
    http.get(&path).token(&ana.token).send().await.expect(200);
    let used = meter.take();
    assert!(used.rounds <= 2 && used.rcu <= 4.5, "{used:?}");
    http.get(&path).send().await.expect(200);
    let used = meter.take();
    assert!(used.rounds <= 2 && used.rcu <= 3.0, "{used:?}");
}

#[tokio::test]
async fn a_deleted_post_is_gone_for_everybody_and_uncounted() {
    let (world, ana, http) = begin().await;
    let post = world.published_post("ana").await;
    let path = format!("/v1/posts/{}", post.id);
    http.get(&path).send().await.expect(200);
    http.delete(&path)
        .token(&ana.token)
        .send()
        .await
        .expect(204);
    http.get(&path).token(&ana.token).send().await.expect(404);
    let listed = http
        .get("/v1/users/ana/posts")
        .send()
        .await
        .expect(200)
        .json();
    assert_eq!(listed, json!({"items": [], "next_cursor": null}));
    assert_eq!(world.store().member(&ana.id).await.unwrap().posts, 0);
    assert!(
        world
            .store()
            .open_posts(world.now())
            .await
            .unwrap()
            .is_empty()
    );
    http.delete(&path)
        .token(&ana.token)
        .send()
        .await
        .expect(404);
}

#[tokio::test]
async fn only_its_author_deletes_a_post() {
    let (world, ana, http) = begin().await;
    let ben = world.member("ben").prime().await;
    let (published, photo) = (
        world.published_post("ana").await,
        world.awaited_photo("ana").await,
    );
    let waiting = world.published_post("ana").photo(&photo, &[]).await;
    let delete = |id: &str| http.delete(&format!("/v1/posts/{id}"));
    let id = published.id.to_string();
    assert_eq!(
        delete(&id).send().await.expect(401).problem(),
        "unauthenticated"
    );
    let stranger = world.token("stranger", &["prime"]);
    for id in [&id, "x"] {
        let refused = delete(id).token(&stranger).send().await;
        assert_eq!(refused.expect(403).problem(), "not-joined");
    }
    assert_eq!(
        delete(&id)
            .token(&ben.token)
            .send()
            .await
            .expect(403)
            .problem(),
        "not-owner"
    );
    let unseen = delete(&waiting.id.to_string())
        .token(&ben.token)
        .send()
        .await;
    assert_eq!(unseen.expect(404).problem(), "not-found");
    delete(&waiting.id.to_string())
        .token(&ana.token)
        .send()
        .await
        .expect(204);
    assert!(
        world
            .store()
            .post_now(published.id)
            .await
            .unwrap()
            .is_some()
    );
    assert!(world.store().post_now(waiting.id).await.unwrap().is_none());
}

#[tokio::test]
async fn ten_deletes_at_once_uncount_a_post_once() {
    let (world, ana, http) = begin().await;
    world.published_post("ana").await;
    let path = format!("/v1/posts/{}", world.published_post("ana").await.id);
    let deletes = (0..10).map(|_| http.delete(&path).token(&ana.token).send());
    let answers = join_all(deletes).await;
    let with = |status: u16| {
        answers
            .iter()
            .filter(|answer| answer.status == status)
            .count()
    };
    assert_eq!((with(204), with(404)), (1, 9));
    assert_eq!(world.store().member(&ana.id).await.unwrap().posts, 1);
}

#[tokio::test]
async fn a_persons_posts_come_newest_first_in_pages_while_more_are_posted() {
    let (world, _ana, http) = begin().await;
    let mut ids = Vec::new();
    for minute in 0..7 {
        let at = world.now() + SignedDuration::from_mins(minute);
        ids.push(world.published_post("ana").at(at).await.id.to_string());
    }
    ids.reverse();
    let later = world.now() + SignedDuration::from_hours(1);
    let (mut seen, mut sizes, mut cursor) = (Vec::new(), Vec::new(), String::new());
    loop {
        let page = http
            .get(&format!("/v1/users/AnA/posts?limit=3{cursor}"))
            .send()
            .await;
        let page = page.expect(200).json();
        let items = page["items"].as_array().unwrap();
        seen.extend(items.iter().map(|post| text(&post["id"])));
        sizes.push(items.len());
        world.published_post("ana").at(later).await;
        let Some(next) = page["next_cursor"].as_str() else {
            break;
        };
        cursor = format!("&cursor={next}");
    }
    assert_eq!((seen, sizes), (ids, vec![3, 3, 1]));
}

#[tokio::test]
async fn a_page_may_be_short_where_posts_went_since() {
    let (world, ana, http) = begin().await;
    world
        .published_post("ana")
        .at(world.now() - SignedDuration::from_hours(1))
        .await;
    let ben = world.member("ben").prime().await;
    world
        .smile(&ben.id, world.published_post("ana").await.id)
        .await;
    let page = http
        .get("/v1/users/ana/posts?limit=1")
        .token(&ben.token)
        .send()
        .await;
    let page = page.expect(200).json();
    assert_eq!(
        page["items"][0]["viewer"],
        json!({"smiled": true, "saved": false})
    );
    assert_eq!(page["items"][0]["author"]["handle"], "ana");
    let cursor = text(&page["next_cursor"]);
    let next = format!("/v1/users/ana/posts?limit=1&cursor={cursor}");
    let last = http
        .get(&next)
        .token(&ana.token)
        .send()
        .await
        .expect(200)
        .json();
    assert_eq!(last["items"].as_array().map(Vec::len), Some(1));
    let gone = text(&last["items"][0]["id"]);
    http.delete(&format!("/v1/posts/{gone}"))
        .token(&ana.token)
        .send()
        .await
        .expect(204);
    let last = http
        .get(&next)
        .token(&ana.token)
        .send()
        .await
        .expect(200)
        .json();
    assert_eq!(last, json!({"items": [], "next_cursor": null}));
}

#[tokio::test]
async fn a_list_refuses_what_it_cannot_read_after_who_is_not_there() {
    let (world, ana, http) = begin().await;
    world.member("ben").await;
    world.published_post("ana").await;
    world.published_post("ana").await;
    let list = |rest: &str| http.get(&format!("/v1/users/{rest}")).send();
    for nobody in ["nobody/posts", "a/posts", "nobody/posts?limit=0"] {
        assert_eq!(list(nobody).await.expect(404).problem(), "not-found");
    }
    assert_eq!(
        list("ana/posts?limit=101").await.expect(422).pointers(),
        ["?limit"]
    );
    let cursor = text(&list("ana/posts?limit=1").await.json()["next_cursor"]);
    for wrong in [
        format!("ben/posts?cursor={cursor}"),
        "ana/posts?cursor=x".to_owned(),
    ] {
        assert_eq!(list(&wrong).await.expect(400).problem(), "bad-cursor");
    }
    world.advance(SignedDuration::from_hours(25));
    let old = list(&format!("ana/posts?cursor={cursor}")).await;
    assert_eq!(old.expect(400).problem(), "cursor-expired");
    let expired = http
        .get("/v1/users/ana/posts")
        .token(&ana.token)
        .send()
        .await;
    assert_eq!(expired.expect(401).problem(), "unauthenticated");
}
