//! Where a thing of this wing lies and who reaches it: every noun asks the same questions, with the same refusals.

use base::error::ApiError;
pub(crate) use base::error::{found, moved};
use base::ids::{GridUnitId, OrganizationId, PersonId};
use diesel::PgConnection;
use people::community;
use people::grid::{self, GridPath, Scope, UnitKind};
use people::identity::{self, Role};
pub(crate) use people::notify::tell;

/// A place at or below a community.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// The unit.
    pub(crate) unit: GridUnitId,
    /// Its place in the tree.
    pub(crate) path: GridPath,
    /// Its community.
    pub(crate) community: GridUnitId,
    /// Its level.
    pub(crate) level: UnitKind,
}

/// The place that a request names: 404 when the scope doesn't reach it, 422 for a street.
pub(crate) fn place_named(
    connection: &mut PgConnection,
    scope: &Scope,
    unit: GridUnitId,
    pointer: &str,
) -> Result<Place, ApiError> {
    let unit = found(grid::unit_find(connection, unit)?)?;
    scope.require_unit(&unit.path)?;
    let community = grid::community_of(connection, unit.id)?;
    let community = community.ok_or_else(|| ApiError::invalid(pointer, "must be a community or below"))?.id;
    let level = unit.level();
    Ok(Place { unit: unit.id, path: unit.path, community, level })
}

/// The path of a stored thing's unit.
pub(crate) fn path_of(connection: &mut PgConnection, unit: GridUnitId) -> Result<GridPath, ApiError> {
    Ok(found(grid::unit_find(connection, unit)?)?.path)
}

/// 404 unless the scope reaches the unit of a stored thing.
pub(crate) fn require_unit(connection: &mut PgConnection, scope: &Scope, unit: GridUnitId) -> Result<(), ApiError> {
    let path = path_of(connection, unit)?;
    scope.require_unit(&path)
}

/// `moved` for a conditional update.
pub(crate) fn changed(was: bool) -> Result<(), ApiError> {
    moved(was.then_some(()))
}

/// The grid workers of a unit: those of the block that it lies in, or of all blocks below it.
pub(crate) fn workers_of(connection: &mut PgConnection, unit: GridUnitId) -> Result<Vec<PersonId>, ApiError> {
    let unit = found(grid::unit_find(connection, unit)?)?;
    let mut workers = identity::people_over(connection, Role::GridWorker, &unit.path)?;
    if matches!(unit.level(), UnitKind::Community | UnitKind::Estate) {
        for below in grid::units_under(connection, Some(&unit.path))? {
            if below.level() == UnitKind::Block {
                workers.extend(identity::people_with_role(connection, Role::GridWorker, below.id)?);
            }
        }
    }
    workers.sort_unstable();
    workers.dedup();
    Ok(workers)
}

/// Is the organization at work in the community or in its street?
pub(crate) fn organization_here(
    connection: &mut PgConnection,
    id: OrganizationId,
    community: &GridPath,
) -> Result<bool, ApiError> {
    let Some(row) = community::organization_find(connection, id)?.filter(|row| row.state == "active") else { return Ok(false) };
    let place = path_of(connection, row.grid_unit_id)?;
    Ok(community.covers(&place) || place.covers(community))
}
