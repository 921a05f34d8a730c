//! Queries of `roster_rows`.

use base::db::DbResult;
use base::ids::{GridUnitId, OrganizationId, PersonId};
use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::schema::roster_rows;
use super::{RoleId, RosterRowId};
use crate::grid::{Scope, within};

/// A row of the roster.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = roster_rows, check_for_backend(diesel::pg::Pg))]
pub(super) struct RosterRow {
    pub(super) id: RosterRowId,
    pub(super) phone_sealed: Vec<u8>,
    pub(super) phone_lookup: Vec<u8>,
    pub(super) name_sealed: Option<Vec<u8>>,
    pub(super) name_lookup: Option<Vec<u8>>,
    pub(super) role: String,
    pub(super) grid_unit_id: Option<GridUnitId>,
    pub(super) organization_id: Option<OrganizationId>,
    pub(super) starts_at: DateTime<Utc>,
    pub(super) ends_at: Option<DateTime<Utc>>,
    pub(super) adopted_by: Option<PersonId>,
    pub(super) role_id: Option<RoleId>,
    pub(super) code_expires_at: Option<DateTime<Utc>>,
    pub(super) revoked_at: Option<DateTime<Utc>>,
}

/// What a row of the file says, sealed.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = roster_rows, treat_none_as_null = true)]
pub(super) struct RosterFields<'a> {
    pub(super) phone_sealed: &'a [u8],
    pub(super) phone_lookup: &'a [u8],
    pub(super) name_sealed: Option<&'a [u8]>,
    pub(super) name_lookup: Option<&'a [u8]>,
    pub(super) role: &'a str,
    pub(super) grid_unit_id: Option<GridUnitId>,
    pub(super) organization_id: Option<OrganizationId>,
    pub(super) starts_at: DateTime<Utc>,
    pub(super) ends_at: Option<DateTime<Utc>>,
    pub(super) revoked_at: Option<DateTime<Utc>>,
}

pub(super) fn insert(connection: &mut PgConnection, id: RosterRowId, key: &str, fields: &RosterFields<'_>) -> DbResult<()> {
    diesel::insert_into(roster_rows::table)
        .values((roster_rows::id.eq(id), roster_rows::row_key.eq(key), fields))
        .execute(connection)?;
    Ok(())
}

pub(super) fn update(connection: &mut PgConnection, id: RosterRowId, fields: &RosterFields<'_>) -> DbResult<()> {
    diesel::update(roster_rows::table.find(id)).set(fields).execute(connection)?;
    Ok(())
}

pub(super) fn lock_by_key(connection: &mut PgConnection, key: &str) -> DbResult<Option<RosterRow>> {
    Ok(roster_rows::table
        .filter(roster_rows::row_key.eq(key))
        .select(RosterRow::as_select())
        .for_update()
        .first(connection)
        .optional()?)
}

pub(super) fn lock(connection: &mut PgConnection, id: RosterRowId) -> DbResult<Option<RosterRow>> {
    Ok(roster_rows::table.find(id).select(RosterRow::as_select()).for_update().first(connection).optional()?)
}

pub(super) fn find(connection: &mut PgConnection, id: RosterRowId) -> DbResult<Option<RosterRow>> {
    Ok(roster_rows::table.find(id).select(RosterRow::as_select()).first(connection).optional()?)
}

/// Rows of a phone that are nobody's yet, locked.
pub(super) fn lock_open_of_phone(connection: &mut PgConnection, lookup: &[u8], now: DateTime<Utc>) -> DbResult<Vec<RosterRow>> {
    Ok(roster_rows::table
        .filter(roster_rows::phone_lookup.eq(lookup).and(roster_rows::adopted_by.is_null()))
        .filter(roster_rows::revoked_at.is_null())
        .filter(roster_rows::ends_at.is_null().or(roster_rows::ends_at.gt(now)))
        .select(RosterRow::as_select())
        .order(roster_rows::id)
        .for_update()
        .load(connection)?)
}

/// The row of a one-time code in force, locked.
pub(super) fn lock_by_code(connection: &mut PgConnection, hash: &[u8], now: DateTime<Utc>) -> DbResult<Option<RosterRow>> {
    Ok(roster_rows::table
        .filter(roster_rows::code_hash.eq(hash).and(roster_rows::code_expires_at.gt(now)))
        .filter(roster_rows::adopted_by.is_null().and(roster_rows::revoked_at.is_null()))
        .select(RosterRow::as_select())
        .for_update()
        .first(connection)
        .optional()?)
}

pub(super) fn set_code(connection: &mut PgConnection, id: RosterRowId, hash: &[u8], expires: DateTime<Utc>) -> DbResult<()> {
    diesel::update(roster_rows::table.find(id))
        .set((roster_rows::code_hash.eq(hash), roster_rows::code_expires_at.eq(expires)))
        .execute(connection)?;
    Ok(())
}

/// Says whose the row is; a code is used up by it.
pub(super) fn adopt(
    connection: &mut PgConnection,
    id: RosterRowId,
    person: PersonId,
    role: RoleId,
    now: DateTime<Utc>,
) -> DbResult<()> {
    let none: Option<Vec<u8>> = None;
    diesel::update(roster_rows::table.find(id))
        .set((
            roster_rows::adopted_by.eq(person),
            roster_rows::adopted_at.eq(now),
            roster_rows::role_id.eq(role),
            roster_rows::code_hash.eq(none),
            roster_rows::code_expires_at.eq(None::<DateTime<Utc>>),
        ))
        .execute(connection)?;
    Ok(())
}

const RELEASED: (Option<PersonId>, Option<DateTime<Utc>>, Option<RoleId>) = (None, None, None);

/// Makes the row nobody's.
pub(super) fn release(connection: &mut PgConnection, id: RosterRowId) -> DbResult<()> {
    let (person, at, role) = RELEASED;
    diesel::update(roster_rows::table.find(id))
        .set((roster_rows::adopted_by.eq(person), roster_rows::adopted_at.eq(at), roster_rows::role_id.eq(role)))
        .execute(connection)?;
    Ok(())
}

/// Makes all rows of a person nobody's (a closed account); the roster stays the employer's.
pub(super) fn release_all(connection: &mut PgConnection, person: PersonId) -> DbResult<()> {
    let (nobody, at, role) = RELEASED;
    diesel::update(roster_rows::table.filter(roster_rows::adopted_by.eq(person)))
        .set((roster_rows::adopted_by.eq(nobody), roster_rows::adopted_at.eq(at), roster_rows::role_id.eq(role)))
        .execute(connection)?;
    Ok(())
}

/// Rows of one account become another's of the same person.
pub(super) fn readopt(connection: &mut PgConnection, gone: PersonId, keep: PersonId) -> DbResult<()> {
    diesel::update(roster_rows::table.filter(roster_rows::adopted_by.eq(gone)))
        .set(roster_rows::adopted_by.eq(keep))
        .execute(connection)?;
    Ok(())
}

/// Do other rows still stand behind a role?
pub(super) fn shared(connection: &mut PgConnection, role: RoleId, except: RosterRowId, now: DateTime<Utc>) -> DbResult<bool> {
    let rows = roster_rows::table
        .filter(roster_rows::role_id.eq(role).and(roster_rows::id.ne(except)))
        .filter(roster_rows::revoked_at.is_null())
        .filter(roster_rows::ends_at.is_null().or(roster_rows::ends_at.gt(now)));
    Ok(diesel::select(diesel::dsl::exists(rows)).get_result(connection)?)
}

/// Rows within the scope, newest first.
pub(super) fn list(
    connection: &mut PgConnection,
    scope: &Scope,
    open_only: bool,
    below: Option<RosterRowId>,
    limit: i64,
) -> DbResult<Vec<RosterRow>> {
    let mut query = roster_rows::table
        .filter(within(roster_rows::grid_unit_id, scope))
        .filter(roster_rows::revoked_at.is_null())
        .select(RosterRow::as_select())
        .order(roster_rows::id.desc())
        .limit(limit)
        .into_boxed();
    if open_only {
        query = query.filter(roster_rows::adopted_by.is_null());
    }
    if let Some(below) = below {
        query = query.filter(roster_rows::id.lt(below));
    }
    Ok(query.load(connection)?)
}
