//! Decisions, noted on the reports that they decide: that tells whoever made them, and how often they were right.

use domain::engagement::Outcome;
use futures::{StreamExt, TryStreamExt, stream};
use shared::{
    error::Error,
    queue::messages::{Decided, RollupMessage},
};

use crate::App;

/// So many reports are noted with one message.
const AT_ONCE: usize = 100;
/// So many of them at the same time.
const PARALLEL: usize = 10;

/// Notes a decision on the reports of its rounds, a hundred of its subject's at a time.
pub(crate) async fn note(app: &App, decided: Decided) -> Result<(), Error> {
    let statement = app.store.statement(&decided.author, decided.statement);
    let Some(statement) = statement.await? else {
        return Ok(());
    };
    let (subject, after) = (&statement.subject, decided.after.as_ref());
    let (reports, more) = app.store.reports_on(subject, after, AT_ONCE).await?;
    let last = reports.last().map(|report| report.reporter.clone());
    let outcome = Outcome {
        by: statement.id,
        upheld: statement.action.weighs(),
        at: statement.decided_at,
    };
    let (now, (from, to)) = (app.clock.now(), statement.rounds);
    let its = reports.into_iter();
    let its = its.filter(|report| (from..=to).contains(&report.round));
    stream::iter(its)
        .map(async |report| app.store.note_outcome(&report, &outcome, now).await)
        .buffer_unordered(PARALLEL)
        .try_collect::<()>()
        .await?;
    match last.filter(|_| more) {
        None => Ok(()),
        after => {
            let next = RollupMessage::Decided(Decided { after, ..decided });
            app.queue.send(&[next]).await
        }
    }
}
