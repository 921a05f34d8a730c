//! Approving and refusing hours, one or many. Approved hours and their points event commit together.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use base::clock::shanghai_midnight;
use base::db::{Audit, Finished, Tx, audit_of};
use base::error::{self, ApiError};
use base::ids::PersonId;
use base::text::Text;
use chrono::{DateTime, Duration, Utc};
use diesel::PgConnection;
use people::grid::Scope;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::rows::{self, Hours};
use super::{HoursMove, may_decide};
use crate::volunteering::outward::{self, Told};
use crate::volunteering::projects::Project;
use crate::volunteering::{HOURS_HOUSEHOLD, HoursId, ProjectId, found, moved, projects, shifts};

/// Why hours are refused.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// Told to the person.
    pub reason: Text<200>,
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

/// Approves what can be approved of many; why the others weren't stands in the audit row, where a repeat of the request finds it.
pub(super) fn approve_bulk(
    mut tx: Tx<'_>,
    scope: &Scope,
    by: PersonId,
    (bulk, ids): (Uuid, &[HoursId]),
) -> Result<Finished<()>, ApiError> {
    let mut held: HashMap<HoursId, Hours> = rows::hold_many(tx.conn(), ids)?.into_iter().map(|hours| (hours.id, hours)).collect();
    let projects = reached(&mut tx, scope, held.values())?;
    let persons: Vec<PersonId> = held.values().map(|hours| hours.person_id).collect();
    let mates = outward::household_mates(tx.conn(), by, &persons)?;
    let (mut refused, mut notices) = (BTreeMap::new(), Vec::new());
    for id in ids {
        let hours = held.remove(id).and_then(|hours| Some((projects.get(&hours.project_id)?, hours)));
        let allowed = hours.ok_or_else(|| ApiError::of(&error::NOT_FOUND)).and_then(|(project, hours)| {
            allowed(by, &hours, mates.contains(&hours.person_id), HoursMove::Approve)?;
            Ok((hours, project))
        });
        match allowed {
            Ok((hours, project)) => notices.push(settle(&mut tx, by, &hours, project, None)?),
            // A rule said no, nothing was written for this row. Failures of the database end the whole.
            Err(why) if why.code().status < 500 => {
                refused.insert(id.to_string(), why.code().code);
            }
            Err(why) => return Err(why),
        }
    }
    tx.audit(Audit::new("hours_approve_bulk", "volunteer_hours_bulk", bulk).after(json!({"refused": refused})))?;
    outward::tell_all(&mut tx, notices)?;
    Ok(tx.done(())?)
}

/// The projects of these hours that the scope reaches.
fn reached<'a>(
    tx: &mut Tx<'_>,
    scope: &Scope,
    hours: impl Iterator<Item = &'a Hours>,
) -> Result<HashMap<ProjectId, Project>, ApiError> {
    let mut found = HashMap::new();
    for id in hours.map(|hours| hours.project_id).collect::<BTreeSet<_>>() {
        match projects::within(tx.conn(), scope, id) {
            Ok(project) => {
                found.insert(id, project);
            }
            Err(why) if why.code().status < 500 => {}
            Err(why) => return Err(why),
        }
    }
    Ok(found)
}

/// Codes of what a bulk approval refused, by record.
pub(super) fn refused_of(connection: &mut PgConnection, bulk: Uuid) -> Result<HashMap<HoursId, String>, ApiError> {
    let row = audit_of(connection, Some(bulk), None, 1)?.pop();
    let refused = row.and_then(|row| row.after).and_then(|mut after| after.get_mut("refused").map(serde_json::Value::take));
    refused.map_or_else(|| Ok(HashMap::new()), |refused| serde_json::from_value(refused).map_err(ApiError::internal))
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
    let mates = outward::household_mates(tx.conn(), by, &[hours.person_id])?;
    allowed(by, &hours, !mates.is_empty(), action)?;
    Ok((hours, project))
}

/// The rule of two persons and of households, and the state.
fn allowed(by: PersonId, hours: &Hours, one_household: bool, action: HoursMove) -> Result<(), ApiError> {
    may_decide(by, hours.person_id, hours.proposed_by).map_err(ApiError::of)?;
    if one_household {
        return Err(ApiError::of(&HOURS_HOUSEHOLD));
    }
    moved(hours.state().transition(action)).map(|_to| ())
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
