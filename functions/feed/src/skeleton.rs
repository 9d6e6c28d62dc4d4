//! The skeleton of a home feed: which posts may be shown, and in which order by time.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use domain::{
    feeds::{
        Ads, Audience, Book, Candidates, FEW, Generation, Head, History, Hot, HotList, Offer,
        PICKS_WITH_POSTS, Place, Position, Rate, Reader, Source, Sponsorship, Suggested, Supply,
        Surface, WINDOW, offers, slots::MOST_PICKS,
    },
    ids::{PersonHash, PostId, TopicId, UserId},
    posts::Post,
    shown::Onlooker,
};
use futures::{
    FutureExt,
    future::{try_join_all, try_join3, try_join4},
};
use jiff::{SignedDuration, Timestamp};
use shared::{error::Error, keys::Month, read::Reads, store::Store};

/// So many sponsored posts are looked at for the three that may be shown.
const MOST_OFFERS: usize = 5;

/// So many of the hottest of a topic trend there.
const TRENDING: usize = 10;

/// A month is young for so long.
const YOUNG: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What the first round of reads brings.
pub struct Sources {
    /// Whose feed it is.
    pub reader: Reader,
    /// The same person, with their rules.
    pub onlooker: Onlooker,
    /// Which sponsored posts they were shown today.
    pub ads: Ads,
    /// How often they open it, as far as is known.
    pub rate: Option<Rate>,
    /// Their own latest posts, which their topics' walls hold and their feed does not.
    head: Head,
    history: History,
    book: Arc<Book>,
    sponsorships: Vec<Sponsorship>,
}

/// One round: all that the reader's feed goes by, what is shown for sponsors, and what is still being delivered, which
/// is read before their timeline: what is closed in between was delivered before.
pub async fn sources(
    (reads, store): (&Reads, &Store),
    user: &UserId,
    now: Timestamp,
) -> Result<Sources, Error> {
    let (own, book, sponsorships) = try_join3(
        store.own(user),
        reads.book(now),
        store.running_sponsorships(now),
    )
    .boxed()
    .await?;
    let reader = Reader {
        id: user.clone(),
        following: own.following,
        topics: own.profile.interests,
        taste: own.taste,
        hottest: HashMap::new(),
    };
    Ok(Sources {
        reader,
        onlooker: Onlooker::new(user.clone(), own.rules),
        ads: own.ads,
        rate: own.rate,
        head: own.head,
        history: own.history,
        book,
        sponsorships,
    })
}

impl Sources {
    /// Whether a post is still being delivered.
    pub fn is_open(&self, post: &Post) -> bool {
        self.book
            .by(post.author.hash())
            .any(|at| at.post == post.id)
    }

    /// The sponsored posts that may be shown now: a first page chooses from some, the others go by what it chose.
    pub fn offers(&self, first: bool, now: Timestamp) -> Vec<Offer> {
        let audience = Audience {
            topics: &self.reader.topics,
            ads: &self.ads,
        };
        let mut offers = offers(&self.sponsorships, Surface::Home, audience, now);
        if first {
            offers.truncate(MOST_OFFERS);
        }
        offers
    }

    /// The products picked for the reader: those of the feed's first page, or as this instance knows them.
    pub fn picks(&self, reads: &Reads, place: &Place, now: Timestamp) -> Vec<Suggested> {
        if !place.is_first() {
            return place.picks().to_vec();
        }
        let (history, topics) = (&self.history, &self.reader.topics);
        reads.first_picks(history, topics, now, MOST_PICKS)
    }

    /// Whether the reader's own sources hold so little that what is hottest of the store is in their feed too.
    pub async fn hold_little(
        &self,
        (reads, store): (&Reads, &Store),
        picks: &[Suggested],
        now: Timestamp,
    ) -> Result<bool, Error> {
        let place = Place::start(now);
        let own = self
            .candidates((reads, store), &place, picks, WINDOW)
            .boxed()
            .await?;
        Ok(!own.has_more() && own.places.len() < FEW)
    }

    /// What a page is made of: a second round for the newest candidates before the place and for what is hottest, and
    /// one more for each month before while there are not enough.
    pub async fn supply(
        &mut self,
        (reads, store): (&Reads, &Store),
        place: &Place,
        limit: usize,
        (offers, picks): (&[Offer], Vec<Suggested>),
        now: Timestamp,
    ) -> Result<Supply, Error> {
        let wanted = place.wanted(limit);
        let candidates = async {
            match wanted {
                0 => Ok(None),
                _ => {
                    let candidates = self.candidates((reads, store), place, &picks, wanted);
                    candidates.await.map(Some)
                }
            }
        };
        let hottest = hottest(reads, &self.reader.topics, now);
        let of_the_store = of_the_store(store, place);
        let (candidates, hottest, all) =
            try_join3(candidates.boxed(), hottest.boxed(), of_the_store.boxed()).await?;
        self.reader.hottest = hottest;
        // Whether the reader's own sources hold little is known for sure once their posts are read.
        let little = |own: &Candidates| !own.has_more() && own.places.len() <= WINDOW;
        let may = !place.is_first() || candidates.as_ref().is_some_and(little);
        let hot = all.filter(|_| may).map(|all| Hot {
            minute: all.minute,
            places: all.hottest(now).map(|entry| entry.at).collect(),
        });
        let with_hot = hot.as_ref().zip(candidates.as_ref());
        let with_hot = with_hot.map(|(hot, own)| {
            let own = Source {
                places: own.places.clone(),
                end: own.end,
            };
            let hot = Source::whole(hot.places.clone());
            Candidates::of([own, hot], place.bound(), place.oldest(), wanted)
        });
        Ok(Supply {
            candidates,
            hot,
            with_hot,
            offers: offers.iter().map(|offer| offer.post).collect(),
            picks,
        })
    }

    /// The newest `wanted` candidates before the place, of all sources.
    async fn candidates(
        &self,
        (reads, store): (&Reads, &Store),
        place: &Place,
        picks: &[Suggested],
        wanted: usize,
    ) -> Result<Candidates, Error> {
        let (before, oldest) = (place.bound(), place.oldest());
        let own = self.own(before, oldest);
        // So many more are asked for that a window is full without the reader's own.
        let with_own = wanted + own.len();
        let (mut month, last) = (
            Month::of(before.published_at),
            Month::of(oldest.published_at),
        );
        // Of a month that is young much lies in the one before: both are asked at once.
        let since = before.published_at.duration_since(month.start());
        let mut months = vec![month];
        if since < YOUNG && month > last {
            month = month.previous();
            months.push(month);
        }
        let pulled = self.reader.following.pulled.iter();
        let (timeline, pulled, topics, showing) = try_join4(
            self.timeline(store, (before, oldest), wanted),
            reads.latest(pulled, (before, oldest), wanted),
            self.topics(store, &months, (before, oldest), with_own),
            showing(store, picks, (before, oldest), with_own),
        )
        .boxed()
        .await?;
        let followed = self.reader.following.hashes();
        let followed = |author: &PersonHash| followed.contains(author);
        let topics_of = &self.reader.topics;
        let open = self
            .book
            .wanted(followed, topics_of, before, oldest, with_own);
        let mut found = vec![Source::newest(open, with_own), timeline];
        found.extend(pulled);
        found.extend(topics);
        found.extend(showing);
        loop {
            // What lies in months not asked yet is older than all of this one.
            let asked = Source {
                places: Vec::new(),
                end: (month > last).then(|| Position::start_of(month.start())),
            };
            let mut sources: Vec<_> = found.iter().cloned().chain([asked]).collect();
            for source in &mut sources {
                source.places.retain(|at| !own.contains(at));
            }
            let candidates = Candidates::of(sources, before, oldest, wanted);
            if candidates.places.len() >= wanted || month <= last {
                return Ok(candidates);
            }
            month = month.previous();
            found.extend(
                self.topics(store, &[month], (before, oldest), with_own)
                    .await?,
            );
        }
    }

    /// Where the reader's own latest posts stand between two places.
    fn own(&self, before: Position, oldest: Position) -> BTreeSet<Position> {
        let open = self.book.by(self.reader.id.hash());
        let own = open.chain(self.head.newest());
        own.filter(|at| (oldest..before).contains(at)).collect()
    }

    /// The newest `wanted` of what was delivered by those whom the reader follows and comes across; the others fall by
    /// what stands for them, unread. One read where none does.
    async fn timeline(
        &self,
        store: &Store,
        (before, oldest): (Position, Position),
        wanted: usize,
    ) -> Result<Source, Error> {
        let rules = self.onlooker.rules();
        let mut followed: HashSet<PersonHash> = self.reader.following.hashes();
        followed.retain(|author| !rules.keep_out(*author));
        let (mut kept, mut before) = (Vec::new(), before);
        loop {
            let id = &self.reader.id;
            let page = store.timeline(id, before, oldest, wanted).await?;
            let end = page.last().filter(|_| page.len() == wanted);
            let end = end.map(|last| last.at);
            let page = page.iter();
            let page = page.filter(|one| followed.contains(&one.author));
            kept.extend(page.map(|one| one.at));
            match end {
                Some(end) if kept.len() < wanted => before = end,
                Some(_) | None => return Ok(Source { places: kept, end }),
            }
        }
    }

    /// What is on the walls of the reader's topics in these months.
    async fn topics(
        &self,
        store: &Store,
        months: &[Month],
        (before, oldest): (Position, Position),
        wanted: usize,
    ) -> Result<Vec<Source>, Error> {
        let topics = self.reader.topics.iter();
        let walls = topics.flat_map(|topic| months.iter().map(move |month| (topic, *month)));
        let walls =
            walls.map(|(topic, month)| store.topic_month(topic, month, before, oldest, wanted));
        let walls = try_join_all(walls).await?.into_iter();
        Ok(walls.map(|wall| Source::newest(wall, wanted)).collect())
    }
}

/// Posts that show the first of these products that something speaks for.
async fn showing(
    store: &Store,
    picks: &[Suggested],
    (before, oldest): (Position, Position),
    wanted: usize,
) -> Result<Vec<Source>, Error> {
    let first = picks.iter().take(PICKS_WITH_POSTS);
    let first = first.filter(|pick| pick.cause.is_some());
    let shows = first.map(|pick| store.shows(&pick.product, before, oldest, wanted));
    let shows = try_join_all(shows).await?.into_iter();
    Ok(shows.map(|posts| Source::newest(posts, wanted)).collect())
}

/// What trends on these topics: the hottest of each at which somebody acted.
pub async fn hottest(
    reads: &Reads,
    topics: &BTreeSet<TopicId>,
    now: Timestamp,
) -> Result<HashMap<PostId, TopicId>, Error> {
    let found = reads.hottest_on(topics.iter().cloned(), now).await?;
    let mut hottest = HashMap::new();
    for (topic, generation) in found {
        let best = generation.iter().flat_map(|it| it.hottest(now));
        let best = best.filter(|entry| entry.marks > 0).take(TRENDING);
        hottest.extend(best.map(|entry| (entry.at.post, topic.clone())));
    }
    Ok(hottest)
}

/// What is hottest of the store: the newest for a first page; later that with which the feed began, if it did.
pub async fn of_the_store(store: &Store, place: &Place) -> Result<Option<Generation>, Error> {
    match (place.is_first(), place.hot()) {
        (true, _) => store.hottest(None).await,
        (false, Some(minute)) => store.hottest_in(&HotList::Store, minute).await,
        (false, None) => Ok(None),
    }
}
