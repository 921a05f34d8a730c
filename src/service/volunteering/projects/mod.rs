//! Projects: what volunteers are asked to do, where, and who runs it. A draft is seen by those who run it only; staff of the place
//! open it, so an organization can't put itself before the public alone.

mod edit;
pub mod http;
mod rows;

use base::db::DbResult;
use base::error::ApiError;
use base::ids::{GridUnitId, OrganizationId, PersonId};
use diesel::PgConnection;
use people::grid::{self, GridPath, Scope, Target};
use serde::{Deserialize, Serialize};

pub use edit::{NewProject, ProjectEdit};
pub(crate) use rows::{Project, find, hold_open, reached, titles};

use super::{ProjectId, found, runs};

base::words! {
    /// State of a project.
    ProjectState {
        /// Seen by those who run it.
        Draft = "draft",
        /// Takes shifts and sign-ups.
        Open = "open",
        /// Over.
        Closed = "closed",
    }
}

base::words! {
    /// Moves of a project.
    ProjectMove {
        /// Before the public.
        Open = "open",
        /// The end.
        Close = "close",
    }
}

base::machine! {
    ProjectState by ProjectMove {
        => Draft "whoever runs it";
        Draft Open Open "staff of the place";
        Draft Close Closed "whoever runs it";
        Open Close Closed "whoever runs it, once no shift lies ahead";
    }
}

base::words! {
    /// Field of work.
    ProjectKind {
        /// 助老助残
        Care = "care" "助老助残",
        /// 环境整治
        Environment = "environment" "环境整治",
        /// 平安巡防
        Safety = "safety" "平安巡防",
        /// 教育辅导
        Learning = "learning" "教育辅导",
        /// 文化体育
        Culture = "culture" "文化体育",
        /// 应急救援
        Emergency = "emergency" "应急救援",
        /// 其他
        Other = "other" "其他",
    }
}

/// Who runs a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Organizer {
    /// A person.
    Person(PersonId),
    /// An organization.
    Organization(OrganizationId),
}

impl Organizer {
    /// The id, whichever it is.
    pub(super) const fn id(self) -> uuid::Uuid {
        match self {
            Self::Person(person) => person.0,
            Self::Organization(organization) => organization.0,
        }
    }

    /// The columns: person, organization.
    pub(super) const fn columns(self) -> (Option<PersonId>, Option<OrganizationId>) {
        match self {
            Self::Person(person) => (Some(person), None),
            Self::Organization(organization) => (None, Some(organization)),
        }
    }
}

impl Project {
    /// Who runs it.
    pub(crate) fn organizer(&self) -> Organizer {
        let person = Organizer::Person(self.organizer_person_id.unwrap_or(self.created_by));
        self.organizer_organization_id.map_or(person, Organizer::Organization)
    }

    /// Its state.
    pub(crate) fn state(&self) -> ProjectState {
        ProjectState::parse(&self.state).unwrap_or(ProjectState::Closed)
    }

    /// Where it lies in the tree.
    pub(crate) fn place(&self, connection: &mut PgConnection) -> Result<GridPath, ApiError> {
        Ok(found(grid::unit_find(connection, self.grid_unit_id)?)?.path)
    }

    /// 404 unless the scope reaches it.
    pub(crate) fn require(&self, connection: &mut PgConnection, scope: &Scope) -> Result<(), ApiError> {
        let place = self.place(connection)?;
        scope.require(&Target {
            unit: Some(&place),
            person: self.organizer_person_id,
            organization: self.organizer_organization_id,
        })
    }
}

/// A project that the scope reaches, else 404.
pub(crate) fn within(connection: &mut PgConnection, scope: &Scope, id: ProjectId) -> Result<Project, ApiError> {
    let project = found(find(connection, id)?)?;
    project.require(connection, scope)?;
    Ok(project)
}

/// A project that the scope reaches and, while it is a draft, that the actor runs.
pub(crate) fn visible(
    connection: &mut PgConnection,
    scope: &Scope,
    actor: &people::identity::Actor,
    id: ProjectId,
) -> Result<Project, ApiError> {
    let project = found(find(connection, id)?)?;
    let mine = runs(actor);
    match project.state() {
        ProjectState::Draft => project.require(connection, &mine)?,
        _ => project.require(connection, scope).or_else(|_outside| project.require(connection, &mine))?,
    }
    Ok(project)
}

/// The community at or above a unit, for records that belong to a book.
pub(crate) fn community_of(connection: &mut PgConnection, unit: GridUnitId) -> DbResult<Option<GridUnitId>> {
    Ok(grid::community_of(connection, unit)?.map(|community| community.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_opens_once_and_never_comes_back() {
        assert_eq!(ProjectState::Draft.transition(ProjectMove::Open), Some(ProjectState::Open));
        assert_eq!(ProjectState::Open.transition(ProjectMove::Open), None);
        for action in [ProjectMove::Open, ProjectMove::Close] {
            assert_eq!(ProjectState::Closed.transition(action), None);
        }
        assert_eq!(ProjectState::TABLE.len(), 4);
        assert_eq!(ProjectState::TABLE[1], ("draft", "open", "staff of the place"));
    }
}
