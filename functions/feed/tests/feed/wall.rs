//! Walls of topics.

use shared::store::Uploads;

use super::*;

#[tokio::test]
async fn a_wall_is_newest_first_in_pages_and_can_be_narrowed_to_a_kind() {
    let world = World::new().await;
    let http = feeds(&world);
    world.member("ana").await;
    let mut newest_first = Vec::new();
    for _ in 0..7 {
        world.advance(SignedDuration::from_secs(1));
        let post = world.published_post("ana").await;
        deliver(&world, &post, &[]).await;
        newest_first.insert(0, post.id.to_string());
    }
    let wall = format!("/v1/topics/{}/posts", first_topic());
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let answer = http
            .get(&format!("{wall}?limit=3{cursor}"))
            .send()
            .await
            .expect(200);
        seen.extend(ids(&answer));
        match next(&answer) {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, newest_first);
    let photos = http
        .get(&format!("{wall}?kind=photo"))
        .send()
        .await
        .expect(200);
    assert_eq!(ids(&photos), Vec::<String>::new());
    let stories = http
        .get(&format!("{wall}?kind=story&sort=new"))
        .send()
        .await
        .expect(200);
    assert_eq!(ids(&stories).len(), 7);
    assert_eq!(stories.json()["items"][0]["reason"]["kind"], "topic");
}

#[tokio::test]
async fn a_post_is_on_the_walls_that_it_names_now_also_with_an_old_cursor() {
    let world = World::new().await;
    let http = feeds(&world);
    world.member("ana").await;
    let older = world.published_post("ana").await;
    world.advance(SignedDuration::from_secs(1));
    let newer = world.published_post("ana").await;
    for post in [&older, &newer] {
        deliver(&world, post, &[]).await;
    }
    let wall = format!("/v1/topics/{}/posts?limit=1", first_topic());
    let first = http.get(&wall).send().await.expect(200);
    assert_eq!(ids(&first), [newer.id.to_string()]);
    let rest = format!("{wall}&cursor={}", next(&first).unwrap());
    let second = http.get(&rest).send().await.expect(200);
    assert_eq!(ids(&second), [older.id.to_string()]);

    let mut left = older.clone();
    left.topics = vec![TopicId::parse(&other_topic()).unwrap()];
    left.edition = 1;
    let (store, uploads) = (world.store(), Uploads::default());
    assert!(store.change_post(&older, &left, &uploads).await.unwrap());
    assert!(store.delete_post(&newer.author, &newer).await.unwrap());
    for path in [&wall, &rest] {
        let answer = http.get(path).send().await.expect(200);
        assert_eq!(ids(&answer), Vec::<String>::new());
    }
}
