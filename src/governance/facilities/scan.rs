//! Scanning the code on a facility: what a report needs, and the report itself in one tap.

use base::db::{Audit, Finished, Tx};
use base::error::ApiError;
use base::ids::GridUnitId;
use base::text::{Few, Text};
use diesel::PgConnection;
use people::identity::{self, Actor};
use people::{community, identity::Role};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::rows::{self, Facility};
use super::{FacilityId, FacilityKind, FacilityState};
use crate::leads;
use crate::reach::found;
use crate::requests::{self, CaseId, FileId, Filing, Pin, Source, Verdict};

/// What stands before the code in the QR, so that the mini program knows what it scanned.
const PREFIX: &str = "palm-facility:";

/// The text behind a facility's QR.
pub(super) fn qr_text(ticket: &str) -> String {
    format!("{PREFIX}{ticket}")
}

/// The facility of a scanned or typed code; 404 when there is none.
pub(super) fn scanned(connection: &mut PgConnection, code: &str) -> Result<Facility, ApiError> {
    let code = code.trim();
    let ticket = code.strip_prefix(PREFIX).unwrap_or(code);
    found(if ticket.len() == 12 { rows::by_ticket(connection, ticket)? } else { None })
}

/// What a report of a facility needs, and shows before it is sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScanView {
    /// Id.
    pub id: FacilityId,
    /// One plain sentence.
    pub summary: String,
    /// Code in the register.
    pub code: String,
    /// What it is.
    pub kind: FacilityKind,
    /// What people call it.
    pub name: String,
    /// Where it stands, in words.
    pub place_text: String,
    /// Its community.
    pub community_id: GridUnitId,
    /// Where it stands.
    pub grid_unit_id: GridUnitId,
    /// Where it stands on the map, in WGS-84.
    pub pin: Option<Pin>,
    /// The responsible unit's name.
    pub unit_name: Option<String>,
    /// Code of the duty list that a report takes.
    pub category: Option<String>,
    /// State.
    pub state: FacilityState,
}

/// What is shown after a scan.
pub(super) fn view(connection: &mut PgConnection, row: Facility) -> Result<ScanView, ApiError> {
    let unit = row.organization_id;
    let unit_name = unit
        .map(|id| community::organization_names(connection, &[id]))
        .transpose()?
        .and_then(|mut names| unit.and_then(|id| names.remove(&id)));
    let answers = unit_name.as_deref().unwrap_or("社区");
    let category = category(connection, &row)?;
    Ok(ScanView {
        summary: format!("{}，{}，由{answers}负责", row.name, row.place_text),
        id: row.id,
        code: row.code,
        kind: row.kind,
        name: row.name,
        place_text: row.place_text,
        community_id: row.community_id,
        grid_unit_id: row.grid_unit_id,
        pin: row.lat.zip(row.lon).map(|(lat, lon)| Pin { lat, lon }),
        unit_name,
        category,
        state: row.state,
    })
}

/// The facility's category while one tap is enough for it.
fn category(connection: &mut PgConnection, row: &Facility) -> Result<Option<String>, ApiError> {
    leads::category_now(connection, (row.community_id, row.grid_unit_id), row.category.as_deref())
}

/// A report in one tap; every field may be left out.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FacilityReport {
    /// What is wrong.
    pub text: Option<Text<500>>,
    /// Pictures.
    #[schema(value_type = Option<Vec<FileId>>, max_items = 9)]
    pub files: Option<Few<FileId, 9>>,
    /// Does the reporter wish to be called? (default: no)
    pub wants_contact: Option<bool>,
}

/// What came of a report.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportedView {
    /// The request.
    pub case: CaseId,
    /// Its number to say on the phone.
    pub number: String,
    /// One plain sentence.
    pub summary: String,
}

/// Files a located request to the facility's unit. Whoever is signed in with a phone may, wherever they live.
pub(super) fn report(
    mut tx: Tx<'_>,
    actor: &Actor,
    code: &str,
    case: CaseId,
    report: &FacilityReport,
) -> Result<Finished<()>, ApiError> {
    let facility = scanned(tx.conn(), code)?;
    if !actor.phone_bound {
        return Err(ApiError::of(&identity::PHONE_REQUIRED));
    }
    let category = category(tx.conn(), &facility)?;
    let said = report.text.as_ref().map_or_else(|| "扫码报修".to_owned(), ToString::to_string);
    let courier = actor.holding(Role::Resident).is_empty() && !actor.holding(Role::NewEmployment).is_empty();
    let filing = Filing {
        id: case,
        community: facility.community_id,
        unit: facility.grid_unit_id,
        source: Source::Facility,
        category,
        text: format!("{}（{}）：{said}", facility.name, facility.code),
        files: report.files.as_ref().map(|files| files.items().to_vec()).unwrap_or_default(),
        pin: facility.lat.zip(facility.lon).map(|(lat, lon)| Pin { lat, lon }),
        place_text: Some(facility.place_text.clone()),
        public: false,
        wants_contact: report.wants_contact.unwrap_or(false),
        reporter: Some(actor.person),
        proxy: None,
        answers: Vec::new(),
        external: None,
        about: Some(("facility".to_owned(), facility.id.0)),
    };
    let entry = Audit::new("facility_report_create", "facility", facility.id.0).at(facility.grid_unit_id);
    tx.audit(entry.after(json!({"case": case, "courier": courier})))?;
    let left_out = facility.category.as_deref().filter(|_| filing.category.is_none());
    match facility.organization_id {
        Some(unit) => requests::file_to(&mut tx, &filing, &Verdict::Publish, unit)?,
        None => requests::file(&mut tx, &filing, &Verdict::Publish)?,
    }
    if let Some(code) = left_out {
        requests::note_category(&mut tx, case, code)?;
    }
    Ok(tx.done(())?)
}

/// The request of a report.
pub(super) fn reported(connection: &mut PgConnection, case: CaseId) -> Result<ReportedView, ApiError> {
    let brief = found(requests::briefs(connection, &[case])?.remove(&case))?;
    Ok(ReportedView { case, summary: format!("已上报，诉求编号 {}", brief.number), number: brief.number })
}
