//! The one sweep: every clock that is due takes its next step. Read in chunks by the index of `next_at`; a chunk's requests are locked,
//! what a step needs is checked again under the lock, and all of the chunk is written in one transaction. So a sweep that is killed, or
//! runs beside another, does nothing twice: a chunk has happened, or is still due. What somebody has in hand waits for the next sweep.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use base::db::{self, Context, Db, Tx};
use base::error::ApiError;
use base::ids::GridUnitId;
use base::jobs::{JobError, NewJob};
use chrono::{DateTime, Utc};
use people::calendar::{self, Calendar};
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

/// Calendars that a sweep has read.
type Calendars = RefCell<HashMap<GridUnitId, Arc<Calendar>>>;

/// Lets every due clock take its step; with `chunks`, at most that many chunks of 200.
pub fn sweep(db: &Db, chunks: Option<usize>) -> Result<Swept, JobError> {
    let now = db.read_now(db::now)?;
    let (mut swept, mut after, mut last) = (Swept::default(), None::<SweepKey>, None);
    let calendars = Calendars::default();
    for _chunk in 0..chunks.unwrap_or(usize::MAX) {
        let due = db.read_now(|connection| rows::due(connection, now, after, CHUNK))?;
        after = due.last().copied();
        if due.is_empty() {
            break;
        }
        swept.seen += due.len();
        match db.transaction_now(&Context::job(), |tx| steps(tx, &due, &calendars)) {
            Ok(done) => swept.steps += done,
            // One request in trouble must not stop the others.
            Err(_one) => {
                for one in due {
                    match db.transaction_now(&Context::job(), |tx| steps(tx, &[one], &calendars)) {
                        Ok(done) => swept.steps += done,
                        Err(error) => {
                            tracing::warn!(?error, case = %one.1, kind = one.2.name(), "a clock could not take its step");
                            swept.failed += 1;
                            last = Some(error);
                        }
                    }
                }
            }
        }
    }
    last.map_or(Ok(swept), |error| Err(error.into()))
}

/// The steps of a chunk under the locks of its requests; returns how many there were.
fn steps(mut tx: Tx<'_>, due: &[SweepKey], calendars: &Calendars) -> Result<db::Finished<usize>, ApiError> {
    let mut ids: Vec<CaseId> = due.iter().map(|(_, case, _)| *case).collect();
    ids.sort_unstable();
    ids.dedup();
    let works = Work::lock_free(&mut tx, &ids)?;
    let mut stored: HashMap<CaseId, Vec<ClockRow>> = HashMap::new();
    for row in rows::of_cases(tx.conn(), &ids)? {
        stored.entry(row.request_id).or_default().push(row);
    }
    let (mut swept, mut jobs, mut count) = (Vec::new(), Vec::new(), 0);
    for mut work in works {
        let (id, before) = (work.case.id, count);
        let calendar = calendar(&mut tx, work.case.community_id, calendars)?;
        let mut clocks = Clocks::stored(calendar, stored.remove(&id).unwrap_or_default());
        for (.., kind) in due.iter().filter(|(_, case, _)| *case == id) {
            count += usize::from(step(&mut work, &mut clocks, *kind, &mut jobs));
        }
        if count > before {
            clocks.publish(&mut work.case);
            swept.push((work, clocks));
        }
    }
    tx.enqueue_all(&jobs)?;
    if !swept.is_empty() {
        Work::write_swept(&mut tx, SWEEP_JOB, swept)?;
    }
    Ok(tx.done(count)?)
}

fn calendar(tx: &mut Tx<'_>, community: GridUnitId, calendars: &Calendars) -> Result<Arc<Calendar>, ApiError> {
    if let Some(known) = calendars.borrow().get(&community) {
        return Ok(Arc::clone(known));
    }
    let read = Arc::new(calendar::of(tx.conn(), community)?);
    calendars.borrow_mut().insert(community, Arc::clone(&read));
    Ok(read)
}

/// One clock's step; `false` when there is nothing to do any more.
fn step(work: &mut Work, clocks: &mut Clocks, kind: ClockKind, jobs: &mut Vec<NewJob>) -> bool {
    let (now, calendar) = (work.now(), Arc::clone(&clocks.calendar));
    let Some(clock) = clocks.open(kind).filter(|clock| clock.next_at.is_some_and(|at| at <= now)) else { return false };
    let what = if clock.state == ClockState::Paused {
        clock.go_on(&calendar, now);
        Happening::system(EventKind::Paused).saying("暂停期满，继续计时")
    } else {
        clock.step_on(&calendar, now);
        let payload = json!({"case": work.case.id, "kind": kind, "round": clock.round, "step": clock.step});
        jobs.push(NewJob::new(told::TELL_JOB, payload));
        stepped(clock, now)
    };
    let unit = work.case.organization_id;
    work.happened(what.of(unit));
    true
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
