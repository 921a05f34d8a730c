//! Leads, as shown.

use base::error::ApiError;
use base::ids::{GridUnitId, PersonId};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use people::files::{self, FileView, Signer};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::raise::NOUN;
use super::rows::Lead;
use super::{LeadId, LeadMove, LeadSource, LeadState};
use crate::reach::found;
use crate::requests::{CaseId, Pin};

/// A lead.
#[derive(Debug, Serialize, ToSchema)]
pub struct LeadView {
    /// Id.
    pub id: LeadId,
    /// One plain sentence.
    pub summary: String,
    /// Its community.
    pub community_id: GridUnitId,
    /// Where it lies.
    pub grid_unit_id: GridUnitId,
    /// Where it came from.
    pub source: LeadSource,
    /// Code of the duty list.
    pub category: Option<String>,
    /// A few words.
    pub title: String,
    /// What may be wrong.
    pub text: String,
    /// The place in words.
    pub place_text: Option<String>,
    /// The place on the map, in WGS-84.
    pub pin: Option<Pin>,
    /// The facility it is about.
    pub facility: Option<Uuid>,
    /// Figures that raised it.
    #[schema(value_type = Option<Object>)]
    pub evidence: Option<Value>,
    /// How often it was said.
    pub count: i32,
    /// State.
    pub state: LeadState,
    /// What may be done with it now.
    pub allowed: Vec<LeadMove>,
    /// The request that it became.
    pub case: Option<CaseId>,
    /// What the decision rests on.
    pub reason: Option<String>,
    /// Pictures.
    pub files: Vec<FileView>,
    /// Who raised it; absent: a job or a device.
    pub raised_by: Option<PersonId>,
    /// Who decided.
    pub decided_by: Option<PersonId>,
    /// When it should be decided.
    pub due_at: DateTime<Utc>,
    /// When it was raised.
    pub created_at: DateTime<Utc>,
    /// When it was said last.
    pub last_at: DateTime<Utc>,
    /// When it was decided.
    pub decided_at: Option<DateTime<Utc>>,
}

/// A lead in one line to read out.
pub(super) fn line(row: &Lead) -> String {
    let times = if row.count > 1 { format!("，共 {} 次", row.count) } else { String::new() };
    format!("{}（{}），{}{times}", row.title, row.source.zh(), row.state.zh())
}

fn view(row: Lead, files: Vec<FileView>) -> LeadView {
    LeadView {
        summary: line(&row),
        id: row.id,
        community_id: row.community_id,
        grid_unit_id: row.grid_unit_id,
        source: row.source,
        category: row.category,
        title: row.title,
        text: row.text,
        place_text: row.place_text,
        pin: row.lat.zip(row.lon).map(|(lat, lon)| Pin { lat, lon }),
        facility: row.facility_id,
        evidence: row.evidence,
        count: row.count,
        state: row.state,
        allowed: row.state.allowed().collect(),
        case: row.case_id,
        reason: row.reason,
        files,
        raised_by: row.raised_by,
        decided_by: row.decided_by,
        due_at: row.due_at,
        created_at: row.created_at,
        last_at: row.last_at,
        decided_at: row.decided_at,
    }
}

/// Leads with their pictures, in the order given.
pub(super) fn views(connection: &mut PgConnection, signer: &Signer, rows: Vec<Lead>) -> Result<Vec<LeadView>, ApiError> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id.0).collect();
    let mut pictures = files::views_in_full(connection, signer, NOUN, &ids)?;
    let shown = rows.into_iter().map(|row| {
        let files = pictures.remove(&row.id.0).unwrap_or_default();
        view(row, files)
    });
    Ok(shown.collect())
}

/// One lead.
pub(super) fn one(connection: &mut PgConnection, signer: &Signer, row: Lead) -> Result<LeadView, ApiError> {
    found(views(connection, signer, vec![row])?.pop())
}
