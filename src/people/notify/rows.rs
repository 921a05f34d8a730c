//! Queries of `inbox_heads` and `notifications`.

use std::collections::{BTreeMap, HashMap};

use base::db::DbResult;
use base::ids::PersonId;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{self, Array, Jsonb, Nullable, Text};
use serde_json::Value;

use super::NotificationId;
use super::schema::{inbox_heads, notifications};

base::statement! {
    /// Moves heads on, each by what is going to be entered; locked in the order given.
    Heads<'a> { person_id: Vec<&'a PersonId>, count: Vec<i64>, } -> (sql_types::Uuid, sql_types::BigInt) {
        "INSERT INTO inbox_heads (person_id, last_sequence) SELECT p, n FROM unnest(" (person_id: Array<sql_types::Uuid>) "::uuid[], "
        (count: Array<sql_types::BigInt>) "::bigint[]) w (p, n) ORDER BY p ON CONFLICT (person_id) \
         DO UPDATE SET last_sequence = inbox_heads.last_sequence + excluded.last_sequence RETURNING person_id, last_sequence"
    }
}

/// Takes the next sequences of inboxes, so many of each; returns the first. The heads are locked until the transaction ends.
pub(super) fn next_sequences(
    connection: &mut PgConnection,
    counts: &BTreeMap<PersonId, i64>,
) -> DbResult<HashMap<PersonId, i64>> {
    let heads = Heads { person_id: &counts.keys().collect(), count: &counts.values().copied().collect() };
    let last: Vec<(PersonId, i64)> = heads.load(connection)?;
    Ok(last.into_iter().map(|(person, last)| (person, last - counts.get(&person).copied().unwrap_or(1) + 1)).collect())
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
pub(super) struct NewNotification<'a> {
    pub(super) person_id: PersonId,
    pub(super) sequence: i64,
    pub(super) id: NotificationId,
    pub(super) kind: &'a str,
    pub(super) title_zh: &'a str,
    pub(super) title_en: &'a str,
    pub(super) body_zh: String,
    pub(super) body_en: String,
    pub(super) link: Option<&'a str>,
    pub(super) push_fields: Option<Value>,
    pub(super) push_state: &'a str,
}

base::statement! {
    /// Rows of inboxes; part of most writes.
    NewRows<'a> {
        person_id: Vec<PersonId>, sequence: Vec<i64>, id: Vec<NotificationId>, kind: Vec<&'a str>, title_zh: Vec<&'a str>,
        title_en: Vec<&'a str>, body_zh: Vec<&'a str>, body_en: Vec<&'a str>, link: Vec<Option<&'a str>>,
        push_fields: Vec<Option<&'a Value>>, push_state: Vec<&'a str>,
    } -> () {
        "INSERT INTO notifications (person_id, sequence, id, kind, title_zh, title_en, body_zh, body_en, link, push_fields, push_state) \
         SELECT * FROM unnest(" (person_id: Array<sql_types::Uuid>) "::uuid[], " (sequence: Array<sql_types::BigInt>) "::bigint[], "
        (id: Array<sql_types::Uuid>) "::uuid[], " (kind: Array<Text>) "::text[], " (title_zh: Array<Text>) "::text[], "
        (title_en: Array<Text>) "::text[], " (body_zh: Array<Text>) "::text[], " (body_en: Array<Text>) "::text[], "
        (link: Array<Nullable<Text>>) "::text[], " (push_fields: Array<Nullable<Jsonb>>) "::jsonb[], "
        (push_state: Array<Text>) "::text[])"
    }
}

/// Enters notifications.
pub(super) fn insert(connection: &mut PgConnection, rows: &[NewNotification<'_>]) -> DbResult<()> {
    let rows = NewRows {
        person_id: &rows.iter().map(|row| row.person_id).collect(),
        sequence: &rows.iter().map(|row| row.sequence).collect(),
        id: &rows.iter().map(|row| row.id).collect(),
        kind: &rows.iter().map(|row| row.kind).collect(),
        title_zh: &rows.iter().map(|row| row.title_zh).collect(),
        title_en: &rows.iter().map(|row| row.title_en).collect(),
        body_zh: &rows.iter().map(|row| row.body_zh.as_str()).collect(),
        body_en: &rows.iter().map(|row| row.body_en.as_str()).collect(),
        link: &rows.iter().map(|row| row.link).collect(),
        push_fields: &rows.iter().map(|row| row.push_fields.as_ref()).collect(),
        push_state: &rows.iter().map(|row| row.push_state).collect(),
    };
    rows.execute(connection)?;
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
