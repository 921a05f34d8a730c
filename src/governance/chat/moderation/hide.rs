//! Hiding a message, showing it again, leaving a reported one as it is.

use base::db::{Audit, Tx};
use base::error::ApiError;
use base::text::Text;
use people::identity::{Actor, OWN_AFFAIR};
use people::notify::{Notice, templates};
use serde::Deserialize;
use serde_json::json;

use super::rows_measures::{self, Measure, Step};
use super::{MeasureKind, MeasureMove, MeasureState, report, rows};
use crate::groups::Seen;
use crate::messages::{self, Message, MessageMove, MessageState};
use crate::reach::{found, moved, tell};
use crate::records::{self, Act, RecordAction};
use crate::{MeasureId, MessageId, TopicId, questions, topics};

/// Why something is done against a message.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Grounds {
    /// Why, by the code of a reason; the author reads it.
    pub reason: Text<30>,
    /// What the author is told besides; needed with `other`.
    pub note: Option<Text<200>>,
}

/// A topic that has changed, and the number of the change.
pub(super) type Change = (TopicId, i32);

/// Somebody else's message of the actor's place, locked.
pub(super) fn take(tx: &mut Tx<'_>, actor: &Actor, id: MessageId) -> Result<(Seen, Message), ApiError> {
    let (seen, _) = messages::within(tx.conn(), actor, id)?;
    found(seen.moderates().then_some(()))?;
    let message = found(messages::hold(tx.conn(), id)?)?;
    if message.author_id == Some(actor.person) {
        return Err(ApiError::of(&OWN_AFFAIR));
    }
    Ok((seen, message))
}

/// An act about a message.
pub(super) fn act<'a>(action: RecordAction, seen: &Seen, message: &Message, actor: &Actor) -> Act<'a> {
    Act {
        action,
        community: seen.topic.community_id,
        unit: seen.topic.grid_unit_id,
        topic: Some(seen.topic.id),
        message: Some(message.id),
        measure: None,
        person: message.author_id,
        reason: None,
        by: Some(actor.person),
    }
}

/// Moves a held message on and takes a change of its topic.
pub(super) fn step(
    tx: &mut Tx<'_>,
    action: &'static str,
    (seen, message): (&Seen, &Message),
    (state, moved_to): (MessageState, Option<TopicId>),
) -> Result<Change, ApiError> {
    let entry = Audit::new(action, messages::NOUN, message.id.0).at(seen.topic.grid_unit_id);
    tx.audit(entry.before(json!({"state": message.state})).after(json!({"state": state})))?;
    let change = topics::bump(tx.conn(), seen.topic.id, false)?.1;
    let step = messages::Step {
        state: Some(state),
        change_sequence: message.sequence.map(|_| change),
        moved_to,
        text: moved_to.map(|_| None),
        ..messages::Step::default()
    };
    messages::step(tx.conn(), message.id, &step)?;
    Ok((seen.topic.id, change))
}

/// Hides a message; its author is told why and how to object, its reports are settled.
pub(super) fn hide(tx: &mut Tx<'_>, actor: &Actor, id: MessageId, grounds: &Grounds) -> Result<Change, ApiError> {
    let (seen, message) = take(tx, actor, id)?;
    let to = moved(message.state.transition(MessageMove::Hide).filter(|_| message.kind == messages::ChatMessageKind::Message))?;
    let why = report::reason(tx, &grounds.reason, grounds.note.as_deref())?;
    let now = tx.now()?;
    let measure = Measure {
        state: MeasureState::InForce,
        in_force_at: Some(now),
        ..against(MeasureKind::Hide, (&seen, &message), actor, grounds, now)
    };
    rows_measures::insert(tx.conn(), &measure)?;
    rows::settle(tx.conn(), id, actor.person, now)?;
    questions::gone(tx, id)?;
    let act = Act { measure: Some(measure.id), reason: Some(&grounds.reason), ..act(RecordAction::Hide, &seen, &message, actor) };
    records::write(tx, &act)?;
    let notice = Notice::new(&templates::CHAT_HIDDEN).with("title", &seen.topic.title).with("reason", why);
    tell(tx, message.author_id, &notice.link(page(measure.id)))?;
    step(tx, "chat_message_hide", (&seen, &message), (to, None))
}

/// The page of a measure.
pub(super) fn page(id: MeasureId) -> String {
    format!("pages/chat/measure?id={id}")
}

/// A measure against the author of a message, not yet in force.
pub(super) fn against(
    kind: MeasureKind,
    (seen, message): (&Seen, &Message),
    actor: &Actor,
    grounds: &Grounds,
    now: chrono::DateTime<chrono::Utc>,
) -> Measure {
    Measure {
        id: MeasureId::new(),
        kind,
        state: MeasureState::Proposed,
        community_id: seen.topic.community_id,
        grid_unit_id: seen.topic.grid_unit_id,
        group_id: seen.topic.group_id,
        message_id: message.id,
        person_id: message.author_id,
        reason: grounds.reason.to_string(),
        note: grounds.note.as_ref().map(ToString::to_string),
        days: None,
        until: None,
        decided_by: actor.person,
        second_by: None,
        created_at: now,
        in_force_at: None,
        appeal: None,
        appealed_at: None,
        appeal_by: None,
        appeal_note: None,
        ended_by: None,
        ended_at: None,
    }
}

/// Shows a hidden message again; its author is told. One whose author objects is staff's to decide.
pub(super) fn restore(tx: &mut Tx<'_>, actor: &Actor, id: MessageId) -> Result<Change, ApiError> {
    let (seen, message) = take(tx, actor, id)?;
    let to = moved(message.state.transition(MessageMove::Restore))?;
    let measure = moved(rows_measures::hiding(tx.conn(), id)?)?;
    let lifted = moved(measure.state.transition(MeasureMove::Lift))?;
    let now = tx.now()?;
    let ended = Step { state: Some(lifted), ended_by: Some(actor.person), ended_at: Some(now), ..Step::default() };
    rows_measures::step(tx.conn(), measure.id, &ended)?;
    records::write(tx, &Act { measure: Some(measure.id), ..act(RecordAction::Restore, &seen, &message, actor) })?;
    let notice = Notice::new(&templates::CHAT_RESTORED).with("title", &seen.topic.title);
    tell(tx, message.author_id, &notice.link(page(measure.id)))?;
    step(tx, "chat_message_restore", (&seen, &message), (to, None))
}

/// Leaves a reported message as it is.
pub(super) fn dismiss(tx: &mut Tx<'_>, actor: &Actor, id: MessageId) -> Result<(), ApiError> {
    let (seen, message) = take(tx, actor, id)?;
    let now = tx.now()?;
    moved((rows::settle(tx.conn(), id, actor.person, now)? > 0).then_some(()))?;
    records::write(tx, &act(RecordAction::Dismiss, &seen, &message, actor))?;
    tx.audit(Audit::new("chat_message_dismiss", messages::NOUN, id.0).at(seen.topic.grid_unit_id))?;
    Ok(())
}
