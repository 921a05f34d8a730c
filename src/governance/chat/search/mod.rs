//! Finding messages by their words, in the groups that one belongs to now. Owns `chat_search`.
//!
//! A row is entered when others see a message first and goes with its text. What is hidden, withdrawn or moved is left out when it is
//! asked for, so that a message shown again is found again.

mod fill;
pub mod http;
mod rows;
mod schema;
mod view;

use base::db::DbResult;
use base::jobs::JobKind;
use diesel::PgConnection;

use crate::messages::{ChatMessageKind, Message};
use crate::topics::Topic;

pub use view::FoundMessageView;

pub(crate) use rows::{forget, forget_masked};

base::error_codes! {
    CHAT_SEARCH_SAYS_NOTHING 422 "chat_search_says_nothing" "请输入要查找的文字。" "Write what is looked for: letters or digits.";
}

people::permissions! {
    /// Find messages in the groups that one belongs to.
    ChatMessageSearch "chat_message_search" [Resident Own, BuildingHead Own, NewEmployment Own, GridWorker Grid, CommunityStaff Community];
}

/// Enters a message that others see.
pub(crate) fn put(connection: &mut PgConnection, message: &Message, topic: &Topic) -> DbResult<()> {
    match &message.text {
        Some(text) if message.kind == ChatMessageKind::Message => {
            rows::put(connection, &[(message.id, topic.group_id, topic.community_id, text.clone())])
        }
        _ => Ok(()),
    }
}

/// Background jobs.
pub(crate) fn jobs() -> Vec<JobKind> {
    vec![JobKind::new("chat_search_fill", |db, _payload| fill::fill(db))]
}
