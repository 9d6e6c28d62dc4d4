//! What sellers ask of an influencer, and what they say to it.

use domain::{
    ids::{BriefId, ProductId, UserId},
    money::briefs::{Brief, Status},
    quota::Quota,
};
use harness::{World, user};
use serde_json::json;

async fn sent(world: &World, to: &UserId, number: u8) -> BriefId {
    let (store, now) = (world.store(), world.now());
    let brief = Brief {
        id: format!("01KAKGXV3C8Z2M4N6P8R0T1V{number:02}")
            .parse()
            .unwrap(),
        brand: "Acme".to_owned(),
        products: vec![ProductId::parse("SPK#1").unwrap()],
        text: "Show it".to_owned(),
        sent_at: now,
        status: Status::Sent,
        answered_at: None,
    };
    let quota = Quota {
        user: user("sells"),
        kind: "briefs",
        limit: 20,
    };
    let sent = store.send_brief(&brief, to, None, &quota, now).await;
    assert!(sent.unwrap());
    brief.id
}

#[tokio::test]
async fn briefs_are_listed_newest_first_page_by_page_without_who_sent_them() {
    let world = World::new().await;
    let http = world.serve(influencer::router(&world.context()));
    let ana = world.member("ana").await;
    for number in 1..=3 {
        sent(&world, &ana.id, number).await;
    }
    let accepted = sent(&world, &ana.id, 0).await;
    let accept = format!("/v1/influencer/briefs/{accepted}/accept");
    http.post(&accept)
        .token(&ana.token)
        .send()
        .await
        .expect(204);
    let (mut path, mut all) = ("/v1/influencer/briefs?limit=3".to_owned(), Vec::new());
    loop {
        let page = http.get(&path).token(&ana.token).send().await.expect(200);
        let page = page.json();
        all.extend(page["items"].as_array().unwrap().clone());
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/v1/influencer/briefs?limit=3&cursor={cursor}"),
            None => break,
        }
    }
    let ids: Vec<_> = all.iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert!(ids.len() == 4 && ids.is_sorted_by(|a, b| a > b), "{ids:?}");
    let told = json!({"id": ids[3], "brand": "Acme", "product_ids": [ProductId::parse("SPK#1").unwrap().public()],
        "text": "Show it", "status": "accepted", "sent_at": all[3]["sent_at"], "answered_at": all[3]["answered_at"]});
    assert_eq!(all[3], told);
    assert_eq!(
        (&all[0]["status"], all[0].get("answered_at")),
        (&json!("sent"), None)
    );
}

#[tokio::test]
async fn a_brief_is_answered_once_by_whom_it_was_sent_to() {
    let world = World::contended().await;
    let http = world.serve(influencer::router(&world.context()));
    let (ana, ben) = (world.member("ana").await, world.member("ben").await);
    let unjoined = world.token("nobody", &[]);
    for (number, said, other) in [(1, "accept", "decline"), (2, "decline", "accept")] {
        let brief = sent(&world, &ana.id, number).await;
        let answer = |what: &str| http.post(&format!("/v1/influencer/briefs/{brief}/{what}"));
        answer(said).send().await.expect(401);
        let refused = answer(said).token(&unjoined).send().await.expect(403);
        assert_eq!(refused.problem(), "not-joined");
        answer(said).token(&ben.token).send().await.expect(404);
        for _ in 0..2 {
            answer(said).token(&ana.token).send().await.expect(204);
        }
        let refused = answer(other).token(&ana.token).send().await.expect(409);
        assert_eq!(refused.problem(), "brief-answered");
        answer(said).token(&ana.token).send().await.expect(204);
        let read = world.store().brief(&ana.id, brief).await.unwrap().unwrap();
        let status = read.status.name();
        assert!(status.starts_with(said), "{status}");
    }
    let running = world.store().running_briefs(&ana.id).await.unwrap();
    assert_eq!(running.briefs.len(), 1);
    let none = http.post("/v1/influencer/briefs/none/accept");
    none.token(&ana.token).send().await.expect(404);
    let list = http.get("/v1/influencer/briefs");
    list.send().await.expect(401);
    let list = http.get("/v1/influencer/briefs?limit=0").token(&ana.token);
    list.send().await.expect(422);
}

#[tokio::test]
async fn of_two_answers_at_once_one_stands_and_more_than_a_hundred_do_not_run() {
    let world = World::contended().await;
    let http = world.serve(influencer::router(&world.context()));
    let ana = world.member("ana").await;
    let brief = sent(&world, &ana.id, 1).await;
    let answer = |what: &str| {
        let path = format!("/v1/influencer/briefs/{brief}/{what}");
        http.post(&path).token(&ana.token).send()
    };
    let (accepted, declined) = futures::join!(answer("accept"), answer("decline"));
    let mut statuses = [accepted.status.as_u16(), declined.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 409]);
    let ben = world.member("ben").await;
    for _ in 0..100 {
        world.accept_brief(&ben.id, &["mug"]).await;
    }
    let over = sent(&world, &ben.id, 2).await;
    let over = format!("/v1/influencer/briefs/{over}/accept");
    let refused = http.post(&over).token(&ben.token).send().await.expect(409);
    assert_eq!(refused.problem(), "brief-limit");
}
