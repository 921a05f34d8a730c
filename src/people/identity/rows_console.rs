//! Queries of `console_logins`, and of `sessions` of the console's kind.

use base::db::DbResult;
use base::ids::{PersonId, SessionId};
use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::ConsoleLoginId;
use super::schema::{console_logins, sessions};

/// A sign-in under way.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = console_logins, check_for_backend(diesel::pg::Pg))]
pub(super) struct LoginRow {
    pub(super) id: ConsoleLoginId,
    pub(super) expires_at: DateTime<Utc>,
    pub(super) confirmed_by: Option<PersonId>,
    pub(super) used_at: Option<DateTime<Utc>>,
}

/// A sign-in to begin.
#[derive(Insertable)]
#[diesel(table_name = console_logins)]
pub(super) struct NewLogin<'a> {
    pub(super) id: ConsoleLoginId,
    pub(super) ticket_hash: &'a [u8],
    pub(super) browser_hash: &'a [u8],
    pub(super) created_at: DateTime<Utc>,
    pub(super) expires_at: DateTime<Utc>,
}

pub(super) fn insert(connection: &mut PgConnection, login: &NewLogin<'_>) -> DbResult<()> {
    diesel::insert_into(console_logins::table).values(login).execute(connection)?;
    Ok(())
}

/// The sign-in of a ticket, locked.
pub(super) fn lock_by_ticket(connection: &mut PgConnection, hash: &[u8]) -> DbResult<Option<LoginRow>> {
    let query = console_logins::table.filter(console_logins::ticket_hash.eq(hash)).select(LoginRow::as_select());
    Ok(query.for_update().first(connection).optional()?)
}

/// The sign-in of a browser.
pub(super) fn by_browser(connection: &mut PgConnection, hash: &[u8]) -> DbResult<Option<LoginRow>> {
    let query = console_logins::table.filter(console_logins::browser_hash.eq(hash)).select(LoginRow::as_select());
    Ok(query.first(connection).optional()?)
}

/// The sign-in of a browser, locked.
pub(super) fn lock_by_browser(connection: &mut PgConnection, hash: &[u8]) -> DbResult<Option<LoginRow>> {
    let query = console_logins::table.filter(console_logins::browser_hash.eq(hash)).select(LoginRow::as_select());
    Ok(query.for_update().first(connection).optional()?)
}

pub(super) fn confirm(connection: &mut PgConnection, id: ConsoleLoginId, by: PersonId, now: DateTime<Utc>) -> DbResult<()> {
    diesel::update(console_logins::table.find(id))
        .set((console_logins::confirmed_by.eq(by), console_logins::confirmed_at.eq(now)))
        .execute(connection)?;
    Ok(())
}

pub(super) fn used(connection: &mut PgConnection, id: ConsoleLoginId, now: DateTime<Utc>) -> DbResult<()> {
    diesel::update(console_logins::table.find(id)).set(console_logins::used_at.eq(now)).execute(connection)?;
    Ok(())
}

/// Deletes what a closed account confirmed.
pub(super) fn forget(connection: &mut PgConnection, person: PersonId) -> DbResult<usize> {
    Ok(diesel::delete(console_logins::table.filter(console_logins::confirmed_by.eq(person))).execute(connection)?)
}

/// Deletes what ended before `then`; returns how many.
pub(super) fn sweep(connection: &mut PgConnection, then: DateTime<Utc>) -> DbResult<usize> {
    Ok(diesel::delete(console_logins::table.filter(console_logins::expires_at.lt(then))).execute(connection)?)
}

/// An open console session: which, whose, since when, and when it was last used.
pub(super) type Open = (SessionId, PersonId, DateTime<Utc>, DateTime<Utc>);

/// An open console session by the hash of its cookie.
pub(super) fn session(connection: &mut PgConnection, hash: &[u8]) -> DbResult<Option<Open>> {
    Ok(sessions::table
        .filter(sessions::refresh_hash.eq(hash).and(sessions::kind.eq("console")))
        .filter(sessions::ended_at.is_null().and(sessions::expires_at.gt(base::db::palm_now())))
        .select((sessions::id, sessions::person_id, sessions::created_at, sessions::rotated_at))
        .first(connection)
        .optional()?)
}

/// A console session was used: it lives on until `expires`.
pub(super) fn touch(connection: &mut PgConnection, id: SessionId, now: DateTime<Utc>, expires: DateTime<Utc>) -> DbResult<()> {
    diesel::update(sessions::table.filter(sessions::id.eq(id).and(sessions::ended_at.is_null())))
        .set((sessions::rotated_at.eq(now), sessions::expires_at.eq(expires)))
        .execute(connection)?;
    Ok(())
}
