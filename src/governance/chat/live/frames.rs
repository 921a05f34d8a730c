//! What goes over the socket, each a JSON text.

use base::error::{ApiError, ErrorCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::TopicId;
use crate::messages::{MessageView, ThreadView};
use crate::topics::TopicState;

/// Bytes of what a page may say at once.
pub(super) const LONGEST: usize = 4_096;

/// What a page says.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Said {
    /// Follow a topic from a number of its changes on: `next_change` of what was heard last, 0 for all.
    Follow {
        /// Topic.
        topic: TopicId,
        /// Number of the last change known.
        after_change: u32,
    },
    /// Don't any more.
    Leave {
        /// Topic.
        topic: TopicId,
    },
    /// Stay connected with a new access token of the same session.
    Renew {
        /// Access token.
        token: String,
    },
}

/// What changed in a topic, in the order of the changes.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangesView {
    /// Topic.
    pub topic: TopicId,
    /// Messages as they stand now.
    pub items: Vec<MessageView>,
    /// State of the topic.
    pub state: TopicState,
    /// Number of the topic's newest message.
    pub last_sequence: i32,
    /// Follow on with this.
    pub next_change: i32,
}

impl ChangesView {
    pub(super) fn of(topic: TopicId, thread: ThreadView) -> Self {
        let ThreadView { items, state, last_sequence, next_change, .. } = thread;
        Self { topic, items, state, last_sequence, next_change }
    }
}

/// What a page is told.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Told {
    /// Something changed.
    Changes(ChangesView),
    /// A topic isn't followed (any more), or what was said makes no sense; an error code says why.
    Refused {
        /// Which topic.
        topic: Option<TopicId>,
        /// Code of `errors.md`.
        code: String,
    },
    /// The connection stays for so many seconds more.
    Renewed {
        /// Seconds.
        seconds: u64,
    },
}

impl Told {
    pub(super) fn refused(topic: Option<TopicId>, code: &ErrorCode) -> Self {
        Self::Refused { topic, code: code.code.to_owned() }
    }

    pub(super) fn failed(topic: TopicId, error: &ApiError) -> Self {
        Self::Refused { topic: Some(topic), code: error.code().code.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_read_strictly() {
        let id = "018f0000-0000-7000-8000-000000000001";
        let read = |text: String| serde_json::from_str::<Said>(&text).is_ok();
        assert!(read(format!(r#"{{"do":"follow","topic":"{id}","after_change":3}}"#)));
        assert!(read(format!(r#"{{"do":"leave","topic":"{id}"}}"#)));
        assert!(!read(format!(r#"{{"do":"follow","topic":"{id}","after_change":-1}}"#)));
        assert!(!read(format!(r#"{{"do":"leave","topic":"{id}","more":1}}"#)));
        assert!(!read(r#"{"do":"dance"}"#.to_owned()));
    }
}
