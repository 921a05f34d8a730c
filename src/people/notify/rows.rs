//! Queries of `inbox_heads` and `notifications`.

use base::db::DbResult;
use base::ids::PersonId;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::{sql_query, sql_types};
use serde_json::Value;

use super::NotificationId;
use super::schema::{inbox_heads, notifications};

#[derive(QueryableByName)]
struct SequenceRow {
    #[diesel(sql_type = sql_types::BigInt)]
    last_sequence: i64,
}

/// Takes the next sequence of an inbox; its head is locked until the transaction ends.
pub(super) fn next_sequence(connection: &mut PgConnection, person: PersonId) -> DbResult<i64> {
    let row: SequenceRow = sql_query(
        "INSERT INTO inbox_heads (person_id, last_sequence) VALUES ($1, 1) \
         ON CONFLICT (person_id) DO UPDATE SET last_sequence = inbox_heads.last_sequence + 1 RETURNING last_sequence",
    )
    .bind::<sql_types::Uuid, _>(person.0)
    .get_result(connection)?;
    Ok(row.last_sequence)
}

/// Locks an inbox, so that two pushes to one person don't spend the same consent. `false` when there is none.
pub(super) fn lock_head(connection: &mut PgConnection, person: PersonId) -> DbResult<bool> {
    let locked: Option<i64> =
        inbox_heads::table.find(person).select(inbox_heads::last_sequence).for_update().first(connection).optional()?;
    Ok(locked.is_some())
}

/// How many messages of these kinds reached each of these people from one moment to before another.
pub fn count_by_kind(
    connection: &mut PgConnection,
    persons: &[PersonId],
    kinds: &[&str],
    (from, to): (DateTime<Utc>, DateTime<Utc>),
) -> DbResult<Vec<(PersonId, String, i64)>> {
    Ok(notifications::table
        .filter(notifications::person_id.eq_any(persons).and(notifications::kind.eq_any(kinds)))
        .filter(notifications::created_at.ge(from).and(notifications::created_at.lt(to)))
        .group_by((notifications::person_id, notifications::kind))
        .select((notifications::person_id, notifications::kind, diesel::dsl::count_star()))
        .load(connection)?)
}

/// A notification to be entered.
#[derive(Insertable)]
#[diesel(table_name = notifications)]
pub(super) struct NewNotification<'a> {
    pub(super) person_id: PersonId,
    pub(super) sequence: i64,
    pub(super) id: NotificationId,
    pub(super) kind: &'a str,
    pub(super) title_zh: &'a str,
    pub(super) title_en: &'a str,
    pub(super) body_zh: &'a str,
    pub(super) body_en: &'a str,
    pub(super) link: Option<&'a str>,
    pub(super) push_fields: Option<Value>,
    pub(super) push_state: &'a str,
}

/// Enters a notification.
pub(super) fn insert(connection: &mut PgConnection, row: &NewNotification<'_>) -> DbResult<()> {
    diesel::insert_into(notifications::table).values(row).execute(connection)?;
    Ok(())
}

/// A notification as stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = notifications, check_for_backend(diesel::pg::Pg))]
pub(super) struct Notification {
    pub(super) sequence: i64,
    pub(super) id: NotificationId,
    pub(super) kind: String,
    pub(super) title_zh: String,
    pub(super) title_en: String,
    pub(super) body_zh: String,
    pub(super) body_en: String,
    pub(super) link: Option<String>,
    pub(super) push_fields: Option<Value>,
    pub(super) push_state: String,
    pub(super) created_at: DateTime<Utc>,
    pub(super) read_at: Option<DateTime<Utc>>,
}

/// An inbox in order of sequence, after one.
pub(super) fn after(connection: &mut PgConnection, person: PersonId, after: i64, limit: i64) -> DbResult<Vec<Notification>> {
    Ok(notifications::table
        .filter(notifications::person_id.eq(person).and(notifications::sequence.gt(after)))
        .select(Notification::as_select())
        .order(notifications::sequence)
        .limit(limit)
        .load(connection)?)
}

/// An inbox, the newest first, below a sequence.
pub(super) fn newest(
    connection: &mut PgConnection,
    person: PersonId,
    below: Option<i64>,
    limit: i64,
) -> DbResult<Vec<Notification>> {
    Ok(notifications::table
        .filter(notifications::person_id.eq(person).and(notifications::sequence.lt(below.unwrap_or(i64::MAX))))
        .select(Notification::as_select())
        .order(notifications::sequence.desc())
        .limit(limit)
        .load(connection)?)
}

/// How many are unread.
pub(super) fn unread(connection: &mut PgConnection, person: PersonId) -> DbResult<i64> {
    Ok(notifications::table
        .filter(notifications::person_id.eq(person).and(notifications::read_at.is_null()))
        .count()
        .get_result(connection)?)
}

/// Marks everything up to a sequence as read.
pub(super) fn mark_read(connection: &mut PgConnection, person: PersonId, up_to: i64, at: DateTime<Utc>) -> DbResult<()> {
    diesel::update(
        notifications::table
            .filter(notifications::person_id.eq(person).and(notifications::sequence.le(up_to)))
            .filter(notifications::read_at.is_null()),
    )
    .set(notifications::read_at.eq(at))
    .execute(connection)?;
    Ok(())
}

/// One notification.
pub(super) fn one(connection: &mut PgConnection, person: PersonId, sequence: i64) -> DbResult<Option<Notification>> {
    Ok(notifications::table.find((person, sequence)).select(Notification::as_select()).first(connection).optional()?)
}

/// Moves the push of a notification from one state to another; `false` when it isn't in the first.
pub(super) fn push_moved(
    connection: &mut PgConnection,
    id: NotificationId,
    from: &str,
    to: &str,
    at: DateTime<Utc>,
) -> DbResult<bool> {
    let row = notifications::table.filter(notifications::id.eq(id).and(notifications::push_state.eq(from)));
    let changed =
        diesel::update(row).set((notifications::push_state.eq(to), notifications::pushed_at.eq(at))).execute(connection)?;
    Ok(changed == 1)
}

/// Deletes what is older than a year; a daily job.
pub(super) fn sweep(connection: &mut PgConnection) -> DbResult<()> {
    sql_query("DELETE FROM notifications WHERE created_at < palm_now() - interval '1 year'").execute(connection)?;
    Ok(())
}

/// Deletes an inbox.
pub(super) fn erase(connection: &mut PgConnection, person: PersonId) -> DbResult<()> {
    diesel::delete(notifications::table.filter(notifications::person_id.eq(person))).execute(connection)?;
    diesel::delete(inbox_heads::table.find(person)).execute(connection)?;
    Ok(())
}
