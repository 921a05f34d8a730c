//! Queries of `joint_case_tasks`.

use base::db::DbResult;
use base::ids::{OrganizationId, PersonId};
use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::schema::joint_case_tasks;
use super::{JointCaseId, JointTaskId, TaskState};

/// A task.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = joint_case_tasks, check_for_backend(diesel::pg::Pg))]
pub(super) struct Task {
    pub(super) id: JointTaskId,
    pub(super) joint_case_id: JointCaseId,
    pub(super) organization_id: Option<OrganizationId>,
    pub(super) person_id: Option<PersonId>,
    pub(super) text: String,
    pub(super) due_at: DateTime<Utc>,
    pub(super) state: TaskState,
    pub(super) note: Option<String>,
    pub(super) created_by: PersonId,
    pub(super) created_at: DateTime<Utc>,
    pub(super) ended_by: Option<PersonId>,
    pub(super) ended_at: Option<DateTime<Utc>>,
}

pub(super) fn insert(connection: &mut PgConnection, task: &Task) -> DbResult<()> {
    diesel::insert_into(joint_case_tasks::table).values(task).execute(connection)?;
    Ok(())
}

pub(super) fn find(connection: &mut PgConnection, id: JointTaskId) -> DbResult<Option<Task>> {
    Ok(joint_case_tasks::table.find(id).select(Task::as_select()).first(connection).optional()?)
}

/// Tasks of joint cases, in the order in which they were given out.
pub(super) fn of(connection: &mut PgConnection, cases: &[JointCaseId]) -> DbResult<Vec<Task>> {
    Ok(joint_case_tasks::table
        .filter(joint_case_tasks::joint_case_id.eq_any(cases))
        .select(Task::as_select())
        .order((joint_case_tasks::joint_case_id, joint_case_tasks::id))
        .load(connection)?)
}

/// Ends an open task; `false` when it had ended.
pub(super) fn end(
    connection: &mut PgConnection,
    id: JointTaskId,
    (to, note): (TaskState, Option<&str>),
    (by, now): (PersonId, DateTime<Utc>),
) -> DbResult<bool> {
    let ended = diesel::update(joint_case_tasks::table.find(id))
        .filter(joint_case_tasks::state.eq(TaskState::Open))
        .set((
            joint_case_tasks::state.eq(to),
            joint_case_tasks::note.eq(note),
            joint_case_tasks::ended_by.eq(by),
            joint_case_tasks::ended_at.eq(now),
        ))
        .execute(connection)?;
    Ok(ended == 1)
}

/// How many tasks of a joint case are open.
pub(super) fn open(connection: &mut PgConnection, id: JointCaseId) -> DbResult<i64> {
    Ok(joint_case_tasks::table
        .filter(joint_case_tasks::joint_case_id.eq(id).and(joint_case_tasks::state.eq(TaskState::Open)))
        .count()
        .get_result(connection)?)
}

/// Open tasks of a person or of organizations, the nearest deadline first.
pub(super) fn open_of(
    connection: &mut PgConnection,
    person: PersonId,
    organizations: &[OrganizationId],
    limit: i64,
) -> DbResult<Vec<Task>> {
    Ok(joint_case_tasks::table
        .filter(joint_case_tasks::person_id.eq(person).or(joint_case_tasks::organization_id.eq_any(organizations)))
        .filter(joint_case_tasks::state.eq(TaskState::Open))
        .select(Task::as_select())
        .order((joint_case_tasks::due_at, joint_case_tasks::id))
        .limit(limit)
        .load(connection)?)
}
