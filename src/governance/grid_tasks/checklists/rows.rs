//! Queries of `grid_checklists`.

use base::db::DbResult;
use base::ids::{GridUnitId, PersonId};
use base::page::Window;
use chrono::{DateTime, Utc};
use diesel::dsl::max;
use diesel::prelude::*;
use people::grid::{Scope, within};
use serde_json::Value;

use super::{ChecklistState, Item};
use crate::grid_tasks::schema::grid_checklists;
use crate::grid_tasks::{ChecklistId, Duty};

/// One version of a checklist.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = grid_checklists, check_for_backend(diesel::pg::Pg))]
pub(in crate::grid_tasks) struct Checklist {
    pub(in crate::grid_tasks) id: ChecklistId,
    pub(in crate::grid_tasks) community_id: GridUnitId,
    pub(in crate::grid_tasks) code: String,
    pub(in crate::grid_tasks) version: i32,
    pub(in crate::grid_tasks) duty: Duty,
    pub(in crate::grid_tasks) title: String,
    pub(in crate::grid_tasks) items: Value,
    pub(in crate::grid_tasks) state: ChecklistState,
    pub(in crate::grid_tasks) reason: Option<String>,
    pub(in crate::grid_tasks) requested_by: PersonId,
    pub(in crate::grid_tasks) approved_by: Option<PersonId>,
    pub(in crate::grid_tasks) created_at: DateTime<Utc>,
    pub(in crate::grid_tasks) decided_at: Option<DateTime<Utc>>,
    pub(in crate::grid_tasks) ended_at: Option<DateTime<Utc>>,
}

impl Checklist {
    /// What is asked, in order.
    pub(in crate::grid_tasks) fn items(&self) -> Vec<Item> {
        serde_json::from_value(self.items.clone()).unwrap_or_default()
    }
}

/// One version.
pub(in crate::grid_tasks) fn find(connection: &mut PgConnection, id: ChecklistId) -> DbResult<Option<Checklist>> {
    Ok(grid_checklists::table.find(id).select(Checklist::as_select()).first(connection).optional()?)
}

/// Locks a version for its decision.
pub(super) fn hold(connection: &mut PgConnection, id: ChecklistId) -> DbResult<Option<Checklist>> {
    Ok(grid_checklists::table.find(id).select(Checklist::as_select()).for_update().first(connection).optional()?)
}

/// The version in force of a code.
pub(in crate::grid_tasks) fn in_force(
    connection: &mut PgConnection,
    community: GridUnitId,
    code: &str,
) -> DbResult<Option<Checklist>> {
    Ok(grid_checklists::table
        .filter(grid_checklists::community_id.eq(community).and(grid_checklists::code.eq(code)))
        .filter(grid_checklists::state.eq(ChecklistState::InForce))
        .select(Checklist::as_select())
        .first(connection)
        .optional()?)
}

/// The number of the newest version of a code; 0 when there is none.
pub(super) fn newest(connection: &mut PgConnection, community: GridUnitId, code: &str) -> DbResult<i32> {
    let newest: Option<i32> = grid_checklists::table
        .filter(grid_checklists::community_id.eq(community).and(grid_checklists::code.eq(code)))
        .select(max(grid_checklists::version))
        .first(connection)?;
    Ok(newest.unwrap_or(0))
}

pub(super) fn insert(connection: &mut PgConnection, row: &Checklist) -> DbResult<()> {
    diesel::insert_into(grid_checklists::table).values(row).execute(connection)?;
    Ok(())
}

/// Ends the version in force of a code; says whether there was one.
pub(super) fn replace(connection: &mut PgConnection, community: GridUnitId, code: &str, now: DateTime<Utc>) -> DbResult<bool> {
    let ended = diesel::update(grid_checklists::table)
        .filter(grid_checklists::community_id.eq(community).and(grid_checklists::code.eq(code)))
        .filter(grid_checklists::state.eq(ChecklistState::InForce))
        .set((grid_checklists::state.eq(ChecklistState::Replaced), grid_checklists::ended_at.eq(now)))
        .execute(connection)?;
    Ok(ended == 1)
}

/// Decides a draft; `false` when it isn't one any more.
pub(super) fn decide(
    connection: &mut PgConnection,
    id: ChecklistId,
    (to, by, reason): (ChecklistState, PersonId, Option<&str>),
    now: DateTime<Utc>,
) -> DbResult<bool> {
    let decided = diesel::update(grid_checklists::table.find(id))
        .filter(grid_checklists::state.eq(ChecklistState::Draft))
        .set((
            grid_checklists::state.eq(to),
            grid_checklists::approved_by.eq(by),
            grid_checklists::reason.eq(reason),
            grid_checklists::decided_at.eq(now),
        ))
        .execute(connection)?;
    Ok(decided == 1)
}

/// Versions in the scope, newest first.
pub(super) fn list(
    connection: &mut PgConnection,
    scope: &Scope,
    state: Option<ChecklistState>,
    window: &Window<ChecklistId>,
) -> DbResult<Vec<Checklist>> {
    let mut query = grid_checklists::table
        .filter(within(grid_checklists::community_id, scope))
        .select(Checklist::as_select())
        .order(grid_checklists::id.desc())
        .limit(window.load())
        .into_boxed();
    if let Some(state) = state {
        query = query.filter(grid_checklists::state.eq(state));
    }
    if let Some(after) = window.after {
        query = query.filter(grid_checklists::id.lt(after));
    }
    Ok(query.load(connection)?)
}

/// How many drafts of others wait in the scope.
pub(in crate::grid_tasks) fn waiting(connection: &mut PgConnection, scope: &Scope, person: PersonId) -> DbResult<i64> {
    Ok(grid_checklists::table
        .filter(within(grid_checklists::community_id, scope))
        .filter(grid_checklists::state.eq(ChecklistState::Draft).and(grid_checklists::requested_by.ne(person)))
        .count()
        .get_result(connection)?)
}
