//! The triggers that the template declares: queues, the stream, schedules, and the cloud's own rounds.

mod queue;
mod schedule;
mod stream;

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use data_plane::template::EventSource;
use futures::future::BoxFuture;

use crate::engine::Engine;
use crate::filter;
use crate::function::{Function, Functions};

/// The checkpoint is moved, and failed messages whose time has come are released, this often.
const ROUND: Duration = Duration::from_millis(250);
/// Expired items are removed this often; AWS takes up to some days.
const SWEEP: Duration = Duration::from_secs(600);

/// Every trigger of the template, as a task that runs until the cloud stops.
pub(crate) fn tasks(
    engine: &Arc<Engine>,
    functions: &Functions,
) -> Result<Vec<BoxFuture<'static, ()>>> {
    let mut tasks: Vec<BoxFuture<'static, ()>> = vec![
        Box::pin(rounds(Arc::clone(engine))),
        Box::pin(sweeps(Arc::clone(engine))),
        Box::pin(schedule::run(Arc::clone(engine), functions.clone())),
    ];
    for declared in engine.plane.template().functions()? {
        for event in declared.events {
            let (name, timeout) = (declared.binary.clone(), declared.timeout);
            match event {
                EventSource::Queue(event) => {
                    let Some(worker) = functions.find(&name, |function| match function {
                        Function::Queue(worker) | Function::QueueAndSchedule(worker, _) => {
                            Some(worker.clone())
                        }
                        Function::Http(_) | Function::Stream(_) | Function::Schedule(_) => None,
                    }) else {
                        tracing::warn!(function = name, "no worker for the queue's messages");
                        continue;
                    };
                    let engine = Arc::clone(engine);
                    let mapping = queue::Mapping {
                        engine,
                        name,
                        event,
                        timeout,
                        worker,
                    };
                    tasks.push(Box::pin(queue::run(Arc::new(mapping))));
                }
                EventSource::Stream(event) => {
                    event
                        .filters
                        .iter()
                        .try_for_each(filter::check)
                        .context(name.clone())?;
                    let Some(worker) = functions.find(&name, |function| match function {
                        Function::Stream(worker) => Some(worker.clone()),
                        Function::Http(_)
                        | Function::Queue(_)
                        | Function::Schedule(_)
                        | Function::QueueAndSchedule(..) => None,
                    }) else {
                        tracing::warn!(function = name, "no worker for the stream's records");
                        continue;
                    };
                    let engine = Arc::clone(engine);
                    let mapping = stream::Mapping {
                        engine,
                        name,
                        event,
                        timeout,
                        worker,
                    };
                    tasks.push(Box::pin(stream::run(mapping)));
                }
                EventSource::Schedule(_) => {}
            }
        }
    }
    Ok(tasks)
}

async fn rounds(engine: Arc<Engine>) {
    loop {
        tokio::time::sleep(ROUND).await;
        if let Err(error) = engine.release(false).await {
            tracing::error!(error = format!("{error:#}"), "failed messages stay hidden");
        }
        if let Err(error) = engine.keep().await {
            tracing::error!(
                error = format!("{error:#}"),
                "the checkpoint stays where it is"
            );
        }
    }
}

async fn sweeps(engine: Arc<Engine>) {
    loop {
        tokio::time::sleep(SWEEP).await;
        sweep(&engine).await;
    }
}

/// Removes what has expired by the cloud's clock.
pub(crate) async fn sweep(engine: &Arc<Engine>) {
    let engine = Arc::clone(engine);
    let now = engine.clock.now().as_second();
    let swept = tokio::task::spawn_blocking(move || engine.plane.tables().sweep_expired(now)).await;
    match swept {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => tracing::error!(error = format!("{error:#}"), "nothing was swept"),
        Err(error) => tracing::error!(%error, "sweeping ended"),
    }
}
