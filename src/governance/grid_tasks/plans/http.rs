#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! `/grid-task-plans`.

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use base::db::Db;
use base::error::ApiError;
use base::http::{Changed, Created, IdempotencyKey, PathId, Problem, Query, Valid, hash_on};
use base::ids::{GridUnitId, PersonId};
use base::page::{Page, PageQuery};
use chrono::{DateTime, NaiveDate, Utc};
use people::identity::Can;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::rows::{self, Plan};
use super::write::{self, NewPlan};
use super::{PlanState, Recurrence};
use crate::grid_tasks::tasks::RouteStop;
use crate::grid_tasks::{Duty, GridTaskPlanCreate, GridTaskPlanEnd, GridTaskPlanFind, GridTaskPlanList, PlanId};
use crate::reach::{found, require_unit};

/// A plan of recurring tasks.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanView {
    /// Id.
    pub id: PlanId,
    /// One plain sentence.
    pub summary: String,
    /// Its community.
    pub community_id: GridUnitId,
    /// Where the tasks are done.
    pub grid_unit_id: GridUnitId,
    /// Which duty.
    pub duty: Duty,
    /// Title of each task.
    pub title: String,
    /// What is to be done.
    pub about: String,
    /// Checklist.
    pub checklist_code: Option<String>,
    /// The route, in order.
    pub stops: Vec<RouteStop>,
    /// Unit of the rule.
    pub recurrence: Recurrence,
    /// So many units apart.
    pub every: i32,
    /// First occurrence.
    pub starts_on: NaiveDate,
    /// Last day.
    pub ends_on: Option<NaiveDate>,
    /// Days a task may take.
    pub due_days: i32,
    /// Next occurrence; absent when there is none.
    pub next_on: Option<NaiveDate>,
    /// State.
    pub state: PlanState,
    /// Who planned it.
    pub created_by: PersonId,
    /// When it was planned.
    pub created_at: DateTime<Utc>,
}

impl From<Plan> for PlanView {
    fn from(row: Plan) -> Self {
        let stops = row.stops();
        Self {
            summary: format!(
                "{}（{}），每 {} {}一次，{}",
                row.title,
                row.duty.zh(),
                row.every,
                row.recurrence.zh(),
                row.state.zh()
            ),
            id: row.id,
            community_id: row.community_id,
            grid_unit_id: row.grid_unit_id,
            duty: row.duty,
            title: row.title,
            about: row.about,
            checklist_code: row.checklist_code,
            stops,
            recurrence: row.recurrence,
            every: row.every,
            starts_on: row.starts_on,
            ends_on: row.ends_on,
            due_days: row.due_days,
            next_on: row.next_on,
            state: row.state,
            created_by: row.created_by,
            created_at: row.created_at,
        }
    }
}

/// Which plans.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PlanQuery {
    /// Only in this state.
    #[param(inline)]
    state: Option<PlanState>,
    /// Items of a page, 1 to 100 (default 20).
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

async fn load(db: &Db, id: PlanId) -> Result<PlanView, ApiError> {
    db.read(move |connection| Ok::<_, ApiError>(PlanView::from(found(rows::find(connection, id)?)?))).await
}

/// Plan recurring tasks: one an occurrence, for whoever works the unit then.
#[utoipa::path(tag = "grid_tasks", request_body = NewPlan, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = PlanView, description = "planned"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/grid-task-plans")]
pub async fn grid_task_plan_create(
    can: Can<GridTaskPlanCreate>,
    key: IdempotencyKey,
    body: Valid<NewPlan>,
    db: Data<Db>,
) -> Result<Created<PlanView>, ApiError> {
    let id = PlanId::new();
    let (once, scope, author) = (can.once(key, body.hash(), id.0), can.scope().clone(), can.person());
    let done = db.once(once, move |tx| write::create(tx, &scope, author, id, &body)).await?;
    let view = load(&db, PlanId(done.id)).await?;
    Ok(Created::new(&done, format!("/api/v1/governance/grid-task-plans/{}", done.id), view))
}

/// Plans of one's units, newest first.
#[utoipa::path(tag = "grid_tasks", params(PlanQuery), responses((status = 200, body = Page<PlanView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/grid-task-plans")]
pub async fn grid_task_plan_list(
    can: Can<GridTaskPlanList>,
    query: Query<PlanQuery>,
    db: Data<Db>,
) -> Result<Json<Page<PlanView>>, ApiError> {
    let window = PageQuery { limit: query.limit, cursor: query.cursor.clone() }.window::<PlanId>()?;
    let (scope, state) = (can.scope().clone(), query.state);
    let rows = db.read(move |connection| rows::list(connection, &scope, state, &window)).await?;
    Ok(Json(window.page(rows, |row| row.id, PlanView::from)))
}

/// One plan.
#[utoipa::path(tag = "grid_tasks", params(("id" = PlanId, Path)), responses((status = 200, body = PlanView, description = "the plan"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/grid-task-plans/{id}")]
pub async fn grid_task_plan_find(
    can: Can<GridTaskPlanFind>,
    id: PathId<PlanId>,
    db: Data<Db>,
) -> Result<Json<PlanView>, ApiError> {
    let scope = can.scope().clone();
    let view = db.read(move |connection| -> Result<_, ApiError> {
        let row = found(rows::find(connection, id.0)?)?;
        require_unit(connection, &scope, row.grid_unit_id)?;
        Ok(PlanView::from(row))
    });
    view.await.map(Json)
}

/// End a plan; tasks that it made stay.
#[utoipa::path(tag = "grid_tasks", params(("id" = PlanId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = PlanView, description = "ended"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/grid-task-plans/{id}/end")]
pub async fn grid_task_plan_end(
    can: Can<GridTaskPlanEnd>,
    id: PathId<PlanId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Changed<PlanView>, ApiError> {
    let (once, scope) = (can.once(key, hash_on(id.0.0, [0; 32]), id.0.0), can.scope().clone());
    let done = db.once(once, move |tx| write::end(tx, &scope, id.0)).await?;
    Ok(Changed::new(&done, load(&db, id.0).await?))
}
