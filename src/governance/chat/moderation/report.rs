//! A member reports a message; the workers of the place find it in their queue. Who reported is never shown.

use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use base::text::Text;
use people::identity::Actor;
use serde::Deserialize;
use serde_json::json;

use super::rows::{self, NewRow};
use super::{CHAT_NOTE_MISSING, CHAT_REASON_UNKNOWN, CHAT_REPORTED};
use crate::messages::{self, MessageState};
use crate::records::{self, Act, RecordAction};
use crate::{MessageId, ReportId};

/// A report.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReport {
    /// Why, by the code of a reason.
    pub reason: Text<30>,
    /// In words; needed with `other`.
    pub note: Option<Text<200>>,
}

/// A reason that is in use, as people read it; `other` needs a note.
pub(super) fn reason(tx: &mut Tx<'_>, code: &str, note: Option<&str>) -> Result<String, ApiError> {
    let known = rows::reasons(tx.conn())?.into_iter().find(|reason| reason.code == code);
    let known = known.ok_or_else(|| ApiError::of(&CHAT_REASON_UNKNOWN))?;
    match (code, note) {
        ("other", None) => Err(ApiError::of(&CHAT_NOTE_MISSING)),
        (_, Some(note)) => Ok(format!("{}（{note}）", known.zh)),
        (_, None) => Ok(known.zh),
    }
}

/// Reports a message, once a person.
pub(super) fn report(
    mut tx: Tx<'_>,
    actor: &Actor,
    message: MessageId,
    id: ReportId,
    new: &NewReport,
) -> Result<Finished<()>, ApiError> {
    let (seen, row) = messages::within(tx.conn(), actor, message)?;
    reason(&mut tx, &new.reason, new.note.as_deref())?;
    if row.state != MessageState::Published || row.author_id == Some(actor.person) {
        return Err(ApiError::of(&error::STATE_CONFLICT));
    }
    let report = NewRow {
        id,
        message_id: message,
        grid_unit_id: seen.topic.grid_unit_id,
        reporter_id: actor.person,
        reason: &new.reason,
        note: new.note.as_deref(),
        created_at: tx.now()?,
    };
    if !rows::insert(tx.conn(), &report)? {
        return Err(ApiError::of(&CHAT_REPORTED));
    }
    let act = Act {
        action: RecordAction::Report,
        community: seen.topic.community_id,
        unit: seen.topic.grid_unit_id,
        topic: Some(seen.topic.id),
        message: Some(message),
        measure: None,
        person: row.author_id,
        reason: Some(&new.reason),
        by: None,
    };
    records::write(&mut tx, &act)?;
    let entry = Audit::new("chat_message_report", messages::NOUN, message.0).at(seen.topic.grid_unit_id);
    tx.audit(entry.after(json!({"reason": new.reason})))?;
    Ok(tx.done(())?)
}
