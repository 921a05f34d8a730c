//! Queries of `volunteer_hours`.

use base::db::DbResult;
use base::ids::PersonId;
use base::page::Window;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use diesel::prelude::*;
use people::grid::Scope;

use super::{HoursState, NewHours};
use crate::volunteering::projects::reached;
use crate::volunteering::schema::{volunteer_hours, volunteer_projects};
use crate::volunteering::{HoursId, ProjectId, ShiftId};

/// A record of half hours.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = volunteer_hours, check_for_backend(diesel::pg::Pg))]
pub(crate) struct Hours {
    pub(crate) id: HoursId,
    pub(crate) project_id: ProjectId,
    pub(crate) shift_id: Option<ShiftId>,
    pub(crate) person_id: PersonId,
    pub(crate) source: String,
    pub(crate) from_at: Option<DateTime<Utc>>,
    pub(crate) to_at: Option<DateTime<Utc>>,
    pub(crate) day: NaiveDate,
    pub(crate) half_hours: i32,
    pub(crate) reason: Option<String>,
    pub(crate) hints: Vec<String>,
    pub(crate) proposed_by: Option<PersonId>,
    pub(crate) state: String,
    pub(crate) decided_by: Option<PersonId>,
    pub(crate) decided_at: Option<DateTime<Utc>>,
    pub(crate) refusal: Option<String>,
    pub(crate) recorded_at: DateTime<Utc>,
}

impl Hours {
    /// Its state.
    pub(crate) fn state(&self) -> HoursState {
        HoursState::parse(&self.state).unwrap_or(HoursState::Refused)
    }
}

pub(super) fn insert(connection: &mut PgConnection, new: &NewHours) -> DbResult<()> {
    diesel::insert_into(volunteer_hours::table)
        .values((
            volunteer_hours::id.eq(new.id),
            volunteer_hours::project_id.eq(new.project),
            volunteer_hours::shift_id.eq(new.shift),
            volunteer_hours::person_id.eq(new.person),
            volunteer_hours::source.eq(new.source.name()),
            volunteer_hours::from_at.eq(new.span.map(|span| span.0)),
            volunteer_hours::to_at.eq(new.span.map(|span| span.1)),
            volunteer_hours::day.eq(new.day),
            volunteer_hours::half_hours.eq(new.half_hours),
            volunteer_hours::reason.eq(new.reason.as_deref()),
            volunteer_hours::hints.eq(&new.hints),
            volunteer_hours::proposed_by.eq(new.proposed_by),
        ))
        .execute(connection)?;
    Ok(())
}

pub(super) fn find(connection: &mut PgConnection, id: HoursId) -> DbResult<Option<Hours>> {
    Ok(volunteer_hours::table.find(id).select(Hours::as_select()).first(connection).optional()?)
}

/// One record, locked until the transaction ends.
pub(super) fn hold(connection: &mut PgConnection, id: HoursId) -> DbResult<Option<Hours>> {
    Ok(volunteer_hours::table.find(id).select(Hours::as_select()).for_update().first(connection).optional()?)
}

/// Records by id, locked in the order of their ids until the transaction ends.
pub(super) fn hold_many(connection: &mut PgConnection, ids: &[HoursId]) -> DbResult<Vec<Hours>> {
    let locked = volunteer_hours::table.filter(volunteer_hours::id.eq_any(ids)).order(volunteer_hours::id);
    Ok(locked.select(Hours::as_select()).for_update().load(connection)?)
}

/// Records by id, as far as the scope reaches.
pub(super) fn many(connection: &mut PgConnection, scope: &Scope, ids: &[HoursId]) -> DbResult<Vec<Hours>> {
    Ok(volunteer_hours::table
        .inner_join(volunteer_projects::table)
        .filter(volunteer_hours::id.eq_any(ids))
        .filter(reached!(scope))
        .select(Hours::as_select())
        .order(volunteer_hours::id)
        .load(connection)?)
}

/// Does the shift have hours of the person that weren't refused?
pub(crate) fn exists(connection: &mut PgConnection, shift: ShiftId, person: PersonId) -> DbResult<bool> {
    let known = volunteer_hours::table
        .filter(volunteer_hours::shift_id.eq(shift).and(volunteer_hours::person_id.eq(person)))
        .filter(volunteer_hours::state.ne("refused"));
    Ok(diesel::select(diesel::dsl::exists(known)).get_result(connection)?)
}

/// Do hours by hand exist for that project, person and day?
pub(super) fn exists_manual(
    connection: &mut PgConnection,
    project: ProjectId,
    person: PersonId,
    day: NaiveDate,
) -> DbResult<bool> {
    let known = volunteer_hours::table
        .filter(volunteer_hours::project_id.eq(project).and(volunteer_hours::person_id.eq(person)))
        .filter(volunteer_hours::day.eq(day).and(volunteer_hours::source.eq("manual")))
        .filter(volunteer_hours::state.ne("refused"));
    Ok(diesel::select(diesel::dsl::exists(known)).get_result(connection)?)
}

/// Was the person somewhere else at that time, by hours that weren't refused?
pub(crate) fn overlap(
    connection: &mut PgConnection,
    person: PersonId,
    shift: ShiftId,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
) -> DbResult<bool> {
    let other = volunteer_hours::table
        .filter(volunteer_hours::person_id.eq(person).and(volunteer_hours::state.ne("refused")))
        .filter(volunteer_hours::shift_id.ne(shift))
        .filter(volunteer_hours::from_at.lt(to).and(volunteer_hours::to_at.gt(from)));
    Ok(diesel::select(diesel::dsl::exists(other)).get_result(connection)?)
}

/// Was the person at another project less than five minutes before?
pub(super) fn elsewhere_before(
    connection: &mut PgConnection,
    person: PersonId,
    project: ProjectId,
    from: DateTime<Utc>,
) -> DbResult<bool> {
    let other = volunteer_hours::table
        .filter(volunteer_hours::person_id.eq(person).and(volunteer_hours::project_id.ne(project)))
        .filter(volunteer_hours::state.ne("refused"))
        .filter(volunteer_hours::to_at.gt(from - Duration::minutes(5)).and(volunteer_hours::from_at.le(from)));
    Ok(diesel::select(diesel::dsl::exists(other)).get_result(connection)?)
}

/// Half hours of a person on a day that weren't refused.
pub(super) fn on_day(connection: &mut PgConnection, person: PersonId, day: NaiveDate) -> DbResult<i32> {
    let sum: Option<i64> = volunteer_hours::table
        .filter(volunteer_hours::person_id.eq(person).and(volunteer_hours::day.eq(day)))
        .filter(volunteer_hours::state.ne("refused"))
        .select(diesel::dsl::sum(volunteer_hours::half_hours))
        .first(connection)?;
    Ok(i32::try_from(sum.unwrap_or(0)).unwrap_or(i32::MAX))
}

/// Decides about recorded hours. `false`: somebody decided meanwhile.
pub(super) fn decide(
    connection: &mut PgConnection,
    id: HoursId,
    to: HoursState,
    (by, at): (PersonId, DateTime<Utc>),
    refusal: Option<&str>,
) -> DbResult<bool> {
    let changed = diesel::update(volunteer_hours::table.find(id))
        .filter(volunteer_hours::state.eq("recorded"))
        .set((
            volunteer_hours::state.eq(to.name()),
            volunteer_hours::decided_by.eq(by),
            volunteer_hours::decided_at.eq(at),
            volunteer_hours::refusal.eq(refusal),
        ))
        .execute(connection)?;
    Ok(changed == 1)
}

/// What a list is narrowed to.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Filter {
    pub(super) state: Option<HoursState>,
    pub(super) project: Option<ProjectId>,
    pub(super) shift: Option<ShiftId>,
}

/// Hours of projects in the scope, oldest first: what waits longest is decided first.
pub(super) fn list(
    connection: &mut PgConnection,
    scope: &Scope,
    filter: Filter,
    window: &Window<HoursId>,
) -> DbResult<Vec<Hours>> {
    let mut query = volunteer_hours::table
        .inner_join(volunteer_projects::table)
        .filter(reached!(scope))
        .select(Hours::as_select())
        .order(volunteer_hours::id)
        .limit(window.load())
        .into_boxed();
    if let Some(state) = filter.state {
        query = query.filter(volunteer_hours::state.eq(state.name()));
    }
    if let Some(project) = filter.project {
        query = query.filter(volunteer_hours::project_id.eq(project));
    }
    if let Some(shift) = filter.shift {
        query = query.filter(volunteer_hours::shift_id.eq(shift));
    }
    if let Some(after) = window.after {
        query = query.filter(volunteer_hours::id.gt(after));
    }
    Ok(query.load(connection)?)
}

/// How many hours of projects in the scope wait that this person may decide about.
pub(crate) fn to_decide(connection: &mut PgConnection, scope: &Scope, decider: PersonId) -> DbResult<i64> {
    Ok(volunteer_hours::table
        .inner_join(volunteer_projects::table)
        .filter(volunteer_hours::state.eq("recorded").and(volunteer_hours::person_id.ne(decider)))
        .filter(volunteer_hours::proposed_by.is_distinct_from(decider))
        .filter(reached!(scope))
        .count()
        .get_result(connection)?)
}

/// A person's hours, newest first.
pub(crate) fn of_person(
    connection: &mut PgConnection,
    person: PersonId,
    state: Option<HoursState>,
    window: &Window<HoursId>,
) -> DbResult<Vec<Hours>> {
    let mut query = volunteer_hours::table
        .filter(volunteer_hours::person_id.eq(person))
        .select(Hours::as_select())
        .order(volunteer_hours::id.desc())
        .limit(window.load())
        .into_boxed();
    if let Some(state) = state {
        query = query.filter(volunteer_hours::state.eq(state.name()));
    }
    if let Some(after) = window.after {
        query = query.filter(volunteer_hours::id.lt(after));
    }
    Ok(query.load(connection)?)
}

/// A person's half hours by project and state: `(project, state, half hours, records)`.
pub(crate) fn totals(connection: &mut PgConnection, person: PersonId) -> DbResult<Vec<(ProjectId, String, i64, i64)>> {
    let rows: Vec<(ProjectId, String, Option<i64>, i64)> = volunteer_hours::table
        .filter(volunteer_hours::person_id.eq(person))
        .group_by((volunteer_hours::project_id, volunteer_hours::state))
        .order(volunteer_hours::project_id)
        .select((
            volunteer_hours::project_id,
            volunteer_hours::state,
            diesel::dsl::sum(volunteer_hours::half_hours),
            diesel::dsl::count_star(),
        ))
        .load(connection)?;
    Ok(rows.into_iter().map(|(project, state, sum, count)| (project, state, sum.unwrap_or(0), count)).collect())
}

/// Everything recorded of a person, for the export.
pub(crate) fn all_of(connection: &mut PgConnection, person: PersonId) -> DbResult<Vec<Hours>> {
    Ok(volunteer_hours::table
        .filter(volunteer_hours::person_id.eq(person))
        .select(Hours::as_select())
        .order(volunteer_hours::id)
        .load(connection)?)
}

/// Drops the free texts about a person; days, figures and decisions stay, since points rest on them.
/// Hours of one account become another's of the same person, except on days on which that one has its own, at times at which it was
/// elsewhere, and where it proposed or decided: nobody does so for themselves.
pub(crate) fn hand_over(connection: &mut PgConnection, gone: PersonId, keep: PersonId) -> DbResult<usize> {
    let handed = diesel::sql_query(
        "UPDATE volunteer_hours h SET person_id = $2 WHERE h.person_id = $1 \
         AND h.proposed_by IS DISTINCT FROM $2 AND h.decided_by IS DISTINCT FROM $2 \
         AND NOT EXISTS (SELECT 1 FROM volunteer_hours k WHERE k.person_id = $2 AND k.day = h.day) \
         AND NOT EXISTS (SELECT 1 FROM volunteer_sign_ups k JOIN volunteer_shifts t ON t.id = k.shift_id \
           JOIN volunteer_shifts s ON s.id = h.shift_id WHERE k.person_id = $2 AND k.state <> 'withdrawn' \
           AND t.starts_at < s.ends_at AND s.starts_at < t.ends_at)",
    );
    let (gone, keep) = (gone.0, keep.0);
    Ok(handed.bind::<diesel::sql_types::Uuid, _>(gone).bind::<diesel::sql_types::Uuid, _>(keep).execute(connection)?)
}

pub(crate) fn forget_texts(connection: &mut PgConnection, person: PersonId) -> DbResult<()> {
    diesel::update(volunteer_hours::table)
        .filter(volunteer_hours::person_id.eq(person).and(volunteer_hours::reason.is_not_null()))
        .set(volunteer_hours::reason.eq("（已清除）"))
        .execute(connection)?;
    diesel::update(volunteer_hours::table)
        .filter(volunteer_hours::person_id.eq(person).and(volunteer_hours::refusal.is_not_null()))
        .set(volunteer_hours::refusal.eq("（已清除）"))
        .execute(connection)?;
    Ok(())
}
