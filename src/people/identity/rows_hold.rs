//! Queries of `legal_holds`.

use base::db::DbResult;
use base::ids::PersonId;
use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::LegalHoldId;
use super::hold::HoldState;
use super::schema::legal_holds;

const IN_FORCE: [HoldState; 2] = [HoldState::InForce, HoldState::Ending];

/// A legal hold as stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = legal_holds, check_for_backend(diesel::pg::Pg))]
pub(super) struct HoldRow {
    pub(super) id: LegalHoldId,
    pub(super) person_id: PersonId,
    pub(super) state: HoldState,
    pub(super) reason: String,
    pub(super) legal_basis: String,
    pub(super) erase_after: bool,
    pub(super) asked_by: PersonId,
    pub(super) asked_at: DateTime<Utc>,
    pub(super) decided_at: Option<DateTime<Utc>>,
    pub(super) end_asked_by: Option<PersonId>,
    pub(super) ended_at: Option<DateTime<Utc>>,
}

/// A hold to be asked for.
#[derive(Insertable)]
#[diesel(table_name = legal_holds)]
pub(super) struct NewHold<'a> {
    pub(super) id: LegalHoldId,
    pub(super) person_id: PersonId,
    pub(super) reason: &'a str,
    pub(super) legal_basis: &'a str,
    pub(super) erase_after: bool,
    pub(super) asked_by: PersonId,
}

/// False: there is an open one of that person.
pub(super) fn insert(connection: &mut PgConnection, new: &NewHold<'_>) -> DbResult<bool> {
    Ok(diesel::insert_into(legal_holds::table).values(new).on_conflict_do_nothing().execute(connection)? == 1)
}

pub(super) fn find(connection: &mut PgConnection, id: LegalHoldId) -> DbResult<Option<HoldRow>> {
    Ok(legal_holds::table.find(id).select(HoldRow::as_select()).first(connection).optional()?)
}

pub(super) fn lock(connection: &mut PgConnection, id: LegalHoldId) -> DbResult<Option<HoldRow>> {
    Ok(legal_holds::table.find(id).select(HoldRow::as_select()).for_update().first(connection).optional()?)
}

/// Is a person's data held now?
pub(super) fn held(connection: &mut PgConnection, person: PersonId) -> DbResult<bool> {
    let found = legal_holds::table
        .filter(legal_holds::person_id.eq(person).and(legal_holds::state.eq_any(IN_FORCE)))
        .select(legal_holds::id)
        .first::<LegalHoldId>(connection)
        .optional()?;
    Ok(found.is_some())
}

/// All of them, newest first.
pub(super) fn list(connection: &mut PgConnection, below: Option<LegalHoldId>, limit: i64) -> DbResult<Vec<HoldRow>> {
    let mut query = legal_holds::table.select(HoldRow::as_select()).order(legal_holds::id.desc()).limit(limit).into_boxed();
    if let Some(below) = below {
        query = query.filter(legal_holds::id.lt(below));
    }
    Ok(query.load(connection)?)
}

/// Moves a locked hold on.
#[derive(Default, AsChangeset)]
#[diesel(table_name = legal_holds)]
pub(super) struct Moved {
    pub(super) state: Option<HoldState>,
    pub(super) decided_by: Option<PersonId>,
    pub(super) decided_at: Option<DateTime<Utc>>,
    pub(super) end_asked_by: Option<PersonId>,
    pub(super) end_asked_at: Option<DateTime<Utc>>,
    pub(super) ended_by: Option<PersonId>,
    pub(super) ended_at: Option<DateTime<Utc>>,
}

pub(super) fn update(connection: &mut PgConnection, id: LegalHoldId, moved: &Moved) -> DbResult<()> {
    diesel::update(legal_holds::table.find(id)).set(moved).execute(connection)?;
    Ok(())
}
