//! Queries of `volunteer_projects`.

use std::collections::HashMap;

use base::db::DbResult;
use base::ids::{GridUnitId, OrganizationId, PersonId};
use base::page::Window;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use people::grid::Scope;

use super::{ProjectKind, ProjectState};
use crate::volunteering::ProjectId;
use crate::volunteering::schema::volunteer_projects;

/// A project.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = volunteer_projects, check_for_backend(diesel::pg::Pg))]
pub(crate) struct Project {
    pub(crate) id: ProjectId,
    pub(crate) community_id: GridUnitId,
    pub(crate) grid_unit_id: GridUnitId,
    pub(crate) title: String,
    pub(crate) about: String,
    pub(crate) kind: String,
    pub(crate) needs: Option<String>,
    pub(crate) organizer_person_id: Option<PersonId>,
    pub(crate) organizer_organization_id: Option<OrganizationId>,
    pub(crate) state: String,
    pub(crate) version: i32,
    pub(crate) created_by: PersonId,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) closed_at: Option<DateTime<Utc>>,
}

/// Condition: the project lies in the scope by place, organization or organizing person.
macro_rules! reached {
    ($scope:expr) => {
        people::grid::within($crate::volunteering::schema::volunteer_projects::grid_unit_id, $scope)
            .or($crate::volunteering::schema::volunteer_projects::organizer_organization_id.eq_any($scope.organizations.clone()))
            .or($crate::volunteering::schema::volunteer_projects::organizer_person_id.eq($scope.own))
    };
}
pub(crate) use reached;

pub(super) fn insert(connection: &mut PgConnection, project: &Project) -> DbResult<()> {
    diesel::insert_into(volunteer_projects::table).values(project).execute(connection)?;
    Ok(())
}

/// One project.
pub(crate) fn find(connection: &mut PgConnection, id: ProjectId) -> DbResult<Option<Project>> {
    Ok(volunteer_projects::table.find(id).select(Project::as_select()).first(connection).optional()?)
}

/// Titles by id, for views of other parts.
pub(crate) fn titles(connection: &mut PgConnection, ids: &[ProjectId]) -> DbResult<HashMap<ProjectId, String>> {
    let rows: Vec<(ProjectId, String)> = volunteer_projects::table
        .filter(volunteer_projects::id.eq_any(ids))
        .select((volunteer_projects::id, volunteer_projects::title))
        .load(connection)?;
    Ok(rows.into_iter().collect())
}

/// What a list is narrowed to.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Filter {
    pub(super) state: Option<ProjectState>,
    pub(super) kind: Option<ProjectKind>,
}

/// Projects of the scope, newest first; drafts only of those that `mine` reaches.
pub(super) fn list(
    connection: &mut PgConnection,
    scope: &Scope,
    mine: &Scope,
    filter: Filter,
    window: &Window<ProjectId>,
) -> DbResult<Vec<Project>> {
    let public = volunteer_projects::state.ne("draft").and(reached!(scope));
    let mut query = volunteer_projects::table
        .filter(public.or(reached!(mine)))
        .select(Project::as_select())
        .order(volunteer_projects::id.desc())
        .limit(window.load())
        .into_boxed();
    if let Some(state) = filter.state {
        query = query.filter(volunteer_projects::state.eq(state.name()));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(volunteer_projects::kind.eq(kind.name()));
    }
    if let Some(after) = window.after {
        query = query.filter(volunteer_projects::id.lt(after));
    }
    Ok(query.load(connection)?)
}

/// New texts of a document, if nobody edited it since `version`. `false`: somebody did.
pub(super) fn edit(
    connection: &mut PgConnection,
    id: ProjectId,
    version: i32,
    (title, about, kind, needs): (&str, &str, ProjectKind, Option<&str>),
) -> DbResult<bool> {
    let changed = diesel::update(volunteer_projects::table.find(id))
        .filter(volunteer_projects::version.eq(version).and(volunteer_projects::state.ne("closed")))
        .set((
            volunteer_projects::title.eq(title),
            volunteer_projects::about.eq(about),
            volunteer_projects::kind.eq(kind.name()),
            volunteer_projects::needs.eq(needs),
            volunteer_projects::version.eq(version + 1),
        ))
        .execute(connection)?;
    Ok(changed == 1)
}

/// Moves the state; `false` when it was another one meanwhile.
pub(super) fn shift_state(
    connection: &mut PgConnection,
    id: ProjectId,
    from: ProjectState,
    to: ProjectState,
    closed_at: Option<DateTime<Utc>>,
) -> DbResult<bool> {
    let changed = diesel::update(volunteer_projects::table.find(id))
        .filter(volunteer_projects::state.eq(from.name()))
        .set((volunteer_projects::state.eq(to.name()), volunteer_projects::closed_at.eq(closed_at)))
        .execute(connection)?;
    Ok(changed == 1)
}

/// Locks an open project so that it can't close while a shift is planned. `false`: it isn't open.
pub(crate) fn hold_open(connection: &mut PgConnection, id: ProjectId) -> DbResult<bool> {
    let state: Option<String> =
        volunteer_projects::table.find(id).select(volunteer_projects::state).for_share().first(connection).optional()?;
    Ok(state.as_deref() == Some("open"))
}

/// Locks a project for its end.
pub(super) fn hold(connection: &mut PgConnection, id: ProjectId) -> DbResult<Option<Project>> {
    Ok(volunteer_projects::table.find(id).select(Project::as_select()).for_update().first(connection).optional()?)
}
