#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! `/grid-checklists`.

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use base::db::Db;
use base::error::ApiError;
use base::http::{Changed, Created, IdempotencyKey, PathId, Problem, Query, Valid, hash_on};
use base::ids::{GridUnitId, PersonId};
use base::page::{Page, PageQuery};
use base::text::Text;
use chrono::{DateTime, Utc};
use people::identity::Can;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::rows::{self, Checklist};
use super::write::{self, NewChecklist};
use super::{ChecklistMove, ChecklistState, Item};
use crate::grid_tasks::{ChecklistApprove, ChecklistCreate, ChecklistFind, ChecklistId, ChecklistList, ChecklistRefuse, Duty};
use crate::reach::{found, require_unit};

/// One version of a checklist.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChecklistView {
    /// Id of the version.
    pub id: ChecklistId,
    /// One plain sentence.
    pub summary: String,
    /// Whose.
    pub community_id: GridUnitId,
    /// Code that stays over all versions.
    pub code: String,
    /// Version.
    pub version: i32,
    /// For which duty.
    pub duty: Duty,
    /// Title.
    pub title: String,
    /// What is asked, in order.
    pub items: Vec<Item>,
    /// State.
    pub state: ChecklistState,
    /// Why it was refused.
    pub reason: Option<String>,
    /// Who wrote it.
    pub requested_by: PersonId,
    /// Who decided.
    pub approved_by: Option<PersonId>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When it was decided.
    pub decided_at: Option<DateTime<Utc>>,
    /// When a newer version took its place.
    pub ended_at: Option<DateTime<Utc>>,
}

impl From<Checklist> for ChecklistView {
    fn from(row: Checklist) -> Self {
        let items = row.items();
        Self {
            summary: format!("{}第 {} 版，{} 项，{}", row.title, row.version, items.len(), row.state.zh()),
            id: row.id,
            community_id: row.community_id,
            code: row.code,
            version: row.version,
            duty: row.duty,
            title: row.title,
            items,
            state: row.state,
            reason: row.reason,
            requested_by: row.requested_by,
            approved_by: row.approved_by,
            created_at: row.created_at,
            decided_at: row.decided_at,
            ended_at: row.ended_at,
        }
    }
}

/// Which versions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ChecklistQuery {
    /// Only in this state.
    #[param(inline)]
    state: Option<ChecklistState>,
    /// Items of a page, 1 to 100 (default 20).
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Why not.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChecklistRefusal {
    /// What the author should know.
    reason: Text<200>,
}

async fn load(db: &Db, id: ChecklistId) -> Result<ChecklistView, ApiError> {
    db.read(move |connection| Ok::<_, ApiError>(ChecklistView::from(found(rows::find(connection, id)?)?))).await
}

/// Write a new version of a checklist; a second person puts it in force.
#[utoipa::path(tag = "grid_tasks", request_body = NewChecklist, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = ChecklistView, description = "a draft"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/grid-checklists")]
pub async fn checklist_create(
    can: Can<ChecklistCreate>,
    key: IdempotencyKey,
    body: Valid<NewChecklist>,
    db: Data<Db>,
) -> Result<Created<ChecklistView>, ApiError> {
    let id = ChecklistId::new();
    let (once, scope, author) = (can.once(key, body.hash(), id.0), can.scope().clone(), can.person());
    let done = db.once(once, move |tx| write::create(tx, &scope, author, id, &body)).await?;
    let view = load(&db, ChecklistId(done.id)).await?;
    Ok(Created::new(&done, format!("/api/v1/governance/grid-checklists/{}", done.id), view))
}

/// Checklists of one's community, newest versions first.
#[utoipa::path(tag = "grid_tasks", params(ChecklistQuery), responses((status = 200, body = Page<ChecklistView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/grid-checklists")]
pub async fn checklist_list(
    can: Can<ChecklistList>,
    query: Query<ChecklistQuery>,
    db: Data<Db>,
) -> Result<Json<Page<ChecklistView>>, ApiError> {
    let window = PageQuery { limit: query.limit, cursor: query.cursor.clone() }.window::<ChecklistId>()?;
    let (scope, state) = (can.scope().clone(), query.state);
    let rows = db.read(move |connection| rows::list(connection, &scope, state, &window)).await?;
    Ok(Json(window.page(rows, |row| row.id, ChecklistView::from)))
}

/// One version of a checklist.
#[utoipa::path(tag = "grid_tasks", params(("id" = ChecklistId, Path)), responses((status = 200, body = ChecklistView, description = "the version"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/grid-checklists/{id}")]
pub async fn checklist_find(
    can: Can<ChecklistFind>,
    id: PathId<ChecklistId>,
    db: Data<Db>,
) -> Result<Json<ChecklistView>, ApiError> {
    let scope = can.scope().clone();
    let view = db.read(move |connection| -> Result<_, ApiError> {
        let row = found(rows::find(connection, id.0)?)?;
        require_unit(connection, &scope, row.community_id)?;
        Ok(ChecklistView::from(row))
    });
    view.await.map(Json)
}

/// Put another person's draft in force; the version before it ends now.
#[utoipa::path(tag = "grid_tasks", params(("id" = ChecklistId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = ChecklistView, description = "in force"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/grid-checklists/{id}/approve")]
pub async fn checklist_approve(
    can: Can<ChecklistApprove>,
    id: PathId<ChecklistId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Changed<ChecklistView>, ApiError> {
    let (once, scope, person) = (can.once(key, hash_on(id.0.0, [0; 32]), id.0.0), can.scope().clone(), can.person());
    let done = db.once(once, move |tx| write::decide(tx, &scope, person, id.0, (ChecklistMove::Approve, None))).await?;
    Ok(Changed::new(&done, load(&db, id.0).await?))
}

/// Refuse another person's draft.
#[utoipa::path(tag = "grid_tasks", request_body = ChecklistRefusal, params(("id" = ChecklistId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = ChecklistView, description = "refused"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/grid-checklists/{id}/refuse")]
pub async fn checklist_refuse(
    can: Can<ChecklistRefuse>,
    id: PathId<ChecklistId>,
    key: IdempotencyKey,
    body: Valid<ChecklistRefusal>,
    db: Data<Db>,
) -> Result<Changed<ChecklistView>, ApiError> {
    let (once, scope, person) = (can.once(key, hash_on(id.0.0, body.hash()), id.0.0), can.scope().clone(), can.person());
    let refuse =
        move |tx: base::db::Tx<'_>| write::decide(tx, &scope, person, id.0, (ChecklistMove::Refuse, Some(body.reason.as_str())));
    let done = db.once(once, refuse).await?;
    Ok(Changed::new(&done, load(&db, id.0).await?))
}
