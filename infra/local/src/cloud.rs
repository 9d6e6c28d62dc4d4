//! The whole cloud: started from the template and the functions, stopped or killed as one.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::get;
use data_plane::{Contention, DataPlane, Ports, Template};
use jiff::{SignedDuration, Timestamp};
use shared::runtime::{Clock, Config, Context};
use tokio::net::TcpListener;
use tokio::runtime::{Handle, Runtime};
use tower::ServiceExt;

use crate::capacity::Meter;
use crate::checkpoint::CheckpointFile;
use crate::clock::Turned;
use crate::control::{self, Control};
use crate::directory;
use crate::engine::{Engine, Status};
use crate::function::{Contexts, Functions};
use crate::gateway::{self, Gateway};
use crate::issuer::Issuer;
use crate::media::{self, Origin};
use crate::networks::{self, Networks};
use crate::routes::Routes;
use crate::schedules::Schedules;
use crate::secrets;
use crate::settings;
use crate::store::{self, Ground, Shop};
use crate::triggers;

/// A killed cloud's tasks are waited for this long; each ends at its next wait.
const LAST_BREATH: Duration = Duration::from_secs(10);

/// Some more than small machines have cores, so that a worker busy with a photo holds up nobody.
const WORKER_THREADS: usize = 4;

/// How to start a [`Cloud`].
#[derive(Debug, Clone)]
pub struct Options {
    /// What the cloud is made from.
    pub template: Template,
    /// The loopback port of the API; 0 for any that is free.
    pub port: u16,
    /// What outlives the cloud.
    pub kept: Kept,
    /// How unkind the table is; see [`Contention`].
    pub contention: Option<Contention>,
    /// Networks to be asked instead of those that are played: what `NETWORKS` says, and of each its `client_secret`.
    pub networks: Option<serde_json::Value>,
}

/// Where a cloud's data is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// Nothing outlives the cloud.
    Nothing,
    /// Table, objects, dead letters, clock, secrets and the issuer's key, in this directory.
    In(PathBuf),
}

impl Options {
    /// The project's own template, any port, nothing kept: what a journey wants.
    ///
    /// # Errors
    /// The template does not parse.
    pub fn ephemeral() -> Result<Self> {
        Ok(Self {
            template: Template::parse(crate::TEMPLATE)?,
            port: 0,
            kept: Kept::Nothing,
            contention: None,
            networks: None,
        })
    }
}

/// A running cloud. Dropping it kills it.
pub struct Cloud {
    url: String,
    port: u16,
    engine: Arc<Engine>,
    context: Context,
    /// All variables of the functions.
    settings: BTreeMap<String, String>,
    router: Router,
    runtime: Option<Runtime>,
    /// Let go of last, when nothing writes to the directory any more.
    _lock: Option<File>,
}

impl Cloud {
    /// Starts the data plane, the functions that `compose` makes, the triggers and the gateway,
    /// on threads of their own.
    ///
    /// # Errors
    /// The template is incomplete, the port is taken, or the directory cannot be used.
    pub async fn start(
        options: Options,
        compose: impl FnOnce(&Contexts<'_>) -> Functions + Send + 'static,
    ) -> Result<Self> {
        let lock = match &options.kept {
            Kept::Nothing => None,
            Kept::In(dir) => Some(directory::take(dir)?),
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(WORKER_THREADS)
            .thread_name("local")
            .enable_all()
            .build()?;
        let started = runtime.spawn(assemble(options, compose)).await;
        match started.map_err(|error| anyhow!("{error}")).flatten() {
            Ok((url, port, engine, context, settings, router)) => Ok(Self {
                url,
                port,
                engine,
                context,
                settings,
                router,
                runtime: Some(runtime),
                _lock: lock,
            }),
            Err(error) => {
                runtime.shutdown_background();
                Err(error)
            }
        }
    }

    /// The base address of everything, such as `http://127.0.0.1:8080`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The port of [`Cloud::url`].
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The data plane.
    pub fn plane(&self) -> &DataPlane {
        &self.engine.plane
    }

    /// The clock of all functions.
    pub fn clock(&self) -> Clock {
        self.engine.clock.clock()
    }

    /// The environment that a function outside this process needs.
    pub fn environment(&self) -> Vec<(String, String)> {
        let endpoints = self.engine.plane.endpoints().environment();
        let endpoints = endpoints
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        endpoints.chain(self.settings.clone()).collect()
    }

    /// A context like the functions', for what stands beside them: loaders and tests.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Answers a request as it would over HTTP, without a socket.
    ///
    /// # Errors
    /// The cloud has stopped.
    pub async fn call(&self, request: Request) -> Result<Response> {
        let router = self.router.clone();
        let answer = async move { router.oneshot(request).await.map_err(Into::into) };
        self.run(answer).await
    }

    /// Waits until stream, queues and due schedules are worked off.
    ///
    /// # Errors
    /// Nothing was worked off for a minute.
    pub async fn drain(&self) -> Result<()> {
        let engine = Arc::clone(&self.engine);
        self.run(async move { engine.drain().await }).await
    }

    /// Turns the clock, and gives the new time.
    ///
    /// # Errors
    /// The time is out of range.
    pub async fn advance(&self, by: SignedDuration) -> Result<Timestamp> {
        let engine = Arc::clone(&self.engine);
        self.run(async move { control::advance(&engine, by).await })
            .await
    }

    /// What is left to do.
    ///
    /// # Errors
    /// The data plane does not answer.
    pub async fn status(&self) -> Result<Status> {
        let engine = Arc::clone(&self.engine);
        self.run(async move { engine.status().await }).await
    }

    /// Pauses a function, so that it is called no more, or resumes it; `false` when there is none of that name.
    pub fn pause(&self, function: &str, paused: bool) -> bool {
        self.engine.paused.set(function, paused)
    }

    /// Stops after what is under way is kept: the checkpoint is moved if nothing is left to do.
    ///
    /// # Errors
    /// The checkpoint cannot be written.
    pub async fn stop(self) -> Result<()> {
        let engine = Arc::clone(&self.engine);
        let kept = self.run(async move { engine.keep().await }).await;
        self.kill().await;
        kept
    }

    /// Ends everything where it stands, as `kill -9` would; returns when its files are free.
    pub async fn kill(self) {
        drop(Handle::current().spawn_blocking(move || drop(self)).await);
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        let runtime = self.runtime.as_ref().context("the cloud has stopped")?;
        runtime
            .spawn(work)
            .await
            .map_err(|error| anyhow!("{error}"))
            .flatten()
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        let Some(runtime) = self.runtime.take() else {
            return;
        };
        // A runtime may not be waited for inside another one's task.
        let ended = std::thread::spawn(move || runtime.shutdown_timeout(LAST_BREATH)).join();
        drop(ended);
    }
}

async fn assemble(
    options: Options,
    compose: impl FnOnce(&Contexts<'_>) -> Functions,
) -> Result<(
    String,
    u16,
    Arc<Engine>,
    Context,
    BTreeMap<String, String>,
    Router,
)> {
    let Options {
        template,
        port,
        kept,
        contention,
        networks: asked,
    } = options;
    let dir = match kept {
        Kept::Nothing => None,
        Kept::In(dir) => Some(std::path::absolute(dir)?),
    };
    let file = |name: &str| dir.as_ref().map(|dir| dir.join(name));
    let listener = TcpListener::bind(("127.0.0.1", port)).await;
    let listener = listener.with_context(|| format!("port {port}"))?;
    let port = listener.local_addr()?.port();
    let url = format!("http://127.0.0.1:{port}");
    let clock = Turned::open(file("clock"))?;
    let schedules = Schedules::read(&template, clock.now())?;
    let issuer = Arc::new(Issuer::open(url.clone(), file("issuer.pk8").as_deref())?);
    // Browsers on this machine may call from any site.
    let template = template.with_parameter("AppOrigin", "*");
    let options = data_plane::Options {
        template,
        data_dir: dir.clone(),
        ports: Ports::default(),
        contention,
    };
    let plane = DataPlane::start(options).await?;
    let mut values = settings::of(&plane, &url);
    values.extend(secrets::open(file("secrets.json").as_deref())?);
    let secret = values.get("NETWORK_SECRETS").cloned().unwrap_or_default();
    if let Some(asked) = asked {
        let set = Networks::settings_with(&url, &secret, asked)?;
        values.extend(set.map(|(name, value)| (name.to_owned(), value)));
    }
    let turned = clock.clock();
    let networks = Networks::open(&url, secret, turned.clone(), file("networks.json"))?;
    let sdk = plane.sdk_config();
    let context = Context::new(
        Config::read(|name| values.get(name).cloned()),
        &sdk,
        clock.clock(),
    );
    let meter = Meter::default();
    let functions = make(plane.template(), &context, &values, &meter, compose)?;
    let routes = Routes::read(plane.template(), &functions)?;
    let cors = plane
        .template()
        .api_cors()
        .map(|cors| cors.layer())
        .transpose()?;
    let checkpoints = CheckpointFile::new(file("checkpoint.json"));
    let engine = Arc::new(Engine::resume(plane, clock, schedules, meter, checkpoints).await?);
    for task in triggers::tasks(&engine, &functions)? {
        tokio::spawn(task);
    }
    let gateway = Gateway {
        engine: Arc::clone(&engine),
        issuer: Arc::clone(&issuer),
        routes,
    };
    let mut api = Router::new()
        .fallback(gateway::serve)
        .with_state(Arc::new(gateway));
    if let Some(cors) = cors {
        api = api.layer(cors);
    }
    let origin = Origin {
        s3: context.s3(),
        bucket: context.config.bucket().to_owned(),
    };
    let media = Router::new()
        .route("/media/{*key}", get(media::serve))
        .with_state(Arc::new(origin));
    let ground = Ground::of(&values, api.clone(), Arc::clone(&issuer), turned);
    let shop = Shop::open(ground, file("orders.jsonl").as_deref())?;
    let control = control::router(Control {
        engine: Arc::clone(&engine),
        issuer,
    });
    let played = networks::router(Arc::new(networks)).merge(store::router(Arc::new(shop)));
    let router = control.merge(media).merge(played).fallback_service(api);
    let served = router.clone();
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, served).await {
            tracing::error!(%error, "the gateway stopped");
        }
    });
    Ok((url, port, engine, context, values, router))
}

/// Makes the functions, each with the settings that the template gives it: what it reads besides is
/// missing here too.
fn make(
    template: &Template,
    context: &Context,
    values: &BTreeMap<String, String>,
    meter: &Meter,
    compose: impl FnOnce(&Contexts<'_>) -> Functions,
) -> Result<Functions> {
    let given = RefCell::new(Vec::new());
    let functions = compose(&|name: &str| {
        let function = template.function(name);
        let config = Config::read(|variable| {
            let environment = &function.as_ref().ok()?.environment;
            values
                .get(variable)
                .filter(|_| environment.contains_key(variable))
                .cloned()
        });
        let config = Arc::new(config);
        given
            .borrow_mut()
            .push((name.to_owned(), Arc::clone(&config)));
        meter.attach(
            name,
            Context {
                config,
                ..context.clone()
            },
        )
    });
    for (name, config) in given.into_inner() {
        config
            .complete()
            .with_context(|| format!("the settings of {name}"))?;
    }
    Ok(functions)
}
