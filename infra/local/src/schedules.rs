//! The template's schedules, and when each is due by the cloud's clock.

use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use data_plane::Template;
use data_plane::template::ScheduleEvent;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;

use crate::paused::Paused;

/// The schedules, and when each is due next.
pub(crate) struct Schedules {
    all: Mutex<Vec<Schedule>>,
    woken: Notify,
}

#[derive(Clone)]
pub(crate) struct Schedule {
    pub(crate) binary: String,
    pub(crate) event: ScheduleEvent,
    every: SignedDuration,
    due: Timestamp,
    running: bool,
}

impl Schedule {
    fn is_due(&self, now: Timestamp, paused: &Paused) -> bool {
        self.due <= now && !paused.has(&self.binary)
    }
}

impl Schedules {
    pub(crate) fn read(template: &Template, now: Timestamp) -> Result<Self> {
        let mut all = Vec::new();
        for function in template.functions()? {
            for event in function.schedules() {
                let every = rate(&event.expression)?;
                all.push(Schedule {
                    binary: function.binary.clone(),
                    event: event.clone(),
                    every,
                    due: now.checked_add(every)?,
                    running: false,
                });
            }
        }
        Ok(Self {
            all: Mutex::new(all),
            woken: Notify::new(),
        })
    }

    /// Whether a schedule is due, or running, save those of functions that are paused.
    pub(crate) fn any_due(&self, now: Timestamp, paused: &Paused) -> bool {
        let all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter()
            .any(|schedule| schedule.running || schedule.is_due(now, paused))
    }

    /// Looks at the clock now rather than in a second.
    pub(crate) fn wake(&self) {
        self.woken.notify_waiters();
    }

    /// Until somebody [wakes](Self::wake) whoever waits here.
    pub(crate) fn woken(&self) -> impl Future<Output = ()> {
        self.woken.notified()
    }

    /// Takes the next due schedule. However long the clock was turned, it runs once.
    pub(crate) fn take_due(&self, now: Timestamp, paused: &Paused) -> Option<(usize, Schedule)> {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, schedule) = all
            .iter_mut()
            .enumerate()
            .find(|(_, schedule)| schedule.is_due(now, paused))?;
        schedule.due = now.checked_add(schedule.every).unwrap_or(Timestamp::MAX);
        schedule.running = true;
        Some((at, schedule.clone()))
    }

    pub(crate) fn finish(&self, at: usize) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.get_mut(at)
            .into_iter()
            .for_each(|schedule| schedule.running = false);
    }
}

/// `rate(5 minutes)` as a duration.
fn rate(expression: &str) -> Result<SignedDuration> {
    let inner = expression
        .strip_prefix("rate(")
        .and_then(|rest| rest.strip_suffix(')'));
    let inner = inner.with_context(|| format!("{expression}: only rate(…) is known here"))?;
    let (number, unit) = inner
        .split_once(' ')
        .context("a rate has a number and a unit")?;
    let number: i64 = number.parse()?;
    Ok(match unit.trim_end_matches('s') {
        "minute" => SignedDuration::from_mins(number),
        "hour" => SignedDuration::from_hours(number),
        "day" => SignedDuration::from_hours(number.saturating_mul(24)),
        other => bail!("{other} is no unit of a rate"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_minutes_hours_and_days() {
        assert_eq!(
            rate("rate(5 minutes)").unwrap(),
            SignedDuration::from_mins(5)
        );
        assert_eq!(rate("rate(1 hour)").unwrap(), SignedDuration::from_hours(1));
        assert_eq!(
            rate("rate(2 days)").unwrap(),
            SignedDuration::from_hours(48)
        );
        assert!(rate("cron(0 0 * * ? *)").is_err());
    }
}
