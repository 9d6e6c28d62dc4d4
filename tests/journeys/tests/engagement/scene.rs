//! A scene in which every call that writes is made: what each is to whoever may not act (ENGAGEMENT 36, 39).

use harness::{Member, World};
use serde_json::{Value, json};

/// What a call is to whoever may not act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Is {
    /// Refused.
    Act,
    /// Answered so, as ever.
    GoesOn(u16),
}

/// A call of an operation, its path filled in.
pub struct Call {
    pub operation: &'static str,
    pub path: String,
    pub body: Value,
    pub is: Is,
}

/// Ana with a post, a question and a draft of everything that she may want to do; what it is to her while she may not
/// act.
pub struct Scene {
    pub world: World,
    pub ana: Member,
    pub calls: Vec<Call>,
}

pub async fn scene() -> Scene {
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
