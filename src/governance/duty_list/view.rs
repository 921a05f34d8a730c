//! How items, drafts and the public log are shown.

use std::collections::HashMap;

use base::db::DbResult;
use base::ids::{GridUnitId, OrganizationId, PersonId};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use people::community::organizations;
use people::grid;
use serde::Serialize;
use utoipa::ToSchema;

use super::item::{DeadlineClass, DutyItem, DutyState, Question};
use super::rows::{Change, Row};
use super::{ChangeKind, DutyChangeId, DutyItemId};

/// A unit by name.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnitName {
    /// Id.
    id: OrganizationId,
    /// Name.
    name: String,
}

/// One version of an item.
#[derive(Debug, Serialize, ToSchema)]
pub struct DutyItemView {
    /// Id of the version.
    pub id: DutyItemId,
    /// Whose list.
    pub community: GridUnitId,
    /// Stable code, as `A01-03`.
    pub code: String,
    /// Counted per code.
    pub version: i32,
    /// First level of the category.
    pub major: String,
    /// Second level.
    pub middle: String,
    /// Third level: the item.
    pub title: String,
    /// Lead unit; absent: the community's own queue.
    pub lead: Option<UnitName>,
    /// What kind of unit leads, in words, where none stands in the directory.
    pub lead_hint: Option<String>,
    /// Units that help.
    pub co_units: Vec<UnitName>,
    /// Where it holds.
    pub jurisdiction: GridUnitId,
    /// Its name.
    pub jurisdiction_name: String,
    /// How soon.
    pub deadline_class: DeadlineClass,
    /// Law or rule that says so.
    pub legal_basis: Option<String>,
    /// What is asked at intake.
    pub questions: Vec<Question>,
    /// Words that residents use for it.
    pub synonyms: Vec<String>,
    /// State.
    pub state: DutyState,
    /// Why this version.
    pub reason: String,
    /// When it was decided.
    pub decided_at: Option<DateTime<Utc>>,
    /// Dispatch no longer follows it from then on.
    pub ended_at: Option<DateTime<Utc>>,
    /// One line to read out.
    pub summary: String,
}

/// A draft, or what became of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct DutyDraftView {
    /// Id of the version that it becomes.
    pub id: DutyItemId,
    /// What it says.
    pub item: DutyItemView,
    /// Does it ask to end the item?
    pub ending: bool,
    /// Who wrote it, or edited it last.
    pub requested_by: PersonId,
    /// Who decided.
    pub decided_by: Option<PersonId>,
    /// For `If-Match`.
    pub draft_version: i32,
    /// One line to read out.
    pub summary: String,
}

/// A line of the public log.
#[derive(Debug, Serialize, ToSchema)]
pub struct DutyChangeView {
    /// Id.
    id: DutyChangeId,
    /// The version that came into force, or that ended the item.
    item: DutyItemId,
    /// What changed.
    kind: ChangeKind,
    /// Code of the item.
    code: String,
    /// The item as it read then.
    title: String,
    /// Why.
    reason: String,
    /// When.
    at: DateTime<Utc>,
    /// One line to read out.
    summary: String,
}

impl From<Change> for DutyChangeView {
    fn from(row: Change) -> Self {
        let summary = format!("{} {}「{}」：{}", row.kind.zh(), row.code, row.title, row.reason);
        let (id, item, kind) = (row.id, row.item_id, row.kind);
        Self { id, item, kind, code: row.code, title: row.title, reason: row.reason, at: row.created_at, summary }
    }
}

/// Names beside rows.
struct Names {
    organizations: HashMap<OrganizationId, String>,
    places: HashMap<GridUnitId, String>,
}

fn names(connection: &mut PgConnection, rows: &[Row]) -> DbResult<Names> {
    let units: Vec<OrganizationId> =
        rows.iter().flat_map(|row| row.lead_organization_id.into_iter().chain(row.co_units.iter().copied())).collect();
    let places: Vec<GridUnitId> = rows.iter().map(|row| row.jurisdiction_id).collect();
    Ok(Names {
        organizations: organizations::organization_names(connection, &units)?,
        places: grid::units_by_ids(connection, &places)?.into_iter().map(|(id, unit)| (id, unit.name)).collect(),
    })
}

fn item(row: Row, names: &Names) -> DutyItemView {
    let named = |id: OrganizationId| UnitName { id, name: names.organizations.get(&id).cloned().unwrap_or_default() };
    let (reason, decided_at, ended_at) = (row.reason.clone(), row.decided_at, row.ended_at);
    let item = DutyItem::from(row);
    let lead = item.lead.map(named);
    let who = lead.as_ref().map(|unit| unit.name.as_str()).or(item.lead_hint.as_deref()).unwrap_or("社区");
    let summary = format!("{}：{}牵头，{}", item.title, who, item.deadline_class.zh());
    DutyItemView {
        id: item.id,
        community: item.community,
        code: item.code,
        version: item.version,
        major: item.major,
        middle: item.middle,
        title: item.title,
        lead,
        lead_hint: item.lead_hint,
        co_units: item.co_units.into_iter().map(named).collect(),
        jurisdiction: item.jurisdiction,
        jurisdiction_name: names.places.get(&item.jurisdiction).cloned().unwrap_or_default(),
        deadline_class: item.deadline_class,
        legal_basis: item.legal_basis,
        questions: item.questions,
        synonyms: item.synonyms,
        state: item.state,
        reason,
        decided_at,
        ended_at,
        summary,
    }
}

/// Items as shown, in the order of the rows.
pub(super) fn items(connection: &mut PgConnection, rows: Vec<Row>) -> DbResult<Vec<DutyItemView>> {
    let names = names(connection, &rows)?;
    Ok(rows.into_iter().map(|row| item(row, &names)).collect())
}

/// Drafts as shown, in the order of the rows.
pub(super) fn drafts(connection: &mut PgConnection, rows: Vec<Row>) -> DbResult<Vec<DutyDraftView>> {
    let names = names(connection, &rows)?;
    let draft = |row: Row| {
        let (ending, requested_by, decided_by, draft_version) = (row.ending, row.requested_by, row.decided_by, row.draft_version);
        let item = item(row, &names);
        let what = if ending { "申请终止" } else { "申请生效" };
        let summary = format!("{}（{what}）：{} {}", item.state.zh(), item.code, item.summary);
        DutyDraftView { id: item.id, ending, requested_by, decided_by, draft_version, summary, item }
    };
    Ok(rows.into_iter().map(draft).collect())
}
