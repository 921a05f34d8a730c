//! Putting a rule in force, by a second person, and ending it.

use base::clock::shanghai_midnight;
use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use base::ids::PersonId;
use people::grid::Scope;
use serde_json::json;

use super::rule::RuleState;
use super::{RULE_NOT_DRAFT, RuleId, rows, write};
use crate::outside::Outside;
use crate::place;

/// Puts a draft in force from now, or from its first day; the version before it ends at that moment.
pub(super) fn approve(
    mut tx: Tx<'_>,
    scope: &Scope,
    person: PersonId,
    outside: &Outside,
    id: RuleId,
) -> Result<Finished<()>, ApiError> {
    let rule = write::reach(&mut tx, scope, id)?;
    if rule.state != RuleState::Draft {
        return Err(ApiError::of(&RULE_NOT_DRAFT));
    }
    outside.require_disinterested(tx.conn(), rule.community_id, person, &[rule.created_by])?;
    let after = json!({"kind": rule.kind, "version": rule.version, "draft_version": rule.draft_version});
    tx.audit(Audit::new("rule_approve", "rule", id.0).at(rule.community_id).after(after))?;
    // Two approvals of one lineage meet here: the index allows one version in force.
    let from = tx.now()?.max(shanghai_midnight(rule.valid_from));
    rows::lineage_end(tx.conn(), rule.lineage_id, from)?;
    let approved = rows::rule_approve(tx.conn(), id, rule.draft_version, person, from).map_err(|failure| {
        if failure.unique_violation().is_some() { ApiError::of(&error::STATE_CONFLICT) } else { failure.into() }
    })?;
    place::changed(Ok(approved))?;
    Ok(tx.done(())?)
}

/// Ends a rule now; events that happened before are still decided by it.
pub(super) fn end(mut tx: Tx<'_>, scope: &Scope, id: RuleId) -> Result<Finished<()>, ApiError> {
    let rule = write::reach(&mut tx, scope, id)?;
    if rule.state != RuleState::InForce {
        return Err(ApiError::of(&error::STATE_CONFLICT));
    }
    tx.audit(Audit::new("rule_end", "rule", id.0).at(rule.community_id))?;
    let at = rule.in_force_from.map_or(tx.now()?, |from| from).max(tx.now()?);
    place::changed(rows::lineage_end(tx.conn(), rule.lineage_id, at))?;
    Ok(tx.done(())?)
}
