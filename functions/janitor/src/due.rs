//! What is due by the clock: posts that stay open are told to the fan-out again, uploads that were not settled to `photos`,
//! and applications are decided.
//!
//! A post is open until the last of its readers is served. One that stays so was lost on the way:
//! its message is a dead letter, or was dropped with a queue. To tell of it once more costs at most
//! a second delivery, which changes nothing. An upload that nobody settled was lost likewise, or
//! has not arrived: `photos` looks, and rejects what does not come any more.

use domain::{
    feeds::{Entry, OpenPost, Position},
    posts::photo::Awaited,
};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use serde::Serialize;
use shared::{
    error::Error,
    queue::{
        Outgoing, Queue,
        messages::{FanoutMessage, PhotoAwaited, PhotosMessage, Published, TopicsChanged},
    },
    telemetry::metrics::{self, Metric},
};

use crate::{App, days, monthly, vetting};

/// At most this many posts, and as many uploads, are told of at one look, those that wait longest
/// first.
const AT_ONCE: usize = 2_000;
/// Of so many it is noted that they were told of, before more are: what is cut short goes on there.
const IN_ONE_GO: usize = 100;
/// This many notes are written side by side.
const SIDE_BY_SIDE: usize = 16;

/// Looks around once. Safe to do at any time, and twice at once.
///
/// # Errors
/// Something that was due could not be done; it is due again at the next look.
pub async fn handle(app: &App) -> Result<(), Error> {
    let now = app.clock.now();
    let (posts, photos, vetted, invited, counted) = futures::join!(
        tell_of_posts(app, now),
        tell_of_photos(app, now),
        Box::pin(vetting::decide(app, now)),
        Box::pin(monthly::invite(app, now)),
        Box::pin(days::count(app, now))
    );
    for error in [&posts, &photos, &vetted, &invited, &counted]
        .into_iter()
        .filter_map(|done| done.as_ref().err())
    {
        let cause = error.cause().map(tracing::field::display);
        tracing::error!(cause, "not all that was due was done");
    }
    posts.and(photos).and(vetted).and(invited).and(counted)
}

/// Tells the fan-out of posts that are overdue.
async fn tell_of_posts(app: &App, now: Timestamp) -> Result<(), Error> {
    let mut due = app.store.open_posts(now).await?;
    due.retain(|post| post.is_overdue(now));
    metrics::count(Metric::Overdue, due.len());
    due.retain(|post| post.is_due(now));
    due.sort_by_key(|post| post.again_at.unwrap_or(post.since));
    let note = |post: &OpenPost| {
        let (post, until) = (post.clone(), post.next_after(now));
        async move { app.store.postpone(&post, until).await }
    };
    tell(&app.fanout, &due, of_post, note).await
}

/// Tells `photos` of uploads that were not settled.
async fn tell_of_photos(app: &App, now: Timestamp) -> Result<(), Error> {
    let mut due = app.store.awaited_photos(now, AT_ONCE).await?;
    due.retain(|awaited| awaited.is_due(now));
    due.sort_by_key(|awaited| awaited.again_at.unwrap_or(awaited.since));
    let note = |awaited: &Awaited| {
        let (awaited, until) = (awaited.clone(), awaited.next_after(now));
        async move { app.store.look_later(&awaited, until).await }
    };
    tell(&app.photos, &due, of_photo, note).await
}

/// Tells a queue of what is due, and notes for what was told when to do so once more; what follows
/// a failure waits for the next look.
async fn tell<T, F: Future<Output = Result<(), Error>>>(
    queue: &Queue,
    due: &[T],
    message: fn(&T) -> Result<Outgoing, Error>,
    note: impl Fn(&T) -> F,
) -> Result<(), Error> {
    for some in due.chunks(IN_ONE_GO).take(AT_ONCE / IN_ONE_GO) {
        let messages = some.iter().map(message).collect::<Result<_, _>>();
        let outcomes = queue.send_each(messages?).await;
        let mut failure = None;
        let mut notes = Vec::with_capacity(some.len());
        for (one, outcome) in some.iter().zip(outcomes) {
            match outcome {
                Ok(()) => notes.push(note(one)),
                Err(unsent) => failure = Some(Error::from(unsent)),
            }
        }
        tracing::warn!(count = notes.len(), "told again of what stays open");
        stream::iter(notes)
            .buffer_unordered(SIDE_BY_SIDE)
            .try_collect::<()>()
            .await?;
        if let Some(failure) = failure {
            return Err(failure);
        }
    }
    Ok(())
}

fn of_post(post: &OpenPost) -> Result<Outgoing, Error> {
    let Entry { at, author } = post.entry.clone();
    let (topics, edited_at) = (post.topics.clone(), post.since);
    let Position {
        published_at,
        post: id,
    } = at;
    outgoing(&if post.is_edit() {
        FanoutMessage::TopicsChanged(TopicsChanged {
            post: id,
            author,
            published_at,
            edited_at,
            topics,
        })
    } else {
        FanoutMessage::PostPublished(Published {
            post: id,
            author,
            published_at,
            topics,
        })
    })
}

fn of_photo(awaited: &Awaited) -> Result<Outgoing, Error> {
    outgoing(&PhotosMessage::PhotoAwaited(PhotoAwaited {
        photo: awaited.photo,
        since: awaited.since,
    }))
}

fn outgoing(message: &impl Serialize) -> Result<Outgoing, Error> {
    Ok(Outgoing {
        body: serde_json::to_string(message).map_err(Error::internal)?,
        trace: None,
        delay: 0,
    })
}
