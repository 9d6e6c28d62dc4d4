//! Applications that fell due are decided by what their applicants have done by then (MONEY 6).

use domain::{
    ids::UserId,
    money::{
        Account,
        programmes::{Measured, Standing},
    },
};
use jiff::Timestamp;
use shared::{error::Error, store::Decision, table::Anew};

use crate::App;

/// At most so many are decided at one look, those that wait longest first.
const AT_ONCE: usize = 200;

/// Decides those that are due. One that cannot be is due at the next look, and keeps no other from being decided.
pub(crate) async fn decide(app: &App, now: Timestamp) -> Result<(), Error> {
    let mut failed = Ok(());
    for (at, user) in app.store.due_applications(now, AT_ONCE).await? {
        let mut anew = Anew::standing_on("an application");
        let decided = async {
            while !Box::pin(decide_one(app, at, &user, now)).await? {
                anew.begin().await?;
            }
            Ok(())
        };
        failed = failed.and(decided.await);
    }
    failed
}

/// `false` when something is not as it was read.
async fn decide_one(
    app: &App,
    at: Timestamp,
    user: &UserId,
    now: Timestamp,
) -> Result<bool, Error> {
    let application = app.store.application(user).await?;
    let waits = application.filter(|one| {
        one.status == Standing::InReview && one.decide_at.is_some_and(|due| due <= at)
    });
    let measured = match &waits {
        Some(_) => app.store.measured(user).await.map(Some),
        None => Ok(None),
    };
    let (before, measured) = match (waits, measured) {
        (Some(before), Ok(Some(measured))) => (before, measured),
        // It is decided, or whose it was has left.
        (_, Ok(_) | Err(Error::NotFound)) => {
            return app.store.forget_due(at, user).await.map(|()| true);
        }
        (_, Err(failed)) => return Err(failed),
    };
    let measured = Measured {
        audience: before.audience,
        ..measured
    };
    let after = before.decided(&measured, &app.thresholds, now);
    let decision = Decision {
        user,
        before: Some(&before),
        after: &after,
        fresh: &Account::of_random(u128::from(app.ids.ulid())),
    };
    app.store.decide_application(decision, None, now).await
}
