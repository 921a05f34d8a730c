//! The moves of a task: begin, finish, review, give back, cancel.

use base::db::{Audit, Finished, Tx};
use base::error::ApiError;
use base::ids::PersonId;
use base::text::{Few, Text, Whole};
use people::grid::Scope;
use people::notify::{Notice, templates};
use serde::Deserialize;
use serde_json::json;

use super::rows::{self, Step, Task};
use super::{TaskMove, TaskState, rows_stop, rows_worker};
use crate::grid_tasks::{TASK_ANSWERS_MISSING, TASK_OWN_REVIEW, TASK_STOPS_OPEN, TaskId, checklists};
use crate::reach::{changed, found, moved, require_unit, tell};

/// One answer to the checklist.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Code of the item.
    pub item: Text<30>,
    /// `yes` or `no`, a number, or some words.
    pub answer: Text<200>,
}

/// What came of a task.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskResult {
    /// What was done and found.
    pub result: Text<2000>,
    /// Households visited, opinions gathered, errands run.
    pub quantity: Option<Whole<0, 1_000_000>>,
    /// Answers to the checklist, when the task has one.
    #[schema(value_type = Option<Vec<Answer>>, max_items = 40)]
    pub answers: Option<Few<Answer, 40>>,
}

/// A task that the scope reaches, locked.
pub(super) fn held(tx: &mut Tx<'_>, scope: &Scope, id: TaskId) -> Result<Task, ApiError> {
    let task = found(rows::hold(tx.conn(), id)?)?;
    require_unit(tx.conn(), scope, task.grid_unit_id)?;
    Ok(task)
}

/// Moves a held task, with its audit row.
fn go(tx: &mut Tx<'_>, name: &'static str, task: &Task, action: TaskMove, mut step: Step<'_>) -> Result<(), ApiError> {
    let to = moved(task.state.transition(action))?;
    step.state = Some(to);
    changed(rows::step(tx.conn(), task.id, task.state, &step)?)?;
    let entry = Audit::new(name, "grid_task", task.id.0).at(task.grid_unit_id);
    tx.audit(entry.before(json!({"state": task.state})).after(json!({"state": to})))?;
    Ok(())
}

/// Begins a task.
pub(super) fn start(mut tx: Tx<'_>, scope: &Scope, id: TaskId) -> Result<Finished<()>, ApiError> {
    let task = held(&mut tx, scope, id)?;
    let started_at = Some(tx.now()?);
    go(&mut tx, "grid_task_start", &task, TaskMove::Start, Step { started_at, ..Step::default() })?;
    Ok(tx.done(())?)
}

/// Finishes a task: every stop is ticked, every required item answered.
pub(super) fn finish(
    mut tx: Tx<'_>,
    scope: &Scope,
    person: PersonId,
    id: TaskId,
    came: &TaskResult,
) -> Result<Finished<()>, ApiError> {
    let task = held(&mut tx, scope, id)?;
    moved(task.state.transition(TaskMove::Finish))?;
    if rows_stop::open(tx.conn(), id)? > 0 {
        return Err(ApiError::of(&TASK_STOPS_OPEN));
    }
    let given = came.answers.as_ref().map_or(&[][..], Few::items);
    let answers: Vec<(String, String)> = given.iter().map(|one| (one.item.to_string(), one.answer.to_string())).collect();
    let items = match task.checklist_id {
        Some(version) => found(checklists::find(tx.conn(), version)?)?.items(),
        None => Vec::new(),
    };
    if let Some(item) = checklists::unfit(&items, &answers) {
        return Err(
            ApiError::of(&TASK_ANSWERS_MISSING).field("/answers", &format!("item {item} is open or has no fitting answer"))
        );
    }
    let step = Step {
        result: Some(came.result.as_str()),
        quantity: came.quantity.map(Whole::get),
        answers: Some(serde_json::Value::Object(answers.into_iter().map(|(item, answer)| (item, answer.into())).collect())),
        done_by: Some(person),
        done_at: Some(tx.now()?),
        ..Step::default()
    };
    go(&mut tx, "grid_task_finish", &task, TaskMove::Finish, step)?;
    Ok(tx.done(())?)
}

/// Reviews a finished task (no reason), or gives it back with a reason.
pub(super) fn review(
    mut tx: Tx<'_>,
    scope: &Scope,
    person: PersonId,
    id: TaskId,
    given_back: Option<&str>,
) -> Result<Finished<()>, ApiError> {
    let task = held(&mut tx, scope, id)?;
    if task.done_by == Some(person) {
        return Err(ApiError::of(&TASK_OWN_REVIEW));
    }
    let now = tx.now()?;
    let Some(reason) = given_back else {
        let step = Step { reviewed_by: Some(person), reviewed_at: Some(now), ..Step::default() };
        go(&mut tx, "grid_task_review", &task, TaskMove::Review, step)?;
        return Ok(tx.done(())?);
    };
    go(&mut tx, "grid_task_return", &task, TaskMove::Return, Step { reason: Some(reason), ..Step::default() })?;
    let workers = rows_worker::of(tx.conn(), &[id])?.remove(&id).unwrap_or_default();
    let notice = Notice::new(&templates::GRID_TASK_RETURNED).with("title", &task.title).with("reason", reason);
    tell(&mut tx, workers.into_iter().chain(task.done_by), &notice)?;
    Ok(tx.done(())?)
}

/// Cancels a task; its workers are told.
pub(super) fn cancel(
    mut tx: Tx<'_>,
    scope: &Scope,
    person: PersonId,
    id: TaskId,
    reason: &str,
) -> Result<Finished<()>, ApiError> {
    let task = held(&mut tx, scope, id)?;
    go(&mut tx, "grid_task_cancel", &task, TaskMove::Cancel, Step { reason: Some(reason), ..Step::default() })?;
    let workers = rows_worker::of(tx.conn(), &[id])?.remove(&id).unwrap_or_default();
    let notice = Notice::new(&templates::GRID_TASK_CANCELLED).with("title", &task.title).with("reason", reason);
    tell(&mut tx, workers.into_iter().filter(|worker| *worker != person), &notice)?;
    Ok(tx.done(())?)
}

/// May stops still be ticked?
pub(super) fn is_walked(task: &Task) -> Result<(), ApiError> {
    moved((task.state == TaskState::Started).then_some(()))
}
