//! A Lambda Runtime API of our own on loopback: hands one event to one function, and notes when.
//! (<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>)

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot},
    time::timeout,
};

/// A function that takes longer than this is given up.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a function says.
enum Said {
    /// It asks for its first event.
    Ready(Instant),
    /// It answers, or fails.
    Answered(Instant, Result<Bytes, String>),
}

struct Event {
    body: Bytes,
    handed_out: Arc<Mutex<Option<Instant>>>,
}

#[derive(Clone)]
struct Api {
    event: Arc<Mutex<Option<Event>>>,
    says: mpsc::UnboundedSender<Said>,
}

/// The API, waiting for one function.
pub(crate) struct RuntimeApi {
    /// What goes into `AWS_LAMBDA_RUNTIME_API`.
    pub(crate) address: String,
    said: mpsc::UnboundedReceiver<Said>,
    handed_out: Arc<Mutex<Option<Instant>>>,
    _stop: oneshot::Sender<()>,
}

/// One function's first event.
pub(crate) struct First {
    /// When it asked for the event.
    pub(crate) ready: Instant,
    /// From when it was handed the event to its answer.
    pub(crate) answer_after: Duration,
    /// The answer.
    pub(crate) answer: Bytes,
}

impl RuntimeApi {
    /// Serves this event on a free port, on a thread of its own.
    pub(crate) async fn serve(event: Vec<u8>) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        let (says, said) = mpsc::unbounded_channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let handed_out = Arc::default();
        let event = Event {
            body: event.into(),
            handed_out: Arc::clone(&handed_out),
        };
        let api = Api {
            event: Arc::new(Mutex::new(Some(event))),
            says,
        };
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route(
                "/2018-06-01/runtime/invocation/{id}/response",
                post(response),
            )
            .route("/2018-06-01/runtime/invocation/{id}/error", post(failure))
            .route("/2018-06-01/runtime/init/error", post(init_error))
            .with_state(api);
        tokio::spawn(async move {
            let serving = axum::serve(listener, router);
            tokio::select! {
                _ = serving => {}
                _ = stopped => {}
            }
        });
        Ok(Self {
            address,
            said,
            handed_out,
            _stop: stop,
        })
    }

    /// Waits until the function has asked for its event and answered it.
    pub(crate) async fn first(&mut self) -> Result<First> {
        let Said::Ready(ready) = self.next_word().await? else {
            bail!("it answered before it asked");
        };
        let Said::Answered(answered, answer) = self.next_word().await? else {
            bail!("it asked again before it answered");
        };
        let answer = answer.map_err(anyhow::Error::msg)?;
        let handed_out = self
            .handed_out
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let handed_out = handed_out.context("it answered what it was not asked")?;
        Ok(First {
            ready,
            answer_after: answered.duration_since(handed_out),
            answer,
        })
    }

    async fn next_word(&mut self) -> Result<Said> {
        let said = timeout(PATIENCE, self.said.recv()).await;
        let said = said.context("nothing was heard for a minute")?;
        said.context("the API stopped")
    }
}

impl Api {
    fn hear(&self, said: Said) {
        // Nobody listens any more once the first answer was read.
        drop(self.says.send(said));
    }
}

async fn next(State(api): State<Api>) -> Response {
    let now = Instant::now();
    let taken = api
        .event
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    let Some(event) = taken else {
        // As Lambda does while there is nothing to do.
        return std::future::pending().await;
    };
    api.hear(Said::Ready(now));
    let headers = [
        (
            "lambda-runtime-aws-request-id",
            "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
        ),
        ("lambda-runtime-deadline-ms", "4102444800000"),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:us-east-1:000000000000:function:it",
        ),
        (
            "lambda-runtime-trace-id",
            "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=1",
        ),
        ("content-type", "application/json"),
    ];
    let mut handed_out = event
        .handed_out
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    *handed_out = Some(Instant::now());
    (headers, event.body).into_response()
}

async fn response(State(api): State<Api>, Path(_): Path<String>, body: Bytes) -> StatusCode {
    api.hear(Said::Answered(Instant::now(), Ok(body)));
    StatusCode::ACCEPTED
}

async fn failure(State(api): State<Api>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let text = format!("{headers:?} {}", String::from_utf8_lossy(&body));
    api.hear(Said::Answered(Instant::now(), Err(text)));
    StatusCode::ACCEPTED
}

async fn init_error(State(api): State<Api>, headers: HeaderMap, body: Bytes) -> StatusCode {
    failure(State(api), headers, body).await
}
