//! Giving a place back; the first who waits moves up in the same transaction and is told.

use base::db::{Audit, Finished, Tx};
use base::error::ApiError;
use people::grid::Scope;
use serde_json::json;

use super::rows;
use super::{SignUpMove, SignUpState};
use crate::volunteering::outward::{self, Told};
use crate::volunteering::shifts::{self, ShiftState};
use crate::volunteering::{SIGN_UP_CLOSED, SignUpId, found, moved, projects};

/// Withdraws the person's own sign-up before the shift starts.
pub(super) fn withdraw(mut tx: Tx<'_>, scope: &Scope, id: SignUpId) -> Result<Finished<()>, ApiError> {
    let sign_up = found(rows::find(tx.conn(), id)?)?;
    scope.require_own(sign_up.person_id)?;
    give_back(&mut tx, id)?;
    Ok(tx.done(())?)
}

/// Gives one place back within a transaction.
pub(in crate::volunteering) fn give_back(tx: &mut Tx<'_>, id: SignUpId) -> Result<(), ApiError> {
    let sign_up = found(rows::find(tx.conn(), id)?)?;
    let shift = found(shifts::hold(tx.conn(), sign_up.shift_id)?)?;
    let sign_up = found(rows::hold(tx.conn(), id)?)?;
    let now = tx.now()?;
    let from = sign_up.state();
    moved(from.transition(SignUpMove::Withdraw))?;
    if shift.state_at(now) != ShiftState::Planned {
        return Err(ApiError::of(&SIGN_UP_CLOSED));
    }
    let project = found(projects::find(tx.conn(), shift.project_id)?)?;
    rows::withdraw(tx.conn(), id)?;
    let entry = Audit::new("sign_up_withdraw", "volunteer_sign_up", id.0).at(project.grid_unit_id);
    tx.audit(entry.before(json!({"state": from})).after(json!({"state": "withdrawn"})))?;
    if from != SignUpState::SignedUp {
        return Ok(());
    }
    let Some((next, person)) = rows::promote_first(tx.conn(), shift.id)? else {
        return Ok(shifts::release_seat(tx.conn(), shift.id)?);
    };
    let entry = Audit::new("sign_up_promote", "volunteer_sign_up", next.0).at(project.grid_unit_id);
    tx.audit(entry.before(json!({"state": "waiting"})).after(json!({"state": "signed_up"})))?;
    outward::tell(tx, &Told::promoted(person, &shift, &project))
}
