//! The skeleton of a home feed: which posts may be shown, and in which order by time.

use std::{collections::HashSet, sync::Arc};

use domain::{
    feeds::{Book, Place, Position, Rate, Reader, merge},
    ids::{PersonHash, UserId},
    shown::Onlooker,
};
use futures::{
    FutureExt,
    future::{try_join, try_join_all, try_join3},
};
use jiff::Timestamp;
use shared::{error::Error, keys::Month, read::Reads, store::Store};

/// What the first round of reads brings.
pub struct Sources {
    /// Whose feed it is.
    pub reader: Reader,
    /// The same person, with their rules.
    pub onlooker: Onlooker,
    /// How often they open it, as far as is known.
    pub rate: Option<Rate>,
    book: Arc<Book>,
}

/// One round: all that the reader's feed goes by, and what is still being delivered, which is read before their
/// timeline: what is closed in between was delivered before. With nothing wanted, the reader alone.
pub async fn sources(
    store: &Store,
    reads: &Reads,
    user: &UserId,
    now: Timestamp,
    wanted: usize,
) -> Result<Sources, Error> {
    let book = async {
        match wanted {
            0 => Ok(Arc::default()),
            _ => reads.book(now).await,
        }
    };
    let (own, book) = try_join(store.own(user), book).boxed().await?;
    let reader = Reader {
        id: user.clone(),
        following: own.following,
        topics: own.profile.interests,
    };
    Ok(Sources {
        reader,
        onlooker: Onlooker::new(user.clone(), own.rules),
        rate: own.rate,
        book,
    })
}

impl Sources {
    /// The newest `wanted` candidates before the place, of all sources: a second round for the timeline, the authors
    /// who are pulled and the topics' collections of that month, and one more for each month before while there are not
    /// enough. Fewer than wanted means that there are no more.
    pub async fn candidates(
        &self,
        reads: &Reads,
        store: &Store,
        place: &Place,
        wanted: usize,
    ) -> Result<Vec<Position>, Error> {
        if wanted == 0 {
            return Ok(Vec::new());
        }
        let (before, oldest) = (place.bound(), place.oldest());
        let (mut month, last) = (
            Month::of(before.published_at),
            Month::of(oldest.published_at),
        );
        let pulled = self.reader.following.pulled.iter();
        let pulled = reads.pulled(pulled, (before, oldest), wanted);
        let (timeline, pulled, topics) = try_join3(
            self.timeline(store, (before, oldest), wanted),
            pulled,
            self.topics(store, month, (before, oldest), wanted),
        )
        .boxed()
        .await?;
        let followed = self.reader.following.hashes();
        let followed = |author: &PersonHash| followed.contains(author);
        let own_topics = &self.reader.topics;
        let open = self
            .book
            .wanted(followed, own_topics, before, oldest, wanted);
        let mut found = timeline;
        found.extend(open);
        found.extend(pulled.into_iter().map(|one| one.at));
        found.extend(topics);
        loop {
            let mut merged = merge(found.iter().copied(), before, oldest);
            // What lies in months not asked yet is older than all of this one.
            let complete = merged
                .iter()
                .filter(|at| Month::of(at.published_at) >= month)
                .count();
            if complete >= wanted || month <= last {
                merged.truncate(wanted);
                return Ok(merged);
            }
            month = month.previous();
            found.extend(self.topics(store, month, (before, oldest), wanted).await?);
        }
    }

    /// The newest `wanted` of what was delivered by those whom the reader follows and comes across; the others fall by
    /// what stands for them, unread. One read where none does.
    async fn timeline(
        &self,
        store: &Store,
        (before, oldest): (Position, Position),
        wanted: usize,
    ) -> Result<Vec<Position>, Error> {
        let rules = self.onlooker.rules();
        let mut followed: HashSet<PersonHash> = self.reader.following.hashes();
        followed.retain(|author| !rules.keep_out(*author));
        let (mut kept, mut before) = (Vec::new(), before);
        while kept.len() < wanted {
            let id = &self.reader.id;
            let page = store.timeline(id, before, oldest, wanted).await?;
            let end = page.last().map(|last| last.at);
            let more = page.len() == wanted;
            let page = page.into_iter();
            let page = page.filter(|one| followed.contains(&one.author));
            kept.extend(page.map(|one| one.at));
            match end.filter(|_| more) {
                Some(end) => before = end,
                None => break,
            }
        }
        Ok(kept)
    }

    /// What is on the walls of the reader's topics in a month.
    async fn topics(
        &self,
        store: &Store,
        month: Month,
        (before, oldest): (Position, Position),
        wanted: usize,
    ) -> Result<Vec<Position>, Error> {
        let topics = self.reader.topics.iter();
        let walls = topics.map(|topic| store.topic_month(topic, month, before, oldest, wanted));
        Ok(try_join_all(walls).await?.into_iter().flatten().collect())
    }
}
