//! An appeal of a unit against how a request counts, and the street's decision.

use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use base::ids::PersonId;
use people::grid::{self, Scope};
use serde_json::json;

use super::super::CaseId;
use super::super::rows as request_rows;
use super::figure::Measure;
use super::rows_appeals::{self, AppealRow};
use super::{APPEAL_BY_ITSELF, APPEAL_DECIDED, APPEAL_EXISTS, AppealId};

base::words! {
    /// What a unit wants.
    Wants {
        /// Leave it out.
        Exclude = "exclude" "剔除",
        /// Count it.
        Include = "include" "计入",
    }
}

base::words! {
    /// State of an appeal.
    AppealState {
        /// The street has to decide.
        Requested = "requested" "待裁定",
        /// The street agrees.
        Granted = "granted" "通过",
        /// The street doesn't.
        Refused = "refused" "未通过",
    }
}

base::words! {
    /// What the street does with it.
    AppealMove {
        /// Agree.
        Grant = "grant" "通过",
        /// Don't.
        Refuse = "refuse" "不通过",
    }
}

base::machine! {
    AppealState by AppealMove {
        => Requested "the unit whose figure it is";
        Requested Grant Granted "the street, another person";
        Requested Refuse Refused "the street, another person";
    }
}

/// An appeal to be made.
#[derive(Debug, Clone)]
pub(super) struct NewAppeal {
    pub(super) id: AppealId,
    pub(super) request: CaseId,
    pub(super) measure: Measure,
    pub(super) wants: Wants,
    pub(super) reason: String,
}

/// Makes an appeal: by the unit that holds the request now; 404 for any other.
pub(super) fn create(mut tx: Tx<'_>, scope: &Scope, person: PersonId, new: &NewAppeal) -> Result<Finished<()>, ApiError> {
    let missing = || ApiError::of(&error::NOT_FOUND);
    let case = request_rows::find(tx.conn(), new.request)?.ok_or_else(missing)?;
    let unit = case.organization_id.filter(|unit| scope.organizations.contains(unit)).ok_or_else(missing)?;
    let now = tx.now()?;
    let row = AppealRow {
        id: new.id,
        request_id: case.id,
        organization_id: unit,
        measure: new.measure,
        wants: new.wants,
        reason: new.reason.clone(),
        state: AppealState::Requested,
        requested_by: person,
        decided_by: None,
        decision: None,
        created_at: now,
        decided_at: None,
    };
    if !rows_appeals::insert(tx.conn(), &row)? {
        return Err(ApiError::of(&APPEAL_EXISTS));
    }
    let after = json!({"request": case.id, "measure": new.measure, "wants": new.wants});
    tx.audit(Audit::new("kpi_appeal_create", "kpi_appeal", new.id.0).at(case.grid_unit_id).after(after))?;
    Ok(tx.done(())?)
}

/// Decides an appeal: by the street of the request's place.
pub(super) fn decide(
    mut tx: Tx<'_>,
    scope: &Scope,
    person: PersonId,
    id: AppealId,
    (by, why): (AppealMove, &str),
) -> Result<Finished<()>, ApiError> {
    let missing = || ApiError::of(&error::NOT_FOUND);
    let appeal = rows_appeals::find(tx.conn(), id)?.ok_or_else(missing)?;
    let case = request_rows::find(tx.conn(), appeal.request_id)?.ok_or_else(missing)?;
    let place = grid::unit_find(tx.conn(), case.grid_unit_id)?.ok_or_else(missing)?;
    scope.require_unit(&place.path)?;
    if appeal.requested_by == person {
        return Err(ApiError::of(&APPEAL_BY_ITSELF));
    }
    let next = appeal.state.transition(by).ok_or_else(|| ApiError::of(&APPEAL_DECIDED))?;
    let now = tx.now()?;
    if !rows_appeals::decide(tx.conn(), id, next, (person, why), now)? {
        return Err(ApiError::of(&APPEAL_DECIDED));
    }
    let action = if by == AppealMove::Grant { "kpi_appeal_grant" } else { "kpi_appeal_refuse" };
    let entry = Audit::new(action, "kpi_appeal", id.0).at(case.grid_unit_id);
    tx.audit(entry.before(json!({"state": appeal.state})).after(json!({"state": next, "request": case.id})))?;
    Ok(tx.done(())?)
}
