//! Granting and ending roles. Whoever grants decides by their own rules (roster, residency, registration, invitation); here stands
//! what holds for all: no role twice, no security auditor who is administrator, an audit row each.

use base::db::{Audit, DbResult, Tx, now};
use base::error::{self, ApiError};
use base::ids::{GridUnitId, OrganizationId, PersonId};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde_json::json;

use super::actor::HeldRole;
use super::role::Role;
use super::rows_role::{self, NewRole, RoleRow};
use super::{ROLES_EXCLUDE, RoleId};
use crate::grid::{GridPath, Scope, Target, unit_find};

/// How a role came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleSource {
    /// A roster row was adopted.
    Roster,
    /// A residency was confirmed.
    Residency,
    /// A registration was confirmed.
    Registration,
    /// An invitation was taken.
    Invitation,
    /// Staff gave it.
    Staff,
    /// The operator gave it at the command line.
    Operator,
    /// They stand in for somebody.
    Deputy,
}

impl RoleSource {
    const fn name(self) -> &'static str {
        match self {
            Self::Roster => "roster",
            Self::Residency => "residency",
            Self::Registration => "registration",
            Self::Invitation => "invitation",
            Self::Staff => "staff",
            Self::Operator => "operator",
            Self::Deputy => "deputy",
        }
    }
}

/// A role to be granted, bound to a unit, an organization, both (property staff: organization and estate) or neither (operator).
#[derive(Debug, Clone, Copy)]
pub struct Grant {
    /// To whom.
    pub person: PersonId,
    /// What.
    pub role: Role,
    /// Bound to this unit.
    pub unit: Option<GridUnitId>,
    /// Bound to this organization.
    pub organization: Option<OrganizationId>,
    /// How it came.
    pub source: RoleSource,
    /// From when; `None`: now.
    pub starts: Option<DateTime<Utc>>,
    /// Until when; `None`: open.
    pub ends: Option<DateTime<Utc>>,
}

/// Grants a role and returns it; one that the person holds already without end is returned as it is. 409 `roles_exclude` when a
/// security auditor would become administrator, or the other way round.
pub fn grant(tx: &mut Tx<'_>, grant: &Grant) -> Result<RoleId, ApiError> {
    grant_as(tx, RoleId::new(), grant)
}

/// The same under an id that was made before; another id comes back where the person holds the role already.
pub fn grant_as(tx: &mut Tx<'_>, id: RoleId, grant: &Grant) -> Result<RoleId, ApiError> {
    let now = tx.now()?;
    if excluded(tx.conn(), grant.person, grant.role, now)? {
        return Err(ApiError::of(&ROLES_EXCLUDE));
    }
    let row = NewRole {
        id,
        person_id: grant.person,
        role: grant.role.name(),
        grid_unit_id: grant.unit,
        organization_id: grant.organization,
        starts_at: grant.starts.unwrap_or(now),
        ends_at: grant.ends,
        source: grant.source.name(),
        granted_by: tx.context().principal.person(),
    };
    if !rows_role::insert(tx.conn(), &row)? {
        return rows_role::open_twin(tx.conn(), &row)?.ok_or_else(|| ApiError::of(&base::error::STATE_CONFLICT));
    }
    let mut audit = Audit::new("role_grant", "role", id.0).after(json!({
        "person": grant.person, "role": grant.role.name(), "source": grant.source.name(),
        "organization": grant.organization, "starts_at": row.starts_at, "ends_at": row.ends_at,
    }));
    if let Some(unit) = grant.unit {
        audit = audit.at(unit);
    }
    tx.audit(audit)?;
    Ok(id)
}

/// Would the role make a person both security auditor and administrator?
pub(super) fn excluded(connection: &mut PgConnection, person: PersonId, role: Role, now: DateTime<Utc>) -> DbResult<bool> {
    let other = match role {
        Role::Admin => Role::SecurityAuditor,
        Role::SecurityAuditor => Role::Admin,
        _ => return Ok(false),
    };
    Ok(rows_role::held(connection, person, now)?.iter().any(|held| held.role == other.name()))
}

/// Ends a role now; false when it had ended.
pub fn end(tx: &mut Tx<'_>, id: RoleId) -> Result<bool, ApiError> {
    let Some(row) = rows_role::lock(tx.conn(), id)? else { return Ok(false) };
    let now = tx.now()?;
    if row.ends_at.is_some_and(|ends| ends <= now) {
        return Ok(false);
    }
    set_end(tx, &row, Some(now.max(row.starts_at)))?;
    Ok(true)
}

/// Ends a role that lies in the scope; 404 for any other, a conflict when it has ended.
pub(super) fn end_within(tx: &mut Tx<'_>, scope: &Scope, id: RoleId) -> Result<(), ApiError> {
    let row = rows_role::find(tx.conn(), id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    let unit = row.grid_unit_id.map(|unit| unit_find(tx.conn(), unit)).transpose()?.flatten();
    let path = unit.map(|unit| unit.path);
    // Through an organization one reaches the clerks only: an owner must not end another owner.
    let organization = row.organization_id.filter(|_id| row.role == Role::MerchantClerk.name());
    scope.require(&Target { unit: path.as_ref(), organization, ..Target::default() })?;
    if end(tx, id)? { Ok(()) } else { Err(ApiError::of(&error::STATE_CONFLICT)) }
}

/// Moves the end of a role.
pub(super) fn set_end(tx: &mut Tx<'_>, row: &RoleRow, ends: Option<DateTime<Utc>>) -> Result<(), ApiError> {
    rows_role::set_end(tx.conn(), row.id, ends)?;
    let mut audit = Audit::new("role_end", "role", row.id.0)
        .before(json!({"ends_at": row.ends_at}))
        .after(json!({"person": row.person_id, "role": row.role, "ends_at": ends}));
    if let Some(unit) = row.grid_unit_id {
        audit = audit.at(unit);
    }
    tx.audit(audit)?;
    Ok(())
}

/// Ends every role of that kind that a person holds at exactly that unit (a resident who moves out); returns how many.
pub fn end_at_unit(tx: &mut Tx<'_>, person: PersonId, role: Role, unit: GridUnitId) -> Result<usize, ApiError> {
    let now = tx.now()?;
    let held = rows_role::held(tx.conn(), person, now)?;
    let mut ended = 0;
    for row in held.iter().filter(|row| row.role == role.name() && row.grid_unit_id == Some(unit)) {
        ended += usize::from(end(tx, row.id)?);
    }
    Ok(ended)
}

/// People who hold a role bound to exactly this unit: the workers of a block.
pub fn people_with_role(connection: &mut PgConnection, role: Role, unit: GridUnitId) -> DbResult<Vec<PersonId>> {
    let now = now(connection)?;
    rows_role::holders(connection, role.name(), Some(unit), None, now)
}

/// Active people who hold one of these roles now, with where they hold them, after somebody in the order of their ids; the members of every
/// group that is made of roles and places.
pub fn people_holding(
    connection: &mut PgConnection,
    roles: &[Role],
    after: Option<PersonId>,
    limit: i64,
) -> DbResult<Vec<(PersonId, Vec<HeldRole>)>> {
    let names: Vec<&str> = roles.iter().map(|role| role.name()).collect();
    let mut people: Vec<(PersonId, Vec<HeldRole>)> = Vec::new();
    for (person, role, unit, path) in rows_role::holding(connection, &names, after, limit)? {
        let Some(role) = Role::parse(&role) else { continue };
        let held = HeldRole { role, unit: Some(unit), path: Some(path), community: None, organization: None };
        match people.last_mut() {
            Some((last, all)) if *last == person => all.push(held),
            _ => people.push((person, vec![held])),
        }
    }
    Ok(people)
}

/// People who hold a role of an organization: a merchant's clerks.
pub fn people_of_organization(
    connection: &mut PgConnection,
    role: Role,
    organization: OrganizationId,
) -> DbResult<Vec<PersonId>> {
    let now = now(connection)?;
    rows_role::holders(connection, role.name(), None, Some(organization), now)
}

/// People whose role is bound to this place or above it, nearest first: who is responsible for an entrance. Nobody whose account is
/// held or closed: they can do nothing, and nothing of them is shown.
pub fn people_over(connection: &mut PgConnection, role: Role, place: &GridPath) -> DbResult<Vec<PersonId>> {
    rows_role::holders_over(connection, role.name(), place)
}

/// Who is responsible for each of these places, the nearest first.
pub fn people_over_each(connection: &mut PgConnection, role: Role, places: &[GridPath]) -> DbResult<Vec<(GridPath, PersonId)>> {
    rows_role::holders_over_each(connection, role.name(), places)
}

/// Those of [`people_over`] who only stand in for somebody.
pub fn deputies_over(connection: &mut PgConnection, role: Role, place: &GridPath) -> DbResult<Vec<PersonId>> {
    rows_role::deputies_over(connection, role.name(), place, RoleSource::Deputy.name())
}

/// Of these places, those that nobody with the role is responsible for: blocks of the red list.
pub fn places_without(connection: &mut PgConnection, role: Role, places: &[GridPath]) -> DbResult<Vec<GridPath>> {
    rows_role::without_holder(connection, role.name(), places)
}

/// Does a person hold a role now, at exactly this unit when one is given?
pub fn holds(connection: &mut PgConnection, person: PersonId, role: Role, unit: Option<GridUnitId>) -> DbResult<bool> {
    let now = now(connection)?;
    let held = rows_role::held(connection, person, now)?;
    Ok(held.iter().any(|row| row.role == role.name() && (unit.is_none() || row.grid_unit_id == unit)))
}

/// Where a person stands in the grid now: the units of their roles, and the entrance of a managed account.
pub fn places_of(connection: &mut PgConnection, person: PersonId) -> DbResult<Vec<GridPath>> {
    rows_role::places(connection, person)
}
