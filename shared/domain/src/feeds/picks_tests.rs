//! What is picked, and why.

use proptest::prelude::*;

use super::{
    super::{Act, Event, nudge::NudgeAfter, pairs::Pairs},
    *,
};

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

fn days_ago(days: i64) -> Timestamp {
    now() - SignedDuration::from_hours(24 * days)
}

fn product(id: &str) -> ProductId {
    ProductId::parse(id).unwrap()
}

fn topic(id: &str) -> TopicId {
    TopicId::parse(id).unwrap()
}

/// A product that so many got a day ago, who had these.
fn row(id: &str, title: &str, people: usize, had: &[&str]) -> Row {
    let mut pairs = Pairs::default();
    let had: Vec<_> = had.iter().map(|id| product(id)).collect();
    for _ in 0..people {
        pairs.got(days_ago(1), &had);
    }
    Row::of(&product(id), Some(topic("coffee")), title, &pairs)
}

fn history(events: Vec<(Act, i64)>) -> History {
    let mut history = History::default();
    let events = events.into_iter().map(|(what, days)| Event {
        what,
        at: days_ago(days),
    });
    history
        .take(events.collect(), now(), NudgeAfter::default())
        .unwrap();
    history
}

fn bought(id: &str) -> Act {
    Act::Purchase(product(id))
}

fn viewed(id: &str) -> Act {
    Act::ViewProduct(product(id))
}

fn picked(shop: &Shop, history: &History, mix: Mix) -> Vec<Pick> {
    shop.picks(history, &[topic("coffee")].into(), mix, now(), 90)
}

fn ids(picks: &[Pick]) -> Vec<&str> {
    picks.iter().map(|pick| pick.product.as_str()).collect()
}

#[test]
fn what_others_got_with_it_comes_first_and_names_its_cause() {
    let shop = Shop::new(
        [
            row("pot", "Tea pot", 5, &["mug"]),
            row("saw", "Saw", 5, &["hammer"]),
            row("mug", "Mug", 9, &[]),
        ],
        now(),
    );
    let picks = picked(&shop, &history(vec![(bought("mug"), 1)]), Mix::All);
    assert_eq!(ids(&picks), ["pot", "saw"], "never what one bought");
    assert_eq!(picks[0].cause, Some(product("mug")));
}

#[test]
fn what_is_called_alike_comes_before_what_is_not_by_a_view_or_by_a_search() {
    let rows = || {
        [
            row("red-mug", "Red enamel mug", 1, &[]),
            row("saw", "Folding saw", 1, &[]),
            row("blue-mug", "Blue enamel mug", 1, &[]),
        ]
    };
    let shop = Shop::new(rows(), now());
    let picks = picked(&shop, &history(vec![(viewed("red-mug"), 0)]), Mix::All);
    let others: Vec<_> = ids(&picks)
        .into_iter()
        .filter(|id| *id != "red-mug")
        .collect();
    assert_eq!(others, ["blue-mug", "saw"]);
    let asked = history(vec![(Act::Search("saws".to_owned()), 0)]);
    let picks = picked(&shop, &asked, Mix::All);
    assert_eq!(picks[0].product, product("saw"));
    assert_eq!(
        (&picks[0].cause, picks[0].query.as_deref()),
        (&None, Some("saws"))
    );
}

#[test]
fn a_product_is_no_reason_for_itself_where_there_is_another() {
    let rows = [
        row("red-mug", "Red enamel mug", 1, &[]),
        row("blue-mug", "Blue enamel mug", 1, &[]),
        row("saw", "Folding saw", 1, &[]),
    ];
    let shop = Shop::new(rows, now());
    let both = history(vec![(viewed("red-mug"), 0), (viewed("blue-mug"), 0)]);
    let picks = picked(&shop, &both, Mix::All);
    for (one, other) in [("red-mug", "blue-mug"), ("blue-mug", "red-mug")] {
        let pick = picks.iter().find(|pick| pick.product == product(one));
        let cause = pick.and_then(|pick| pick.cause.clone());
        assert_eq!(cause, Some(product(other)));
    }
}

#[test]
fn what_was_bought_weighs_more_than_what_was_viewed_and_lately_more_than_long_ago() {
    let rows = || [row("a", "Aa", 5, &["x"]), row("b", "Bb", 5, &["y"])];
    let shop = Shop::new(rows(), now());
    for (events, first) in [
        (vec![(bought("x"), 0), (viewed("y"), 0)], "a"),
        (vec![(viewed("x"), 0), (bought("y"), 0)], "b"),
        (vec![(bought("x"), 0), (bought("y"), 80)], "a"),
        (vec![(bought("x"), 80), (bought("y"), 0)], "b"),
    ] {
        let mut history = History::default();
        let events = events.into_iter().map(|(what, days)| Event {
            what,
            at: days_ago(days),
        });
        history
            .take(events.collect(), now(), NudgeAfter::default())
            .unwrap();
        assert_eq!(ids(&picked(&shop, &history, Mix::All))[0], first);
    }
}

#[test]
fn what_is_asked_for_lately_comes_first_for_a_newcomer_within_their_topics() {
    let mut rising = row("rising", "Rising", 6, &[]);
    let mut elsewhere = row("elsewhere", "Elsewhere", 50, &[]);
    elsewhere.topic = Some(topic("cats"));
    rising.demand.long = 1.0;
    let shop = Shop::new([row("steady", "Steady", 3, &[]), rising, elsewhere], now());
    let picks = picked(&shop, &History::default(), Mix::All);
    assert_eq!(ids(&picks), ["rising", "steady"]);
    assert!(picks.iter().all(|pick| pick.cause.is_none()));
    assert_eq!(picks[0].topic, Some(topic("coffee")));
}

#[test]
fn ones_own_mix_goes_by_what_one_bought_hearted_or_viewed_twice_alone() {
    let rows = [
        row("a", "Aa", 5, &["once"]),
        row("b", "Bb", 5, &["twice"]),
        row("c", "Cc", 5, &["heart"]),
        row("d", "Dd", 5, &[]),
    ];
    let shop = Shop::new(rows, now());
    let mut history = history(vec![
        (viewed("once"), 1),
        (viewed("twice"), 1),
        (viewed("twice"), 2),
        (Act::Search("dd".to_owned()), 0),
    ]);
    history.heart(&product("heart"), Some(days_ago(1)));
    let mine = picked(&shop, &history, Mix::Mine);
    assert_eq!(ids(&mine), ["c", "b"]);
    assert!(mine.iter().all(|pick| pick.cause.is_some()));
    assert_eq!(picked(&shop, &history, Mix::All).len(), 4);
}

#[test]
fn where_nobody_bought_anything_what_is_on_the_same_shelf_stands_in() {
    let rows = [row("a", "Aa", 0, &[]), row("b", "Bb", 0, &[])];
    let shop = Shop::new(rows, now());
    let history = history(vec![(viewed("a"), 0), (viewed("a"), 1)]);
    for mix in [Mix::All, Mix::Mine] {
        let picks = picked(&shop, &history, mix);
        let other = picks.iter().find(|pick| pick.product == product("b"));
        assert_eq!(other.unwrap().cause, Some(product("a")));
    }
}

#[test]
fn a_shelf_keeps_those_of_most_lift() {
    let rows = || {
        let many = (0..5).map(|n| row(&format!("p{n}"), "Pp", n, &[]));
        many.collect::<Vec<_>>()
    };
    let mut rows = rows();
    for (row, short) in rows.iter_mut().zip([4.0, 3.0, 2.0, 1.0, 5.0]) {
        row.demand = Demand {
            short,
            long: 1.0,
            at: now().as_second(),
        };
    }
    let shop = Shop::new(rows.clone(), now());
    assert_eq!(shop.surplus(3), [&product("p2"), &product("p3")]);
    assert!(shop.surplus(5).is_empty());
    let mut newcomer = row("new", "New", 1, &[]);
    newcomer.demand = rows[2].demand;
    assert!(shop.admits(&newcomer, 5));
    newcomer.demand.short = 0.1;
    assert!(!shop.admits(&newcomer, 5));
    assert!(shop.admits(&newcomer, 6) && shop.admits(&rows[3], 5));
}

#[test]
fn what_is_beside_a_product_on_its_shelf_is_what_most_got_with_it() {
    let mut elsewhere = row("x", "Xx", 9, &["a"]);
    elsewhere.topic = None;
    let rows = [
        row("a", "Aa", 3, &["c"]),
        row("b", "Bb", 7, &["a"]),
        row("c", "Cc", 1, &[]),
        row("d", "Dd", 1, &[]),
        elsewhere,
    ];
    let shop = Shop::new(rows, now());
    let a = shop.row(&product("a")).unwrap();
    let beside: Vec<_> = shop
        .beside(a, 4)
        .iter()
        .map(|row| row.product.as_str())
        .collect();
    assert_eq!(beside, ["b", "c"]);
}

proptest! {
    #[test]
    fn picks_are_new_distinct_and_the_same_each_time(
        rows in proptest::collection::vec((0..30_u8, 0..9_usize, proptest::collection::vec(0..30_u8, 0..5)), 0..40),
        used in proptest::collection::vec((0..30_u8, 0..3_u8, 0..89_i64), 0..20),
        most in 0..40_usize,
    ) {
        let rows = rows.into_iter().map(|(id, people, had)| {
            let had: Vec<_> = had.iter().map(|id| format!("p{id}")).collect();
            let had: Vec<_> = had.iter().map(String::as_str).collect();
            row(&format!("p{id}"), &format!("title {id}"), people, &had)
        });
        let shop = Shop::new(rows.collect::<Vec<_>>(), now());
        let mut history = History::default();
        for (id, act, days) in used {
            let what = if act == 0 { bought(&format!("p{id}")) } else { viewed(&format!("p{id}")) };
            history.take(vec![Event { what, at: days_ago(days) }], now(), NudgeAfter::default()).unwrap();
        }
        for mix in [Mix::All, Mix::Mine] {
            let picks = shop.picks(&history, &BTreeSet::new(), mix, now(), most);
            prop_assert!(picks.len() <= most);
            let distinct: HashSet<_> = picks.iter().map(|pick| &pick.product).collect();
            prop_assert_eq!(distinct.len(), picks.len());
            for pick in &picks {
                let bought = history.used(&pick.product).is_some_and(|used| used.purchases > 0);
                prop_assert!(!bought);
            }
            let again = shop.picks(&history, &BTreeSet::new(), mix, now(), most);
            prop_assert_eq!(picks, again);
        }
    }
}
