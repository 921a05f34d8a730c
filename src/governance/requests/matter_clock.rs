//! The clock of matters between a community and its street: overdue is told to whoever has to answer (催办), a day later to whoever asked
//! too (督办), three days later as the last step (升级).

use base::db::{Audit, Context, Db, Finished, Tx};
use base::error::ApiError;
use base::ids::PersonId;
use base::jobs::{JobError, JobKind};
use chrono::Duration;
use people::grid;
use people::identity::{self, Role};
use serde_json::json;

use super::MatterId;
use super::matter::{Direction, MatterState, tell};
use super::rows_matters::{self, Matter};

/// The job.
const JOB: &str = "request_matter_clock";
/// Matters of a chunk.
const CHUNK: i64 = 200;

/// The job.
pub(super) fn kind() -> JobKind {
    JobKind::new(JOB, |db, _payload| sweep(db)).every(std::time::Duration::from_secs(600))
}

/// How long after the deadline the next step is taken.
fn patience(step: i16) -> Duration {
    match step {
        0 => Duration::zero(),
        1 => Duration::days(1),
        _ => Duration::days(3),
    }
}

fn sweep(db: &Db) -> Result<(), JobError> {
    let now = db.read_now(base::db::now)?;
    let mut after = None;
    loop {
        let due = db.read_now(|connection| rows_matters::overdue(connection, now, after, CHUNK))?;
        let Some(last) = due.last().copied() else { return Ok(()) };
        for id in due {
            db.transaction_now(&Context::job(), |tx| step(tx, id))?;
        }
        after = Some(last);
    }
}

/// Takes the step that is due; what it needs is checked under the row's lock, so that twice does nothing.
fn step(mut tx: Tx<'_>, id: MatterId) -> Result<Finished<()>, ApiError> {
    let now = tx.now()?;
    let Some(mut matter) = rows_matters::lock(tx.conn(), id)? else { return Ok(tx.done(())?) };
    let due = matter.due_at.is_some_and(|due| due + patience(matter.overdue_step) < now);
    if !due || matter.state == MatterState::Answered || matter.overdue_step >= 3 {
        return Ok(tx.done(())?);
    }
    matter.overdue_step += 1;
    rows_matters::save(tx.conn(), &matter)?;
    let what = match matter.overdue_step {
        1 => "已到答复时限，请尽快答复（催办）",
        2 => "逾期未答复（督办）",
        _ => "逾期三日未答复（升级）",
    };
    let audit = Audit::new(JOB, "request_matter", id.0).at(matter.community_id);
    tx.audit(audit.after(json!({"step": matter.overdue_step, "due_at": matter.due_at})))?;
    let to = concerned(&mut tx, &matter)?;
    tell(&mut tx, to, None, &matter, what)?;
    Ok(tx.done(())?)
}

/// Who has to answer; from the second step on whoever asked too, and with the last both sides.
fn concerned(tx: &mut Tx<'_>, matter: &Matter) -> Result<Vec<PersonId>, ApiError> {
    let Some(place) = grid::unit_find(tx.conn(), matter.community_id)? else { return Ok(Vec::new()) };
    let street = identity::people_over(tx.conn(), Role::StreetStaff, &place.path)?;
    let community = identity::people_over(tx.conn(), Role::CommunityStaff, &place.path)?;
    let (mut to, others) = match matter.direction {
        Direction::Up => (street, community),
        Direction::Down => (community, street),
    };
    match matter.overdue_step {
        1 => {}
        2 => to.push(matter.raised_by),
        _ => to.extend(others),
    }
    Ok(to)
}
