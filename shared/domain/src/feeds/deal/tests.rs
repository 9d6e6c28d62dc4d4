//! Feeds read page by page, while whatever may happen happens.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use ulid::Ulid;

use super::*;
use crate::{
    engagement::{Acts, Feedback},
    feeds::{Source, WINDOW},
    ids::{TopicId, UserId},
    people::Rules,
    posts::{PostKind, PostStatus},
};

const NAMES: [&str; 5] = ["ana", "ben", "cleo", "dora", "emil"];

fn start() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

fn person(number: usize) -> UserId {
    UserId::parse(NAMES[number % NAMES.len()]).unwrap()
}

fn coffee() -> TopicId {
    TopicId::parse("coffee").unwrap()
}

fn id(number: usize) -> PostId {
    PostId(Ulid::from_parts(1, number as u128))
}

fn published(number: usize, author: usize, at: Timestamp) -> Post {
    Post {
        status: PostStatus::Published,
        published_at: Some(at),
        ..Post::new(id(number), person(author), PostKind::Story, at)
    }
}

/// Posts by these authors, one a minute, the newest first.
fn posts(authors: &[usize]) -> Vec<Post> {
    let post = |(number, author): (usize, &usize)| {
        let age = SignedDuration::from_mins(i64::try_from(number).unwrap() + 1);
        published(number, *author, start() - age)
    };
    authors.iter().enumerate().map(post).collect()
}

/// A store, and one who reads in it.
struct Street {
    posts: Vec<Post>,
    /// Those whose entries were delivered, and stay: a timeline never forgets.
    reader: Reader,
    rules: Rules,
    acts: HashMap<PostId, Acts>,
    offers: Vec<PostId>,
    picks: Vec<Suggested>,
    /// What is hottest of the store: never changes within a minute.
    hot: Option<Hot>,
}

impl Street {
    fn of(posts: Vec<Post>) -> Self {
        let reader = Reader {
            id: UserId::parse("reader").unwrap(),
            following: (0..3).map(person).collect(),
            topics: BTreeSet::new(),
            taste: super::super::Taste::default(),
            hottest: HashMap::new(),
        };
        Self {
            posts,
            reader,
            rules: Rules::default(),
            acts: HashMap::new(),
            offers: Vec::new(),
            picks: Vec::new(),
            hot: None,
        }
    }

    fn supply(&self, place: &Place, limit: usize) -> Supply {
        let wanted = place.wanted(limit);
        let brought = self.posts.iter().filter(|post| {
            let besides = Besides {
                picks: &self.picks,
                hot: None,
            };
            post.author != self.reader.id && self.reader.reason(post, &besides).is_some()
        });
        let brought: Vec<_> = brought.filter_map(Position::of).collect();
        let of = |more: &[Position]| {
            let all = brought.iter().chain(more).copied().collect();
            Candidates::of([Source::whole(all)], place.bound(), place.oldest(), wanted)
        };
        let candidates = (wanted > 0).then(|| of(&[]));
        let may = match (place.is_first(), place.hot()) {
            (false, known) => known.is_some(),
            (true, _) => candidates
                .as_ref()
                .is_some_and(|all| all.places.len() < WINDOW),
        };
        let hot = self.hot.clone().filter(|_| may);
        let with_hot = hot
            .as_ref()
            .filter(|_| wanted > 0)
            .map(|hot| of(&hot.places));
        Supply {
            candidates,
            hot,
            with_hot,
            offers: self.offers.clone(),
            picks: self.picks.clone(),
        }
    }

    fn deal(&self, place: Place, limit: usize) -> Deal {
        let supply = self.supply(&place, limit);
        let wanted = place.posts(&supply);
        let read = self.posts.iter().filter(|post| wanted.contains(&post.id));
        let read = read.map(|post| (post.id, post.clone())).collect();
        let mut onlooker = Onlooker::new(self.reader.id.clone(), self.rules.clone());
        onlooker.did(self.acts.clone());
        Deal::of(place, supply, &read, &self.reader, &onlooker)
    }

    fn page(&self, place: Place, limit: usize) -> FeedPage {
        self.deal(place, limit).page(limit, |_| true)
    }

    /// The whole feed, in pages of so many.
    fn read(&self, limit: usize) -> Vec<FeedItem> {
        let (mut place, mut all) = (Some(Place::start(start())), Vec::new());
        while let Some(here) = place {
            let page = self.page(here, limit);
            place = page.after(page.items.len()).cloned();
            all.extend(page.items);
            assert!(
                all.len() <= self.posts.len() + self.picks.len() + 1,
                "it does not end"
            );
        }
        all
    }
}

/// Which post an item is of; `None` for a product.
fn post_of(item: &FeedItem) -> Option<&Post> {
    match item {
        FeedItem::Post(post, _) => Some(post),
        FeedItem::Product(_) => None,
    }
}

fn numbers(items: &[FeedItem]) -> Vec<Option<u128>> {
    let number = |item| post_of(item).map(|post| post.id.0.random());
    items.iter().map(number).collect()
}

fn suggested(number: usize) -> Suggested {
    let product = |name: &str| ProductId::parse(&format!("{name}-{number}")).unwrap();
    Suggested {
        product: product("pick"),
        cause: Some(product("cause")),
    }
}

#[test]
fn sponsored_posts_and_products_stand_at_their_places_whatever_the_pages() {
    let mut street = Street::of(posts(&[0, 1, 2].repeat(20)));
    street
        .posts
        .extend((60..65).map(|number| published(number, 4, start())));
    street.offers = (60..65).map(id).collect();
    street.picks = (0..12).map(suggested).collect();
    let whole = street.read(100);
    let place = |wanted: fn(&FeedItem) -> bool| {
        let places = (1..).zip(&whole).filter(|(_, item)| wanted(item));
        places.map(|(place, _)| place).collect::<Vec<usize>>()
    };
    let sponsored = |item: &FeedItem| matches!(item, FeedItem::Post(_, Reason::Sponsored));
    assert_eq!(place(sponsored), [5, 13, 21]);
    assert_eq!(place(|item| post_of(item).is_none()), [10, 26, 42, 58]);
    assert_eq!(
        numbers(&whole)
            .into_iter()
            .flatten()
            .collect::<HashSet<_>>()
            .len(),
        63
    );
    let products: Vec<_> = whole
        .iter()
        .filter(|item| post_of(item).is_none())
        .collect();
    let picked = (0..4)
        .map(|number| FeedItem::Product(suggested(number)))
        .collect::<Vec<_>>();
    assert_eq!(products, picked.iter().collect::<Vec<_>>());
    for limit in 1..12 {
        assert_eq!(numbers(&street.read(limit)), numbers(&whole), "{limit}");
    }
}

#[test]
fn a_sponsored_post_that_is_in_the_feed_besides_comes_once_at_its_slot_or_where_that_is_not_reached_where_it_is()
 {
    for (others, place) in [(2, 0), (3, 0), (4, 4), (6, 4)] {
        let mut street = Street::of(posts(&[0, 1, 2].repeat(3)[..=others]));
        street.offers = vec![id(0)];
        let items = street.read(2);
        assert_eq!(items.len(), others + 1);
        assert_eq!(numbers(&items)[place], Some(0), "{others}");
        let sponsored = matches!(items[place], FeedItem::Post(_, Reason::Sponsored));
        assert_eq!(sponsored, place == 4, "{others}");
    }
}

#[test]
fn a_sponsored_post_that_may_not_be_shown_any_more_leaves_its_slot_to_others_and_is_not_lost() {
    let mut street = Street::of(posts(&[0, 1, 2].repeat(4)));
    street.offers = vec![id(1)];
    let first = street.page(Place::start(start()), 3);
    let next = first.after(3).cloned().unwrap();
    street.offers.clear();
    let rest = street.page(next, 100).items;
    let sponsored = |item: &FeedItem| matches!(item, FeedItem::Post(_, Reason::Sponsored));
    assert!(!rest.iter().any(sponsored));
    assert_eq!((rest.len(), numbers(&rest)[8]), (9, Some(1)));
}

#[test]
fn what_turns_out_unwanted_closes_up_and_the_page_ends_before_what_is_not_ready() {
    let mut street = Street::of(posts(&[0, 1, 2].repeat(20)));
    street.posts.push(published(60, 4, start()));
    (street.offers, street.picks) = (vec![id(60)], (0..2).map(suggested).collect());
    let mut deal = street.deal(Place::start(start()), 12);
    let before = deal.page(12, |_| true);
    let unwanted = [post_of(&before.items[1]).unwrap().id].into();
    deal.without(&unwanted, [suggested(0).product]);
    let after = deal.page(12, |item| before.items.contains(item));
    assert!(matches!(
        after.items[4],
        FeedItem::Post(_, Reason::Sponsored)
    ));
    let unwanted = before.items[1].clone();
    assert!(!after.items.contains(&unwanted) && after.items.len() == 9);
    let rest = street.page(after.after(9).cloned().unwrap(), 100);
    let both: HashSet<_> = numbers(&after.items)
        .into_iter()
        .chain(numbers(&rest.items))
        .collect();
    assert!(both.len() > 50);
}

#[test]
fn whose_sources_hold_less_than_a_page_is_shown_the_hottest_of_the_store_and_stays_so() {
    for (own, besides) in [(0, true), (19, true), (20, false)] {
        let mut all = posts(&vec![0; own]);
        all.extend((own..own + 40).map(|number| {
            let age = SignedDuration::from_hours(i64::try_from(number).unwrap());
            let topics = vec![coffee()];
            let post = published(number, 4, start() - age);
            Post { topics, ..post }
        }));
        // One's own are among them, and are not shown.
        let reader = UserId::parse("reader").unwrap();
        all[own].author = reader;
        let mut street = Street::of(all);
        let places = street
            .posts
            .iter()
            .skip(own)
            .filter_map(Position::of)
            .collect();
        street.hot = Some(Hot { minute: 7, places });
        let items = street.read(7);
        let trending = |item: &&FeedItem| {
            let reason = Reason::Trending(Some(coffee()));
            matches!(item, FeedItem::Post(_, other) if *other == reason)
        };
        let hot = items.iter().filter(trending).count();
        assert_eq!(
            (items.len(), hot),
            if besides { (own + 39, 39) } else { (20, 0) }
        );
        if besides {
            assert_eq!(street.page(Place::start(start()), 20).items.len(), 20);
        }
    }
}

#[test]
fn the_newest_of_one_who_abounds_are_taken_whenever_the_run_allows() {
    // Sixteen and eight in each window, all as old.
    let mut authors = [0, 0, 1].repeat(8);
    authors.extend([0, 0, 1].repeat(8));
    let same = posts(&authors).into_iter().enumerate();
    let same = same.map(|(number, post)| Post {
        published_at: Some(start() - SignedDuration::from_mins(i64::from(number >= WINDOW))),
        ..post
    });
    let street = Street::of(same.collect());
    for limit in [1, 5, 20, 100] {
        let items = street.read(limit);
        let authors: Vec<_> = items
            .iter()
            .filter_map(post_of)
            .map(|post| &post.author)
            .collect();
        assert_eq!(authors.len(), 48);
        assert!(
            authors
                .windows(3)
                .all(|three| three[0] != three[1] || three[1] != three[2])
        );
    }
}

/// What happens while somebody reads on.
#[derive(Debug, Clone, Copy)]
enum Event {
    Publish(usize),
    Delete(usize),
    Follow(usize),
    Unfollow(usize),
    Mute(usize),
    Block(usize),
    Hide(usize),
    Feedback(usize, bool),
    Smile(usize),
    Sponsor(usize),
    Nothing,
}

fn events() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => (0..5_usize).prop_map(Event::Publish),
        2 => (0..90_usize).prop_map(Event::Delete),
        1 => (0..5_usize).prop_map(Event::Follow),
        1 => (0..5_usize).prop_map(Event::Unfollow),
        1 => (0..5_usize).prop_map(Event::Mute),
        1 => (0..5_usize).prop_map(Event::Block),
        1 => (0..90_usize).prop_map(Event::Hide),
        3 => (0..90_usize, proptest::bool::ANY).prop_map(|(post, more)| Event::Feedback(post, more)),
        3 => (0..90_usize).prop_map(Event::Smile),
        1 => (0..90_usize).prop_map(Event::Sponsor),
        6 => Just(Event::Nothing),
    ]
}

impl Street {
    /// Lets it happen. What it takes from the reader goes to `taken`.
    fn happens(&mut self, event: Event, now: Timestamp, taken: &mut HashSet<PostId>) {
        let by = |posts: &[Post], author: usize| -> Vec<PostId> {
            let author = person(author);
            let theirs = posts.iter().filter(|post| post.author == author);
            theirs.map(|post| post.id).collect()
        };
        match event {
            Event::Publish(author) => {
                let number = 1_000 + self.posts.len() + taken.len();
                self.posts.push(published(number, author, now));
            }
            Event::Delete(at) if at < self.posts.len() => {
                taken.insert(self.posts.remove(at).id);
            }
            Event::Follow(author) => drop(self.reader.following.pulled.insert(person(author))),
            Event::Unfollow(author) => {
                self.reader.following.pulled.remove(&person(author));
                taken.extend(by(&self.posts, author));
            }
            Event::Mute(author) => {
                self.rules.mutes.insert(person(author).hash());
                taken.extend(by(&self.posts, author));
            }
            Event::Block(author) => {
                self.rules.blocks.insert(person(author).hash());
                taken.extend(by(&self.posts, author));
            }
            Event::Hide(at) if at < self.posts.len() => {
                let id = self.posts[at].id;
                self.acts.entry(id).or_default().hide = Some(now);
                taken.insert(id);
            }
            Event::Feedback(at, more) if at < self.posts.len() => {
                let post = self.posts[at].clone();
                let acts = self.acts.entry(post.id).or_default();
                let (before, said) = (acts.feedback(), Feedback { more, at: now });
                acts.taste = Some(said);
                let after = acts.feedback();
                self.reader.taste.hears(&post, before, after, now);
                if !more {
                    taken.insert(post.id);
                }
            }
            Event::Smile(at) if at < self.posts.len() => self.posts[at].smiles += 7,
            Event::Sponsor(at) if at < self.posts.len() => self.offers.push(self.posts[at].id),
            Event::Delete(_)
            | Event::Hide(_)
            | Event::Feedback(..)
            | Event::Smile(_)
            | Event::Sponsor(_)
            | Event::Nothing => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn pages_repeat_nothing_and_skip_nothing_but_what_was_taken_whatever_happens_meanwhile(
        authors in proptest::collection::vec(0..4_usize, 0..70),
        pages in proptest::collection::vec((1..40_usize, 1..40_usize, events(), events()), 80),
        sponsored in proptest::collection::hash_set(0..70_usize, 0..4),
        picks in 0..11_usize,
        hot in proptest::collection::vec(0..70_usize, 0..40),
    ) {
        let mut street = Street::of(posts(&authors));
        let there = |number: &usize| *number < authors.len();
        street.offers = sponsored.into_iter().filter(there).map(id).collect();
        street.picks = (0..picks).map(suggested).collect();
        let hot = hot.into_iter().filter(there).filter_map(|at| Position::of(&street.posts[at]));
        street.hot = Some(Hot { minute: 1, places: hot.collect() });
        let followed = |post: &&Post| street.reader.following.has(&post.author);
        let held: Vec<_> = street.posts.iter().filter(followed).map(|post| post.id).collect();
        let (mut place, mut seen, mut taken) = (Some(Place::start(start())), Vec::new(), HashSet::new());
        let mut products = 0;
        for (turn, (limit, fits, one, other)) in pages.into_iter().enumerate() {
            let Some(here) = place.take() else { break };
            let page = street.page(here, limit);
            prop_assert!(page.items.len() <= limit);
            // The answer may end before the page does.
            let shown = page.items.len().min(fits);
            seen.extend(page.items[..shown].iter().filter_map(post_of).map(|post| post.id));
            products += page.items[..shown].iter().filter(|item| post_of(item).is_none()).count();
            place = page.after(shown).cloned();
            prop_assert!(place.as_ref().is_none_or(|place| place.left.len() <= WINDOW));
            let now = start() + SignedDuration::from_secs(i64::try_from(turn).unwrap() + 1);
            for event in [one, other] {
                street.happens(event, now, &mut taken);
            }
        }
        prop_assert_eq!(place, None);
        let different: HashSet<_> = seen.iter().copied().collect();
        prop_assert_eq!(different.len(), seen.len());
        prop_assert!(products <= picks);
        for post in held {
            prop_assert!(different.contains(&post) || taken.contains(&post), "{} is missing", post);
        }
    }
}
