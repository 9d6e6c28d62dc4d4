//! Notices as an inbox shows them.

use domain::{
    engagement::{Action, Fact, NoticeKind, Subject, Told},
    people::Profile,
    shown::Shown,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Presenter, StatementView, SubjectView, Time, UserCard, words};

/// Something that others did, or that was decided.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NotificationView {
    /// What an inbox is read up to.
    pub id: String,
    /// What happened.
    #[schema(value_type = words::NotificationKind)]
    pub kind: &'static str,
    /// Who did it last, newest first.
    #[schema(max_items = 3)]
    pub actors: Vec<UserCard>,
    /// How many others did.
    pub others: u64,
    /// That there are more than are counted.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub more: bool,
    /// At what.
    pub subject: SubjectView,
    /// For people to read.
    pub text: String,
    /// Of a decision on something of one's own: what was decided, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement: Option<StatementView>,
    /// When it first happened.
    pub created_at: Time,
    /// Whether it is read.
    pub read: bool,
}

impl Presenter {
    /// A notice, as its owner is told of it.
    pub fn notification(&self, told: &Told, owner: &Shown<Profile>) -> NotificationView {
        // Of others one's own inbox tells where one reported them alone.
        let person = told.person.as_ref().unwrap_or(owner);
        let statement = match &told.fact {
            Some(Fact::Decided(statement)) => Some(StatementView::from(&**statement)),
            Some(Fact::BadgeGiven | Fact::BadgeTaken | Fact::Report(_)) | None => None,
        };
        NotificationView {
            id: told.id.to_string(),
            kind: told.kind.name(),
            actors: told.actors.iter().map(|actor| self.user(actor)).collect(),
            others: told.others,
            more: told.more,
            subject: SubjectView::of(&told.subject, person.handle.as_str()),
            text: text(told),
            statement,
            created_at: told.id.time().into(),
            read: told.read,
        }
    }
}

/// What happened, in words.
fn text(told: &Told) -> String {
    let who = who(told);
    match (told.kind, &told.subject) {
        (NoticeKind::Smile, Subject::Comment(_)) => format!("{who} smiled at your comment"),
        (NoticeKind::Smile, _) => format!("{who} smiled at your post"),
        (NoticeKind::Comment, _) => format!("{who} commented on your post"),
        (NoticeKind::Vote, _) => format!("{who} voted in your poll"),
        (NoticeKind::Reply, _) => format!("{who} replied to your comment"),
        (NoticeKind::Follow, _) => format!("{who} followed you"),
        (NoticeKind::Mention, Subject::Comment(_)) => format!("{who} mentioned you in a comment"),
        (NoticeKind::Mention, _) => format!("{who} mentioned you in a post"),
        (NoticeKind::Accepted, _) => format!("{who} accepted your answer"),
        (NoticeKind::Badge, _) if told.fact == Some(Fact::BadgeTaken) => {
            "You do not have the Enthusiast badge any more".to_owned()
        }
        (NoticeKind::Badge, _) => "You have earned the Enthusiast badge".to_owned(),
        (NoticeKind::Moderation | NoticeKind::ReportDecided, _) => decided(told).to_owned(),
        (NoticeKind::Programme, _) => "There is news of the influencer programme".to_owned(),
        (NoticeKind::Post, _) => format!("{who} posted"),
    }
}

/// What was decided.
fn decided(told: &Told) -> &'static str {
    let statement = match &told.fact {
        Some(Fact::Decided(statement)) => statement,
        Some(Fact::Report(outcome)) if outcome.upheld => {
            return "Something was done about what you reported";
        }
        Some(Fact::Report(_) | Fact::BadgeGiven | Fact::BadgeTaken) | None => {
            return "What you reported was looked at and stays";
        }
    };
    match (statement.action, &told.subject) {
        (Action::Hide, Subject::Comment(_)) => "Your comment was hidden",
        (Action::Hide, _) => "Your post was hidden",
        (Action::Restore, Subject::Post(_)) => "Your post was looked at and is shown",
        (Action::Restore, Subject::Comment(_)) => "Your comment was looked at and is shown",
        (Action::Restore, Subject::Person(_)) => "What was taken from you is yours again",
        (Action::StripBadge, _) => "Your badge was taken by a moderator",
        (Action::Suspend, _) => "You are suspended",
    }
}

/// Who did it: `Ana`, `Ana and Ben`, `Ana and 11 others`; where nobody is named, `12 people`.
fn who(told: &Told) -> String {
    let plus = if told.more { "+" } else { "" };
    let names: Vec<_> = told
        .actors
        .iter()
        .map(|actor| actor.display_name.as_str())
        .collect();
    match (names.as_slice(), told.others) {
        ([], 0 | 1) => "Somebody".to_owned(),
        ([], people) => format!("{people}{plus} people"),
        ([one], 0) => (*one).to_owned(),
        ([one], 1) => format!("{one} and 1 other"),
        ([one, other], 0) => format!("{one} and {other}"),
        ([one, rest @ ..], others) => {
            let others = others + rest.len() as u64;
            format!("{one} and {others}{plus} others")
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::{
        ids::{NoticeId, PostId, UserId},
        people::{Handle, Rules},
        shown::Onlooker,
    };
    use jiff::Timestamp;
    use ulid::Ulid;

    use super::*;

    fn told(kind: NoticeKind, names: &[&str], others: u64) -> Told {
        let onlooker = Onlooker::new(UserId::parse("me").unwrap(), Rules::default());
        let actor = |name: &&str| {
            let handle = Handle::parse(name).unwrap();
            let id = UserId::parse(name).unwrap();
            let now = Timestamp::UNIX_EPOCH;
            let profile = Profile::new(id, handle, (*name).to_owned(), BTreeSet::new(), now);
            onlooker.meets(profile).unwrap()
        };
        Told {
            id: NoticeId(Ulid::from_parts(7, 7)),
            kind,
            subject: Subject::Post(PostId(Ulid::from_parts(7, 7))),
            fact: None,
            person: None,
            actors: names.iter().map(actor).collect(),
            others,
            more: false,
            read: false,
        }
    }

    #[test]
    fn a_notice_says_who_did_what_by_the_names_of_today() {
        let smile = |names: &[&str], others| text(&told(NoticeKind::Smile, names, others));
        for (names, others, expected) in [
            (&["Ana"][..], 0, "Ana smiled at your post"),
            (&["Ana", "Ben"], 0, "Ana and Ben smiled at your post"),
            (&["Ana"], 1, "Ana and 1 other smiled at your post"),
            (
                &["Ana", "Ben", "Cleo"],
                0,
                "Ana and 2 others smiled at your post",
            ),
            (
                &["Ana", "Ben", "Cleo"],
                9,
                "Ana and 11 others smiled at your post",
            ),
        ] {
            assert_eq!(smile(names, others), expected);
        }
        for (others, expected) in [
            (1, "Somebody voted in your poll"),
            (12, "12 people voted in your poll"),
        ] {
            assert_eq!(text(&told(NoticeKind::Vote, &[], others)), expected);
        }
        let many = Told {
            more: true,
            ..told(NoticeKind::Smile, &["Ana", "Ben", "Cleo"], 497)
        };
        assert_eq!(text(&many), "Ana and 499+ others smiled at your post");
    }
}
