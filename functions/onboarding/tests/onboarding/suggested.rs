//! Whom one is suggested.

use super::*;

fn handles(answer: &Answer) -> Vec<String> {
    let body = answer.json();
    let items = body["items"].as_array().cloned().unwrap_or_default();
    items
        .iter()
        .map(|item| item["user"]["handle"].as_str().unwrap_or("?").to_owned())
        .collect()
}

#[tokio::test]
async fn people_with_the_same_interests_are_suggested_with_what_is_shared_page_by_page() {
    let (world, http) = world().await;
    let ana = world.member("ana").interests(&topics(0, 6)).await;
    for (sub, skip) in [
        ("one", 5),
        ("three", 3),
        ("five", 1),
        ("none", 20),
        ("friend", 0),
    ] {
        world.member(sub).interests(&topics(skip, 6)).await;
    }
    world.follow("ana", "friend").await;

    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/v1/people/suggested?limit=2{cursor}");
        let answer = http.get(&path).token(&ana.token).send().await.expect(200);
        seen.extend(handles(&answer));
        if seen.len() == 2 {
            let first = &answer.json()["items"][0];
            assert_eq!(first["shared_interests"].as_array().map(Vec::len), Some(5));
            world.member("latecomer").interests(&topics(0, 6)).await;
        }
        match answer.json()["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, ["five", "three", "one"]);
}

#[tokio::test]
async fn who_left_an_interest_is_suggested_for_it_no_more() {
    let (world, http) = world().await;
    let ana = world.member("ana").interests(&topics(0, 5)).await;
    let ben = world.member("ben").interests(&topics(4, 6)).await;
    let suggested = async || {
        let answer = http
            .get("/v1/people/suggested")
            .token(&ana.token)
            .send()
            .await;
        handles(&answer)
    };
    assert_eq!(suggested().await, ["ben"]);
    let leave = json!({"interests": topics(5, 5)});
    http.patch("/v1/me")
        .token(&ben.token)
        .json(leave)
        .send()
        .await
        .expect(200);
    assert_eq!(suggested().await, Vec::<String>::new());
    let back = json!({"interests": topics(4, 6)});
    http.patch("/v1/me")
        .token(&ben.token)
        .json(back)
        .send()
        .await
        .expect(200);
    assert_eq!(suggested().await, ["ben"]);

    let shared = domain::ids::TopicId::parse(topics(4, 1)[0]).expect("a topic");
    let store = world.store();
    for _ in 0..2 {
        store
            .unfollow_topic(&ben.id, &shared)
            .await
            .expect("more than five remain");
        assert_eq!(suggested().await, Vec::<String>::new());
    }
    for _ in 0..2 {
        store
            .follow_topic(&harness::actor(&ben.id), &ben.profile, &shared)
            .await
            .expect("a member");
        assert_eq!(suggested().await, ["ben"]);
    }
}

#[tokio::test]
async fn suggestions_are_for_members() {
    let (world, http) = world().await;
    http.get("/v1/people/suggested").send().await.expect(401);
    let stranger = world.token("stranger", &[]);
    http.get("/v1/people/suggested?limit=0")
        .token(&stranger)
        .send()
        .await
        .expect(403);
    let ana = world.member("ana").await;
    http.get("/v1/people/suggested?limit=0")
        .token(&ana.token)
        .send()
        .await
        .expect(422);
    let foreign = "/v1/people/suggested?cursor=abc";
    http.get(foreign).token(&ana.token).send().await.expect(400);
}
