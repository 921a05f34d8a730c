//! Tries of codes, counted in PostgreSQL so that the limit holds over all processes: logins, phone codes, redeem codes, check-ins.
//! Owns the table `attempt_counters`.

use diesel::sql_types::{Binary, Double, Integer, Text};
use diesel::{PgConnection, QueryableByName, RunQueryDsl, sql_query};

use crate::db::DbResult;
use crate::error::{self, ApiError};

/// How many tries of what are allowed in which time.
#[derive(Debug, Clone, Copy)]
pub struct AttemptLimit {
    /// Name, stored with the counter.
    pub kind: &'static str,
    /// Tries allowed in a window.
    pub tries: i32,
    /// Length of a window in seconds.
    pub window: u32,
}

#[derive(QueryableByName)]
struct CountRow {
    #[diesel(sql_type = Integer)]
    attempts: i32,
}

/// Counts one try of `subject` (a keyed hash); over the limit → 429. Call it outside the transaction that may roll back.
pub fn count(connection: &mut PgConnection, limit: &AttemptLimit, subject: &[u8]) -> Result<(), ApiError> {
    let row: CountRow = counted(connection, limit, subject)?;
    if row.attempts > limit.tries {
        return Err(ApiError::of(&error::TOO_MANY_REQUESTS).retry_after(limit.window));
    }
    Ok(())
}

fn counted(connection: &mut PgConnection, limit: &AttemptLimit, subject: &[u8]) -> DbResult<CountRow> {
    Ok(sql_query(
        "INSERT INTO attempt_counters (kind, subject, window_start) \
         VALUES ($1, $2, to_timestamp(floor(extract(epoch FROM palm_now())::float8 / $3) * $3)) \
         ON CONFLICT (kind, subject, window_start) DO UPDATE SET attempts = attempt_counters.attempts + 1 RETURNING attempts",
    )
    .bind::<Text, _>(limit.kind)
    .bind::<Binary, _>(subject)
    .bind::<Double, _>(f64::from(limit.window))
    .get_result(connection)?)
}

/// Takes one counted try of `subject` back: it was right. Only the current window's count changes, and never below zero.
pub fn give_back(connection: &mut PgConnection, limit: &AttemptLimit, subject: &[u8]) -> DbResult<()> {
    sql_query(
        "UPDATE attempt_counters SET attempts = attempts - 1 WHERE kind = $1 AND subject = $2 AND attempts > 0 \
         AND window_start = to_timestamp(floor(extract(epoch FROM palm_now())::float8 / $3) * $3)",
    )
    .bind::<Text, _>(limit.kind)
    .bind::<Binary, _>(subject)
    .bind::<Double, _>(f64::from(limit.window))
    .execute(connection)?;
    Ok(())
}
