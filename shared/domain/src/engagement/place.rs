//! Where things stand in a list: texts that sort as the things do, between any two of which there is room for another
//! (ENGAGEMENT 28).

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};

/// In the order of their bytes, as the table sorts.
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// So many digits make a whole number; what follows is a fraction.
const WHOLE: usize = 6;
/// How many whole numbers there are.
const WHOLES: u64 = 62_u64.pow(6);
/// Above so many digits a list is spaced anew.
const LONGEST: usize = 64;

/// A place in a list: six digits to the base 62, then those of a fraction, of which the last is no zero.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Place(String);

impl Place {
    /// The place that is spelled so.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.bytes().all(|byte| DIGITS.contains(&byte));
        let whole = text.len() == WHOLE;
        let fits = whole || (text.len() > WHOLE && !text.ends_with('0'));
        (digits && fits).then(|| Self(text.to_owned()))
    }

    /// As it is spelled.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a list that has such a place is to be spaced anew.
    pub fn is_too_long(&self) -> bool {
        self.0.len() > LONGEST
    }

    /// A place after `before` and before `after`, the first and the last that are there, where there is one: in an empty
    /// list the middle of all; at an end the next whole number; else the middle of the whole numbers between, and where
    /// there are none the shortest fraction. `None` once the whole numbers are used up.
    pub fn between(before: Option<&Self>, after: Option<&Self>) -> Option<Self> {
        match (before, after) {
            (None, None) => Some(Self::at(WHOLES / 2)),
            (None, Some(after)) => after.whole().checked_sub(1).map(Self::at),
            (Some(before), None) => before.behind(1),
            (Some(before), Some(after)) => Some(before.amid(after)),
        }
    }

    /// So many whole numbers behind it.
    pub fn behind(&self, by: u64) -> Option<Self> {
        let whole = self.whole().checked_add(by)?;
        (whole < WHOLES).then(|| Self::at(whole))
    }

    fn at(mut whole: u64) -> Self {
        let mut digits = ['0'; WHOLE];
        for digit in digits.iter_mut().rev() {
            *digit = spelled(usize::try_from(whole % 62).unwrap_or_default());
            whole /= 62;
        }
        Self(digits.iter().collect())
    }

    fn amid(&self, after: &Self) -> Self {
        let least = self.whole() + 1;
        // One with a fraction leaves room for its own whole number.
        let most = after.whole() + u64::from(after.0.len() > WHOLE);
        if least < most {
            return Self::at(least + (most - 1 - least) / 2);
        }
        let whole: String = self.0.chars().take(WHOLE).collect();
        let same = self.whole() == after.whole();
        let fraction = fraction(&self.digits(), same.then(|| after.digits()).as_deref());
        Self(whole + &fraction)
    }

    fn whole(&self) -> u64 {
        let digits = self.0.bytes().take(WHOLE);
        digits.fold(0, |whole, byte| whole * 62 + value(byte) as u64)
    }

    /// Those of its fraction.
    fn digits(&self) -> Vec<usize> {
        self.0.bytes().skip(WHOLE).map(value).collect()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("no place"))
    }
}

fn value(digit: u8) -> usize {
    let place = DIGITS.iter().position(|one| *one == digit);
    place.unwrap_or_default()
}

fn spelled(value: usize) -> char {
    DIGITS.get(value).copied().map_or('0', char::from)
}

/// The shortest fraction above one and below another, or below one where there is none, near the middle.
fn fraction(above: &[usize], below: Option<&[usize]>) -> String {
    let (mut digits, mut below) = (String::new(), below);
    for index in 0.. {
        let least = above.get(index).copied().unwrap_or_default();
        let most = match below {
            Some(below) => below.get(index).copied().unwrap_or_default(),
            None => DIGITS.len(),
        };
        match most.saturating_sub(least) {
            0 => digits.push(spelled(least)),
            1 if below.is_some_and(|below| below.len() > index + 1) => {
                digits.push(spelled(most));
                break;
            }
            // Whatever follows, it is below.
            1 => {
                digits.push(spelled(least));
                below = None;
            }
            _ => {
                digits.push(spelled(usize::midpoint(least, most)));
                break;
            }
        }
    }
    digits
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn place(text: &str) -> Place {
        Place::parse(text).unwrap()
    }

    #[test]
    fn a_place_has_one_spelling() {
        for good in ["V00000", "zzzzzz", "V000001", "V00000zz"] {
            assert_eq!(place(good).as_str(), good);
        }
        for none in ["", "V0000", "V0000_", "V000000", "V0000010", "V0000é"] {
            assert_eq!(Place::parse(none), None, "{none}");
        }
    }

    #[test]
    fn a_list_begins_in_the_middle_and_grows_by_whole_numbers_at_its_ends() {
        let first = Place::between(None, None).unwrap();
        assert_eq!(first, place("V00000"));
        let (mut front, mut back) = (first.clone(), first);
        for _ in 0..100_000 {
            let (one, other) = (
                Place::between(None, Some(&front)).unwrap(),
                Place::between(Some(&back), None).unwrap(),
            );
            assert!(one < front && back < other);
            assert!(one.as_str().len() == 6 && other.as_str().len() == 6);
            (front, back) = (one, other);
        }
        assert_eq!(Place::between(None, Some(&place("000000"))), None);
        assert_eq!(Place::between(Some(&place("zzzzzzV")), None), None);
    }

    #[test]
    fn between_two_is_the_middle_of_the_whole_numbers_else_the_shortest_fraction() {
        for (one, other, amid) in [
            ("V00000", "V00004", "V00002"),
            ("V00000", "V00002", "V00001"),
            ("V00000", "V00001", "V00000V"),
            ("V00000", "V000011", "V00001"),
            ("V00000", "V000001", "V000000V"),
            ("V000001", "V000002", "V000001V"),
            ("V000001", "V0000021", "V000002"),
            ("V00000z", "V00001", "V00000zV"),
            ("V00000y", "V00001", "V00000z"),
        ] {
            let made = Place::between(Some(&place(one)), Some(&place(other)));
            assert_eq!(made, Some(place(amid)), "{one} {other}");
        }
    }

    #[test]
    fn a_hundred_thousand_that_are_put_anywhere_have_at_most_fourteen_digits() {
        let first = Place::between(None, None).unwrap();
        let (mut all, mut known) = (BTreeSet::from([first.clone()]), vec![first]);
        let mut random = 0x9e37_79b9_7f4a_7c15_u64;
        for _ in 1..100_000 {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let beside = &known[usize::try_from(random % known.len() as u64).unwrap()];
            let next = all.range(beside..).nth(1);
            let made = Place::between(Some(beside), next).unwrap();
            all.insert(made.clone());
            known.push(made);
        }
        assert_eq!(all.len(), 100_000);
        let longest = known.iter().map(|place| place.as_str().len()).max();
        assert!(longest <= Some(14), "{longest:?}");
    }

    proptest! {
        #[test]
        fn what_is_put_between_two_is_between_them_and_stays_a_place(
            turns in proptest::collection::vec((0_usize..60, 0_u8..4), 1..400),
        ) {
            let mut list = vec![Place::between(None, None).unwrap()];
            for (at, how) in turns {
                // Again and again at one place, too.
                let at = if how == 0 { list.len() / 2 } else { at.min(list.len()) };
                let before = at.checked_sub(1).and_then(|before| list.get(before));
                let made = Place::between(before, list.get(at)).unwrap();
                prop_assert_eq!(Place::parse(made.as_str()), Some(made.clone()));
                list.insert(at, made);
            }
            prop_assert!(list.windows(2).all(|two| two[0] < two[1]));
        }
    }
}
