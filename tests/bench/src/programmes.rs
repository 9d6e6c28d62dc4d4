//! What it costs to be in a programme: decisions, invitations, briefs, storefronts. No budget is named for these.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::{capacity::Bench, reference::READER, report::Budget};

impl Bench {
    /// All of it, by the reader, who is an influencer by now.
    pub(crate) async fn programmes(&mut self) -> Result<()> {
        let free = Budget::FREE;
        let (admin, influencer) = (
            self.serve(admin::router(&self.context)),
            self.serve(influencer::router(&self.context)),
        );
        let reader = self.token.clone();
        let root = self.world.token("root", &["admin"]);
        let decide = async |bench: &mut Self, programme: &str, decision: &str| {
            let said = json!({"programme": programme, "decision": decision, "reason": "known"});
            let path = format!("/v1/admin/influencers/{READER}/decision");
            let call = admin.put(&path).json(said);
            let name = "PUT /v1/admin/influencers/{handle}/decision";
            bench.call(name, call, 200, free).await
        };
        self.token.clone_from(&root);
        decide(self, "influencer", "approved").await?;
        decide(self, "onsite_associate", "declined").await?;
        let mapped = json!({"sub": "a seller", "brands": ["Acme"]});
        let call = admin.put("/v1/admin/sellers").json(mapped);
        self.call("PUT /v1/admin/sellers", call, 204, free).await?;
        for answer in ["decline", "accept"] {
            self.token.clone_from(&root);
            let invited = json!({"handle": READER});
            let call = admin.post("/v1/admin/invitations").json(invited);
            self.call("POST /v1/admin/invitations", call, 201, free)
                .await?;
            self.token.clone_from(&reader);
            let list = influencer.get("/v1/influencer/invitations");
            let list = self
                .call("GET /v1/influencer/invitations", list, 200, free)
                .await?;
            let list: Value = list.json();
            let id = list["items"][0]["id"].as_str().context("an invitation")?;
            let path = format!("/v1/influencer/invitations/{id}/{answer}");
            let name = format!("POST /v1/influencer/invitations/{{id}}/{answer}");
            self.call(&name, influencer.post(&path), 204, free).await?;
        }
        let brief = self
            .world
            .accept_brief(&harness::user(READER), &["SPK-100001"])
            .await;
        for (answer, status) in [("accept", 204), ("decline", 409)] {
            let path = format!("/v1/influencer/briefs/{brief}/{answer}");
            let name = format!("POST /v1/influencer/briefs/{{id}}/{answer}");
            self.call(&name, influencer.post(&path), status, free)
                .await?;
        }
        let list = influencer.get("/v1/influencer/briefs");
        self.call("GET /v1/influencer/briefs", list, 200, free)
            .await?;
        let asked = influencer.get("/v1/influencer/application");
        self.call("GET /v1/influencer/application", asked, 200, free)
            .await?;
        let applied = influencer.post("/v1/influencer/application");
        let applied = applied.json(json!({"provider": "youtube"}));
        self.call("POST /v1/influencer/application", applied, 409, free)
            .await?;
        let path = format!("/v1/storefronts/{READER}");
        let header = influencer.patch(&path).json(json!({"header": "Chairs"}));
        self.call("PATCH /v1/storefronts/{handle}", header, 200, free)
            .await?;
        let shown = influencer.get(&path);
        self.call("GET /v1/storefronts/{handle}", shown, 200, free)
            .await?;
        Ok(())
    }
}
