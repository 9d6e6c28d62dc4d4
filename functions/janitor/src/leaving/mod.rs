//! Works off an account that is deleted (ENGAGEMENT 48): a page of a step at a time, all steps twice, since what a call that
//! had begun before wrote late is to go too. Every item goes on condition of how it was read, with its count: what is done
//! twice, or by two at once, counts once.

mod acts;
mod briefs;
mod decided;
mod exports;
mod follows;
mod inbox;
mod lists;
mod money;
mod posts;
mod profile;
mod reports;
mod reviews;
mod rules;
mod social;
mod uploads;
mod words;

use domain::{
    ids::UserId,
    people::leaving::{Deletion, Step},
};
use futures::{StreamExt, TryStreamExt, stream};
use shared::{
    error::Error,
    queue::{
        is_late,
        messages::{AccountLeaving, JanitorMessage},
    },
};

use crate::App;

/// So many items are a page.
const PAGE: usize = 50;
/// So many of them go side by side.
const SIDE_BY_SIDE: usize = 8;

/// The kinds of item that go, by the files that take them.
#[cfg(test)]
const TAKEN: [&[&str]; 15] = [
    posts::TAKEN,
    uploads::TAKEN,
    lists::TAKEN,
    acts::TAKEN,
    follows::TAKEN,
    rules::TAKEN,
    reports::TAKEN,
    inbox::TAKEN,
    reviews::TAKEN,
    social::TAKEN,
    briefs::TAKEN,
    exports::TAKEN,
    money::TAKEN,
    words::TAKEN,
    profile::TAKEN,
];

/// The kinds of item that are left to be swept, by the files that see to it.
#[cfg(test)]
const SWEPT: [&[&str]; 3] = [reports::SWEPT, decided::SWEPT, profile::SWEPT];

/// Goes on with the deletion of an account.
pub(crate) async fn go_on(app: &App, leaving: AccountLeaving) -> Result<(), Error> {
    let user = &leaving.user;
    let Some(mut at) = app.store.deletion(user).await? else {
        return Ok(());
    };
    let since = at.since;
    for _ in 0..app.slice.pages {
        if is_late() {
            break;
        }
        let last = Box::pin(page(app, user, &at)).await?;
        let next = at.after(last);
        if !app.store.deletion_at(user, since, next.as_ref()).await? {
            // Somebody else is done with it.
            return Ok(());
        }
        let Some(next) = next else {
            tracing::info!("an account is gone");
            return Ok(());
        };
        at = next;
    }
    app.own.send(&[JanitorMessage::Deletion(leaving)]).await
}

/// Works off a page of a step; the place where it ends, if there is more of it.
async fn page(app: &App, user: &UserId, at: &Deletion) -> Result<Option<String>, Error> {
    let after = at.cursor.clone();
    match at.step {
        Step::Posts => posts::published(app, user, after).await,
        Step::Waiting => posts::waiting(app, user, after).await,
        Step::Uploads => uploads::unclaimed(app, user, after).await,
        Step::Lists => lists::all(app, user, after).await,
        Step::Comments => acts::comments(app, user, after).await,
        Step::Acts => acts::others(app, user, after).await,
        Step::Follows => follows::followed(app, user, after).await,
        Step::Fans => follows::fans(app, user, after).await,
        Step::Pulls => follows::pulls(app, user, after).await,
        Step::Blocks => rules::blocks(app, user, after).await,
        Step::Mutes => rules::mutes(app, user, after).await,
        Step::Reports => reports::all(app, user, after).await,
        Step::Decided => decided::all(app, user, after).await,
        Step::Inbox => inbox::notices(app, user, after).await,
        Step::Timeline => inbox::timeline(app, user, after).await,
        Step::Reviews => reviews::all(app, user, after).await,
        Step::Social => social::accounts(app, user, after).await,
        Step::Briefs => briefs::received(app, user, after).await,
        Step::SentBriefs => briefs::sent(app, user, after).await,
        Step::Exports => exports::all(app, user, after).await,
        Step::Orders => money::orders(app, user, after).await,
        Step::Views => money::views(app, user, after).await,
        Step::Account => money::account(app, user).await,
        Step::Words => words::all(app, user).await,
        Step::Profile => profile::take(app, user).await,
    }
}

/// Takes each of these, some side by side.
async fn each<T, F: Future<Output = Result<(), Error>>>(
    all: impl IntoIterator<Item = T>,
    take: impl Fn(T) -> F,
) -> Result<(), Error> {
    let taken: Vec<_> = all.into_iter().map(take).collect();
    let taken = stream::iter(taken).buffer_unordered(SIDE_BY_SIDE);
    taken.try_collect::<()>().await
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use shared::keys::items::{LINES, Leaving};

    use super::{SWEPT, TAKEN};

    #[test]
    fn each_kind_of_item_that_goes_is_taken_by_a_step_and_no_other() {
        let goes = LINES.iter().filter(|line| line.leaving == Leaving::Goes);
        let goes: BTreeSet<_> = goes.map(|line| line.name).collect();
        let taken: BTreeSet<_> = TAKEN.into_iter().flatten().copied().collect();
        assert_eq!(taken, goes);
    }

    #[test]
    fn each_kind_of_item_that_expires_is_made_so_by_a_step_or_is_made_to_expire() {
        let expires = LINES.iter().filter(|line| line.leaving == Leaving::Expires);
        let expires: BTreeSet<_> = expires.map(|line| line.name).collect();
        let made_so = [
            "CameTo",
            "Clicked",
            "Idempotency",
            "LinkBegun",
            "LinkRead",
            "Quota",
        ];
        let swept = SWEPT.into_iter().flatten().copied();
        let swept: BTreeSet<_> = swept.chain(made_so).collect();
        assert_eq!(swept, expires);
    }
}
