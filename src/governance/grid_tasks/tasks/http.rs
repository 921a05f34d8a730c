#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! `/grid-tasks` and `/grid-task-stops`.

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use base::db::Db;
use base::error::ApiError;
use base::http::{Changed, Created, IdempotencyKey, PathId, Problem, Query, Valid, hash_on};
use base::page::{Page, PageQuery};
use base::text::Text;
use people::identity::Can;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::act::{self, TaskResult};
use super::hazard::{self, Hazard};
use super::make::{self, NewTask};
use super::rows::{self, Filter};
use super::view::{self, HazardView, StopView, TaskView};
use super::walk::{self, Tick};
use super::{TaskState, rows_stop};
use crate::grid_tasks::{
    Duty, GridTaskCancel, GridTaskCreate, GridTaskFind, GridTaskFinish, GridTaskList, GridTaskReturn, GridTaskReview,
    GridTaskStart, GridTaskStopHazard, GridTaskStopTick, StopId, TaskId,
};
use crate::reach::{found, require_unit};
use crate::requests::CaseId;

/// Which tasks.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TaskQuery {
    /// Only in this state.
    #[param(inline)]
    state: Option<TaskState>,
    /// Only of this duty.
    #[param(inline)]
    duty: Option<Duty>,
    /// Only what is marked overdue, or what isn't.
    overdue: Option<bool>,
    /// Only what the caller is asked to do.
    mine: Option<bool>,
    /// Items of a page, 1 to 100 (default 20).
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Why.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskReason {
    /// What the workers should know.
    reason: Text<500>,
}

async fn load(db: &Db, id: TaskId) -> Result<TaskView, ApiError> {
    db.read(move |connection| -> Result<_, ApiError> {
        let row = found(rows::find(connection, id)?)?;
        view::one(connection, row)
    })
    .await
}

/// Plan one task; its workers are told.
#[utoipa::path(tag = "grid_tasks", request_body = NewTask, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = TaskView, description = "planned"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/grid-tasks")]
pub async fn grid_task_create(
    can: Can<GridTaskCreate>,
    key: IdempotencyKey,
    body: Valid<NewTask>,
    db: Data<Db>,
) -> Result<Created<TaskView>, ApiError> {
    let id = TaskId::new();
    let (once, scope, author) = (can.once(key, body.hash(), id.0), can.scope().clone(), can.person());
    let done = db.once(once, move |tx| make::create(tx, &scope, author, id, &body)).await?;
    let view = load(&db, TaskId(done.id)).await?;
    Ok(Created::new(&done, format!("/api/v1/governance/grid-tasks/{}", done.id), view))
}

/// Tasks of one's units, newest first.
#[utoipa::path(tag = "grid_tasks", params(TaskQuery), responses((status = 200, body = Page<TaskView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/grid-tasks")]
pub async fn grid_task_list(
    can: Can<GridTaskList>,
    query: Query<TaskQuery>,
    db: Data<Db>,
) -> Result<Json<Page<TaskView>>, ApiError> {
    let window = PageQuery { limit: query.limit, cursor: query.cursor.clone() }.window::<TaskId>()?;
    let worker = (query.mine == Some(true)).then(|| can.person());
    let filter = Filter { state: query.state, duty: query.duty, overdue: query.overdue, worker };
    let scope = can.scope().clone();
    let shown = db.read(move |connection| -> Result<_, ApiError> {
        let rows = rows::list(connection, &scope, filter, &window)?;
        view::views(connection, rows)
    });
    Ok(Json(window.page(shown.await?, |view| view.id, |view| view)))
}

/// One task with its route.
#[utoipa::path(tag = "grid_tasks", params(("id" = TaskId, Path)), responses((status = 200, body = TaskView, description = "the task"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/grid-tasks/{id}")]
pub async fn grid_task_find(can: Can<GridTaskFind>, id: PathId<TaskId>, db: Data<Db>) -> Result<Json<TaskView>, ApiError> {
    let scope = can.scope().clone();
    let view = db.read(move |connection| -> Result<_, ApiError> {
        let row = found(rows::find(connection, id.0)?)?;
        require_unit(connection, &scope, row.grid_unit_id)?;
        view::one(connection, row)
    });
    view.await.map(Json)
}

/// Begin a task.
#[utoipa::path(tag = "grid_tasks", params(("id" = TaskId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = TaskView, description = "begun"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/grid-tasks/{id}/start")]
pub async fn grid_task_start(
    can: Can<GridTaskStart>,
    id: PathId<TaskId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Changed<TaskView>, ApiError> {
    let (once, scope) = (can.once(key, hash_on(id.0.0, [0; 32]), id.0.0), can.scope().clone());
    let done = db.once(once, move |tx| act::start(tx, &scope, id.0)).await?;
    Ok(Changed::new(&done, load(&db, id.0).await?))
}

/// Tick a stop of the route, or tick it again.
#[utoipa::path(tag = "grid_tasks", request_body = Tick, params(("id" = StopId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = StopView, description = "ticked"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/grid-task-stops/{id}/tick")]
pub async fn grid_task_stop_tick(
    can: Can<GridTaskStopTick>,
    id: PathId<StopId>,
    key: IdempotencyKey,
    body: Valid<Tick>,
    db: Data<Db>,
) -> Result<Changed<StopView>, ApiError> {
    let (once, scope, person) = (can.once(key, hash_on(id.0.0, body.hash()), id.0.0), can.scope().clone(), can.person());
    let done = db.once(once, move |tx| walk::tick(tx, &scope, person, id.0, &body)).await?;
    let view = db.read(move |connection| Ok::<_, ApiError>(StopView::from(found(rows_stop::find(connection, id.0)?)?))).await?;
    Ok(Changed::new(&done, view))
}

/// Make a hazard found at a stop a request; a re-inspection follows its answer.
#[utoipa::path(tag = "grid_tasks", request_body = Hazard, params(("id" = StopId, Path), ("Idempotency-Key" = String, Header)), responses((status = 201, body = HazardView, description = "filed"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/grid-task-stops/{id}/hazard")]
pub async fn grid_task_stop_hazard(
    can: Can<GridTaskStopHazard>,
    id: PathId<StopId>,
    key: IdempotencyKey,
    body: Valid<Hazard>,
    db: Data<Db>,
) -> Result<Created<HazardView>, ApiError> {
    let made = (CaseId::new(), TaskId::new());
    let (once, scope) = (can.once(key, hash_on(id.0.0, body.hash()), made.0.0), can.scope().clone());
    let done = db.once(once, move |tx| hazard::report(tx, &scope, id.0, made, &body)).await?;
    let view = db.read(move |connection| view::hazard(connection, id.0)).await?;
    Ok(Created::new(&done, format!("/api/v1/governance/requests/{}", done.id), view))
}

/// Finish a task with its result; every stop is ticked by then.
#[utoipa::path(tag = "grid_tasks", request_body = TaskResult, params(("id" = TaskId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = TaskView, description = "finished"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/grid-tasks/{id}/finish")]
pub async fn grid_task_finish(
    can: Can<GridTaskFinish>,
    id: PathId<TaskId>,
    key: IdempotencyKey,
    body: Valid<TaskResult>,
    db: Data<Db>,
) -> Result<Changed<TaskView>, ApiError> {
    let (once, scope, person) = (can.once(key, hash_on(id.0.0, body.hash()), id.0.0), can.scope().clone(), can.person());
    let done = db.once(once, move |tx| act::finish(tx, &scope, person, id.0, &body)).await?;
    Ok(Changed::new(&done, load(&db, id.0).await?))
}

/// Review a task that somebody else finished.
#[utoipa::path(tag = "grid_tasks", params(("id" = TaskId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = TaskView, description = "reviewed"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/grid-tasks/{id}/review")]
pub async fn grid_task_review(
    can: Can<GridTaskReview>,
    id: PathId<TaskId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Changed<TaskView>, ApiError> {
    let (once, scope, person) = (can.once(key, hash_on(id.0.0, [0; 32]), id.0.0), can.scope().clone(), can.person());
    let done = db.once(once, move |tx| act::review(tx, &scope, person, id.0, None)).await?;
    Ok(Changed::new(&done, load(&db, id.0).await?))
}

/// Give a finished task back with a reason; its workers are told.
#[utoipa::path(tag = "grid_tasks", request_body = TaskReason, params(("id" = TaskId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = TaskView, description = "under way again"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/grid-tasks/{id}/return")]
pub async fn grid_task_return(
    can: Can<GridTaskReturn>,
    id: PathId<TaskId>,
    key: IdempotencyKey,
    body: Valid<TaskReason>,
    db: Data<Db>,
) -> Result<Changed<TaskView>, ApiError> {
    let (once, scope, person) = (can.once(key, hash_on(id.0.0, body.hash()), id.0.0), can.scope().clone(), can.person());
    let done = db.once(once, move |tx| act::review(tx, &scope, person, id.0, Some(&body.reason))).await?;
    Ok(Changed::new(&done, load(&db, id.0).await?))
}

/// Cancel a task with a reason; its workers are told.
#[utoipa::path(tag = "grid_tasks", request_body = TaskReason, params(("id" = TaskId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = TaskView, description = "cancelled"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/grid-tasks/{id}/cancel")]
pub async fn grid_task_cancel(
    can: Can<GridTaskCancel>,
    id: PathId<TaskId>,
    key: IdempotencyKey,
    body: Valid<TaskReason>,
    db: Data<Db>,
) -> Result<Changed<TaskView>, ApiError> {
    let (once, scope, person) = (can.once(key, hash_on(id.0.0, body.hash()), id.0.0), can.scope().clone(), can.person());
    let done = db.once(once, move |tx| act::cancel(tx, &scope, person, id.0, &body.reason)).await?;
    Ok(Changed::new(&done, load(&db, id.0).await?))
}
