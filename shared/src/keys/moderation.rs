//! Keys of reports, of what moderators look at, and of what was decided.

use domain::{
    engagement::Subject,
    ids::{AppealId, StatementId, UserId},
};
use jiff::Timestamp;

use super::Key;

/// All that was reported, appealed and decided of a subject.
pub fn case(subject: &Subject) -> Key {
    Key::new(case_of(subject), "CASE")
}

/// The collection of a case and of the reports that it is made of.
pub fn case_of(subject: &Subject) -> String {
    format!("CASE#{subject}")
}

/// The report of a person on a subject.
pub fn report(subject: &Subject, reporter: &UserId) -> Key {
    Key::new(case_of(subject), format!("{REPORTED_BY}{reporter}"))
}

/// What the sort keys of the reports of a case begin with.
pub const REPORTED_BY: &str = "BY#";

/// That a person reported a subject.
pub fn reported(reporter: &UserId, subject: &Subject) -> Key {
    Key::new(reported_by(reporter), subject.to_string())
}

/// The collection of what a person reported.
pub fn reported_by(reporter: &UserId) -> String {
    format!("REPORTED#{reporter}")
}

/// A case in the moderators' list of those in this state, by when it is due.
pub fn queued(state: &str, due_at: Timestamp, subject: &Subject) -> Key {
    Key::new(queue(state), due(due_at, subject))
}

/// The moderators' list of cases in this state.
pub fn queue(state: &str) -> String {
    format!("QUEUE#{state}")
}

/// The sort key of a case in a list: fixed width, so that text order is time order.
pub fn due(due_at: Timestamp, subject: &Subject) -> String {
    format!("{due_at:.3}#{subject}")
}

/// Reads such a sort key.
pub fn parse_due(sk: &str) -> Option<(Timestamp, Subject)> {
    let (time, subject) = sk.split_once('#')?;
    Some((time.parse().ok()?, Subject::parse(subject)?))
}

/// A statement of reasons to a person.
pub fn statement(user: &UserId, statement: StatementId) -> Key {
    Key::new(statements_to(user), statement.to_string())
}

/// The collection of the statements of reasons to a person.
pub fn statements_to(user: &UserId) -> String {
    format!("STATEMENTS#{user}")
}

/// An appeal of a person's.
pub fn appeal(user: &UserId, appeal: AppealId) -> Key {
    Key::new(appeals_of(user), appeal.to_string())
}

/// The collection of a person's appeals.
pub fn appeals_of(user: &UserId) -> String {
    format!("APPEALS#{user}")
}

/// What of a person's was hidden by moderators and stands so.
pub fn strikes(user: &UserId) -> Key {
    Key::new(format!("USER#{user}"), "STRIKES")
}

/// What came of a person's reports.
pub fn reporter(user: &UserId) -> Key {
    Key::new(format!("USER#{user}"), "REPORTER")
}
