//! A person decided on a message that the check held back: it gets its number now, or is refused for good.

use base::db::{Audit, Tx};
use base::error::ApiError;
use people::screening::{Decision, Noun};
use serde_json::json;
use uuid::Uuid;

use super::rows::{self, Step};
use super::{MessageMove, NOUN, send};
use crate::reach::found;
use crate::{MessageId, search, topics};

/// Messages, for `nouns.rs`.
pub const SCREENED: Noun = Noun { name: NOUN, zh: "畅聊消息", path: None, decided, texts: Some(rows::texts) };

fn decided(tx: &mut Tx<'_>, id: Uuid, decision: Decision) -> Result<(), ApiError> {
    let Some(message) = rows::hold(tx.conn(), MessageId(id))? else { return Ok(()) };
    let by = match decision {
        Decision::Publish => MessageMove::Publish,
        Decision::Refuse(_) => MessageMove::Refuse,
    };
    // Withdrawn meanwhile, or a refusal that stands: nothing changes.
    let Some(to) = message.state.transition(by) else { return Ok(()) };
    let topic = found(topics::find(tx.conn(), message.topic_id)?)?;
    let entry = Audit::new("chat_message_decided", NOUN, id).at(topic.grid_unit_id);
    tx.audit(entry.before(json!({"state": message.state})).after(json!({"state": to})))?;
    let mut step = Step { state: Some(to), ..Step::default() };
    let publish = by == MessageMove::Publish;
    if publish {
        send::shown(tx, &topic, &message)?;
    }
    let (sequence, change) = topics::bump(tx.conn(), topic.id, publish)?;
    if publish {
        step.sequence = Some(sequence);
        step.change_sequence = Some(change);
        step.published_at = Some(tx.now()?);
    }
    rows::step(tx.conn(), message.id, &step)?;
    if publish {
        search::put(tx.conn(), &message, &topic)?;
        send::owed(tx, &topic, &message)?;
    }
    Ok(())
}
