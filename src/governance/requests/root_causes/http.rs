#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! `/root-causes`.

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use base::db::Db;
use base::error::ApiError;
use base::http::{Changed, Created, IdempotencyKey, PathId, Problem, Query, Valid, hash_on};
use base::page::{Page, PageQuery};
use people::identity::Can;

use super::super::{CaseId, briefs};
use super::act::{self, CauseEnding, CausePlan, CauseRequests, NewRootCause};
use super::view::{self, CauseRequestView, RootCauseView};
use super::{
    CauseMove, CauseState, RootCauseClose, RootCauseCreate, RootCauseDrop, RootCauseFind, RootCauseId, RootCauseList,
    RootCausePlan, RootCauseRequestAdd, RootCauseRequestList, RootCauseRequestRemove, rows,
};

base::list_query! {
    /// Which root-cause cases.
    RootCauseQuery {
        /// Only in this state.
        state: Option<CauseState>,
    }
}

async fn load(db: &Db, id: RootCauseId) -> Result<RootCauseView, ApiError> {
    db.read(move |connection| view::by_id(connection, id)).await
}

/// Open a root-cause case with the requests that come from one cause.
#[utoipa::path(tag = "root_causes", request_body = NewRootCause, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = RootCauseView, description = "opened"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/root-causes")]
pub async fn root_cause_create(
    can: Can<RootCauseCreate>,
    key: IdempotencyKey,
    body: Valid<NewRootCause>,
    db: Data<Db>,
) -> Result<Created<RootCauseView>, ApiError> {
    let id = RootCauseId::new();
    let (once, scope, author) = (can.once(key, body.hash(), id.0), can.scope().clone(), can.person());
    let done = db.once(once, move |tx| act::open(tx, (&scope, author), id, &body)).await?;
    let view = load(&db, RootCauseId(done.id)).await?;
    Ok(Created::new(&done, format!("/api/v1/governance/root-causes/{}", done.id), view))
}

/// Root-cause cases of your place, or that your unit owns, the newest first.
#[utoipa::path(tag = "root_causes", params(RootCauseQuery), responses((status = 200, body = Page<RootCauseView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/root-causes")]
pub async fn root_cause_list(
    can: Can<RootCauseList>,
    query: Query<RootCauseQuery>,
    db: Data<Db>,
) -> Result<Json<Page<RootCauseView>>, ApiError> {
    let (window, scope, state) = (query.window::<RootCauseId>()?, can.scope().clone(), query.state);
    let shown = db.read(move |connection| -> Result<_, ApiError> {
        let rows = rows::list(connection, &scope, state, &window)?;
        view::views(connection, rows)
    });
    Ok(Json(window.page(shown.await?, |view| view.id, |view| view)))
}

/// A root-cause case; once its measure is done, with the count of whether it came back.
#[utoipa::path(tag = "root_causes", params(("id" = RootCauseId, Path)), responses((status = 200, body = RootCauseView, description = "the case"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/root-causes/{id}")]
pub async fn root_cause_find(
    can: Can<RootCauseFind>,
    id: PathId<RootCauseId>,
    db: Data<Db>,
) -> Result<Json<RootCauseView>, ApiError> {
    let scope = can.scope().clone();
    let view = db.read(move |connection| -> Result<_, ApiError> {
        let row = rows::find(connection, id.0)?;
        act::within(connection, &scope, row)?;
        view::by_id(connection, id.0)
    });
    view.await.map(Json)
}

/// The requests of a root-cause case, the oldest first.
#[utoipa::path(tag = "root_causes", params(("id" = RootCauseId, Path), PageQuery), responses((status = 200, body = Page<CauseRequestView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/root-causes/{id}/requests")]
pub async fn root_cause_request_list(
    can: Can<RootCauseRequestList>,
    id: PathId<RootCauseId>,
    query: Query<PageQuery>,
    db: Data<Db>,
) -> Result<Json<Page<CauseRequestView>>, ApiError> {
    let (window, scope) = (query.window::<CaseId>()?, can.scope().clone());
    let shown = db.read(move |connection| -> Result<_, ApiError> {
        let row = rows::find(connection, id.0)?;
        act::within(connection, &scope, row)?;
        let ids = rows::requests(connection, id.0, window.after, window.load())?;
        let mut found = briefs(connection, &ids)?;
        Ok(ids.iter().filter_map(|id| found.remove(id)).map(CauseRequestView::from).collect::<Vec<_>>())
    });
    Ok(Json(window.page(shown.await?, |view| view.id, |view| view)))
}

/// Put requests into a root-cause case.
#[utoipa::path(tag = "root_causes", request_body = CauseRequests, params(("id" = RootCauseId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = RootCauseView, description = "with the requests"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/root-causes/{id}/requests")]
pub async fn root_cause_request_add(
    can: Can<RootCauseRequestAdd>,
    id: PathId<RootCauseId>,
    key: IdempotencyKey,
    body: Valid<CauseRequests>,
    db: Data<Db>,
) -> Result<Changed<RootCauseView>, ApiError> {
    let (once, scope, author) = (can.once(key, hash_on(id.0.0, body.hash()), id.0.0), can.scope().clone(), can.person());
    let done = db.once(once, move |tx| act::add(tx, (&scope, author), id.0, &body)).await?;
    Ok(Changed::new(&done, load(&db, id.0).await?))
}

/// Take requests out of a root-cause case.
#[utoipa::path(tag = "root_causes", request_body = CauseRequests, params(("id" = RootCauseId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = RootCauseView, description = "without the requests"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/root-causes/{id}/requests/remove")]
pub async fn root_cause_request_remove(
    can: Can<RootCauseRequestRemove>,
    id: PathId<RootCauseId>,
    key: IdempotencyKey,
    body: Valid<CauseRequests>,
    db: Data<Db>,
) -> Result<Changed<RootCauseView>, ApiError> {
    let (once, scope) = (can.once(key, hash_on(id.0.0, body.hash()), id.0.0), can.scope().clone());
    let done = db.once(once, move |tx| act::remove(tx, &scope, id.0, &body)).await?;
    Ok(Changed::new(&done, load(&db, id.0).await?))
}

/// Fix owner, measure and date, or fix them anew; who reported one of the requests is told.
#[utoipa::path(tag = "root_causes", request_body = CausePlan, params(("id" = RootCauseId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = RootCauseView, description = "planned"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/root-causes/{id}/plan")]
pub async fn root_cause_plan(
    can: Can<RootCausePlan>,
    id: PathId<RootCauseId>,
    key: IdempotencyKey,
    body: Valid<CausePlan>,
    db: Data<Db>,
) -> Result<Changed<RootCauseView>, ApiError> {
    let (once, scope) = (can.once(key, hash_on(id.0.0, body.hash()), id.0.0), can.scope().clone());
    let done = db.once(once, move |tx| act::plan(tx, &scope, id.0, &body)).await?;
    Ok(Changed::new(&done, load(&db, id.0).await?))
}

/// End a root-cause case whose measure is done; who reported one of the requests is told what came of it.
#[utoipa::path(tag = "root_causes", request_body = CauseEnding, params(("id" = RootCauseId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = RootCauseView, description = "closed"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/root-causes/{id}/close")]
pub async fn root_cause_close(
    can: Can<RootCauseClose>,
    id: PathId<RootCauseId>,
    key: IdempotencyKey,
    body: Valid<CauseEnding>,
    db: Data<Db>,
) -> Result<Changed<RootCauseView>, ApiError> {
    let (once, scope) = (can.once(key, hash_on(id.0.0, body.hash()), id.0.0), can.scope().clone());
    let done = db.once(once, move |tx| act::end(tx, &scope, id.0, CauseMove::Close, &body)).await?;
    Ok(Changed::new(&done, load(&db, id.0).await?))
}

/// Drop a root-cause case: there was no common cause.
#[utoipa::path(tag = "root_causes", request_body = CauseEnding, params(("id" = RootCauseId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = RootCauseView, description = "dropped"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/root-causes/{id}/drop")]
pub async fn root_cause_drop(
    can: Can<RootCauseDrop>,
    id: PathId<RootCauseId>,
    key: IdempotencyKey,
    body: Valid<CauseEnding>,
    db: Data<Db>,
) -> Result<Changed<RootCauseView>, ApiError> {
    let (once, scope) = (can.once(key, hash_on(id.0.0, body.hash()), id.0.0), can.scope().clone());
    let done = db.once(once, move |tx| act::end(tx, &scope, id.0, CauseMove::Drop, &body)).await?;
    Ok(Changed::new(&done, load(&db, id.0).await?))
}
