//! Rules of a starter pack: written by one person and put in force by another in one decision.

use base::clock::shanghai_date;
use base::db::{Audit, Tx};
use base::error::ApiError;
use base::ids::{GridUnitId, PersonId};
use base::money::Points;
use serde_json::json;

use super::rows::{self, Draft, Written};
use super::rule::{Caps, Conditions, EventKind};
use super::{RuleId, write};
use crate::budgets::BudgetId;

/// A rule that a pack states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StarterRule {
    /// Kind of event.
    pub kind: EventKind,
    /// As people call it.
    pub name: String,
    /// Points of one unit.
    pub amount_per_unit: Points,
    /// Limits.
    pub caps: Caps,
}

/// Puts rules in force from now, of the first person by the second, who the caller knows to be disinterested and in scope. A kind
/// that has a rule in force already is left alone. How many came into force; 422 `rule_budget_unusable`.
pub fn adopt(
    tx: &mut Tx<'_>,
    community: GridUnitId,
    (written_by, approved_by): (PersonId, PersonId),
    budget: BudgetId,
    rules: &[StarterRule],
) -> Result<usize, ApiError> {
    let now = tx.now()?;
    let mut adopted = 0;
    for rule in rules {
        if rows::ever_in_force(tx.conn(), community, &[rule.kind])?.iter().any(|other| other.was_in_force(now)) {
            continue;
        }
        let draft = Draft {
            name: rule.name.clone(),
            budget_id: budget,
            amount_per_unit: rule.amount_per_unit,
            person_day_cap: rule.caps.person_day,
            household_day_cap: rule.caps.household_day,
            person_month_cap: rule.caps.person_month,
            total_cap: rule.caps.total,
            validity_months: 36,
            valid_from: shanghai_date(now),
            valid_until: None,
            conditions: serde_json::to_value(Conditions::default()).map_err(ApiError::internal)?,
        };
        write::check(tx, community, &draft)?;
        let id = RuleId::new();
        let version = rows::next_version(tx.conn(), community, rule.kind)?;
        let written = Written { id, lineage_id: id, version, community_id: community, kind: rule.kind, created_by: written_by };
        rows::rule_insert(tx.conn(), written, &draft)?;
        rows::rule_approve(tx.conn(), id, 1, approved_by, now)?;
        let after = json!({"kind": rule.kind, "version": version, "amount_per_unit": rule.amount_per_unit});
        tx.audit(Audit::new("rule_adopt", "rule", id.0).at(community).after(after))?;
        adopted += 1;
    }
    Ok(adopted)
}
