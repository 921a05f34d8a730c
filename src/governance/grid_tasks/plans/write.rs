//! Planning and ending.

use base::clock::shanghai_date;
use base::db::{Audit, Finished, Tx};
use base::error::ApiError;
use base::ids::{GridUnitId, PersonId};
use base::text::{Few, Text, Whole};
use chrono::{Days, NaiveDate};
use people::grid::Scope;
use serde::Deserialize;
use serde_json::json;

use super::recur::Rule;
use super::rows::{self, Plan};
use super::{PlanMove, PlanState, Recurrence};
use crate::grid_tasks::tasks::{NewStop, checklist_named, route};
use crate::grid_tasks::{Duty, PlanId};
use crate::reach::{changed, found, moved, place_named, require_unit};

/// How far ahead a first day may lie.
const AHEAD: Days = Days::new(366);
/// How far ahead a last day may lie.
const LONGEST: Days = Days::new(3_653);

/// A plan to be entered.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPlan {
    /// Where the tasks are done: a community or a unit below it.
    pub grid_unit_id: GridUnitId,
    /// Which duty.
    pub duty: Duty,
    /// Title of each task.
    pub title: Text<60>,
    /// What is to be done.
    pub about: Text<2000>,
    /// Each task takes the version in force of this checklist.
    pub checklist_code: Option<Text<30>>,
    /// The route, in order.
    #[schema(value_type = Vec<NewStop>, max_items = 60)]
    pub stops: Few<NewStop, 60>,
    /// Unit of the rule.
    pub recurrence: Recurrence,
    /// So many units apart.
    pub every: Whole<1, 12>,
    /// First occurrence, today or later.
    pub starts_on: NaiveDate,
    /// Last day on which one may fall.
    pub ends_on: Option<NaiveDate>,
    /// Days a task may take, its first day included.
    pub due_days: Whole<1, 31>,
}

/// Enters a plan; its tasks come by the job.
pub(super) fn create(
    mut tx: Tx<'_>,
    scope: &Scope,
    author: PersonId,
    id: PlanId,
    new: &NewPlan,
) -> Result<Finished<()>, ApiError> {
    let place = place_named(tx.conn(), scope, new.grid_unit_id, "/grid_unit_id")?;
    let now = tx.now()?;
    let today = shanghai_date(now);
    if new.starts_on < today || today.checked_add_days(AHEAD).is_some_and(|last| new.starts_on > last) {
        return Err(ApiError::invalid("/starts_on", "must be today or within a year"));
    }
    let end = today.checked_add_days(LONGEST);
    if new.ends_on.is_some_and(|last| last < new.starts_on || end.is_some_and(|end| last > end)) {
        return Err(ApiError::invalid("/ends_on", "must lie after the first day and within ten years"));
    }
    if let Some(code) = &new.checklist_code {
        checklist_named(tx.conn(), place.community, code, new.duty)?;
    }
    let stops = route(tx.conn(), &place, new.stops.items())?;
    let every = new.every.get();
    let rule = Rule {
        recurrence: new.recurrence,
        every: u32::try_from(every).unwrap_or(1),
        starts_on: new.starts_on,
        ends_on: new.ends_on,
    };
    let plan = Plan {
        id,
        community_id: place.community,
        grid_unit_id: place.unit,
        duty: new.duty,
        title: new.title.to_string(),
        about: new.about.to_string(),
        checklist_code: new.checklist_code.as_ref().map(ToString::to_string),
        stops: serde_json::to_value(stops).map_err(ApiError::internal)?,
        recurrence: new.recurrence,
        every,
        starts_on: new.starts_on,
        ends_on: new.ends_on,
        due_days: new.due_days.get(),
        next_on: rule.from(new.starts_on),
        state: PlanState::Active,
        created_by: author,
        created_at: now,
    };
    rows::insert(tx.conn(), &plan)?;
    let entry = Audit::new("grid_task_plan_create", "grid_task_plan", id.0).at(place.unit);
    tx.audit(entry.after(json!({"recurrence": plan.recurrence, "every": every, "starts_on": plan.starts_on})))?;
    Ok(tx.done(())?)
}

/// Ends a plan; tasks that it made stay.
pub(super) fn end(mut tx: Tx<'_>, scope: &Scope, id: PlanId) -> Result<Finished<()>, ApiError> {
    let plan = found(rows::hold(tx.conn(), id)?)?;
    require_unit(tx.conn(), scope, plan.grid_unit_id)?;
    let to = moved(plan.state.transition(PlanMove::End))?;
    changed(rows::end(tx.conn(), id)?)?;
    let entry = Audit::new("grid_task_plan_end", "grid_task_plan", id.0).at(plan.grid_unit_id);
    tx.audit(entry.before(json!({"state": plan.state})).after(json!({"state": to})))?;
    Ok(tx.done(())?)
}
