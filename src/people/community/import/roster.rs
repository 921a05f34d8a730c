//! Import of the staff roster: each row is `identity`'s, which gives the role to whoever has bound the row's phone.

use std::collections::{HashMap, HashSet};

use base::clock::shanghai_midnight;
use base::db::Tx;
use base::error::ApiError;
use base::ids::{GridUnitId, OrganizationId};
use chrono::Days;

use super::columns::{Cells, Refused};
use super::report::{ImportReport, Wrong};
use super::run::Input;
use super::values;
use crate::community::organizations::{Organization, organization_by_code};
use crate::grid::{GridPath, GridUnit};
use crate::identity::{self, Role, RosterEntry, Upserted};

/// Names of roles in Chinese.
const ROLES: &[(&str, Role)] = &[
    ("网格员", Role::GridWorker),
    ("楼门长", Role::BuildingHead),
    ("社区工作者", Role::CommunityStaff),
    ("社区书记", Role::CommunityStaff),
    ("责任单位", Role::UnitHandler),
    ("社会组织联系人", Role::OrganizationContact),
    ("街道", Role::StreetStaff),
    ("街道工作人员", Role::StreetStaff),
    ("监督委员会", Role::Auditor),
    ("安全审计员", Role::SecurityAuditor),
    ("系统管理员", Role::Admin),
    ("商户负责人", Role::MerchantOwner),
    ("商户店员", Role::MerchantClerk),
    ("新就业群体", Role::NewEmployment),
    ("党员", Role::PartyMember),
];

/// Roles that never come from a roster: everybody has the first, the second follows a residence, the third a registration.
const NOT_FROM_ROSTER: [Role; 3] = [Role::Person, Role::Resident, Role::Volunteer];

/// What staff of a community may give in their own community; all others are the operator's.
const STAFF_MAY_GIVE: [Role; 8] = [
    Role::GridWorker,
    Role::BuildingHead,
    Role::UnitHandler,
    Role::OrganizationContact,
    Role::MerchantOwner,
    Role::MerchantClerk,
    Role::NewEmployment,
    Role::PartyMember,
];

fn role(text: &str) -> Option<Role> {
    let chinese = ROLES.iter().find(|(zh, _)| *zh == text).map(|(_, role)| *role);
    chinese.or_else(|| Role::parse(text)).filter(|role| !NOT_FROM_ROSTER.contains(role))
}

/// Everything but the organization.
struct Row {
    entry: RosterEntry,
    path: GridPath,
    code: Option<String>,
}

fn read(
    cells: &Cells<'_>,
    input: &Input<'_>,
    places: &HashMap<GridPath, GridUnit>,
    report: &mut ImportReport,
) -> Result<Row, Refused> {
    let name = values::short(cells, "name", 40, report)?.to_owned();
    let phone = values::phone(cells, "phone", report)?.ok_or_else(|| cells.refuse("phone", Wrong::Empty, report))?;
    let role = role(cells.needed("role", report)?).ok_or_else(|| cells.refuse("role", Wrong::UnknownRole, report))?;
    let path = values::path(cells, "unit", report)?;
    if input.scope.require_unit(&path).is_err() {
        return Err(cells.refuse("unit", Wrong::Outside, report));
    }
    if !input.scope.anyone && !STAFF_MAY_GIVE.contains(&role) {
        return Err(cells.refuse("role", Wrong::NotYours, report));
    }
    let Some(unit) = places.get(&path).map(|unit| unit.id) else {
        return Err(cells.refuse("unit", Wrong::UnknownUnit, report));
    };
    let code = cells.text("organization", report)?.map(str::to_owned);
    if role.of_organization() && code.is_none() {
        return Err(cells.refuse("organization", Wrong::NeedsOrganization, report));
    }
    let (from, until) = values::period(cells, report)?;
    let from = from.ok_or_else(|| cells.refuse("from", Wrong::Empty, report))?;
    // The last day counts whole.
    let ends_at = until.and_then(|day| day.checked_add_days(Days::new(1))).map(shanghai_midnight);
    let key = key(input, phone.as_str(), role, &path, code.as_deref());
    let entry = RosterEntry {
        key,
        phone,
        name: Some(name),
        role,
        unit: (!role.of_organization() || role == Role::UnitHandler).then_some(unit),
        organization: None,
        starts_at: shanghai_midnight(from),
        ends_at,
    };
    Ok(Row { entry, path, code })
}

/// Phone, role and place make a row; what it says about their time or name may change.
fn key(input: &Input<'_>, phone: &str, role: Role, path: &GridPath, code: Option<&str>) -> String {
    let text = [phone, role.name(), path.as_str(), code.unwrap_or("")].join("\u{1F}");
    let hash = input.ring.lookup("roster-row", &text);
    hash.iter().take(20).fold("roster:".to_owned(), |key, byte| key + &format!("{byte:02x}"))
}

/// The organization of a code: the community's, else the street's.
fn organization(
    tx: &mut Tx<'_>,
    places: &HashMap<GridPath, GridUnit>,
    path: &GridPath,
    code: &str,
) -> Result<Option<OrganizationId>, ApiError> {
    for place in [path.community(), path.street()] {
        let unit: Option<GridUnitId> = places.get(&place).map(|unit| unit.id);
        if let Some(unit) = unit
            && let Some(Organization { id, .. }) = organization_by_code(tx.conn(), unit, code)?
        {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// Checks and writes the rows.
pub(super) fn import(tx: &mut Tx<'_>, input: &Input<'_>, report: &mut ImportReport) -> Result<HashSet<GridPath>, ApiError> {
    let places = input.places(tx)?;
    let (mut seen, mut paths) = (HashSet::new(), HashSet::new());
    for sheet_row in input.sheet_rows() {
        let cells = input.cells(sheet_row);
        let Ok(mut row) = read(&cells, input, &places, report) else {
            report.refused += 1;
            continue;
        };
        if let Some(code) = &row.code {
            row.entry.organization = organization(tx, &places, &row.path, code)?;
            if row.entry.organization.is_none() {
                cells.refuse("organization", Wrong::UnknownOrganization, report);
                report.refused += 1;
                continue;
            }
        }
        if !seen.insert(row.entry.key.clone()) {
            cells.refuse("phone", Wrong::Twice, report);
            report.refused += 1;
            continue;
        }
        paths.insert(row.path);
        match identity::roster_upsert(tx, input.ring, &row.entry)? {
            Upserted::Created => report.created += 1,
            Upserted::Updated => report.changed += 1,
            Upserted::Unchanged => report.unchanged += 1,
        }
    }
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_known_in_both_languages_and_some_never_come_from_a_roster() {
        assert_eq!(role("网格员"), Some(Role::GridWorker));
        assert_eq!(role("grid_worker"), Some(Role::GridWorker));
        for text in ["居民", "resident", "person", "volunteer", "皇帝"] {
            assert_eq!(role(text), None, "{text}");
        }
        assert!(STAFF_MAY_GIVE.iter().all(|role| !matches!(
            role,
            Role::Admin | Role::CommunityStaff | Role::StreetStaff | Role::Auditor | Role::SecurityAuditor
        )));
    }
}
