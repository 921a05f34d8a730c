//! Queries of `phone_codes`.

use base::db::DbResult;
use base::ids::PersonId;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::{QueryableByName, sql_query, sql_types};

use super::PhoneCodeId;
use super::schema::phone_codes;

#[derive(Insertable)]
#[diesel(table_name = phone_codes)]
pub(super) struct NewPhoneCode<'a> {
    pub(super) id: PhoneCodeId,
    pub(super) phone_lookup: &'a [u8],
    pub(super) code_hash: &'a [u8],
    pub(super) issued_by: PersonId,
    pub(super) issued_at: DateTime<Utc>,
    pub(super) expires_at: DateTime<Utc>,
}

/// Puts a code in force; earlier unused codes of the phone end.
pub(super) fn insert(connection: &mut PgConnection, code: &NewPhoneCode<'_>) -> DbResult<()> {
    diesel::update(phone_codes::table)
        .filter(phone_codes::phone_lookup.eq(code.phone_lookup).and(phone_codes::used_at.is_null()))
        .filter(phone_codes::expires_at.gt(code.issued_at))
        .set(phone_codes::expires_at.eq(code.issued_at))
        .execute(connection)?;
    diesel::insert_into(phone_codes::table).values(code).execute(connection)?;
    Ok(())
}

/// When a code ends.
pub(super) fn expires(connection: &mut PgConnection, id: PhoneCodeId) -> DbResult<Option<DateTime<Utc>>> {
    Ok(phone_codes::table.find(id).select(phone_codes::expires_at).first(connection).optional()?)
}

#[derive(QueryableByName)]
pub(super) struct TriedRow {
    #[diesel(sql_type = sql_types::Uuid)]
    pub(super) id: PhoneCodeId,
    #[diesel(sql_type = sql_types::Bytea)]
    pub(super) code_hash: Vec<u8>,
}

/// Counts one of three tries on the phone's code in force; `None` when there is none. In a statement of its own, so that a wrong
/// try stays counted.
pub(super) fn count_try(connection: &mut PgConnection, phone_lookup: &[u8]) -> DbResult<Option<TriedRow>> {
    Ok(sql_query(
        "UPDATE phone_codes SET tries = tries + 1 \
         WHERE phone_lookup = $1 AND used_at IS NULL AND expires_at > palm_now() AND tries < 3 RETURNING id, code_hash",
    )
    .bind::<sql_types::Bytea, _>(phone_lookup)
    .get_result(connection)
    .optional()?)
}

/// False: somebody used it meanwhile.
pub(super) fn mark_used(connection: &mut PgConnection, id: PhoneCodeId, person: PersonId, now: DateTime<Utc>) -> DbResult<bool> {
    Ok(diesel::update(phone_codes::table.filter(phone_codes::id.eq(id).and(phone_codes::used_at.is_null())))
        .set((phone_codes::used_by.eq(person), phone_codes::used_at.eq(now)))
        .execute(connection)?
        == 1)
}

/// Deletes codes issued before `then`; returns how many.
pub(super) fn sweep(connection: &mut PgConnection, then: DateTime<Utc>) -> DbResult<usize> {
    Ok(diesel::delete(phone_codes::table.filter(phone_codes::issued_at.lt(then))).execute(connection)?)
}
