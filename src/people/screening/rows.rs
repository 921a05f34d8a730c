//! Queries of `screening_items`.

use base::db::DbResult;
use base::ids::{GridUnitId, PersonId};
use base::page::Window;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::schema::screening_items;
use super::{ItemId, ItemState, Reason, Refusal};
use crate::grid::{Scope, within};

/// Something that was checked.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = screening_items, check_for_backend(diesel::pg::Pg))]
pub(super) struct Item {
    pub(super) id: ItemId,
    pub(super) noun: String,
    pub(super) subject_id: Uuid,
    pub(super) unit_id: GridUnitId,
    pub(super) author_id: Option<PersonId>,
    pub(super) state: ItemState,
    pub(super) reason: Option<Reason>,
    pub(super) words: Vec<String>,
    pub(super) text: Option<String>,
    pub(super) decided_by: Option<PersonId>,
    pub(super) decided_at: Option<DateTime<Utc>>,
    pub(super) refusal: Option<Refusal>,
    pub(super) note: Option<String>,
    pub(super) appeal: Option<String>,
    pub(super) appealed_at: Option<DateTime<Utc>>,
    pub(super) appeal_note: Option<String>,
    pub(super) created_at: DateTime<Utc>,
}

/// One to be recorded.
#[derive(Debug, Insertable)]
#[diesel(table_name = screening_items)]
pub(super) struct NewItem<'a> {
    pub(super) id: ItemId,
    pub(super) noun: &'a str,
    pub(super) subject_id: Uuid,
    pub(super) community_id: GridUnitId,
    pub(super) unit_id: GridUnitId,
    pub(super) author_id: Option<PersonId>,
    pub(super) state: ItemState,
    pub(super) reason: Option<Reason>,
    pub(super) words: &'a [String],
    pub(super) check_label: Option<i64>,
    pub(super) check_trace: Option<&'a str>,
    pub(super) text: Option<&'a str>,
}

pub(super) fn insert(connection: &mut PgConnection, item: &NewItem<'_>) -> DbResult<()> {
    diesel::insert_into(screening_items::table).values(item).execute(connection)?;
    Ok(())
}

pub(super) fn find(connection: &mut PgConnection, id: ItemId) -> DbResult<Option<Item>> {
    Ok(screening_items::table.find(id).select(Item::as_select()).first(connection).optional()?)
}

pub(super) fn lock(connection: &mut PgConnection, id: ItemId) -> DbResult<Option<Item>> {
    let query = screening_items::table.find(id).select(Item::as_select());
    Ok(query.for_no_key_update().first(connection).optional()?)
}

/// What waits in a scope, oldest first.
pub(super) fn waiting(
    connection: &mut PgConnection,
    scope: &Scope,
    state: ItemState,
    window: &Window<ItemId>,
) -> DbResult<Vec<Item>> {
    let mut query = screening_items::table
        .filter(screening_items::state.eq(state))
        .filter(within(screening_items::unit_id, scope))
        .select(Item::as_select())
        .order(screening_items::id)
        .limit(window.load())
        .into_boxed();
    if let Some(after) = window.after {
        query = query.filter(screening_items::id.gt(after));
    }
    Ok(query.load(connection)?)
}

/// How many wait in a scope.
pub(super) fn count_waiting(connection: &mut PgConnection, scope: &Scope, state: ItemState) -> DbResult<i64> {
    let query = screening_items::table.filter(screening_items::state.eq(state)).filter(within(screening_items::unit_id, scope));
    Ok(query.count().get_result(connection)?)
}

/// An author's, newest first.
pub(super) fn of_author(connection: &mut PgConnection, author: PersonId, window: &Window<ItemId>) -> DbResult<Vec<Item>> {
    let mut query = screening_items::table
        .filter(screening_items::author_id.eq(author))
        .select(Item::as_select())
        .order(screening_items::id.desc())
        .limit(window.load())
        .into_boxed();
    if let Some(before) = window.after {
        query = query.filter(screening_items::id.lt(before));
    }
    Ok(query.load(connection)?)
}

/// A person's decision.
pub(super) struct Decided<'a> {
    pub(super) to: ItemState,
    pub(super) by: PersonId,
    pub(super) at: DateTime<Utc>,
    pub(super) refusal: Option<Refusal>,
    pub(super) note: Option<&'a str>,
}

/// Decides on one that waits; the caller holds its row.
pub(super) fn decide(connection: &mut PgConnection, id: ItemId, decided: &Decided<'_>) -> DbResult<()> {
    diesel::update(screening_items::table.find(id))
        .set((
            screening_items::state.eq(decided.to),
            screening_items::decided_by.eq(decided.by),
            screening_items::decided_at.eq(decided.at),
            screening_items::refusal.eq(decided.refusal),
            screening_items::note.eq(decided.note),
        ))
        .execute(connection)?;
    Ok(())
}

/// Notes an objection; the caller holds its row.
pub(super) fn appeal(connection: &mut PgConnection, id: ItemId, text: &str, at: DateTime<Utc>) -> DbResult<()> {
    diesel::update(screening_items::table.find(id))
        .set((
            screening_items::state.eq(ItemState::Appealed),
            screening_items::appeal.eq(text),
            screening_items::appealed_at.eq(at),
        ))
        .execute(connection)?;
    Ok(())
}

/// Decides on an objection; the caller holds its row.
pub(super) fn decide_appeal(connection: &mut PgConnection, id: ItemId, decided: &Decided<'_>) -> DbResult<()> {
    diesel::update(screening_items::table.find(id))
        .set((
            screening_items::state.eq(decided.to),
            screening_items::appeal_decided_by.eq(decided.by),
            screening_items::appeal_decided_at.eq(decided.at),
            screening_items::appeal_note.eq(decided.note),
        ))
        .execute(connection)?;
    Ok(())
}

/// Takes the texts of decided items older than this away, and the items older than that.
pub(super) fn forget(connection: &mut PgConnection, texts: DateTime<Utc>, items: DateTime<Utc>) -> DbResult<()> {
    let waiting = [ItemState::Queued, ItemState::Appealed];
    let done = || screening_items::table.filter(screening_items::state.ne_all(waiting));
    diesel::delete(done().filter(screening_items::created_at.lt(items))).execute(connection)?;
    let aged = done().filter(screening_items::created_at.lt(texts).and(screening_items::text.is_not_null()));
    let ids = aged.select(screening_items::id).load(connection)?;
    blank(connection, ids)
}

/// Takes an author's name and words away.
pub(super) fn forget_author(connection: &mut PgConnection, author: PersonId) -> DbResult<()> {
    let own = screening_items::table.filter(screening_items::author_id.eq(author));
    let ids: Vec<ItemId> = own.select(screening_items::id).load(connection)?;
    diesel::update(own).set(screening_items::author_id.eq(None::<PersonId>)).execute(connection)?;
    blank(connection, ids)
}

/// What one account wrote is another's of the same person.
pub(super) fn hand_over(connection: &mut PgConnection, gone: PersonId, keep: PersonId) -> DbResult<()> {
    diesel::update(screening_items::table.filter(screening_items::author_id.eq(gone)))
        .set(screening_items::author_id.eq(keep))
        .execute(connection)?;
    Ok(())
}

fn blank(connection: &mut PgConnection, ids: Vec<ItemId>) -> DbResult<()> {
    diesel::update(screening_items::table.filter(screening_items::id.eq_any(ids)))
        .set((
            screening_items::text.eq(None::<String>),
            screening_items::words.eq(Vec::<String>::new()),
            screening_items::note.eq(None::<String>),
            screening_items::appeal.eq(None::<String>),
            screening_items::appeal_note.eq(None::<String>),
        ))
        .execute(connection)?;
    Ok(())
}
