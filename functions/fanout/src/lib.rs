//! Delivers posts to those who want them: topic walls, followers' timelines by the page, and the
//! latest posts of an author to a new follower.
//!
//! A message about a page is sent only once all pages before it are delivered, and the marker goes
//! only with the last page. So, whatever is repeated, overtaken or cut short, a post is never
//! closed too early, and every write can be made again without a trace.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use domain::{
    feeds::{Entry, HORIZON},
    ids::UserId,
};
use jiff::{SignedDuration, Timestamp};
use shared::{
    error::Error,
    queue::{
        Queue,
        messages::{FanoutMessage, Followed, PageDelivered, Published},
        run_batch,
    },
    runtime::{Clock, Context, function},
    store::Store,
    telemetry::metrics::{self, Metric},
};

/// This many readers are served per message.
pub const PAGE: usize = 1_000;
/// A new follower gets this many of the author's latest posts.
pub const BACK_FILL: usize = 20;

/// What fan-out needs.
#[derive(Debug, Clone)]
pub struct App {
    store: Store,
    own: Queue,
    clock: Clock,
    page: usize,
}

impl App {
    /// Fan-out by pages of [`PAGE`].
    pub fn new(context: &Context) -> Self {
        Self::with_page(context, PAGE)
    }

    /// Fan-out by pages of another size, 1 or more.
    pub fn with_page(context: &Context, page: usize) -> Self {
        Self {
            store: Store::new(context.dynamodb.clone(), context.config.table()),
            own: Queue::new(context.sqs(), context.config.fanout_queue()),
            clock: context.clock.clone(),
            page: page.max(1),
        }
    }
}

/// The function, as Lambda and the local cloud run it.
pub fn function(context: &Context) -> function::Queue {
    let work = async |app: App, event| handle(&app, event).await;
    function::Queue::new(App::new(context), work).warmed_by(context.warm_up_by_query())
}

/// Works off a batch of messages.
pub async fn handle(app: &App, event: SqsEvent) -> SqsBatchResponse {
    run_batch(event, |message| work(app, message)).await
}

/// Works off one message.
///
/// # Errors
/// It cannot be read, or something it asks for was not done.
pub async fn work(app: &App, message: SqsMessage) -> Result<(), Error> {
    let body = message.body.unwrap_or_default();
    match serde_json::from_str(&body).map_err(Error::internal)? {
        FanoutMessage::PostPublished(published) => {
            put_on_topics(app, &published).await?;
            serve_page(app, published, None).await
        }
        FanoutMessage::PageDelivered(PageDelivered { published, after }) => {
            serve_page(app, published, Some(&after)).await
        }
        FanoutMessage::Followed(followed) => back_fill(app, followed).await,
        FanoutMessage::TopicsChanged(changed) => put_on_topics(app, &changed).await,
    }
}

/// Puts a post on its walls. Of one that is gone meanwhile somebody else may have looked there before: whoever comes
/// last has it swept.
async fn put_on_topics(app: &App, published: &Published) -> Result<(), Error> {
    let (entry, store) = (published.entry(), &app.store);
    store.put_on_topics(entry.at, &published.topics).await?;
    if store.post_now(published.post).await?.is_none() {
        let now = app.clock.now();
        store
            .expire_on_topics(entry.at, &published.topics, now)
            .await?;
    }
    Ok(())
}

/// Serves the readers after `after`. Then the next page is asked for, or the post is closed.
async fn serve_page(app: &App, published: Published, after: Option<&UserId>) -> Result<(), Error> {
    let entry = published.entry();
    let (fans, more) = app
        .store
        .fans_after(&published.author, after, app.page)
        .await?;
    let last = fans.last().cloned();
    let deliveries: Vec<_> = fans
        .into_iter()
        .map(|reader| (reader, entry.clone()))
        .collect();
    app.store.deliver(&deliveries).await?;
    metrics::count(Metric::Deliveries, deliveries.len());
    if !more {
        app.store.close(&entry).await?;
        let took = app.clock.now().duration_since(published.published_at);
        metrics::duration(Metric::DeliveryTime, took.try_into().unwrap_or_default());
        return Ok(());
    }
    let after =
        last.ok_or_else(|| Error::internal("a page without readers that has a next one"))?;
    let page = PageDelivered { published, after };
    app.own.send(&[FanoutMessage::PageDelivered(page)]).await
}

/// Delivers an author's latest posts to a new follower, save those too old for a home feed.
async fn back_fill(app: &App, Followed { reader, author }: Followed) -> Result<(), Error> {
    let (posts, _) = app.store.posts_by(&author, None, BACK_FILL).await?;
    let now = app.clock.now();
    let deliveries: Vec<_> = posts
        .into_iter()
        .filter(|entry| is_recent(entry, now))
        .map(|entry| (reader.clone(), entry))
        .collect();
    app.store.deliver(&deliveries).await?;
    metrics::count(Metric::Deliveries, deliveries.len());
    Ok(())
}

fn is_recent(entry: &Entry, now: Timestamp) -> bool {
    let age: SignedDuration = now.duration_since(entry.at.published_at);
    age <= HORIZON
}
