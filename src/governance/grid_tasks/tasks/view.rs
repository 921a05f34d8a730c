//! Tasks and their routes, as shown.

use std::collections::HashMap;

use base::error::ApiError;
use base::ids::{GridUnitId, PersonId};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::PgConnection;
use people::identity;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::rows::Task;
use super::rows_stop::{self, Stop};
use super::{StopKind, StopResult, TaskMove, TaskState, make, rows_worker};
use crate::grid_tasks::{ChecklistId, Duty, PlanId, StopId, TaskId};
use crate::reach::found;
use crate::requests::{self, CaseId};

/// A worker who is asked.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WorkerView {
    /// Who.
    pub person: PersonId,
    /// Nickname.
    pub nickname: String,
}

/// A stop of a route.
#[derive(Debug, Serialize, ToSchema)]
pub struct StopView {
    /// Id.
    pub id: StopId,
    /// One plain sentence.
    pub summary: String,
    /// Order of the route from 1.
    pub position: i32,
    /// What is visited.
    pub kind: StopKind,
    /// The entrance.
    pub entrance: Option<GridUnitId>,
    /// The facility.
    pub facility: Option<Uuid>,
    /// What it is called.
    pub label: String,
    /// What was found; absent: not ticked yet.
    pub result: Option<StopResult>,
    /// What the worker wrote.
    pub note: Option<String>,
    /// Who was there.
    pub ticked_by: Option<PersonId>,
    /// When.
    pub ticked_at: Option<DateTime<Utc>>,
    /// The request that came of a hazard.
    pub hazard_case: Option<CaseId>,
}

impl From<Stop> for StopView {
    fn from(row: Stop) -> Self {
        let found_there = row.result.map_or("未打卡", StopResult::zh);
        Self {
            summary: format!("第 {} 站 {}，{found_there}", row.position, row.label),
            id: row.id,
            position: row.position,
            kind: row.kind,
            entrance: row.grid_unit_id,
            facility: row.facility_id,
            label: row.label,
            result: row.result,
            note: row.note,
            ticked_by: row.ticked_by,
            ticked_at: row.ticked_at,
            hazard_case: row.hazard_case_id,
        }
    }
}

/// What came of a hazard.
#[derive(Debug, Serialize, ToSchema)]
pub struct HazardView {
    /// The stop.
    pub stop: StopId,
    /// One plain sentence.
    pub summary: String,
    /// The request that was filed.
    pub case: CaseId,
    /// Its number to say on the phone.
    pub number: String,
}

/// The request of a stop's hazard.
pub(super) fn hazard(connection: &mut PgConnection, id: StopId) -> Result<HazardView, ApiError> {
    let stop = found(rows_stop::find(connection, id)?)?;
    let case = found(stop.hazard_case_id)?;
    let brief = found(requests::briefs(connection, &[case])?.remove(&case))?;
    Ok(HazardView {
        stop: id,
        summary: format!("{}的隐患已上报，诉求编号 {}", stop.label, brief.number),
        case,
        number: brief.number,
    })
}

/// A task with its route.
#[derive(Debug, Serialize, ToSchema)]
pub struct TaskView {
    /// Id.
    pub id: TaskId,
    /// One plain sentence.
    pub summary: String,
    /// Its community.
    pub community_id: GridUnitId,
    /// Where it is done.
    pub grid_unit_id: GridUnitId,
    /// The plan that made it.
    pub plan: Option<PlanId>,
    /// Which occurrence of the plan.
    pub occurrence_on: Option<NaiveDate>,
    /// Which duty.
    pub duty: Duty,
    /// Title.
    pub title: String,
    /// What is to be done.
    pub about: String,
    /// The version of the checklist that this task keeps.
    pub checklist: Option<ChecklistId>,
    /// State.
    pub state: TaskState,
    /// What may be done with it now.
    pub allowed: Vec<TaskMove>,
    /// Deadline; absent while a re-inspection waits for the answer.
    pub due_at: Option<DateTime<Utc>>,
    /// When it was marked overdue.
    pub overdue_at: Option<DateTime<Utc>>,
    /// The request whose repair is looked at again.
    pub reinspects: Option<CaseId>,
    /// Who is asked.
    pub workers: Vec<WorkerView>,
    /// The route.
    pub stops: Vec<StopView>,
    /// What came of it.
    pub result: Option<String>,
    /// Households visited, opinions gathered, errands run.
    pub quantity: Option<i32>,
    /// Answers to the checklist by item.
    #[schema(value_type = Object)]
    pub answers: Option<Value>,
    /// Why it was cancelled or given back.
    pub reason: Option<String>,
    /// Who planned it; absent: a plan did.
    pub created_by: Option<PersonId>,
    /// Who finished it.
    pub done_by: Option<PersonId>,
    /// Who reviewed it.
    pub reviewed_by: Option<PersonId>,
    /// When it was planned.
    pub created_at: DateTime<Utc>,
    /// When work began.
    pub started_at: Option<DateTime<Utc>>,
    /// When it was finished.
    pub done_at: Option<DateTime<Utc>>,
    /// When it was reviewed.
    pub reviewed_at: Option<DateTime<Utc>>,
}

/// A task in one line to read out.
pub(in crate::grid_tasks) fn line(row: &Task) -> String {
    let due = row.due_at.map_or_else(|| "待答复后复查".to_owned(), |at| format!("{} 前", make::until(Some(at))));
    let late = if row.overdue_at.is_some() { "，已超期" } else { "" };
    format!("{}（{}），{due}，{}{late}", row.title, row.duty.zh(), row.state.zh())
}

fn view(row: Task, workers: Vec<WorkerView>, stops: Vec<StopView>) -> TaskView {
    TaskView {
        summary: line(&row),
        id: row.id,
        community_id: row.community_id,
        grid_unit_id: row.grid_unit_id,
        plan: row.plan_id,
        occurrence_on: row.occurrence_on,
        duty: row.duty,
        title: row.title,
        about: row.about,
        checklist: row.checklist_id,
        state: row.state,
        allowed: row.state.allowed().collect(),
        due_at: row.due_at,
        overdue_at: row.overdue_at,
        reinspects: row.reinspects_case_id,
        workers,
        stops,
        result: row.result,
        quantity: row.quantity,
        answers: row.answers,
        reason: row.reason,
        created_by: row.created_by,
        done_by: row.done_by,
        reviewed_by: row.reviewed_by,
        created_at: row.created_at,
        started_at: row.started_at,
        done_at: row.done_at,
        reviewed_at: row.reviewed_at,
    }
}

/// Tasks with their workers and routes, in the order given.
pub(super) fn views(connection: &mut PgConnection, rows: Vec<Task>) -> Result<Vec<TaskView>, ApiError> {
    let ids: Vec<TaskId> = rows.iter().map(|row| row.id).collect();
    let mut asked = rows_worker::of(connection, &ids)?;
    let people: Vec<PersonId> = asked.values().flatten().copied().collect();
    let names = identity::names_by_ids(connection, &people)?;
    let mut stops: HashMap<TaskId, Vec<StopView>> = HashMap::new();
    for stop in rows_stop::of(connection, &ids)? {
        stops.entry(stop.task_id).or_default().push(stop.into());
    }
    let named = |person: PersonId| {
        let nickname = names.get(&person).map_or_else(String::new, |name| name.nickname.clone());
        WorkerView { person, nickname }
    };
    let shown = rows.into_iter().map(|row| {
        let workers = asked.remove(&row.id).unwrap_or_default().into_iter().map(named).collect();
        let stops = stops.remove(&row.id).unwrap_or_default();
        view(row, workers, stops)
    });
    Ok(shown.collect())
}

/// One task.
pub(super) fn one(connection: &mut PgConnection, row: Task) -> Result<TaskView, ApiError> {
    found(views(connection, vec![row])?.pop())
}
