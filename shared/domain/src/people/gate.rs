//! Who may act (ENGAGEMENT 36, 39): neither a suspended person, nor one who has yet to accept the store's terms, posts,
//! edits, comments, smiles, votes, follows, saves, or says something of themselves. All else goes on.

use jiff::Timestamp;

use super::rules::Rules;
use crate::ids::UserId;

/// Why somebody may not act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shut {
    /// They are suspended until then.
    Suspended(Timestamp),
    /// The store has set terms that they have not accepted.
    TermsRequired,
}

impl Rules {
    /// Whether they allow an act now, where the store's terms, if it has any, are of this version.
    ///
    /// # Errors
    /// [`Shut`], a suspension first.
    pub fn may_act(&self, now: Timestamp, terms: Option<&str>) -> Result<(), Shut> {
        match self.suspended_until {
            Some(until) if now < until => Err(Shut::Suspended(until)),
            _ if terms.is_some() && self.terms_version.as_deref() != terms => {
                Err(Shut::TermsRequired)
            }
            _ => Ok(()),
        }
    }
}

/// Somebody who may act. [`Gate::admit`] alone makes one, and what is an act takes nothing else:
///
/// ```compile_fail
/// fn forget(id: domain::ids::UserId) -> domain::people::Actor {
///     domain::people::Actor { id, rules: domain::people::Rules::default() }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    id: UserId,
    rules: Rules,
}

impl Actor {
    /// Who.
    pub fn id(&self) -> &UserId {
        &self.id
    }

    /// Their rules, as they were when the call began.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }
}

impl AsRef<Rules> for Actor {
    fn as_ref(&self) -> &Rules {
        &self.rules
    }
}

impl AsRef<Rules> for Rules {
    fn as_ref(&self) -> &Rules {
        self
    }
}

/// What everybody who acts passes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gate {
    terms: Option<String>,
}

impl Gate {
    /// One that asks for terms of this version; empty, for none.
    pub fn new(terms_version: &str) -> Self {
        let terms = Some(terms_version).filter(|version| !version.is_empty());
        Self {
            terms: terms.map(str::to_owned),
        }
    }

    /// Which version of the store's terms is to be accepted, if it has any.
    pub fn terms(&self) -> Option<&str> {
        self.terms.as_deref()
    }

    /// Whoever accepts the terms, by the version that they name; `None` where there is nothing to accept.
    ///
    /// # Errors
    /// Says what is wrong where it is not the version that the store wants, or none is named.
    pub fn accepted(&self, named: Option<&str>) -> Result<Option<String>, String> {
        match (&self.terms, named) {
            (None, _) => Ok(None),
            (Some(wanted), Some(named)) if wanted == named => Ok(Some(wanted.clone())),
            (Some(_), Some(_)) => {
                Err("is not the version of the terms that is in force".to_owned())
            }
            (Some(_), None) => Err("is required".to_owned()),
        }
    }

    /// Lets somebody in to act, by their rules.
    ///
    /// # Errors
    /// As [`Rules::may_act`].
    pub fn admit(&self, id: UserId, rules: Rules, now: Timestamp) -> Result<Actor, Shut> {
        rules.may_act(now, self.terms())?;
        Ok(Actor { id, rules })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn rules(suspended_until: Option<i64>, terms: Option<&str>) -> Rules {
        Rules {
            suspended_until: suspended_until.map(at),
            terms_version: terms.map(str::to_owned),
            ..Rules::default()
        }
    }

    #[test]
    fn a_suspended_person_acts_again_from_the_moment_on_that_it_ends() {
        let ana = rules(Some(10), None);
        let tried = [9, 10, 11].map(|now| ana.may_act(at(now), None));
        assert_eq!(tried, [Err(Shut::Suspended(at(10))), Ok(()), Ok(())]);
    }

    #[test]
    fn whoever_acts_has_accepted_the_version_of_the_terms_that_is_in_force() {
        for (accepted, wanted, may) in [
            (None, None, Ok(())),
            (Some("1"), None, Ok(())),
            (None, Some("1"), Err(Shut::TermsRequired)),
            (Some("1"), Some("1"), Ok(())),
            (Some("1"), Some("2"), Err(Shut::TermsRequired)),
        ] {
            let tried = rules(None, accepted).may_act(at(0), wanted);
            assert_eq!(tried, may, "{accepted:?} {wanted:?}");
        }
    }

    #[test]
    fn a_suspension_is_told_before_terms() {
        let tried = rules(Some(10), None).may_act(at(0), Some("1"));
        assert_eq!(tried, Err(Shut::Suspended(at(10))));
    }

    #[test]
    fn a_gate_admits_with_the_rules_that_it_went_by() {
        let ana = UserId::parse("ana").unwrap();
        let gate = Gate::new("2");
        let old = gate.admit(ana.clone(), rules(None, Some("1")), at(0));
        assert_eq!(old, Err(Shut::TermsRequired));
        let now = rules(None, Some("2"));
        let actor = gate.admit(ana.clone(), now.clone(), at(0)).unwrap();
        assert_eq!((actor.id(), actor.rules()), (&ana, &now));
    }

    #[test]
    fn terms_are_accepted_by_their_version_where_there_are_any() {
        let (none, some) = (Gate::new(""), Gate::new("2"));
        assert_eq!((none.terms(), some.terms()), (None, Some("2")));
        assert_eq!(none.accepted(None), Ok(None));
        assert_eq!(none.accepted(Some("x")), Ok(None));
        assert_eq!(some.accepted(Some("2")), Ok(Some("2".to_owned())));
        assert!(some.accepted(Some("1")).is_err() && some.accepted(None).is_err());
    }
}
