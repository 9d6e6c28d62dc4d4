//! Requests in lockstep: all that are under way are answered together, as if each took equally
//! long, so that the number of waves is the length of the longest chain of requests.

use std::{
    fmt,
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
        SharedHttpConnector,
    },
    orchestrator::HttpRequest,
    runtime_components::RuntimeComponents,
};
use tokio::sync::Notify;

/// Other tasks get this many turns to begin a request of the same wave.
const TURNS: usize = 16;

/// Holds answers back until all requests under way have theirs.
#[derive(Clone, Default)]
pub(crate) struct Waves {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    released: Notify,
}

#[derive(Default)]
struct State {
    under_way: usize,
    answered: usize,
    begun: usize,
    released: usize,
}

impl fmt::Debug for Waves {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waves").finish_non_exhaustive()
    }
}

impl Waves {
    /// The same client, its requests in waves.
    pub(crate) fn through(&self, client: SharedHttpClient) -> SharedHttpClient {
        SharedHttpClient::new(Client {
            client,
            waves: self.clone(),
        })
    }

    /// How many waves are over.
    pub(crate) fn count(&self) -> usize {
        self.lock().released
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        let state = self.shared.state.lock();
        state.unwrap_or_else(PoisonError::into_inner)
    }

    async fn hold<T>(self, request: impl Future<Output = T>) -> T {
        let under_way = UnderWay::begin(&self);
        let answer = request.await;
        self.lock().answered += 1;
        let wave = self.count();
        loop {
            let released = self.shared.released.notified();
            if self.count() != wave {
                break;
            }
            if self.all_answered() && self.nobody_begins().await {
                self.release(wave);
                break;
            }
            if self.count() != wave {
                break;
            }
            released.await;
        }
        drop(under_way);
        answer
    }

    fn all_answered(&self) -> bool {
        let state = self.lock();
        state.under_way == state.answered
    }

    /// Lets other tasks go on; `true` when none began a request meanwhile.
    async fn nobody_begins(&self) -> bool {
        let before = self.lock().begun;
        for _ in 0..TURNS {
            tokio::task::yield_now().await;
        }
        let state = self.lock();
        state.begun == before && state.under_way == state.answered
    }

    /// Ends a wave, once.
    fn release(&self, wave: usize) {
        let mut state = self.lock();
        if state.released == wave {
            state.released += 1;
            state.under_way = 0;
            state.answered = 0;
            drop(state);
            self.shared.released.notify_waiters();
        }
    }
}

/// A request of a wave; one that is dropped before its answer came is waited for no more.
struct UnderWay<'a> {
    waves: &'a Waves,
    wave: usize,
}

impl<'a> UnderWay<'a> {
    fn begin(waves: &'a Waves) -> Self {
        let mut state = waves.lock();
        state.under_way += 1;
        state.begun += 1;
        let wave = state.released;
        drop(state);
        Self { waves, wave }
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let mut state = self.waves.lock();
        if state.released == self.wave {
            state.under_way = state.under_way.saturating_sub(1);
            drop(state);
            self.waves.shared.released.notify_waiters();
        }
    }
}

#[derive(Debug)]
struct Client {
    client: SharedHttpClient,
    waves: Waves,
}

impl HttpClient for Client {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector {
            connector: self.client.http_connector(settings, components),
            waves: self.waves.clone(),
        })
    }
}

#[derive(Debug)]
struct Connector {
    connector: SharedHttpConnector,
    waves: Waves,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let answer = self.connector.call(request);
        HttpConnectorFuture::new(self.waves.clone().hold(answer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn chains_side_by_side_take_as_many_waves_as_the_longest() {
        let waves = Waves::default();
        let chain = |length: usize, slow: bool| {
            let waves = waves.clone();
            async move {
                for step in 0..length {
                    let turns = if slow { 40 } else { step };
                    let request = async move {
                        for _ in 0..turns {
                            tokio::task::yield_now().await;
                        }
                    };
                    waves.clone().hold(request).await;
                }
            }
        };
        tokio::join!(chain(3, false), chain(2, true), chain(1, false));
        assert_eq!(waves.count(), 3);
        chain(1, true).await;
        assert_eq!(waves.count(), 4);
    }
}
