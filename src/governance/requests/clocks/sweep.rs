//! The one sweep: every clock that is due takes its next step. Read in chunks by the index of `next_at`, one transaction a request; what
//! a step needs is checked again under the request's lock, so that a sweep that is killed, or runs beside another, does nothing twice.

use base::db::{self, Context, Db, Tx};
use base::error::ApiError;
use base::jobs::{JobError, NewJob};
use chrono::{DateTime, Utc};
use serde_json::json;

use super::super::work::{Happening, Work};
use super::super::{CaseId, EventKind};
use super::keep::Clocks;
use super::rows::{self, ClockRow, SweepKey};
use super::told;
use super::words::{ClockKind, ClockState};

/// The recurring job.
pub(super) const SWEEP_JOB: &str = "request_clocks";
/// Clocks of a chunk.
const CHUNK: i64 = 200;

/// What a sweep did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Clocks that took a step.
    pub steps: usize,
    /// Clocks that were due.
    pub seen: usize,
    /// Clocks whose step failed; the next sweep tries them again.
    pub failed: usize,
}

/// Lets every due clock take its step; with `chunks`, at most that many chunks of 200.
pub fn sweep(db: &Db, chunks: Option<usize>) -> Result<Swept, JobError> {
    let now = db.read_now(db::now)?;
    let (mut swept, mut after, mut last) = (Swept::default(), None::<SweepKey>, None);
    for _chunk in 0..chunks.unwrap_or(usize::MAX) {
        let due = db.read_now(|connection| rows::due(connection, now, after, CHUNK))?;
        after = due.last().copied();
        if due.is_empty() {
            break;
        }
        for (_, case, kind) in due {
            swept.seen += 1;
            match db.transaction_now(&Context::job(), |tx| step(tx, case, kind)) {
                Ok(done) => swept.steps += usize::from(done),
                // One request in trouble must not stop the others.
                Err(error) => {
                    tracing::warn!(?error, %case, kind = kind.name(), "a clock could not take its step");
                    swept.failed += 1;
                    last = Some(error);
                }
            }
        }
    }
    last.map_or(Ok(swept), |error| Err(error.into()))
}

/// One clock, under its request's lock; `false` when there is nothing to do any more.
fn step(mut tx: Tx<'_>, case: CaseId, kind: ClockKind) -> Result<db::Finished<bool>, ApiError> {
    let mut work = Work::lock(&mut tx, case)?;
    let now = work.now();
    let mut clocks = Clocks::load(&mut tx, &work.case)?;
    let calendar = clocks.calendar.clone();
    let Some(clock) = clocks.open(kind).filter(|clock| clock.next_at.is_some_and(|at| at <= now)) else {
        return Ok(tx.done(false)?);
    };
    let went_on = clock.state == ClockState::Paused;
    let what = if went_on {
        clock.go_on(&calendar, now);
        Happening::system(EventKind::Paused).saying("暂停期满，继续计时")
    } else {
        clock.step_on(&calendar, now);
        stepped(clock, now)
    };
    let (round, step) = (clock.round, clock.step);
    let unit = work.case.organization_id;
    work.happened(what.of(unit));
    clocks.publish(&mut work.case);
    if !went_on {
        tx.enqueue(&NewJob::new(told::TELL_JOB, json!({"case": case, "kind": kind, "round": round, "step": step})))?;
    }
    work.write_clocked(&mut tx, SWEEP_JOB, clocks)?;
    Ok(tx.done(true)?)
}

/// The event of a step.
fn stepped(clock: &ClockRow, now: DateTime<Utc>) -> Happening {
    let what = clock.kind.zh();
    let hours = (now - clock.due_at).num_hours();
    match (clock.kind, clock.step) {
        (ClockKind::OnCall, 1) => Happening::system(EventKind::OnCall).saying("紧急事项，已通知值班人员"),
        (ClockKind::OnCall, 2) => Happening::system(EventKind::OnCall).saying("值班人员 15 分钟内未接单，已通知副班"),
        (ClockKind::OnCall, _) => Happening::system(EventKind::OnCall).saying("仍未接单，已通知街道"),
        (_, 1) => Happening::system(EventKind::Reminded).saying(format!("{what}时限已到，已催办")),
        (_, 2) => Happening::system(EventKind::Supervised).saying(format!("{what}已逾期 {hours} 小时，已督办")),
        (..) => Happening::system(EventKind::Escalated).saying(format!("{what}已逾期 {hours} 小时，已上报街道")),
    }
}
