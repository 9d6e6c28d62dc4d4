//! What an inbox costs, of a page of mentions that `notifier` told of.

use anyhow::{Result, ensure};
use serde_json::json;

use crate::{
    capacity::Bench,
    reference::{READER, author},
    report::Budget,
};

/// Posts that mention the reader: a notice each.
const POSTS: usize = 20;

impl Bench {
    pub(crate) async fn inbox(&mut self) -> Result<()> {
        let (_, before) = self.world.stream_after(None);
        for turn in 0..POSTS {
            let says = format!("Look, @{READER}");
            self.world
                .published_post(&author(turn % 5))
                .text(&says)
                .await;
        }
        let (event, _) = self.world.stream_after(before.as_deref());
        let context = self.world.context();
        let told = relay::handle(&relay::App::new(&context), event).await;
        ensure!(told.batch_item_failures.is_empty(), "{told:?}");
        let notifier = notifier::App::new(&context);
        let told = notifier::handle(&notifier, self.world.receive_event("notifier").await).await;
        ensure!(told.batch_item_failures.is_empty(), "{told:?}");
        for queue in ["fanout", "rollup"] {
            self.world.receive_all(queue).await;
        }

        let http = self.serve(engagement::router(&self.context));
        let budget = Budget::rounds(3).rcu(55.0);
        let get = http.get("/v1/notifications");
        let page = self.call("GET /v1/notifications", get, 200, budget).await?;
        let page = page.json();
        let items = page["items"].as_array().map_or(0, Vec::len);
        ensure!(items == POSTS, "{items} notices: {page}");
        let read = http.post("/v1/notifications/read");
        let read = read.json(json!({"up_to": page["items"][0]["id"]}));
        self.call("POST /v1/notifications/read", read, 204, Budget::rounds(3))
            .await?;
        Ok(())
    }
}
