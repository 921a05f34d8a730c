//! Queries of `persons`.

use std::collections::HashMap;

use base::db::DbResult;
use base::ids::PersonId;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::{QueryableByName, sql_query, sql_types};

use super::schema::persons;

/// A person as stored; sealed fields are opened by `person.rs` only.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = persons, check_for_backend(diesel::pg::Pg))]
pub(super) struct PersonRow {
    pub(super) id: PersonId,
    pub(super) state: String,
    pub(super) kind: String,
    pub(super) short_number: String,
    pub(super) nickname: String,
    pub(super) name_sealed: Option<Vec<u8>>,
    pub(super) phone_sealed: Option<Vec<u8>>,
    pub(super) phone_lookup: Option<Vec<u8>>,
    pub(super) openid_lookup: Option<Vec<u8>>,
    pub(super) birth_year: Option<i32>,
    pub(super) created_at: DateTime<Utc>,
}

/// A person to be entered.
#[derive(Insertable)]
#[diesel(table_name = persons)]
pub(super) struct NewPerson<'a> {
    pub(super) id: PersonId,
    pub(super) kind: &'a str,
    pub(super) short_number: &'a str,
    pub(super) nickname: &'a str,
    pub(super) name_sealed: Option<Vec<u8>>,
    pub(super) openid_sealed: Option<Vec<u8>>,
    pub(super) openid_lookup: Option<&'a [u8]>,
    pub(super) birth_year: Option<i32>,
}

#[derive(QueryableByName)]
struct NumberRow {
    #[diesel(sql_type = sql_types::BigInt)]
    number: i64,
}

/// The next short number; one taken by a transaction that rolls back is left out.
pub(super) fn next_number(connection: &mut PgConnection) -> DbResult<i64> {
    let row: NumberRow = sql_query("SELECT nextval('person_numbers') AS number").get_result(connection)?;
    Ok(row.number)
}

/// False: a twin with the same openid was faster.
pub(super) fn insert(connection: &mut PgConnection, person: &NewPerson<'_>) -> DbResult<bool> {
    Ok(diesel::insert_into(persons::table).values(person).on_conflict(persons::openid_lookup).do_nothing().execute(connection)?
        == 1)
}

pub(super) fn find(connection: &mut PgConnection, id: PersonId) -> DbResult<Option<PersonRow>> {
    Ok(persons::table.find(id).select(PersonRow::as_select()).first(connection).optional()?)
}

pub(super) fn by_openid(connection: &mut PgConnection, lookup: &[u8]) -> DbResult<Option<PersonRow>> {
    Ok(persons::table.filter(persons::openid_lookup.eq(lookup)).select(PersonRow::as_select()).first(connection).optional()?)
}

/// The active person to whom a phone is bound.
pub(super) fn by_phone(connection: &mut PgConnection, lookup: &[u8]) -> DbResult<Option<PersonId>> {
    Ok(persons::table
        .filter(persons::phone_lookup.eq(lookup).and(persons::state.eq("active")))
        .select(persons::id)
        .first(connection)
        .optional()?)
}

/// The active person of a short number.
pub(super) fn by_number(connection: &mut PgConnection, number: &str) -> DbResult<Option<PersonRow>> {
    Ok(persons::table
        .filter(persons::short_number.eq(number).and(persons::state.eq("active")))
        .select(PersonRow::as_select())
        .first(connection)
        .optional()?)
}

pub(super) fn seen(connection: &mut PgConnection, id: PersonId, now: DateTime<Utc>) -> DbResult<()> {
    diesel::update(persons::table.find(id)).set(persons::last_seen_at.eq(now)).execute(connection)?;
    Ok(())
}

/// Fails with a unique violation when the phone is another person's.
pub(super) fn set_phone(connection: &mut PgConnection, id: PersonId, sealed: &[u8], lookup: &[u8]) -> DbResult<()> {
    diesel::update(persons::table.find(id))
        .set((persons::phone_sealed.eq(sealed), persons::phone_lookup.eq(lookup)))
        .execute(connection)?;
    Ok(())
}

pub(super) fn set_nickname(connection: &mut PgConnection, id: PersonId, nickname: &str) -> DbResult<()> {
    diesel::update(persons::table.find(id)).set(persons::nickname.eq(nickname)).execute(connection)?;
    Ok(())
}

/// Sets the real name where none is known yet.
pub(super) fn set_missing_name(connection: &mut PgConnection, id: PersonId, sealed: &[u8]) -> DbResult<()> {
    diesel::update(persons::table.filter(persons::id.eq(id).and(persons::name_sealed.is_null())))
        .set(persons::name_sealed.eq(sealed))
        .execute(connection)?;
    Ok(())
}

/// Moves a person from one state to another; false when they aren't in the first.
pub(super) fn set_state(connection: &mut PgConnection, id: PersonId, from: &str, to: &str) -> DbResult<bool> {
    Ok(diesel::update(persons::table.filter(persons::id.eq(id).and(persons::state.eq(from))))
        .set(persons::state.eq(to))
        .execute(connection)?
        == 1)
}

/// Says whether residents may call.
pub(super) fn set_callable(connection: &mut PgConnection, id: PersonId, callable: bool) -> DbResult<()> {
    diesel::update(persons::table.find(id)).set(persons::callable.eq(callable)).execute(connection)?;
    Ok(())
}

/// Those of the people whom residents may call.
pub(super) fn callable_among(connection: &mut PgConnection, ids: &[PersonId]) -> DbResult<Vec<PersonId>> {
    let callable = persons::id.eq_any(ids).and(persons::state.eq("active")).and(persons::callable);
    Ok(persons::table.filter(callable).select(persons::id).load(connection)?)
}

/// Which of these people have an open or frozen account.
pub(super) fn not_closed_among(connection: &mut PgConnection, ids: &[PersonId]) -> DbResult<Vec<PersonId>> {
    Ok(persons::table
        .filter(persons::id.eq_any(ids).and(persons::state.eq_any(["active", "frozen"])))
        .select(persons::id)
        .order(persons::id)
        .load(connection)?)
}

/// Which of these people's data is held.
pub(super) fn frozen_among(connection: &mut PgConnection, ids: &[PersonId]) -> DbResult<Vec<PersonId>> {
    Ok(persons::table.filter(persons::id.eq_any(ids).and(persons::state.eq("frozen"))).select(persons::id).load(connection)?)
}

/// Notes the year of birth where none is known; false when one is.
pub(super) fn set_missing_birth_year(connection: &mut PgConnection, id: PersonId, year: i32) -> DbResult<bool> {
    Ok(diesel::update(persons::table.filter(persons::id.eq(id).and(persons::birth_year.is_null())))
        .set(persons::birth_year.eq(year))
        .execute(connection)?
        == 1)
}

/// Closes and blanks an account; false when it was closed before.
pub(super) fn close(
    connection: &mut PgConnection,
    id: PersonId,
    (state, nickname): (&str, &str),
    now: DateTime<Utc>,
) -> DbResult<bool> {
    let none: Option<Vec<u8>> = None;
    Ok(diesel::update(persons::table.filter(persons::id.eq(id).and(persons::state.eq("active"))))
        .set((
            persons::state.eq(state),
            persons::nickname.eq(nickname),
            persons::name_sealed.eq(none.clone()),
            persons::phone_sealed.eq(none.clone()),
            persons::phone_lookup.eq(none.clone()),
            persons::openid_sealed.eq(none.clone()),
            persons::openid_lookup.eq(none),
            persons::birth_year.eq(None::<i32>),
            persons::last_seen_at.eq(None::<DateTime<Utc>>),
            persons::closed_at.eq(now),
        ))
        .execute(connection)?
        == 1)
}

/// What an account takes over from another one of its person; what is `None` stays as it is.
#[derive(Default, AsChangeset)]
#[diesel(table_name = persons)]
pub(super) struct TakenOver<'a> {
    pub(super) kind: Option<&'a str>,
    pub(super) name_sealed: Option<Vec<u8>>,
    pub(super) phone_sealed: Option<Vec<u8>>,
    pub(super) phone_lookup: Option<Vec<u8>>,
    pub(super) openid_sealed: Option<Vec<u8>>,
    pub(super) openid_lookup: Option<Vec<u8>>,
    pub(super) birth_year: Option<i32>,
}

pub(super) fn take_over(connection: &mut PgConnection, id: PersonId, taken: &TakenOver<'_>) -> DbResult<()> {
    diesel::update(persons::table.find(id)).set(taken).execute(connection)?;
    Ok(())
}

/// Two accounts, locked in the order of their ids.
pub(super) fn lock_two(connection: &mut PgConnection, ids: [PersonId; 2]) -> DbResult<HashMap<PersonId, PersonRow>> {
    let both = persons::table.filter(persons::id.eq_any(ids)).order(persons::id);
    let rows: Vec<PersonRow> = both.select(PersonRow::as_select()).for_update().load(connection)?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

pub(super) fn many(connection: &mut PgConnection, ids: &[PersonId]) -> DbResult<HashMap<PersonId, PersonRow>> {
    let rows: Vec<PersonRow> = persons::table.filter(persons::id.eq_any(ids)).select(PersonRow::as_select()).load(connection)?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The sealed openid, for sending.
pub(super) fn openid_sealed(connection: &mut PgConnection, id: PersonId) -> DbResult<Option<Vec<u8>>> {
    Ok(persons::table
        .filter(persons::id.eq(id).and(persons::state.ne("frozen")))
        .select(persons::openid_sealed)
        .first::<Option<Vec<u8>>>(connection)
        .optional()?
        .flatten())
}
