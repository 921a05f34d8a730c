//! What is in force: for dispatch, suggestions and forms.

use std::collections::HashMap;

use base::db::DbResult;
use base::ids::GridUnitId;
use diesel::PgConnection;
use people::grid::{self, GridPath};

use super::item::DutyItem;
use super::rows;

/// The version of a code that holds in the whole community, else the one of a part that came first.
pub fn in_force(connection: &mut PgConnection, community: GridUnitId, code: &str) -> DbResult<Option<DutyItem>> {
    let mut rows = rows::of_code(connection, community, code)?;
    let broad = rows.iter().position(|row| row.jurisdiction_id == community).unwrap_or(0);
    Ok(if rows.is_empty() { None } else { Some(rows.swap_remove(broad).into()) })
}

/// The version of a code that holds at a place: the one of the narrowest part of the community that covers it.
pub fn in_force_at(
    connection: &mut PgConnection,
    community: GridUnitId,
    code: &str,
    place: &GridPath,
) -> DbResult<Option<DutyItem>> {
    let items: Vec<DutyItem> = rows::of_code(connection, community, code)?.into_iter().map(DutyItem::from).collect();
    let units: Vec<GridUnitId> = items.iter().map(|item| item.jurisdiction).collect();
    let paths = grid::units_by_ids(connection, &units)?.into_iter().map(|(id, unit)| (id, unit.path)).collect();
    Ok(narrowest(&items, &paths, place).cloned())
}

/// Everything in force in a community, by code; a code appears once for each part of the community where it has a version of its own.
pub fn all_in_force(connection: &mut PgConnection, community: GridUnitId) -> DbResult<Vec<DutyItem>> {
    Ok(rows::in_force(connection, community)?.into_iter().map(DutyItem::from).collect())
}

/// Of the versions of one code the one whose jurisdiction is the narrowest that covers the place.
pub fn narrowest<'a>(items: &'a [DutyItem], paths: &HashMap<GridUnitId, GridPath>, place: &GridPath) -> Option<&'a DutyItem> {
    let depth = |item: &DutyItem| {
        let path = paths.get(&item.jurisdiction).filter(|path| path.covers(place))?;
        Some(path.as_str().len())
    };
    items.iter().filter_map(|item| depth(item).map(|depth| (depth, item))).max_by_key(|(depth, _)| *depth).map(|(_, item)| item)
}
