//! The clock closes what nobody rates: seven days after the answer.

use base::db::{Context, Db};
use base::error::ApiError;
use base::jobs::JobError;
use chrono::Duration;

use super::work::{Happening, Work};
use super::{CaseId, EventKind, Move, State, rows};

/// The job.
pub(super) const CLOSE_JOB: &str = "request_close_unrated";
/// How long a rating is awaited.
const AWAITED: Duration = Duration::days(7);
/// Requests closed in one run.
const BATCH: i64 = 500;

/// Closes what nobody rated in time, each in a transaction of its own; twice is harmless.
pub(super) fn unrated(db: &Db) -> Result<(), JobError> {
    let ids = db.read_now(|connection| {
        let now = base::db::now(connection)?;
        rows::unrated(connection, now - AWAITED, BATCH)
    })?;
    for id in ids {
        close(db, id)?;
    }
    Ok(())
}

fn close(db: &Db, id: CaseId) -> Result<(), ApiError> {
    db.transaction_now(&Context::job(), |mut tx| -> Result<_, ApiError> {
        let mut work = Work::lock(&mut tx, id)?;
        if work.case.state == State::Answered {
            work.go(Move::Close)?;
            work.case.closed_at = Some(work.now());
            work.happened(Happening::system(EventKind::Closed).saying("答复后七日内未评价，自动办结"));
            work.write(&mut tx, CLOSE_JOB)?;
        }
        Ok(tx.done(())?)
    })
}
