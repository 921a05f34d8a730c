//! Queries of `roles`.

use base::db::DbResult;
use base::ids::{GridUnitId, OrganizationId, PersonId};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::{sql_query, sql_types};

use super::RoleId;
use super::schema::roles;
use crate::grid::{GridPath, Scope, within};

/// A role of a person.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = roles, check_for_backend(diesel::pg::Pg))]
pub(super) struct RoleRow {
    pub(super) id: RoleId,
    pub(super) person_id: PersonId,
    pub(super) role: String,
    pub(super) grid_unit_id: Option<GridUnitId>,
    pub(super) organization_id: Option<OrganizationId>,
    pub(super) starts_at: DateTime<Utc>,
    pub(super) ends_at: Option<DateTime<Utc>>,
    pub(super) source: String,
}

/// A role to be granted.
#[derive(Insertable)]
#[diesel(table_name = roles)]
pub(super) struct NewRole<'a> {
    pub(super) id: RoleId,
    pub(super) person_id: PersonId,
    pub(super) role: &'a str,
    pub(super) grid_unit_id: Option<GridUnitId>,
    pub(super) organization_id: Option<OrganizationId>,
    pub(super) starts_at: DateTime<Utc>,
    pub(super) ends_at: Option<DateTime<Utc>>,
    pub(super) source: &'a str,
    pub(super) granted_by: Option<PersonId>,
}

/// False: the person holds the same role without end already.
pub(super) fn insert(connection: &mut PgConnection, role: &NewRole<'_>) -> DbResult<bool> {
    Ok(diesel::insert_into(roles::table).values(role).on_conflict_do_nothing().execute(connection)? == 1)
}

/// The role of the same kind and binding that has no end.
pub(super) fn open_twin(connection: &mut PgConnection, role: &NewRole<'_>) -> DbResult<Option<RoleId>> {
    Ok(roles::table
        .filter(roles::person_id.eq(role.person_id).and(roles::role.eq(role.role)).and(roles::ends_at.is_null()))
        .filter(roles::grid_unit_id.is_not_distinct_from(role.grid_unit_id))
        .filter(roles::organization_id.is_not_distinct_from(role.organization_id))
        .select(roles::id)
        .first(connection)
        .optional()?)
}

pub(super) fn lock(connection: &mut PgConnection, id: RoleId) -> DbResult<Option<RoleRow>> {
    Ok(roles::table.find(id).select(RoleRow::as_select()).for_update().first(connection).optional()?)
}

pub(super) fn find(connection: &mut PgConnection, id: RoleId) -> DbResult<Option<RoleRow>> {
    Ok(roles::table.find(id).select(RoleRow::as_select()).first(connection).optional()?)
}

pub(super) fn set_end(connection: &mut PgConnection, id: RoleId, ends: Option<DateTime<Utc>>) -> DbResult<()> {
    diesel::update(roles::table.find(id)).set(roles::ends_at.eq(ends)).execute(connection)?;
    Ok(())
}

/// What a person holds at `now`.
pub(super) fn held(connection: &mut PgConnection, person: PersonId, now: DateTime<Utc>) -> DbResult<Vec<RoleRow>> {
    Ok(roles::table
        .filter(roles::person_id.eq(person).and(roles::starts_at.le(now)))
        .filter(roles::ends_at.is_null().or(roles::ends_at.gt(now)))
        .select(RoleRow::as_select())
        .order(roles::id)
        .load(connection)?)
}

/// Roles of one account become another's of the same person, except those that the other holds itself; how many did.
pub(super) fn move_all(connection: &mut PgConnection, gone: PersonId, keep: PersonId) -> DbResult<usize> {
    let moved = sql_query(
        "UPDATE roles r SET person_id = $2 WHERE r.person_id = $1 AND (r.ends_at IS NULL OR r.ends_at > palm_now()) \
         AND NOT EXISTS (SELECT 1 FROM roles k WHERE k.person_id = $2 AND k.role = r.role AND (k.ends_at IS NULL OR k.ends_at > palm_now()) \
           AND k.grid_unit_id IS NOT DISTINCT FROM r.grid_unit_id AND k.organization_id IS NOT DISTINCT FROM r.organization_id)",
    );
    Ok(moved.bind::<sql_types::Uuid, _>(gone.0).bind::<sql_types::Uuid, _>(keep.0).execute(connection)?)
}

/// Everything a person holds or will hold, for the end of an account.
pub(super) fn not_ended(connection: &mut PgConnection, person: PersonId, now: DateTime<Utc>) -> DbResult<Vec<RoleId>> {
    Ok(roles::table
        .filter(roles::person_id.eq(person))
        .filter(roles::ends_at.is_null().or(roles::ends_at.gt(now)))
        .select(roles::id)
        .load(connection)?)
}

/// People who hold a role bound to exactly this unit or organization.
pub(super) fn holders(
    connection: &mut PgConnection,
    role: &str,
    unit: Option<GridUnitId>,
    organization: Option<OrganizationId>,
    now: DateTime<Utc>,
) -> DbResult<Vec<PersonId>> {
    let mut query = roles::table
        .filter(roles::role.eq(role).and(roles::starts_at.le(now)))
        .filter(roles::ends_at.is_null().or(roles::ends_at.gt(now)))
        .select(roles::person_id)
        .distinct()
        .order(roles::person_id)
        .into_boxed();
    if let Some(unit) = unit {
        query = query.filter(roles::grid_unit_id.eq(unit));
    }
    if let Some(organization) = organization {
        query = query.filter(roles::organization_id.eq(organization));
    }
    Ok(query.load(connection)?)
}

#[derive(QueryableByName)]
struct HolderRow {
    #[diesel(sql_type = sql_types::Uuid)]
    person_id: PersonId,
}

/// People whose role is bound to this place or to a unit above it, the nearest first.
pub(super) fn holders_over(connection: &mut PgConnection, role: &str, place: &GridPath) -> DbResult<Vec<PersonId>> {
    let rows: Vec<HolderRow> = sql_query(
        "SELECT r.person_id FROM roles r JOIN grid_units u ON u.id = r.grid_unit_id JOIN persons p ON p.id = r.person_id AND p.state = 'active' \
         WHERE r.role = $1 AND r.starts_at <= palm_now() AND (r.ends_at IS NULL OR r.ends_at > palm_now()) \
           AND starts_with($2 || '/', u.path || '/') GROUP BY r.person_id ORDER BY max(length(u.path)) DESC, r.person_id",
    )
    .bind::<sql_types::Text, _>(role)
    .bind::<sql_types::Text, _>(place.as_str())
    .load(connection)?;
    Ok(rows.into_iter().map(|row| row.person_id).collect())
}

/// The same, of those who hold the role at all of these places by this source only.
pub(super) fn deputies_over(
    connection: &mut PgConnection,
    role: &str,
    place: &GridPath,
    source: &str,
) -> DbResult<Vec<PersonId>> {
    let rows: Vec<HolderRow> = sql_query(
        "SELECT r.person_id FROM roles r JOIN grid_units u ON u.id = r.grid_unit_id JOIN persons p ON p.id = r.person_id AND p.state = 'active' \
         WHERE r.role = $1 AND r.starts_at <= palm_now() AND (r.ends_at IS NULL OR r.ends_at > palm_now()) \
           AND starts_with($2 || '/', u.path || '/') GROUP BY r.person_id HAVING bool_and(r.source = $3) \
         ORDER BY max(length(u.path)) DESC, r.person_id",
    )
    .bind::<sql_types::Text, _>(role)
    .bind::<sql_types::Text, _>(place.as_str())
    .bind::<sql_types::Text, _>(source)
    .load(connection)?;
    Ok(rows.into_iter().map(|row| row.person_id).collect())
}

/// Who with the role stands over each of these places, the nearest first, in one query.
pub(super) fn holders_over_each(
    connection: &mut PgConnection,
    role: &str,
    places: &[GridPath],
) -> DbResult<Vec<(GridPath, PersonId)>> {
    let paths: Vec<&str> = places.iter().map(GridPath::as_str).collect();
    let rows: Vec<OverRow> = sql_query(
        "SELECT place AS path, r.person_id FROM unnest($2) place \
         JOIN grid_units u ON starts_with(place || '/', u.path || '/') JOIN roles r ON r.grid_unit_id = u.id \
         JOIN persons p ON p.id = r.person_id AND p.state = 'active' \
         WHERE r.role = $1 AND r.starts_at <= palm_now() AND (r.ends_at IS NULL OR r.ends_at > palm_now()) \
         GROUP BY place, r.person_id ORDER BY place, max(length(u.path)) DESC, r.person_id",
    )
    .bind::<sql_types::Text, _>(role)
    .bind::<sql_types::Array<sql_types::Text>, _>(paths)
    .load(connection)?;
    Ok(rows.into_iter().map(|row| (row.path, row.person_id)).collect())
}

#[derive(QueryableByName)]
struct OverRow {
    #[diesel(sql_type = sql_types::Text)]
    path: GridPath,
    #[diesel(sql_type = sql_types::Uuid)]
    person_id: PersonId,
}

#[derive(QueryableByName)]
struct HoldingRow {
    #[diesel(sql_type = sql_types::Uuid)]
    person_id: PersonId,
    #[diesel(sql_type = sql_types::Text)]
    role: String,
    #[diesel(sql_type = sql_types::Uuid)]
    unit: GridUnitId,
    #[diesel(sql_type = sql_types::Text)]
    path: String,
}

/// Roles bound to a unit of at most so many active people after one of them, in the order of the people's ids.
pub(super) fn holding(
    connection: &mut PgConnection,
    names: &[&str],
    after: Option<PersonId>,
    limit: i64,
) -> DbResult<Vec<(PersonId, String, GridUnitId, GridPath)>> {
    let rows: Vec<HoldingRow> = sql_query(
        "WITH held AS (SELECT r.person_id, r.role, r.grid_unit_id FROM roles r WHERE r.role = ANY($1) AND r.starts_at <= palm_now() \
            AND (r.ends_at IS NULL OR r.ends_at > palm_now()) AND r.grid_unit_id IS NOT NULL AND ($2 IS NULL OR r.person_id > $2)), \
         chosen AS (SELECT DISTINCT h.person_id FROM held h JOIN persons p ON p.id = h.person_id AND p.state = 'active' \
            ORDER BY h.person_id LIMIT $3) \
         SELECT h.person_id, h.role, u.id AS unit, u.path FROM held h JOIN chosen USING (person_id) \
         JOIN grid_units u ON u.id = h.grid_unit_id ORDER BY h.person_id, u.path, h.role",
    )
    .bind::<sql_types::Array<sql_types::Text>, _>(names)
    .bind::<sql_types::Nullable<sql_types::Uuid>, _>(after.map(|person| person.0))
    .bind::<sql_types::BigInt, _>(limit)
    .load(connection)?;
    Ok(rows.into_iter().map(|row| (row.person_id, row.role, row.unit, GridPath::new(row.path))).collect())
}

/// Of these places, those that nobody with the role stands over, in one query.
pub(super) fn without_holder(connection: &mut PgConnection, role: &str, places: &[GridPath]) -> DbResult<Vec<GridPath>> {
    let paths: Vec<&str> = places.iter().map(GridPath::as_str).collect();
    let rows: Vec<PathRow> = sql_query(
        "SELECT place AS path FROM unnest($2) place WHERE NOT EXISTS (\
           SELECT 1 FROM roles r JOIN grid_units u ON u.id = r.grid_unit_id JOIN persons p ON p.id = r.person_id AND p.state = 'active' \
           WHERE r.role = $1 AND r.starts_at <= palm_now() AND (r.ends_at IS NULL OR r.ends_at > palm_now()) \
             AND starts_with(place || '/', u.path || '/'))",
    )
    .bind::<sql_types::Text, _>(role)
    .bind::<sql_types::Array<sql_types::Text>, _>(paths)
    .load(connection)?;
    Ok(rows.into_iter().map(|row| row.path).collect())
}

#[derive(QueryableByName)]
struct PathRow {
    #[diesel(sql_type = sql_types::Text)]
    path: GridPath,
}

/// Where a person stands in the grid: the units of their roles now, and the entrance of a managed account.
pub(super) fn places(connection: &mut PgConnection, person: PersonId) -> DbResult<Vec<GridPath>> {
    let rows: Vec<PathRow> = sql_query(
        "SELECT u.path FROM grid_units u WHERE u.id IN (\
           SELECT r.grid_unit_id FROM roles r WHERE r.person_id = $1 AND r.starts_at <= palm_now() AND (r.ends_at IS NULL OR r.ends_at > palm_now()) \
           UNION SELECT m.grid_unit_id FROM managed_accounts m WHERE m.person_id = $1 AND m.closed_at IS NULL)",
    )
    .bind::<sql_types::Uuid, _>(person.0)
    .load(connection)?;
    Ok(rows.into_iter().map(|row| row.path).collect())
}

/// What a list of roles is narrowed to.
#[derive(Debug, Clone, Default)]
pub(super) struct RoleFilter {
    pub(super) role: Option<String>,
    pub(super) unit: Option<GridUnitId>,
    pub(super) person: Option<PersonId>,
}

/// Roles held at `now` within the scope, newest first.
pub(super) fn list(
    connection: &mut PgConnection,
    scope: &Scope,
    filter: &RoleFilter,
    now: DateTime<Utc>,
    below: Option<RoleId>,
    limit: i64,
) -> DbResult<Vec<RoleRow>> {
    let mut query = roles::table
        .filter(within(roles::grid_unit_id, scope).or(roles::organization_id.eq_any(&scope.organizations)))
        .filter(roles::ends_at.is_null().or(roles::ends_at.gt(now)))
        .select(RoleRow::as_select())
        .order(roles::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(role) = &filter.role {
        query = query.filter(roles::role.eq(role));
    }
    if let Some(unit) = filter.unit {
        query = query.filter(roles::grid_unit_id.eq(unit));
    }
    if let Some(person) = filter.person {
        query = query.filter(roles::person_id.eq(person));
    }
    if let Some(below) = below {
        query = query.filter(roles::id.lt(below));
    }
    Ok(query.load(connection)?)
}
