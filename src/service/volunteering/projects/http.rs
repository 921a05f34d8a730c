#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Handlers of projects.

use std::collections::HashMap;

use actix_web::web::{Data, Json};
use actix_web::{get, post, put};
use base::db::Db;
use base::error::ApiError;
use base::http::{Changed, Created, IdempotencyKey, IfMatch, PathId, Problem, Query, Tagged, Valid, hash_on};
use base::ids::GridUnitId;
use base::page::Page;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use people::identity::Can;
use serde::Serialize;
use uuid::Uuid;

use super::edit::{self, NewProject, ProjectEdit};
use super::rows::{self, Project};
use super::{Organizer, ProjectKind, ProjectMove, ProjectState};
use crate::volunteering::{
    ProjectClose, ProjectCreate, ProjectFind, ProjectId, ProjectList, ProjectOpen, ProjectUpdate, found, outward, runs,
};

/// A project.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ProjectView {
    /// Id.
    pub id: ProjectId,
    /// One plain sentence.
    pub summary: String,
    /// Title.
    pub title: String,
    /// What is done, for whom.
    pub about: String,
    /// Field of work.
    pub kind: ProjectKind,
    /// What volunteers should bring or be able to do.
    pub needs: Option<String>,
    /// Its community.
    pub community_id: GridUnitId,
    /// Where it belongs.
    pub grid_unit_id: GridUnitId,
    /// Who runs it.
    pub organizer: Organizer,
    /// What the organizer is called.
    pub organizer_name: String,
    /// State.
    pub state: ProjectState,
    /// Version, for `If-Match`.
    pub version: i32,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
}

fn view(row: Project, names: &HashMap<Uuid, String>) -> ProjectView {
    let (kind, state, organizer) = (ProjectKind::parse(&row.kind).unwrap_or(ProjectKind::Other), row.state(), row.organizer());
    let stands = match state {
        ProjectState::Draft => "草稿",
        ProjectState::Open => "招募中",
        ProjectState::Closed => "已结束",
    };
    let organizer_name = names.get(&organizer.id()).cloned().unwrap_or_default();
    ProjectView {
        id: row.id,
        summary: format!("{}，{}，{organizer_name}，{stands}", row.title, kind.zh()),
        title: row.title,
        about: row.about,
        kind,
        needs: row.needs,
        community_id: row.community_id,
        grid_unit_id: row.grid_unit_id,
        organizer,
        organizer_name,
        state,
        version: row.version,
        created_at: row.created_at,
    }
}

fn views(connection: &mut PgConnection, rows: Vec<Project>) -> Result<Vec<ProjectView>, ApiError> {
    let organizers: Vec<Organizer> = rows.iter().map(Project::organizer).collect();
    let names = outward::organizer_names(connection, &organizers)?;
    Ok(rows.into_iter().map(|row| view(row, &names)).collect())
}

fn one(connection: &mut PgConnection, row: Project) -> Result<ProjectView, ApiError> {
    found(views(connection, vec![row])?.pop())
}

base::list_query! {
    /// Which projects.
    ProjectQuery {
        /// Only of this state.
        state: Option<ProjectState>,
        /// Only of this field of work.
        kind: Option<ProjectKind>,
    }
}

async fn load(db: &Db, id: ProjectId) -> Result<ProjectView, ApiError> {
    db.read(move |connection| {
        let row = found(rows::find(connection, id)?)?;
        one(connection, row)
    })
    .await
}

/// Enter a project as a draft.
#[utoipa::path(tag = "service", request_body = NewProject, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = ProjectView, description = "the draft"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/projects")]
pub async fn project_create(
    can: Can<ProjectCreate>,
    key: IdempotencyKey,
    body: Valid<NewProject>,
    db: Data<Db>,
) -> Result<Created<ProjectView>, ApiError> {
    let (id, scope, author) = (ProjectId::new(), can.scope().clone(), can.person());
    let once = can.once(key, body.hash(), id.0);
    let done = db.once(once, move |tx| edit::create(tx, &scope, author, id, &body)).await?;
    let view = load(&db, ProjectId(done.id)).await?;
    Ok(Created::new(&done, format!("/api/v1/service/projects/{}", done.id), view))
}

/// List the projects of one's community, newest first; drafts only for those who run them.
#[utoipa::path(tag = "service", params(ProjectQuery), responses((status = 200, body = Page<ProjectView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/projects")]
pub async fn project_list(
    can: Can<ProjectList>,
    query: Query<ProjectQuery>,
    db: Data<Db>,
) -> Result<Json<Page<ProjectView>>, ApiError> {
    let window = query.window::<ProjectId>()?;
    let filter = rows::Filter { state: query.state, kind: query.kind };
    let (scope, mine) = (can.scope().clone(), runs(can.actor()));
    let shown = db
        .read(move |connection| {
            let rows = rows::list(connection, &scope, &mine, filter, &window)?;
            views(connection, rows)
        })
        .await?;
    Ok(Json(window.page(shown, |view| view.id, |view| view)))
}

/// See a project.
#[utoipa::path(tag = "service", params(("id" = ProjectId, Path)), responses((status = 200, body = ProjectView, description = "the project; its version is the ETag"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/projects/{id}")]
pub async fn project_find(can: Can<ProjectFind>, id: PathId<ProjectId>, db: Data<Db>) -> Result<Tagged<ProjectView>, ApiError> {
    let view = db
        .read(move |connection| {
            let row = super::visible(connection, can.scope(), can.actor(), id.0)?;
            one(connection, row)
        })
        .await?;
    let version = view.version;
    Ok(Tagged::version(view, version))
}

/// Replace a project's texts.
#[utoipa::path(tag = "service", request_body = ProjectEdit, params(("id" = ProjectId, Path), ("If-Match" = String, Header)), responses((status = 200, body = ProjectView, description = "the new version"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[put("/projects/{id}")]
pub async fn project_update(
    can: Can<ProjectUpdate>,
    id: PathId<ProjectId>,
    based_on: IfMatch,
    body: Valid<ProjectEdit>,
    db: Data<Db>,
) -> Result<Tagged<ProjectView>, ApiError> {
    let scope = can.scope().clone();
    db.transaction(can.context(), move |tx| edit::update(tx, &scope, id.0, &based_on, &body)).await?;
    let view = load(&db, id.0).await?;
    let version = view.version;
    Ok(Tagged::version(view, version))
}

/// Open a draft for the public.
#[utoipa::path(tag = "service", params(("id" = ProjectId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = ProjectView, description = "open"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/projects/{id}/open")]
pub async fn project_open(
    can: Can<ProjectOpen>,
    id: PathId<ProjectId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Changed<ProjectView>, ApiError> {
    let (once, scope) = (can.once(key, hash_on(id.0.0, [0; 32]), id.0.0), can.scope().clone());
    let done = db.once(once, move |tx| edit::move_on(tx, &scope, id.0, ProjectMove::Open, Can::<ProjectOpen>::ACTION)).await?;
    Ok(Changed::new(&done, load(&db, id.0).await?))
}

/// Close a project; no shift of it may lie ahead.
#[utoipa::path(tag = "service", params(("id" = ProjectId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = ProjectView, description = "closed"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/projects/{id}/close")]
pub async fn project_close(
    can: Can<ProjectClose>,
    id: PathId<ProjectId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Changed<ProjectView>, ApiError> {
    let (once, scope) = (can.once(key, hash_on(id.0.0, [0; 32]), id.0.0), can.scope().clone());
    let done = db.once(once, move |tx| edit::move_on(tx, &scope, id.0, ProjectMove::Close, Can::<ProjectClose>::ACTION)).await?;
    Ok(Changed::new(&done, load(&db, id.0).await?))
}
