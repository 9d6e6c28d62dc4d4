//! Who may not act (ENGAGEMENT 36, 39): every act is refused to whoever is suspended, and to whoever has yet to accept
//! the store's terms; all else goes on.

use std::collections::BTreeMap;

use harness::{Http, World};
use http::Method;
use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::runtime::Context;

use crate::{
    described::operations,
    scene::{Call, Is, Scene, scene},
};

/// Every function that serves HTTP, under the operations that it describes.
fn served(world: &World, context: &Context) -> BTreeMap<String, Http> {
    let all = operations(world, context).into_iter();
    all.map(|operation| (operation.name, operation.http))
        .collect()
}

impl Scene {
    /// Makes a call as Ana: status and body.
    async fn call(&self, served: &BTreeMap<String, Http>, call: &Call) -> (u16, Value) {
        let (method, _) = call.operation.split_once(' ').unwrap();
        let method: Method = method.parse().unwrap();
        let request = served[call.operation].call(method, &call.path);
        let request = request.token(&self.ana.token);
        let answer = if call.body.is_null() {
            request.send().await
        } else {
            request.json(call.body.clone()).send().await
        };
        let status = answer.status.as_u16();
        let body = match answer.body.is_empty() {
            true => Value::Null,
            false => answer.json(),
        };
        (status, body)
    }

    /// Every call while Ana may not act: acts are refused as `refused` says.
    async fn held(&self, context: &Context, refused: impl Fn(&Value) -> bool) {
        let served = served(&self.world, context);
        for call in &self.calls {
            let (status, body) = self.call(&served, call).await;
            match call.is {
                Is::Act => {
                    let named = format!("{} {}: {status} {body}", call.operation, call.body);
                    assert!(status == 403 && refused(&body), "{named}");
                }
                Is::GoesOn(wanted) => assert_eq!(status, wanted, "{}: {body}", call.operation),
            }
        }
        self.world.receive_all("attribution").await;
    }

    /// Every act, now that Ana may.
    async fn acts(&self, context: &Context) {
        let served = served(&self.world, context);
        for call in self.calls.iter().filter(|call| call.is == Is::Act) {
            let (status, body) = self.call(&served, call).await;
            assert!(
                (200..300).contains(&status),
                "{}: {status} {body}",
                call.operation
            );
        }
    }

    /// What came of Ana's acts: her name, the text of her posts, whether she follows, smiles.
    async fn done(&self) -> (String, u64, u64, bool) {
        let store = self.world.store();
        let me = store.profile(&self.ana.id).await.unwrap().unwrap();
        let ben = harness::user("ben");
        let follows = store.is_following_now(&self.ana.id, &ben).await.unwrap();
        (me.display_name, me.posts, me.following, follows)
    }
}

#[tokio::test]
async fn each_call_that_writes_is_an_act_or_goes_on() {
    let Scene { world, calls, .. } = scene().await;
    let writing = ["POST ", "PUT ", "PATCH "];
    for operation in served(&world, &world.context()).keys() {
        if writing.iter().any(|method| operation.starts_with(method)) {
            let known = calls.iter().any(|call| call.operation == operation);
            assert!(known, "is {operation} refused to whoever is suspended?");
        }
    }
}

#[tokio::test]
async fn a_suspended_person_does_no_act_until_it_is_over_and_all_else_goes_on() {
    let scene = scene().await;
    let (world, ana) = (&scene.world, &scene.ana);
    let until = world.now() + SignedDuration::from_mins(30);
    let before = scene.done().await;
    let store = world.store();
    store.set_suspended(&ana.id, Some(until)).await.unwrap();
    let context = world.context();
    let told = format!("{until:.3}");
    scene
        .held(&context, |body| {
            body["code"] == "suspended" && body["until"] == *told
        })
        .await;
    assert_eq!(scene.done().await, before);
    let gone = store.set_suspended(&harness::user("nobody"), None).await;
    assert!(gone.is_err(), "nobody is suspended who is not there");
    world.advance(SignedDuration::from_mins(30));
    scene.acts(&context).await;
    assert_ne!(scene.done().await, before);
    // What was done is undone, though one may not act any more.
    let until = world.now() + SignedDuration::from_mins(20);
    store.set_suspended(&ana.id, Some(until)).await.unwrap();
    let served = served(world, &context);
    for call in &scene.calls {
        let delete = call.operation.replacen("PUT", "DELETE", 1);
        if call.is == Is::Act && delete.starts_with("DELETE") && served.contains_key(&delete) {
            let delete = served[&delete].delete(&call.path).token(&ana.token);
            delete.send().await.expect(204);
        }
    }
    let feed = served["GET /v1/feed"].get("/v1/feed").token(&ana.token);
    feed.send().await.expect(200);
    store.set_suspended(&ana.id, None).await.unwrap();
    scene.acts(&context).await;
}

#[tokio::test]
async fn under_changed_terms_nobody_acts_before_they_accept_them_and_all_else_goes_on() {
    let scene = scene().await;
    let (world, ana) = (&scene.world, &scene.ana);
    let before = scene.done().await;
    let mut context = world.context();
    context.config = context.config.with("TERMS_VERSION", "2026-11").into();
    scene
        .held(&context, |body| body["code"] == "terms-required")
        .await;
    assert_eq!(scene.done().await, before);
    let http = world.serve(onboarding::router(&context));
    let change = |body: Value| http.patch("/v1/me").token(&ana.token).json(body).send();
    let wrong = change(json!({"terms_version": "2025-01"})).await;
    assert_eq!(wrong.pointers(), ["/terms_version"]);
    let wrong = json!({"terms_version": "2025-01", "bio": "Coffee"});
    assert_eq!(change(wrong).await.expect(403).problem(), "terms-required");
    let cleared = change(json!({"terms_version": null})).await;
    assert_eq!(cleared.pointers(), ["/terms_version"]);
    for _ in 0..2 {
        change(json!({"terms_version": "2026-11"}))
            .await
            .expect(200);
    }
    scene.acts(&context).await;
    // The next version is asked for in its turn, and may be accepted with what one says.
    context.config = context.config.with("TERMS_VERSION", "2027-01").into();
    let http = world.serve(onboarding::router(&context));
    let change = |body: Value| http.patch("/v1/me").token(&ana.token).json(body).send();
    let bio = json!({"bio": "Tea"});
    change(bio.clone()).await.expect(403);
    let both = json!({"bio": "Tea", "terms_version": "2027-01"});
    assert_eq!(change(both).await.expect(200).json()["bio"], "Tea");
    change(bio).await.expect(200);
}

#[tokio::test]
async fn a_suspension_is_told_before_terms_and_before_what_is_not_there_or_wrong() {
    let Scene { world, ana, .. } = scene().await;
    let mut context = world.context();
    context.config = context.config.with("TERMS_VERSION", "2").into();
    let until = world.now() + SignedDuration::from_mins(30);
    let store = world.store();
    store.set_suspended(&ana.id, Some(until)).await.unwrap();
    let engagement = world.serve(engagement::router(&context));
    let posting = world.serve(posting::router(&context));
    let requests = [
        engagement.put("/v1/posts/none/smile"),
        engagement.put("/v1/comments/none/smile"),
        engagement.put("/v1/users/nobody/follow"),
        engagement.put("/v1/topics/none/follow"),
        engagement.put("/v1/posts/none/vote").json(json!({})),
        engagement.post("/v1/posts/none/comments").json(json!({})),
        posting.post("/v1/posts").json(json!({})),
        posting.patch("/v1/posts/none").json(json!({"text": 1})),
    ];
    for request in requests {
        let answer = request.token(&ana.token).send().await;
        assert_eq!(answer.expect(403).problem(), "suspended");
    }
    // Without the tier that an act needs, that is what is told.
    let plain = world.token("ana", &[]);
    let answer = engagement.put("/v1/posts/none/smile").token(plain);
    assert_eq!(answer.send().await.expect(403).problem(), "prime-required");
}
