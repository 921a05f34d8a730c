//! Places, as the wing's scopes need them.

use base::db::DbResult;
use base::error::{self, ApiError};
use base::ids::GridUnitId;
use diesel::PgConnection;
use people::grid::{self, GridPath, UnitKind};

/// The path of a community; `None` when the unit is something else.
pub(crate) fn community_path(connection: &mut PgConnection, id: GridUnitId) -> DbResult<Option<GridPath>> {
    let unit = grid::unit_find(connection, id)?;
    Ok(unit.filter(|unit| unit.level() == UnitKind::Community).map(|unit| unit.path))
}

/// `community_path`, or 422 at the field that named it.
pub(crate) fn community_named(connection: &mut PgConnection, id: GridUnitId, pointer: &str) -> Result<GridPath, ApiError> {
    community_path(connection, id)?.ok_or_else(|| ApiError::invalid(pointer, "is no community"))
}

/// `community_path` of a stored row.
pub(crate) fn community_stored(connection: &mut PgConnection, id: GridUnitId) -> Result<GridPath, ApiError> {
    community_path(connection, id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))
}
