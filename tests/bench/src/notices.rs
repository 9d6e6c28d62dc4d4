//! Inboxes, and what fills them, beside their budgets (ENGAGEMENT 51).

use anyhow::{Context as _, Result, ensure};
use domain::{
    engagement::{NoticeKind, Slot, Subject},
    people::Notify,
};
use harness::{sqs_event, user};
use serde_json::json;
use shared::queue::messages::{ActKind, Acted, NotifierMessage};

use crate::{
    capacity::Bench,
    reference::{PAGE, READER, author, text},
    report::Budget,
};

/// So many smile at each post.
const SMILES: usize = 12;

impl Bench {
    /// An inbox with a page and a half of smiles, and posts by those whom its owner follows.
    pub(crate) async fn notices(&mut self) -> Result<()> {
        let switches = Notify {
            posts: true,
            replies: true,
            follows: true,
        };
        self.world.switch(&user(READER), switches).await;
        for _ in 0..PAGE + PAGE / 2 {
            let post = self.world.published_post(READER).text(&text(300)).await;
            let slot = Slot {
                owner: user(READER),
                kind: NoticeKind::Smile,
                subject: Subject::Post(post.id),
            };
            for index in 0..SMILES {
                let (actor, now) = (user(&author(index)), self.world.now());
                let store = self.world.store();
                let told = store.tell(&slot, &actor, now, None, now);
                ensure!(told.await?, "told before");
            }
        }
        let http = self.serve(engagement::router(&self.context));
        let (cold, warm) = (Budget::rounds(3).rcu(55.0), Budget::rounds(3).rcu(25.0));
        let mut page = json!(null);
        for (what, budget) in [("cold", cold), ("warm", warm)] {
            let name = format!("GET /v1/notifications, {what}");
            let get = http.get("/v1/notifications?limit=20");
            page = self.call(&name, get, 200, budget).await?.json();
        }
        let items = page["items"].as_array().map(Vec::len).unwrap_or_default();
        ensure!(items == PAGE, "a page of {items}: {page}");
        let next = page["next_cursor"].as_str().context("a next page")?;
        let next = http.get(&format!("/v1/notifications?limit=20&cursor={next}"));
        self.call("… next page", next, 200, cold).await?;
        let read = http.post("/v1/notifications/read");
        let read = read.json(json!({"up_to": page["items"][0]["id"]}));
        self.call("POST /v1/notifications/read", read, 204, Budget::rounds(3))
            .await
            .map(drop)
    }

    /// Smiles at a post, one a batch.
    pub(crate) async fn notifier(&mut self) -> Result<()> {
        let app = notifier::App::new(&self.context);
        let post = self.world.published_post(READER).text(&text(300)).await;
        // Whether a smile stands is asked before it is told and after; nothing of that is known from before.
        let budget = Budget::FREE.wcu(4.0);
        for index in 0..SMILES {
            let actor = user(&author(index));
            self.world.smile(&actor, post.id).await;
            let acted = NotifierMessage::Acted(Acted {
                kind: ActKind::Smile,
                actor,
                subject: post.id.to_string(),
                owner: None,
                handle: None,
                at: self.world.now(),
            });
            let event = sqs_event(&[serde_json::to_string(&acted)?]);
            self.meter.take();
            let answer = notifier::handle(&app, event).await;
            let used = self.meter.take();
            ensure!(answer.batch_item_failures.is_empty(), "{answer:?}");
            if let Some(what) = match index {
                0 => Some("the first"),
                1 => Some("one more"),
                11 => Some("the twelfth"),
                _ => None,
            } {
                let name = format!("notifier: a smile, {what}");
                self.report.add(&name, used, budget);
            }
        }
        Ok(())
    }
}
