//! Announcing what was committed, to whoever follows a topic. Handlers announce after their transaction; what a job or another noun's
//! transaction changes is announced by a job of its outbox.

use std::sync::Arc;

use base::db::Tx;
use base::error::ApiError;
use base::jobs::{JobKind, NewJob};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::broadcast;

use crate::TopicId;

/// The job that announces.
const JOB: &str = "chat_announce";
/// Announcements that a slow listener may be behind before it loses some; it reads the topic anew then.
const BACKLOG: usize = 4_096;

/// Where announcements are heard in this process.
#[derive(Debug)]
pub struct Signals {
    heard: broadcast::Sender<(TopicId, i32)>,
}

impl Default for Signals {
    fn default() -> Self {
        Self { heard: broadcast::channel(BACKLOG).0 }
    }
}

impl Signals {
    /// A topic has changed up to this number of its changes, and that is committed. Nobody needs to listen.
    pub fn announce(&self, topic: TopicId, change: i32) {
        // Nobody listening is no failure.
        drop(self.heard.send((topic, change)));
    }

    /// Hears every announcement from now on.
    pub fn listen(&self) -> broadcast::Receiver<(TopicId, i32)> {
        self.heard.subscribe()
    }
}

#[derive(Deserialize)]
struct Payload {
    topic: TopicId,
    change: i32,
}

/// Announces once this transaction has committed: for those that don't end in a handler of ours.
pub(crate) fn later(tx: &mut Tx<'_>, topic: TopicId, change: i32) -> Result<(), ApiError> {
    Ok(tx.enqueue(&NewJob::new(JOB, json!({"topic": topic, "change": change})))?)
}

pub(crate) fn jobs(signals: &Arc<Signals>) -> Vec<JobKind> {
    let signals = Arc::clone(signals);
    vec![JobKind::new(JOB, move |_db, payload| {
        let payload: Payload = serde_json::from_value(payload)?;
        signals.announce(payload.topic, payload.change);
        Ok(())
    })]
}
