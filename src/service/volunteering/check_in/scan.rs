//! Checking in and out with the code. Both are idempotent: who has checked in gets the same answer again, and of many parallel tries
//! one counts. Checking out records the half hours.

use base::attempts::{self, AttemptLimit};
use base::db::{Audit, Finished, Tx};
use base::error::ApiError;
use base::ids::PersonId;
use base::keys::KeyRing;
use base::text::Text;
use diesel::PgConnection;
use serde::Deserialize;
use serde_json::json;

use super::{Distance, code, require_window};
use crate::volunteering::hours::{self, NewHours, Source};
use crate::volunteering::projects::{self, Project};
use crate::volunteering::shifts::{self, Shift};
use crate::volunteering::sign_ups::{self, SignUp, SignUpMove, SignUpState};
use crate::volunteering::{CHECK_IN_CODE, NOT_CHECKED_IN, NOT_SIGNED_UP, ShiftId, found};

/// Tries of a person on a shift: at two codes in a million, a guess in 300 s has a chance of 1 in 25,000.
const TRIES: AttemptLimit = AttemptLimit { kind: "check_in", tries: 20, window: 300 };

/// A scanned code.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckIn {
    /// The six digits on the organiser's screen.
    pub code: Text<12>,
    /// How far the phone says it is.
    pub distance_bucket: Option<Distance>,
}

/// A scanned code.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckOut {
    /// The six digits on the organiser's screen.
    pub code: Text<12>,
}

/// The person's place, if it is a seat; without one nobody learns whether the shift exists.
fn seat(connection: &mut PgConnection, shift: ShiftId, person: PersonId) -> Result<SignUp, ApiError> {
    sign_ups::of_person(connection, shift, person)?
        .filter(|place| matches!(place.state(), SignUpState::SignedUp | SignUpState::CheckedIn | SignUpState::CheckedOut))
        .ok_or_else(|| ApiError::of(&NOT_SIGNED_UP))
}

/// The place when it is at or past `reached` already: nothing is left to do, and no try is counted.
pub(super) fn already(
    connection: &mut PgConnection,
    shift: ShiftId,
    person: PersonId,
    reached: &[SignUpState],
) -> Result<Option<SignUp>, ApiError> {
    let place = seat(connection, shift, person)?;
    Ok(reached.contains(&place.state()).then_some(place))
}

/// Counts one try, in a transaction of its own: a refusal later doesn't give it back.
pub(super) fn count_try(mut tx: Tx<'_>, ring: &KeyRing, shift: ShiftId, person: PersonId) -> Result<Finished<()>, ApiError> {
    let subject = ring.code_hash("check_in_tries", &format!("{shift}:{person}"));
    attempts::count(tx.conn(), &TRIES, &subject)?;
    Ok(tx.done(())?)
}

/// What both need: the shift held against cancelling, its window, the code, the seat.
fn admit(
    tx: &mut Tx<'_>,
    ring: &KeyRing,
    (shift, person): (ShiftId, PersonId),
    given: &str,
) -> Result<(Shift, Project, SignUp), ApiError> {
    let place = seat(tx.conn(), shift, person)?;
    let shift = found(shifts::hold_shared(tx.conn(), shift)?)?;
    let now = tx.now()?;
    require_window(&shift, now)?;
    if !code::accepts(ring, shift.id, now, given) {
        return Err(ApiError::of(&CHECK_IN_CODE));
    }
    let project = found(projects::find(tx.conn(), shift.project_id)?)?;
    Ok((shift, project, place))
}

/// Checks in.
pub(super) fn check_in(
    mut tx: Tx<'_>,
    ring: &KeyRing,
    at: (ShiftId, PersonId),
    body: &CheckIn,
) -> Result<Finished<()>, ApiError> {
    let (_, project, place) = admit(&mut tx, ring, at, &body.code)?;
    let now = tx.now()?;
    let distance = body.distance_bucket.map(Distance::name);
    // Of parallel tries one changes the row; the others find that it happened.
    if place.state().transition(SignUpMove::CheckIn).is_some() && sign_ups::check_in(tx.conn(), place.id, now, distance)? {
        let entry = Audit::new("shift_check_in", "volunteer_sign_up", place.id.0).at(project.grid_unit_id);
        tx.audit(entry.before(json!({"state": place.state()})).after(json!({"state": "checked_in"})))?;
    }
    Ok(tx.done(())?)
}

/// Checks out and records the half hours.
pub(super) fn check_out(
    mut tx: Tx<'_>,
    ring: &KeyRing,
    at: (ShiftId, PersonId),
    body: &CheckOut,
) -> Result<Finished<()>, ApiError> {
    sign_ups::hold_persons(tx.conn(), &[at.1])?;
    let (shift, project, place) = admit(&mut tx, ring, at, &body.code)?;
    let now = tx.now()?;
    let came_at = match (place.state(), place.checked_in_at) {
        (SignUpState::CheckedOut, _) => return Ok(tx.done(())?),
        (SignUpState::CheckedIn, Some(came_at)) => came_at,
        _ => return Err(ApiError::of(&NOT_CHECKED_IN)),
    };
    if !sign_ups::check_out(tx.conn(), place.id, SignUpState::CheckedIn.name(), (came_at, now))? {
        return Ok(tx.done(())?);
    }
    let entry = Audit::new("shift_check_out", "volunteer_sign_up", place.id.0).at(project.grid_unit_id);
    tx.audit(entry.before(json!({"state": "checked_in"})).after(json!({"state": "checked_out"})))?;
    let mut record = NewHours::of_shift(&shift, at.1, Source::Code, (came_at, now));
    if place.distance.as_deref() == Some(Distance::Far.name()) {
        record.hints.push("far".to_owned());
    }
    hours::record(&mut tx, "shift_check_out", &project, record)?;
    Ok(tx.done(())?)
}
