//! Home feeds, what is said of them, and what is shown in them for sponsors, on the reference page.

use anyhow::{Context as _, Result, ensure};
use domain::posts::Post;
use harness::Http;
use jiff::SignedDuration;
use serde_json::json;

use crate::{
    capacity::{Bench, id},
    reference::{self, author},
    report::Budget,
};

impl Bench {
    pub(crate) async fn feed(&mut self, posts: &[Post]) -> Result<()> {
        let (cold, warm) = (Budget::rounds(4).rcu(60.0), Budget::rounds(4).rcu(30.0));
        for size in ["60 posts in the timeline", "300 posts"] {
            let http = self.serve(feed::router(&self.context));
            let name = format!("GET /v1/feed, cold, {size}");
            let page = http.get("/v1/feed?limit=20");
            let page = self.call(&name, page, 200, cold).await?.json();
            let items = page["items"].as_array().map(Vec::len).unwrap_or_default();
            ensure!(items == reference::PAGE, "a page of {items}: {page}");
            let name = format!("GET /v1/feed, warm, {size}");
            self.call(&name, http.get("/v1/feed?limit=20"), 200, warm)
                .await?;
            let cursor = page["next_cursor"].as_str().context("a next page")?;
            let next = http.get(&format!("/v1/feed?limit=20&cursor={cursor}"));
            self.call("… next page", next, 200, cold).await?;
            if size == "60 posts in the timeline" {
                reference::publish(&self.world, 3 * reference::PAGE, 300).await?;
            }
        }
        let http = self.serve(feed::router(&self.context));
        let item = format!("/v1/feed/items/{}", posts[0].id);
        let feedback = Budget::rounds(2).rcu(4.0).wcu(6.0);
        for more in [true, false] {
            let name = "PUT /v1/feed/items/{post_id}/feedback";
            let said = http.put(&format!("{item}/feedback"));
            let said = said.json(json!({ "more": more }));
            self.call(name, said, 204, feedback).await?;
        }
        // What may be picked is read beside the first request of an instance.
        http.get("/v1/feed").token(&self.token).send().await;
        self.world.advance(SignedDuration::from_secs(3));
        // Whoever asks first after two seconds reads the book for all: two units more (FEEDS 2).
        let receipt = |rcu| Budget::rounds(2).rcu(rcu);
        for (name, post, receipt) in [
            (", with the book", &posts[1], receipt(8.0)),
            ("", &posts[1], receipt(6.0)),
            (", turned down", &posts[0], receipt(6.0)),
        ] {
            let name = format!("GET /v1/feed/items/{{post_id}}{name}");
            let item = http.get(&format!("/v1/feed/items/{}", post.id));
            self.call(&name, item, 200, receipt).await?;
        }
        Ok(())
    }

    /// What admins do.
    pub(crate) async fn sponsored(&mut self, http: &Http) -> Result<()> {
        let path = "/v1/admin/sponsored";
        let post = self.world.published_post(&author(0)).await;
        let now = self.world.now();
        let sponsored = json!({"post_id": post.id.to_string(), "places": ["home", "wall"],
            "starts_at": now.to_string(), "ends_at": (now + SignedDuration::from_hours(1)).to_string()});
        let begin = http.post(path).json(sponsored);
        let made = self.call("POST /v1/admin/sponsored", begin, 201, Budget::FREE);
        let made = id(&made.await?)?;
        self.call("GET /v1/admin/sponsored", http.get(path), 200, Budget::FREE)
            .await?;
        let end = http.delete(&format!("{path}/{made}"));
        self.call("DELETE /v1/admin/sponsored/{id}", end, 204, Budget::FREE)
            .await?;
        Ok(())
    }
}
