//! The trigger of schedules: whatever is due is called.

use std::sync::Arc;
use std::time::Duration;

use crate::engine::Engine;
use crate::function::{Function, Functions};
use crate::schedules::Schedule;

/// How often the clock is looked at.
const LOOK: Duration = Duration::from_secs(1);

pub(super) async fn run(engine: Arc<Engine>, functions: Functions) {
    loop {
        while let Some((at, Schedule { binary, event, .. })) = engine
            .schedules
            .take_due(engine.clock.now(), &engine.paused)
        {
            let worker = functions.find(&binary, |function| match function {
                Function::Schedule(worker) | Function::QueueAndSchedule(_, worker) => {
                    Some(worker.clone())
                }
                Function::Http(_) | Function::Queue(_) | Function::Stream(_) => None,
            });
            if let Some(worker) = worker {
                match tokio::spawn(worker(event.input)).await {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => {
                        tracing::error!(function = binary, schedule = event.name, %error, "it failed");
                    }
                    Err(error) => {
                        tracing::error!(function = binary, schedule = event.name, %error, "it ended");
                    }
                }
            }
            engine.progress();
            engine.schedules.finish(at);
        }
        tokio::select! {
            () = engine.schedules.woken() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}
