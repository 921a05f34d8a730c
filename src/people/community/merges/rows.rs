//! Queries of `person_merges`.

use base::db::DbResult;
use base::ids::{GridUnitId, PersonId};
use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{MergeId, MergeState};
use crate::community::schema::person_merges;
use crate::grid::{Scope, within};

/// A proposal as stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = person_merges, check_for_backend(diesel::pg::Pg))]
pub(super) struct Merge {
    pub(super) id: MergeId,
    pub(super) gone_id: PersonId,
    pub(super) keep_id: PersonId,
    pub(super) grid_unit_id: GridUnitId,
    pub(super) state: MergeState,
    pub(super) reason: String,
    pub(super) requested_by: PersonId,
    pub(super) requested_at: DateTime<Utc>,
    pub(super) decided_by: Option<PersonId>,
    pub(super) decided_at: Option<DateTime<Utc>>,
}

/// A proposal to be entered.
#[derive(Insertable)]
#[diesel(table_name = person_merges)]
pub(super) struct NewMerge<'a> {
    pub(super) id: MergeId,
    pub(super) gone_id: PersonId,
    pub(super) keep_id: PersonId,
    pub(super) grid_unit_id: GridUnitId,
    pub(super) reason: &'a str,
    pub(super) requested_by: PersonId,
}

/// False: there is an open one of that account.
pub(super) fn insert(connection: &mut PgConnection, new: &NewMerge<'_>) -> DbResult<bool> {
    Ok(diesel::insert_into(person_merges::table).values(new).on_conflict_do_nothing().execute(connection)? == 1)
}

pub(super) fn find(connection: &mut PgConnection, id: MergeId) -> DbResult<Option<Merge>> {
    Ok(person_merges::table.find(id).select(Merge::as_select()).first(connection).optional()?)
}

/// One proposal, locked until the transaction ends.
pub(super) fn hold(connection: &mut PgConnection, id: MergeId) -> DbResult<Option<Merge>> {
    Ok(person_merges::table.find(id).select(Merge::as_select()).for_update().first(connection).optional()?)
}

/// Proposals of the scope, newest first, below an id.
pub(super) fn list(connection: &mut PgConnection, scope: &Scope, below: Option<MergeId>, limit: i64) -> DbResult<Vec<Merge>> {
    let mut query = person_merges::table
        .filter(within(person_merges::grid_unit_id, scope))
        .select(Merge::as_select())
        .order(person_merges::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(below) = below {
        query = query.filter(person_merges::id.lt(below));
    }
    Ok(query.load(connection)?)
}

/// Decides a locked one.
pub(super) fn decide(
    connection: &mut PgConnection,
    id: MergeId,
    to: MergeState,
    (by, at): (PersonId, DateTime<Utc>),
) -> DbResult<()> {
    diesel::update(person_merges::table.find(id))
        .set((person_merges::state.eq(to), person_merges::decided_by.eq(by), person_merges::decided_at.eq(at)))
        .execute(connection)?;
    Ok(())
}
