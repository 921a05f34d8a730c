//! Calling a shift off: all who have a place or wait are told.

use base::db::{Audit, Finished, Tx};
use base::error::ApiError;
use base::text::Text;
use people::grid::Scope;
use serde::Deserialize;
use serde_json::json;

use super::rows;
use super::{ShiftMove, within};
use crate::volunteering::outward::{self, Told};
use crate::volunteering::{CHECKED_IN_ALREADY, ShiftId, found, moved, sign_ups};

/// Why a shift is called off.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Cancellation {
    /// Told to everybody who signed up.
    pub reason: Text<200>,
}

/// Cancels a planned shift on which nobody has checked in.
pub(super) fn cancel(mut tx: Tx<'_>, scope: &Scope, id: ShiftId, reason: &str) -> Result<Finished<()>, ApiError> {
    let (_, project) = within(tx.conn(), scope, id)?;
    let shift = found(rows::hold(tx.conn(), id)?)?;
    let now = tx.now()?;
    let from = shift.state_at(now);
    moved(from.transition(ShiftMove::Cancel))?;
    if sign_ups::anybody_came(tx.conn(), id)? {
        return Err(ApiError::of(&CHECKED_IN_ALREADY));
    }
    rows::cancel(tx.conn(), id, reason, now)?;
    let persons = sign_ups::cancel_all(tx.conn(), id)?;
    let entry = Audit::new("shift_cancel", "volunteer_shift", id.0).at(project.grid_unit_id);
    tx.audit(entry.before(json!({"state": from})).after(json!({"state": "cancelled", "told": persons.len()})))?;
    let told = persons.into_iter().map(|person| Told::shift_cancelled(person, &shift, &project, reason));
    outward::tell_all(&mut tx, told.collect())?;
    Ok(tx.done(())?)
}
