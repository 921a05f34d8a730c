//! Queries of `person_merges`.

use std::collections::HashMap;

use base::db::DbResult;
use base::ids::{GridUnitId, PersonId};
use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::{Array, Uuid as SqlUuid};

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

/// Accounts that became this one.
pub(super) fn merged_into(connection: &mut PgConnection, keep: PersonId) -> DbResult<Vec<PersonId>> {
    Ok(person_merges::table
        .filter(person_merges::keep_id.eq(keep).and(person_merges::state.eq(MergeState::Approved)))
        .select(person_merges::gone_id)
        .load(connection)?)
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = SqlUuid)]
    first: PersonId,
    #[diesel(sql_type = SqlUuid)]
    last: PersonId,
}

/// Those of these accounts that ended, each with the one that remains of it.
pub(super) fn remaining(connection: &mut PgConnection, persons: &[PersonId]) -> DbResult<HashMap<PersonId, PersonId>> {
    const FOLLOW: &str = "WITH RECURSIVE line (first, last) AS ( \
          SELECT gone_id, keep_id FROM person_merges WHERE state = 'approved' AND gone_id = ANY($1) \
          UNION SELECT l.first, m.keep_id FROM line l JOIN person_merges m ON m.gone_id = l.last AND m.state = 'approved') \
        SELECT first, last FROM line l WHERE NOT EXISTS (SELECT 1 FROM person_merges m WHERE m.gone_id = l.last AND m.state = 'approved')";
    let ids: Vec<_> = persons.iter().map(|person| person.0).collect();
    let lines: Vec<Line> = diesel::sql_query(FOLLOW).bind::<Array<SqlUuid>, _>(ids).load(connection)?;
    Ok(lines.into_iter().map(|line| (line.first, line.last)).collect())
}

/// All accounts that ended, each with the one that remains of it; the latest merges first.
pub(super) fn ended(connection: &mut PgConnection) -> DbResult<Vec<(PersonId, PersonId)>> {
    let all: Vec<PersonId> = person_merges::table
        .filter(person_merges::state.eq(MergeState::Approved))
        .select(person_merges::gone_id)
        .order(person_merges::id.desc())
        .load(connection)?;
    let remaining = remaining(connection, &all)?;
    Ok(all.into_iter().filter_map(|gone| Some((gone, *remaining.get(&gone)?))).collect())
}
