//! Queries of `volunteer_sign_ups`.

use std::collections::HashMap;

use base::db::DbResult;
use base::ids::PersonId;
use base::page::Window;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::{sql_query, sql_types};

use crate::volunteering::schema::{volunteer_shifts, volunteer_sign_ups};
use crate::volunteering::{ShiftId, SignUpId, TeamId};

/// A sign-up.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = volunteer_sign_ups, check_for_backend(diesel::pg::Pg))]
pub(crate) struct SignUp {
    pub(crate) id: SignUpId,
    pub(crate) shift_id: ShiftId,
    pub(crate) person_id: PersonId,
    pub(crate) team_id: Option<TeamId>,
    pub(crate) state: String,
    pub(crate) waiting_no: Option<i32>,
    pub(crate) checked_in_at: Option<DateTime<Utc>>,
    pub(crate) checked_out_at: Option<DateTime<Utc>>,
    pub(crate) distance: Option<String>,
}

/// A place to be taken.
#[derive(Insertable)]
#[diesel(table_name = volunteer_sign_ups)]
pub(super) struct NewSignUp<'a> {
    pub(super) id: SignUpId,
    pub(super) shift_id: ShiftId,
    pub(super) person_id: PersonId,
    pub(super) team_id: Option<TeamId>,
    pub(super) signed_by: PersonId,
    pub(super) state: &'a str,
    pub(super) waiting_no: Option<i32>,
}

/// Makes all writes about these persons' places and hours wait for each other, in the order of their ids.
pub(crate) fn hold_persons(connection: &mut PgConnection, persons: &[PersonId]) -> DbResult<()> {
    let mut sorted = persons.to_vec();
    sorted.sort_unstable();
    for person in sorted {
        sql_query("SELECT pg_advisory_xact_lock(hashtextextended('volunteer:' || $1::text, 0))")
            .bind::<sql_types::Uuid, _>(person.0)
            .execute(connection)?;
    }
    Ok(())
}

pub(super) fn insert(connection: &mut PgConnection, new: &NewSignUp<'_>) -> DbResult<()> {
    diesel::insert_into(volunteer_sign_ups::table).values(new).execute(connection)?;
    Ok(())
}

pub(super) fn find(connection: &mut PgConnection, id: SignUpId) -> DbResult<Option<SignUp>> {
    Ok(volunteer_sign_ups::table.find(id).select(SignUp::as_select()).first(connection).optional()?)
}

/// One sign-up, locked until the transaction ends.
pub(super) fn hold(connection: &mut PgConnection, id: SignUpId) -> DbResult<Option<SignUp>> {
    Ok(volunteer_sign_ups::table.find(id).select(SignUp::as_select()).for_update().first(connection).optional()?)
}

/// The person's place on a shift that wasn't given back.
pub(crate) fn of_person(connection: &mut PgConnection, shift: ShiftId, person: PersonId) -> DbResult<Option<SignUp>> {
    Ok(volunteer_sign_ups::table
        .filter(volunteer_sign_ups::shift_id.eq(shift).and(volunteer_sign_ups::person_id.eq(person)))
        .filter(volunteer_sign_ups::state.ne("withdrawn"))
        .select(SignUp::as_select())
        .first(connection)
        .optional()?)
}

/// How many wait for each of these shifts.
pub(crate) fn waiting(connection: &mut PgConnection, shifts: &[ShiftId]) -> DbResult<HashMap<ShiftId, i64>> {
    let rows: Vec<(ShiftId, i64)> = volunteer_sign_ups::table
        .filter(volunteer_sign_ups::shift_id.eq_any(shifts).and(volunteer_sign_ups::state.eq("waiting")))
        .group_by(volunteer_sign_ups::shift_id)
        .select((volunteer_sign_ups::shift_id, diesel::dsl::count_star()))
        .load(connection)?;
    Ok(rows.into_iter().collect())
}

/// Place in the line of a shift: 1 is next.
pub(super) fn position(connection: &mut PgConnection, shift: ShiftId, number: i32) -> DbResult<i64> {
    Ok(volunteer_sign_ups::table
        .filter(volunteer_sign_ups::shift_id.eq(shift).and(volunteer_sign_ups::state.eq("waiting")))
        .filter(volunteer_sign_ups::waiting_no.le(number))
        .count()
        .get_result(connection)?)
}

/// Who has a seat or waits on a shift, in the order of their ids.
pub(crate) fn placed(connection: &mut PgConnection, shift: ShiftId) -> DbResult<Vec<PersonId>> {
    Ok(volunteer_sign_ups::table
        .filter(volunteer_sign_ups::shift_id.eq(shift).and(volunteer_sign_ups::state.eq_any(["signed_up", "waiting"])))
        .select(volunteer_sign_ups::person_id)
        .order(volunteer_sign_ups::person_id)
        .load(connection)?)
}

/// The first who waits gets a seat that came free; the shift is locked already.
pub(crate) fn promote_first(connection: &mut PgConnection, shift: ShiftId) -> DbResult<Option<(SignUpId, PersonId)>> {
    let first: Option<SignUpId> = volunteer_sign_ups::table
        .filter(volunteer_sign_ups::shift_id.eq(shift).and(volunteer_sign_ups::state.eq("waiting")))
        .order(volunteer_sign_ups::waiting_no)
        .select(volunteer_sign_ups::id)
        .first(connection)
        .optional()?;
    let Some(first) = first else { return Ok(None) };
    Ok(diesel::update(volunteer_sign_ups::table.find(first))
        .set(volunteer_sign_ups::state.eq("signed_up"))
        .returning((volunteer_sign_ups::id, volunteer_sign_ups::person_id))
        .get_result(connection)
        .optional()?)
}

/// Gives a place back; the row is locked already.
pub(super) fn withdraw(connection: &mut PgConnection, id: SignUpId) -> DbResult<()> {
    diesel::update(volunteer_sign_ups::table.find(id)).set(volunteer_sign_ups::state.eq("withdrawn")).execute(connection)?;
    Ok(())
}

/// Marks that somebody with a seat came. `false`: they have come already, or have no seat any more.
pub(crate) fn check_in(connection: &mut PgConnection, id: SignUpId, at: DateTime<Utc>, distance: Option<&str>) -> DbResult<bool> {
    let changed = diesel::update(volunteer_sign_ups::table.find(id))
        .filter(volunteer_sign_ups::state.eq("signed_up"))
        .set((
            volunteer_sign_ups::state.eq("checked_in"),
            volunteer_sign_ups::checked_in_at.eq(at),
            volunteer_sign_ups::distance.eq(distance),
        ))
        .execute(connection)?;
    Ok(changed == 1)
}

/// Marks that somebody left, with the times that count. `false`: they stood in another state than `from`.
pub(crate) fn check_out(
    connection: &mut PgConnection,
    id: SignUpId,
    from: &str,
    (came_at, left_at): (DateTime<Utc>, DateTime<Utc>),
) -> DbResult<bool> {
    let changed = diesel::update(volunteer_sign_ups::table.find(id))
        .filter(volunteer_sign_ups::state.eq(from))
        .set((
            volunteer_sign_ups::state.eq("checked_out"),
            volunteer_sign_ups::checked_in_at.eq(came_at),
            volunteer_sign_ups::checked_out_at.eq(left_at),
        ))
        .execute(connection)?;
    Ok(changed == 1)
}

/// Has anybody checked in?
pub(crate) fn anybody_came(connection: &mut PgConnection, shift: ShiftId) -> DbResult<bool> {
    let came = volunteer_sign_ups::table
        .filter(volunteer_sign_ups::shift_id.eq(shift))
        .filter(volunteer_sign_ups::state.eq_any(["checked_in", "checked_out"]));
    Ok(diesel::select(diesel::dsl::exists(came)).get_result(connection)?)
}

/// Cancels all places of a shift. Returns whose they were.
pub(crate) fn cancel_all(connection: &mut PgConnection, shift: ShiftId) -> DbResult<Vec<PersonId>> {
    Ok(diesel::update(volunteer_sign_ups::table)
        .filter(volunteer_sign_ups::shift_id.eq(shift).and(volunteer_sign_ups::state.eq_any(["signed_up", "waiting"])))
        .set(volunteer_sign_ups::state.eq("cancelled"))
        .returning(volunteer_sign_ups::person_id)
        .get_results(connection)?)
}

/// Marks who held a seat and never came; whoever still waits is cancelled. Returns how many were absent.
pub(crate) fn mark_absent(connection: &mut PgConnection, shift: ShiftId) -> DbResult<usize> {
    diesel::update(volunteer_sign_ups::table)
        .filter(volunteer_sign_ups::shift_id.eq(shift).and(volunteer_sign_ups::state.eq("waiting")))
        .set(volunteer_sign_ups::state.eq("cancelled"))
        .execute(connection)?;
    Ok(diesel::update(volunteer_sign_ups::table)
        .filter(volunteer_sign_ups::shift_id.eq(shift).and(volunteer_sign_ups::state.eq("signed_up")))
        .set(volunteer_sign_ups::state.eq("absent"))
        .execute(connection)?)
}

/// Who came and never checked out, and when they came.
pub(crate) fn never_out(connection: &mut PgConnection, shift: ShiftId) -> DbResult<Vec<(PersonId, DateTime<Utc>)>> {
    Ok(volunteer_sign_ups::table
        .filter(volunteer_sign_ups::shift_id.eq(shift).and(volunteer_sign_ups::state.eq("checked_in")))
        .filter(volunteer_sign_ups::checked_in_at.is_not_null())
        .select((volunteer_sign_ups::person_id, volunteer_sign_ups::checked_in_at.assume_not_null()))
        .load(connection)?)
}

/// A person's sign-ups, newest first.
pub(super) fn list_of_person(
    connection: &mut PgConnection,
    person: PersonId,
    window: &Window<SignUpId>,
) -> DbResult<Vec<SignUp>> {
    let mut query = volunteer_sign_ups::table
        .filter(volunteer_sign_ups::person_id.eq(person))
        .select(SignUp::as_select())
        .order(volunteer_sign_ups::id.desc())
        .limit(window.load())
        .into_boxed();
    if let Some(after) = window.after {
        query = query.filter(volunteer_sign_ups::id.lt(after));
    }
    Ok(query.load(connection)?)
}

/// Sign-ups of a shift in the order in which they came, also those given back.
pub(super) fn list_of_shift(connection: &mut PgConnection, shift: ShiftId, window: &Window<SignUpId>) -> DbResult<Vec<SignUp>> {
    let mut query = volunteer_sign_ups::table
        .filter(volunteer_sign_ups::shift_id.eq(shift))
        .select(SignUp::as_select())
        .order(volunteer_sign_ups::id)
        .limit(window.load())
        .into_boxed();
    if let Some(after) = window.after {
        query = query.filter(volunteer_sign_ups::id.gt(after));
    }
    Ok(query.load(connection)?)
}

/// The places that a team holds on a shift.
pub(super) fn list_of_team(connection: &mut PgConnection, shift: ShiftId, team: TeamId) -> DbResult<Vec<SignUp>> {
    Ok(volunteer_sign_ups::table
        .filter(volunteer_sign_ups::shift_id.eq(shift).and(volunteer_sign_ups::team_id.eq(team)))
        .filter(volunteer_sign_ups::state.ne("withdrawn"))
        .select(SignUp::as_select())
        .order(volunteer_sign_ups::id)
        .limit(500)
        .load(connection)?)
}

/// The shift at which the person is expected next: it isn't over, and they have a seat or are there.
pub(crate) fn next_of(connection: &mut PgConnection, person: PersonId, now: DateTime<Utc>) -> DbResult<Option<ShiftId>> {
    Ok(volunteer_sign_ups::table
        .inner_join(volunteer_shifts::table)
        .filter(volunteer_sign_ups::person_id.eq(person))
        .filter(volunteer_sign_ups::state.eq_any(["signed_up", "checked_in"]).and(volunteer_shifts::ends_at.gt(now)))
        .order((volunteer_shifts::starts_at, volunteer_shifts::id))
        .select(volunteer_shifts::id)
        .first(connection)
        .optional()?)
}

/// The places of a person on shifts ahead that must be given back when the account is closed.
pub(crate) fn leave_all(connection: &mut PgConnection, person: PersonId) -> DbResult<Vec<SignUpId>> {
    Ok(volunteer_sign_ups::table
        .filter(volunteer_sign_ups::person_id.eq(person).and(volunteer_sign_ups::state.eq_any(["signed_up", "waiting"])))
        .order(volunteer_sign_ups::shift_id)
        .select(volunteer_sign_ups::id)
        .load(connection)?)
}

/// Places of one account become another's of the same person, except at times at which that one has its own, and where hours stayed
/// behind.
pub(crate) fn hand_over(connection: &mut PgConnection, gone: PersonId, keep: PersonId) -> DbResult<usize> {
    let handed = diesel::sql_query(
        "UPDATE volunteer_sign_ups u SET person_id = $2 WHERE u.person_id = $1 \
         AND NOT EXISTS (SELECT 1 FROM volunteer_hours h WHERE h.shift_id = u.shift_id AND h.person_id = $1) \
         AND NOT EXISTS (SELECT 1 FROM volunteer_sign_ups k JOIN volunteer_shifts t ON t.id = k.shift_id \
           JOIN volunteer_shifts s ON s.id = u.shift_id WHERE k.person_id = $2 AND k.state <> 'withdrawn' \
           AND t.starts_at < s.ends_at AND s.starts_at < t.ends_at)",
    );
    let (gone, keep) = (gone.0, keep.0);
    Ok(handed.bind::<diesel::sql_types::Uuid, _>(gone).bind::<diesel::sql_types::Uuid, _>(keep).execute(connection)?)
}

/// All places of a person, for the export.
pub(crate) fn all_of(connection: &mut PgConnection, person: PersonId) -> DbResult<Vec<SignUp>> {
    Ok(volunteer_sign_ups::table
        .filter(volunteer_sign_ups::person_id.eq(person))
        .select(SignUp::as_select())
        .order(volunteer_sign_ups::id)
        .load(connection)?)
}
