//! What is gone: its case is closed, and whoever reported it is told that it is not there any more.

use domain::{engagement::Outcome, ids::StatementId};
use shared::{
    error::Error,
    queue::messages::{Gone, RollupMessage},
    table::Anew,
};

use crate::{App, decided::on_reports};

/// Notes it on the reports that nothing came of yet, a hundred at a time, and then closes the case.
pub(crate) async fn note(app: &App, gone: Gone) -> Result<(), Error> {
    let subject = &gone.subject;
    let outcome = Outcome {
        // The same whenever this is told, and after all that was decided of it until then.
        by: StatementId::of(subject, u64::MAX, gone.at),
        upheld: None,
        at: gone.at,
    };
    let (mut after, mut anew) = (gone.after.clone(), Anew::standing_on("what was said of it"));
    loop {
        let case = app.store.case_now(subject).await?;
        let Some(case) = case.filter(|case| !case.gone) else {
            return Ok(());
        };
        let noted = on_reports(app, subject, after.as_ref(), case.undecided(), &outcome);
        if let Some(last) = noted.await? {
            let after = Some(last);
            let next = RollupMessage::Gone(Gone { after, ..gone });
            return app.queue.send(&[next]).await;
        }
        if app.store.close_case(&case, app.clock.now()).await? {
            return Ok(());
        }
        // Somebody reported it meanwhile.
        (after, _) = (None, anew.begin().await?);
    }
}
