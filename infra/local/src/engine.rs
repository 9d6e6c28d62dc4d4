//! What all parts of the cloud share: the data plane, the clock, and whether anything is left to do.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Result, bail};
use data_plane::{DataPlane, Depth};
use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::capacity::{Actions, Capacity, Meter};
use crate::checkpoint::{Checkpoint, CheckpointFile};
use crate::clock::Turned;
use crate::paused::Paused;
use crate::schedules::Schedules;

/// Draining gives up when nothing was worked off for this long.
const STUCK: Duration = Duration::from_secs(60);
/// The stream is looked at this often while something is waited for.
const LOOK: Duration = Duration::from_millis(5);
/// The stream's old records are removed once the checkpoint moved this often.
const TRIM_EVERY: u64 = 200;
/// The template's name of the table, whose stream it is.
const TABLE: &str = "Table";

/// The state of the cloud.
pub(crate) struct Engine {
    pub(crate) plane: DataPlane,
    pub(crate) clock: Turned,
    pub(crate) schedules: Schedules,
    pub(crate) paused: Paused,
    meter: Meter,
    /// Moves whenever something was worked off, before its message is deleted.
    done: AtomicU64,
    /// The stream is worked off up to here.
    position: Mutex<Option<String>>,
    /// Failed messages, hidden until their time comes.
    parked: Mutex<Vec<Parked>>,
    /// Wakes the stream's trigger.
    pub(crate) nudge: Notify,
    checkpoints: CheckpointFile,
    kept: Mutex<KeptState>,
}

struct Parked {
    queue: String,
    receipt: String,
    until: Timestamp,
}

#[derive(Default)]
struct KeptState {
    checkpoint: Checkpoint,
    dead: BTreeMap<String, usize>,
    written: u64,
}

/// What is left to do, as `GET /local/status` tells it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Status {
    /// Each queue, named after its consumer.
    pub queues: Vec<QueueStatus>,
    /// The table's stream.
    pub stream: StreamStatus,
    /// The functions that are not called for now.
    pub paused: Vec<String>,
    /// The DynamoDB capacity that each function consumed, by operation.
    pub capacity: Capacity,
    /// The actions that each function's role must allow for what it did on the table.
    pub actions: Actions,
}

/// A queue's messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QueueStatus {
    /// Its consumer.
    pub name: String,
    /// Ready to be worked off.
    pub waiting: usize,
    /// Being worked off, or hidden after a failure.
    pub in_flight: usize,
    /// In the dead-letter queue.
    pub dead: usize,
}

/// The stream's records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StreamStatus {
    /// Not yet worked off; 1000 stands for that many or more.
    pub behind: usize,
}

impl Engine {
    /// Goes on from the checkpoint: dead letters and what is not due are put back, the stream is replayed from it.
    pub(crate) async fn resume(
        plane: DataPlane,
        clock: Turned,
        schedules: Schedules,
        meter: Meter,
        checkpoints: CheckpointFile,
    ) -> Result<Self> {
        let checkpoint = checkpoints.read()?;
        let turned = clock.clock();
        plane.queues().follow(move || turned.now());
        for message in &checkpoint.delayed {
            plane.queues().delay(message.clone()).await;
        }
        let mut dead = BTreeMap::new();
        for (queue, bodies) in &checkpoint.dead_letters {
            for body in bodies {
                plane.queues().send(queue, body.clone()).await?;
            }
            dead.insert(queue.clone(), bodies.len());
        }
        Ok(Self {
            paused: Paused::none(plane.template())?,
            plane,
            clock,
            schedules,
            meter,
            done: AtomicU64::new(0),
            position: Mutex::new(checkpoint.sequence.clone()),
            parked: Mutex::default(),
            nudge: Notify::new(),
            checkpoints,
            kept: Mutex::new(KeptState {
                checkpoint,
                dead,
                written: 0,
            }),
        })
    }

    /// Something was worked off. Called before its message is deleted, so that a message which
    /// moved from one queue to another is never missed in between.
    pub(crate) fn progress(&self) {
        self.done.fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn position(&self) -> Option<String> {
        self.position
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn move_to(&self, sequence: String) {
        self.progress();
        *self.position.lock().unwrap_or_else(PoisonError::into_inner) = Some(sequence);
    }

    /// A message failed: it stays hidden for its queue's visibility timeout by this clock, or
    /// until somebody drains.
    pub(crate) fn park(&self, queue: &str, receipt: String) {
        let declared = self.plane.queues().declared().iter();
        let hidden = declared.filter(|declared| declared.logical_id == queue);
        let hidden = hidden
            .map(|queue| queue.visibility)
            .next()
            .unwrap_or_default();
        let until = self
            .clock
            .now()
            .checked_add(hidden)
            .unwrap_or(Timestamp::MAX);
        let parked = Parked {
            queue: queue.to_owned(),
            receipt,
            until,
        };
        self.parked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(parked);
    }

    /// Makes failed messages ready again: those whose time has come, or all.
    pub(crate) async fn release(&self, all: bool) -> Result<()> {
        let now = self.clock.now();
        let due = {
            let mut parked = self.parked.lock().unwrap_or_else(PoisonError::into_inner);
            let (due, rest): (Vec<_>, Vec<_>) = parked
                .drain(..)
                .partition(|parked| all || parked.until <= now);
            *parked = rest;
            due
        };
        for Parked { queue, receipt, .. } in due {
            self.plane.queues().release(&queue, &receipt).await?;
        }
        Ok(())
    }

    /// Whether all queues but those of dead letters, and those left out, are empty, at one moment.
    async fn queues_are_empty(&self, left_out: impl Fn(&str) -> bool) -> Result<bool> {
        let before = self.done.load(Ordering::SeqCst);
        for queue in self.plane.queues().declared() {
            let dead_letters = self.plane.queues().is_dead_letter_queue(&queue.logical_id);
            let left_out = dead_letters || left_out(&queue.logical_id);
            if !left_out && self.plane.queues().depth(&queue.logical_id).await?.total() > 0 {
                return Ok(false);
            }
        }
        Ok(before == self.done.load(Ordering::SeqCst))
    }

    async fn is_idle(&self) -> Result<bool> {
        let position = self.position();
        let paused = |source: &str| self.paused.holds(source);
        let stream = || self.plane.tables().records_after(position.as_deref(), 1);
        Ok(self.queues_are_empty(paused).await?
            && (paused(TABLE) || stream()?.is_empty())
            && self.position() == position
            && !self.schedules.any_due(self.clock.now(), &self.paused))
    }

    /// Waits until stream, queues and due schedules are worked off, save by whoever is paused. Failed messages are tried
    /// again at once until they are done or dead.
    ///
    /// # Errors
    /// Nothing was worked off for a minute.
    pub(crate) async fn drain(&self) -> Result<()> {
        let mut progress = (self.done.load(Ordering::SeqCst), Instant::now());
        while !self.is_idle().await? {
            self.nudge.notify_waiters();
            self.schedules.wake();
            self.release(true).await?;
            tokio::time::sleep(LOOK).await;
            let done = self.done.load(Ordering::SeqCst);
            if done != progress.0 {
                progress = (done, Instant::now());
            } else if progress.1.elapsed() > STUCK {
                bail!(
                    "nothing was worked off for a minute: {:?}",
                    self.status().await?
                );
            }
        }
        self.keep().await
    }

    /// Moves the checkpoint, if the queues are empty: what the stream told so far, and all that
    /// followed from it, is then done.
    pub(crate) async fn keep(&self) -> Result<()> {
        let (told, position) = (self.plane.told_objects(), self.position());
        let taken = self.plane.queues().taken();
        let mark = taken.mark();
        // Before the queues are looked at: what falls due in between is found there.
        let delayed = self.plane.queues().delayed().await?;
        if !self.queues_are_empty(|_| false).await? {
            return Ok(());
        }
        let queues = self.plane.queues();
        let mut dead = BTreeMap::new();
        for queue in queues.declared() {
            if queues.is_dead_letter_queue(&queue.logical_id) {
                let depth = queues.depth(&queue.logical_id).await?.total();
                dead.insert(queue.logical_id.clone(), depth);
            }
        }
        dead.retain(|_, count| *count > 0);
        let mut checkpoint = {
            let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            let as_kept =
                kept.checkpoint.sequence == position && kept.checkpoint.delayed == delayed;
            if kept.dead == dead && as_kept && told.is_empty() {
                return taken.settle(mark);
            }
            kept.checkpoint.clone()
        };
        checkpoint.sequence.clone_from(&position);
        checkpoint.delayed = delayed;
        checkpoint.dead_letters.clear();
        for queue in dead.keys() {
            checkpoint
                .dead_letters
                .insert(queue.clone(), queues.peek(queue).await?);
        }
        let trim = {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            self.checkpoints.write(&checkpoint)?;
            kept.checkpoint = checkpoint;
            kept.dead = dead;
            kept.written += 1;
            kept.written.is_multiple_of(TRIM_EVERY)
        };
        self.plane.settle_objects(&told);
        taken.settle(mark)?;
        if let Some(position) = position.filter(|_| trim) {
            let tables = self.plane.tables().clone();
            tokio::task::spawn_blocking(move || tables.trim_stream(&position)).await??;
        }
        Ok(())
    }

    /// What is left to do.
    pub(crate) async fn status(&self) -> Result<Status> {
        let queues = self.plane.queues();
        let mut named = BTreeMap::<String, (Depth, usize)>::new();
        for queue in queues.declared() {
            let depth = queues.depth(&queue.logical_id).await?;
            let id = &queue.logical_id;
            if queues.is_dead_letter_queue(id) {
                let name = consumer(id.strip_suffix("Dlq").unwrap_or(id));
                named.entry(name).or_default().1 += depth.total();
            } else {
                named
                    .entry(consumer(id.strip_suffix("Queue").unwrap_or(id)))
                    .or_default()
                    .0 = depth;
            }
        }
        let queues = named.into_iter().map(|(name, (depth, dead))| QueueStatus {
            name,
            waiting: depth.waiting,
            in_flight: depth.in_flight,
            dead,
        });
        let position = self.position();
        let behind = self
            .plane
            .tables()
            .records_after(position.as_deref(), 1000)?
            .len();
        Ok(Status {
            queues: queues.collect(),
            stream: StreamStatus { behind },
            paused: self.paused.names(),
            capacity: self.meter.read(),
            actions: self.meter.actions(),
        })
    }
}

/// `PhotoThings` → `photo-things`.
fn consumer(name: &str) -> String {
    let mut out = String::new();
    for (at, letter) in name.char_indices() {
        if letter.is_ascii_uppercase() && at > 0 {
            out.push('-');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}
