//! Import of organizations; a file of merchants is the same with the kind fixed, and its rows stand as `applied` until staff approve.

use std::collections::{HashMap, HashSet};

use base::db::{Audit, Tx};
use base::error::ApiError;
use base::ids::OrganizationId;
use chrono::{DateTime, Utc};
use serde_json::json;

use super::columns::{Cells, ImportKind, Refused};
use super::report::{ImportReport, Wrong};
use super::run::Input;
use super::values;
use crate::community::organizations::{self, NewOrganization, OrganizationKind, OrganizationRow};
use crate::grid::{GridPath, GridUnit, UnitKind};

fn read(
    cells: &Cells<'_>,
    input: &Input<'_>,
    places: &HashMap<GridPath, GridUnit>,
    report: &mut ImportReport,
) -> Result<(NewOrganization, GridPath), Refused> {
    let merchants = input.kind == ImportKind::Merchants;
    let code = cells.needed("code", report)?.to_owned();
    if !values::is_code(&code, 40) {
        return Err(cells.refuse("code", Wrong::Form, report));
    }
    let kind = if merchants {
        OrganizationKind::Merchant
    } else {
        let text = cells.needed("kind", report)?;
        OrganizationKind::parse(text).ok_or_else(|| cells.refuse("kind", Wrong::UnknownKind, report))?
    };
    let name = values::short(cells, "name", 80, report)?.to_owned();
    let path = values::path(cells, "unit", report)?;
    if input.scope.require_unit(&path).is_err() {
        return Err(cells.refuse("unit", Wrong::Outside, report));
    }
    let Some(unit) = places.get(&path) else { return Err(cells.refuse("unit", Wrong::UnknownUnit, report)) };
    let fits = match unit.level() {
        UnitKind::Community => true,
        UnitKind::Street => kind != OrganizationKind::Merchant,
        _ => false,
    };
    if !fits {
        return Err(cells.refuse("unit", Wrong::Level, report));
    }
    let contact = values::short_or_none(cells, "contact", 40, report)?.map(str::to_owned);
    let phone = values::phone(cells, "phone", report)?;
    let active = kind != OrganizationKind::Merchant;
    Ok((NewOrganization { id: OrganizationId::new(), kind, name, code: Some(code), unit: unit.id, active, contact, phone }, path))
}

fn content(input: &Input<'_>, new: &NewOrganization) -> Vec<u8> {
    let phone = new.phone.as_ref().map_or("", |phone| phone.as_str());
    let text = [new.kind.name(), &new.name, new.contact.as_deref().unwrap_or(""), phone].join("\u{1F}");
    input.ring.lookup("organization-row", &text)
}

/// What a row becomes: nothing, when it stands there as it is.
fn prepare(
    tx: &mut Tx<'_>,
    input: &Input<'_>,
    (number, mut new): (u32, NewOrganization),
    now: DateTime<Utc>,
    report: &mut ImportReport,
) -> Result<Option<(OrganizationRow, bool)>, ApiError> {
    let code = new.code.clone().unwrap_or_default();
    let known = organizations::existing(tx.conn(), new.unit, &code)?;
    if known.as_ref().is_some_and(|known| known.kind != new.kind.name()) {
        report.error(number, "code", "编码", Wrong::OtherKind);
        report.refused += 1;
        return Ok(None);
    }
    let hash = content(input, &new);
    if let Some(known) = &known {
        if known.content_hash.as_ref() == Some(&hash) {
            report.unchanged += 1;
            return Ok(None);
        }
        new.id = known.id;
    }
    let row = OrganizationRow { content_hash: Some(hash), ..organizations::sealed(input.ring, &new, now)? };
    match known {
        Some(_) => report.changed += 1,
        None => report.created += 1,
    }
    Ok(Some((row, known.is_none())))
}

/// Checks and writes the rows.
pub(super) fn import(tx: &mut Tx<'_>, input: &Input<'_>, report: &mut ImportReport) -> Result<HashSet<GridPath>, ApiError> {
    let places = input.places(tx)?;
    let now = tx.now()?;
    let mut seen: HashMap<(GridPath, String), u32> = HashMap::new();
    let mut rows: Vec<(OrganizationRow, bool)> = Vec::new();
    for row in input.sheet_rows() {
        let cells = input.cells(row);
        let Ok((new, path)) = read(&cells, input, &places, report) else {
            report.refused += 1;
            continue;
        };
        if seen.insert((path, new.code.clone().unwrap_or_default()), row.number).is_some() {
            cells.refuse("code", Wrong::Twice, report);
            report.refused += 1;
            continue;
        }
        rows.extend(prepare(tx, input, (row.number, new), now, report)?);
    }
    for (row, is_new) in &rows {
        let audit = Audit::new("organization_import", "organization", row.id.0).at(row.grid_unit_id);
        tx.audit(audit.after(json!({"kind": row.kind, "new": is_new})))?;
    }
    let plain: Vec<OrganizationRow> = rows.into_iter().map(|(row, _)| row).collect();
    organizations::put(tx.conn(), &plain)?;
    Ok(seen.into_keys().map(|(path, _)| path).collect())
}
