//! Taking one's own message back within two minutes.

use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use chrono::TimeDelta;
use people::identity::Actor;
use serde_json::json;

use super::rows::{self, Step};
use super::{CHAT_WITHDRAW_LATE, MessageMove, NOUN, send};
use crate::reach::{found, moved};
use crate::{MessageId, TopicId, questions, topics};

/// How long a message may be withdrawn.
const WINDOW: TimeDelta = TimeDelta::minutes(2);

/// Takes a message back: its number stays, its text goes. One of which a request came stays.
pub(super) fn withdraw(mut tx: Tx<'_>, actor: &Actor, id: MessageId) -> Result<Finished<(TopicId, i32)>, ApiError> {
    send::within(tx.conn(), actor, id)?;
    let message = found(rows::hold(tx.conn(), id)?)?;
    if message.author_id != Some(actor.person) {
        return Err(ApiError::of(&error::NOT_FOUND));
    }
    let to = moved(message.state.transition(MessageMove::Withdraw).filter(|_| message.case_id.is_none()))?;
    if tx.now()? > message.created_at + WINDOW {
        return Err(ApiError::of(&CHAT_WITHDRAW_LATE));
    }
    let topic = found(topics::find(tx.conn(), message.topic_id)?)?;
    questions::gone(&mut tx, id)?;
    let entry = Audit::new("chat_message_withdraw", NOUN, id.0).at(topic.grid_unit_id);
    tx.audit(entry.before(json!({"state": message.state})).after(json!({"state": to})))?;
    let change = topics::bump(tx.conn(), topic.id, false)?.1;
    let change_sequence = message.sequence.map(|_| change);
    let step = Step { state: Some(to), text: Some(None), pictures_wait: Some(false), change_sequence, ..Step::default() };
    rows::step(tx.conn(), id, &step)?;
    Ok(tx.done((topic.id, change))?)
}
