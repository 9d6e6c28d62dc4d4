//! Whom purchases are credited to, to the millisecond.

use ulid::Ulid;

use super::*;
use crate::{
    ids::{PostId, ProductId, UserId},
    money::{Category, Happened, LineId, clicks::Tagged},
};

fn hour(hours: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap() + SignedDuration::from_hours(hours)
}

fn account(n: u128) -> Account {
    Account::of_random(n)
}

fn product(id: &str) -> ProductId {
    ProductId::parse(id).unwrap()
}

fn order(id: &str, at: Timestamp) -> Order {
    let event = format!("ev-{id}");
    Order {
        happened: Happened { at, event },
        id: id.to_owned(),
        customer: UserId::parse("cleo").unwrap(),
    }
}

fn line(basket_added_at: Option<Timestamp>) -> Line {
    Line {
        id: LineId {
            order: "o".to_owned(),
            line: "1".to_owned(),
        },
        product: product("lamp"),
        category: Category::of("Home > Lamps"),
        net: 10_000,
        currency: "USD".to_owned(),
        basket_added_at,
    }
}

fn click(id: u128, account_of: u128, at: Timestamp) -> Click {
    let ms = u64::try_from(at.as_millisecond()).unwrap();
    Click {
        id: Ulid::from_parts(ms, id),
        at,
        account: account(account_of),
        is_own: false,
        source: Source::Post(PostId(Ulid(1))),
        product: product("lamp"),
        tagged_at: hour(0),
    }
}

fn view(account_of: u128, at: Timestamp, category: &str) -> View {
    View {
        at,
        post: PostId(Ulid(account_of)),
        account: account(account_of),
        shows: vec![Tagged {
            product: product("other"),
            category: Category::of(category),
            tagged_at: hour(1),
        }],
    }
}

fn shopper<'k>(orders: &'k [Order], clicks: &'k [Click], views: &'k [View]) -> Shopper<'k> {
    Shopper {
        orders,
        clicks,
        views,
    }
}

/// The account and rule by which a line ordered at hour 100 is credited.
fn credited(shopper: Shopper<'_>, basket: Option<Timestamp>) -> Option<(Account, Rule)> {
    let credit = shopper.credit(&order("o", hour(100)), &line(basket))?;
    Some((credit.account().clone(), credit.rule))
}

#[test]
fn a_click_counts_for_a_day_to_the_millisecond() {
    let late = hour(76) - SignedDuration::from_millis(1);
    for (at, credit) in [
        (hour(100), Some((account(1), Rule::Click))),
        (hour(76), Some((account(1), Rule::Click))),
        (late, None),
        (hour(100) + SignedDuration::from_millis(1), None),
    ] {
        let clicks = [click(1, 1, at)];
        assert_eq!(credited(shopper(&[], &clicks, &[]), None), credit, "{at}");
    }
}

#[test]
fn the_latest_click_of_another_counts_and_of_two_at_a_time_the_greater() {
    let own = Click {
        is_own: true,
        ..click(9, 9, hour(99))
    };
    let clicks = [
        click(1, 1, hour(98)),
        click(3, 3, hour(97)),
        click(2, 2, hour(98)),
        own,
    ];
    let credit = credited(shopper(&[], &clicks, &[]), None);
    assert_eq!(credit, Some((account(2), Rule::Click)));
}

#[test]
fn another_order_closes_the_window_from_the_click_until_just_before_the_order() {
    let clicks = [click(1, 1, hour(90))];
    for (at, counts) in [
        (89, true),
        (90, false),
        (99, false),
        (100, true),
        (101, true),
    ] {
        let orders = [order("p", hour(at)), order("o", hour(100))];
        let credit = credited(shopper(&orders, &clicks, &[]), None);
        assert_eq!(credit.is_some(), counts, "{at}");
    }
}

#[test]
fn what_was_put_into_the_basket_in_a_window_stays_its_accounts_for_ninety_days() {
    let day = |days: i64| hour(24 * days);
    let ordered = order("o", day(100));
    let clicks = [
        click(1, 1, day(10) - SignedDuration::from_hours(2)),
        click(2, 2, day(100) - SignedDuration::from_hours(1)),
    ];
    let other = order("p", day(50));
    let orders = [ordered.clone(), other];
    let shopper = shopper(&orders, &clicks, &[]);
    let credit = |basket: Timestamp| {
        let credit = shopper.credit(&ordered, &line(Some(basket)));
        credit.map(|credit| (credit.account().clone(), credit.rule))
    };
    assert_eq!(credit(day(10)), Some((account(1), Rule::Basket)));
    let too_early = day(10) - SignedDuration::from_millis(1);
    assert_eq!(credit(too_early), Some((account(2), Rule::Click)));
    assert_eq!(credit(day(12)), Some((account(2), Rule::Click)));
}

#[test]
fn a_view_counts_for_the_same_category_where_no_click_does() {
    let views = [
        view(5, hour(80), "home>lamps"),
        view(6, hour(90), "HOME > Lamps"),
        view(7, hour(95), "Home"),
        view(8, hour(101), "Home > Lamps"),
    ];
    let credit = credited(shopper(&[], &[], &views), None);
    assert_eq!(credit, Some((account(6), Rule::View)));
    let clicks = [click(1, 1, hour(99))];
    let credit = credited(shopper(&[], &clicks, &views), None);
    assert_eq!(credit, Some((account(1), Rule::Click)));
    let orders = [order("p", hour(92))];
    assert_eq!(credited(shopper(&orders, &[], &views), None), None);
    let unknown = Line {
        category: Category::default(),
        ..line(None)
    };
    let of_nothing = [view(6, hour(90), "")];
    let shopper = shopper(&[], &[], &of_nothing);
    assert_eq!(shopper.credit(&order("o", hour(100)), &unknown), None);
}

#[test]
fn a_rate_is_held_by_the_latest_click_on_the_product_itself_at_the_credited_account() {
    let tagged = |id, account_of, at, product_id: &str, tagged_at| Click {
        product: product(product_id),
        tagged_at: hour(tagged_at),
        ..click(id, account_of, hour(at))
    };
    let clicks = [
        tagged(1, 1, 75, "lamp", 1),
        tagged(2, 1, 80, "lamp", 2),
        tagged(3, 1, 81, "lamp", 3),
        tagged(4, 2, 82, "lamp", 4),
        tagged(5, 1, 83, "desk", 5),
    ];
    let held = |clicks: &[Click]| {
        let credit = shopper(&[], clicks, &[]).credit(&order("o", hour(100)), &line(None));
        credit.unwrap().tagged_at
    };
    assert_eq!(held(&clicks), Some(hour(3)));
    assert_eq!(held(&[clicks[0].clone(), clicks[4].clone()]), None);
}

#[test]
fn whoever_is_not_credited_is_told_why_by_the_first_rule_that_holds() {
    let ordered = order("o", hour(100));
    let own = Click {
        is_own: true,
        ..click(9, 9, hour(99))
    };
    let clicks = [
        click(1, 1, hour(75)),
        click(2, 2, hour(90)),
        click(3, 3, hour(95)),
        own,
    ];
    let closing = [order("p", hour(97)), ordered.clone()];
    let asked = |orders: &[Order], index: usize| {
        shopper(orders, &clicks, &[]).uncredited(&ordered, &clicks[index])
    };
    assert_eq!(asked(&closing, 0), Uncredited::Expired);
    assert_eq!(asked(&closing, 1), Uncredited::ClosedByClick);
    assert_eq!(asked(&closing, 2), Uncredited::ClosedByOrder);
    assert_eq!(asked(&closing, 3), Uncredited::OwnPurchase);
    assert_eq!(asked(&[], 2), Uncredited::BasketOfAnother);
}

#[test]
fn a_line_is_told_to_five_others_of_the_last_day_or_to_the_last_of_all() {
    let ordered = order("o", hour(100));
    let mut clicks: Vec<_> = (1..=7)
        .map(|n| click(n, n, hour(80 + i64::try_from(n).unwrap())))
        .collect();
    clicks.push(click(8, 3, hour(99)));
    clicks.push(click(9, 10, hour(70)));
    let told = |clicks: &[Click], credited: Option<Account>| {
        let shopper = shopper(&[], clicks, &[]);
        let others = shopper.others(&ordered, credited.as_ref());
        let accounts = others.into_iter().map(|click| click.account.clone());
        accounts.collect::<Vec<_>>()
    };
    let these = |accounts: &[u128]| accounts.iter().map(|n| account(*n)).collect::<Vec<_>>();
    assert_eq!(told(&clicks, None), these(&[3, 7, 6, 5, 4]));
    assert_eq!(told(&clicks, Some(account(3))), these(&[7, 6, 5, 4, 2]));
    assert_eq!(told(&clicks[8..], None), these(&[10]));
    let older = [click(
        1,
        1,
        hour(100) - REMEMBERED - SignedDuration::from_millis(1),
    )];
    assert_eq!(told(&older, None), these(&[]));
}

#[test]
fn a_window_says_what_closed_it_first() {
    let ordered = order("o", hour(100));
    let clicks = [click(1, 1, hour(90)), click(2, 2, hour(95))];
    let closing = [order("p", hour(93)), ordered.clone()];
    let window = |orders: &[Order]| shopper(orders, &clicks, &[]).window(&ordered, &clicks[0]);
    let open = Window {
        from: hour(90),
        to: hour(114),
        closed: Some((ClosedBy::Click, hour(95))),
    };
    assert_eq!(window(&[]), open);
    let closed = Some((ClosedBy::Order, hour(93)));
    assert_eq!(window(&closing), Window { closed, ..open });
}
