//! Deadlines in working days are counted anew when a year's holidays are published. Of a clock that stands still it is what was left that
//! is counted anew. A clock that stood still before and runs again keeps its deadline: what was left of it was counted when it went on.

use base::db::{Context, Db, Finished, Tx};
use base::error::ApiError;
use base::jobs::JobError;
use chrono::{DateTime, NaiveDate, Utc};
use people::calendar::{Calendar, Left};
use serde::Deserialize;
use serde_json::Value;

use super::super::work::{Happening, Work};
use super::super::{CaseId, EventKind, rows_events};
use super::keep::Clocks;
use super::rows::{self, ClockRow};
use super::view::shanghai;
use super::words::{ClockKind, ClockState, TermKind};

/// Requests of a chunk.
const CHUNK: i64 = 200;
/// Name of this step in the audit.
const ACTION: &str = "request_clocks_recount";

#[derive(Deserialize)]
struct Payload {
    year: i32,
}

/// Recounts every open clock whose time reaches into the year; twice changes nothing.
pub(super) fn recount(db: &Db, payload: Value) -> Result<(), JobError> {
    let payload: Payload = serde_json::from_value(payload)?;
    let day = |year| NaiveDate::from_ymd_opt(year, 1, 1).map(base::clock::shanghai_midnight);
    let (Some(from), Some(to)) = (day(payload.year), day(payload.year + 1)) else { return Ok(()) };
    let mut after = None;
    loop {
        let cases = db.read_now(|connection| rows::counted_through(connection, from, to, after, CHUNK))?;
        let Some(last) = cases.last().copied() else { return Ok(()) };
        for case in cases {
            db.transaction_now(&Context::job(), |tx| one(tx, case))?;
        }
        after = Some(last);
    }
}

/// The deadline by the calendar as it is now.
fn due(calendar: &Calendar, clock: &ClockRow) -> (DateTime<Utc>, bool) {
    let due = calendar.deadline(clock.started_at, clock.term());
    let extra = i64::from(clock.extra);
    let left = match clock.term {
        TermKind::WorkingDays => Left::Days(extra),
        TermKind::WorkingHours => Left::Working(extra * 3600),
        TermKind::WallHours => Left::Wall(extra * 3600),
    };
    if clock.extra == 0 {
        return (due.at, due.provisional);
    }
    let later = calendar.resume(due.at, left);
    (later.at, due.provisional || later.provisional)
}

/// What is left, in the clock's own unit.
const fn units(left: Left) -> i64 {
    match left {
        Left::Wall(units) | Left::Working(units) | Left::Days(units) => units,
    }
}

fn one(mut tx: Tx<'_>, case: CaseId) -> Result<Finished<()>, ApiError> {
    let mut work = Work::lock(&mut tx, case)?;
    let mut clocks = Clocks::load(&mut tx, &work.case)?;
    let calendar = clocks.calendar.clone();
    let stood_still: Vec<DateTime<Utc>> = rows_events::after(tx.conn(), case, 0, false, 1_000)?
        .into_iter()
        .filter(|event| event.kind == EventKind::Paused.name() || event.kind == EventKind::Asked.name())
        .map(|event| event.at)
        .collect();
    let mut moved = None;
    let mut changed = false;
    for clock in clocks.rows.iter_mut().filter(|clock| clock.is_open() && clock.term != TermKind::WallHours) {
        let until = clock.paused_at.unwrap_or(DateTime::<Utc>::MAX_UTC);
        let before = clock.kind == ClockKind::Resolve && stood_still.iter().any(|at| *at >= clock.started_at && *at < until);
        // A deadline that had passed before the pause stays passed.
        if before || clock.paused_at.is_some_and(|at| at >= clock.due_at) {
            continue;
        }
        let (at, provisional) = due(&calendar, clock);
        if (at, provisional) == (clock.due_at, clock.provisional) {
            continue;
        }
        if let Some(paused) = clock.paused_at {
            clock.left_units = Some(units(calendar.left(paused, at, clock.term())));
        }
        changed = true;
        if clock.kind == ClockKind::Resolve && at != clock.due_at {
            moved = Some(at);
        }
        (clock.due_at, clock.provisional) = (at, provisional);
        if clock.step == 0 && clock.state == ClockState::Running {
            clock.next_at = Some(at);
        }
    }
    if !changed {
        return Ok(tx.done(())?);
    }
    match moved {
        Some(at) => {
            let said = format!("节假日安排已公布，办结时限调整为 {}", shanghai(at));
            work.happened(Happening::system(EventKind::Extended).saying(said));
        }
        None => work.happened(Happening::system(EventKind::Note).noting(Some("节假日安排已公布，时限已重新计算".to_owned()))),
    }
    clocks.publish(&mut work.case);
    work.write_clocked(&mut tx, ACTION, clocks)?;
    Ok(tx.done(())?)
}
