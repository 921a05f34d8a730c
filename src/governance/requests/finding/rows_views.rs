//! Queries of `request_views`.

use base::db::DbResult;
use base::ids::{GridUnitId, PersonId};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use people::grid::{Scope, within};
use serde_json::Value;

use super::RequestViewId;
use super::schema::request_views;

/// Filters kept under a name.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = request_views, check_for_backend(diesel::pg::Pg))]
pub(super) struct Kept {
    pub(super) id: RequestViewId,
    pub(super) person_id: PersonId,
    pub(super) name: String,
    pub(super) filters: Value,
    /// Shared in this community.
    pub(super) community_id: Option<GridUnitId>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) updated_at: DateTime<Utc>,
}

/// How many a person keeps.
pub(super) fn count(connection: &mut PgConnection, person: PersonId) -> DbResult<i64> {
    Ok(request_views::table.filter(request_views::person_id.eq(person)).count().get_result(connection)?)
}

/// Keeps one.
pub(super) fn insert(connection: &mut PgConnection, kept: &Kept) -> DbResult<()> {
    diesel::insert_into(request_views::table).values(kept).execute(connection)?;
    Ok(())
}

/// One, locked until the transaction ends.
pub(super) fn lock(connection: &mut PgConnection, id: RequestViewId) -> DbResult<Option<Kept>> {
    Ok(request_views::table.find(id).select(Kept::as_select()).for_update().first(connection).optional()?)
}

/// One.
pub(super) fn find(connection: &mut PgConnection, id: RequestViewId) -> DbResult<Option<Kept>> {
    Ok(request_views::table.find(id).select(Kept::as_select()).first(connection).optional()?)
}

/// Writes what may change.
pub(super) fn save(connection: &mut PgConnection, kept: &Kept) -> DbResult<()> {
    diesel::update(request_views::table.find(kept.id))
        .set((
            request_views::name.eq(&kept.name),
            request_views::filters.eq(&kept.filters),
            request_views::community_id.eq(kept.community_id),
            request_views::updated_at.eq(kept.updated_at),
        ))
        .execute(connection)?;
    Ok(())
}

/// Deletes one.
pub(super) fn delete(connection: &mut PgConnection, id: RequestViewId) -> DbResult<()> {
    diesel::delete(request_views::table.find(id)).execute(connection)?;
    Ok(())
}

/// A person's own and those shared in a community of the scope, the newest first.
pub(super) fn list(
    connection: &mut PgConnection,
    scope: &Scope,
    person: PersonId,
    after: Option<RequestViewId>,
    limit: i64,
) -> DbResult<Vec<Kept>> {
    let shared = request_views::community_id.is_not_null().and(within(request_views::community_id.assume_not_null(), scope));
    let mut query = request_views::table
        .filter(request_views::person_id.eq(person).or(shared))
        .select(Kept::as_select())
        .order(request_views::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(request_views::id.lt(after));
    }
    Ok(query.load(connection)?)
}

/// All of a person's.
pub(super) fn of_person(connection: &mut PgConnection, person: PersonId) -> DbResult<Vec<Kept>> {
    let query = request_views::table.filter(request_views::person_id.eq(person)).order(request_views::id);
    Ok(query.select(Kept::as_select()).load(connection)?)
}

/// Deletes all of a person's.
pub(super) fn erase(connection: &mut PgConnection, person: PersonId) -> DbResult<()> {
    diesel::delete(request_views::table.filter(request_views::person_id.eq(person))).execute(connection)?;
    Ok(())
}
