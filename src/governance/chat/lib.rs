//! Grid chat 居民畅聊: one group a grid unit, topics that workers open, messages that residents write, moderated by the workers of exactly
//! that subtree. Owns the tables `chat_*`; their queries stand in the `rows*.rs` of each folder.
//!
//! Folders: `groups` (who belongs to one, what a member set), `topics` (talk, question, notice, poll), `messages` (sending, following,
//! withdrawing, the check), `moderation` and `records` (what workers do against messages and members, and the record of it), `questions`
//! (what workers owe an answer), `unread` and `digests` (what somebody hasn't read, and telling them), `search` (finding messages), `exports` (files of what was said), `cases` (requests that come of messages), `keywords` (words that feed leads), `summaries`, `cards` (the
//! bridge to the WeChat group), `live` (the socket of an open page). Whoever lists or follows asks `groups::may_read` first.
//!
//! Invariants: nobody reads a group that they don't belong to *now*; what the check holds back has no number and is seen by its author
//! alone; numbers of messages and of changes are taken under the topic's row, so a follower misses nothing and gets nothing twice.
//!
//! Order of locks: request → inboxes in the order of their persons → topic.

pub mod cards;
pub mod cases;
mod digests;
pub mod exports;
pub mod groups;
mod home;
mod hooks;
pub mod keywords;
pub mod live;
pub mod messages;
pub mod moderation;
mod questions;
mod reach;
pub mod records;
mod schema;
pub mod search;
mod signal;
pub mod summaries;
pub mod topics;
pub mod unread;

use base::jobs::JobKind;
use base::state::StateTable;
use people::screening::Noun;

pub use home::home;
pub use hooks::{ERASE, EXPORT, MERGE};
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
    /// A report of a message.
    ReportId;
    /// What was decided against a message or a member.
    MeasureId;
    /// A question that a worker owes an answer.
    QuestionId;
    /// A word that feeds leads.
    KeywordId;
    /// A member's summary of a topic.
    SummaryId;
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

/// State machines.
pub const STATES: &[StateTable] = &[
    ("chat_topic", topics::TopicState::TABLE),
    ("chat_message", messages::MessageState::TABLE),
    ("chat_measure", moderation::MeasureState::TABLE),
];
/// What is checked before others see it.
pub const SCREENED: Noun = messages::SCREENED;

/// Background jobs.
pub fn jobs() -> Vec<JobKind> {
    let mut all = topics::jobs();
    all.extend(messages::jobs());
    all.extend(questions::jobs());
    all.extend(cases::jobs());
    all.extend(search::jobs());
    all.extend(digests::jobs());
    all
}
