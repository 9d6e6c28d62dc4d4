//! What is told of moderation: statements of reasons, and what came of reports.

use domain::{
    engagement::{Report, Statement, Subject},
    ids::{StatementId, UserId},
};
use jiff::Timestamp;
use serde::de::Error as _;
use serde_json::Error;
use shared::queue::messages::{
    Decided, Gone, NotifierMessage, ReportDecided, RollupMessage, Stated,
};

use crate::message::{Image, Message};

/// A post or a comment that is there no more, whoever took it away: what stays of a comment for its replies is not it.
pub fn gone(
    subject: Subject,
    old: Option<&Image>,
    new: Option<&Image>,
    at: Timestamp,
) -> Option<Message> {
    let there = |image: Option<&Image>| image.is_some_and(|image| !image.contains_key("deleted"));
    let after = None;
    let gone = || RollupMessage::Gone(Gone { subject, at, after }).into();
    (there(old) && !there(new)).then(gone)
}

/// Somebody who was given a statement; and, of a decision, the reports that it decides.
pub fn stated(author: UserId, id: StatementId, new: Option<Image>) -> Result<Vec<Message>, Error> {
    let Some(new) = new else {
        return Ok(Vec::new());
    };
    let statement: Statement = serde_dynamo::from_item(new).map_err(Error::custom)?;
    let stated = Stated {
        author: author.clone(),
        statement: id,
    };
    let mut messages = vec![NotifierMessage::Stated(stated).into()];
    if !statement.automated {
        let decided = Decided {
            author,
            statement: id,
            after: None,
        };
        messages.push(RollupMessage::Decided(decided).into());
    }
    Ok(messages)
}

/// A report of which came something, or something else.
pub fn reported(old: Option<Image>, new: Option<Image>) -> Result<Option<Message>, Error> {
    let read = |image: Option<Image>| {
        let report = image.map(serde_dynamo::from_item::<_, Report>);
        report.transpose().map_err(Error::custom)
    };
    let (old, Some(new)) = (read(old)?, read(new)?) else {
        return Ok(None);
    };
    let before = old.and_then(|old| old.outcome);
    if new.outcome.is_none() || new.outcome == before {
        return Ok(None);
    }
    let decided = ReportDecided {
        reporter: new.reporter,
        subject: new.subject,
    };
    Ok(Some(NotifierMessage::ReportDecided(decided).into()))
}
