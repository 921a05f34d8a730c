//! Telling the sponsor of an empty budget that awards wait for it, once a day.

use base::clock::shanghai_date;
use base::db::{Audit, Context, Db, Finished, Tx};
use base::error::ApiError;
use base::ids::PersonId;
use people::grid::{self, UnitKind};
use people::identity::{self, Role};
use serde_json::json;

use super::rows;
use crate::budgets::{self, Budget, BudgetId};
use crate::outside::{Notice, Outside};

/// Looks at every budget that awards wait for.
pub(super) fn tell_all(db: &Db, outside: &Outside) -> Result<(), ApiError> {
    for budget in db.read_now(rows::budgets_waited_for)? {
        db.transaction_now(&Context::job(), |tx| tell(tx, outside, budget))?;
    }
    Ok(())
}

/// Who acts for a sponsor: the organization's own people, or the staff of the community or street; else who asked for the budget.
fn sponsors(tx: &mut Tx<'_>, budget: &Budget) -> Result<Vec<PersonId>, ApiError> {
    let mut persons = Vec::new();
    if let Some(organization) = budget.sponsor_organization_id {
        for role in [Role::OrganizationContact, Role::MerchantOwner, Role::UnitHandler] {
            persons.extend(identity::people_of_organization(tx.conn(), role, organization)?);
        }
    }
    if let Some(unit) = budget.sponsor_unit_id {
        let street = grid::unit_find(tx.conn(), unit)?.is_some_and(|unit| unit.level() == UnitKind::Street);
        let role = if street { Role::StreetStaff } else { Role::CommunityStaff };
        persons.extend(identity::people_with_role(tx.conn(), role, unit)?);
    }
    if persons.is_empty() {
        persons.push(budget.requested_by);
    }
    persons.sort();
    persons.dedup();
    Ok(persons)
}

/// One budget's notice of the day. The persons first, in order: the budget's row is locked last.
fn tell(mut tx: Tx<'_>, outside: &Outside, id: BudgetId) -> Result<Finished<()>, ApiError> {
    let Some(budget) = budgets::budget_find(tx.conn(), id)? else { return Ok(tx.done(())?) };
    let day = shanghai_date(base::db::now(tx.conn())?);
    let (awards, points) = rows::waiting_sum(tx.conn(), id)?;
    if awards == 0 || !budgets::tell_once(tx.conn(), id, day)? {
        return Ok(tx.done(())?);
    }
    let told = sponsors(&mut tx, &budget)?;
    let after = json!({"waiting": awards, "points": points, "told": told.len()});
    tx.audit(Audit::new("points_sponsor_notice", "budget", id.0).at(budget.community_id).after(after))?;
    for person in told {
        let notice = Notice {
            person,
            community: budget.community_id,
            kind: "budget_empty",
            about: ("budget", id.0),
            zh: format!("预算「{}」余额不足：{awards} 笔奖励共 {points} 积分等待入账，请追加预算。", budget.name),
            en: format!("Budget {} is short: {awards} awards of {points} points wait; please top it up.", budget.name),
        };
        outside.notices.tell(&mut tx, &notice)?;
    }
    Ok(tx.done(())?)
}
