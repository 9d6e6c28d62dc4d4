//! A service on a thread of its own, so that its work delays nobody else's.

use std::thread::JoinHandle;

use anyhow::{Context, Result, anyhow};
use futures::future::BoxFuture;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// A running service; dropping it stops it at once, as a killed process would.
pub(crate) struct Service {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Service {
    /// Binds `127.0.0.1:port`, runs `setup` on the new thread, then serves until dropped.
    pub(crate) fn start<T, F>(name: &str, port: u16, setup: F) -> Result<(Self, T)>
    where
        T: Send + 'static,
        F: AsyncSetup<T>,
    {
        let (ready, started) = std::sync::mpsc::sync_channel(1);
        let (stop, stopped) = oneshot::channel::<()>();
        let body = move || {
            let runtime = match tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
            {
                Ok(runtime) => runtime,
                Err(error) => return drop(ready.send(Err(error.into()))),
            };
            runtime.block_on(async move {
                let listener = match TcpListener::bind(("127.0.0.1", port)).await {
                    Ok(listener) => listener,
                    Err(error) => return drop(ready.send(Err(error.into()))),
                };
                match setup(listener).await {
                    Ok((made, serving)) => {
                        drop(ready.send(Ok(made)));
                        tokio::select! {
                            () = serving => {}
                            _ = stopped => {}
                        }
                    }
                    Err(error) => drop(ready.send(Err(error))),
                }
            });
            runtime.shutdown_background();
        };
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(body)?;
        let made = started.recv().map_err(|error| anyhow!("{error}")).flatten();
        let made = made.with_context(|| format!("{name} on port {port}"))?;
        Ok((
            Self {
                stop: Some(stop),
                thread: Some(thread),
            },
            made,
        ))
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// What a service makes from its listener: something for its owner, and the serving itself.
pub(crate) trait AsyncSetup<T>:
    FnOnce(TcpListener) -> BoxFuture<'static, Result<(T, BoxFuture<'static, ()>)>> + Send + 'static
{
}

impl<T, F> AsyncSetup<T> for F where
    F: FnOnce(TcpListener) -> BoxFuture<'static, Result<(T, BoxFuture<'static, ()>)>>
        + Send
        + 'static
{
}
