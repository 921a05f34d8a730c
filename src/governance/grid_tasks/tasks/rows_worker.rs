//! Queries of `grid_task_workers`: who is asked what.

use std::collections::HashMap;

use base::db::DbResult;
use base::ids::PersonId;
use chrono::{DateTime, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;

use super::TaskState;
use super::rows::Task;
use crate::grid_tasks::TaskId;
use crate::grid_tasks::schema::{grid_task_workers, grid_tasks};

diesel::joinable!(grid_task_workers -> grid_tasks (task_id));

/// Asks workers to do a task.
pub(super) fn insert(connection: &mut PgConnection, task: TaskId, workers: &[PersonId], now: DateTime<Utc>) -> DbResult<()> {
    let rows: Vec<_> = workers
        .iter()
        .map(|person| {
            (grid_task_workers::task_id.eq(task), grid_task_workers::person_id.eq(*person), grid_task_workers::asked_at.eq(now))
        })
        .collect();
    diesel::insert_into(grid_task_workers::table).values(rows).on_conflict_do_nothing().execute(connection)?;
    Ok(())
}

/// Who is asked to do these tasks.
pub(super) fn of(connection: &mut PgConnection, tasks: &[TaskId]) -> DbResult<HashMap<TaskId, Vec<PersonId>>> {
    let rows: Vec<(TaskId, PersonId)> = grid_task_workers::table
        .filter(grid_task_workers::task_id.eq_any(tasks))
        .select((grid_task_workers::task_id, grid_task_workers::person_id))
        .order(grid_task_workers::person_id)
        .load(connection)?;
    let mut of: HashMap<TaskId, Vec<PersonId>> = HashMap::new();
    for (task, person) in rows {
        of.entry(task).or_default().push(person);
    }
    Ok(of)
}

/// What a worker was asked in a span of time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asked {
    /// Tasks asked of them, whatever became of those.
    pub tasks: i64,
    /// Of these: marked overdue at some time.
    pub overdue: i64,
}

/// How many tasks each of these workers was asked to do from `from` until before `to`; who was asked nothing isn't in it. Cancelled
/// tasks count: they were asked.
pub fn asked_of(
    connection: &mut PgConnection,
    workers: &[PersonId],
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> DbResult<HashMap<PersonId, Asked>> {
    let rows: Vec<(PersonId, i64, i64)> = grid_task_workers::table
        .inner_join(grid_tasks::table)
        .filter(grid_task_workers::person_id.eq_any(workers))
        .filter(grid_task_workers::asked_at.ge(from).and(grid_task_workers::asked_at.lt(to)))
        .group_by(grid_task_workers::person_id)
        .select((grid_task_workers::person_id, count_star(), diesel::dsl::count(grid_tasks::overdue_at.nullable())))
        .load(connection)?;
    Ok(rows.into_iter().map(|(person, tasks, overdue)| (person, Asked { tasks, overdue })).collect())
}

/// A person's tasks, newest first, for the export.
pub(in crate::grid_tasks) fn tasks_of(connection: &mut PgConnection, person: PersonId) -> DbResult<Vec<Task>> {
    Ok(grid_task_workers::table
        .inner_join(grid_tasks::table)
        .filter(grid_task_workers::person_id.eq(person))
        .select(Task::as_select())
        .order(grid_tasks::id.desc())
        .limit(1_000)
        .load(connection)?)
}

/// Takes a person off tasks that are still to be done.
pub(in crate::grid_tasks) fn forget_open(connection: &mut PgConnection, person: PersonId) -> DbResult<()> {
    let over = [TaskState::Done, TaskState::Reviewed, TaskState::Cancelled];
    let open = grid_tasks::table.filter(grid_tasks::state.ne_all(over)).select(grid_tasks::id);
    diesel::delete(grid_task_workers::table)
        .filter(grid_task_workers::person_id.eq(person).and(grid_task_workers::task_id.eq_any(open)))
        .execute(connection)?;
    Ok(())
}

/// Open tasks of one account are another's of the same person.
pub(in crate::grid_tasks) fn hand_over(connection: &mut PgConnection, gone: PersonId, keep: PersonId) -> DbResult<()> {
    let over = [TaskState::Done, TaskState::Reviewed, TaskState::Cancelled];
    let open: Vec<TaskId> = grid_task_workers::table
        .inner_join(grid_tasks::table)
        .filter(grid_task_workers::person_id.eq(gone).and(grid_tasks::state.ne_all(over)))
        .select(grid_tasks::id)
        .load(connection)?;
    for task in open {
        let row = (grid_task_workers::task_id.eq(task), grid_task_workers::person_id.eq(keep));
        diesel::insert_into(grid_task_workers::table).values(row).on_conflict_do_nothing().execute(connection)?;
    }
    forget_open(connection, gone)
}
