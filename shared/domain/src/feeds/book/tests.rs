//! What is in the book after whatever was read into it.

use proptest::prelude::*;
use ulid::Ulid;

use super::*;
use crate::{
    feeds::Entry,
    ids::{PostId, UserId},
};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_000_000 + second).unwrap()
}

fn topic(name: &str) -> TopicId {
    TopicId::parse(name).unwrap()
}

/// A post of `author` on one topic, whose marker was written with it.
fn open(second: i64, author: &str, on: &str) -> OpenPost {
    let id = u128::try_from(second).unwrap();
    OpenPost {
        entry: Entry {
            at: Position {
                published_at: at(second),
                post: PostId(Ulid::from_parts(1, id)),
            },
            author: UserId::parse(author).unwrap(),
        },
        topics: vec![topic(on)],
        since: at(second),
        again_at: None,
    }
}

fn shard_of(post: &OpenPost) -> usize {
    usize::try_from(post.entry.at.post.0.random() % u128::from(OPEN_SHARDS)).unwrap()
}

/// What the table answers: the markers of each partition from then on.
fn read(table: &[OpenPost], from: [Timestamp; 4]) -> Vec<Vec<OpenPost>> {
    let shard = |(shard, from)| {
        let here = table.iter().filter(|post| shard_of(post) == shard);
        here.filter(|post| post.since >= from).cloned().collect()
    };
    from.into_iter().enumerate().map(shard).collect()
}

fn look(book: &mut Book, table: &[OpenPost], now: Timestamp) {
    let from = book.plan(now);
    assert!(book.bring_forward(now, from, read(table, from)));
}

fn all(book: &Book, by: &str, on: &str) -> Vec<i64> {
    let author = UserId::parse(by).unwrap().hash();
    let oldest = Position::start_of(Timestamp::MIN);
    let before = Position::end_of(Timestamp::MAX);
    let found = book.wanted(|other| *other == author, [&topic(on)], before, oldest, 100);
    let seconds = found
        .iter()
        .map(|at| at.published_at.as_second() - 1_000_000);
    seconds.collect()
}

#[test]
fn a_book_is_asked_as_it_is_for_two_seconds_and_brought_forward_after() {
    let mut book = Book::default();
    assert!(!book.is_fresh(at(0)));
    look(&mut book, &[open(0, "ana", "cats")], at(1));
    assert!(book.is_fresh(at(1)) && book.is_fresh(at(3)));
    assert!(!book.is_fresh(at(4)) && !book.is_fresh(at(0)));
}

#[test]
fn a_post_is_found_by_its_author_and_by_its_topics_newest_first_and_once() {
    let mut book = Book::default();
    let mut edited = open(2, "ana", "cats");
    edited.since = at(7);
    let posts = [
        open(1, "ana", "cats"),
        open(2, "ana", "cats"),
        open(3, "ben", "cats"),
        open(4, "ben", "coffee"),
        open(5, "ana", "coffee"),
        edited,
    ];
    look(&mut book, &posts, at(8));
    assert_eq!(all(&book, "ana", "tea"), [5, 2, 1]);
    assert_eq!(all(&book, "cleo", "cats"), [3, 2, 1]);
    assert_eq!(all(&book, "ana", "cats"), [5, 3, 2, 1]);
    let (before, oldest) = (posts[4].entry.at, posts[1].entry.at);
    let between = book.wanted(|_| true, [], before, oldest, 2);
    assert_eq!(between, [posts[3].entry.at, posts[2].entry.at]);
    let on: Vec<_> = book.on(&topic("cats"), before, oldest).collect();
    assert_eq!(on, [posts[2].entry.at, posts[1].entry.at]);
}

#[test]
fn it_is_read_from_fifteen_seconds_before_the_newest_seen_and_a_partition_every_fifteen_whole() {
    let mut book = Book::default();
    let whole = |now: i64| at(now) - HORIZON;
    let posts = [open(80, "ana", "cats")];
    assert_eq!(book.plan(at(100)), [whole(100); 4]);
    look(&mut book, &posts, at(100));
    assert_eq!(book.plan(at(103)), [at(65); 4]);
    look(&mut book, &posts, at(103));
    assert_eq!(book.plan(at(115)), [whole(115), at(65), at(65), at(65)]);
    look(&mut book, &posts, at(115));
    assert_eq!(book.plan(at(129)), [at(65); 4]);
    assert_eq!(book.plan(at(130)), [at(65), whole(130), at(65), at(65)]);
    // After a long pause it is as if it began.
    assert_eq!(book.plan(at(900)), [whole(900); 4]);
    // A marker of a clock that runs ahead hides nothing.
    look(&mut book, &[open(500, "ana", "cats")], at(131));
    assert_eq!(book.plan(at(132))[0], at(117));
}

#[test]
fn what_has_closed_stays_five_seconds_more() {
    let mut book = Book::default();
    look(&mut book, &[open(0, "ana", "cats")], at(0));
    for now in [3, 6] {
        look(&mut book, &[], at(now));
        assert_eq!(all(&book, "ana", "cats"), [0], "{now}");
    }
    look(&mut book, &[], at(8));
    assert!(book.is_empty());
    // What a lagging copy of the table did not show is not taken for closed once it does.
    look(&mut book, &[open(9, "ana", "cats")], at(10));
    look(&mut book, &[], at(12));
    look(&mut book, &[open(9, "ana", "cats")], at(14));
    look(&mut book, &[open(9, "ana", "cats")], at(20));
    assert_eq!(all(&book, "ana", "cats"), [9]);
}

#[test]
fn it_holds_the_newest_of_more_than_it_can_hold_and_says_so() {
    let mut book = Book::default();
    let surplus = 3;
    let count = i64::try_from(BOOK_FULL).unwrap() + surplus;
    let by = |second| format!("author{}", second % 1_000);
    let posts: Vec<_> = (0..count)
        .map(|second| open(second, &by(second), "cats"))
        .collect();
    let now = at(count);
    let from = book.plan(now);
    assert!(!book.bring_forward(now, from, read(&posts, from)));
    assert_eq!(book.len(), BOOK_FULL);
    let (before, oldest) = (Position::end_of(now), Position::start_of(at(0)));
    let kept: Vec<_> = book.on(&topic("cats"), before, oldest).collect();
    assert_eq!(kept.len(), BOOK_FULL);
    assert_eq!(kept.last().unwrap().published_at, at(surplus));
}

proptest! {
    #[test]
    fn a_minute_after_whatever_opened_and_closed_the_book_is_what_the_table_is(
        events in proptest::collection::vec((0..20_i64, 0..12_i64, any::<bool>()), 0..60),
    ) {
        let (mut book, mut table, mut now) = (Book::default(), Vec::<OpenPost>::new(), 100);
        for (pause, number, opens) in events {
            now += pause;
            // Some are committed long after they say.
            let post = open(now - number, ["ana", "ben"][usize::from(opens)], "cats");
            if opens {
                if !table.iter().any(|other| other.since == post.since) {
                    table.push(post);
                }
            } else if !table.is_empty() {
                table.remove(usize::try_from(number).unwrap() % table.len());
            }
            if !book.is_fresh(at(now)) {
                look(&mut book, &table, at(now));
                // Whatever opened within its overlap is in it.
                for post in &table {
                    let author = post.entry.author.hash();
                    let late = book.newest.map_or(0, |newest| newest.duration_since(post.since).as_secs());
                    prop_assert!(late > 15 || book.by(author).any(|at| at == post.entry.at));
                }
            }
        }
        for second in [15, 30, 45, 60, 66] {
            look(&mut book, &table, at(now + second));
        }
        let mut open: Vec<_> = table.iter().map(|post| post.entry.at).collect();
        open.sort();
        let mut found: Vec<_> = ["ana", "ben"]
            .into_iter()
            .flat_map(|author| book.by(UserId::parse(author).unwrap().hash()).collect::<Vec<_>>())
            .collect();
        found.sort();
        prop_assert_eq!(&found, &open);
        let (before, oldest) = (Position::end_of(at(10_000)), Position::start_of(at(0)));
        prop_assert_eq!(book.on(&topic("cats"), before, oldest).count(), open.len());
    }
}
