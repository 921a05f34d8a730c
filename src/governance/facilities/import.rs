//! Facilities out of a file: a row is told by its code in the community's register, so that the same file again changes nothing; one that
//! says something else edits what may be edited. Rows with an error are left out and listed by row and column.

use std::collections::{BTreeSet, HashMap};

use base::db::{Audit, Context, Db, Finished, Tx};
use base::error::{self, ApiError};
use base::ids::{GridUnitId, OrganizationId, PersonId};
use diesel::PgConnection;
use people::community::import::{Column, ImportIssue, Line, Table};
use people::community::organizations;
use people::grid::{self, GridPath, GridUnit, Scope, UnitKind};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::rows::{self, Edit, Facility};
use super::{FacilityId, FacilityKind, FacilityState};

const fn column(name: &'static str, zh: &'static str, required: bool, about: &'static str) -> Column {
    Column { name, zh, required, about }
}

/// The columns of a file.
pub(super) const COLUMNS: [Column; 9] = [
    column("code", "设施编码", true, "在本社区台账中不重复，1 至 40 字"),
    column("kind", "类型", true, "如 路灯、lamp"),
    column("name", "名称", true, "1 至 60 字"),
    column("place", "网格编码", true, "本社区内的网格编码"),
    column("place_text", "位置", true, "1 至 200 字"),
    column("organization", "责任单位编码", false, "单位名录里的编码"),
    column("category", "事项编码", false, "扫码上报时使用的事项"),
    column("lat", "纬度", false, "WGS-84，与经度一起填"),
    column("lon", "经度", false, "WGS-84"),
];
/// Errors listed.
const LISTED: usize = 1_000;

/// What came of a file.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct FacilityImportReport {
    /// Checked only; nothing was written.
    pub dry_run: bool,
    /// Rows of data.
    pub rows: u32,
    /// Rows that became (or would become) facilities.
    pub created: u32,
    /// Rows that changed (or would change) one.
    pub changed: u32,
    /// Rows that say what stands there already.
    pub unchanged: u32,
    /// Rows with an error, left out.
    pub refused: u32,
    /// At most 1,000 errors.
    pub errors: Vec<ImportIssue>,
    /// One line to read out.
    pub summary: String,
}

/// What a row says.
struct Said {
    code: String,
    kind: FacilityKind,
    name: String,
    unit: GridUnitId,
    place_text: String,
    organization: Option<OrganizationId>,
    category: Option<String>,
    pin: Option<(f64, f64)>,
}

/// What a row may name, and what stands in the register.
struct Known {
    places: HashMap<GridPath, GridUnit>,
    organizations: HashMap<String, OrganizationId>,
    register: HashMap<String, Facility>,
}

/// What becomes of a file.
enum Step {
    New(Said),
    Change(Box<Facility>, Said),
}

fn known(connection: &mut PgConnection, community: &GridUnit) -> Result<Known, ApiError> {
    let street = grid::unit_by_code(connection, &community.path.street())?.map(|street| street.id);
    // The community's own code goes before the street's.
    let units: Vec<GridUnitId> = street.into_iter().chain([community.id]).collect();
    let mut named = organizations::organizations_of(connection, &units)?;
    named.sort_by_key(|row| row.grid_unit_id == community.id);
    let places = grid::units_under(connection, Some(&community.path))?;
    Ok(Known {
        places: places.into_iter().map(|unit| (unit.path.clone(), unit)).collect(),
        organizations: named.into_iter().map(|row| (row.code, row.id)).collect(),
        register: rows::register(connection, community.id)?.into_iter().map(|row| (row.code.clone(), row)).collect(),
    })
}

const FORM: (&str, &str, &str) = ("wrong_form", "格式不正确", "has a wrong form");

fn degrees(line: &Line<'_>, name: &str, most: f64) -> Result<Option<f64>, ImportIssue> {
    let Some(text) = line.text(name)? else { return Ok(None) };
    let value: Option<f64> = text.parse().ok().filter(|value: &f64| value.abs() <= most);
    value.map(Some).ok_or_else(|| line.issue(name, FORM))
}

fn short(line: &Line<'_>, name: &str, most: usize) -> Result<Option<String>, ImportIssue> {
    let Some(text) = line.text(name)? else { return Ok(None) };
    match text.chars().nth(most) {
        None => Ok(Some(text.to_owned())),
        Some(_) => Err(line.issue(name, ("too_long", "过长", "is too long"))),
    }
}

fn read(line: &Line<'_>, known: &Known) -> Result<Said, ImportIssue> {
    let needed = |name: &str, most| short(line, name, most).map(Option::unwrap_or_default);
    let kind = line.text("kind")?.unwrap_or_default();
    let kind = FacilityKind::parse(kind).or_else(|| FacilityKind::ALL.iter().copied().find(|one| one.zh() == kind));
    let unknown = ("unknown_unit", "不是本社区的网格编码", "is no unit of the community");
    let place = GridPath::new(line.text("place")?.unwrap_or_default());
    let unit = known.places.get(&place).filter(|unit| unit.active).ok_or_else(|| line.issue("place", unknown))?;
    let organization = match line.text("organization")? {
        None => None,
        Some(code) => {
            let wrong =
                || line.issue("organization", ("unknown_organization", "没有这个单位编码", "there is no such organization"));
            Some(known.organizations.get(code).copied().ok_or_else(wrong)?)
        }
    };
    let pin = match (degrees(line, "lat", 90.0)?, degrees(line, "lon", 180.0)?) {
        (Some(lat), Some(lon)) => Some((lat, lon)),
        (None, None) => None,
        (None, Some(_)) => return Err(line.issue("lat", FORM)),
        (Some(_), None) => return Err(line.issue("lon", FORM)),
    };
    Ok(Said {
        code: needed("code", 40)?,
        kind: kind.ok_or_else(|| line.issue("kind", ("unknown_kind", "没有这个类型", "there is no such kind")))?,
        name: needed("name", 60)?,
        unit: unit.id,
        place_text: needed("place_text", 200)?,
        organization,
        category: short(line, "category", 40)?,
        pin,
    })
}

/// A facility may be called otherwise; its kind and place stay.
fn step(line: &Line<'_>, known: &Known, said: Said) -> Result<Option<Step>, ImportIssue> {
    let Some(row) = known.register.get(&said.code) else { return Ok(Some(Step::New(said))) };
    let other = ("code_of_other", "此编码已属于另一处或另一类设施", "this code belongs to a facility of another kind or place");
    if row.state == FacilityState::Removed || (row.kind, row.grid_unit_id) != (said.kind, said.unit) {
        return Err(line.issue("code", other));
    }
    let stands = (&row.name, &row.place_text, row.organization_id, &row.category, row.lat.zip(row.lon));
    let same = stands == (&said.name, &said.place_text, said.organization, &said.category, said.pin);
    Ok((!same).then(|| Step::Change(Box::new(row.clone()), said)))
}

/// The community of a file; else 404.
fn community(connection: &mut PgConnection, scope: &Scope, id: GridUnitId) -> Result<GridUnit, ApiError> {
    let unit = grid::unit_find(connection, id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    scope.require_unit(&unit.path)?;
    if unit.level() == UnitKind::Community { Ok(unit) } else { Err(ApiError::invalid("/community", "must be a community")) }
}

fn plan(known: &Known, table: &Table, dry_run: bool) -> (FacilityImportReport, Vec<Step>) {
    let mut report = FacilityImportReport { dry_run, ..FacilityImportReport::default() };
    let (mut seen, mut steps) = (BTreeSet::new(), Vec::new());
    for line in table.lines() {
        report.rows += 1;
        let read = read(&line, known).and_then(|said| {
            if seen.insert(said.code.clone()) {
                step(&line, known, said)
            } else {
                Err(line.issue("code", ("twice_in_file", "与前面的行重复", "repeats an earlier row")))
            }
        });
        match read {
            Ok(Some(step)) => {
                match step {
                    Step::New(_) => report.created += 1,
                    Step::Change(..) => report.changed += 1,
                }
                steps.push(step);
            }
            Ok(None) => report.unchanged += 1,
            Err(issue) => {
                report.refused += 1;
                if report.errors.len() < LISTED {
                    report.errors.push(issue);
                }
            }
        }
    }
    let mode = if dry_run { "试导入" } else { "导入" };
    report.summary = format!(
        "{mode} {} 行：新增 {}，更改 {}，未变 {}，有误 {}。",
        report.rows, report.created, report.changed, report.unchanged, report.refused
    );
    (report, steps)
}

/// What would become of a file.
pub(super) fn tried(
    connection: &mut PgConnection,
    scope: &Scope,
    id: GridUnitId,
    table: &Table,
    dry_run: bool,
) -> Result<FacilityImportReport, ApiError> {
    let unit = community(connection, scope, id)?;
    Ok(plan(&known(connection, &unit)?, table, dry_run).0)
}

/// Writes what is new in a file.
pub(super) fn write(
    mut tx: Tx<'_>,
    scope: &Scope,
    author: PersonId,
    id: GridUnitId,
    table: &Table,
) -> Result<Finished<FacilityImportReport>, ApiError> {
    let unit = community(tx.conn(), scope, id)?;
    let known = known(tx.conn(), &unit)?;
    let (report, steps) = plan(&known, table, false);
    let now = tx.now()?;
    for step in steps {
        match step {
            Step::New(said) => {
                let ticket = grid::new_ticket().map_err(ApiError::internal)?;
                let row = Facility {
                    id: FacilityId::new(),
                    community_id: id,
                    grid_unit_id: said.unit,
                    code: said.code,
                    kind: said.kind,
                    name: said.name,
                    place_text: said.place_text,
                    lat: said.pin.map(|pin| pin.0),
                    lon: said.pin.map(|pin| pin.1),
                    organization_id: said.organization,
                    category: said.category,
                    device_group: None,
                    state: FacilityState::InUse,
                    ticket,
                    version: 1,
                    created_by: author,
                    created_at: now,
                    updated_at: now,
                };
                rows::insert(tx.conn(), &row)?;
            }
            Step::Change(row, said) => {
                let edit = Edit {
                    name: &said.name,
                    place_text: &said.place_text,
                    lat: said.pin.map(|pin| pin.0),
                    lon: said.pin.map(|pin| pin.1),
                    organization_id: said.organization,
                    category: said.category.as_deref(),
                    device_group: row.device_group.as_deref(),
                    state: row.state,
                    version: row.version + 1,
                    updated_at: now,
                };
                if !rows::edit(tx.conn(), row.id, row.version, &edit)? {
                    return Err(ApiError::of(&error::STATE_CONFLICT));
                }
            }
        }
    }
    let after = json!({"rows": report.rows, "created": report.created, "changed": report.changed, "refused": report.refused});
    tx.audit(Audit::new("facility_import", "facility_import", id.0).at(id).after(after))?;
    Ok(tx.done(report)?)
}

/// Imports a file for the operator in somebody's name, or only says what would happen. Blocks for as long as that takes.
pub fn import_file(
    db: &Db,
    community: &GridPath,
    author: PersonId,
    bytes: &[u8],
    dry_run: bool,
) -> Result<FacilityImportReport, ApiError> {
    let table = Table::read(bytes, &COLUMNS)?;
    let everything = Scope::everything();
    let unit = db.read_now(|connection| grid::unit_by_code(connection, community))?;
    let unit = unit.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    if dry_run {
        return db.read_now(|connection| tried(connection, &everything, unit.id, &table, true));
    }
    db.transaction_now(&Context::operator(), |tx| write(tx, &everything, author, unit.id, &table))
}
