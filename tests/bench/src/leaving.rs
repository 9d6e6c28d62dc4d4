//! Exports of accounts, and leaving, beside their budgets.

use anyhow::Result;
use harness::sqs_event;
use shared::queue::messages::{AccountLeaving, ExportAsked, JanitorMessage};

use crate::{
    capacity::{Bench, id},
    report::Budget,
};

impl Bench {
    /// Somebody who asks for their export and leaves, and what the janitor makes of both.
    pub(crate) async fn leaving(&mut self) -> Result<()> {
        let http = self.serve(onboarding::router(&self.context));
        let leaver = self.world.member("leaver").prime().await;
        let reader = std::mem::replace(&mut self.token, leaver.token.clone());
        self.world.follow("leaver", crate::reference::READER).await;
        let photo = self.world.ready_photo("leaver").await;
        let post = self.world.published_post("leaver").photo(&photo, &[]);
        let post = post.await;
        self.world.smile(&leaver.id, post.id).await;
        let ask = http.post("/v1/me/exports");
        let budget = Budget::rounds(2).rcu(1.0).wcu(6.0);
        let asked = self.call("POST /v1/me/exports", ask, 201, budget).await?;
        let export = id(&asked)?;
        let path = format!("/v1/me/exports/{export}");
        let message = JanitorMessage::Export(ExportAsked {
            user: leaver.id.clone(),
            export: export.parse()?,
        });
        self.work("janitor, an export of a small account", &message)
            .await?;
        let read = Budget::rounds(1).rcu(2.0);
        self.call("GET /v1/me/exports/{id}", http.get(&path), 200, read)
            .await?;
        let fetch = http.get(&format!("{path}/photos/{}", photo.id));
        let read = Budget::rounds(1).rcu(3.0);
        let name = "GET /v1/me/exports/{id}/photos/{photo_id}";
        self.call(name, fetch, 302, read).await?;
        // Its answer names the account (MONEY 41).
        let budget = Budget::rounds(2).rcu(2.0).wcu(8.0);
        self.call("DELETE /v1/me", http.delete("/v1/me"), 202, budget)
            .await?;
        let message = JanitorMessage::Deletion(AccountLeaving {
            user: leaver.id.clone(),
        });
        self.work("janitor, a small account that is deleted", &message)
            .await?;
        self.token = reader;
        Ok(())
    }

    async fn work(&mut self, what: &str, message: &JanitorMessage) -> Result<()> {
        let app = janitor::App::new(&self.context);
        let event = sqs_event(&[serde_json::to_string(message)?]);
        self.meter.take();
        let done = janitor::work_off(&app, event).await;
        self.report.add(what, self.meter.take(), Budget::FREE);
        anyhow::ensure!(done.batch_item_failures.is_empty(), "{what}: {done:?}");
        Ok(())
    }
}
