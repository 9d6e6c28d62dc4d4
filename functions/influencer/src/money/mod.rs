//! What is owed, and why.

mod clicks;
pub(crate) mod earnings;
pub(crate) mod ledger;
pub(crate) mod lines;
mod months;
pub(crate) mod payouts;
pub(crate) mod rates;
pub(crate) mod statements;

use std::collections::{BTreeSet, HashMap};

use domain::{
    ids::{ProductId, UserId},
    money::{Account, book::Book},
};
use shared::{error::Error, views::OrderLineView};

use crate::App;

impl App {
    /// The account of who asks: 404 for who has none, and 403 for who has not joined.
    pub(crate) async fn account(&self, user: &UserId) -> Result<Account, Error> {
        match self.store.account_of(user).await? {
            Some(account) => Ok(account),
            None => {
                self.store.member(user).await?;
                Err(Error::NotFound)
            }
        }
    }

    /// What these products are called.
    pub(crate) async fn titles(
        &self,
        books: impl IntoIterator<Item = &Book>,
    ) -> Result<HashMap<ProductId, String>, Error> {
        let products: BTreeSet<_> = books
            .into_iter()
            .flat_map(OrderLineView::products)
            .collect();
        let found = self.store.products(products).await?.into_iter();
        Ok(found.map(|(id, product)| (id, product.title)).collect())
    }

    /// Order lines as an account is told of them, in this order; those that it is not told any more are left out.
    pub(crate) async fn told_lines(
        &self,
        account: &Account,
        lines: &[String],
    ) -> Result<Vec<OrderLineView>, Error> {
        let books = self.store.books(lines.iter().cloned()).await?;
        let titles = self.titles(books.values()).await?;
        let told = lines.iter().filter_map(|line| {
            let book = books.get(line)?;
            OrderLineView::of(line, book, account, &titles)
        });
        Ok(told.collect())
    }
}
