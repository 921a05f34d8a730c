//! A hazard found on the way: one request, and one re-inspection that is due after its answer.

use base::db::{Audit, Context, Db, Finished, Tx};
use base::error::ApiError;
use base::ids::PersonId;
use base::jobs::JobError;
use base::text::Text;
use chrono::TimeDelta;
use people::grid::Scope;
use people::notify::{Notice, templates};
use serde::Deserialize;
use serde_json::json;

use super::make::{self, Making};
use super::rows::{self, Task};
use super::rows_stop::{self, Stop};
use super::{RouteStop, StopResult, act, rows_worker};
use crate::grid_tasks::{Duty, HAZARD_REPORTED, STOP_NOT_PROBLEM, StopId, TaskId};
use crate::reach::{changed, found, tell};
use crate::requests::{self, CaseId, Filing, Source, Verdict};

/// How long a re-inspection may take once the request is answered.
const REINSPECT_WITHIN: TimeDelta = TimeDelta::hours(48);
/// Re-inspections looked at in one go.
const BATCH: i64 = 200;

/// A hazard to be reported.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Hazard {
    /// What is dangerous.
    pub text: Text<2000>,
    /// Code of the duty list, when it is known.
    pub category: Option<Text<30>>,
}

/// Files the hazard of a stop ticked as a problem; private, since it may name a home.
pub(super) fn report(
    mut tx: Tx<'_>,
    scope: &Scope,
    id: StopId,
    (case, again): (CaseId, TaskId),
    hazard: &Hazard,
) -> Result<Finished<()>, ApiError> {
    let stop = found(rows_stop::find(tx.conn(), id)?)?;
    let task = act::held(&mut tx, scope, stop.task_id)?;
    act::is_walked(&task)?;
    if stop.result != Some(StopResult::Problem) {
        return Err(ApiError::of(&STOP_NOT_PROBLEM));
    }
    if stop.hazard_case_id.is_some() {
        return Err(ApiError::of(&HAZARD_REPORTED));
    }
    requests::file(&mut tx, &filing(&task, &stop, case, hazard), &Verdict::Publish)?;
    changed(rows_stop::set_hazard(tx.conn(), id, case)?)?;
    let workers = rows_worker::of(tx.conn(), &[task.id])?.remove(&task.id).unwrap_or_default();
    let entry = Audit::new("grid_task_stop_hazard", "grid_task_stop", id.0).at(task.grid_unit_id);
    tx.audit(entry.after(json!({"case": case, "reinspection": again})))?;
    make::make(&mut tx, "grid_task_stop_hazard", &reinspection(&task, &stop, (case, again), workers))?;
    Ok(tx.done(())?)
}

fn filing(task: &Task, stop: &Stop, case: CaseId, hazard: &Hazard) -> Filing {
    Filing {
        id: case,
        community: task.community_id,
        unit: stop.grid_unit_id.unwrap_or(task.grid_unit_id),
        source: Source::Lead,
        category: hazard.category.as_ref().map(ToString::to_string),
        text: hazard.text.to_string(),
        files: Vec::new(),
        pin: None,
        place_text: Some(stop.label.clone()),
        public: false,
        wants_contact: false,
        reporter: None,
        proxy: None,
        answers: Vec::new(),
        external: None,
        about: Some(("grid_task_stop".to_owned(), stop.id.0)),
    }
}

fn reinspection(task: &Task, stop: &Stop, (case, again): (CaseId, TaskId), workers: Vec<PersonId>) -> Making {
    let title: String = format!("复查：{}", stop.label).chars().take(60).collect();
    let route = RouteStop { kind: stop.kind, entrance: stop.grid_unit_id, facility: stop.facility_id, label: stop.label.clone() };
    Making {
        id: again,
        community: task.community_id,
        unit: task.grid_unit_id,
        plan: None,
        duty: Duty::Hazards,
        title,
        about: format!("诉求答复后到现场复查：{}", stop.note.as_deref().unwrap_or(&stop.label)),
        checklist: None,
        due_at: None,
        reinspects: Some(case),
        stops: vec![route],
        workers: (!workers.is_empty()).then_some(workers),
        author: None,
    }
}

/// Gives re-inspections their deadline once the request is answered or over.
pub(in crate::grid_tasks) fn call_due(db: &Db) -> Result<(), JobError> {
    let mut after = None;
    loop {
        let waiting = db.read_now(|connection| rows::waiting(connection, after, BATCH))?;
        let Some((last, _)) = waiting.last().copied() else { return Ok(()) };
        let cases: Vec<CaseId> = waiting.iter().map(|(_, case)| *case).collect();
        let briefs = db.read_now(|connection| requests::briefs(connection, &cases))?;
        for (task, case) in waiting {
            if briefs.get(&case).is_some_and(|brief| !brief.state.is_open()) {
                db.transaction_now(&Context::job(), |tx| call(tx, task))?;
            }
        }
        after = Some(last);
    }
}

/// Sets the deadline of one re-inspection and tells its workers; does nothing the second time.
fn call(mut tx: Tx<'_>, id: TaskId) -> Result<Finished<()>, ApiError> {
    let due = tx.now()? + REINSPECT_WITHIN;
    if !rows::set_due(tx.conn(), id, due)? {
        return Ok(tx.done(())?);
    }
    let task = found(rows::find(tx.conn(), id)?)?;
    tx.audit(Audit::new("grid_task_reinspect", "grid_task", id.0).at(task.grid_unit_id).after(json!({"due_at": due})))?;
    let workers = rows_worker::of(tx.conn(), &[id])?.remove(&id).unwrap_or_default();
    let notice = Notice::new(&templates::GRID_TASK_ASKED).with("title", &task.title);
    tell(&mut tx, workers, &notice.with("until", make::until(Some(due))))?;
    Ok(tx.done(())?)
}
