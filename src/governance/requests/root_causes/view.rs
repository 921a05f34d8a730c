//! How a root-cause case is shown.

use base::error::{self, ApiError};
use base::ids::{GridUnitId, OrganizationId};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::PgConnection;
use people::community;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::{CaseBrief, CaseId, State};
use super::figures::{self, Recurrence};
use super::rows::{self, Cause};
use super::{CauseMove, CauseState, RootCauseId};

/// A root-cause case.
#[derive(Debug, Serialize, ToSchema)]
pub struct RootCauseView {
    /// Id.
    pub id: RootCauseId,
    /// One plain sentence.
    pub summary: String,
    /// Title.
    pub title: String,
    /// What is thought to be the cause.
    pub cause: String,
    /// State.
    pub state: CauseState,
    /// What the state allows.
    pub allowed: Vec<CauseMove>,
    /// Community.
    pub community: GridUnitId,
    /// The unit that owns it.
    pub owner: Option<OrganizationId>,
    /// Its name.
    pub owner_name: Option<String>,
    /// What is done.
    pub measure: Option<String>,
    /// Until when.
    pub due_on: Option<NaiveDate>,
    /// What came of it, or why it was dropped.
    pub result: Option<String>,
    /// How many requests belong to it.
    pub requests: i64,
    /// Whether it came back; from a day after the measure was done.
    pub recurrence: Option<Recurrence>,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// When owner, measure and date were last fixed.
    pub planned_at: Option<DateTime<Utc>>,
    /// When it was over.
    pub ended_at: Option<DateTime<Utc>>,
}

/// A request of a case.
#[derive(Debug, Serialize, ToSchema)]
pub struct CauseRequestView {
    /// Id.
    pub id: CaseId,
    /// One plain sentence.
    pub summary: String,
    /// Number to say on the phone.
    pub number: String,
    /// State.
    pub state: State,
    /// Where it lies.
    pub unit: GridUnitId,
}

impl From<CaseBrief> for CauseRequestView {
    fn from(brief: CaseBrief) -> Self {
        Self {
            id: brief.id,
            summary: format!("{}「{}」，{}", brief.number, brief.title, brief.state.zh()),
            number: brief.number,
            state: brief.state,
            unit: brief.unit,
        }
    }
}

/// Views in their order.
pub(super) fn views(connection: &mut PgConnection, rows: Vec<Cause>) -> Result<Vec<RootCauseView>, ApiError> {
    let owners: Vec<OrganizationId> = rows.iter().filter_map(|row| row.owner_id).collect();
    let names = community::organization_names(connection, &owners)?;
    let now = base::db::now(connection)?;
    let mut shown = Vec::with_capacity(rows.len());
    for row in rows {
        let owner_name = row.owner_id.and_then(|id| names.get(&id).cloned());
        let who = owner_name.as_deref().map(|name| format!("，由{name}牵头")).unwrap_or_default();
        shown.push(RootCauseView {
            requests: rows::count(connection, row.id)?,
            recurrence: figures::recurrence(connection, &row, now)?,
            summary: format!("类案「{}」，{}{who}", row.title, row.state.zh()),
            allowed: row.state.allowed().collect(),
            owner_name,
            id: row.id,
            title: row.title,
            cause: row.cause,
            state: row.state,
            community: row.community_id,
            owner: row.owner_id,
            measure: row.measure,
            due_on: row.due_on,
            result: row.result,
            created_at: row.created_at,
            planned_at: row.planned_at,
            ended_at: row.ended_at,
        });
    }
    Ok(shown)
}

/// The view of one that is known to be there.
pub(super) fn by_id(connection: &mut PgConnection, id: RootCauseId) -> Result<RootCauseView, ApiError> {
    let row = rows::find(connection, id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    views(connection, vec![row])?.pop().ok_or_else(|| ApiError::of(&error::NOT_FOUND))
}
