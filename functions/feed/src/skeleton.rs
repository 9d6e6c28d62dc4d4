//! The skeleton of a home feed: which posts may be shown, and in which order by time.

use domain::{
    feeds::{Delivered, OpenPost, Place, Position, Reader, merge},
    ids::UserId,
    shown::Onlooker,
};
use futures::{
    FutureExt,
    future::{try_join, try_join_all, try_join4},
};
use shared::{error::Error, keys::Month, store::Store};

/// What the first round of reads brings.
pub struct Sources {
    /// Whose feed it is.
    pub reader: Reader,
    /// The same person, with their rules.
    pub onlooker: Onlooker,
    timeline: Vec<Delivered>,
    open: Vec<OpenPost>,
}

/// One round: the reader, up to `wanted` of what was delivered to them before the place, and what
/// is still being delivered. With nothing wanted, the reader alone.
pub async fn sources(
    store: &Store,
    user: &UserId,
    place: &Place,
    wanted: usize,
) -> Result<Sources, Error> {
    let (before, oldest) = (place.bound(), place.oldest());
    let timeline = async {
        match wanted {
            0 => Ok(Vec::new()),
            _ => store.timeline(user, before, oldest, wanted).await,
        }
    };
    let open = async {
        match wanted {
            0 => Ok(Vec::new()),
            _ => store.open_posts(place.snapshot()).await,
        }
    };
    let (me, followees, timeline, open) = try_join4(
        try_join(store.member(user), store.rules(user)),
        store.followees(user),
        timeline,
        open,
    )
    .boxed()
    .await?;
    let (profile, rules) = me;
    let reader = Reader {
        id: user.clone(),
        followees,
        topics: profile.interests,
    };
    Ok(Sources {
        reader,
        onlooker: Onlooker::new(user.clone(), rules),
        timeline,
        open,
    })
}

impl Sources {
    /// The newest `wanted` candidates before the place, of all sources: a second round for the
    /// topics' collections of that month, and one more for each month before while there are not
    /// enough. Fewer than wanted means that there are no more.
    pub async fn candidates(
        &self,
        store: &Store,
        place: &Place,
        wanted: usize,
    ) -> Result<Vec<Position>, Error> {
        if wanted == 0 {
            return Ok(Vec::new());
        }
        let (before, oldest) = (place.bound(), place.oldest());
        let open = self
            .open
            .iter()
            .filter(|open| self.reader.wants(&open.entry.author, &open.topics))
            .map(|open| open.entry.at);
        let mut found: Vec<_> = self.timeline.iter().map(|one| one.at).chain(open).collect();
        let (mut month, last) = (
            Month::of(before.published_at),
            Month::of(oldest.published_at),
        );
        loop {
            let topics = self
                .reader
                .topics
                .iter()
                .map(|topic| store.topic_month(topic, month, before, oldest, wanted));
            found.extend(try_join_all(topics).await?.into_iter().flatten());
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
        }
    }
}
