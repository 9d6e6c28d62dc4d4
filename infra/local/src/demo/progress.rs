//! What the loading of the demo tells meanwhile: a bar on a terminal, lines elsewhere, and never
//! nothing for long.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, interval_at};

/// How far the loading is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What is being done, such as `photos`.
    pub what: &'static str,
    /// How many of them are.
    pub done: usize,
    /// How many there are; 0 where they are not counted.
    pub of: usize,
}

/// Where the loading says how far it is.
#[derive(Debug, Clone)]
pub struct Steps(UnboundedSender<Step>);

/// Where that is heard; it ends with the loading.
pub type Told = UnboundedReceiver<Step>;

/// Both ends.
pub fn steps() -> (Steps, Told) {
    let (said, told) = unbounded_channel();
    (Steps(said), told)
}

impl Steps {
    /// Says what begins now, and of how many it is made.
    pub(super) fn begin(&self, what: &'static str, of: usize) {
        self.say(what, 0, of);
    }

    /// Says how many are done. Whether anybody listens is not the loading's concern.
    pub(super) fn say(&self, what: &'static str, done: usize, of: usize) {
        drop(self.0.send(Step { what, done, of }));
    }
}

/// Whoever waits is told something at least this often.
const PATIENCE: Duration = Duration::from_secs(4);

/// Tells whoever waits of every step, on standard error.
pub async fn tell(told: Told) {
    if io::stderr().is_terminal() {
        draw(told).await;
    } else {
        write(told, io::stderr()).await;
    }
}

/// A bar that moves by itself, also while a step takes its time.
async fn draw(mut told: Told) {
    let bar = ProgressBar::new(0);
    let style = ProgressStyle::with_template("{spinner} {msg:24} {bar:32} {pos}/{len} {elapsed}");
    bar.set_style(style.unwrap_or_else(|_bad| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(100));
    while let Some(Step { what, done, of }) = told.recv().await {
        bar.set_message(what);
        bar.set_length(of as u64);
        bar.set_position(done as u64);
    }
    bar.finish_and_clear();
}

/// A line a step, and one more whenever there was none for [`PATIENCE`].
async fn write(mut told: Told, mut out: impl Write) {
    let mut now = None::<Step>;
    let mut quiet = interval_at(Instant::now() + PATIENCE, PATIENCE);
    loop {
        let line = tokio::select! {
            step = told.recv() => {
                let Some(step) = step else { return };
                let begins = now.as_ref().is_none_or(|before| before.what != step.what);
                now = Some(step);
                begins
            }
            _ = quiet.tick() => true,
        };
        if line && let Some(Step { what, done, of }) = &now {
            let count = match (done, of) {
                (_, 0) => String::new(),
                (0, of) => format!(": {of}"),
                (done, of) => format!(": {done} of {of}"),
            };
            // Nobody may be there to read it.
            drop(writeln!(out, "Loading {what}{count}"));
            quiet.reset();
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn each_step_is_a_line_and_there_is_none_for_no_more_than_four_seconds() {
        let (steps, told) = steps();
        let load = async move {
            steps.begin("photos", 60);
            for done in 1..=60 {
                advance(Duration::from_millis(100)).await;
                steps.say("photos", done, 60);
            }
            steps.begin("what follows", 0);
            for _ in 0..9 {
                advance(Duration::from_secs(1)).await;
            }
        };
        let mut lines = Vec::new();
        tokio::join!(load, write(told, &mut lines));
        let lines = String::from_utf8(lines).unwrap();
        let lines: Vec<_> = lines.lines().collect();
        let still = ["Loading what follows"; 3];
        assert_eq!(lines[0], "Loading photos: 60");
        assert!(lines[1].starts_with("Loading photos: ") && lines[1].ends_with(" of 60"));
        assert_eq!(lines[2..], still);
    }
}
