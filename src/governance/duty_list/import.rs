//! The duty list out of a file: every row that says something new becomes a draft, which another person approves. Rows with an error are
//! left out and listed; a file can be imported again without doubles.

use std::collections::{BTreeSet, HashMap};

use base::db::{Audit, Context, Db, Finished, Tx, audit_of};
use base::error::ApiError;
use base::ids::{GridUnitId, OrganizationId, PersonId};
use diesel::PgConnection;
use people::community::import::{Column, ImportIssue, Line, Table};
use people::community::organizations;
use people::grid::{self, GridPath, GridUnit, Scope};
use points::place;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::item::DeadlineClass;
use super::rows::{self, Draft, Row, Written};
use super::sheet::read_questions;
use super::stated::NewItem;
use super::{AdoptionId, DutyItemId};

const fn column(name: &'static str, zh: &'static str, required: bool, about: &'static str) -> Column {
    Column { name, zh, required, about }
}

/// The columns of a file, in the order of the export.
pub(super) const COLUMNS: [Column; 12] = [
    column("code", "编码", true, "如 A01-03"),
    column("major", "大类", true, "1 至 40 字"),
    column("middle", "中类", true, "1 至 40 字"),
    column("title", "事项", true, "1 至 80 字"),
    column("jurisdiction", "辖区编码", false, "本社区内的网格编码；不填为全社区"),
    column("lead", "牵头单位编码", false, "单位名录里的编码；不填由社区受理"),
    column("lead_hint", "牵头单位类别", false, "如 供水单位"),
    column("co_units", "协办单位编码", false, "用 ； 分隔"),
    column("deadline", "时限", true, "danger_2h、utility_24h、general_7d、complex_15d 或其中文"),
    column("basis", "依据", false, "法规名称"),
    column("questions", "受理提问", false, "名称*|类型|问题|选项/选项，用 ； 分隔；* 为必答"),
    column("synonyms", "同义词", false, "用 ； 分隔"),
];

/// What came of a file.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct DutyImportReport {
    /// Checked only; nothing was written.
    pub dry_run: bool,
    /// Rows of data.
    pub rows: u32,
    /// Rows that became (or would become) drafts.
    pub drafts: u32,
    /// Rows that say what is in force or waits already.
    pub unchanged: u32,
    /// Rows with an error, left out.
    pub refused: u32,
    /// At most 1,000 errors.
    pub errors: Vec<ImportIssue>,
    /// One line to read out.
    pub summary: String,
}

/// What a row may name.
struct Known {
    home: GridPath,
    places: HashMap<GridPath, GridUnitId>,
    organizations: HashMap<String, OrganizationId>,
    said: Vec<Row>,
}

fn known(connection: &mut PgConnection, community: &GridUnit) -> Result<Known, ApiError> {
    let street = grid::unit_by_code(connection, &community.path.street())?.map(|street| street.id);
    // The community's own code goes before the street's.
    let units: Vec<GridUnitId> = street.into_iter().chain([community.id]).collect();
    let mut rows = organizations::organizations_of(connection, &units)?;
    rows.sort_by_key(|row| row.grid_unit_id == community.id);
    let places = grid::units_under(connection, Some(&community.path))?.into_iter().map(|unit| (unit.path, unit.id)).collect();
    Ok(Known {
        home: community.path.clone(),
        places,
        organizations: rows.into_iter().map(|row| (row.code, row.id)).collect(),
        said: rows::said(connection, community.id)?,
    })
}

fn list(cell: Option<&str>) -> Vec<String> {
    let parts = cell.unwrap_or_default().split(['；', ';', '、', '\n']).map(str::trim).filter(|part| !part.is_empty());
    let mut seen = BTreeSet::new();
    parts.filter(|part| seen.insert((*part).to_owned())).map(str::to_owned).collect()
}

const FORM: (&str, &str, &str) = ("wrong_form", "格式不正确", "has a wrong form");

fn read(line: &Line<'_>, known: &Known) -> Result<NewItem, ImportIssue> {
    let needed = |name: &str| line.text(name).map(|text| text.unwrap_or_default().to_owned());
    let optional = |name: &str| line.text(name).map(|text| text.map(str::to_owned));
    let unit = |name: &str, code: &str| {
        let unknown = || line.issue(name, ("unknown_organization", "没有这个单位编码", "there is no such organization"));
        known.organizations.get(code).copied().ok_or_else(unknown)
    };
    let jurisdiction = match line.text("jurisdiction")? {
        None => None,
        Some(path) if path == known.home.as_str() => None,
        Some(path) => {
            let found = known.places.get(&GridPath::new(path)).copied();
            Some(found.ok_or_else(|| {
                line.issue("jurisdiction", ("unknown_unit", "不是本社区的网格编码", "is no unit of the community"))
            })?)
        }
    };
    let lead = line.text("lead")?.map(|code| unit("lead", code)).transpose()?;
    let co_units = list(line.text("co_units")?).iter().map(|code| unit("co_units", code)).collect::<Result<Vec<_>, _>>()?;
    let deadline = DeadlineClass::read(&needed("deadline")?);
    let questions = read_questions(line.text("questions")?.unwrap_or_default());
    let item = NewItem {
        code: needed("code")?,
        major: needed("major")?,
        middle: needed("middle")?,
        title: needed("title")?,
        jurisdiction,
        lead,
        lead_hint: optional("lead_hint")?,
        co_units: co_units.into_iter().filter(|unit| Some(*unit) != lead).take(10).collect(),
        deadline_class: deadline.ok_or_else(|| line.issue("deadline", FORM))?,
        legal_basis: optional("basis")?,
        questions: questions.ok_or_else(|| line.issue("questions", FORM))?,
        synonyms: list(line.text("synonyms")?),
    };
    match item.wrong() {
        None => Ok(item),
        Some("legal_basis") => Err(line.issue("basis", FORM)),
        Some(name) => Err(line.issue(name, FORM)),
    }
}

/// Does a version that is in force or waits say the same?
fn is_said(known: &Known, code: &str, draft: &Draft) -> bool {
    let mut sorted = draft.clone();
    sorted.synonyms.sort();
    known.said.iter().filter(|row| row.code == code && !row.ending).any(|row| {
        let mut other = Draft { reason: draft.reason.clone(), ..Draft::from(row.clone()) };
        other.synonyms.sort();
        other == sorted
    })
}

type Plan = (DutyImportReport, Vec<(String, Draft)>);

/// What would become of a file.
pub(super) fn plan(
    connection: &mut PgConnection,
    community: &GridUnit,
    table: &Table,
    reason: &str,
    dry_run: bool,
) -> Result<Plan, ApiError> {
    let known = known(connection, community)?;
    let mut report = DutyImportReport { dry_run, ..DutyImportReport::default() };
    let (mut seen, mut drafts) = (BTreeSet::new(), Vec::new());
    for line in table.lines() {
        report.rows += 1;
        let read = read(&line, &known).and_then(|item| {
            let twice = || line.issue("code", ("twice_in_file", "与前面的行重复", "repeats an earlier row"));
            if seen.insert((item.code.clone(), item.jurisdiction)) { Ok(item) } else { Err(twice()) }
        });
        match read {
            Err(issue) => {
                report.refused += 1;
                if report.errors.len() < 1_000 {
                    report.errors.push(issue);
                }
            }
            Ok(item) => {
                let draft = item.draft(community.id, reason)?;
                if is_said(&known, &item.code, &draft) {
                    report.unchanged += 1;
                } else {
                    report.drafts += 1;
                    drafts.push((item.code, draft));
                }
            }
        }
    }
    let mode = if dry_run { "试导入" } else { "导入" };
    report.summary =
        format!("{mode} {} 行：草稿 {}，未变 {}，有误 {}。", report.rows, report.drafts, report.unchanged, report.refused);
    Ok((report, drafts))
}

/// Writes the drafts of a file; they come into force when another person approves them.
pub(super) fn write(
    mut tx: Tx<'_>,
    scope: &Scope,
    person: PersonId,
    (id, community): (AdoptionId, GridUnitId),
    table: &Table,
    reason: &str,
) -> Result<Finished<DutyImportReport>, ApiError> {
    let unit = place::require_community(tx.conn(), scope, community)?;
    let (report, drafts) = plan(tx.conn(), &unit, table, reason, false)?;
    let mut versions = rows::versions(tx.conn(), community)?;
    let mut fresh = Vec::new();
    for (code, draft) in drafts {
        let last = versions.entry(code.clone()).or_insert(0);
        *last = last.saturating_add(1);
        let written = Written {
            id: DutyItemId::new(),
            community_id: community,
            code,
            version: *last,
            ending: false,
            adoption_id: None,
            requested_by: person,
        };
        fresh.push((written, draft));
    }
    for chunk in fresh.chunks(500) {
        rows::insert(tx.conn(), chunk)?;
    }
    // The whole report, which a repeat of the request is told again; it holds no value of a cell.
    let after = json!(report);
    tx.audit(Audit::new("duty_list_import", "duty_list_import", id.0).at(community).after(after))?;
    Ok(tx.done(report)?)
}

/// What came of an import that was done before.
pub(super) fn report_of(connection: &mut PgConnection, import: Uuid) -> Result<DutyImportReport, ApiError> {
    let told = audit_of(connection, Some(import), None, 1)?.pop().and_then(|row| row.after);
    serde_json::from_value(base::error::found(told)?).map_err(ApiError::internal)
}

/// Imports a file for the operator in somebody's name, or only says what would happen; drafts wait for another person as ever.
pub fn import_file(
    db: &Db,
    community: &GridPath,
    person: PersonId,
    bytes: &[u8],
    dry_run: bool,
) -> Result<DutyImportReport, ApiError> {
    let table = Table::read(bytes, &COLUMNS)?;
    let unit = db.read_now(|connection| grid::unit_by_code(connection, community))?;
    let unit = unit.ok_or_else(|| ApiError::of(&base::error::NOT_FOUND))?;
    if dry_run {
        return db.read_now(|connection| Ok::<_, ApiError>(plan(connection, &unit, &table, "批量导入", true)?.0));
    }
    let target = (AdoptionId::new(), unit.id);
    db.transaction_now(&Context::operator(), |tx| write(tx, &Scope::everything(), person, target, &table, "批量导入"))
}
