//! A street of readers and authors who live for some months: whoever posts, reads and moves is counted.

use std::collections::{BTreeSet, VecDeque};

use domain::{
    feeds::{
        BACK_FILL, Bucket, Candidates, Delivery, Edge, HEAD_READ, HORIZON, Position, Rate, Source,
        WINDOW, is_worth_noting, moves, posts_a_day,
    },
    ids::PostId,
};
use jiff::{SignedDuration, Timestamp};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use ulid::Ulid;

/// Counted for so long.
pub(super) const DAYS: i64 = 60;
/// After so many days in which everything is pushed first, and readers come to be known.
const BEFORE: i64 = 60;
/// So many readers of a hundred are seldom there.
const SELDOM: u32 = 60;
/// Reads a day of those, from and to; and of the others. In between by ratio.
const READS: [(f64, f64); 2] = [(0.03, 0.1), (2.0, 18.0)];
/// One reader in so many changes kind a day.
const CHANGES: u32 = 60;
/// Authors post by a log-normal distribution of this width around the mean.
const SIGMA: f64 = 1.5;
/// The rule of thumb takes whoever has so many followers for a celebrity.
const CELEBRITY: usize = 1_000;
/// An edge that goes over is still served for so long.
const SERVED: SignedDuration = SignedDuration::from_hours(1);
/// What `POSTS#` and heads hold of an author for this.
const HEAD: usize = 40;
/// One read in so many is put together whole, and compared.
const COMPARED: u32 = 500;
/// A read unit in writes.
const READ_UNIT: f64 = 0.2;

/// What all of it cost, in writes.
#[derive(Default)]
pub(super) struct Cost {
    pub(super) push: f64,
    pub(super) pull: f64,
    pub(super) celebrity: f64,
    pub(super) known: f64,
    pub(super) ours: Ours,
    pub(super) lost: usize,
    pub(super) doubled: usize,
}

#[derive(Default)]
pub(super) struct Ours {
    pub(super) pushed: f64,
    pub(super) pulled: f64,
    pub(super) noted: f64,
    pub(super) looked: f64,
    pub(super) moved: f64,
    pub(super) moves: usize,
}

impl Ours {
    pub(super) fn sum(&self) -> f64 {
        self.pushed + self.pulled + self.noted + self.looked + self.moved
    }
}

struct Author {
    a_day: f64,
    /// The times of all posts.
    posts: Vec<Position>,
    fans: Vec<(usize, usize)>,
}

struct Reader {
    a_day: f64,
    edges: Vec<Follow>,
    pulled: usize,
    /// Edges that ever moved.
    moved: BTreeSet<usize>,
    rate: Option<Rate>,
    /// The newest candidates, newest first.
    newest: VecDeque<Position>,
}

struct Follow {
    author: usize,
    way: Delivery,
    /// Until when deliveries reach it, where not for good.
    until: Option<Timestamp>,
    /// Which of the author's posts are in the timeline, by number; the last goes on while it is served.
    delivered: Vec<(usize, usize)>,
}

impl Follow {
    fn is_served(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

pub(super) struct Street {
    random: StdRng,
    authors: Vec<Author>,
    readers: Vec<Reader>,
    cost: Cost,
}

enum Event {
    Post(usize),
    Read(usize),
}

impl Street {
    pub(super) fn new(follows: &[Vec<usize>], posts: f64) -> Self {
        let mut random = StdRng::seed_from_u64(7);
        let mut authors: Vec<_> = follows
            .iter()
            .map(|_| Author {
                a_day: posts * (SIGMA * normal(&mut random) - SIGMA * SIGMA / 2.0).exp(),
                posts: Vec::new(),
                fans: Vec::new(),
            })
            .collect();
        let mut readers = Vec::new();
        for (reader, followees) in follows.iter().enumerate() {
            for (place, author) in followees.iter().enumerate() {
                authors[*author].fans.push((reader, place));
            }
            let edges = followees.iter().map(|author| Follow {
                author: *author,
                way: Delivery::Push,
                until: None,
                delivered: vec![(0, 0)],
            });
            readers.push(Reader {
                a_day: kind(&mut random),
                edges: edges.collect(),
                pulled: 0,
                moved: BTreeSet::new(),
                rate: None,
                newest: VecDeque::new(),
            });
        }
        Self {
            random,
            authors,
            readers,
            cost: Cost::default(),
        }
    }

    pub(super) fn live(mut self) -> Cost {
        for day in 0..BEFORE + DAYS {
            if day == BEFORE {
                self.cost = Cost::default();
            }
            let mut events = Vec::new();
            let start = day * 86_400_000;
            for author in 0..self.authors.len() {
                for _ in 0..poisson(&mut self.random, self.authors[author].a_day) {
                    let at = start + self.random.random_range(0..86_400_000);
                    events.push((at, Event::Post(author)));
                }
            }
            for reader in 0..self.readers.len() {
                if self.random.random_ratio(1, CHANGES) {
                    self.readers[reader].a_day = kind(&mut self.random);
                }
                for _ in 0..poisson(&mut self.random, self.readers[reader].a_day) {
                    let at = start + self.random.random_range(0..86_400_000);
                    events.push((at, Event::Read(reader)));
                }
                self.known(reader);
            }
            events.sort_by_key(|(at, _)| *at);
            for (at, event) in events {
                let now = Timestamp::from_millisecond(at).unwrap_or_default();
                match event {
                    Event::Post(author) => self.publish(author, now),
                    Event::Read(reader) => self.read(reader, now),
                }
            }
            // The sweep comes once a day.
            let night = Timestamp::from_millisecond(start + 86_400_000).unwrap_or_default();
            for reader in 0..self.readers.len() {
                if self.readers[reader]
                    .rate
                    .is_some_and(|rate| rate.is_over(night))
                {
                    self.readers[reader].rate = None;
                    self.look(reader, Some(Bucket::Asleep), night);
                }
            }
        }
        self.cost
    }

    /// What a day costs where every rate is known and edges move for nothing.
    fn known(&mut self, reader: usize) {
        let reader = &self.readers[reader];
        for edge in &reader.edges {
            let author = &self.authors[edge.author];
            self.cost.known += author.a_day.min(reader.a_day * HEAD_READ);
        }
    }

    fn publish(&mut self, author: usize, now: Timestamp) {
        let of = &mut self.authors[author];
        let number = of.posts.len();
        let id = Ulid::from_parts(
            u64::try_from(now.as_millisecond()).unwrap_or_default(),
            self.random.random(),
        );
        let at = Position {
            published_at: now,
            post: PostId(id),
        };
        of.posts.push(at);
        self.cost.push += of.fans.len() as f64;
        if of.fans.len() < CELEBRITY {
            self.cost.celebrity += of.fans.len() as f64;
        }
        for (reader, place) in &of.fans {
            let reader = &mut self.readers[*reader];
            reader.newest.push_front(at);
            reader.newest.truncate(WINDOW);
            let edge = &mut reader.edges[*place];
            if edge.is_served(now) {
                self.cost.ours.pushed += 1.0;
                if let Some((_, end)) = edge.delivered.last_mut() {
                    *end = number + 1;
                }
            }
        }
    }

    fn read(&mut self, who: usize, now: Timestamp) {
        let reader = &mut self.readers[who];
        self.cost.pull += reader.edges.len() as f64 * HEAD_READ;
        let celebrities = reader
            .edges
            .iter()
            .filter(|edge| self.authors[edge.author].fans.len() >= CELEBRITY);
        self.cost.celebrity += celebrities.count() as f64 * HEAD_READ;
        self.cost.ours.pulled += reader.pulled as f64 * HEAD_READ;
        self.compare(who, now);
        let reader = &mut self.readers[who];
        let all = reader.newest.len() < WINDOW;
        let worth = is_worth_noting(reader.newest.make_contiguous(), all, now);
        let chance = Rate::chance(reader.rate.as_ref(), now);
        if worth && self.random.random_bool(chance) {
            let before = reader.rate.and_then(|rate| rate.bucket);
            let rate = Rate::noted(reader.rate.as_ref(), reader.pulled, now);
            reader.rate = Some(rate);
            self.cost.ours.noted += 1.0;
            if rate.bucket != before {
                self.look(who, rate.bucket, now);
            }
        }
    }

    /// What the janitor does once it is told that a reader is rated otherwise.
    fn look(&mut self, who: usize, bucket: Option<Bucket>, now: Timestamp) {
        let reader = &mut self.readers[who];
        // Their own items, whom they follow by name, and heads.
        let edges = reader.edges.len() as f64;
        self.cost.ours.looked += READ_UNIT * (2.0 + edges * 85.0 / 4_096.0 + edges * 0.5);
        let authors = &self.authors;
        let looked: Vec<_> = reader
            .edges
            .iter()
            .map(|edge| {
                let posts = &authors[edge.author].posts;
                let head = posts.iter().rev().take(HEAD).copied();
                Edge {
                    way: edge.way,
                    posts: posts_a_day(head, posts.len() >= HEAD, now),
                }
            })
            .collect();
        let mut pages = BTreeSet::new();
        for place in moves(bucket, &looked) {
            let edge = &mut reader.edges[place];
            let posts = &authors[edge.author].posts;
            let page = edge.author % 16;
            self.cost.ours.moves += 1;
            reader.moved.insert(place);
            match edge.way {
                Delivery::Push => {
                    // The mark is read; `PULLS` and `FANS` are written.
                    self.cost.ours.moved += 0.5 * READ_UNIT + 2.0;
                    if pages.insert((false, page)) {
                        self.cost.ours.moved += 1.0;
                    }
                    edge.way = Delivery::Pull;
                    edge.until = Some(now + SERVED);
                    reader.pulled += 1;
                }
                Delivery::Pull => {
                    // `FANS`, the back-fill; then the edge, and `PULLS` is gone.
                    let old = now - HORIZON;
                    let recent = posts.iter().rev().take(BACK_FILL);
                    let recent = recent.take_while(|at| at.published_at >= old).count();
                    self.cost.ours.moved += 0.5 * READ_UNIT + 1.0 + recent as f64 + RAISED;
                    if pages.insert((true, page)) {
                        self.cost.ours.moved += RAISED_PAGE;
                    }
                    edge.way = Delivery::Push;
                    edge.until = None;
                    edge.delivered.push((posts.len() - recent, posts.len()));
                    reader.pulled -= 1;
                }
            }
        }
    }

    /// Whether every post that the reader is to have comes, once.
    fn compare(&mut self, who: usize, now: Timestamp) {
        let reader = &self.readers[who];
        let old = now - HORIZON;
        for place in &reader.moved {
            let edge = &reader.edges[*place];
            if edge.way == Delivery::Pull {
                continue;
            }
            let posts = &self.authors[edge.author].posts;
            let recent = posts.iter().enumerate().rev().take(BACK_FILL);
            let recent = recent.take_while(|(_, at)| at.published_at >= old);
            let has = |number: usize| {
                edge.delivered
                    .iter()
                    .any(|(from, to)| (*from..*to).contains(&number))
            };
            self.cost.lost += recent.filter(|(number, _)| !has(*number)).count();
        }
        if !self.random.random_ratio(1, COMPARED) {
            return;
        }
        let (mut sources, mut due) = (Vec::new(), BTreeSet::new());
        for edge in &reader.edges {
            let posts = &self.authors[edge.author].posts;
            let head = posts.iter().rev().take(HEAD);
            due.extend(head.clone().filter(|at| at.published_at >= old).copied());
            for (from, to) in &edge.delivered {
                sources.push(Source::whole(posts[*from..*to].to_vec()));
            }
            if edge.way == Delivery::Pull {
                sources.push(Source::whole(head.copied().collect()));
            }
        }
        let (now, old) = (Position::end_of(now), Position::start_of(old));
        let found = Candidates::of(sources, now, old, usize::MAX).places;
        let distinct: BTreeSet<_> = found.iter().copied().collect();
        self.cost.doubled += found.len() - distinct.len();
        self.cost.lost += due.difference(&distinct).count();
    }
}

/// What the end of a move from pulled to pushed costs an edge, and each page that is written for it.
const RAISED: f64 = 3.0;
const RAISED_PAGE: f64 = 2.0;

/// How often somebody of a kind drawn at random reads.
fn kind(random: &mut StdRng) -> f64 {
    let [seldom, others] = READS;
    let (from, to) = if random.random_ratio(SELDOM, 100) {
        seldom
    } else {
        others
    };
    from * (to / from).powf(random.random())
}

fn normal(random: &mut StdRng) -> f64 {
    let (one, other): (f64, f64) = (random.random(), random.random());
    (-2.0 * (1.0 - one).ln()).sqrt() * (std::f64::consts::TAU * other).cos()
}

fn poisson(random: &mut StdRng, mean: f64) -> u32 {
    let (limit, mut product, mut count) = ((-mean).exp(), random.random::<f64>(), 0);
    while product > limit {
        product *= random.random::<f64>();
        count += 1;
    }
    count
}
