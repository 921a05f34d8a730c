//! The mark of a task past its deadline, set once.

use base::db::{Audit, Context, Db, Finished, Tx};
use base::error::ApiError;
use base::jobs::JobError;
use people::notify::{Notice, templates};
use serde_json::json;

use super::{make, rows, rows_worker};
use crate::grid_tasks::TaskId;
use crate::reach::{found, tell};

/// Tasks marked in one run.
const BATCH: i64 = 200;

/// Marks what is overdue, one task a transaction.
pub(in crate::grid_tasks) fn mark_all(db: &Db) -> Result<(), JobError> {
    let late = db.read_now(|connection| {
        let now = base::db::now(connection)?;
        rows::overdue(connection, now, BATCH)
    })?;
    for id in late {
        db.transaction_now(&Context::job(), |tx| mark(tx, id))?;
    }
    Ok(())
}

/// Marks one task and tells its workers and the staff; does nothing the second time.
fn mark(mut tx: Tx<'_>, id: TaskId) -> Result<Finished<()>, ApiError> {
    let now = tx.now()?;
    if !rows::mark_overdue(tx.conn(), id, now)? {
        return Ok(tx.done(())?);
    }
    let task = found(rows::find(tx.conn(), id)?)?;
    let entry = Audit::new("grid_task_overdue", "grid_task", id.0).at(task.grid_unit_id);
    tx.audit(entry.after(json!({"overdue_at": now, "state": task.state})))?;
    let mut told = rows_worker::of(tx.conn(), &[id])?.remove(&id).unwrap_or_default();
    told.extend(make::staff_of(tx.conn(), task.community_id)?);
    let notice = Notice::new(&templates::GRID_TASK_OVERDUE).with("title", &task.title);
    tell(&mut tx, told, &notice.with("until", make::until(task.due_at)))?;
    Ok(tx.done(())?)
}
