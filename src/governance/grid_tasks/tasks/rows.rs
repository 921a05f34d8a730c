//! Queries of `grid_tasks`.

use base::db::DbResult;
use base::ids::{GridUnitId, PersonId};
use base::page::Window;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use people::grid::{Scope, within};
use serde_json::Value;

use super::TaskState;
use crate::grid_tasks::schema::{grid_task_workers, grid_tasks};
use crate::grid_tasks::{ChecklistId, Duty, PlanId, TaskId};
use crate::requests::CaseId;

/// A task.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = grid_tasks, check_for_backend(diesel::pg::Pg))]
pub(in crate::grid_tasks) struct Task {
    pub(in crate::grid_tasks) id: TaskId,
    pub(in crate::grid_tasks) community_id: GridUnitId,
    pub(in crate::grid_tasks) grid_unit_id: GridUnitId,
    pub(in crate::grid_tasks) plan_id: Option<PlanId>,
    pub(in crate::grid_tasks) occurrence_on: Option<NaiveDate>,
    pub(in crate::grid_tasks) duty: Duty,
    pub(in crate::grid_tasks) title: String,
    pub(in crate::grid_tasks) about: String,
    pub(in crate::grid_tasks) checklist_id: Option<ChecklistId>,
    pub(in crate::grid_tasks) state: TaskState,
    pub(in crate::grid_tasks) due_at: Option<DateTime<Utc>>,
    pub(in crate::grid_tasks) overdue_at: Option<DateTime<Utc>>,
    pub(in crate::grid_tasks) reinspects_case_id: Option<CaseId>,
    pub(in crate::grid_tasks) result: Option<String>,
    pub(in crate::grid_tasks) quantity: Option<i32>,
    pub(in crate::grid_tasks) answers: Option<Value>,
    pub(in crate::grid_tasks) reason: Option<String>,
    pub(in crate::grid_tasks) created_by: Option<PersonId>,
    pub(in crate::grid_tasks) done_by: Option<PersonId>,
    pub(in crate::grid_tasks) reviewed_by: Option<PersonId>,
    pub(in crate::grid_tasks) created_at: DateTime<Utc>,
    pub(in crate::grid_tasks) started_at: Option<DateTime<Utc>>,
    pub(in crate::grid_tasks) done_at: Option<DateTime<Utc>>,
    pub(in crate::grid_tasks) reviewed_at: Option<DateTime<Utc>>,
}

/// States in which a task is still to be done.
const OPEN: [TaskState; 2] = [TaskState::Planned, TaskState::Started];

pub(super) fn insert(connection: &mut PgConnection, task: &Task) -> DbResult<()> {
    diesel::insert_into(grid_tasks::table).values(task).execute(connection)?;
    Ok(())
}

pub(super) fn find(connection: &mut PgConnection, id: TaskId) -> DbResult<Option<Task>> {
    Ok(grid_tasks::table.find(id).select(Task::as_select()).first(connection).optional()?)
}

/// Locks a task.
pub(super) fn hold(connection: &mut PgConnection, id: TaskId) -> DbResult<Option<Task>> {
    Ok(grid_tasks::table.find(id).select(Task::as_select()).for_update().first(connection).optional()?)
}

/// What a list is narrowed to.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Filter {
    pub(super) state: Option<TaskState>,
    pub(super) duty: Option<Duty>,
    pub(super) overdue: Option<bool>,
    /// Only what this person is asked to do.
    pub(super) worker: Option<PersonId>,
}

/// Tasks in the scope, newest first.
pub(super) fn list(connection: &mut PgConnection, scope: &Scope, filter: Filter, window: &Window<TaskId>) -> DbResult<Vec<Task>> {
    let mut query = grid_tasks::table
        .filter(within(grid_tasks::grid_unit_id, scope))
        .select(Task::as_select())
        .order(grid_tasks::id.desc())
        .limit(window.load())
        .into_boxed();
    if let Some(state) = filter.state {
        query = query.filter(grid_tasks::state.eq(state));
    }
    if let Some(duty) = filter.duty {
        query = query.filter(grid_tasks::duty.eq(duty));
    }
    if let Some(overdue) = filter.overdue {
        query = query.filter(grid_tasks::overdue_at.is_not_null().eq(overdue));
    }
    if let Some(worker) = filter.worker {
        query = query.filter(grid_tasks::id.eq_any(asked(worker)));
    }
    if let Some(after) = window.after {
        query = query.filter(grid_tasks::id.lt(after));
    }
    Ok(query.load(connection)?)
}

diesel::allow_tables_to_appear_in_same_query!(grid_tasks, grid_task_workers);

/// Ids of the tasks that a person is asked to do.
#[diesel::dsl::auto_type]
fn asked(worker: PersonId) -> _ {
    grid_task_workers::table.filter(grid_task_workers::person_id.eq(worker)).select(grid_task_workers::task_id)
}

/// A person's open tasks with a deadline, the nearest first.
pub(in crate::grid_tasks) fn open_of(connection: &mut PgConnection, person: PersonId, limit: i64) -> DbResult<Vec<Task>> {
    Ok(grid_tasks::table
        .filter(grid_tasks::id.eq_any(asked(person)))
        .filter(grid_tasks::state.eq_any(OPEN).and(grid_tasks::due_at.is_not_null()))
        .select(Task::as_select())
        .order((grid_tasks::due_at, grid_tasks::id))
        .limit(limit)
        .load(connection)?)
}

/// How many finished tasks of others wait for a review in the scope.
pub(in crate::grid_tasks) fn to_review(connection: &mut PgConnection, scope: &Scope, person: PersonId) -> DbResult<i64> {
    Ok(grid_tasks::table
        .filter(within(grid_tasks::grid_unit_id, scope))
        .filter(grid_tasks::state.eq(TaskState::Done).and(grid_tasks::done_by.ne(person)))
        .count()
        .get_result(connection)?)
}

/// A move of a task and what it leaves behind.
#[derive(Debug, Clone, Default, AsChangeset)]
#[diesel(table_name = grid_tasks)]
pub(super) struct Step<'a> {
    pub(super) state: Option<TaskState>,
    pub(super) result: Option<&'a str>,
    pub(super) quantity: Option<i32>,
    pub(super) answers: Option<Value>,
    pub(super) reason: Option<&'a str>,
    pub(super) done_by: Option<PersonId>,
    pub(super) reviewed_by: Option<PersonId>,
    pub(super) started_at: Option<DateTime<Utc>>,
    pub(super) done_at: Option<DateTime<Utc>>,
    pub(super) reviewed_at: Option<DateTime<Utc>>,
}

/// Moves a task; `false` when it was in another state.
pub(super) fn step(connection: &mut PgConnection, id: TaskId, from: TaskState, step: &Step<'_>) -> DbResult<bool> {
    let moved = diesel::update(grid_tasks::table.find(id)).filter(grid_tasks::state.eq(from)).set(step).execute(connection)?;
    Ok(moved == 1)
}

/// Re-inspections that wait for the answer of their request, after an id: task and request.
pub(super) fn waiting(connection: &mut PgConnection, after: Option<TaskId>, limit: i64) -> DbResult<Vec<(TaskId, CaseId)>> {
    let mut query = grid_tasks::table
        .filter(grid_tasks::state.eq_any(OPEN).and(grid_tasks::due_at.is_null()))
        .select((grid_tasks::id, grid_tasks::reinspects_case_id.assume_not_null()))
        .order(grid_tasks::id)
        .limit(limit)
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(grid_tasks::id.gt(after));
    }
    Ok(query.load(connection)?)
}

/// Gives a waiting re-inspection its deadline; `false` when it has one or is over.
pub(super) fn set_due(connection: &mut PgConnection, id: TaskId, due: DateTime<Utc>) -> DbResult<bool> {
    let called = diesel::update(grid_tasks::table.find(id))
        .filter(grid_tasks::state.eq_any(OPEN).and(grid_tasks::due_at.is_null()))
        .set(grid_tasks::due_at.eq(due))
        .execute(connection)?;
    Ok(called == 1)
}

/// Open tasks past their deadline that aren't marked yet.
pub(super) fn overdue(connection: &mut PgConnection, now: DateTime<Utc>, limit: i64) -> DbResult<Vec<TaskId>> {
    Ok(grid_tasks::table
        .filter(grid_tasks::state.eq_any(OPEN).and(grid_tasks::due_at.lt(now)).and(grid_tasks::overdue_at.is_null()))
        .select(grid_tasks::id)
        .order(grid_tasks::due_at)
        .limit(limit)
        .load(connection)?)
}

/// Marks a task as overdue; `false` when it isn't open or is marked.
pub(super) fn mark_overdue(connection: &mut PgConnection, id: TaskId, now: DateTime<Utc>) -> DbResult<bool> {
    let marked = diesel::update(grid_tasks::table.find(id))
        .filter(grid_tasks::state.eq_any(OPEN).and(grid_tasks::due_at.lt(now)).and(grid_tasks::overdue_at.is_null()))
        .set(grid_tasks::overdue_at.eq(now))
        .execute(connection)?;
    Ok(marked == 1)
}
