//! Which functions are paused: they are not called until they are resumed, and what they are told waits.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use data_plane::Template;
use data_plane::template::EventSource;
use tokio::sync::watch;

/// The functions, and which of them are paused.
pub(crate) struct Paused {
    functions: BTreeSet<String>,
    /// Who works off each queue, and each table's stream.
    consumers: BTreeMap<String, String>,
    names: watch::Sender<BTreeSet<String>>,
}

impl Paused {
    /// None of the template's.
    pub(crate) fn none(template: &Template) -> Result<Self> {
        let (mut functions, mut consumers) = (BTreeSet::new(), BTreeMap::new());
        for function in template.functions()? {
            for event in function.events {
                let source = match event {
                    EventSource::Queue(event) => event.queue,
                    EventSource::Stream(event) => event.table,
                    EventSource::Schedule(_) => continue,
                };
                consumers.insert(source, function.binary.clone());
            }
            functions.insert(function.binary);
        }
        Ok(Self {
            functions,
            consumers,
            names: watch::Sender::default(),
        })
    }

    /// Pauses a function, or resumes it; `false` when there is no such function.
    pub(crate) fn set(&self, function: &str, paused: bool) -> bool {
        if !self.functions.contains(function) {
            return false;
        }
        self.names.send_modify(|names| {
            if paused {
                names.insert(function.to_owned());
            } else {
                names.remove(function);
            }
        });
        true
    }

    /// Those that are paused.
    pub(crate) fn names(&self) -> Vec<String> {
        self.names.borrow().iter().cloned().collect()
    }

    /// Whether a function is.
    pub(crate) fn has(&self, function: &str) -> bool {
        self.names.borrow().contains(function)
    }

    /// Whether nobody works off this queue, or this table's stream, for now.
    pub(crate) fn holds(&self, source: &str) -> bool {
        let consumer = self.consumers.get(source);
        consumer.is_some_and(|function| self.has(function))
    }

    /// Until a function is called again; at once where it is not paused.
    pub(crate) async fn running(&self, function: &str) {
        let mut names = self.names.subscribe();
        let running = names.wait_for(|names| !names.contains(function));
        // Whoever could pause it is gone with the cloud.
        drop(running.await);
    }
}
