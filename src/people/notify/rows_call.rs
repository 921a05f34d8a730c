//! Queries of `call_list`.

use base::db::DbResult;
use base::ids::{GridUnitId, PersonId};
use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::schema::call_list;
use super::{CallId, NotificationId};
use crate::grid::{Scope, within};

/// Somebody to be called.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = call_list, check_for_backend(diesel::pg::Pg))]
pub(super) struct Call {
    pub(super) id: CallId,
    pub(super) person_id: PersonId,
    pub(super) grid_unit_id: Option<GridUnitId>,
    pub(super) text: String,
    pub(super) state: String,
    pub(super) note: Option<String>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) done_at: Option<DateTime<Utc>>,
}

/// An entry to be made.
#[derive(Insertable)]
#[diesel(table_name = call_list)]
pub(super) struct NewCall<'a> {
    pub(super) id: CallId,
    pub(super) person_id: PersonId,
    pub(super) grid_unit_id: Option<GridUnitId>,
    pub(super) notification_id: NotificationId,
    pub(super) text: &'a str,
}

/// Enters somebody once a notification.
pub(super) fn insert(connection: &mut PgConnection, call: &NewCall<'_>) -> DbResult<()> {
    diesel::insert_into(call_list::table).values(call).on_conflict_do_nothing().execute(connection)?;
    Ok(())
}

/// Entries of the scope in one state, the oldest first.
pub(super) fn list(
    connection: &mut PgConnection,
    scope: &Scope,
    state: &str,
    after: Option<CallId>,
    limit: i64,
) -> DbResult<Vec<Call>> {
    let mut query = call_list::table
        .filter(within(call_list::grid_unit_id, scope).and(call_list::state.eq(state)))
        .select(Call::as_select())
        .order(call_list::id)
        .limit(limit)
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(call_list::id.gt(after));
    }
    Ok(query.load(connection)?)
}

/// One entry.
pub(super) fn find(connection: &mut PgConnection, id: CallId) -> DbResult<Option<Call>> {
    Ok(call_list::table.find(id).select(Call::as_select()).first(connection).optional()?)
}

/// Notes that somebody was called; `false` when it was noted before.
pub(super) fn done(
    connection: &mut PgConnection,
    id: CallId,
    by: PersonId,
    note: Option<&str>,
    at: DateTime<Utc>,
) -> DbResult<bool> {
    let changed = diesel::update(call_list::table.filter(call_list::id.eq(id).and(call_list::state.eq("open"))))
        .set((call_list::state.eq("done"), call_list::done_at.eq(at), call_list::done_by.eq(by), call_list::note.eq(note)))
        .execute(connection)?;
    Ok(changed == 1)
}

/// Deletes a person's entries.
pub(super) fn erase(connection: &mut PgConnection, person: PersonId) -> DbResult<()> {
    diesel::delete(call_list::table.filter(call_list::person_id.eq(person))).execute(connection)?;
    Ok(())
}

/// What one account was still to be told is told to another of the same person.
pub(super) fn hand_over(connection: &mut PgConnection, gone: PersonId, keep: PersonId) -> DbResult<()> {
    diesel::update(call_list::table.filter(call_list::person_id.eq(gone).and(call_list::state.eq("open"))))
        .set(call_list::person_id.eq(keep))
        .execute(connection)?;
    Ok(())
}
