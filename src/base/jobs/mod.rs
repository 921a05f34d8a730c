//! What happens later: the outbox (enqueued in the business transaction), recurring jobs, and the runner. A worker holds a
//! *lease*, not a lock: claim → commit → do → finish. Bodies are fenced by state, so running twice is harmless. Owns the tables
//! `jobs` and `job_schedules`.

mod rows;
mod runner;
mod schema;
mod wake;

use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde_json::Value;

pub use rows::{DeadJob, dead_list, depth, rerun};
pub use runner::{Runner, drain, housekeeping};
pub use wake::Wake;

use crate::db::{Db, DbResult};
use crate::error::ApiError;

/// A job to be put into the outbox.
#[derive(Debug, Clone)]
pub struct NewJob {
    kind: &'static str,
    payload: Value,
    once_key: Option<String>,
    run_at: Option<DateTime<Utc>>,
}

impl NewJob {
    /// `payload` holds ids and figures, never personal data, and tolerates unknown fields when it is read.
    pub const fn new(kind: &'static str, payload: Value) -> Self {
        Self { kind, payload, once_key: None, run_at: None }
    }
    /// At most one job with this key exists; a second is silently the first.
    #[must_use]
    pub fn once(mut self, key: String) -> Self {
        self.once_key = Some(key);
        self
    }
    /// Not before this time of the product's clock.
    #[must_use]
    pub const fn at(mut self, time: DateTime<Utc>) -> Self {
        self.run_at = Some(time);
        self
    }
}

/// Why a job's body failed. It is tried again with growing pauses, then stands as a dead letter that can be rerun.
#[derive(Debug)]
pub enum JobError {
    /// Try again.
    Retry(String),
    /// Trying again can't help.
    Dead(String),
}

impl From<ApiError> for JobError {
    fn from(error: ApiError) -> Self {
        Self::Retry(format!("{error:?}"))
    }
}

impl From<crate::db::DbError> for JobError {
    fn from(error: crate::db::DbError) -> Self {
        Self::Retry(error.to_string())
    }
}

impl From<serde_json::Error> for JobError {
    fn from(error: serde_json::Error) -> Self {
        Self::Dead(format!("payload: {error}"))
    }
}

/// The body of a job: gets the database and the payload.
pub type Body = Box<dyn Fn(&Db, Value) -> Result<(), JobError> + Send + Sync>;

/// One kind of job, registered in `app.rs`.
pub struct JobKind {
    /// Name, as enqueued.
    pub name: &'static str,
    /// Recurring: how often. `None` runs only when enqueued.
    pub every: Option<Duration>,
    /// Tries before it is dead.
    pub tries: i32,
    /// How long one run may take before another worker may start it again.
    pub lease: Duration,
    /// What it does.
    pub body: Body,
}

impl JobKind {
    /// A job that runs when enqueued: 8 tries, a lease of 60 s.
    pub fn new(name: &'static str, body: impl Fn(&Db, Value) -> Result<(), JobError> + Send + Sync + 'static) -> Self {
        Self { name, every: None, tries: 8, lease: Duration::from_secs(60), body: Box::new(body) }
    }
    /// Runs by itself, this often.
    #[must_use]
    pub const fn every(mut self, period: Duration) -> Self {
        self.every = Some(period);
        self
    }
}

/// Puts jobs into the outbox; only `Tx` calls it.
pub(crate) fn enqueue(connection: &mut PgConnection, jobs: &[NewJob]) -> DbResult<()> {
    rows::insert(connection, jobs)
}
