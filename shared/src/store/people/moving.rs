//! Edges that go over from being pushed to being pulled, and back (FEEDS 1, Moves), an author's page of a reader at a
//! time. Each step leaves posts a way, and may be made again.

use std::collections::BTreeSet;

use domain::{
    feeds::{Following, PULLED_SERVED},
    ids::UserId,
};
use futures::future::try_join_all;
use jiff::Timestamp;

use super::{
    edges::{Mark, as_marked, marked},
    own::{pulled_on_page, pushed_on_page, take_in},
};
use crate::{
    error::Error,
    keys::{self, EXPIRES_AT, Item as Kind, Key},
    store::Store,
    table::{Expression, Write, check, delete, update_if},
};

impl Store {
    /// Those of the authors whose posts are pushed to a reader for good.
    pub async fn pushed_for_good(
        &self,
        reader: &UserId,
        authors: &BTreeSet<UserId>,
    ) -> Result<BTreeSet<UserId>, Error> {
        let edges = authors.iter().map(|author| keys::fan(author, reader));
        let edges = self.table.get_all(edges.collect()).await?;
        let firm = edges.iter().filter(|edge| !edge.contains_key(EXPIRES_AT));
        let firm = firm.filter_map(|edge| match Key::of(edge).and_then(|key| Kind::at(&key)) {
            Some(Kind::Fan(author, _)) => Some(author),
            _ => None,
        });
        Ok(firm.collect())
    }

    /// Has authors of one page pulled by a reader from now on who were pushed: first they are named as pulled, then
    /// the deliveries end, an hour later. Of those who are not followed any more nothing stays.
    pub async fn pull_from_now_on(
        &self,
        reader: &UserId,
        authors: &[UserId],
        now: Timestamp,
    ) -> Result<(), Error> {
        let marks = authors.iter().map(|author| self.edge_mark(reader, author));
        let marks = try_join_all(marks).await?;
        let mut moving = Vec::new();
        for (author, mark) in authors.iter().zip(marks) {
            match mark {
                Some(mark) => moving.push((author, mark)),
                None => self.tidy(reader, author).await?,
            }
        }
        if moving.is_empty() {
            return Ok(());
        }
        let pulls = moving
            .iter()
            .map(|(author, _)| keys::pull(author, reader).attributes());
        self.table.put_all(pulls.collect()).await?;
        let all: Vec<_> = moving.iter().map(|(author, _)| *author).collect();
        if !self.name_as_pulled(reader, &all).await? {
            for author in all {
                self.name_as_pulled(reader, &[author]).await?;
            }
        }
        let page = self.page(reader, moving[0].0).await?;
        let until = now.saturating_add(PULLED_SERVED).unwrap_or(now).as_second();
        let ended = moving.into_iter().map(async |(author, mark)| {
            // Somebody who has them pushed, or another follow, came between.
            let ends = page.pulled.contains(author)
                && self.end_deliveries(reader, author, mark, until).await?;
            if ends {
                return Ok(());
            }
            self.tidy(reader, author).await
        });
        try_join_all(ended).await?;
        Ok(())
    }

    /// `false` where not all of these authors, of one page, are pushed.
    async fn name_as_pulled(&self, reader: &UserId, authors: &[&UserId]) -> Result<bool, Error> {
        let Some(first) = authors.first() else {
            return Ok(true);
        };
        let (change, pushed) = pulled_on_page(authors);
        let page = keys::following(reader, first.hash());
        let named = self.table.update(&page, change.when(Some(&pushed))).await?;
        Ok(named.is_some())
    }

    /// `false` where the edge is not as it was read.
    async fn end_deliveries(
        &self,
        reader: &UserId,
        author: &UserId,
        mark: Mark,
        until: i64,
    ) -> Result<bool, Error> {
        let ends = format!(", {EXPIRES_AT} = :until");
        let (change, condition) = as_marked(mark, Mark::anew(), &ends);
        let change = change.number(":until", until).when(Some(&condition));
        let edge = keys::fan(author, reader);
        Ok(self.table.update(&edge, change).await?.is_some())
    }

    /// Has authors of one page pushed to a reader from now on who were pulled: first deliveries begin, then the latest
    /// posts are delivered, then they are named as pushed. Of those who are not followed any more nothing stays.
    pub async fn push_from_now_on(
        &self,
        reader: &UserId,
        authors: &[UserId],
        now: Timestamp,
    ) -> Result<(), Error> {
        let Some(first) = authors.first() else {
            return Ok(());
        };
        let page = self.page(reader, first).await?;
        let mut moving = Vec::new();
        for author in authors {
            if !page.pulled.contains(author) {
                self.tidy(reader, author).await?;
                continue;
            }
            let mark = Mark::anew();
            let begin = marked(mark, &format!(" REMOVE {EXPIRES_AT}"));
            self.table
                .update(&keys::fan(author, reader), begin.when(None))
                .await?;
            self.back_fill(reader, author, now).await?;
            moving.push((author, mark));
        }
        if moving.is_empty() || self.name_as_pushed(reader, &moving).await? {
            return Ok(());
        }
        for (author, mark) in moving {
            if !self.name_as_pushed(reader, &[(author, mark)]).await? {
                self.tidy(reader, author).await?;
            }
        }
        Ok(())
    }

    /// Has authors of one page pushed to a reader from now on who were pulled, once all that was published before their
    /// edges were marked is in the reader's timeline. `false` where one of the edges is not as it was marked, or one is
    /// not pulled any more: all stay as they are.
    pub async fn name_as_pushed(
        &self,
        reader: &UserId,
        edges: &[(&UserId, Mark)],
    ) -> Result<bool, Error> {
        let Some((first, _)) = edges.first() else {
            return Ok(true);
        };
        let authors: Vec<_> = edges.iter().map(|(author, _)| *author).collect();
        let (change, pulled) = pushed_on_page(&authors);
        let page = keys::following(reader, first.hash());
        let mut writes: Vec<Write<bool>> = vec![update_if(page, change, pulled).unless(false)];
        for (author, mark) in edges {
            let (anew, firm) = as_marked(*mark, Mark::anew(), "");
            writes.push(update_if(keys::fan(author, reader), anew, firm).unless(false));
            writes.push(delete(keys::pull(author, reader)));
        }
        self.table.transact(true, writes).await
    }

    /// What the page of this author says.
    async fn page(&self, reader: &UserId, author: &UserId) -> Result<Following, Error> {
        let page = self
            .table
            .get(&keys::following(reader, author.hash()), true)
            .await?;
        let mut following = Following::default();
        if let Some(page) = page {
            take_in(&mut following, &page);
        }
        Ok(following)
    }

    /// Takes what a move left of an edge after an unfollow that came between.
    async fn tidy(&self, reader: &UserId, author: &UserId) -> Result<(), Error> {
        if self.is_following_now(reader, author).await? {
            return Ok(());
        }
        let nobody = Expression::new("attribute_not_exists(PK)");
        let writes = vec![
            check(keys::follows(reader, author), nobody).unless(()),
            delete(keys::fan(author, reader)),
            delete(keys::pull(author, reader)),
        ];
        self.table.transact((), writes).await
    }
}
