//! Jobs of shifts: each minute the clock's moves are written down and stale shifts are put away.

use std::time::Duration;

use base::db::{Context, Db};
use base::jobs::{JobError, JobKind};

use super::{STALE_AFTER, rows, stale};

/// Shifts put away in one run.
const BATCH: i64 = 200;

/// The jobs.
pub(in crate::volunteering) fn all() -> Vec<JobKind> {
    vec![
        JobKind::new("volunteer_shift_clock", |db, _payload| follow_clock(db)).every(Duration::from_secs(60)),
        JobKind::new("volunteer_shift_close", |db, _payload| close_stale(db)).every(Duration::from_secs(600)),
    ]
}

fn follow_clock(db: &Db) -> Result<(), JobError> {
    db.transaction_now(&Context::job(), |mut tx| {
        let now = tx.now()?;
        let (started, ended) = rows::follow_clock(tx.conn(), now)?;
        tracing::debug!(started, ended, "shifts followed the clock");
        tx.done(())
    })?;
    Ok(())
}

fn close_stale(db: &Db) -> Result<(), JobError> {
    follow_clock(db)?;
    let ids = db.read_now(|connection| {
        let now = base::db::now(connection)?;
        rows::stale(connection, now - STALE_AFTER, BATCH)
    })?;
    for id in ids {
        db.transaction_now(&Context::job(), |tx| stale::close(tx, id))?;
    }
    Ok(())
}
