//! Every worker step, beside its budget.

use anyhow::{Context as _, Result, ensure};
use domain::{
    engagement::Thing,
    feeds::{BACK_FILL, Entry, Plan, Ranges, SIZES},
    people::Profile,
    posts::Post,
};
use futures::future::join_all;
use harness::{World, sqs_event, user};
use serde_json::json;
use shared::queue::messages::{
    FanoutMessage, Followed, Heated, MarksChanged, Published, RollupMessage,
};

use crate::{
    capacity::{Bench, PHOTO, id, ticket},
    reference::{self, author, text},
    report::Budget,
};

pub(crate) const CATALOGUE: &[u8] = include_bytes!("../../../infra/local/demo/products.tsv");

impl Bench {
    pub(crate) async fn relay(&mut self) -> Result<()> {
        let app = relay::App::new(&self.context);
        let (_, before) = self.world.stream_after(None);
        self.world.published_post(&author(1)).await;
        self.world.follow("newcomer", "stranger").await;
        let (event, _) = self.world.stream_after(before.as_deref());
        self.meter.take();
        let answer = relay::handle(&app, event).await;
        let used = self.meter.take();
        ensure!(answer.batch_item_failures.is_empty(), "{answer:?}");
        self.report
            .add("relay: a post and a follow", used, Budget::FREE);
        let messages = self.world.receive_all("fanout").await.len();
        ensure!(messages == 2, "{messages} messages");
        for queue in ["notifier", "rollup"] {
            self.world.receive_all(queue).await;
        }
        Ok(())
    }

    pub(crate) async fn fanout(&mut self) -> Result<()> {
        let app = fanout::App::new(&self.context);
        for (star, readers) in [("starone", 500_usize), ("startwo", 2_500)] {
            let star = self.star(star, readers).await?;
            let entry = Entry::of(&star).context("a published post")?;
            let published = FanoutMessage::PostPublished(Published {
                post: star.id,
                author: star.author.clone(),
                published_at: entry.at.published_at,
                topics: star.topics.clone(),
            });
            let mut bodies = vec![serde_json::to_string(&published)?];
            let mut messages = 0;
            self.meter.take();
            while !bodies.is_empty() {
                messages += bodies.len();
                let answer = fanout::handle(&app, sqs_event(&bodies)).await;
                ensure!(answer.batch_item_failures.is_empty(), "{answer:?}");
                bodies = self.world.receive_all("fanout").await;
            }
            let ranges = if readers > 500 {
                readers.div_ceil(500)
            } else {
                0
            };
            let most = ranges + 1;
            ensure!(messages <= most, "{messages} messages, not {most}");
            // One write a delivery and a range; besides, one a topic, for the head, what came of it and the marker, and
            // two for a plan with its one block.
            let besides = star.topics.len() + 3 + 2 * usize::from(ranges > 0);
            let budget = Budget::FREE
                .wcu((readers + ranges + besides) as f64)
                .rcu(0.025 * readers as f64 + 2.0);
            let name = format!("fanout: {readers} readers, {messages} messages (≤ {most})");
            self.report.add(&name, self.meter.take(), budget);
        }
        self.reach().await?;
        let author = author(0);
        for index in 0..BACK_FILL + 1 {
            self.world
                .published_post(&author)
                .text(&format!("Number {index}"))
                .await;
        }
        self.world.follow("newcomer", &author).await;
        let followed = FanoutMessage::Followed(Followed {
            reader: user("newcomer"),
            author: user(&author),
        });
        let event = sqs_event(&[serde_json::to_string(&followed)?]);
        self.meter.take();
        let answer = fanout::handle(&app, event).await;
        ensure!(answer.batch_item_failures.is_empty(), "{answer:?}");
        // What is delivered, and the edge with the author's place on the reader's page, in one transaction.
        // Besides, in one transaction: the page, the edge, and that of a pull, which a move may have left.
        let budget = Budget::FREE.wcu(BACK_FILL as f64 + 6.0);
        self.report
            .add("fanout: back-fill of a follow", self.meter.take(), budget);
        Ok(())
    }

    /// A post by somebody with that many followers.
    /// How far a post has come whose delivery is under way.
    async fn reach(&mut self) -> Result<()> {
        let star = self.star("starthree", 1_200).await?;
        let (store, now) = (self.world.store(), self.world.now());
        let plan = store.plan_delivery(star.id, Plan::of(1_200, SIZES), now);
        let ranges = Ranges {
            count: plan.await?.ranges,
            block: SIZES.block,
        };
        store.note_range(star.id, ranges, 1, 400, now).await?;
        let http = self.serve(feed::router(&self.context));
        let token = self.world.token("starthree", &["prime"]);
        let reader = std::mem::replace(&mut self.token, token);
        let path = format!("/v1/posts/{}/reach", star.id);
        let budget = Budget::rounds(2).rcu(3.0);
        let reach = self
            .call(
                "GET /v1/posts/{post_id}/reach",
                http.get(&path),
                200,
                budget,
            )
            .await?
            .json();
        ensure!(reach["waiting"] == 800, "{reach}");
        self.token = reader;
        Ok(())
    }

    async fn star(&self, sub: &str, readers: usize) -> Result<Post> {
        let star = Profile {
            followers: readers as u64,
            ..reference::profile(&self.world, sub, 0)?
        };
        let mut edges = Vec::with_capacity(readers);
        for reader in 0..readers {
            edges.push((user(&format!("follower{reader:05}")), star.id.clone()));
        }
        let now = self.world.now();
        self.world.store().load_people(&[star], &edges, now).await?;
        Ok(self.world.published_post(sub).await)
    }

    pub(crate) async fn photos(&mut self) -> Result<()> {
        let app = photos::App::new(&self.context);
        let http = self.serve(posting::router(&self.world.context()));
        for waits in [false, true] {
            let ticket = ticket(&http, PHOTO).token(&self.token).send().await;
            let photo = id(&ticket)?;
            let mut what = "photos: an upload".to_owned();
            if waits {
                what.push_str(" that a post waits for");
                let body = json!({"kind": "photo", "photos": [{"id": photo}]});
                let post = http.post("/v1/posts").token(&self.token).json(body);
                let post = post.send().await.expect(201).json();
                ensure!(post["status"] == "processing", "{post}");
            }
            self.world
                .put_object(&format!("uploads/{photo}"), "image/jpeg", PHOTO.to_vec())
                .await;
            let event = self.world.receive_event("photos").await;
            self.meter.take();
            let answer = photos::handle(&app, event).await;
            self.report.add(&what, self.meter.take(), Budget::FREE);
            ensure!(answer.batch_item_failures.is_empty(), "{answer:?}");
            let path = format!("/v1/photos/{photo}");
            let photo = http.get(&path).token(&self.token).send().await.json();
            ensure!(photo["status"] == "ready", "{photo}");
        }
        Ok(())
    }

    pub(crate) async fn rollup(&mut self) -> Result<()> {
        // A table where writes meet, so that a crowd's counts are spread; alone at it, a worker meets nobody.
        let world = World::contended().await;
        world.member("ana").await;
        let app = rollup::App::new(&self.meter.attach(&world.context()));
        let quiet = world.published_post("ana").text(&text(1_700)).await.id;
        for fan in 0..3 {
            world.smile(&user(&format!("fan{fan}")), quiet).await;
        }
        let marks = RollupMessage::MarksChanged(MarksChanged::of(quiet));
        // What changes nothing reads the post, what its author did at it, and whether its best comments are kept.
        for (what, budget) in [
            ("that earns something", Budget::FREE.rcu(4.5).wcu(8.0)),
            ("that earns what it did", Budget::FREE.rcu(3.5).wcu(0.0)),
        ] {
            let event = sqs_event(&[serde_json::to_string(&marks)?]);
            self.meter.take();
            let answer = rollup::handle(&app, event).await;
            ensure!(answer.batch_item_failures.is_empty(), "{answer:?}");
            let name = format!("rollup: marks of a post of 2 KB {what}");
            self.report.add(&name, self.meter.take(), budget);
        }
        let post = world.published_post("ana").await.id;
        let fans = (0..50).map(|fan| user(&format!("fan{fan}")));
        let smiles = fans.map(async |fan| world.smile(&fan, post).await);
        join_all(smiles).await;
        let hot = world.store().post_now(post).await?;
        let hot = hot.context("the post")?.heat();
        ensure!(hot.is_hot(), "nobody met");
        let look = RollupMessage::Heated(Heated {
            thing: Thing::Post(post),
            generation: hot.generation,
            acts: 0,
        });
        let event = sqs_event(&[serde_json::to_string(&look)?]);
        self.meter.take();
        let answer = rollup::handle(&app, event).await;
        ensure!(answer.batch_item_failures.is_empty(), "{answer:?}");
        // Two write units a shard and for each KB of the post; then what it has earned.
        let budget = Budget::FREE
            .rcu(24.0)
            .wcu(2.0 * hot.shards as f64 + 4.0 + 8.0);
        let name = format!("rollup: a fold of {} shards", hot.shards);
        self.report.add(&name, self.meter.take(), budget);
        Ok(())
    }

    pub(crate) async fn catalogue(&mut self) -> Result<()> {
        let app = catalogue::App::new(&self.context);
        self.world
            .put_object(
                "catalogue/products.tsv",
                "text/tab-separated-values",
                CATALOGUE.to_vec(),
            )
            .await;
        let event = self.world.receive_event("catalogue").await;
        self.meter.take();
        let answer = catalogue::handle(&app, event).await;
        ensure!(answer.batch_item_failures.is_empty(), "{answer:?}");
        let lines = CATALOGUE.split(|byte| *byte == b'\n');
        let lines = lines.filter(|line| !line.is_empty()).count() - 1;
        let name = format!("catalogue: a feed of {lines} products");
        self.report.add(&name, self.meter.take(), Budget::FREE);
        Ok(())
    }
}
