#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Handlers of shifts. The rotating code is shown by `check_in`.

use actix_web::web::{Data, Json};
use actix_web::{get, post, put};
use base::db::Db;
use base::error::ApiError;
use base::http::{Changed, Created, IdempotencyKey, IfMatch, PathId, Problem, Query, Tagged, Valid, hash_on};
use base::page::Page;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use people::identity::Can;
use serde::Serialize;

use super::cancel::{self, Cancellation};
use super::edit;
use super::plan::{self, NewShift};
use super::rows::{self, CalendarKey, Shift};
use super::{ShiftState, visible};
use crate::volunteering::{
    ProjectId, ShiftCancel, ShiftCreate, ShiftFind, ShiftId, ShiftList, ShiftUpdate, found, outward, projects, runs, sign_ups,
};

/// A shift.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ShiftView {
    /// Id.
    pub id: ShiftId,
    /// One plain sentence.
    pub summary: String,
    /// Project.
    pub project_id: ProjectId,
    /// The project's title.
    pub project_title: String,
    /// Start.
    pub starts_at: DateTime<Utc>,
    /// End.
    pub ends_at: DateTime<Utc>,
    /// Where to come.
    pub place: String,
    /// Seats.
    pub capacity: i32,
    /// Seats taken.
    pub taken: i32,
    /// How many wait.
    pub waiting: i64,
    /// State now.
    pub state: ShiftState,
    /// Why it was cancelled.
    pub cancel_reason: Option<String>,
    /// Record at closing: held a seat and never came.
    pub absent: Option<i32>,
    /// Record at closing: came and never checked out.
    pub never_out: Option<i32>,
    /// Counts edits: `If-Match` of an edit takes it, in quotes.
    pub version: i32,
}

fn view(shift: Shift, project_title: String, waiting: i64, now: DateTime<Utc>) -> ShiftView {
    let state = shift.state_at(now);
    let stands = match state {
        ShiftState::Planned if shift.taken < shift.capacity => format!("还有 {} 个名额", shift.capacity - shift.taken),
        ShiftState::Planned => format!("名额已满，{waiting} 人候补"),
        ShiftState::Running => "进行中".to_owned(),
        ShiftState::Ended | ShiftState::Closed => "已结束".to_owned(),
        ShiftState::Cancelled => "已取消".to_owned(),
    };
    ShiftView {
        id: shift.id,
        summary: format!("{project_title}，{}，{}，{stands}", outward::span(shift.starts_at, shift.ends_at), shift.place),
        project_id: shift.project_id,
        project_title,
        starts_at: shift.starts_at,
        ends_at: shift.ends_at,
        place: shift.place,
        capacity: shift.capacity,
        taken: shift.taken,
        waiting,
        state,
        cancel_reason: shift.cancel_reason,
        absent: shift.absent,
        never_out: shift.never_out,
        version: shift.version,
    }
}

fn load(connection: &mut PgConnection, id: ShiftId) -> Result<ShiftView, ApiError> {
    let shift = found(rows::find(connection, id)?)?;
    let title = projects::titles(connection, &[shift.project_id])?.remove(&shift.project_id).unwrap_or_default();
    let waiting = sign_ups::waiting(connection, &[id])?.remove(&id).unwrap_or(0);
    Ok(view(shift, title, waiting, base::db::now(connection)?))
}

base::list_query! {
    /// Which shifts.
    ShiftQuery {
        /// Only of this project.
        project_id: Option<ProjectId>,
        /// Past ones too (default: only those that aren't over).
        past: Option<bool>,
    }
}

/// Plan a shift of an open project.
#[utoipa::path(tag = "service", request_body = NewShift, params(("id" = ProjectId, Path), ("Idempotency-Key" = String, Header)), responses((status = 201, body = ShiftView, description = "planned"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/projects/{id}/shifts")]
pub async fn shift_create(
    can: Can<ShiftCreate>,
    project: PathId<ProjectId>,
    key: IdempotencyKey,
    body: Valid<NewShift>,
    db: Data<Db>,
) -> Result<Created<ShiftView>, ApiError> {
    let (id, scope, author) = (ShiftId::new(), can.scope().clone(), can.person());
    let once = can.once(key, hash_on(project.0.0, body.hash()), id.0);
    let done = db.once(once, move |tx| plan::create(tx, &scope, author, (project.0, id), &body)).await?;
    let made = ShiftId(done.id);
    let view = db.read(move |connection| load(connection, made)).await?;
    Ok(Created::new(&done, format!("/api/v1/service/shifts/{made}"), view))
}

/// List shifts of one's community in the order of their start.
#[utoipa::path(tag = "service", params(ShiftQuery), responses((status = 200, body = Page<ShiftView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/shifts")]
pub async fn shift_list(can: Can<ShiftList>, query: Query<ShiftQuery>, db: Data<Db>) -> Result<Json<Page<ShiftView>>, ApiError> {
    let window = query.window::<CalendarKey>()?;
    let (scope, mine) = (can.scope().clone(), runs(can.actor()));
    let (project, past) = (query.project_id, query.past.unwrap_or(false));
    let (found, waiting, now) = db
        .read(move |connection| {
            let now = base::db::now(connection)?;
            let filter = rows::Filter { project, after: (!past).then_some(now) };
            let found = rows::list(connection, &scope, &mine, filter, &window)?;
            let ids: Vec<ShiftId> = found.iter().map(|(shift, _)| shift.id).collect();
            Ok::<_, base::db::DbError>((found, sign_ups::waiting(connection, &ids)?, now))
        })
        .await?;
    let shown = |(shift, title): (Shift, String)| {
        let queue = waiting.get(&shift.id).copied().unwrap_or(0);
        view(shift, title, queue, now)
    };
    Ok(Json(window.page(found, |(shift, _)| (shift.starts_at, shift.id), shown)))
}

/// See a shift.
#[utoipa::path(tag = "service", params(("id" = ShiftId, Path)), responses((status = 200, body = ShiftView, description = "the shift"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/shifts/{id}")]
pub async fn shift_find(can: Can<ShiftFind>, id: PathId<ShiftId>, db: Data<Db>) -> Result<Tagged<ShiftView>, ApiError> {
    db.read(move |connection| {
        visible(connection, can.scope(), can.actor(), id.0)?;
        load(connection, id.0)
    })
    .await
    .map(Tagged::content)
}

/// Edit a planned shift; everybody who signed up or waits is told of another time or place.
#[utoipa::path(tag = "service", request_body = NewShift, params(("id" = ShiftId, Path), ("If-Match" = String, Header)), responses((status = 200, body = ShiftView, description = "edited"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[put("/shifts/{id}")]
pub async fn shift_update(
    can: Can<ShiftUpdate>,
    id: PathId<ShiftId>,
    version: IfMatch,
    body: Valid<NewShift>,
    db: Data<Db>,
) -> Result<Tagged<ShiftView>, ApiError> {
    let scope = can.scope().clone();
    db.transaction(can.context(), move |tx| edit::edit(tx, &scope, id.0, &version, &body)).await?;
    let view = db.read(move |connection| load(connection, id.0)).await?;
    let version = view.version;
    Ok(Tagged::version(view, version))
}

/// Cancel a shift; everybody who signed up or waits is told.
#[utoipa::path(tag = "service", request_body = Cancellation, params(("id" = ShiftId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = ShiftView, description = "cancelled"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/shifts/{id}/cancel")]
pub async fn shift_cancel(
    can: Can<ShiftCancel>,
    id: PathId<ShiftId>,
    key: IdempotencyKey,
    body: Valid<Cancellation>,
    db: Data<Db>,
) -> Result<Changed<ShiftView>, ApiError> {
    let (once, scope) = (can.once(key, hash_on(id.0.0, body.hash()), id.0.0), can.scope().clone());
    let done = db.once(once, move |tx| cancel::cancel(tx, &scope, id.0, &body.reason)).await?;
    Ok(Changed::new(&done, db.read(move |connection| load(connection, id.0)).await?))
}
