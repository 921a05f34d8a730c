//! Import of the grid: parents stand in the database or further up in the file, in any order.

use std::collections::{HashMap, HashSet};

use base::db::{Audit, Tx};
use base::error::ApiError;
use base::ids::GridUnitId;
use serde_json::json;

use super::columns::{Cells, Refused};
use super::report::{ImportReport, Wrong};
use super::run::Input;
use super::values;
use crate::grid::{self, GridPath, GridUnit, NewUnit, UnitKind};

struct Row {
    number: u32,
    path: GridPath,
    name: String,
    active: bool,
}

fn read(cells: &Cells<'_>, input: &Input<'_>, report: &mut ImportReport) -> Result<Row, Refused> {
    let path = values::path(cells, "path", report)?;
    if path.as_str().len() > 120 {
        return Err(cells.refuse("path", Wrong::TooLong, report));
    }
    let name = values::short(cells, "name", 80, report)?.to_owned();
    let active = match cells.text("active", report)? {
        None => true,
        Some(text) if ["是", "yes", "true", "1"].contains(&text.to_lowercase().as_str()) => true,
        Some(text) if ["否", "no", "false", "0"].contains(&text.to_lowercase().as_str()) => false,
        Some(_) => return Err(cells.refuse("active", Wrong::Form, report)),
    };
    if input.scope.require_unit(&path).is_err() {
        return Err(cells.refuse("path", Wrong::Outside, report));
    }
    Ok(Row { number: cells.number(), path, name, active })
}

fn parent_of(path: &GridPath) -> Option<GridPath> {
    path.as_str().rsplit_once('/').map(|(parent, _)| GridPath::new(parent))
}

/// Checks and writes the rows.
pub(super) fn import(tx: &mut Tx<'_>, input: &Input<'_>, report: &mut ImportReport) -> Result<HashSet<GridPath>, ApiError> {
    let mut rows: Vec<Row> = Vec::new();
    for row in input.sheet_rows() {
        match read(&input.cells(row), input, report) {
            Ok(row) => rows.push(row),
            Err(Refused) => report.refused += 1,
        }
    }
    // Parents before children, whatever the file's order.
    rows.sort_by_key(|row| (row.path.as_str().matches('/').count(), row.number));
    let known: HashMap<GridPath, GridUnit> =
        grid::units_under(tx.conn(), None)?.into_iter().map(|unit| (unit.path.clone(), unit)).collect();
    let mut made: HashMap<GridPath, GridUnitId> = HashMap::new();
    let mut new = Vec::new();
    let mut seen: HashMap<GridPath, u32> = HashMap::new();
    for row in rows {
        if seen.insert(row.path.clone(), row.number).is_some() {
            report.error(row.number, "path", "编码", Wrong::Twice);
            report.refused += 1;
            continue;
        }
        match known.get(&row.path) {
            Some(unit) if unit.name == row.name && unit.active == row.active => report.unchanged += 1,
            Some(unit) => {
                grid::unit_update(tx.conn(), unit.id, &row.name, row.active)?;
                tx.audit(
                    Audit::new("grid_unit_import", "grid_unit", unit.id.0).at(unit.id).after(json!({"active": row.active})),
                )?;
                report.changed += 1;
            }
            None => match fresh(&row, &known, &made) {
                Some(unit) => {
                    made.insert(row.path.clone(), unit.id);
                    new.push(unit);
                    report.created += 1;
                }
                None => {
                    report.error(row.number, "path", "编码", Wrong::NoParent);
                    report.refused += 1;
                }
            },
        }
    }
    grid::units_insert(tx.conn(), &new)?;
    Ok(seen.into_keys().collect())
}

/// A new unit under a parent that is known or new itself.
fn fresh(row: &Row, known: &HashMap<GridPath, GridUnit>, made: &HashMap<GridPath, GridUnitId>) -> Option<NewUnit> {
    let depth = row.path.as_str().matches('/').count();
    let kind = UnitKind::ALL.get(depth)?;
    let parent_id = match parent_of(&row.path) {
        None => None,
        Some(parent) => Some(known.get(&parent).map(|unit| unit.id).or_else(|| made.get(&parent).copied())?),
    };
    let code = row.path.as_str().rsplit('/').next().unwrap_or_default().to_owned();
    Some(NewUnit {
        id: GridUnitId::new(),
        kind: kind.name().to_owned(),
        parent_id,
        code,
        path: row.path.clone(),
        name: row.name.clone(),
        active: row.active,
    })
}
