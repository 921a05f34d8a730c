//! Queries of `budgets` and `budget_changes`.

use std::collections::HashMap;

use base::db::DbResult;
use base::ids::{GridUnitId, OrganizationId, PersonId};
use base::money::Points;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use ledger::TransactionId;
use people::grid::{Scope, within};

use super::budget::{BudgetState, ChangeKind, ChangeState, Source};
use super::schema::{budget_changes, budgets};
use super::{BudgetId, ChangeId};

diesel::joinable!(budget_changes -> budgets (budget_id));
diesel::allow_tables_to_appear_in_same_query!(budgets, budget_changes);

/// A budget.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = budgets, check_for_backend(diesel::pg::Pg))]
pub struct Budget {
    /// Id.
    pub id: BudgetId,
    /// Whose book.
    pub community_id: GridUnitId,
    /// What it is for.
    pub name: String,
    /// The organization that pays, or …
    pub sponsor_organization_id: Option<OrganizationId>,
    /// … the street or community.
    pub sponsor_unit_id: Option<GridUnitId>,
    /// First day of awards.
    pub period_from: NaiveDate,
    /// Last day of awards.
    pub period_to: NaiveDate,
    /// Points asked for at first.
    pub asked: Points,
    /// State.
    pub state: BudgetState,
    /// Who asked.
    pub requested_by: PersonId,
    /// Who decided.
    pub decided_by: Option<PersonId>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
}

/// A decision.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = budget_changes, check_for_backend(diesel::pg::Pg))]
pub(super) struct ChangeRow {
    pub(super) id: ChangeId,
    pub(super) budget_id: BudgetId,
    pub(super) kind: ChangeKind,
    pub(super) source: Source,
    pub(super) amount: Points,
    pub(super) state: ChangeState,
    pub(super) requested_by: PersonId,
    pub(super) approved_by: Option<PersonId>,
    pub(super) transaction_id: Option<TransactionId>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) decided_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = budgets)]
pub(super) struct InsertBudget<'a> {
    pub(super) id: BudgetId,
    pub(super) community_id: GridUnitId,
    pub(super) name: &'a str,
    pub(super) sponsor_organization_id: Option<OrganizationId>,
    pub(super) sponsor_unit_id: Option<GridUnitId>,
    pub(super) period_from: NaiveDate,
    pub(super) period_to: NaiveDate,
    pub(super) asked: Points,
    pub(super) requested_by: PersonId,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = budget_changes)]
pub(super) struct InsertChange {
    pub(super) id: ChangeId,
    pub(super) budget_id: BudgetId,
    pub(super) kind: ChangeKind,
    pub(super) source: Source,
    pub(super) amount: Points,
    pub(super) requested_by: PersonId,
}

pub(super) fn budget_insert(connection: &mut PgConnection, row: &InsertBudget<'_>) -> DbResult<()> {
    diesel::insert_into(budgets::table).values(row).execute(connection)?;
    Ok(())
}

pub(super) fn change_insert(connection: &mut PgConnection, row: &InsertChange) -> DbResult<()> {
    diesel::insert_into(budget_changes::table).values(row).execute(connection)?;
    Ok(())
}

/// One budget; the caller checks the scope with its community.
pub fn budget_find(connection: &mut PgConnection, id: BudgetId) -> DbResult<Option<Budget>> {
    Ok(budgets::table.find(id).select(Budget::as_select()).first(connection).optional()?)
}

/// Budgets by id.
pub fn budgets_by_ids(connection: &mut PgConnection, ids: &[BudgetId]) -> DbResult<HashMap<BudgetId, Budget>> {
    let rows: Vec<Budget> = budgets::table.filter(budgets::id.eq_any(ids)).select(Budget::as_select()).load(connection)?;
    Ok(rows.into_iter().map(|budget| (budget.id, budget)).collect())
}

/// Budgets of the scope, newest first, below an id.
pub(super) fn budget_list(
    connection: &mut PgConnection,
    scope: &Scope,
    community: Option<GridUnitId>,
    state: Option<BudgetState>,
    below: Option<BudgetId>,
    limit: i64,
) -> DbResult<Vec<Budget>> {
    let mut query = budgets::table
        .filter(within(budgets::community_id, scope))
        .select(Budget::as_select())
        .order(budgets::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(community) = community {
        query = query.filter(budgets::community_id.eq(community));
    }
    if let Some(state) = state {
        query = query.filter(budgets::state.eq(state));
    }
    if let Some(below) = below {
        query = query.filter(budgets::id.lt(below));
    }
    Ok(query.load(connection)?)
}

pub(super) fn change_find(connection: &mut PgConnection, id: ChangeId) -> DbResult<Option<ChangeRow>> {
    Ok(budget_changes::table.find(id).select(ChangeRow::as_select()).first(connection).optional()?)
}

/// The decisions of budgets, oldest first.
pub(super) fn changes_of(connection: &mut PgConnection, budgets: &[BudgetId]) -> DbResult<Vec<ChangeRow>> {
    Ok(budget_changes::table
        .filter(budget_changes::budget_id.eq_any(budgets))
        .select(ChangeRow::as_select())
        .order((budget_changes::budget_id, budget_changes::id))
        .load(connection)?)
}

/// The first funding of a budget, still undecided.
pub(super) fn first_funding(connection: &mut PgConnection, budget: BudgetId) -> DbResult<ChangeRow> {
    Ok(budget_changes::table
        .filter(budget_changes::budget_id.eq(budget))
        .filter(budget_changes::kind.eq(ChangeKind::Fund))
        .select(ChangeRow::as_select())
        .first(connection)?)
}

/// Moves a budget on, if it is still in `from`.
pub(super) fn budget_move(
    connection: &mut PgConnection,
    id: BudgetId,
    from: BudgetState,
    to: BudgetState,
    decided: Option<(PersonId, DateTime<Utc>)>,
) -> DbResult<usize> {
    let target = budgets::table.find(id).filter(budgets::state.eq(from));
    let rows = match decided {
        Some((by, at)) => diesel::update(target)
            .set((budgets::state.eq(to), budgets::decided_by.eq(by), budgets::decided_at.eq(at)))
            .execute(connection)?,
        None => diesel::update(target).set(budgets::state.eq(to)).execute(connection)?,
    };
    Ok(rows)
}

/// Is the budget open?
pub(crate) fn is_open(connection: &mut PgConnection, id: BudgetId) -> DbResult<bool> {
    let open = budgets::table.find(id).filter(budgets::state.eq(BudgetState::Approved));
    Ok(diesel::select(diesel::dsl::exists(open)).get_result(connection)?)
}

/// Keeps a budget from being closed until the transaction ends; false: it isn't open.
pub(crate) fn hold_open(connection: &mut PgConnection, id: BudgetId) -> DbResult<bool> {
    let open = budgets::table.find(id).filter(budgets::state.eq(BudgetState::Approved));
    Ok(open.select(budgets::id).for_update().first::<BudgetId>(connection).optional()?.is_some())
}

/// Decides a change that is still undecided.
pub(super) fn change_decide(
    connection: &mut PgConnection,
    id: ChangeId,
    state: ChangeState,
    by: PersonId,
    transaction: Option<TransactionId>,
    at: DateTime<Utc>,
) -> DbResult<usize> {
    Ok(diesel::update(budget_changes::table.find(id).filter(budget_changes::state.eq(ChangeState::Requested)))
        .set((
            budget_changes::state.eq(state),
            budget_changes::approved_by.eq(by),
            budget_changes::transaction_id.eq(transaction),
            budget_changes::decided_at.eq(at),
        ))
        .execute(connection)?)
}

/// Names of budgets, for rows that show them.
pub fn names_by_ids(connection: &mut PgConnection, ids: &[BudgetId]) -> DbResult<HashMap<BudgetId, String>> {
    let rows: Vec<(BudgetId, String)> =
        budgets::table.filter(budgets::id.eq_any(ids)).select((budgets::id, budgets::name)).load(connection)?;
    Ok(rows.into_iter().collect())
}

/// How many decisions on budgets of the scope wait for somebody other than this person.
pub(crate) fn waiting_decisions(connection: &mut PgConnection, scope: &Scope, person: PersonId) -> DbResult<i64> {
    Ok(budget_changes::table
        .inner_join(budgets::table)
        .filter(budget_changes::state.eq(ChangeState::Requested))
        .filter(budget_changes::requested_by.ne(person))
        .filter(within(budgets::community_id, scope))
        .count()
        .get_result(connection)?)
}

/// Takes the day's one notice to a budget's sponsor; false: it was sent.
pub(crate) fn tell_once(connection: &mut PgConnection, id: BudgetId, day: NaiveDate) -> DbResult<bool> {
    let untold = budgets::table.find(id).filter(budgets::sponsor_told_on.is_distinct_from(day));
    Ok(diesel::update(untold).set(budgets::sponsor_told_on.eq(day)).execute(connection)? == 1)
}

/// What is left of one budget; nothing before its first funding.
pub fn left(connection: &mut PgConnection, id: BudgetId) -> DbResult<Points> {
    Ok(ledger::reads::budgets_left(connection, &[id.0])?.remove(&id.0).unwrap_or_default())
}

/// Budgets that these organizations pay for.
pub(crate) fn sponsored_by(connection: &mut PgConnection, organizations: &[OrganizationId]) -> DbResult<Vec<BudgetId>> {
    Ok(budgets::table.filter(budgets::sponsor_organization_id.eq_any(organizations)).select(budgets::id).load(connection)?)
}
