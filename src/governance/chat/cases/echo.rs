//! Public events of a request return to the topic that it came of. Jobs come in any order, so each tells all events from where the last
//! one stopped up to its own: in their order, once.

use base::db::{Audit, Context, Db, Tx};
use base::error::ApiError;
use base::jobs::JobError;
use requests::{CaseId, EventKind, OpenEvent};
use serde::Deserialize;
use serde_json::{Value, json};

use super::rows;
use crate::messages;

#[derive(Debug, Clone, Copy, Deserialize)]
struct Payload {
    case: CaseId,
    sequence: i32,
}

pub(super) fn run(db: &Db, payload: Value) -> Result<(), JobError> {
    let payload: Payload = serde_json::from_value(payload)?;
    db.transaction_now(&Context::job(), |mut tx| -> Result<_, ApiError> {
        tell(&mut tx, payload)?;
        Ok(tx.done(())?)
    })?;
    Ok(())
}

/// Is it news for the topic? That it was filed, and what the check says of a public text, isn't.
fn is_news(event: &OpenEvent) -> bool {
    ![EventKind::Filed, EventKind::Published].iter().any(|quiet| quiet.name() == event.kind)
}

fn tell(tx: &mut Tx<'_>, payload: Payload) -> Result<(), ApiError> {
    let Some(link) = rows::hold(tx.conn(), payload.case)? else { return Ok(()) };
    if link.told_up_to >= payload.sequence {
        return Ok(());
    }
    let events = requests::unit_events(tx.conn(), payload.case, link.told_up_to, payload.sequence)?;
    rows::told(tx.conn(), payload.case, payload.sequence)?;
    let number = requests::briefs(tx.conn(), &[payload.case])?.remove(&payload.case).map(|brief| brief.number);
    let number = number.unwrap_or_default();
    let mut said_any = false;
    for event in events.iter().filter(|event| is_news(event)) {
        let said = event.text.as_ref().map_or_else(String::new, |text| format!("：{text}"));
        let line = format!("诉求 {number}：{}{said}", event.kind_zh());
        messages::say(tx, link.topic_id, &line)?;
        said_any = true;
    }
    if said_any {
        let entry = Audit::new(requests::CHAT_EVENT_JOB, messages::NOUN, link.message_id.0);
        tx.audit(entry.after(json!({"case": payload.case, "up_to": payload.sequence})))?;
    }
    Ok(())
}
