//! One decision of two people: one asks, another adopts, and everything of the pack is in force at once.

use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use base::ids::{GridUnitId, PersonId};
use people::community::organizations;
use people::grid::{self, GridUnit, Scope};
use points::budgets::BudgetId;
use points::{Outside, place, rules};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::pack::Pack;
use super::rows::{self, Adoption};
use super::{AdoptionState, PACK_DECIDED, PACK_WAITS};
use crate::duty_list::{self, AdoptionId};
use crate::requests;

/// What was taken over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct AdoptionOutcome {
    /// Items that came into force.
    pub items: u32,
    /// Of those, items whose lead unit stands in the directory; the others go to the community's own queue.
    pub mapped: u32,
    /// Items left alone, since the community has its own.
    pub skipped: u32,
    /// Reply templates.
    pub templates: u32,
    /// Earning rules.
    pub rules: u32,
}

/// Asks to adopt the pack.
pub(super) fn request(
    mut tx: Tx<'_>,
    scope: &Scope,
    person: PersonId,
    (id, community): (AdoptionId, GridUnitId),
    budget: Option<BudgetId>,
) -> Result<Finished<()>, ApiError> {
    place::require_community(tx.conn(), scope, community)?;
    if let Some(budget) = budget {
        let known = points::budgets::budget_find(tx.conn(), budget)?;
        if known.is_none_or(|budget| budget.community_id != community) {
            return Err(ApiError::invalid("/budget", "is no budget of the community"));
        }
    }
    tx.audit(Audit::new("starter_pack_request", "starter_adoption", id.0).at(community).after(json!({"budget": budget})))?;
    rows::insert(tx.conn(), id, community, budget, person)
        .map_err(|failure| if failure.unique_violation().is_some() { ApiError::of(&PACK_WAITS) } else { failure.into() })?;
    Ok(tx.done(())?)
}

fn reach(tx: &mut Tx<'_>, scope: &Scope, id: AdoptionId) -> Result<(Adoption, GridUnit), ApiError> {
    let row = rows::find(tx.conn(), id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    let unit = place::require_community(tx.conn(), scope, row.community_id)?;
    if row.state != AdoptionState::Requested {
        return Err(ApiError::of(&PACK_DECIDED));
    }
    Ok((row, unit))
}

/// Adopts the pack: items, reply templates and, where a budget pays, earning rules come into force by these two persons.
pub(super) fn approve(
    mut tx: Tx<'_>,
    scope: &Scope,
    person: PersonId,
    outside: &Outside,
    id: AdoptionId,
) -> Result<Finished<()>, ApiError> {
    let (row, unit) = reach(&mut tx, scope, id)?;
    outside.require_disinterested(tx.conn(), unit.id, person, &[row.requested_by])?;
    put_in_force(&mut tx, &row, &unit, person)?;
    Ok(tx.done(())?)
}

/// Puts the pack in force in a community where nobody can be harmed (practice), by these two people, without rules that cost points.
pub fn adopt_at_once(tx: &mut Tx<'_>, community: &GridUnit, (asks, approves): (PersonId, PersonId)) -> Result<(), ApiError> {
    let id = AdoptionId::new();
    rows::insert(tx.conn(), id, community.id, None, asks)?;
    tx.audit(Audit::new("starter_pack_request", "starter_adoption", id.0).at(community.id))?;
    let row = rows::find(tx.conn(), id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    put_in_force(tx, &row, community, approves)
}

fn put_in_force(tx: &mut Tx<'_>, row: &Adoption, unit: &GridUnit, person: PersonId) -> Result<(), ApiError> {
    let pack = Pack::read()?;
    let street = grid::unit_by_code(tx.conn(), &unit.path.street())?.map(|street| street.id);
    let places: Vec<GridUnitId> = street.into_iter().chain([unit.id]).collect();
    let directory = organizations::organizations_of(tx.conn(), &places)?;
    let items: Vec<duty_list::NewItem> = pack.items.iter().map(|item| item.mapped(&directory)).collect();
    let by = (row.requested_by, person);
    let adopted = duty_list::adopt(tx, unit.id, by, row.id, &items)?;
    let templates = requests::adopt_templates(tx, unit.id, &pack.templates)?;
    let rules = match row.budget_id {
        Some(budget) => rules::adopt(tx, unit.id, by, budget, &pack.rules)?,
        None => 0,
    };
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let outcome = AdoptionOutcome {
        items: count(adopted.items),
        mapped: count(adopted.mapped),
        skipped: count(adopted.skipped),
        templates: count(templates),
        rules: count(rules),
    };
    tx.audit(Audit::new("starter_pack_approve", "starter_adoption", row.id.0).at(unit.id).after(json!(outcome)))?;
    let at = tx.now()?;
    place::changed(rows::decide(tx.conn(), row.id, AdoptionState::Adopted, person, at, &json!(outcome)))
}

/// Refuses; whoever asked withdraws it this way.
pub(super) fn refuse(mut tx: Tx<'_>, scope: &Scope, person: PersonId, id: AdoptionId) -> Result<Finished<()>, ApiError> {
    let (_, unit) = reach(&mut tx, scope, id)?;
    tx.audit(Audit::new("starter_pack_refuse", "starter_adoption", id.0).at(unit.id))?;
    let at = tx.now()?;
    place::changed(rows::decide(tx.conn(), id, AdoptionState::Refused, person, at, &json!({})))?;
    Ok(tx.done(())?)
}
