//! Making the tasks of plans whose day has come.

use base::clock::{shanghai_date, shanghai_midnight};
use base::db::{Context, Db, Finished, Tx};
use base::error::ApiError;
use base::jobs::JobError;
use chrono::Days;

use super::PlanState;
use super::rows;
use crate::grid_tasks::tasks::{self, Making};
use crate::grid_tasks::{PlanId, TaskId, checklists};
use crate::reach::found;

/// Plans worked on in one run.
const BATCH: i64 = 200;

/// Makes what is due, one plan a transaction.
pub(in crate::grid_tasks) fn make_due(db: &Db) -> Result<(), JobError> {
    let due = db.read_now(|connection| {
        let today = shanghai_date(base::db::now(connection)?);
        rows::due(connection, today, BATCH)
    })?;
    for id in due {
        db.transaction_now(&Context::job(), |tx| make(tx, id))?;
    }
    Ok(())
}

/// Makes the latest occurrence of a plan; does nothing when another run did.
fn make(mut tx: Tx<'_>, id: PlanId) -> Result<Finished<()>, ApiError> {
    let plan = found(rows::hold(tx.conn(), id)?)?;
    let now = tx.now()?;
    let today = shanghai_date(now);
    let (PlanState::Active, Some(next)) = (plan.state, plan.next_on) else { return Ok(tx.done(())?) };
    let rule = plan.rule();
    let Some(occurrence) = rule.latest(next, today) else { return Ok(tx.done(())?) };
    let after = today.succ_opt().and_then(|tomorrow| rule.from(tomorrow));
    rows::set_next(tx.conn(), id, after)?;
    let checklist = match &plan.checklist_code {
        Some(code) => checklists::in_force(tx.conn(), plan.community_id, code)?,
        None => None,
    };
    let days = Days::new(u64::try_from(plan.due_days).unwrap_or(1));
    let due = occurrence.checked_add_days(days).unwrap_or(occurrence);
    let stops = plan.stops();
    let making = Making {
        id: TaskId::new(),
        community: plan.community_id,
        unit: plan.grid_unit_id,
        plan: Some((id, occurrence)),
        duty: plan.duty,
        title: plan.title,
        about: plan.about,
        checklist: checklist.map(|version| version.id),
        due_at: Some(shanghai_midnight(due)),
        reinspects: None,
        stops,
        workers: None,
        author: None,
    };
    tasks::make(&mut tx, "grid_task_plan", &making)?;
    Ok(tx.done(())?)
}
