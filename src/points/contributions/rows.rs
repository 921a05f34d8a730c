//! Queries of `contributions`.

use base::db::DbResult;
use base::ids::{GridUnitId, OrganizationId, PersonId};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use people::grid::{Scope, within};

use super::ContributionId;
use super::schema::contributions;
use crate::budgets::{BudgetId, ChangeState};

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = contributions, check_for_backend(diesel::pg::Pg))]
pub(super) struct ContributionRow {
    pub(super) id: ContributionId,
    pub(super) community_id: GridUnitId,
    pub(super) organization_id: OrganizationId,
    pub(super) quantity: i32,
    pub(super) evidence: String,
    pub(super) occurred_at: DateTime<Utc>,
    pub(super) budget_id: Option<BudgetId>,
    pub(super) state: ChangeState,
    pub(super) requested_by: PersonId,
    pub(super) approved_by: Option<PersonId>,
    pub(super) created_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = contributions)]
pub(super) struct InsertContribution {
    pub(super) id: ContributionId,
    pub(super) community_id: GridUnitId,
    pub(super) organization_id: OrganizationId,
    pub(super) quantity: i32,
    pub(super) evidence: String,
    pub(super) occurred_at: DateTime<Utc>,
    pub(super) budget_id: Option<BudgetId>,
    pub(super) requested_by: PersonId,
}

pub(super) fn insert(connection: &mut PgConnection, row: &InsertContribution) -> DbResult<()> {
    diesel::insert_into(contributions::table).values(row).execute(connection)?;
    Ok(())
}

pub(super) fn find(connection: &mut PgConnection, id: ContributionId) -> DbResult<Option<ContributionRow>> {
    Ok(contributions::table.find(id).select(ContributionRow::as_select()).first(connection).optional()?)
}

/// Contributions of the scope, newest first, below an id.
pub(super) fn list(
    connection: &mut PgConnection,
    scope: &Scope,
    state: Option<ChangeState>,
    below: Option<ContributionId>,
    limit: i64,
) -> DbResult<Vec<ContributionRow>> {
    let mut query = contributions::table
        .filter(within(contributions::community_id, scope))
        .select(ContributionRow::as_select())
        .order(contributions::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(state) = state {
        query = query.filter(contributions::state.eq(state));
    }
    if let Some(below) = below {
        query = query.filter(contributions::id.lt(below));
    }
    Ok(query.load(connection)?)
}

/// Decides one that is still undecided.
pub(super) fn decide(
    connection: &mut PgConnection,
    id: ContributionId,
    state: ChangeState,
    by: PersonId,
    at: DateTime<Utc>,
) -> DbResult<usize> {
    Ok(diesel::update(contributions::table.find(id).filter(contributions::state.eq(ChangeState::Requested)))
        .set((contributions::state.eq(state), contributions::approved_by.eq(by), contributions::decided_at.eq(at)))
        .execute(connection)?)
}

/// How many of the scope wait for somebody other than this person.
pub(crate) fn waiting_contributions(connection: &mut PgConnection, scope: &Scope, person: PersonId) -> DbResult<i64> {
    Ok(contributions::table
        .filter(contributions::state.eq(ChangeState::Requested))
        .filter(contributions::requested_by.ne(person))
        .filter(within(contributions::community_id, scope))
        .count()
        .get_result(connection)?)
}
