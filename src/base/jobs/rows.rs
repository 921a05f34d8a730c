//! Queries of `jobs` and `job_schedules`.

use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Double, Integer, Jsonb, Nullable, Text, Timestamptz};
use diesel::{sql_query, sql_types};
use serde_json::Value;
use uuid::Uuid;

use super::NewJob;
use super::schema::jobs;
use crate::db::DbResult;

crate::statement! {
    /// Rows of the outbox; part of most writes.
    NewRows<'a> {
        id: Vec<Uuid>, kind: Vec<&'a str>, payload: Vec<&'a Value>, once_key: Vec<Option<&'a str>>, run_at: Vec<Option<DateTime<Utc>>>,
    } -> () {
        "INSERT INTO jobs (id, kind, payload, once_key, run_at) SELECT i, k, p, o, coalesce(r, palm_now()) FROM unnest("
        (id: Array<sql_types::Uuid>) "::uuid[], " (kind: Array<Text>) "::text[], " (payload: Array<Jsonb>) "::jsonb[], "
        (once_key: Array<Nullable<Text>>) "::text[], " (run_at: Array<Nullable<Timestamptz>>)
        "::timestamptz[]) w (i, k, p, o, r) ON CONFLICT (once_key) DO NOTHING"
    }
}

pub(super) fn insert(connection: &mut PgConnection, jobs: &[NewJob]) -> DbResult<()> {
    let rows = NewRows {
        id: &jobs.iter().map(|_| Uuid::now_v7()).collect(),
        kind: &jobs.iter().map(|job| job.kind).collect(),
        payload: &jobs.iter().map(|job| &job.payload).collect(),
        once_key: &jobs.iter().map(|job| job.once_key.as_deref()).collect(),
        run_at: &jobs.iter().map(|job| job.run_at).collect(),
    };
    rows.execute(connection)?;
    Ok(())
}

/// A claimed job.
#[derive(Queryable)]
pub(super) struct Claimed {
    pub(super) id: Uuid,
    pub(super) kind: String,
    pub(super) payload: Value,
    pub(super) attempts: i32,
}

crate::statement! {
    /// The look at the queue.
    Claim<'a> { kinds: Vec<&'a str>, lease: f64, limit: i64, } -> (sql_types::Uuid, Text, Jsonb, Integer) {
        "UPDATE jobs SET state = 'leased', attempts = attempts + 1, lease_until = clock_timestamp() + make_interval(secs => "
        (lease: Double) ") WHERE id IN (SELECT id FROM jobs WHERE kind = ANY(" (kinds: Array<Text>) ") AND (state = 'ready' \
            AND run_at <= palm_now() OR state = 'leased' AND lease_until < clock_timestamp()) ORDER BY run_at, id LIMIT "
        (limit: BigInt) " FOR UPDATE SKIP LOCKED) RETURNING id, kind, payload, attempts"
    }
}

/// Claims up to `limit` due jobs of the named kinds, also those whose lease ran out.
pub(super) fn claim(connection: &mut PgConnection, kinds: &[&str], lease: Duration, limit: i64) -> DbResult<Vec<Claimed>> {
    let claim = Claim { kinds: &kinds.to_vec(), lease: &lease.as_secs_f64(), limit: &limit };
    Ok(claim.load(connection)?)
}

crate::statement! {
    /// The end of a job.
    Finish<'a> { id: Uuid, attempts: i32, } -> () {
        "UPDATE jobs SET state = 'done', finished_at = palm_now(), lease_until = NULL, last_error = NULL WHERE id = "
        (id: sql_types::Uuid) " AND state = 'leased' AND attempts = " (attempts: Integer)
    }
}

/// Marks a claimed job as done; `attempts` fences a worker whose lease was taken over.
pub(super) fn finish(connection: &mut PgConnection, job: &Claimed) -> DbResult<()> {
    Finish { id: &job.id, attempts: &job.attempts }.execute(connection)?;
    Ok(())
}

/// Puts a failed job back with a pause, or declares it dead (`pause` is `None`).
pub(super) fn fail(connection: &mut PgConnection, job: &Claimed, error: &str, pause: Option<Duration>) -> DbResult<()> {
    let (state, seconds) = pause.map_or(("dead", 0.0), |pause| ("ready", pause.as_secs_f64()));
    let short: String = error.chars().take(500).collect();
    sql_query(
        "UPDATE jobs SET state = $3, last_error = $4, lease_until = NULL, run_at = palm_now() + make_interval(secs => $5), \
         finished_at = CASE WHEN $3 = 'dead' THEN palm_now() END WHERE id = $1 AND state = 'leased' AND attempts = $2",
    )
    .bind::<sql_types::Uuid, _>(job.id)
    .bind::<Integer, _>(job.attempts)
    .bind::<Text, _>(state)
    .bind::<Text, _>(short)
    .bind::<Double, _>(seconds)
    .execute(connection)?;
    Ok(())
}

/// Enqueues a recurring job when its time has come. Rounds of a stopped server are not caught up, one run follows.
pub(super) fn tick(connection: &mut PgConnection, name: &str, every: Duration) -> DbResult<()> {
    connection.transaction::<_, diesel::result::Error, _>(|connection| {
        sql_query("INSERT INTO job_schedules (name, next_run_at) VALUES ($1, palm_now()) ON CONFLICT DO NOTHING").bind::<Text, _>(name).execute(connection)?;
        let due = sql_query(
            "UPDATE job_schedules SET next_run_at = palm_now() + make_interval(secs => $2) WHERE name = $1 AND next_run_at <= palm_now() \
             AND NOT EXISTS (SELECT FROM jobs WHERE kind = $1 AND state IN ('ready', 'leased'))",
        )
        .bind::<Text, _>(name)
        .bind::<Double, _>(every.as_secs_f64())
        .execute(connection)?;
        if due == 1 {
            sql_query("INSERT INTO jobs (id, kind, payload, run_at) VALUES ($1, $2, '{}', palm_now())")
                .bind::<sql_types::Uuid, _>(Uuid::now_v7())
                .bind::<Text, _>(name)
                .execute(connection)?;
        }
        Ok(())
    })?;
    Ok(())
}

/// A job that failed for good.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = jobs, check_for_backend(diesel::pg::Pg))]
pub struct DeadJob {
    /// Id of the job.
    pub id: Uuid,
    /// Its kind.
    pub kind: String,
    /// Tries so far.
    pub attempts: i32,
    /// Why the last one failed.
    pub last_error: Option<String>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
}

/// Dead letters, newest first, below an id.
pub fn dead_list(connection: &mut PgConnection, below: Option<Uuid>, limit: i64) -> DbResult<Vec<DeadJob>> {
    let mut query =
        jobs::table.filter(jobs::state.eq("dead")).select(DeadJob::as_select()).order(jobs::id.desc()).limit(limit).into_boxed();
    if let Some(below) = below {
        query = query.filter(jobs::id.lt(below));
    }
    Ok(query.load(connection)?)
}

/// Gives a dead letter its tries back. `false` when it isn't dead.
pub fn rerun(connection: &mut PgConnection, id: Uuid) -> DbResult<bool> {
    let changed = sql_query(
        "UPDATE jobs SET state = 'ready', attempts = 0, run_at = palm_now(), finished_at = NULL WHERE id = $1 AND state = 'dead'",
    )
    .bind::<sql_types::Uuid, _>(id)
    .execute(connection)?;
    Ok(changed == 1)
}

/// How many jobs stand in each state that matters: `(due or waiting, dead)`.
pub fn depth(connection: &mut PgConnection) -> DbResult<(i64, i64)> {
    let waiting = jobs::table.filter(jobs::state.eq_any(["ready", "leased"])).count().get_result(connection)?;
    let dead = jobs::table.filter(jobs::state.eq("dead")).count().get_result(connection)?;
    Ok((waiting, dead))
}

/// Is a worker busy with a job, or one due?
pub(super) fn in_hand(connection: &mut PgConnection, kinds: &[&str]) -> DbResult<bool> {
    #[derive(QueryableByName)]
    struct Busy {
        #[diesel(sql_type = sql_types::Bool)]
        busy: bool,
    }
    let row: Busy = sql_query(
        "SELECT EXISTS (SELECT FROM jobs WHERE kind = ANY($1) AND (state = 'leased' AND lease_until > clock_timestamp() \
         OR state = 'ready' AND run_at <= palm_now())) AS busy",
    )
    .bind::<Array<Text>, _>(kinds)
    .get_result(connection)?;
    Ok(row.busy)
}

/// Deletes finished jobs after seven days, and old counters of tries.
pub(super) fn sweep(connection: &mut PgConnection) -> DbResult<()> {
    sql_query("DELETE FROM jobs WHERE state = 'done' AND finished_at < palm_now() - interval '7 days'").execute(connection)?;
    sql_query("DELETE FROM attempt_counters WHERE window_start < palm_now() - interval '7 days'").execute(connection)?;
    Ok(())
}
