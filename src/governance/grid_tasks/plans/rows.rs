//! Queries of `grid_task_plans`.

use base::db::DbResult;
use base::ids::{GridUnitId, PersonId};
use base::page::Window;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use people::grid::{Scope, within};
use serde_json::Value;

use super::recur::Rule;
use super::{PlanState, Recurrence};
use crate::grid_tasks::schema::grid_task_plans;
use crate::grid_tasks::tasks::RouteStop;
use crate::grid_tasks::{Duty, PlanId};

/// A plan.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = grid_task_plans, check_for_backend(diesel::pg::Pg))]
pub(super) struct Plan {
    pub(super) id: PlanId,
    pub(super) community_id: GridUnitId,
    pub(super) grid_unit_id: GridUnitId,
    pub(super) duty: Duty,
    pub(super) title: String,
    pub(super) about: String,
    pub(super) checklist_code: Option<String>,
    pub(super) stops: Value,
    pub(super) recurrence: Recurrence,
    pub(super) every: i32,
    pub(super) starts_on: NaiveDate,
    pub(super) ends_on: Option<NaiveDate>,
    pub(super) due_days: i32,
    pub(super) next_on: Option<NaiveDate>,
    pub(super) state: PlanState,
    pub(super) created_by: PersonId,
    pub(super) created_at: DateTime<Utc>,
}

impl Plan {
    /// Its rule.
    pub(super) fn rule(&self) -> Rule {
        let every = u32::try_from(self.every).unwrap_or(1);
        Rule { recurrence: self.recurrence, every, starts_on: self.starts_on, ends_on: self.ends_on }
    }

    /// Its route.
    pub(super) fn stops(&self) -> Vec<RouteStop> {
        serde_json::from_value(self.stops.clone()).unwrap_or_default()
    }
}

pub(super) fn insert(connection: &mut PgConnection, plan: &Plan) -> DbResult<()> {
    diesel::insert_into(grid_task_plans::table).values(plan).execute(connection)?;
    Ok(())
}

pub(super) fn find(connection: &mut PgConnection, id: PlanId) -> DbResult<Option<Plan>> {
    Ok(grid_task_plans::table.find(id).select(Plan::as_select()).first(connection).optional()?)
}

/// Locks a plan.
pub(super) fn hold(connection: &mut PgConnection, id: PlanId) -> DbResult<Option<Plan>> {
    Ok(grid_task_plans::table.find(id).select(Plan::as_select()).for_update().first(connection).optional()?)
}

/// Plans with an occurrence on or before a day.
pub(super) fn due(connection: &mut PgConnection, today: NaiveDate, limit: i64) -> DbResult<Vec<PlanId>> {
    Ok(grid_task_plans::table
        .filter(grid_task_plans::state.eq(PlanState::Active).and(grid_task_plans::next_on.le(today)))
        .select(grid_task_plans::id)
        .order(grid_task_plans::next_on)
        .limit(limit)
        .load(connection)?)
}

/// Sets the next occurrence.
pub(super) fn set_next(connection: &mut PgConnection, id: PlanId, next: Option<NaiveDate>) -> DbResult<()> {
    diesel::update(grid_task_plans::table.find(id)).set(grid_task_plans::next_on.eq(next)).execute(connection)?;
    Ok(())
}

/// Ends a plan; `false` when it had ended.
pub(super) fn end(connection: &mut PgConnection, id: PlanId) -> DbResult<bool> {
    let ended = diesel::update(grid_task_plans::table.find(id))
        .filter(grid_task_plans::state.eq(PlanState::Active))
        .set((grid_task_plans::state.eq(PlanState::Ended), grid_task_plans::next_on.eq(None::<NaiveDate>)))
        .execute(connection)?;
    Ok(ended == 1)
}

/// Plans in the scope, newest first.
pub(super) fn list(
    connection: &mut PgConnection,
    scope: &Scope,
    state: Option<PlanState>,
    window: &Window<PlanId>,
) -> DbResult<Vec<Plan>> {
    let mut query = grid_task_plans::table
        .filter(within(grid_task_plans::grid_unit_id, scope))
        .select(Plan::as_select())
        .order(grid_task_plans::id.desc())
        .limit(window.load())
        .into_boxed();
    if let Some(state) = state {
        query = query.filter(grid_task_plans::state.eq(state));
    }
    if let Some(after) = window.after {
        query = query.filter(grid_task_plans::id.lt(after));
    }
    Ok(query.load(connection)?)
}
