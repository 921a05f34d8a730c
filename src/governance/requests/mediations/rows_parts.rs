//! Queries of `mediation_parties` and `mediation_sessions`.

use base::db::DbResult;
use base::ids::PersonId;
use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::schema::{mediation_parties, mediation_sessions};
use super::{MediationId, PartyId, SessionId, SessionState};

/// A party.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = mediation_parties, check_for_backend(diesel::pg::Pg))]
pub(super) struct Party {
    pub(super) id: PartyId,
    pub(super) mediation_id: MediationId,
    pub(super) person_id: Option<PersonId>,
    pub(super) name: Option<String>,
    pub(super) confirmed_at: Option<DateTime<Utc>>,
    pub(super) confirmed_by: Option<PersonId>,
    pub(super) paper: Option<String>,
}

/// Enters parties.
pub(super) fn parties_insert(connection: &mut PgConnection, rows: &[Party]) -> DbResult<()> {
    diesel::insert_into(mediation_parties::table).values(rows).execute(connection)?;
    Ok(())
}

/// Parties of these mediations in the order of entry.
pub(super) fn parties(connection: &mut PgConnection, ids: &[MediationId]) -> DbResult<Vec<Party>> {
    let query = mediation_parties::table.filter(mediation_parties::mediation_id.eq_any(ids)).order(mediation_parties::id);
    Ok(query.select(Party::as_select()).load(connection)?)
}

/// One party.
pub(super) fn party(connection: &mut PgConnection, id: PartyId) -> DbResult<Option<Party>> {
    Ok(mediation_parties::table.find(id).select(Party::as_select()).first(connection).optional()?)
}

/// A party's word; `false`: it was given before.
pub(super) fn confirm(
    connection: &mut PgConnection,
    id: PartyId,
    by: PersonId,
    paper: Option<&str>,
    at: DateTime<Utc>,
) -> DbResult<bool> {
    let open = mediation_parties::table.find(id).filter(mediation_parties::confirmed_at.is_null());
    let changed = diesel::update(open)
        .set((mediation_parties::confirmed_at.eq(at), mediation_parties::confirmed_by.eq(by), mediation_parties::paper.eq(paper)))
        .execute(connection)?;
    Ok(changed == 1)
}

/// Nobody has confirmed any more.
pub(super) fn ask_anew(connection: &mut PgConnection, id: MediationId) -> DbResult<()> {
    let none: (Option<DateTime<Utc>>, Option<PersonId>, Option<String>) = (None, None, None);
    diesel::update(mediation_parties::table.filter(mediation_parties::mediation_id.eq(id)))
        .set((
            mediation_parties::confirmed_at.eq(none.0),
            mediation_parties::confirmed_by.eq(none.1),
            mediation_parties::paper.eq(none.2),
        ))
        .execute(connection)?;
    Ok(())
}

/// A person is no longer named by account; the party stays under a word.
pub(super) fn forget(connection: &mut PgConnection, person: PersonId) -> DbResult<()> {
    let none: Option<PersonId> = None;
    diesel::update(mediation_parties::table.filter(mediation_parties::person_id.eq(person)))
        .set((mediation_parties::person_id.eq(none), mediation_parties::name.eq("（已注销）")))
        .execute(connection)?;
    Ok(())
}

/// The part of one account is another's of the same person, except where that one is a party itself.
pub(super) fn hand_over(connection: &mut PgConnection, gone: PersonId, keep: PersonId) -> DbResult<()> {
    let kept: Vec<MediationId> = mediation_parties::table
        .filter(mediation_parties::person_id.eq(keep))
        .select(mediation_parties::mediation_id)
        .load(connection)?;
    let moving = mediation_parties::person_id.eq(gone).and(mediation_parties::mediation_id.ne_all(kept));
    diesel::update(mediation_parties::table.filter(moving)).set(mediation_parties::person_id.eq(keep)).execute(connection)?;
    Ok(())
}

/// A session.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = mediation_sessions, check_for_backend(diesel::pg::Pg))]
pub(super) struct Session {
    pub(super) id: SessionId,
    pub(super) mediation_id: MediationId,
    pub(super) starts_at: DateTime<Utc>,
    pub(super) place: String,
    pub(super) state: SessionState,
    pub(super) minutes: Option<String>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) ended_at: Option<DateTime<Utc>>,
}

/// Enters a session.
pub(super) fn session_insert(connection: &mut PgConnection, row: &Session) -> DbResult<()> {
    diesel::insert_into(mediation_sessions::table).values(row).execute(connection)?;
    Ok(())
}

/// One session.
pub(super) fn session(connection: &mut PgConnection, id: SessionId) -> DbResult<Option<Session>> {
    Ok(mediation_sessions::table.find(id).select(Session::as_select()).first(connection).optional()?)
}

/// One session, locked until the transaction ends.
pub(super) fn session_lock(connection: &mut PgConnection, id: SessionId) -> DbResult<Option<Session>> {
    Ok(mediation_sessions::table.find(id).select(Session::as_select()).for_update().first(connection).optional()?)
}

/// Writes what may change of one that is locked.
pub(super) fn session_save(connection: &mut PgConnection, row: &Session) -> DbResult<()> {
    diesel::update(mediation_sessions::table.find(row.id))
        .set((
            mediation_sessions::state.eq(row.state),
            mediation_sessions::minutes.eq(&row.minutes),
            mediation_sessions::ended_at.eq(row.ended_at),
        ))
        .execute(connection)?;
    Ok(())
}

/// Sessions of these mediations by time.
pub(super) fn sessions(connection: &mut PgConnection, ids: &[MediationId]) -> DbResult<Vec<Session>> {
    let query = mediation_sessions::table.filter(mediation_sessions::mediation_id.eq_any(ids));
    let query = query.order((mediation_sessions::starts_at, mediation_sessions::id));
    Ok(query.select(Session::as_select()).load(connection)?)
}
