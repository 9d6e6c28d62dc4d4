//! Who may not act (ENGAGEMENT 36, 39): every act is refused to whoever is suspended, and to whoever has yet to accept
//! the store's terms; all else goes on.

use std::collections::BTreeMap;

use harness::{Http, Member, World};
use http::Method;
use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::runtime::Context;

use crate::described::operations;

/// What a call is to whoever may not act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Is {
    /// Refused.
    Act,
    /// Answered so, as ever.
    GoesOn(u16),
}

/// A call of an operation, its path filled in.
struct Call {
    operation: &'static str,
    path: String,
    body: Value,
    is: Is,
}

/// Every function that serves HTTP, under the operations that it describes.
fn served(world: &World, context: &Context) -> BTreeMap<String, Http> {
    let all = operations(world, context).into_iter();
    all.map(|operation| (operation.name, operation.http))
        .collect()
}

/// Ana with a post, a question and a draft of everything that she may want to do; what it is to her while she may not
/// act.
struct Scene {
    world: World,
    ana: Member,
    calls: Vec<Call>,
}

async fn scene() -> Scene {
    let world = World::contended().await;
    let ana = world.member("ana").prime().group("admin");
    let ana = ana.group("seller").await;
    for other in ["ben", "cleo", "dora"] {
        world.member(other).prime().await;
    }
    let mine = world.published_post("ana").await.id;
    let question = world.published_post("ana").with(|post| {
        post.kind = domain::posts::PostKind::Question;
    });
    let question = question.await.id;
    let theirs = world.published_post("ben").await.id;
    let poll = domain::posts::Poll {
        question: "Which?".to_owned(),
        options: ["This", "That"].map(option).into(),
        closes_at: None,
    };
    let poll = world.published_post("ben").with(|post| {
        post.kind = domain::posts::PostKind::Poll;
        post.poll = Some(poll);
        post.votes = vec![0, 0];
    });
    let poll = poll.await.id;
    let http = world.serve(engagement::router(&world.context()));
    let ben = world.token("ben", &["prime"]);
    let comments = format!("/v1/posts/{question}/comments");
    let said = http.post(&comments).token(&ben);
    let said = said.json(json!({"text": "So."})).send().await.expect(201);
    let said = said.json()["id"].as_str().unwrap().to_owned();
    let list = http.post("/v1/lists").token(&ana.token);
    let list = list.json(json!({"name": "Mine", "visibility": "private"}));
    let list = list.send().await.expect(201).json();
    let list = list["id"].as_str().unwrap().to_owned();
    world.product("SPK-1").await;
    let entered = (
        domain::money::Programme::Influencer,
        domain::money::Account::of_random(7),
    );
    let (store, now) = (world.store(), world.now());
    let entered = store.enter_programme(&ana.id, (entered.0, true), &entered.1, now);
    assert!(entered.await.unwrap());
    let interests: Vec<_> = ana
        .profile
        .interests
        .iter()
        .map(ToString::to_string)
        .collect();
    let all = domain::people::interests::groups().iter();
    let mut all = all.flat_map(|group| &group.interests);
    let topic = all.find(|topic| !interests.contains(&topic.id)).unwrap();
    let digest = "0".repeat(64);
    let on = Is::GoesOn;
    let calls = [
        (
            "POST /v1/posts",
            "/v1/posts".to_owned(),
            json!({"kind": "story", "text": "Hello"}),
            Is::Act,
        ),
        (
            "PATCH /v1/posts/{post_id}",
            format!("/v1/posts/{mine}"),
            json!({"text": "Other"}),
            Is::Act,
        ),
        (
            "POST /v1/posts/{post_id}/comments",
            format!("/v1/posts/{theirs}/comments"),
            json!({"text": "Hm"}),
            Is::Act,
        ),
        (
            "PUT /v1/posts/{post_id}/smile",
            format!("/v1/posts/{theirs}/smile"),
            Value::Null,
            Is::Act,
        ),
        (
            "PUT /v1/comments/{comment_id}/smile",
            format!("/v1/comments/{said}/smile"),
            Value::Null,
            Is::Act,
        ),
        (
            "PUT /v1/posts/{post_id}/vote",
            format!("/v1/posts/{poll}/vote"),
            json!({"option": "1"}),
            Is::Act,
        ),
        (
            "PUT /v1/users/{handle}/follow",
            "/v1/users/ben/follow".to_owned(),
            Value::Null,
            Is::Act,
        ),
        (
            "PUT /v1/topics/{topic_id}/follow",
            format!("/v1/topics/{}/follow", topic.id),
            Value::Null,
            Is::Act,
        ),
        (
            "PATCH /v1/me",
            "/v1/me".to_owned(),
            json!({"display_name": "Anna"}),
            Is::Act,
        ),
        (
            "PATCH /v1/me",
            "/v1/me".to_owned(),
            json!({"bio": "Coffee"}),
            Is::Act,
        ),
        (
            "PATCH /v1/me",
            "/v1/me".to_owned(),
            json!({"avatar_photo_id": null}),
            Is::Act,
        ),
        (
            "PATCH /v1/me",
            "/v1/me".to_owned(),
            json!({"notify": {"posts": true}}),
            on(200),
        ),
        (
            "PATCH /v1/me",
            "/v1/me".to_owned(),
            json!({"interests": interests}),
            on(200),
        ),
        (
            "POST /v1/lists",
            "/v1/lists".to_owned(),
            json!({"name": "Mugs", "visibility": "public"}),
            Is::Act,
        ),
        (
            "PATCH /v1/lists/{list_id}",
            format!("/v1/lists/{list}"),
            json!({"name": "Cups"}),
            Is::Act,
        ),
        (
            "PUT /v1/lists/{list_id}/items/{kind}/{item_id}",
            format!("/v1/lists/{list}/items/post/{theirs}"),
            json!({}),
            Is::Act,
        ),
        (
            "PUT /v1/posts/{post_id}/heart",
            format!("/v1/posts/{theirs}/heart"),
            Value::Null,
            Is::Act,
        ),
        (
            "PUT /v1/products/{product_id}/heart",
            "/v1/products/SPK-1/heart".to_owned(),
            Value::Null,
            Is::Act,
        ),
        (
            "POST /v1/me/exports",
            "/v1/me/exports".to_owned(),
            Value::Null,
            on(201),
        ),
        ("POST /v1/me", "/v1/me".to_owned(), json!({}), on(422)),
        (
            "POST /v1/photos",
            "/v1/photos".to_owned(),
            json!({"content_type": "image/jpeg", "bytes": 1, "sha256": digest}),
            on(201),
        ),
        (
            "PUT /v1/posts/{post_id}/hide",
            format!("/v1/posts/{theirs}/hide"),
            Value::Null,
            on(204),
        ),
        (
            "PUT /v1/feed/items/{post_id}/feedback",
            format!("/v1/feed/items/{theirs}/feedback"),
            json!({"more": true}),
            on(204),
        ),
        (
            "PUT /v1/users/{handle}/block",
            "/v1/users/cleo/block".to_owned(),
            Value::Null,
            on(204),
        ),
        (
            "PUT /v1/users/{handle}/mute",
            "/v1/users/dora/mute".to_owned(),
            Value::Null,
            on(204),
        ),
        (
            "PUT /v1/comments/{comment_id}/accepted",
            format!("/v1/comments/{said}/accepted"),
            Value::Null,
            on(204),
        ),
        (
            "POST /v1/reports",
            "/v1/reports".to_owned(),
            json!({"subject": {"type": "post", "id": theirs}, "reason": "spam"}),
            on(201),
        ),
        (
            "POST /v1/appeals",
            "/v1/appeals".to_owned(),
            json!({"subject": {"type": "post", "id": mine}, "text": "Why?"}),
            on(409),
        ),
        (
            "POST /v1/moderation/decisions",
            "/v1/moderation/decisions".to_owned(),
            json!({"subject": {"type": "post", "id": theirs}, "action": "restore", "reason": "!"}),
            on(201),
        ),
        (
            "PUT /v1/admin/filter",
            "/v1/admin/filter".to_owned(),
            json!({}),
            on(204),
        ),
        (
            "PUT /v1/admin/finds/{list_id}",
            format!("/v1/admin/finds/{list}"),
            Value::Null,
            on(422),
        ),
        (
            "POST /v1/admin/sponsored",
            "/v1/admin/sponsored".to_owned(),
            json!({}),
            on(422),
        ),
        (
            "POST /v1/activity",
            "/v1/activity".to_owned(),
            json!({"events": [{"type": "search", "query": "mug", "at": world.now().to_string()}]}),
            on(200),
        ),
        (
            "PATCH /v1/storefronts/{handle}",
            "/v1/storefronts/ana".to_owned(),
            json!({"header": "Hello"}),
            Is::Act,
        ),
        (
            "POST /v1/social-accounts/{provider}/link",
            "/v1/social-accounts/youtube/link".to_owned(),
            Value::Null,
            on(404),
        ),
        (
            "POST /v1/social-accounts/{provider}/link/complete",
            "/v1/social-accounts/youtube/link/complete".to_owned(),
            json!({"code": "none"}),
            on(404),
        ),
        (
            "POST /v1/social-accounts/{provider}/proof",
            "/v1/social-accounts/youtube/proof".to_owned(),
            json!({"handle": "ana"}),
            on(200),
        ),
        (
            "POST /v1/social-accounts/{provider}/proof/check",
            "/v1/social-accounts/twitter/proof/check".to_owned(),
            Value::Null,
            on(422),
        ),
        (
            "POST /v1/influencer/application",
            "/v1/influencer/application".to_owned(),
            json!({"provider": "youtube"}),
            on(409),
        ),
        (
            "PUT /v1/admin/influencers/{handle}/decision",
            "/v1/admin/influencers/ben/decision".to_owned(),
            json!({}),
            on(422),
        ),
        (
            "POST /v1/influencer/invitations/{id}/accept",
            "/v1/influencer/invitations/none/accept".to_owned(),
            Value::Null,
            on(404),
        ),
        (
            "POST /v1/influencer/invitations/{id}/decline",
            "/v1/influencer/invitations/none/decline".to_owned(),
            Value::Null,
            on(404),
        ),
        (
            "POST /v1/influencer/briefs/{id}/accept",
            "/v1/influencer/briefs/none/accept".to_owned(),
            Value::Null,
            on(404),
        ),
        (
            "POST /v1/influencer/briefs/{id}/decline",
            "/v1/influencer/briefs/none/decline".to_owned(),
            Value::Null,
            on(404),
        ),
        (
            "POST /v1/sellers/briefs",
            "/v1/sellers/briefs".to_owned(),
            json!({}),
            on(422),
        ),
        (
            "PUT /v1/admin/sellers",
            "/v1/admin/sellers".to_owned(),
            json!({}),
            on(422),
        ),
        (
            "POST /v1/admin/invitations",
            "/v1/admin/invitations".to_owned(),
            json!({}),
            on(422),
        ),
        (
            "POST /v1/admin/payouts",
            "/v1/admin/payouts".to_owned(),
            Value::Null,
            on(202),
        ),
        (
            "POST /v1/admin/payouts/{id}/returned",
            "/v1/admin/payouts/none/returned".to_owned(),
            json!({"reason": "closed"}),
            on(404),
        ),
        (
            "POST /v1/admin/rates",
            "/v1/admin/rates".to_owned(),
            json!({}),
            on(422),
        ),
        (
            "PUT /v1/admin/accounts/{account}/hold",
            "/v1/admin/accounts/none/hold".to_owned(),
            json!({"held": false}),
            on(404),
        ),
        (
            "PUT /v1/admin/accounts/{account}/payee",
            "/v1/admin/accounts/none/payee".to_owned(),
            json!({"reference": "p-1"}),
            on(404),
        ),
        (
            "PUT /v1/admin/influencers/{handle}/hold",
            "/v1/admin/influencers/nobody/hold".to_owned(),
            json!({"held": false}),
            on(404),
        ),
        (
            "PUT /v1/admin/influencers/{handle}/payee",
            "/v1/admin/influencers/nobody/payee".to_owned(),
            json!({"reference": "p-1"}),
            on(404),
        ),
        // It is the store's, by its signature.
        (
            "POST /v1/store/events",
            "/v1/store/events".to_owned(),
            json!({}),
            on(401),
        ),
        (
            "POST /v1/notifications/read",
            "/v1/notifications/read".to_owned(),
            json!({"up_to": "none"}),
            on(422),
        ),
    ];
    let calls = calls.map(|(operation, path, body, is)| Call {
        operation,
        path,
        body,
        is,
    });
    Scene {
        world,
        ana,
        calls: calls.into(),
    }
}

fn option(text: &str) -> domain::posts::PollOption {
    domain::posts::PollOption {
        text: text.to_owned(),
        photo: None,
        product: None,
    }
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
