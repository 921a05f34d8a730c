//! Grid chat 居民畅聊: one group a grid unit, topics that workers open, messages that residents write, moderated by the workers of exactly
//! that subtree. Owns the tables `chat_*`; their queries stand in the `rows*.rs` of each folder.
//!
//! Folders: `groups` (who belongs to one, what a member set), `topics` (talk, question, notice, poll), `messages` (sending, following,
//! withdrawing, the check). Whoever lists or follows asks [`groups::may_read`] first.
//!
//! Invariants: nobody reads a group that they don't belong to *now*; what the check holds back has no number and is seen by its author
//! alone; numbers of messages and of changes are taken under the topic's row, so a follower misses nothing and gets nothing twice.
//!
//! Order of locks: request → inboxes in the order of their persons → topic.

pub mod groups;
mod hooks;
pub mod messages;
mod reach;
mod schema;
mod signal;
pub mod topics;

use std::sync::Arc;

use base::error::ErrorCode;
use base::jobs::JobKind;
use base::state::StateTable;
use people::identity::Rule;
use people::screening::Noun;

pub use hooks::{ERASE, EXPORT};
pub use reach::{Part, part_of};
pub use signal::Signals;

base::typed_ids! {
    /// A group.
    GroupId;
    /// A topic.
    TopicId;
    /// A message.
    MessageId;
    /// A vote.
    VoteId;
}

/// What stands in place of the name of somebody who closed the account.
pub(crate) const GONE: &str = "已注销用户";

/// Settings of this process.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Messages that one member may send in a minute; workers aren't counted.
    pub messages_per_minute: i64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { messages_per_minute: 20 }
    }
}

/// Rows of the permission table.
pub const PERMISSIONS: &[&[Rule]] = &[groups::PERMISSIONS, topics::PERMISSIONS, messages::PERMISSIONS];
/// Error codes.
pub const ERRORS: &[&[&ErrorCode]] = &[groups::ERRORS, topics::ERRORS, messages::ERRORS];
/// State machines.
pub const STATES: &[StateTable] = &[("chat_topic", topics::TopicState::TABLE), ("chat_message", messages::MessageState::TABLE)];
/// What is checked before others see it.
pub const SCREENED: Noun = messages::SCREENED;

/// Background jobs; what they change is announced by `signals`.
pub fn jobs(signals: &Arc<Signals>) -> Vec<JobKind> {
    let mut all = signal::jobs(signals);
    all.extend(topics::jobs());
    all.extend(messages::jobs());
    all
}
