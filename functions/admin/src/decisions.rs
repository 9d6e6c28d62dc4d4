//! What moderators decide: on posts, comments and people, each with a statement of reasons.

use axum::{extract::State, response::Response};
use domain::{
    claim::Claim,
    engagement::{
        Action, Badge, Case, Ground, HiddenBy, Named, SUSPENSION, Statement, Strikes, Subject,
        explanation,
    },
    ids::{StatementId, UserId},
    people::Handle,
    time::sent,
};
use jiff::Timestamp;
use serde::Deserialize;
use shared::{
    error::{Error, Invalid, Refusal},
    http::{JsonBody, Moderator, Viewer, Wire, created},
    store::{Deciding, Deed, Filed, Piece, Suspension},
    table::Anew,
    views::{DecisionView, SubjectName, words},
};
use utoipa::ToSchema;

use crate::App;

const ROUTE: &str = "POST /v1/moderation/decisions";

/// A new decision.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewDecision {
    /// On what.
    #[schema(required, nullable = false)]
    subject: Option<SubjectName>,
    /// What is done: `hide` or `restore` a post or a comment; `strip_badge`, `suspend` or `restore` a person.
    #[schema(required, nullable = false, value_type = words::ModerationAction)]
    action: Option<String>,
    /// Why, for whom it weighs on to read: 1 to 1,000 characters.
    #[schema(required, nullable = false, min_length = 1, max_length = 1000)]
    reason: Option<String>,
    /// By what: `terms` unless said otherwise.
    #[schema(value_type = Option<words::Ground>)]
    ground: Option<String>,
    /// Of a suspension: until when; seven days unless said otherwise.
    #[schema(format = "date-time")]
    until: Option<String>,
}

/// A decision as far as it can be read without the table.
#[derive(Debug)]
pub struct Draft {
    subject: Option<Named>,
    action: Option<Action>,
    reason: Option<String>,
    ground: Ground,
    until: Option<Timestamp>,
}

impl Wire for NewDecision {
    type Parsed = Draft;

    /// Always what is good of it, so that what it names is looked at even where the rest is bad.
    fn parse(self, invalid: &mut Invalid) -> Option<Draft> {
        let required = || "is required".to_owned();
        let subject = match SubjectName::read(self.subject.as_ref()) {
            Ok(named) => Some(named),
            Err(faults) => {
                let faults = faults.into_iter();
                faults.for_each(|(at, why)| invalid.add(format!("/subject{at}"), why));
                None
            }
        };
        let action = self.action.ok_or_else(required).and_then(|action| {
            let unknown = || "is none of hide, restore, strip_badge, suspend".to_owned();
            Action::named(&action).ok_or_else(unknown)
        });
        let reason = self.reason.ok_or_else(required);
        let reason = reason.and_then(|reason| explanation(&reason));
        let ground = self.ground.map_or(Ok(Ground::default()), |ground| {
            Ground::named(&ground).ok_or_else(|| "is neither terms nor law".to_owned())
        });
        let until = self.until.map(|until| {
            let none = || "is no time (RFC 3339)".to_owned();
            sent(&until).ok_or_else(none)
        });
        Some(Draft {
            subject,
            action: invalid.check("/action", action),
            reason: invalid.check("/reason", reason),
            ground: invalid.check("/ground", ground).unwrap_or_default(),
            until: until.and_then(|until| invalid.check("/until", until)),
        })
    }
}

/// Decides on something, with all that was reported of it. Decisions are never changed: the last stands. The author is
/// given the statement, whoever reported it the outcome.
#[utoipa::path(
    post,
    path = "/v1/moderation/decisions",
    tag = "admin",
    request_body = NewDecision,
    security(("bearer" = [])),
    responses(
        (status = 201, description = "The decision.", body = DecisionView),
        (status = 404, description = "There is no such thing."))
)]
pub async fn decide(
    State(app): State<App>,
    Moderator(viewer): Moderator,
    body: JsonBody,
) -> Result<Response, Error> {
    let mut invalid = Invalid::default();
    let draft = body.parse_noting::<NewDecision>(&mut invalid)?;
    let claim = body.claim(&viewer, ROUTE)?;
    let Some((draft, named)) = draft.and_then(|mut draft| {
        let subject = draft.subject.take()?;
        Some((draft, subject))
    }) else {
        return Err(Error::Invalid(invalid));
    };
    let wanted = Wanted {
        viewer: &viewer,
        named,
        draft,
        invalid,
        claim: claim.as_ref(),
    };
    let statement = Box::pin(app.rule(wanted)).await?;
    let path = format!("/v1/moderation/decisions/{}", statement.id);
    created(&app.api_url, &path, DecisionView::from(&statement))
}

/// What is asked for.
struct Wanted<'a> {
    viewer: &'a Viewer,
    named: Named,
    draft: Draft,
    /// What is wrong with it already.
    invalid: Invalid,
    claim: Option<&'a Claim>,
}

/// What is decided on, as it was read.
enum Target {
    Piece(Piece, Strikes),
    Person(UserId, Badge),
}

impl Target {
    fn subject(&self) -> Subject {
        match self {
            Self::Piece(piece, _) => piece.subject(),
            Self::Person(person, _) => Subject::Person(person.clone()),
        }
    }

    fn author(&self) -> &UserId {
        match self {
            Self::Piece(piece, _) => piece.author(),
            Self::Person(person, _) => person,
        }
    }
}

impl App {
    async fn rule(&self, wanted: Wanted<'_>) -> Result<Statement, Error> {
        let mut anew = Anew::standing_on("what is decided on");
        loop {
            if let Some(made) = self.ruled_before(wanted.claim).await? {
                return Ok(made);
            }
            let target = self.target(&wanted.named).await?;
            let target = target.ok_or(Error::NotFound)?;
            let case = self.store.case_now(&target.subject()).await?;
            let own = case
                .as_ref()
                .is_some_and(|case| case.is_own(&wanted.viewer.id));
            if own && !wanted.viewer.admin() {
                return Err(Error::Refused(Refusal::OwnDecision));
            }
            let now = self.clock.now();
            let (action, reason) = wanted.check(&target, now)?;
            let ruling = Ruling {
                action,
                reason,
                ground: wanted.draft.ground,
                until: wanted.draft.until,
                moderator: &wanted.viewer.id,
                claim: wanted.claim,
            };
            if let Some(statement) = self.make(&ruling, &target, case.as_ref(), now).await? {
                return Ok(statement);
            }
            anew.begin().await?;
        }
    }

    /// What a request of this key decided before.
    async fn ruled_before(&self, claim: Option<&Claim>) -> Result<Option<Statement>, Error> {
        let Some(claim) = claim else { return Ok(None) };
        let Some(made) = self.store.made_before(claim, self.clock.now()).await? else {
            return Ok(None);
        };
        let made = made.split_once('/').and_then(|(author, id)| {
            let id: StatementId = id.parse().ok()?;
            Some((UserId::parse(author)?, id))
        });
        let (author, id) = made.ok_or_else(|| Error::internal("it made no decision"))?;
        let statement = self.store.statement(&author, id).await?;
        statement.ok_or(Error::Gone).map(Some)
    }

    /// What is named, if it is there and was ever seen by others.
    async fn target(&self, named: &Named) -> Result<Option<Target>, Error> {
        let subject = match named {
            Named::Post(post) => Subject::Post(*post),
            Named::Comment(comment) => Subject::Comment(*comment),
            Named::Handle(handle) => {
                let Ok(handle) = Handle::parse(handle) else {
                    return Ok(None);
                };
                let Some(person) = self.store.user_by_handle(&handle).await? else {
                    return Ok(None);
                };
                let badge = self.store.badge(&person).await?;
                return Ok(Some(Target::Person(person, badge)));
            }
            Named::Nothing => return Ok(None),
        };
        let Some(piece) = self.store.piece(&subject).await? else {
            return Ok(None);
        };
        let strikes = self.store.strikes(piece.author()).await?;
        Ok(Some(Target::Piece(piece, strikes)))
    }

    /// Makes a decision on what was read; `None` where that is not so any more.
    async fn make(
        &self,
        ruling: &Ruling<'_>,
        target: &Target,
        before: Option<&Case>,
        now: Timestamp,
    ) -> Result<Option<Statement>, Error> {
        let (subject, author) = (target.subject(), target.author());
        let new = || Case::new(subject.clone(), author.clone(), now);
        let case = before.cloned().unwrap_or_else(new);
        let (on_appeal, rounds) = case.to_decide();
        let strikes = target.struck(ruling.action, now);
        let count = strikes.as_ref().map(|(_, after)| after.count(now));
        let struck = count.filter(|_| ruling.action == Action::Hide);
        let until = ruling.until.or_else(|| now.checked_add(SUSPENSION).ok());
        let statement = Statement {
            id: StatementId::of(&subject, case.edition, now),
            author: author.clone(),
            subject,
            by: HiddenBy::Moderator,
            automated: false,
            action: ruling.action,
            reason: ruling.reason.clone(),
            ground: ruling.ground,
            until: until.filter(|_| ruling.action == Action::Suspend),
            decided_at: now,
            on_appeal,
            strikes: struck,
            warns: struck.is_some_and(|count| count + 1 == self.strikes),
            rounds,
        };
        let suspension = match struck.filter(|count| *count >= self.strikes) {
            Some(count) => Some(self.suspension(author, count, now).await?),
            None => None,
        };
        let after = case.decided(&statement, ruling.moderator.clone());
        let deciding = Deciding {
            before,
            after: &after,
            deed: target.deed(&statement),
            statement: &statement,
            strikes,
            suspension,
            claim: ruling.claim,
        };
        let filed = Box::pin(self.store.decide(&deciding)).await?;
        Ok((filed == Filed::Done).then_some(statement))
    }

    /// What follows from so many strikes.
    async fn suspension(
        &self,
        author: &UserId,
        count: u64,
        now: Timestamp,
    ) -> Result<Suspension, Error> {
        let subject = Subject::Person(author.clone());
        let before = self.store.case_now(&subject).await?;
        let new = || Case::new(subject.clone(), author.clone(), now);
        let case = before.clone().unwrap_or_else(new);
        let until = now.checked_add(SUSPENSION).unwrap_or(Timestamp::MAX);
        let until = case.suspended_until.map_or(until, |was| was.max(until));
        let statement = Statement {
            id: StatementId::of(&subject, case.edition, now),
            author: author.clone(),
            subject,
            by: HiddenBy::Moderator,
            automated: true,
            action: Action::Suspend,
            reason: format!("Moderators hid {count} of your posts and comments within 180 days."),
            ground: Ground::Terms,
            until: Some(until),
            decided_at: now,
            on_appeal: None,
            strikes: Some(count),
            warns: false,
            rounds: (case.round, case.round),
        };
        Ok(Suspension {
            before,
            after: case.suspended(&statement),
            statement,
            until,
        })
    }
}

/// A decision that may be made.
struct Ruling<'a> {
    action: Action,
    reason: String,
    ground: Ground,
    until: Option<Timestamp>,
    moderator: &'a UserId,
    claim: Option<&'a Claim>,
}

impl Wanted<'_> {
    /// Holds the decision against what it is on: what is done, and why, if nothing is wrong with any field.
    fn check(&self, target: &Target, now: Timestamp) -> Result<(Action, String), Error> {
        let (draft, mut invalid) = (&self.draft, self.invalid.clone());
        if let Some(action) = draft.action
            && !action.fits(&target.subject())
        {
            invalid.add("/action", "is not done to such a subject");
        }
        if let Some(until) = draft.until {
            if draft.action.is_some_and(|action| action != Action::Suspend) {
                invalid.add("/until", "belongs to a suspension");
            } else if until <= now {
                invalid.add("/until", "is over");
            }
        }
        invalid.finish()?;
        let known = draft.action.zip(draft.reason.clone());
        known.ok_or_else(|| Error::internal("a decision without a reason"))
    }
}

impl Target {
    /// The strikes of its author before and after, where this changes them.
    fn struck(&self, action: Action, now: Timestamp) -> Option<(&Strikes, Strikes)> {
        let Self::Piece(piece, strikes) = self else {
            return None;
        };
        let (subject, hidden) = (piece.subject(), action == Action::Hide);
        let changes = strikes.has(&subject, now) != hidden;
        changes.then(|| (strikes, strikes.clone().with(&subject, hidden, now)))
    }

    /// What a decision does to it.
    fn deed(&self, statement: &Statement) -> Deed<'_> {
        match (self, statement.action) {
            (Self::Piece(piece, _), Action::Restore) if !piece.is_hidden() => Deed::Kept,
            (Self::Piece(piece, _), Action::Hide) => {
                Deed::Turned(piece, Some(statement.moderation()))
            }
            (Self::Piece(piece, _), _) => Deed::Turned(piece, None),
            (Self::Person(_, badge), Action::StripBadge) => Deed::Stripped(*badge),
            (Self::Person(..), Action::Suspend) => {
                Deed::Suspended(statement.until.unwrap_or(statement.decided_at))
            }
            (Self::Person(_, badge), _) => Deed::Restored(*badge),
        }
    }
}
