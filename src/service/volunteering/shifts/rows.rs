//! Queries of `volunteer_shifts`.

use base::db::DbResult;
use base::ids::PersonId;
use base::page::Window;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use people::grid::Scope;

use super::ShiftState;
use crate::volunteering::projects::reached;
use crate::volunteering::schema::{volunteer_projects, volunteer_shifts, volunteer_sign_ups};
use crate::volunteering::{ProjectId, ShiftId};

/// A shift.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = volunteer_shifts, check_for_backend(diesel::pg::Pg))]
pub(crate) struct Shift {
    pub(crate) id: ShiftId,
    pub(crate) project_id: ProjectId,
    pub(crate) starts_at: DateTime<Utc>,
    pub(crate) ends_at: DateTime<Utc>,
    pub(crate) place: String,
    pub(crate) capacity: i32,
    pub(crate) taken: i32,
    pub(crate) waiting_last: i32,
    pub(crate) state: String,
    pub(crate) cancel_reason: Option<String>,
    pub(crate) absent: Option<i32>,
    pub(crate) never_out: Option<i32>,
    pub(crate) created_by: PersonId,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) closed_at: Option<DateTime<Utc>>,
    pub(crate) version: i32,
}

/// States in which a shift takes or gives back seats.
const BEFORE: [&str; 2] = ["planned", "running"];

pub(super) fn insert(connection: &mut PgConnection, shift: &Shift) -> DbResult<()> {
    diesel::insert_into(volunteer_shifts::table).values(shift).execute(connection)?;
    Ok(())
}

/// One shift.
pub(crate) fn find(connection: &mut PgConnection, id: ShiftId) -> DbResult<Option<Shift>> {
    Ok(volunteer_shifts::table.find(id).select(Shift::as_select()).first(connection).optional()?)
}

/// Shifts by id, for views of other parts.
pub(crate) fn by_ids(connection: &mut PgConnection, ids: &[ShiftId]) -> DbResult<Vec<Shift>> {
    Ok(volunteer_shifts::table.filter(volunteer_shifts::id.eq_any(ids)).select(Shift::as_select()).load(connection)?)
}

/// One shift, locked until the transaction ends.
pub(crate) fn hold(connection: &mut PgConnection, id: ShiftId) -> DbResult<Option<Shift>> {
    Ok(volunteer_shifts::table.find(id).select(Shift::as_select()).for_update().first(connection).optional()?)
}

/// One shift, locked against cancelling and closing, but not against others who check in.
pub(crate) fn hold_shared(connection: &mut PgConnection, id: ShiftId) -> DbResult<Option<Shift>> {
    Ok(volunteer_shifts::table.find(id).select(Shift::as_select()).for_share().first(connection).optional()?)
}

/// Takes one seat while there is one. `false`: none is left, the shift isn't ahead any more, or another version than was read.
pub(crate) fn give_seat(connection: &mut PgConnection, id: ShiftId, version: i32) -> DbResult<bool> {
    let changed = diesel::update(volunteer_shifts::table.find(id))
        .filter(volunteer_shifts::version.eq(version))
        .filter(volunteer_shifts::state.eq_any(BEFORE).and(volunteer_shifts::taken.lt(volunteer_shifts::capacity)))
        .set(volunteer_shifts::taken.eq(volunteer_shifts::taken + 1))
        .execute(connection)?;
    Ok(changed == 1)
}

/// The next number of the waiting list, while all seats are taken.
pub(crate) fn queue(connection: &mut PgConnection, id: ShiftId, version: i32) -> DbResult<Option<i32>> {
    Ok(diesel::update(volunteer_shifts::table.find(id))
        .filter(volunteer_shifts::version.eq(version))
        .filter(volunteer_shifts::state.eq_any(BEFORE).and(volunteer_shifts::taken.ge(volunteer_shifts::capacity)))
        .set(volunteer_shifts::waiting_last.eq(volunteer_shifts::waiting_last + 1))
        .returning(volunteer_shifts::waiting_last)
        .get_result(connection)
        .optional()?)
}

/// Gives a seat back that nobody waits for; the row is locked already.
pub(crate) fn release_seat(connection: &mut PgConnection, id: ShiftId) -> DbResult<()> {
    diesel::update(volunteer_shifts::table.find(id))
        .filter(volunteer_shifts::taken.gt(0))
        .set(volunteer_shifts::taken.eq(volunteer_shifts::taken - 1))
        .execute(connection)?;
    Ok(())
}

/// A shift on which the person has a place, or was, that overlaps the given time.
pub(crate) fn clash(
    connection: &mut PgConnection,
    person: PersonId,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
) -> DbResult<Option<ShiftId>> {
    Ok(volunteer_sign_ups::table
        .inner_join(volunteer_shifts::table)
        .filter(volunteer_sign_ups::person_id.eq(person))
        .filter(volunteer_sign_ups::state.eq_any(["signed_up", "waiting", "checked_in", "checked_out"]))
        .filter(volunteer_shifts::starts_at.lt(ends_at).and(volunteer_shifts::ends_at.gt(starts_at)))
        .select(volunteer_shifts::id)
        .first(connection)
        .optional()?)
}

/// Does anybody of these have a place on another shift at that time?
pub(super) fn clash_beside(
    connection: &mut PgConnection,
    persons: &[PersonId],
    shift: ShiftId,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
) -> DbResult<bool> {
    let other = volunteer_sign_ups::table
        .inner_join(volunteer_shifts::table)
        .filter(volunteer_sign_ups::person_id.eq_any(persons).and(volunteer_shifts::id.ne(shift)))
        .filter(volunteer_sign_ups::state.eq_any(["signed_up", "waiting", "checked_in", "checked_out"]))
        .filter(volunteer_shifts::starts_at.lt(ends_at).and(volunteer_shifts::ends_at.gt(starts_at)))
        .select(volunteer_shifts::id);
    Ok(diesel::select(diesel::dsl::exists(other)).get_result(connection)?)
}

/// Writes what an edit says over a shift that is locked already.
pub(super) fn edit(connection: &mut PgConnection, shift: &Shift) -> DbResult<()> {
    diesel::update(volunteer_shifts::table.find(shift.id))
        .set((
            volunteer_shifts::starts_at.eq(shift.starts_at),
            volunteer_shifts::ends_at.eq(shift.ends_at),
            volunteer_shifts::place.eq(&shift.place),
            volunteer_shifts::capacity.eq(shift.capacity),
            volunteer_shifts::taken.eq(shift.taken),
            volunteer_shifts::version.eq(shift.version),
        ))
        .execute(connection)?;
    Ok(())
}

/// Does any shift of the project lie ahead or run?
pub(super) fn ahead(connection: &mut PgConnection, project: ProjectId) -> DbResult<bool> {
    let open = volunteer_shifts::table
        .filter(volunteer_shifts::project_id.eq(project).and(volunteer_shifts::state.eq_any(BEFORE)))
        .filter(volunteer_shifts::ends_at.gt(diesel::dsl::sql::<diesel::sql_types::Timestamptz>("palm_now()")));
    Ok(diesel::select(diesel::dsl::exists(open)).get_result(connection)?)
}

/// What a list is narrowed to.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Filter {
    pub(super) project: Option<ProjectId>,
    /// Only those that end after this time.
    pub(super) after: Option<DateTime<Utc>>,
}

/// Place of a shift in the calendar.
pub(super) type CalendarKey = (DateTime<Utc>, ShiftId);

/// Shifts of projects in the scope with the project's title, by start; those of drafts only where `mine` reaches.
pub(super) fn list(
    connection: &mut PgConnection,
    scope: &Scope,
    mine: &Scope,
    filter: Filter,
    window: &Window<CalendarKey>,
) -> DbResult<Vec<(Shift, String)>> {
    let public = volunteer_projects::state.ne("draft").and(reached!(scope));
    let mut query = volunteer_shifts::table
        .inner_join(volunteer_projects::table)
        .filter(public.or(reached!(mine)))
        .select((Shift::as_select(), volunteer_projects::title))
        .order((volunteer_shifts::starts_at, volunteer_shifts::id))
        .limit(window.load())
        .into_boxed();
    if let Some(project) = filter.project {
        query = query.filter(volunteer_shifts::project_id.eq(project));
    }
    if let Some(after) = filter.after {
        query = query.filter(volunteer_shifts::ends_at.gt(after));
    }
    if let Some((starts_at, id)) = window.after {
        let same = volunteer_shifts::starts_at.eq(starts_at).and(volunteer_shifts::id.gt(id));
        query = query.filter(volunteer_shifts::starts_at.gt(starts_at).or(same));
    }
    Ok(query.load(connection)?)
}

/// Cancels a shift that is locked already.
pub(super) fn cancel(connection: &mut PgConnection, id: ShiftId, reason: &str, at: DateTime<Utc>) -> DbResult<()> {
    diesel::update(volunteer_shifts::table.find(id))
        .set((
            volunteer_shifts::state.eq(ShiftState::Cancelled.name()),
            volunteer_shifts::cancel_reason.eq(reason),
            volunteer_shifts::closed_at.eq(at),
            volunteer_shifts::taken.eq(0),
        ))
        .execute(connection)?;
    Ok(())
}

/// Closes a shift that is locked already, with its record.
pub(super) fn close(connection: &mut PgConnection, id: ShiftId, at: DateTime<Utc>, absent: i32, never_out: i32) -> DbResult<()> {
    diesel::update(volunteer_shifts::table.find(id))
        .set((
            volunteer_shifts::state.eq(ShiftState::Closed.name()),
            volunteer_shifts::closed_at.eq(at),
            volunteer_shifts::absent.eq(absent),
            volunteer_shifts::never_out.eq(never_out),
        ))
        .execute(connection)?;
    Ok(())
}

/// Writes down what the clock did. Returns how many shifts started and ended.
pub(super) fn follow_clock(connection: &mut PgConnection, now: DateTime<Utc>) -> DbResult<(usize, usize)> {
    let started = diesel::update(volunteer_shifts::table)
        .filter(volunteer_shifts::state.eq("planned").and(volunteer_shifts::starts_at.le(now)))
        .set(volunteer_shifts::state.eq("running"))
        .execute(connection)?;
    let ended = diesel::update(volunteer_shifts::table)
        .filter(volunteer_shifts::state.eq("running").and(volunteer_shifts::ends_at.le(now)))
        .set(volunteer_shifts::state.eq("ended"))
        .execute(connection)?;
    Ok((started, ended))
}

/// Ended shifts whose end is long past.
pub(super) fn stale(connection: &mut PgConnection, before: DateTime<Utc>, limit: i64) -> DbResult<Vec<ShiftId>> {
    Ok(volunteer_shifts::table
        .filter(volunteer_shifts::state.eq("ended").and(volunteer_shifts::ends_at.lt(before)))
        .order(volunteer_shifts::ends_at)
        .limit(limit)
        .select(volunteer_shifts::id)
        .load(connection)?)
}
