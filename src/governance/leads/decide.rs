//! Deciding about a lead: true, and it becomes a request; or nothing is to be done.

use base::db::{Audit, Finished, Tx};
use base::error::ApiError;
use base::ids::{GridUnitId, PersonId};
use base::text::{Few, Text};
use diesel::PgConnection;
use people::grid::Scope;
use serde::Deserialize;
use serde_json::json;

use super::rows::{self, Lead};
use super::{LeadId, LeadMove, LeadState};
use crate::duty_list;
use crate::reach::{changed, found, moved, path_of, require_unit};
use crate::requests::{self, CaseId, FileId, Filing, Pin, Source, Verdict};

/// What was seen on the spot.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeadVerification {
    /// What was seen; it becomes part of the request.
    pub reason: Text<500>,
    /// Code of the duty list, when it is another one than the lead's.
    pub category: Option<Text<40>>,
    /// Pictures taken on the spot, for the request.
    #[schema(value_type = Option<Vec<FileId>>, max_items = 9)]
    pub files: Option<Few<FileId, 9>>,
}

/// Why nothing is to be done.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeadDismissal {
    /// What was seen.
    pub reason: Text<500>,
}

/// An open lead that the scope reaches, locked.
fn held(tx: &mut Tx<'_>, scope: &Scope, id: LeadId, action: LeadMove) -> Result<(Lead, LeadState), ApiError> {
    let lead = found(rows::hold(tx.conn(), id)?)?;
    require_unit(tx.conn(), scope, lead.grid_unit_id)?;
    let to = moved(lead.state.transition(action))?;
    Ok((lead, to))
}

/// Makes a lead a request; private, since nobody asked for it to be shown.
pub(super) fn verify(
    mut tx: Tx<'_>,
    scope: &Scope,
    person: PersonId,
    (id, case): (LeadId, CaseId),
    seen: &LeadVerification,
) -> Result<Finished<()>, ApiError> {
    let (lead, to) = held(&mut tx, scope, id, LeadMove::Verify)?;
    let category = match &seen.category {
        Some(code) => Some(code.to_string()),
        None => category_now(tx.conn(), (lead.community_id, lead.grid_unit_id), lead.category.as_deref())?,
    };
    let left_out = lead.category.as_deref().filter(|_| category.is_none());
    requests::file(&mut tx, &filing(&lead, case, category.clone(), seen), &Verdict::Publish)?;
    if let Some(code) = left_out {
        requests::note_category(&mut tx, case, code)?;
    }
    let now = tx.now()?;
    changed(rows::decide(tx.conn(), id, (to, Some(case), &seen.reason), (person, now))?)?;
    let entry = Audit::new("lead_verify", "lead", id.0).at(lead.grid_unit_id);
    tx.audit(entry.before(json!({"state": lead.state})).after(json!({"state": to, "case": case})))?;
    Ok(tx.done(())?)
}

/// Puts a lead aside.
pub(super) fn dismiss(
    mut tx: Tx<'_>,
    scope: &Scope,
    person: PersonId,
    id: LeadId,
    why: &LeadDismissal,
) -> Result<Finished<()>, ApiError> {
    let (lead, to) = held(&mut tx, scope, id, LeadMove::Dismiss)?;
    let now = tx.now()?;
    changed(rows::decide(tx.conn(), id, (to, None, &why.reason), (person, now))?)?;
    let entry = Audit::new("lead_dismiss", "lead", id.0).at(lead.grid_unit_id);
    tx.audit(entry.before(json!({"state": lead.state})).after(json!({"state": to})))?;
    Ok(tx.done(())?)
}

/// A category while it is in force at the place and asks nothing of the reporter, whom nobody could ask; else none: the community's own
/// queue takes the request.
pub(crate) fn category_now(
    connection: &mut PgConnection,
    (community, unit): (GridUnitId, GridUnitId),
    code: Option<&str>,
) -> Result<Option<String>, ApiError> {
    let Some(code) = code else { return Ok(None) };
    let place = path_of(connection, unit)?;
    let item = duty_list::in_force_at(connection, community, code, &place)?;
    Ok(item.filter(|item| duty_list::check_answers(&item.questions, &[]).is_ok()).map(|item| item.code))
}

fn filing(lead: &Lead, case: CaseId, category: Option<String>, seen: &LeadVerification) -> Filing {
    let text: String = format!("{}\n现场核实：{}", lead.text, seen.reason.as_str()).chars().take(2_000).collect();
    Filing {
        id: case,
        community: lead.community_id,
        unit: lead.grid_unit_id,
        source: Source::Lead,
        category,
        text,
        files: seen.files.as_ref().map(|files| files.items().to_vec()).unwrap_or_default(),
        pin: lead.lat.zip(lead.lon).map(|(lat, lon)| Pin { lat, lon }),
        place_text: lead.place_text.clone(),
        public: false,
        wants_contact: false,
        reporter: None,
        proxy: None,
        answers: Vec::new(),
        external: None,
        about: Some(("lead".to_owned(), lead.id.0)),
    }
}
