//! The organiser's tick for somebody without a phone: hours that a second person must approve.

use base::db::{Audit, Finished, Tx};
use base::error::ApiError;
use base::ids::PersonId;
use chrono::{DateTime, Utc};
use people::grid::Scope;
use serde_json::json;

use super::MARGIN;
use crate::volunteering::hours::{self, NewHours, Source};
use crate::volunteering::shifts::{self, Shift, ShiftState};
use crate::volunteering::sign_ups::{self, SignUpMove};
use crate::volunteering::{
    BENEFICIARY_OUTSIDE, CHECK_IN_WINDOW, HOURS_OWN, HOURS_RECORDED, HOURS_TIME, HoursId, SHIFTS_OVERLAP, ShiftId, found, outward,
};

/// Who was there, from when to when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Presence {
    pub(super) person: PersonId,
    pub(super) from: DateTime<Utc>,
    pub(super) to: DateTime<Utc>,
}

/// Do the times lie within the margins of the shift and in the past?
fn plausible(shift: &Shift, presence: &Presence, now: DateTime<Utc>) -> bool {
    presence.from < presence.to
        && presence.from >= shift.starts_at - MARGIN
        && presence.to <= shift.ends_at + MARGIN
        && presence.to <= now
}

/// Records a tick; a place that the person has on the shift counts as left.
pub(super) fn tick(
    mut tx: Tx<'_>,
    scope: &Scope,
    by: PersonId,
    (shift, id): (ShiftId, HoursId),
    presence: Presence,
) -> Result<Finished<()>, ApiError> {
    let (_, project) = shifts::within(tx.conn(), scope, shift)?;
    if presence.person == by {
        return Err(ApiError::of(&HOURS_OWN));
    }
    let community = project.place(tx.conn())?.community();
    if !outward::belongs(tx.conn(), presence.person, &community)? {
        return Err(ApiError::of(&BENEFICIARY_OUTSIDE));
    }
    sign_ups::hold_persons(tx.conn(), &[presence.person])?;
    let shift = found(shifts::hold_shared(tx.conn(), shift)?)?;
    let now = tx.now()?;
    if matches!(shift.state_at(now), ShiftState::Cancelled | ShiftState::Closed) {
        return Err(ApiError::of(&CHECK_IN_WINDOW));
    }
    if !plausible(&shift, &presence, now) {
        return Err(ApiError::of(&HOURS_TIME));
    }
    if hours::exists(tx.conn(), shift.id, presence.person)? {
        return Err(ApiError::of(&HOURS_RECORDED));
    }
    if hours::overlap(tx.conn(), presence.person, shift.id, (presence.from, presence.to))? {
        return Err(ApiError::of(&SHIFTS_OVERLAP));
    }
    let place = sign_ups::of_person(tx.conn(), shift.id, presence.person)?;
    if let Some(place) = place.filter(|place| place.state().transition(SignUpMove::Tick).is_some()) {
        let from = place.state();
        if sign_ups::check_out(tx.conn(), place.id, from.name(), (presence.from, presence.to))? {
            let entry = Audit::new("shift_tick", "volunteer_sign_up", place.id.0).at(project.grid_unit_id);
            tx.audit(entry.before(json!({"state": from})).after(json!({"state": "checked_out"})))?;
        }
    }
    let mut record = NewHours::of_shift(&shift, presence.person, Source::Tick, (presence.from, presence.to));
    record.id = id;
    record.proposed_by = Some(by);
    hours::record(&mut tx, "shift_tick", &project, record)?;
    Ok(tx.done(())?)
}
