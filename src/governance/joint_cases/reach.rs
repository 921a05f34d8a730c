//! Who reaches a joint case: staff of its place, and whoever takes part in it now.

use base::db::Tx;
use base::error::{self, ApiError};
use base::ids::{OrganizationId, PersonId};
use diesel::PgConnection;
use people::grid::{GridPath, Scope, Target};
use people::identity::{self, Role};

use super::rows::{self, JointCase};
use super::rows_member::{self, Member};
use super::{JOINT_NOT_OPEN, JointCaseId, JointState};
use crate::reach::{found, organization_here, path_of};

/// 404 unless the scope reaches the case by its place or by taking part.
fn require(connection: &mut PgConnection, scope: &Scope, case: &JointCase) -> Result<(), ApiError> {
    let path = path_of(connection, case.grid_unit_id)?;
    if scope.reaches(&Target { unit: Some(&path), ..Target::default() }) {
        return Ok(());
    }
    let part = rows_member::takes_part(connection, case.id, &scope.organizations, scope.own)?;
    if part { Ok(()) } else { Err(ApiError::of(&error::NOT_FOUND)) }
}

/// A joint case within reach.
pub(super) fn within(connection: &mut PgConnection, scope: &Scope, id: JointCaseId) -> Result<JointCase, ApiError> {
    let case = found(rows::find(connection, id)?)?;
    require(connection, scope, &case)?;
    Ok(case)
}

/// A joint case within reach that hasn't ended, locked.
pub(super) fn held(tx: &mut Tx<'_>, scope: &Scope, id: JointCaseId) -> Result<JointCase, ApiError> {
    let case = found(rows::hold(tx.conn(), id)?)?;
    require(tx.conn(), scope, &case)?;
    match case.state {
        JointState::Open | JointState::Decided => Ok(case),
        JointState::Closed | JointState::Cancelled => Err(ApiError::of(&JOINT_NOT_OPEN)),
    }
}

/// The people behind an organization in joint cases.
pub(super) fn people_of(connection: &mut PgConnection, organization: OrganizationId) -> Result<Vec<PersonId>, ApiError> {
    let mut people = identity::people_of_organization(connection, Role::UnitHandler, organization)?;
    people.extend(identity::people_of_organization(connection, Role::OrganizationContact, organization)?);
    Ok(people)
}

/// Everybody who takes part in a joint case now, and who called it.
pub(super) fn everybody(connection: &mut PgConnection, case: &JointCase) -> Result<Vec<PersonId>, ApiError> {
    let mut people = vec![case.convened_by];
    for member in rows_member::of(connection, &[case.id])? {
        people.extend(behind(connection, &member)?);
    }
    Ok(people)
}

/// The people behind one part.
pub(super) fn behind(connection: &mut PgConnection, member: &Member) -> Result<Vec<PersonId>, ApiError> {
    match (member.organization_id, member.person_id) {
        (Some(organization), _) => people_of(connection, organization),
        (None, person) => Ok(person.into_iter().collect()),
    }
}

/// May this organization, or this person, take part in the community's joint cases? Persons are those who work for it.
pub(super) fn may_take_part(
    connection: &mut PgConnection,
    organization: Option<OrganizationId>,
    person: Option<PersonId>,
    community: &GridPath,
) -> Result<bool, ApiError> {
    match (organization, person) {
        (Some(organization), None) => organization_here(connection, organization, community),
        (None, Some(person)) => {
            let mut works = false;
            for role in [Role::GridWorker, Role::CommunityStaff, Role::StreetStaff] {
                works |= identity::holds(connection, person, role, None)?;
            }
            let places = identity::places_of(connection, person)?;
            Ok(works && places.iter().any(|place| community.covers(place) || place.covers(community)))
        }
        _ => Ok(false),
    }
}
