//! Queries of `wechat_pushes`.

use base::db::DbResult;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::{sql_query, sql_types};

use super::schema::wechat_pushes;

/// Stores a push; `false` when it was delivered before.
pub(super) fn insert(connection: &mut PgConnection, key: &str, event: &str, sealed: &[u8]) -> DbResult<bool> {
    Ok(diesel::insert_into(wechat_pushes::table)
        .values((wechat_pushes::key.eq(key), wechat_pushes::event.eq(event), wechat_pushes::message_sealed.eq(sealed)))
        .on_conflict_do_nothing()
        .execute(connection)?
        == 1)
}

/// A push that has not been worked on: event and sealed message.
pub(super) fn lock_unprocessed(connection: &mut PgConnection, key: &str) -> DbResult<Option<(String, Vec<u8>)>> {
    Ok(wechat_pushes::table
        .filter(wechat_pushes::key.eq(key).and(wechat_pushes::processed_at.is_null()))
        .select((wechat_pushes::event, wechat_pushes::message_sealed))
        .for_update()
        .first(connection)
        .optional()?)
}

/// Notes what a push led to.
pub(super) fn processed(connection: &mut PgConnection, key: &str, outcome: &str, at: DateTime<Utc>) -> DbResult<()> {
    diesel::update(wechat_pushes::table.find(key))
        .set((wechat_pushes::processed_at.eq(at), wechat_pushes::outcome.eq(outcome)))
        .execute(connection)?;
    Ok(())
}

/// Deletes pushes older than 30 days.
pub(super) fn forget_old(connection: &mut PgConnection) -> DbResult<()> {
    sql_query("DELETE FROM wechat_pushes WHERE received_at < palm_now() - interval '30 days'").execute(connection)?;
    Ok(())
}

/// How many WeChat messages of a kind came to nothing in the last 30 days.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct FailedPushes {
    /// Kind of message.
    #[diesel(sql_type = sql_types::Text)]
    pub kind: String,
    /// `refused` by WeChat, or `unknown`: it may have arrived.
    #[diesel(sql_type = sql_types::Text)]
    pub state: String,
    /// How many.
    #[diesel(sql_type = sql_types::BigInt)]
    pub count: i64,
    /// The last of them.
    #[diesel(sql_type = sql_types::Timestamptz)]
    pub last_at: DateTime<Utc>,
}

/// Messages that came to nothing in the last 30 days, by kind; the most first. Of nobody in particular.
pub fn failed_pushes(connection: &mut PgConnection) -> DbResult<Vec<FailedPushes>> {
    Ok(sql_query(
        "SELECT kind, push_state AS state, count(*) AS count, max(created_at) AS last_at FROM notifications \
         WHERE push_state IN ('refused', 'unknown') AND created_at > palm_now() - interval '30 days' \
         GROUP BY kind, push_state ORDER BY count DESC, kind LIMIT 100",
    )
    .load(connection)?)
}
