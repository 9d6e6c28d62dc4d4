//! What is told of moderation: statements of reasons, and what came of reports.

use domain::{
    engagement::{Report, Statement},
    ids::{StatementId, UserId},
};
use serde::de::Error as _;
use serde_json::Error;
use shared::queue::messages::{Decided, NotifierMessage, ReportDecided, RollupMessage, Stated};

use crate::message::{Image, Message};

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
