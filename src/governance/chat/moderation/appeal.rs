//! Whom a measure concerns objects once; staff of the community who had no part in it decide.

use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use base::text::Text;
use people::grid::Scope;
use people::identity::{self, Actor, OWN_AFFAIR, Role};
use people::notify::{Notice, templates};
use serde::Deserialize;
use serde_json::json;

use super::hide::{self, Change};
use super::rows_measures::{self, Measure, Step};
use super::{CHAT_SAME_WORKER, MeasureKind, MeasureMove, mute};
use crate::groups::Seen;
use crate::messages::{self, MessageMove};
use crate::reach::{found, moved, path_of, tell};
use crate::records::{self, RecordAction};
use crate::{MeasureId, Part, topics};

/// An objection.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAppeal {
    /// Why it should be lifted.
    pub text: Text<500>,
}

/// A decision on an objection.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppealDecision {
    /// Is the measure lifted?
    pub lift: bool,
    /// Why; whom it concerns reads it.
    pub note: Text<200>,
}

/// Objects; the community's staff are told, except who had a part in it.
pub(super) fn appeal(mut tx: Tx<'_>, actor: &Actor, id: MeasureId, new: &NewAppeal) -> Result<Finished<()>, ApiError> {
    let measure = found(rows_measures::hold(tx.conn(), id)?)?;
    if measure.person_id != Some(actor.person) {
        return Err(ApiError::of(&error::NOT_FOUND));
    }
    let to = moved(measure.state.transition(MeasureMove::Appeal))?;
    let now = tx.now()?;
    let step = Step { state: Some(to), appeal: Some(&new.text), appealed_at: Some(now), ..Step::default() };
    rows_measures::step(tx.conn(), id, &step)?;
    // Who objects is named by the measure, not by the record.
    records::write(&mut tx, &records::Act { by: None, ..mute::act(RecordAction::Appeal, &measure, actor) })?;
    let entry = Audit::new("chat_measure_appeal", "chat_measure", id.0).at(measure.grid_unit_id);
    tx.audit(entry.before(json!({"state": measure.state})).after(json!({"state": to})))?;
    let path = path_of(tx.conn(), measure.grid_unit_id)?;
    let staff = identity::people_over(tx.conn(), Role::CommunityStaff, &path)?;
    let part = [Some(measure.decided_by), measure.second_by, measure.person_id];
    let notice = Notice::new(&templates::CHAT_APPEALED).with("what", measure.kind.zh());
    tell(&mut tx, staff.into_iter().filter(|person| !part.contains(&Some(*person))), &notice)?;
    Ok(tx.done(())?)
}

/// Decides on an objection: neither whom it concerns nor who had a part in it.
pub(super) fn decide(
    mut tx: Tx<'_>,
    scope: &Scope,
    actor: &Actor,
    id: MeasureId,
    decision: &AppealDecision,
) -> Result<Finished<Option<Change>>, ApiError> {
    let measure = found(rows_measures::hold(tx.conn(), id)?)?;
    let path = path_of(tx.conn(), measure.grid_unit_id)?;
    scope.require_unit(&path)?;
    if measure.person_id == Some(actor.person) {
        return Err(ApiError::of(&OWN_AFFAIR));
    }
    if [Some(measure.decided_by), measure.second_by].contains(&Some(actor.person)) {
        return Err(ApiError::of(&CHAT_SAME_WORKER));
    }
    let (by, action) = match decision.lift {
        true => (MeasureMove::Grant, RecordAction::Grant),
        false => (MeasureMove::Uphold, RecordAction::Uphold),
    };
    let to = moved(measure.state.transition(by))?;
    let now = tx.now()?;
    let mut step = Step { state: Some(to), appeal_by: Some(actor.person), appeal_note: Some(&decision.note), ..Step::default() };
    if decision.lift {
        step.ended_by = Some(actor.person);
        step.ended_at = Some(now);
    }
    rows_measures::step(tx.conn(), id, &step)?;
    records::write(&mut tx, &mute::act(action, &measure, actor))?;
    let entry = Audit::new("chat_appeal_decide", "chat_measure", id.0).at(measure.grid_unit_id);
    tx.audit(entry.before(json!({"state": measure.state})).after(json!({"state": to})))?;
    let what = if decision.lift { "成立，已解除" } else { "维持原处理" };
    let notice = Notice::new(&templates::CHAT_APPEAL_DECIDED).with("kind", measure.kind.zh()).with("what", what);
    tell(&mut tx, measure.person_id, &notice.with("note", decision.note.as_str()).link(hide::page(id)))?;
    let change = if decision.lift { shown_again(&mut tx, &measure, path)? } else { None };
    Ok(tx.done(change)?)
}

/// A message whose hiding doesn't stand is shown again.
fn shown_again(tx: &mut Tx<'_>, measure: &Measure, path: people::grid::GridPath) -> Result<Option<Change>, ApiError> {
    if measure.kind != MeasureKind::Hide {
        return Ok(None);
    }
    let message = found(messages::hold(tx.conn(), measure.message_id)?)?;
    let Some(to) = message.state.transition(MessageMove::Restore) else { return Ok(None) };
    let topic = found(topics::find(tx.conn(), message.topic_id)?)?;
    let seen = Seen { topic, path, part: Part::Moderator };
    Ok(Some(hide::step(tx, "chat_appeal_decide", (&seen, &message), (to, None))?))
}
