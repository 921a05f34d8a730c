//! Asking: a new budget with its first funding, a top-up, an unfunding. Nothing is posted before another person approves.

use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use base::ids::{GridUnitId, OrganizationId, PersonId};
use base::money::Points;
use base::text::Text;
use chrono::NaiveDate;
use people::grid::{self, Scope};
use serde_json::json;

use super::budget::{BudgetState, ChangeKind, Source};
use super::rows::{self, Budget, InsertBudget, InsertChange};
use super::{BUDGET_NOT_OPEN, BudgetId, ChangeId};
use crate::place;

/// What is asked for.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    pub(super) community: GridUnitId,
    pub(super) name: Text<80>,
    pub(super) sponsor_organization: Option<OrganizationId>,
    pub(super) sponsor_unit: Option<GridUnitId>,
    pub(super) period_from: NaiveDate,
    pub(super) period_to: NaiveDate,
    pub(super) amount: Points,
}

impl Ask {
    fn check(&self) -> Result<(), ApiError> {
        if !self.amount.is_positive() {
            return Err(ApiError::invalid("/amount", "must be above zero"));
        }
        place::require_near("/period_from", self.period_from)?;
        place::require_near("/period_to", self.period_to)?;
        if self.period_to < self.period_from {
            return Err(ApiError::invalid("/period_to", "must not lie before period_from"));
        }
        if self.sponsor_organization.is_some() == self.sponsor_unit.is_some() {
            return Err(ApiError::invalid("/sponsor_unit", "name either sponsor_unit or sponsor_organization"));
        }
        Ok(())
    }
}

/// Asks for a budget.
pub(super) fn request(
    mut tx: Tx<'_>,
    scope: &Scope,
    person: PersonId,
    id: BudgetId,
    ask: &Ask,
) -> Result<Finished<()>, ApiError> {
    ask.check()?;
    let community = place::require_community(tx.conn(), scope, ask.community)?;
    if let Some(sponsor) = ask.sponsor_organization {
        place::require_organization(tx.conn(), "/sponsor_organization", sponsor)?;
    }
    if let Some(unit) = ask.sponsor_unit {
        let sponsor = grid::unit_find(tx.conn(), unit)?;
        if !sponsor.is_some_and(|sponsor| sponsor.path.covers(&community.path)) {
            return Err(ApiError::invalid("/sponsor_unit", "must be the community or its street"));
        }
    }
    let row = InsertBudget {
        id,
        community_id: ask.community,
        name: &ask.name,
        sponsor_organization_id: ask.sponsor_organization,
        sponsor_unit_id: ask.sponsor_unit,
        period_from: ask.period_from,
        period_to: ask.period_to,
        asked: ask.amount,
        requested_by: person,
    };
    ledger::book_open(tx.conn(), place::book(ask.community))?;
    rows::budget_insert(tx.conn(), &row)?;
    let change = ChangeId::new();
    insert(&mut tx, change, id, ChangeKind::Fund, Source::Issuance, ask.amount, person)?;
    tx.audit(Audit::new("budget_create", "budget", id.0).at(ask.community).after(json!({"asked": ask.amount})))?;
    Ok(tx.done(())?)
}

fn insert(
    tx: &mut Tx<'_>,
    id: ChangeId,
    budget_id: BudgetId,
    kind: ChangeKind,
    source: Source,
    amount: Points,
    requested_by: PersonId,
) -> Result<(), ApiError> {
    Ok(rows::change_insert(tx.conn(), &InsertChange { id, budget_id, kind, source, amount, requested_by })?)
}

/// The budget, if the scope reaches its community.
pub(super) fn reach(tx: &mut Tx<'_>, scope: &Scope, id: BudgetId) -> Result<Budget, ApiError> {
    let budget = rows::budget_find(tx.conn(), id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    place::require_community(tx.conn(), scope, budget.community_id)?;
    Ok(budget)
}

/// Asks for more points, or for fewer.
pub(super) fn request_change(
    mut tx: Tx<'_>,
    scope: &Scope,
    person: PersonId,
    budget: BudgetId,
    id: ChangeId,
    (kind, source, amount): (ChangeKind, Source, Points),
) -> Result<Finished<()>, ApiError> {
    if !amount.is_positive() {
        return Err(ApiError::invalid("/amount", "must be above zero"));
    }
    let budget = reach(&mut tx, scope, budget)?;
    if budget.state != BudgetState::Approved {
        return Err(ApiError::of(&BUDGET_NOT_OPEN));
    }
    insert(&mut tx, id, budget.id, kind, source, amount, person)?;
    let action = if kind == ChangeKind::Unfund { "budget_unfund" } else { "budget_top_up" };
    let after = json!({"kind": kind, "source": source, "amount": amount, "change": id});
    tx.audit(Audit::new(action, "budget", budget.id.0).at(budget.community_id).after(after))?;
    Ok(tx.done(())?)
}
