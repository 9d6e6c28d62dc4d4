//! Fractions of amounts, rounded as banks do.

/// `a / b` rounded to the nearest whole number, a half to the even one; `None` where `b` is not positive (MONEY, he).
pub fn half_even(a: i128, b: i128) -> Option<i128> {
    if b <= 0 {
        return None;
    }
    let (whole, rest) = (a.div_euclid(b), a.rem_euclid(b));
    let up = match (2 * rest).cmp(&b) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => whole % 2 != 0,
        std::cmp::Ordering::Greater => true,
    };
    Some(whole + i128::from(up))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_half_goes_to_the_even_neighbour() {
        for (a, b, rounded) in [
            (5, 10, 0),
            (15, 10, 2),
            (25, 10, 2),
            (35, 10, 4),
            (-5, 10, 0),
            (-15, 10, -2),
            (-25, 10, -2),
            (26, 10, 3),
            (24, 10, 2),
            (7, 1, 7),
        ] {
            assert_eq!(half_even(a, b), Some(rounded), "{a}/{b}");
        }
        assert_eq!(half_even(1, 0), None);
        assert_eq!(half_even(1, -1), None);
    }

    proptest! {
        #[test]
        fn what_is_rounded_is_at_most_a_half_away_and_turns_with_the_sign(a in -10_i128.pow(24)..10_i128.pow(24), b in 1..10_i128.pow(12)) {
            let rounded = half_even(a, b).unwrap();
            prop_assert!((2 * (rounded * b - a)).abs() <= b);
            prop_assert_eq!(half_even(-a, b), Some(-rounded));
        }
    }
}
