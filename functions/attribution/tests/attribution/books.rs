//! Random histories, told in any order and often, against a clean replay.

use std::collections::BTreeMap;

use domain::{
    catalogue::product::Money,
    ids::PostId,
    money::{
        Click, Happened, Order, Source, View,
        book::{Book, Heard, Occasion, Ordered},
        clicks::Tagged,
        entries::Cause,
        events::{Became, Later},
        rates::{Rate, first},
        windows::Shopper,
    },
};
use harness::{
    World,
    money::{Bought, History, Kind, Owed, Secrets, replay},
    sqs_event,
};
use jiff::Timestamp;

/// So many worlds, each with a rate table of its own,
const WORLDS: u64 = 4;
/// and so many histories in each.
const HISTORIES: u64 = 20;

/// A time in whole hours, so that moments meet.
fn end(world: &World) -> Timestamp {
    let now = world.now().as_second();
    Timestamp::from_second(now - now % 3_600).unwrap()
}

async fn with_rates(world: &World, seed: u64) -> Vec<Rate> {
    let added = History::rates(seed, end(world));
    for rate in &added {
        world.store().add_rate(rate).await.unwrap();
    }
    let mut rates = first();
    rates.extend(added);
    rates
}

#[tokio::test]
async fn whatever_comes_in_whatever_order_and_how_often_the_books_are_those_of_a_clean_replay() {
    let mut earned = 0;
    for seed in 0..WORLDS {
        let world = World::new().await;
        let rates = with_rates(&world, seed).await;
        let context = world.context();
        let (app, secrets) = (attribution::App::new(&context), Secrets::of(&context));
        for n in 0..HISTORIES {
            let seed = seed * HISTORIES + n;
            let history = History::random(seed, end(&world));
            history.prepare(&world, &secrets).await;
            for batch in history.messages(&secrets).chunks(3) {
                let done = attribution::handle(&app, sqs_event(batch)).await;
                assert!(done.batch_item_failures.is_empty(), "seed {seed}");
            }
            let owed = world.owed(&history.accounts()).await;
            assert_eq!(owed, replay(&history, &rates, 30), "seed {seed}");
            earned += owed.len();
        }
        assert!(world.store().conflicts(None, 1).await.unwrap().0.is_empty());
    }
    assert!(earned > 30, "{earned}");
}

/// What a history comes to by the rules alone, each told of all at once after its events were heard in their order.
fn by_rules(history: &History, rates: &[Rate]) -> Owed {
    let happened = |event: &Bought| Happened {
        at: event.at,
        event: event.event.clone(),
    };
    let user = |n| harness::user(&history.customer(n));
    let order = |event: &Bought| Order {
        happened: happened(event),
        id: event.order.clone(),
        customer: user(event.customer),
    };
    let mut books = BTreeMap::<(String, usize), (Book, Option<Bought>)>::new();
    for event in &history.events {
        for line in &event.lines {
            let at = (event.order.clone(), line.line);
            let (book, ordered) = books.entry(at).or_default();
            let net = Money {
                amount: line.net,
                currency: event.currency.to_owned(),
            };
            let became = match event.kind {
                Kind::Order => {
                    *ordered = Some(event.clone());
                    let odd = book.order(Ordered {
                        happened: happened(event),
                        product: History::product(line.product),
                        category: history.categories[line.product].to_owned(),
                        net,
                        basket_added_at: line.basket,
                        return_days: 30,
                    });
                    assert_eq!(odd, Ok(Vec::new()));
                    continue;
                }
                Kind::Shipment => Became::Shipped,
                Kind::Cancellation => Became::Cancelled,
                Kind::Refund => Became::Refunded,
            };
            let later = Later {
                happened: happened(event),
                became,
                net: line.net,
            };
            let currency = event.currency.to_owned();
            assert_eq!(book.hear(Heard { later, currency }), Ok(()));
        }
    }
    let mut all: Vec<_> = history
        .events
        .iter()
        .filter(|event| event.kind == Kind::Order)
        .collect();
    all.sort_by_key(|event| happened(event));
    all.dedup_by_key(|event| happened(event));
    let mut owed = Owed::new();
    for (book, ordered) in books.values_mut() {
        let Some(event) = ordered else { continue };
        let counts = |click: &usize| {
            let names =
                |event: &&&Bought| event.lines.iter().any(|line| line.click == Some(*click));
            all.iter()
                .find(names)
                .is_some_and(|first| first.customer == event.customer)
        };
        let named = event
            .lines
            .iter()
            .filter_map(|line| line.click)
            .filter(counts);
        let visitors: Vec<_> = named.map(|click| &history.clicks[click].visitor).collect();
        let clicks = history
            .clicks
            .iter()
            .filter(|click| visitors.contains(&&click.visitor));
        let clicks = clicks.map(|click| Click {
            id: click.id,
            at: click.at,
            account: history.accounts[click.account].0.clone(),
            is_own: history.accounts[click.account].1 == Some(event.customer),
            source: Source::Post(PostId(click.id)),
            product: History::product(click.product),
            tagged_at: click.tagged_at,
        });
        let views = history
            .views
            .iter()
            .filter(|view| view.customer == event.customer);
        let views = views.map(|view| View {
            at: view.at,
            post: view.post,
            account: history.accounts[view.account].0.clone(),
            shows: view
                .shows
                .iter()
                .map(|(product, since)| Tagged {
                    product: History::product(*product),
                    category: domain::money::Category::of(history.categories[*product]),
                    tagged_at: *since,
                })
                .collect(),
        });
        let theirs = all.iter().filter(|other| other.customer == event.customer);
        let (orders, clicks, views): (Vec<_>, Vec<_>, Vec<_>) = (
            theirs.map(|event| order(event)).collect(),
            clicks.collect(),
            views.collect(),
        );
        let shopper = Shopper {
            orders: &orders,
            clicks: &clicks,
            views: &views,
        };
        book.decide(&shopper, &order(event), rates);
        let by = Occasion {
            line: "l".to_owned(),
            event: "e".to_owned(),
            cause: Cause::OwnOrder,
        };
        for entry in book.post(&by, 90, || "id".to_owned()).0 {
            let account = entry.account().unwrap().clone();
            let at = (account, entry.currency.clone(), entry.due_on);
            *owed.entry(at).or_default() += entry.amount();
        }
    }
    owed.retain(|_, amount| *amount != 0);
    owed
}

#[test]
fn the_rules_come_to_what_a_clean_replay_does_in_thousands_of_histories() {
    let end = Timestamp::from_second(1_800_000_000).unwrap();
    let mut earned = 0;
    for seed in 0..4_000 {
        let (history, added) = (History::random(seed, end), History::rates(seed, end));
        let mut rates = first();
        rates.extend(added);
        let owed = by_rules(&history, &rates);
        assert_eq!(owed, replay(&history, &rates, 30), "seed {seed}");
        earned += owed.len();
    }
    assert!(earned > 1_500, "{earned}");
}
