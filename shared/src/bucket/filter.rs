//! The store's filter (ENGAGEMENT 38): one object, which functions read again every ten seconds.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use domain::filter::{Filter, Lists};
use futures::{FutureExt, future::BoxFuture};
use jiff::{SignedDuration, Timestamp};

use super::{Found, JSON, Objects};
use crate::{aws::deadline::within, error::Error};

/// Where it lies.
const KEY: &str = "filter.json";
/// For how long it is gone by without being read again.
const LIFE: SignedDuration = SignedDuration::from_secs(10);
/// It is waited for so long: what cannot be looked for must not stand in the way of what is said.
const PATIENCE: Duration = Duration::from_secs(2);

/// The filter as a function instance knows it; clones know the same.
#[derive(Debug, Clone)]
pub struct KeptFilter {
    objects: Objects,
    known: Arc<Mutex<Option<Known>>>,
}

#[derive(Debug, Clone)]
struct Known {
    at: Timestamp,
    tag: Option<String>,
    filter: Arc<Filter>,
}

impl Objects {
    /// Puts the store's lists in the place of those before.
    ///
    /// # Errors
    /// As all of the bucket.
    pub async fn write_filter(&self, lists: &Lists) -> Result<(), Error> {
        let lists = serde_json::to_vec_pretty(lists).map_err(Error::internal)?;
        self.put(KEY, JSON, lists.into()).await
    }
}

impl KeptFilter {
    /// The filter that lies in this bucket.
    pub fn new(objects: Objects) -> Self {
        Self {
            objects,
            known: Arc::default(),
        }
    }

    /// The filter as it was ten seconds ago at the most. One that is not there, or cannot be read, lets all pass; while
    /// the bucket does not answer, what was known of it holds. It is logged when it cannot be read, or is gone.
    pub async fn now(&self, now: Timestamp) -> Arc<Filter> {
        let known = self.known.lock().ok().and_then(|known| known.clone());
        // A clock that was turned back makes nothing fresh for longer.
        let fresh = |known: &Known| now.duration_since(known.at).abs() < LIFE;
        if let Some(known) = known.as_ref().filter(|known| fresh(known)) {
            return Arc::clone(&known.filter);
        }
        let read = self.read(known.as_ref()).await;
        let (tag, filter) = read.unwrap_or_else(|error| {
            let cause = error.cause().map(ToString::to_string);
            tracing::error!(cause, "the filter cannot be read");
            let holds = known.filter(|_| error.retryable());
            holds
                .map(|known| (known.tag, known.filter))
                .unwrap_or_default()
        });
        let filter_now = Arc::clone(&filter);
        if let Ok(mut known) = self.known.lock() {
            *known = Some(Known {
                at: now,
                tag,
                filter,
            });
        }
        filter_now
    }

    /// Reads it beside what else warms a function up.
    pub fn warm_up(self, now: Timestamp, other: BoxFuture<'static, ()>) -> BoxFuture<'static, ()> {
        async move {
            futures::join!(self.now(now), other);
        }
        .boxed()
    }

    /// Reads it, unless it is as it was known.
    async fn read(&self, known: Option<&Known>) -> Result<(Option<String>, Arc<Filter>), Error> {
        let tag = known.and_then(|known| known.tag.as_deref());
        let read = self.objects.read(KEY, tag);
        match (within(PATIENCE, read).await??, known) {
            (Found::Object(body, tag), _) => {
                let lists: Lists = serde_json::from_slice(&body).map_err(Error::internal)?;
                Ok((tag, Arc::new(Filter::from(&lists))))
            }
            (Found::AsKnown, Some(known)) => Ok((known.tag.clone(), Arc::clone(&known.filter))),
            (Found::AsKnown | Found::Nothing, _) => {
                if tag.is_some() {
                    tracing::warn!("the filter is gone, and all passes");
                }
                Ok(<_>::default())
            }
        }
    }
}
