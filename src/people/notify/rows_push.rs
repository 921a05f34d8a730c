//! Queries of `wechat_pushes`.

use base::db::DbResult;
use diesel::prelude::*;
use diesel::sql_query;

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
pub(super) fn processed(
    connection: &mut PgConnection,
    key: &str,
    outcome: &str,
    at: chrono::DateTime<chrono::Utc>,
) -> DbResult<()> {
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
