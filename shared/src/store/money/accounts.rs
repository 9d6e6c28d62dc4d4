//! Accounts: whose they are, and how they stand. The second names no person (MONEY 8, 36, 37).

use std::collections::{BTreeSet, HashMap};

use domain::{
    ids::UserId,
    money::{Account, Programme},
};
use serde::{Deserialize, Serialize};

use crate::{
    error::Error,
    keys::{self, Key},
    store::Store,
    table::{Expression, Write, decode, delete_if, update, value},
};

/// How an account stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountState {
    /// The programmes that it is in now.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub programmes: BTreeSet<Programme>,
    /// What the store pays it by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payee: Option<String>,
    /// Why it is not paid for now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<Hold>,
    /// Whether whose it was has left: what is owed is paid without a minimum then.
    #[serde(default)]
    pub left: bool,
}

/// Why an account is not paid for now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// In an admin's words.
    pub reason: String,
}

impl Store {
    /// Which account is this person's.
    pub async fn account_of(&self, user: &UserId) -> Result<Option<Account>, Error> {
        Ok(self.engaged(user).await?.map(|engaged| engaged.account))
    }

    /// Has the account of somebody who leaves be nobody's: what it is owed is paid still (MONEY 41).
    pub async fn leave_account(&self, user: &UserId) -> Result<(), Error> {
        let Some(account) = self.account_of(user).await? else {
            return Ok(());
        };
        let left = Expression::new("SET #left = :left REMOVE programmes")
            .name("#left", "left")
            .value(":left", value(true)?);
        let theirs = Expression::new("account = :account").text(":account", account.as_str());
        let writes: Vec<Write<()>> = vec![
            update(keys::account_state(&account), left),
            delete_if(keys::engaged(user), theirs).unless(()),
        ];
        self.table.transact((), writes).await
    }

    /// How an account stands; `None` of one that there is not.
    pub async fn account_state(&self, account: &Account) -> Result<Option<AccountState>, Error> {
        self.table.read(&keys::account_state(account), true).await
    }

    /// How these accounts stand.
    pub async fn account_states(
        &self,
        accounts: impl IntoIterator<Item = Account>,
    ) -> Result<HashMap<Account, AccountState>, Error> {
        let wanted = accounts
            .into_iter()
            .map(|account| keys::account_state(&account));
        let wanted = wanted.collect();
        let found = self.table.get_all(wanted).await?.into_iter();
        let read = found.map(|item| {
            let key = Key::of(&item).unwrap_or_else(keys::nothing);
            let account = key.pk.split_once('#');
            let account = account.and_then(|(_, account)| Account::parse(account));
            let account = account.ok_or_else(|| Error::internal("no account in a key"))?;
            Ok((account, decode(item)?))
        });
        read.collect()
    }

    /// Says by what an account is paid. `false` where there is none.
    pub async fn set_payee(&self, account: &Account, payee: &str) -> Result<bool, Error> {
        let update = Expression::new("SET payee = :payee").text(":payee", payee);
        let there = update.when(Some("attribute_exists(PK)"));
        let updated = self
            .table
            .update(&keys::account_state(account), there)
            .await?;
        Ok(updated.is_some())
    }

    /// Holds back what an account is paid, or no longer. `false` where there is none.
    pub async fn set_hold(&self, account: &Account, hold: Option<&Hold>) -> Result<bool, Error> {
        let update = match hold {
            Some(hold) => {
                let update = Expression::new("SET #hold = :hold");
                update.value(":hold", value(hold)?)
            }
            None => Expression::new("REMOVE #hold"),
        };
        let there = update.name("#hold", "hold");
        let there = there.when(Some("attribute_exists(PK)"));
        let updated = self
            .table
            .update(&keys::account_state(account), there)
            .await?;
        Ok(updated.is_some())
    }
}
