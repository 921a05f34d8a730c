//! Queries of `grid_task_stops`.

use base::db::DbResult;
use base::ids::{GridUnitId, PersonId};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::{RouteStop, StopKind, StopResult};
use crate::grid_tasks::schema::grid_task_stops;
use crate::grid_tasks::{StopId, TaskId};
use crate::requests::CaseId;

/// A stop.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = grid_task_stops, check_for_backend(diesel::pg::Pg))]
pub(super) struct Stop {
    pub(super) id: StopId,
    pub(super) task_id: TaskId,
    pub(super) position: i32,
    pub(super) kind: StopKind,
    pub(super) grid_unit_id: Option<GridUnitId>,
    pub(super) facility_id: Option<Uuid>,
    pub(super) label: String,
    pub(super) result: Option<StopResult>,
    pub(super) note: Option<String>,
    pub(super) ticked_by: Option<PersonId>,
    pub(super) ticked_at: Option<DateTime<Utc>>,
    pub(super) hazard_case_id: Option<CaseId>,
}

/// Enters a route.
pub(super) fn insert(connection: &mut PgConnection, task: TaskId, route: &[RouteStop]) -> DbResult<()> {
    let stops: Vec<Stop> = (1..)
        .zip(route)
        .map(|(position, stop)| Stop {
            id: StopId::new(),
            task_id: task,
            position,
            kind: stop.kind,
            grid_unit_id: stop.entrance,
            facility_id: stop.facility,
            label: stop.label.clone(),
            result: None,
            note: None,
            ticked_by: None,
            ticked_at: None,
            hazard_case_id: None,
        })
        .collect();
    diesel::insert_into(grid_task_stops::table).values(&stops).execute(connection)?;
    Ok(())
}

/// One stop.
pub(super) fn find(connection: &mut PgConnection, id: StopId) -> DbResult<Option<Stop>> {
    Ok(grid_task_stops::table.find(id).select(Stop::as_select()).first(connection).optional()?)
}

/// The routes of tasks, in order.
pub(super) fn of(connection: &mut PgConnection, tasks: &[TaskId]) -> DbResult<Vec<Stop>> {
    Ok(grid_task_stops::table
        .filter(grid_task_stops::task_id.eq_any(tasks))
        .select(Stop::as_select())
        .order((grid_task_stops::task_id, grid_task_stops::position))
        .load(connection)?)
}

/// How many stops of a task aren't ticked.
pub(super) fn open(connection: &mut PgConnection, task: TaskId) -> DbResult<i64> {
    Ok(grid_task_stops::table
        .filter(grid_task_stops::task_id.eq(task).and(grid_task_stops::result.is_null()))
        .count()
        .get_result(connection)?)
}

/// Ticks a stop, or ticks it again.
pub(super) fn tick(
    connection: &mut PgConnection,
    id: StopId,
    (result, note): (StopResult, Option<&str>),
    (by, now): (PersonId, DateTime<Utc>),
) -> DbResult<()> {
    diesel::update(grid_task_stops::table.find(id))
        .set((
            grid_task_stops::result.eq(result),
            grid_task_stops::note.eq(note),
            grid_task_stops::ticked_by.eq(by),
            grid_task_stops::ticked_at.eq(now),
        ))
        .execute(connection)?;
    Ok(())
}

/// Notes the request of a hazard; `false` when there is one.
pub(super) fn set_hazard(connection: &mut PgConnection, id: StopId, case: CaseId) -> DbResult<bool> {
    let noted = diesel::update(grid_task_stops::table.find(id))
        .filter(grid_task_stops::hazard_case_id.is_null())
        .set(grid_task_stops::hazard_case_id.eq(case))
        .execute(connection)?;
    Ok(noted == 1)
}
