//! Reports, decisions and appeals, beside their budgets (ENGAGEMENT 51).

use anyhow::Result;
use harness::user;
use serde_json::{Value, json};

use crate::{
    capacity::Bench,
    reference::{READER, author, text},
    report::Budget,
};

impl Bench {
    /// Reports on a post of 2 KB until they hide it, what moderators do then, and an appeal.
    pub(crate) async fn moderation(&mut self) -> Result<()> {
        let http = self.serve(engagement::router(&self.context));
        let post = self.world.published_post(READER).text(&text(1_500)).await;
        let about = json!({"type": "post", "id": post.id.to_string()});
        let reader = self.token.clone();
        let budget = Budget::rounds(2).rcu(4.0);
        for (index, what) in ["the first", "one more", "…", "…", "which hides it"]
            .into_iter()
            .enumerate()
        {
            self.token = self.world.token(&author(index), &["prime"]);
            let report = http.post("/v1/reports");
            let report = report.json(json!({"subject": about, "reason": "spam"}));
            let wcu = if index == 4 { 16.0 } else { 10.0 };
            let name = format!("POST /v1/reports, {what}");
            self.call(&name, report, 201, budget.wcu(wcu)).await?;
        }
        self.token = reader.clone();
        let appeal = http.post("/v1/appeals");
        let appeal = appeal.json(json!({"subject": about, "text": text(200)}));
        self.call("POST /v1/appeals", appeal, 201, Budget::FREE)
            .await?;
        self.token = self.world.token("mo", &["moderator"]);
        let admin = self.serve(admin::router(&self.context));
        let queue = admin.get("/v1/moderation/queue");
        self.call("GET /v1/moderation/queue", queue, 200, Budget::FREE)
            .await?;
        for action in ["hide", "restore"] {
            let decide = admin.post("/v1/moderation/decisions");
            let body: Value = json!({"subject": about, "action": action, "reason": text(200)});
            let name = format!("POST /v1/moderation/decisions, {action}");
            self.call(&name, decide.json(body), 201, Budget::FREE)
                .await?;
        }
        self.token = reader;
        anyhow::ensure!(self.world.profile(&user(READER)).await.posts > 0);
        Ok(())
    }
}
