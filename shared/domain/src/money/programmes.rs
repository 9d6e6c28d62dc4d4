//! Who is an influencer: what an application is measured by, and what is decided (MONEY 6-8).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    Account, Programme,
    social::{Network, SocialHandle},
};
use crate::posts::Post;

/// So many of the latest posts an applicant is measured by.
pub const LATEST: usize = 20;
/// Whoever was declined may apply again after this long.
pub const REAPPLY: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What an applicant is measured by, which is configuration.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// People who follow the account: 500.
    pub audience: u64,
    /// Published posts, of the latest [`LATEST`]: 3.
    pub posts: u64,
    /// The part of them that shows a product: 0.5.
    pub shoppable: f64,
    /// Smiles, comments and saves by others, a post and follower: 0.01.
    pub engagement: f64,
    /// How long an application waits that is not decided at once, in hours: 120.
    pub hours: i64,
}

impl Thresholds {
    /// As they are set, in this order.
    pub fn read(
        audience: &str,
        posts: &str,
        shoppable: &str,
        engagement: &str,
        hours: &str,
    ) -> Self {
        // What is no number lets nobody in.
        Self {
            audience: audience.parse().unwrap_or(u64::MAX),
            posts: posts.parse().unwrap_or(u64::MAX),
            shoppable: shoppable.parse().unwrap_or(f64::INFINITY),
            engagement: engagement.parse().unwrap_or(f64::INFINITY),
            hours: hours.parse().unwrap_or(120),
        }
    }

    /// When an application through a network is decided, at the earliest: now where the network tells enough by itself.
    pub fn decides(&self, network: Network, now: Timestamp) -> Timestamp {
        match network {
            Network::Youtube | Network::Twitter => now,
            Network::Facebook | Network::Instagram => {
                let wait = SignedDuration::from_secs(self.hours.saturating_mul(3_600));
                now.saturating_add(wait).unwrap_or(Timestamp::MAX)
            }
        }
    }
}

/// What is known of an applicant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Measured {
    /// Who follows the account; `None` where nobody tells.
    pub audience: Option<u64>,
    /// Published posts, of the latest.
    pub posts: u64,
    /// Those of them that show a product.
    pub shoppable: u64,
    /// What others did at them.
    pub acts: u64,
    /// Who follows the applicant here.
    pub followers: u64,
}

impl Measured {
    /// Takes in a post, at which others did so much.
    pub fn with(mut self, post: &Post, acts: u64) -> Self {
        self.posts += 1;
        self.shoppable += u64::from(!post.product_ids().is_empty());
        self.acts += acts;
        self
    }

    /// What is asked, what is there, and whether that is enough.
    pub fn criteria(&self, asked: &Thresholds) -> Vec<Criterion> {
        let of_posts = |what: u64| match self.posts {
            0 => 0.0,
            posts => to_float(what) / to_float(posts),
        };
        let engagement = of_posts(self.acts) / to_float(self.followers.max(1));
        let criterion = |name: &str, value: Option<f64>, threshold: f64| Criterion {
            name: name.to_owned(),
            value,
            threshold,
            met: value.is_some_and(|value| value >= threshold),
        };
        vec![
            criterion(
                "audience",
                self.audience.map(to_float),
                to_float(asked.audience),
            ),
            criterion("posts", Some(to_float(self.posts)), to_float(asked.posts)),
            criterion(
                "shoppable_share",
                Some(of_posts(self.shoppable)),
                asked.shoppable,
            ),
            criterion("engagement", Some(engagement), asked.engagement),
        ]
    }

    /// Whether there is so little that nothing is decided.
    pub fn is_too_little(&self, asked: &Thresholds) -> bool {
        self.posts < asked.posts
    }
}

/// Exact for all that is counted here.
#[expect(clippy::cast_precision_loss, reason = "nobody has 2^53 followers")]
fn to_float(count: u64) -> f64 {
    count as f64
}

/// What is asked of an applicant, and what is there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Criterion {
    /// `audience`, `posts`, `shoppable_share`, `engagement`.
    pub name: String,
    /// `None` where it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// At least so much.
    pub threshold: f64,
    /// Whether it is there.
    pub met: bool,
}

/// How an application stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It is to be decided.
    InReview,
    /// The applicant is an influencer.
    Approved,
    /// They are not.
    Declined,
}

impl Standing {
    /// As the API spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::InReview => "in_review",
            Self::Approved => "approved",
            Self::Declined => "declined",
        }
    }
}

/// An application: one a person, the latest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Application {
    /// How it stands.
    pub status: Standing,
    /// Through which network; `None` where an admin decided without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<Network>,
    /// Of which account there, where none was linked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handle: Option<SocialHandle>,
    /// How many follow that, as it was when it was applied with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<u64>,
    /// When it was made.
    pub applied_at: Timestamp,
    /// When it is decided by itself; `None` where an admin must, or it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decide_at: Option<Timestamp>,
    /// When it was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<Timestamp>,
    /// What an admin said of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// By what it was measured last.
    pub criteria: Vec<Criterion>,
    /// How often it was written: it is changed as it was read.
    pub edition: u64,
}

impl Application {
    /// One that is made now, after a former one perhaps, measured so.
    pub fn made(
        provider: Network,
        handle: Option<SocialHandle>,
        measured: &Measured,
        asked: &Thresholds,
        now: Timestamp,
        former: Option<&Self>,
    ) -> Self {
        let criteria = measured.criteria(asked);
        let mut made = Self {
            status: Standing::InReview,
            provider: Some(provider),
            handle,
            audience: measured.audience,
            applied_at: now,
            // Nobody but an admin can tell how many follow what tells it to nobody.
            decide_at: measured.audience.map(|_| asked.decides(provider, now)),
            decided_at: None,
            reason: None,
            criteria,
            edition: former.map_or(1, |former| former.edition + 1),
        };
        if made.decide_at.is_some_and(|at| at <= now) {
            made.settle(now);
        }
        made
    }

    /// The same, decided by what is measured now.
    #[must_use]
    pub fn decided(&self, measured: &Measured, asked: &Thresholds, now: Timestamp) -> Self {
        let mut decided = Self {
            criteria: measured.criteria(asked),
            edition: self.edition + 1,
            ..self.clone()
        };
        decided.settle(now);
        decided
    }

    /// As an admin decides, whatever was before.
    pub fn ruled(former: Option<&Self>, approved: bool, reason: &str, now: Timestamp) -> Self {
        let new = Self {
            status: Standing::InReview,
            provider: None,
            handle: None,
            audience: None,
            applied_at: now,
            decide_at: None,
            decided_at: None,
            reason: None,
            criteria: Vec::new(),
            edition: 0,
        };
        let before = former.cloned().unwrap_or(new);
        Self {
            status: match approved {
                true => Standing::Approved,
                false => Standing::Declined,
            },
            decide_at: None,
            decided_at: Some(now),
            reason: Some(reason.to_owned()),
            edition: before.edition + 1,
            ..before
        }
    }

    fn settle(&mut self, now: Timestamp) {
        self.status = match self.criteria.iter().all(|criterion| criterion.met) {
            true => Standing::Approved,
            false => Standing::Declined,
        };
        self.decide_at = None;
        self.decided_at = Some(now);
    }

    /// From when on another may be made after this one was declined; `None` where it was not.
    pub fn again_from(&self) -> Option<Timestamp> {
        let declined = self
            .decided_at
            .filter(|_| self.status == Standing::Declined)?;
        Some(declined.saturating_add(REAPPLY).unwrap_or(Timestamp::MAX))
    }
}

/// Whom money is owed, and for what: what alone tells whose an account is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Engaged {
    /// The account: for ever the same.
    pub account: Account,
    /// In which programmes they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub programmes: Vec<Programme>,
    /// Since when they are an influencer, while they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
}

impl Engaged {
    /// Somebody of whom an account is made now, in no programme yet.
    pub fn new(account: Account) -> Self {
        Self {
            account,
            programmes: Vec::new(),
            since: None,
        }
    }

    /// Whether they are in a programme.
    pub fn is_in(&self, programme: Programme) -> bool {
        self.programmes.contains(&programme)
    }

    /// The same, in a programme or not.
    #[must_use]
    pub fn in_programme(&self, programme: Programme, is_in: bool, now: Timestamp) -> Self {
        let mut after = self.clone();
        after.programmes.retain(|one| *one != programme);
        if is_in {
            after.programmes.push(programme);
            after.programmes.sort();
        }
        after.since = match after.is_in(Programme::Influencer) {
            true => after.since.or(Some(now)),
            false => None,
        };
        after
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: Thresholds = Thresholds {
        audience: 500,
        posts: 3,
        shoppable: 0.5,
        engagement: 0.01,
        hours: 120,
    };

    fn good() -> Measured {
        Measured {
            audience: Some(500),
            posts: 4,
            shoppable: 2,
            acts: 4,
            followers: 100,
        }
    }

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_second(hours * 3_600).unwrap()
    }

    fn made(network: Network, measured: Measured) -> Application {
        Application::made(network, None, &measured, &ASKED, at(0), None)
    }

    #[test]
    fn all_that_is_asked_must_be_there_to_the_last() {
        let met = |measured: Measured| {
            let all = measured.criteria(&ASKED);
            all.iter().map(|one| one.met).collect::<Vec<_>>()
        };
        assert_eq!(met(good()), [true; 4]);
        let less = [
            Measured {
                audience: Some(499),
                ..good()
            },
            Measured {
                posts: 2,
                shoppable: 1,
                acts: 2,
                ..good()
            },
            Measured {
                shoppable: 1,
                ..good()
            },
            Measured { acts: 3, ..good() },
        ];
        for (place, measured) in less.into_iter().enumerate() {
            let mut expected = vec![true; 4];
            expected[place] = false;
            assert_eq!(met(measured), expected);
        }
        // Nobody follows: as if one did.
        let alone = Measured {
            followers: 0,
            acts: 1,
            ..good()
        };
        assert_eq!(alone.criteria(&ASKED)[3].value, Some(0.25));
        assert_eq!(Measured::default().criteria(&ASKED)[3].value, Some(0.0));
    }

    #[test]
    fn an_application_is_decided_at_once_or_after_five_days_or_by_an_admin_alone() {
        let hidden = Measured {
            audience: None,
            ..good()
        };
        let small = Measured {
            audience: Some(1),
            ..good()
        };
        let stands = |application: Application| (application.status, application.decide_at);
        for network in [Network::Youtube, Network::Twitter] {
            assert_eq!(stands(made(network, good())), (Standing::Approved, None));
            assert_eq!(stands(made(network, small)), (Standing::Declined, None));
            assert_eq!(stands(made(network, hidden)), (Standing::InReview, None));
        }
        for network in [Network::Facebook, Network::Instagram] {
            let waiting = made(network, good());
            assert_eq!(stands(waiting.clone()), (Standing::InReview, Some(at(120))));
            let decided = waiting.decided(&small, &ASKED, at(120));
            assert_eq!(stands(decided), (Standing::Declined, None));
        }
    }

    #[test]
    fn an_admins_decision_replaces_any_and_thirty_days_pass_until_another_application() {
        let declined = made(
            Network::Youtube,
            Measured {
                audience: Some(1),
                ..good()
            },
        );
        assert_eq!(declined.again_from(), Some(at(30 * 24)));
        let ruled = Application::ruled(Some(&declined), true, "Known.", at(1));
        assert_eq!((ruled.status, ruled.edition), (Standing::Approved, 2));
        assert_eq!(ruled.again_from(), None);
        let ended = Application::ruled(Some(&ruled), false, "Spam.", at(2));
        assert_eq!(ended.again_from(), Some(at(2 + 30 * 24)));
        assert_eq!(Application::ruled(None, true, "Known.", at(0)).edition, 1);
    }

    #[test]
    fn an_account_stays_the_same_whatever_programme_ends() {
        let new = Engaged::new(Account::of_random(7));
        let both = new
            .in_programme(Programme::OnsiteAssociate, true, at(1))
            .in_programme(Programme::Influencer, true, at(2))
            .in_programme(Programme::Influencer, true, at(3));
        assert_eq!(both.programmes, Programme::ALL);
        assert_eq!(both.since, Some(at(2)));
        let left = both.in_programme(Programme::Influencer, false, at(4));
        assert_eq!(
            (left.programmes.as_slice(), left.since),
            (&[Programme::OnsiteAssociate][..], None)
        );
        assert_eq!(left.account, new.account);
    }
}
