//! Every API call on the reference page, beside its budget; then every worker step.

use anyhow::{Context as _, Result, ensure};
use domain::{
    catalogue::report::{self, Tally},
    posts::Post,
};
use harness::{Answer, Http, Meter, Request, World};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use shared::runtime::Context;

use crate::{
    reference::{self, READER, author, product, text, topics},
    report::{Budget, Report},
};

/// What waits for a network of somebody else's, and is tried where one is played.
const OF_NETWORKS: [&str; 2] = [" /v1/social-accounts", " /v1/oauth/"];

pub(crate) const PHOTO: &[u8] =
    include_bytes!("../../../infra/local/demo/photos/tabby-portrait.jpg");

/// Measures everything and prints it; `false` when a budget is exceeded.
pub(crate) async fn run() -> Result<bool> {
    let report = measure().await?;
    println!("{}", report.text());
    Ok(report.holds())
}

/// Measures everything.
pub(crate) async fn measure() -> Result<Report> {
    let (world, posts) = reference::world().await?;
    let meter = Meter::new();
    let context = meter.attach(&world.context());
    let mut bench = Bench {
        token: world.token(READER, &["prime"]),
        world,
        meter,
        context,
        report: Report::default(),
    };
    bench.onboarding().await?;
    bench.leaving().await?;
    bench.posting().await?;
    bench.engagement(&posts).await?;
    bench.comments().await?;
    bench.lists().await?;
    bench.notices().await?;
    bench.moderation().await?;
    bench.feed(&posts).await?;
    bench.edges().await?;
    bench.hottest(&posts).await?;
    bench.walls().await?;
    bench.activity().await?;
    bench.search().await?;
    bench.relay().await?;
    bench.notifier().await?;
    bench.fanout().await?;
    bench.photos().await?;
    bench.catalogue().await?;
    bench.rollup().await?;
    Box::pin(bench.orders()).await?;
    Box::pin(bench.programmes()).await?;
    let missing = bench.unmeasured()?;
    ensure!(missing.is_empty(), "not measured: {missing:?}");
    Ok(bench.report)
}

/// What is measured, and what has been so far.
pub(crate) struct Bench {
    pub(crate) world: World,
    pub(crate) meter: Meter,
    pub(crate) context: Context,
    pub(crate) token: String,
    pub(crate) report: Report,
}

impl Bench {
    /// Sends a request as the reader, and adds what it used.
    pub(crate) async fn call(
        &mut self,
        what: &str,
        request: Request,
        status: u16,
        budget: Budget,
    ) -> Result<Answer> {
        self.meter.take();
        let answer = request.token(&self.token).send().await;
        self.report.add(what, self.meter.take(), budget);
        let body = String::from_utf8_lossy(&answer.body);
        ensure!(
            answer.status == status,
            "{what}: {} {body}",
            answer.status.as_u16()
        );
        Ok(answer)
    }

    /// The operations that the functions say they have and that no row begins with.
    fn unmeasured(&self) -> Result<Vec<String>> {
        let mut missing = Vec::new();
        for api in [
            admin::openapi(),
            onboarding::openapi(),
            posting::openapi(),
            engagement::openapi(),
            feed::openapi(),
            influencer::openapi(),
            store::openapi(),
        ] {
            let api = serde_json::to_value(&api)?;
            for (path, item) in api["paths"].as_object().into_iter().flatten() {
                for method in item.as_object().into_iter().flat_map(|item| item.keys()) {
                    let operation = format!("{} {path}", method.to_uppercase());
                    let elsewhere = OF_NETWORKS.iter().any(|path| operation.contains(path));
                    if !elsewhere && !self.report.has(&operation) {
                        missing.push(operation);
                    }
                }
            }
        }
        Ok(missing)
    }

    pub(crate) fn serve(&self, router: axum::Router) -> Http {
        self.world.serve(router)
    }

    async fn onboarding(&mut self) -> Result<()> {
        let http = self.serve(onboarding::router(&self.context));
        let free = Budget::FREE;
        self.call("GET /v1/interests", http.get("/v1/interests"), 200, free)
            .await?;
        self.call("GET /v1/about", http.get("/v1/about"), 200, free)
            .await?;
        let interests: Vec<_> = topics(8).iter().map(ToString::to_string).collect();
        let newcomer = json!({
            "display_name": "A newcomer",
            "handle": "newcomer",
            "interests": interests,
            "notify": {"posts": true, "replies": true},
        });
        let reader = std::mem::replace(&mut self.token, self.world.token("newcomer", &["prime"]));
        let join = http.post("/v1/me").json(newcomer);
        self.call("POST /v1/me", join, 201, free).await?;
        self.token = reader;
        self.call("GET /v1/me", http.get("/v1/me"), 200, free)
            .await?;
        let change = http.patch("/v1/me").json(json!({"bio": "Short."}));
        self.call("PATCH /v1/me", change, 200, free).await?;
        let suggested = http.get("/v1/people/suggested");
        self.call("GET /v1/people/suggested", suggested, 200, free)
            .await?;
        let profile = http.get(&format!("/v1/users/{}", author(0)));
        self.call("GET /v1/users/{handle}", profile, 200, free)
            .await?;
        Ok(())
    }

    async fn posting(&mut self) -> Result<()> {
        let http = self.serve(posting::router(&self.context));
        let ticket = ticket(&http, PHOTO);
        let ticket = self
            .call("POST /v1/photos", ticket, 201, Budget::FREE)
            .await?;
        let waiting = id(&ticket)?;
        let read = http.get(&format!("/v1/photos/{waiting}"));
        self.call("GET /v1/photos/{id}", read, 200, Budget::FREE)
            .await?;

        let topic = topics(1)[0].to_string();
        let story = |bytes| json!({"kind": "story", "text": text(bytes), "topics": [topic]});
        let publish = Budget::rounds(2).wcu(12.0);
        let call = http.post("/v1/posts").json(story(1_700));
        self.call("POST /v1/posts, story of 2 KB", call, 201, publish)
            .await?;
        let call = http
            .post("/v1/posts")
            .header("idempotency-key", "once")
            .json(story(1_700));
        self.call("… with an idempotency key", call, 201, publish.wcu(14.0))
            .await?;
        let call = http
            .post("/v1/posts")
            .header("idempotency-key", "once")
            .json(story(1_700));
        self.call("… again with the same key", call, 201, Budget::FREE)
            .await?;
        for photos in [1_u8, 3] {
            let mut pinned = Vec::new();
            for index in 0..usize::from(photos) {
                let photo = self.world.ready_photo(READER).await;
                let spots = [2 * index, 2 * index + 1]
                    .map(|spot| json!({"product_id": product(spot), "x": 0.5, "y": 0.25}));
                pinned.push(json!({"id": photo.id.to_string(), "alt": "A cat", "hotspots": spots}));
            }
            let body =
                json!({"kind": "photo", "text": "Look", "topics": [topic], "photos": pinned});
            let budget = publish.wcu(12.0 + 2.0 * f64::from(photos));
            let call = http.post("/v1/posts").json(body);
            let what = format!("… with {photos} photo(s), 2 hotspots each");
            self.call(&what, call, 201, budget).await?;
        }

        let three: Vec<_> = (0..3).map(product).collect();
        let body = json!({
            "kind": "story", "text": text(1_500), "topics": [topic], "products": three,
        });
        let made = self
            .call(
                "… with 3 products",
                http.post("/v1/posts").json(body),
                201,
                publish,
            )
            .await?;
        let option = |text: &str| json!({"text": text, "product_id": product(0)});
        let poll = json!({"question": "Which?", "options": [option("This"), option("That")]});
        let poll = json!({"kind": "poll", "text": text(1_400), "topics": [topic], "poll": poll});
        let call = http.post("/v1/posts").json(poll);
        self.call("… a poll of 2 KB", call, 201, publish).await?;
        // Another instance, so that nothing is cached yet.
        let http = self.serve(posting::router(&self.context));
        let path = format!("/v1/posts/{}", id(&made)?);
        // Of these, one unit is for the rules of who looks, and half a one for what they did.
        let read = Budget::rounds(2).rcu(4.5);
        self.call(
            "GET /v1/posts/{post_id}, 3 products",
            http.get(&path),
            200,
            read,
        )
        .await?;
        let edit = http
            .patch(&path)
            .json(json!({"text": text(1_400), "topics": null}));
        self.call("PATCH /v1/posts/{post_id}", edit, 200, Budget::FREE)
            .await?;
        self.call(
            "DELETE /v1/posts/{post_id}",
            http.delete(&path),
            204,
            Budget::FREE,
        )
        .await?;
        let page = http.get(&format!("/v1/users/{}/posts", author(0)));
        self.call("GET /v1/users/{handle}/posts", page, 200, Budget::FREE)
            .await?;
        let card = http.get(&format!("/v1/products/{}", product(0)));
        self.call("GET /v1/products/{id}", card, 200, Budget::FREE)
            .await?;
        let reviews = http.get("/v1/me/reviews");
        self.call("GET /v1/me/reviews", reviews, 200, Budget::FREE)
            .await?;
        let reader = std::mem::replace(&mut self.token, self.world.token("root", &["admin"]));
        let report = report::Report {
            id: "one".to_owned(),
            feed: "catalogue/a.tsv".to_owned(),
            confirmed_at: self.world.now(),
            tally: Tally::default(),
            retired: 0,
            not_retired: None,
        };
        self.world.store().note_import(&report).await?;
        let http = self.serve(admin::router(&self.context));
        let lists = json!({"refuse": ["scam"], "hold": []});
        let set = http.put("/v1/admin/filter").json(lists);
        self.call("PUT /v1/admin/filter", set, 204, Budget::FREE)
            .await?;
        let list = http.get("/v1/admin/imports");
        self.call("GET /v1/admin/imports", list, 200, Budget::FREE)
            .await?;
        let one = http.get("/v1/admin/imports/one");
        self.call("GET /v1/admin/imports/{id}", one, 200, Budget::FREE)
            .await?;
        self.sponsored(&http).await?;
        self.token = reader;
        Ok(())
    }

    async fn engagement(&mut self, posts: &[Post]) -> Result<()> {
        let http = self.serve(engagement::router(&self.context));
        let small = self.world.published_post(&author(0)).text(&text(300)).await;
        for (what, post, wcu) in [
            ("a post of 1 KB", small.id, 4.0),
            ("a post of 2 KB", posts[0].id, 6.0),
        ] {
            let path = format!("/v1/posts/{post}/smile");
            let budget = Budget::rounds(2).rcu(2.0).wcu(wcu);
            let name = format!("PUT /v1/posts/{{post_id}}/smile, {what}");
            self.call(&name, http.put(&path), 204, budget).await?;
            let name = format!("DELETE /v1/posts/{{post_id}}/smile, {what}");
            self.call(&name, http.delete(&path), 204, budget).await?;
        }
        self.world.member("stranger").await;
        let two = Budget::rounds(2);
        for (route, id, [follow, unfollow]) in [
            (
                "/v1/users/{handle}/follow",
                "stranger",
                [two.wcu(10.0), two.wcu(12.0)],
            ),
            (
                "/v1/topics/{topic_id}/follow",
                topics(9)[8].as_str(),
                [two, two],
            ),
        ] {
            let (before, after) = route.split_once('{').context("a parameter")?;
            let (_, after) = after.split_once('}').context("a parameter")?;
            let path = format!("{before}{id}{after}");
            let (put, delete) = (http.put(&path), http.delete(&path));
            self.call(&format!("PUT {route}"), put, 204, follow).await?;
            self.call(&format!("DELETE {route}"), delete, 204, unfollow)
                .await?;
        }
        let hide = format!("/v1/posts/{}/hide", small.id);
        let budget = Budget::rounds(2).rcu(3.0).wcu(8.0);
        for (method, request) in [("PUT", http.put(&hide)), ("DELETE", http.delete(&hide))] {
            let name = format!("{method} /v1/posts/{{post_id}}/hide");
            self.call(&name, request, 204, budget).await?;
        }
        self.vote(&http).await?;
        for what in ["followers", "following"] {
            let name = format!("GET /v1/users/{{handle}}/{what}");
            let get = http.get(&format!("/v1/users/{}/{what}", author(0)));
            self.call(&name, get, 200, Budget::FREE).await?;
        }
        for (what, budget) in [
            ("mute", Budget::rounds(3).rcu(3.0).wcu(4.0)),
            ("block", Budget::rounds(4).rcu(6.0).wcu(10.0)),
        ] {
            let path = format!("/v1/users/stranger/{what}");
            let list = http.get(&format!("/v1/me/{what}s"));
            let name = format!("PUT /v1/users/{{handle}}/{what}");
            self.call(&name, http.put(&path), 204, budget).await?;
            let name = format!("GET /v1/me/{what}s");
            self.call(&name, list, 200, Budget::FREE).await?;
            let name = format!("DELETE /v1/users/{{handle}}/{what}");
            self.call(&name, http.delete(&path), 204, budget).await?;
        }
        Ok(())
    }

    /// A vote, and another, in a poll of two options: as a smile, and half a read unit.
    async fn vote(&mut self, http: &Http) -> Result<()> {
        let posting = self.serve(posting::router(&self.context));
        let poll = json!({"question": "Which?", "options": [{"text": "a"}, {"text": "b"}]});
        let poll = posting
            .post("/v1/posts")
            .json(json!({"kind": "poll", "poll": poll}));
        let poll = id(&poll.token(&self.token).send().await)?;
        let budget = Budget::rounds(2).rcu(3.0).wcu(4.0);
        for (what, option) in [("a first", "1"), ("another", "2")] {
            let name = format!("PUT /v1/posts/{{post_id}}/vote, {what}");
            let vote = http.put(&format!("/v1/posts/{poll}/vote"));
            let vote = vote.json(json!({ "option": option }));
            self.call(&name, vote, 200, budget).await?;
        }
        Ok(())
    }
}

/// Asks for a ticket for this JPEG.
pub(crate) fn ticket(http: &Http, photo: &[u8]) -> Request {
    let sha256: String = Sha256::digest(photo)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let body = json!({"content_type": "image/jpeg", "bytes": photo.len(), "sha256": sha256});
    http.post("/v1/photos").json(body)
}

/// The id of what was made.
pub(crate) fn id(answer: &Answer) -> Result<String> {
    let body: Value = answer.json();
    let id = body["id"].as_str();
    Ok(id.with_context(|| format!("no id in {body}"))?.to_owned())
}
