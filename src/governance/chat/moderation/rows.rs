//! Queries of `chat_reasons` and `chat_reports`.

use base::db::DbResult;
use base::ids::{GridUnitId, PersonId};
use chrono::{DateTime, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;
use people::grid::{Scope, within};

use crate::schema::{chat_reasons, chat_reports};
use crate::{MessageId, ReportId};

/// A reason.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = chat_reasons, check_for_backend(diesel::pg::Pg))]
pub(super) struct Reason {
    pub(super) code: String,
    pub(super) zh: String,
    pub(super) en: String,
}

/// Reasons in use, in their order.
pub(super) fn reasons(connection: &mut PgConnection) -> DbResult<Vec<Reason>> {
    Ok(chat_reasons::table
        .filter(chat_reasons::active)
        .select(Reason::as_select())
        .order((chat_reasons::position, chat_reasons::code))
        .load(connection)?)
}

/// A reason, in use or not.
pub(super) fn reason(connection: &mut PgConnection, code: &str) -> DbResult<Option<Reason>> {
    Ok(chat_reasons::table.find(code).select(Reason::as_select()).first(connection).optional()?)
}

/// A report.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = chat_reports, check_for_backend(diesel::pg::Pg))]
pub(super) struct Report {
    pub(super) message_id: MessageId,
    pub(super) reason: String,
    pub(super) note: Option<String>,
    pub(super) created_at: DateTime<Utc>,
}

/// A report to be entered.
#[derive(Debug, Insertable)]
#[diesel(table_name = chat_reports)]
pub(super) struct NewRow<'a> {
    pub(super) id: ReportId,
    pub(super) message_id: MessageId,
    pub(super) grid_unit_id: GridUnitId,
    pub(super) reporter_id: PersonId,
    pub(super) reason: &'a str,
    pub(super) note: Option<&'a str>,
    pub(super) created_at: DateTime<Utc>,
}

/// Enters a report; false: the person has reported that message.
pub(super) fn insert(connection: &mut PgConnection, row: &NewRow<'_>) -> DbResult<bool> {
    let entered = diesel::insert_into(chat_reports::table).values(row);
    Ok(entered.on_conflict((chat_reports::message_id, chat_reports::reporter_id)).do_nothing().execute(connection)? == 1)
}

/// Open reports of these messages, the oldest first.
pub(super) fn open_of(connection: &mut PgConnection, messages: &[MessageId]) -> DbResult<Vec<Report>> {
    Ok(chat_reports::table
        .filter(chat_reports::message_id.eq_any(messages).and(chat_reports::settled_at.is_null()))
        .select(Report::as_select())
        .order(chat_reports::id)
        .load(connection)?)
}

/// Settles the open reports of a message; how many.
pub(super) fn settle(connection: &mut PgConnection, message: MessageId, by: PersonId, at: DateTime<Utc>) -> DbResult<usize> {
    Ok(diesel::update(chat_reports::table.filter(chat_reports::message_id.eq(message).and(chat_reports::settled_at.is_null())))
        .set((chat_reports::settled_by.eq(by), chat_reports::settled_at.eq(at)))
        .execute(connection)?)
}

/// How many messages of the scope have open reports.
pub(crate) fn waiting(connection: &mut PgConnection, scope: &Scope) -> DbResult<i64> {
    Ok(chat_reports::table
        .filter(within(chat_reports::grid_unit_id, scope).and(chat_reports::settled_at.is_null()))
        .select(count_star())
        .first(connection)?)
}

/// Takes a reporter's name away.
pub(crate) fn forget_reporter(connection: &mut PgConnection, person: PersonId) -> DbResult<()> {
    diesel::update(chat_reports::table.filter(chat_reports::reporter_id.eq(person)))
        .set(chat_reports::reporter_id.eq(None::<PersonId>))
        .execute(connection)?;
    Ok(())
}

/// What one account reported is another's of the same person, where that one hasn't reported it too.
pub(crate) fn hand_over_reports(connection: &mut PgConnection, gone: PersonId, keep: PersonId) -> DbResult<()> {
    let reported: Vec<MessageId> =
        chat_reports::table.filter(chat_reports::reporter_id.eq(keep)).select(chat_reports::message_id).load(connection)?;
    let moving = chat_reports::reporter_id.eq(gone).and(chat_reports::message_id.ne_all(reported));
    diesel::update(chat_reports::table.filter(moving)).set(chat_reports::reporter_id.eq(keep)).execute(connection)?;
    forget_reporter(connection, gone)
}

/// Empties notes of reports from before a time.
pub(crate) fn forget_reports(connection: &mut PgConnection, before: DateTime<Utc>) -> DbResult<usize> {
    Ok(diesel::update(chat_reports::table.filter(chat_reports::created_at.lt(before).and(chat_reports::note.is_not_null())))
        .set(chat_reports::note.eq(None::<String>))
        .execute(connection)?)
}
