//! Muting the author of a message in its group: up to seven days by one worker, longer by two.

use base::db::{Audit, Finished, Tx};
use base::error::ApiError;
use base::text::Whole;
use chrono::{DateTime, TimeDelta, Utc};
use people::identity::{Actor, OWN_AFFAIR};
use people::notify::{Notice, templates};
use serde::Deserialize;
use serde_json::json;

use super::hide::{self, Grounds};
use super::rows_measures::{self, Measure, Step};
use super::{CHAT_NOT_A_MEMBER, CHAT_SAME_WORKER, MeasureKind, MeasureMove, MeasureState, report, rows};
use crate::reach::{found, moderators, moved, path_of, tell};
use crate::records::{self, Act, RecordAction};
use crate::{MeasureId, MessageId};

/// Days that one worker may decide alone.
const ALONE: i32 = 7;

/// A mute.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMute {
    /// How many days; over seven, a second worker has to approve.
    #[schema(value_type = Whole<1, 365>)]
    pub days: Whole<1, 365>,
    /// Why.
    #[schema(value_type = Grounds)]
    pub grounds: Grounds,
}

/// An act about a measure.
pub(super) fn act<'a>(action: RecordAction, measure: &'a Measure, by: &Actor) -> Act<'a> {
    Act {
        action,
        community: measure.community_id,
        unit: measure.grid_unit_id,
        topic: None,
        message: Some(measure.message_id),
        measure: Some(measure.id),
        person: measure.person_id,
        reason: Some(&measure.reason),
        by: Some(by.person),
    }
}

fn until(days: i16, now: DateTime<Utc>) -> DateTime<Utc> {
    now + TimeDelta::days(i64::from(days))
}

/// Tells whom a mute concerns.
fn tell_muted(tx: &mut Tx<'_>, measure: &Measure, why: &str) -> Result<(), ApiError> {
    let days = measure.days.unwrap_or(0).to_string();
    let notice = Notice::new(&templates::CHAT_MUTED).with("days", days).with("reason", why);
    tell(tx, measure.person_id, &notice.link(hide::page(measure.id)))
}

/// Mutes the author of a message, or proposes a long mute to the colleagues.
pub(super) fn mute(
    mut tx: Tx<'_>,
    actor: &Actor,
    message: MessageId,
    id: MeasureId,
    new: &NewMute,
) -> Result<Finished<()>, ApiError> {
    let (seen, message) = hide::take(&mut tx, actor, message)?;
    let why = report::reason(&mut tx, &new.grounds.reason, new.grounds.note.as_deref())?;
    let workers = moderators(tx.conn(), &seen.path)?;
    let member = message.author_id.filter(|author| !workers.contains(author) && !message.as_worker);
    if member.is_none() {
        return Err(ApiError::of(&CHAT_NOT_A_MEMBER));
    }
    let (now, alone) = (tx.now()?, new.days.get() <= ALONE);
    let days = i16::try_from(new.days.get()).map_err(ApiError::internal)?;
    let measure = Measure {
        id,
        days: Some(days),
        state: if alone { MeasureState::InForce } else { MeasureState::Proposed },
        until: alone.then(|| until(days, now)),
        in_force_at: alone.then_some(now),
        ..hide::against(MeasureKind::Mute, (&seen, &message), actor, &new.grounds, now)
    };
    rows_measures::insert(tx.conn(), &measure)?;
    let action = if alone { RecordAction::Mute } else { RecordAction::MutePropose };
    records::write(&mut tx, &act(action, &measure, actor))?;
    let entry = Audit::new("chat_author_mute", "chat_measure", id.0).at(measure.grid_unit_id);
    tx.audit(entry.after(json!({"state": measure.state, "days": days, "reason": measure.reason})))?;
    if alone {
        tell_muted(&mut tx, &measure, &why)?;
    } else {
        let notice = Notice::new(&templates::CHAT_MUTE_PROPOSED).with("days", days.to_string()).with("reason", why);
        tell(&mut tx, workers.into_iter().filter(|worker| *worker != actor.person), &notice)?;
    }
    Ok(tx.done(())?)
}

/// A measure of the actor's place, locked; not one that concerns them.
pub(super) fn take(tx: &mut Tx<'_>, actor: &Actor, id: MeasureId) -> Result<Measure, ApiError> {
    let measure = found(rows_measures::hold(tx.conn(), id)?)?;
    let path = path_of(tx.conn(), measure.grid_unit_id)?;
    let moderates = crate::part_of(&actor.roles, &path) == Some(crate::Part::Moderator);
    found(moderates.then_some(()))?;
    if measure.person_id == Some(actor.person) {
        return Err(ApiError::of(&OWN_AFFAIR));
    }
    Ok(measure)
}

/// A second worker approves or refuses a long mute.
pub(super) fn second(mut tx: Tx<'_>, actor: &Actor, id: MeasureId, approve: bool) -> Result<Finished<()>, ApiError> {
    let measure = take(&mut tx, actor, id)?;
    let (by, action, name) = match approve {
        true => (MeasureMove::Approve, RecordAction::Mute, "chat_mute_approve"),
        false => (MeasureMove::Refuse, RecordAction::MuteRefuse, "chat_mute_refuse"),
    };
    let to = moved(measure.state.transition(by))?;
    if measure.decided_by == actor.person {
        return Err(ApiError::of(&CHAT_SAME_WORKER));
    }
    let now = tx.now()?;
    let mut step = Step { state: Some(to), second_by: Some(actor.person), ..Step::default() };
    if approve {
        step.until = measure.days.map(|days| until(days, now));
        step.in_force_at = Some(now);
    } else {
        step.ended_by = Some(actor.person);
        step.ended_at = Some(now);
    }
    rows_measures::step(tx.conn(), id, &step)?;
    records::write(&mut tx, &act(action, &measure, actor))?;
    let entry = Audit::new(name, "chat_measure", id.0).at(measure.grid_unit_id);
    tx.audit(entry.before(json!({"state": measure.state})).after(json!({"state": to})))?;
    if approve {
        let why = rows::reason(tx.conn(), &measure.reason)?.map_or_else(String::new, |reason| reason.zh);
        tell_muted(&mut tx, &measure, &why)?;
    }
    Ok(tx.done(())?)
}

/// Lifts a mute early; whom it concerns is told.
pub(super) fn lift(mut tx: Tx<'_>, actor: &Actor, id: MeasureId) -> Result<Finished<()>, ApiError> {
    let measure = take(&mut tx, actor, id)?;
    let to = moved(measure.state.transition(MeasureMove::Lift).filter(|_| measure.kind == MeasureKind::Mute))?;
    let now = tx.now()?;
    let step = Step { state: Some(to), ended_by: Some(actor.person), ended_at: Some(now), ..Step::default() };
    rows_measures::step(tx.conn(), id, &step)?;
    records::write(&mut tx, &act(RecordAction::Lift, &measure, actor))?;
    let entry = Audit::new("chat_mute_lift", "chat_measure", id.0).at(measure.grid_unit_id);
    tx.audit(entry.before(json!({"state": measure.state})).after(json!({"state": to})))?;
    let notice = Notice::new(&templates::CHAT_MUTE_LIFTED).link(hide::page(id));
    tell(&mut tx, measure.person_id, &notice)?;
    Ok(tx.done(())?)
}
