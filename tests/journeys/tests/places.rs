//! The places where a journey is made: in this process, in the local cloud over HTTP, and in a
//! deployed stack.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use jiff::SignedDuration;
use local::{Cloud, Kept, Options, functions};
use reqwest::{Client, Request};
use serde_json::{Value, json};

use crate::spark::Answer;
#[cfg(feature = "deployed")]
use deployment::Deployment;

/// Makes a test in each place of journeys that take a `&Spark`.
macro_rules! everywhere {
    ($($journey:ident),+ $(,)?) => {$(
        mod $journey {
            use crate::spark::Spark;

            #[tokio::test]
            async fn in_process() {
                super::$journey(&Spark::in_process().await).await;
            }

            #[tokio::test]
            async fn local_cloud() {
                super::$journey(&Spark::local_cloud().await).await;
            }

            #[cfg(feature = "deployed")]
            #[tokio::test]
            async fn deployed() {
                super::$journey(&Spark::deployed()).await;
            }
        }
    )+};
}
pub(crate) use everywhere;

/// A system that answers, wherever it is.
pub enum Place {
    /// Its router is called, without a socket between.
    InProcess(Arc<Cloud>),
    /// Over HTTP, on this machine.
    LocalCloud(Arc<Cloud>),
    /// In an AWS account, or an emulated one.
    #[cfg(feature = "deployed")]
    Deployed(Deployment),
}

/// A cloud of one test's own.
pub async fn cloud(kept: Kept) -> Arc<Cloud> {
    let options = Options {
        kept,
        ..Options::ephemeral().unwrap()
    };
    Arc::new(Cloud::start(options, functions::compose).await.unwrap())
}

impl Place {
    /// The base address of the API.
    pub fn url(&self) -> &str {
        match self {
            Self::InProcess(cloud) | Self::LocalCloud(cloud) => cloud.url(),
            #[cfg(feature = "deployed")]
            Self::Deployed(deployment) => &deployment.api,
        }
    }

    /// Sends a request to the API.
    pub async fn send(&self, http: &Client, request: Request) -> Answer {
        match self {
            Self::InProcess(cloud) => in_process(cloud, request).await,
            Self::LocalCloud(_) => over_http(http, request).await,
            #[cfg(feature = "deployed")]
            Self::Deployed(_) => over_http(http, request).await,
        }
    }

    /// A token of the issuer that this place trusts.
    pub async fn token(&self, http: &Client, sub: &str, groups: &[&str]) -> String {
        let asked = json!({"sub": sub, "groups": groups});
        let answer = match self {
            Self::InProcess(cloud) | Self::LocalCloud(cloud) => {
                let url = format!("{}/local/token", cloud.url());
                let request = http.post(url).json(&asked).build().unwrap();
                in_process(cloud, request).await.expect(200)
            }
            #[cfg(feature = "deployed")]
            Self::Deployed(deployment) => deployment.ask("token", &asked).await,
        };
        answer["token"].as_str().unwrap().to_owned()
    }

    /// Drops a file into the bucket, as the store does.
    pub async fn drop_file(&self, key: &str, kind: &str, body: &[u8]) {
        match self {
            Self::InProcess(cloud) | Self::LocalCloud(cloud) => {
                let context = cloud.context();
                let put = context.s3().put_object().bucket(context.config.bucket());
                let put = put
                    .key(key)
                    .content_type(kind)
                    .body(body.to_vec().into())
                    .send();
                put.await.unwrap();
            }
            #[cfg(feature = "deployed")]
            Self::Deployed(deployment) => deployment.drop_file(key, kind, body).await,
        }
    }

    /// The address of a rendition, and the host to ask for where that is another.
    pub fn rendition(&self, url: &str) -> (String, Option<String>) {
        match self {
            Self::InProcess(_) | Self::LocalCloud(_) => (url.to_owned(), None),
            #[cfg(feature = "deployed")]
            Self::Deployed(deployment) => deployment.rendition(url),
        }
    }

    /// Waits until no message is left to work at. What the stream has not told of yet may follow:
    /// what a journey awaits it looks for more than once.
    pub async fn settle(&self) {
        match self {
            Self::InProcess(cloud) | Self::LocalCloud(cloud) => cloud.drain().await.unwrap(),
            #[cfg(feature = "deployed")]
            Self::Deployed(deployment) => deployment.settle().await,
        }
    }

    /// How often to look for what must show: a local cloud that has settled has nothing more to
    /// come.
    pub fn looks(&self) -> usize {
        match self {
            Self::InProcess(_) | Self::LocalCloud(_) => 1,
            #[cfg(feature = "deployed")]
            Self::Deployed(_) => deployment::LOOKS,
        }
    }

    /// The time between two looks.
    pub async fn moment(&self) {
        match self {
            Self::InProcess(_) | Self::LocalCloud(_) => {}
            #[cfg(feature = "deployed")]
            Self::Deployed(_) => deployment::moment().await,
        }
    }

    /// Turns the clock where there is one; elsewhere time passes by itself.
    pub async fn let_pass(&self, by: SignedDuration) {
        match self {
            Self::InProcess(cloud) | Self::LocalCloud(cloud) => {
                cloud.advance(by).await.unwrap();
            }
            #[cfg(feature = "deployed")]
            Self::Deployed(_) => {}
        }
    }

    /// Lets seconds pass everywhere; where the clock can be turned, all that is under way is worked
    /// off in them.
    pub async fn let_seconds_pass(&self, seconds: u32) {
        match self {
            Self::InProcess(_) | Self::LocalCloud(_) => {
                self.settle().await;
                self.let_pass(SignedDuration::from_secs(seconds.into()))
                    .await;
            }
            #[cfg(feature = "deployed")]
            Self::Deployed(_) => deployment::seconds(seconds).await,
        }
    }

    /// How many messages have been given up.
    pub async fn dead_letters(&self) -> u64 {
        match self {
            Self::InProcess(cloud) | Self::LocalCloud(cloud) => {
                let queues = cloud.status().await.unwrap().queues;
                let dead: usize = queues.iter().map(|queue| queue.dead).sum();
                dead.try_into().unwrap()
            }
            #[cfg(feature = "deployed")]
            Self::Deployed(deployment) => deployment.left().await["dead"].as_u64().unwrap(),
        }
    }
}

async fn in_process(cloud: &Cloud, request: Request) -> Answer {
    let (method, url) = (request.method().clone(), request.url().clone());
    let mut asked = http::Request::builder().method(method).uri(url.as_str());
    for (name, value) in request.headers() {
        asked = asked.header(name, value);
    }
    let body = request.body().and_then(|body| body.as_bytes());
    let body = Body::from(body.unwrap_or_default().to_vec());
    let answer = cloud.call(asked.body(body).unwrap()).await.unwrap();
    let (parts, body) = answer.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body: read(&body),
    }
}

async fn over_http(http: &Client, request: Request) -> Answer {
    let response = http.execute(request).await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let body = read(&response.bytes().await.unwrap());
    Answer {
        status,
        headers,
        body,
    }
}

fn read(body: &[u8]) -> Value {
    serde_json::from_slice(body)
        .unwrap_or_else(|_| String::from_utf8_lossy(body).into_owned().into())
}

/// A stack that somebody deployed, and what stands beside its API.
#[cfg(feature = "deployed")]
mod deployment {
    use std::time::{Duration, Instant};

    use reqwest::{Client, RequestBuilder, Url};
    use serde_json::Value;

    use super::over_http;

    /// Between two looks.
    const MOMENT: Duration = Duration::from_millis(250);
    /// What has not shown after this many looks will not show: 60 s.
    pub const LOOKS: usize = 240;
    const SETTLES_WITHIN: Duration = Duration::from_secs(120);

    /// Where it is, read from the environment.
    pub struct Deployment {
        /// `SPARK_URL`: the base address of the API.
        pub api: String,
        /// `SPARK_DOOR`: gives tokens, takes the store's files, tells what is left on the queues.
        door: String,
        /// `SPARK_CDN`: where the CDN's hosts are reached, if not by their own names.
        cdn: Option<Url>,
        http: Client,
    }

    fn variable(name: &str) -> Option<String> {
        #[expect(
            clippy::disallowed_methods,
            reason = "where a deployed stack is, only its environment says"
        )]
        std::env::var(name).ok().filter(|value| !value.is_empty())
    }

    impl Deployment {
        pub fn from_env() -> Self {
            let needed = |name| {
                variable(name).unwrap_or_else(|| panic!("{name} is not set: see tests/stack"))
            };
            Self {
                api: needed("SPARK_URL"),
                door: needed("SPARK_DOOR"),
                cdn: variable("SPARK_CDN").map(|url| url.parse().unwrap()),
                http: Client::builder().no_proxy().build().unwrap(),
            }
        }

        async fn call(&self, request: RequestBuilder) -> Value {
            over_http(&self.http, request.build().unwrap())
                .await
                .expect(200)
        }

        pub async fn ask(&self, what: &str, body: &Value) -> Value {
            let url = format!("{}/{what}", self.door);
            self.call(self.http.post(url).json(body)).await
        }

        pub async fn left(&self) -> Value {
            let url = format!("{}/left", self.door);
            self.call(self.http.get(url)).await
        }

        pub async fn drop_file(&self, key: &str, kind: &str, body: &[u8]) {
            let url = format!("{}/files/{key}", self.door);
            let put = self.http.put(url).header("content-type", kind);
            self.call(put.body(body.to_vec())).await;
        }

        /// The journeys share the queues, so it is enough that they are empty for a moment.
        pub async fn settle(&self) {
            let deadline = Instant::now() + SETTLES_WITHIN;
            while self.left().await["waiting"] != 0 {
                assert!(Instant::now() < deadline, "the queues do not empty");
                moment().await;
            }
        }

        pub fn rendition(&self, url: &str) -> (String, Option<String>) {
            let Some(cdn) = &self.cdn else {
                return (url.to_owned(), None);
            };
            let url: Url = url.parse().unwrap();
            let host = url.host_str().unwrap().to_owned();
            (cdn.join(url.path()).unwrap().into(), Some(host))
        }
    }

    pub async fn moment() {
        pass(MOMENT).await;
    }

    pub async fn seconds(seconds: u32) {
        pass(Duration::from_secs(seconds.into())).await;
    }

    async fn pass(time: Duration) {
        let mut ticks = tokio::time::interval(time);
        ticks.tick().await;
        ticks.tick().await;
    }
}

#[cfg(feature = "deployed")]
pub use deployment::Deployment as DeployedStack;
