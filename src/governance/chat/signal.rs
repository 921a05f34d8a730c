//! Announcing what was committed, to whoever follows a topic. Handlers announce after their transaction; what a job, another noun's
//! transaction or another process changes is seen by the hub when it looks.

use tokio::sync::broadcast;

use crate::TopicId;

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
