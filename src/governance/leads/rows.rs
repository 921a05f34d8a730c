//! Queries of `leads`.

use base::db::DbResult;
use base::ids::{GridUnitId, PersonId};
use base::page::Window;
use chrono::{DateTime, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;
use people::grid::{Scope, within};
use serde_json::Value;
use uuid::Uuid;

use super::schema::leads;
use super::{LeadId, LeadSource, LeadState};
use crate::requests::CaseId;

/// A lead.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = leads, check_for_backend(diesel::pg::Pg))]
pub(super) struct Lead {
    pub(super) id: LeadId,
    pub(super) community_id: GridUnitId,
    pub(super) grid_unit_id: GridUnitId,
    pub(super) source: LeadSource,
    pub(super) category: Option<String>,
    pub(super) title: String,
    pub(super) text: String,
    pub(super) place_text: Option<String>,
    pub(super) lat: Option<f64>,
    pub(super) lon: Option<f64>,
    pub(super) facility_id: Option<Uuid>,
    pub(super) evidence: Option<Value>,
    pub(super) merge_key: Option<String>,
    pub(super) count: i32,
    pub(super) state: LeadState,
    pub(super) case_id: Option<CaseId>,
    pub(super) reason: Option<String>,
    pub(super) raised_by: Option<PersonId>,
    pub(super) decided_by: Option<PersonId>,
    pub(super) due_at: DateTime<Utc>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) last_at: DateTime<Utc>,
    pub(super) decided_at: Option<DateTime<Utc>>,
}

/// Enters a lead; `false` when an open one with the same key was quicker.
pub(super) fn insert(connection: &mut PgConnection, lead: &Lead) -> DbResult<bool> {
    let entered = diesel::insert_into(leads::table).values(lead).on_conflict_do_nothing().execute(connection)?;
    Ok(entered == 1)
}

pub(super) fn find(connection: &mut PgConnection, id: LeadId) -> DbResult<Option<Lead>> {
    Ok(leads::table.find(id).select(Lead::as_select()).first(connection).optional()?)
}

/// Locks a lead.
pub(super) fn hold(connection: &mut PgConnection, id: LeadId) -> DbResult<Option<Lead>> {
    Ok(leads::table.find(id).select(Lead::as_select()).for_update().first(connection).optional()?)
}

/// Counts the same thing once more where it is open, or was decided and said since `since`; the lead and its count.
pub(super) fn count_again(
    connection: &mut PgConnection,
    key: &str,
    (since, now): (DateTime<Utc>, DateTime<Utc>),
) -> DbResult<Option<(LeadId, i32)>> {
    let newest: Option<LeadId> = leads::table
        .filter(leads::merge_key.eq(key))
        .filter(leads::state.eq(LeadState::Open).or(leads::last_at.ge(since)))
        .select(leads::id)
        .order(leads::id.desc())
        .for_update()
        .first(connection)
        .optional()?;
    let Some(id) = newest else { return Ok(None) };
    let count = diesel::update(leads::table.find(id))
        .set((leads::count.eq(leads::count + 1), leads::last_at.eq(now)))
        .returning(leads::count)
        .get_result(connection)?;
    Ok(Some((id, count)))
}

/// Decides an open lead; `false` when somebody was quicker.
pub(super) fn decide(
    connection: &mut PgConnection,
    id: LeadId,
    (to, case, reason): (LeadState, Option<CaseId>, &str),
    (by, now): (PersonId, DateTime<Utc>),
) -> DbResult<bool> {
    let decided = diesel::update(leads::table.find(id))
        .filter(leads::state.eq(LeadState::Open))
        .set((
            leads::state.eq(to),
            leads::case_id.eq(case),
            leads::reason.eq(reason),
            leads::decided_by.eq(by),
            leads::decided_at.eq(now),
        ))
        .execute(connection)?;
    Ok(decided == 1)
}

/// What a list is narrowed to.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Filter {
    pub(super) state: Option<LeadState>,
    pub(super) source: Option<LeadSource>,
}

/// Leads in the scope, newest first.
pub(super) fn list(connection: &mut PgConnection, scope: &Scope, filter: Filter, window: &Window<LeadId>) -> DbResult<Vec<Lead>> {
    let mut query = leads::table
        .filter(within(leads::grid_unit_id, scope))
        .select(Lead::as_select())
        .order(leads::id.desc())
        .limit(window.load())
        .into_boxed();
    if let Some(state) = filter.state {
        query = query.filter(leads::state.eq(state));
    }
    if let Some(source) = filter.source {
        query = query.filter(leads::source.eq(source));
    }
    if let Some(after) = window.after {
        query = query.filter(leads::id.lt(after));
    }
    Ok(query.load(connection)?)
}

/// Open leads of the scope, the nearest deadline first.
pub(super) fn open(connection: &mut PgConnection, scope: &Scope, limit: i64) -> DbResult<Vec<Lead>> {
    Ok(leads::table
        .filter(within(leads::grid_unit_id, scope))
        .filter(leads::state.eq(LeadState::Open))
        .select(Lead::as_select())
        .order((leads::due_at, leads::id))
        .limit(limit)
        .load(connection)?)
}

/// How many leads of each source and state were raised in a span of time.
pub(super) fn counts(
    connection: &mut PgConnection,
    scope: &Scope,
    unit: &Scope,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
) -> DbResult<Vec<(LeadSource, LeadState, i64)>> {
    Ok(leads::table
        .filter(within(leads::grid_unit_id, scope))
        .filter(within(leads::grid_unit_id, unit))
        .filter(leads::created_at.ge(from).and(leads::created_at.lt(to)))
        .group_by((leads::source, leads::state))
        .select((leads::source, leads::state, count_star()))
        .load(connection)?)
}

/// A person's leads, newest first, for the export.
pub(super) fn raised_by(connection: &mut PgConnection, person: PersonId) -> DbResult<Vec<Lead>> {
    Ok(leads::table
        .filter(leads::raised_by.eq(person))
        .select(Lead::as_select())
        .order(leads::id.desc())
        .limit(1_000)
        .load(connection)?)
}
