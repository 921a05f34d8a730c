//! Putting away a shift that ended long ago: who never came, who never checked out, and what the organiser should look at. Whoever
//! came and never checked out gets a record of zero half hours, so that nothing is lost and nothing is given away.

use base::db::{Audit, Finished, Tx};
use base::error::ApiError;
use serde_json::json;

use super::rows;
use super::{STALE_AFTER, ShiftMove, ShiftState};
use crate::volunteering::hours::{self, NewHours, Source};
use crate::volunteering::outward::{self, Told};
use crate::volunteering::{ShiftId, found, projects, sign_ups};

/// Closes one stale shift; does nothing when it isn't one any more.
pub(super) fn close(mut tx: Tx<'_>, id: ShiftId) -> Result<Finished<()>, ApiError> {
    let shift = found(rows::hold(tx.conn(), id)?)?;
    let now = tx.now()?;
    let closes = shift.stored() == ShiftState::Ended && shift.stored().transition(ShiftMove::Close).is_some();
    if !closes || shift.ends_at + STALE_AFTER > now {
        return Ok(tx.done(())?);
    }
    let project = found(projects::find(tx.conn(), shift.project_id)?)?;
    let absent = sign_ups::mark_absent(tx.conn(), id)?;
    let never_out = sign_ups::never_out(tx.conn(), id)?;
    for (person, came_at) in &never_out {
        if hours::exists(tx.conn(), id, *person)? {
            continue;
        }
        let record = NewHours::of_shift(&shift, *person, Source::Stale, (*came_at, *came_at));
        hours::record(&mut tx, "volunteer_shift_close", &project, record)?;
    }
    let count = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
    rows::close(tx.conn(), id, now, count(absent), count(never_out.len()))?;
    let entry = Audit::new("volunteer_shift_close", "volunteer_shift", id.0).at(project.grid_unit_id);
    tx.audit(
        entry.before(json!({"state": "ended"})).after(json!({"state": "closed", "absent": absent, "never_out": never_out.len()})),
    )?;
    let organizers = outward::organizers(tx.conn(), &project)?.into_iter();
    let told = organizers.map(|person| Told::shift_closed(person, &shift, &project, absent, never_out.len()));
    outward::tell_all(&mut tx, told.collect())?;
    Ok(tx.done(())?)
}
