//! The money of influencers, for the store's staff (MONEY 22, 32-36).

pub(crate) mod accounts;
pub(crate) mod conflicts;
pub(crate) mod ledger;
pub(crate) mod lines;
pub(crate) mod payouts;
pub(crate) mod rates;

use shared::views::MoneyView;

/// An amount of a currency.
fn money(currency: &str, amount: i64) -> MoneyView {
    MoneyView {
        amount,
        currency: currency.to_owned(),
    }
}

/// A text that must be there, of up to so many characters.
fn text(sent: Option<String>, most: usize) -> Result<String, String> {
    let text = sent.ok_or_else(|| "is required".to_owned())?;
    let fits = (1..=most).contains(&text.chars().count()) && !text.contains('\0');
    let why = || format!("must have 1 to {most} characters");
    fits.then_some(text).ok_or_else(why)
}
