//! Who is invited to be an Onsite Associate (MONEY 10): once a month the best of the influencers.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    ids::{InvitationId, UserId},
    people::Handle,
};

/// An invitation is open for so long.
pub const OPEN: SignedDuration = days(30);
/// So many are invited at once.
pub const AT_ONCE: usize = 20;
/// Over so many of the latest posts a score goes.
pub const LATEST: usize = 20;
/// Nobody below this is invited.
const LEAST: f64 = 0.3;
/// An influencer for so long,
const SINCE: SignedDuration = days(30);
/// who published so often
const POSTS: usize = 10;
/// in so long,
const LATELY: SignedDuration = days(60);
/// of whom nothing was hidden for so long,
const CLEAN: SignedDuration = days(90);
/// and who was not asked for so long.
const UNASKED: SignedDuration = days(180);

const fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

/// Whether a moment is at most so long ago.
fn within(span: SignedDuration, at: Timestamp, now: Timestamp) -> bool {
    now.duration_since(at) < span
}

/// How an invitation stands, as it was written last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It was not answered.
    Open,
    /// Whoever was invited is in.
    Accepted,
    /// They would rather not.
    Declined,
}

/// An invitation to be an Onsite Associate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// Which.
    pub id: InvitationId,
    /// When it was made.
    pub invited_at: Timestamp,
    /// Until when it can be answered.
    pub until: Timestamp,
    /// What was said to it.
    pub answer: Answer,
}

impl Invitation {
    /// One that is made now.
    pub fn new(id: InvitationId, now: Timestamp) -> Self {
        Self {
            id,
            invited_at: now,
            until: now.saturating_add(OPEN).unwrap_or(Timestamp::MAX),
            answer: Answer::Open,
        }
    }

    /// How it stands, as the API spells it.
    pub fn status(&self, now: Timestamp) -> &'static str {
        match self.answer {
            Answer::Open if now >= self.until => "expired",
            Answer::Open => "open",
            Answer::Accepted => "accepted",
            Answer::Declined => "declined",
        }
    }

    /// Whether it can be answered.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.answer == Answer::Open && now < self.until
    }

    /// Whether whoever has it is left alone: it is open, or was declined lately.
    fn keeps_from(&self, now: Timestamp) -> bool {
        let lately = within(UNASKED, self.invited_at, now);
        self.is_open(now) || (self.answer == Answer::Declined && lately)
    }
}

/// A post of a candidate's, as far as it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// When it appeared.
    pub published_at: Timestamp,
    /// Whether it has a photo, and a product in stock.
    pub has_both: bool,
    /// Smiles + 2 · comments + 3 · saves.
    pub acts: u64,
}

/// What is known of an influencer.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Who.
    pub user: UserId,
    /// By which ties are broken.
    pub handle: Handle,
    /// Since when they are an influencer.
    pub since: Timestamp,
    /// Whether they are an Onsite Associate already.
    pub is_in: bool,
    /// Who follows them.
    pub followers: u64,
    /// Their latest posts, as many as [`LATEST`].
    pub posts: Vec<Shown>,
    /// When something of theirs was hidden that moderators upheld, the last time.
    pub hidden_at: Option<Timestamp>,
    /// What they were asked before.
    pub invitations: Vec<Invitation>,
}

impl Candidate {
    /// Their score, if they can be invited at all.
    pub fn score(&self, now: Timestamp) -> Option<f64> {
        let lately = |post: &&Shown| within(LATELY, post.published_at, now);
        let can = !self.is_in
            && !within(SINCE, self.since, now)
            && self.posts.iter().filter(lately).count() >= POSTS
            && self.hidden_at.is_none_or(|at| !within(CLEAN, at, now))
            && !self.invitations.iter().any(|one| one.keeps_from(now));
        let both = self.posts.iter().filter(|post| post.has_both).count();
        let acts: u64 = self.posts.iter().map(|post| post.acts).sum();
        let share = ratio(both as u64, self.posts.len() as u64);
        let engaged = ratio(acts, LATEST as u64 * self.followers.max(50)).min(1.0);
        let score = 0.5 * share + 0.5 * engaged;
        (can && score >= LEAST).then_some(score)
    }
}

#[expect(clippy::cast_precision_loss, reason = "nobody has 2^53 followers")]
fn ratio(part: u64, whole: u64) -> f64 {
    match whole {
        0 => 0.0,
        whole => part as f64 / whole as f64,
    }
}

/// The best so far, and how far the candidates were gone through.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Round {
    /// The last who was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<UserId>,
    /// The best, best first.
    #[serde(default)]
    pub best: Vec<Scored>,
    /// Whether all were looked at: the best are to be invited.
    #[serde(default)]
    pub chosen: bool,
    /// Whether they are.
    #[serde(default)]
    pub done: bool,
    /// How often it was written.
    #[serde(default)]
    pub edition: u64,
}

/// Somebody with their score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scored {
    /// Who.
    pub user: UserId,
    /// By which ties are broken.
    pub handle: Handle,
    /// From 0 to 1.
    pub score: f64,
}

impl Round {
    /// Takes in one more, if they are among the best.
    pub fn take(&mut self, candidate: &Candidate, now: Timestamp) {
        if let Some(score) = candidate.score(now) {
            self.best.push(Scored {
                user: candidate.user.clone(),
                handle: candidate.handle.clone(),
                score,
            });
        }
        self.best.sort_by(|a, b| {
            let by_handle = || a.handle.folded().cmp(&b.handle.folded());
            b.score.total_cmp(&a.score).then_with(by_handle)
        });
        self.best.truncate(AT_ONCE);
    }
}

#[cfg(test)]
mod tests {
    use ulid::Ulid;

    use super::*;

    fn at(day: i64) -> Timestamp {
        Timestamp::from_second(day * 24 * 3_600).unwrap()
    }

    fn candidate(handle: &str) -> Candidate {
        let post = Shown {
            published_at: at(190),
            has_both: true,
            acts: 10,
        };
        Candidate {
            user: UserId::parse(handle).unwrap(),
            handle: Handle::parse(handle).unwrap(),
            since: at(170),
            is_in: false,
            followers: 10,
            posts: vec![post; 10],
            hidden_at: Some(at(110)),
            invitations: Vec::new(),
        }
    }

    #[test]
    fn a_score_is_half_what_posts_show_and_half_what_others_do_at_them() {
        let ana = candidate("ana");
        // 100 of 20 · 50.
        assert_eq!(ana.score(at(200)), Some(0.5 + 0.05));
        let mut followed = ana.clone();
        followed.followers = 100;
        assert_eq!(followed.score(at(200)), Some(0.5 + 0.025));
        let mut bare = ana.clone();
        bare.posts.iter_mut().for_each(|post| post.has_both = false);
        assert_eq!(bare.score(at(200)), None, "below 0.3");
        bare.posts.iter_mut().for_each(|post| post.acts = 10_000);
        assert_eq!(bare.score(at(200)), Some(0.5), "at most the half");
    }

    #[test]
    fn nobody_is_asked_who_is_new_silent_blamed_asked_or_in() {
        let now = at(200);
        let ana = candidate("ana");
        let mut others = vec![ana.clone(); 6];
        others[0].since = at(171);
        others[1].posts.pop();
        others[2].posts[0].published_at = at(139);
        others[3].hidden_at = Some(at(111));
        others[4].is_in = true;
        let asked = Invitation::new(InvitationId(Ulid(1)), at(190));
        others[5].invitations = vec![asked.clone()];
        for (place, other) in others.iter().enumerate() {
            assert_eq!(other.score(now), None, "{place}");
        }
        let mut before = ana.clone();
        let answered = |day, answer| Invitation {
            answer,
            ..Invitation::new(InvitationId(Ulid(1)), at(day))
        };
        for (invitation, free) in [
            (answered(100, Answer::Open), true),
            (answered(100, Answer::Declined), false),
            (answered(20, Answer::Declined), true),
        ] {
            before.invitations = vec![invitation];
            assert_eq!(before.score(now).is_some(), free);
        }
    }

    #[test]
    fn the_best_twenty_are_asked_and_ties_go_by_handle() {
        let mut round = Round::default();
        for number in (0..30).rev() {
            round.take(&candidate(&format!("ana_{number:02}")), at(200));
        }
        let mut better = candidate("zoe");
        better.posts[0].acts += 1;
        round.take(&better, at(200));
        let handles: Vec<_> = round.best.iter().map(|one| one.handle.as_str()).collect();
        assert_eq!(
            (handles.len(), handles[0], handles[1], handles[19]),
            (20, "zoe", "ana_00", "ana_18")
        );
    }
}
