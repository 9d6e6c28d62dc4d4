//! Polls: a question, its options, and what was voted (PRODUCT §3.1, §4.3).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::PostPhoto;
use crate::ids::ProductId;

/// A poll has at least this many options.
pub const MIN_OPTIONS: usize = 2;
/// A poll has at most this many options.
pub const MAX_OPTIONS: usize = 4;
/// A poll stays open for at least this long.
pub const SHORTEST: SignedDuration = SignedDuration::from_mins(5);
/// A poll that closes does so within this time.
pub const LONGEST: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A question with answers to vote for. The votes lie beside it in the post, so that a vote is one
/// change of one number: [`super::Post::votes`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Poll {
    /// A single line, NFC.
    pub question: String,
    /// [`MIN_OPTIONS`] to [`MAX_OPTIONS`], in the order given; an option is called by its place
    /// from 1 on.
    pub options: Vec<PollOption>,
    /// When voting ends; open-ended if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes_at: Option<Timestamp>,
}

/// An answer that can be voted for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PollOption {
    /// A single line, NFC.
    pub text: String,
    /// A photo of its own, without hotspots.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<PostPhoto>,
    /// A product, where there is no photo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<ProductId>,
}

impl Poll {
    /// Ends voting earlier than it would: at this time, or at once where that has passed.
    ///
    /// # Errors
    /// Says what is wrong, for the person who chose it.
    pub fn end_at(&mut self, at: Timestamp, now: Timestamp) -> Result<(), String> {
        if self.closes_at.is_some_and(|stands| at >= stands) {
            return Err("must be earlier than it stands".to_owned());
        }
        if !self.is_closed(now) {
            self.closes_at = Some(at.max(now));
        }
        Ok(())
    }

    /// Whether voting has ended.
    pub fn is_closed(&self, now: Timestamp) -> bool {
        self.closes_at.is_some_and(|at| at <= now)
    }
}

/// What a vote names an option by: its place, from 1 on. Places are kept from 0 on.
pub fn option_id(place: u8) -> String {
    (u16::from(place) + 1).to_string()
}

/// The place of the option of that id, of so many.
pub fn option_of(id: &str, options: usize) -> Option<u8> {
    let mut places = (0_u8..).take(options);
    places.find(|place| option_id(*place) == id)
}

/// A closing time that is neither too soon nor too late, seen from `now`.
///
/// # Errors
/// Says what is wrong, for the person who chose it.
pub fn closing(at: Timestamp, now: Timestamp) -> Result<Timestamp, String> {
    let open = at.duration_since(now);
    if (SHORTEST..=LONGEST).contains(&open) {
        Ok(at)
    } else {
        Err("must be 5 minutes to 30 days from now".to_owned())
    }
}

/// The part of all votes that an option has, 0 to 1, to four digits; 0 before the first vote.
pub fn share(votes: u64, voters: u64) -> f64 {
    let parts = (votes * 20_000 + voters).checked_div(voters * 2);
    let parts = parts.and_then(|parts| u32::try_from(parts).ok());
    f64::from(parts.unwrap_or_default()) / 10_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_poll_is_open_for_five_minutes_to_thirty_days() {
        let now = Timestamp::UNIX_EPOCH;
        let after = |seconds| closing(now + SignedDuration::from_secs(seconds), now).is_ok();
        assert!(after(300) && after(30 * 86_400));
        assert!(!after(299) && !after(30 * 86_400 + 1) && !after(-1));
        assert!(closing(Timestamp::MIN, Timestamp::MAX).is_err());
        assert!(closing(Timestamp::MAX, Timestamp::MIN).is_err());
    }

    #[test]
    fn a_poll_ends_earlier_than_it_would_and_never_later() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let poll = |closes_at| Poll {
            question: "?".to_owned(),
            options: Vec::new(),
            closes_at,
        };
        let ended = |stands: Option<i64>, to, now| {
            let mut poll = poll(stands.map(at));
            let ended = poll.end_at(at(to), at(now));
            ended
                .ok()
                .map(|()| poll.closes_at.map(Timestamp::as_second))
        };
        assert_eq!(ended(Some(100), 50, 10), Some(Some(50)));
        assert_eq!(ended(None, 50, 10), Some(Some(50)));
        assert_eq!(ended(Some(100), 5, 10), Some(Some(10)));
        assert_eq!(ended(Some(100), 100, 10), None);
        assert_eq!(ended(Some(100), 200, 10), None);
        // It has closed: what it closed at stays.
        assert_eq!(ended(Some(100), 50, 110), Some(Some(100)));
    }

    #[test]
    fn an_option_is_called_by_its_place_from_one_on() {
        assert_eq!((option_id(0), option_id(3)), ("1".into(), "4".into()));
        assert_eq!((option_of("1", 2), option_of("2", 2)), (Some(0), Some(1)));
        for none in ["0", "3", "01", "", "x"] {
            assert_eq!(option_of(none, 2), None, "{none}");
        }
    }

    #[test]
    fn a_share_is_a_part_of_the_voters() {
        assert_eq!(share(0, 0).to_string(), "0");
        assert_eq!(share(1, 3).to_string(), "0.3333");
        assert_eq!(share(2, 3).to_string(), "0.6667");
        assert_eq!(share(3, 3).to_string(), "1");
    }
}
