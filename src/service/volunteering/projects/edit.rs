//! Entering, editing, opening and closing a project.

use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use base::http::IfMatch;
use base::ids::{GridUnitId, PersonId};
use base::text::Text;
use people::grid::{self, Scope, Target, UnitKind};
use serde::Deserialize;
use serde_json::json;

use super::rows::{self, Project};
use super::{Organizer, ProjectKind, ProjectMove, ProjectState, community_of, within};
use crate::volunteering::{PROJECT_HAS_SHIFTS, ProjectId, found, moved, outward, shifts};

/// A project to be entered.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProject {
    /// Title.
    pub title: Text<60>,
    /// What is done, for whom.
    pub about: Text<2000>,
    /// Field of work.
    pub kind: ProjectKind,
    /// What volunteers should bring or be able to do.
    pub needs: Option<Text<500>>,
    /// The community or a unit below it.
    pub grid_unit_id: GridUnitId,
    /// Who runs it.
    pub organizer: Organizer,
}

/// New texts of a project.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectEdit {
    /// Title.
    pub title: Text<60>,
    /// What is done, for whom.
    pub about: Text<2000>,
    /// Field of work.
    pub kind: ProjectKind,
    /// What volunteers should bring or be able to do.
    pub needs: Option<Text<500>>,
}

/// Enters a draft.
pub(super) fn create(
    mut tx: Tx<'_>,
    scope: &Scope,
    author: PersonId,
    id: ProjectId,
    new: &NewProject,
) -> Result<Finished<()>, ApiError> {
    let unit = found(grid::unit_find(tx.conn(), new.grid_unit_id)?)?;
    let (person, organization) = new.organizer.columns();
    scope.require(&Target { unit: Some(&unit.path), person: None, organization })?;
    if unit.level() == UnitKind::Street {
        return Err(ApiError::invalid("/grid_unit_id", "must be a community or below"));
    }
    let community = found(community_of(tx.conn(), unit.id)?)?;
    if !outward::may_organize(tx.conn(), new.organizer, &unit.path.community())? {
        return Err(ApiError::invalid("/organizer", "must be a person of the community or an active organization in it"));
    }
    let project = Project {
        id,
        community_id: community,
        grid_unit_id: unit.id,
        title: new.title.to_string(),
        about: new.about.to_string(),
        kind: new.kind.name().to_owned(),
        needs: new.needs.as_ref().map(ToString::to_string),
        organizer_person_id: person,
        organizer_organization_id: organization,
        state: ProjectState::Draft.name().to_owned(),
        version: 1,
        created_by: author,
        created_at: tx.now()?,
        closed_at: None,
    };
    rows::insert(tx.conn(), &project)?;
    tx.audit(Audit::new("project_create", "volunteer_project", id.0).at(unit.id).after(json!({"state": "draft"})))?;
    Ok(tx.done(())?)
}

/// Replaces the texts, if the caller has read the newest version. Returns the project as it is now.
pub(super) fn update(
    mut tx: Tx<'_>,
    scope: &Scope,
    id: ProjectId,
    based_on: &IfMatch,
    edit: &ProjectEdit,
) -> Result<Finished<()>, ApiError> {
    let project = within(tx.conn(), scope, id)?;
    if project.state() == ProjectState::Closed {
        return Err(ApiError::of(&error::STATE_CONFLICT));
    }
    based_on.check(project.version)?;
    let texts = (edit.title.as_str(), edit.about.as_str(), edit.kind, edit.needs.as_deref());
    if !rows::edit(tx.conn(), id, project.version, texts)? {
        return Err(ApiError::of(&error::PRECONDITION_FAILED));
    }
    let entry = Audit::new("project_update", "volunteer_project", id.0).at(project.grid_unit_id);
    tx.audit(entry.before(json!({"version": project.version})).after(json!({"version": project.version + 1})))?;
    Ok(tx.done(())?)
}

/// Puts a draft before the public, or ends a project.
pub(super) fn move_on(
    mut tx: Tx<'_>,
    scope: &Scope,
    id: ProjectId,
    action: ProjectMove,
    name: &'static str,
) -> Result<Finished<()>, ApiError> {
    within(tx.conn(), scope, id)?;
    let project = found(rows::hold(tx.conn(), id)?)?;
    let from = project.state();
    let to = moved(from.transition(action))?;
    let closed_at = match to {
        ProjectState::Closed if shifts::ahead(tx.conn(), id)? => return Err(ApiError::of(&PROJECT_HAS_SHIFTS)),
        ProjectState::Closed => Some(tx.now()?),
        _ => None,
    };
    if !rows::shift_state(tx.conn(), id, from, to, closed_at)? {
        return Err(ApiError::of(&error::STATE_CONFLICT));
    }
    let entry = Audit::new(name, "volunteer_project", id.0).at(project.grid_unit_id);
    tx.audit(entry.before(json!({"state": from})).after(json!({"state": to})))?;
    Ok(tx.done(())?)
}
