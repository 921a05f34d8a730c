//! Approving and refusing hours, one or many. Approved hours and their points event commit together.

use base::clock::shanghai_midnight;
use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError, ErrorCode};
use base::ids::PersonId;
use base::text::Text;
use chrono::{DateTime, Duration, Utc};
use people::grid::Scope;
use serde::Deserialize;
use serde_json::json;

use super::rows::{self, Hours};
use super::{HoursMove, may_decide};
use crate::volunteering::outward::{self, Told};
use crate::volunteering::projects::Project;
use crate::volunteering::{HOURS_HOUSEHOLD, HoursId, found, moved, projects, shifts};

/// Why hours are refused.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// Told to the person.
    pub reason: Text<200>,
}

/// A row of a bulk approval that was refused, and why.
#[derive(Debug, Clone)]
pub(super) struct Refused {
    pub(super) id: HoursId,
    pub(super) code: &'static ErrorCode,
}

/// Approves one record.
pub(super) fn approve(mut tx: Tx<'_>, scope: &Scope, by: PersonId, id: HoursId) -> Result<Finished<()>, ApiError> {
    decide(&mut tx, scope, by, id, None)?;
    Ok(tx.done(())?)
}

/// Refuses one record with a reason.
pub(super) fn refuse(mut tx: Tx<'_>, scope: &Scope, by: PersonId, id: HoursId, reason: &str) -> Result<Finished<()>, ApiError> {
    decide(&mut tx, scope, by, id, Some(reason))?;
    Ok(tx.done(())?)
}

/// The ids in the order of locking, each once.
pub(super) fn distinct(ids: &[HoursId]) -> Vec<HoursId> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Approves what can be approved of many and says what can't.
pub(super) fn approve_bulk(
    mut tx: Tx<'_>,
    scope: &Scope,
    by: PersonId,
    ids: &[HoursId],
) -> Result<Finished<Vec<Refused>>, ApiError> {
    let (mut refused, mut notices) = (Vec::new(), Vec::new());
    for id in ids {
        match ready(&mut tx, scope, by, *id, HoursMove::Approve) {
            Ok((hours, project)) => notices.push(settle(&mut tx, by, &hours, &project, None)?),
            // A rule said no, nothing was written for this row. Failures of the database end the whole.
            Err(why) if why.code().status < 500 => refused.push(Refused { id: *id, code: why.code() }),
            Err(why) => return Err(why),
        }
    }
    outward::tell_all(&mut tx, notices)?;
    Ok(tx.done(refused)?)
}

fn decide(tx: &mut Tx<'_>, scope: &Scope, by: PersonId, id: HoursId, refusal: Option<&str>) -> Result<(), ApiError> {
    let action = if refusal.is_some() { HoursMove::Refuse } else { HoursMove::Approve };
    let (hours, project) = ready(tx, scope, by, id, action)?;
    let notice = settle(tx, by, &hours, &project, refusal)?;
    outward::tell(tx, &notice)
}

/// Everything that can be refused before something is written.
fn ready(tx: &mut Tx<'_>, scope: &Scope, by: PersonId, id: HoursId, action: HoursMove) -> Result<(Hours, Project), ApiError> {
    let hours = found(rows::hold(tx.conn(), id)?)?;
    let project = projects::within(tx.conn(), scope, hours.project_id)?;
    may_decide(by, hours.person_id, hours.proposed_by).map_err(ApiError::of)?;
    if outward::same_household(tx.conn(), by, hours.person_id)? {
        return Err(ApiError::of(&HOURS_HOUSEHOLD));
    }
    moved(hours.state().transition(action))?;
    Ok((hours, project))
}

/// Writes the decision and what follows from it; returns what the person is to be told.
fn settle(tx: &mut Tx<'_>, by: PersonId, hours: &Hours, project: &Project, refusal: Option<&str>) -> Result<Told, ApiError> {
    let (action, name) =
        if refusal.is_some() { (HoursMove::Refuse, "hours_refuse") } else { (HoursMove::Approve, "hours_approve") };
    let to = moved(hours.state().transition(action))?;
    let now = tx.now()?;
    if !rows::decide(tx.conn(), hours.id, to, (by, now), refusal)? {
        return Err(ApiError::of(&error::STATE_CONFLICT));
    }
    let entry = Audit::new(name, "volunteer_hours", hours.id.0).at(project.grid_unit_id);
    tx.audit(entry.before(json!({"state": "recorded"})).after(json!({"state": to, "half_hours": hours.half_hours})))?;
    if refusal.is_none() {
        let occurred_at = occurred_at(tx, hours)?.min(now);
        outward::hours_approved(tx, hours, project, by, occurred_at)?;
    }
    Ok(Told::hours_decided(hours, project, refusal))
}

/// When the service took place: the end of the shift, or noon of the day for manual hours.
fn occurred_at(tx: &mut Tx<'_>, hours: &Hours) -> Result<DateTime<Utc>, ApiError> {
    match hours.shift_id {
        Some(shift) => Ok(found(shifts::find(tx.conn(), shift)?)?.ends_at),
        None => Ok(shanghai_midnight(hours.day) + Duration::hours(12)),
    }
}
