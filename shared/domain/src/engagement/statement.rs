//! Decisions, with the statement of reasons that whom they weigh on is given (ENGAGEMENT 35-36).

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ulid::Ulid;

use super::{Case, HiddenBy, Moderation, REMEMBERED, Subject, appeal_until};
use crate::ids::{StatementId, UserId};

/// So long somebody is suspended where nothing else is said.
pub const SUSPENSION: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Of so many strikes of one person is known, the newest.
const KNOWN: usize = 200;

/// What is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// A post or a comment is hidden.
    Hide,
    /// It is shown, or a person has again what was taken from them.
    Restore,
    /// A person has the badge no more.
    StripBadge,
    /// A person may not share and say anything for a while.
    Suspend,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Hide, Self::Restore, Self::StripBadge, Self::Suspend];

    /// As the contract spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hide => "hide",
            Self::Restore => "restore",
            Self::StripBadge => "strip_badge",
            Self::Suspend => "suspend",
        }
    }

    /// The action of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.name() == name)
    }

    /// Whether it can be done to this subject.
    pub fn fits(self, subject: &Subject) -> bool {
        let person = matches!(subject, Subject::Person(_));
        match self {
            Self::Restore => true,
            Self::Hide => !person,
            Self::StripBadge | Self::Suspend => person,
        }
    }

    /// Whether it does something to the subject that whose it is may not like.
    pub fn weighs(self) -> bool {
        self != Self::Restore
    }
}

/// By what something is decided.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// The store's terms.
    #[default]
    Terms,
    /// The law.
    Law,
}

impl Ground {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Terms, Self::Law];

    /// As the contract spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Terms => "terms",
            Self::Law => "law",
        }
    }

    /// The ground of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ground| ground.name() == name)
    }
}

/// Who appeals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// On whom it weighs.
    Author,
    /// Who reported it.
    Reporter,
}

impl Side {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Author, Self::Reporter];

    /// As the contract spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Author => "author",
            Self::Reporter => "reporter",
        }
    }
}

/// Something that was decided, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// Which.
    pub id: StatementId,
    /// Whom it weighs on, or whose the subject is.
    pub author: UserId,
    /// On what.
    pub subject: Subject,
    /// What decided.
    pub by: HiddenBy,
    /// Whether nobody looked at it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub automated: bool,
    /// What is done.
    pub action: Action,
    /// Why.
    pub reason: String,
    /// By what.
    pub ground: Ground,
    /// Of a suspension: until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// When.
    pub decided_at: Timestamp,
    /// On whose appeal, if on one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_appeal: Option<Side>,
    /// How many strikes somebody has by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strikes: Option<u64>,
    /// Whether one more strike suspends.
    #[serde(default, skip_serializing_if = "is_false")]
    pub warns: bool,
    /// The first and the last round of reports that it decides.
    pub rounds: (u64, u64),
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

impl StatementId {
    /// That of what is decided of a subject at this time, by the edition of its case: there are not two, and they are in
    /// the order of time.
    pub fn of(subject: &Subject, edition: u64, at: Timestamp) -> Self {
        let ms = u64::try_from(at.as_millisecond()).unwrap_or_default();
        let digest = Sha256::digest(subject.to_string());
        let edition = u128::from(edition & 0xffff);
        let random = digest.iter().take(8);
        let random = random.fold(edition, |all, byte| (all << 8) | u128::from(*byte));
        Self(Ulid::from_parts(ms, random))
    }
}

impl Statement {
    /// The statement that goes with what reports, or the filter, hid for this reason.
    pub fn automatic(case: &Case, why: &Moderation, now: Timestamp) -> Self {
        Self {
            id: StatementId::of(&case.subject, case.edition, now),
            author: case.author.clone(),
            subject: case.subject.clone(),
            by: why.by,
            automated: true,
            action: Action::Hide,
            reason: why.reason.clone(),
            ground: Ground::Terms,
            until: None,
            decided_at: now,
            on_appeal: None,
            strikes: None,
            warns: false,
            rounds: (case.round, case.round),
        }
    }

    /// Until when may be appealed against it; `None` where nobody may any more.
    pub fn appeal_until(&self) -> Option<Timestamp> {
        let open = match self.on_appeal {
            None => true,
            Some(Side::Reporter) => self.action.weighs(),
            Some(Side::Author) => false,
        };
        open.then(|| appeal_until(self.decided_at))
    }

    /// What the author of something hidden is told of it where they look at it.
    pub fn moderation(&self) -> Moderation {
        Moderation {
            appeal_until: self.appeal_until(),
            ..Moderation::by_moderator(self.reason.clone(), self.decided_at)
        }
    }
}

/// What of a person's moderators hid, each with when: it counts while it stands so, for 180 days (ENGAGEMENT 36).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Strikes {
    #[serde(default)]
    of: BTreeMap<String, Timestamp>,
    /// How often they were written.
    #[serde(default)]
    pub edition: u64,
}

impl Strikes {
    /// How many count now.
    pub fn count(&self, now: Timestamp) -> u64 {
        self.of.values().filter(|at| counts(**at, now)).count() as u64
    }

    /// When the last one was made that is known still.
    pub fn last(&self) -> Option<Timestamp> {
        self.of.values().max().copied()
    }

    /// Whether this is one of them now.
    pub fn has(&self, subject: &Subject, now: Timestamp) -> bool {
        let at = self.of.get(&subject.to_string());
        at.is_some_and(|at| counts(*at, now))
    }

    /// With this subject hidden, or not: one a subject.
    #[must_use]
    pub fn with(mut self, subject: &Subject, hidden: bool, now: Timestamp) -> Self {
        let counted = self.has(subject, now);
        self.of.retain(|_, at| counts(*at, now));
        if !hidden {
            self.of.remove(&subject.to_string());
        } else if !counted {
            self.of.insert(subject.to_string(), now);
        }
        while self.of.len() > KNOWN {
            let oldest = self.of.iter().min_by_key(|(_, at)| **at);
            let Some(oldest) = oldest.map(|(subject, _)| subject.clone()) else {
                break;
            };
            self.of.remove(&oldest);
        }
        self.edition += 1;
        self
    }
}

fn counts(at: Timestamp, now: Timestamp) -> bool {
    now.duration_since(at) < REMEMBERED
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::PostId;

    fn post(n: u128) -> Subject {
        Subject::Post(PostId(Ulid::from_parts(1, n)))
    }

    fn at(days: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + days * 24 * 60 * 60).unwrap()
    }

    #[test]
    fn a_strike_counts_once_a_subject_while_it_is_hidden_for_180_days() {
        let strikes = Strikes::default().with(&post(1), true, at(0));
        let strikes = strikes.with(&post(1), true, at(10));
        assert_eq!(strikes.count(at(10)), 1);
        let strikes = strikes.with(&post(2), true, at(10));
        assert_eq!(strikes.count(at(10)), 2);
        // Hidden again, it is as old as it was.
        assert_eq!(strikes.count(at(179)), 2);
        assert_eq!(strikes.count(at(180)), 1);
        assert_eq!(strikes.count(at(190)), 0);
        let strikes = strikes.with(&post(2), false, at(11));
        assert!(!strikes.has(&post(2), at(11)) && strikes.has(&post(1), at(11)));
        assert_eq!((strikes.count(at(11)), strikes.edition), (1, 4));
        let many = (0..500).fold(strikes, |all, n| all.with(&post(n), true, at(12)));
        assert_eq!(many.count(at(12)), KNOWN as u64);
    }

    #[test]
    fn statements_of_a_subject_are_in_order_also_at_the_same_time() {
        let id = |edition, days| StatementId::of(&post(1), edition, at(days));
        let ids = [id(7, 0), id(8, 0), id(9, 0), id(1, 1)];
        assert!(ids.is_sorted() && ids[0] != ids[1]);
        assert_ne!(id(1, 0), StatementId::of(&post(2), 1, at(0)));
    }

    #[test]
    fn each_subject_has_its_actions() {
        let person = Subject::Person(UserId::parse("ana").unwrap());
        let fit = |subject: &Subject| Action::ALL.map(|action| action.fits(subject));
        assert_eq!(fit(&post(1)), [true, true, false, false]);
        assert_eq!(fit(&person), [false, true, true, true]);
        for action in Action::ALL {
            assert_eq!(Action::named(action.name()), Some(action));
        }
        for ground in Ground::ALL {
            assert_eq!(Ground::named(ground.name()), Some(ground));
        }
    }
}
