//! Queries of `grid_units`.

use base::db::DbResult;
use base::ids::GridUnitId;
use diesel::prelude::*;

use super::path::GridPath;
use super::schema::grid_units;
use super::scope::{Scope, within};
use super::unit::UnitKind;

/// A unit of the tree.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = grid_units, check_for_backend(diesel::pg::Pg))]
pub struct GridUnit {
    /// Id.
    pub id: GridUnitId,
    /// Level, as stored (see `UnitKind`).
    pub kind: String,
    /// The unit above.
    pub parent_id: Option<GridUnitId>,
    /// Code within the unit above.
    pub code: String,
    /// All codes from the street down.
    pub path: GridPath,
    /// Name as people call it.
    pub name: String,
    /// In use?
    pub active: bool,
}

impl GridUnit {
    /// The level.
    pub fn level(&self) -> UnitKind {
        UnitKind::parse(&self.kind).unwrap_or(UnitKind::Entrance)
    }
}

/// One unit.
pub fn unit_find(connection: &mut PgConnection, id: GridUnitId) -> DbResult<Option<GridUnit>> {
    Ok(grid_units::table.find(id).select(GridUnit::as_select()).first(connection).optional()?)
}

/// One unit by its whole path.
pub fn unit_by_code(connection: &mut PgConnection, path: &GridPath) -> DbResult<Option<GridUnit>> {
    Ok(grid_units::table.filter(grid_units::path.eq(path)).select(GridUnit::as_select()).first(connection).optional()?)
}

/// The community at or above a unit; `None` for a street.
pub fn community_of(connection: &mut PgConnection, id: GridUnitId) -> DbResult<Option<GridUnit>> {
    let Some(unit) = unit_find(connection, id)? else { return Ok(None) };
    let community = unit_by_code(connection, &unit.path.community())?;
    Ok(community.filter(|unit| unit.level() == UnitKind::Community))
}

/// Units of the scope by path, optionally of one level, after a path.
pub fn units_below(
    connection: &mut PgConnection,
    scope: &Scope,
    kind: Option<UnitKind>,
    after: Option<&GridPath>,
    limit: i64,
) -> DbResult<Vec<GridUnit>> {
    let mut query = grid_units::table
        .filter(within(grid_units::id, scope))
        .select(GridUnit::as_select())
        .order(grid_units::path)
        .limit(limit)
        .into_boxed();
    if let Some(kind) = kind {
        query = query.filter(grid_units::kind.eq(kind.name()));
    }
    if let Some(after) = after {
        query = query.filter(grid_units::path.gt(after));
    }
    Ok(query.load(connection)?)
}
