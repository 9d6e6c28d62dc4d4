//! Cases: what moderators look at, and when (ENGAGEMENT 32, 34, 35, 37).

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Action, HiddenBy, REMEMBERED, Report, ReportReason, Side, Statement, Subject, Weight};
use crate::{
    ids::{AppealId, CaseId, StatementId, UserId},
    people::Profile,
    shown::Shown,
};

/// What is reported is looked at within this time.
const SOON: SignedDuration = SignedDuration::from_hours(24);
/// What is said to be against the law, and an appeal, within this.
const SOONER: SignedDuration = SignedDuration::from_hours(4);

/// Whether a case is to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseState {
    /// It is.
    Open,
    /// It was, and nothing came since.
    Decided,
}

impl CaseState {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Open, Self::Decided];

    /// As the contract spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Decided => "decided",
        }
    }
}

/// Somebody wants something decided anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appeal {
    /// Which.
    pub id: AppealId,
    /// Against what was done to, or kept of, this.
    pub subject: Subject,
    /// Who appeals.
    pub who: UserId,
    /// As what.
    pub by: Side,
    /// Why.
    pub text: String,
    /// When.
    pub created_at: Timestamp,
}

/// What was done to a subject last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Last {
    /// By whom.
    pub by: HiddenBy,
    /// What.
    pub action: Action,
    /// When.
    pub at: Timestamp,
    /// On whose appeal, if on one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_appeal: Option<Side>,
    /// The first round of reports that it decided.
    #[serde(default)]
    pub from: u64,
}

/// All that was reported, appealed and decided of a subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Which.
    pub id: CaseId,
    /// Of what.
    pub subject: Subject,
    /// Whose that is.
    pub author: UserId,
    /// Whether it is to be looked at.
    pub state: CaseState,
    /// Until when it is to be decided, or was.
    pub due_at: Timestamp,
    /// Of which round the next report is. Those of a round are decided together.
    #[serde(default)]
    pub round: u64,
    /// Of which round the figures are that follow.
    #[serde(default)]
    pub counted: u64,
    /// How many people reported it.
    #[serde(default)]
    pub reporters: u64,
    /// How much their reports weigh together.
    #[serde(default)]
    pub weight: Weight,
    /// How often it was reported for what.
    #[serde(default)]
    pub reasons: BTreeMap<ReportReason, u64>,
    /// The appeal that is to be decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appeal: Option<Appeal>,
    /// What was done last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Last>,
    /// The statements of what moderators decided, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decisions: Vec<StatementId>,
    /// Who decided before.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub deciders: BTreeSet<UserId>,
    /// Of a person: that their badge is taken.
    #[serde(default, skip_serializing_if = "is_false")]
    pub stripped: bool,
    /// Of a person: until when they are suspended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspended_until: Option<Timestamp>,
    /// How often it was written.
    #[serde(default)]
    pub edition: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

/// A case as moderators read it.
#[derive(Debug, Clone, PartialEq)]
pub struct Docket {
    /// What was reported, appealed and decided.
    pub case: Case,
    /// What its subject says, or its beginning; empty once that is gone.
    pub excerpt: String,
    /// Whether that is hidden.
    pub hidden: bool,
    /// Whose it is, if they are there still.
    pub author: Option<Shown<Profile>>,
    /// How many strikes they have.
    pub strikes: u64,
    /// What was decided before, oldest first.
    pub decisions: Vec<Statement>,
}

/// Why nobody may appeal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoAppeal {
    /// Nothing weighs on the one, or nothing was kept against the other's report; or that is too long ago.
    Nothing,
    /// An appeal is to be decided, or was.
    Already,
}

impl Case {
    /// Of a subject, of which nothing was said before.
    pub fn new(subject: Subject, author: UserId, now: Timestamp) -> Self {
        Self {
            id: CaseId(StatementId::of(&subject, 0, now).0),
            subject,
            author,
            state: CaseState::Decided,
            due_at: now,
            round: 0,
            counted: 0,
            reporters: 0,
            weight: Weight::default(),
            reasons: BTreeMap::new(),
            appeal: None,
            last: None,
            decisions: Vec::new(),
            deciders: BTreeSet::new(),
            stripped: false,
            suspended_until: None,
            edition: 0,
        }
    }

    /// To be looked at within this time: never later than it was to be before.
    fn open(&mut self, within: SignedDuration, now: Timestamp) {
        let due = now.saturating_add(within).unwrap_or(Timestamp::MAX);
        self.due_at = match self.state {
            CaseState::Open => self.due_at.min(due),
            CaseState::Decided => due,
        };
        self.state = CaseState::Open;
    }

    /// With one more report.
    #[must_use]
    pub fn reported(mut self, report: &Report) -> Self {
        if self.counted != self.round {
            (self.reporters, self.weight) = <_>::default();
            self.reasons.clear();
            self.counted = self.round;
        }
        self.reporters += 1;
        self.weight = self.weight + report.weight;
        *self.reasons.entry(report.reason).or_default() += 1;
        let within = if report.reason == ReportReason::Illegal {
            SOONER
        } else {
            SOON
        };
        self.open(within, report.created_at);
        self.written()
    }

    /// Whether its reports hide a subject that was edited then, if ever: enough of them, and no moderator kept it as it
    /// is.
    pub fn is_to_hide(&self, edited_at: Option<Timestamp>, least: Weight) -> bool {
        let kept = self.last.as_ref();
        let kept = kept.filter(|last| last.by == HiddenBy::Moderator && !last.action.weighs());
        let stands = kept.is_some_and(|kept| edited_at.is_none_or(|edited| edited <= kept.at));
        self.weight.hides(self.reporters, least) && !stands
    }

    /// With its subject hidden by reports or by the filter, which holds it to be looked at.
    #[must_use]
    pub fn hidden(mut self, by: HiddenBy, now: Timestamp) -> Self {
        self.open(SOON, now);
        self.last = Some(Last {
            by,
            action: Action::Hide,
            at: now,
            on_appeal: None,
            from: self.round,
        });
        self.written()
    }

    /// As which side somebody may appeal; `None` of a stranger. `reported` is their report on it, if they made one.
    pub fn side(author: &UserId, who: &UserId, reported: Option<&Report>) -> Option<Side> {
        if author == who {
            Some(Side::Author)
        } else {
            reported.map(|_| Side::Reporter)
        }
    }

    /// Whether this side may appeal. `hidden` is whether the subject, a post or a comment, is hidden now; `reported` the
    /// reporter's report.
    ///
    /// # Errors
    /// Says why they may not.
    pub fn may_appeal(
        &self,
        side: Side,
        hidden: bool,
        reported: Option<&Report>,
        now: Timestamp,
    ) -> Result<(), NoAppeal> {
        let last = self.last.as_ref().ok_or(NoAppeal::Nothing)?;
        let weighs = match &self.subject {
            Subject::Post(_) | Subject::Comment(_) => hidden,
            Subject::Person(_) => {
                self.stripped || self.suspended_until.is_some_and(|until| until > now)
            }
        };
        let against = match side {
            Side::Author => weighs,
            Side::Reporter => {
                let decided = reported.is_some_and(|report| report.round < self.round);
                decided && last.by == HiddenBy::Moderator && !last.action.weighs()
            }
        };
        if !against || now.duration_since(last.at) >= REMEMBERED {
            return Err(NoAppeal::Nothing);
        }
        let final_now = match last.on_appeal {
            None => false,
            Some(Side::Author) => true,
            Some(Side::Reporter) => side == Side::Reporter,
        };
        if self.appeal.is_some() || final_now {
            return Err(NoAppeal::Already);
        }
        Ok(())
    }

    /// With an appeal.
    #[must_use]
    pub fn appealed(mut self, appeal: Appeal) -> Self {
        self.open(SOONER, appeal.created_at);
        self.appeal = Some(appeal);
        self.written()
    }

    /// Whether this moderator decided before what is to be decided anew.
    pub fn is_own(&self, moderator: &UserId) -> bool {
        self.appeal.is_some() && self.deciders.contains(moderator)
    }

    /// On whose appeal it would be decided now, and which rounds of reports with it: on an appeal, those of the decision
    /// that is appealed against too.
    pub fn to_decide(&self) -> (Option<Side>, (u64, u64)) {
        let appeal = self.appeal.as_ref().map(|appeal| appeal.by);
        let before = self.last.as_ref().filter(|_| appeal.is_some());
        let from = before.map_or(self.round, |last| last.from);
        (appeal, (from, self.round))
    }

    /// With a decision of this moderator.
    #[must_use]
    pub fn decided(mut self, statement: &Statement, moderator: UserId) -> Self {
        self.state = CaseState::Decided;
        self.appeal = None;
        self.last = Some(Last {
            by: HiddenBy::Moderator,
            action: statement.action,
            at: statement.decided_at,
            on_appeal: statement.on_appeal,
            from: statement.rounds.0,
        });
        match statement.action {
            Action::StripBadge => self.stripped = true,
            Action::Suspend => self.suspended_until = statement.until,
            Action::Restore => (self.stripped, self.suspended_until) = (false, None),
            Action::Hide => {}
        }
        self.round += 1;
        self.decisions.push(statement.id);
        self.deciders.insert(moderator);
        self.written()
    }

    /// With a suspension that follows from strikes: what is to be looked at stays so.
    #[must_use]
    pub fn suspended(mut self, statement: &Statement) -> Self {
        self.suspended_until = statement.until;
        self.last = Some(Last {
            by: HiddenBy::Moderator,
            action: statement.action,
            at: statement.decided_at,
            on_appeal: None,
            from: self.round,
        });
        self.written()
    }

    fn written(mut self) -> Self {
        self.edition += 1;
        self
    }
}

#[cfg(test)]
mod tests {
    use ulid::Ulid;

    use super::*;
    use crate::{
        engagement::Ground,
        ids::{PostId, ReportId},
    };

    const FIVE: Weight = Weight(20);

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + hours * 60 * 60).unwrap()
    }

    fn person(id: &str) -> UserId {
        UserId::parse(id).unwrap()
    }

    fn case() -> Case {
        let subject = Subject::Post(PostId(Ulid::nil()));
        Case::new(subject, person("ana"), at(0))
    }

    fn report(case: &Case, reason: ReportReason, weight: u64, hours: i64) -> Report {
        Report {
            id: ReportId(Ulid::nil()),
            reporter: person("ben"),
            subject: case.subject.clone(),
            reason,
            detail: None,
            weight: Weight(weight),
            round: case.round,
            created_at: at(hours),
            outcome: None,
        }
    }

    fn with(case: Case, reason: ReportReason, weight: u64, hours: i64) -> Case {
        let report = report(&case, reason, weight, hours);
        case.reported(&report)
    }

    fn decide(case: Case, action: Action, moderator: &str, hours: i64) -> Case {
        let (on_appeal, rounds) = case.to_decide();
        let statement = Statement {
            id: StatementId(Ulid::from_parts(u64::try_from(hours).unwrap(), 1)),
            author: case.author.clone(),
            subject: case.subject.clone(),
            by: HiddenBy::Moderator,
            automated: false,
            action,
            reason: "!".to_owned(),
            ground: Ground::Terms,
            until: (action == Action::Suspend).then(|| at(hours + 7 * 24)),
            decided_at: at(hours),
            on_appeal,
            strikes: None,
            warns: false,
            rounds,
        };
        case.decided(&statement, person(moderator))
    }

    fn appeal(case: Case, side: Side, hours: i64) -> Case {
        let who = match side {
            Side::Author => "ana",
            Side::Reporter => "ben",
        };
        let appeal = Appeal {
            id: AppealId(Ulid::nil()),
            subject: case.subject.clone(),
            who: person(who),
            by: side,
            text: "!".to_owned(),
            created_at: at(hours),
        };
        case.appealed(appeal)
    }

    #[test]
    fn a_case_is_due_a_day_after_its_first_report_and_sooner_for_the_law_and_appeals_never_later() {
        let first = with(case(), ReportReason::Spam, 4, 0);
        assert_eq!((first.due_at, first.state), (at(24), CaseState::Open));
        let second = with(first, ReportReason::Abuse, 4, 2);
        assert_eq!(second.due_at, at(24));
        let illegal = with(second.clone(), ReportReason::Illegal, 4, 3);
        assert_eq!(illegal.due_at, at(7));
        assert_eq!(with(illegal, ReportReason::Illegal, 4, 6).due_at, at(7));
        // Four hours from now may be later than a day after the first.
        assert_eq!(
            with(second.clone(), ReportReason::Illegal, 4, 23).due_at,
            at(24)
        );
        let decided = decide(second, Action::Hide, "mo", 5);
        assert_eq!(decided.state, CaseState::Decided);
        assert_eq!(appeal(decided.clone(), Side::Author, 30).due_at, at(34));
        assert_eq!(with(decided, ReportReason::Spam, 4, 30).due_at, at(54));
    }

    #[test]
    fn reports_hide_by_weight_and_people_and_never_what_was_kept_as_it_is() {
        let mut case = case();
        for (n, weight) in [(1, 8), (2, 8)] {
            case = with(case, ReportReason::Spam, weight, n);
            assert!(!case.is_to_hide(None, FIVE));
        }
        case = with(case, ReportReason::Abuse, 4, 3);
        assert!(case.is_to_hide(None, FIVE));
        assert_eq!(case.reasons[&ReportReason::Spam], 2);
        let kept = decide(case.clone(), Action::Restore, "mo", 4);
        let again = |hours: i64| {
            let reports = (0..3).map(|n| hours + n);
            reports.fold(kept.clone(), |case, at| {
                with(case, ReportReason::Spam, 8, at)
            })
        };
        // Those of before are decided: they weigh nothing any more.
        assert_eq!((again(5).reporters, again(5).weight), (3, Weight(24)));
        for (edited, hides) in [(None, false), (Some(at(3)), false), (Some(at(5)), true)] {
            assert_eq!(again(6).is_to_hide(edited, FIVE), hides, "{edited:?}");
        }
    }

    #[test]
    fn its_author_appeals_against_what_is_hidden_and_a_reporter_against_what_is_kept_each_once() {
        let (author, reporter) = (Side::Author, Side::Reporter);
        let mine = report(&case(), ReportReason::Spam, 4, 0);
        let may = |case: &Case, side, hours| {
            let last = case.last.as_ref();
            let hidden = last.is_some_and(|last| last.action.weighs());
            case.may_appeal(side, hidden, Some(&mine), at(hours))
        };
        let reported = case().reported(&mine);
        for side in Side::ALL {
            assert_eq!(may(&reported, side, 1), Err(NoAppeal::Nothing));
        }
        // Hidden by reports alone.
        let automatic = reported.clone().hidden(HiddenBy::Reports, at(1));
        assert_eq!(may(&automatic, author, 2), Ok(()));
        assert_eq!(may(&automatic, reporter, 2), Err(NoAppeal::Nothing));
        let long = 1 + 180 * 24;
        assert_eq!(may(&automatic, author, long), Err(NoAppeal::Nothing));
        // Hidden by a moderator, and shown on appeal: that stands.
        let hidden = decide(automatic, Action::Hide, "mo", 3);
        let appealed = appeal(hidden, author, 4);
        assert!(appealed.is_own(&person("mo")) && !appealed.is_own(&person("mia")));
        assert_eq!(may(&appealed, author, 5), Err(NoAppeal::Already));
        assert_eq!(appealed.to_decide(), (Some(author), (0, 1)));
        let shown = decide(appealed, Action::Restore, "mia", 5);
        assert_eq!(may(&shown, author, 6), Err(NoAppeal::Nothing));
        assert_eq!(may(&shown, reporter, 6), Err(NoAppeal::Already));
        // Kept, and hidden on a reporter's appeal: its author may appeal yet.
        let kept = decide(reported, Action::Restore, "mo", 3);
        assert_eq!(may(&kept, reporter, 4), Ok(()));
        let stranger = report(&kept, ReportReason::Spam, 4, 4);
        let undecided = kept.may_appeal(reporter, false, Some(&stranger), at(5));
        assert_eq!(undecided, Err(NoAppeal::Nothing));
        let hidden = decide(appeal(kept, reporter, 4), Action::Hide, "mia", 5);
        assert_eq!(may(&hidden, author, 6), Ok(()));
        let last = decide(appeal(hidden, author, 6), Action::Hide, "max", 7);
        assert_eq!(may(&last, author, 8), Err(NoAppeal::Already));
        assert!(!last.is_own(&person("max")), "nothing is appealed");
    }

    #[test]
    fn a_person_appeals_while_they_are_suspended_or_without_their_badge() {
        let subject = Subject::Person(person("ana"));
        let case = Case::new(subject, person("ana"), at(0));
        let may = |case: &Case, hours| case.may_appeal(Side::Author, false, None, at(hours));
        assert_eq!(may(&case, 1), Err(NoAppeal::Nothing));
        let suspended = decide(case.clone(), Action::Suspend, "mo", 1);
        assert_eq!(may(&suspended, 2), Ok(()));
        assert_eq!(may(&suspended, 1 + 7 * 24), Err(NoAppeal::Nothing));
        let stripped = decide(suspended, Action::StripBadge, "mo", 2);
        assert_eq!(may(&stripped, 1 + 7 * 24), Ok(()));
        let restored = decide(stripped, Action::Restore, "mo", 3);
        assert_eq!(may(&restored, 4), Err(NoAppeal::Nothing));
    }

    #[test]
    fn who_appeals_is_the_author_or_reported_it() {
        let (ana, ben) = (person("ana"), person("ben"));
        let mine = report(&case(), ReportReason::Spam, 4, 0);
        assert_eq!(Case::side(&ana, &ana, None), Some(Side::Author));
        assert_eq!(Case::side(&ana, &ben, Some(&mine)), Some(Side::Reporter));
        assert_eq!(Case::side(&ana, &ben, None), None);
    }
}
