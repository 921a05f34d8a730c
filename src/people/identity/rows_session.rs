//! Queries of `sessions`.

use base::db::DbResult;
use base::ids::{PersonId, SessionId};
use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::schema::sessions;

/// A signed-in device.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = sessions, check_for_backend(diesel::pg::Pg))]
pub(super) struct SessionRow {
    pub(super) id: SessionId,
    pub(super) person_id: PersonId,
    pub(super) device: String,
    pub(super) refresh_hash: Vec<u8>,
    pub(super) previous_hash: Option<Vec<u8>>,
    pub(super) rotated_at: DateTime<Utc>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) expires_at: DateTime<Utc>,
    pub(super) ended_at: Option<DateTime<Utc>>,
    pub(super) repeats: i32,
}

/// A session to be opened.
#[derive(Insertable)]
#[diesel(table_name = sessions)]
pub(super) struct NewSession<'a> {
    pub(super) id: SessionId,
    pub(super) person_id: PersonId,
    pub(super) device: &'a str,
    pub(super) refresh_hash: &'a [u8],
    pub(super) rotated_at: DateTime<Utc>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) expires_at: DateTime<Utc>,
    /// `app` or `console`.
    pub(super) kind: &'a str,
}

pub(super) fn insert(connection: &mut PgConnection, session: &NewSession<'_>) -> DbResult<()> {
    diesel::insert_into(sessions::table).values(session).execute(connection)?;
    Ok(())
}

/// The session whose current or previous refresh token this is, locked. A twin that rotates it meanwhile is waited for, and the row
/// still matches then, by its previous token.
pub(super) fn lock_by_hash(connection: &mut PgConnection, hash: &[u8]) -> DbResult<Option<SessionRow>> {
    Ok(sessions::table
        .filter(sessions::kind.eq("app"))
        .filter(sessions::refresh_hash.eq(hash).or(sessions::previous_hash.eq(hash)))
        .select(SessionRow::as_select())
        .for_update()
        .first(connection)
        .optional()?)
}

/// The session whose current refresh token is one of these, locked.
pub(super) fn lock_by_hashes(connection: &mut PgConnection, hashes: &[Vec<u8>]) -> DbResult<Option<SessionRow>> {
    Ok(sessions::table
        .filter(sessions::kind.eq("app").and(sessions::refresh_hash.eq_any(hashes)))
        .select(SessionRow::as_select())
        .for_update()
        .first(connection)
        .optional()?)
}

pub(super) fn rotate(
    connection: &mut PgConnection,
    session: &SessionRow,
    next: &[u8],
    now: DateTime<Utc>,
    expires: DateTime<Utc>,
) -> DbResult<()> {
    diesel::update(sessions::table.find(session.id))
        .set((
            sessions::previous_hash.eq(&session.refresh_hash),
            sessions::refresh_hash.eq(next),
            sessions::rotated_at.eq(now),
            sessions::expires_at.eq(expires),
            sessions::repeats.eq(0),
        ))
        .execute(connection)?;
    Ok(())
}

pub(super) fn count_repeat(connection: &mut PgConnection, id: SessionId) -> DbResult<()> {
    diesel::update(sessions::table.find(id)).set(sessions::repeats.eq(sessions::repeats + 1)).execute(connection)?;
    Ok(())
}

/// False: it had ended before.
pub(super) fn end(connection: &mut PgConnection, id: SessionId, reason: &str, now: DateTime<Utc>) -> DbResult<bool> {
    Ok(diesel::update(sessions::table.filter(sessions::id.eq(id).and(sessions::ended_at.is_null())))
        .set((sessions::ended_at.eq(now), sessions::end_reason.eq(reason)))
        .execute(connection)?
        == 1)
}

/// Ends all sessions of a person; returns how many.
pub(super) fn end_all(connection: &mut PgConnection, person: PersonId, reason: &str, now: DateTime<Utc>) -> DbResult<usize> {
    Ok(diesel::update(sessions::table.filter(sessions::person_id.eq(person).and(sessions::ended_at.is_null())))
        .set((sessions::ended_at.eq(now), sessions::end_reason.eq(reason)))
        .execute(connection)?)
}

/// Open sessions of a person, newest first.
pub(super) fn list(
    connection: &mut PgConnection,
    person: PersonId,
    now: DateTime<Utc>,
    below: Option<SessionId>,
    limit: i64,
) -> DbResult<Vec<SessionRow>> {
    let mut query = sessions::table
        .filter(sessions::person_id.eq(person).and(sessions::ended_at.is_null()).and(sessions::expires_at.gt(now)))
        .select(SessionRow::as_select())
        .order(sessions::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(below) = below {
        query = query.filter(sessions::id.lt(below));
    }
    Ok(query.load(connection)?)
}

pub(super) fn find(connection: &mut PgConnection, id: SessionId) -> DbResult<Option<SessionRow>> {
    Ok(sessions::table.find(id).select(SessionRow::as_select()).first(connection).optional()?)
}

/// Deletes what ended before `then`; returns how many.
pub(super) fn sweep(connection: &mut PgConnection, then: DateTime<Utc>) -> DbResult<usize> {
    Ok(diesel::delete(sessions::table.filter(sessions::ended_at.lt(then).or(sessions::expires_at.lt(then).nullable())))
        .execute(connection)?)
}
