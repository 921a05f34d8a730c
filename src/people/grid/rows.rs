//! Queries of `grid_units`.

use std::collections::{BTreeSet, HashMap};

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
    community_above(connection, &unit)
}

/// `community_of` a unit that is at hand.
pub fn community_above(connection: &mut PgConnection, unit: &GridUnit) -> DbResult<Option<GridUnit>> {
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

/// Every unit at or below a path, in order of path; all of them with `None`. For imports and figures, not for lists.
pub fn units_under(connection: &mut PgConnection, top: Option<&GridPath>) -> DbResult<Vec<GridUnit>> {
    let mut query = grid_units::table.select(GridUnit::as_select()).order(grid_units::path).into_boxed();
    if let Some(top) = top {
        query = query.filter(grid_units::path.eq(top).or(grid_units::path.like(format!("{}/%", escape(top.as_str())))));
    }
    Ok(query.load(connection)?)
}

/// `_` and `%` can't stand in a code, but a pattern is never built from raw text.
fn escape(path: &str) -> String {
    path.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// Units by id, for the names beside rows of other nouns.
pub fn units_by_ids(connection: &mut PgConnection, ids: &[GridUnitId]) -> DbResult<HashMap<GridUnitId, GridUnit>> {
    let units: Vec<GridUnit> =
        grid_units::table.filter(grid_units::id.eq_any(ids)).select(GridUnit::as_select()).load(connection)?;
    Ok(units.into_iter().map(|unit| (unit.id, unit)).collect())
}

/// The units from the street down to each of these paths, each once, in order of path.
pub fn above_all(connection: &mut PgConnection, places: &[GridPath]) -> DbResult<Vec<GridUnit>> {
    let paths: BTreeSet<GridPath> = places.iter().flat_map(down_to).collect();
    let paths: Vec<GridPath> = paths.into_iter().collect();
    let query = grid_units::table.filter(grid_units::path.eq_any(paths)).select(GridUnit::as_select());
    Ok(query.order(grid_units::path).load(connection)?)
}

/// The path of each unit from the street down.
fn down_to(path: &GridPath) -> Vec<GridPath> {
    let mut paths: Vec<GridPath> = Vec::new();
    for code in path.as_str().split('/') {
        let next = paths.last().map_or_else(|| GridPath::new(code), |parent| parent.child(code));
        paths.push(next);
    }
    paths
}

/// The units from the street down to a path, the unit itself last.
pub fn above(connection: &mut PgConnection, path: &GridPath) -> DbResult<Vec<GridUnit>> {
    let paths = down_to(path);
    Ok(grid_units::table
        .filter(grid_units::path.eq_any(paths))
        .select(GridUnit::as_select())
        .order(grid_units::path)
        .load(connection)?)
}

/// A unit to be entered.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = grid_units)]
pub struct NewUnit {
    /// Id.
    pub id: GridUnitId,
    /// Level, as stored.
    pub kind: String,
    /// The unit above.
    pub parent_id: Option<GridUnitId>,
    /// Code within it.
    pub code: String,
    /// Whole path.
    pub path: GridPath,
    /// Name.
    pub name: String,
    /// In use?
    pub active: bool,
}

/// Enters units, parents before children.
pub fn units_insert(connection: &mut PgConnection, units: &[NewUnit]) -> DbResult<()> {
    for chunk in units.chunks(1_000) {
        diesel::insert_into(grid_units::table).values(chunk).execute(connection)?;
    }
    Ok(())
}

/// Renames a unit, puts it out of use or back.
pub fn unit_update(connection: &mut PgConnection, id: GridUnitId, name: &str, active: bool) -> DbResult<()> {
    diesel::update(grid_units::table.find(id))
        .set((grid_units::name.eq(name), grid_units::active.eq(active)))
        .execute(connection)?;
    Ok(())
}
