//! What a reader's feed goes by, and edges that move, beside their budgets (FEEDS 1).

use anyhow::{Result, ensure};
use domain::{
    feeds::{Bucket, MOST_FOLLOWED, Rate},
    ids::UserId,
};
use harness::{sqs_event, user};
use jiff::SignedDuration;
use shared::{
    queue::messages::{JanitorMessage, MovesPlanned, ReaderRated},
    store::Store,
};

use crate::{
    capacity::Bench,
    reference::{self, READER, author},
    report::Budget,
};

impl Bench {
    /// All that the feeds of readers of few and of very many go by; a look at the reference reader's edges, and moves.
    pub(crate) async fn edges(&mut self) -> Result<()> {
        let most = usize::try_from(MOST_FOLLOWED)?;
        for (followees, rcu) in [(250, 1.0), (most, 17.0)] {
            let reader = self.follower_of(followees).await?;
            let store = Store::new(self.context.dynamodb.clone(), self.context.config.table());
            self.meter.take();
            let own = store.own(&reader).await?;
            let name = format!("all that a feed goes by, {followees} followees");
            let budget = Budget::rounds(1).rcu(rcu);
            self.report.add(&name, self.meter.take(), budget);
            ensure!(own.following.len() == followees, "{name}");
        }
        // Each KB of a page above the first is 2 units; a sixteenth of so many are about 4 KB.
        let http = self.serve(engagement::router(&self.context));
        let sub = format!("of{}", most - 1);
        self.follower_of(most - 1).await?;
        let token = self.world.token(&sub, &[]);
        let reader = std::mem::replace(&mut self.token, token);
        let path = "/v1/users/stranger/follow";
        for (name, request, wcu) in [
            ("PUT", http.put(path), 10.0 + 2.0 * 4.0),
            ("DELETE", http.delete(path), 12.0 + 2.0 * 4.0),
        ] {
            let name = format!("{name} /v1/users/{{handle}}/follow, one of {most} followees");
            let budget = Budget::rounds(2).wcu(wcu);
            self.call(&name, request, 204, budget).await?;
        }
        self.token = reader;
        self.moves().await
    }

    /// Somebody who follows so many.
    async fn follower_of(&self, followees: usize) -> Result<UserId> {
        let me = reference::profile(&self.world, &format!("of{followees}"), followees)?;
        let edges = (0..followees).map(|n| (me.id.clone(), user(&format!("followee{n:05}"))));
        let (edges, now) = (edges.collect::<Vec<_>>(), self.world.now());
        let id = me.id.clone();
        self.world.store().load_people(&[me], &edges, now).await?;
        Ok(id)
    }

    async fn moves(&mut self) -> Result<()> {
        let (store, reader, now) = (self.world.store(), user(READER), self.world.now());
        let rate = Rate {
            bucket: Some(Bucket::Often),
            expires_at: (now + SignedDuration::from_hours(240)).as_second(),
            ..Rate::noted(None, 0, now)
        };
        store.note_rate(&reader, None, &rate).await?;
        let rated = JanitorMessage::ReaderRated(ReaderRated {
            reader: reader.clone(),
        });
        self.move_edges(
            "janitor: a look at 200 edges",
            &rated,
            Budget::FREE.rcu(120.0),
        )
        .await?;
        self.world.receive_all("janitor").await;
        let ten: Vec<_> = (20..30).map(|index| user(&author(index))).collect();
        let (authors, none) = (ten.clone(), Vec::new());
        let plan = |pull, push| {
            let reader = reader.clone();
            JanitorMessage::MovesPlanned(MovesPlanned { reader, pull, push })
        };
        // `PULLS` and `FANS` each, and at most as many pages.
        let budget = Budget::FREE.wcu(30.0);
        self.move_edges(
            "janitor: ten edges go over to be pulled",
            &plan(authors, none),
            budget,
        )
        .await?;
        // Besides what is back-filled.
        let budget = Budget::FREE.wcu(10.0 * (1.0 + 6.0) + 20.0);
        self.move_edges(
            "janitor: and to be pushed again",
            &plan(Vec::new(), ten),
            budget,
        )
        .await
    }

    async fn move_edges(
        &mut self,
        what: &str,
        message: &JanitorMessage,
        budget: Budget,
    ) -> Result<()> {
        let app = janitor::App::new(&self.context);
        let event = sqs_event(&[serde_json::to_string(message)?]);
        self.meter.take();
        let done = janitor::work_off(&app, event).await;
        self.report.add(what, self.meter.take(), budget);
        ensure!(done.batch_item_failures.is_empty(), "{what}: {done:?}");
        Ok(())
    }
}
