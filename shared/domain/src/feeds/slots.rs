//! Which places of a feed are not for what is ranked (FEEDS 3), counted from 1 over all its pages.

/// So many posts of sponsors stand in one reading of a feed at most.
pub const MOST_SPONSORED: usize = 3;
/// So many products are picked for one.
pub const MOST_PICKS: usize = 10;

const FIRST_SPONSORED: usize = 5;
const SPONSORED_EVERY: usize = 8;
const FIRST_PRODUCT: usize = 10;
const PRODUCT_EVERY: usize = 16;

/// Whether a place is for a sponsored post: 5, 13, 21 and so on; never the first, never two in a row.
pub fn is_sponsored(place: usize) -> bool {
    is_at(place, FIRST_SPONSORED, SPONSORED_EVERY)
}

/// Whether a place is for a product: 10, 26, 42 and so on.
pub fn is_product(place: usize) -> bool {
    is_at(place, FIRST_PRODUCT, PRODUCT_EVERY)
}

fn is_at(place: usize, first: usize, every: usize) -> bool {
    place >= first && (place - first).is_multiple_of(every)
}

/// How many of so many sponsored posts come to stand among so many others at most, with so many products.
pub(super) fn reached(others: usize, products: usize, sponsored: usize) -> usize {
    let fits = |before: &usize| {
        let place = FIRST_SPONSORED + SPONSORED_EVERY * before;
        let products = products.min((1..place).filter(|place| is_product(*place)).count());
        others + products + before + 1 >= place
    };
    (0..sponsored.min(MOST_SPONSORED)).take_while(fits).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_as_the_contract_names_them_and_never_for_both() {
        let all = |is: fn(usize) -> bool| (0..60).filter(|place| is(*place)).collect::<Vec<_>>();
        assert_eq!(all(is_sponsored), [5, 13, 21, 29, 37, 45, 53]);
        assert_eq!(all(is_product), [10, 26, 42, 58]);
    }

    #[test]
    fn a_sponsored_post_is_reached_where_enough_stands_before_it() {
        assert_eq!(
            [3, 4, 10, 11, 17, 18].map(|others| reached(others, 0, 9)),
            [0, 1, 1, 2, 2, 3]
        );
        assert_eq!(
            [9, 10, 16, 17].map(|others| reached(others, 5, 9)),
            [1, 2, 2, 3]
        );
        assert_eq!(reached(100, 10, 2), 2);
    }
}
