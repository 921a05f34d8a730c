//! Queries of `root_causes` and `root_cause_requests`.

use base::db::DbResult;
use base::ids::{GridUnitId, OrganizationId, PersonId};
use base::page::Window;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Timestamptz, Uuid as SqlUuid};
use people::grid::{Scope, within};

use super::super::CaseId;
use super::schema::{root_cause_requests, root_causes};
use super::{CauseState, RootCauseId};

/// A root-cause case.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = root_causes, check_for_backend(diesel::pg::Pg))]
pub(super) struct Cause {
    pub(super) id: RootCauseId,
    pub(super) community_id: GridUnitId,
    pub(super) title: String,
    pub(super) cause: String,
    pub(super) owner_id: Option<OrganizationId>,
    pub(super) measure: Option<String>,
    pub(super) due_on: Option<NaiveDate>,
    pub(super) state: CauseState,
    pub(super) result: Option<String>,
    pub(super) opened_by: PersonId,
    pub(super) created_at: DateTime<Utc>,
    pub(super) planned_at: Option<DateTime<Utc>>,
    pub(super) ended_at: Option<DateTime<Utc>>,
}

/// Enters one.
pub(super) fn insert(connection: &mut PgConnection, row: &Cause) -> DbResult<()> {
    diesel::insert_into(root_causes::table).values(row).execute(connection)?;
    Ok(())
}

/// One.
pub(super) fn find(connection: &mut PgConnection, id: RootCauseId) -> DbResult<Option<Cause>> {
    Ok(root_causes::table.find(id).select(Cause::as_select()).first(connection).optional()?)
}

/// One, locked until the transaction ends.
pub(super) fn lock(connection: &mut PgConnection, id: RootCauseId) -> DbResult<Option<Cause>> {
    Ok(root_causes::table.find(id).select(Cause::as_select()).for_update().first(connection).optional()?)
}

/// Writes what may change of one that is locked.
pub(super) fn save(connection: &mut PgConnection, row: &Cause) -> DbResult<()> {
    diesel::update(root_causes::table.find(row.id))
        .set((
            root_causes::owner_id.eq(row.owner_id),
            root_causes::measure.eq(&row.measure),
            root_causes::due_on.eq(row.due_on),
            root_causes::state.eq(row.state),
            root_causes::result.eq(&row.result),
            root_causes::planned_at.eq(row.planned_at),
            root_causes::ended_at.eq(row.ended_at),
        ))
        .execute(connection)?;
    Ok(())
}

/// Of the scope's communities, or that its units own, the newest first.
pub(super) fn list(
    connection: &mut PgConnection,
    scope: &Scope,
    state: Option<CauseState>,
    window: &Window<RootCauseId>,
) -> DbResult<Vec<Cause>> {
    let owned = root_causes::owner_id.eq_any(scope.organizations.iter().map(|id| Some(*id)).collect::<Vec<_>>());
    let mut query = root_causes::table
        .filter(within(root_causes::community_id, scope).or(owned.is_not_distinct_from(true)))
        .select(Cause::as_select())
        .order(root_causes::id.desc())
        .limit(window.load())
        .into_boxed();
    if let Some(state) = state {
        query = query.filter(root_causes::state.eq(state));
    }
    if let Some(after) = window.after {
        query = query.filter(root_causes::id.lt(after));
    }
    Ok(query.load(connection)?)
}

/// Planned ones of these units or communities, by date.
pub(super) fn planned(connection: &mut PgConnection, scope: &Scope, limit: i64) -> DbResult<Vec<Cause>> {
    let owned = root_causes::owner_id.eq_any(scope.organizations.iter().map(|id| Some(*id)).collect::<Vec<_>>());
    Ok(root_causes::table
        .filter(within(root_causes::community_id, scope).or(owned.is_not_distinct_from(true)))
        .filter(root_causes::state.eq(CauseState::Planned))
        .select(Cause::as_select())
        .order((root_causes::due_on, root_causes::id))
        .limit(limit)
        .load(connection)?)
}

/// Puts a request in; `false`: it belongs to an open case.
pub(super) fn add(
    connection: &mut PgConnection,
    id: RootCauseId,
    request: CaseId,
    by: PersonId,
    at: DateTime<Utc>,
) -> DbResult<bool> {
    let entered = diesel::insert_into(root_cause_requests::table)
        .values((
            root_cause_requests::root_cause_id.eq(id),
            root_cause_requests::request_id.eq(request),
            root_cause_requests::open.eq(true),
            root_cause_requests::added_by.eq(by),
            root_cause_requests::added_at.eq(at),
        ))
        .on_conflict_do_nothing()
        .execute(connection)?;
    Ok(entered == 1)
}

/// Takes a request out; `false`: it isn't in.
pub(super) fn remove(connection: &mut PgConnection, id: RootCauseId, request: CaseId) -> DbResult<bool> {
    Ok(diesel::delete(root_cause_requests::table.find((id, request))).execute(connection)? == 1)
}

/// The case is over: its requests may belong to another one.
pub(super) fn release(connection: &mut PgConnection, id: RootCauseId) -> DbResult<()> {
    diesel::update(root_cause_requests::table.filter(root_cause_requests::root_cause_id.eq(id)))
        .set(root_cause_requests::open.eq(false))
        .execute(connection)?;
    Ok(())
}

/// How many requests a case has.
pub(super) fn count(connection: &mut PgConnection, id: RootCauseId) -> DbResult<i64> {
    Ok(root_cause_requests::table.filter(root_cause_requests::root_cause_id.eq(id)).count().get_result(connection)?)
}

/// Requests of a case in the order of their ids, after one.
pub(super) fn requests(
    connection: &mut PgConnection,
    id: RootCauseId,
    after: Option<CaseId>,
    limit: i64,
) -> DbResult<Vec<CaseId>> {
    let mut query = root_cause_requests::table
        .filter(root_cause_requests::root_cause_id.eq(id))
        .select(root_cause_requests::request_id)
        .order(root_cause_requests::request_id)
        .limit(limit)
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(root_cause_requests::request_id.gt(after));
    }
    Ok(query.load(connection)?)
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Requests of the community with one of the case's categories that were filed in a time.
pub(super) fn filed_alike(connection: &mut PgConnection, cause: &Cause, from: DateTime<Utc>, to: DateTime<Utc>) -> DbResult<i64> {
    const ALIKE: &str = "SELECT count(*) AS n FROM requests r WHERE r.community_id = $1 AND r.created_at >= $3 AND r.created_at < $4 \
        AND r.category IN (SELECT o.category FROM root_cause_requests c JOIN requests o ON o.id = c.request_id \
        WHERE c.root_cause_id = $2 AND o.category IS NOT NULL)";
    let count: Count = sql_query(ALIKE)
        .bind::<SqlUuid, _>(cause.community_id)
        .bind::<SqlUuid, _>(cause.id)
        .bind::<Timestamptz, _>(from)
        .bind::<Timestamptz, _>(to)
        .get_result(connection)?;
    Ok(count.n)
}
