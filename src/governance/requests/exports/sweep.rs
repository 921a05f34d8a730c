//! Removes files whose seven days are over, and gives up what was never done.

use std::time::Duration;

use base::db::{Audit, Context, Db};
use base::error::ApiError;
use base::jobs::{JobError, JobKind};
use serde_json::json;

use super::{ExportMove, RequestExportId, rows};

/// The job.
const JOB: &str = "request_export_sweep";
/// Files of one run.
const BATCH: i64 = 200;

pub(super) fn kind() -> JobKind {
    JobKind::new(JOB, |db, _payload| sweep(db)).every(Duration::from_secs(3_600))
}

fn sweep(db: &Db) -> Result<(), JobError> {
    let over = db.read_now(|connection| {
        let now = base::db::now(connection)?;
        rows::over(connection, now, now - chrono::Duration::days(1), BATCH)
    })?;
    for id in over {
        end(db, id)?;
    }
    Ok(())
}

fn end(db: &Db, id: RequestExportId) -> Result<(), ApiError> {
    db.transaction_now(&Context::job(), move |mut tx| -> Result<_, ApiError> {
        let now = tx.now()?;
        let Some(mut export) = rows::lock(tx.conn(), id)? else { return Ok(tx.done(())?) };
        let before = export.state;
        let by = if export.remove_at < now { ExportMove::Remove } else { ExportMove::GiveUp };
        let Some(next) = before.transition(by).or_else(|| before.transition(ExportMove::GiveUp)) else { return Ok(tx.done(())?) };
        export.state = next;
        export.finished_at = export.finished_at.or(Some(now));
        rows::parts_delete(tx.conn(), id)?;
        rows::save(tx.conn(), &export)?;
        let audit = Audit::new(JOB, "request_export", id.0).before(json!({"state": before}));
        tx.audit(audit.after(json!({"state": next})))?;
        Ok(tx.done(())?)
    })
}
