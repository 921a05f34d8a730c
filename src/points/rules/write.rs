//! Writing and editing a draft. Nothing earns by it before another person approves.

use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use base::http::IfMatch;
use base::ids::{GridUnitId, PersonId};
use people::grid::Scope;
use serde_json::json;

use super::rows::{self, Draft, Rule, Written};
use super::rule::{EventKind, RuleState};
use super::{RULE_BUDGET, RULE_NOT_DRAFT, RuleId};
use crate::budgets::{self, BudgetState};
use crate::place;

/// Where a new draft belongs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) id: RuleId,
    pub(super) community: GridUnitId,
    pub(super) kind: EventKind,
    pub(super) supersedes: Option<RuleId>,
}

pub(super) fn check(tx: &mut Tx<'_>, community: GridUnitId, draft: &Draft) -> Result<(), ApiError> {
    if !draft.amount_per_unit.is_positive() || draft.amount_per_unit.hundredths() > 1_000_000_000_000 {
        return Err(ApiError::invalid("/amount_per_unit", "must be above zero and at most 10^10"));
    }
    let caps = [
        ("/person_day_cap", draft.person_day_cap),
        ("/household_day_cap", draft.household_day_cap),
        ("/person_month_cap", draft.person_month_cap),
        ("/total_cap", draft.total_cap),
    ];
    for (pointer, cap) in caps {
        if cap.is_some_and(|cap| !cap.is_positive()) {
            return Err(ApiError::invalid(pointer, "must be above zero, or absent for no limit"));
        }
    }
    place::require_near("/valid_from", draft.valid_from)?;
    if let Some(last) = draft.valid_until {
        place::require_near("/valid_until", last)?;
        if last < draft.valid_from {
            return Err(ApiError::invalid("/valid_until", "must not lie before valid_from"));
        }
    }
    let budget = budgets::budget_find(tx.conn(), draft.budget_id)?;
    let usable = |budget: &budgets::Budget| {
        budget.community_id == community && matches!(budget.state, BudgetState::Requested | BudgetState::Approved)
    };
    if budget.is_some_and(|budget| usable(&budget)) {
        Ok(())
    } else {
        Err(ApiError::of(&RULE_BUDGET).field("/budget", "unusable"))
    }
}

/// Writes a draft; a next version keeps kind and lineage of what it supersedes.
pub(super) fn create(
    mut tx: Tx<'_>,
    scope: &Scope,
    person: PersonId,
    place: Place,
    draft: &Draft,
) -> Result<Finished<()>, ApiError> {
    place::require_community(tx.conn(), scope, place.community)?;
    check(&mut tx, place.community, draft)?;
    let lineage_id = match place.supersedes {
        None => place.id,
        Some(before) => {
            let before = rows::rule_find(tx.conn(), before)?.filter(|rule| rule.community_id == place.community);
            let before = before.ok_or_else(|| ApiError::invalid("/supersedes", "no rule of this community"))?;
            if before.kind != place.kind {
                return Err(ApiError::invalid("/kind", "a new version keeps its kind"));
            }
            before.lineage_id
        }
    };
    let version = rows::next_version(tx.conn(), place.community, place.kind)?;
    let written =
        Written { id: place.id, lineage_id, version, community_id: place.community, kind: place.kind, created_by: person };
    rows::rule_insert(tx.conn(), written, draft).map_err(|failure| {
        if failure.unique_violation().is_some() { ApiError::of(&error::STATE_CONFLICT) } else { failure.into() }
    })?;
    let after = json!({"kind": place.kind, "version": version, "amount_per_unit": draft.amount_per_unit});
    tx.audit(Audit::new("rule_create", "rule", place.id.0).at(place.community).after(after))?;
    Ok(tx.done(())?)
}

/// The rule, if the scope reaches its community.
pub(super) fn reach(tx: &mut Tx<'_>, scope: &Scope, id: RuleId) -> Result<Rule, ApiError> {
    let rule = rows::rule_find(tx.conn(), id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    place::require_community(tx.conn(), scope, rule.community_id)?;
    Ok(rule)
}

/// Edits a draft. Whoever edits becomes its author: the second person must not approve their own words.
pub(super) fn edit(
    mut tx: Tx<'_>,
    scope: &Scope,
    person: PersonId,
    id: RuleId,
    base: &IfMatch,
    draft: &Draft,
) -> Result<Finished<()>, ApiError> {
    let rule = reach(&mut tx, scope, id)?;
    if rule.state != RuleState::Draft {
        return Err(ApiError::of(&RULE_NOT_DRAFT));
    }
    base.check(rule.draft_version)?;
    check(&mut tx, rule.community_id, draft)?;
    tx.audit(
        Audit::new("rule_edit", "rule", id.0)
            .at(rule.community_id)
            .before(json!({"amount_per_unit": rule.amount_per_unit, "version": rule.draft_version}))
            .after(json!({"amount_per_unit": draft.amount_per_unit})),
    )?;
    if rows::draft_update(tx.conn(), id, rule.draft_version, person, draft)? != 1 {
        return Err(ApiError::of(&error::PRECONDITION_FAILED));
    }
    Ok(tx.done(())?)
}
