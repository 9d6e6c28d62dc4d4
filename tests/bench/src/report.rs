//! The table of what was measured, with the budget beside each figure.

use anyhow::{Context as _, Result};
use harness::Reading;

/// What a step may cost; `None` where nothing is said.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Budget {
    pub(crate) rounds: Option<usize>,
    pub(crate) rcu: Option<f64>,
    pub(crate) wcu: Option<f64>,
}

impl Budget {
    /// Nothing is said.
    pub(crate) const FREE: Self = Self {
        rounds: None,
        rcu: None,
        wcu: None,
    };

    pub(crate) fn rounds(rounds: usize) -> Self {
        Self {
            rounds: Some(rounds),
            ..Self::FREE
        }
    }

    pub(crate) fn rcu(self, rcu: f64) -> Self {
        Self {
            rcu: Some(rcu),
            ..self
        }
    }

    pub(crate) fn wcu(self, wcu: f64) -> Self {
        Self {
            wcu: Some(wcu),
            ..self
        }
    }

    /// A tie is a pass.
    fn holds(&self, reading: &Reading) -> bool {
        self.rounds.is_none_or(|most| reading.rounds <= most)
            && self.rcu.is_none_or(|most| reading.rcu <= most + 1e-9)
            && self.wcu.is_none_or(|most| reading.wcu <= most + 1e-9)
    }
}

/// The rows so far.
#[derive(Debug, Default)]
pub(crate) struct Report {
    rows: Vec<(String, Reading, Budget)>,
}

impl Report {
    pub(crate) fn add(&mut self, what: &str, reading: Reading, budget: Budget) {
        self.rows.push((what.to_owned(), reading, budget));
    }

    /// Whether a row is about this, perhaps in a case of it.
    pub(crate) fn has(&self, what: &str) -> bool {
        self.rows.iter().any(|(row, ..)| {
            row.strip_prefix(what)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(", "))
        })
    }

    /// What the first row of this name used.
    pub(crate) fn reading(&self, what: &str) -> Result<Reading> {
        let found = self.rows.iter().find(|(row, ..)| row == what);
        let (_, reading, _) = found.with_context(|| format!("no row {what}"))?;
        Ok(*reading)
    }

    /// Name and reading of the first row whose name begins so.
    pub(crate) fn starting(&self, what: &str) -> Result<(&str, Reading)> {
        let found = self.rows.iter().find(|(row, ..)| row.starts_with(what));
        let (row, reading, _) = found.with_context(|| format!("no row {what}…"))?;
        Ok((row, *reading))
    }

    /// Whether no budget is exceeded.
    pub(crate) fn holds(&self) -> bool {
        self.rows
            .iter()
            .all(|(_, reading, budget)| budget.holds(reading))
    }

    /// The table; a figure with a budget says `figure ≤ budget`.
    pub(crate) fn text(&self) -> String {
        let head = [
            "what", "rounds", "requests", "RCU", "WCU", "SQS", "S3", "budget",
        ]
        .map(str::to_owned);
        let mut lines = vec![head];
        lines.extend(self.rows.iter().map(|(what, reading, budget)| {
            let verdict = match budget {
                Budget {
                    rounds: None,
                    rcu: None,
                    wcu: None,
                } => "–",
                budget if budget.holds(reading) => "kept",
                _ => "EXCEEDED",
            };
            [
                what.clone(),
                beside(&reading.rounds, budget.rounds),
                reading.dynamodb.to_string(),
                beside(&reading.rcu, budget.rcu),
                beside(&reading.wcu, budget.wcu),
                reading.sqs.to_string(),
                reading.s3.to_string(),
                verdict.to_owned(),
            ]
        }));
        let width = |column: usize| {
            let cells = lines.iter().map(|line| line[column].chars().count());
            cells.max().unwrap_or_default()
        };
        let widths: [usize; 8] = std::array::from_fn(width);
        let pad = |line: &[String; 8]| {
            let cells = line
                .iter()
                .zip(widths)
                .enumerate()
                .map(|(column, (cell, width))| {
                    let space = " ".repeat(width - cell.chars().count());
                    if column == 0 || column == 7 {
                        format!("{cell}{space}")
                    } else {
                        format!("{space}{cell}")
                    }
                });
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        lines.iter().map(pad).collect::<Vec<_>>().join("\n")
    }
}

fn beside<T: ToString>(figure: &T, budget: Option<T>) -> String {
    match budget {
        Some(budget) => format!("{} ≤ {}", figure.to_string(), budget.to_string()),
        None => figure.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tie_keeps_a_budget_and_anything_above_exceeds_it() {
        let reading = Reading {
            rounds: 2,
            rcu: 4.0,
            ..Reading::default()
        };
        let mut report = Report::default();
        report.add("a tie", reading, Budget::rounds(2).rcu(4.0));
        assert!(report.holds());
        report.add("above", reading, Budget::rounds(2).rcu(3.5));
        assert!(!report.holds());
        assert!(report.text().ends_with("EXCEEDED"), "{}", report.text());
        assert!(report.text().contains("4 ≤ 3.5"));
    }
}
