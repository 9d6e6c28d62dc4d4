//! Does, by the clock, what is due: posts that stay open are told to the fan-out again.
//!
//! A post is open until the last of its readers is served. One that stays so was lost on the way:
//! its message is a dead letter, or was dropped with a queue. To tell of it once more costs at most
//! a second delivery, which changes nothing.

use domain::feeds::OpenPost;
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use shared::{
    error::Error,
    queue::{
        Outgoing, Queue,
        messages::{FanoutMessage, Published},
    },
    runtime::{Clock, Context, function},
    store::Store,
    telemetry::metrics::{self, Metric},
};

/// At most this many posts are told of at one look, those that wait longest first.
const AT_ONCE: usize = 2_000;
/// Of so many it is noted that they were told of, before more are: what is cut short goes on there.
const IN_ONE_GO: usize = 100;
/// This many notes are written side by side.
const SIDE_BY_SIDE: usize = 16;

/// What the janitor needs.
#[derive(Debug, Clone)]
pub struct App {
    store: Store,
    fanout: Queue,
    clock: Clock,
}

impl App {
    /// Of the function's context.
    pub fn new(context: &Context) -> Self {
        Self {
            store: Store::new(context.dynamodb.clone(), context.config.table()),
            fanout: Queue::new(context.sqs(), context.config.fanout_queue()),
            clock: context.clock.clone(),
        }
    }
}

/// The function, as Lambda and the local cloud run it.
pub fn function(context: &Context) -> function::Schedule {
    let work = async |app: App, _| handle(&app).await;
    function::Schedule::new(App::new(context), work).warmed_by(context.warm_up_by_query())
}

/// Looks around once. Safe to do at any time, and twice at once.
///
/// # Errors
/// Something that was due could not be done; it is due again at the next look.
pub async fn handle(app: &App) -> Result<(), Error> {
    let done = tell_again(app).await;
    if let Err(error) = &done {
        let cause = error.cause().map(tracing::field::display);
        tracing::error!(cause, "not all that was due was done");
    }
    done
}

/// Tells the fan-out of posts that are overdue; what follows a failure waits for the next look.
async fn tell_again(app: &App) -> Result<(), Error> {
    let now = app.clock.now();
    let mut due = app.store.open_posts(now).await?;
    due.retain(|post| post.is_overdue(now));
    metrics::count(Metric::Overdue, due.len());
    due.retain(|post| post.is_due(now));
    due.sort_by_key(|post| post.again_at.unwrap_or(post.entry.at.published_at));
    for posts in due.chunks(IN_ONE_GO).take(AT_ONCE / IN_ONE_GO) {
        tell(app, posts, now).await?;
    }
    Ok(())
}

/// Tells of these posts, and notes for those that were told of when to do so once more.
async fn tell(app: &App, posts: &[OpenPost], now: Timestamp) -> Result<(), Error> {
    let messages = posts.iter().map(message).collect::<Result<_, _>>();
    let outcomes = app.fanout.send_each(messages?).await;
    let mut failure = None;
    let mut notes = Vec::with_capacity(posts.len());
    for (post, outcome) in posts.iter().zip(outcomes) {
        match outcome {
            Ok(()) => notes.push(app.store.postpone(&post.entry, post.next_after(now))),
            Err(unsent) => failure = Some(unsent.into()),
        }
    }
    tracing::warn!(posts = notes.len(), "told the fan-out again of open posts");
    stream::iter(notes)
        .buffer_unordered(SIDE_BY_SIDE)
        .try_collect::<()>()
        .await?;
    failure.map_or(Ok(()), Err)
}

fn message(post: &OpenPost) -> Result<Outgoing, Error> {
    let message = FanoutMessage::PostPublished(Published {
        post: post.entry.at.post,
        author: post.entry.author.clone(),
        published_at: post.entry.at.published_at,
        topics: post.topics.clone(),
    });
    Ok(Outgoing {
        body: serde_json::to_string(&message).map_err(Error::internal)?,
        trace: None,
    })
}
