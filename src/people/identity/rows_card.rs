//! Queries of `managed_accounts`, `cards` and `card_uses`.

use base::db::DbResult;
use base::ids::{GridUnitId, PersonId};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::{sql_query, sql_types};

use super::CardId;
use super::rows::PersonRow;
use super::schema::{card_uses, cards, managed_accounts, persons};
use crate::grid::{Scope, within};

/// A managed account.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = managed_accounts, check_for_backend(diesel::pg::Pg))]
pub(super) struct ManagedRow {
    pub(super) person_id: PersonId,
    pub(super) grid_unit_id: GridUnitId,
    pub(super) consent_version: String,
    pub(super) opened_at: DateTime<Utc>,
}

#[derive(Insertable)]
#[diesel(table_name = managed_accounts)]
pub(super) struct NewManagedRow<'a> {
    pub(super) person_id: PersonId,
    pub(super) grid_unit_id: GridUnitId,
    pub(super) opened_by: PersonId,
    pub(super) consent_version: &'a str,
    pub(super) consent_text: &'a str,
}

pub(super) fn managed_insert(connection: &mut PgConnection, row: &NewManagedRow<'_>) -> DbResult<()> {
    diesel::insert_into(managed_accounts::table).values(row).execute(connection)?;
    Ok(())
}

pub(super) fn managed_find(connection: &mut PgConnection, person: PersonId) -> DbResult<Option<ManagedRow>> {
    Ok(managed_accounts::table
        .filter(managed_accounts::person_id.eq(person).and(managed_accounts::closed_at.is_null()))
        .select(ManagedRow::as_select())
        .first(connection)
        .optional()?)
}

pub(super) fn managed_close(connection: &mut PgConnection, person: PersonId, now: DateTime<Utc>) -> DbResult<()> {
    diesel::update(
        managed_accounts::table.filter(managed_accounts::person_id.eq(person).and(managed_accounts::closed_at.is_null())),
    )
    .set((managed_accounts::closed_at.eq(now), managed_accounts::consent_text.eq("已注销")))
    .execute(connection)?;
    Ok(())
}

/// Open managed accounts within the scope with their persons, newest first.
pub(super) fn managed_list(
    connection: &mut PgConnection,
    scope: &Scope,
    below: Option<PersonId>,
    limit: i64,
) -> DbResult<Vec<(ManagedRow, PersonRow)>> {
    let mut query = managed_accounts::table
        .inner_join(persons::table)
        .filter(within(managed_accounts::grid_unit_id, scope))
        .filter(managed_accounts::closed_at.is_null().and(persons::state.eq("active")))
        .select((ManagedRow::as_select(), PersonRow::as_select()))
        .order(managed_accounts::person_id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(below) = below {
        query = query.filter(managed_accounts::person_id.lt(below));
    }
    Ok(query.load(connection)?)
}

/// A card.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = cards, check_for_backend(diesel::pg::Pg))]
pub(super) struct CardRow {
    pub(super) id: CardId,
    pub(super) person_id: PersonId,
    pub(super) pin_hash: Option<Vec<u8>>,
    pub(super) pin_tries: i32,
    pub(super) daily_limit: i32,
    pub(super) issued_at: DateTime<Utc>,
    pub(super) revoked_at: Option<DateTime<Utc>>,
}

#[derive(Insertable)]
#[diesel(table_name = cards)]
pub(super) struct NewCardRow<'a> {
    pub(super) id: CardId,
    pub(super) person_id: PersonId,
    pub(super) token_hash: &'a [u8],
    pub(super) pin_hash: Option<&'a [u8]>,
    pub(super) daily_limit: i32,
    pub(super) issued_by: PersonId,
}

pub(super) fn card_insert(connection: &mut PgConnection, row: &NewCardRow<'_>) -> DbResult<()> {
    diesel::insert_into(cards::table).values(row).execute(connection)?;
    Ok(())
}

pub(super) fn card_find(connection: &mut PgConnection, id: CardId) -> DbResult<Option<CardRow>> {
    Ok(cards::table.find(id).select(CardRow::as_select()).first(connection).optional()?)
}

pub(super) fn card_by_token(connection: &mut PgConnection, hash: &[u8]) -> DbResult<Option<CardRow>> {
    Ok(cards::table.filter(cards::token_hash.eq(hash)).select(CardRow::as_select()).first(connection).optional()?)
}

/// Cards in force of these persons.
pub(super) fn cards_of(connection: &mut PgConnection, people: &[PersonId]) -> DbResult<Vec<CardRow>> {
    Ok(cards::table
        .filter(cards::person_id.eq_any(people).and(cards::revoked_at.is_null()))
        .select(CardRow::as_select())
        .load(connection)?)
}

/// False: it was revoked before.
pub(super) fn card_revoke(connection: &mut PgConnection, id: CardId, by: PersonId, now: DateTime<Utc>) -> DbResult<bool> {
    Ok(diesel::update(cards::table.filter(cards::id.eq(id).and(cards::revoked_at.is_null())))
        .set((cards::revoked_at.eq(now), cards::revoked_by.eq(by)))
        .execute(connection)?
        == 1)
}

/// Revokes all cards of a person; returns how many.
pub(super) fn cards_revoke(connection: &mut PgConnection, person: PersonId, by: PersonId, now: DateTime<Utc>) -> DbResult<usize> {
    Ok(diesel::update(cards::table.filter(cards::person_id.eq(person).and(cards::revoked_at.is_null())))
        .set((cards::revoked_at.eq(now), cards::revoked_by.eq(by)))
        .execute(connection)?)
}

/// Counts a PIN's try before it is looked at; false when the card is locked by five wrong ones.
pub(super) fn pin_try(connection: &mut PgConnection, id: CardId) -> DbResult<bool> {
    Ok(diesel::update(cards::table.filter(cards::id.eq(id).and(cards::pin_tries.lt(5))))
        .set(cards::pin_tries.eq(cards::pin_tries + 1))
        .execute(connection)?
        == 1)
}

pub(super) fn pin_right(connection: &mut PgConnection, id: CardId) -> DbResult<()> {
    diesel::update(cards::table.find(id)).set(cards::pin_tries.eq(0)).execute(connection)?;
    Ok(())
}

/// Counts a use of the day; false over the card's limit.
pub(super) fn card_use(connection: &mut PgConnection, card: &CardRow, day: NaiveDate) -> DbResult<bool> {
    Ok(sql_query(
        "INSERT INTO card_uses (card_id, day) VALUES ($1, $2) \
         ON CONFLICT (card_id, day) DO UPDATE SET uses = card_uses.uses + 1 WHERE card_uses.uses < $3",
    )
    .bind::<sql_types::Uuid, _>(card.id.0)
    .bind::<sql_types::Date, _>(day)
    .bind::<sql_types::Integer, _>(card.daily_limit)
    .execute(connection)?
        == 1)
}

/// Deletes counters of days before `day`; returns how many.
pub(super) fn sweep_uses(connection: &mut PgConnection, day: NaiveDate) -> DbResult<usize> {
    Ok(diesel::delete(card_uses::table.filter(card_uses::day.lt(day))).execute(connection)?)
}
