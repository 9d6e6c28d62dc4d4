//! A world: a data plane of its own, a clock that can be turned, and who may sign in.

use std::{collections::HashMap, sync::LazyLock, time::Duration};

use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use data_plane::{Contention, DataPlane, Options, Template};
use jiff::{SignedDuration, Timestamp};
use shared::{
    runtime::{Clock, ClockHandle, Config, Context},
    store::Store,
};

use crate::{
    Forgery, Http, Token,
    issuer::{AUDIENCE, GROUPS_CLAIM, ISSUER, JWKS_URL, PEOPLE_KEY},
};

/// The template of the whole system, read once.
pub fn template() -> &'static Template {
    static TEMPLATE: LazyLock<Template> = LazyLock::new(|| {
        Template::parse(include_str!("../../../infra/template.yaml")).expect("a template")
    });
    &TEMPLATE
}

/// A test's own table, bucket, queues, clock and tokens. When it is dropped, no message may be
/// left on a queue that the test did not take, those aside that are not due.
pub struct World {
    plane: DataPlane,
    context: Context,
    clock: ClockHandle,
}

impl World {
    /// A fresh world.
    ///
    /// # Panics
    /// When the data plane does not start.
    pub async fn new() -> Self {
        Self::on(None).await
    }

    /// A fresh world whose table refuses what the real one refuses when writes meet in time on an item. A
    /// request has a minute: very many at once are to be done, however loaded this machine is.
    ///
    /// # Panics
    /// As [`World::new`].
    pub async fn contended() -> Self {
        Self::on(Some(Contention::default())).await
    }

    /// A fresh world with a table as unkind as that.
    ///
    /// # Panics
    /// As [`World::new`].
    pub async fn on(contention: Option<Contention>) -> Self {
        let options = Options {
            contention,
            ..Options::ephemeral(template().clone())
        };
        let plane = DataPlane::start(options).await.expect("a data plane");
        let (clock, handle) = Clock::shifted();
        let followed = clock.clone();
        plane.queues().follow(move || followed.now());
        let mut settings = plane.settings();
        settings.extend(
            [
                ("API_URL", "https://api.test"),
                ("MEDIA_URL", "https://media.test"),
                ("PAGES_URL", "https://pages.test"),
                ("IMAGE_HOSTS", "store.test"),
                ("TOKEN_ISSUER", ISSUER),
                ("TOKEN_AUDIENCE", AUDIENCE),
                ("TOKEN_JWKS_URL", &JWKS_URL),
                ("TOKEN_GROUPS_CLAIM", GROUPS_CLAIM),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned())),
        );
        settings.extend(Config::SECRETS.iter().map(|name| {
            let secret = format!("a world's own {name} of thirty-two characters or more");
            ((*name).to_owned(), secret)
        }));
        settings.insert("PEOPLE_KEY".to_owned(), PEOPLE_KEY.to_owned());
        let config = Config::read(|name| settings.get(name).cloned());
        let mut context = Context::new(config, &plane.sdk_config(), clock);
        if plane.is_contended() {
            context.patience = Duration::from_secs(60);
        }
        Self {
            plane,
            context,
            clock: handle,
        }
    }

    /// What a function's `App` is made from.
    pub fn context(&self) -> Context {
        self.context.clone()
    }

    /// The table, asked as the functions ask it.
    pub fn store(&self) -> Store {
        Store::new(self.context.dynamodb.clone(), self.context.config.table())
    }

    /// The services underneath.
    pub fn plane(&self) -> &DataPlane {
        &self.plane
    }

    /// Now, as the functions have it.
    pub fn now(&self) -> Timestamp {
        self.context.clock.now()
    }

    /// Turns the clock of every function.
    pub fn advance(&self, by: SignedDuration) {
        self.clock.advance(by);
    }

    /// Calls this router.
    pub fn serve(&self, router: axum::Router) -> Http {
        Http::new(router)
    }

    /// A good token for an hour, signed.
    pub fn token(&self, sub: &str, groups: &[&str]) -> String {
        self.new_token(sub, groups).sign()
    }

    /// A good token, to be changed before it is signed.
    pub fn new_token(&self, sub: &str, groups: &[&str]) -> Token {
        Token::new(sub, groups, self.now())
    }

    /// A token that must be refused.
    pub fn forged(&self, sub: &str, groups: &[&str], how: Forgery) -> String {
        self.new_token(sub, groups).forge(how)
    }

    /// Takes every message that is due off a queue (`fanout`, `photos-dlq` …) and gives their bodies, in no
    /// order.
    ///
    /// # Panics
    /// When the template has no such queue.
    pub async fn receive_all(&self, queue: &str) -> Vec<String> {
        let logical_id = logical_id(queue);
        let queues = self.plane.queues();
        let mut bodies = Vec::new();
        loop {
            let received = queues.receive(&logical_id, 100, 0).await;
            let received = received.expect("a declared queue");
            if received.is_empty() {
                return bodies;
            }
            for message in received {
                let deleted = queues.delete(&logical_id, &message.receipt).await;
                deleted.expect("a message that was received");
                let body = message.record["body"].as_str().unwrap_or_default();
                bodies.push(body.to_owned());
            }
        }
    }

    /// How many messages of a queue are not due yet.
    ///
    /// # Panics
    /// When the template has no such queue.
    pub async fn delayed(&self, queue: &str) -> usize {
        let logical_id = logical_id(queue);
        let delayed = self.plane.queues().delayed().await;
        let delayed = delayed.expect("the queues").into_iter();
        delayed.filter(|one| one.queue == logical_id).count()
    }

    /// Every message of a queue, taken off it, as the event of one batch.
    pub async fn receive_event(&self, queue: &str) -> SqsEvent {
        sqs_event(&self.receive_all(queue).await)
    }

    /// Every record of the table's stream after the one with this sequence number, as the event
    /// that a stream trigger without a filter sends; and the last sequence number.
    ///
    /// # Panics
    /// When the stream cannot be read.
    pub fn stream_after(&self, sequence: Option<&str>) -> (serde_json::Value, Option<String>) {
        let mut last = sequence.map(str::to_owned);
        let mut records = Vec::new();
        loop {
            let page = self.plane.tables().records_after(last.as_deref(), 1_000);
            let page = page.expect("the table's stream");
            let Some(newest) = page.last() else {
                return (serde_json::json!({ "Records": records }), last);
            };
            last = Some(newest.sequence.clone());
            records.extend(page.into_iter().map(|record| record.record));
        }
    }

    /// Puts an object into the bucket.
    ///
    /// # Panics
    /// When S3 refuses it.
    pub async fn put_object(&self, key: &str, content_type: &str, body: Vec<u8>) {
        let put = self
            .context
            .s3()
            .put_object()
            .bucket(self.context.config.bucket());
        let put = put.key(key).content_type(content_type).body(body.into());
        put.send().await.expect("an object is stored");
    }

    /// An object's bytes; `None` where there is none.
    ///
    /// # Panics
    /// When S3 fails in another way.
    pub async fn object(&self, key: &str) -> Option<Vec<u8>> {
        let get = self
            .context
            .s3()
            .get_object()
            .bucket(self.context.config.bucket());
        match get.key(key).send().await {
            Ok(found) => {
                let body = found.body.collect().await.expect("the whole object");
                Some(body.into_bytes().to_vec())
            }
            Err(error) => {
                let error = error.into_service_error();
                assert!(error.is_no_such_key(), "{error:?}");
                None
            }
        }
    }

    /// The keys in the bucket that begin so.
    ///
    /// # Panics
    /// When S3 fails, or there are more than a thousand.
    pub async fn objects(&self, prefix: &str) -> Vec<String> {
        let list = self
            .context
            .s3()
            .list_objects_v2()
            .bucket(self.context.config.bucket());
        let found = list.prefix(prefix).send().await.expect("a list of objects");
        assert_ne!(found.is_truncated, Some(true), "more than one page");
        let objects = found.contents.into_iter().flatten();
        objects.filter_map(|object| object.key).collect()
    }

    /// What is left on each queue: its name, and a body.
    async fn left(&self) -> HashMap<String, String> {
        let mut left = HashMap::new();
        let queues = self.plane.queues();
        for queue in queues.declared() {
            if let Ok(bodies) = queues.peek(&queue.logical_id).await
                && let Some(body) = bodies.into_iter().next()
            {
                left.insert(queue.name.clone(), body);
            }
        }
        left
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        // The test's own runtime cannot be waited for here: another thread asks.
        let left = std::thread::scope(|scope| {
            let asked = scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build();
                runtime.map(|runtime| runtime.block_on(self.left()))
            });
            asked.join()
        });
        match left {
            Ok(Ok(left)) => assert!(left.is_empty(), "messages that nobody took: {left:#?}"),
            failed => panic!("the queues could not be asked: {failed:?}"),
        }
    }
}

/// `fanout` → `FanoutQueue`, `fanout-dlq` → `FanoutDlq`.
fn logical_id(queue: &str) -> String {
    let camel: String = queue
        .split('-')
        .map(|word| {
            let (first, rest) = word.split_at(word.len().min(1));
            first.to_uppercase() + rest
        })
        .collect();
    if camel.ends_with("Dlq") {
        camel
    } else {
        camel + "Queue"
    }
}

/// These bodies as one batch of messages, with the ids `m0`, `m1` …
pub fn sqs_event(bodies: &[impl AsRef<str>]) -> SqsEvent {
    let mut event = SqsEvent::default();
    for (index, body) in bodies.iter().enumerate() {
        let mut message = SqsMessage::default();
        message.message_id = Some(format!("m{index}"));
        message.body = Some(body.as_ref().to_owned());
        let attributes = [("ApproximateReceiveCount".to_owned(), "1".to_owned())];
        message.attributes = HashMap::from(attributes);
        event.records.push(message);
    }
    event
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_is_called_after_its_consumer() {
        assert_eq!(logical_id("fanout"), "FanoutQueue");
        assert_eq!(logical_id("relay-dlq"), "RelayDlq");
    }
}
