//! Walls, and where one looks around, beside their budgets (FEEDS 9).

use anyhow::{Context as _, Result, ensure};
use domain::posts::Post;
use harness::sqs_event;
use serde_json::json;
use shared::queue::messages::{MarksChanged, RollupMessage};

use crate::{
    capacity::{Bench, id},
    reference::{PAGE, topics},
    report::Budget,
};

impl Bench {
    /// What is hottest, as it is kept: of the topics of these posts.
    pub(crate) async fn hottest(&mut self, posts: &[Post]) -> Result<()> {
        let app = rollup::App::new(&self.context);
        for (index, post) in posts.iter().enumerate() {
            let changed = MarksChanged {
                walls: Some(post.topics.iter().cloned().collect()),
                ..MarksChanged::of(post.id)
            };
            let changed = serde_json::to_string(&RollupMessage::MarksChanged(changed))?;
            self.meter.take();
            let answer = rollup::handle(&app, sqs_event(&[changed])).await;
            ensure!(answer.batch_item_failures.is_empty(), "{answer:?}");
            if index + 1 == posts.len() {
                let name = "rollup: a post among the hottest of a topic and of the store";
                // Three lists are read, each of 8 KB at most; that of the topic is written.
                let budget = Budget::FREE.rcu(12.0).wcu(16.0);
                self.report.add(name, self.meter.take(), budget);
            }
        }
        Ok(())
    }

    /// Walls in both orders, the special one, and where one looks around.
    pub(crate) async fn walls(&mut self) -> Result<()> {
        self.finds().await?;
        let (cold, warm) = (Budget::rounds(4), Budget::rounds(3).rcu(22.0));
        for (sort, name) in [("hot", "the hottest"), ("new", "the newest")] {
            let http = self.serve(feed::router(&self.context));
            let path = format!("/v1/topics/{}/posts?sort={sort}", topics(1)[0]);
            let route = format!("GET /v1/topics/{{topic_id}}/posts, {name}");
            let name = format!("{route}, cold");
            let page = self.call(&name, http.get(&path), 200, cold);
            let page = page.await?.json();
            let items = page["items"].as_array().map(Vec::len).unwrap_or_default();
            ensure!(items == PAGE, "a page of {items}: {page}");
            self.call(&format!("{route}, warm"), http.get(&path), 200, warm)
                .await?;
            let cursor = page["next_cursor"].as_str().context("a next page")?;
            let next = http.get(&format!("{path}&cursor={cursor}"));
            self.call("… next page", next, 200, cold).await?;
        }
        let http = self.serve(feed::router(&self.context));
        let special = http.get("/v1/topics/trending-and-polls/posts");
        let name = "GET /v1/topics/{topic_id}/posts, the special wall";
        self.call(name, special, 200, cold).await?;
        let http = self.serve(feed::router(&self.context));
        for (name, budget) in [
            ("cold", Budget::rounds(3).rcu(120.0)),
            ("warm", Budget::rounds(3).rcu(60.0)),
        ] {
            let name = format!("GET /v1/explore, {name}");
            let seen = self.call(&name, http.get("/v1/explore"), 200, budget);
            let seen = seen.await?.json();
            ensure!(seen["topics"][0]["covers"][0].is_object(), "{seen}");
        }
        Ok(())
    }

    /// What editors feature.
    async fn finds(&mut self) -> Result<()> {
        let http = self.serve(engagement::router(&self.context));
        let new = json!({"name": "Finds", "visibility": "public"});
        let list = http.post("/v1/lists").json(new).token(&self.token);
        let list = id(&list.send().await)?;
        let reader = std::mem::replace(&mut self.token, self.world.token("root", &["admin"]));
        let http = self.serve(admin::router(&self.context));
        let path = format!("/v1/admin/finds/{list}");
        let free = Budget::FREE;
        for (what, status) in [("", 204), (", again", 204)] {
            let name = format!("PUT /v1/admin/finds/{{list_id}}{what}");
            self.call(&name, http.put(&path), status, free).await?;
        }
        self.call(
            "GET /v1/admin/finds",
            http.get("/v1/admin/finds"),
            200,
            free,
        )
        .await?;
        let name = "DELETE /v1/admin/finds/{list_id}";
        self.call(name, http.delete(&path), 204, free).await?;
        http.put(&path).token(&self.token).send().await.expect(204);
        self.token = reader;
        Ok(())
    }
}
