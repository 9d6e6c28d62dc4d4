//! What is in a home feed, and for whom.

use super::*;

#[tokio::test]
async fn a_post_is_in_its_followers_feed_while_it_is_still_being_delivered_and_after() {
    let world = World::new().await;
    let (http, reader) = (feeds(&world), world.member("ben").await);
    world.member("ana").await;
    world.follow("ben", "ana").await;
    world.product("SPK-1").await;
    world.product("SPK-2").sold_out().await;
    let photo = world.ready_photo("ana").await;
    let post = world
        .published_post("ana")
        .topics(&[&other_topic()])
        .photo(&photo, &["SPK-1", "SPK-2"])
        .await;

    for delivered in [false, true] {
        if delivered {
            deliver(&world, &post, &["ben"]).await;
        }
        let answer = http
            .get("/v1/feed")
            .token(&reader.token)
            .send()
            .await
            .expect(200);
        let body = answer.json();
        assert_eq!(
            ids(&answer),
            [post.id.to_string()],
            "delivered: {delivered}"
        );
        let item = &body["items"][0];
        assert_eq!(item["reason"]["kind"], "followed");
        assert_eq!(item["reason"]["text"], "You follow ana");
        assert_eq!(item["kind"], "post");
        assert_eq!(item["post"]["shoppable_count"], 1);
        assert_eq!(item["post"]["viewer"]["smiled"], false);
        assert_eq!(item["post"]["author"]["handle"], "ana");
        assert!(
            item["view_token"]
                .as_str()
                .is_some_and(|token| !token.is_empty())
        );
        assert_eq!(body["next_cursor"], Value::Null);
    }
}

#[tokio::test]
async fn topics_bring_posts_by_people_one_does_not_follow_and_say_so() {
    let world = World::new().await;
    let (http, reader) = (feeds(&world), world.member("ben").await);
    world.member("ana").await;
    let on_topic = world.published_post("ana").topics(&[&first_topic()]).await;
    let elsewhere = world.published_post("ana").topics(&[&other_topic()]).await;
    for post in [&on_topic, &elsewhere] {
        deliver(&world, post, &[]).await;
    }
    let answer = http
        .get("/v1/feed")
        .token(&reader.token)
        .send()
        .await
        .expect(200);
    assert_eq!(ids(&answer), [on_topic.id.to_string()]);
    let reason = &answer.json()["items"][0]["reason"];
    assert_eq!(
        (&reason["kind"], &reason["topic"]),
        (&"topic".into(), &first_topic().into())
    );
}

#[tokio::test]
async fn ones_own_posts_are_not_in_ones_home_feed() {
    let world = World::new().await;
    let (http, ana) = (feeds(&world), world.member("ana").await);
    let post = world.published_post("ana").await;
    deliver(&world, &post, &[]).await;
    let wall = http
        .get(&format!("/v1/topics/{}/posts", first_topic()))
        .send()
        .await
        .expect(200);
    assert_eq!(ids(&wall), [post.id.to_string()]);
    let home = http
        .get("/v1/feed")
        .token(&ana.token)
        .send()
        .await
        .expect(200);
    assert_eq!(ids(&home), Vec::<String>::new());
}

#[tokio::test]
async fn ones_own_posts_take_no_place_from_others_on_the_same_topics() {
    let world = World::new().await;
    let (http, ana) = (feeds(&world), world.member("ana").await);
    world.member("ben").await;
    let mut others = Vec::new();
    for author in ["ben", "ana"] {
        for number in 0..30 {
            let post = world.published_post(author).topics(&[&first_topic()]).await;
            // Half of one's own are still being delivered.
            if author == "ben" || number % 2 == 0 {
                deliver(&world, &post, &[]).await;
            }
            if author == "ben" {
                others.push(post.id.to_string());
            }
        }
    }
    let first = http.get("/v1/feed").token(&ana.token);
    let first = first.send().await.expect(200);
    assert_eq!(ids(&first).len(), 20);
    let cursor = first.json()["next_cursor"].as_str().unwrap().to_owned();
    let next = http.get(&format!("/v1/feed?cursor={cursor}"));
    let next = next.token(&ana.token).send().await.expect(200);
    let mut shown = [ids(&first), ids(&next)].concat();
    shown.sort();
    others.sort();
    assert_eq!(shown, others);
}

#[tokio::test]
async fn what_is_deleted_or_unfollowed_is_gone_from_pages_asked_for_later() {
    let world = World::new().await;
    let (http, reader) = (feeds(&world), world.member("ben").await);
    let topic = other_topic();
    for author in ["ana", "cleo"] {
        world.member(author).await;
        world.follow("ben", author).await;
    }
    let mut posts = Vec::new();
    for author in ["ana", "cleo", "ana", "cleo"] {
        world.advance(SignedDuration::from_secs(1));
        let post = world.published_post(author).topics(&[&topic]).await;
        deliver(&world, &post, &["ben"]).await;
        posts.push(post);
    }
    let first = http
        .get("/v1/feed?limit=1")
        .token(&reader.token)
        .send()
        .await
        .expect(200);
    assert_eq!(ids(&first), [posts[3].id.to_string()]);
    let whole = read_all(&http, &reader.token, 1).await;
    assert_eq!(whole.len(), 4);

    assert!(
        world
            .store()
            .delete_post(&posts[1].author, &posts[1])
            .await
            .unwrap()
    );
    world.unfollow(&reader.id, &posts[0].author).await;
    let path = format!("/v1/feed?limit=100&cursor={}", next(&first).unwrap());
    let rest = http
        .get(&path)
        .token(&reader.token)
        .send()
        .await
        .expect(200);
    assert_eq!(ids(&rest), Vec::<String>::new());
}

#[tokio::test]
async fn refusals_come_in_their_order() {
    let world = World::new().await;
    let (http, ben) = (feeds(&world), world.member("ben").await);
    http.get("/v1/feed").send().await.expect(401);
    http.get("/v1/feed")
        .token("not.a.token")
        .send()
        .await
        .expect(401);
    let stranger = world.token("stranger", &[]);
    let refused = http
        .get("/v1/feed?limit=0")
        .token(&stranger)
        .send()
        .await
        .expect(403);
    assert!(refused.problem().ends_with("not-joined"));
    let refused = http
        .get("/v1/feed?limit=0")
        .token(&ben.token)
        .send()
        .await
        .expect(422);
    assert_eq!(refused.pointers(), ["?limit"]);

    http.get("/v1/topics/no-such/posts")
        .send()
        .await
        .expect(404);
    let wall = format!(
        "/v1/topics/{}/posts?limit=101&kind=poem&sort=best",
        first_topic()
    );
    let refused = http.get(&wall).send().await.expect(422);
    assert_eq!(refused.pointers(), ["?limit", "?sort", "?kind"]);
    assert!(TopicId::parse("no-such").is_none());
}

#[tokio::test]
async fn whose_sources_hold_little_is_shown_what_is_hottest_of_the_store_and_told_so() {
    let world = World::new().await;
    let (http, ben) = (feeds(&world), world.member("ben").await);
    for author in ["ana", "cleo", "dora"] {
        world.member(author).await;
    }
    let (mut marked, mut others) = (BTreeSet::new(), Vec::new());
    for number in 0..30 {
        let author = ["ana", "cleo", "dora"][number % 3];
        let post = world.published_post(author).topics(&[&other_topic()]).await;
        deliver(&world, &post, &[]).await;
        if number >= 5 {
            world.smile(&harness::user("ana"), post.id).await;
            let walls = post.topics.iter().cloned().collect();
            let store = world.store();
            let kept = store.keep_hottest(post.id, &walls, world.now());
            kept.await.unwrap();
            marked.insert(post.id.to_string());
        } else {
            others.push(post.id.to_string());
        }
    }
    let page = http.get("/v1/feed").token(&ben.token).send().await;
    let page = page.expect(200);
    assert_eq!(ids(&page).len(), 20);
    for item in page.json()["items"].as_array().unwrap() {
        let reason = &item["reason"];
        assert_eq!(reason["kind"], "trending");
        assert_eq!(reason["topic"], other_topic());
    }
    let all = read_all(&http, &ben.token, 7).await;
    assert_eq!((all.len(), all.iter().cloned().collect()), (25, marked));
    for (id, rule) in [(&all[0], "trending"), (&others[0], "not-followed")] {
        let path = format!("/v1/feed/items/{id}");
        let told = http.get(&path).token(&ben.token).send().await.expect(200);
        assert_eq!(told.json()["rule"], rule);
    }
}
