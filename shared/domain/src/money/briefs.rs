//! Briefs (MONEY 35): what a seller asks an influencer to show, and which posts are paid for by that.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    ids::{BriefId, ProductId, UserId},
    posts::Post,
    text::Limit,
};

/// What a seller writes.
pub const TEXT: Limit = Limit {
    min: 1,
    graphemes: 1_000,
    bytes: 4_000,
};
/// A brief names so many products at most.
pub const PRODUCTS: usize = 20;
/// A seller sends so many in a UTC day.
pub const A_DAY: u32 = 20;
/// So many that somebody accepted may run at a time.
pub const RUNNING: usize = 100;
/// A post that shows a product of a brief is paid for so long after the brief was accepted.
const PAID: SignedDuration = SignedDuration::from_hours(90 * 24);

/// What was said to a brief.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nothing yet.
    Sent,
    /// They will.
    Accepted,
    /// They would rather not.
    Declined,
}

impl Status {
    /// As the API spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
        }
    }
}

/// A brief, as it lies with whom it was sent to. It does not say who sent it: only for which brand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brief {
    /// Which, in the order of time.
    pub id: BriefId,
    /// Whose products.
    pub brand: String,
    /// To be shown.
    pub products: Vec<ProductId>,
    /// NFC.
    pub text: String,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// How it stands.
    pub status: Status,
    /// When it was accepted, or declined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Timestamp>,
}

/// A brief in the list of who sent it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// Which.
    pub id: BriefId,
    /// To whom.
    pub to: UserId,
}

/// A brief that somebody accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// Which.
    pub id: BriefId,
    /// When.
    pub at: Timestamp,
    /// What it is about.
    pub products: Vec<ProductId>,
}

impl Accepted {
    fn until(&self) -> Timestamp {
        self.at.saturating_add(PAID).unwrap_or(Timestamp::MAX)
    }
}

/// The briefs that somebody accepted and that still have posts paid for: one item.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    /// In the order of their acceptance.
    pub briefs: Vec<Accepted>,
    /// How often it was written.
    #[serde(default)]
    pub edition: u64,
}

impl Running {
    /// The same with one more, without those that have run out; `None` where so many run that none can be accepted.
    pub fn with(&self, brief: &Brief, now: Timestamp) -> Option<Self> {
        let mut briefs = self.briefs.clone();
        briefs.retain(|one| one.until() >= now && one.id != brief.id);
        briefs.push(Accepted {
            id: brief.id,
            at: now,
            products: brief.products.clone(),
        });
        (briefs.len() <= RUNNING).then_some(Self {
            briefs,
            edition: self.edition + 1,
        })
    }

    /// Whether a post is paid for: it shows a product of a brief, and came to show it to others within 90 days of the
    /// acceptance. One that does not appear yet is taken to appear now.
    pub fn pay_for(&self, post: &Post, now: Timestamp) -> bool {
        let appeared = post.published_at.unwrap_or(now);
        self.briefs.iter().any(|brief| {
            post.product_ids().into_iter().any(|product| {
                let shown = appeared.max(post.tagged_at(product));
                brief.products.contains(product) && (brief.at..=brief.until()).contains(&shown)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use ulid::Ulid;

    use super::*;
    use crate::{ids::PostId, posts::PostKind};

    fn day(day: i64) -> Timestamp {
        Timestamp::from_second(day * 24 * 3_600).unwrap()
    }

    fn product(id: &str) -> ProductId {
        ProductId::parse(id).unwrap()
    }

    fn brief(id: u128, products: &[&str]) -> Brief {
        Brief {
            id: BriefId(Ulid(id)),
            brand: "Acme".to_owned(),
            products: products.iter().map(|id| product(id)).collect(),
            text: "Show it".to_owned(),
            sent_at: day(90),
            status: Status::Sent,
            answered_at: None,
        }
    }

    fn post(created: Timestamp, shows: &str) -> Post {
        let author = UserId::parse("ana").unwrap();
        let mut post = Post::new(PostId(Ulid(1)), author, PostKind::Story, created);
        post.products = vec![product(shows)];
        post.published_at = Some(created);
        post
    }

    #[test]
    fn a_post_is_paid_for_that_comes_to_show_a_product_within_ninety_days() {
        let running = Running::default();
        let running = running.with(&brief(1, &["a", "b"]), day(100)).unwrap();
        let second = SignedDuration::from_secs(1);
        for (at, shows, paid) in [
            (day(100) - second, "a", false),
            (day(100), "a", true),
            (day(150), "c", false),
            (day(190), "b", true),
            (day(190) + second, "b", false),
        ] {
            assert_eq!(running.pay_for(&post(at, shows), day(300)), paid, "{at}");
        }
    }

    #[test]
    fn what_an_edit_brings_counts_from_then_on_and_what_waits_from_now() {
        let running = Running::default();
        let running = running.with(&brief(1, &["a"]), day(100)).unwrap();
        let before = post(day(50), "b");
        let edited = |at| {
            let mut after = before.clone();
            after.products.push(product("a"));
            after.tag(&before, at);
            after
        };
        assert!(running.pay_for(&edited(day(150)), day(150)));
        assert!(!running.pay_for(&edited(day(191)), day(191)));
        assert!(!running.pay_for(&post(day(50), "a"), day(150)));
        let mut waits = post(day(50), "a");
        waits.published_at = None;
        assert!(running.pay_for(&waits, day(150)));
        assert!(!running.pay_for(&waits, day(191)));
    }

    #[test]
    fn what_has_run_out_makes_room() {
        let mut running = Running::default();
        for id in 0..RUNNING as u128 {
            running = running.with(&brief(id, &["a"]), day(100)).unwrap();
        }
        assert_eq!(running.with(&brief(1_000, &["a"]), day(190)), None);
        let after = running.with(&brief(1_000, &["a"]), day(191)).unwrap();
        assert_eq!(after.briefs.len(), 1);
    }
}
