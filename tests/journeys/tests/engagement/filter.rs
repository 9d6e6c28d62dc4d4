//! The store's filter (ENGAGEMENT 38), wherever something is written that others are to read.

use harness::{Http, Member, Request, World};
use jiff::SignedDuration;
use serde_json::{Value, json};

/// What functions go by is at most so old.
const LIFE: SignedDuration = SignedDuration::from_secs(10);

struct Scene {
    world: World,
    ana: Member,
    admin: Http,
    engagement: Http,
    onboarding: Http,
    posting: Http,
}

async fn scene() -> Scene {
    let world = World::contended().await;
    let ana = world.member("ana").prime().await;
    let context = world.context();
    Scene {
        admin: world.serve(admin::router(&context)),
        engagement: world.serve(engagement::router(&context)),
        onboarding: world.serve(onboarding::router(&context)),
        posting: world.serve(posting::router(&context)),
        world,
        ana,
    }
}

impl Scene {
    /// Sets the filter, and lets pass what it takes till all go by it.
    async fn set(&self, lists: Value) {
        let admin = self.world.token("root", &["admin"]);
        let set = self.admin.put("/v1/admin/filter").token(admin);
        set.json(lists).send().await.expect(204);
        self.world.advance(LIFE);
    }

    async fn refused(&self, request: Request, body: Value, fields: &[&str]) {
        let request = request.token(&self.ana.token).json(body.clone());
        let answer = request.send().await.expect(422);
        let mut named = answer.pointers();
        named.sort();
        assert_eq!(named, fields, "{body}");
    }

    async fn passes(&self, request: Request, body: Value) -> Value {
        let request = request.token(&self.ana.token).json(body.clone());
        let answer = request.send().await;
        assert!(answer.status.is_success(), "{body}: {}", answer.json());
        answer.json()
    }
}

fn poll(question: &str, option: &str) -> Value {
    let options = json!([{"text": "Fine"}, {"text": option}]);
    json!({"kind": "poll", "poll": {"question": question, "options": options}})
}

#[tokio::test]
async fn what_is_refused_is_refused_at_its_field_wherever_it_is_written() {
    let scene = scene().await;
    let (posts, me) = ("/v1/posts", "/v1/me");
    let post = scene.world.published_post("ana").await.id;
    let photo = scene.world.ready_photo("ana").await.id;
    let (one, comments) = (
        format!("/v1/posts/{post}"),
        format!("/v1/posts/{post}/comments"),
    );
    scene.set(json!({"refuse": ["scam*", "get rich"]})).await;

    let new = || scene.posting.post(posts);
    let story = |text: &str| json!({"kind": "story", "text": text});
    scene
        .refused(new(), story("A SCAMMER, who'd"), &["/text"])
        .await;
    scene
        .refused(new(), story("To get\n\nRICH."), &["/text"])
        .await;
    let photos = json!([{"id": photo.to_string(), "alt": "A scam"}]);
    let shown = json!({"kind": "photo", "text": "Get rich", "photos": photos});
    scene
        .refused(new(), shown, &["/photos/0/alt", "/text"])
        .await;
    let both = ["/poll/options/1/text", "/poll/question"];
    scene
        .refused(new(), poll("A scam?", "No scam"), &both)
        .await;
    let link = json!({"kind": "link", "link": {"url": "https://scam.example/"}});
    scene.refused(new(), link, &["/link/url"]).await;
    // Beside all else that is wrong.
    let wrong = json!({"kind": "story", "text": "scam", "topics": ["none"]});
    scene.refused(new(), wrong, &["/text", "/topics/0"]).await;

    let change = || scene.posting.patch(&one);
    scene
        .refused(change(), json!({"text": "scam"}), &["/text"])
        .await;
    let say = || scene.engagement.post(&comments);
    scene
        .refused(say(), json!({"text": "scam"}), &["/text"])
        .await;
    let answer = json!({"text": "scam", "reply_to": "none"});
    scene.refused(say(), answer, &["/reply_to", "/text"]).await;
    let change = || scene.onboarding.patch(me);
    let both = json!({"display_name": "Scam Ana", "bio": "I get rich"});
    scene
        .refused(change(), both, &["/bio", "/display_name"])
        .await;

    let join = |name: &str, handle: &str| {
        let interests = scene.ana.profile.interests.iter();
        let interests: Vec<_> = interests.map(ToString::to_string).collect();
        let body = json!({"display_name": name, "handle": handle, "interests": interests});
        let join = scene
            .onboarding
            .post(me)
            .token(scene.world.token("ben", &[]));
        join.json(body).send()
    };
    assert_eq!(
        join("Ben", "best_Scams").await.expect(422).pointers(),
        ["/handle"]
    );
    assert_eq!(
        join("Get  rich", "ben").await.expect(422).pointers(),
        ["/display_name"]
    );
    let both = join("Get  rich", "best_Scams").await.expect(422);
    assert_eq!(both.pointers(), ["/display_name", "/handle"]);
    // What a moderator would look at is no matter in a handle.
    let lists = json!({"refuse": ["scam*", "get rich"], "hold": ["ben"]});
    scene.set(lists).await;
    scene.world.advance(SignedDuration::from_secs(10));
    assert_eq!(
        join("Ben", "benno").await.expect(422).pointers(),
        ["/display_name"]
    );
    join("Benno", "ben").await.expect(201);

    // What is not listed passes, and what was written before stays.
    scene.passes(new(), story("Forget richer people")).await;
    scene.passes(say(), json!({"text": "A landscape"})).await;
    scene
        .passes(change(), json!({"bio": "Rich, get it?"}))
        .await;
    let kept = scene.world.store().post_now(post).await.unwrap().unwrap();
    assert_eq!(kept.text, "A story by ana");
}

#[tokio::test]
async fn who_may_not_act_is_told_so_first() {
    let scene = scene().await;
    scene.set(json!({"refuse": ["scam"]})).await;
    let until = scene.world.now() + SignedDuration::from_mins(1);
    let store = scene.world.store();
    store
        .set_suspended(&scene.ana.id, Some(until))
        .await
        .unwrap();
    for (request, body) in [
        (
            scene.posting.post("/v1/posts"),
            json!({"kind": "story", "text": "scam"}),
        ),
        (scene.onboarding.patch("/v1/me"), json!({"bio": "scam"})),
    ] {
        let answer = request.token(&scene.ana.token).json(body).send().await;
        assert_eq!(answer.expect(403).problem(), "suspended");
    }
}

#[tokio::test]
async fn what_cannot_be_held_back_is_refused() {
    let scene = scene().await;
    scene.set(json!({"hold": ["odd"]})).await;
    let change = || scene.onboarding.patch("/v1/me");
    scene
        .refused(change(), json!({"bio": "odd"}), &["/bio"])
        .await;
    scene
        .refused(change(), json!({"display_name": "odd"}), &["/display_name"])
        .await;
}

#[tokio::test]
async fn another_filter_holds_within_ten_seconds_and_one_that_is_broken_or_gone_lets_all_pass() {
    let scene = scene().await;
    let change = || scene.onboarding.patch("/v1/me");
    let bio = || json!({"bio": "scam"});
    scene.passes(change(), bio()).await;
    scene.set(json!({"refuse": ["scam"]})).await;
    scene.refused(change(), bio(), &["/bio"]).await;
    scene.set(json!({"refuse": ["other"]})).await;
    scene.passes(change(), bio()).await;
    scene.set(json!({"refuse": ["scam"]})).await;
    scene.refused(change(), bio(), &["/bio"]).await;
    // It is not read again before.
    let key = "filter.json";
    let put = scene
        .world
        .put_object(key, "application/json", b"{".to_vec());
    put.await;
    scene.world.advance(LIFE - SignedDuration::from_secs(1));
    scene.refused(change(), bio(), &["/bio"]).await;
    scene.world.advance(SignedDuration::from_secs(1));
    scene.passes(change(), bio()).await;
    scene.set(json!({"refuse": ["scam"]})).await;
    scene.refused(change(), bio(), &["/bio"]).await;
    let context = scene.world.context();
    let delete = context.s3().delete_object().bucket(context.config.bucket());
    delete.key(key).send().await.unwrap();
    scene.world.advance(LIFE);
    scene.passes(change(), bio()).await;
}

impl Scene {
    /// What a moderator is to decide, by the places of its subjects in the queue.
    async fn queue(&self) -> Vec<Value> {
        let token = self.world.token("mo", &["moderator"]);
        let queue = self
            .admin
            .get("/v1/moderation/queue?state=open")
            .token(token);
        let page = queue.send().await.expect(200).json();
        page["items"].as_array().unwrap().clone()
    }

    async fn decide(&self, kind: &str, id: &str, action: &str) {
        let body = json!({
            "subject": {"type": kind, "id": id}, "action": action, "reason": "It is looked at.",
        });
        let token = self.world.token("mo", &["moderator"]);
        let decide = self.admin.post("/v1/moderation/decisions").token(token);
        decide.json(body).send().await.expect(201);
    }

    /// What others get at this path.
    async fn others(&self, http: &Http, path: &str) -> (u16, Value) {
        let answer = http
            .get(path)
            .token(self.world.token("ben", &["prime"]))
            .send()
            .await;
        (answer.status.as_u16(), answer.json())
    }

    async fn posts_counted(&self) -> u64 {
        self.world.profile(&self.ana.id).await.posts
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_post_that_is_held_is_its_authors_alone_until_a_moderator_lets_it_appear_as_new() {
    let scene = scene().await;
    scene.world.member("ben").prime().await;
    scene.world.member("mo").await;
    scene
        .set(json!({"refuse": ["scam"], "hold": ["odd"]}))
        .await;
    let both = json!({"kind": "story", "text": "An odd scam"});
    scene
        .refused(scene.posting.post("/v1/posts"), both, &["/text"])
        .await;
    let new = || {
        scene
            .posting
            .post("/v1/posts")
            .header("idempotency-key", "k1")
    };
    let story = json!({"kind": "story", "text": "How odd"});
    let made = scene.passes(new(), story.clone()).await;
    assert_eq!(
        (&made["status"], &made["moderation"]["by"]),
        (&json!("hidden"), &json!("filter"))
    );
    assert_eq!(made.get("published_at"), None);
    let id = text(&made["id"]);
    let again = scene.passes(new(), story).await;
    assert_eq!(again["id"], made["id"]);
    let path = format!("/v1/posts/{id}");
    assert_eq!(scene.others(&scene.posting, &path).await.0, 404);
    let (_, list) = scene.others(&scene.posting, "/v1/users/ana/posts").await;
    assert_eq!(
        (
            list["items"].as_array().unwrap().len(),
            scene.posts_counted().await
        ),
        (0, 0)
    );
    let mine = scene.posting.get(&path).token(&scene.ana.token);
    assert_eq!(mine.send().await.expect(200).json()["status"], "hidden");
    let queue = scene.queue().await;
    assert_eq!(queue.len(), 1);
    assert_eq!(queue[0]["subject"], json!({"type": "post", "id": id}));
    assert_eq!(
        (&queue[0]["hidden"], &queue[0]["reporters"]),
        (&json!(true), &json!(0))
    );

    scene.world.advance(SignedDuration::from_mins(10));
    let restored_at = scene.world.now();
    scene.decide("post", &id, "restore").await;
    let (status, post) = scene.others(&scene.posting, &path).await;
    assert_eq!((status, &post["status"]), (200, &json!("published")));
    let published_at: jiff::Timestamp = text(&post["published_at"]).parse().unwrap();
    assert!(published_at >= restored_at);
    let (_, list) = scene.others(&scene.posting, "/v1/users/ana/posts").await;
    assert_eq!(
        (
            list["items"].as_array().unwrap().len(),
            scene.posts_counted().await
        ),
        (1, 1)
    );
    assert!(scene.queue().await.is_empty());
    // What a moderator kept is kept, as long as its text is.
    let same = json!({"text": "How odd", "topics": null});
    let kept = scene.passes(scene.posting.patch(&path), same).await;
    assert_eq!(kept["status"], "published");
}

#[tokio::test]
async fn a_comment_that_is_held_is_counted_once_a_moderator_lets_it_appear() {
    let scene = scene().await;
    scene.world.member("ben").prime().await;
    scene.world.member("mo").await;
    let post = scene.world.published_post("ben").await.id;
    scene.set(json!({"hold": ["odd"]})).await;
    let path = format!("/v1/posts/{post}/comments");
    let said = scene
        .passes(scene.engagement.post(&path), json!({"text": "How odd"}))
        .await;
    assert_eq!(said["moderation"]["by"], "filter");
    let id = text(&said["id"]);
    let seen = async || {
        let (_, page) = scene.others(&scene.engagement, &path).await;
        let (_, of) = scene
            .others(&scene.posting, &format!("/v1/posts/{post}"))
            .await;
        (
            page["items"].as_array().unwrap().len(),
            of["counts"]["comments"].clone(),
        )
    };
    assert_eq!(seen().await, (0, json!(0)));
    let queue = scene.queue().await;
    assert_eq!(queue[0]["subject"], json!({"type": "comment", "id": id}));
    scene.decide("comment", &id, "restore").await;
    assert_eq!(seen().await, (1, json!(1)));
}

#[tokio::test]
async fn an_edit_that_is_held_hides_the_post_until_a_moderator_shows_it_where_it_was() {
    let scene = scene().await;
    scene.world.member("ben").prime().await;
    scene.world.member("mo").await;
    scene.set(json!({"hold": ["odd"]})).await;
    let plain = json!({"kind": "story", "text": "Plain"});
    let made = scene.passes(scene.posting.post("/v1/posts"), plain).await;
    let id = text(&made["id"]);
    let path = format!("/v1/posts/{id}");
    assert_eq!(scene.posts_counted().await, 1);
    scene.world.advance(SignedDuration::from_mins(10));
    let change = scene.posting.patch(&path);
    let changed = scene.passes(change, json!({"text": "Rather odd"})).await;
    assert_eq!(
        (&changed["status"], &changed["text"]),
        (&json!("hidden"), &json!("Rather odd"))
    );
    assert_eq!(changed["moderation"]["by"], "filter");
    assert_eq!(scene.others(&scene.posting, &path).await.0, 404);
    assert_eq!(scene.posts_counted().await, 0);
    scene.decide("post", &id, "restore").await;
    let (status, post) = scene.others(&scene.posting, &path).await;
    assert_eq!((status, &post["text"]), (200, &json!("Rather odd")));
    assert_eq!(post["published_at"], made["published_at"]);
    assert_eq!(scene.posts_counted().await, 1);
}
