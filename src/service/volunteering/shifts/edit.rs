//! Editing a planned shift: other times, place or seats. All who have a place or wait are told; seats that are added go to those who wait.

use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use base::http::IfMatch;
use people::grid::Scope;
use serde_json::json;

use super::plan::{NewShift, check_times};
use super::rows::{self, Shift};
use super::{ShiftState, within};
use crate::volunteering::outward::{self, Told};
use crate::volunteering::projects::Project;
use crate::volunteering::{CHECKED_IN_ALREADY, SHIFTS_OVERLAP, ShiftId, found, sign_ups};

/// Writes over the version that the caller read.
pub(super) fn edit(
    mut tx: Tx<'_>,
    scope: &Scope,
    id: ShiftId,
    version: &IfMatch,
    form: &NewShift,
) -> Result<Finished<()>, ApiError> {
    let (_, project) = within(tx.conn(), scope, id)?;
    let persons = sign_ups::placed(tx.conn(), id)?;
    sign_ups::hold_persons(tx.conn(), &persons)?;
    let before = found(rows::hold(tx.conn(), id)?)?;
    version.check(before.version)?;
    if sign_ups::placed(tx.conn(), id)? != persons {
        return Err(
            ApiError::of(&error::STATE_CONFLICT).detail("刚有人报名或退出，请重试。", "Somebody just joined or left; try again.")
        );
    }
    let now = tx.now()?;
    if before.state_at(now) != ShiftState::Planned {
        return Err(ApiError::of(&error::STATE_CONFLICT));
    }
    if sign_ups::anybody_came(tx.conn(), id)? {
        return Err(ApiError::of(&CHECKED_IN_ALREADY));
    }
    let mut after = Shift {
        starts_at: form.starts_at,
        ends_at: form.ends_at,
        place: form.place.to_string(),
        capacity: form.capacity.get(),
        version: before.version + 1,
        ..before.clone()
    };
    let moved = (after.starts_at, after.ends_at) != (before.starts_at, before.ends_at);
    if moved {
        check_times(form.starts_at, form.ends_at, now).map_err(|(field, why)| ApiError::invalid(field, why))?;
        if rows::clash_beside(tx.conn(), &persons, id, after.starts_at, after.ends_at)? {
            return Err(ApiError::of(&SHIFTS_OVERLAP)
                .detail("已报名的人中有人在该时间另有班次。", "Somebody who signed up has another shift at that time."));
        }
    }
    if after.capacity < before.taken {
        return Err(ApiError::invalid("/capacity", "must not be below the seats taken"));
    }
    let mut told = seat_waiting(&mut tx, &mut after, &project)?;
    rows::edit(tx.conn(), &after)?;
    if moved || after.place != before.place {
        told.extend(persons.into_iter().map(|person| Told::shift_changed(person, &after, &project)));
    }
    let shown = |shift: &Shift| json!({"starts_at": shift.starts_at, "ends_at": shift.ends_at, "capacity": shift.capacity});
    let entry = Audit::new("shift_update", "volunteer_shift", id.0).at(project.grid_unit_id);
    tx.audit(entry.before(shown(&before)).after(shown(&after)))?;
    outward::tell_all(&mut tx, told)?;
    Ok(tx.done(())?)
}

/// Seats that are free now go to the first who wait.
fn seat_waiting(tx: &mut Tx<'_>, shift: &mut Shift, project: &Project) -> Result<Vec<Told>, ApiError> {
    let mut told = Vec::new();
    while shift.taken < shift.capacity {
        let Some((next, person)) = sign_ups::promote_first(tx.conn(), shift.id)? else { break };
        shift.taken += 1;
        let entry = Audit::new("sign_up_promote", "volunteer_sign_up", next.0).at(project.grid_unit_id);
        tx.audit(entry.before(json!({"state": "waiting"})).after(json!({"state": "signed_up"})))?;
        told.push(Told::promoted(person, shift, project));
    }
    Ok(told)
}
