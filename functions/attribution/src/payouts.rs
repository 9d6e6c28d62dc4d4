//! Runs of payouts: each account that may be paid gets all that is due to it (MONEY 33).

use domain::{catalogue::product::Money, money::Account};
use jiff::tz::TimeZone;
use shared::{
    error::Error,
    queue::{
        is_late,
        messages::{LedgerMessage, PayoutsAsked},
    },
    store::{AccountState, Payout, PayoutStatus},
    table::Anew,
};

use crate::App;

/// So many accounts are looked at together.
const PAGE: usize = 50;

/// Begins the run of this month, if its first day has come since the last look that began one. The first look of all
/// begins one on a first day alone.
pub(crate) async fn look(app: &App) -> Result<(), Error> {
    let today = TimeZone::UTC.to_datetime(app.now()).date();
    let first = today.first_of_month();
    let last = app.store.last_run().await?;
    let due = match last {
        Some(last) => last < first,
        None => today == first,
    };
    if due {
        app.queue
            .send(&PayoutsAsked::of_run(&first.to_string()))
            .await?;
    }
    if last != Some(first) {
        app.store.note_run(first).await?;
    }
    Ok(())
}

/// Pays the accounts of a page, some after another.
pub(crate) async fn pay(app: &App, asked: PayoutsAsked) -> Result<(), Error> {
    let mut after = asked.after.clone();
    loop {
        let page = app.store.all_books(asked.page, after.as_ref(), PAGE);
        let (books, more) = page.await?;
        let accounts = books.iter().map(|(account, _)| account.clone());
        let states = app.store.account_states(accounts).await?;
        for (account, _) in &books {
            if let Some(state) = states.get(account) {
                all_due(app, &asked.run, account, state).await?;
            }
        }
        after = books.last().map(|(account, _)| account.clone());
        if !more || after.is_none() {
            return Ok(());
        }
        if is_late() {
            let next = LedgerMessage::Payouts(PayoutsAsked { after, ..asked });
            return app.queue.send(&[next]).await;
        }
    }
}

/// Pays an account all that is due to it, if it may be paid.
async fn all_due(
    app: &App,
    run: &str,
    account: &Account,
    state: &AccountState,
) -> Result<(), Error> {
    let Some(payee) = state.payee.as_ref().filter(|_| state.hold.is_none()) else {
        return Ok(());
    };
    let mut anew = Anew::standing_on("a chain");
    loop {
        let books = app.store.account_books(account).await?;
        let now = app.now();
        let today = TimeZone::UTC.to_datetime(now).date();
        let mut refused = false;
        for (currency, balance) in &books.balances {
            let payable = balance.payable(today);
            let least = match state.left {
                true => 1,
                false => app.minimum.of(currency),
            };
            if payable < least || app.store.payout(run, account, currency).await?.is_some() {
                continue;
            }
            let payout = Payout {
                run: run.to_owned(),
                account: account.clone(),
                amount: Money {
                    amount: payable,
                    currency: currency.clone(),
                },
                payee: payee.clone(),
                status: PayoutStatus::Created,
                created_at: now,
                reason: None,
            };
            // The chain has grown by it either way: what is left is looked at anew.
            if !app.store.pay(&payout, &books).await? {
                anew.begin().await?;
            }
            refused = true;
            break;
        }
        if !refused {
            return Ok(());
        }
    }
}
