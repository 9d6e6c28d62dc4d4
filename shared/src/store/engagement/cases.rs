//! Cases as they lie in the table, and in the moderators' lists (ENGAGEMENT 34).

use std::collections::HashMap;

use domain::{
    engagement::{Case, CaseState, HiddenBy, Moderation, Report, Statement, Strikes, Subject},
    ids::{StatementId, UserId},
    posts::Post,
};
use jiff::Timestamp;

use crate::{
    error::Error,
    keys::{self, Key},
    store::Store,
    table::{
        Conditional, Expression, Item, Range, Write, delete, encode, put, put_if, put_new,
        readable, traced,
    },
};

impl Store {
    /// All that was reported, appealed and decided of a subject.
    pub async fn case(&self, subject: &Subject) -> Result<Option<Case>, Error> {
        self.table.read(&keys::case(subject), false).await
    }

    /// The same, as of every write acknowledged before.
    pub async fn case_now(&self, subject: &Subject) -> Result<Option<Case>, Error> {
        self.table.read(&keys::case(subject), true).await
    }

    /// The report that a person made on a subject last; as of every write acknowledged before where it is to be exact.
    pub async fn report_on(
        &self,
        subject: &Subject,
        reporter: &UserId,
        exact: bool,
    ) -> Result<Option<Report>, Error> {
        let key = keys::report(subject, reporter);
        self.table.read(&key, exact).await
    }

    /// Up to `limit` reports on a subject by those who come after one, and whether there are more.
    pub async fn reports_on(
        &self,
        subject: &Subject,
        after: Option<&UserId>,
        limit: usize,
    ) -> Result<(Vec<Report>, bool), Error> {
        let range = Range {
            from: Some(keys::REPORTED_BY.to_owned()),
            to: Some(format!("{}~", keys::REPORTED_BY)),
            after: after.map(|after| keys::report(subject, after).sk),
            limit: Some(limit),
            consistent: true,
            ..Range::all(keys::case_of(subject))
        };
        let found = self.table.query(&range).await?;
        Ok((readable(found.items), found.more))
    }

    /// Up to `limit` cases in this state after a place, by when they are due, each with its place; and whether there are
    /// more.
    pub async fn queue(
        &self,
        state: CaseState,
        after: Option<&(Timestamp, Subject)>,
        limit: usize,
    ) -> Result<(Vec<Case>, bool), Error> {
        let range = Range {
            after: after.map(|(due_at, subject)| keys::due(*due_at, subject)),
            limit: Some(limit),
            consistent: true,
            ..Range::all(keys::queue(state.name()))
        };
        let found = self.table.query(&range).await?;
        let places = found.items.iter().filter_map(Key::of);
        let places = places.filter_map(|key| keys::parse_due(&key.sk));
        let places: Vec<_> = places.collect();
        let wanted = places.iter().map(|(_, subject)| keys::case(subject));
        let cases = self.table.get_all(wanted.collect()).await?;
        let cases = readable::<Case>(cases).into_iter();
        let mut cases: HashMap<_, _> = cases.map(|case| (case.subject.clone(), case)).collect();
        let cases = places
            .iter()
            .filter_map(|(_, subject)| cases.remove(subject));
        Ok((cases.collect(), found.more))
    }

    /// These statements; those that are not there are left out.
    pub async fn statements(
        &self,
        statements: &[(&UserId, StatementId)],
    ) -> Result<HashMap<StatementId, Statement>, Error> {
        let wanted = statements.iter();
        let wanted = wanted.map(|(user, id)| keys::statement(user, *id));
        let found = self.table.get_all(wanted.collect()).await?;
        let found = readable::<Statement>(found).into_iter();
        Ok(found.map(|statement| (statement.id, statement)).collect())
    }

    /// One statement, as of every write acknowledged before.
    pub async fn statement(
        &self,
        user: &UserId,
        statement: StatementId,
    ) -> Result<Option<Statement>, Error> {
        let key = keys::statement(user, statement);
        self.table.read(&key, true).await
    }

    /// What of these people's moderators hid; nothing of those who are left out.
    pub async fn strikes_of(&self, users: &[&UserId]) -> Result<HashMap<UserId, Strikes>, Error> {
        let keys = users.iter();
        let keys: HashMap<_, _> = keys
            .map(|user| (keys::strikes(user), (*user).clone()))
            .collect();
        let found = self.table.get_all(keys.keys().cloned().collect()).await?;
        let found = found.into_iter().filter_map(|item| {
            let user = keys.get(&Key::of(&item)?)?.clone();
            Some((user, readable::<Strikes>([item]).pop()?))
        });
        Ok(found.collect())
    }

    /// What of a person's moderators hid, as of every write acknowledged before.
    pub async fn strikes(&self, user: &UserId) -> Result<Strikes, Error> {
        let strikes = self.table.read(&keys::strikes(user), true).await?;
        Ok(strikes.unwrap_or_default())
    }
}

/// The write of a case, if it is as it was read; and of its place in the moderators' lists.
pub(super) fn case_written<T: Copy>(
    before: Option<&Case>,
    after: &Case,
    moved: T,
) -> Result<Vec<Write<T>>, Error> {
    let item = encode(&keys::case(&after.subject), after)?;
    let mut writes = vec![on_edition(item, before.map(|before| before.edition)).unless(moved)];
    let place = |case: &Case| keys::queued(case.state.name(), case.due_at, &case.subject);
    let (was, is) = (before.map(place), place(after));
    if was.as_ref() != Some(&is) {
        writes.extend(was.map(delete));
        writes.push(put(is.attributes()));
    }
    Ok(writes)
}

/// The write of an item that counts its editions, if it is of the one that was read, or was not there.
pub(super) fn on_edition(item: Item, read: Option<u64>) -> Conditional {
    match read {
        None => put_new(item),
        Some(edition) => {
            let edition = i64::try_from(edition).unwrap_or(i64::MAX);
            let same = Expression::new("edition = :edition").number(":edition", edition);
            put_if(item, same)
        }
    }
}

/// The write of a statement; the relay tells of it.
pub(super) fn stated<T>(statement: &Statement) -> Result<Write<T>, Error> {
    let key = keys::statement(&statement.author, statement.id);
    Ok(put(traced(encode(&key, statement)?)))
}

/// The writes by which moderators are to look at what the filter holds: a post or a comment that is new, or changed.
/// `case` is what was said of it before, as it was read.
pub(in crate::store) fn held<T: Copy>(
    subject: Subject,
    author: &UserId,
    why: &Moderation,
    case: Option<&Case>,
    now: Timestamp,
    moved: T,
) -> Result<Vec<Write<T>>, Error> {
    let before = case.cloned();
    let before = before.unwrap_or_else(|| Case::new(subject, author.clone(), now));
    let after = before.hidden(HiddenBy::Filter, now);
    let mut writes = case_written(case, &after, moved)?;
    writes.push(stated(&Statement::automatic(&after, why, now))?);
    Ok(writes)
}

/// As [`held`], of a new post that is hidden; nothing of any other.
pub(in crate::store) fn held_post<T: Copy>(
    post: &Post,
    now: Timestamp,
    moved: T,
) -> Result<Vec<Write<T>>, Error> {
    match &post.moderation {
        Some(why) => held(Subject::Post(post.id), &post.author, why, None, now, moved),
        None => Ok(Vec::new()),
    }
}
