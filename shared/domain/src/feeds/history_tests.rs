//! What is kept of what people do.

use proptest::prelude::*;

use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn product(id: &str) -> ProductId {
    ProductId::parse(id).unwrap()
}

fn view(id: &str, second: i64) -> Event {
    Event {
        what: Act::ViewProduct(product(id)),
        at: at(second),
    }
}

fn purchase(id: &str, second: i64) -> Event {
    Event {
        what: Act::Purchase(product(id)),
        at: at(second),
    }
}

fn search(query: &str, second: i64) -> Event {
    Event {
        what: Act::Search(query.to_owned()),
        at: at(second),
    }
}

fn taken(events: Vec<Event>) -> History {
    let mut history = History::default();
    history
        .take(events, at(100_000), NudgeAfter::default())
        .unwrap();
    history
}

#[test]
fn a_kind_subject_and_minute_count_once_in_one_batch_or_in_two() {
    let mut history = taken(vec![
        view("mug", 0),
        view("mug", 59),
        view("mug", 60),
        view("cup", 1),
        purchase("mug", 2),
    ]);
    history
        .take(
            vec![view("mug", 30), view("mug", 61)],
            at(100_000),
            NudgeAfter::default(),
        )
        .unwrap();
    let mug = history.used(&product("mug")).unwrap();
    assert_eq!((mug.views, mug.purchases, mug.last()), (2, 1, at(60)));
    assert_eq!(history.used(&product("cup")).unwrap().views, 1);
    let order: Vec<_> = history
        .products()
        .iter()
        .map(|used| used.product.as_str())
        .collect();
    assert_eq!(order, ["mug", "cup"]);
}

#[test]
fn a_query_is_cut_in_whole_characters_kept_once_and_the_last_ten_stay() {
    let long = "grün ".repeat(20);
    let history = taken(vec![search(&long, 0), search(&long, 60)]);
    assert_eq!(history.queries().len(), 1);
    let kept = &history.queries()[0];
    assert!(kept.query.len() <= QUERY_BYTES && long.starts_with(&kept.query));
    assert_eq!(kept.at(), at(60));
    let many = (0..15)
        .map(|n| search(&format!("query {n}"), n * 60))
        .collect();
    let history = taken(many);
    assert_eq!(history.queries().len(), QUERIES);
    assert_eq!(history.queries()[0].query, "query 14");
}

#[test]
fn a_batch_that_would_pass_the_days_limit_is_refused_whole_and_the_next_day_it_is_taken() {
    let now: Timestamp = "2026-11-21T23:00:00Z".parse().unwrap();
    let batch = |size: usize| {
        vec![
            Event {
                what: Act::Idle(1),
                at: now
            };
            size
        ]
    };
    let mut history = History::default();
    for _ in 0..19 {
        history
            .take(batch(100), now, NudgeAfter::default())
            .unwrap();
    }
    history.take(batch(99), now, NudgeAfter::default()).unwrap();
    let before = history.clone();
    assert_eq!(
        history.take(batch(2), now, NudgeAfter::default()),
        Err(Duration::from_secs(3_600))
    );
    assert_eq!(history, before);
    history.take(batch(1), now, NudgeAfter::default()).unwrap();
    history.forget();
    assert!(
        history.take(batch(1), now, NudgeAfter::default()).is_err(),
        "forgetting gives none back"
    );
    history
        .take(
            batch(100),
            now + SignedDuration::from_hours(1),
            NudgeAfter::default(),
        )
        .unwrap();
}

#[test]
fn a_heart_counts_while_it_is_there() {
    let (mut history, mug) = (taken(vec![view("cup", 0)]), product("mug"));
    let before = history.clone();
    assert!(history.heart(&mug, Some(at(5))));
    assert!(!history.heart(&mug, Some(at(5))), "twice is once");
    let got: Vec<_> = history
        .got_since(&before)
        .map(|used| used.product.as_str())
        .collect();
    assert_eq!(got, ["mug"]);
    assert!(history.heart(&mug, None));
    assert_eq!(history.products(), before.products());
    assert!(!history.heart(&mug, None));
}

#[test]
fn what_is_got_anew_is_what_was_not_got_before() {
    let first = taken(vec![view("mug", 0), purchase("cup", 1)]);
    let mut then = first.clone();
    then.take(
        vec![purchase("mug", 70), purchase("cup", 71)],
        at(100_000),
        NudgeAfter::default(),
    )
    .unwrap();
    let got: Vec<_> = then
        .got_since(&first)
        .map(|used| used.product.as_str())
        .collect();
    assert_eq!(got, ["mug"]);
    assert_eq!(then.got().len(), 2);
}

#[test]
fn three_views_and_a_pause_nudge_and_the_same_batch_again_says_the_same() {
    let idle = Event {
        what: Act::Idle(130),
        at: at(400),
    };
    let batch = vec![idle, view("a", 0), view("b", 70), view("c", 140)];
    let mut history = History::default();
    assert!(
        history
            .take(batch.clone(), at(500), NudgeAfter::default())
            .unwrap()
    );
    let once = history.clone();
    assert!(history.take(batch, at(500), NudgeAfter::default()).unwrap());
    assert_eq!(history.products(), once.products());
}

fn event() -> impl Strategy<Value = Event> {
    let act = prop_oneof![
        ("[a-zé]{1,50}").prop_map(|id| Act::ViewProduct(product(&id))),
        ("[a-z]{1,3}").prop_map(|id| Act::Purchase(product(&id))),
        ("\\PC{1,200}").prop_map(Act::Search),
        (0..300_u32).prop_map(Act::Idle),
    ];
    (act, 0..80_000_i64).prop_map(|(what, second)| Event {
        what,
        at: at(second),
    })
}

proptest! {
    #[test]
    fn it_stays_within_its_bounds_and_keeps_what_was_last(
        batches in proptest::collection::vec(proptest::collection::vec(event(), 1..60), 1..6),
    ) {
        let mut history = History::default();
        for batch in batches {
            history.take(batch, at(86_000), NudgeAfter::default()).unwrap();
            prop_assert!(history.products().len() <= PRODUCTS);
            prop_assert!(history.queries().len() <= QUERIES);
            prop_assert!(history.bytes() <= MOST_BYTES);
            prop_assert!(history.products().is_sorted_by_key(|used| std::cmp::Reverse(used.last)));
            let text = serde_json::to_string(&history).unwrap();
            let read: History = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(&read, &history);
        }
    }
}
