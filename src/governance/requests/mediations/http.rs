#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! `/mediations`: opening one, its sessions, and its ends.

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use base::db::Db;
use base::error::{self, ApiError};
use base::http::{Changed, Created, IdempotencyKey, PathId, Problem, Query, Valid, hash_on};
use base::page::{Page, PageQuery};
use people::identity::Can;

use super::act::{self, FollowUp, Held, NewSession, Stopping};
use super::open::{self, NewMediation};
use super::rows_parts;
use super::view::{self, MediationView};
use super::{
    MediationCreate, MediationFail, MediationFind, MediationFollowUp, MediationId, MediationList, MediationListMine,
    MediationMove, MediationSessionCancel, MediationSessionCreate, MediationSessionHold, MediationState, MediationWithdraw,
    SessionId, SessionMove, reach, rows,
};

base::list_query! {
    /// Which mediations.
    MediationQuery {
        /// Only in this state.
        state: Option<MediationState>,
    }
}

/// As it stands.
pub(super) async fn load(db: &Db, id: MediationId) -> Result<MediationView, ApiError> {
    db.read(move |connection| {
        let row = rows::find(connection, id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
        view::one(connection, row)
    })
    .await
}

/// The one to which a session belongs.
async fn of_session(db: &Db, id: SessionId) -> Result<MediationView, ApiError> {
    db.read(move |connection| {
        let session = rows_parts::session(connection, id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
        let row = rows::find(connection, session.mediation_id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
        view::one(connection, row)
    })
    .await
}

/// Open a mediation between two to ten parties; they and the mediator are told.
#[utoipa::path(tag = "mediations", request_body = NewMediation, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = MediationView, description = "opened"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/mediations")]
pub async fn mediation_create(
    can: Can<MediationCreate>,
    key: IdempotencyKey,
    body: Valid<NewMediation>,
    db: Data<Db>,
) -> Result<Created<MediationView>, ApiError> {
    let id = MediationId::new();
    let (once, scope, author) = (can.once(key, body.hash(), id.0), can.scope().clone(), can.person());
    let done = db.once(once, move |tx| open::open(tx, &scope, author, id, &body)).await?;
    let view = load(&db, MediationId(done.id)).await?;
    Ok(Created::new(&done, format!("/api/v1/governance/mediations/{}", done.id), view))
}

/// Mediations of your community, or that you mediate, the newest first.
#[utoipa::path(tag = "mediations", params(MediationQuery), responses((status = 200, body = Page<MediationView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/mediations")]
pub async fn mediation_list(
    can: Can<MediationList>,
    query: Query<MediationQuery>,
    db: Data<Db>,
) -> Result<Json<Page<MediationView>>, ApiError> {
    let (window, scope, state) = (query.window::<MediationId>()?, can.scope().clone(), query.state);
    let shown = db.read(move |connection| -> Result<_, ApiError> {
        let rows = rows::list(connection, &scope, state, &window)?;
        view::views(connection, rows)
    });
    Ok(Json(window.page(shown.await?, |view| view.id, |view| view)))
}

/// Mediations to which you are a party, the newest first.
#[utoipa::path(tag = "mediations", params(PageQuery), responses((status = 200, body = Page<MediationView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/mediations/mine")]
pub async fn mediation_list_mine(
    can: Can<MediationListMine>,
    query: Query<PageQuery>,
    db: Data<Db>,
) -> Result<Json<Page<MediationView>>, ApiError> {
    let (window, person) = (query.window::<MediationId>()?, can.person());
    let shown = db.read(move |connection| -> Result<_, ApiError> {
        let rows = rows::of_party(connection, person, &window)?;
        view::views(connection, rows)
    });
    Ok(Json(window.page(shown.await?, |view| view.id, |view| view)))
}

/// One mediation, for its parties, its mediator and the community's staff.
#[utoipa::path(tag = "mediations", params(("id" = MediationId, Path)), responses((status = 200, body = MediationView, description = "the mediation"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/mediations/{id}")]
pub async fn mediation_find(
    can: Can<MediationFind>,
    id: PathId<MediationId>,
    db: Data<Db>,
) -> Result<Json<MediationView>, ApiError> {
    let scope = can.scope().clone();
    let view = db.read(move |connection| -> Result<_, ApiError> {
        let row = reach::seen(connection, &scope, id.0)?;
        view::one(connection, row)
    });
    view.await.map(Json)
}

/// Plan a session; everybody concerned is told.
#[utoipa::path(tag = "mediations", request_body = NewSession, params(("id" = MediationId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = MediationView, description = "with the session"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/mediations/{id}/sessions")]
pub async fn mediation_session_create(
    can: Can<MediationSessionCreate>,
    id: PathId<MediationId>,
    key: IdempotencyKey,
    body: Valid<NewSession>,
    db: Data<Db>,
) -> Result<Changed<MediationView>, ApiError> {
    let (once, scope, person) = (can.once(key, hash_on(id.0.0, body.hash()), id.0.0), can.scope().clone(), can.person());
    let session = SessionId::new();
    let done = db.once(once, move |tx| act::plan(tx, (&scope, person), id.0, session, &body)).await?;
    Ok(Changed::new(&done, load(&db, id.0).await?))
}

/// Write the minutes of a session that took place.
#[utoipa::path(tag = "mediations", request_body = Held, params(("id" = SessionId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = MediationView, description = "written down"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/mediation-sessions/{id}/hold")]
pub async fn mediation_session_hold(
    can: Can<MediationSessionHold>,
    id: PathId<SessionId>,
    key: IdempotencyKey,
    body: Valid<Held>,
    db: Data<Db>,
) -> Result<Changed<MediationView>, ApiError> {
    let (once, scope, person) = (can.once(key, hash_on(id.0.0, body.hash()), id.0.0), can.scope().clone(), can.person());
    let done = db.once(once, move |tx| act::end_session(tx, (&scope, person), id.0, SessionMove::Hold, &body.minutes)).await?;
    Ok(Changed::new(&done, of_session(&db, id.0).await?))
}

/// Call a session off; everybody concerned is told.
#[utoipa::path(tag = "mediations", request_body = Stopping, params(("id" = SessionId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = MediationView, description = "written down"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/mediation-sessions/{id}/cancel")]
pub async fn mediation_session_cancel(
    can: Can<MediationSessionCancel>,
    id: PathId<SessionId>,
    key: IdempotencyKey,
    body: Valid<Stopping>,
    db: Data<Db>,
) -> Result<Changed<MediationView>, ApiError> {
    let (once, scope, person) = (can.once(key, hash_on(id.0.0, body.hash()), id.0.0), can.scope().clone(), can.person());
    let done = db.once(once, move |tx| act::end_session(tx, (&scope, person), id.0, SessionMove::Cancel, &body.reason)).await?;
    Ok(Changed::new(&done, of_session(&db, id.0).await?))
}

/// End a mediation without agreement, saying where the parties may turn.
#[utoipa::path(tag = "mediations", request_body = Stopping, params(("id" = MediationId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = MediationView, description = "ended"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/mediations/{id}/fail")]
pub async fn mediation_fail(
    can: Can<MediationFail>,
    id: PathId<MediationId>,
    key: IdempotencyKey,
    body: Valid<Stopping>,
    db: Data<Db>,
) -> Result<Changed<MediationView>, ApiError> {
    let (once, scope, person) = (can.once(key, hash_on(id.0.0, body.hash()), id.0.0), can.scope().clone(), can.person());
    let done = db.once(once, move |tx| act::stop(tx, (&scope, person), id.0, MediationMove::Fail, &body.reason)).await?;
    let view = load(&db, id.0).await?;
    Ok(Changed::new(&done, view))
}

/// End a mediation that the parties don't want any more.
#[utoipa::path(tag = "mediations", request_body = Stopping, params(("id" = MediationId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = MediationView, description = "ended"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/mediations/{id}/withdraw")]
pub async fn mediation_withdraw(
    can: Can<MediationWithdraw>,
    id: PathId<MediationId>,
    key: IdempotencyKey,
    body: Valid<Stopping>,
    db: Data<Db>,
) -> Result<Changed<MediationView>, ApiError> {
    let (once, scope, person) = (can.once(key, hash_on(id.0.0, body.hash()), id.0.0), can.scope().clone(), can.person());
    let done = db.once(once, move |tx| act::stop(tx, (&scope, person), id.0, MediationMove::Withdraw, &body.reason)).await?;
    let view = load(&db, id.0).await?;
    Ok(Changed::new(&done, view))
}

/// Write down whether the agreement was kept.
#[utoipa::path(tag = "mediations", request_body = FollowUp, params(("id" = MediationId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = MediationView, description = "over"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/mediations/{id}/follow-up")]
pub async fn mediation_follow_up(
    can: Can<MediationFollowUp>,
    id: PathId<MediationId>,
    key: IdempotencyKey,
    body: Valid<FollowUp>,
    db: Data<Db>,
) -> Result<Changed<MediationView>, ApiError> {
    let (once, scope, person) = (can.once(key, hash_on(id.0.0, body.hash()), id.0.0), can.scope().clone(), can.person());
    let done = db.once(once, move |tx| act::follow_up(tx, (&scope, person), id.0, &body)).await?;
    let view = load(&db, id.0).await?;
    Ok(Changed::new(&done, view))
}
