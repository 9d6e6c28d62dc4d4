//! One topic.

use super::*;

#[tokio::test]
async fn a_topic_says_whether_one_follows_it() {
    let world = World::new().await;
    let http = feeds(&world);
    let ana = world.member("ana").await;
    let read = async |topic: &str, token: &str| {
        let call = http.get(&format!("/v1/topics/{topic}")).token(token);
        call.send().await
    };
    for (topic, following) in [(first_topic(), true), (other_topic(), false)] {
        let answer = read(&topic, &ana.token).await.expect(200);
        assert_eq!(answer.json()["following"], following, "{topic}");
    }
    read("no-such-topic", &ana.token).await.expect(404);
    read(&first_topic(), &world.token("ben", &[]))
        .await
        .expect(403);
    let signed_out = http.get(&format!("/v1/topics/{}", first_topic()));
    signed_out.send().await.expect(401);
}
