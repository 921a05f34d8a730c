//! The roster of who is on call (值班表): of a unit, or of a community for what it handles itself.

use base::db::{Audit, DbResult, Finished, Tx};
use base::error::{self, ApiError};
use base::ids::{GridUnitId, OrganizationId, PersonId};
use chrono::{DateTime, Duration, Utc};
use diesel::PgConnection;
use people::community;
use people::grid::{self, GridPath, Scope, Target, UnitKind};
use people::identity::{self, Role};
use serde_json::json;

use super::rows_on_call::{self, TurnRow};
use super::{ON_CALL_OVERLAP, ON_CALL_WRONG_PERSON};

base::typed_ids! {
    /// A turn of the on-call roster.
    TurnId;
}

/// A turn to be entered.
#[derive(Debug, Clone)]
pub(super) struct NewTurn {
    pub(super) id: TurnId,
    /// Exactly one of the two.
    pub(super) community: Option<GridUnitId>,
    pub(super) organization: Option<OrganizationId>,
    pub(super) person: PersonId,
    pub(super) deputy: Option<PersonId>,
    pub(super) starts_at: DateTime<Utc>,
    pub(super) ends_at: DateTime<Utc>,
}

/// Where a turn belongs: the community, or the unit's own place.
fn place(
    connection: &mut PgConnection,
    community: Option<GridUnitId>,
    organization: Option<OrganizationId>,
) -> Result<(GridUnitId, GridPath), ApiError> {
    let missing = || ApiError::of(&error::NOT_FOUND);
    let unit = match (community, organization) {
        (Some(unit), None) => {
            grid::unit_find(connection, unit)?.filter(|unit| unit.level() == UnitKind::Community).ok_or_else(missing)?
        }
        (None, Some(organization)) => {
            let organization = community::organization_find(connection, organization)?.ok_or_else(missing)?;
            grid::unit_find(connection, organization.grid_unit_id)?.ok_or_else(missing)?
        }
        _ => return Err(ApiError::invalid("", "name either a community or an organization")),
    };
    Ok((unit.id, unit.path))
}

fn require(scope: &Scope, place: &GridPath, organization: Option<OrganizationId>) -> Result<(), ApiError> {
    scope.require(&Target { unit: Some(place), organization, person: None })
}

/// Does the person work there?
fn works_there(connection: &mut PgConnection, turn: &NewTurn, path: &GridPath, person: PersonId) -> DbResult<bool> {
    if let Some(organization) = turn.organization {
        return Ok(identity::people_of_organization(connection, Role::UnitHandler, organization)?.contains(&person));
    }
    if identity::people_over(connection, Role::CommunityStaff, path)?.contains(&person) {
        return Ok(true);
    }
    let places = identity::places_of(connection, person)?;
    Ok(identity::holds(connection, person, Role::GridWorker, None)? && places.iter().any(|place| path.covers(place)))
}

/// Puts somebody on call.
pub(super) fn create(mut tx: Tx<'_>, scope: &Scope, by: PersonId, turn: &NewTurn) -> Result<Finished<()>, ApiError> {
    let (unit, path) = place(tx.conn(), turn.community, turn.organization)?;
    require(scope, &path, turn.organization)?;
    let span = turn.ends_at - turn.starts_at;
    if span <= Duration::zero() || span > Duration::days(31) || turn.deputy == Some(turn.person) {
        return Err(ApiError::invalid("/ends_at", "a turn has an end within 31 days, and a deputy who is somebody else"));
    }
    for person in std::iter::once(turn.person).chain(turn.deputy) {
        if !works_there(tx.conn(), turn, &path, person)? {
            return Err(ApiError::of(&ON_CALL_WRONG_PERSON));
        }
    }
    let row = TurnRow {
        id: turn.id,
        community_id: turn.community,
        organization_id: turn.organization,
        person_id: turn.person,
        deputy_id: turn.deputy,
        starts_at: turn.starts_at,
        ends_at: turn.ends_at,
        created_by: by,
        ended_at: None,
    };
    if rows_on_call::overlaps(tx.conn(), &row)? {
        return Err(ApiError::of(&ON_CALL_OVERLAP));
    }
    rows_on_call::insert(tx.conn(), &row)?;
    let after = json!({"person": turn.person, "deputy": turn.deputy, "from": turn.starts_at, "to": turn.ends_at, "organization": turn.organization});
    tx.audit(Audit::new("on_call_create", "on_call_turn", turn.id.0).at(unit).after(after))?;
    Ok(tx.done(())?)
}

/// Takes a turn off the roster; doing it again changes nothing.
pub(super) fn end(mut tx: Tx<'_>, scope: &Scope, id: TurnId) -> Result<Finished<()>, ApiError> {
    let turn = rows_on_call::find(tx.conn(), id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    let (unit, path) = place(tx.conn(), turn.community_id, turn.organization_id)?;
    require(scope, &path, turn.organization_id)?;
    let now = tx.now()?;
    if rows_on_call::end(tx.conn(), id, now)? {
        tx.audit(Audit::new("on_call_end", "on_call_turn", id.0).at(unit).before(json!({"person": turn.person_id})))?;
    }
    Ok(tx.done(())?)
}
