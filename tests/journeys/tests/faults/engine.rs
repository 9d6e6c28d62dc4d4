//! The triggers of a world whose workers meet faults: batches of any size, in any order, some of
//! them twice, until all is worked off.

use std::collections::HashSet;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::feeds::Sizes;
use harness::{Faults, World, sqs_event};
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::SliceRandom};
use serde_json::{Value, json};

/// After this many steps no more faults come, and nothing is told twice.
const FAULTY_STEPS: usize = 30;
/// By then all must be worked off.
const STEPS: usize = 1_000;

/// The stream, the queues, and the workers behind them.
pub struct Engine<'w> {
    world: &'w World,
    pub faults: Faults,
    random: StdRng,
    relay: relay::App,
    workers: [Worker; 7],
    /// The stream is read up to here.
    seen: Option<String>,
    steps: usize,
}

/// A queue, and the worker behind it.
struct Worker {
    queue: &'static str,
    app: App,
    /// Messages that were received and not worked off.
    waiting: Vec<String>,
}

enum App {
    Fanout(fanout::App),
    Photos(photos::App),
    Catalogue(catalogue::App),
    Rollup(rollup::App),
    Notifier(notifier::App),
    Janitor(Box<janitor::App>),
}

impl App {
    async fn handle(&self, event: SqsEvent) -> SqsBatchResponse {
        match self {
            Self::Fanout(app) => fanout::handle(app, event).await,
            Self::Photos(app) => photos::handle(app, event).await,
            Self::Catalogue(app) => catalogue::handle(app, event).await,
            Self::Rollup(app) => rollup::handle(app, event).await,
            Self::Notifier(app) => notifier::handle(app, event).await,
            Self::Janitor(app) => janitor::work_off(app, event).await,
        }
    }
}

impl<'w> Engine<'w> {
    /// Workers that meet faults by this seed, and deliver by small ranges, to more than two followers in bulk.
    pub fn new(world: &'w World, seed: u64) -> Self {
        let faults = Faults::seeded(seed);
        let mut random = StdRng::seed_from_u64(seed);
        let context = faults.attach(&world.context());
        let sizes = Sizes {
            range: random.random_range(1..=3),
            bulk: 2,
            asked: random.random_range(1..=2),
            block: random.random_range(1..=2),
        };
        Self {
            world,
            faults,
            relay: relay::App::new(&context),
            workers: [
                Worker {
                    queue: "fanout",
                    app: App::Fanout(fanout::App::with_sizes(&context, sizes)),
                    waiting: Vec::new(),
                },
                Worker {
                    queue: "fanout-bulk",
                    app: App::Fanout(fanout::App::with_sizes(&context, sizes)),
                    waiting: Vec::new(),
                },
                Worker {
                    queue: "photos",
                    app: App::Photos(photos::App::new(&context)),
                    waiting: Vec::new(),
                },
                Worker {
                    queue: "catalogue",
                    app: App::Catalogue(catalogue::App::with_slice(&context, 4)),
                    waiting: Vec::new(),
                },
                Worker {
                    queue: "rollup",
                    app: App::Rollup(rollup::App::new(&context)),
                    waiting: Vec::new(),
                },
                Worker {
                    queue: "notifier",
                    app: App::Notifier(notifier::App::new(&context)),
                    waiting: Vec::new(),
                },
                Worker {
                    queue: "janitor",
                    app: App::Janitor(Box::new(janitor::App::new(&context))),
                    waiting: Vec::new(),
                },
            ],
            random,
            seen: None,
            steps: 0,
        }
    }

    /// One batch of one trigger; `false` when there was nothing to do anywhere.
    pub async fn step(&mut self) -> bool {
        self.steps += 1;
        assert!(self.steps < STEPS, "it comes to no end");
        if self.steps == FAULTY_STEPS {
            self.faults.calm();
        }
        let triggers = 1 + self.workers.len();
        let first = self.random.random_range(0..triggers);
        for trigger in (0..triggers).map(|trigger| (first + trigger) % triggers) {
            let worked = match trigger {
                0 => self.relay_step().await,
                worker => self.queue_step(worker - 1).await,
            };
            if worked {
                return true;
            }
        }
        false
    }

    /// Steps until nothing is left to do.
    pub async fn settle(&mut self) {
        while self.step().await {}
    }

    fn again(&mut self) -> bool {
        self.steps < FAULTY_STEPS && self.random.random_ratio(1, 5)
    }

    async fn relay_step(&mut self) -> bool {
        let (event, _) = self.world.stream_after(self.seen.as_deref());
        let records = event["Records"].as_array().expect("records");
        if records.is_empty() {
            return false;
        }
        let size = self.random.random_range(1..=records.len());
        let batch = &records[..size];
        let event = json!({ "Records": batch });
        let Some(response) = self.faults.run(relay::handle(&self.relay, event)).await else {
            return true;
        };
        let failed = response
            .batch_item_failures
            .iter()
            .map(|failure| failure.item_identifier.as_deref())
            .next();
        let done = match failed {
            Some(failed) => batch
                .iter()
                .position(|record| sequence(record) == failed)
                .expect("a record of the batch"),
            None => size,
        };
        // A trigger that forgets how far it came reads again.
        if !self.again()
            && let Some(last) = batch[..done].last()
        {
            self.seen = sequence(last).map(str::to_owned);
        }
        true
    }

    async fn queue_step(&mut self, worker: usize) -> bool {
        let Worker {
            queue,
            app,
            waiting,
        } = &mut self.workers[worker];
        waiting.extend(self.world.receive_all(queue).await);
        if waiting.is_empty() {
            return false;
        }
        waiting.shuffle(&mut self.random);
        let size = self.random.random_range(1..=waiting.len().min(10));
        let batch = waiting.split_off(waiting.len() - size);
        let Some(response) = self.faults.run(app.handle(sqs_event(&batch))).await else {
            waiting.extend(batch);
            return true;
        };
        let failures = response.batch_item_failures.into_iter();
        let failed: HashSet<_> = failures.map(|failure| failure.item_identifier).collect();
        for (index, body) in batch.into_iter().enumerate() {
            if failed.contains(&format!("m{index}")) || self.again() {
                self.workers[worker].waiting.push(body);
            }
        }
        true
    }
}

fn sequence(record: &Value) -> Option<&str> {
    record["dynamodb"]["SequenceNumber"].as_str()
}
