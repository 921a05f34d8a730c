//! The same act on many messages, each for itself: what can't be done is said, the others are done.

use base::db::{Finished, Tx};
use base::error::{self, ApiError, ErrorCode};
use base::text::Few;
use diesel::PgConnection;
use people::identity::Actor;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::hide::{self, Change, Grounds};
use super::{CHAT_REASON_UNKNOWN, rows};
use crate::MessageId;
use crate::groups;
use crate::messages::{self, MessageState};

base::words! {
    /// What is done to many messages.
    BatchAction {
        /// Hide them.
        Hide = "hide" "隐藏",
        /// Show them again.
        Restore = "restore" "恢复",
        /// Leave them as they are.
        Dismiss = "dismiss" "举报不成立",
    }
}

/// An act on many messages.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// What is done.
    pub action: BatchAction,
    /// To which messages, 50 at most.
    #[schema(value_type = Vec<MessageId>, max_items = 50)]
    pub messages: Few<MessageId, 50>,
    /// Why; needed to hide.
    #[schema(value_type = Option<Grounds>)]
    pub grounds: Option<Grounds>,
}

/// What came of it for one message.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BatchResult {
    /// The message.
    pub message: MessageId,
    /// Was it done?
    pub done: bool,
    /// The code of the refusal.
    pub code: Option<String>,
    /// One plain sentence.
    pub summary: String,
}

/// What stands of an act that was done before: the same request again.
pub(super) fn stands(connection: &mut PgConnection, actor: &Actor, batch: &Batch) -> Result<Vec<BatchResult>, ApiError> {
    let mut messages = batch.messages.items().to_vec();
    messages.sort_unstable();
    messages.dedup();
    let mut results = Vec::new();
    for message in messages {
        let row = messages::find(connection, message)?;
        let within = match &row {
            Some(row) => groups::may_moderate(connection, actor, row.topic_id).is_ok(),
            None => false,
        };
        if !within {
            results.push(result(message, batch.action, Some(&error::NOT_FOUND)));
            continue;
        }
        let state = row.map(|row| row.state);
        let done = match batch.action {
            BatchAction::Hide => state == Some(MessageState::Hidden),
            BatchAction::Restore => state == Some(MessageState::Published),
            BatchAction::Dismiss => rows::open_of(connection, &[message])?.is_empty(),
        };
        let code = (!done).then_some(&error::STATE_CONFLICT);
        results.push(result(message, batch.action, code));
    }
    Ok(results)
}

fn result(message: MessageId, action: BatchAction, code: Option<&ErrorCode>) -> BatchResult {
    BatchResult {
        message,
        done: code.is_none(),
        code: code.map(|code| code.code.to_owned()),
        summary: code.map_or_else(|| format!("已{}", action.zh()), |code| code.zh.to_owned()),
    }
}

/// What came of each, and the topics that changed.
pub(super) type Done = (Vec<BatchResult>, Vec<Change>);

/// Does the act to each, in the order of their ids. A refusal of one leaves the others alone; a failure ends them all.
pub(super) fn run(mut tx: Tx<'_>, actor: &Actor, batch: &Batch) -> Result<Finished<Done>, ApiError> {
    let mut messages = batch.messages.items().to_vec();
    messages.sort_unstable();
    messages.dedup();
    let (mut results, mut changes) = (Vec::new(), Vec::new());
    for message in messages {
        let done = match (batch.action, &batch.grounds) {
            (BatchAction::Hide, Some(grounds)) => hide::hide(&mut tx, actor, message, grounds).map(Some),
            (BatchAction::Hide, None) => return Err(ApiError::of(&CHAT_REASON_UNKNOWN).field("/grounds", "say why")),
            (BatchAction::Restore, _) => hide::restore(&mut tx, actor, message).map(Some),
            (BatchAction::Dismiss, _) => hide::dismiss(&mut tx, actor, message).map(|()| None),
        };
        let code = match done {
            Ok(change) => {
                changes.extend(change);
                None
            }
            // Refusals come before anything is written.
            Err(refused) if refused.code().status < 500 && !refused.is_retryable() => Some(refused.code()),
            Err(failed) => return Err(failed),
        };
        results.push(result(message, batch.action, code));
    }
    Ok(tx.done((results, changes))?)
}
