//! Edges that go over from being pushed to being pulled, or back, once a reader is there more often or less (FEEDS 1).
//!
//! A look plans; the moves are messages that name their edges, so that one that was cut short is taken up again, also
//! where the reader has unfollowed since.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    feeds::{Bucket, Delivery, Edge, Following, Head, moves, posts_a_day},
    ids::UserId,
};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use shared::{
    error::{Error, Refusal},
    queue::messages::{JanitorMessage, MovesPlanned, ReaderRated},
};

use crate::App;

/// So many edges, at most, are a message.
const TOGETHER: usize = 25;
/// So many back-fills go side by side.
const SIDE_BY_SIDE: usize = 4;

/// Looks at all edges of a reader, and plans which are to move.
pub(crate) async fn rated(app: &App, rated: ReaderRated) -> Result<(), Error> {
    let (reader, store, now) = (rated.reader, &app.store, app.clock.now());
    let own = match store.own(&reader).await {
        Ok(own) => own,
        // Whoever leaves is served no more.
        Err(Error::Refused(Refusal::NotJoined)) => return Ok(()),
        Err(error) => return Err(error),
    };
    let bucket = own
        .rate
        .map_or(Some(Bucket::Asleep), |rate| rate.stands(now));
    let mut authors = store.followees(&reader).await?;
    authors.extend(own.following.pulled.iter().cloned());
    let (heads, firm) = futures::try_join!(
        store.heads(&authors),
        store.pushed_for_good(&reader, &own.following.pulled)
    )?;
    let rate = |author: &UserId| heads.get(author).map_or(0.0, |head| a_day(head, now));
    let edges: Vec<_> = authors
        .iter()
        .filter_map(|author| Some((author, way(&own.following, &firm, author)?)))
        .collect();
    let looked: Vec<_> = edges
        .iter()
        .map(|(author, way)| Edge {
            way: *way,
            posts: rate(author),
        })
        .collect();
    let moving: BTreeSet<_> = moves(bucket, &looked).into_iter().collect();
    let (mut pull, mut push) = (Vec::new(), Vec::new());
    for (index, (author, way)) in edges.into_iter().enumerate() {
        match (way, moving.contains(&index)) {
            (Delivery::Push, true) => pull.push(author.clone()),
            (Delivery::Pull, true) => push.push(author.clone()),
            // Its back-fill was lost.
            (Delivery::Push, false) if firm.contains(author) => push.push(author.clone()),
            (Delivery::Push | Delivery::Pull, false) => {}
        }
    }
    let planned = plans(&reader, pull, push);
    for some in planned.chunks(10) {
        app.own.send(some).await?;
    }
    Ok(())
}

/// How posts of an author come to the reader; `None` of one who is not followed any more. Whoever is both is pushed:
/// by an edge for good, whose back-fill was not done.
fn way(following: &Following, firm: &BTreeSet<UserId>, author: &UserId) -> Option<Delivery> {
    if following.pulled.contains(author) {
        return Some(if firm.contains(author) {
            Delivery::Push
        } else {
            Delivery::Pull
        });
    }
    following
        .pushed
        .contains(&author.hash())
        .then_some(Delivery::Push)
}

fn a_day(head: &Head, now: Timestamp) -> f64 {
    let newest: Vec<_> = head.newest().collect();
    let full = newest.len() >= domain::feeds::HEAD_KEPT;
    posts_a_day(newest, full, now)
}

/// The messages of moves, by the page on which the authors stand.
fn plans(reader: &UserId, pull: Vec<UserId>, push: Vec<UserId>) -> Vec<JanitorMessage> {
    let mut plans = Vec::new();
    for (mut authors, to_pull) in [(pull, true), (push, false)] {
        authors.sort_by_key(UserId::hash);
        for some in authors.chunks(TOGETHER) {
            let some = some.to_vec();
            let (pull, push) = if to_pull {
                (some, Vec::new())
            } else {
                (Vec::new(), some)
            };
            let reader = reader.clone();
            plans.push(JanitorMessage::MovesPlanned(MovesPlanned {
                reader,
                pull,
                push,
            }));
        }
    }
    plans
}

/// Moves edges, those of a page together.
pub(crate) async fn planned(app: &App, planned: MovesPlanned) -> Result<(), Error> {
    let MovesPlanned { reader, pull, push } = planned;
    let (store, now) = (&app.store, app.clock.now());
    for authors in by_page(pull).into_values() {
        Box::pin(store.pull_from_now_on(&reader, &authors, now)).await?;
    }
    let push = by_page(push).into_values();
    let pushed = push.map(async |authors| store.push_from_now_on(&reader, &authors, now).await);
    let pushed: Vec<_> = pushed.collect();
    let pushed = stream::iter(pushed).buffer_unordered(SIDE_BY_SIDE);
    pushed.try_collect::<()>().await
}

/// The authors by the page of whom the reader follows.
fn by_page(authors: Vec<UserId>) -> BTreeMap<u8, Vec<UserId>> {
    let mut pages: BTreeMap<u8, Vec<UserId>> = BTreeMap::new();
    for author in authors {
        pages
            .entry(author.hash().0[0] >> 4)
            .or_default()
            .push(author);
    }
    pages
}
