#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! `/request-views`: filters kept under a name.

use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, delete, get, post, put};
use base::db::Db;
use base::error::{self, ApiError};
use base::http::{Created, IdempotencyKey, PathId, Problem, Query, Valid};
use base::ids::{GridUnitId, PersonId};
use base::page::{Page, PageQuery};
use chrono::{DateTime, Utc};
use people::identity::Can;
use serde::Serialize;
use utoipa::ToSchema;

use super::rows_views::{self, Kept};
use super::write::{self, NewRequestView, RequestViewSharing};
use super::{
    RequestFilters, RequestViewCreate, RequestViewDelete, RequestViewId, RequestViewList, RequestViewShare, RequestViewUpdate,
};

/// Filters kept under a name.
#[derive(Debug, Serialize, ToSchema)]
pub struct RequestViewKept {
    /// Id.
    pub id: RequestViewId,
    /// One plain sentence.
    pub summary: String,
    /// Its name.
    pub name: String,
    /// What it narrows the list to.
    pub filters: RequestFilters,
    /// The community in which it is shared.
    pub community: Option<GridUnitId>,
    /// Is it one's own?
    pub own: bool,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

fn shown(kept: Kept, caller: PersonId) -> RequestViewKept {
    let whose = if kept.community_id.is_some() { "（共享）" } else { "" };
    RequestViewKept {
        id: kept.id,
        summary: format!("筛选「{}」{whose}", kept.name),
        filters: RequestFilters::kept(&kept.filters),
        name: kept.name,
        community: kept.community_id,
        own: kept.person_id == caller,
        created_at: kept.created_at,
    }
}

async fn load(db: &Db, id: RequestViewId, caller: PersonId) -> Result<RequestViewKept, ApiError> {
    let kept = db.read(move |connection| rows_views::find(connection, id)).await?;
    Ok(shown(kept.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?, caller))
}

/// Your own views and those shared in your community, the newest first.
#[utoipa::path(tag = "governance", params(PageQuery), responses((status = 200, body = Page<RequestViewKept>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/request-views")]
pub async fn request_view_list(
    can: Can<RequestViewList>,
    query: Query<PageQuery>,
    db: Data<Db>,
) -> Result<Json<Page<RequestViewKept>>, ApiError> {
    kept(&can, &query, &db).await.map(Json)
}

/// A page of the caller's own views and those shared in their community.
pub async fn kept(can: &Can<RequestViewList>, query: &PageQuery, db: &Db) -> Result<Page<RequestViewKept>, ApiError> {
    let (window, person, scope) = (query.window::<RequestViewId>()?, can.person(), can.scope().clone());
    let found = db.read(move |connection| rows_views::list(connection, &scope, person, window.after, window.load())).await?;
    Ok(window.page(found, |kept| kept.id, |kept| shown(kept, person)))
}

/// Keeps filters under a name, as the route does.
pub async fn keep(
    can: &Can<RequestViewCreate>,
    db: &Db,
    key: IdempotencyKey,
    hash: [u8; 32],
    new: NewRequestView,
) -> Result<(), ApiError> {
    let (id, person) = (RequestViewId::new(), can.person());
    db.once(can.once(key, hash, id.0), move |tx| write::create(tx, person, id, &new)).await?;
    Ok(())
}

/// Keep filters under a name; at most 30.
#[utoipa::path(tag = "governance", request_body = NewRequestView, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = RequestViewKept, description = "kept"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/request-views")]
pub async fn request_view_create(
    can: Can<RequestViewCreate>,
    key: IdempotencyKey,
    body: Valid<NewRequestView>,
    db: Data<Db>,
) -> Result<Created<RequestViewKept>, ApiError> {
    let (id, person) = (RequestViewId::new(), can.person());
    let once = can.once(key, body.hash(), id.0);
    let done = db.once(once, move |tx| write::create(tx, person, id, &body)).await?;
    let view = load(&db, RequestViewId(done.id), person).await?;
    Ok(Created::new(&done, format!("/api/v1/governance/request-views/{}", done.id), view))
}

/// Change your own view.
#[utoipa::path(tag = "governance", request_body = NewRequestView, params(("id" = RequestViewId, Path)), responses((status = 200, body = RequestViewKept, description = "changed"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[put("/request-views/{id}")]
pub async fn request_view_update(
    can: Can<RequestViewUpdate>,
    id: PathId<RequestViewId>,
    body: Valid<NewRequestView>,
    db: Data<Db>,
) -> Result<Json<RequestViewKept>, ApiError> {
    let person = can.person();
    db.transaction(can.context(), move |tx| write::update(tx, person, id.0, &body)).await?;
    Ok(Json(load(&db, id.0, person).await?))
}

/// Share your own view in your community, or no longer.
#[utoipa::path(tag = "governance", request_body = RequestViewSharing, params(("id" = RequestViewId, Path)), responses((status = 200, body = RequestViewKept, description = "shared, or no longer"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[put("/request-views/{id}/sharing")]
pub async fn request_view_share(
    can: Can<RequestViewShare>,
    id: PathId<RequestViewId>,
    body: Valid<RequestViewSharing>,
    db: Data<Db>,
) -> Result<Json<RequestViewKept>, ApiError> {
    let (person, scope, community) = (can.person(), can.scope().clone(), body.community);
    db.transaction(can.context(), move |tx| write::share(tx, &scope, person, id.0, community)).await?;
    Ok(Json(load(&db, id.0, person).await?))
}

/// Delete your own view.
#[utoipa::path(tag = "governance", params(("id" = RequestViewId, Path)), responses((status = 204, description = "deleted"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[delete("/request-views/{id}")]
pub async fn request_view_delete(
    can: Can<RequestViewDelete>,
    id: PathId<RequestViewId>,
    db: Data<Db>,
) -> Result<HttpResponse, ApiError> {
    let person = can.person();
    db.transaction(can.context(), move |tx| write::delete(tx, person, id.0)).await?;
    Ok(HttpResponse::NoContent().finish())
}
