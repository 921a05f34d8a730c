//! Entering and confirming a contribution.

use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use people::grid::Scope;
use serde_json::json;

use super::ContributionId;
use super::rows::{self, InsertContribution};
use crate::awards::{self, Beneficiary, Event, EventId, Evidence};
use crate::budgets::{self, ChangeState};
use crate::decision::Decider;
use crate::place;
use crate::rules::EventKind;

/// Enters one.
pub(super) fn request(mut tx: Tx<'_>, scope: &Scope, row: &InsertContribution) -> Result<Finished<()>, ApiError> {
    place::require_community(tx.conn(), scope, row.community_id)?;
    place::require_near("/occurred_at", row.occurred_at.date_naive())?;
    place::require_organization(tx.conn(), "/organization", row.organization_id)?;
    if let Some(budget) = row.budget_id {
        let found = budgets::budget_find(tx.conn(), budget)?;
        if found.is_none_or(|budget| budget.community_id != row.community_id) {
            return Err(ApiError::invalid("/budget", "no budget of this community"));
        }
    }
    if row.occurred_at > tx.now()? {
        return Err(ApiError::invalid("/occurred_at", "must not lie in the future"));
    }
    rows::insert(tx.conn(), row)?;
    let after = json!({"organization": row.organization_id, "quantity": row.quantity});
    tx.audit(Audit::new("contribution_create", "contribution", row.id.0).at(row.community_id).after(after))?;
    Ok(tx.done(())?)
}

/// Confirms or refuses one, as another person who holds no role in the organization.
pub(super) fn decide(
    mut tx: Tx<'_>,
    decider: &Decider,
    id: ContributionId,
    state: ChangeState,
) -> Result<Finished<()>, ApiError> {
    let found = rows::find(tx.conn(), id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    place::require_community(tx.conn(), &decider.scope, found.community_id)?;
    if found.state != ChangeState::Requested {
        return Err(ApiError::of(&error::STATE_CONFLICT));
    }
    decider.require_disinterested(tx.conn(), found.community_id, Some(found.organization_id), &[found.requested_by])?;
    let person = decider.actor.person;
    let approved = state == ChangeState::Approved;
    let action = if approved { "contribution_approve" } else { "contribution_refuse" };
    tx.audit(Audit::new(action, "contribution", id.0).at(found.community_id).after(json!({"state": state})))?;
    let now = tx.now()?;
    place::changed(rows::decide(tx.conn(), id, state, person, now))?;
    if approved {
        let event = Event {
            id: EventId(id.0),
            kind: EventKind::MerchantContribution,
            community: found.community_id,
            beneficiary: Beneficiary::Organization(found.organization_id),
            occurred_at: found.occurred_at,
            quantity: found.quantity,
            evidence: Evidence { noun: "contribution".to_owned(), id: id.0 },
            approvers: vec![found.requested_by, person],
            project: None,
            budget: found.budget_id,
        };
        awards::emit(&mut tx, &event)?;
    }
    Ok(tx.done(())?)
}
