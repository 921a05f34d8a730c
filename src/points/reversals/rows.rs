//! Queries of `point_reversals`.

use base::db::DbResult;
use base::ids::{GridUnitId, PersonId};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use ledger::TransactionId;
use people::grid::{Scope, within};

use super::ReversalId;
use super::schema::point_reversals;
use crate::budgets::ChangeState;

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = point_reversals, check_for_backend(diesel::pg::Pg))]
pub(super) struct ReversalRow {
    pub(super) id: ReversalId,
    pub(super) community_id: GridUnitId,
    pub(super) original_id: TransactionId,
    pub(super) reason: String,
    pub(super) state: ChangeState,
    pub(super) requested_by: PersonId,
    pub(super) approved_by: Option<PersonId>,
    pub(super) transaction_id: Option<TransactionId>,
    pub(super) created_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = point_reversals)]
pub(super) struct InsertReversal {
    pub(super) id: ReversalId,
    pub(super) community_id: GridUnitId,
    pub(super) original_id: TransactionId,
    pub(super) reason: String,
    pub(super) requested_by: PersonId,
}

pub(super) fn insert(connection: &mut PgConnection, row: &InsertReversal) -> DbResult<()> {
    diesel::insert_into(point_reversals::table).values(row).execute(connection)?;
    Ok(())
}

pub(super) fn find(connection: &mut PgConnection, id: ReversalId) -> DbResult<Option<ReversalRow>> {
    Ok(point_reversals::table.find(id).select(ReversalRow::as_select()).first(connection).optional()?)
}

/// Reversals of the scope, newest first, below an id.
pub(super) fn list(
    connection: &mut PgConnection,
    scope: &Scope,
    state: Option<ChangeState>,
    below: Option<ReversalId>,
    limit: i64,
) -> DbResult<Vec<ReversalRow>> {
    let mut query = point_reversals::table
        .filter(within(point_reversals::community_id, scope))
        .select(ReversalRow::as_select())
        .order(point_reversals::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(state) = state {
        query = query.filter(point_reversals::state.eq(state));
    }
    if let Some(below) = below {
        query = query.filter(point_reversals::id.lt(below));
    }
    Ok(query.load(connection)?)
}

/// Decides one that is still undecided.
pub(super) fn decide(
    connection: &mut PgConnection,
    id: ReversalId,
    state: ChangeState,
    by: PersonId,
    posting: Option<TransactionId>,
    at: DateTime<Utc>,
) -> DbResult<usize> {
    Ok(diesel::update(point_reversals::table.find(id).filter(point_reversals::state.eq(ChangeState::Requested)))
        .set((
            point_reversals::state.eq(state),
            point_reversals::approved_by.eq(by),
            point_reversals::transaction_id.eq(posting),
            point_reversals::decided_at.eq(at),
        ))
        .execute(connection)?)
}

/// How many of the scope wait for somebody other than this person.
pub(crate) fn waiting_reversals(connection: &mut PgConnection, scope: &Scope, person: PersonId) -> DbResult<i64> {
    Ok(point_reversals::table
        .filter(point_reversals::state.eq(ChangeState::Requested))
        .filter(point_reversals::requested_by.ne(person))
        .filter(within(point_reversals::community_id, scope))
        .count()
        .get_result(connection)?)
}
