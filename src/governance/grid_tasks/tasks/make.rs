//! Making a task: by hand, by a plan, or as the re-inspection of a hazard.

use base::db::{Audit, Finished, Tx};
use base::error::ApiError;
use base::ids::{GridUnitId, PersonId};
use base::text::{Few, Text};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use diesel::PgConnection;
use people::grid::{GridPath, Scope};
use people::identity::{self, Role};
use people::notify::{Notice, templates};
use serde::Deserialize;
use serde_json::json;

use super::rows::{self, Task};
use super::{NewStop, RouteStop, TaskState, route, rows_stop, rows_worker};
use crate::grid_tasks::checklists::{self, Checklist};
use crate::grid_tasks::{CHECKLIST_NOT_IN_FORCE, ChecklistId, Duty, PlanId, TASK_NOT_DUE, TASK_WORKERS, TaskId};
use crate::reach::{path_of, place_named, tell, workers_of};
use crate::requests::CaseId;

/// How far ahead a deadline may lie.
const AHEAD: TimeDelta = TimeDelta::days(366);

/// A task to be planned.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTask {
    /// Where it is done: a community or a unit below it.
    pub grid_unit_id: GridUnitId,
    /// Which duty.
    pub duty: Duty,
    /// Title.
    pub title: Text<60>,
    /// What is to be done.
    pub about: Text<2000>,
    /// It takes the version in force of this checklist.
    pub checklist_code: Option<Text<30>>,
    /// The route, in order.
    #[schema(value_type = Vec<NewStop>, max_items = 60)]
    pub stops: Few<NewStop, 60>,
    /// Who is asked; absent: whoever works the unit.
    #[schema(value_type = Option<Vec<PersonId>>, max_items = 20)]
    pub workers: Option<Few<PersonId, 20>>,
    /// Deadline, within a year.
    pub due_at: DateTime<Utc>,
}

/// Everything of a task that is made, checked before.
#[derive(Debug, Clone)]
pub(in crate::grid_tasks) struct Making {
    pub(in crate::grid_tasks) id: TaskId,
    pub(in crate::grid_tasks) community: GridUnitId,
    pub(in crate::grid_tasks) unit: GridUnitId,
    pub(in crate::grid_tasks) plan: Option<(PlanId, NaiveDate)>,
    pub(in crate::grid_tasks) duty: Duty,
    pub(in crate::grid_tasks) title: String,
    pub(in crate::grid_tasks) about: String,
    pub(in crate::grid_tasks) checklist: Option<ChecklistId>,
    pub(in crate::grid_tasks) due_at: Option<DateTime<Utc>>,
    pub(in crate::grid_tasks) reinspects: Option<CaseId>,
    pub(in crate::grid_tasks) stops: Vec<RouteStop>,
    /// `None`: whoever works the unit.
    pub(in crate::grid_tasks) workers: Option<Vec<PersonId>>,
    pub(in crate::grid_tasks) author: Option<PersonId>,
}

/// The version in force of a checklist for a duty; 422 when there is none.
pub(in crate::grid_tasks) fn checklist_named(
    connection: &mut PgConnection,
    community: GridUnitId,
    code: &str,
    duty: Duty,
) -> Result<Checklist, ApiError> {
    let version = checklists::in_force(connection, community, code)?.filter(|version| version.duty == duty);
    version.ok_or_else(|| ApiError::of(&CHECKLIST_NOT_IN_FORCE))
}

/// Plans a task by hand.
pub(super) fn create(
    mut tx: Tx<'_>,
    scope: &Scope,
    author: PersonId,
    id: TaskId,
    new: &NewTask,
) -> Result<Finished<()>, ApiError> {
    let place = place_named(tx.conn(), scope, new.grid_unit_id, "/grid_unit_id")?;
    let now = tx.now()?;
    if new.due_at <= now || new.due_at > now + AHEAD {
        return Err(ApiError::of(&TASK_NOT_DUE));
    }
    let checklist = match &new.checklist_code {
        Some(code) => Some(checklist_named(tx.conn(), place.community, code, new.duty)?.id),
        None => None,
    };
    let stops = route(tx.conn(), &place, new.stops.items())?;
    let workers = new.workers.as_ref().map(|named| named.items().to_vec());
    if let Some(named) = &workers {
        require_workers(tx.conn(), named, &place.path)?;
    }
    let making = Making {
        id,
        community: place.community,
        unit: place.unit,
        plan: None,
        duty: new.duty,
        title: new.title.to_string(),
        about: new.about.to_string(),
        checklist,
        due_at: Some(new.due_at),
        reinspects: None,
        stops,
        workers,
        author: Some(author),
    };
    make(&mut tx, "grid_task_create", &making)?;
    Ok(tx.done(())?)
}

/// Enters a task with its route, and asks its workers.
pub(in crate::grid_tasks) fn make(tx: &mut Tx<'_>, action: &'static str, making: &Making) -> Result<(), ApiError> {
    let now = tx.now()?;
    rows::insert(tx.conn(), &row(making, now))?;
    rows_stop::insert(tx.conn(), making.id, &making.stops)?;
    let workers = match &making.workers {
        Some(named) => named.clone(),
        None => workers_of(tx.conn(), making.unit)?,
    };
    rows_worker::insert(tx.conn(), making.id, &workers, now)?;
    let entry = Audit::new(action, "grid_task", making.id.0).at(making.unit);
    tx.audit(entry.after(json!({"state": TaskState::Planned, "duty": making.duty, "workers": workers.len()})))?;
    // A re-inspection is told when it is due.
    if making.due_at.is_some() {
        let others = workers.into_iter().filter(|worker| Some(*worker) != making.author);
        let notice = Notice::new(&templates::GRID_TASK_ASKED).with("title", &making.title);
        tell(tx, others, &notice.with("until", until(making.due_at)))?;
    }
    Ok(())
}

fn row(making: &Making, now: DateTime<Utc>) -> Task {
    Task {
        id: making.id,
        community_id: making.community,
        grid_unit_id: making.unit,
        plan_id: making.plan.map(|(plan, _)| plan),
        occurrence_on: making.plan.map(|(_, day)| day),
        duty: making.duty,
        title: making.title.clone(),
        about: making.about.clone(),
        checklist_id: making.checklist,
        state: TaskState::Planned,
        due_at: making.due_at,
        overdue_at: None,
        reinspects_case_id: making.reinspects,
        result: None,
        quantity: None,
        answers: None,
        reason: None,
        created_by: making.author,
        done_by: None,
        reviewed_by: None,
        created_at: now,
        started_at: None,
        done_at: None,
        reviewed_at: None,
    }
}

/// A deadline as people say it: `11月24日 18:00`.
pub(in crate::grid_tasks) fn until(at: Option<DateTime<Utc>>) -> String {
    at.map_or_else(String::new, |at| at.with_timezone(&base::clock::SHANGHAI).format("%-m月%-d日 %H:%M").to_string())
}

/// Refuses with 422 unless each is a grid worker at, above or below the place.
fn require_workers(connection: &mut PgConnection, named: &[PersonId], place: &GridPath) -> Result<(), ApiError> {
    for person in named {
        let works = identity::holds(connection, *person, Role::GridWorker, None)?;
        let places = identity::places_of(connection, *person)?;
        if !works || !places.iter().any(|at| at.covers(place) || place.covers(at)) {
            return Err(ApiError::of(&TASK_WORKERS));
        }
    }
    Ok(())
}

/// Where a task's unit lies, for whoever tells its workers later.
pub(super) fn staff_of(connection: &mut PgConnection, community: GridUnitId) -> Result<Vec<PersonId>, ApiError> {
    let path = path_of(connection, community)?;
    Ok(identity::people_over(connection, Role::CommunityStaff, &path)?)
}
