//! What was decided on something, and why, as whom it weighs on is told.

use std::collections::BTreeMap;

use domain::engagement::{
    Appeal, Docket, Faults, Moderation, Named, Report, ReportReason, Statement, Subject,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Presenter, Time, UserCard, words};

/// Why something is hidden.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ModerationView {
    /// What hid it.
    #[schema(value_type = words::HiddenBy)]
    pub by: &'static str,
    /// For people to read.
    pub reason: String,
    /// When a moderator decided so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<Time>,
    /// Until when its author may appeal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub appeal_until: Option<Time>,
}

impl From<&Moderation> for ModerationView {
    fn from(why: &Moderation) -> Self {
        Self {
            by: why.by.name(),
            reason: why.reason.clone(),
            decided_at: why.decided_at.map(Time),
            appeal_until: why.appeal_until.map(Time),
        }
    }
}

/// What was decided, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StatementView {
    /// What was done.
    #[schema(value_type = words::ModerationAction)]
    pub what: &'static str,
    /// Of a suspension: until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
    /// By what.
    #[schema(value_type = words::Ground)]
    pub ground: &'static str,
    /// For people to read.
    pub facts: String,
    /// Whether nobody looked at it.
    pub automated: bool,
    /// What can be done about it, for people to read.
    pub redress: String,
    /// How many strikes one has by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strikes: Option<u64>,
    /// That one more strike suspends.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub warning: bool,
}

impl From<&Statement> for StatementView {
    fn from(statement: &Statement) -> Self {
        let redress = match statement.appeal_until() {
            Some(until) => {
                format!("An appeal, POST /v1/appeals, is heard until {until:.3} by somebody else.")
            }
            None => {
                "This was decided on an appeal and stands here; courts may be asked.".to_owned()
            }
        };
        Self {
            what: statement.action.name(),
            until: statement.until.map(Time),
            ground: statement.ground.name(),
            facts: statement.reason.clone(),
            automated: statement.automated,
            redress,
            strikes: statement.strikes,
            warning: statement.warns,
        }
    }
}

/// What something was done at, or said of.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SubjectView {
    /// What it is.
    #[serde(rename = "type")]
    #[schema(value_type = words::SubjectType)]
    pub kind: &'static str,
    /// Which: of a person, the handle.
    pub id: String,
}

/// What is reported, appealed or decided on, as it is named.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct SubjectName {
    /// What it is.
    #[serde(rename = "type")]
    #[schema(required, nullable = false, value_type = words::SubjectType)]
    kind: Option<String>,
    /// Which: of a person, the handle.
    #[schema(required, nullable = false)]
    id: Option<String>,
}

impl SubjectName {
    /// What is named.
    ///
    /// # Errors
    /// Says all that is wrong, by its place below `/subject`.
    pub fn read(named: Option<&Self>) -> Result<Named, Faults> {
        let Some(Self { kind, id }) = named else {
            return Err(vec![("", "is required")]);
        };
        Named::read(kind.as_deref(), id.as_deref())
    }

    /// As it was named.
    pub fn as_named(&self) -> Option<SubjectView> {
        let kind = words::SUBJECTS
            .into_iter()
            .find(|kind| Some(*kind) == self.kind.as_deref())?;
        let id = self.id.clone()?;
        Some(SubjectView { kind, id })
    }
}

impl SubjectView {
    /// Of a person, by this handle.
    pub fn of(subject: &Subject, handle: &str) -> Self {
        let id = match subject {
            Subject::Post(post) => post.to_string(),
            Subject::Comment(comment) => comment.to_string(),
            Subject::Person(_) => handle.to_owned(),
        };
        Self {
            kind: subject.kind(),
            id,
        }
    }
}

/// A report.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReportView {
    /// Which.
    pub id: String,
    /// What is reported.
    pub subject: SubjectView,
    /// Why.
    #[schema(value_type = words::ReportReason)]
    pub reason: &'static str,
    /// When.
    pub created_at: Time,
}

impl ReportView {
    /// A report on what is named so.
    pub fn of(report: &Report, subject: SubjectView) -> Self {
        Self {
            id: report.id.to_string(),
            subject,
            reason: report.reason.name(),
            created_at: report.created_at.into(),
        }
    }
}

/// An appeal.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AppealView {
    /// Which.
    pub id: String,
    /// On what.
    pub subject: SubjectView,
    /// Why.
    pub text: String,
    /// When.
    pub created_at: Time,
}

impl AppealView {
    /// An appeal on what is named so.
    pub fn of(appeal: &Appeal, subject: SubjectView) -> Self {
        Self {
            id: appeal.id.to_string(),
            subject,
            text: appeal.text.clone(),
            created_at: appeal.created_at.into(),
        }
    }
}

/// A decision.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DecisionView {
    /// Which.
    pub id: String,
    /// What is decided, and why: whom it weighs on is given this.
    pub statement: StatementView,
    /// When.
    pub decided_at: Time,
    /// Until when an appeal is heard; absent where none is any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub appeal_until: Option<Time>,
}

impl From<&Statement> for DecisionView {
    fn from(statement: &Statement) -> Self {
        Self {
            id: statement.id.to_string(),
            statement: statement.into(),
            decided_at: statement.decided_at.into(),
            appeal_until: statement.appeal_until().map(Time),
        }
    }
}

/// An appeal as moderators read it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CaseAppeal {
    /// Who appeals.
    #[schema(value_type = words::Side)]
    pub by: &'static str,
    /// Why.
    pub text: String,
}

/// All that was reported, appealed and decided of something.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CaseView {
    /// Which.
    pub id: String,
    /// Of what.
    pub subject: SubjectView,
    /// What that says, or its beginning; empty once it is gone.
    pub excerpt: String,
    /// Whose; absent when the account is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<UserCard>,
    /// Whether it is to be looked at.
    #[schema(value_type = words::CaseState)]
    pub state: &'static str,
    /// Whether it is hidden.
    pub hidden: bool,
    /// How many people reported it.
    pub reporters: u64,
    /// How much that weighs.
    pub weight: f64,
    /// How often it was reported for what.
    pub reasons: BTreeMap<&'static str, u64>,
    /// The appeal that is to be decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub appeal: Option<CaseAppeal>,
    /// How many strikes its author has.
    pub strikes: u64,
    /// Until when it is to be decided, or was.
    pub due_at: Time,
    /// What was decided before, oldest first.
    pub decisions: Vec<DecisionView>,
}

impl Presenter {
    /// A case, as moderators read it.
    pub fn case(&self, docket: &Docket) -> CaseView {
        let case = &docket.case;
        let handle = docket.author.as_ref();
        let handle = handle.map_or("", |author| author.handle.as_str());
        let reasons = case.reasons.iter();
        CaseView {
            id: case.id.to_string(),
            subject: SubjectView::of(&case.subject, handle),
            excerpt: docket.excerpt.clone(),
            author: docket.author.as_ref().map(|author| self.user(author)),
            state: case.state.name(),
            hidden: docket.hidden,
            reporters: case.reporters,
            weight: case.weight.ones(),
            reasons: reasons
                .map(|(reason, n): (&ReportReason, _)| (reason.name(), *n))
                .collect(),
            appeal: case.appeal.as_ref().map(|appeal| CaseAppeal {
                by: appeal.by.name(),
                text: appeal.text.clone(),
            }),
            strikes: docket.strikes,
            due_at: case.due_at.into(),
            decisions: docket.decisions.iter().map(DecisionView::from).collect(),
        }
    }
}
