//! Words that are worth a look before anybody complains 未诉先办: a member's message with one of them feeds a lead, which says the word and
//! the place, never what was written or by whom.

pub mod http;
mod rows;
mod write;

use base::db::Tx;
use base::error::ApiError;
use base::ids::GridUnitId;
use base::jobs::NewJob;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::messages::Message;
use crate::topics::Topic;

pub use http::KeywordView;
pub use write::NewKeyword;

/// The job of a heard word, with a [`Heard`] as payload. The noun `leads` does it.
pub const KEYWORD_JOB: &str = "chat_keyword";
/// Words that one message may raise.
const WORDS: i64 = 3;

/// A word that was heard.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Heard {
    /// The community.
    pub community: GridUnitId,
    /// The group's unit.
    pub unit: GridUnitId,
    /// The word.
    pub word: String,
    /// Code of the duty list.
    pub category: Option<String>,
}

base::error_codes! {
    CHAT_KEYWORD_THERE 409 "chat_keyword_there" "该关键词已在使用。" "The word is in use already.";
}

people::permissions! {
    /// See the words that feed leads.
    ChatKeywordList "chat_keyword_list" [GridWorker Community, CommunityStaff Community];
    /// Enter a word that feeds leads.
    ChatKeywordCreate "chat_keyword_create" [CommunityStaff Community];
    /// Put a word out of use.
    ChatKeywordEnd "chat_keyword_end" [CommunityStaff Community];
}

/// Feeds a lead for each word of a message that others see now.
pub(crate) fn heard(tx: &mut Tx<'_>, topic: &Topic, message: &Message) -> Result<(), ApiError> {
    let Some(text) = message.text.as_deref().filter(|_| !message.as_worker) else { return Ok(()) };
    for (word, category) in rows::within_text(tx.conn(), topic.community_id, text, WORDS)? {
        let heard = Heard { community: topic.community_id, unit: topic.grid_unit_id, word, category };
        let key = format!("{KEYWORD_JOB}:{}:{}", message.id, heard.word);
        tx.enqueue(&NewJob::new(KEYWORD_JOB, json!(heard)).once(key))?;
    }
    Ok(())
}
