//! Handlers of the operator's routes.
#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use base::clients::wechat::WeChat;
use base::db::{Audit, AuditRow, Db, Done, audit_of};
use base::error::{self, ApiError};
use base::http::{Changed, IdempotencyKey, PathId, Problem, Query, hash_on};
use base::jobs;
use base::page::{Page, PageQuery};
use chrono::{DateTime, Utc};
use people::identity::Can;
use people::notify;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{AuditTrailList, DeadJobList, DeadJobRerun, FailedPushList, WechatStatusFind};

/// A job that failed for good.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeadJobView {
    /// Id.
    pub id: Uuid,
    /// Kind.
    pub kind: String,
    /// Tries so far.
    pub attempts: i32,
    /// Why the last try failed.
    pub last_error: Option<String>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// One line.
    pub summary: String,
}

impl From<jobs::DeadJob> for DeadJobView {
    fn from(job: jobs::DeadJob) -> Self {
        let summary = format!("任务 {} 试了 {} 次后停止", job.kind, job.attempts);
        Self {
            id: job.id,
            kind: job.kind,
            attempts: job.attempts,
            last_error: job.last_error,
            finished_at: job.finished_at,
            summary,
        }
    }
}

/// A page of jobs that failed for good, newest first.
pub(crate) async fn dead_jobs(db: &Db, page: &PageQuery) -> Result<Page<DeadJobView>, ApiError> {
    let window = page.window::<Uuid>()?;
    let rows = db.read(move |connection| jobs::dead_list(connection, window.after, window.load())).await?;
    Ok(window.page(rows, |row| row.id, DeadJobView::from))
}

/// Jobs that failed for good, newest first.
#[utoipa::path(tag = "operation", params(PageQuery), responses((status = 200, body = Page<DeadJobView>, description = "dead letters"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/operations/dead-jobs")]
pub async fn dead_job_list(
    _can: Can<DeadJobList>,
    page: Query<PageQuery>,
    db: Data<Db>,
) -> Result<Json<Page<DeadJobView>>, ApiError> {
    Ok(Json(dead_jobs(&db, &page).await?))
}

/// What a rerun answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct RerunView {
    /// The job.
    pub id: Uuid,
    /// Its state now.
    pub state: String,
}

/// Gives a failed job its tries back; 404 when it isn't dead.
pub(crate) async fn rerun(can: &Can<DeadJobRerun>, db: &Db, key: IdempotencyKey, id: Uuid) -> Result<Done<()>, ApiError> {
    db.once(can.once(key, hash_on(id, [0; 32]), id), move |mut tx| {
        if !jobs::rerun(tx.conn(), id)? {
            return Err(ApiError::of(&error::NOT_FOUND));
        }
        tx.audit(
            Audit::new(Can::<DeadJobRerun>::ACTION, "job", id).before(json!({"state": "dead"})).after(json!({"state": "ready"})),
        )?;
        Ok(tx.done(())?)
    })
    .await
}

/// Gives a failed job its tries back.
#[utoipa::path(tag = "operation", params(("id" = Uuid, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = RerunView, description = "it will run"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/operations/dead-jobs/{id}/rerun")]
pub async fn dead_job_rerun(
    can: Can<DeadJobRerun>,
    id: PathId<Uuid>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Changed<RerunView>, ApiError> {
    let done = rerun(&can, &db, key, id.0).await?;
    Ok(Changed::new(&done, RerunView { id: id.0, state: "ready".to_owned() }))
}

/// One interface of WeChat.
#[derive(Debug, Serialize, ToSchema)]
pub struct WechatInterfaceView {
    /// Name of the interface.
    pub interface: String,
    /// closed (in use), open (resting after failures), half_open (trying).
    pub state: String,
}

/// State of the breakers of this process.
pub(crate) fn interfaces(wechat: &WeChat) -> Vec<WechatInterfaceView> {
    let view = |(interface, state): (&'static str, base::clients::wechat::BreakerState)| WechatInterfaceView {
        interface: interface.to_owned(),
        state: state.name().to_owned(),
    };
    wechat.breakers().into_iter().map(view).collect()
}

/// Messages of a kind that did not get through.
#[derive(Debug, Serialize, ToSchema)]
pub struct FailedPushView {
    /// Kind of message.
    pub kind: String,
    /// refused (by WeChat) or unknown (it may have arrived).
    pub state: String,
    /// How many in the last 30 days.
    pub count: i64,
    /// The last of them.
    pub last_at: DateTime<Utc>,
    /// One line.
    pub summary: String,
}

/// Messages that did not get through, by kind.
pub(crate) async fn failed_pushes(db: &Db) -> Result<Vec<FailedPushView>, ApiError> {
    let view = |row: notify::FailedPushes| FailedPushView {
        summary: format!("{} 类消息近 30 天有 {} 条未送达", row.kind, row.count),
        kind: row.kind,
        state: row.state,
        count: row.count,
        last_at: row.last_at,
    };
    Ok(db.read(notify::failed_pushes).await?.into_iter().map(view).collect())
}

/// WeChat messages of the last 30 days that did not get through, by kind; of nobody in particular.
#[utoipa::path(tag = "operation", responses((status = 200, body = [FailedPushView], description = "counts by kind"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/operations/failed-pushes")]
pub async fn failed_push_list(_can: Can<FailedPushList>, db: Data<Db>) -> Result<Json<Vec<FailedPushView>>, ApiError> {
    Ok(Json(failed_pushes(&db).await?))
}

/// State of the breakers in front of WeChat's interfaces, in this process.
#[utoipa::path(tag = "operation", responses((status = 200, body = [WechatInterfaceView], description = "state by interface"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/operations/wechat")]
pub async fn wechat_status_find(_can: Can<WechatStatusFind>, wechat: Data<WeChat>) -> Json<Vec<WechatInterfaceView>> {
    Json(interfaces(&wechat))
}

/// What to look for in the trail.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TrailQuery {
    /// Items of a page, 1 to 100 (default 20).
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[param(max_length = 400)]
    pub cursor: Option<String>,
    /// Only of this object.
    pub object: Option<Uuid>,
}

/// One act.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrailView {
    /// Id of the entry.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// person, job, operator, anonymous.
    pub principal_kind: String,
    /// The person's id.
    pub principal_id: Option<Uuid>,
    /// The request.
    pub request_id: Uuid,
    /// What was done.
    pub action: String,
    /// To which kind of thing.
    pub object_kind: String,
    /// To which one.
    pub object_id: Uuid,
    /// State before.
    pub before: Option<Value>,
    /// State after.
    pub after: Option<Value>,
    /// One line.
    pub summary: String,
}

impl From<AuditRow> for TrailView {
    fn from(row: AuditRow) -> Self {
        let summary = format!("{} {} {}", row.principal_kind, row.action, row.object_kind);
        Self {
            id: row.id,
            at: row.at,
            principal_kind: row.principal_kind,
            principal_id: row.principal_id,
            request_id: row.request_id,
            action: row.action,
            object_kind: row.object_kind,
            object_id: row.object_id,
            before: row.before,
            after: row.after,
            summary,
        }
    }
}

/// The audit trail, newest first.
#[utoipa::path(tag = "operation", params(TrailQuery), responses((status = 200, body = Page<TrailView>, description = "acts"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/operations/audit-trail")]
pub async fn audit_trail_list(
    _can: Can<AuditTrailList>,
    query: Query<TrailQuery>,
    db: Data<Db>,
) -> Result<Json<Page<TrailView>>, ApiError> {
    let window = PageQuery { limit: query.limit, cursor: query.cursor.clone() }.window::<Uuid>()?;
    let object = query.object;
    let rows = db.read(move |connection| audit_of(connection, object, window.after, window.load())).await?;
    Ok(Json(window.page(rows, |row| row.id, TrailView::from)))
}
