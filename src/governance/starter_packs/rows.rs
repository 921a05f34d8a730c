//! Queries of `starter_adoptions`.

use base::db::DbResult;
use base::ids::{GridUnitId, PersonId};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use people::grid::{Scope, within};
use points::budgets::BudgetId;
use serde_json::Value;

use super::AdoptionState;
use super::schema::starter_adoptions;
use crate::duty_list::AdoptionId;

/// A decision on the pack.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = starter_adoptions, check_for_backend(diesel::pg::Pg))]
pub(super) struct Adoption {
    pub(super) id: AdoptionId,
    pub(super) community_id: GridUnitId,
    pub(super) budget_id: Option<BudgetId>,
    pub(super) state: AdoptionState,
    pub(super) requested_by: PersonId,
    pub(super) decided_by: Option<PersonId>,
    pub(super) outcome: Value,
    pub(super) created_at: DateTime<Utc>,
    pub(super) decided_at: Option<DateTime<Utc>>,
}

/// Notes that somebody asks.
pub(super) fn insert(
    connection: &mut PgConnection,
    id: AdoptionId,
    community: GridUnitId,
    budget: Option<BudgetId>,
    by: PersonId,
) -> DbResult<()> {
    diesel::insert_into(starter_adoptions::table)
        .values((
            starter_adoptions::id.eq(id),
            starter_adoptions::community_id.eq(community),
            starter_adoptions::budget_id.eq(budget),
            starter_adoptions::requested_by.eq(by),
        ))
        .execute(connection)?;
    Ok(())
}

/// One decision.
pub(super) fn find(connection: &mut PgConnection, id: AdoptionId) -> DbResult<Option<Adoption>> {
    Ok(starter_adoptions::table.find(id).select(Adoption::as_select()).first(connection).optional()?)
}

/// Decisions of the scope, newest first.
pub(super) fn list(
    connection: &mut PgConnection,
    scope: &Scope,
    below: Option<AdoptionId>,
    limit: i64,
) -> DbResult<Vec<Adoption>> {
    let mut query = starter_adoptions::table
        .filter(within(starter_adoptions::community_id, scope))
        .select(Adoption::as_select())
        .order(starter_adoptions::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(below) = below {
        query = query.filter(starter_adoptions::id.lt(below));
    }
    Ok(query.load(connection)?)
}

/// Decides, if it is still open.
pub(super) fn decide(
    connection: &mut PgConnection,
    id: AdoptionId,
    to: AdoptionState,
    by: PersonId,
    at: DateTime<Utc>,
    outcome: &Value,
) -> DbResult<usize> {
    let open = starter_adoptions::table.find(id).filter(starter_adoptions::state.eq(AdoptionState::Requested));
    Ok(diesel::update(open)
        .set((
            starter_adoptions::state.eq(to),
            starter_adoptions::decided_by.eq(by),
            starter_adoptions::decided_at.eq(at),
            starter_adoptions::outcome.eq(outcome),
        ))
        .execute(connection)?)
}
